"""How CPU and memory grow: `python -m benchmarks.growth` prints the tables; each size runs in a process of its own."""

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import corridor
from benchmarks.memory import peak_mib
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.experiment.runner import run_experiment
from sim.scenario import Scenario, load_scenario

ROOT = Path(__file__).parents[1]
TAISHUN = ROOT / "scenarios" / "taishun"
TRIPS = (100_000, 1_000_000, 10_000_000, 100_000_000)
YEARLY_TRIPS = 1_003_800
"""Of the county."""
TAISHUN_FILES = {"baseline": "baseline", "programme": "full_programme"}
WAYS = ("years", "traffic")
"""More trips by a longer horizon of the same traffic, or by more traffic in the same year."""
SECTIONS = (10, 100, 1000)
CELLS = 20_000_000
MEASURES = (0, 7, 14)
REPLICATIONS = 16
ROUNDS = 3
LARGEST_REPEATED = 1_000_000
FIRST_DAYS = 2


def measured(scenario: Scenario) -> dict[str, Any]:
    """CPU of setting up and of the rest, and peak memory, of a run in this process, which runs two days before."""
    run_replication(scenario.changed({"days": FIRST_DAYS}), 1, 0)
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
        "peak_mib": peak_mib(),
    }


def case(kind: str, size: int) -> Scenario:
    """A scenario of some size."""
    way, _, name = kind.partition(" ")
    if way == "years":
        days = max(round(365 * size / YEARLY_TRIPS), 1)
        return load_scenario(TAISHUN / f"{TAISHUN_FILES[name]}.yaml").changed({"days": days, "warm_up_days": 0})
    if way == "traffic":
        scenario = load_scenario(TAISHUN / f"{TAISHUN_FILES[name]}.yaml")
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
    for _ in range(ROUNDS):
        for count in (1, 2):
            start = time.perf_counter()
            run_experiment([scenario], replications=REPLICATIONS, seed=1, workers=count)
            walls.append(time.perf_counter() - start)
    efficiency = sorted(one / (2.0 * two) for one, two in zip(walls[::2], walls[1::2], strict=True))
    spent = f"{median(walls[::2]):.1f} s, {median(walls[1::2]):.1f} s"
    found = f"efficiency {median(efficiency):.0%} ({efficiency[0]:.0%} to {efficiency[-1]:.0%})"
    return [f"| {REPLICATIONS} years, 1 and 2 workers | {spent} | {found} | |"]


def repeated(cases: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """Medians of the cases' measurements, taken in turns; the largest only once."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = {case: [] for case in cases}
    for turn in range(ROUNDS):
        for kind, size in cases:
            if turn == 0 or size <= LARGEST_REPEATED:
                found[kind, size].append(apart(kind, size))
    return [{name: median(one[name] for one in taken) for name in taken[0]} for taken in found.values()]


def main() -> None:
    """Print the tables."""
    print("| size | set-up, CPU | CPU of the rest | per trip or cell | peak memory |\n| --- | --- | --- | --- | --- |")
    for way in WAYS:
        for name in TAISHUN_FILES:
            _growth(f"{way} {name}")
    sections = [("sections", size) for size in SECTIONS]
    for (_, size), found in zip(sections, repeated(sections), strict=True):
        print(_row(f"{size} sections", found, f"{1e9 * found['run_s'] / found['cells']:.0f} ns a cell"), flush=True)
    measures = [("measures", size) for size in MEASURES]
    for (_, size), found in zip(measures, repeated(measures), strict=True):
        each = f"{1e6 * found['run_s'] / found['trips']:.2f} µs a trip"
        print(_row(f"{size} interventions", found, each), flush=True)
    print("\n".join(workers()))


def _growth(kind: str) -> None:
    """Rows of one way to have more trips, and how far apart they are."""
    measured_sizes = repeated([(kind, size) for size in TRIPS])
    each_us = [1e6 * found["run_s"] / found["trips"] for found in measured_sizes]
    for found, each in zip(measured_sizes, each_us, strict=True):
        print(_row(f"{found['trips']:,.0f} trips, {kind}", found, f"{each:.2f} µs a trip"), flush=True)
    peaks = [found["peak_mib"] for found in measured_sizes]
    ratios = [f"{max(values) / min(values):.2f}" for values in (each_us, peaks)]
    print(f"| {kind}: largest over smallest | | | {ratios[0]} | {ratios[1]} |", flush=True)


def _row(name: str, found: dict[str, Any], each: str) -> str:
    return f"| {name} | {found['set_up_s']:.2f} s | {found['run_s']:.2f} s | {each} | {found['peak_mib']:.0f} MiB |"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(case(sys.argv[1], int(sys.argv[2])))))
    else:
        main()
