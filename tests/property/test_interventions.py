"""Every intervention: nothing at zero strength, nothing before its start, the right direction after it."""

from datetime import date

import pytest
from conftest import DIRECTION, EXAMPLES

from sim.core.units import SECONDS_PER_DAY
from sim.engine.enforcement.staff import Staff
from sim.engine.replication import run_replication
from sim.interventions.registry import interventions

KINDS = list(interventions())
ON_VIOLATIONS = ("device_coverage", "early_warning", "driver_contact", "enterprise_accountability")
START_DAY = 8
STEEP = {
    "fleet.classes.rigid.loaded_mass_kg": 60000,
    "speed.engine_brake_kw": 20,
    "speed.retarder_kw": 20,
    "risk.brake_failure_c": 400.0,
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


DRIVING = ("speed_cameras", "variable_limits", "weight_speed_signs", "overtaking_ban", "bend_warning")
"""Measures that act on how trucks are driven and leave no memory with drivers."""


@pytest.mark.parametrize("kind", DRIVING)
def test_nothing_differs_after_the_end(small, baseline, kind) -> None:
    """Trips that set out after its last day and its longest trips are driven as without it."""
    ended = run_replication(with_one(small, kind, end_date=date(2025, 1, START_DAY).isoformat()), 3, 0, trace=True)
    always = run_replication(with_one(small, kind), 3, 0, trace=True)
    after = START_DAY << 32
    pairs = list(zip(ended.courses, baseline.courses, always.courses, strict=True))
    assert sum(one.trip_id >= after for one, _, _ in pairs) > 1000
    assert all(one == without for one, without, _ in pairs if one.trip_id >= after)
    assert all(one == with_it for one, _, with_it in pairs if one.trip_id < after)
    assert any(one != without for one, without, _ in pairs)


@pytest.mark.parametrize("kind", KINDS)
def test_an_end_beyond_the_horizon_changes_nothing(small, kind) -> None:
    usual = run_replication(with_one(small, kind), 3, 0, trace=True)
    long = run_replication(with_one(small, kind, end_date="2030-01-01"), 3, 0, trace=True)
    assert repr(long.metrics) == repr(usual.metrics)
    assert long.courses == usual.courses


def test_a_season_is_in_force_in_its_months_and_paid_for_them(small) -> None:
    """From 20 January to 10 March, cameras of February alone: other months are the baseline's."""
    days = {"days": 50, "start_date": "2025-01-20"}
    cameras = EXAMPLES["speed_cameras"]

    def run(**extra):
        return run_replication(small(interventions={"speed_cameras": {**cameras, **extra}}, **days), 3, 0)

    none, always = run_replication(small(**days), 3, 0), run()
    season = run(months=[2])
    columns = [name for name in none.monthly.columns if name.startswith("expected")]
    assert columns
    for month, other in enumerate((none, always, none)):
        own = season.monthly[columns].to_numpy().reshape(3, -1)[month]
        assert own.tolist() == pytest.approx(other.monthly[columns].to_numpy().reshape(3, -1)[month].tolist(), rel=2e-3)
    assert season.metrics["cost_cny"] == pytest.approx(always.metrics["cost_cny"] * 28 / 50)


def test_operators_go_home_at_the_end(small) -> None:
    """No alarm after the last day, and nobody is paid or counted as on duty then."""
    calls = {"device_coverage": {"rollout_months": 0}, "driver_contact": {}}
    ended = {kind: {**own, "end_date": date(2025, 1, START_DAY).isoformat()} for kind, own in calls.items()}
    whole, half = (run_replication(small(interventions=own), 3, 0, trace=True) for own in (calls, ended))
    end_s = START_DAY * SECONDS_PER_DAY
    assert any(alarm.time_s >= end_s for alarm in whole.alarms)
    assert all(alarm.time_s < end_s for alarm in half.alarms)
    assert half.metrics["cost_cny"] == pytest.approx(whole.metrics["cost_cny"] * START_DAY / 20)
    assert half.metrics["operator_utilisation"] == pytest.approx(whole.metrics["operator_utilisation"], rel=0.5)


@pytest.fixture(scope="module")
def heavy(small):
    """The small county in a month, with trucks on which every measure can act."""
    return small(days=40).changed({**STEEP, "fleet.classes.local_semi.terminal_online_share": 0.6})


@pytest.fixture(scope="module")
def heavy_before(heavy):
    return run_replication(heavy, 3, 0).metrics


OTHER_COUNTY = {
    "speed_limiters": {"days": 40},
    "driver_contact": {"days": 40},
    "case_review": {"days": 130, "risk__calibration_factor": 200.0},
}
"""Limiters and calls are looked at with ordinary trucks: hot brakes cool worse at a lower speed, and a truck that
leaves half way takes them down the expressway. Reviews learn late."""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "rapid_response"])
def test_expected_accidents_fall(small, heavy, heavy_before, kind) -> None:
    """On common random numbers a single month shows the direction."""
    if kind in OTHER_COUNTY:
        heavy = small(**OTHER_COUNTY[kind])
        heavy_before = run_replication(heavy, 3, 0).metrics
    parameters = {**EXAMPLES.get(kind, {}), **DIRECTION.get(kind, {})}
    after = run_replication(heavy.changed({f"interventions.{kind}": parameters}), 3, 0).metrics
    assert after["expected_accidents"] < heavy_before["expected_accidents"]
    if kind in ON_VIOLATIONS:
        assert after["compliance_rate"] > heavy_before["compliance_rate"]


