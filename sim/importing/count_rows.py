"""Rows of counts that are not intervals of their own: sums over time, directions or lanes, repeats, strays."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import median_low

from sim.core.units import SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MINUTE
from sim.importing.findings import refused
from sim.importing.table import Row, cell
from sim.importing.vehicle_classes import SUM

Read = tuple[tuple[date, float], Row]
"""Day and seconds since its midnight of a row."""
BOTH = re.compile(r"^(?:both(?: directions| ways)?|combined|two[- ]way|nb\+sb|eb\+wb|双向|断面)$", re.IGNORECASE)
CLOCK = r"(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?"
BOTH_ENDS = re.compile(rf"(?:^{CLOCK}\s*| {CLOCK}\s+)(?:-|–|—|~|～|至|to)\s*{CLOCK}$")
"""Of an interval; behind a day the first is followed by a space, as a second clock may be a zone's."""
SUM_OF_TIMES = re.compile(r"peak|total|sum|average|合计|小计|总计|高峰|平均", re.IGNORECASE)
STRAY_DAYS, MOST_STRAYS = 366, 0.01
"""A row so many days from the middle one, of so few, has its time from a clock that was reset: assumption."""
MOSTLY = 0.8
"""Of an hour's rows by class: where so many stand alone, the same row again is a repeat: assumption, 0.6 to 0.95."""
EVEN_S, MOST_EVEN = 5 * SECONDS_PER_MINUTE, 0.98
"""Of times at full five minutes, from which on rows are intervals: assumption, 0.9 to 1."""
FEWEST_ROWS = 20
"""To tell intervals from vehicles, and rows of a station: assumption, 10 to 50."""


def without_sums_and_repeats(
    file: Path, read: Sequence[Read], columns: Mapping[str, str]
) -> tuple[list[Read], dict[str, int]]:
    """Rows that count something of their own, and how many were left out for what.

    Raises
    ------
    RefusedError
        if there are several stations
    """
    _see_that_there_is_one_station(file, read, columns)
    kept = _without_strays(read)
    left = {"rows_of_another_time": len(read) - len(kept)}
    if "count" in columns:
        before, kept = len(kept), _without_sums(kept, columns)
        left["rows_that_are_sums"] = before - len(kept)
        before, kept = len(kept), _without_repeats(kept, columns)
        left["rows_that_repeat"] = before - len(kept)
    return kept, left


def _see_that_there_is_one_station(file: Path, read: Sequence[Read], columns: Mapping[str, str]) -> None:
    stations = {cell(row, columns, "station") for _, row in read} - {""}
    if 1 < len(stations) <= len(read) / FEWEST_ROWS:  # more are running numbers
        raise refused(
            f"{file}:{read[0][1][0]}",
            f"{columns['station']}: holds {len(stations)} stations ({', '.join(sorted(stations)[:4])}): choose one "
            f"with --keep {columns['station']}=NAME",
        )


def _without_strays(read: Sequence[Read]) -> list[Read]:
    middle = median_low([day for (day, _), _ in read])
    near = [one for one in read if abs((one[0][0] - middle).days) <= STRAY_DAYS]
    return near if len(near) >= (1.0 - MOST_STRAYS) * len(read) else list(read)


def _without_sums(read: Sequence[Read], columns: Mapping[str, str]) -> list[Read]:
    kept = list(read)
    for what in ("direction", "lane"):
        texts = {cell(row, columns, what) for _, row in kept} - {""}
        parts = {text for text in texts if not SUM.match(text) and not BOTH.match(text)}
        if parts:
            kept = [one for one in kept if cell(one[1], columns, what) in {*parts, ""}]
    lengths = {one[1][0]: _length_s(_time(one[1], columns)) for one in kept}
    usual = Counter(lengths.values()).most_common(1)[0][0] if kept else 0
    return [one for one in kept if lengths[one[1][0]] <= usual and not SUM_OF_TIMES.search(_time(one[1], columns))]


def _time(row: Row, columns: Mapping[str, str]) -> str:
    return cell(row, columns, "time" if "time" in columns else "moment")


def _length_s(text: str) -> int:
    """Of an interval that is written with both of its ends, else 0."""
    found = BOTH_ENDS.search(text)
    if found is None:
        return 0
    clocks = [int(part) for part in found.groups() if part is not None]
    begins, ends = (hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE for hour, minute in (clocks[:2], clocks[2:]))
    return (ends - begins) % SECONDS_PER_DAY or SECONDS_PER_DAY


def _without_repeats(read: Sequence[Read], columns: Mapping[str, str]) -> list[Read]:
    """Without rows that stand there again, word for word; directions that nothing tells apart are no repeats."""
    keys = [(moment, *(cell(row, columns, what) for what in ("class", "direction", "lane"))) for moment, row in read]
    texts = [(key, tuple(row[1].items())) for key, (_, row) in zip(keys, read, strict=True)]
    kept = dict(zip(reversed(texts), reversed(read), strict=True))
    each = Counter(key for key, _ in kept)
    single = sum(count == 1 for count in each.values())
    return list(reversed(kept.values())) if single >= MOSTLY * len(each) else list(read)


def looks_like_intervals(moments: Sequence[tuple[date, float]]) -> bool:
    """Whether times lie on a grid of five minutes, as those of single vehicles don't."""
    even = sum(seconds % EVEN_S == 0.0 for _, seconds in moments)
    return len(moments) >= FEWEST_ROWS and even >= MOST_EVEN * len(moments)
