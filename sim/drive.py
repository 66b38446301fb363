"""The section sweep: how long trips take on a route, how hot their brakes get and what they risk.

Arrays are (section, trip). The same function serves trips that are settled at once and trips that become processes,
so that both meet the same numbers. Intermediate arrays are in single precision; times and hazards are rounded to their
quanta in double precision, so that everything that is added up is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import exact, heeding, portable
from sim.conditions import Conditions, RoutePlan, Singles, Traits, speed_growth
from sim.parameters import RUNAWAY
from sim.physics import brake_temperature as brakes
from sim.physics import rollover
from sim.risk.severity import fatal_growth
from sim.road import Route
from sim.units import METRES_PER_KM, SECONDS_PER_HOUR, Floats, Ints, kmh_from_ms


@dataclass(frozen=True, eq=False)
class Hazard:
    """Expected accidents of trips by mechanism, kept only for the sections of a route where a mechanism can act.

    One entry of `rows` and `parts` a mechanism, and one more where runaways can end in an escape ramp: `parts[m]` has
    shape (its rows, trips) and belongs to the sections `rows[m]`. All values are multiples of `exact.HAZARD_QUANTUM`.
    """

    rows: tuple[Ints, ...]
    parts: tuple[Floats, ...]
    deaths: Floats
    """Expected deaths if help comes at the reference time, shape (sections, trips); multiples of the same quantum."""

    @classmethod
    def of_all_sections(cls, hazard: NDArray[np.float64], deaths: Floats) -> "Hazard":
        """From arrays of shapes (mechanisms, sections, trips) and (sections, trips)."""
        every = np.arange(hazard.shape[1])
        return cls((every,) * len(hazard), tuple(hazard), deaths)

    @property
    def sections(self) -> int:
        """How many the route has."""
        return len(self.deaths)

    @property
    def whole(self) -> NDArray[np.float64]:
        """Shape (mechanisms, sections, trips)."""
        return self._spread(self.parts)

    @property
    def by_section(self) -> NDArray[np.float64]:
        """Of all mechanisms together, shape (sections, trips)."""
        result = np.zeros((self.sections, self.parts[0].shape[1]))
        for rows, part in zip(self.rows, self.parts, strict=True):
            result[rows] += part
        return result

    @property
    def total(self) -> Floats:
        """Of all mechanisms and sections, shape (trips,)."""
        return np.asarray(sum(part.sum(axis=0) for part in self.parts))

    def total_before(self, row: int) -> Floats:
        """Of all mechanisms on the sections before a row, shape (trips,)."""
        before = [np.searchsorted(rows, row) for rows in self.rows]
        return np.asarray(sum(part[:stop].sum(axis=0) for part, stop in zip(self.parts, before, strict=True)))

    def of_trip(self, column: int) -> Floats:
        """Of one trip, shape (mechanisms, sections)."""
        return self._spread([part[:, column] for part in self.parts])

    def sums(self, starts: Ints) -> NDArray[np.float64]:
        """Sums over runs of neighbouring trips that start at `starts`, shape (mechanisms, sections, runs)."""
        return self._spread([np.add.reduceat(part, starts, axis=1) for part in self.parts])

    def followed_by(self, other: "Hazard") -> "Hazard":
        """Of the same trips on this route and then on another."""
        whole = np.concatenate([self.whole, other.whole], axis=1)
        return Hazard.of_all_sections(whole, np.concatenate([self.deaths, other.deaths]))

    def pick(self, chosen: Ints | slice) -> "Hazard":
        """Of the chosen trips."""
        return Hazard(self.rows, tuple(part[:, chosen] for part in self.parts), self.deaths[:, chosen])

    def _spread(self, parts: Sequence[Floats]) -> NDArray[np.float64]:
        result = np.zeros((len(parts), self.sections, *parts[0].shape[1:]))
        for place, (rows, part) in enumerate(zip(self.rows, parts, strict=True)):
            result[place, rows] = part
        return result


@dataclass(frozen=True, eq=False)
class Columns:
    """Trips of one route in one driving mode.

    `duration_s` and `brake_c` (at the section's end) have shape (sections, trips). Durations and hazards are multiples
    of their quantum: their sums are exact.
    """

    duration_s: Floats
    hazard: Hazard
    brake_c: Singles

    def pick(self, chosen: Ints | slice) -> "Columns":
        """The chosen trips."""
        return Columns(self.duration_s[:, chosen], self.hazard.pick(chosen), self.brake_c[:, chosen])


def drive(conditions: Conditions, route: Route, trips: Traits, mode_factor: float | Singles = 1.0) -> Columns:
    """Sweep a route's sections for a group of trips.

    Parameters
    ----------
    conditions : Conditions
        what is in force
    route : Route
        sections in the order of travel
    trips : Traits
        shape (trips,)
    mode_factor : float or array
        speed of the driving mode over the habitual one [-], shape (trips,)

    Notes
    -----
    Weather and light are read at the hour at which a truck at the speed limit would enter each link; the speed holds
    over a section.
    """
    plan = conditions.plan(route)
    trips = heeding.prepared(plan.rules, trips, conditions)
    states = _state_at_ways(conditions, plan, trips.departure_s)
    velocity = _velocity(conditions, plan, route, trips, states, np.asarray(mode_factor, dtype=np.float32))
    passage_s = plan.length_m / velocity
    temperature = _brake_temperature(plan, trips, velocity, passage_s)
    if plan.rules.alarms:
        chosen, factor = heeding.alarmed(plan.rules, trips, temperature)
        if len(chosen):
            velocity[:, chosen] *= factor
            passage_s[:, chosen] = plan.length_m / velocity[:, chosen]
            slower = (velocity[:, chosen], passage_s[:, chosen])
            temperature[:, chosen] = _brake_temperature(plan, trips.pick(chosen), *slower)
    general = _general_hazard(conditions, plan, trips, states, velocity)
    rolling = _rollover_hazard(conditions, plan, trips, velocity)
    running_away = _runaway_hazard(conditions, plan, temperature)
    hazard = _put_together(conditions, plan, (general, rolling, running_away), velocity)
    duration_s = passage_s.astype(np.float64)
    exact.round_time(duration_s)
    return Columns(duration_s, hazard, temperature)


def _put_together(conditions: Conditions, plan: RoutePlan, hazards: Sequence[Singles], velocity: Singles) -> Hazard:
    """Hazards by mechanism in double precision, scaled by the rules and rounded, and the deaths they lead to."""
    rows, parts = [plan.every, plan.curved, plan.falling], [hazard.astype(np.float64) for hazard in hazards]
    if conditions.ramps:
        rows.append(plan.falling)
        parts.append(np.zeros_like(parts[RUNAWAY]))
    heeding.scale(plan.rules, rows, parts)
    for part in parts:
        exact.round_hazard(part)
    return Hazard(tuple(rows), tuple(parts), _deaths(conditions, plan, parts, rows, velocity))


def _deaths(
    conditions: Conditions, plan: RoutePlan, parts: Sequence[Floats], rows: Sequence[Ints], velocity: Singles
) -> Floats:
    """Expected deaths: hazard x fatal share at the speed driven x deaths a fatal accident; none in escape ramps."""
    severity = conditions.severity
    growth = fatal_growth(kmh_from_ms(velocity - plan.limit_ms), severity.fatal_growth_per_kmh)
    deaths: Floats = np.zeros(velocity.shape)
    for own, part, share, persons in zip(rows, parts, severity.fatal_share, severity.deaths_per_fatal, strict=False):
        deaths[own] += part * (np.minimum(growth[own] * np.float32(share), np.float32(1.0)) * np.float32(persons))
    exact.round_hazard(deaths)
    return deaths


def _state_at_ways(conditions: Conditions, plan: RoutePlan, departure_s: Floats) -> NDArray[np.int8]:
    """State of weather and light at the entry of each way, shape (ways, trips)."""
    hours = ((departure_s + plan.entered_s) / SECONDS_PER_HOUR).astype(np.int64)
    around = conditions.surroundings.state
    return around[np.minimum(hours, len(around) - 1)]


def _velocity(
    conditions: Conditions, plan: RoutePlan, route: Route, trips: Traits, states: NDArray[np.int8], mode_factor: Singles
) -> Singles:
    """Speed on each section: the least of habit, curve comfort, crawling upgrade and holding back downgrade."""
    weather = conditions.surroundings.speed_factor[states]
    if plan.rules.weather:
        weather *= heeding.weather_factor(plan.rules, trips, conditions.surroundings.bad[states])
    weather *= trips.speed_factor * mode_factor
    velocity: Singles = np.empty((len(plan.every), weather.shape[1]), dtype=np.float32)
    for rows, factor in zip(plan.rows_of_way, weather, strict=True):
        np.multiply(plan.wanted_ms[rows], factor, out=velocity[rows])
    velocity[plan.climbing] = np.minimum(velocity[plan.climbing], plan.crawl_ms.take(trips.kind, axis=1))
    held = plan.held_ms * (trips.descent_factor * mode_factor)
    velocity[plan.steep] = np.minimum(velocity[plan.steep], held)
    icy = conditions.surroundings.icy[states]
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
    decay = portable.exp(-brakes.cooling_rate_per_s(velocity) * passage_s)
    if plan.rules.stops:
        return heeding.temperature_with_stops(plan, trips, velocity, power, decay)
    steady[falling] = brakes.steady_temperature_c(power, velocity[falling])
    return brakes.temperatures_along_c(trips.brake_c, steady, decay)


def _general_hazard(
    conditions: Conditions, plan: RoutePlan, trips: Traits, states: NDArray[np.int8], velocity: Singles
) -> Singles:
    """Base hazard x weather and light x driver and truck x exponential growth with speed."""
    around = conditions.surroundings.risk_factor[states] * trips.risk_factor
    hazard: Singles = portable.exp(velocity * np.float32(speed_growth(conditions)))
    hazard *= plan.base_hazard
    for rows, factor in zip(plan.rows_of_way, around, strict=True):
        hazard[rows] *= factor
    return hazard


def _rollover_hazard(conditions: Conditions, plan: RoutePlan, trips: Traits, velocity: Singles) -> Singles:
    acceleration = rollover.lateral_acceleration_g(velocity[plan.curved], plan.curvature_per_m, plan.superelevation)
    return rollover.rollover_hazard(acceleration, trips.rollover_threshold_g, conditions.risk.rollover_scale_g)


def _runaway_hazard(conditions: Conditions, plan: RoutePlan, temperature: Singles) -> Singles:
    """Runaways per km with wholly faded brakes x share of brakes faded at the temperature at the section's end."""
    faded = brakes.faded_share(temperature[plan.falling], conditions.risk.fade_scale_c)
    return faded * (plan.length_m[plan.falling] * np.float32(conditions.risk.runaway_per_km / METRES_PER_KM))