def test_squads_are_there_sooner_and_clear_sooner(heavy, heavy_before) -> None:
    squads = {"interventions.rapid_response": {"at": ["town", "gate"], "squads": 3}}
    after = run_replication(heavy.changed(squads), 3, 0).metrics
    for metric in ("mean_time_to_help_min", "closure_hours", "delay_vehicle_hours", "expected_secondary_accidents"):
        assert after[metric] < heavy_before[metric], metric
    assert after["expected_accidents"] == heavy_before["expected_accidents"]
    assert after["deaths"] <= heavy_before["deaths"]


def test_only_medical_help_saves_lives(heavy, heavy_before) -> None:
    """Squads of police and tow trucks are there as soon and clear as soon, and nobody survives who would not have."""
    squads = {"at": ["town", "gate"], "squads": 3, "device_detection_min": 1000.0}
    with_share = [
        run_replication(
            heavy.changed({"interventions.rapid_response": {**squads, "medical_share": share}}), 3, 0
        ).metrics
        for share in (0.0, 0.5, 1.0)
    ]
    assert with_share[0]["mean_time_to_help_min"] == with_share[2]["mean_time_to_help_min"]
    assert with_share[0]["expected_deaths"] == pytest.approx(heavy_before["expected_deaths"], rel=1e-12)
    assert with_share[0]["expected_deaths"] > with_share[1]["expected_deaths"] > with_share[2]["expected_deaths"]


def test_crews_meet_violators_and_few_crews_meet_fewer(small) -> None:
    def met(**parameters) -> float:
        scenario = small(interventions={"squadron_dispatch": {"at": ["town"], "turnout_min": 0.5, **parameters}})
        return run_replication(scenario, 3, 0).metrics["interceptions"]

    many, one, busy, none = (
        met(crews=5, night_crews=5),
        met(),
        met(other_calls_per_day=120.0),
        met(crews=0, night_crews=0),
    )
    assert many > one > busy > none == 0.0


def test_a_permit_is_no_violation_and_a_lifted_ban_moves_trucks(small) -> None:
    before = run_replication(small(), 3, 0).metrics
    permits = {"permit_share": 0.5, "permit_classes": ["local_semi"]}
    some = run_replication(small(interventions={"access_rules": permits}), 3, 0).metrics
    assert some["candidate_trips"] < 0.8 * before["candidate_trips"]
    lifted = {"bans": [{"link": "upper"}, {"link": "lower"}]}
    free = run_replication(small(interventions={"access_rules": lifted}), 3, 0).metrics
    assert free["candidate_trips"] == 0.0
    assert free["vehicle_km_provincial"] > before["vehicle_km_provincial"]


def test_hot_spots_are_patrolled_once_they_are_known(small) -> None:
    def speeds(plan: str) -> list[float]:
        patrols = {"beats": [{"link": "upper"}, {"link": "lower"}], "plan": plan, "patrols_per_day": 1}
        changes = {"days": 100, "risk__calibration_factor": 500.0}
        table = run_replication(small(**changes, interventions={"patrols": patrols}), 3, 0).sections
        return table.groupby("link")["expected_general"].sum()[["upper", "lower"]].tolist()

    fixed, hot = speeds("fixed"), speeds("hot_spots")
    assert hot != fixed


def test_a_suspended_enterprise_obeys(small) -> None:
    def violations(after: int) -> float:
        bound = {
            "blacklist_after": after,
            "readmission_days": 60,
            "enterprise_sanction_share": 0.0,
            "coached_share": 0.0,
        }
        return run_replication(small(interventions={"enterprise_accountability": bound}), 3, 0).metrics["violations"]

    assert violations(1) < 0.5 * violations(10_000)


