"""Thinning changes nothing: every trip as a process gives the same run, to the last bit."""

from pathlib import Path

import numpy as np
import pytest
from conftest import EXAMPLES

from sim.driving.course import Courses
from sim.driving.traits import Traits
from sim.engine import replication
from sim.engine.accounting.outcome import Outcome
from sim.engine.foreground import batches
from sim.engine.replication import run_replication
from sim.interventions.registry import interventions
from sim.scenario import Scenario, load_scenario

MOST_TRIPS = 6e4
SHIPPED = sorted(
    path.relative_to(Path(__file__).parents[2]).as_posix()
    for path in (Path(__file__).parents[2] / "scenarios").glob("*/*.yaml")
)


def assert_same(one: Outcome, other: Outcome) -> None:
    assert one.accidents == other.accidents
    assert one.captures == other.captures
    assert one.incidents == other.incidents
    assert one.violations == other.violations
    assert one.courses == other.courses
    assert repr(one.alarms) == repr(other.alarms)  # NaN stands for "did not happen"
    assert repr(one.metrics) == repr(other.metrics)
    assert one.monthly.equals(other.monthly)
    assert one.sections.equals(other.sections)


def check(scenario: Scenario, seed: int = 7) -> Outcome:
    default = run_replication(scenario, seed, 0, trace=True)
    every_trip = run_replication(scenario, seed, 0, trace=True, foreground_trips="all", trips_per_block=9000)
    assert_same(default, every_trip)
    assert len(default.courses) == default.metrics["trips"] > 0
    return default


def test_the_small_county_with_everything_is_exact(small) -> None:
    """All measures at once, a third of them from a later day on, a third until an earlier one."""
    dates = {0: {"start_date": "2025-01-09"}, 1: {"end_date": "2025-01-14"}}
    programme = {
        kind: {**EXAMPLES.get(kind, {}), **dates.get(number % 3, {})} for number, kind in enumerate(interventions())
    }
    hot = {"risk__calibration_factor": 1500.0, "risk__brake_failure_c": 320.0, "speed__engine_brake_kw": 30}
    hot["speed__hot_brakes_c"] = 2000.0
    outcome = check(small(interventions=programme, warm_up_days=3, **hot))
    assert len(outcome.accidents) > 20
    assert outcome.metrics["left_at_exit"] > 20
    assert outcome.captures


def test_trips_that_take_days_are_driven_to_their_end(small) -> None:
    """All that departed in the horizon is settled, even what arrives days later."""
    road = small().road.model_dump(mode="json", exclude_none=True)
    for link in road["links"]:
        for section in link["sections"]:
            section |= {"length_km": 40.0, "speed_limit_kmh": 20}
    measures = {"driver_contact": {}, "device_coverage": {}, "case_review": {}}
    dangerous = {"risk__calibration_factor": 300.0, "incident__closure_share": [1.0, 1.0, 1.0]}
    outcome = check(small(days=2, road=road, interventions=measures, **dangerous))
    assert max(course.duration_s for course in outcome.courses) > 2 * 86_400.0
    assert max(accident.time_s for accident in outcome.accidents) > 3 * 86_400.0
    assert len(outcome.incidents) == len(outcome.accidents)
    assert outcome.metrics["left_at_exit"] > 0


def test_what_reviews_learn_is_exact(small) -> None:
    """Rules that follow from accidents weeks before are the same however trips are simulated."""
    learning = {
        "case_review": {"black_spot_accidents": 1},
        "patrols": {**EXAMPLES["patrols"], "plan": "hot_spots", "patrols_per_day": 1},
    }
    few = [{"origin": "north", "destination": "south", "trips_per_year": {"local_semi": 9000, "rigid": 9000}}]
    scenario = small(days=100, demand__flows=few, interventions=learning, risk__calibration_factor=3000.0)
    outcome = check(scenario)
    assert len(outcome.accidents) > 20
    without = run_replication(scenario.changed({"interventions": {}}), 7, 0)
    assert outcome.metrics["expected_accidents"] != without.metrics["expected_accidents"]


@pytest.mark.parametrize("trips_per_part", [1, 40, 130])
def test_days_cut_into_parts_change_nothing(small, monkeypatch, trips_per_part) -> None:
    """Far more trips in a day than are drawn at a time, and far more foreground trips than depart at a time."""
    scenario = small(days=4, interventions={"driver_contact": {"operators": 1}}, risk__calibration_factor=3000.0)
    whole = run_replication(scenario, 7, 0, trace=True)
    assert whole.metrics["trips"] > 4 * 2 * 100
    monkeypatch.setattr(replication, "FOREGROUND_AT_ONCE", 16)
    assert_same(run_replication(scenario, 7, 0, trace=True, trips_per_block=trips_per_part), whole)
    assert whole.accidents
    assert whole.metrics["left_at_exit"] > 0


def test_settled_trips_leave_no_columns_behind(small, monkeypatch) -> None:
    """Whatever still knows trips that were met, be it an enterprise that learns of a violation weeks later."""
    made: list[batches.DetectableTrips] = []

    class Watched(batches.DetectableTrips):
        def __init__(self, *given) -> None:
            super().__init__(*given)
            made.append(self)

    monkeypatch.setattr(batches, "DetectableTrips", Watched)
    run_replication(small(interventions={"driver_contact": {}}), 7, 0)
    assert made
    assert not any(isinstance(value, np.ndarray | Courses | Traits) for one in made for value in vars(one).values())


def _with_few_trips(scenario: Scenario) -> Scenario:
    """Every trip as a process, in plain Python, takes its time."""
    flows = scenario.model_dump(mode="json")["demand"]["flows"]
    whole = sum(sum(flow["trips_per_year"].values()) for flow in flows)
    for flow in flows:
        own = flow["trips_per_year"]
        flow["trips_per_year"] = {name: trips * min(MOST_TRIPS / whole, 1.0) for name, trips in own.items()}
    return scenario.changed({"demand.flows": flows}) if whole > MOST_TRIPS else scenario


QUICK = {
    "scenarios/taishun/full_programme.yaml",
    *(f"scenarios/measures/{name}.yaml" for name in ("everything", "departure_windows")),
    "scenarios/s228/bend_warning.yaml",
}
"""In them is all that the others have; those are for the slow tests."""


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in SHIPPED])
def test_shipped_scenarios_are_exact_for_three_days(root, name) -> None:
    scenario = _with_few_trips(load_scenario(root / name))
    outcome = check(scenario.changed({"days": 3, "warm_up_days": 0, "risk.calibration_factor": 1300}))
    assert outcome.accidents


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SHIPPED if "taishun" in name])
def test_shipped_scenarios_are_exact_for_a_month(root, name) -> None:
    check(_with_few_trips(load_scenario(root / name)).changed({"days": 31, "warm_up_days": 0}))
