"""Our interventions, one kind a file, named as in scenario files."""