def test_black_spots_fall_by_more_in_counts_than_in_hazard(small) -> None:
    """Picked by their counts, they regress to the mean: without treatment the count falls and the hazard does not."""
    untreated = {"black_spot_accidents": 5, "treatment_factor": 1.0, "retrained_effect": 0.0}
    changes = {"days": 360, "risk__calibration_factor": 200.0}  # most sections expect fewer than five in a half-year
    metrics = run_replication(small(**changes, interventions={"case_review": untreated}), 3, 0).metrics
    assert metrics["case_review_black_spots"] >= 3
    before, after = (metrics[f"case_review_black_spot_accidents_per_month_{when}"] for when in ("before", "after"))
    hazard = [metrics[f"case_review_black_spot_expected_per_month_{when}"] for when in ("before", "after")]
    assert after < 0.8 * before
    assert hazard[1] > 0.9 * hazard[0]


@pytest.mark.parametrize(
    ("one", "others"),
    [
        *((one, KINDS[n + 1 : n + 4]) for n, one in enumerate(KINDS)),
        *(pytest.param(one, KINDS[n + 4 :], marks=pytest.mark.slow) for n, one in enumerate(KINDS)),
    ],
)
def test_any_two_stand_side_by_side_in_either_order(small, one, others) -> None:
    for other in others:
        pair = {kind: EXAMPLES.get(kind, {}) for kind in (one, other)}
        forth = run_replication(small(days=2, interventions=pair), 3, 0)
        back = run_replication(small(days=2, interventions=dict(reversed(pair.items()))), 3, 0)
        assert repr(forth.metrics) == repr(back.metrics), other


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


def test_operators_matter_where_nobody_sorts_the_alarms(small) -> None:
    """With all alarms in one line few operators reach few, more reach more; banned entries first, one is enough.

    Where nothing is ever given up the line is of days and nobody is reached; where it is of an hour, some of those
    are who are longer on the road.
    """

    def reached(operators: int, order: str, **more: float) -> float:
        contact = {"operators": operators, "night_operators": operators, "order": order, "alarms_per_100_km": 200.0}
        contact |= more
        found = run_replication(small(interventions={"driver_contact": contact}), 3, 0).metrics
        return found["contacts"] / found["alarms"]

    line = [reached(operators, "first_come") for operators in (1, 4, 8)]
    assert line[0] < line[1] < line[2]
    never_given_up = reached(1, "first_come", other_patience_min=1e5)
    assert never_given_up < 0.1
    assert never_given_up < line[0] < reached(1, "first_come", other_patience_min=5.0)
    sorted_alarms = reached(1, "urgent_first")
    assert sorted_alarms > 0.8
    assert reached(1, "nearest_exit") > 0.8


def test_alarms_come_with_the_km_of_equipped_trucks(small) -> None:
    """Twice the rate, the coverage or the length of the work: twice the work of operators."""

    def busy(**changes) -> float:
        alone = {"alarms_per_100_km": 20.0, "other_calls_per_hour": 0.0, "alarm_mean_s": 30.0, "leave_share": 0.0}
        contact = {"operators": 9, "night_operators": 9, **alone, "ring_s": 1e-6, "talk_mean_s": 1e-6, **changes}
        return run_replication(small(interventions={"driver_contact": contact}), 3, 0).metrics["operator_utilisation"]

    usual = busy()
    assert usual > 0.01
    assert busy(alarms_per_100_km=40.0) == pytest.approx(2.0 * usual, rel=0.05)
    assert busy(alarm_mean_s=60.0) == pytest.approx(2.0 * usual, rel=0.01)
    assert busy(alarms_per_100_km=0.0) < 1e-6


def test_other_work_is_drawn_once_for_each_day(small, monkeypatch) -> None:
    """Hundreds of waits in a row must not drift over midnight, or a day's calls would come twice."""
    drawn: dict[str, list[int]] = {}
    uniforms = Staff.uniforms

    def noted(self, purpose, day, size):
        drawn.setdefault(purpose, []).append(day)
        return uniforms(self, purpose, day, size)

    monkeypatch.setattr(Staff, "uniforms", noted)
    station = EXAMPLES["squadron_dispatch"]
    scenario = small(days=200, warm_up_days=0, interventions={"driver_contact": {}, "squadron_dispatch": station})
    run_replication(scenario, 3, 0)
    assert set(drawn) >= {"driver_contact.other", "squadron_dispatch.other.0"}
    for days in drawn.values():
        assert days == list(range(len(days)))
        assert len(days) >= 200
