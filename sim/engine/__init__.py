"""The engine: most trips are settled as arrays, the few that can meet somebody are SimPy processes."""
