"""Enterprises, drivers and trucks, bound together: a driver drives one truck and answers to one enterprise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

import numpy as np
from pydantic import Field, field_validator, model_validator
from scipy.special import ndtri

from sim.core.parameters import Group, LogSpread, Model, Share
from sim.core.random_streams import Streams
from sim.core.units import Floats, Ints
from sim.core.vocabulary import TRUCK_CLASS_TABLE, TruckClass

STANDARD = {row.name: row for row in TRUCK_CLASS_TABLE}
SMALLEST_UNIFORM = 1e-12
EMPTY, LADEN, OVERLOADED = range(3)
LOADS = 3
"""Loads as kinds of trucks count them: kind 3 n + l is truck class n with load l."""
SPEED_FACTOR_LIMITS = (0.7, 1.3)
ROLLOVER_FACTORS = (1.6, 1.0, 0.9)
"""Rollover threshold over the laden truck's, by load: assumption, empty 1.3 to 2, overloaded 0.8 to 1."""
ENGINE_BRAKE_TYPES = (0.30, 0.45, 0.90)
"""Braking power over rated power of exhaust flaps, exhaust valve brakes and compression release brakes (360che.com
2011: about 30 %, 40 to 50 %, 90 % as measured); that each is on a third of the trucks is assumed."""
ENGINE_BRAKE_FACTORS = np.array(ENGINE_BRAKE_TYPES) / np.mean(ENGINE_BRAKE_TYPES)
"""The types' power over their mean."""
ANSWER_LIMITS = (0.02, 0.99)


class TruckClassFleet(Model):
    """The drivers and trucks of one class."""

    enterprises: Annotated[int, Field(ge=1, le=1_000_000)]
    drivers: Annotated[int, Field(ge=1, le=5_000_000)]
    empty_mass_kg: Annotated[float, Field(ge=500.0, le=200_000.0)]
    loaded_mass_kg: Annotated[float, Field(ge=500.0, le=200_000.0)]
    power_kw: Annotated[float, Field(ge=20.0, le=2000.0)]
    retarder_share: Share
    rollover_threshold_g: Annotated[float, Field(gt=0.1, le=1.0, description="laden, median")]
    terminal_online_share: Annotated[
        Share, Field(description="trucks whose satellite terminal is online without any programme")
    ]
    banned_entry_utility: Annotated[
        float, Field(ge=-20.0, le=20.0, description="log-odds to take the banned road at no saving and no risk")
    ]
    like: TruckClass | None = Field(
        default=None, description="class of this fleet from which comes all that is not said, for classes of your own"
    )
    semi: bool | None = Field(
        default=None, description="whether it is a semi-trailer; for classes of your own, if `like` does not tell"
    )
    title: Annotated[str, Field(max_length=100, description="in place of the name")] = ""
    title_zh: Annotated[str, Field(max_length=100)] = ""

    @model_validator(mode="after")
    def _load_has_a_mass(self) -> Self:
        if self.loaded_mass_kg < self.empty_mass_kg:
            raise ValueError(
                f"loaded_mass_kg is {self.loaded_mass_kg:g}, must be at least empty_mass_kg ({self.empty_mass_kg:g})"
            )
        return self


