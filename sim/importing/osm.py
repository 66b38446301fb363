"""OpenStreetMap extracts (.osm, .osm.pbf): the way along a numbered or named road from one place to another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import heappop, heappush
from itertools import pairwise
from math import asin, cos, inf, radians, sin, sqrt
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from sim.importing.extras import library
from sim.importing.findings import RefusedError, refused
from sim.importing.lines import Line, Tags, line_of, turned
from sim.importing.options import Options, Place

EARTH_M = 6_371_008.8
NEAR_M = 500.0
"""Of a place that is named, within which the road must pass."""
DRIVEN = frozenset(
    f"{kind}{link}"
    for kind in ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "road")
    for link in ("", "_link")
)
OTHER = "of_another_road"
"""Tag of ways that don't belong to the road."""
AGAINST = OTHERWISE = 5.0
"""Length of a way against its one direction over its own, and of another road's over the road's own: the route is the
road's, not a driver's."""
LONGEST_OTHER_M = {"numbered": 1500.0, "unnumbered": 500.0}
"""In one piece off the road: through a town where it begins, and over junctions that carry no number."""
MOST_REFS, MOST_REFS_TO_CHOOSE = 12, 40
"""That are named to somebody who did not say which road, or said one that is not there."""


@dataclass(frozen=True)
class Way:
    """A stretch of a network: what is tagged, and its nodes in order."""

    tags: Tags
    nodes: list[tuple[int, Place]]
    height_m: dict[int, float] = field(default_factory=dict)
    """Of nodes, where the network has heights."""


Ways = Callable[[], Iterator[Way]]
"""Stretches of a network, from the beginning of its file each time."""


@dataclass
class _Map:
    """Nodes' places, and from each node the next ones with the tags of the way there."""

    place: dict[int, Place] = field(default_factory=dict)
    next: dict[int, list[tuple[int, Tags, bool]]] = field(default_factory=dict)
    """The last says whether one may not drive there: used where nothing else connects, such as in towns."""
    own: set[int] = field(default_factory=set)
    """Nodes of the road that is wanted."""
    height_m: dict[int, float] = field(default_factory=dict)


def read_osm(file: Path, options: Options) -> Line:
    """The shortest way along a road.

    Raises
    ------
    RefusedError
        if it can't be read, the road is not said or not there, or does not connect both places
    """
    return road_in(file, options, partial(_ways, file))


def road_in(file: Path, options: Options, ways: Ways) -> Line:
    """The shortest way along a road of a network.

    Raises
    ------
    RefusedError
        if the road is not said or not there, or does not connect both places
    """
    wanted = options.ref or options.road_name
    if wanted is None and (options.start is None or options.end is None):
        raise refused(file, f"say which road: --ref, or --name, or --from and --to; {_known(ways, MOST_REFS)}")
    read = _read(ways, options)
    if not read.own:
        raise refused(file, f"no road of it is {wanted}; {_known(ways, MOST_REFS_TO_CHOOSE)}")
    ends = _ends(read, options, file)
    nodes, tags = _shortest(read, *ends, file)
    return _line(read, nodes, tags, wanted or "")


def ref_of(text: str) -> str:
    """A road's number as it is compared: without spaces and hyphens."""
    return "".join(letter for letter in text.upper() if letter not in " -")


def roads_of(file: Path) -> dict[str, float]:
    """Lengths of the numbered roads of an extract [m].

    Raises
    ------
    RefusedError
        if it can't be read
    """
    return lengths_of(partial(_ways, file))


def lengths_of(ways: Ways, *, named: bool = False) -> dict[str, float]:
    """Lengths of the numbered, or of the named, roads of a network [m]."""
    found: dict[str, float] = {}
    for way in ways():
        length = sum(distance_m(one[1], other[1]) for one, other in pairwise(way.nodes))
        for road in {way.tags.get("name", "")} - {""} if named else _refs(way.tags):
            found[road] = found.get(road, 0.0) + length
    return found


