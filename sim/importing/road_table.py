"""Roads in tables: places with heights, or stations with grades and radii."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import degrees
from pathlib import Path

import numpy as np

from sim.core.texts import shown
from sim.core.units import METRES_PER_FOOT, METRES_PER_KM, Floats
from sim.importing import inventory
from sim.importing.alignment import Alignment, Run
from sim.importing.findings import Finding, refused
from sim.importing.lines import Line, line_of
from sim.importing.plan import Curve
from sim.importing.table import (
    Row,
    Table,
    all_names,
    cell,
    decimal_of,
    number_of,
    plain_name,
    read_table,
    unit_m,
)

NAMES: dict[str, tuple[str, ...]] = {
    "lon": ("lon", "longitude", "lng", "x", "经度"),
    "lat": ("lat", "latitude", "y", "纬度"),
    "height": (
        "ele", "ele_m", "elevation", "elevation_m", "height", "height_m", "altitude", "altitude_m", "z", "höhe",
        "höhe_m", "高程", "高程_m", "海拔", "海拔_m",
    ),
    "station": (
        "station", "station_m", "station_km", "chainage", "chainage_m", "chainage_km", "km", "kilometer", "kilometre",
        "pk", "pk_km", "station_ft", "桩号", "桩号_m", "桩号_km", "里程", "里程_m", "里程_km",
    ),
    "grade": (
        "grade", "grade_pct", "slope", "slope_pct", "längsneigung", "längsneigung_pct", "neigung", "neigung_pct",
        "steigung", "steigung_pct", "坡度", "坡度_pct", "纵坡", "纵坡_pct",
    ),
    "radius": (
        "radius", "radius_m", "radius_ft", "curve_radius_m", "curve radius", "curve radius_m", "curve radius_ft",
        "半径", "半径_m",
    ),
    "limit": (
        "limit", "limit_kmh", "limit_mph", "speed_limit", "speed_limit_kmh", "speed_limit_mph", "speed limit",
        "speed limit_kmh", "speed limit_mph", "maxspeed", "限速", "限速_kmh",
    ),
}  # fmt: skip
"""Columns as they are called, by what they hold."""
STATION = re.compile(r"[A-Za-z]*\s*(\d+)\+(\d+(?:\.\d+)?)$")
"""K12+300, which is 12,300 m."""
FEET_A_STATION = 100.0
LEAST_DESIGN_M = 100.0
"""A shorter road is one whose kilometres were taken as metres: assumption, 50 to 200 m."""
MOST_AS_FRACTION = 0.2
"""Of percent: no design has grades that are all so small; as a fraction it is 20 %. Assumption, 0.15 to 0.3."""
OF_KILOMETRES = frozenset({"km", "station_km", "kilometer", "kilometre", "chainage_km", "pk_km", "桩号_km", "里程_km"})
PARTS = {"%": 1.0, "‰": 0.1, "％": 1.0}
"""Of percent."""


def road_of_table(file: Path, *, feet: bool = False) -> Line | Alignment:
    """A line where there are longitude and latitude, an alignment where there are stations and grades.

    Parameters
    ----------
    file : table
    feet : whether stations, heights and radii of an alignment are feet (12+50 is 1,250) and limits miles an hour; of a
        line, heights are turned into metres elsewhere

    Raises
    ------
    RefusedError
        if there are neither, or values are none
    """
    names = NAMES | inventory.NAMES
    table = read_table(file, needed=all_names(names), least=2)
    columns = table.columns_of(names)
    lon, lat, height = (columns.get(what) for what in ("lon", "lat", "height"))
    if lon and lat:
        places = [(_number(table, row, lon), _number(table, row, lat)) for row in table.rows]
        wrong = next((n for n, (x, y) in enumerate(places) if abs(x) > 180.0 or abs(y) > 90.0), None)  # noqa: PLR2004
        if wrong is not None:
            line, _ = table.rows[wrong]
            raise refused(f"{file}:{line}", f"{lon} {places[wrong][0]:g}, {lat} {places[wrong][1]:g} are no degrees")
        heights = None if height is None else [_number(table, row, height, empty=np.nan) for row in table.rows]
        x, y = zip(*places, strict=True)
        bare = replace(line_of(x, y, heights), noticed=tuple(_not_read(table, columns)))
        return _tagged(bare, table, columns, feet=feet)
    if "station" in columns and ("grade" in columns or height):
        return _designed(table, columns, METRES_PER_FOOT if feet else 1.0)
    needed = "lon and lat, or station with grade or elevation"
    raise refused(f"{file}:1", f"columns are {', '.join(map(shown, table.columns))}: a road needs {needed}")


def _tagged(line: Line, table: Table, columns: Mapping[str, str], *, feet: bool) -> Line:
    """The line with what its rows tell of the road from each point on."""
    own = [_tags(table, row, columns, METRES_PER_FOOT if feet else 1.0) for row in table.rows[:-1]]
    kinds = list(dict.fromkeys(tuple(tags.items()) for tags in own))
    index = np.array([kinds.index(tuple(tags.items())) for tags in own], dtype=np.int64)
    return replace(line, tags=tuple(dict(kind) for kind in kinds), tags_of=index) if kinds and any(kinds) else line


def _not_read(table: Table, columns: Mapping[str, str]) -> Iterator[Finding]:
    """Columns that hold something and mean nothing here."""
    read = set(columns.values())
    left = [name for name in table.columns if name and name not in read and any(row.get(name) for _, row in table.rows)]
    if left:
        yield Finding("R19", "", {"columns": ", ".join(map(shown, left))})


def _designed(table: Table, columns: Mapping[str, str], metre: float) -> Alignment:
    """Each row holds from its station to the next row's; the last row ends the road."""
    stations = _stations(table, columns["station"], metre)
    if len(stations) < 2 or (np.diff(stations) <= 0.0).any():  # noqa: PLR2004 - a road has two ends
        place = table.rows[int(np.argmax(np.diff(stations) <= 0.0)) + 1][0] if len(stations) > 1 else 1
        raise refused(f"{table.file}:{place}", "stations must rise from row to row, and be two or more")
    if "height" in columns:
        unit = unit_m(columns["height"], metre)
        heights = unit * np.array([_number(table, row, columns["height"]) for row in table.rows])
    else:
        grades = np.array([_number(table, row, columns["grade"]) for row in table.rows[:-1]])
        heights = np.concatenate([[0.0], np.cumsum(np.diff(stations) * grades / 100.0)])
    along = stations - stations[0]
    if along[-1] < LEAST_DESIGN_M:
        raise refused(
            f"{table.file}:{table.rows[-1][0]}",
            f"{columns['station']}: the road is {along[-1]:g} m long, must be {LEAST_DESIGN_M:g} or more; a column of "
            "kilometres is called km or station_km",
        )
    curves = _curves(table, columns, along.tolist(), metre)
    runs = [
        Run(low, high, _tags(table, row, columns, metre))
        for row, (low, high) in zip(table.rows, pairwise(along.tolist()), strict=False)
    ]
    findings = [] if "height" in columns else [*_of_fractions(100.0 * np.diff(heights) / np.diff(along))]
    findings += _not_read(table, columns)
    if metre == 1.0 and _american(table, columns["station"]):
        findings.append(Finding("R10-stations", "", {"example": cell(table.rows[-1], columns, "station")}))
    return Alignment(
        float(along[-1]),
        tuple(curves),
        along,
        heights,
        tuple(runs),
        exact=True,
        findings=tuple(findings),
        posts=_posts(table, columns["station"], float(stations[0])) if metre == 1.0 else None,
    )


