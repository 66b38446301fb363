"""Days and times of day as counters write them."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from sim.core.units import SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MINUTE
from sim.importing.dates import LAST_MONTH, YEAR_FIRST_DAY, YEAR_LAST, DateOrder, month_of, order_of

CLOCK = re.compile(r"(\d{1,2})[:：时](\d{2})分?(?:[:：]?(\d{2})(?:\.\d+)?秒?)?\s*(?:[AaPp]\.?[Mm]\.?)?")
HALF = re.compile(r"\d\s*([AaPp])(?:\.?[Mm])?\b|(上午|凌晨|早)|(下午|晚|傍晚)|(中午)")
SIXTY, HALF_A_DAY = 60, 12
COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
NAMED_DAY = re.compile(r"(\d{1,2})[-\s]([A-Za-z]{3})[A-Za-z]*[-\s,]+(\d{4})")
COMPACT = re.compile(r"^((?:19|20)\d{2})(\d{2})(\d{2})[T _-]?(\d{2})(\d{2})(\d{2})?$")
"""20240513T0800, 202405130800."""
FULL_HOUR = re.compile(r"(\d{1,2})\s*[点时](?!\d)")
"""8点, 8时."""
HALF_PAST = re.compile(r"(\d{1,2})\s*点半")
BARE_HALF = re.compile(r"(?<![\d:])(\d{1,2})\s*([AaPp]\.?[Mm]\.?)$")
"""2 PM."""
ABOUT_THEN = re.compile(r"(?:许|多|左右|前后)$")
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


def tell_ends(times: Sequence[str]) -> bool:
    """Whether times are those at which intervals end: some day ends at 24, and none begins at 0."""
    clocks = {(int(clock[1]), int(clock[2])) for text in times if (clock := CLOCK.search(text))}
    return (24, 0) in clocks and (0, 0) not in clocks


def midnights_after(moments: Sequence[Moment]) -> list[Moment]:
    """Midnights that close their day as those of the next: each follows 23 hours of its own date in the file."""
    known = [moment for moment in moments if moment is not None]
    firsts: dict[date, float] = {}
    for day, seconds in known:
        firsts.setdefault(day, seconds)
    late = {
        after[0]
        for before, after in pairwise(known)
        if after[1] == 0.0 and before[0] == after[0] and before[1] >= SECONDS_PER_DAY - SECONDS_PER_HOUR
    }
    closing = {day for day in late if firsts[day] > 0.0}
    if not closing or len(closing) < len(firsts) - 1:
        return list(moments)
    return [
        _put_later(moment, SECONDS_PER_DAY)
        if moment is not None and moment[1] == 0.0 and moment[0] in closing
        else moment
        for moment in moments
    ]


def end_at_midnight(moments: Sequence[Moment]) -> bool:
    """Whether the last row is at the midnight after the last day, and the first not at one: ends of intervals."""
    known = [moment for moment in moments if moment is not None]
    if not known:
        return False
    first, last = min(known), max(known)
    apart = sorted({seconds for _, seconds in known})
    step = min((later - earlier for earlier, later in pairwise(apart)), default=0.0)
    of_last_day = {seconds for day, seconds in known if day == last[0]}
    return last[0] > first[0] and of_last_day == {0.0} and 0.0 < first[1] == step


def later(moments: Sequence[Moment], hours: Sequence[float]) -> list[Moment]:
    """Each moment put later by its hours, earlier where they are below 0."""
    return [
        moment if moment is None or own == 0.0 else _put_later(moment, own * SECONDS_PER_HOUR)
        for moment, own in zip(moments, hours, strict=True)
    ]


def _put_later(moment: tuple[date, float], by_s: float) -> tuple[date, float]:
    days, seconds = divmod(moment[1] + by_s, SECONDS_PER_DAY)
    return _days_later(moment[0], int(days)), seconds


def _days_later(day: date, days: int) -> date:
    """Within what a calendar has."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def as_starts(moments: Sequence[Moment]) -> list[Moment]:
    """Ends of intervals as their starts; an interval is the least that lies between two times of day."""
    known = sorted({moment[1] for moment in moments if moment is not None})
    apart = min((later - earlier for earlier, later in pairwise(known)), default=float(SECONDS_PER_HOUR))
    return [None if moment is None else _earlier(moment, apart) for moment in moments]


def _earlier(moment: tuple[date, float], by_s: float) -> tuple[date, float]:
    day, seconds = moment
    return (day, seconds - by_s) if seconds >= by_s else (_days_later(day, -1), seconds + SECONDS_PER_DAY - by_s)


def with_colons(text: str) -> str:
    """A time as clocks show it, where it is written without: 20240513T0800, 8点, 8点半, 15时许, 2 PM."""
    text = text.strip()
    compact = COMPACT.match(text)
    if compact:
        year, month, day, hour, minute, second = compact.groups()
        return f"{year}-{month}-{day} {hour}:{minute}:{second or '00'}"
    text = FULL_HOUR.sub(r" \1:00", HALF_PAST.sub(r" \1:30", ABOUT_THEN.sub("", text)))
    return BARE_HALF.sub(r"\1:00 \2", text).replace("日", "日 ").strip()


def tells_both(text: str) -> bool:
    """Whether a text has a day and a time of it."""
    text = with_colons(text)
    kinds = (YEAR_FIRST_DAY, YEAR_LAST, COMPACT_DAY, NAMED_DAY)
    return any(kind.match(text) for kind in kinds) and CLOCK.search(text) is not None


def of_whole_day(hour: int, half: re.Match[str]) -> int:
    """The hour from midnight of one up to 12 in the half of the day that `HALF` found; noon begins at 10."""
    later = half[3] or (half[1] or "").lower() == "p" or (half[4] and hour not in {10, 11})
    return hour % HALF_A_DAY + (HALF_A_DAY if later else 0)


def _moment(day_text: str, time_text: str, order: DateOrder) -> Moment:
    day = _day(day_text.strip(), order)
    clock = CLOCK.search(time_text)
    if day is None or clock is None:
        return None
    hour, half = int(clock[1]), HALF.search(time_text)
    if half is not None and hour <= HALF_A_DAY:
        hour = of_whole_day(hour, half)
    if hour == 24:  # noqa: PLR2004 - the end of a day as some write it
        day, hour = _days_later(day, 1), 0
    minute, second = int(clock[2]), min(int(clock[3] or 0), SIXTY - 1)
    seconds = hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE + second
    return (day, float(seconds)) if hour < 24 and minute < SIXTY else None  # noqa: PLR2004 - of a day


def _day(text: str, order: DateOrder) -> date | None:
    first, last = YEAR_FIRST_DAY.match(text) or COMPACT_DAY.match(text), YEAR_LAST.match(text)
    named = NAMED_DAY.match(text)
    if named:
        day, month, year = int(named[1]), month_of(named[2]) or LAST_MONTH + 1, int(named[3])
    elif first:
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