def _known(ways: Ways, most: int) -> str:
    """Numbers of the longest roads, or names where none has a number."""
    numbers = lengths_of(ways)
    lengths = numbers or lengths_of(ways, named=True)
    longest = sorted(lengths, key=lambda road: -lengths[road])[:most]
    return f"{'numbers' if numbers else 'names'} in it: {', '.join(longest) or 'none'}"


def _refs(tags: Tags) -> set[str]:
    return {ref_of(ref) for ref in tags.get("ref", "").split(";")} - {""}


def _read(ways: Ways, options: Options) -> _Map:
    found = _Map()
    for way in ways():
        tags, nodes = way.tags, way.nodes
        found.height_m.update(way.height_m)
        own = options.ref is None or ref_of(options.ref) in _refs(tags)
        own = own and (options.road_name is None or tags.get("name") == options.road_name)
        found.own.update(node for node, _ in nodes if own)
        _add(found, {**tags, OTHER: "" if own else "yes"}, nodes)
    return found


def _ways(file: Path) -> Iterator[Way]:
    """Roads for motor vehicles with their nodes."""
    osmium = library("osmium", f"{file.name}, an OpenStreetMap extract,")
    if not file.is_file():
        raise refused(file, "is not there, or no file")
    try:
        ways = osmium.FileProcessor(str(file)).with_locations().with_filter(osmium.filter.KeyFilter("highway"))
        for way in ways:
            if not way.is_way() or way.tags.get("highway") not in DRIVEN:
                continue
            nodes = [(node.ref, (node.lon, node.lat)) for node in way.nodes if node.location.valid()]
            if len(nodes) > 1:
                yield Way({tag.k: tag.v for tag in way.tags}, nodes)
    except RuntimeError as error:
        raise refused(file, f"can't be read as an OpenStreetMap extract: {error}", "R12") from error


def _add(found: _Map, tags: Tags, nodes: list[tuple[int, Place]]) -> None:
    one_way = tags.get("oneway", "yes" if tags.get("junction") == "roundabout" else "no")
    against = {"forward": one_way == "-1", "backward": one_way in {"yes", "true", "1"}}
    back = turned(tags)
    for (first, first_place), (second, second_place) in pairwise(nodes):
        found.place[first], found.place[second] = first_place, second_place
        found.next.setdefault(first, []).append((second, tags, against["forward"]))
        found.next.setdefault(second, []).append((first, back, against["backward"]))


def _ends(read: _Map, options: Options, file: Path) -> tuple[int, int]:
    """Nodes nearest to both places; the road's farthest ones where none are named."""
    start = None if options.start is None else _nearest(read, options.start, file, "--from")
    end = None if options.end is None else _nearest(read, options.end, file, "--to")
    if start is None:
        _see_that_it_is_one(read, file)
        start = _farthest(read, end if end is not None else min(read.own))
    if end is None:
        end = _farthest(read, start)
    return start, end


def _see_that_it_is_one(read: _Map, file: Path) -> None:
    """Refuse to choose among parts of a road that nothing joins."""
    reached = set(_ways_from(read, min(read.own))[0])
    lost = read.own - reached
    if lost:
        lon, lat = read.place[min(lost)]
        raise refused(
            file,
            f"the road is not connected: {len(lost)} of its {len(read.own)} points, such as {lon:.5f},{lat:.5f}, can't "
            "be reached from the others: say --from and --to",
            "R06",
        )


def _nearest(read: _Map, place: Place, file: Path, option: str) -> int:
    near = min(read.place, key=lambda node: distance_m(read.place[node], place))
    away = distance_m(read.place[near], place)
    if away > NEAR_M:
        lon, lat = read.place[near]
        raise refused(file, f"{option}: the road's nearest point is {away:,.0f} m away, at {lon:.5f},{lat:.5f}")
    return near


def _farthest(read: _Map, start: int) -> int:
    """The node with the longest way from another one."""
    reached = _ways_from(read, start)[0]
    return max(read.own & set(reached), key=lambda node: (reached[node], node))


