"""What changes how trucks are driven: rules that the section sweep applies, and how several are put together.

A rule says where it acts, on whom, and what it does; it never depends on another rule. Rules of speed are all applied
to the speed without any of them and the lowest result holds, factors are multiplied, so that their order can't matter.
"""

import warnings
from collections.abc import Sequence
from dataclasses import InitVar, dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from sim.core.units import Bools, Floats, Ints

FASTEST_MS = 200.0
"""A speed that is asked for is at most so high: as good as none."""


@dataclass(frozen=True, eq=False)
class SpeedRule:
    """Drivers come down to a speed: v - response x weight x max(v - cap, 0)."""

    sections: Ints
    """Directed sections on which it acts, shape (n,)."""
    cap_ms: Floats
    """Speed that it asks for, shape (n, 1), or (n, truck kinds) where it differs by mass."""
    response: Floats
    """Share of the excess speed that a driver gives up, 0 to 1, shape (drivers,)."""
    weight: Floats | float = 1.0
    """Share of each section on which it acts, shape (n,)."""
    needs_device: bool = False
    """Only trucks with a working device are reached."""
    on_day: Floats | None = None
    """How much of it acts by day, 0 to 1, shape (days, n); all of it on all days if None."""
    on_occasion: Floats | None = None
    """The same by hour of the day, weather and light, as `sim.driving.occasions` has them, shape (24, states)."""
    others_response: float = 0.0
    """Share that the other vehicles give up on average of what they drive above the cap, which is then one for all."""


@dataclass(frozen=True, eq=False)
class BrakeStop:
    """A place before a descent where brakes cool and are looked at; it acts at the start of a directed section."""

    section: int
    stops: Bools
    """Drivers who stop, shape (drivers,)."""
    stop_s: float
    mended: Bools
    """Drivers whose brake defect is found and mended if they stop, shape (drivers,)."""


@dataclass(frozen=True, eq=False)
class HotBrakeAlarm:
    """From the section after brakes have reached a temperature on, a driver who heeds the alarm drives slower."""

    alarm_c: float
    speed_factor: float
    heeds: Bools
    """Shape (drivers,)."""


@dataclass(frozen=True, eq=False)
class WeatherWarning:
    """Slower than habit in rain, fog, ice and snow."""

    speed_factor: float
    heeds: Bools
    """Shape (drivers,)."""


@dataclass(frozen=True, eq=False)
class Rest:
    """Drivers who rest before going on when they are tired: a part of the risk of tiredness is gone."""

    rests: Bools
    """Shape (drivers,)."""
    sections: Ints | None = None
    """Only trips that pass one of these; all trips if None."""
    needs_device: bool = False


@dataclass(frozen=True, eq=False)
class Unload:
    """Overloaded trucks that would pass a weigh station go with a legal load."""

    sections: Ints
    unloads: Bools
    """Shape (drivers,)."""


@dataclass(frozen=True, eq=False)
class DrivingRules:
    """All that some interventions change of driving; by default nothing."""

    hazard_factor: NDArray[np.float64] | None = None
    """Factor on the hazard, shape (mechanisms, directed sections)."""
    passing_factor: Floats | None = None
    """Factor on how often others pass trucks, shape (directed sections,); infinite where there is a lane for it."""
    capture: Floats | None = None
    """Share of runaways that end in an escape ramp, shape (directed sections,)."""
    speed_factor: Floats | None = None
    """Factor on a driver's own, shape (drivers,)."""
    speed: tuple[SpeedRule, ...] = ()
    stops: tuple[BrakeStop, ...] = ()
    alarms: tuple[HotBrakeAlarm, ...] = ()
    weather: tuple[WeatherWarning, ...] = ()
    rests: tuple[Rest, ...] = ()
    unloads: tuple[Unload, ...] = ()
    habit: InitVar[Floats | None] = None
    """Old name of `speed_factor`; gone with the next release."""

    def __post_init__(self, habit: Floats | None) -> None:
        if habit is not None:
            warnings.warn("DrivingRules.habit is now speed_factor", DeprecationWarning, stacklevel=3)
            object.__setattr__(self, "speed_factor", habit)


NO_RULES = DrivingRules()


def combined(rules: Sequence[DrivingRules]) -> DrivingRules:
    """Factors multiplied, chances of capture as independent, all else side by side."""
    captures = [r.capture for r in rules if r.capture is not None]
    return DrivingRules(
        hazard_factor=_product([r.hazard_factor for r in rules]),
        passing_factor=_passing([r.passing_factor for r in rules]),
        capture=1.0 - reduce(np.multiply, [1.0 - c for c in captures]) if captures else None,
        speed_factor=_product([r.speed_factor for r in rules]),
        speed=tuple(one for r in rules for one in r.speed),
        stops=tuple(one for r in rules for one in r.stops),
        alarms=tuple(one for r in rules for one in r.alarms),
        weather=tuple(one for r in rules for one in r.weather),
        rests=tuple(one for r in rules for one in r.rests),
        unloads=tuple(one for r in rules for one in r.unloads),
    )


def _passing(factors: "Sequence[Floats | None]") -> Floats | None:
    """Multiplied; on a lane to pass a ban holds nobody up."""
    present = [factor for factor in factors if factor is not None]
    if not present:
        return None
    lane = reduce(np.logical_or, [np.isinf(factor) for factor in present])
    rest: Floats = reduce(np.multiply, [np.where(np.isinf(factor), 1.0, factor) for factor in present])
    return np.where(lane, np.inf, rest)


def _product(factors: "Sequence[NDArray[np.float64] | Floats | None]") -> NDArray[np.float64] | None:
    present = [np.asarray(factor, dtype=np.float64) for factor in factors if factor is not None]
    return reduce(np.multiply, present) if present else None
