"""Accident records of others: one row an accident, with where and when it was, whatever the columns are called.

Nothing is dropped: what can't be placed or dated stays, and is counted as such. Rows that are the same to the letter
are named, not removed; rows of persons or vehicles of one accident are folded by its number.
"""

import bz2
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from sim.core.texts import shown
from sim.core.units import METRES_PER_KM
from sim.importing.dates import DateOrder, Dates, likely_year, month_of, read_dates
from sim.importing.findings import refused
from sim.importing.moments import HALF, HALF_A_DAY, of_whole_day, with_colons
from sim.importing.numbered import of_spreadsheet, of_unix
from sim.importing.posts import post_of
from sim.importing.table import Row, Table, all_names, cell, decimal_of, number_of, plain_name, read_table

Where = Literal["located", "outside", "ambiguous", "unlocated"]
NAMES: dict[str, tuple[str, ...]] = {
    "id": (
        *("accident_id", "accident id", "accident_no", "accident no", "accident_number", "crash_id", "crash id"),
        *("crash_no", "crash no", "crash_number", "collision_id", "accident_index", "collision_index"),
        *("case", "case_id", "case_no"),
        *("事故编号", "事故号", "报案编号", "编号", "id"),
    ),
    "date": ("date", "accident_date", "crash_date", "日期", "事故日期", "发生时间", "事故时间"),
    "year": ("year", "crash_year", "accident_year", "年", "年份"),
    "month": ("month", "crash_month", "月"),
    "hour": ("hour", "time", "crash_time", "时间", "小时"),
    "route": ("route", "road", "corridor", "link", "tway_id", "路线", "道路", "路名", "线路"),
    "post": (
        *("post", "km", "milepost", "mile_post", "post_mi", "mile", "mp", "station", "ref_point", "milept", "chainage"),
        *("桩号", "里程", "公里", "公里数"),
    ),
    "post_m": ("post_m", "metres", "meters", "米", "米数"),
    "lon": ("lon", "longitude", "longitud", "lng", "经度"),
    "lat": ("lat", "latitude", "纬度"),
    "severity": (
        "severity",
        "accident_severity",
        "casualty_severity",
        "injury_severity",
        "person_severity",
        "严重程度",
        "事故类型",
        "伤亡程度",
        "伤害程度",
    ),
    "type": (
        *("collision_type", "collision type", "crash_type", "crash type", "accident_type", "accident type"),
        *("type_of_accident", "manner_of_collision", "manner of collision"),
        *("manner_of_crash", "first_harmful_event", "事故形态", "碰撞形态", "碰撞类型", "形态"),
    ),
    "deaths": ("deaths", "fatals", "fatalities", "killed", "死亡人数", "死亡人数_人", "死亡"),
    "injuries": ("injuries", "injured", "受伤人数", "受伤人数_人", "受伤"),
}  # fmt: skip
"""Columns as they are called; whatever is called otherwise is named by --map."""
UNKNOWN_DEGREES = 77.0
"""Latitudes from here on are codes for unknown; no road is as far north."""
FATAL = frozenset(
    {"fatal", "1", "k", "fatality", "fatal injury", "fatal accident", "fatal crash", "killed"}
    | {"死亡", "死亡事故", "亡人事故"}
)
TOLD_SEVERITY = re.compile(
    r"^[1-5kabco]$|fatal|killed|dead|death|injur|hurt|slight|serious|severe|minor|damage|pdo|[死亡伤损]|财产|轻微|一般|重大"
)
"""As severities are written, in small letters; codes of one sign, KABCO among them."""
EITHER = frozenset({"事故类型", "accident_type", "accident type", "crash_type", "crash type", "type_of_accident"})
"""Columns that hold how severe accidents were in some tables, and how they happened in others."""
NO_DEATH = re.compile(r"无死亡|非死亡|未死亡")
NO_ID = frozenset({"", "-", "n/a", "na", "nan", "none", "null", "unknown", "无", "不详"})
"""Cells that are no accident's number."""
A_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)|^(?:19|20)\d{2}(?=\d{4}$)")
MOST_OF_ANOTHER_YEAR, MOST_UNDATED = 0.1, 0.5
"""Of all rows: assumptions, 0.02 to 0.3 and 0.2 to 0.8."""
HOUR_DIGITS = 2
OF_MILES = re.compile(r"mile|(?:^|_)mi(?:$|_)|(?:^|_)mp$")
"""In the name of a column of posts."""
OF_PERSONS = frozenset({"casualty_severity", "injury_severity", "person_severity", "伤亡程度", "伤害程度"})
"""Columns of severity that are each person's, not the accident's."""
CLOCK_AT_END = re.compile(
    r"(?:.*[\sT日午晨早上晚])?(\d{1,2})[:：时点](\d{2})分?(?::\d{2}(?:\.\d+)?)?\s*(?:[AaPp][Mm]?)?$"
)
IS_TIME = re.compile(r"[:：时点]|[AaPp]\.?[Mm]\.?$")
MOST_NAMED = 20
MOST_UNPACKED_BYTES = 300_000_000


