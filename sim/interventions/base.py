"""What an intervention is: frozen parameters and the hooks it needs.

Every hook has a default that changes nothing. Hooks are given plain values and return values; the engine combines
what several interventions return by the rules of `sim.interventions.combine`. An intervention never changes the
model's state behind its back, so that its place in a file never matters.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from simpy import Event
from simpy.resources.resource import PriorityRequest

from sim.draws import Streams
from sim.driving.conditions import TruckKinds
from sim.driving.rules import DrivingRules
from sim.fleet import Roster
from sim.parameters import MECHANISMS, TRUCK_CLASSES, Group, Model, Money, Share, Source, TruckClass
from sim.risk.parameters import RiskParameters, SpeedParameters
from sim.road import Network, Road, Stretch
from sim.traffic import Traffic
from sim.units import HOURS_PER_DAY, SECONDS_PER_HOUR, Bools, Floats, Ints

Process = Generator[Event, Any, None]
REVIEW_DAYS = 30
KNOWN_AFTER_DAYS = 60
"""How long it takes until accidents and violations are in the books from which reviews learn."""
Month = Annotated[int, Field(ge=1, le=12)]
Experience = Literal["contact", "penalty", "sanction"]


@dataclass(frozen=True, eq=False)
class Setting:
    """What `prepare` may look at: days of the horizon from the intervention's start, and the fleet's classes."""

    days_since_start: Floats
    """Shape (days,); negative before the start."""
    base_coverage: Floats
    """Share of trucks whose terminal is online without any programme, shape (truck classes,)."""


@dataclass(frozen=True, eq=False)
class Preparation:
    """What an intervention puts in place for a replication; None changes nothing."""

    coverage: Floats | None = None
    """Share of trucks with a working device by day and truck class, shape (days, truck classes)."""
    operators: Ints | None = None
    """Operators on duty by hour of the day, shape (24,)."""
    crews: dict[str, Ints] = field(default_factory=dict)
    """Police crews on duty by hour of the day, shape (24,), by the node at which their station is."""
    position_interval_s: float | None = None
    """Time between two positions of a device [s]."""


@dataclass(frozen=True, eq=False)
class Site:
    """The road, the trucks and their drivers, for measures that change how trucks are driven."""

    network: Network
    roster: Roster
    kinds: TruckKinds
    speed: SpeedParameters
    risk: RiskParameters
    traffic: Traffic
    streams: Streams
    days: int
    """Simulated days, those before recording included."""

    @property
    def class_names(self) -> tuple[TruckClass, ...]:
        """Truck classes in the order of all arrays."""
        return TRUCK_CLASSES

    def of_class(self, chosen: Sequence[bool]) -> Bools:
        """Drivers of the chosen classes, shape (drivers,)."""
        result: Bools = np.array(chosen, dtype=np.bool_)[self.roster.truck_class]
        return result

    def calmer(self, drivers: Bools, effect: float) -> Floats:
        """Factor on speed habits by which some drivers give up a share of what they drive above the limit."""
        habit = self.roster.speed_factor
        calm = 1.0 + (habit - 1.0) * (1.0 - effect)
        return np.where(drivers & (habit > 1.0), calm / habit, 1.0)

    def uniform(self, purpose: str) -> Floats:
        """A uniform number for each driver; name the purpose after the intervention."""
        return self.streams.uniform(purpose, 0, self.roster.size)

    def drivers(self, purpose: str, share: float) -> Bools:
        """A share of the drivers, the same ones whenever the purpose is the same; more of them if the share grows."""
        return self.uniform(purpose) < share

    def covered(self, stretches: tuple[Stretch, ...]) -> tuple[Ints, Floats]:
        """Directed sections that stretches touch, and the share of each that they cover."""
        return self.network.covered(stretches)

    def covered_once(self, stretches: Iterable[Stretch]) -> tuple[Ints, Floats]:
        """The same with each piece of road once, in its link's direction, whichever the stretches have."""
        return self.covered(tuple(stretch.model_copy(update={"direction": "forward"}) for stretch in stretches))

    def hazard_factor(self, mechanisms: Sequence[int], rows: Ints, factor: Floats | float) -> NDArray[np.float64]:
        """A factor on some mechanisms on some directed sections, else 1, shape (mechanisms, directed sections)."""
        factors = np.ones((len(MECHANISMS), len(self.network.sections.length_m)))
        factors[np.array(mechanisms)[:, None], rows] = factor
        return factors


@dataclass(frozen=True, eq=False)
class Appointments:
    """Hours in which some drivers leave; the hours may pass midnight."""

    drivers: Bools
    """Shape (drivers,)."""
    from_hour: float
    to_hour: float

    @property
    def hours(self) -> float:
        """How long they are [h], a whole day where both ends are the same."""
        return (self.to_hour - self.from_hour) % HOURS_PER_DAY or float(HOURS_PER_DAY)

    def holds(self, in_day_s: Floats) -> Bools:
        """Whether a time after midnight [s] is in these hours."""
        result: Bools = (in_day_s / SECONDS_PER_HOUR - self.from_hour) % HOURS_PER_DAY < self.hours
        return result


