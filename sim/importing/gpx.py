"""Tracks and routes in GPX."""

from datetime import UTC, datetime
from math import nan
from pathlib import Path
from typing import Any

from sim.importing.findings import refused
from sim.importing.lines import Line, line_of
from sim.importing.xml_reader import all_named, child, read_xml

FEWEST_POINTS = 10


def read_gpx(file: Path) -> Line:
    """All track points, or route points where there is no track, in the order of the file.

    Raises
    ------
    RefusedError
        if it is no GPX, or has too few points
    """
    root = read_xml(file)
    points = list(all_named(root, "trkpt")) or list(all_named(root, "rtept"))
    if len(points) < FEWEST_POINTS:
        raise refused(file, f"has {len(points)} points of a track or route, a road needs {FEWEST_POINTS} or more")
    try:
        degrees = [(float(point.get("lon")), float(point.get("lat"))) for point in points]
    except (TypeError, ValueError) as error:
        raise refused(file, "a point has no readable lon and lat") from error
    wrong = [place for place in degrees if not (abs(place[0]) <= 180.0 and abs(place[1]) <= 90.0)]  # noqa: PLR2004
    if wrong:
        raise refused(file, f"lon {wrong[0][0]:g}, lat {wrong[0][1]:g} is no place on earth")
    lon, lat = zip(*degrees, strict=True)
    heights = [_number(child(point, "ele")) for point in points]
    times = [_time(child(point, "time")) for point in points]
    name = next(
        (child(track, "name").text or "" for track in all_named(root, "trk") if child(track, "name") is not None), ""
    )
    return line_of(lon, lat, heights, times, name=name.strip())


def _number(element: Any) -> float:
    try:
        return nan if element is None else float(element.text)
    except (TypeError, ValueError):
        return nan


def _time(element: Any) -> float:
    try:
        when = datetime.fromisoformat((element.text or "").strip())
    except (AttributeError, ValueError):
        return nan
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
