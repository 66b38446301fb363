"""Tracks and routes in GPX."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from math import nan
from pathlib import Path
from typing import Any

from sim.importing.findings import Finding, refused
from sim.importing.lines import Line, line_of
from sim.importing.osm import distance_m
from sim.importing.xml_reader import all_named, child, read_xml

FEWEST_POINTS = 10
BACK_POINTS = 10
"""Of a piece from its end, by which its direction there is told."""
FAR_M, MOST_PIECES = 1000.0, 200
"""Metres between pieces of a track from which on another order is tried: assumption, 300 to 3,000."""


def read_gpx(file: Path) -> Line:
    """All track points, or route points where there is no track, in the order of the file.

    Raises
    ------
    RefusedError
        if it is no GPX, or has too few points
    """
    root = read_xml(file)
    pieces = [own for segment in all_named(root, "trkseg") if (own := list(all_named(segment, "trkpt")))]
    pieces, noticed = _end_to_end(pieces)
    points = [point for piece in pieces for point in piece]
    points = points or list(all_named(root, "trkpt")) or list(all_named(root, "rtept"))
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
    return replace(line_of(lon, lat, heights, times, name=name.strip()), noticed=noticed)


def _end_to_end(pieces: list[list[Any]]) -> tuple[list[list[Any]], tuple[Finding, ...]]:
    """Pieces of a track in the file's order, or in that of a drive if they lie far apart otherwise."""
    ends = [tuple(_place(piece[at]) for at in (0, -1)) for piece in pieces]
    if not 1 < len(pieces) <= MOST_PIECES or any(place is None for pair in ends for place in pair):
        return pieces, ()

    def apart_m(order: Sequence[int]) -> float:
        return sum(_away(ends[one][1], ends[other][0]) for one, other in pairwise(order))

    as_given = tuple(range(len(pieces)))
    if apart_m(as_given) <= FAR_M or _in_turn(pieces):
        return pieces, ()
    best = min((_chain(ends, first) for first in as_given), key=apart_m)
    if apart_m(best) > apart_m(as_given) / 2.0 or any(
        _turns_back(pieces[one], pieces[other]) for one, other in pairwise(best)
    ):
        return pieces, ()
    noticed = Finding("R03-order", "", {"count": len(pieces), "gap_m": apart_m(as_given)})
    return [pieces[number] for number in best], (noticed,)


def _in_turn(pieces: list[list[Any]]) -> bool:
    """Whether their times say that they were driven in the order of the file."""
    times = [_time(child(piece[at], "time")) for piece in pieces for at in (0, -1)]
    return all(earlier <= later for earlier, later in pairwise(times))


def _turns_back(before: list[Any], after: list[Any]) -> bool:
    """Whether a piece leads back along the one before: then both are one road, driven there and back."""
    near = [_place(before[-1]), _place(before[max(len(before) - BACK_POINTS, 0)])]
    ahead = _place(after[min(BACK_POINTS, len(after)) - 1])
    return _away(ahead, near[1]) < _away(ahead, near[0])


Place = tuple[float, float] | None


def _chain(ends: Sequence[tuple[Place, ...]], first: int) -> tuple[int, ...]:
    """From a piece on always to the one that begins nearest to where the last ended."""
    order, left = [first], set(range(len(ends))) - {first}
    while left:
        order.append(min(sorted(left), key=lambda number: _away(ends[order[-1]][1], ends[number][0])))
        left.remove(order[-1])
    return tuple(order)


def _away(one: Place, other: Place) -> float:
    return 0.0 if one is None or other is None else distance_m(one, other)


def _place(point: Any) -> Place:
    try:
        return float(point.get("lon")), float(point.get("lat"))
    except (TypeError, ValueError):
        return None


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