def _ways_from(read: _Map, start: int) -> tuple[dict[int, float], dict[int, tuple[int, Tags]]]:
    """Lengths of the shortest ways from a node (Dijkstra 1959), and by node the one before with the way's tags."""
    reached: dict[int, float] = {}
    before: dict[int, tuple[int, Tags]] = {}
    best, queue = {start: 0.0}, [(0.0, start)]
    while queue:
        way, node = heappop(queue)
        if node in reached:
            continue
        reached[node] = way
        for other, tags, against in read.next.get(node, ()):
            length = distance_m(read.place[node], read.place[other])
            longer = way + length * (AGAINST if against else 1.0) * (OTHERWISE if tags[OTHER] else 1.0)
            if longer < best.get(other, inf):
                best[other] = longer
                before[other] = (node, tags)
                heappush(queue, (longer, other))
    return reached, before


def _shortest(read: _Map, start: int, end: int, file: Path) -> tuple[list[int], list[Tags]]:
    reached, before = _ways_from(read, start)
    if end not in reached:
        raise _broken(read, reached, end, file)
    nodes, tags = [end], []
    while nodes[-1] != start:
        node, way = before[nodes[-1]]
        nodes.append(node)
        tags.append(way)
    nodes, tags = nodes[::-1], tags[::-1]
    _see_that_it_is_the_road(read, nodes, tags, file)
    return nodes, tags


def _see_that_it_is_the_road(read: _Map, nodes: list[int], tags: list[Tags], file: Path) -> None:
    """Refuse a way that leaves the road for long."""
    first, away = 0, dict.fromkeys(LONGEST_OTHER_M, 0.0)
    for index, (one, other) in enumerate(pairwise(nodes)):
        if not tags[index][OTHER]:
            first, away = index + 1, dict.fromkeys(LONGEST_OTHER_M, 0.0)
            continue
        kind = "numbered" if "ref" in tags[index] else "unnumbered"
        away[kind] += distance_m(read.place[one], read.place[other])
        if away[kind] > LONGEST_OTHER_M[kind]:
            lon, lat = read.place[nodes[first]]
            raise refused(
                file,
                f"the road is not connected: at {lon:.5f},{lat:.5f} the way leaves it for more than "
                f"{LONGEST_OTHER_M[kind]:,.0f} m on {kind} roads; end there, or say --from and --to without --ref",
                "R06",
            )


def _broken(read: _Map, reached: dict[int, float], end: int, file: Path) -> RefusedError:
    """Where the road breaks off: the nearest points of what both ends reach."""
    other_side = _ways_from(read, end)[0]
    ours, theirs = sorted(reached), sorted(other_side)
    own, others = (np.array([read.place[node] for node in nodes]) for nodes in (ours, theirs))
    near, index = map(np.asarray, cKDTree(own).query(others))
    best = int(near.argmin())
    one, other = read.place[ours[int(index[best])]], read.place[theirs[best]]
    gap = distance_m(one, other)
    return refused(
        file,
        f"the road is not connected: it breaks off at {one[0]:.5f},{one[1]:.5f}, {gap:,.0f} m from where it goes on at "
        f"{other[0]:.5f},{other[1]:.5f}; import both parts, or mend the map",
        "R06",
    )


def _line(read: _Map, nodes: list[int], tags: list[Tags], name: str) -> Line:
    places = np.array([read.place[node] for node in nodes])
    kinds: dict[tuple[tuple[str, str], ...], int] = {}
    index = [kinds.setdefault(tuple(sorted(own.items())), len(kinds)) for own in tags]
    heights = [read.height_m.get(node, np.nan) for node in nodes]
    line = line_of(places[:, 0], places[:, 1], heights, name=name)
    return replace(line, tags=tuple(map(dict, kinds)), tags_of=np.array(index, dtype=np.int64), drawn=True)


def distance_m(one: Place, other: Place) -> float:
    """Between two places on a sphere (haversine)."""
    lon, lat = radians(other[0] - one[0]), radians(other[1] - one[1])
    part = sin(lat / 2.0) ** 2 + cos(radians(one[1])) * cos(radians(other[1])) * sin(lon / 2.0) ** 2
    return 2.0 * EARTH_M * asin(min(sqrt(part), 1.0))
