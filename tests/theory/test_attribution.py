"""Shapley values against games whose answer is known, and costs by hand."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.attribution import attribute, orders_of, shared, subsets_of
from sim.analysis.valuation import appraise
from sim.experiment.runner import run_experiment
from sim.interventions.cost import annuity
from sim.scenario.model import ValuationParameters

KINDS = ["a", "b", "c"]


def game(worth) -> dict[frozenset[str], np.ndarray]:
    """Accidents left by set of parts, of two replications with the same effects."""
    orders, _ = orders_of(KINDS, 0, 0)
    return {parts: np.array([100.0, 90.0]) - worth(parts) for parts in subsets_of(KINDS, orders)}


def shapley(worth) -> dict[str, float]:
    orders, exact = orders_of(KINDS, 0, 0)
    assert exact
    found = shared("p", KINDS, orders, game(worth), game(lambda parts: worth(parts) / 16.0), exact=True)
    assert sum(share.shapley.estimate for share in found.shares) == pytest.approx(found.total.estimate)
    assert found.total_deaths.estimate == pytest.approx(found.total.estimate / 16.0)
    own = [(share.shapley_deaths.estimate, share.shapley.estimate / 16.0) for share in found.shares]
    assert [deaths for deaths, _ in own] == pytest.approx([part for _, part in own])
    return {share.kind: share.shapley.estimate for share in found.shares}


def test_parts_that_add_up_get_what_they_add() -> None:
    worth = {"a": 5.0, "b": 3.0, "c": 0.0}
    assert shapley(lambda parts: sum(worth[p] for p in parts)) == pytest.approx(worth)


def test_the_glove_game() -> None:
    """One left glove (a) and two right ones: 2/3, 1/6, 1/6 (a textbook example)."""
    found = shapley(lambda parts: float("a" in parts and len(parts) > 1))
    assert found == pytest.approx({"a": 2 / 3, "b": 1 / 6, "c": 1 / 6})


def test_parts_that_do_the_same_share_equally() -> None:
    assert shapley(lambda parts: 6.0 * bool(parts)) == pytest.approx(dict.fromkeys(KINDS, 2.0))


def test_drawn_orders_are_pairs_that_still_add_up() -> None:
    kinds = list("abcdef")
    orders, exact = orders_of(kinds, 7, 1)
    assert not exact
    assert len(orders) == 8
    assert orders[1] == orders[0][::-1]
    generator = np.random.default_rng(1)
    values = {parts: generator.normal(size=3) for parts in subsets_of(kinds, orders)}
    found = shared("p", kinds, orders, values, values, exact=False)
    assert sum(share.shapley.estimate for share in found.shares) == pytest.approx(found.total.estimate)


def test_a_programme_is_shared_out(small) -> None:
    programme = small(days=8, name="both", interventions={"driver_contact": {}, "early_warning": {}})
    found = attribute(programme, lambda sets: run_experiment(sets, replications=2, seed=4, workers=1), 4, 1)
    assert [share.kind for share in found.shares] == ["driver_contact", "early_warning"]
    assert found.total.estimate > 0.0
    assert sum(share.shapley.estimate for share in found.shares) == pytest.approx(found.total.estimate)
    assert found.total_deaths.estimate > 0.0
    assert sum(share.shapley_deaths.estimate for share in found.shares) == pytest.approx(found.total_deaths.estimate)


def runs(**columns: float) -> pd.DataFrame:
    zero = dict.fromkeys(
        (
            "cost_cny",
            "expected_accidents",
            "expected_deaths",
            "expected_injuries",
            "expected_property_loss_cny",
            "delay_vehicle_hours",
            "vehicle_hours",
            "waiting_hours",
            "follower_delay_hours",
            "cost_to_carriers_cny",
            "tolls_cny",
            "penalties",
        ),
        0.0,
    )
    return pd.DataFrame([{**zero, **columns}, {**zero, **columns}])


def test_costs_by_hand() -> None:
    """2 accidents, half a death, 1 injury and 10,000 CNY avoided for 1 million; no delay."""
    before = runs(expected_accidents=5.0, expected_deaths=1.0, expected_injuries=3.0, expected_property_loss_cny=3e4)
    after = runs(
        expected_accidents=3.0,
        expected_deaths=0.5,
        expected_injuries=2.0,
        expected_property_loss_cny=2e4,
        cost_cny=1e6,
    )
    values = ValuationParameters(statistical_life_cny=(1e6, 4e6, 7e6), injury_share_of_life=0.1)
    found = appraise(after, before, values)
    assert found.cost_per_accident_cny.estimate == pytest.approx(500_000.0)
    assert found.benefit_cny == pytest.approx((0.6e6 + 1e4, 2.4e6 + 1e4, 4.2e6 + 1e4))
    assert found.benefit_cost == pytest.approx((0.61, 2.41, 4.21))
    assert found.break_even_life_cny == pytest.approx(990_000.0 / 0.6)


def test_time_that_a_measure_takes_is_a_cost_to_somebody() -> None:
    """Ten thousand hours of trucks at 100 CNY are a million: a measure that saves less does harm."""
    before, after = runs(expected_property_loss_cny=7e5, vehicle_hours=5e4), runs(cost_cny=1e5, vehicle_hours=6e4)
    found = appraise(after, before, ValuationParameters(delay_cny_h=100.0))
    assert found.avoided["driving_hours"].estimate == pytest.approx(-1e4)
    assert found.benefit_cny == pytest.approx((-3e5, -3e5, -3e5))
    assert found.benefit_cost[1] == pytest.approx(-3.0)


def test_who_pays_and_who_gains_by_hand() -> None:
    """3,000 CNY of tolls and ten fines change hands; what all have together is the benefit less the cost."""
    before = runs(
        expected_deaths=1.0,
        vehicle_hours=9e3,
        follower_delay_hours=6e3,
        expected_property_loss_cny=5e4,
        tolls_cny=1e4,
        penalties=4.0,
    )
    after = runs(
        expected_deaths=0.5,
        vehicle_hours=7e3,
        follower_delay_hours=5e3,
        expected_property_loss_cny=4e4,
        tolls_cny=1.3e4,
        penalties=14.0,
        cost_cny=5e5,
        cost_to_carriers_cny=2e5,
    )
    values = ValuationParameters(statistical_life_cny=(1e6, 4e6, 7e6), delay_cny_h=100.0, follower_delay_cny_h=30.0)
    found = appraise(after, before, values, (150.0, 150.0))
    dearer = appraise(after, before, ValuationParameters(), (200.0, 150.0)).balance
    assert dearer.fines_cny == pytest.approx(14.0 * 200.0 - 4.0 * 150.0)
    own = found.balance
    assert own.victims_cny == pytest.approx(2e6)
    assert own.carriers_cny == pytest.approx(2e5 + 1e4 - 3e3 - 1.5e3 - 2e5)
    assert own.toll_roads_cny == pytest.approx(3e3)
    assert own.public_cny == pytest.approx(1.5e3 - 3e5)
    assert own.other_drivers_cny == pytest.approx(3e4)
    together = own.victims_cny + own.other_drivers_cny + own.carriers_cny + own.toll_roads_cny + own.public_cny
    assert together == pytest.approx(found.benefit_cny[1] - found.cost_cny)


def test_what_avoids_nothing_never_pays() -> None:
    found = appraise(runs(cost_cny=1e6), runs(), ValuationParameters()).as_dict()
    assert found["break_even_statistical_life_cny"] is None
    assert found["cost_per_accident_avoided_cny"]["estimate"] is None
    assert found["benefit_cost_ratio"]["high"] == 0.0


def test_annuities() -> None:
    """1 over 10 years at 8 %: 0.14903 (any table of annuities); without interest a tenth."""
    assert annuity(0.08, 10.0) == pytest.approx(0.14903, abs=5e-6)
    assert annuity(0.0, 10.0) == 0.1
