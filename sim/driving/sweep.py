"""The section sweep: how long trips take on a route, how hot their brakes get and what they risk.

Some hundred trucks are driven together, section by section: all that is known of them on the way fits in a processor's
nearest memory. Each loop over trucks does one thing, without branches, so that the compiler makes vectors of it; what
differs by section (does it climb, fall, bend; which rules act) is decided outside.

Speeds, temperatures and hazards are in single precision. Times and hazards are then rounded to their quanta in double
precision and added up as whole numbers of quanta, so that a sum is the same in any order; see `sim.exact`.

Weather and light are read at the hour at which a truck at the speed limit would enter each link; the speed holds over a
section.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import exact
from sim.compiled import compiled, forget_what_was_kept, kept_on_disk, single, told_if_it_takes_long
from sim.driving.conditions import Conditions, Hours
from sim.driving.course import Courses, Runs, Tallies
from sim.driving.plan import EVERY_DAY, NOWHERE, Plan, RiskNumbers, Road, RulesOnRoute, RuleTable, plan_of
from sim.driving.traits import Traits, prepared
from sim.parameters import CAPTURED, GENERAL, HEAD_ON, MECHANISMS, OVERTAKING, REAR_END, ROLLOVER, RUNAWAY
from sim.physics import brake_temperature as brakes
from sim.physics import rollover, speed
from sim.risk import encounters, relative, severity
from sim.road import Route
from sim.units import HOURS_PER_DAY, SECONDS_PER_HOUR, Floats, Singles, kmh_from_ms

Quanta = NDArray[np.int64]
TOGETHER = 512
"""Trucks driven together."""
NO_LIMIT = np.float32(np.inf)
ONE, NOTHING = np.float32(1.0), np.float32(0.0)
AMBIENT_C = np.float32(brakes.AMBIENT_C)
TIME_ROUNDER, HAZARD_ROUNDER = np.float64(exact.TIME_ROUNDER), np.float64(exact.HAZARD_ROUNDER)
TIME_ZERO, HAZARD_ZERO = TIME_ROUNDER.view(np.int64), HAZARD_ROUNDER.view(np.int64)

braking_power_w = single(brakes.braking_power_w)
steady_temperature_c = single(brakes.steady_temperature_c)
temperature_after_c = single(brakes.temperature_after_c)
cooling_rate_per_s = single(brakes.cooling_rate_per_s)
brake_demand, failure_hazard = single(brakes.brake_demand), single(brakes.failure_hazard)
rollover_speed_ms = single(rollover.rollover_speed_ms)
rollover_hazard = single(rollover.rollover_hazard)
settling_distance_m = single(speed.settling_distance_m)
speed_at_end_ms, mean_speed_ms = single(speed.speed_at_end_ms), single(speed.mean_speed_ms)
exponential_model = single(relative.exponential_model)
times_reached = single(encounters.times_reached)
more_reached_than_reaching = single(encounters.more_reached_than_reaching)
fatal_growth = single(severity.fatal_growth)
kilometres_per_hour = single(kmh_from_ms)
exact_hazard, exact_time_s = compiled(exact.exact_hazard), compiled(exact.exact_time_s)


class Trucks(NamedTuple):
    """What changes on the way of trucks that are driven together, shape (trucks,)."""

    weather: Singles
    """Factor on the speed by limit and curves: habit, weather, light, warnings."""
    icy_ms: Singles
    """0 on ice, else infinite: what is added to the highest speed on ice."""
    around: Singles
    """Factor on the general hazard: driver, truck, weather, light."""
    slower: Singles
    """Factor of weather and light on the others' speed."""
    beside: Singles
    """Of weather, light and traffic on the hazard of accidents with others."""
    passing: Singles
    """Of weather, light and hour on that of accidents of others that pass."""
    flow: Singles
    """Of traffic alone."""
    reached: Singles
    """How often others reach the truck on the section, over how often they reach one another."""
    expected: Singles
    """General accidents on the section before rounding and rules."""
    state: NDArray[np.uint32]
    """Of weather and light."""
    cell: NDArray[np.uint32]
    """Kind of truck and state of weather and light in one number."""
    heat_factor: Singles
    mended: Singles
    """Factor on the general hazard once a brake defect is mended."""
    alarm: Singles
    """Factor on speed after an alarm of hot brakes."""
    brake_c: Singles
    endured: Singles
    """Hazard of failing brakes that a truck has come through."""
    failing: Singles
    """What a section adds to it."""
    velocity: Singles
    leaving_ms: Singles
    """Speed at the end of the section."""
    passage_s: Singles
    growth: Singles
    """Of the fatal share with speed on the section."""
    response: Singles
    """Of each speed rule, shape (rules, trucks)."""
    hazard: Floats
    """On a section, by mechanism and captures, shape (outcomes, trucks)."""
    deaths: Floats


