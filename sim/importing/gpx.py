"""Tracks and routes in GPX."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from math import nan
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.units import Ints
from sim.importing.findings import Finding, refused
from sim.importing.lines import Line, line_of
from sim.importing.osm import distance_m
from sim.importing.xml_reader import all_named, child, read_xml

FEWEST_POINTS = 10
BACK_POINTS = 10
"""Of a piece from its end, by which its direction there is told: assumption, 3 to 30."""
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
    segments = [list(all_named(segment, "trkpt")) for segment in all_named(root, "trkseg")]
    points = [point for segment in segments for point in segment]
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
    line = line_of(lon, lat, heights, times, name=name.strip())
    return _end_to_end(line, [len(segment) for segment in segments if segment])


def _end_to_end(line: Line, counts: Sequence[int]) -> Line:
    """Pieces of a track, of so many points, in the file's order, or in that of a drive if that has them nearer."""
    stops = np.cumsum(np.array(counts, dtype=np.int64))
    pieces = [np.arange(stop - count, stop) for stop, count in zip(stops.tolist(), counts, strict=True)]
    as_given = tuple(range(len(pieces)))

    def apart_m(order: Sequence[int]) -> float:
        return sum(_away(line, pieces[one][-1], pieces[other][0]) for one, other in pairwise(order))

    if not 1 < len(pieces) <= MOST_PIECES or apart_m(as_given) <= FAR_M or _in_turn(line, pieces):
        return line
    best = min((_chain(line, pieces, first) for first in as_given), key=apart_m)
    back = any(_turns_back(line, pieces[one], pieces[other]) for one, other in pairwise(best))
    if back or apart_m(best) > apart_m(as_given) / 2.0:
        return line
    noticed = Finding("R03-order", "", {"count": len(pieces), "gap_m": apart_m(as_given)})
    return replace(line.picked(np.concatenate([pieces[number] for number in best])), noticed=(noticed,))


def _in_turn(line: Line, pieces: Sequence[Ints]) -> bool:
    """Whether their times say that they were driven in the order of the file."""
    times = [float(line.time_s[piece[at]]) for piece in pieces for at in (0, -1)]
    return all(earlier <= later for earlier, later in pairwise(times))


def _turns_back(line: Line, before: Ints, after: Ints) -> bool:
    """Whether a piece leads back along the one before: then both are one road, driven there and back."""
    ahead = after[min(BACK_POINTS, len(after)) - 1]
    return _away(line, ahead, before[max(len(before) - BACK_POINTS, 0)]) < _away(line, ahead, before[-1])


def _chain(line: Line, pieces: Sequence[Ints], first: int) -> tuple[int, ...]:
    """From a piece on always to the one that begins nearest to where the last ended."""
    order, left = [first], set(range(len(pieces))) - {first}
    while left:
        end = pieces[order[-1]][-1]
        order.append(min(sorted(left), key=lambda number: _away(line, end, pieces[number][0])))
        left.remove(order[-1])
    return tuple(order)


def _away(line: Line, one: int, other: int) -> float:
    """Between two points [m]."""
    return distance_m(*((float(line.lon_deg[at]), float(line.lat_deg[at])) for at in (one, other)))


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
