"""Dates as tables write them; day and month are told apart over a whole column, or not at all."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from sim.importing.findings import refused

DateOrder = Literal["dmy", "mdy"]
Dates = tuple[int | None, int | None]
"""Year and month."""
YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*\d{1,2})?")
YEAR_FIRST_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LAST_MONTH = 12
FIRST_YEAR, LAST_YEAR = 1950, 2100
COMPACT = re.compile(r"(\d{4})(\d{2})\d{2}(?!\d)")


def likely_year(year: int | None) -> int | None:
    """A year in which accidents are recorded; 9999 and the like are codes."""
    return year if year is not None and FIRST_YEAR <= year <= LAST_YEAR else None


def month_of(text: str) -> int | None:
    """A month by number or English name."""
    text = text.strip().lower().removesuffix(".0")
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= LAST_MONTH else None
    return MONTHS.index(text[:3]) + 1 if text[:3] in MONTHS else None


def read_dates(file: Path, column: str, cells: Sequence[tuple[int, str]], order: DateOrder | None) -> list[Dates]:
    """Year and month of each cell.

    Raises
    ------
    RefusedError
        if some dates have the day first and others the month, or nothing tells which, and it is not said
    """
    chosen = order_of(file, column, cells, order)
    return [_date(text, chosen) for _, text in cells]


def order_of(file: Path, column: str, cells: Sequence[tuple[int, str]], order: DateOrder | None) -> DateOrder:
    """Whether the day or the month comes first in a column, as said or as its dates tell.

    Raises
    ------
    RefusedError
        if they tell both or nothing, and it is not said
    """
    last = [(line, found) for line, text in cells if (found := YEAR_LAST.match(text.strip()))]
    day_first = [line for line, found in last if int(found[1]) > LAST_MONTH]
    month_first = [line for line, found in last if int(found[2]) > LAST_MONTH]
    if order is None and day_first and month_first:
        raise refused(
            f"{file}:{day_first[0]}",
            f"{column}: the day comes first here, the month in line {month_first[0]}: mend the file, or say which with "
            "--date-order dmy or mdy (what does not fit is then undated)",
        )
    if order is None and last and not day_first and not month_first:
        raise refused(f"{file}:{last[0][0]}", f"{column}: nothing tells day from month: say --date-order dmy or mdy")
    return order or ("dmy" if day_first else "mdy")


def _date(text: str, order: DateOrder) -> Dates:
    first = COMPACT.match(text) or YEAR_FIRST.match(text)
    if first:
        year, month = likely_year(int(first[1])), month_of(first[2])
        return (year, month) if month is not None else (None, None)
    last = YEAR_LAST.match(text)
    if last is None:
        return None, None
    month = month_of(last[2] if order == "dmy" else last[1])
    return (likely_year(int(last[3])), month) if month is not None else (None, None)
