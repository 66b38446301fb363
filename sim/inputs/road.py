"""A road as a scenario file has it: nodes, links with their sections, bans, tolls."""

from collections.abc import Callable
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from sim.core.parameters import Group, Model, Month, Name, NotNegative
from sim.core.units import METRES_PER_KM
from sim.core.vocabulary import ROAD_CLASS_TABLE, STANDARD_ROAD_CLASSES, RoadClass, TruckClass

ShoulderType = Literal["paved", "gravel", "composite", "turf"]


Title = Annotated[str, Field(max_length=100, description="in reports, in place of the name")]

MOST_POINTS = 5_000
"""Of a link's line on maps."""


class Node(Model):
    """A junction, an interchange or the end of the modelled network."""

    name: Name
    title: Title = ""
    title_zh: Title = ""
    x_km: float = 0.0
    y_km: float = 0.0


STEEPEST_PCT = 15.0
TIGHTEST_M, WIDEST_M = 15.0, 20_000.0
"""Radii of curves."""
SLOWEST_KMH, FASTEST_KMH = 5.0, 130.0
"""Speed limits."""


class Section(Model):
    """A homogeneous piece of a link, described in the link's direction."""

    length_km: Annotated[float, Field(ge=0.01, le=50.0)]
    grade_pct: Annotated[float, Field(ge=-STEEPEST_PCT, le=STEEPEST_PCT, description="rise positive")] = 0.0
    curve_radius_m: Annotated[float, Field(ge=TIGHTEST_M, le=WIDEST_M)] | None = None
    curve_length_m: Annotated[float, Field(ge=10.0, le=50_000.0)] | None = Field(
        default=None, description="of the whole curve, where the section is a part of it"
    )
    superelevation_pct: Annotated[float, Field(ge=-4.0, le=12.0)] = 0.0
    lane_width_m: Annotated[float, Field(ge=2.5, le=4.5)] = 3.5
    shoulder_width_m: Annotated[float, Field(ge=0.0, le=4.0)] = 1.5
    shoulder_type: ShoulderType = "paved"
    roadside_hazard: Annotated[int, Field(ge=1, le=7, description="roadside hazard rating")] = 3
    driveways_per_km: Annotated[float, Field(ge=0.0, le=60.0)] = 3.0
    speed_limit_kmh: Annotated[float, Field(ge=SLOWEST_KMH, le=FASTEST_KMH)]
    backward_speed_limit_kmh: Annotated[float, Field(ge=SLOWEST_KMH, le=FASTEST_KMH)] | None = Field(
        default=None, description="against the link's direction, where it differs"
    )
    truck_speed_limit_kmh: Annotated[float, Field(ge=SLOWEST_KMH, le=FASTEST_KMH)] | None = Field(
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
    aadt_factor: Annotated[float, Field(ge=0.001, le=1000.0)] = Field(
        default=1.0, description="traffic here over the link's `aadt`; trucks are those of the demand"
    )

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
    """Trucks that may not drive on a link: which, when, and on which part of it."""

    truck_classes: Annotated[tuple[TruckClass, ...], Field(min_length=1)]
    above_mass_t: Annotated[float, Field(ge=1.0, le=200.0)] | None = Field(
        default=None, description="mass with its load above which a truck is banned; all of these classes if not given"
    )
    from_hour: Annotated[float, Field(ge=0.0, le=24.0)] = 0.0
    to_hour: Annotated[float, Field(ge=0.0, le=24.0)] = 24.0
    months: Annotated[tuple[Month, ...], Field(min_length=1)] | None = Field(
        default=None, description="of the year in which it holds, such as [11, 12, 1, 2]; all if not given"
    )
    from_km: NotNegative = Field(default=0.0, description="of the link, where only a part of it is banned")
    to_km: NotNegative | None = Field(default=None, description="the link's end if not given")

    def holds(self, truck_class: TruckClass, hour: float) -> bool:
        """Whether a truck of this class that is heavy enough may not enter at this hour of the day, in its months.

        A window may pass midnight.
        """
        if truck_class not in self.truck_classes:
            return False
        if self.from_hour <= self.to_hour:
            return self.from_hour <= hour < self.to_hour
        return hour >= self.from_hour or hour < self.to_hour


class OwnRoadClass(Model):
    """A class of roads of a scenario's own."""

    like: RoadClass = Field(description="expressway, national, provincial or county: how its accidents are predicted")
    title: Title = ""
    title_zh: Title = ""


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
    start_post_km: Annotated[float, Field(ge=0.0, le=20_000.0)] | None = Field(
        default=None, description="kilometre post at its start; places may then be given as K12+300, and reports do"
    )
    posts_fall: bool = Field(default=False, description="posts fall along the link's direction")
    shape_km: Annotated[tuple[tuple[float, float], ...], Field(max_length=MOST_POINTS)] = Field(
        default=(), description="points of the line between the two nodes, x and y as theirs; only maps use them"
    )
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    _like: tuple[str, str] = PrivateAttr(default=("", ""))
    """A class of a road's own, and the standard one that it is predicted as."""

    @model_validator(mode="after")
    def _is_a_road_of_the_manual(self) -> Self:
        if self.divided and self.lanes != 4:  # noqa: PLR2004
            raise ValueError("divided is true, must be false on roads that don't have lanes: 4")
        return self

    @model_validator(mode="after")
    def _posts_end_at_0_or_above(self) -> Self:
        if self.posts_fall and (self.start_post_km or 0.0) < self.length_km - 0.001:
            raise ValueError(
                f"posts_fall is true: start_post_km must be at least the link's length, {self.length_km:g} km"
            )
        return self

    @property
    def lane_count(self) -> int:
        """Lanes of both directions, those that the class has where none are given."""
        return self.lanes or (4 if self.freeway else 2)

    @property
    def like(self) -> str:
        """The standard class that it is predicted as."""
        own, like = self._like
        return like if own == self.road_class else self.road_class

    def known_by(self, classes: "dict[str, OwnRoadClass]") -> Self:
        """The same link, which knows what its class is like."""
        own = classes.get(self.road_class)
        like = ("", "") if own is None else (self.road_class, own.like)
        if like == self._like:
            return self
        copy = self.model_copy()
        copy._like = like  # noqa: SLF001
        return copy

    @property
    def freeway(self) -> bool:
        """Whether it is predicted as a road with a median and interchanges."""
        return any(row.freeway for row in ROAD_CLASS_TABLE if row.name == self.like)

    @property
    def mean_aadt(self) -> float:
        """All vehicles a day, mean along the link."""
        if all(section.aadt_factor == 1.0 for section in self.sections):
            return self.aadt
        return self.aadt * sum(s.aadt_factor * s.length_km for s in self.sections) / self.length_km

    def aadt_on(self, section: Section) -> float:
        """All vehicles a day, on one of its sections."""
        return self.aadt * section.aadt_factor

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
    classes: dict[Name, OwnRoadClass] = Field(
        default={}, description="classes of roads beside expressway, national, provincial and county"
    )

    grade_factor: Annotated[float, Field(ge=0.5, le=1.5)] = Field(
        default=1.0, description="on all grades: what heights may be wrong by"
    )
    curvature_factor: Annotated[float, Field(ge=0.5, le=2.0)] = Field(
        default=1.0, description="on all curvatures, radii being divided by it"
    )
    limit_factor: Annotated[float, Field(ge=0.5, le=1.5)] = Field(default=1.0, description="on all speed limits")

    def with_its_factors(self) -> "Road":
        """The road as it is driven: factors on grades, curvatures and limits are in its sections."""
        if self.grade_factor == self.curvature_factor == self.limit_factor == 1.0:
            return self
        links = [
            link.model_copy(update={"sections": tuple(self._by_factors(section) for section in link.sections)})
            for link in self.links
        ]
        return self.model_copy(
            update={"links": tuple(links), "grade_factor": 1.0, "curvature_factor": 1.0, "limit_factor": 1.0}
        )

    def _by_factors(self, section: Section) -> Section:
        """Within what a section may have."""
        radius_m, limits = section.curve_radius_m, {}
        for name in ("speed_limit_kmh", "backward_speed_limit_kmh", "truck_speed_limit_kmh"):
            limit_kmh = getattr(section, name)
            limits[name] = (
                None if limit_kmh is None else _within(limit_kmh * self.limit_factor, SLOWEST_KMH, FASTEST_KMH)
            )
        return section.model_copy(
            update={
                "grade_pct": _within(section.grade_pct * self.grade_factor, -STEEPEST_PCT, STEEPEST_PCT),
                "curve_radius_m": None
                if radius_m is None
                else _within(radius_m / self.curvature_factor, TIGHTEST_M, WIDEST_M),
                **limits,
            }
        )

    @property
    def seasonal(self) -> bool:
        """Whether a ban does not hold in every month."""
        return any(link.ban is not None and link.ban.months is not None for link in self.links)

    def in_month(self, month: int) -> "Road":
        """The road with the bans of a month of the year, January being 1."""
        return self.without_bans(lambda ban: ban.months is not None and month not in ban.months)

    def without_bans(self, lifted: Callable[[Ban], bool]) -> "Road":
        """The road without some of its bans."""
        links = tuple(
            link.model_copy(update={"ban": None}) if link.ban is not None and lifted(link.ban) else link
            for link in self.links
        )
        return self.model_copy(update={"links": links})

    @model_validator(mode="after")
    def _links_know_their_class(self) -> Self:
        vars(self)["links"] = tuple(link.known_by(self.classes) for link in self.links)
        return self

    @property
    def class_names(self) -> tuple[str, ...]:
        """Classes of roads in the order of all arrays."""
        return (*STANDARD_ROAD_CLASSES, *(name for name in self.classes if name not in STANDARD_ROAD_CLASSES))


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
