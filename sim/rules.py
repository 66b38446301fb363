"""What changes how trucks are driven: rules that the section sweep applies, and how several are put together.

A rule says where it acts, on whom, and what it does; it never depends on another rule. Rules of speed are all applied
to the speed without any of them and the lowest result holds, factors are multiplied, so that their order can't matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from sim.units import Bools, Floats, Ints


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

    @cached_property
    def response_single(self) -> NDArray[np.float32]:
        """In single precision, shared by all routes."""
        return self.response.astype(np.float32)

    @cached_property
    def on_day_single(self) -> NDArray[np.float32] | None:
        """In single precision, shared by all routes; one column where all sections have the same days."""
        if self.on_day is None:
            return None
        return (self.on_day if self.on_day.strides[1] else self.on_day[:, :1]).astype(np.float32)


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
    """Slower than habit in rain, fog and ice."""

    speed_factor: float
    heeds: Bools
    """Shape (drivers,)."""


@dataclass(frozen=True, eq=False)
class Rest:
    """Drivers who have driven for longer than allowed rest before going on: the risk of tiredness is gone."""

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
    capture: Floats | None = None
    """Share of runaways that end in an escape ramp, shape (directed sections,)."""
    habit: Floats | None = None
    """Factor on a driver's speed factor, shape (drivers,)."""
    speed: tuple[SpeedRule, ...] = ()
    stops: tuple[BrakeStop, ...] = ()
    alarms: tuple[HotBrakeAlarm, ...] = ()
    weather: tuple[WeatherWarning, ...] = ()
    rests: tuple[Rest, ...] = ()
    unloads: tuple[Unload, ...] = ()


NO_RULES = DrivingRules()


def combined(rules: Sequence[DrivingRules]) -> DrivingRules:
    """Factors multiplied, chances of capture as independent, all else side by side."""
    captures = [r.capture for r in rules if r.capture is not None]
    return DrivingRules(
        hazard_factor=_product([r.hazard_factor for r in rules]),
        capture=1.0 - reduce(np.multiply, [1.0 - c for c in captures]) if captures else None,
        habit=_product([r.habit for r in rules]),
        speed=tuple(one for r in rules for one in r.speed),
        stops=tuple(one for r in rules for one in r.stops),
        alarms=tuple(one for r in rules for one in r.alarms),
        weather=tuple(one for r in rules for one in r.weather),
        rests=tuple(one for r in rules for one in r.rests),
        unloads=tuple(one for r in rules for one in r.unloads),
    )


def _product(factors: "Sequence[NDArray[np.float64] | Floats | None]") -> NDArray[np.float64] | None:
    present = [np.asarray(factor, dtype=np.float64) for factor in factors if factor is not None]
    return reduce(np.multiply, present) if present else None


@dataclass(frozen=True, eq=False)
class PlannedSpeed:
    """A speed rule on one route: rows of the route, single precision."""

    rows: Ints
    cap_ms: NDArray[np.float32]
    weight: NDArray[np.float32]
    response: NDArray[np.float32]
    needs_device: bool
    on_day: NDArray[np.float32] | None
    """Shape (days, rows) or (days, 1)."""


@dataclass(frozen=True, eq=False)
class PlannedRules:
    """The rules that act on one route."""

    speed: tuple[PlannedSpeed, ...] = ()
    stops: tuple[tuple[int, BrakeStop], ...] = ()
    rests: tuple[Rest, ...] = ()
    unloads: tuple[Unload, ...] = ()
    factor: NDArray[np.float32] | None = None
    """Shape (mechanisms, sections, 1)."""
    capture: NDArray[np.float32] | None = None
    """Shape (sections, 1)."""
    alarms: tuple[HotBrakeAlarm, ...] = field(default=())
    weather: tuple[WeatherWarning, ...] = field(default=())


def planned(rules: DrivingRules, sections: Ints, highest_ms: Floats) -> PlannedRules:
    """The rules as they act on a route of directed sections.

    `highest_ms` is the highest speed that anybody drives on each of them: caps above it are left out.
    """
    row_of = _rows(rules, sections)
    factor, capture = rules.hazard_factor, rules.capture
    factored = factor is not None and bool((factor[:, sections] != 1.0).any())
    captured = capture is not None and bool(capture[sections].any())
    return PlannedRules(
        speed=tuple(one for rule in rules.speed if len((one := _planned_speed(rule, row_of, highest_ms)).rows)),
        stops=tuple((int(row_of[stop.section]), stop) for stop in rules.stops if row_of[stop.section] >= 0),
        rests=tuple(r for r in rules.rests if r.sections is None or np.isin(r.sections, sections).any()),
        unloads=tuple(u for u in rules.unloads if np.isin(u.sections, sections).any()),
        factor=factor[:, sections, None].astype(np.float32) if factor is not None and factored else None,
        capture=capture[sections, None].astype(np.float32) if capture is not None and captured else None,
        alarms=rules.alarms,
        weather=rules.weather,
    )


def _rows(rules: DrivingRules, sections: Ints) -> Ints:
    """Row of each directed section in the route, -1 for those that it does not pass."""
    named = [int(rule.sections.max(initial=0)) for rule in rules.speed] + [stop.section for stop in rules.stops]
    row_of = np.full(max([int(sections.max()), *named]) + 1, -1, dtype=np.int64)
    row_of[sections] = np.arange(len(sections))
    return row_of


def _planned_speed(rule: SpeedRule, row_of: Ints, highest_ms: Floats) -> PlannedSpeed:
    row = row_of[rule.sections]
    here = np.flatnonzero((row >= 0) & (rule.cap_ms.min(axis=1) < highest_ms[row]))
    weight = np.broadcast_to(np.asarray(rule.weight, dtype=np.float64), rule.sections.shape)
    return PlannedSpeed(
        rows=row[here],
        cap_ms=rule.cap_ms[here].astype(np.float32),
        weight=weight[here, None].astype(np.float32),
        response=rule.response_single,
        needs_device=rule.needs_device,
        on_day=_on_day(rule.on_day_single, here),
    )


def _on_day(on_day: NDArray[np.float32] | None, here: Ints) -> NDArray[np.float32] | None:
    """Days of some of a rule's sections; one column stands for all."""
    return on_day if on_day is None or on_day.shape[1] == 1 else on_day[:, here]