@compiled
def _set_out(trucks: Trucks, trips: Traits, table: RuleTable) -> None:
    """State at the start of the route."""
    for i in range(len(trips.day)):
        trucks.heat_factor[i] = trips.heat_factor[i]
        trucks.mended[i] = trucks.alarm[i] = ONE
        trucks.brake_c[i] = trips.brake_c[i]
        trucks.endured[i] = NOTHING
    for rule in range(len(table.needs_device)):
        for i in range(len(trips.day)):
            reached = trips.online[i] or not table.needs_device[rule]
            trucks.response[rule, i] = table.response[rule, trips.driver[i]] if reached else NOTHING


@compiled
def _meet_weather(
    trucks: Trucks, trips: Traits, hours: Hours, table: RuleTable, rules: RulesOnRoute, road: Road, way: int
) -> int:
    """Weather, light and traffic where a link begins; how many trucks meet ice."""
    last, icy, entered_s, overtaking = len(hours.state) - 1, 0, road.entered_s[way], road.overtaking[way]
    for i in range(len(trips.day)):
        hour = min(np.uint64((trips.departure_s[i] + entered_s) / SECONDS_PER_HOUR), np.uint64(last))
        state = hours.state[hour]
        factor, risk = hours.speed_factor[state], hours.risk_factor[state]
        trucks.slower[i], trucks.flow[i], trucks.state[i] = factor, hours.flow[hour], state
        trucks.beside[i] = risk * hours.flow[hour]
        trucks.passing[i] = risk * overtaking[hour % np.uint64(HOURS_PER_DAY)]
        if hours.bad[state]:
            warned = ONE
            for warning in range(len(rules.weather_factor)):
                if table.heeds_weather[warning, trips.driver[i]] and trips.online[i]:
                    warned = min(warned, rules.weather_factor[warning])
            factor *= warned
        trucks.weather[i] = factor * trips.speed_factor[i]
        trucks.around[i] = risk * trips.risk_factor[i] * trucks.mended[i]
        trucks.cell[i] = trips.kind[i] * np.uint32(len(hours.speed_factor)) + state
        trucks.icy_ms[i] = NOTHING if hours.icy[state] else NO_LIMIT
        icy += hours.icy[state]
    return icy


@compiled
def _choose_speed(trucks: Trucks, trips: Traits, road: Road, numbers: RiskNumbers, s: int, icy: int) -> None:
    """The least of habit, curve comfort, crawling upgrade, holding back downgrade and what ice allows."""
    velocity, wanted_ms = trucks.velocity, road.wanted_ms[s]
    for i in range(len(trips.day)):
        velocity[i] = wanted_ms * trucks.weather[i]
    if road.held_ms[s] < NO_LIMIT:
        held_ms = road.held_ms[s]
        for i in range(len(trips.day)):
            hotter = max(trucks.brake_c[i] - trips.notices_c[i], NOTHING)
            careful = max(ONE - hotter * numbers.cautious_per_k, numbers.least_when_hot)
            velocity[i] = min(velocity[i], held_ms * trips.descent_factor[i] * careful)
    if icy:
        icy_ms = road.icy_ms[s]
        for i in range(len(trips.day)):
            velocity[i] = min(velocity[i], icy_ms + trucks.icy_ms[i])
    if road.grade[s] >= NOTHING:
        _climb(trucks, trips, road, s)
    else:
        for i in range(len(trips.day)):
            trucks.leaving_ms[i] = velocity[i]


