"""Hairpin: trucks, violations and accidents on mountain roads."""
