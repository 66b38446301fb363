"""The province for a year on processes and on a Dask LocalCluster: `python -m benchmarks.province_runs [DAYS]`.

Prints wall time, peak memory and bytes that come back from workers, and whether both gave the same runs.
"""

import pickle
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.memory import peak_mib, watched
from sim.experiment.runner import Experiment, Task, parts_of, run_experiment
from sim.experiment.store import packed
from sim.scenario import Scenario, load_scenario

FOLDER = Path(__file__).parents[1] / "scenarios" / "province"
WORKERS = 2


def timed(name: str, scenarios: list[Scenario], **options: Any) -> Experiment:
    """Run, and print a row."""
    start = time.perf_counter()
    with watched() as peak:
        found = run_experiment(scenarios, replications=1, seed=1, **options)
    seconds = time.perf_counter() - start
    trips = sum(run.metrics["trips"] for runs in found.outcomes.values() for run in runs)
    size = sum(len(pickle.dumps(run)) for runs in found.outcomes.values() for run in runs)
    memory = f"{peak.started_mib:.0f} MiB | {peak.together_mib:.0f} MiB"
    cells = f"{seconds:.0f} s | {trips / seconds / 1e6:.2f} M | {memory} | {size / 2**20:.0f} MiB"
    print(f"| {name} | {trips:,.0f} | {cells} |", flush=True)
    return found


def main() -> None:
    """Print the table, and compare."""
    from distributed import LocalCluster

    days = int(sys.argv[1]) if len(sys.argv) > 1 else 365
    scenarios = [load_scenario(FOLDER / f"{name}.yaml").changed({"days": days}) for name in ("baseline", "programme")]
    print(f"{sum(max(len(parts_of(Task(s, 1, 0))), 1) + 1 for s in scenarios)} tasks, {days} days")
    print("| executor | trips | wall | trips a second | largest worker | all processes | results |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    first = timed(f"{WORKERS} processes", scenarios, workers=WORKERS)
    with LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster:
        second = timed(f"Dask, {WORKERS} workers", scenarios, dask=cluster.scheduler_address)
    same = all(packed(first.outcomes[s.name][0]) == packed(second.outcomes[s.name][0]) for s in scenarios)
    print(f"\nsame runs, byte for byte: {'yes' if same else 'NO'}")
    print(f"peak memory of this process: {peak_mib():.0f} MiB")
    for scenario in scenarios:
        metrics = first.outcomes[scenario.name][0].metrics
        shown = ("trips", "compliance_rate", "expected_accidents", "alarms", "operator_utilisation")
        print(scenario.name, {name: round(metrics[name], 4) for name in shown})


if __name__ == "__main__":
    main()