@dataclass(frozen=True)
class Layout:
    """A kind of file: what tells it, the columns that differ, and codes."""

    signs: frozenset[str]
    columns: Mapping[str, str] = field(default_factory=dict)
    mile_posts: bool = False
    post: Callable[[str], float | None] = post_of
    """Reads a place along a route, in the unit of the posts."""


def _tenths(text: str) -> float | None:
    """Fatality Analysis Reporting System: tenths of a mile; 99998 and 99999 are unknown, 0 is none."""
    value = int(text) if text.isdecimal() else 0
    return None if value == 0 or value >= 99_998 else value / 10.0  # noqa: PLR2004 - its codes


LAYOUTS: dict[str, Layout] = {
    "fars": Layout(
        frozenset({"ST_CASE", "MILEPT"}), {"id": "ST_CASE", "route": "TWAY_ID"}, mile_posts=True, post=_tenths
    ),
    "montana": Layout(
        frozenset({"CORRIDOR", "REF_POINT"}), {"route": "CORRIDOR", "post": "REF_POINT"}, mile_posts=True
    ),
    "table": Layout(frozenset()),
}


@dataclass(frozen=True)
class Accident:
    """One accident; what is not known is None."""

    row: int
    """Line of the file."""
    id: str
    year: int | None
    month: int | None
    hour: int | None
    route: str
    post: float | None
    """Along the route, in the posts' unit."""
    lon_deg: float | None
    lat_deg: float | None
    severity: str
    type: str
    """How it happened, in the file's words."""
    deaths: int | None
    injuries: int | None


@dataclass(frozen=True)
class Records:
    """What a file held."""

    layout: str
    mile_posts: bool
    columns: Mapping[str, str]
    accidents: tuple[Accident, ...]
    rows: int
    same_rows: tuple[tuple[int, ...], ...]
    """Lines that are the same to the letter."""
    post_codes: Mapping[str, int]
    """Rows with a readable post, with none, and with one that can't be read or is unknown."""


def read_accidents(
    file: Path,
    *,
    layout: str = "auto",
    named: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
    only: Mapping[str, str] | None = None,
) -> Records:
    """Records of a table; `only` those of which a row's cell holds a text, with all of their rows.

    Raises
    ------
    RefusedError
        if it is no table, a column that is named is not there, neither year nor date is known, or dates are mixed
    """
    heads = all_names(NAMES) | {plain_name(own) for own in (named or {}).values()}
    table = read_table(file, unpacked=_unpacked if file.suffix == ".bz2" else None, needed=heads, least=2)
    kind = _layout_of(table) if layout == "auto" else layout
    columns = _columns(table, LAYOUTS[kind], named or {})
    dates = _dates(table, columns, date_order)
    texts = [cell(row, columns, "hour") for row in table.rows]
    clocks = any(text.isdecimal() and len(text) > HOUR_DIGITS for text in texts)
    hours = _of_clock if clocks else _hour
    found = [_accident(row, columns, LAYOUTS[kind], when, hours) for row, when in zip(table.rows, dates, strict=True)]
    posts = Counter(
        _post_code(cell(row, columns, "post"), accident.post) for row, accident in zip(table.rows, found, strict=True)
    )
    if "hour" not in columns and {own.hour for own in found} <= {0, None}:
        found = [replace(own, hour=None) for own in found]
    persons = columns.get("severity", "").lower() in OF_PERSONS
    folds = "id" in columns and kind != "fars"
    chosen = _chosen(table, found, only or {}, by_id=folds)
    folded = _folded(chosen, persons=persons) if folds else chosen
    mile_posts = LAYOUTS[kind].mile_posts or OF_MILES.search(plain_name(columns.get("post", ""))) is not None
    return Records(kind, mile_posts, columns, tuple(folded), len(found), _same(table), dict(posts))


def _chosen(table: Table, found: list[Accident], only: Mapping[str, str], *, by_id: bool) -> list[Accident]:
    """Accidents that a row belongs to whose cells hold these texts, in letters of any size."""
    if not only:
        return found
    rows = {row for row, _ in table.holding(only).rows}
    if not by_id:
        return [own for own in found if own.row in rows]
    numbers = {own.id for own in found if own.row in rows}
    return [own for own in found if own.id in numbers]


def _unpacked(content: bytes) -> bytes:
    """A bzip2 file, to a limit."""
    return bz2.BZ2Decompressor().decompress(content, MOST_UNPACKED_BYTES)


