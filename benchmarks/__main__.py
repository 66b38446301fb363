"""`python -m benchmarks`: the engine against a plain SimPy model, and the whole comparison."""

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks import estimators, plain_simpy
from sim.engine.replication import run_replication
from sim.scenario import load_scenario

TAISHUN = Path(__file__).parents[1] / "scenarios" / "taishun"
YARDSTICK_DAYS = range(60, 64)
PAIRS = 5
ALTERNATIVES = ("device_coverage", "early_warning", "driver_contact", "enterprise_accountability", "full_programme")

Result = TypeVar("Result")


def cpu(function: Callable[[], Result]) -> tuple[Result, float]:
    """Result and CPU seconds of this process."""
    start = time.process_time()
    result = function()
    return result, time.process_time() - start


def engine_km_per_s() -> tuple[float, str]:
    """Truck-km per CPU second of the year of the full programme in one process."""
    scenario = load_scenario(TAISHUN / "full_programme.yaml")
    outcome, seconds = cpu(lambda: run_replication(scenario, 1, 0))
    kilometres = outcome.metrics["vehicle_km"]
    return kilometres / seconds, f"{outcome.metrics['trips']:,.0f} trips, {seconds:.2f} s"


def yardstick_km_per_s() -> tuple[float, str]:
    """The same for the plain model, over some days."""
    model, trucks = plain_simpy.simulate(load_scenario(TAISHUN / "full_programme.yaml"), YARDSTICK_DAYS)
    totals, seconds = cpu(lambda: plain_simpy.run(model, trucks))
    return totals.distance_m / 1000.0 / seconds, f"{totals.trips:,} trips, {seconds:.2f} s"


def compare_wall_s() -> tuple[float, float]:
    """Wall seconds and peak memory of a worker [MiB] of 6 scenarios x 4 replications of a year."""
    with tempfile.TemporaryDirectory() as folder:
        files = [str(TAISHUN / f"{name}.yaml") for name in ("baseline", *ALTERNATIVES)]
        command = [sys.executable, "-c", "from sim.cli import main; main()", "compare", *files]
        start = time.perf_counter()
        subprocess.run([*command, "--replications", "4", "--quiet", "--out", folder], check=True)
        seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024.0


def main() -> None:
    """Measure and print one table."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "simpy"))
    print(f"Python {platform.python_version()}, {packages}, {os.cpu_count()} cores, {platform.machine()}")
    print("| measure | Hairpin | plain SimPy | ratio |\n| --- | --- | --- | --- |")
    ratios, plain_speeds = [], []
    for pair in range(PAIRS):
        (ours, how), (theirs, how_theirs) = engine_km_per_s(), yardstick_km_per_s()
        ratios.append(ours / theirs)
        plain_speeds.append(theirs)
        cells = f"{ours / 1e6:.2f} M ({how}) | {theirs / 1e6:.3f} M ({how_theirs}) | {ours / theirs:.0f}"
        print(f"| truck-km per CPU second, pair {pair + 1} | {cells} |", flush=True)
    print(f"| truck-km per CPU second, median of pairs | | | {median(ratios):.0f} |", flush=True)
    print("\n".join(estimators.rows(median(plain_speeds))), flush=True)
    seconds, memory = compare_wall_s()
    print(f"| 6 scenarios x 4 replications of a year, wall | {seconds:.0f} s | | |")
    print(f"| peak memory of a process | {memory:.0f} MiB | | |")


if __name__ == "__main__":
    main()
