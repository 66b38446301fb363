"""Traffic counts: a row a vehicle, or a row an interval, to profiles, shares of trucks and the year's average day.

[1] Grande, Paramita, Regehr (2021), Transportation Research Record, doi 10.1177/03611981211001831: the year's average
    from 48 hours with factors of a conventional group is off by 10.3 % in the mean.
[2] Gadda, Magoon, Kockelman (2007), Estimates of AADT: quantifying the uncertainty, TRB annual meeting: up to 24.6 % in
    the mean for wrongly chosen factors.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

from sim.core.texts import shown
from sim.core.units import HOURS_PER_DAY, METRES_PER_KM, METRES_PER_MILE, SECONDS_PER_HOUR, Bools, Floats
from sim.importing.count_columns import NAMES, columns_of_counts, with_a_row_a_class
from sim.importing.count_rows import Read, looks_like_intervals, without_sums_and_repeats
from sim.importing.dates import DateOrder
from sim.importing.findings import refused
from sim.importing.moments import (
    Moment,
    as_starts,
    end_at_midnight,
    later,
    midnights_after,
    read_moments,
    tell_ends,
    with_colons,
)
from sim.importing.numbered import is_of_another_zone, is_of_greenwich, of_spreadsheet, of_unix
from sim.importing.table import Row, Table, all_names, cell, number_of, plain_name, read_table
from sim.importing.vehicle_classes import GROUPS, Group, group_of, sums_among

BARE = re.compile(r"(\d{1,4})\s*(?:[Hh]|时|点)?\s*([AaPp][Mm])?")
POINTS_APART, COMMAS_APART = re.compile(r"\d{1,3}(?:\.\d{3})+"), re.compile(r"\d{1,3}(?:,\d{3})+")
NEVER_HOURS = 3
"""Hours without a row on any day, from which on intervals are part of a day: assumption, 2 to 6."""
SILENT_HOURS, BUSY_A_DAY = 6, 500.0
"""The same of single vehicles, on a road with so many a day: assumptions, 4 to 8 and 200 to 1,000."""
SPEED_UNIT = re.compile(r"\s*(?:km/h|kmh|kph|mph)$")
FIRST_LIGHT_HOUR, LAST_LIGHT_HOUR = 7, 19
WEEK = 7
MOST_UNREAD = 0.1
"""Of all rows, without a time that can be read: assumption, 0.02 to 0.2."""
SHORT_ERROR, WEEK_ERROR = 0.25, 0.13
"""Relative standard error of the year's average. From a week or more: 10.3 % in the mean [1] are a standard deviation
of 13 %. From less: assumption, 0.13 to 0.31, the latter what 24.6 % in the mean [2] are. No seasonal factors apply."""


@dataclass(frozen=True, eq=False)
class Counts:
    """What was counted by hour; shape of `by_hour` (days, hours, groups)."""

    days: tuple[date, ...]
    """Days with all 24 hours between the first and the last row."""
    by_hour: Floats
    rows: int
    unread: int
    """Rows whose time could not be read."""
    out_of_order: int
    speeds_kmh: Mapping[str, tuple[float, float, float]]
    """By group: 15th, 50th and 85th percentile."""
    unknown_classes: tuple[str, ...]
    """Names that say nothing of the vehicle."""
    left_out: Mapping[str, int]
    """Rows that count nothing of their own, by why."""
    hours_without_a_row: int
    """Of the whole days, where rows are intervals."""
    by_direction: Mapping[str, Floats]
    """Vehicles of the whole days by hour and group, shape (24, groups); none where all rows are of one direction."""

    @property
    def silent_hours(self) -> int:
        """Hours of the whole days by light without any vehicle, such as when a counter was out."""
        by_light = self.by_hour[:, FIRST_LIGHT_HOUR:LAST_LIGHT_HOUR].sum(axis=2)
        return int((by_light == 0.0).sum())

    @property
    def a_day(self) -> float:
        """Vehicles on the mean day, weekdays weighted alike where there is a week."""
        return float(self._by_day().sum())

    def _by_weekday(self) -> Floats | None:
        """Vehicles of the mean Monday to Sunday by group, shape (7, groups); None where not all were counted."""
        weekday = np.array([day.weekday() for day in self.days])
        if len(set(weekday.tolist())) < WEEK:
            return None
        daily = self.by_hour.sum(axis=1)
        return np.array([daily[weekday == number].mean(axis=0) for number in range(WEEK)])

    def _by_day(self) -> Floats:
        """Vehicles of the mean day by group, shape (groups,)."""
        week = self._by_weekday()
        result: Floats = self.by_hour.sum(axis=1).mean(axis=0) if week is None else week.mean(axis=0)
        return result

    @property
    def shares(self) -> dict[str, float]:
        """Of all vehicles, by group."""
        mean = self._by_day()
        return {group: float(share) for group, share in zip(GROUPS, mean / mean.sum(), strict=True)}

    @property
    def truck_share(self) -> float | None:
        """Of all vehicles; None where nothing tells what they are."""
        shares = self.shares
        return None if shares["unclassified"] == 1.0 else shares["rigid"] + shares["semi"]

    @property
    def relative_error(self) -> float:
        """Of the year's average day, one standard deviation."""
        return WEEK_ERROR if len(self.days) >= WEEK else SHORT_ERROR

    def hourly(self, groups: Sequence[Group]) -> list[float]:
        """Vehicles of some groups by hour of the mean day."""
        columns = [GROUPS.index(group) for group in groups]
        return [float(value) for value in self.by_hour[:, :, columns].sum(axis=2).mean(axis=0)]

    def weekly(self, groups: Sequence[Group]) -> list[float] | None:
        """Vehicles of some groups by weekday, Monday first, or None where not all were counted."""
        week, columns = self._by_weekday(), [GROUPS.index(group) for group in groups]
        return None if week is None else [float(vehicles) for vehicles in week[:, columns].sum(axis=1)]

    def counted(self, group: Group) -> float:
        """Vehicles of a group on all whole days."""
        return float(self.by_hour[:, :, GROUPS.index(group)].sum())