@compiled
def _climb(trucks: Trucks, trips: Traits, road: Road, s: int) -> None:
    """Speed changes along the section as power, mass and grade have it, towards the crawl speed or what is wanted."""
    velocity, leaving, length, resistance = trucks.velocity, trucks.leaving_ms, road.length_m[s], road.resistance_ms2[s]
    for i in range(len(trips.day)):
        kind = trips.kind[i]
        entry, to = min(leaving[i], velocity[i]), min(road.crawl_ms[s, kind], velocity[i])
        settling = settling_distance_m(entry, to, road.power_per_kg[kind], road.drag_per_kg[kind], resistance)
        leaving[i] = speed_at_end_ms(entry, to, settling, length)
        velocity[i] = mean_speed_ms(entry, to, leaving[i], settling, length)


@compiled
def _slow_down(trucks: Trucks, trips: Traits, table: RuleTable, rules: RulesOnRoute, s: int) -> None:
    """Speed rules act on the speed without any, and the lowest result holds; then alarms of hot brakes."""
    velocity, lowest, leaving = trucks.velocity, trucks.passage_s, trucks.leaving_ms
    for i in range(len(trips.day)):
        lowest[i] = velocity[i]
    for rule in range(len(rules.weight)):
        weight, caps, response = rules.weight[rule, s], rules.cap_ms[rule, s], trucks.response[rule]
        if weight > NOTHING:
            days = rules.day_table[rule]
            for i in range(len(trips.day)):
                share = response[i] * weight
                if days != EVERY_DAY:
                    share *= table.on_day[days, trips.day[i], rules.day_column[rule, s]]
                excess = max(velocity[i] - caps[trips.kind[i]], NOTHING)
                lowest[i] = min(lowest[i], velocity[i] - share * excess)
    for i in range(len(trips.day)):
        slower = lowest[i] * trucks.alarm[i]
        leaving[i] *= slower / velocity[i]
        velocity[i] = slower


@compiled
def _stop_to_cool(trucks: Trucks, trips: Traits, table: RuleTable, rules: RulesOnRoute, stop: int) -> None:
    """Brakes cool while a truck stands before a descent, and defects that are found are mended."""
    left = rules.left_after_stop[stop]
    for i in range(len(trips.day)):
        if table.stops[stop, trips.driver[i]]:
            trucks.brake_c[i] = AMBIENT_C + (trucks.brake_c[i] - AMBIENT_C) * left
            if table.mended[stop, trips.driver[i]]:
                trucks.heat_factor[i] = ONE
                mended = ONE / trips.defect_factor[i]
                trucks.around[i] *= mended / trucks.mended[i]
                trucks.mended[i] = mended


@compiled
def _heat_brakes(trucks: Trucks, trips: Traits, road: Road, numbers: RiskNumbers, s: int) -> None:
    """Temperature at the end of the section, and whether brakes fail; only falling sections heat.

    Brakes that have held once hold again as long as they are no hotter and asked for no more.
    """
    grade, velocity = road.grade[s], trucks.velocity
    if grade < NOTHING:
        for i in range(len(trips.day)):
            power_w = braking_power_w(trips.mass_kg[i], grade, velocity[i], trips.retarding_w[i])
            power_w *= trucks.heat_factor[i]
            steady_c = steady_temperature_c(power_w, velocity[i])
            cooling = cooling_rate_per_s(velocity[i])
            trucks.brake_c[i] = temperature_after_c(trucks.brake_c[i], steady_c, cooling, trucks.passage_s[i])
            demand = brake_demand(power_w, velocity[i], trips.capacity_n[i])
            failed = failure_hazard(trucks.brake_c[i], demand, numbers.brake_failure_c)
            trucks.failing[i] = max(failed - trucks.endured[i], NOTHING)
            trucks.endured[i] = max(failed, trucks.endured[i])
    else:
        for i in range(len(trips.day)):
            cooling = cooling_rate_per_s(velocity[i])
            trucks.brake_c[i] = temperature_after_c(trucks.brake_c[i], AMBIENT_C, cooling, trucks.passage_s[i])


@compiled
def _be_alarmed(trucks: Trucks, trips: Traits, table: RuleTable, rules: RulesOnRoute) -> None:
    """From the section after brakes have reached an alarm's temperature on, who heeds it drives slower."""
    for alarm in range(len(rules.alarm_c)):
        for i in range(len(trips.day)):
            hot = trucks.brake_c[i] > rules.alarm_c[alarm] and trips.online[i]
            if hot and table.heeds_alarm[alarm, trips.driver[i]]:
                trucks.alarm[i] = min(trucks.alarm[i], rules.alarm_factor[alarm])


