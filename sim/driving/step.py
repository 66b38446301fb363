"""One truck on one section, in plain Python: what the reference engine walks with, and the proof of the sweep.

It shares the formulas and the plan of a route with the sweep, and nothing else: no loop of it is compiled, numbers are
NumPy's in single precision, and each rule is applied as it reads.
"""

from typing import Any, NamedTuple

import numpy as np

from sim.core import exact_sums
from sim.core.compiled import plain
from sim.core.units import HOURS_PER_DAY, SECONDS_PER_HOUR, Floats, kmh_from_ms
from sim.driving.conditions import Conditions, Hours
from sim.driving.hazards import OWN
from sim.driving.mechanisms import FILES, runaway
from sim.driving.mechanisms.one_truck import OneTruck
from sim.driving.plan import ALWAYS, EVERY_DAY, NOWHERE, plan_of
from sim.driving.traits import Traits, prepared
from sim.inputs.network import Route
from sim.physics import brake_temperature as brakes
from sim.physics import speed
from sim.risk import encounters, relative, severity
from sim.risk.mechanisms import CAPTURED, WITH_OTHERS

braking_power_w, steady_temperature_c = plain(brakes.braking_power_w), plain(brakes.steady_temperature_c)
temperature_after_c, cooling_rate_per_s = plain(brakes.temperature_after_c), plain(brakes.cooling_rate_per_s)
bearable_speed_ms = plain(brakes.bearable_speed_ms)
brake_demand, failure_hazard = plain(brakes.brake_demand), plain(brakes.failure_hazard)
settling_distance_m, speed_at_end_ms = plain(speed.settling_distance_m), plain(speed.speed_at_end_ms)
mean_speed_ms = plain(speed.mean_speed_ms)
mean_excess_share, exponential_model = plain(encounters.mean_excess_share), plain(relative.exponential_model)
fatal_growth = plain(severity.fatal_growth)
kilometres_per_hour = plain(kmh_from_ms)
ONE, NOTHING, AMBIENT_C = np.float32(1.0), np.float32(0.0), np.float32(brakes.AMBIENT_C)


class Step(NamedTuple):
    """What driving one section comes to, in quanta."""

    duration_s: float
    hazard: Floats
    """Shape (outcomes,)."""
    deaths: float


