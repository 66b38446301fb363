"""Others behind trucks: the wait for a gap, queues that settle and that grow, and how it goes with road and flow."""

import numpy as np
import pytest

from sim.driving.held_up import grown, reached_per_s, sight_m, wait_s
from sim.engine.replication import run_replication
from sim.scenario import Scenario

CLASS = {
    "drivers": 100,
    "enterprises": 5,
    "empty_mass_kg": 15000,
    "loaded_mass_kg": 40000,
    "power_kw": 250,
    "retarder_share": 0.3,
    "rollover_threshold_g": 0.36,
    "terminal_online_share": 0.5,
    "banned_entry_utility": -3.0,
}
SPREAD = 0.12 / np.sqrt(np.pi)


def road(**link) -> Scenario:
    """Twenty kilometres of level two-lane road."""
    section = {"length_km": 2.0, "grade_pct": 0.0, "speed_limit_kmh": 80, **link.pop("section", {})}
    return Scenario.model_validate(
        {
            "format": 1,
            "name": "held_up",
            "days": 10,
            "road": {
                "nodes": [{"name": "a"}, {"name": "b"}],
                "links": [
                    {
                        "name": "r",
                        "start": "a",
                        "end": "b",
                        "road_class": "national",
                        "aadt": 4000,
                        "sections": [section] * 10,
                        **link,
                    }
                ],
            },
            "demand": {"flows": [{"origin": "a", "destination": "b", "trips_per_year": {"local_semi": 20000}}]},
            "fleet": {"classes": {"local_semi": CLASS}},
        }
    )


def lost(scenario: Scenario) -> tuple[float, float]:
    metrics = run_replication(scenario, 1, 0).metrics
    return metrics["follower_delay_hours"], metrics["followers_per_truck"]


@pytest.mark.parametrize(("flow", "gap"), [(0.02, 22.0), (0.1, 22.0), (0.05, 10.0)])
def test_the_wait_for_a_gap_is_that_of_random_traffic(flow, gap) -> None:
    """Sum of the intervals before the first that is long enough, 100,000 times, within 4 standard errors."""
    random = np.random.default_rng(4)
    waits = np.zeros(100_000)
    waiting = np.ones(len(waits), dtype=bool)
    while waiting.any():
        interval = random.exponential(1.0 / flow, len(waits))
        waiting &= interval < gap
        waits[waiting] += interval[waiting]
    error = waits.std() / np.sqrt(len(waits))
    assert abs(float(wait_s(flow, gap)) - waits.mean()) < 4.0 * error


def test_waits_at_the_ends() -> None:
    """None on an empty road, q t**2 / 2 where there is little traffic, and no overflow where there is much."""
    assert float(wait_s(0.0, 22.0)) == 0.0
    assert float(wait_s(1e-6, 22.0)) == pytest.approx(1e-6 * 22.0**2 / 2.0, rel=1e-4)
    assert np.isfinite(float(wait_s(100.0, 60.0)))


def test_a_queue_settles_as_one_with_random_arrivals_and_services() -> None:
    """a / (p - a) where that is below 1 in load."""
    arrivals, passes, behind = np.array([0.01, 0.03]), np.array([0.04, 0.04]), np.zeros(2)
    for _ in range(4000):
        behind = grown(behind, arrivals, passes, 5.0)
    assert behind == pytest.approx(arrivals / (passes - arrivals), rel=1e-6)


def test_where_nobody_can_pass_all_stay_behind() -> None:
    behind, endless, none = np.array([0.5]), np.array([np.inf]), np.array([0.0])
    arrivals = np.array([0.02])
    assert grown(behind, arrivals, none, 100.0) == pytest.approx([2.5], rel=1e-12)
    assert grown(behind, arrivals, endless, 100.0).tolist() == [0.0]
    assert grown(np.zeros(1), none, np.array([0.01]), 100.0).tolist() == [0.0]
    long = grown(np.array([3.0]), arrivals, np.array([1.0]), 1e6)
    assert 0.0 <= long[0] < 0.1


def test_a_truck_as_fast_as_others_is_reached_as_they_reach_one_another() -> None:
    """At the mean of normal speeds E[(c - v)+] is sd / sqrt(2 pi); the form has 12 % less there, and less below."""
    assert reached_per_s(1.0, SPREAD) == pytest.approx(0.12 / np.sqrt(2.0 * np.pi), rel=0.13)
    assert reached_per_s(0.5, SPREAD) == pytest.approx(0.5, rel=0.02)
    assert reached_per_s(2.0, SPREAD) < 1e-2


def test_sight_in_a_curve() -> None:
    assert sight_m(np.inf, 0.0, 6.0) == np.inf
    assert sight_m(300.0, 0.0, 6.0) == 300.0
    assert sight_m(np.inf, 1.0 / 100.0, 6.0) == pytest.approx(np.sqrt(8.0 * 100.0 * 6.0))
    assert sight_m(20.0, 1.0 / 100.0, 6.0) == 20.0