class Fleet(Group):
    """Sizes and habits; spreads are standard deviations between drivers or enterprises."""

    classes: Annotated[dict[TruckClass, TruckClassFleet], Field(min_length=1)]
    enterprise_culture_sd: LogSpread = Field(
        default=0.6, description="between enterprises, on the log-odds of a violation"
    )
    driver_propensity_sd: LogSpread = Field(default=1.0, description="between drivers, on the log-odds of a violation")
    speed_factor_mean: Annotated[float, Field(gt=0.5, lt=1.5)] = 1.0
    speed_factor_sd: Annotated[float, Field(ge=0.0, le=0.3)] = 0.08
    rollover_threshold_sd: Annotated[float, Field(ge=0.0, le=0.3)] = Field(
        default=0.12, description="spread between trips of the rollover threshold over its class and load's median"
    )
    laden_fill: Annotated[
        tuple[Share, Share, Share],
        Field(description="payload of laden trips over the full one: lowest, most frequent, highest"),
    ] = (0.45, 0.75, 1.0)
    overload_mass_factor: Annotated[float, Field(ge=1.0, le=3.0)] = Field(
        default=1.3, description="mean mass of overloaded trucks over a full one's; even from 1 to twice the excess"
    )
    brake_defect_share: Share = Field(default=0.1, description="trucks whose brakes hold less than they should")
    call_answer_probability: Share = 0.8
    call_answer_sd: LogSpread = 0.1

    @field_validator("classes", mode="before")
    @classmethod
    def _from_templates(cls, classes: Any) -> Any:
        """What a class does not say comes from the one that it is like."""
        if not isinstance(classes, dict):
            return classes
        for name, own in classes.items():
            like = _like(own)
            if like is not None and (like not in classes or _like(classes[like]) is not None):
                raise ValueError(f"{name}.like is {like}, must be another class that is like none itself")
        return {name: _completed(own, classes) for name, own in classes.items()}

    @model_validator(mode="after")
    def _kind_is_known(self) -> Self:
        for name, own in self.classes.items():
            if name not in STANDARD and own.like is None and own.semi is None:
                raise ValueError(f"classes.{name} needs `semi` (true or false), or `like` with one of the classes")
        return self

    @property
    def class_names(self) -> tuple[str, ...]:
        """Truck classes in the order of all arrays: those that every scenario knows, then its own."""
        return (*STANDARD, *(name for name in self.classes if name not in STANDARD))

    def is_semi(self, name: str) -> bool:
        """Whether a class is of semi-trailers."""
        own = self.classes.get(name)
        if own is not None and own.semi is not None:
            return own.semi
        if name in STANDARD:
            return STANDARD[name].semi
        return own is not None and own.like is not None and self.is_semi(own.like)

    def heaviest_kg(self, name: str) -> float:
        """More than any truck of a class weighs with its load: overloads reach twice their mean excess."""
        return self.classes[name].loaded_mass_kg * (2.0 * self.overload_mass_factor - 1.0) + 1.0

    def mean_hours_driven(self, name: str, given: Mapping[str, float]) -> float:
        """At the wheel since the last rest when entering [h], of a class; as the one that it is like if not given."""
        own = self.classes.get(name)
        like = None if own is None else own.like
        return given.get(name, given.get(like, 0.0) if like is not None else 0.0)

    @model_validator(mode="after")
    def _fill_in_order(self) -> Self:
        if not self.laden_fill[0] <= self.laden_fill[1] <= self.laden_fill[2] or self.laden_fill[2] == 0.0:
            raise ValueError(
                f"laden_fill is {list(self.laden_fill)}, must be the lowest, the most frequent and the highest, "
                "not all 0"
            )
        return self

    @property
    def mean_fill(self) -> float:
        """Mean of the triangular distribution of laden trips' payload over the full one."""
        return sum(self.laden_fill) / 3.0


def _like(own: Any) -> Any:
    return own.get("like") if isinstance(own, dict) else getattr(own, "like", None)


def _completed(own: Any, classes: Mapping[Any, Any]) -> Any:
    """A class as a mapping, with what its template says."""
    template = classes.get(own.get("like")) if isinstance(own, dict) else None
    if not isinstance(template, dict):
        return own
    titles = {"title", "title_zh", "like"}
    return {key: value for key, value in template.items() if key not in titles} | own


