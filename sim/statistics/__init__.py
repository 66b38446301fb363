"""Intervals, accident counts, queues: statistics that know nothing of simulation."""
