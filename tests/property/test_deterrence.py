"""Deterrence never raises a propensity: the screening relies on it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.behaviour.banned_entry import banned_entry_probability, critical_risk
from sim.behaviour.deterrence import critical_risk_of_ongoing, decayed, raised, risk_increment
from sim.behaviour.parameters import BehaviourParameters
from sim.engine.enforcement.deterrence import Deterrence
from sim.interventions import combine

share = st.floats(0.0, 1.0)
experience = st.tuples(
    st.sampled_from(["contact", "penalty", "sanction"]), st.integers(0, 5), st.floats(0.0, 1e7), share
)


class _Roster:
    enterprise = np.array([0, 0, 1, 1, 2, 2])
    size = 6
    enterprises = 3


@given(st.floats(-15, 15), st.floats(-500, 500), share, st.floats(0, 5000), st.floats(1, 500))
def test_perceived_risk_never_raises_the_probability(utility, saving, risk, penalty, scale) -> None:
    without = banned_entry_probability(utility, saving, 0.0, penalty, scale)
    assert 0.0 <= banned_entry_probability(utility, saving, risk, penalty, scale) <= without <= 1.0


@given(
    st.floats(1e-6, 1.0 - 1e-6), st.floats(-8, 8), st.floats(-300, 300), share, st.floats(0, 5000), st.floats(5, 500)
)
def test_daring_a_risk_is_drawing_below_the_probability(uniform, utility, saving, risk, penalty, scale) -> None:
    """But for roundings: the two are compared where they differ by more."""
    probability = banned_entry_probability(utility, saving, risk, penalty, scale)
    critical = critical_risk(np.array([uniform]), np.array([utility]), np.array([saving]), penalty, scale)[0]
    if abs(probability - uniform) > 1e-9:
        assert (risk < critical) == (uniform < probability)


@given(share, share, st.floats(0, 1e9), st.floats(1, 1e8))
def test_memory_stays_between_nothing_and_certainty(risk, increment, elapsed, half_life) -> None:
    assert risk <= raised(risk, increment) + 1e-12
    assert 0.0 <= raised(risk, increment) <= 1.0
    assert 0.0 <= decayed(risk, elapsed, half_life) <= risk


@settings(max_examples=200)
@given(st.lists(experience, max_size=30), st.integers(0, 5), st.lists(share, max_size=4))
def test_any_history_leaves_a_risk_that_is_a_chance(history, driver, others) -> None:
    memory = Deterrence(BehaviourParameters(), _Roster())
    now = 0.0
    for kind, who, wait, strength in history:
        now += wait
        memory.experience(kind, who, now, strength)
    risk = memory.perceived_risk(driver, now + 1.0)
    assert 0.0 <= risk <= 1.0
    assert risk <= combine.perceived_risk([risk, *others]) + 1e-12 <= 1.0 + 1e-9


def test_experience_spills_over_to_the_enterprise_and_fades() -> None:
    behaviour = BehaviourParameters()
    memory = Deterrence(behaviour, _Roster())
    memory.experience("sanction", 0, 0.0)
    assert memory.perceived_risk(0, 0.0) > memory.perceived_risk(1, 0.0) > memory.perceived_risk(2, 0.0) == 0.0
    half_life = behaviour.sanction_half_life_days * 86400
    colleague = memory.perceived_risk(1, 0.0)
    assert np.isclose(memory.perceived_risk(1, half_life), colleague / 2)
    increment = risk_increment(behaviour.sanction_effect, behaviour.penalty_cost_cny, behaviour.choice_scale_cny)
    assert np.isclose(colleague, increment * behaviour.spillover_share)


@given(st.floats(0.0, 0.99), st.floats(50, 5000), st.floats(5, 500), st.floats(-3, 3), st.floats(-20, 20))
def test_a_lesson_prevents_the_share_that_was_published(effect, penalty, scale, utility, saving) -> None:
    """Of the odds, whatever a penalty costs and however closely drivers weigh money; only certainty is a limit."""
    increment = risk_increment(effect, penalty, scale)
    if increment < 1.0:
        before, after = (banned_entry_probability(utility, saving, risk, penalty, scale) for risk in (0.0, increment))
        assert np.isclose(after / (1.0 - after), (1.0 - effect) * before / (1.0 - before), rtol=1e-6)


def test_a_penalty_is_remembered_for_years_and_a_call_for_weeks() -> None:
    """As published: no backsliding in two years, and six weeks."""
    behaviour, half_a_year = BehaviourParameters(), 183 * 86400.0
    left = {}
    for kind in ("contact", "penalty"):
        memory = Deterrence(behaviour, _Roster())
        memory.experience(kind, 0, 0.0)
        left[kind] = memory.perceived_risk(0, half_a_year) / memory.perceived_risk(0, 0.0)
    assert left["penalty"] > 0.8
    assert left["contact"] < 0.02
    assert risk_increment(0.5, 0.0, 40.0) == 0.0


def test_one_lesson_takes_the_published_share_off(small) -> None:
    """After one penalty, as many drivers with the habit violate as its effect says: a share of uniform numbers."""
    behaviour = small().behaviour
    cost, scale = behaviour.penalty_cost_cny, behaviour.choice_scale_cny
    uniform = (np.arange(100_000) + 0.5) / 100_000
    critical = critical_risk_of_ongoing(uniform, cost, scale)
    assert (critical > 0.0).all()
    for effect in (behaviour.contact_effect, behaviour.penalty_effect, behaviour.sanction_effect):
        still = np.mean(risk_increment(effect, cost, scale) < critical)
        assert still == pytest.approx(1.0 - effect, abs=2e-5)
    assert np.isinf(critical_risk_of_ongoing(uniform, 0.0, scale)).all()
