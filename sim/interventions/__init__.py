"""Interventions: one family a file; others add theirs through the entry-point group `hairpin.interventions`."""
