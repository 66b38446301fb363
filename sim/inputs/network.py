"""A road as the engine has it: directed sections as arrays, and routes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.sparse.csgraph import connected_components, shortest_path

from sim.core.units import METRES_PER_KM, SECONDS_PER_DAY, Bools, Floats, Ints, ms_from_kmh
from sim.core.vocabulary import TruckClass
from sim.inputs.road import Direction, Link, Road, Section, Stretch


@dataclass(frozen=True)
class Corridor:
    """A part of the road that no link joins to another part."""

    name: str
    """Its first node, empty where there is only one corridor."""
    nodes: frozenset[str]


def corridors(road: Road) -> tuple[Corridor, ...]:
    """The road's parts, in the order of the file."""
    place = {node.name: index for index, node in enumerate(road.nodes)}
    joined = np.zeros((len(place), len(place)), dtype=np.bool_)
    joined[[place[link.start] for link in road.links], [place[link.end] for link in road.links]] = True
    count, label = connected_components(joined, directed=False)
    found: list[list[str]] = [[] for _ in range(count)]
    for name, index in place.items():
        found[label[index]].append(name)
    parts = sorted(found, key=lambda names: place[names[0]])
    return tuple(Corridor(names[0] if count > 1 else "", frozenset(names)) for names in parts)


BORDER_KM = 1e-6
"""Nearer to a section's border than this is at it."""


@dataclass(frozen=True)
class DirectedLink:
    """A link in one direction of travel: its place in the arrays of directed sections."""

    link: Link
    forward: bool
    start: str
    end: str
    first: int
    stop: int

    @property
    def direction(self) -> str:
        """As `Stretch` names it."""
        return "forward" if self.forward else "backward"

    def banned(self, truck_class: TruckClass, hour: float) -> bool:
        """Whether a truck of this class may not enter at this hour."""
        return self.link.ban is not None and self.link.ban.holds(truck_class, hour)

    @property
    def banned_rows(self) -> range:
        """Sections of the link, in the direction of travel, that its ban covers; none without one."""
        ban, ends_km = self.link.ban, np.cumsum([section.length_km for section in self.link.sections])
        if ban is None:
            return range(0)
        last_km = float(ends_km[-1]) if ban.to_km is None else ban.to_km
        first = int(np.searchsorted(ends_km, ban.from_km + BORDER_KM))
        stop = min(int(np.searchsorted(ends_km, last_km - BORDER_KM)) + 1, len(ends_km))
        return range(first, stop) if self.forward else range(len(ends_km) - stop, len(ends_km) - first)


@dataclass(frozen=True, eq=False)
class SectionTable:
    """Directed sections as arrays of shape (directed sections,), SI units."""

    length_m: Floats
    grade: Floats
    curvature_per_m: Floats
    superelevation: Floats
    limit_ms: Floats
    road_class: Ints
    way: Ints
    undirected_section: Ints
    start_m: Floats
    sight_m: Floats
    """Infinite where none is given."""
    curve_share: Floats
    """Of its curve that the section is."""
    tunnel: Bools
    """Where weather and night do not reach."""
    flow_per_s: Floats
    """All vehicles in the direction, on average over the day."""
    others_limit_ms: Floats
    """For cars."""
    passing_lane: Bools
    """Whether the direction has a climbing or passing lane."""
    freeway: Bools
    """With a median and interchanges."""


@dataclass(frozen=True)
class RouteCost:
    """What a route costs a driver, before any fine."""

    length_m: float
    time_s: float
    toll_cny: float


@dataclass(frozen=True, eq=False)
class Route:
    """A sequence of ways; `sections` are rows of the section table in the order of travel."""

    ways: tuple[int, ...]
    sections: Ints
    way_of_section: Ints
    """Position in `ways`, shape (sections,)."""

    @property
    def key(self) -> tuple[int, ...]:
        """Identity of a route: the ways in order."""
        return self.ways

    @cached_property
    def passed(self) -> frozenset[int]:
        """Directed sections of the route."""
        return frozenset(self.sections.tolist())


