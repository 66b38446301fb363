"""Where trips are written: sums, accidents, metrics, tables."""