@compiled
def _expect_accidents(
    trucks: Trucks, road: Road, rules: RulesOnRoute, numbers: RiskNumbers, s: int, count: int
) -> None:
    """Expected general accidents on the section, rounded to quanta as those of all mechanisms."""
    hazard, base, limit_ms = trucks.hazard[GENERAL], road.base_hazard[s], road.limit_ms[s]
    factor = np.float64(rules.hazard_factor[GENERAL, s])
    for i in range(count):
        growth = exponential_model(kilometres_per_hour(trucks.velocity[i] - limit_ms), numbers.growth_per_kmh)
        trucks.expected[i] = growth * base[trucks.cell[i]] * trucks.around[i]
        hazard[i] = exact_hazard(np.float64(trucks.expected[i]) * factor)


@compiled
def _expect_rear_ends(
    trucks: Trucks, trips: Traits, road: Road, rules: RulesOnRoute, numbers: RiskNumbers, s: int
) -> None:
    """Expected accidents of others that run into the truck, and of the truck that runs into others."""
    hazard, base, others_ms = trucks.hazard[REAR_END], road.shared_hazard[s], road.others_ms[s]
    factor, spread = np.float64(rules.hazard_factor[REAR_END, s] * road.rear_end_share[s]), numbers.others_spread
    for i in range(len(trips.day)):
        ratio = trucks.velocity[i] / (others_ms * trucks.slower[i])
        reached = times_reached(ratio, spread)
        trucks.reached[i] = reached
        reaching = max(reached - more_reached_than_reaching(ratio, spread), NOTHING)
        own = trips.awake_factor[i] * trucks.mended[i]
        expected = base[trucks.state[i]] * trucks.beside[i] * (reached + reaching * own)
        hazard[i] = exact_hazard(np.float64(expected) * factor)


@compiled
def _expect_oncoming(trucks: Trucks, road: Road, rules: RulesOnRoute, s: int, count: int) -> None:
    """Expected head-on accidents, whoever crosses the centre, and accidents of others that pass the truck."""
    head_on, overtaking, base = trucks.hazard[HEAD_ON], trucks.hazard[OVERTAKING], road.shared_hazard[s]
    crossed, crossing, passed = road.crossed_share[s], road.crossing_share[s], road.overtaking_share[s]
    if crossed > NOTHING or passed > NOTHING:
        of_head_on = np.float64(rules.hazard_factor[HEAD_ON, s])
        of_overtaking = np.float64(rules.hazard_factor[OVERTAKING, s] * passed)
        for i in range(count):
            shared = base[trucks.state[i]]
            met = shared * trucks.beside[i] * crossed + trucks.expected[i] * trucks.flow[i] * crossing
            head_on[i] = exact_hazard(np.float64(met) * of_head_on)
            overtaking[i] = exact_hazard(np.float64(shared * trucks.passing[i] * trucks.reached[i]) * of_overtaking)
    else:
        head_on[:] = 0.0
        overtaking[:] = 0.0


@compiled
def _expect_rollovers(
    trucks: Trucks, trips: Traits, road: Road, rules: RulesOnRoute, numbers: RiskNumbers, s: int
) -> None:
    """Expected rollovers on the section; only curves roll trucks over."""
    hazard, curvature, superelevation = trucks.hazard[ROLLOVER], road.curvature_per_m[s], road.superelevation[s]
    factor = np.float64(rules.hazard_factor[ROLLOVER, s] * road.curve_share[s])
    spread = numbers.curve_speed_spread
    if curvature > NOTHING:
        for i in range(len(trips.day)):
            rolls_ms = rollover_speed_ms(trips.rollover_threshold_g[i], curvature, superelevation)
            rolling = rollover_hazard(trucks.velocity[i], rolls_ms, spread)
            hazard[i] = exact_hazard(np.float64(rolling) * factor)
    else:
        hazard[:] = 0.0


