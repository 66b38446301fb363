"""The section sweep: how long trips take on a route, how hot their brakes get and what they risk.

Arrays are (section, trip). The same function serves trips that are settled at once and trips that become processes,
so that both meet the same numbers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import exact
from sim.physics import brake_temperature as brakes
from sim.physics import rollover, speed
from sim.risk.parameters import RiskParameters, SpeedParameters
from sim.road import Network, Route, SectionTable
from sim.units import SECONDS_PER_HOUR, Bools, Floats, Ints, kmh_from_ms, ms_from_kmh

WATTS_PER_KW = 1000.0


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Weather and light by hour of the horizon as factors, shape (hours,)."""

    speed_factor: Floats
    risk_factor: Floats


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
    speed: SpeedParameters
    risk: RiskParameters


@dataclass(frozen=True, eq=False)
class Traits:
    """What the sweep knows of each trip; arrays of shape (trips,)."""

    departure_s: Floats
    speed_factor: Floats
    mass_kg: Floats
    power_w: Floats
    retarding_w: Floats
    descent_factor: Floats
    heat_factor: Floats
    rollover_threshold_g: Floats
    risk_factor: Floats
    brake_c: Floats

    def pick(self, chosen: Ints | Bools | slice) -> "Traits":
        """The chosen trips."""
        return Traits(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def continued(self, departure_s: Floats, brake_c: Floats) -> "Traits":
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
    brake_c: Floats


def conditions_of(
    network: Network, hazard_per_m: Floats, surroundings: Surroundings, speeds: SpeedParameters, risk: RiskParameters
) -> Conditions:
    """Conditions without any intervention."""
    table = network.sections
    return Conditions(
        sections=table,
        free_time_s=network.free_time_s,
        limit_ms=table.limit_ms,
        hazard_per_m=hazard_per_m,
        comfort_ms=speed.curve_comfort_speed_ms(table.curvature_per_m, table.superelevation, speeds.side_friction),
        descent_ms=speed.descent_speed_ms(
            table.grade,
            ms_from_kmh(speeds.descent_level_kmh),
            ms_from_kmh(speeds.descent_reduction_kmh_per_pct) * 100.0,
        ),
        surroundings=surroundings,
        speed=speeds,
        risk=risk,
    )


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
    hours = _hour_of_way(conditions, route, trips.departure_s)
    velocity = _velocity(conditions, route, trips, hours, mode_factor)
    duration = exact.exact_time_s(conditions.sections.length_m[route.sections, None] / velocity)
    temperature = _brake_temperature(conditions, route, trips, velocity, duration)
    hazard = np.empty((3, *velocity.shape))
    _general_hazard(conditions, route, trips, hours, velocity, hazard[0])
    _rollover_hazard(conditions, route, trips, velocity, hazard[1])
    _runaway_hazard(conditions, route, temperature, hazard[2])
    exact.round_hazard(hazard)
    return Columns(duration, hazard, temperature)


def _hour_of_way(conditions: Conditions, route: Route, departure_s: Floats) -> Ints:
    """Hour of the horizon at the entry of each way, shape (ways, trips)."""
    times = conditions.free_time_s[list(route.ways)]
    entered = np.concatenate([[0.0], np.cumsum(times)[:-1]])
    hours = ((departure_s + entered[:, None]) / SECONDS_PER_HOUR).astype(np.int64)
    return np.minimum(hours, len(conditions.surroundings.speed_factor) - 1)


def _velocity(conditions: Conditions, route: Route, trips: Traits, hours: Ints, mode_factor: float) -> Floats:
    """Speed on each section: the least of habit, curve comfort, crawling upgrade and holding back downgrade."""
    at = route.sections
    by_way = conditions.surroundings.speed_factor[hours] * (trips.speed_factor * mode_factor)
    wanted = np.minimum(conditions.limit_ms[at], conditions.comfort_ms[at])
    velocity = by_way[route.way_of_section]
    velocity *= wanted[:, None]
    grade = conditions.sections.grade[at]
    for row in np.flatnonzero(grade > 0.0):
        _slow_upgrade(velocity[row], grade[row], trips)
    held = conditions.descent_ms[at]
    habit = trips.descent_factor * mode_factor
    for row in np.flatnonzero(np.isfinite(held)):
        np.minimum(velocity[row], held[row] * habit, out=velocity[row])
    return velocity


def _slow_upgrade(velocity: Floats, grade: float, trips: Traits) -> None:
    """Lower to the crawl speed, in place, where the engine can't hold the wish."""
    weak = np.flatnonzero(speed.climbing_power_w(velocity, grade, trips.mass_kg) > trips.power_w)
    if len(weak):
        velocity[weak] = speed.crawl_speed_ms(
            grade, trips.mass_kg[weak], trips.power_w[weak], velocity[weak]
        )


def _brake_temperature(conditions: Conditions, route: Route, trips: Traits, velocity: Floats, duration: Floats) -> Floats:
    grade = conditions.sections.grade[route.sections]
    steady = np.full_like(velocity, brakes.AMBIENT_C)
    down = np.flatnonzero(grade < 0.0)
    power = brakes.braking_power_w(trips.mass_kg, grade[down, None], velocity[down], trips.retarding_w)
    steady[down] = brakes.steady_temperature_c(power * trips.heat_factor, velocity[down])
    decay = np.exp(-brakes.cooling_rate_per_s(velocity) * duration)
    return brakes.temperatures_along_c(trips.brake_c, steady, decay)


def _general_hazard(
    conditions: Conditions, route: Route, trips: Traits, hours: Ints, velocity: Floats, out: Floats
) -> None:
    at = route.sections
    risk_by_way = conditions.surroundings.risk_factor[hours] * trips.risk_factor
    per_ms = kmh_from_ms(conditions.risk.speed_coefficient_per_kmh)
    np.subtract(velocity, conditions.sections.limit_ms[at, None], out=out)
    out *= per_ms
    np.exp(out, out=out)
    out *= (conditions.hazard_per_m[at] * conditions.sections.length_m[at])[:, None]
    out *= risk_by_way[route.way_of_section]


def _rollover_hazard(conditions: Conditions, route: Route, trips: Traits, velocity: Floats, out: Floats) -> None:
    table, at = conditions.sections, route.sections
    out[:] = 0.0
    curved = np.flatnonzero(table.curvature_per_m[at] > 0.0)
    acceleration = rollover.lateral_acceleration_g(
        velocity[curved], table.curvature_per_m[at[curved], None], table.superelevation[at[curved], None]
    )
    out[curved] = rollover.rollover_hazard(
        acceleration, trips.rollover_threshold_g, conditions.risk.rollover_scale_g
    )


def _runaway_hazard(conditions: Conditions, route: Route, temperature: Floats, out: Floats) -> None:
    """Runaways per km of downgrade with wholly faded brakes x the share of brakes faded at this temperature."""
    table, at = conditions.sections, route.sections
    out[:] = 0.0
    down = np.flatnonzero(table.grade[at] < 0.0)
    faded = 1.0 / (1.0 + np.exp((brakes.LIMIT_C - temperature[down]) / conditions.risk.fade_scale_c))
    out[down] = faded * (table.length_m[at[down], None] * (conditions.risk.runaway_per_km / 1000.0))
