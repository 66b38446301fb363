"""Choosing sets of interventions: fronts by hand, and successive halving against brute force."""

import numpy as np
import pandas as pd
import pytest
import yaml_text
from conftest import EXAMPLES
from typer.testing import CliRunner

from sim.analysis.portfolio import Rung, best_within, layers_of, rungs_of, search, subsets
from sim.cli import app
from sim.experiment.runner import run_experiment

PARTS = ("device_coverage", "driver_contact", "early_warning", "enterprise_accountability", "escape_ramps")


@pytest.fixture(scope="module")
def programme(small):
    parts = {kind: EXAMPLES.get(kind, {}) for kind in PARTS} | {"device_coverage": {"rollout_months": 2}}
    hot = {"risk__brake_failure_c": 600.0, "speed__engine_brake_kw": 60}
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


@pytest.mark.slow
def test_halving_finds_what_brute_force_finds(programme) -> None:
    """At several budgets, on the same random numbers, with fewer runs, and though devices are fitted over months."""
    every = search(programme, [Rung(3)], simulate)
    halved = search(programme, rungs_of(3), simulate)
    assert (every["rung"] == 0).all()
    assert len(every) == len(halved) == 32
    longest = halved[halved["rung"] == halved["rung"].max()]
    assert len(longest) < 10
    dearest = every["cost_cny"].max()
    for budget in (0.25 * dearest, 0.5 * dearest, dearest):
        assert best_within(halved, budget)["parts"] == best_within(every, budget)["parts"]
        assert best_within(halved, budget)["avoided"] == pytest.approx(best_within(every, budget)["avoided"])


@pytest.mark.slow
def test_nothing_costs_nothing_and_avoids_nothing(programme) -> None:
    table = search(programme.changed({"days": 10}), [Rung(2)], simulate)
    nothing = table[table["parts"] == ""].iloc[0]
    assert nothing["cost_cny"] == nothing["avoided"] == nothing["deaths_avoided"] == 0.0
    with pytest.raises(ValueError, match="no set costs"):
        best_within(table, -1.0)


def test_what_is_not_a_number_is_in_no_layer() -> None:
    with pytest.raises(ValueError, match="must be numbers"):
        layers_of(np.array([1.0, 2.0]), np.array([np.nan, 1.0]))


def test_portfolio_writes_its_table(tmp_path) -> None:
    """From a file to a table and a chart, even where one replication is asked for; the best set is marked."""
    (tmp_path / "p.yaml").write_text(
        yaml_text.SMALL_YAML + "interventions: {driver_contact: {}, enterprise_accountability: {}}\n"
    )
    options = ["--days", "5", "--replications", "1", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, ["portfolio", str(tmp_path / "p.yaml"), *options])
    assert result.exit_code == 0, result.output
    table = pd.read_parquet(tmp_path / "out" / "portfolio.parquet")
    assert len(table) == 4
    assert " *" in result.output
    assert "nan" not in result.output
    assert (tmp_path / "out" / "portfolio.svg").exists()
