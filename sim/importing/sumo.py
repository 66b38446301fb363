"""SUMO networks (.net.xml): the way along a named road, with the heights of its shape points where it has any.

Edges have one direction. Where the other one joins the same junctions, both are one road; elsewhere it is one-way.
"""

from collections import Counter
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
    pairs = Counter((edge.get("from"), edge.get("to")) for edge in edges)
    numbers = {name: number for number, name in enumerate(junctions)}
    following = len(numbers)
    for edge in edges:
        start, end = str(edge.get("from")), str(edge.get("to"))
        if start not in junctions or end not in junctions:
            raise refused(file, f"edge {edge.get('id')!r} joins a junction that is not there", "R12")
        between = [_numbers(part, file) for part in edge.get("shape", "").split()[1:-1]]
        points = [junctions[start], *between, junctions[end]]
        nodes = [numbers[start], *range(following, following + len(between)), numbers[end]]
        following += len(between)
        heights = {node: point[2] for node, point in zip(nodes, points, strict=True) if point[2] is not None}
        tags = _tags(edge, both_ways=(edge.get("to"), edge.get("from")) in pairs)
        yield Way(tags, [(node, places.of(point)) for node, point in zip(nodes, points, strict=True)], heights)


def _is_driven(edge: Any) -> bool:
    """Whether trucks or cars may use a lane, and it is a road."""
    lanes = [lane.get("allow") for lane in edge.iter("lane")]
    return bool(lanes) and _highway(edge) in DRIVEN and any(not own or MOTOR & set(own.split()) for own in lanes)


def _highway(edge: Any) -> str:
    """The kind of road, as maps call it; types may be joined by bars."""
    kinds = [part.removeprefix("highway.") for part in edge.get("type", "").split("|") if part.startswith("highway.")]
    return kinds[0] if kinds else "road" if not edge.get("type") else str(edge.get("type"))


def _tags(edge: Any, *, both_ways: bool) -> dict[str, str]:
    lanes = [lane for lane in edge.iter("lane") if not lane.get("allow") or MOTOR & set(lane.get("allow").split())]
    speed = max(float(lane.get("speed", "nan")) for lane in lanes)
    tags = {"highway": _highway(edge), "lanes": str(len(lanes) * (2 if both_ways else 1))}
    tags |= {"oneway": "no" if both_ways else "yes"}
    if speed == speed:  # noqa: PLR0124 - a number
        tags["maxspeed"] = f"{kmh_from_ms(speed):.0f}"
    if edge.get("name"):
        tags["name"] = edge.get("name")
    number = next((one.get("value") for one in edge.iter("param") if one.get("key") == "ref"), None)
    return tags | ({"ref": number} if number else {})


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
