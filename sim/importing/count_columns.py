"""Columns of counts: what they are called, and a table with a column a class as one with a row a class."""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

import numpy as np

from sim.core.texts import shown
from sim.importing.findings import refused
from sim.importing.moments import tells_both
from sim.importing.table import Table, cell, number_of
from sim.importing.vehicle_classes import group_of, sums_among

COUNT_UNITS = ("_veh", "_vehicles", "_vehs", "_veh/h", "_vph", "_辆", "_辆/h", "_辆/小时", "_辆次")
"""Behind the name of a number of vehicles."""
NAMES: dict[str, tuple[str, ...]] = {
    "date": ("date", "day", "日期"),
    "time": ("time", "hour", "start", "begin", "时间", "时段"),
    "moment": ("datetime", "timestamp", "date time", "date/time", "date_time", "通过时间"),
    "class": ("class", "vehicle_class", "veh_class", "fhwa_class", "cls", "车型"),
    "count": tuple(
        f"{name}{unit}"
        for unit in ("", *COUNT_UNITS)
        for name in (
            "count", "volume", "vehicles", "flow", "vehicle count", "vehicle_count", "number of vehicles",
            "traffic volume", "traffic", "total volume", "total", "anzahl", "流量", "数量",
            "交通量", "车流量", "辆数", "合计",
        )
    ),
    "speed": ("speed", "speed_kmh", "speed_mph", "speed_kph", "速度", "车速", "速度_kmh", "车速_kmh"),
    "station": ("station", "site", "site_id", "site id", "location", "counter", "站点", "观测站", "断面名称"),
    "direction": ("direction", "dir", "bound", "heading", "方向", "行驶方向"),
    "lane": ("lane", "lane_no", "lane number", "车道", "车道号"),
}  # fmt: skip
OTHERS = re.compile(
    r"^(?:others?|unclassified|unknown|其他|其它|未分类|sonstige)$|^(?:class|cls|fhwa|f)?[\s_-]*\d+$", re.IGNORECASE
)
"""Columns of vehicles of no known class, beside those of known ones."""
FIRST_ROWS = 20
"""In which a time is looked for beside the day."""
MOST_ODD = 0.1
"""Of a column's cells, that are no numbers in a column of them: assumption, 0.02 to 0.2."""
LEAST_KINDS = 2
"""Columns of vehicles by class, from which on a table is taken as one of those."""
MOST_KINDS, LEAST_VALUES = 12, 5
"""Columns among which sums are looked for, and values that a sum has at least: assumptions, 8 to 16 and 3 to 10."""
KIND, NUMBER = "kind of vehicle", "number of vehicles"


def with_a_row_a_class(table: Table, named: Mapping[str, str]) -> tuple[Table, Mapping[str, str], tuple[str, ...]]:
    """A table with a column for each class of vehicle as one with a row for each.

    With it, what its new columns are for, and columns of numbers that are taken for none of a class.
    """
    found = table.columns_of(NAMES, named)
    others = [column for column in table.columns if column not in found.values()]
    sums = sums_among(others)
    others = [column for column in others if column not in sums]
    known = [column for column in others if group_of(column) != "unclassified"]
    if "class" in found or len(known) < LEAST_KINDS:
        return table, named, ()
    kinds = [column for column in others if column in known or OTHERS.match(column.strip())]
    kinds = [column for column in kinds if column not in _sums_of_columns(table, kinds)]
    rows = [(line, {**cells, KIND: kind, NUMBER: cells.get(kind, "")}) for line, cells in table.rows for kind in kinds]
    columns = (*table.columns, KIND, NUMBER)
    left = [column for column in others if column not in kinds]
    _see_that_columns_are_told_apart(table, [*kinds, *found.values()])
    numbers = [name for name in left if name and _holds_numbers(table, name)]
    long = Table(table.file, columns, tuple(rows), table.delimiter)
    return long, {**named, "class": KIND, "count": NUMBER}, tuple(numbers)


def _holds_numbers(table: Table, name: str) -> bool:
    """Whether a column has numbers, and next to nothing else but empty cells."""
    texts = [text for _, cells in table.rows if (text := cells.get(name, "").strip())]
    return bool(texts) and sum(number_of(text) is None for text in texts) <= MOST_ODD * len(texts)


def _see_that_columns_are_told_apart(table: Table, used: Collection[str]) -> None:
    """Names that stand twice, as for two directions, and columns of numbers without one would be lost."""
    twice = [name for name in table.repeated if name in used]
    if twice:
        raise refused(
            f"{table.file}:1", f"{shown(twice[0])} stands twice in the header: give each direction a name of its own"
        )
    if "" in table.columns and _holds_numbers(table, ""):
        raise refused(f"{table.file}:1", "a column of numbers has no name in the header: is its head on two lines?")


def _sums_of_columns(table: Table, kinds: Sequence[str]) -> set[str]:
    """Columns that are the sum of others on every row, such as trucks beside rigid and articulated ones."""
    if not LEAST_KINDS < len(kinds) <= MOST_KINDS:
        return set()
    values = np.array([[number_of(cells.get(kind, "") or "0") or 0.0 for kind in kinds] for _, cells in table.rows])
    found: set[int] = set()
    for one in range(len(kinds)):
        if len(set(values[:, one].tolist())) < LEAST_VALUES:
            continue
        others = [
            other for other in range(len(kinds)) if other != one and other not in found and values[:, other].any()
        ]
        for size in range(2, len(others) + 1):
            if any((values[:, list(part)].sum(axis=1) == values[:, one]).all() for part in combinations(others, size)):
                found.add(one)
                break
    return {kinds[one] for one in found}


def columns_of_counts(table: Table, named: Mapping[str, str]) -> dict[str, str]:
    """Columns by what they hold.

    Raises
    ------
    RefusedError
        if none holds the time, or one that may hold the class is not known as that
    """
    found = table.columns_of(NAMES, named)
    if "moment" not in found and ("date" in found) != ("time" in found):
        only = "date" if "date" in found else "time"
        if any(tells_both(cell(row, found, only)) for row in table.rows[:FIRST_ROWS]):
            found["moment"] = found.pop(only)
    if "moment" not in found and not {"date", "time"} <= set(found):
        raise refused(f"{table.file}:1", "no column holds when: say --map moment=COLUMN, or date and time")
    if "class" not in found:
        words = _of_words(table, found)
        if words or "count" not in found:
            among = f", such as {words[0]}" if words else ""
            raise refused(f"{table.file}:1", f"no column holds the class of vehicle: say --map class=COLUMN{among}")
    return found


def _of_words(table: Table, found: Mapping[str, str]) -> list[str]:
    """Columns of several words, which may be classes of vehicles that are called otherwise."""
    others = [column for column in table.columns if column not in found.values()]
    words = {column: {row.get(column, "").strip() for _, row in table.rows} - {""} for column in others}
    return [column for column, own in words.items() if len(own) > 1 and all(number_of(text) is None for text in own)]
