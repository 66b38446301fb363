"""How drivers decide: formulas only."""