def _posts(table: Table, column: str, first_m: float) -> tuple[float, bool] | None:
    """Posts that rise from the first station on, unless stations are no more than distances from the start."""
    as_posts = any(STATION.match(row.get(column, "").strip()) for _, row in table.rows)
    return (first_m / METRES_PER_KM, False) if first_m > 0.0 or (first_m == 0.0 and as_posts) else None


def _of_fractions(grades_pct: Floats) -> Iterator[Finding]:
    """Grades that are all so small that they may be fractions, not percent."""
    steepest = float(np.abs(grades_pct).max())
    if 0.0 < steepest < MOST_AS_FRACTION:
        yield Finding("R10-fractions", "", {"grade": round(steepest, 4)})


def _american(table: Table, column: str) -> bool:
    """Whether all stations have two digits behind the sign, as where they are hundreds of feet."""
    texts = [row.get(column, "").strip() for _, row in table.rows]
    return all(re.fullmatch(r"\d+\+\d{2}(\.\d+)?", text) for text in texts if text)


def _stations(table: Table, name: str, metre: float) -> Floats:
    """In metres; kilometres where the column says so, or K12+300, where feet are counted 100 ft a station."""
    scale = METRES_PER_KM if plain_name(name) in OF_KILOMETRES else unit_m(name, metre)
    whole = METRES_PER_KM if metre == 1.0 else FEET_A_STATION * metre
    found = []
    for row in table.rows:
        text = row[1].get(name, "").strip()
        marked = STATION.match(text)
        found.append(
            whole * float(marked[1]) + metre * float(marked[2])
            if marked
            else scale * _number(table, row, name, thousands=True)
        )
    return np.array(found)


def _curves(table: Table, columns: Mapping[str, str], along: Sequence[float], metre: float) -> list[Curve]:
    """Rows in turn with the same radius are one curve."""
    found: list[Curve] = []
    for row, (low, high) in zip(table.rows, pairwise(along), strict=False):
        radius = (
            unit_m(columns["radius"], metre) * _number(table, row, columns["radius"], empty=0.0)
            if "radius" in columns
            else 0.0
        )
        if radius == 0.0:
            continue
        goes_on = bool(found) and found[-1].to_m == low and found[-1].radius_m == abs(radius)
        goes_on = goes_on and (found[-1].turn_deg > 0.0) == (radius > 0.0)
        first = found.pop().from_m if goes_on else low
        found.append(Curve(first, high, abs(radius), degrees((high - first) / radius)))
    return found


def _tags(table: Table, row: Row, columns: Mapping[str, str], metre: float) -> dict[str, str]:
    """What a row tells of the road from its place on: its limit, and what an inventory knows."""
    limit = _limit(cell(row, columns, "limit"), columns.get("limit", ""), metre)
    return limit | inventory.tags_of(table, row, columns, metre)


def _limit(text: str, column: str, metre: float) -> dict[str, str]:
    """A limit in the unit that its column names, or else in the file's."""
    if not text:
        return {}
    name = plain_name(column)
    miles = name.endswith("_mph") or (metre != 1.0 and not name.endswith("_kmh"))
    return {"maxspeed": f"{text} {'mph' if miles else 'km/h'}" if decimal_of(text) is not None else text}


def _number(table: Table, row: Row, name: str, *, empty: float | None = None, thousands: bool = False) -> float:
    text = row[1].get(name, "").strip()
    if not text and empty is not None:
        return empty
    bare, parts = (text[:-1], PARTS[text[-1]]) if text and text[-1] in PARTS else (text, 1.0)
    value = number_of(bare) if thousands and table.delimiter == "," else decimal_of(bare)
    if value is None:
        raise refused(f"{table.file}:{row[0]}", f"{name}: found {shown(text)}, must be a number")
    return value * parts