@dataclass(frozen=True, eq=False)
class Roster:
    """All drivers with their truck and enterprise, as arrays of shape (drivers,); row n is driver n.

    `first_of_class` and `count_of_class` say which rows belong to a truck class.
    """

    truck_class: Ints
    enterprise: Ints
    violation_utility: Floats
    speed_factor: Floats
    boldness: Floats
    """Standard normal: what the driver's habit of speed comes from."""
    has_retarder: Floats
    engine_brake_factor: Floats
    """Of its engine brake's type, 1 on average."""
    laden_mass_kg: Floats
    rollover_threshold_g: Floats
    brake_defect: Floats
    terminal_uniform: Floats
    answer_probability: Floats
    first_of_class: Ints
    count_of_class: Ints
    enterprises: int

    @property
    def size(self) -> int:
        """Number of drivers, and of trucks."""
        return len(self.truck_class)


def draw_roster(fleet: Fleet, streams: Streams) -> Roster:
    """The bound records of one replication, the same in all its scenarios."""
    parts = [(index, fleet.classes[name]) for index, name in enumerate(fleet.class_names) if name in fleet.classes]
    counts = np.zeros(len(fleet.class_names), dtype=np.int64)
    counts[[index for index, _ in parts]] = [part.drivers for _, part in parts]
    firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    repeat = np.array([part.drivers for _, part in parts])
    size = int(repeat.sum())
    enterprise = _enterprises([part for _, part in parts], streams)
    culture = fleet.enterprise_culture_sd * _normal("fleet.culture", streams, int(enterprise.max()) + 1)
    own = fleet.driver_propensity_sd * _normal("fleet.propensity", streams, size)

    def spread(field: str) -> Floats:
        return np.repeat(np.array([float(getattr(part, field)) for _, part in parts]), repeat)

    boldness = _normal("fleet.speed", streams, size)
    speed = fleet.speed_factor_mean + fleet.speed_factor_sd * boldness
    answer = fleet.call_answer_probability + fleet.call_answer_sd * _normal("fleet.answer", streams, size)
    return Roster(
        truck_class=np.repeat(np.array([index for index, _ in parts]), repeat),
        enterprise=enterprise,
        violation_utility=spread("banned_entry_utility") + own + culture[enterprise],
        speed_factor=np.clip(speed, *SPEED_FACTOR_LIMITS),
        boldness=boldness,
        has_retarder=_chosen("fleet.retarder", streams, spread("retarder_share")),
        engine_brake_factor=_engine_brake_factor(streams.uniform("fleet.engine_brake", 0, size)),
        laden_mass_kg=spread("loaded_mass_kg"),
        rollover_threshold_g=spread("rollover_threshold_g"),
        brake_defect=_chosen("fleet.brakes", streams, np.full(size, fleet.brake_defect_share)),
        terminal_uniform=streams.uniform("fleet.terminal", 0, size),
        answer_probability=np.clip(answer, *ANSWER_LIMITS) * (fleet.call_answer_probability > 0.0),
        first_of_class=firsts,
        count_of_class=counts,
        enterprises=int(enterprise.max()) + 1,
    )


def _enterprises(parts: list[TruckClassFleet], streams: Streams) -> Ints:
    """Enterprise of each driver; sizes are skewed, as the square of a uniform number is."""
    uniform = streams.uniform("fleet.enterprise", 0, sum(part.drivers for part in parts))
    found, start, base = [], 0, 0
    for part in parts:
        own = uniform[start : start + part.drivers]
        found.append(base + (own**2 * part.enterprises).astype(np.int64))
        start += part.drivers
        base += part.enterprises
    return np.concatenate(found)


def _engine_brake_factor(uniform: Floats) -> Floats:
    result: Floats = ENGINE_BRAKE_FACTORS[(uniform * len(ENGINE_BRAKE_FACTORS)).astype(np.int64)]
    return result


def _normal(purpose: str, streams: Streams, size: int) -> Floats:
    uniform = streams.uniform(purpose, 0, size)
    return np.asarray(ndtri(np.maximum(uniform, SMALLEST_UNIFORM)))


def _chosen(purpose: str, streams: Streams, share: Floats) -> Floats:
    return (streams.uniform(purpose, 0, len(share)) < share).astype(np.float64)
