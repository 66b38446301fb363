"""Rules that act at some hours, in some weather, and on the other vehicles too, against what they must give by hand."""

import numpy as np
import pytest
from scipy.stats import logistic, norm
from slope import banned_route, slope_trips, slope_world

from sim.core.units import SECONDS_PER_HOUR, ms_from_kmh
from sim.driving.conditions import Conditions
from sim.driving.occasions import STATES, on_occasions
from sim.driving.rules import DrivingRules, SpeedRule
from sim.driving.step import Truck
from sim.driving.sweep import courses_of
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.risk import encounters
from sim.risk.mechanisms import HEAD_ON, OVERTAKING, REAR_END

CAP_MS = 5.0
"""Below what anybody wants."""


@pytest.fixture(scope="module")
def slope(small):
    """World, trips, route."""
    world = slope_world(small)
    return world, slope_trips(world), banned_route(world)


def under(world: World, route, **extra) -> Conditions:
    everybody = np.ones(world.roster.size)
    cap = np.full((len(route.sections), 1), CAP_MS)
    return world.conditions(0).with_rules(DrivingRules(speed=(SpeedRule(route.sections, cap, everybody, **extra),)))


def hour_and_state(world: World, route, trips) -> tuple[np.ndarray, np.ndarray]:
    """Where each truck enters each link, shape (sections, trips)."""
    times = world.network.free_time_s[list(route.ways)]
    entered = np.concatenate([[0.0], np.cumsum(times)[:-1]])[route.way_of_section]
    hour = ((trips.departure_s + entered[:, None]) / SECONDS_PER_HOUR).astype(int)
    return hour % 24, world.hours.state[np.minimum(hour, len(world.hours.state) - 1)]


def test_a_rule_acts_on_its_occasions_and_on_no_other(slope) -> None:
    world, trips, route = slope
    occasion = on_occasions(weather=("rain", "fog"), light="day", from_hour=8.0, to_hour=16.0)
    free = courses_of(world.conditions(0), route, trips).duration_s
    always = courses_of(under(world, route), route, trips).duration_s
    some = courses_of(under(world, route, on_occasion=occasion), route, trips).duration_s
    falls = world.network.sections.grade[route.sections] < 0.0
    hour, state = hour_and_state(world, route, trips)
    acts = occasion[hour, state] > 0.0
    assert 50 < acts.sum() < acts.size - 50
    assert (some[falls] == np.where(acts, always, free)[falls]).all()
    assert (always[falls] > free[falls]).all()


def test_a_part_of_an_hour_is_a_part_of_the_effect(slope) -> None:
    """Trucks of an hour are slowed by the share of it: a truck enters at some minute of it."""
    world, trips, route = slope
    free = courses_of(world.conditions(0), route, trips).duration_s
    always = courses_of(under(world, route), route, trips).duration_s
    half = on_occasions(from_hour=0.5, to_hour=0.0)
    some = courses_of(under(world, route, on_occasion=half), route, trips).duration_s
    falls = world.network.sections.grade[route.sections] < 0.0
    length = world.network.sections.length_m[route.sections][:, None]
    hour, _ = hour_and_state(world, route, trips)
    first = (hour == 0) & falls[:, None]
    assert first.sum() > 20
    mean_ms = 0.5 * (length / free + length / always)
    assert (length / some)[first] == pytest.approx(mean_ms[first], rel=1e-4)
    assert (some == always)[(hour != 0) & falls[:, None]].all()


@pytest.mark.parametrize(
    ("from_hour", "to_hour", "hours"), [(0, 24, 24), (22, 5, 7), (6.5, 7.25, 0.75), (9.75, 9.5, 23.75), (8, 8, 24)]
)
def test_times_of_the_day_may_pass_midnight(from_hour: float, to_hour: float, hours: float) -> None:
    table = on_occasions(from_hour=from_hour, to_hour=to_hour)
    assert table.shape == (24, len(STATES))
    assert table.sum(axis=0) == pytest.approx(np.full(len(STATES), hours))
    assert on_occasions(("ice",), "night", from_hour, to_hour).sum() == pytest.approx(hours)


@pytest.mark.parametrize("cap_kmh", [20.0, 60.0, 78.0, 84.0, 110.0, 300.0])
def test_mean_excess_of_speeds_over_a_limit(cap_kmh: float) -> None:
    """Of the logistic distribution by quadrature; normal speeds of that spread have the same within 0.1 of it."""
    mean, cv = 84.0 / 3.6, 0.12
    found = mean * encounters.mean_excess_share(cap_kmh / 3.6 / mean, encounters.speed_spread(cv))
    speeds = np.linspace(0.0, 4.0 * mean, 400_001)
    above = np.maximum(speeds - cap_kmh / 3.6, 0.0)
    step = speeds[1] - speeds[0]
    own = logistic(mean, cv * mean * np.sqrt(3.0) / np.pi)
    assert found == pytest.approx(float((own.pdf(speeds) * above).sum()) * step, rel=1e-4, abs=1e-9)
    assert found == pytest.approx(float((norm(mean, cv * mean).pdf(speeds) * above).sum()) * step, abs=0.1 * cv * mean)