def test_without_passing_the_loss_is_a_triangle() -> None:
    """Everywhere in curves: n = a t, so that n is a T / 2 on average; the hours follow from it."""
    always = {f"speed.{name}_speed_factor": 1.0 for name in ("night", "rain", "fog", "ice", "snow")}
    scenario = road(section={"curve_radius_m": 500.0}).changed({"traffic.hourly_weights": [1.0] * 24, **always})
    outcome = run_replication(scenario, 1, 0)
    hours, behind = outcome.metrics["follower_delay_hours"], outcome.metrics["followers_per_truck"]
    metres, seconds = outcome.metrics["vehicle_km"] * 1e3, outcome.metrics["vehicle_hours"] * 3600.0
    speed, free = metres / seconds, 1.05 * 80.0 / 3.6
    drive_s = 20_000.0 / speed
    arrivals = 2000.0 / 86400.0 * reached_per_s(speed / free, SPREAD)
    assert behind == pytest.approx(arrivals * drive_s / 2.0, rel=0.02)
    assert hours == pytest.approx(behind * seconds / 3600.0 * (1.0 - speed / free), rel=0.02)


def test_directions() -> None:
    """More with traffic, curves and slower trucks; none with no traffic, four lanes or a lane to pass all along."""
    plain = lost(road())
    assert lost(road(aadt=8000))[0] > 2.0 * plain[0] > 0.0
    bent = lost(road(section={"curve_radius_m": 500.0}))
    assert bent[0] > plain[0]
    assert bent[1] > plain[1]
    assert lost(road(section={"grade_pct": 6.0}))[1] > plain[1]
    assert lost(road(aadt=1e-6))[0] == pytest.approx(0.0, abs=1e-6)
    assert lost(road(lanes=4)) == (0.0, 0.0)


def test_weather_and_night_slow_others_as_they_slow_trucks() -> None:
    """Driving a tenth slower takes a tenth longer, and so much longer can the others not pass: no more than that."""
    slower = {f"speed.{name}_speed_factor": 0.9 for name in ("night", "rain", "fog", "ice", "snow")}
    always = dict.fromkeys(slower, 1.0)
    scenario = road(section={"curve_radius_m": 500.0})
    behind = [lost(scenario.changed(change))[1] for change in (always, slower)]
    assert behind[0] < behind[1] < behind[0] / 0.9


def test_measures_let_them_pass_or_hold_them_up() -> None:
    """A lane to pass on four of twenty kilometres helps, a ban on overtaking there costs time; of both the lane."""
    there = {"link": "r", "from_km": 8.0, "to_km": 12.0}
    plain = road()
    lane = {"interventions.road_works": {"works": [{**there, "passing_lane": "both_ways"}]}}
    ban = {"interventions.overtaking_ban": {"stretches": [there], "heed_share": 1.0}}
    with_lane, with_ban, with_both = (lost(plain.changed(change)) for change in (lane, ban, {**lane, **ban}))
    assert 0.0 < with_lane[0] < lost(plain)[0] < with_ban[0]
    assert with_both[0] == pytest.approx(with_lane[0], rel=1e-9)
    built = road(section={"passing_lane": "both_ways"})
    assert lost(built) == (0.0, 0.0)


def test_nobody_waits_behind_trucks_that_stand_beside_the_road() -> None:
    """Half an hour for all at a brake check: no more than a little else changes."""
    plain = road(section={"grade_pct": -4.0})
    areas = [{"link": "r", "direction": "forward", "at_km": 9.0}]
    check = {"interventions.brake_check": {"areas": areas, "stop_min": 30}}
    assert lost(plain.changed(check))[0] == pytest.approx(lost(plain)[0], rel=0.05)


def test_hours_are_those_in_which_trucks_leave() -> None:
    """A ban by day sends them onto the empty road of the night."""
    by_day = road(ban={"truck_classes": ["local_semi"], "from_hour": 6.0, "to_hour": 22.0})
    assert 0.0 < lost(by_day)[0] < 0.2 * lost(road())[0]


def test_one_way_roads_have_nobody_who_comes_towards() -> None:
    assert lost(road(one_way=True)) == (0.0, 0.0)


def test_a_lane_that_is_hardly_built_helps_nobody() -> None:
    lane = {"works": [{"link": "r", "from_km": 8.0, "to_km": 12.0, "passing_lane": "both_ways"}], "strength": 0.01}
    assert lost(road().changed({"interventions.road_works": lane})) == lost(road())


def test_measures_count_for_the_days_on_which_they_are_in_force() -> None:
    there = {"link": "r", "from_km": 8.0, "to_km": 12.0}
    ban = {"interventions.overtaking_ban": {"stretches": [there], "start_date": "2025-01-06"}}
    always = {"interventions.overtaking_ban": {"stretches": [there]}}
    none, half, whole = (lost(road().changed(change))[0] for change in ({}, ban, always))
    assert half == pytest.approx((none + whole) / 2.0, rel=0.02)
