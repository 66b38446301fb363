"""What is in force on the road, and what the section sweep knows of trucks: arrays, made once and read many times."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim import portable
from sim.fleet import SPEED_FACTOR_LIMITS
from sim.physics import speed, stopping
from sim.risk.parameters import RiskParameters, SeverityParameters, SpeedParameters
from sim.road import Network, Route, SectionTable
from sim.rules import NO_RULES, DrivingRules, PlannedRules, planned
from sim.units import Bools, Floats, Ints, kmh_from_ms, ms_from_kmh

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Weather and light by hour of the horizon, and what each of their states does."""

    state: NDArray[np.int8]
    """Shape (hours,)."""
    speed_factor: Singles
    """By state, as all that follow."""
    risk_factor: Singles
    bad: Bools
    """Rain, fog or ice."""
    icy: Bools


@dataclass(frozen=True, eq=False)
class TruckKinds:
    """What trucks of a class with a load have in common; arrays of shape (kinds,)."""

    mass_kg: Floats
    power_w: Floats
    rollover_factor: tuple[float, ...]
    """Rollover threshold over the laden truck's, by load."""


@dataclass(frozen=True, eq=False)
class RoutePlan:
    """A route's sections as columns of shape (sections, 1), and which rows climb, fall and bend."""

    length_m: Singles
    limit_ms: Singles
    wanted_ms: Singles
    icy_ms: Singles
    """Speed at which a truck can still hold its lane and stop within its sight on ice."""
    grade: Singles
    crawl_ms: Singles
    """Of each kind on the climbing rows, shape (climbing, kinds)."""
    held_ms: Singles
    """On the rows that fall steeply, shape (steep, 1)."""
    base_hazard: Singles
    """General hazard of the whole section at a speed of 0 in the exponential model."""
    curvature_per_m: Singles
    superelevation: Singles
    every: Ints
    """All rows."""
    rows_of_way: tuple[slice, ...]
    climbing: Ints
    falling: Ints
    steep: Ints
    curved: Ints
    entered_s: Floats
    """Time at the limit to the entry of each way, shape (ways, 1)."""
    rules: PlannedRules


@dataclass(frozen=True, eq=False)
class Conditions:
    """What is in force on the road while a block is driven; arrays of shape (directed sections,)."""

    sections: SectionTable
    free_time_s: Floats
    """By way."""
    limit_ms: Floats
    hazard_per_m: Floats
    comfort_ms: Floats
    icy_ms: Floats
    descent_ms: Floats
    surroundings: Surroundings
    kinds: TruckKinds
    speed: SpeedParameters
    risk: RiskParameters
    severity: SeverityParameters
    rules: DrivingRules = NO_RULES
    ramps: bool = False
    """Whether the scenario has escape ramps at any time."""
    plans: dict[tuple[int, ...], RoutePlan] = field(default_factory=dict)
    plans_without_rules: dict[tuple[int, ...], RoutePlan] = field(default_factory=dict)
    """The same road's under any rules share these."""

    def with_rules(self, rules: DrivingRules) -> "Conditions":
        """The same road under rules; a factor on the general hazard is a factor on its base."""
        return replace(self, rules=rules, plans={})

    def plan(self, route: Route) -> RoutePlan:
        """The route's columns and the rules on it, made once."""
        if route.key not in self.plans:
            if route.key not in self.plans_without_rules:
                self.plans_without_rules[route.key] = _plan(self, route)
            fastest = SPEED_FACTOR_LIMITS[1] * (1.0 if self.rules.habit is None else self.rules.habit.max())
            rules = planned(self.rules, route.sections, self.wanted_ms(route.sections) * fastest)
            self.plans[route.key] = replace(self.plans_without_rules[route.key], rules=rules)
        return self.plans[route.key]

    def wanted_ms(self, sections: Ints) -> Floats:
        """Speed by limit and curves on some sections, which a driver's habit multiplies [m/s]."""
        return np.minimum(self.limit_ms[sections], self.comfort_ms[sections])


