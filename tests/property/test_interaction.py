"""Trucks among other vehicles: the manual's total, who is reached, and what measures do for those beside the truck."""

from pathlib import Path

import numpy as np
import pytest
from conftest import ALIKE

from sim.driving.traffic import Traffic
from sim.engine.accounting.outcome import Outcome
from sim.engine.replication import run_replication
from sim.inputs.network import Network
from sim.risk.encounters import HEAD_ON_ACCIDENTS, PASSING_ACCIDENTS, PASSING_HEAD_ON
from sim.risk.mechanisms import MECHANISMS
from sim.risk.section_hazard import base_hazard
from sim.scenario import Scenario, load_scenario

COUNTY = Path(__file__).parents[2] / "scenarios/taishun/baseline.yaml"
OF_THE_MANUAL = ("expected_general", "expected_rear_end", "expected_head_on", "expected_overtaking")


def one_road(small, grade_pct: float = 0.0, **changes: object) -> Scenario:
    """Ten kilometres from end to end, by day and night as the others are on it, dry."""
    section = {"length_km": 1.0, "grade_pct": grade_pct, "speed_limit_kmh": 60.0, **changes.pop("section", {})}
    link = {"name": "a", "start": "a", "end": "b", "road_class": "provincial", "aadt": 4000, "sections": [section] * 10}
    road = {"nodes": [{"name": "a"}, {"name": "b"}], "links": [{**link, **changes.pop("link", {})}]}
    demand = {
        "flows": [{"origin": "a", "destination": "b", "trips_per_year": {"rigid": 100_000}}],
        "hourly_weights": list(Traffic().hourly_weights),
    }
    fleet = small().fleet.model_dump(mode="json")
    fleet["classes"] = {"rigid": {**fleet["classes"]["rigid"], "power_kw": 330.0, "drivers": 4000}}
    return small(road=road, demand=demand, fleet=fleet, climate={}).changed(
        {**ALIKE, "speed.night_speed_factor": 1.0, **changes}
    )


def run(scenario: Scenario) -> Outcome:
    return run_replication(scenario, 3, 0)


def per_million_km(outcome: Outcome, name: str) -> float:
    return outcome.metrics[name] / outcome.metrics["vehicle_km"] * 1e6


def test_where_trucks_drive_as_all_others_the_sum_is_the_manuals_prediction(small) -> None:
    """Fast ones pass a place more often than their share along the road: the mean there is 1 + cv**2 of it."""
    cv = Traffic().speed_cv
    scenario = one_road(
        small,
        **{
            "fleet.speed_factor_mean": Traffic().speed_factor * (1.0 + cv**2),
            "fleet.speed_factor_sd": Traffic().speed_factor * cv,
            "fleet.classes.rigid.power_kw": 2000.0,
        },
    )
    outcome = run(scenario)
    predicted = base_hazard(Network(scenario.road), scenario.risk)
    total = sum(per_million_km(outcome, name) for name in OF_THE_MANUAL) / 1e9
    assert total == pytest.approx(predicted.per_m[0], rel=0.01)
    for name, share in zip(OF_THE_MANUAL, predicted.share[:, 0], strict=True):
        assert per_million_km(outcome, name) / 1e9 == pytest.approx(share * predicted.per_m[0], rel=0.03), name


def test_a_truck_that_crawls_uphill_is_run_into(small) -> None:
    """Loaded trucks climb 7 % at some 30 km/h where others drive 63."""
    level, climb = run(one_road(small)), run(one_road(small, grade_pct=7.0))
    ratio = per_million_km(climb, "expected_rear_end") / per_million_km(level, "expected_rear_end")
    assert 3.0 < ratio < 15.0
    assert per_million_km(climb, "expected_overtaking") > 3.0 * per_million_km(level, "expected_overtaking")
    grade = 1.16  # the manual's factor beyond 6 %
    assert per_million_km(climb, "expected_head_on") == pytest.approx(
        grade * per_million_km(level, "expected_head_on"), rel=0.02
    )


@pytest.mark.parametrize(
    ("kind", "changes"), [("expressway", {"road_class": "expressway"}), ("divided", {"lanes": 4, "divided": True})]
)
def test_nobody_comes_towards_behind_a_median(small, kind, changes) -> None:
    metrics = run(one_road(small, link=changes)).metrics
    assert metrics["expected_head_on"] == metrics["expected_overtaking"] == 0.0, kind
    assert metrics["expected_rear_end"] > 0.0