class Network:
    """The road compiled to arrays, with shortest routes."""

    def __init__(self, road: Road) -> None:
        road = road.with_its_factors()
        self.road = road
        self.ways = tuple(_ways(road))
        self.sections = _section_table(self.ways, road.class_names)
        self._length_km = [way.link.length_km for way in self.ways]
        self._out: dict[str, list[int]] = {node.name: [] for node in road.nodes}
        for index, way in enumerate(self.ways):
            self._out[way.start].append(index)
        self.node_names = tuple(self._out)
        self._node_index = {name: index for index, name in enumerate(self.node_names)}

    def ways_from(self, node: str) -> Sequence[int]:
        """Ways that begin at a node, in the order of the file."""
        return self._out[node]

    @cached_property
    def length_m(self) -> Floats:
        """Length by way [m]."""
        return np.array([length_km * METRES_PER_KM for length_km in self._length_km])

    @cached_property
    def free_time_s(self) -> Floats:
        """Travel time at the speed limit, by way [s]."""
        times = self.sections.length_m / self.sections.limit_ms
        return np.array([times[way.first : way.stop].sum() for way in self.ways])

    @cached_property
    def drive_time_s(self) -> Floats:
        """Least travel time at the limit between nodes, shape (nodes, nodes); bans and tolls don't count."""
        place = self._node_index
        direct = np.full((len(place), len(place)), np.inf)
        for way, time in zip(self.ways, self.free_time_s, strict=True):
            at = place[way.start], place[way.end]
            direct[at] = min(direct[at], time)
        result: Floats = shortest_path(direct, method="D")
        return result

    def node_index(self, name: str) -> int:
        """Row of a node in `drive_time_s`."""
        return self._node_index[name]

    def covered(self, stretches: Iterable[Stretch]) -> tuple[Ints, Floats]:
        """Directed sections that stretches touch, and the share of each that they cover, both of shape (n,)."""
        share = np.zeros(len(self.sections.length_m))
        for stretch in stretches:
            for way in self.ways:
                if way.link.name == stretch.link and stretch.direction in {"both", way.direction}:
                    share[way.first : way.stop] += _overlap(way, stretch, self.sections.length_m[way.first : way.stop])
        rows = np.flatnonzero(share)
        return rows, np.minimum(share[rows], 1.0)

    def section_at(self, link: str, direction: Direction, at_km: float) -> int:
        """Directed section that holds a place; kilometres from the link's start."""
        way = self._way(link, direction)
        length = self.sections.length_m[way.first : way.stop]
        at_m = at_km * METRES_PER_KM if way.forward else float(length.sum()) - at_km * METRES_PER_KM
        place = int(np.searchsorted(np.cumsum(length), at_m, side="right"))
        return way.first + min(place, len(length) - 1)

    def _way(self, link: str, direction: Direction) -> DirectedLink:
        found = [way for way in self.ways if way.link.name == link and way.direction == direction]
        if not found:
            raise ValueError(f"there is no link {link} to drive {direction}")
        return found[0]

    def link_length_m(self, link: str) -> float:
        """Length of a link."""
        way = self._way(link, "forward")
        return float(self.sections.length_m[way.first : way.stop].sum())

    def cost(self, ways: Iterable[int]) -> RouteCost:
        """Length, time at the limit and toll of a sequence of ways."""
        chosen = list(ways)
        return RouteCost(
            length_m=sum(self._length_km[w] for w in chosen) * METRES_PER_KM,
            time_s=float(sum(self.free_time_s[w] for w in chosen)),
            toll_cny=sum(self._length_km[w] * self.ways[w].link.toll_cny_per_km for w in chosen),
        )

    def route(self, ways: Sequence[int]) -> Route:
        """The sections of a sequence of ways."""
        spans = [np.arange(self.ways[w].first, self.ways[w].stop) for w in ways]
        return Route(
            ways=tuple(ways),
            sections=np.concatenate(spans),
            way_of_section=np.repeat(np.arange(len(spans)), [len(span) for span in spans]),
        )


