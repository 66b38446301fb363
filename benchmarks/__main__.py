"""`python -m benchmarks [engine] [peers] [floor] [growth] [two_lane] [fitting]`: all tables, or those named."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks import estimators, fitting, floor, growth, peers, plain_simpy, two_lane
from benchmarks.memory import watched
from sim.engine.replication import run_replication
from sim.scenario import load_scenario

TAISHUN = Path(__file__).parents[1] / "scenarios" / "taishun"
YARDSTICK_DAYS = range(60, 64)
PAIRS = 5
PEER_PAIRS = 3
AGREEMENT_DAYS = 0.1
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
    """Wall seconds and peak memory of any one process [MiB] of 6 scenarios x 4 replications of a year."""
    with tempfile.TemporaryDirectory() as folder:
        files = [str(TAISHUN / f"{name}.yaml") for name in ("baseline", *ALTERNATIVES)]
        command = [sys.executable, "-c", "from sim.cli import main; main()", "compare", *files]
        start = time.perf_counter()
        with watched() as peak:
            subprocess.run([*command, "--replications", "4", "--quiet", "--out", folder], check=True)
        seconds = time.perf_counter() - start
    return seconds, peak.started_mib


def engine_table() -> None:
    """Engine against the plain model with all its physics, time to a decision, the whole comparison."""
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


def peers_table() -> None:
    """Peers on the corridor of `corridor.py`: medians of paired runs, each pair one run of ours and one of theirs."""
    print(
        "| peer | days | truck-km per CPU s | Hairpin over peer, median | peak memory | models, and Hairpin does not |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for name, (_, days, package, models) in peers.PEERS.items():
        if name in {"hairpin", "sumo_apart"}:
            continue
        found = [(peers.measured_apart("hairpin"), peers.measured_apart(name)) for _ in range(PEER_PAIRS)]
        pairs = [(ours, theirs) for ours, theirs in found if ours is not None and theirs is not None]
        if not pairs:
            print(f"| {name} | | not installed: pip install {package} | | | {models} |")
            continue
        ratio = median(ours["km_per_s"] / theirs["km_per_s"] for ours, theirs in pairs)
        speed = median(theirs["km_per_s"] for _, theirs in pairs)
        own = pairs[-1][1]
        cells = f"{days:g} | {speed:,.0f} | {ratio:,.0f} | {own['peak_mib']:.0f} MiB"
        print(f"| {name} {own['version']} | {cells} | {models} |", flush=True)
    ours = peers.measured_apart("hairpin")
    if ours is not None:
        print(f"| hairpin | {ours['days']:g} | {ours['km_per_s']:,.0f} | 1 | {ours['peak_mib']:.0f} MiB | |")
    agreement()


def agreement() -> None:
    """Travel times and vehicle-km of the same trucks in SUMO, too far apart to meet, and in Hairpin's sweep."""
    sumo, ours = (peers.measured_apart(name, AGREEMENT_DAYS) for name in ("sumo_apart", "simpy"))
    if sumo is None or ours is None:
        return
    print("\n| agreement | SUMO, microscopic | Hairpin's times | ratio |\n| --- | --- | --- | --- |")
    rows = [
        ("vehicle-km", sumo["truck_km"], ours["truck_km"]),
        ("mean travel time, s", sumo["mean_travel_s"], ours["mean_travel_s"]),
    ]
    quantiles = zip(("5 %", "50 %", "95 %"), sumo["quantiles_s"], ours["quantiles_s"], strict=True)
    rows += [(f"travel time, {name} quantile, s", theirs, own) for name, theirs, own in quantiles]
    for name, theirs, own in rows:
        print(f"| {name} | {theirs:,.1f} | {own:,.1f} | {own / theirs:.4f} |")


TABLES: dict[str, Callable[[], None]] = {
    "engine": engine_table,
    "peers": peers_table,
    "floor": floor.main,
    "growth": growth.main,
    "two_lane": two_lane.main,
    "fitting": fitting.main,
}


def processor() -> str:
    """The processor's own name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return platform.processor() or "processor unknown"
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor unknown"
    )


def main() -> None:
    """Measure and print all tables, or those named."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "simpy"))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {processor()}"
    print(f"{date.today()}: Python {platform.python_version()}, {packages}, {machine}")
    unknown = sorted(set(sys.argv[1:]) - set(TABLES))
    if unknown:
        sys.exit(f"no table {', '.join(unknown)}; tables are {', '.join(TABLES)}")
    for name in sys.argv[1:] or TABLES:
        print(f"\n## {name}\n", flush=True)
        TABLES[name]()


if __name__ == "__main__":
    main()