@compiled
def _expect_runaways(
    trucks: Trucks, kind: NDArray[np.uint32], road: Road, rules: RulesOnRoute, s: int, count: int
) -> None:
    """Expected accidents of runaways on the section, and those that ramps catch; only falling sections have any."""
    hazard, factor = trucks.hazard[RUNAWAY], np.float64(rules.hazard_factor[RUNAWAY, s])
    capture, share = np.float64(rules.capture[s]), road.runaway_share[s]
    if road.grade[s] < NOTHING:
        for i in range(count):
            hazard[i] = np.float64(trucks.failing[i]) * factor
    else:
        hazard[:] = 0.0
    if len(trucks.hazard) > CAPTURED:
        captured = trucks.hazard[CAPTURED]
        for i in range(count):
            captured[i] = exact_hazard(hazard[i] * capture)
            hazard[i] -= hazard[i] * capture
    for i in range(count):
        hazard[i] = exact_hazard(hazard[i] * np.float64(share[kind[i]]))


@compiled
def _what_may_happen(road: Road, s: int) -> tuple[bool, bool, bool, bool, bool, bool, bool]:
    """Which outcomes a section can have, by mechanism and captures; the others' hazard is 0."""
    curved, falling = road.curvature_per_m[s] > NOTHING, road.grade[s] < NOTHING
    oncoming = road.crossed_share[s] > NOTHING or road.overtaking_share[s] > NOTHING
    return True, curved, falling, True, oncoming, oncoming, falling


@compiled
def _expect_deaths(trucks: Trucks, road: Road, numbers: RiskNumbers, s: int) -> None:
    """Expected deaths: hazard x fatal share at the speed driven x deaths a fatal accident; none in escape ramps."""
    growth, deaths, limit_ms = trucks.growth, trucks.deaths, road.limit_ms[s]
    rear_end, head_on, overtaking = trucks.hazard[REAR_END], trucks.hazard[HEAD_ON], trucks.hazard[OVERTAKING]
    share, persons = numbers.fatal_share, numbers.deaths_per_fatal
    of_rear_end = np.float64(min(share[REAR_END], ONE) * persons[REAR_END])
    of_head_on = np.float64(min(share[HEAD_ON], ONE) * persons[HEAD_ON])
    of_overtaking = np.float64(min(share[OVERTAKING], ONE) * persons[OVERTAKING])
    for i in range(len(deaths)):
        growth[i] = fatal_growth(kilometres_per_hour(trucks.velocity[i] - limit_ms), numbers.fatal_growth_per_kmh)
    for i in range(len(deaths)):
        deaths[i] = rear_end[i] * of_rear_end + head_on[i] * of_head_on + overtaking[i] * of_overtaking
    acts = _what_may_happen(road, s)
    for mechanism in (GENERAL, ROLLOVER, RUNAWAY):
        if acts[mechanism]:
            hazard, fatal, each = trucks.hazard[mechanism], share[mechanism], persons[mechanism]
            for i in range(len(deaths)):
                deaths[i] += hazard[i] * np.float64(min(growth[i] * fatal, ONE) * each)
    for i in range(len(deaths)):
        deaths[i] = exact_hazard(deaths[i])


@compiled
def _count_up(trucks: Trucks, road: Road, s: int, section: Quanta, of_trip: Floats) -> None:
    """Add up a section, in quanta: duration, deaths, then accidents by mechanism and captures."""
    count, acts = len(of_trip), _what_may_happen(road, s)
    duration = deaths = np.int64(0)
    for i in range(count):
        duration += np.float64(trucks.passage_s[i] + TIME_ROUNDER).view(np.int64) - TIME_ZERO
    for i in range(count):
        deaths += np.float64(trucks.deaths[i] + HAZARD_ROUNDER).view(np.int64) - HAZARD_ZERO
    section[0] += duration
    section[1] += deaths
    for outcome in range(len(trucks.hazard)):
        if acts[outcome]:
            hazard, total = trucks.hazard[outcome], np.int64(0)
            for i in range(count):
                total += np.float64(hazard[i] + HAZARD_ROUNDER).view(np.int64) - HAZARD_ZERO
            for i in range(count):
                of_trip[i] += hazard[i]
            section[2 + outcome] += total


@compiled
def _write_up(tallies: Tallies, road: Road, sums: Quanta, month: int, truck_class: int, trips: int) -> None:
    """Add a run's sums to the ledger; a route may pass a section more than once."""
    for s in range(len(sums)):
        section, distance_m = road.section[s], road.exact_length_m[s] * trips
        tallies.distance_m[truck_class, section] += distance_m
        tallies.monthly_distance_m[month] += distance_m
        tallies.duration_s[truck_class, section] += sums[s, 0] * exact.TIME_QUANTUM_S
        tallies.deaths[section] += sums[s, 1] * exact.HAZARD_QUANTUM
        for outcome in range(sums.shape[1] - 2):
            expected = sums[s, 2 + outcome] * exact.HAZARD_QUANTUM
            tallies.hazard[outcome, truck_class, section] += expected
            if outcome < CAPTURED:
                tallies.monthly_accidents[month, section] += expected


