"""Lines in GeoJSON; features in the order of the file, turned and joined end to end."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.importing.findings import Finding, RefusedError, refused
from sim.importing.lines import Line, line_of
from sim.importing.osm import distance_m
from sim.system.files import read_file, reason

MOST_BYTES = 200_000_000
FARTHEST_JOIN_M = 500.0
JOINED_M = 30.0
"""Between lines of one road, from which on it is said that they were joined: assumption, 10 to 100 m."""


def read_geojson(file: Path) -> Line:
    """All lines of a file as one; a feature's properties are its tags.

    Raises
    ------
    RefusedError
        if it is no GeoJSON, has no line, or its lines do not follow one another
    """
    try:
        content = json.loads(read_file(file, MOST_BYTES))
    except OSError as error:
        raise refused(file, f"can't be read: {reason(error)}") from error
    except (ValueError, RecursionError) as error:
        raise refused(file, f"is no JSON: {error}") from error
    try:
        pieces = [piece for feature in _features(content, file) for piece in _lines(feature, file)]
    except RefusedError:
        raise
    except (TypeError, AttributeError, ValueError, OverflowError) as error:
        message = "is GeoJSON whose features are not as they must be: a line is a list of [longitude, latitude] pairs"
        raise refused(file, message) from error
    if not pieces:
        raise refused(file, "has no LineString: a road is a line")
    return _chained(pieces, file)


Piece = tuple[list[list[float]], dict[str, str]]


def _features(content: Any, file: Path) -> list[Any]:
    kind = content.get("type") if isinstance(content, dict) else None
    if kind == "FeatureCollection" and isinstance(content.get("features"), list):
        return list(content["features"])
    if kind in {"Feature", "LineString", "MultiLineString"}:
        return [content]
    raise refused(file, "is JSON, but no GeoJSON: it has no features")


def _lines(feature: Any, file: Path) -> list[Piece]:
    if not isinstance(feature, dict):
        return []
    shape = (feature.get("geometry") or {}) if feature.get("type") == "Feature" else feature
    tags = {key: str(value) for key, value in (feature.get("properties") or {}).items() if value is not None}
    coordinates = shape.get("coordinates") or []
    parts = {"LineString": [coordinates], "MultiLineString": coordinates}.get(str(shape.get("type")), [])
    return [(part, tags) for part in (_places(own, file) for own in parts or []) if len(part) > 1]


def _places(part: Any, file: Path) -> list[list[float]]:
    """Places of a line; what is none is left out, what is no place on earth refused."""
    found = []
    for point in part or []:
        numbers = [own for own in point or [] if isinstance(own, int | float)]
        if len(numbers) < 2:  # noqa: PLR2004 - longitude and latitude
            continue
        if not (abs(numbers[0]) <= 180.0 and abs(numbers[1]) <= 90.0):  # noqa: PLR2004 - degrees
            raise refused(
                file,
                f"a line has the place {numbers[0]:g}, {numbers[1]:g}: coordinates must be longitude and latitude in "
                "degrees (WGS 84), as GeoJSON has them",
            )
        found.append([float(own) for own in numbers[:3]])
    return found


def _chained(pieces: list[Piece], file: Path) -> Line:
    """Each piece turned so that it begins where the one before ends."""
    points, index, noticed = list(pieces[0][0]), [0] * (len(pieces[0][0]) - 1), []
    for number, (part, _) in enumerate(pieces[1:], 1):
        if number == 1 and min(_away(points[0], part[0]), _away(points[0], part[-1])) < min(
            _away(points[-1], part[0]), _away(points[-1], part[-1])
        ):
            points.reverse()
        own = part if _away(points[-1], part[0]) <= _away(points[-1], part[-1]) else part[::-1]
        gap = _away(points[-1], own[0])
        if gap > FARTHEST_JOIN_M:
            lon, lat = points[-1][:2]
            message = f"line {number + 1} begins {gap:,.0f} m from the end of the one before, at {lon:.5f},{lat:.5f}"
            raise refused(file, f"{message}: put its lines in the order of the road", "R06")
        if gap > JOINED_M:
            noticed.append(Finding("R03-joined", "{:.5f},{:.5f}".format(*points[-1][:2]), {"gap_m": gap}))
        points += own
        index += [number] * len(own)
    heights = [point[2] if len(point) > 2 else np.nan for point in points]  # noqa: PLR2004
    line = line_of([point[0] for point in points], [point[1] for point in points], heights)
    tags = tuple(own for _, own in pieces)
    of_step = np.array(index, dtype=np.int64)
    return replace(line, tags=tags, tags_of=of_step, drawn=True, noticed=tuple(noticed))


def _away(one: list[float], other: list[float]) -> float:
    return distance_m((one[0], one[1]), (other[0], other[1]))