def _overlap(way: DirectedLink, stretch: Stretch, length_m: Floats) -> Floats:
    """Share of each of a way's sections that lies in a stretch, shape (sections,)."""
    whole = float(length_m.sum())
    low = stretch.from_km * METRES_PER_KM
    high = whole if stretch.to_km is None else min(stretch.to_km * METRES_PER_KM, whole)
    if not way.forward:
        low, high = whole - high, whole - low
    end = np.cumsum(length_m)
    inside = np.minimum(end, high) - np.maximum(end - length_m, low)
    result: Floats = np.maximum(inside, 0.0) / length_m
    return result


def _ways(road: Road) -> Iterable[DirectedLink]:
    """Both directions of each link, in the order of the file."""
    first = 0
    for link in road.links:
        directions = [(True, link.start, link.end)]
        if not link.one_way:
            directions.append((False, link.end, link.start))
        for forward, start, end in directions:
            stop = first + len(link.sections)
            yield DirectedLink(link, forward, start, end, first, stop)
            first = stop


def _section_table(ways: Sequence[DirectedLink], class_names: Sequence[str]) -> SectionTable:
    rows = [row for index, way in enumerate(ways) for row in _directed_rows(index, way, ways, class_names)]
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    floats = [column.astype(np.float64) for column in columns]
    whole = [column.astype(np.int64) for column in columns[:8]]
    return SectionTable(
        length_m=floats[0],
        grade=floats[1],
        curvature_per_m=floats[2],
        superelevation=floats[3],
        limit_ms=floats[4],
        road_class=whole[5],
        way=whole[6],
        undirected_section=whole[7],
        start_m=floats[8],
        sight_m=floats[9],
        curve_share=floats[10],
        flow_per_s=floats[11],
        tunnel=columns[12] > 0.0,
        others_limit_ms=floats[13],
        passing_lane=columns[14] > 0.0,
        freeway=columns[15] > 0.0,
    )


def _directed_rows(
    index: int, way: DirectedLink, ways: Sequence[DirectedLink], class_names: Sequence[str]
) -> list[tuple[float, ...]]:
    """A way's sections in the order of travel; the reverse direction climbs what the other descends."""
    sections = way.link.sections if way.forward else way.link.sections[::-1]
    sign = 1.0 if way.forward else -1.0
    base = sum(len(other.link.sections) for other in ways[:index] if other.forward)
    count = len(sections)
    undirected = range(base, base + count) if way.forward else range(base - 1, base - count - 1, -1)
    starts = np.concatenate([[0.0], np.cumsum([s.length_km * METRES_PER_KM for s in sections])[:-1]])
    lengths = _whole_metres(way.link.sections)
    return [
        (
            length_m,
            sign * s.grade_pct / 100.0,
            0.0 if s.curve_radius_m is None else 1.0 / s.curve_radius_m,
            s.superelevation_pct / 100.0,
            ms_from_kmh(s.limit_for_trucks_kmh(forward=way.forward)),
            class_names.index(way.link.road_class),
            index,
            place,
            start,
            np.inf if s.sight_distance_m is None else s.sight_distance_m,
            min(s.length_km * METRES_PER_KM / s.whole_curve_m, 1.0),
            way.link.aadt_on(s) / 2.0 / SECONDS_PER_DAY,
            float(s.tunnel),
            ms_from_kmh(s.limit_kmh(forward=way.forward)),
            float(s.has_passing_lane(forward=way.forward)),
            float(way.link.freeway),
        )
        for s, length_m, place, start in zip(
            sections, lengths if way.forward else lengths[::-1], undirected, starts, strict=True
        )
    ]


def _whole_metres(sections: Sequence[Section]) -> list[int]:
    """Lengths whose sums are the rounded sums, so that a road cut into many sections gets no longer or shorter."""
    ends = [0, *(round(end) for end in np.cumsum([s.length_km * METRES_PER_KM for s in sections]).tolist())]
    return [high - low for low, high in pairwise(ends)]