class Truck:
    """One truck on a route.

    Parameters
    ----------
    conditions : Conditions
        what is in force
    route : Route
        where it drives
    one : Traits
        of one trip
    """

    def __init__(self, conditions: Conditions, route: Route, one: Traits) -> None:
        self.route = route
        self._road, self._table, self._rules, self._numbers, self._outcomes = plan_of(conditions, route)
        self._hours: Hours = conditions.hours
        own = prepared(one, conditions, route.sections)
        self._own: Any = Traits._make(column[0] for column in own)
        self._heat: Any = self._own.heat_factor
        self._alarm: Any = ONE
        self._mended: Any = ONE
        self._way = NOWHERE
        self.brake_c: Any = self._own.brake_c
        self._endured: Any = NOTHING
        self._failing: Any = NOTHING
        self._leaving: Any = np.float32(np.inf)
        self.elapsed_s = 0.0

    def drive(self, s: int) -> Step:
        """Drive a section; sections are driven in the order of travel."""
        if self._road.way[s] != self._way:
            self._way, self._leaving = self._road.way[s], np.float32(np.inf)
            self._meet_weather(float(self._road.entered_s[self._way]))
        velocity = self._velocity(s)
        passage_s = self._road.length_m[s] / velocity
        self._heat_brakes(s, velocity, passage_s)
        hazard = self._hazard(s, velocity)
        stop = self._rules.stop[s]
        if stop != NOWHERE and self._table.stops[stop, self._own.driver]:
            passage_s += self._rules.stop_s[stop]
        duration_s = float(exact_sums.exact_time_s(float(passage_s)))
        self.elapsed_s += duration_s
        return Step(duration_s, hazard, self._deaths(s, velocity, hazard))

    def _meet_weather(self, entered_s: float) -> None:
        hours, own = self._hours, self._own
        hour = min(int((own.departure_s + entered_s) / SECONDS_PER_HOUR), len(hours.state) - 1)
        state = hours.state[hour]
        factor, warned = hours.speed_factor[state], ONE
        self._state, self._slower, self._flow = state, factor, hours.flow[hour]
        self._beside = hours.risk_factor[state] * self._flow
        self._passing = hours.risk_factor[state] * self._road.overtaking[self._way, hour % HOURS_PER_DAY]
        self._occasion = hour % HOURS_PER_DAY * len(hours.speed_factor) + int(state)
        for heeds, slower in zip(self._table.heeds_weather, self._rules.weather_factor, strict=True):
            if hours.bad[state] and own.online and heeds[own.driver]:
                warned = min(warned, slower)
        self._weather = factor * warned * own.speed_factor
        self._around, self._icy = hours.risk_factor[state] * own.risk_factor * self._mended, hours.icy[state]
        self._cell = int(own.kind) * len(hours.speed_factor) + int(state)

    def _velocity(self, s: int) -> Any:
        road, own = self._road, self._own
        free = min(road.desired_ms[s] * self._weather, road.held_ms[s] * own.descent_factor)
        if np.isfinite(road.held_ms[s]):
            brake_c, ahead = self.brake_c, road.heats_ahead[s]
            bearable = bearable_speed_ms(own.mass_kg, road.grade[s], own.retarding_w, brake_c, own.bears_c, ahead)
            free = min(free, max(bearable, self._numbers.lowest_descent_ms))
        free = min(free, road.icy_ms[s]) if self._icy else free
        if road.grade[s] >= 0.0:
            free = self._climb(s, free)
        else:
            self._leaving = free
        slowed = [self._slowed(free, rule, s) for rule in range(len(self._rules.weight))]
        velocity = min([free, *slowed]) * self._alarm
        self._leaving *= velocity / free
        return velocity

    def _climb(self, s: int, desired_ms: np.float32) -> Any:
        road, kind, length_m = self._road, self._own.kind, self._road.length_m[s]
        entry, to = min(self._leaving, desired_ms), min(road.crawl_ms[s, kind], desired_ms)
        power, drag = road.power_per_kg[kind], road.drag_per_kg[kind]
        settling = settling_distance_m(entry, to, power, drag, road.resistance_ms2[s])
        self._leaving = speed_at_end_ms(entry, to, settling, length_m)
        return mean_speed_ms(entry, to, self._leaving, settling, length_m)

    def _slowed(self, free: np.float32, rule: int, s: int) -> np.float32:
        table, rules, own = self._table, self._rules, self._own
        if table.needs_device[rule] and not own.online:
            return free
        share = table.response[rule, own.driver] * rules.weight[rule, s] * self._acting(rule, s)
        return np.float32(free - share * max(free - rules.cap_ms[rule, s, own.kind], NOTHING))

    def _acting(self, rule: int, s: int) -> Any:
        table, rules, share = self._table, self._rules, ONE
        if rules.day_table[rule] != EVERY_DAY:
            share = share * table.on_day[rules.day_table[rule], self._own.day, rules.day_column[rule, s]]
        if rules.occasion_table[rule] != ALWAYS:
            share = share * table.on_occasion[rules.occasion_table[rule], self._occasion]
        return share

    def _others(self, s: int) -> tuple[Any, Any]:
        """Factors on their mean speed and on their accidents with trucks."""
        rules = self._rules
        bound = [rule for rule in range(len(rules.weight)) if rules.others_weight[rule, s] > NOTHING]
        if not bound:
            return self._slower, ONE
        free_ms = self._road.others_ms[s] * self._slower
        left = min([ONE, *(ONE - self._given_up(free_ms, rule, s) for rule in bound)])
        change_kmh = kilometres_per_hour(free_ms * (left - ONE))
        return self._slower * left, exponential_model(change_kmh, self._numbers.growth_per_kmh)

    def _given_up(self, free_ms: Any, rule: int, s: int) -> Any:
        share = self._rules.others_weight[rule, s] * self._acting(rule, s)
        return share * mean_excess_share(self._rules.cap_ms[rule, s, 0] / free_ms, self._numbers.others_spread)

    def _heat_brakes(self, s: int, velocity: np.float32, passage_s: np.float32) -> None:
        road, table, own = self._road, self._table, self._own
        stop = self._rules.stop[s]
        if stop != NOWHERE and table.stops[stop, own.driver]:
            self.brake_c = AMBIENT_C + (self.brake_c - AMBIENT_C) * self._rules.left_after_stop[stop]
            if table.mended[stop, own.driver]:
                self._heat, mended = ONE, ONE / own.defect_factor
                self._around *= mended / self._mended
                self._mended = mended
        steady_c, power_w = AMBIENT_C, NOTHING
        if road.grade[s] < 0.0:
            power_w = braking_power_w(own.mass_kg, road.grade[s], velocity, own.retarding_w) * self._heat
            steady_c = steady_temperature_c(power_w, velocity)
        self.brake_c = temperature_after_c(self.brake_c, steady_c, cooling_rate_per_s(velocity), passage_s)
        if road.grade[s] < 0.0:
            self._may_fail(brake_demand(power_w, velocity, own.capacity_n))
        for heeds, alarm_c, slower in zip(
            table.heeds_alarm, self._rules.alarm_c, self._rules.alarm_factor, strict=True
        ):
            if own.online and heeds[own.driver] and self.brake_c > alarm_c:
                self._alarm = min(self._alarm, slower)

    def _may_fail(self, demand: np.float32) -> None:
        failed = failure_hazard(self.brake_c, demand, self._numbers.brake_failure_c)
        self._failing, self._endured = max(failed - self._endured, NOTHING), max(failed, self._endured)

    def _hazard(self, s: int, velocity: np.float32) -> Floats:
        at = OneTruck(
            self._road,
            self._rules,
            self._numbers,
            s,
            self._own,
            velocity,
            int(self._state),
            self._cell,
            self._around,
            self._beside,
            self._passing,
            self._flow,
            *self._others(s),
            self._mended,
            self._failing,
        )
        expected = [file.expected(at) for file in FILES]
        if self._outcomes > CAPTURED:
            expected.append(runaway.captured(at))
        return exact_sums.exact_hazard(np.array(expected))

    def _deaths(self, s: int, velocity: np.float32, hazard: Floats) -> float:
        numbers = self._numbers
        excess_kmh = kilometres_per_hour(velocity - self._road.limit_ms[s])
        growth = fatal_growth(excess_kmh, numbers.fatal_growth_per_kmh)
        deaths = 0.0
        for mechanism in (*WITH_OTHERS, *OWN):
            share, persons = numbers.fatal_share[mechanism], numbers.deaths_per_fatal[mechanism]
            share = share if mechanism in WITH_OTHERS else growth * share
            deaths += float(hazard[mechanism]) * float(min(share, ONE) * persons)
        return float(exact_sums.exact_hazard(deaths))
