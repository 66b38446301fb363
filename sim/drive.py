"""The section sweep: how long trips take on a route, how hot their brakes get and what they risk.

Arrays are (section, trip). The same function serves trips that are settled at once and trips that become processes,
so that both meet the same numbers. Intermediate arrays are in single precision; times and hazards are rounded to their
quanta in double precision, so that everything that is added up is exact.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim import exact
from sim.parameters import MECHANISMS
from sim.physics import brake_temperature as brakes
from sim.physics import rollover, speed, stopping
from sim.risk.parameters import RiskParameters, SpeedParameters
from sim.road import Network, Route, SectionTable
from sim.units import METRES_PER_KM, SECONDS_PER_HOUR, Bools, Floats, Ints, kmh_from_ms, ms_from_kmh

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Weather and light by hour of the horizon as factors, shape (hours,)."""

    speed_factor: Floats
    risk_factor: Floats


@dataclass(frozen=True, eq=False)
class TruckKinds:
    """What trucks of a class with a load have in common; arrays of shape (kinds,)."""

    mass_kg: Floats
    power_w: Floats


@dataclass(frozen=True, eq=False)
class RoutePlan:
    """A route's sections as columns of shape (sections, 1), and which rows climb, fall and bend."""

    length_m: Singles
    wanted_ms: Singles
    grade: Singles
    crawl_ms: Singles
    """Of each kind on the climbing rows, shape (climbing, kinds)."""
    held_ms: Singles
    """On the rows that fall steeply, shape (steep, 1)."""
    base_hazard: Singles
    """General hazard of the whole section at a speed of 0 in the exponential model."""
    curvature_per_m: Singles
    superelevation: Singles
    climbing: Ints
    falling: Ints
    steep: Ints
    curved: Ints
    entered_s: Floats
    """Time at the limit to the entry of each way, shape (ways, 1)."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """What is in force on the road while a block is driven; arrays of shape (directed sections,)."""

    sections: SectionTable
    free_time_s: Floats
    """By way."""
    limit_ms: Floats
    hazard_per_m: Floats
    comfort_ms: Floats
    descent_ms: Floats
    surroundings: Surroundings
    kinds: TruckKinds
    speed: SpeedParameters
    risk: RiskParameters
    plans: dict[tuple[int, ...], RoutePlan] = field(default_factory=dict)

    def plan(self, route: Route) -> RoutePlan:
        """The route's columns, made once."""
        if route.key not in self.plans:
            self.plans[route.key] = _plan(self, route)
        return self.plans[route.key]


