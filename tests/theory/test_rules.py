"""Rules of driving against what they must give by hand."""

import numpy as np
import pytest
from slope import banned_route, slope_trips, slope_world

from sim.driving.conditions import Conditions
from sim.driving.rules import BrakeStop, DrivingRules, HotBrakeAlarm, SpeedRule, Unload, combined
from sim.driving.sweep import courses_of
from sim.engine.world import World
from sim.inputs.network import Network
from sim.inputs.road import Link, Section, Stretch
from sim.interventions.library.escape_ramps import EscapeRamps
from sim.interventions.library.road_works import HIGH_FRICTION_FACTOR, Work
from sim.physics import brake_temperature as brakes
from sim.physics import stopping
from sim.risk import two_lane
from sim.risk.mechanisms import CAPTURED


@pytest.fixture(scope="module")
def world(small):
    return slope_world(small)


@pytest.fixture(scope="module")
def trips(world):
    return slope_trips(world)


@pytest.fixture(scope="module")
def route(world):
    return banned_route(world)


def under(world: World, rules: DrivingRules) -> Conditions:
    return world.conditions(0).with_rules(rules)


def falling(world: World, route) -> np.ndarray:
    """Rows on which a truck has at once the speed that it wants, whatever it had before."""
    return world.network.sections.grade[route.sections] < 0.0


def everybody(world: World) -> np.ndarray:
    return np.ones(world.roster.size)


def test_a_cap_holds_and_half_a_response_gives_up_half_of_the_excess(world, trips, route) -> None:
    before = courses_of(world.conditions(0), route, trips)
    length = world.network.sections.length_m[route.sections][:, None]
    free = length / before.duration_s
    cap = np.full((len(route.sections), 1), 8.0)
    for response in (1.0, 0.5):
        rule = SpeedRule(route.sections, cap, response * everybody(world))
        after = length / courses_of(under(world, DrivingRules(speed=(rule,))), route, trips).duration_s
        expected = free - response * np.maximum(free - 8.0, 0.0)
        own = falling(world, route)
        assert after[own] == pytest.approx(expected[own], rel=1e-5)


def test_the_lower_of_two_caps_holds_in_any_order(world, trips, route) -> None:
    rules = [
        SpeedRule(route.sections, np.full((len(route.sections), 1), cap), share * everybody(world))
        for cap, share in ((8.0, 0.4), (9.5, 0.9))
    ]
    forth = courses_of(under(world, DrivingRules(speed=tuple(rules))), route, trips)
    back = courses_of(under(world, DrivingRules(speed=tuple(rules[::-1]))), route, trips)
    assert (forth.duration_s == back.duration_s).all()
    each = [courses_of(under(world, DrivingRules(speed=(rule,))), route, trips).duration_s for rule in rules]
    own = falling(world, route)
    assert (forth.duration_s == np.maximum(*each))[own].all()


def test_brakes_cool_while_a_truck_stops(world, trips, route) -> None:
    before = courses_of(world.conditions(0), route, trips).brake_c
    nobody, all_ = np.zeros(world.roster.size, dtype=bool), np.ones(world.roster.size, dtype=bool)
    row = 5
    stop = BrakeStop(int(route.sections[row]), all_, 600.0, nobody)
    after = courses_of(under(world, DrivingRules(stops=(stop,))), route, trips).brake_c
    assert (after[:row] == before[:row]).all()
    cooled = brakes.temperature_after_c(before[row - 1], brakes.AMBIENT_C, brakes.COOLING_PER_S, 600.0)
    difference = (before[row] - after[row]) / (before[row - 1] - cooled)
    decay = np.exp(
        -brakes.cooling_rate_per_s(trip_speed(world, route, trips, row)) * trip_time(world, route, trips, row)
    )
    assert difference == pytest.approx(decay, rel=1e-2)


def trip_time(world, route, trips, row):
    return courses_of(world.conditions(0), route, trips).duration_s[row]


def trip_speed(world, route, trips, row):
    return world.network.sections.length_m[route.sections[row]] / trip_time(world, route, trips, row)


def test_an_alarm_slows_from_the_next_section_on(world, trips, route) -> None:
    before = courses_of(world.conditions(0), route, trips)
    alarm_c = float(np.median(before.brake_c.max(axis=0)))
    alarm = HotBrakeAlarm(alarm_c, 0.5, np.ones(world.roster.size, dtype=bool))
    after = courses_of(under(world, DrivingRules(alarms=(alarm,))), route, trips)
    hot = np.logical_or.accumulate(before.brake_c > alarm_c, axis=0) & trips.online
    slowed = np.vstack([np.zeros((1, hot.shape[1]), dtype=bool), hot[:-1]])
    assert slowed.any()
    assert not slowed.all()
    own = falling(world, route)
    expected = np.where(slowed, 2.0, 1.0) * before.duration_s
    assert after.duration_s[own] == pytest.approx(expected[own], rel=1e-5)


def test_captured_and_uncaptured_runaways_are_all_runaways(world, trips, route) -> None:
    before = courses_of(world.conditions(0), route, trips).hazard
    capture = np.zeros(len(world.network.sections.length_m))
    capture[route.sections[3:6]] = 0.4
    conditions = under(world, DrivingRules(capture=capture))
    object.__setattr__(conditions, "ramps", True)
    after = courses_of(conditions, route, trips).hazard
    open_ = capture[route.sections] == 0.0
    assert (after[2][open_] == before[2][open_]).all()
    assert after[2][~open_] == pytest.approx(0.6 * before[2][~open_], abs=1e-12)
    assert (after[CAPTURED][~open_] >= (0.4 - 1e-9) * before[2][~open_]).all()
    assert not after[CAPTURED, [0, 1, 2, 6, 7, 8]].any()


