"""The engine: most trips are swept and added up, the few that can meet somebody are SimPy processes."""
