"""The least that any array program would take: draw the same random numbers, write the same arrays once.

`python -m benchmarks.floor` prints the engine's multiple of it for the baseline and the full programme.
"""

import time
from dataclasses import fields
from pathlib import Path
from statistics import median
from typing import get_type_hints

import numpy as np

from sim.core.units import Singles
from sim.driving.traits import Traits
from sim.engine.accounting.outcome import Outcome
from sim.engine.replication import run_replication
from sim.engine.trips.trip_table import TripTable
from sim.risk.mechanisms import MECHANISMS
from sim.scenario import load_scenario

TAISHUN = Path(__file__).parents[1] / "scenarios" / "taishun"
NUMBERS_PER_TRIP = 8
"""Stream, departure, driver, load, hours at the wheel, violation, route, threshold."""
SINGLE_COLUMNS = sum(kind == Singles for kind in get_type_hints(Traits).values())
TRIP_COLUMNS = len(fields(TripTable)) + len(Traits._fields) - SINGLE_COLUMNS
CELLS_IN_CACHE = 65_536
PAIRS = 3


def cells_of(outcome: Outcome) -> int:
    """Passages of a truck over a section."""
    table = outcome.sections
    return int((table["vehicle_km"] / (table["length_m"] / 1000.0)).sum())


def floor_s(trips: int, days: int, cells: int) -> float:
    """CPU seconds to draw, and to write the columns of trips, and time, brake temperature and hazards of every cell."""
    start = time.process_time()
    generator = np.random.Generator(np.random.Philox(1))
    table, singles = (
        np.empty((TRIP_COLUMNS, trips // days)),
        np.empty((SINGLE_COLUMNS, trips // days), dtype=np.float32),
    )
    for day in range(days):
        for _ in range(NUMBERS_PER_TRIP):
            generator.random(trips // days)
        table[:], singles[:] = day, day
    duration, hazard = np.empty(CELLS_IN_CACHE), np.empty((len(MECHANISMS), CELLS_IN_CACHE))
    brake = np.empty(CELLS_IN_CACHE, dtype=np.float32)
    for number in range(-(-cells // CELLS_IN_CACHE)):
        duration[:], hazard[:], brake[:] = number, number, number
    return time.process_time() - start


def rows() -> list[str]:
    """Lines of the table."""
    lines = []
    for name in ("baseline", "full_programme"):
        scenario = load_scenario(TAISHUN / f"{name}.yaml")
        ratios, shown = [], ""
        for _ in range(PAIRS):
            start = time.process_time()
            outcome = run_replication(scenario, 1, 0)
            ours = time.process_time() - start
            trips, cells = int(outcome.metrics["trips"]), cells_of(outcome)
            least = floor_s(trips, scenario.days, cells)
            ratios.append(ours / least)
            shown = f"{ours:.2f} s | {least:.2f} s ({trips * NUMBERS_PER_TRIP:,} numbers, {cells:,} cells)"
        lines.append(f"| {name} | {shown} | {median(ratios):.1f} |")
    return lines


def main() -> None:
    """Print the table."""
    print("| a year of | Hairpin, CPU | floor, CPU | multiple, median |\n| --- | --- | --- | --- |")
    print("\n".join(rows()))


if __name__ == "__main__":
    main()
