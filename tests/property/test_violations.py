"""Violations other than banned entry: detected, told, answered and given up, by the same interventions."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_exactness import check

from sim.behaviour.deterrence import critical_risk_of_habit, risk_increment
from sim.driving import violations
from sim.driving.violations import NAMES, OTHERS, each_given_up, given_up, named
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.scenario import ScenarioError

ALL = list(NAMES)
HABITS = [row.name for row in OTHERS]
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
    for name in HABITS:
        assert outcome.metrics[f"{name}_alarms"] > 30, name
        assert outcome.metrics[f"{name}_given_up"] > 20, name
    assert outcome.metrics["left_at_exit"] > 20
    assert len(outcome.accidents) > 20


def test_where_nobody_obeys_and_nobody_remembers_answers_change_nothing(small) -> None:
    """Drivers are told, and drive on as they did."""
    behaviour = {"behaviour__contact_effect": 0.0, "behaviour__penalty_effect": 0.0, "behaviour__hide_share": 0.0}
    measures = {
        kind: programme(HABITS, obeyed=0.0)[kind] for kind in ("device_coverage", "weigh_stations", "driver_contact")
    }
    told = run_replication(small(interventions=measures, **TIRED, **behaviour), 3, 0)
    without = {"device_coverage": {}, "weigh_stations": SCALES}
    free = run_replication(small(interventions=without, **TIRED, **behaviour), 3, 0)
    assert sum(told.metrics[f"{name}_contacts"] for name in HABITS) > 100
    assert all(told.metrics[f"{name}_given_up"] == 0.0 for name in HABITS)
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


@pytest.mark.parametrize("name", HABITS)
def test_an_answered_violation_becomes_rarer_and_the_road_safer(small, name: str) -> None:
    """Of one violation alone, the others as before, trip for trip the same demand."""
    answered = run_replication(small(interventions=programme([name]), **TIRED), 3, 0).metrics
    free = run_replication(small(interventions={"device_coverage": {}}, **TIRED), 3, 0).metrics
    assert answered[f"{name}_trips"] < 0.95 * free[f"{name}_trips"]
    assert answered[f"{name}_given_up"] > 0.8 * answered[f"{name}_alarms"] > 10
    assert all(answered[f"{other}_trips"] == free[f"{other}_trips"] for other in HABITS if other != name)
    assert answered["expected_accidents"] < free["expected_accidents"]
    if name == "speeding":
        assert answered["vehicle_hours"] > free["vehicle_hours"]
    if name == "overload":
        assert answered["vehicle_hours"] < free["vehicle_hours"]
        assert answered["expected_runaway"] < 0.7 * free["expected_runaway"]


def test_one_lesson_takes_the_published_share_off(small) -> None:
    """After one penalty, as many drivers with the habit violate as its effect says: a share of uniform numbers."""
    behaviour = small().behaviour
    cost, scale = behaviour.penalty_cost_cny, behaviour.choice_scale_cny
    uniform = (np.arange(100_000) + 0.5) / 100_000
    critical = critical_risk_of_habit(uniform, cost, scale)
    assert (critical > 0.0).all()
    for effect in (behaviour.contact_effect, behaviour.penalty_effect, behaviour.sanction_effect):
        still = np.mean(risk_increment(effect, cost, scale) < critical)
        assert still == pytest.approx(1.0 - effect, abs=2e-5)
    assert np.isinf(critical_risk_of_habit(uniform, 0.0, scale)).all()


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
        in_it=lambda trips: trips.habit < 0.97,
        critical_risk=lambda trips: np.where(trips.habit < 0.97, np.inf, -np.inf),
        given_up=lambda trips, _: trips._replace(speed_factor=np.maximum(trips.speed_factor, np.float32(1.0))),
    )
    rows = (*violations.VIOLATIONS, fifth)
    monkeypatch.setattr(violations, "VIOLATIONS", rows)
    monkeypatch.setattr(violations, "NAMES", tuple(row.name for row in rows))
    for module in ("engine.world", "engine.accounting.ledger", "engine.accounting.metrics", "engine.replication"):
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
        HABITS=tuple(row.name for row in rows[1:]),
    )
    for name, value in vars(values).items():
        if hasattr(there, name):
            monkeypatch.setattr(there, name, value)


def test_what_nothing_sees_is_told(small) -> None:
    with pytest.raises(ScenarioError, match=r"driver_contact\.answers\[0\]: nothing sees overload"):
        small(interventions={"driver_contact": {"answers": ["overload"]}})
    with pytest.raises(ScenarioError, match="must be one of banned_entry, speeding, fatigue, overload"):
        small(interventions={"driver_contact": {"answers": ["parking"]}})
