"""The road: nodes, links cut into homogeneous sections, bans, and the routes through them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from scipy.sparse.csgraph import connected_components, shortest_path

from sim.parameters import (
    ROAD_CLASSES,
    Group,
    Model,
    Name,
    NotNegative,
    RoadClass,
    TruckClass,
)
from sim.units import METRES_PER_KM, SECONDS_PER_DAY, Bools, Floats, Ints, ms_from_kmh

ShoulderType = Literal["paved", "gravel", "composite", "turf"]


Title = Annotated[str, Field(max_length=100, description="in reports, in place of the name")]


class Node(Model):
    """A junction, an interchange or the end of the modelled network."""

    name: Name
    title: Title = ""
    title_zh: Title = ""
    x_km: float = 0.0
    y_km: float = 0.0


class Section(Model):
    """A homogeneous piece of a link, described in the link's direction."""

    length_km: Annotated[float, Field(ge=0.01, le=50.0)]
    grade_pct: Annotated[float, Field(ge=-15.0, le=15.0, description="rise positive")] = 0.0
    curve_radius_m: Annotated[float, Field(ge=15.0, le=20_000.0)] | None = None
    curve_length_m: Annotated[float, Field(ge=10.0, le=50_000.0)] | None = Field(
        default=None, description="of the whole curve, where the section is a part of it"
    )
    superelevation_pct: Annotated[float, Field(ge=-4.0, le=12.0)] = 0.0
    lane_width_m: Annotated[float, Field(ge=2.5, le=4.5)] = 3.5
    shoulder_width_m: Annotated[float, Field(ge=0.0, le=4.0)] = 1.5
    shoulder_type: ShoulderType = "paved"
    roadside_hazard: Annotated[int, Field(ge=1, le=7, description="roadside hazard rating")] = 3
    driveways_per_km: Annotated[float, Field(ge=0.0, le=60.0)] = 3.0
    speed_limit_kmh: Annotated[float, Field(ge=5.0, le=130.0)]
    backward_speed_limit_kmh: Annotated[float, Field(ge=5.0, le=130.0)] | None = Field(
        default=None, description="against the link's direction, where it differs"
    )
    truck_speed_limit_kmh: Annotated[float, Field(ge=5.0, le=130.0)] | None = Field(
        default=None, description="for trucks, where it is lower"
    )
    spiral_ends: Annotated[int, Field(ge=0, le=2, description="ends of the curve with a spiral")] = 0
    missing_superelevation_pct: Annotated[
        float, Field(ge=0.0, le=12.0, description="less than the design policy asks for")
    ] = 0.0
    centreline_rumble: bool = False
    passing_lane: Literal["none", "one_way", "both_ways"] = "none"
    left_turn_lane: bool = False
    lighting: bool = False
    automated_enforcement: bool = False
    tunnel: bool = Field(default=False, description="rain, fog, ice, snow and night do not reach it")
    sight_distance_m: Annotated[float, Field(ge=15.0, le=2000.0)] | None = None

    @model_validator(mode="after")
    def _lies_within_its_curve(self) -> Self:
        if self.curve_length_m is None:
            return self
        if self.curve_radius_m is None:
            raise ValueError("curve_length_m is given, curve_radius_m is not: must have both or none")
        if self.curve_length_m < self.length_km * METRES_PER_KM - 1.0:
            raise ValueError(
                f"curve_length_m is {self.curve_length_m:g}, must be at least the section's length of "
                f"{self.length_km * METRES_PER_KM:g} m"
            )
        return self

    def limit_kmh(self, *, forward: bool) -> float:
        """Limit for cars in a direction [km/h]."""
        backward = self.backward_speed_limit_kmh
        return self.speed_limit_kmh if forward or backward is None else backward

    def limit_for_trucks_kmh(self, *, forward: bool) -> float:
        """Limit for trucks in a direction [km/h]."""
        limit_kmh = self.limit_kmh(forward=forward)
        return limit_kmh if self.truck_speed_limit_kmh is None else min(limit_kmh, self.truck_speed_limit_kmh)

    def has_passing_lane(self, *, forward: bool) -> bool:
        """Whether a direction has one; a lane in one direction is the climbing one's, on the level the link's own."""
        climbs = self.grade_pct >= 0.0 if forward else self.grade_pct < 0.0
        return self.passing_lane == "both_ways" or (self.passing_lane == "one_way" and climbs)

    @property
    def whole_curve_m(self) -> float:
        """Length of the curve that the section is, or is a part of."""
        return self.curve_length_m or self.length_km * METRES_PER_KM


class Ban(Model):
    """Truck classes that may not enter, and when."""

    truck_classes: Annotated[tuple[TruckClass, ...], Field(min_length=1)]
    from_hour: Annotated[float, Field(ge=0.0, le=24.0)] = 0.0
    to_hour: Annotated[float, Field(ge=0.0, le=24.0)] = 24.0

    def holds(self, truck_class: TruckClass, hour: float) -> bool:
        """Whether this truck may not enter at this hour of the day; a window may pass midnight."""
        if truck_class not in self.truck_classes:
            return False
        if self.from_hour <= self.to_hour:
            return self.from_hour <= hour < self.to_hour
        return hour >= self.from_hour or hour < self.to_hour