@dataclass(frozen=True, eq=False)
class Access:
    """Who may drive where from an intervention's start on; None changes nothing."""

    change: Callable[[Road], Road] | None = None
    """The road with other bans and tolls; nothing else may differ."""
    permitted: Bools | None = None
    """Drivers whom no ban binds, shape (drivers,)."""
    appointments: tuple[Appointments, ...] = ()

    @property
    def changes_something(self) -> bool:
        """Whether anybody drives otherwise for it."""
        return self.change is not None or self.permitted is not None or bool(self.appointments)


@dataclass(frozen=True, eq=False)
class Rescue:
    """Squads that go to accidents."""

    squads: dict[str, int]
    """How many, by node."""
    turnout_s: float
    speed_factor: float
    device_detection_s: float
    clearance_factor: float
    medical_share: float
    """Of the squads' runs that bring medical help."""


@dataclass(frozen=True, slots=True)
class PastAccident:
    """An accident that a review may know."""

    day: int
    month: int
    section: int
    driver: int
    serious: bool
    """Whether somebody was hurt."""


@dataclass(frozen=True)
class Past:
    """What a review knows: all that happened at least `KNOWN_AFTER_DAYS` before its day."""

    day: int
    accidents: tuple[PastAccident, ...]
    violations: dict[str, int]
    """By link, all links of the road."""


@dataclass(frozen=True)
class Ahead:
    """A node on the banned stretch at which a truck can be led off, and the time until it is there [s]."""

    node: str
    eta_s: float


@dataclass(frozen=True)
class DriverView:
    """What a decision point may know of a driver at the moment of choice."""

    driver_id: int
    enterprise_id: int
    truck_class: int
    day: int
    has_programme_device: bool


class Case(Protocol):
    """One violation in progress, as an intervention sees it."""

    @property
    def now_s(self) -> float:
        """Simulated time [s]."""

    @property
    def on_banned_road(self) -> bool:
        """Whether the truck is still there."""

    @property
    def answer_probability(self) -> float:
        """Chance that this driver answers a call [-]."""

    def wait(self, seconds: float) -> Event:
        """An event after some seconds."""

    def uniform(self, purpose: str) -> float:
        """A uniform number of this trip; name the purpose after the intervention."""

    def operator(self, priority: int) -> PriorityRequest:
        """Ask for an operator; lower numbers first, then in order of arrival."""

    def talk(self, seconds: float) -> Event:
        """Keep the operator busy."""

    def reached(self, channel: Literal["phone", "call"]) -> None:
        """Note that the driver has read the message or answered the call."""

    def advise_to_leave(self) -> None:
        """The driver will leave at the next exit and drives cautiously from the next section on."""

    def experience(self, kind: Experience, share: float = 1.0) -> None:
        """The driver remembers; `share` scales the rise of perceived risk."""

    def exits_ahead(self) -> tuple[Ahead, ...]:
        """Exits that the truck has not yet passed, nearest first, at its habitual speed."""

    def drive_time_s(self, origin: str, destination: str) -> float:
        """Travel time of a police car between two nodes [s]."""

    def stations(self) -> tuple[str, ...]:
        """Nodes with police crews."""

    def crew(self, station: str) -> PriorityRequest:
        """Ask for a crew of a station."""

    def crew_works(self, station: str, seconds: float) -> Event:
        """Keep the crew busy."""

    def intercepted(self) -> None:
        """A crew has stopped the truck: a penalty, and off the road at this exit."""

    def violations_of_enterprise(self, days: float) -> int:
        """Violations of the truck's enterprise that were recorded in the last days, this one included."""

    def suspend_enterprise(self, days: float) -> None:
        """The enterprise's drivers dare no banned entry for some days: it is watched or barred."""

    def notify_squadron(self, delay_s: float, penalty_share: float) -> None:
        """The squadron gets the record and punishes with this chance after the delay."""

    def notify_enterprise(self, delay_s: float) -> None:
        """The enterprise gets the record after the delay and acts as its rules say."""