@compiled
def _write_down(courses: Courses, trucks: Trucks, s: int, first: int, count: int) -> None:
    """Keep every trip's numbers of a section."""
    for i in range(count):
        courses.duration_s[s, first + i] = exact_time_s(np.float64(trucks.passage_s[i]))
        courses.deaths[s, first + i] = trucks.deaths[i]
        courses.brake_c[s, first + i] = trucks.brake_c[i]
        for outcome in range(len(trucks.hazard)):
            courses.hazard[outcome, s, first + i] = trucks.hazard[outcome, i]


@compiled
def _room_for(plan: Plan, count: int) -> Trucks:
    """Room for what changes on the way."""
    singles = [np.empty(count, dtype=np.float32) for _ in range(19)]
    return Trucks(
        singles[0],
        singles[1],
        singles[2],
        singles[3],
        singles[4],
        singles[5],
        singles[6],
        singles[7],
        singles[8],
        np.empty(count, dtype=np.uint32),
        np.empty(count, dtype=np.uint32),
        singles[9],
        singles[10],
        singles[11],
        singles[12],
        singles[13],
        singles[14],
        singles[15],
        singles[16],
        singles[17],
        singles[18],
        np.empty((len(plan.table.needs_device), count), dtype=np.float32),
        np.empty((plan.outcomes, count)),
        np.empty(count),
    )


@compiled
def _drive_together(
    plan: Plan, hours: Hours, trips: Traits, sums: Quanta, of_trip: Floats, courses: Courses, first: int
) -> None:
    """Some hundred trucks from the start of the route to its end."""
    road, table, rules, count = plan.road, plan.table, plan.rules, len(trips.day)
    trucks, way, icy = _room_for(plan, count), NOWHERE, 0
    slowing = len(rules.weight) + len(rules.alarm_c) > 0
    _set_out(trucks, trips, table)
    for s in range(len(road.length_m)):
        if road.way[s] != way:
            way = road.way[s]
            trucks.leaving_ms[:] = NO_LIMIT
            icy = _meet_weather(trucks, trips, hours, table, rules, road, way)
        _choose_speed(trucks, trips, road, plan.numbers, s, icy)
        if slowing:
            _slow_down(trucks, trips, table, rules, s)
        for i in range(count):
            trucks.passage_s[i] = road.length_m[s] / trucks.velocity[i]
        if rules.stop[s] != NOWHERE:
            _stop_to_cool(trucks, trips, table, rules, rules.stop[s])
        _heat_brakes(trucks, trips, road, plan.numbers, s)
        _be_alarmed(trucks, trips, table, rules)
        _expect_accidents(trucks, road, rules, plan.numbers, s, count)
        _expect_rear_ends(trucks, trips, road, rules, plan.numbers, s)
        _expect_oncoming(trucks, road, rules, s, count)
        _expect_rollovers(trucks, trips, road, rules, plan.numbers, s)
        _expect_runaways(trucks, trips.kind, road, rules, s, count)
        _expect_deaths(trucks, road, plan.numbers, s)
        _count_up(trucks, road, s, sums[s], of_trip)
        if courses.duration_s.size:
            _write_down(courses, trucks, s, first, count)


@compiled
def _some(trips: Traits, first: int, stop: int) -> Traits:
    """Neighbouring trips."""
    return Traits(
        trips.departure_s[first:stop],
        trips.day[first:stop],
        trips.driver[first:stop],
        trips.online[first:stop],
        trips.kind[first:stop],
        trips.speed_factor[first:stop],
        trips.mass_kg[first:stop],
        trips.retarding_w[first:stop],
        trips.capacity_n[first:stop],
        trips.notices_c[first:stop],
        trips.descent_factor[first:stop],
        trips.heat_factor[first:stop],
        trips.rollover_threshold_g[first:stop],
        trips.risk_factor[first:stop],
        trips.awake_factor[first:stop],
        trips.tired_factor[first:stop],
        trips.defect_factor[first:stop],
        trips.brake_c[first:stop],
    )