def test_trucks_at_night_meet_few_others(small) -> None:
    """Rear-end and head-on accidents go with the flow of the hour, and overtaking with its square at least."""

    def at(hours: range) -> Outcome:
        return run(one_road(small, **{"demand.hourly_weights": [float(h in hours) for h in range(24)]}))

    night, noon = at(range(2, 4)), at(range(11, 13))
    weights = np.array(Traffic().hourly_weights)
    flow = weights[2:4].mean() / weights[11:13].mean()
    for name in ("expected_rear_end", "expected_head_on"):
        assert night.metrics[name] / noon.metrics[name] == pytest.approx(flow, rel=0.05), name
    gaps = np.exp((weights[11:13].mean() - weights[2:4].mean()) / weights.sum() * 24.0 * 4000.0 / 2.0 / 86_400.0 * 22.0)
    overtaking = night.metrics["expected_overtaking"] / noon.metrics["expected_overtaking"]
    assert overtaking == pytest.approx(flow**2 * gaps, rel=0.1)
    assert night.metrics["expected_general"] == pytest.approx(noon.metrics["expected_general"], rel=0.05)


def test_a_climbing_lane_does_on_a_climb_what_was_found_of_such_lanes(small) -> None:
    """Published: 0.71 of the accidents (0.41 to 1.01, Bagdade 2012), the manual 0.75; nothing of it is put in."""
    climb = one_road(small, grade_pct=5.0)
    lane = climb.changed({"interventions": {"road_works": {"works": [{"link": "a", "passing_lane": "one_way"}]}}})
    built = one_road(small, grade_pct=5.0, section={"passing_lane": "one_way"})
    before, after, as_road = (run(s).metrics for s in (climb, lane, built))
    assert 0.41 < after["expected_accidents"] / before["expected_accidents"] < 0.9
    assert as_road["expected_accidents"] == pytest.approx(after["expected_accidents"], rel=1e-6)
    downhill = one_road(small, grade_pct=-5.0)
    none = downhill.changed({"interventions": {"road_works": {"works": [{"link": "a", "passing_lane": "one_way"}]}}})
    assert run(none).metrics["expected_rear_end"] == run(downhill).metrics["expected_rear_end"]


@pytest.fixture(scope="module")
def county() -> Outcome:
    return run(load_scenario(COUNTY).changed({"days": 60, "warm_up_days": 0}))


def test_the_countys_types_beside_published_tables(county) -> None:
    """Trucks in accidents in the USA: with damage only 24.8 % rear-end, 0.6 % head-on; with injured 35.9 and 2.9 %
    (FMCSA 2019); the manual's roads: 21.7 % and 2.4 % of the vehicles in accidents."""
    total = county.metrics["expected_accidents"]
    assert 0.12 < county.metrics["expected_rear_end"] / total < 0.36
    assert 0.006 < county.metrics["expected_head_on"] / total < 0.03


def test_overtaking_is_at_most_a_tenth_of_head_on_accidents(county) -> None:
    """3 to 8 % of fatal head-on accidents in the USA; of accidents of passing few are head-on."""
    passing = county.metrics["expected_overtaking"] * PASSING_HEAD_ON * HEAD_ON_ACCIDENTS / PASSING_ACCIDENTS
    assert 0.02 < passing / (passing + county.metrics["expected_head_on"]) < 0.1


def test_most_of_those_killed_are_not_in_the_truck(county) -> None:
    """82 % in the USA (FMCSA 2019), where fewer trucks run away or roll over than in the mountains."""
    share = county.metrics["expected_deaths_of_others"] / county.metrics["expected_deaths"]
    assert 0.4 < share < 0.82


def test_others_die_with_the_county_s_own_numbers(small) -> None:
    """All of them, where that is said of every mechanism, and none."""
    for share in (0.0, 1.0):
        metrics = run(small().changed({"severity.others_share": dict.fromkeys(MECHANISMS, share)})).metrics
        assert metrics["expected_deaths_of_others"] == pytest.approx(share * metrics["expected_deaths"], rel=1e-9)


def test_severity_by_name_and_in_files_of_before(small) -> None:
    named = small().changed({"severity.fatal_share": {"head_on": 0.3}}).severity
    assert named.fatal_share == (*small().severity.fatal_share[:4], 0.3, small().severity.fatal_share[5])
    old = small(severity={"fatal_share": [0.01, 0.02, 0.03]}).severity
    assert old.fatal_share == (0.01, 0.02, 0.03, *small().severity.fatal_share[3:])
    with pytest.raises(ValueError, match="unknown swerve; mechanisms are general, rollover"):
        small(severity={"fatal_share": {"swerve": 0.3}})


def test_boards_in_one_direction_cost_as_much_as_in_both(small) -> None:
    """They stand in the same bends."""
    costs = [
        run(small(days=2, interventions={"bend_warning": {"stretches": [{"link": "upper", "direction": way}]}}))
        for way in ("both", "forward", "backward")
    ]
    assert len({one.metrics["cost_cny"] for one in costs}) == 1
    assert costs[0].metrics["cost_cny"] > 0.0
