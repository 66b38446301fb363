"""A CSV file with a row a site, for before-after studies: all its mistakes together, each with its line."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.core.texts import hidden_character, shown
from sim.core.units import Bools
from sim.statistics.before_after import Sites
from sim.system.files import read_file, reason

COLUMNS = ("site", "before", "after", "predicted_before", "predicted_after", "overdispersion")
TREATED = "treated"
"""Column that may be left out: every site is treated then."""
COUNTS = ("before", "after")
MOST_BYTES = 20_000_000
MOST_MISTAKES = 50
MOST_COUNT = 1_000_000_000
LEAST, MOST = 1e-9, 1e9
NUMBER = re.compile(r"[+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
TRUTHS = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}


class SiteTableError(ValueError):
    """What is wrong with a table, a line each."""


@dataclass(frozen=True, eq=False)
class SiteTable:
    """Sites, and which of them were treated, shape (sites,)."""

    sites: Sites
    treated: Bools


Row = tuple[int, dict[str, str]]
"""Line of the file, and values by column."""


def read_site_table(file: Path) -> SiteTable:
    """Read a table.

    Raises
    ------
    SiteTableError
        with all mistakes, each with file, line, column, value and what is allowed
    """
    rows = list(_rows(file))
    mistakes = [message for line, row in rows for message in _wrong(file, line, row)]
    if mistakes:
        raise _failed(mistakes)
    if not rows:
        raise SiteTableError(f"{file}: has no rows")
    columns = {name: np.array([float(row[name]) for _, row in rows]) for name in COLUMNS[1:]}
    treated = np.array([TRUTHS[row.get(TREATED, "1").lower()] for _, row in rows], dtype=np.bool_)
    if not treated.any():
        raise SiteTableError(f"{file}: {TREATED}: no site is treated")
    counts = {name: columns[name].astype(np.int64) for name in COUNTS}
    return SiteTable(Sites(**{**columns, **counts}), treated)


def _failed(mistakes: list[str]) -> SiteTableError:
    more = len(mistakes) - MOST_MISTAKES
    return SiteTableError(
        "\n".join([*mistakes[:MOST_MISTAKES], *([f"and {more:,} more mistakes"] if more > 0 else [])])
    )


def _rows(file: Path) -> Iterator[Row]:
    """Rows by column, blank lines left out; every row is as wide as the header."""
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    line, header, mistakes = 1, None, []
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(file, start, cells)
            elif len(cells) != len(header):
                mistakes.append(f"{file}:{start}: has {len(cells)} values, the header has {len(header)}")
            else:
                yield start, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise SiteTableError(f"{file}:{line}: can't be read as CSV: {error}") from error
    if header is None:
        raise SiteTableError(f"{file}: the file is empty; columns must be {', '.join(COLUMNS)}")
    if mistakes:
        raise _failed(mistakes)


def _text(file: Path) -> str:
    try:
        return read_file(file, MOST_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise SiteTableError(f"{file}: can't be read: {reason(error)}") from error
    except UnicodeDecodeError as error:
        raise SiteTableError(f"{file}: is not UTF-8 text (byte {error.start})") from error


def _header(file: Path, line: int, cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        needed = ", ".join(COLUMNS)
        raise SiteTableError(f"{file}:{line}: columns {', '.join(missing)} are missing; columns must be {needed}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SiteTableError(f"{file}:{line}: columns {', '.join(map(shown, twice))} stand twice")
    return names


def _wrong(file: Path, line: int, row: dict[str, str]) -> Iterator[str]:
    for name in COLUMNS[1:]:
        text = row[name]
        value = float(text) if NUMBER.fullmatch(text) and len(text) <= 40 else None  # noqa: PLR2004 - digits enough
        if name in COUNTS:
            right = value is not None and value <= MOST_COUNT and value % 1 == 0
            allowed = f"a whole number from 0 to {MOST_COUNT:,}"
        else:
            right, allowed = value is not None and LEAST <= value <= MOST, f"a number from {LEAST:g} to {MOST:g}"
        if not right:
            yield f"{file}:{line}: {name}: found {shown(text)}, must be {allowed}"
    if TREATED in row and row[TREATED].lower() not in TRUTHS:
        yield f"{file}:{line}: {TREATED}: found {shown(row[TREATED])}, must be one of {', '.join(TRUTHS)}"
    if hidden := hidden_character(row["site"]):
        yield f"{file}:{line}: site: holds the control character {hidden}"
