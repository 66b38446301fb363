"""Days and times of day as counters write them."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from sim.core.units import SECONDS_PER_HOUR, SECONDS_PER_MINUTE
from sim.importing.dates import LAST_MONTH, YEAR_FIRST_DAY, YEAR_LAST, DateOrder, order_of

CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp])?\.?[Mm]?\.?")
Moment = tuple[date, float] | None
"""Day, and seconds since its midnight; None where it can't be read."""


def read_moments(
    file: Path, column: str, cells: Sequence[tuple[int, str, str]], order: DateOrder | None
) -> list[Moment]:
    """Days and times of rows: line, text with the day, text with the time (which may be the same).

    Raises
    ------
    RefusedError
        if some days have the month first and others not, or nothing tells which, and it is not said
    """
    chosen = order_of(file, column, [(line, day) for line, day, _ in cells], order)
    return [_moment(day, time, chosen) for _, day, time in cells]


def tells_both(text: str) -> bool:
    """Whether a text has a day and a time of it."""
    day = YEAR_FIRST_DAY.match(text.strip()) or YEAR_LAST.match(text.strip())
    return day is not None and CLOCK.search(text) is not None


def _moment(day_text: str, time_text: str, order: DateOrder) -> Moment:
    day = _day(day_text.strip(), order)
    clock = CLOCK.search(time_text)
    if day is None or clock is None:
        return None
    hour, half = int(clock[1]), (clock[4] or "").lower()
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    if hour == 24:  # noqa: PLR2004 - the end of a day as some write it
        day, hour = day + timedelta(days=1), 0
    seconds = hour * SECONDS_PER_HOUR + int(clock[2]) * SECONDS_PER_MINUTE + int(clock[3] or 0)
    return (day, float(seconds)) if hour < 24 and int(clock[2]) < 60 else None  # noqa: PLR2004 - of a clock


def _day(text: str, order: DateOrder) -> date | None:
    first, last = YEAR_FIRST_DAY.match(text), YEAR_LAST.match(text)
    if first:
        year, month, day = (int(part) for part in first.groups())
    elif last:
        one, two, year = (int(part) for part in last.groups())
        month, day = (two, one) if order == "dmy" else (one, two)
    else:
        return None
    try:
        return date(year, month, day) if month <= LAST_MONTH else None
    except ValueError:
        return None
