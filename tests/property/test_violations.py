"""Violations other than banned entry: detected, told, answered and given up, by the same interventions."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_exactness import check

from sim.analysis.parts import with_parts
from sim.driving import violations
from sim.driving.violations import NAMES, OTHERS, each_given_up, given_up, named
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.scenario import ScenarioError
from sim.scenario.compatibility import unseen

ALL = list(NAMES)
ONGOING = [row.name for row in OTHERS]
SCALES = {"stretches": [{"link": "upper"}, {"link": "fast_south"}], "unload_share": 0.0, "tells_centre": True}
TIRED = {
    "demand__mean_hours_driven": dict.fromkeys(("local_semi", "frequent_semi", "rigid"), 3.0),
    "demand__overloaded_share": 0.3,
}


def programme(answers: list[str], *, obeyed: float = 1.0, **contact: Any) -> dict[str, Any]:
    """All who answer violations, with operators enough."""
    many = {"operators": 40, "night_operators": 40, "alarms_per_100_km": 0.0, "escalation_share": 0.5}
    return {
        "device_coverage": {},
        "weigh_stations": SCALES,
        "driver_contact": {"answers": answers, "leave_share": obeyed, **many, **contact},
        "early_warning": {"answers": answers, "leave_share": obeyed, "read_share": 0.7},
        "squadron_dispatch": {"answers": answers, "at": ["town"], "crews": 3},
        "enterprise_accountability": {"answers": answers, "record_delay_days": 0.5, "blacklist_after": 10_000},
    }


def test_with_all_four_answered_every_trip_as_a_process_gives_the_same(small) -> None:
    """Trips in several violations at once, told several things on the way, led off a banned road in between."""
    scenario = small(interventions=programme(ALL, obeyed=0.8), risk__calibration_factor=1500.0, **TIRED)
    outcome = check(scenario)
    for name in ONGOING:
        assert outcome.metrics[f"{name}_alarms"] > 30, name
        assert outcome.metrics[f"{name}_given_up"] > 20, name
    assert outcome.metrics["left_at_exit"] > 20
    assert len(outcome.accidents) > 20


@pytest.mark.parametrize("seed", [8, 9])
def test_who_gives_something_up_may_escape_an_accident_and_meet_what_lies_behind_it(small, seed) -> None:
    """Scales and banned roads beyond the place of an accident that does not happen: many accidents, both engines."""
    deadly = small(days=10, interventions=programme(ALL, obeyed=0.9), risk__calibration_factor=8000.0, **TIRED)
    assert len(check(deadly, seed).accidents) > 50


@pytest.mark.parametrize("answers", [["overload"], ["speeding"], ["banned_entry"], ALL])
def test_what_is_told_as_a_section_is_entered_acts_from_the_next_one_on(small, answers) -> None:
    """Without any delay scales tell at the very moment at which the truck is on them."""
    at_once = {"platform_latency_s": 0.0, "position_interval_s": 0.0}
    measures = {
        "weigh_stations": SCALES,
        "early_warning": {"answers": answers, "phone_delay_s": 0.0, "read_share": 1.0, "leave_share": 1.0},
    }
    check(small(days=6, interventions=measures, control_centre=at_once, **TIRED))


def test_dates_warm_up_and_reviews_change_nothing_of_that(small) -> None:
    """Those who answer begin and end within the days, the warm-up has trips under way, rules change by review."""
    measures = programme(ALL, obeyed=0.8)
    measures["driver_contact"] |= {"start_date": "2025-01-04", "end_date": "2025-01-12"}
    measures["weigh_stations"] = {**SCALES, "unload_share": 0.3, "start_date": "2025-01-06"}
    measures |= {"case_review": {"black_spot_accidents": 1}, "rest_areas": {}, "driving_warning": {}}
    check(small(warm_up_days=4, days=16, interventions=measures, risk__calibration_factor=1500.0, **TIRED))


def test_where_nobody_obeys_and_nobody_remembers_answers_change_nothing(small) -> None:
    """Drivers are told, and drive on as they did."""
    behaviour = {"behaviour__contact_effect": 0.0, "behaviour__penalty_effect": 0.0, "behaviour__hide_share": 0.0}
    measures = {
        kind: programme(ONGOING, obeyed=0.0)[kind] for kind in ("device_coverage", "weigh_stations", "driver_contact")
    }
    told = run_replication(small(interventions=measures, **TIRED, **behaviour), 3, 0)
    without = {"device_coverage": {}, "weigh_stations": SCALES}
    free = run_replication(small(interventions=without, **TIRED, **behaviour), 3, 0)
    assert sum(told.metrics[f"{name}_contacts"] for name in ONGOING) > 100
    assert all(told.metrics[f"{name}_given_up"] == 0.0 for name in ONGOING)
    for name, value in free.metrics.items():
        if name not in {"cost_cny", "operator_utilisation"} and not np.isnan(value):
            assert told.metrics[name] == value, name
    assert told.sections.equals(free.sections)


def test_what_is_off_answers_nothing(small) -> None:
    """A strength of nothing is no answer: the same run, metrics of answers not among them."""
    outcomes = [
        run_replication(small(interventions={"weigh_stations": SCALES, "driver_contact": own}, **TIRED), 3, 0)
        for own in ({"answers": ALL, "strength": 0.0}, {"strength": 0.0})
    ]
    assert repr(outcomes[0].metrics) == repr(outcomes[1].metrics)


@pytest.mark.parametrize("name", ONGOING)
def test_an_answered_violation_becomes_rarer_and_the_road_safer(small, name: str) -> None:
    """Of one violation alone, the others as before, trip for trip the same demand."""
    answered = run_replication(small(interventions=programme([name]), **TIRED), 3, 0).metrics
    free = run_replication(small(interventions={"device_coverage": {}}, **TIRED), 3, 0).metrics
    assert answered[f"{name}_trips"] < 0.95 * free[f"{name}_trips"]
    assert answered[f"{name}_given_up"] > 0.8 * answered[f"{name}_alarms"] > 10
    assert all(answered[f"{other}_trips"] == free[f"{other}_trips"] for other in ONGOING if other != name)
    assert answered["expected_accidents"] < free["expected_accidents"]
    if name == "speeding":
        assert answered["vehicle_hours"] > free["vehicle_hours"]
    if name == "overload":
        assert answered["vehicle_hours"] < free["vehicle_hours"]
        assert answered["expected_runaway"] < 0.7 * free["expected_runaway"]


def test_giving_up_never_makes_a_truck_faster_heavier_or_more_tired(small) -> None:
    scenario = small(**TIRED)
    world = World(scenario, 3, 0)
    trips, conditions = world.source.draw(range(4)), world.conditions(0)
    habitual = world.traits(trips, conditions)
    for row in OTHERS:
        changed = given_up(habitual, violations.bit(row.name), conditions)
        assert (changed.speed_factor <= habitual.speed_factor).all()
        assert (changed.risk_factor <= habitual.risk_factor * (1.0 + 1e-6)).all()
        assert (changed.tired_factor <= habitual.tired_factor).all()
        if row.name != "overload":
            assert np.array_equal(changed.mass_kg, habitual.mass_kg)
    held = given_up(habitual, violations.bit("speeding"), conditions)
    assert held.speed_factor.max() == pytest.approx(1.0, rel=1e-6)
    assert given_up(habitual, violations.bit("overload"), conditions).kind.max() % 3 < 2
    twice = violations.bits_of(["speeding", "overload"])
    mixed = each_given_up(habitual, np.where(np.arange(len(trips)) % 2, twice, 0), conditions)
    both = given_up(habitual, twice, conditions)
    for one, own, other in zip(mixed, both, habitual, strict=True):
        assert np.array_equal(one[1::2], own[1::2])
        assert np.array_equal(one[::2], other[::2])


def test_a_fifth_violation_is_a_row(small, monkeypatch) -> None:
    """Too slow, say: one row, and it is counted, seen and answered, in both engines.

    Scenarios name it as soon as it is in the table; modules that imported the table are shown the longer one.
    """
    fifth = replace(
        named("speeding"),
        name="slowness",
        in_it=lambda trips: trips.speed_factor < 0.97,
        dares=lambda _, own: np.full(len(own), np.inf),
        given_up=lambda trips, _: trips._replace(speed_factor=np.maximum(trips.speed_factor, np.float32(1.0))),
    )
    rows = (*violations.VIOLATIONS, fifth)
    monkeypatch.setattr(violations, "VIOLATIONS", rows)
    monkeypatch.setattr(violations, "NAMES", tuple(row.name for row in rows))
    for module in ("engine.world", "engine.accounting.tallies", "engine.accounting.metrics", "engine.replication"):
        _see_five(monkeypatch, f"sim.{module}", rows)
    _see_five(monkeypatch, "sim.engine.enforcement.in_violation", rows)
    outcome = check(small(days=8, interventions=programme([*ALL, "slowness"]), **TIRED))
    assert outcome.metrics["slowness_trips"] > outcome.metrics["slowness_given_up"] > 20


def _see_five(monkeypatch, module: str, rows) -> None:
    """Modules that took the table by name when they were imported."""
    from importlib import import_module

    there = import_module(module)
    values = SimpleNamespace(
        NAMES=tuple(row.name for row in rows),
        OTHERS=tuple(rows[1:]),
        ONGOING=tuple(row.name for row in rows[1:]),
    )
    for name, value in vars(values).items():
        if hasattr(there, name):
            monkeypatch.setattr(there, name, value)


def test_who_rests_by_his_device_is_counted_and_not_called(small) -> None:
    """Warnings reach all; with them fewer tired drivers set out whom somebody has to answer."""
    warned = {"driving_warning": {"heed_share": 1.0, "false_alarms_per_100_km": 0.0, "topics": ["fatigue"]}}
    some = {kind: one for kind, one in programme(["fatigue"]).items() if kind in {"device_coverage", "driver_contact"}}
    called, spared = (run_replication(small(interventions=one, **TIRED), 3, 0).metrics for one in (some, some | warned))
    assert spared["fatigue_alarms"] == 0.0 < called["fatigue_alarms"]
    alone, free = (run_replication(small(interventions=one, **TIRED), 3, 0).metrics for one in (warned, {}))
    assert alone["fatigue_trips"] == free["fatigue_trips"]


def test_leaving_a_banned_road_is_more_cautious_than_the_limit(small) -> None:
    scenario = small(**TIRED)
    world = World(scenario, 3, 0)
    trips, conditions = world.source.draw(range(4)), world.conditions(0)
    habitual = world.traits(trips, conditions)
    both = given_up(habitual, violations.bits_of(["banned_entry", "speeding"]), conditions)
    most = min(habitual.speed_factor.max(), 1.0) * scenario.speed.cautious_factor
    assert both.speed_factor.max() == pytest.approx(most, rel=1e-6)


def test_what_nothing_sees_is_told(small) -> None:
    blind = small(interventions={"driver_contact": {"answers": ["overload"]}})
    told = "small: nothing sees overload, so that driver_contact answers none: weigh_stations.tells_centre"
    assert list(unseen(blind)) == [told]
    off = {"weigh_stations": {**SCALES, "strength": 0.0}, "driver_contact": {"answers": ["overload"]}}
    assert list(unseen(blind.changed({"interventions": off}))) == [told]
    seeing = small(interventions=programme(ALL))
    assert not list(unseen(seeing))
    assert list(unseen(with_parts(seeing, ["driver_contact"])))  # sets of measures are tried without the scales
    with pytest.raises(ScenarioError, match="must be one of banned_entry, speeding, fatigue, overload"):
        small(interventions={"driver_contact": {"answers": ["parking"]}})
