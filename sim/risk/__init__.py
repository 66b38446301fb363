"""Accident risk: published prediction models, relative risks and severity."""