@dataclass(frozen=True, eq=False)
class Traits:
    """What the sweep knows of each trip; arrays of shape (trips,), single precision but for the time."""

    departure_s: Floats
    kind: Ints
    speed_factor: Singles
    mass_kg: Singles
    retarding_w: Singles
    descent_factor: Singles
    heat_factor: Singles
    rollover_threshold_g: Singles
    risk_factor: Singles
    brake_c: Singles

    def pick(self, chosen: Ints | Bools | slice) -> "Traits":
        """The chosen trips."""
        return Traits(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def continued(self, departure_s: Floats, brake_c: Singles) -> "Traits":
        """The same trips going on from another time with brakes of another temperature."""
        columns = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Traits(**{**columns, "departure_s": departure_s, "brake_c": brake_c})


@dataclass(frozen=True, eq=False)
class Columns:
    """Trips of one route in one driving mode.

    `duration_s` and `brake_c` (at the section's end) have shape (sections, trips), `hazard` (mechanisms, sections,
    trips). Durations and hazards are multiples of their quantum: their sums are exact.
    """

    duration_s: Floats
    hazard: NDArray[np.float64]
    brake_c: Singles


def conditions_of(
    network: Network,
    hazard_per_m: Floats,
    surroundings: Surroundings,
    kinds: TruckKinds,
    speeds: SpeedParameters,
    risk: RiskParameters,
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
        descent_ms=speed.descent_speed_ms(
            table.grade,
            ms_from_kmh(speeds.descent_level_kmh),
            ms_from_kmh(speeds.descent_reduction_kmh_per_pct) * 100.0,
        ),
        surroundings=surroundings,
        kinds=kinds,
        speed=speeds,
        risk=risk,
    )


def _plan(conditions: Conditions, route: Route) -> RoutePlan:
    at, table = route.sections, conditions.sections
    grade = table.grade[at]
    climbing, falling = np.flatnonzero(grade > 0.0), np.flatnonzero(grade < 0.0)
    steep = np.flatnonzero(np.isfinite(conditions.descent_ms[at]))
    curved = np.flatnonzero(table.curvature_per_m[at] > 0.0)
    kinds = conditions.kinds
    crawl = speed.crawl_speed_ms(grade[climbing, None], kinds.mass_kg, kinds.power_w)
    at_rest = np.exp(-_speed_growth(conditions) * table.limit_ms[at])
    times = conditions.free_time_s[list(route.ways)]
    return RoutePlan(
        length_m=_column(table.length_m[at]),
        wanted_ms=_column(np.minimum(conditions.limit_ms[at], conditions.comfort_ms[at])),
        grade=_column(grade),
        crawl_ms=crawl.astype(np.float32),
        held_ms=_column(conditions.descent_ms[at][steep]),
        base_hazard=_column(conditions.hazard_per_m[at] * table.length_m[at] * at_rest),
        curvature_per_m=_column(table.curvature_per_m[at][curved]),
        superelevation=_column(table.superelevation[at][curved]),
        climbing=climbing,
        falling=falling,
        steep=steep,
        curved=curved,
        entered_s=np.concatenate([[0.0], np.cumsum(times)[:-1]])[:, None],
    )


def _column(values: Floats) -> Singles:
    return values.astype(np.float32)[:, None]


def _speed_growth(conditions: Conditions) -> float:
    """Growth of general hazard with speed [1 / (m/s)]."""
    return kmh_from_ms(conditions.risk.speed_coefficient_per_kmh)


def drive(conditions: Conditions, route: Route, trips: Traits, mode_factor: float = 1.0) -> Columns:
    """Sweep a route's sections for a group of trips.

    Parameters
    ----------
    conditions : Conditions
        what is in force
    route : Route
        sections in the order of travel
    trips : Traits
        shape (trips,)
    mode_factor : float
        speed of the driving mode over the habitual one [-]

    Notes
    -----
    Weather and light are read at the hour at which a truck at the speed limit would enter each link; the speed holds
    over a section.
    """
    plan = conditions.plan(route)
    hours = _hour_of_way(conditions, plan, trips.departure_s)
    velocity = _velocity(conditions, plan, route, trips, hours, mode_factor)
    passing_s = plan.length_m / velocity
    temperature = _brake_temperature(plan, trips, velocity, passing_s)
    hazard = np.zeros((len(MECHANISMS), *velocity.shape))
    hazard[0] = _general_hazard(conditions, plan, route, trips, hours, velocity)
    hazard[1][plan.curved] = _rollover_hazard(conditions, plan, trips, velocity)
    hazard[2][plan.falling] = _runaway_hazard(conditions, plan, temperature)
    exact.round_hazard(hazard)
    return Columns(exact.exact_time_s(passing_s.astype(np.float64)), hazard, temperature)


def _hour_of_way(conditions: Conditions, plan: RoutePlan, departure_s: Floats) -> Ints:
    """Hour of the horizon at the entry of each way, shape (ways, trips)."""
    hours = ((departure_s + plan.entered_s) / SECONDS_PER_HOUR).astype(np.int64)
    return np.minimum(hours, len(conditions.surroundings.speed_factor) - 1)


def _velocity(
    conditions: Conditions, plan: RoutePlan, route: Route, trips: Traits, hours: Ints, mode_factor: float
) -> Singles:
    """Speed on each section: the least of habit, curve comfort, crawling upgrade and holding back downgrade."""
    weather = conditions.surroundings.speed_factor[hours].astype(np.float32)
    velocity: Singles = (weather * (trips.speed_factor * np.float32(mode_factor)))[route.way_of_section]
    velocity *= plan.wanted_ms
    velocity[plan.climbing] = np.minimum(velocity[plan.climbing], plan.crawl_ms[:, trips.kind])
    held = plan.held_ms * (trips.descent_factor * np.float32(mode_factor))
    velocity[plan.steep] = np.minimum(velocity[plan.steep], held)
    return velocity


def _brake_temperature(plan: RoutePlan, trips: Traits, velocity: Singles, passing_s: Singles) -> Singles:
    """Temperature at the end of each section; only falling sections heat."""
    falling = plan.falling
    power = brakes.braking_power_w(trips.mass_kg, plan.grade[falling], velocity[falling], trips.retarding_w)
    steady = np.full_like(velocity, brakes.AMBIENT_C)
    steady[falling] = brakes.steady_temperature_c(power * trips.heat_factor, velocity[falling])
    decay = np.exp(-brakes.cooling_rate_per_s(velocity) * passing_s)
    return brakes.temperatures_along_c(trips.brake_c, steady, decay)


def _general_hazard(
    conditions: Conditions, plan: RoutePlan, route: Route, trips: Traits, hours: Ints, velocity: Singles
) -> Singles:
    """Base hazard x weather and light x driver and truck x exponential growth with speed."""
    around = conditions.surroundings.risk_factor[hours].astype(np.float32) * trips.risk_factor
    hazard: Singles = np.exp(velocity * np.float32(_speed_growth(conditions)))
    hazard *= plan.base_hazard
    hazard *= around[route.way_of_section]
    return hazard


def _rollover_hazard(conditions: Conditions, plan: RoutePlan, trips: Traits, velocity: Singles) -> Singles:
    acceleration = rollover.lateral_acceleration_g(velocity[plan.curved], plan.curvature_per_m, plan.superelevation)
    return rollover.rollover_hazard(acceleration, trips.rollover_threshold_g, conditions.risk.rollover_scale_g)


def _runaway_hazard(conditions: Conditions, plan: RoutePlan, temperature: Singles) -> Singles:
    """Runaways per km with wholly faded brakes x share of brakes faded at the temperature at the section's end."""
    faded = brakes.faded_share(temperature[plan.falling], conditions.risk.fade_scale_c)
    return faded * (plan.length_m[plan.falling] * np.float32(conditions.risk.runaway_per_km / METRES_PER_KM))