def read_counts(
    file: Path,
    *,
    named: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
    miles: bool = False,
    utc_offset_h: float | None = None,
    keep: Mapping[str, str] | None = None,
) -> Counts:
    """Counts of a table with a row a vehicle, or a row an interval and class.

    Raises
    ------
    RefusedError
        if it has no time or class, dates are mixed, no whole day was counted, or times are Greenwich's and
        `utc_offset_h`, which is added to them, is not given
    """
    table = read_table(file, needed=all_names(NAMES))
    table = table.where(keep or {})
    table = _with_merged_days(table, table.columns_of(NAMES, named).get("date"))
    table, named, left_out = with_a_row_a_class(table, named or {})
    columns = columns_of_counts(table, named)
    when = [(row[0], *_when(row, columns)) for row in table.rows]
    cells, later_h = _in_own_time(file, when, utc_offset_h, both_in_one="moment" in columns)
    moments = later(read_moments(file, columns.get("moment") or columns["date"], cells, date_order), later_h)
    if "count" in columns:
        moments = midnights_after(moments)
        if tell_ends([time for _, _, time in cells]) or end_at_midnight(moments):
            moments = as_starts(moments)
    read = [(moment, row) for moment, row in zip(moments, table.rows, strict=True) if moment is not None]
    if not read:
        raise refused(
            f"{file}:{table.rows[0][0]}", "no time can be read: is it like 2024-05-01 14:30 or 05/01/2024 2:30 PM?"
        )
    _see_that_most_are_read(file, cells, moments)
    _see_what_a_row_is(table, columns, [moment for moment, _ in read])
    unread = len(table.rows) - len(read)
    read, sums = without_sums_and_repeats(file, read, columns)
    classes = {cell(row, columns, "class") for _, row in read}
    counted = classes - sums_among(classes)
    days, by_hour, without_a_row = _by_hour(read, columns, counted, table)
    back = sum(later < earlier for earlier, later in pairwise(moment for moment, _ in read))
    if not by_hour.any():
        raise refused(file, "no vehicle was counted on a whole day")
    speeds = _speeds(read, columns, miles=miles)
    unknown = (*sorted(name for name in counted if name and group_of(name) == "unclassified"), *left_out)
    directions = _by_direction(read, columns, counted, table, set(days))
    return Counts(days, by_hour, len(table.rows), unread, back, speeds, unknown, sums, without_a_row, directions)


def _with_merged_days(table: Table, column: str | None) -> Table:
    """A day that stands in the first of its rows alone, as in merged cells of a spreadsheet, in all of them."""
    days = [] if column is None else [cells.get(column, "").strip() for _, cells in table.rows]
    if column is None or not days[0] or sum(map(bool, days)) > MOST_UNREAD * len(days):
        return table
    rows, day = [], ""
    for (line, cells), own in zip(table.rows, days, strict=True):
        day = own or day
        rows.append((line, {**cells, column: day}))
    return replace(table, rows=tuple(rows))


