"""How CPU and memory grow: `python -m benchmarks.growth` prints the tables; each size runs in a process of its own."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import corridor
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.experiment import run_experiment
from sim.scenario import Scenario, load_scenario

ROOT = Path(__file__).parents[1]
TAISHUN = ROOT / "scenarios" / "taishun"
TRIPS = (100_000, 1_000_000, 10_000_000, 100_000_000)
"""Of a year: the county's traffic, a tenth of it, ten and a hundred times as much."""
TAISHUN_FILES = {"trips": "baseline", "programme": "full_programme"}
SECTIONS = (10, 100, 1000)
CELLS = 20_000_000
MEASURES = (0, 7, 14)
REPLICATIONS = 16


def measured(scenario: Scenario) -> dict[str, Any]:
    """CPU of setting up and of the rest, and peak memory, of a run in this process."""
    start = time.process_time()
    World(scenario, 1, 0)
    set_up = time.process_time() - start
    start = time.process_time()
    outcome = run_replication(scenario, 1, 0)
    whole = time.process_time() - start
    cells = float((outcome.sections["vehicle_km"] / (outcome.sections["length_m"] / 1000.0)).sum())
    return {
        "trips": outcome.metrics["trips"],
        "cells": cells,
        "set_up_s": set_up,
        "run_s": whole - set_up,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
    }


def case(kind: str, size: int) -> Scenario:
    """A scenario of some size."""
    if kind in TAISHUN_FILES:
        scenario = load_scenario(TAISHUN / f"{TAISHUN_FILES[kind]}.yaml")
        flows = scenario.model_dump(mode="json")["demand"]["flows"]
        for flow in flows:
            flow["trips_per_year"] = {name: trips * size / 1e6 for name, trips in flow["trips_per_year"].items()}
        return scenario.changed({"demand.flows": flows, "warm_up_days": 0})
    if kind == "sections":
        return corridor.scenario(sections=size, trips_per_year=CELLS / size)
    everything = load_scenario(ROOT / "scenarios" / "measures" / "everything.yaml")
    parts = {name: part.model_dump(mode="json") for name, part in list(everything.interventions.items())[:size]}
    return everything.changed({"interventions": parts})


def apart(kind: str, size: int) -> dict[str, Any]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.growth", kind, str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def workers() -> list[str]:
    """Wall time of replications of the baseline with one and two processes."""
    scenario, walls = load_scenario(TAISHUN / "baseline.yaml"), []
    for count in (1, 2):
        start = time.perf_counter()
        run_experiment([scenario], replications=REPLICATIONS, seed=1, workers=count)
        walls.append(time.perf_counter() - start)
    efficiency = walls[0] / (2.0 * walls[1])
    return [
        f"| {REPLICATIONS} years, 1 and 2 workers | {walls[0]:.1f} s, {walls[1]:.1f} s | efficiency {efficiency:.0%} | |"
    ]


def main() -> None:
    """Print the tables."""
    print("| size | set-up, CPU | CPU of the rest | per trip or cell | peak memory |\n| --- | --- | --- | --- | --- |")
    for kind, sizes in (("trips", TRIPS), ("programme", TRIPS[:3])):
        for size in sizes:
            found = apart(kind, size)
            each = f"{1e6 * found['run_s'] / found['trips']:.2f} µs a trip"
            print(
                _row(f"{found['trips']:,.0f} trips, {'baseline' if kind == 'trips' else kind}", found, each), flush=True
            )
    for size in SECTIONS:
        found = apart("sections", size)
        print(_row(f"{size} sections", found, f"{1e9 * found['run_s'] / found['cells']:.0f} ns a cell"), flush=True)
    for size in MEASURES:
        found = apart("measures", size)
        each = f"{1e6 * found['run_s'] / found['trips']:.2f} µs a trip"
        print(_row(f"{size} interventions", found, each), flush=True)
    print("\n".join(workers()))


def _row(name: str, found: dict[str, Any], each: str) -> str:
    return f"| {name} | {found['set_up_s']:.2f} s | {found['run_s']:.2f} s | {each} | {found['peak_mib']:.0f} MiB |"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(case(sys.argv[1], int(sys.argv[2])))))
    else:
        main()
