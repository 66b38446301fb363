"""SUMO networks (.net.xml): the way along a named road, with the heights of its shape points where it has any.

Edges have one direction. Where the other one joins the same junctions, both are one road; elsewhere it is one-way.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sim.core.units import kmh_from_ms
from sim.importing.extras import library
from sim.importing.findings import refused
from sim.importing.lines import Line
from sim.importing.options import Options, Place
from sim.importing.osm import DRIVEN, Way, Ways, road_in
from sim.importing.xml_reader import read_xml

NO_PROJECTION = frozenset({"", "!", "-", "."})
MOTOR = frozenset({"passenger", "truck", "delivery", "trailer", "coach", "bus"})
Point = tuple[float, float, float | None]


def read_sumo(file: Path, options: Options) -> Line:
    """The shortest way along a road.

    Raises
    ------
    RefusedError
        if it is no network, its places are not known, or the road is not said, not there or not connected
    """
    return road_in(file, options, network_ways(file))


def network_ways(file: Path) -> Ways:
    """The roads of a network.

    Raises
    ------
    RefusedError
        if it is no network, or its places are not known
    """
    root = read_xml(file)
    edges = [edge for edge in root.iter("edge") if edge.get("function") in {None, "normal"} and _is_driven(edge)]
    junctions = {
        str(one.get("id")): _point(one, file) for one in root.iter("junction") if one.get("type") != "internal"
    }
    if not edges:
        raise refused(file, "has no edge for motor vehicles: it must be a network as netconvert writes it (.net.xml)")
    return partial(_ways, edges, junctions, _Places(root, file), file)


class _Places:
    """From a network's plane to longitude and latitude."""

    def __init__(self, root: Any, file: Path) -> None:
        location = root.find("location")
        projection = "" if location is None else location.get("projParameter", "")
        if projection in NO_PROJECTION:
            raise refused(file, "does not say where it lies (location projParameter): make it with --proj.utm", "R09")
        pyproj = library("pyproj", f"{file.name}, a SUMO network,")
        try:
            self._plane = pyproj.Proj(projection)
            self._x, self._y = (float(part) for part in location.get("netOffset", "0,0").split(","))
        except (pyproj.exceptions.CRSError, ValueError) as error:
            raise refused(file, f"its location can't be read: {error}") from error

    def of(self, point: Point) -> Place:
        """Longitude and latitude."""
        lon, lat = self._plane(point[0] - self._x, point[1] - self._y, inverse=True)
        return float(lon), float(lat)


def _ways(edges: list[Any], junctions: dict[str, Point], places: _Places, file: Path) -> Iterator[Way]:
    numbers = {name: number for number, name in enumerate(junctions)}
    following = len(numbers)
    for edge, other in _paired(edges):
        start, end = str(edge.get("from")), str(edge.get("to"))
        if start not in junctions or end not in junctions:
            raise refused(file, f"edge {edge.get('id')!r} joins a junction that is not there", "R12")
        between = [_numbers(part, file) for part in edge.get("shape", "").split()[1:-1]]
        points = [junctions[start], *between, junctions[end]]
        nodes = [numbers[start], *range(following, following + len(between)), numbers[end]]
        following += len(between)
        heights = {node: point[2] for node, point in zip(nodes, points, strict=True) if point[2] is not None}
        tags = _tags(edge, other)
        yield Way(tags, [(node, places.of(point)) for node, point in zip(nodes, points, strict=True)], heights)


def _paired(edges: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Each edge with the one that joins its junctions the other way, or None; a pair comes once."""
    waiting: dict[tuple[str, str], list[Any]] = {}
    for edge in edges:
        waiting.setdefault((edge.get("from"), edge.get("to")), []).append(edge)
    done: set[int] = set()
    for edge in edges:
        if id(edge) in done:
            continue
        back = waiting.get((edge.get("to"), edge.get("from")), ())
        other = next((one for one in back if id(one) not in done and one is not edge), None)
        done |= {id(edge), id(other)}
        yield edge, other


def _is_driven(edge: Any) -> bool:
    """Whether trucks or cars may use a lane, and it is a road."""
    return _highway(edge) in DRIVEN and bool(_lanes(edge))


def _lanes(edge: Any) -> list[Any]:
    """Lanes that trucks or cars may use; who is named as allowed is all, else all but those named as not."""
    return [lane for lane in edge.iter("lane") if _may_use(lane.get("allow"), lane.get("disallow"))]


def _may_use(allowed: str | None, barred: str | None) -> bool:
    if allowed:
        return allowed == "all" or bool(MOTOR & set(allowed.split()))
    return barred != "all" and bool(MOTOR - set((barred or "").split()))


def _highway(edge: Any) -> str:
    """The kind of road, as maps call it; types may be joined by bars."""
    kinds = [part.removeprefix("highway.") for part in edge.get("type", "").split("|") if part.startswith("highway.")]
    return kinds[0] if kinds else "road" if not edge.get("type") else str(edge.get("type"))


def _tags(edge: Any, other: Any) -> dict[str, str]:
    """Of an edge and the one the other way, if there is any: lanes of both, limits of each."""
    lanes, back = _lanes(edge), [] if other is None else _lanes(other)
    tags = {"highway": _highway(edge), "lanes": str(len(lanes) + len(back)), "oneway": "no" if back else "yes"}
    limits = {"forward": _limit(lanes), "backward": _limit(back)}
    told = {direction: limit for direction, limit in limits.items() if limit is not None}
    same = len(set(told.values())) == 1
    tags |= {"maxspeed" if same else f"maxspeed:{direction}": limit for direction, limit in told.items()}
    if edge.get("name"):
        tags["name"] = edge.get("name")
    number = next((one.get("value") for one in edge.iter("param") if one.get("key") == "ref"), None)
    return tags | ({"ref": number} if number else {})


def _limit(lanes: list[Any]) -> str | None:
    """Of the fastest lane [km/h]."""
    speeds = [float(lane.get("speed")) for lane in lanes if lane.get("speed")]
    return f"{kmh_from_ms(max(speeds)):.0f}" if speeds else None


def _point(junction: Any, file: Path) -> Point:
    parts = [junction.get(axis) for axis in "xyz"]
    return _numbers(",".join(part for part in parts if part is not None), file)


def _numbers(text: str, file: Path) -> Point:
    """Of x,y or x,y,z."""
    try:
        x, y, *rest = (float(part) for part in text.split(","))
    except ValueError as error:
        raise refused(file, f"has the place {text!r}, must be x,y or x,y,z", "R12") from error
    return x, y, rest[0] if rest else None