def _see_what_a_row_is(table: Table, columns: Mapping[str, str], moments: Sequence[tuple[date, float]]) -> None:
    """A number of vehicles that has an unknown name, or whole days, would make traffic of another size."""
    place = f"{table.file}:{table.rows[0][0]}"
    if "count" in columns:
        if len({seconds for _, seconds in moments}) == 1 and len({day for day, _ in moments}) > 1:
            raise refused(place, "each row is a whole day: counts by hour or shorter are needed for profiles")
        return
    others = [name for name in table.columns if name and name not in columns.values()]
    numbers = [name for name in others if all(number_of(own.get(name, "")) is not None for _, own in table.rows)]
    varied = [name for name in numbers if len({own[name] for _, own in table.rows}) > 1]
    if varied and looks_like_intervals(moments):
        raise refused(
            place,
            f"rows look like intervals, not like vehicles: say which column has their number, such as "
            f"--map count={varied[-1]}",
        )


def _in_own_time(
    file: Path, cells: Sequence[tuple[int, str, str]], utc_offset_h: float | None, *, both_in_one: bool
) -> tuple[list[tuple[int, str, str]], list[float]]:
    """Times that are numbers as text, and by how many hours each is to be put later."""
    found, later_h, abroad = [], [], []
    for line, day, time in cells:
        unix = of_unix(day)
        dated = unix or of_spreadsheet(day, midnight=both_in_one)
        own = dated if unix or (both_in_one and dated != day) else time
        greenwich = unix is not None or is_of_greenwich(own)
        if greenwich:
            abroad.append(line)
        elif utc_offset_h is not None and is_of_another_zone(own):
            raise refused(
                f"{file}:{line}", f"{shown(own)} says how far it is ahead of Greenwich: leave --utc-offset out"
            )
        found.append((line, dated, own))
        later_h.append(utc_offset_h or 0.0 if greenwich else 0.0)
    if abroad and utc_offset_h is None:
        raise refused(
            f"{file}:{abroad[0]}",
            "times are Greenwich's (UTC): say --utc-offset with the hours to add, 8 in China, 0 if they are the "
            "road's own after all",
        )
    if not abroad and utc_offset_h is not None:
        raise refused(f"{file}:{cells[0][0]}", "no time says that it is Greenwich's (UTC): leave --utc-offset out")
    return found, later_h


def _see_that_most_are_read(file: Path, cells: Sequence[tuple[int, str, str]], moments: Sequence[Moment]) -> None:
    """A few rows without a time are left out; many would be traffic that is missing."""
    unread = [cell for cell, moment in zip(cells, moments, strict=True) if moment is None]
    if len(unread) > MOST_UNREAD * len(moments):
        line, day, time = unread[0]
        raise refused(
            f"{file}:{line}",
            f"{len(unread):,} of {len(moments):,} rows have a time that can't be read, such as "
            f"{shown(f'{day} {time}')}: 2024-05-01 14:30, 05/01/2024 2:30 PM, 20240501 14:30 and 1-May-2024 14:30 can",
        )


def _when(row: Row, columns: Mapping[str, str]) -> tuple[str, str]:
    """Text with the day, and text with the time of it."""
    if "moment" in columns:
        text = with_colons(cell(row, columns, "moment"))
        return text, text.partition(" ")[2] or text.partition("T")[2]
    return cell(row, columns, "date"), _clock(with_colons(cell(row, columns, "time")))


def _clock(text: str) -> str:
    """14, 1400, 930 and `2 PM` as a clock with a colon."""
    bare = BARE.fullmatch(text)
    if bare is None:
        return text
    digits = bare[1]
    hour, minute = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "00")  # noqa: PLR2004 - of an hour
    return f"{hour}:{minute} {bare[2] or ''}"


