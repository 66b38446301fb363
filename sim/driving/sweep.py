"""The section sweep: how long trips take on a route, how hot their brakes get and what they risk.

Some hundred trucks are driven together, section by section: all that is known of them on the way fits in a processor's
nearest memory. Each loop over trucks does one thing, without branches, so that the compiler makes vectors of it; what
differs by section (does it climb, fall, bend; which rules act) is decided outside.

Speeds, temperatures and hazards are in single precision. Times and hazards are then rounded to their quanta in double
precision and added up as whole numbers of quanta, so that a sum is the same in any order; see `sim.core.exact_sums`.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core import exact_sums
from sim.core.compiled import compiled, forget_what_was_kept, kept_on_disk, told_if_it_takes_long
from sim.core.units import Floats
from sim.driving.conditions import Conditions, Hours
from sim.driving.course import Courses, Runs, TallyArrays
from sim.driving.hazards import expect_accidents, expect_deaths
from sim.driving.heat import be_alarmed, heat_brakes, stand, stop_to_cool
from sim.driving.plan import NOWHERE, Plan, RiskNumbers, Road, RulesOnRoute, RuleTable, plan_of
from sim.driving.speeds import choose_speed, slow_down, slow_others
from sim.driving.traits import Traits, prepared
from sim.driving.trucks import NO_LIMIT, NOTHING, ONE, Trucks, meet_weather, room_for, set_out
from sim.inputs.network import Route
from sim.risk.mechanisms import CAPTURED, MECHANISMS

Quanta = NDArray[np.int64]
TOGETHER = 512
"""Trucks driven together."""
TIME_ROUNDER, HAZARD_ROUNDER = np.float64(exact_sums.TIME_ROUNDER), np.float64(exact_sums.HAZARD_ROUNDER)
TIME_ZERO, HAZARD_ZERO = TIME_ROUNDER.view(np.int64), HAZARD_ROUNDER.view(np.int64)

exact_time_s = compiled(exact_sums.exact_time_s)


@compiled
def _count_up(trucks: Trucks, section: Quanta, of_trip: Floats) -> None:
    """Add up a section, in quanta: duration, deaths, then accidents by mechanism and captures."""
    count = len(of_trip)
    duration = deaths = np.int64(0)
    for i in range(count):
        duration += np.float64(trucks.passage_s[i] + TIME_ROUNDER).view(np.int64) - TIME_ZERO
    for i in range(count):
        deaths += np.float64(trucks.deaths[i] + HAZARD_ROUNDER).view(np.int64) - HAZARD_ZERO
    section[0] += duration
    section[1] += deaths
    for outcome in range(len(trucks.hazard)):
        if trucks.acts[outcome]:
            hazard, total = trucks.hazard[outcome], np.int64(0)
            for i in range(count):
                total += np.float64(hazard[i] + HAZARD_ROUNDER).view(np.int64) - HAZARD_ZERO
            for i in range(count):
                of_trip[i] += hazard[i]
            section[2 + outcome] += total


@compiled
def _write_up(tallies: TallyArrays, road: Road, sums: Quanta, month: int, truck_class: int, trips: int) -> None:
    """Add a run's sums to the tallies; a route may pass a section more than once."""
    for s in range(len(sums)):
        section, distance_m = road.section[s], road.exact_length_m[s] * trips
        tallies.distance_m[truck_class, section] += distance_m
        tallies.monthly_distance_m[month] += distance_m
        tallies.duration_s[truck_class, section] += sums[s, 0] * exact_sums.TIME_QUANTUM_S
        tallies.deaths[section] += sums[s, 1] * exact_sums.HAZARD_QUANTUM
        for outcome in range(sums.shape[1] - 2):
            expected = sums[s, 2 + outcome] * exact_sums.HAZARD_QUANTUM
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
def _drive_together(
    plan: Plan, hours: Hours, trips: Traits, sums: Quanta, of_trip: Floats, courses: Courses, first: int
) -> None:
    """Some hundred trucks from the start of the route to its end."""
    road, table, rules, count = plan.road, plan.table, plan.rules, len(trips.day)
    trucks, way, icy = room_for(plan, count), NOWHERE, 0
    binds_others = (rules.others_weight > NOTHING).any()
    slowing = len(rules.weight) + len(rules.alarm_c) > 0
    set_out(trucks, trips, table)
    for s in range(len(road.length_m)):
        if road.way[s] != way:
            way = road.way[s]
            trucks.leaving_ms[:] = NO_LIMIT
            icy = meet_weather(trucks, trips, hours, table, rules, road, way)
        choose_speed(trucks, trips, road, plan.numbers, s, icy)
        if slowing:
            slow_down(trucks, trips, table, rules, s)
        for i in range(count):
            trucks.passage_s[i] = road.length_m[s] / trucks.velocity[i]
        if rules.stop[s] != NOWHERE:
            stop_to_cool(trucks, trips, table, rules, rules.stop[s])
        heat_brakes(trucks, trips, road, plan.numbers, s)
        be_alarmed(trucks, trips, table, rules)
        if binds_others:
            slow_others(trucks, trips, hours, table, rules, road.others_ms[s], plan.numbers, s)
        expect_accidents(trucks, trips, road, rules, plan.numbers, s)
        expect_deaths(trucks, road, plan.numbers, s)
        if rules.stop[s] != NOWHERE:
            stand(trucks, trips, table, rules, rules.stop[s])
        _count_up(trucks, sums[s], of_trip)
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
        trips.bears_c[first:stop],
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
    tallies: TallyArrays,
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


NO_TALLIES = TallyArrays(*(np.zeros(shape) for shape in ((1, 1), (1, 1), (1, 1, 1), 1, (1, 1), 1)))


def add_up(conditions: Conditions, route: Route, trips: Traits, runs: Runs, tallies: TallyArrays) -> Floats:
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
    tallies : TallyArrays
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
    numbers = RiskNumbers(ONE, ONE, ONE, ONE, ONE, ONE, each, each)
    columns: dict[str, Any] = {"section": number, "way": number, "entered_s": double, "exact_length_m": double}
    columns |= dict.fromkeys(("crawl_ms", "base_hazard", "shared_hazard", "overtaking", "runaway_share"), table)
    plan = Plan(
        Road._make(columns.get(name, single) for name in Road._fields),
        RuleTable(table[:0], no[:0], by_day, table[:0], nobody, nobody, nobody, nobody),
        RulesOnRoute._make(
            (
                table[:0],
                by_day,
                number[:0],
                nowhere,
                number[:0],
                table[:0],
                number - 1,
                *[single[:0]] * 5,
                factors,
                single,
            )
        ),
        numbers,
        CAPTURED,
    )
    hours = Hours(no.astype(np.uint8), single, single, no, no, single)
    trips = Traits._make((double, number, number, no, number.astype(np.uint32), *[single] * 13))
    _sweep(plan, hours, trips, _unrecorded(1), NO_TALLIES, Courses.empty(0, 0, 0))