class Floor(Protocol):
    """The control room, for work that belongs to no trip."""

    @property
    def day(self) -> int:
        """Day of the simulation."""

    def wait(self, seconds: float) -> Event:
        """An event after some seconds; waits in a row add up their roundings."""

    def until(self, day: int, second: float) -> Event:
        """An event at a second of a day, at once if that is past; does not drift."""

    def uniforms(self, purpose: str, day: int, size: int) -> Floats:
        """Uniform numbers of a day for a purpose."""

    def equipped_km(self, day: int) -> Floats:
        """Expected truck-km of trucks with a working device on a day, by hour, shape (24,)."""

    def occupy(self, priority: int, day: int, pieces: Sequence[tuple[float, float]]) -> None:
        """Queue pieces of work of a day for operators: second of the day at which each is due, and its length [s].

        They wait their turn like calls, and cost no events; what was due before now is due now. Raises ValueError if a
        second or a length is not finite, or a length is negative.
        """

    def occupy_crew(self, station: str, day: int, pieces: Sequence[tuple[float, float]]) -> None:
        """Queue pieces of other work of a day for the crews of a station, likewise."""


class Cost(Model):
    """What one unit of a measure costs, at prices of the scenario's year."""

    capital_cny: Money = 0.0
    yearly_cny: Money = 0.0
    lifetime_years: Annotated[float, Field(gt=0.0, le=100.0)] = 10.0


COST_SOURCE = Source(
    basis="assumption", range="a third to three times each amount", note="no tender or budget was available"
)


class Intervention(Group):
    """A policy: parameters, and hooks with neutral defaults.

    Subclasses set `kind`, the key in a scenario file, `summary`, a line for the list, and `unit`, what is paid for.
    """

    kind: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    unit: ClassVar[str] = "programme"

    start_date: date | None = Field(
        default=None,
        description="first day in force, in the warm-up too; the first recorded day if not given",
    )
    end_date: date | None = Field(default=None, description="last day in force; to the end if not given")
    months: Annotated[tuple[Month, ...], Field(min_length=1)] | None = Field(
        default=None, description="months of the year in which it is in force, such as [11, 12, 1, 2]; all if not given"
    )
    strength: Share = Field(default=1.0, description="share of cases, trucks or effect that it reaches; 0 is off")

    cost: Cost = Field(default=Cost(), description="of one unit")

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.start_date is not None and self.end_date is not None and self.end_date < self.start_date:
            raise ValueError(f"end_date {self.end_date} is before start_date {self.start_date}")
        return self

    def units(self, site: Site) -> float:  # noqa: ARG002
        """How many units are paid for."""
        return 1.0

    def prepare(self, setting: Setting) -> Preparation:  # noqa: ARG002
        """Put things in place, once a replication."""
        return Preparation()

    def driving(self, site: Site) -> DrivingRules | None:  # noqa: ARG002
        """Change how trucks are driven from the start date on; None changes nothing. Called once a replication."""
        return None

    def review(self, site: Site, past: Past) -> DrivingRules | None:  # noqa: ARG002
        """Change how trucks are driven by what has happened, from a review to the next; it must not keep a state.

        Called every `REVIEW_DAYS` from the start date on; the first time nothing may be known yet.
        """
        return None

    def measured(self, site: Site, past: Past, expected_by_month: Floats) -> dict[str, float]:  # noqa: ARG002
        """Metrics of its own at the end; `past` holds everything, expected accidents have shape (months, sections)."""
        return {}

    def access(self, site: Site) -> Access:  # noqa: ARG002
        """Change who may drive where from the start date on. Called once a replication."""
        return Access()

    def rescue(self, site: Site) -> Rescue | None:  # noqa: ARG002
        """Squads that go to accidents from the start date on. Called once a replication."""
        return None

    def checked_share(self, link: str, day: int) -> float:  # noqa: ARG002
        """Chance that a violating truck is met by a police check that this adds on a link on a day, 0 to 1.

        Asked when trips set out and again when they enter: for the same link and day the answer must be the same.
        """
        return 0.0

    def perceived_risk(self, driver: DriverView) -> float:  # noqa: ARG002
        """Chance of a penalty that this adds in the driver's eyes, 0 to 1; it can't lower a risk."""
        return 0.0

    def sanction_share(self) -> float:
        """Chance that an enterprise told of a violation sanctions its driver, 0 to 1; the highest counts."""
        return 0.0

    def sanction_delay_s(self) -> float:
        """Time until a sanction [s]; the shortest counts."""
        return float("inf")

    def respond(self, case: Case) -> Process | None:  # noqa: ARG002
        """Act on a detected violation: at once, or in the course of time by the process that is returned."""
        return None

    def patrol(self, floor: Floor) -> Process | None:  # noqa: ARG002
        """Work in the background, as a process that never ends; None does nothing."""
        return None


def rolled_out(setting: Setting, shares: Floats, months: float) -> Floats:
    """Coverage that grows in a straight line from the base to `shares` over some months, shape (days, classes)."""
    days = max(months * 30.4375, 1e-9)
    progress = np.clip(setting.days_since_start / days, 0.0, 1.0)[:, None]
    started = (setting.days_since_start >= 0.0)[:, None]
    grown = setting.base_coverage + progress * (shares - setting.base_coverage)
    return np.where(started, np.maximum(grown, setting.base_coverage), setting.base_coverage)
