"""Running scenarios: tasks, workers, the store of finished runs, the guard of stored outputs."""
