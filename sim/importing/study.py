"""A before-after study from imported accidents: the site table that `before-after` takes, built from their sections."""

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from sim.core.units import Bools, Ints
from sim.importing.findings import refused
from sim.importing.table import Row, read_table
from sim.statistics.before_after import Sites
from sim.system.files import read_file, reason

LEAST_EXPECTED = 10.0
"""Accidents after without the treatment, below which a study says nothing."""
MOST_BYTES = 50_000_000
STRETCH = re.compile(r"(?P<route>[^:]+?)(?::(?P<low>\d+(?:\.\d+)?)-(?P<high>\d+(?:\.\d+)?))?$")


@dataclass(frozen=True, eq=False)
class Study:
    """Sites, which of them were treated, and the years on both sides."""

    sites: Sites
    treated: Bools
    before: tuple[int, ...]
    after: tuple[int, ...]


def study_of(folder: Path, treated: str, from_date: date, years: int | None = None) -> Study:
    """Sites of an imported accidents' folder.

    Parameters
    ----------
    folder : Path
        as `import accidents --sections` wrote it
    treated : str
        ROUTE, or ROUTE:LOW-HIGH in its posts: sections whose middle lies there
    from_date : date
        when the treatment began; its year counts for neither side unless it is the first of January
    years : int, optional
        at most so many on each side

    Raises
    ------
    RefusedError
        if the folder has no sections, a side has no year, nothing is treated, or everything is
    """
    table = read_table(folder / "sections.csv")
    counted = [int(name) for name in table.columns if name.isdigit()]
    first_after = from_date.year if (from_date.month, from_date.day) == (1, 1) else from_date.year + 1
    if not counted:
        raise refused(folder, "sections.csv has no years: no accident was dated")
    before = tuple(year for year in counted if year < from_date.year)[-(years or len(counted)) :]
    after = tuple(year for year in counted if year >= first_after)[: years or len(counted)]
    if not before or not after:
        raise refused(folder, f"years are {counted[0]} to {counted[-1]}: none lies before or none after {from_date}")
    rows = [row for row in table.rows if row[1]["predicted"]]
    if not rows:
        raise refused(folder, "no section has a prediction: import with --sections that have aadt and lanes")
    chosen = _treated(rows, treated, folder)
    share = np.array([float(row["predicted"]) for _, row in rows]) / len(counted)
    sites = Sites(
        _sums(rows, before),
        _sums(rows, after),
        share * len(before),
        share * len(after),
        np.full(len(rows), _overdispersion(folder)),
    )
    return Study(sites, chosen, before, after)


def _sums(rows: list[Row], years: tuple[int, ...]) -> Ints:
    return np.array([sum(int(row[str(year)]) for year in years) for _, row in rows], dtype=np.int64)


def _treated(rows: list[Row], text: str, folder: Path) -> Bools:
    stretch = STRETCH.match(text)
    if stretch is None:
        raise refused(folder, f"--treated {text!r}: must be ROUTE or ROUTE:LOW-HIGH")
    low, high = float(stretch["low"] or -np.inf), float(stretch["high"] or np.inf)
    middle = [(row["route"], 0.5 * (float(row["from"]) + float(row["to"]))) for _, row in rows]
    chosen = np.array([route == stretch["route"] and low <= at <= high for route, at in middle])
    if not chosen.any():
        raise refused(folder, f"--treated {text}: no section with a prediction lies there")
    if chosen.all():
        raise refused(folder, f"--treated {text}: all sections do; a study needs others to hold them against")
    return chosen


def _overdispersion(folder: Path) -> float:
    file = folder / "accidents.json"
    try:
        content = json.loads(read_file(file, MOST_BYTES))
        return float(content["sections"]["calibration"]["overdispersion"])
    except OSError as error:
        raise refused(file, f"can't be read: {reason(error)}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise refused(file, "has no calibration: import with --sections that have aadt and lanes") from error
