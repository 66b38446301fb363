"""What interventions are shown and what they hand back: plain values, no engine."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.core.random_streams import Streams
from sim.core.units import HOURS_PER_DAY, METRES_PER_KM, SECONDS_PER_HOUR, Bools, Floats, Ints
from sim.driving.conditions import TruckKinds
from sim.driving.parameters import SpeedParameters
from sim.driving.traffic import Traffic
from sim.inputs.fleet import Roster
from sim.inputs.network import Network
from sim.inputs.road import Road, Stretch
from sim.risk.mechanisms import MECHANISMS
from sim.risk.parameters import RiskParameters


@dataclass(frozen=True, eq=False)
class Setting:
    """What `prepare` may look at: days of the horizon from the intervention's start, and the fleet's classes."""

    days_since_start: Floats
    """Shape (days,); negative before the start."""
    base_coverage: Floats
    """Share of trucks whose terminal is online without any programme, shape (truck classes,)."""
    class_names: tuple[str, ...]
    """Truck classes in the order of all arrays."""


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
    scales: tuple[Stretch, ...] = ()
    """Where overloaded trucks are seen by the control centre."""


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
    class_names: tuple[str, ...]
    """Truck classes in the order of all arrays."""

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

    def covered_km(self, stretches: Iterable[Stretch]) -> float:
        """Kilometres of road that stretches cover, each once in whichever direction."""
        rows, share = self.covered_once(stretches)
        return float((self.network.sections.length_m[rows] * share).sum()) / METRES_PER_KM

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