@dataclass(frozen=True, eq=False)
class Traits:
    """What the sweep knows of each trip; arrays of shape (trips,), single precision but for the time."""

    departure_s: Floats
    day: Ints
    driver: Ints
    online: Bools
    """Whether the truck has a working device."""
    kind: Ints
    speed_factor: Singles
    mass_kg: Singles
    retarding_w: Singles
    descent_factor: Singles
    heat_factor: Singles
    rollover_threshold_g: Singles
    risk_factor: Singles
    tired_factor: Singles
    """The part of the risk factor that a rest takes away."""
    brake_c: Singles

    def pick(self, chosen: Ints | Bools | slice) -> "Traits":
        """The chosen trips."""
        return Traits(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def continued(self, departure_s: Floats, brake_c: Singles) -> "Traits":
        """The same trips going on from another time with brakes of another temperature."""
        return replace(self, departure_s=departure_s, brake_c=brake_c)


def conditions_of(
    network: Network,
    hazard_per_m: Floats,
    surroundings: Surroundings,
    kinds: TruckKinds,
    speeds: SpeedParameters,
    risk: RiskParameters,
    severity: SeverityParameters,
) -> Conditions:
    """Conditions without any intervention."""
    table = network.sections
    return Conditions(
        sections=table,
        free_time_s=network.free_time_s,
        limit_ms=table.limit_ms,
        hazard_per_m=hazard_per_m,
        comfort_ms=np.minimum(
            speed.curve_comfort_speed_ms(table.curvature_per_m, table.superelevation, speeds.side_friction),
            stopping.speed_for_sight_ms(table.sight_m, table.grade),
        ),
        icy_ms=np.minimum(
            speed.curve_comfort_speed_ms(table.curvature_per_m, table.superelevation, stopping.icy_side_friction()),
            stopping.speed_for_sight_ms(table.sight_m, table.grade, stopping.friction_deceleration_ms2("ice")),
        ),
        descent_ms=speed.descent_speed_ms(
            table.grade,
            ms_from_kmh(speeds.descent_level_kmh),
            ms_from_kmh(speeds.descent_reduction_kmh_per_pct) * 100.0,
        ),
        surroundings=surroundings,
        kinds=kinds,
        speed=speeds,
        risk=risk,
        severity=severity,
    )


def _plan(conditions: Conditions, route: Route) -> RoutePlan:
    """Without rules."""
    at, table = route.sections, conditions.sections
    grade = table.grade[at]
    climbing, falling = np.flatnonzero(grade > 0.0), np.flatnonzero(grade < 0.0)
    steep = np.flatnonzero(np.isfinite(conditions.descent_ms[at]))
    curved = np.flatnonzero(table.curvature_per_m[at] > 0.0)
    kinds = conditions.kinds
    crawl = speed.crawl_speed_ms(grade[climbing, None], kinds.mass_kg, kinds.power_w)
    at_rest = portable.exp(-speed_growth(conditions) * table.limit_ms[at])
    times = conditions.free_time_s[list(route.ways)]
    return RoutePlan(
        length_m=_column(table.length_m[at]),
        limit_ms=_column(table.limit_ms[at]),
        wanted_ms=_column(conditions.wanted_ms(at)),
        icy_ms=_column(conditions.icy_ms[at]),
        grade=_column(grade),
        crawl_ms=crawl.astype(np.float32),
        held_ms=_column(conditions.descent_ms[at][steep]),
        base_hazard=_column(conditions.hazard_per_m[at] * table.length_m[at] * at_rest),
        curvature_per_m=_column(table.curvature_per_m[at][curved]),
        superelevation=_column(table.superelevation[at][curved]),
        every=np.arange(len(at)),
        rows_of_way=tuple(slice(*np.searchsorted(route.way_of_section, (n, n + 1))) for n in range(len(route.ways))),
        climbing=climbing,
        falling=falling,
        steep=steep,
        curved=curved,
        entered_s=np.concatenate([[0.0], np.cumsum(times)[:-1]])[:, None],
        rules=PlannedRules(),
    )


def _column(values: Floats) -> Singles:
    return values.astype(np.float32)[:, None]


def speed_growth(conditions: Conditions) -> float:
    """Growth of general hazard with speed [1 / (m/s)]."""
    return kmh_from_ms(conditions.risk.speed_coefficient_per_kmh)
