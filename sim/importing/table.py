"""Tables (CSV) along a road: places with heights, or stations with grades and radii."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import degrees
from pathlib import Path

import numpy as np

from sim.files import read_file, reason
from sim.importing.alignment import Alignment, Run
from sim.importing.findings import refused
from sim.importing.lines import Line, line_of
from sim.importing.plan import Curve
from sim.texts import shown
from sim.units import METRES_PER_KM, Floats

MOST_BYTES = 200_000_000
ENCODINGS = ("utf-8-sig", "gb18030")
"""Tried in turn; a third, Latin-1, reads everything."""
DELIMITERS = ",;\t|"
MOST_PREAMBLE = 60
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
NAMES: dict[str, tuple[str, ...]] = {
    "lon": ("lon", "longitude", "lng", "x", "经度"),
    "lat": ("lat", "latitude", "y", "纬度"),
    "height": ("ele", "elevation", "elevation_m", "height", "height_m", "altitude", "z", "高程", "海拔"),
    "station": ("station", "station_m", "station_km", "chainage", "chainage_m", "km", "pk", "桩号", "里程"),
    "grade": ("grade", "grade_pct", "slope", "slope_pct", "坡度", "纵坡"),
    "radius": ("radius", "radius_m", "curve_radius_m", "半径"),
    "limit": ("limit", "limit_kmh", "speed_limit", "speed_limit_kmh", "maxspeed", "限速"),
}
"""Columns as they are called, by what they hold."""
STATION = re.compile(r"[A-Za-z]*\s*(\d+)\+(\d+(?:\.\d+)?)$")
"""K12+300, which is 12,300 m."""


Row = tuple[int, Mapping[str, str]]
"""Line of the file, and cells by column."""


@dataclass(frozen=True)
class Table:
    """Rows by column, each with its line of the file."""

    file: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, what: str) -> str | None:
        """The column that holds something, if there is one."""
        lower = {name.strip().lower(): name for name in self.columns}
        return next((lower[name] for name in NAMES[what] if name in lower), None)


def read_table(file: Path, *, unpacked: Callable[[bytes], bytes] | None = None, needed: Sequence[str] = ()) -> Table:
    """A table with a header, unpacked first where it has to be.

    With `needed` names, lines before the one that holds one of them are a preamble.

    Raises
    ------
    RefusedError
        if it can't be read, has no rows, or a row is longer than the header
    """
    text, before = _without_preamble(read_text(file, unpacked), needed)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[Row] = []
    columns: list[str] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = [cell.strip() for cell in cells]
            elif len(cells) > len(columns):
                message = f"has {len(cells)} values, the header has {len(columns)}"
                raise refused(f"{file}:{reader.line_num + before}", message)
            else:
                rows.append((reader.line_num + before, dict(zip(columns, cells, strict=False))))
    except csv.Error as error:
        raise refused(f"{file}:{reader.line_num + before}", f"can't be read as CSV: {error}") from error
    if not rows:
        raise refused(file, "has no rows below a header")
    return Table(file, tuple(columns), tuple(rows))


def _without_preamble(text: str, needed: Sequence[str]) -> tuple[str, int]:
    """Text from its header on, and the number of lines before it."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines[:MOST_PREAMBLE]):
        cells = {cell.strip().strip('"').lower() for cell in re.split(f"[{DELIMITERS}]", line)}
        if cells & set(needed):
            return "".join(lines[number:]), number
    return text, 0


