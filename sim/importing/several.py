"""Several roads in one file: each track of a GPX, each name or number of a GeoJSON, as a road and link of its own.

Each is written to a file by itself and imported as any other; then the next one that meets what is there joins it. A
road on which another ends is cut there, so that both have the same node.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import tostring

import numpy as np

from sim.core.units import METRES_PER_KM
from sim.importing.alignment import Trace
from sim.importing.findings import RefusedError, refused
from sim.importing.geojson import MOST_BYTES
from sim.importing.kinds import kind_of
from sim.importing.merging import NEAR_M
from sim.importing.plan import Plane
from sim.importing.xml_reader import all_named, child, name_of, read_xml
from sim.system.files import read_file

MOST_ROADS = 200
LONGEST = 40
NAMED_BY = ("ref", "name", "title", "编号", "名称")
"""Properties of GeoJSON that name a road, the first that is there."""


def roads_in(file: Path, folder: Path) -> list[tuple[str, Path]]:
    """Each road of a file in one of its own in a folder, with a name for its link, in the order of the file.

    Raises
    ------
    RefusedError
        if it is no file of these kinds, has one road alone or too many
    """
    split = {"gpx": _tracks, "geojson": _named_features}.get(kind_of(file))
    if split is None:
        raise refused(file, "--each is for GPX (each track) and GeoJSON (each name): other files hold one road", "R06")
    found: dict[str, Path] = {}
    for number, (title, content) in enumerate(split(file), 1):
        name = _free(_plain(title) or f"road_{number}", found)
        found[name] = folder / f"{name}{file.suffix}"
        found[name].write_bytes(content)
        if len(found) > MOST_ROADS:
            raise refused(file, f"has more than {MOST_ROADS} roads", "R06")
    if len(found) < 2:  # noqa: PLR2004 - several
        raise refused(file, "has one road: leave --each out", "R06")
    return list(found.items())


def _plain(title: str) -> str:
    """A name of letters, digits and underlines."""
    return re.sub(r"\W+", "_", title.strip()).strip("_")[:LONGEST]


def _free(name: str, taken: dict[str, Path]) -> str:
    numbers = (f"{name}_{number}" for number in range(2, MOST_ROADS + 2))
    return name if name not in taken else next(one for one in numbers if one not in taken)


def _tracks(file: Path) -> Iterator[tuple[str, bytes]]:
    """Each track of a GPX; routes where there is no track."""
    root = read_xml(file)
    tracks = list(all_named(root, "trk")) or list(all_named(root, "rte"))
    for track in tracks:
        alone = deepcopy(root)
        for own in list(alone):
            if name_of(own) in ("trk", "rte", "wpt"):
                alone.remove(own)
        alone.append(deepcopy(track))
        title = child(track, "name")
        yield "" if title is None else title.text or "", tostring(alone)


def _named_features(file: Path) -> Iterator[tuple[str, bytes]]:
    """Features of a GeoJSON by their number or name; those without one by themselves."""
    try:
        content = json.loads(read_file(file, MOST_BYTES))
        groups: dict[str, list[Any]] = {}
        for number, feature in enumerate(content["features"]):
            properties = feature.get("properties") or {}
            title = next((str(properties[key]) for key in NAMED_BY if properties.get(key)), f"#{number}")
            groups.setdefault(title, []).append(feature)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refused(file, "is no collection of GeoJSON features", "R06") from error
    for title, features in groups.items():
        whole = {"type": "FeatureCollection", "features": features}
        yield ("" if title.startswith("#") else title), json.dumps(whole, ensure_ascii=False).encode()


class Part(NamedTuple):
    """A road, or what lies of it between two others that end on it."""

    link: str
    file: Path
    from_km: float = 0.0
    to_km: float | None = None


def parts_of(roads: list[tuple[str, Path]], traces: Sequence[Trace]) -> list[Part]:
    """The roads, cut where an end of another lies on them.

    Parameters
    ----------
    roads : from `roads_in`
    traces : the line of each
    """
    found = []
    for number, (name, own) in enumerate(roads):
        others = [trace for place, trace in enumerate(traces) if place != number]
        edges_m = [0.0, *sorted(_met_at(traces[number], others)), None]
        cut = len(edges_m) > 2  # noqa: PLR2004 - both ends
        found += [
            Part(
                f"{name}_{part}" if cut else name,
                own,
                (first or 0.0) / METRES_PER_KM,
                None if last is None else last / METRES_PER_KM,
            )
            for part, (first, last) in enumerate(pairwise(edges_m), 1)
        ]
    return found


def _met_at(trace: Trace, others: Sequence[Trace]) -> list[float]:
    """Stations of a line, well within it, at which others end [m]; one where two end next to each other."""
    plane = Plane(float(trace.lon_deg[0]), float(trace.lat_deg[0]))
    x_m, y_m = plane.metres(trace.lon_deg, trace.lat_deg)
    found: list[float] = []
    for other in others:
        for end in (0, -1):
            east, north = plane.metres(other.lon_deg[[end]], other.lat_deg[[end]])
            away_m = np.hypot(x_m - east, y_m - north)
            at_m = float(trace.station_m[int(np.argmin(away_m))])
            inside = NEAR_M < at_m < float(trace.station_m[-1]) - NEAR_M
            if away_m.min() <= NEAR_M and inside and all(abs(at_m - one) > NEAR_M for one in found):
                found.append(at_m)
    return found


Made = Callable[[Part, bool], None]
"""Imports a part as a link, into a network that is there already or not."""


def joined_one_by_one(file: Path, roads: Sequence[Part], make: Made, *, there: bool) -> None:
    """Import all roads, those that do not meet the network yet after those that do.

    Parameters
    ----------
    file : in which they are
    roads : from `parts_of`
    make : imports one of them
    there : whether a network is there to begin with

    Raises
    ------
    RefusedError
        of the first road that meets no other, or that can't be imported
    """
    left = list(roads)
    while left:
        told: list[str] = []
        for part in left:
            try:
                make(part, there)
            except RefusedError as error:
                if "no node of it lies within" not in str(error):
                    raise refused(file, f"{part.link}: {str(error).partition(': ')[2] or error}") from error
                told.append(f"{part.link}: {str(error).partition(': ')[2]}")
                continue
            there = True
            left.remove(part)
            break
        else:
            raise refused(file, told[0])