def test_others_who_slow_down_too_are_met_less_and_have_fewer_accidents(slope) -> None:
    world, trips, route = slope
    alone, together = (
        courses_of(under(world, route, others_response=share), route, trips).hazard for share in (0.0, 0.5)
    )
    for mechanism in (REAR_END, HEAD_ON, OVERTAKING):
        assert (together[mechanism] <= alone[mechanism]).all()
        assert together[mechanism].sum() < 0.97 * alone[mechanism].sum()


def test_head_on_accidents_of_others_follow_their_mean_speed(slope) -> None:
    """By the exponential model: exp(growth x what their mean speed falls by), on the part that others cross."""
    world, trips, route = slope
    response = 0.5
    before, after = (
        courses_of(under(world, route, others_response=share), route, trips).hazard[HEAD_ON]
        for share in (0.0, response)
    )
    scenario, row = world.scenario, 3
    _, state = hour_and_state(world, route, trips)
    others = world.conditions(0).others
    free = others.speed_ms[route.sections[row]] * world.hours.speed_factor[state[row]]
    fall_ms = response * free * encounters.mean_excess_share(CAP_MS / free.astype(np.float64), others.spread)
    factor = np.exp(-scenario.risk.speed_coefficient_per_kmh * fall_ms * 3.6)
    truck_crosses = before[row] - (before[row] - after[row]) / (1.0 - factor)
    share = truck_crosses / before[row]
    assert (share > 0.0).all()
    assert (share < 0.5).all()
    assert np.ptp(share) > 0.0  # a truck's own part differs with its driver


def test_one_truck_in_plain_python_is_the_sweep(slope) -> None:
    world, trips, route = slope
    conditions = under(
        world, route, on_occasion=on_occasions(("rain", "fog"), from_hour=5.5, to_hour=20.25), others_response=0.4
    )
    courses = courses_of(conditions, route, trips)
    for column in range(0, 400, 40):
        truck = Truck(conditions, route, trips.pick(slice(column, column + 1)))
        for row in range(len(route.sections)):
            step = truck.drive(row)
            assert step.duration_s == courses.duration_s[row, column]
            assert (step.hazard == courses.hazard[:, row, column]).all()


def limited(small, **limits):
    return small(
        days=20,
        interventions={"variable_limits": {"stretches": [{"link": "fast_north"}, {"link": "fast_south"}], **limits}},
    )


def test_a_limit_in_fog_acts_in_fog_alone(small) -> None:
    """On the expressway: nothing without fog; the lower the limit and the more who heed it, the fewer accidents."""
    fog = {"climate__fog_share": [0.3] * 12}
    one = {"limits": [{"weather": ["fog"], "limit_kmh": 40}]}
    clear, before = (
        run_replication(small(days=20, climate__fog_share=share), 3, 0).metrics for share in ([0.0] * 12, [0.3] * 12)
    )
    unseen = run_replication(limited(small, **one).changed({"climate.fog_share": [0.0] * 12}), 3, 0).metrics
    assert unseen["expected_accidents"] == clear["expected_accidents"]

    def after(**extra) -> float:
        scenario = limited(small, **{**one, **extra}).changed({k.replace("__", "."): v for k, v in fog.items()})
        return run_replication(scenario, 3, 0).metrics["expected_accidents"]

    lowest, usual, most = (after(heed_share=s, others_heed_share=s) for s in (0.1, 0.3, 0.6))
    assert before["expected_accidents"] > lowest > usual > most
    assert after() > after(limits=[{"weather": ["fog"], "limit_kmh": 20}])
    trucks_alone = after(others_heed_share=0.0)
    assert trucks_alone > usual


def test_a_limit_above_what_is_driven_changes_nothing_for_trucks(slope) -> None:
    world, trips, route = slope
    cap = np.full((len(route.sections), 1), float(ms_from_kmh(300.0)))
    rule = SpeedRule(route.sections, cap, np.ones(world.roster.size), others_response=1.0)
    conditions = world.conditions(0).with_rules(DrivingRules(speed=(rule,)))
    before, after = (courses_of(c, route, trips) for c in (world.conditions(0), conditions))
    assert (before.duration_s == after.duration_s).all()
    assert after.hazard == pytest.approx(before.hazard, rel=1e-6, abs=1e-15)


def test_a_limit_by_mass_binds_heavy_trucks_alone(small) -> None:
    """Laden trucks down the banned road at night; the empty ones and the others drive as before."""
    limits = [{"limit_kmh": 20, "from_mass_t": 20.0, "light": "night"}]
    scenario = small(days=3, interventions={"variable_limits": {"stretches": [{"link": "upper"}], "limits": limits}})
    world = World(scenario, 5, 0)
    (rule,) = world.active[0].intervention.driving(world.site).speed
    heavy = world.site.kinds.mass_kg >= 20_000.0
    assert heavy.any()
    assert not heavy.all()
    assert (rule.cap_ms == np.where(heavy, ms_from_kmh(20.0), 200.0)).all()
    assert rule.others_response == 0.0
    before, after = (run_replication(one, 3, 0).metrics for one in (small(days=3), scenario))
    assert after["vehicle_hours"] > before["vehicle_hours"]