def number_of(text: str) -> float | None:
    """A number with a decimal point or comma, thousands apart by commas or spaces; None where it is none."""
    text = text.strip().replace(" ", "").replace("\u00a0", "")
    text = text.replace(",", "") if THOUSANDS.fullmatch(text) else text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def read_text(file: Path, unpacked: Callable[[bytes], bytes] | None = None) -> str:
    """Text in UTF-8, GB 18030 (with GBK) or Latin-1."""
    try:
        content = read_file(file, MOST_BYTES)
        content = content if unpacked is None else unpacked(content)
    except OSError as error:
        raise refused(file, f"can't be read: {reason(error)}") from error
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def road_of_table(file: Path) -> Line | Alignment:
    """A line where there are longitude and latitude, an alignment where there are stations and grades.

    Raises
    ------
    RefusedError
        if there are neither, or values are none
    """
    table = read_table(file)
    lon, lat, height = (table.column(what) for what in ("lon", "lat", "height"))
    if lon and lat:
        places = [(_number(table, row, lon), _number(table, row, lat)) for row in table.rows]
        wrong = next((n for n, (x, y) in enumerate(places) if abs(x) > 180.0 or abs(y) > 90.0), None)  # noqa: PLR2004
        if wrong is not None:
            line, _ = table.rows[wrong]
            raise refused(f"{file}:{line}", f"{lon} {places[wrong][0]:g}, {lat} {places[wrong][1]:g} are no degrees")
        heights = None if height is None else [_number(table, row, height, empty=np.nan) for row in table.rows]
        x, y = zip(*places, strict=True)
        return line_of(list(x), list(y), heights, row=[line for line, _ in table.rows])
    if table.column("station") and (table.column("grade") or height):
        return _designed(table)
    needed = "lon and lat, or station with grade or elevation"
    raise refused(f"{file}:1", f"columns are {', '.join(map(shown, table.columns))}: a road needs {needed}")


def _designed(table: Table) -> Alignment:
    """Each row holds from its station to the next row's; the last row ends the road."""
    stations = _stations(table)
    if len(stations) < 2 or (np.diff(stations) <= 0.0).any():  # noqa: PLR2004 - a road has two ends
        place = table.rows[int(np.argmax(np.diff(stations) <= 0.0)) + 1][0] if len(stations) > 1 else 1
        raise refused(f"{table.file}:{place}", "stations must rise from row to row, and be two or more")
    height, grade = table.column("height"), table.column("grade")
    if height is not None:
        heights = np.array([_number(table, row, height) for row in table.rows])
    else:
        grades = np.array([_number(table, row, str(grade), empty=0.0) for row in table.rows[:-1]])
        heights = np.concatenate([[0.0], np.cumsum(np.diff(stations) * grades / 100.0)])
    along = stations - stations[0]
    runs = _runs(table, along.tolist())
    return Alignment(float(along[-1]), tuple(_curves(table, along.tolist())), along, heights, runs, exact=True)


def _stations(table: Table) -> Floats:
    """In metres; kilometres where the column says so, or K12+300."""
    name = str(table.column("station"))
    scale = METRES_PER_KM if name.lower() in {"km", "station_km"} else 1.0
    found = []
    for row in table.rows:
        text = row[1].get(name, "").strip()
        marked = STATION.match(text)
        metres = METRES_PER_KM * float(marked[1]) + float(marked[2]) if marked else scale * _number(table, row, name)
        found.append(metres)
    return np.array(found)


def _curves(table: Table, along: Sequence[float]) -> list[Curve]:
    """Rows in turn with the same radius are one curve."""
    name = table.column("radius")
    found: list[Curve] = []
    for row, (low, high) in zip(table.rows, pairwise(along), strict=False):
        radius = 0.0 if name is None else _number(table, row, name, empty=0.0)
        if radius == 0.0:
            continue
        goes_on = bool(found) and found[-1].to_m == low and found[-1].radius_m == abs(radius)
        goes_on = goes_on and (found[-1].turn_deg > 0.0) == (radius > 0.0)
        first = found.pop().from_m if goes_on else low
        found.append(Curve(first, high, abs(radius), degrees((high - first) / radius)))
    return found


def _runs(table: Table, along: Sequence[float]) -> tuple[Run, ...]:
    name = table.column("limit")
    if name is None:
        return ()
    cells = [row[1].get(name, "").strip() for row in table.rows]
    return tuple(
        Run(low, high, {"maxspeed": cell} if cell else {})
        for cell, (low, high) in zip(cells, pairwise(along), strict=False)
    )


def _number(table: Table, row: Row, name: str, *, empty: float | None = None) -> float:
    text = row[1].get(name, "").strip()
    if not text and empty is not None:
        return empty
    try:
        value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise refused(f"{table.file}:{row[0]}", f"{name}: found {shown(text)}, must be a number")
    return value
