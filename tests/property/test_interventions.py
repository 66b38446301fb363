"""Every intervention: nothing at zero strength, nothing before its start, the right direction after it."""

from datetime import date

import pytest
from conftest import DIRECTION, EXAMPLES

from sim.engine.replication import run_replication
from sim.interventions.registry import interventions
from sim.units import SECONDS_PER_DAY

KINDS = list(interventions())
ON_VIOLATIONS = ("device_coverage", "early_warning", "driver_contact", "enterprise_accountability")
START_DAY = 8
STEEP = {
    "fleet.classes.rigid.loaded_mass_kg": 60000,
    "speed.engine_brake_kw": 20,
    "speed.retarder_kw": 20,
    "risk.runaway_per_km": 0.01,
    "risk.fade_scale_c": 30,
    "demand.overloaded_share": 0.3,
    "demand.mean_hours_driven": {"rigid": 4.0, "local_semi": 4.0},
}
"""A county whose trucks are heavy, badly braked and tired, so that every measure has something to act on."""


@pytest.fixture(scope="module")
def baseline(small):
    return run_replication(small(), 3, 0, trace=True)


def with_one(small, kind, **parameters):
    return small(name=kind, interventions={kind: {**EXAMPLES.get(kind, {}), **parameters}})


@pytest.mark.parametrize("kind", KINDS)
def test_zero_strength_is_the_baseline_bit_for_bit(small, baseline, kind) -> None:
    off = run_replication(with_one(small, kind, strength=0.0), 3, 0, trace=True)
    assert off.accidents == baseline.accidents
    assert off.violations == baseline.violations
    assert off.courses == baseline.courses
    assert off.alarms == baseline.alarms == []
    assert repr(off.metrics) == repr(baseline.metrics)
    assert off.monthly.equals(baseline.monthly)
    assert off.sections.equals(baseline.sections)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_differs_before_the_start(small, baseline, kind) -> None:
    later = run_replication(
        with_one(small, kind, start_date=date(2025, 1, 1 + START_DAY).isoformat()), 3, 0, trace=True
    )
    before = START_DAY << 32
    same = [(a, b) for a, b in zip(later.courses, baseline.courses, strict=True) if a.trip_id < before]
    assert len(same) > 1000
    assert all(a == b for a, b in same)
    start_s = START_DAY * SECONDS_PER_DAY
    assert [v for v in later.violations if v.time_s < start_s] == [v for v in baseline.violations if v.time_s < start_s]
    assert all(alarm.time_s >= start_s for alarm in later.alarms)


@pytest.fixture(scope="module")
def heavy(small):
    """The small county in a month, with trucks on which every measure can act."""
    return small(days=40).changed({**STEEP, "fleet.classes.local_semi.terminal_online_share": 0.6})


@pytest.fixture(scope="module")
def heavy_before(heavy):
    return run_replication(heavy, 3, 0).metrics


@pytest.mark.parametrize("kind", KINDS)
def test_expected_accidents_fall(small, heavy, heavy_before, kind) -> None:
    """On common random numbers a single month shows the direction.

    Limiters are looked at with ordinary trucks: brakes that are near their limit cool worse at a lower speed.
    """
    if kind == "speed_limiters":
        heavy, heavy_before = small(days=40), run_replication(small(days=40), 3, 0).metrics
    parameters = {**EXAMPLES.get(kind, {}), **DIRECTION.get(kind, {})}
    after = run_replication(heavy.changed({f"interventions.{kind}": parameters}), 3, 0).metrics
    assert after["expected_accidents"] < heavy_before["expected_accidents"]
    if kind in ON_VIOLATIONS:
        assert after["compliance_rate"] > heavy_before["compliance_rate"]


def test_order_in_the_file_does_not_matter(small) -> None:
    forth = small(interventions={kind: EXAMPLES.get(kind, {}) for kind in KINDS})
    back = small(interventions={kind: EXAMPLES.get(kind, {}) for kind in reversed(KINDS)})
    assert forth.hash() == back.hash()
    one, other = run_replication(forth, 3, 0, trace=True), run_replication(back, 3, 0, trace=True)
    assert one.courses == other.courses
    assert repr(one.metrics) == repr(other.metrics)


def test_more_coverage_means_more_alarms(small) -> None:
    def alarms(share: float) -> float:
        scenario = small(
            interventions={
                "early_warning": {},
                "device_coverage": {"target_share": {"local_semi": share}, "rollout_months": 0, "awareness": 0.0},
            }
        )
        return run_replication(scenario, 3, 0).metrics["alarms"]

    assert alarms(0.6) < alarms(0.8) < alarms(1.0)


def test_without_operators_nobody_is_called(small) -> None:
    contact = {"operators": 0, "night_operators": 0}
    outcome = run_replication(small(interventions={"driver_contact": contact}), 3, 0)
    assert outcome.metrics["alarms"] > 100
    assert outcome.metrics["contacts"] == 0


def test_saturated_operators_reach_fewer_drivers(small) -> None:
    def reached(other_calls_per_hour: float) -> float:
        contact = {"operators": 1, "night_operators": 1, "other_calls_per_hour": other_calls_per_hour}
        return run_replication(small(interventions={"driver_contact": contact}), 3, 0).metrics["mean_response_s"]

    assert reached(0.0) < reached(55.0)
