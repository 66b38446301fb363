"""Choosing sets of interventions: fronts by hand, and successive halving against brute force."""

import numpy as np
import pytest
from conftest import EXAMPLES

from sim.experiment import run_experiment
from sim.portfolio import Rung, best_within, layers_of, rungs_of, search, subsets

PARTS = ("driver_contact", "early_warning", "enterprise_accountability", "escape_ramps", "speed_limiters")


@pytest.fixture(scope="module")
def programme(small):
    parts = {kind: EXAMPLES.get(kind, {}) for kind in PARTS}
    hot = {"risk__runaway_per_km": 0.02, "speed__engine_brake_kw": 30}
    return small(name="programme", days=60, interventions=parts, **hot)


def simulate(scenarios, replications):
    return run_experiment(scenarios, replications=replications, seed=4, workers=1)


def test_layers_of_points_by_hand() -> None:
    """(cost, avoided): a and b are the front, c lies behind b alone, d behind all."""
    cost, avoided = np.array([0.0, 2.0, 3.0, 4.0]), np.array([0.0, 5.0, 4.0, 3.0])
    assert layers_of(cost, avoided).tolist() == [0, 0, 1, 2]
    assert layers_of(np.array([1.0, 1.0]), np.array([2.0, 3.0])).tolist() == [1, 0]


def test_all_sets_are_there() -> None:
    found = subsets(PARTS)
    assert len(found) == len(set(found)) == 2 ** len(PARTS)
    assert found[0] == ()
    with pytest.raises(ValueError, match="may have up to"):
        subsets([str(n) for n in range(13)])


def test_halving_finds_what_brute_force_finds(programme) -> None:
    """At several budgets, on the same random numbers, with fewer simulated days."""
    every = search(programme, [Rung(60, 2)], simulate)
    halved = search(programme, rungs_of(60, 2), simulate)
    assert (every["rung"] == 0).all()
    assert len(every) == len(halved) == 32
    longest = halved[halved["rung"] == halved["rung"].max()]
    assert len(longest) < 10
    dearest = every["cost_cny"].max()
    for budget in (0.0, 0.5 * dearest, dearest):
        assert best_within(halved, budget)["parts"] == best_within(every, budget)["parts"]
        assert best_within(halved, budget)["avoided"] == pytest.approx(best_within(every, budget)["avoided"])


def test_nothing_costs_nothing_and_avoids_nothing(programme) -> None:
    table = search(programme, [Rung(10, 2)], simulate)
    nothing = table[table["parts"] == ""].iloc[0]
    assert nothing["cost_cny"] == nothing["avoided"] == 0.0
    with pytest.raises(ValueError, match="no set costs"):
        best_within(table, -1.0)