class Link(Model):
    """A road between two nodes, travelled both ways unless `one_way`."""

    name: Name
    title: Title = ""
    title_zh: Title = ""
    start: Name
    end: Name
    road_class: RoadClass
    toll_cny_per_km: NotNegative = 0.0
    aadt: Annotated[float, Field(gt=0.0, le=200_000.0, description="all vehicles a day, both directions")]
    lanes: Literal[2, 4, 6, 8] | None = Field(
        default=None, description="of both directions; 4 on expressways and 2 on other roads if not given"
    )
    divided: bool = Field(default=False, description="by a median, on other roads of four lanes")
    one_way: bool = False
    ban: Ban | None = None
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_a_road_of_the_manual(self) -> Self:
        allowed = (4, 6, 8) if self.road_class == "expressway" else (2, 4)
        if self.lanes is not None and self.lanes not in allowed:
            raise ValueError(
                f"lanes is {self.lanes}, must be {', '.join(map(str, allowed[:-1]))} or {allowed[-1]} on "
                f"{'an expressway' if self.road_class == 'expressway' else 'other roads than expressways'}"
            )
        if self.divided and self.lanes != 4:  # noqa: PLR2004
            raise ValueError("divided is true, must be false on roads that don't have lanes: 4")
        return self

    @property
    def lane_count(self) -> int:
        """Lanes of both directions, those that the class has where none are given."""
        return self.lanes or (4 if self.road_class == "expressway" else 2)

    @property
    def length_km(self) -> float:
        """Length of the whole link."""
        return sum(section.length_km for section in self.sections)


Direction = Literal["forward", "backward"]


class Stretch(Model):
    """A part of a link, for measures that stand somewhere; kilometres from the link's start."""

    link: Name
    direction: Literal["both", "forward", "backward"] = "both"
    from_km: NotNegative = 0.0
    to_km: NotNegative | None = Field(default=None, description="the link's end if not given")


class Road(Group):
    """The network of a scenario."""

    nodes: Annotated[tuple[Node, ...], Field(min_length=2)]
    links: Annotated[tuple[Link, ...], Field(min_length=1)]


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


@dataclass(frozen=True)
class Way:
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
    physical: Ints
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
        self.road = road
        self.ways = tuple(_ways(road))
        self.sections = _section_table(self.ways)
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
        return np.array([way.link.length_km * METRES_PER_KM for way in self.ways])

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

    @cached_property
    def physical_count(self) -> int:
        """Number of sections, both directions counted once."""
        return int(self.sections.physical.max()) + 1

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

    def _way(self, link: str, direction: Direction) -> Way:
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
            length_m=sum(self.ways[w].link.length_km for w in chosen) * METRES_PER_KM,
            time_s=float(sum(self.free_time_s[w] for w in chosen)),
            toll_cny=sum(self.ways[w].link.length_km * self.ways[w].link.toll_cny_per_km for w in chosen),
        )

    def route(self, ways: Sequence[int]) -> Route:
        """The sections of a sequence of ways."""
        spans = [np.arange(self.ways[w].first, self.ways[w].stop) for w in ways]
        return Route(
            ways=tuple(ways),
            sections=np.concatenate(spans),
            way_of_section=np.repeat(np.arange(len(spans)), [len(span) for span in spans]),
        )


def _overlap(way: Way, stretch: Stretch, length_m: Floats) -> Floats:
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


def _ways(road: Road) -> Iterable[Way]:
    """Both directions of each link, in the order of the file."""
    first = 0
    for link in road.links:
        directions = [(True, link.start, link.end)]
        if not link.one_way:
            directions.append((False, link.end, link.start))
        for forward, start, end in directions:
            stop = first + len(link.sections)
            yield Way(link, forward, start, end, first, stop)
            first = stop


def _section_table(ways: Sequence[Way]) -> SectionTable:
    rows = [row for index, way in enumerate(ways) for row in _directed_rows(index, way, ways)]
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
        physical=whole[7],
        start_m=floats[8],
        sight_m=floats[9],
        curve_share=floats[10],
        flow_per_s=floats[11],
        tunnel=columns[12] > 0.0,
        others_limit_ms=floats[13],
        passing_lane=columns[14] > 0.0,
    )


def _directed_rows(index: int, way: Way, ways: Sequence[Way]) -> list[tuple[float, ...]]:
    """A way's sections in the order of travel; the reverse direction climbs what the other descends."""
    sections = way.link.sections if way.forward else way.link.sections[::-1]
    sign = 1.0 if way.forward else -1.0
    base = sum(len(other.link.sections) for other in ways[:index] if other.forward)
    count = len(sections)
    physical = range(base, base + count) if way.forward else range(base - 1, base - count - 1, -1)
    starts = np.concatenate([[0.0], np.cumsum([s.length_km * METRES_PER_KM for s in sections])[:-1]])
    lengths = _whole_metres(way.link.sections)
    return [
        (
            length_m,
            sign * s.grade_pct / 100.0,
            0.0 if s.curve_radius_m is None else 1.0 / s.curve_radius_m,
            s.superelevation_pct / 100.0,
            ms_from_kmh(s.limit_for_trucks_kmh(forward=way.forward)),
            ROAD_CLASSES.index(way.link.road_class),
            index,
            place,
            start,
            np.inf if s.sight_distance_m is None else s.sight_distance_m,
            min(s.length_km * METRES_PER_KM / s.whole_curve_m, 1.0),
            way.link.aadt / 2.0 / SECONDS_PER_DAY,
            float(s.tunnel),
            ms_from_kmh(s.limit_kmh(forward=way.forward)),
            float(s.has_passing_lane(forward=way.forward)),
        )
        for s, length_m, place, start in zip(
            sections, lengths if way.forward else lengths[::-1], physical, starts, strict=True
        )
    ]


def _whole_metres(sections: Sequence[Section]) -> list[int]:
    """Lengths whose sums are the rounded sums, so that a road cut into many sections gets no longer or shorter."""
    ends = [0, *(round(end) for end in np.cumsum([s.length_km * METRES_PER_KM for s in sections]).tolist())]
    return [high - low for low, high in pairwise(ends)]