@kept_on_disk
def _sweep(
    plan: Plan,
    hours: Hours,
    trips: Traits,
    runs: Runs,
    tallies: Tallies,
    courses: Courses,
) -> Floats:
    """Expected accidents and captures of each trip on the whole route, shape (trips,)."""
    of_trip = np.zeros(len(trips.day))
    sums = np.empty((len(plan.road.length_m), 2 + plan.outcomes), dtype=np.int64)
    for run in range(len(runs.month)):
        start, end = runs.bounds[run], runs.bounds[run + 1]
        sums[:] = 0
        for first in range(start, end, TOGETHER):
            stop = min(first + TOGETHER, end)
            _drive_together(plan, hours, _some(trips, first, stop), sums, of_trip[first:stop], courses, first)
        if runs.month[run] >= 0:
            _write_up(tallies, plan.road, sums, runs.month[run], runs.truck_class[run], end - start)
    return of_trip


NO_TALLIES = Tallies(*(np.zeros(shape) for shape in ((1, 1), (1, 1), (1, 1, 1), 1, (1, 1), 1)))


def add_up(conditions: Conditions, route: Route, trips: Traits, runs: Runs, tallies: Tallies) -> Floats:
    """Drive trips along a route, add them up, and give expected accidents and captures of each, shape (trips,).

    Parameters
    ----------
    conditions : Conditions
        what is in force
    route : Route
        sections in the order of travel
    trips : Traits
        shape (trips,)
    runs : Runs
        which of them are added up where
    tallies : Tallies
        the sums, which are changed
    """
    plan, trips = plan_of(conditions, route), prepared(trips, conditions, route.sections)
    return _sweep(plan, conditions.hours, trips, runs, tallies, Courses.empty(0, 0, 0))


def courses_of(conditions: Conditions, route: Route, trips: Traits) -> Courses:
    """Drive trips along a route and keep every section's numbers; parameters as in `add_up`."""
    plan, trips = plan_of(conditions, route), prepared(trips, conditions, route.sections)
    courses = Courses.empty(plan.outcomes, len(route.sections), len(trips.day))
    _sweep(plan, conditions.hours, trips, _unrecorded(len(trips.day)), NO_TALLIES, courses)
    return courses


def _unrecorded(trips: int) -> Runs:
    nowhere = np.array([NOWHERE])
    return Runs(np.array([0, trips]), nowhere, nowhere)


@cache
def get_ready() -> None:
    """Compile the sweep, or load what was compiled before; what can't be loaded is compiled again."""
    with told_if_it_takes_long():
        try:
            _drive_nothing()
        except Exception:  # noqa: BLE001 - whatever reading a broken file gives
            forget_what_was_kept(_sweep)
            _drive_nothing()


def _drive_nothing() -> None:
    """One truck drives one section of no road."""
    single, double = np.ones(1, dtype=np.float32), np.ones(1)
    number, no, table = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.bool_), np.ones((1, 1), dtype=np.float32)
    nobody, nowhere = np.zeros((0, 1), dtype=np.bool_), np.zeros((0, 1), dtype=np.int64)
    by_day = np.ones((0, 1, 1), dtype=np.float32)
    factors, each = np.ones((len(MECHANISMS), 1), dtype=np.float32), np.ones(len(MECHANISMS), dtype=np.float32)
    numbers = RiskNumbers(ONE, ONE, ONE, ONE, ONE, ONE, ONE, each, each)
    columns: dict[str, Any] = {"section": number, "way": number, "entered_s": double, "exact_length_m": double}
    columns |= dict.fromkeys(("crawl_ms", "base_hazard", "shared_hazard", "overtaking", "runaway_share"), table)
    plan = Plan(
        Road._make(columns.get(name, single) for name in Road._fields),
        RuleTable(table[:0], no[:0], by_day, nobody, nobody, nobody, nobody),
        RulesOnRoute._make((table[:0], by_day, number[:0], nowhere, number - 1, *[single[:0]] * 4, factors, single)),
        numbers,
        CAPTURED,
    )
    hours = Hours(no.astype(np.uint8), single, single, no, no, single)
    trips = Traits._make((double, number, number, no, number.astype(np.uint32), *[single] * 13))
    _sweep(plan, hours, trips, _unrecorded(1), NO_TALLIES, Courses.empty(0, 0, 0))