def _layout_of(table: Table) -> str:
    have = set(table.columns)
    return next(name for name, layout in LAYOUTS.items() if layout.signs <= have)


def _columns(table: Table, layout: Layout, named: Mapping[str, str]) -> dict[str, str]:
    """Column by key: what was named, what the layout says, what is usual."""
    own = {key: column for key, column in layout.columns.items() if column in table.columns}
    found = table.columns_of(NAMES, {**own, **named})
    if "id" in found and len({row.get(found["id"], "") for _, row in table.rows}) == 1 and len(table.rows) > 1:
        del found["id"]
    _tell_apart(table, found, named)
    if "date" not in found and "year" not in found:
        raise refused(f"{table.file}:1", "neither a date nor a year is among its columns: say --map date=COLUMN")
    return found


def _tell_apart(table: Table, columns: dict[str, str], named: Mapping[str, str]) -> None:
    """A column that may hold severities or collision types is what most of its cells are."""
    for key, other in (("severity", "type"), ("type", "severity")):
        name = columns.get(key, "")
        if key in named or plain_name(name) not in EITHER:
            continue
        cells = [text for row in table.rows if (text := cell(row, columns, key))]
        of_severity = 2 * sum(map(tells_severity, cells)) > len(cells)
        if of_severity != (key == "severity"):
            del columns[key]
            columns.setdefault(other, name)


def _dates(table: Table, columns: Mapping[str, str], order: DateOrder | None) -> Sequence[Dates]:
    """Year and month of each row; refused where none is understood."""
    dates: Sequence[Dates]
    if "year" in columns:
        _see_that_the_year_is_the_dates(table, columns)
        dates = [
            (likely_year(_whole(cell(row, columns, "year"))), month_of(cell(row, columns, "month")))
            for row in table.rows
        ]
    else:
        cells = [(row[0], _day(cell(row, columns, "date"))) for row in table.rows]
        dates = read_dates(table.file, columns["date"], cells, order)
    undated = sum(year is None for year, _ in dates)
    if undated == len(dates) or ("year" not in columns and undated > MOST_UNDATED * len(dates)):
        what = "year" if "year" in columns else "date"
        row = next(row for row, (year, _) in zip(table.rows, dates, strict=True) if year is None)
        most = "no row has" if undated == len(dates) else "most rows don't have"
        text = shown(cell(row, columns, what))
        raise refused(
            f"{table.file}:{row[0]}",
            f"{columns[what]}: {most} a date that is understood, such as {text}: 2024-05-31, 2024/5/31, "
            "2024年5月31日, 31/05/2024 and 20240531 are",
        )
    return dates


def _see_that_the_year_is_the_dates(table: Table, columns: Mapping[str, str]) -> None:
    """A vehicle's model year is no accident's."""
    pairs = [(A_YEAR.search(cell(row, columns, "date")), cell(row, columns, "year")) for row in table.rows]
    told = [(found[0], year) for found, year in pairs if found is not None and year]
    other = [(date, year) for date, year in told if likely_year(_whole(year)) != int(date)]
    if len(other) > MOST_OF_ANOTHER_YEAR * len(told):
        date, year = other[0]
        raise refused(
            f"{table.file}:{table.rows[0][0]}",
            f"{columns['year']} says {year} where {columns['date']} says {date}: is it a model year? Take that "
            "column out, or say --map year=COLUMN",
        )


def _accident(
    row: Row, columns: Mapping[str, str], layout: Layout, when: Dates, hour_of: Callable[[str], int | None]
) -> Accident:
    number = cell(row, columns, "id")
    lon, lat = (decimal_of(cell(row, columns, what)) for what in ("lon", "lat"))
    placed = lon is not None and lat is not None and abs(lat) < UNKNOWN_DEGREES and (lon, lat) != (0.0, 0.0)
    placed = placed and abs(lon or 0.0) <= 180.0  # noqa: PLR2004 - degrees
    return Accident(
        row[0],
        str(row[0]) if number.lower() in NO_ID else number,
        *when,
        hour_of(cell(row, columns, "hour") or _behind_the_day(of_spreadsheet(cell(row, columns, "date")))),
        cell(row, columns, "route"),
        _with_metres(cell(row, columns, "post"), layout.post(cell(row, columns, "post")), cell(row, columns, "post_m")),
        lon if placed else None,
        lat if placed else None,
        cell(row, columns, "severity"),
        cell(row, columns, "type"),
        _people(cell(row, columns, "deaths")),
        _people(cell(row, columns, "injuries")),
    )


