"""The section sweep: how long trips take on a route, how hot their brakes get and what they risk.

Arrays are (section, trip). The same function serves trips that are settled at once and trips that become processes,
so that both meet the same numbers. Intermediate arrays are in single precision; times and hazards are rounded to their
quanta in double precision, so that everything that is added up is exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import exact, heeding
from sim.conditions import Conditions, RoutePlan, Singles, Traits, speed_growth
from sim.parameters import CAPTURED, MECHANISMS, RUNAWAY
from sim.physics import brake_temperature as brakes
from sim.physics import rollover
from sim.road import Route
from sim.units import METRES_PER_KM, SECONDS_PER_HOUR, Floats, Ints


@dataclass(frozen=True, eq=False)
class Columns:
    """Trips of one route in one driving mode.

    `duration_s` and `brake_c` (at the section's end) have shape (sections, trips), `hazard` (mechanisms, sections,
    trips). Durations and hazards are multiples of their quantum: their sums are exact.
    """

    duration_s: Floats
    hazard: NDArray[np.float64]
    brake_c: Singles


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
    trips = heeding.prepared(plan.rules, trips, conditions)
    hours = _hour_of_way(conditions, plan, trips.departure_s)
    velocity = _velocity(conditions, plan, route, trips, hours, mode_factor)
    passage_s = plan.length_m / velocity
    temperature = _brake_temperature(plan, trips, velocity, passage_s)
    if plan.rules.alarms:
        chosen, factor = heeding.alarmed(plan.rules, trips, temperature)
        if len(chosen):
            velocity[:, chosen] *= factor
            passage_s[:, chosen] = plan.length_m / velocity[:, chosen]
            slower = (velocity[:, chosen], passage_s[:, chosen])
            temperature[:, chosen] = _brake_temperature(plan, trips.pick(chosen), *slower)
    general = _general_hazard(conditions, plan, route, trips, hours, velocity)
    rolling = _rollover_hazard(conditions, plan, trips, velocity)
    running_away = _runaway_hazard(conditions, plan, temperature)
    hazard = _put_together(plan, general, rolling, running_away, _rows(conditions))
    duration_s = passage_s.astype(np.float64)
    exact.round_time(duration_s)
    return Columns(duration_s, hazard, temperature)


def _put_together(
    plan: RoutePlan, general: Singles, rolling: Singles, running_away: Singles, rows: int
) -> NDArray[np.float64]:
    """Hazards by mechanism on all sections, scaled by the rules and rounded; what is 0 needs no rounding."""
    hazard = np.zeros((rows, *general.shape))
    if plan.rules.factor is None and plan.rules.capture is None:
        hazard[0], hazard[1][plan.curved] = _rounded(general), _rounded(rolling)
        hazard[RUNAWAY][plan.falling] = _rounded(running_away)
        return hazard
    hazard[0], hazard[1][plan.curved], hazard[RUNAWAY][plan.falling] = general, rolling, running_away
    heeding.scale(plan.rules, hazard)
    exact.round_hazard(hazard)
    return hazard


def _rounded(hazard: Singles) -> Floats:
    """In double precision, as multiples of the quantum."""
    result = hazard.astype(np.float64)
    exact.round_hazard(result)
    return result


def _rows(conditions: Conditions) -> int:
    """Mechanisms of accidents, and one more where runaways can end in an escape ramp."""
    return CAPTURED + 1 if conditions.ramps else len(MECHANISMS)


def _hour_of_way(conditions: Conditions, plan: RoutePlan, departure_s: Floats) -> Ints:
    """Hour of the horizon at the entry of each way, shape (ways, trips)."""
    hours = ((departure_s + plan.entered_s) / SECONDS_PER_HOUR).astype(np.int64)
    return np.minimum(hours, len(conditions.surroundings.speed_factor) - 1)


def _velocity(
    conditions: Conditions, plan: RoutePlan, route: Route, trips: Traits, hours: Ints, mode_factor: float
) -> Singles:
    """Speed on each section: the least of habit, curve comfort, crawling upgrade and holding back downgrade."""
    weather = conditions.surroundings.speed_factor[hours].astype(np.float32)
    if plan.rules.weather:
        weather *= heeding.weather_factor(plan.rules, trips, conditions.surroundings.bad[hours])
    velocity: Singles = (weather * (trips.speed_factor * np.float32(mode_factor)))[route.way_of_section]
    velocity *= plan.wanted_ms
    velocity[plan.climbing] = np.minimum(velocity[plan.climbing], plan.crawl_ms[:, trips.kind])
    held = plan.held_ms * (trips.descent_factor * np.float32(mode_factor))
    velocity[plan.steep] = np.minimum(velocity[plan.steep], held)
    icy = conditions.surroundings.icy[hours]
    if icy.any():
        np.minimum(velocity, np.where(icy[route.way_of_section], plan.icy_ms, np.inf), out=velocity)
    heeding.slow_down(plan.rules, trips, velocity)
    return velocity


def _brake_temperature(plan: RoutePlan, trips: Traits, velocity: Singles, passage_s: Singles) -> Singles:
    """Temperature at the end of each section; only falling sections heat."""
    falling = plan.falling
    power = brakes.braking_power_w(trips.mass_kg, plan.grade[falling], velocity[falling], trips.retarding_w)
    steady = np.full_like(velocity, brakes.AMBIENT_C)
    power *= trips.heat_factor
    decay = np.exp(-brakes.cooling_rate_per_s(velocity) * passage_s)
    if plan.rules.stops:
        return heeding.temperature_with_stops(plan, trips, velocity, power, decay)
    steady[falling] = brakes.steady_temperature_c(power, velocity[falling])
    return brakes.temperatures_along_c(trips.brake_c, steady, decay)


def _general_hazard(
    conditions: Conditions, plan: RoutePlan, route: Route, trips: Traits, hours: Ints, velocity: Singles
) -> Singles:
    """Base hazard x weather and light x driver and truck x exponential growth with speed."""
    around = conditions.surroundings.risk_factor[hours].astype(np.float32) * trips.risk_factor
    hazard: Singles = np.exp(velocity * np.float32(speed_growth(conditions)))
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