def test_an_unloaded_truck_is_the_laden_one(world, trips, route) -> None:
    rule = Unload(route.sections, np.ones(world.roster.size, dtype=bool))
    heavy = trips.pick(trips.kind % 3 == 2)
    assert len(heavy.kind) > 10
    light = courses_of(under(world, DrivingRules(unloads=(rule,))), route, heavy)
    unruled = courses_of(world.conditions(0), route, heavy)
    assert (light.brake_c <= unruled.brake_c).all()
    assert light.hazard.sum() < unruled.hazard.sum()


def test_factors_multiply_and_captures_are_independent_chances() -> None:
    both = combined(
        [
            DrivingRules(hazard_factor=np.full((3, 2), 0.5), capture=np.array([0.5, 0.0])),
            DrivingRules(hazard_factor=np.full((3, 2), 0.8), capture=np.array([0.2, 0.3])),
        ]
    )
    assert both.hazard_factor == pytest.approx(np.full((3, 2), 0.4))
    assert both.capture == pytest.approx([0.6, 0.3])
    assert combined([]).hazard_factor is None


@pytest.mark.parametrize(
    ("stretch", "rows", "shares"),
    [
        ({"from_km": 1.5, "to_km": 3.0, "direction": "forward"}, [1, 2], [0.5, 1.0]),
        ({"from_km": 1.5, "to_km": 3.0, "direction": "backward"}, [13, 14], [1.0, 0.5]),
        ({"from_km": 7.75}, [7, 8], [0.25, 0.25]),
    ],
)
def test_a_stretch_covers_the_same_road_both_ways(small, stretch, rows, shares) -> None:
    found, share = Network(small().road).covered((Stretch(link="upper", **stretch),))
    assert found.tolist() == rows
    assert share == pytest.approx(shares)


def test_sections_are_found_by_place(small) -> None:
    network = Network(small().road)
    assert network.section_at("upper", "forward", 0.0) == 0
    assert network.section_at("upper", "forward", 7.5) == 7
    assert network.section_at("upper", "backward", 7.5) == 8
    assert network.section_at("upper", "backward", 8.0) == 8
    with pytest.raises(ValueError, match="no link"):
        network.section_at("nowhere", "forward", 0.0)


def test_a_ramp_takes_what_is_before_it(small) -> None:
    scenario = small(
        interventions={"escape_ramps": {"ramps": [{"link": "upper", "direction": "forward", "at_km": 4.0}]}}
    )
    ramps = scenario.interventions["escape_ramps"]
    assert isinstance(ramps, EscapeRamps)
    capture = World(scenario, 1, 0).conditions(0).rules.capture
    assert np.flatnonzero(capture).tolist() == [1, 2, 3]
    assert capture[1] == pytest.approx(ramps.uptake * ramps.capture_share)


def test_road_works_change_the_manuals_factors() -> None:
    straight = Section(length_km=1.0, speed_limit_kmh=60.0, roadside_hazard=6)
    bend = straight.model_copy(update={"curve_radius_m": 100.0})
    barriers = Work(link="x", roadside_hazard=3, high_friction=True)
    link = Link(name="x", start="x", end="y", road_class="provincial", aadt=5000.0, sections=(straight, bend))
    ratio = float(two_lane.roadside_factor(np.array(3.0)) / two_lane.roadside_factor(np.array(6.0)))
    where = {"forward": True, "keep_right_share": 0.75}
    assert barriers.factor(straight, link, **where) == pytest.approx([ratio] * 4)
    assert barriers.factor(bend, link, **where) == pytest.approx([ratio * HIGH_FRICTION_FACTOR] * 4)
    assert Work(link="x").factor(bend, link, **where) == (1.0, 1.0, 1.0, 1.0)


def test_rumble_strips_on_the_centre_line_keep_drivers_from_crossing_it() -> None:
    """The manual's factor on all, and the published one on head-on accidents."""
    straight = Section(length_km=1.0, speed_limit_kmh=60.0)
    link = Link(name="x", start="x", end="y", road_class="provincial", aadt=5000.0, sections=(straight,))
    found = Work(link="x", centreline_rumble=True).factor(straight, link, forward=True, keep_right_share=0.75)
    assert found == pytest.approx((0.94, 0.94, 0.65, 0.94))


@pytest.mark.parametrize(("forward", "grade", "kept"), [(True, 5.0, 0.25), (False, 5.0, 1.0), (False, -5.0, 0.25)])
def test_a_climbing_lane_is_for_those_who_climb(forward, grade, kept) -> None:
    slope = Section(length_km=1.0, speed_limit_kmh=60.0, grade_pct=grade)
    link = Link(name="x", start="x", end="y", road_class="provincial", aadt=5000.0, sections=(slope,))
    lane = Work(link="x", passing_lane="one_way")
    assert lane.factor(slope, link, forward=forward, keep_right_share=0.75) == pytest.approx((1.0, kept, 1.0, kept))
    there = slope.model_copy(update={"passing_lane": "one_way"})
    back = Work(link="x", passing_lane="none").factor(there, link, forward=forward, keep_right_share=0.75)
    assert back.rear_end == pytest.approx(1.0 / kept)


def test_ice_lowers_the_speed_that_sight_allows() -> None:
    assert stopping.icy_side_friction() == pytest.approx(0.05)
    dry = stopping.speed_for_sight_ms(60.0)
    icy = stopping.speed_for_sight_ms(60.0, 0.0, stopping.friction_deceleration_ms2("ice"))
    assert icy < 0.7 * dry
    assert stopping.stopping_distance_m(icy, 0.0, stopping.friction_deceleration_ms2("ice")) == pytest.approx(60.0)