def _with_metres(text: str, post: float | None, metres_text: str) -> float | None:
    """A whole kilometre, and metres beyond it where a column of its own has them."""
    metres = number_of(metres_text)
    if post is None or metres is None or post != int(post) or "+" in text or "＋" in text:
        return post
    return post + metres / METRES_PER_KM if 0.0 <= metres < METRES_PER_KM else post


def _day(text: str) -> str:
    """A date that is a number as text; of seconds since 1970 the hour is not taken, as they are Greenwich's."""
    return of_unix(text) or of_spreadsheet(text)


def _post_code(text: str, post: float | None) -> str:
    if post is not None:
        return "known"
    return "none" if text in {"", "0", "nan"} else "unknown"


def _behind_the_day(text: str) -> str:
    """The time in a cell with the day before it; nothing where there is none."""
    return text if IS_TIME.search(text) else ""


def _hour(text: str) -> int | None:
    """Of 14:30, of 1430, of 14, of 2:30 PM; unknown codes are unknown."""
    text = with_colons(text)
    marked, half = CLOCK_AT_END.match(text), HALF.search(text)
    if marked:
        hour = int(marked[1])
        if hour > (24 if half is None else HALF_A_DAY) or int(marked[2]) > 59:  # noqa: PLR2004
            return None
        return hour % 24 if half is None else of_whole_day(hour, half)
    value = _whole(text)
    value = value // 100 if value is not None and len(text) > 2 else value  # noqa: PLR2004 - hours have two digits
    return value if value is not None and 0 <= value < 24 else None  # noqa: PLR2004


def _of_clock(text: str) -> int | None:
    """The hour of times that are written as numbers of up to four digits: 5 is five past midnight."""
    return _hour(text.zfill(2 * HOUR_DIGITS) if text.isdecimal() else text)


def _people(text: str) -> int | None:
    """A number of persons; what is below 0 is a code for unknown."""
    value = _whole(text)
    return None if value is None or value < 0 else value


def tells_severity(text: str) -> bool:
    """Whether a text says how severe an accident was."""
    return TOLD_SEVERITY.search(text.strip().lower()) is not None


def is_fatal(severity: str) -> bool:
    """By the word or code of a severity."""
    return severity.lower() in FATAL or ("死亡" in severity and NO_DEATH.search(severity) is None)


def _whole(text: str) -> int | None:
    value = decimal_of(text)
    return int(value) if value is not None and value == int(value) else None


def _folded(accidents: Sequence[Accident], *, persons: bool) -> list[Accident]:
    """One of each number, time and place; what agrees in the number alone stays apart."""
    by_id: dict[tuple[object, ...], list[Accident]] = {}
    for own in accidents:
        key = (own.id, own.year, own.month, own.route, own.post, own.lon_deg, own.lat_deg)
        by_id.setdefault(key, []).append(own)
    several = [own for own in by_id.values() if len(own) > 1]
    of_accident = {name: _is_of_the_accident(several, name) for name in ("deaths", "injuries")}
    return [
        own[0] if len(own) == 1 and not persons else _of_rows(own, of_accident, persons=persons)
        for own in by_id.values()
    ]


def _is_of_the_accident(several: Sequence[Sequence[Accident]], name: str) -> bool:
    """Whether all rows of each accident tell the same number, somewhere one above 1: it is not each row's own."""
    numbers = [{getattr(row, name) for row in rows} for rows in several]
    return all(len(own) == 1 for own in numbers) and any((next(iter(own)) or 0) > 1 for own in numbers)


def _of_rows(rows: Sequence[Accident], of_accident: Mapping[str, bool], *, persons: bool) -> Accident:
    """Deaths and injuries are the accident's where all rows tell the same above 1, else they are each person's.

    Where nothing else tells of deaths, severities of persons are counted; those of vehicles don't say how many died.
    """
    fatal = sum(is_fatal(row.severity) for row in rows) if persons else None
    worst = min(rows, key=lambda row: not is_fatal(row.severity))
    deaths, injuries = (
        getattr(rows[0], name) if of_accident[name] else _of_all([getattr(row, name) for row in rows])
        for name in ("deaths", "injuries")
    )
    told = {"severity": worst.severity, "deaths": fatal if deaths is None else deaths, "injuries": injuries}
    return Accident(**{**vars(rows[0]), **told})


def _of_all(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    if not known:
        return None
    alike = len(set(known)) == 1 and known[0] > 1
    return known[0] if alike else sum(known)


def _same(table: Table) -> tuple[tuple[int, ...], ...]:
    """Lines of rows that are alike in every cell."""
    lines: dict[tuple[str, ...], list[int]] = {}
    for line, row in table.rows:
        lines.setdefault(tuple(row.values()), []).append(line)
    return tuple(tuple(own) for own in lines.values() if len(own) > 1)