def _by_hour(
    read: Sequence[Read], columns: Mapping[str, str], classes: Collection[str], table: Table
) -> tuple[tuple[date, ...], Floats, int]:
    """Whole days, vehicles of these classes by day, hour and group, and hours that have no row."""
    file = table.file
    first, last = min(moment for moment, _ in read), max(moment for moment, _ in read)
    counted = [own for own in read if cell(own[1], columns, "class") in classes]
    days = sorted({moment[0] for moment, _ in counted if _covered(moment[0], first, last)})
    if not days:
        hours = (last[0] - first[0]).days * HOURS_PER_DAY + (last[1] - first[1]) / SECONDS_PER_HOUR
        raise refused(file, f"{hours:.0f} hours were counted, none of their days from midnight to midnight")
    place = {day: index for index, day in enumerate(days)}
    by_hour = np.zeros((len(days), HOURS_PER_DAY, len(GROUPS)))
    has_row = np.zeros((len(days), HOURS_PER_DAY), dtype=np.bool_)
    for (day, seconds), row in counted:
        vehicles = _count(row, columns, table)
        if day in place:
            group, hour = GROUPS.index(group_of(cell(row, columns, "class"))), int(seconds // SECONDS_PER_HOUR)
            by_hour[place[day], hour, group] += vehicles
            has_row[place[day], hour] = True
    intervals = "count" in columns
    _see_that_all_hours_are_counted(file, has_row, intervals=intervals, a_day=float(by_hour.sum()) / len(days))
    return tuple(days), by_hour, int((~has_row).sum()) if intervals else 0


def _by_direction(
    read: Sequence[Read], columns: Mapping[str, str], classes: Collection[str], table: Table, days: Collection[date]
) -> dict[str, Floats]:
    """Vehicles of whole days by direction, in alphabetical order; nothing where no two are told apart."""
    found: dict[str, Floats] = {}
    for (day, seconds), row in read:
        name = cell(row, columns, "class")
        if day in days and name in classes:
            own = found.setdefault(cell(row, columns, "direction"), np.zeros((HOURS_PER_DAY, len(GROUPS))))
            own[int(seconds // SECONDS_PER_HOUR), GROUPS.index(group_of(name))] += _count(row, columns, table)
    named = {name: found[name] for name in sorted(found) if name and found[name].any()}
    return named if len(named) > 1 else {}


def _see_that_all_hours_are_counted(file: Path, has_row: Bools, *, intervals: bool, a_day: float) -> None:
    """A count of 12 to 16 hours on several days has none of the night, and is no day's traffic."""
    never = [hour for hour in range(HOURS_PER_DAY) if not has_row[:, hour].any()]
    silent = len(has_row) > 1 and len(never) >= SILENT_HOURS and a_day >= BUSY_A_DAY
    at_night = len(never) >= NEVER_HOURS and (0 in never or HOURS_PER_DAY - 1 in never)
    if at_night or len(never) >= HOURS_PER_DAY // 2 if intervals else silent:
        raise refused(
            file,
            f"no day has anything in the hours {', '.join(map(str, never))}: part of a day, or intervals longer than "
            "an hour, are no day's traffic",
        )


def _covered(day: date, first: tuple[date, float], last: tuple[date, float]) -> bool:
    """Whether a day lies between the first and the last row, but for an hour at its ends."""
    begins = first[0] < day or (first[0] == day and first[1] <= SECONDS_PER_HOUR)
    ends = last[0] > day or (last[0] == day and last[1] >= (HOURS_PER_DAY - 1) * SECONDS_PER_HOUR)
    return begins and ends


def _count(row: Row, columns: Mapping[str, str], table: Table) -> float:
    """Vehicles of a row; an empty cell is none."""
    file = table.file
    if "count" not in columns:
        return 1.0
    text = cell(row, columns, "count")
    if POINTS_APART.fullmatch(text) or (table.delimiter == ";" and COMMAS_APART.fullmatch(text)):
        mark = "." if "." in text else ","
        raise refused(
            f"{file}:{row[0]}",
            f"{columns['count']}: {shown(text)} may be thousands or a fraction of a vehicle: write "
            f"{text.replace(mark, '')} or {text.rstrip('0').rstrip(mark)}",
        )
    value = number_of(text) if text else 0.0
    if value is None or value < 0.0:
        raise refused(f"{file}:{row[0]}", f"{columns['count']}: found {shown(text)}, must be a number of vehicles")
    return value


def _speeds(read: Sequence[Read], columns: Mapping[str, str], *, miles: bool) -> dict[str, tuple[float, float, float]]:
    """Percentiles by group, where every row is a vehicle."""
    if "speed" not in columns or "count" in columns:
        return {}
    head = plain_name(columns["speed"])
    miles = "mph" in head or "mi/h" in head or (miles and "km" not in head)
    found: dict[str, list[float]] = {}
    for _, row in read:
        text = cell(row, columns, "speed").lower()
        speed = number_of(SPEED_UNIT.sub("", text))
        if speed is not None and speed > 0.0:
            of_miles = text.endswith("mph") or (miles and not text.endswith(("km/h", "kmh", "kph")))
            kmh = speed * (METRES_PER_MILE / METRES_PER_KM if of_miles else 1.0)
            found.setdefault(group_of(cell(row, columns, "class")), []).append(kmh)
    return {group: tuple(np.percentile(own, (15, 50, 85)).tolist()) for group, own in sorted(found.items())}
