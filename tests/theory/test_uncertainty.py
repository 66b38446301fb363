"""Draws of uncertain parameters, sweeps and sensitivity against what they must give."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml_text
from typer.testing import CliRunner

from sim import charts
from sim.analysis.drawn_worth import drawn_values, worth_of
from sim.analysis.sweeping import SweepMistake, axis, latin_points
from sim.analysis.uncertainty import drawn, drawn_shares, latin_hypercube, shares_of_logs
from sim.analysis.valuation import AVOIDED
from sim.cli import app
from sim.cli.options import Simulation
from sim.experiment.runner import Experiment
from sim.scenario import ScenarioError, load_scenario
from sim.scenario.uncertain import Distribution

runner = CliRunner()
SOURCE = {"basis": "assumption", "range": "as drawn"}
UNCERTAIN = """
uncertain:
  risk.truck_hazard_ratio: {kind: uniform, low: 0.5, high: 2.0, source: {basis: assumption, range: 0.5 to 2}}
  behaviour.penalty_half_life_days:
    {kind: triangular, low: 20, mode: 60, high: 180, source: {basis: assumption, range: 20 to 180}}
"""


@pytest.mark.parametrize(
    ("given", "median", "low"),
    [
        ({"kind": "uniform", "low": 2.0, "high": 4.0}, 3.0, 2.05),
        ({"kind": "normal", "mean": 1.0, "sd": 0.5}, 1.0, 1.0 - 0.5 * 1.959964),
        ({"kind": "lognormal", "median": 2.0, "log_sd": 0.3}, 2.0, 2.0 * np.exp(-0.3 * 1.959964)),
        ({"kind": "triangular", "low": 0.0, "mode": 1.0, "high": 2.0}, 1.0, np.sqrt(2.0 * 0.025)),
    ],
)
def test_quantiles(given, median, low) -> None:
    distribution = Distribution(source=SOURCE, **given)
    assert distribution.quantile(np.array([0.5, 0.025])) == pytest.approx([median, low])


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "uniform", "low": 1.0},
        {"kind": "uniform", "low": 2.0, "high": 1.0},
        {"kind": "normal", "mean": 1.0, "sd": 1.0, "low": 0.0},
        {"kind": "triangular", "low": 0.0, "mode": 5.0, "high": 1.0},
    ],
)
def test_distributions_that_make_no_sense(given) -> None:
    with pytest.raises(ValueError, match=r"needs|must"):
        Distribution(source=SOURCE, **given)


def test_a_latin_hypercube_has_one_draw_in_each_row_and_is_the_same_again() -> None:
    shares = latin_hypercube(10, ["a", "b"], 3)
    assert (np.sort(np.floor(shares * 10), axis=0) == np.arange(10)[:, None]).all()
    assert (shares == latin_hypercube(10, ["a", "b"], 3)).all()


def test_variance_is_told_apart() -> None:
    """Parameters 0.10, chance 0.02 in 200 draws of 4: shares within three standard errors."""
    generator = np.random.default_rng(2)
    logs = generator.normal(0.0, 0.10, (200, 1)) + generator.normal(0.0, 0.02, (200, 4))
    found = shares_of_logs(logs)
    assert found.sd_parameters == pytest.approx(0.10, abs=3 * 0.10 / np.sqrt(400))
    assert found.sd_chance == pytest.approx(0.02, abs=3 * 0.02 / np.sqrt(1200))
    assert found.parameter_share > 0.99
    alone = shares_of_logs(generator.normal(0.0, 0.02, (200, 4)))
    assert alone.ratio.high - alone.ratio.low < 0.02


@pytest.fixture
def files(tmp_path):
    (tmp_path / "base.yaml").write_text(yaml_text.SMALL_YAML + UNCERTAIN)
    (tmp_path / "calls.yaml").write_text("extends: base.yaml\nname: calls\ninterventions: {driver_contact: {}}\n")
    return tmp_path


def invoke(*arguments):
    return runner.invoke(app, [str(argument) for argument in arguments])


def test_draws_are_the_same_for_all_scenarios(files) -> None:
    base, calls = (load_scenario(files / name) for name in ("base.yaml", "calls.yaml"))
    keys = sorted(base.uncertain)
    one, other = (drawn(scenario, keys, np.array([0.3, 0.9])) for scenario in (base, calls))
    assert one.risk == other.risk
    assert one.behaviour == other.behaviour
    assert one.risk.truck_hazard_ratio == pytest.approx(0.5 + 1.5 * 0.9)


def test_compare_with_draws(files) -> None:
    options = ("--days", 5, "--draws", 4, "--replications", 2, "--workers", 1, "--out", files / "out", "--json")
    result = invoke("compare", files / "base.yaml", files / "calls.yaml", *options)
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert content["parameters"] == ["behaviour.penalty_half_life_days", "risk.truck_hazard_ratio"]
    ratio = content["comparisons"]["calls"]["accident_rate_ratio"]
    assert ratio["low"] <= ratio["estimate"] <= ratio["high"] < 1.0
    assert json.loads((files / "out/uncertainty.json").read_text()) == content
    deaths = content["comparisons"]["calls"]["ratios"]["expected_deaths"]
    assert 0.0 < deaths["low"] < deaths["estimate"] < deaths["high"]


def test_what_moves_no_rate_is_drawn_beside_what_does() -> None:
    """Draws of rates stay as they are when prices and severities are drawn too."""
    rates, money = ["a", "z"], ["interventions.patrols.cost.level", "severity.fatal_share.0", "valuation.delay_cny_h"]
    keys = sorted([*rates, *money])
    both = drawn_shares(50, keys, 5)
    assert (both[:, [keys.index(key) for key in rates]] == latin_hypercube(50, rates, 5)).all()
    assert (np.sort(np.floor(50 * both), axis=0) == np.arange(50.0)[:, None]).all(), "one in each row of every column"
    assert abs(np.corrcoef(both.T)[np.triu_indices(5, 1)]).max() < 3.0 / np.sqrt(50.0)


def money_made(scenarios, draws: int, repeats: int) -> Experiment:
    """A quarter of a death avoided for a million, in every draw and run."""
    zero = dict.fromkeys([*AVOIDED.values(), "cost_cny", "tolls_cny", "penalties", "cost_to_carriers_cny"], 0.0)
    base, other = ({**zero, "expected_deaths": deaths, "cost_cny": cost} for deaths, cost in ((1.0, 0.0), (0.75, 1e6)))
    outcomes = {
        one.name: [SimpleNamespace(metrics=metrics)] * (draws * repeats)
        for one, metrics in zip(scenarios, (base, other), strict=True)
    }
    return Experiment(tuple(scenarios), 1, outcomes)


def test_worth_over_draws_by_hand(small) -> None:
    """A life of 1 to 7 million, most likely 4, is worth its cost in half of the draws: a quarter of 4 is the cost.

    A tenth of a triangle over 1 to 7 with its top in the middle lies below 1 + 6 sqrt(0.05 / 2).
    """
    values = {"statistical_life_cny": [1e6, 4e6, 7e6], "sources": {}}
    pair = [small(name="before", valuation=values), small(name="after", valuation=values)]
    found = worth_of(money_made(pair, 99, 2), "after", "before", 2)
    assert found.median == pytest.approx(1.0, abs=0.02)
    assert found.pays == pytest.approx(0.5, abs=0.011)
    assert found.low == pytest.approx(0.25 * (1.0 + 6.0 * np.sqrt(0.025)), abs=0.02)
    assert found.high == pytest.approx(2.0 - found.low, abs=0.04)
    few = worth_of(money_made(pair, 18, 1), "after", "before", 1)
    assert np.isnan(few.low)
    assert np.isnan(few.high)
    assert worth_of(money_made(pair[::-1], 20, 1), "after", "before", 1) is None, "what costs nothing has no ratio"


def test_hours_are_drawn_with_lives(small) -> None:
    own = {"kind": "uniform", "low": 50.0, "high": 200.0, "source": {"basis": "assumption", "range": "50 to 200"}}
    scenario = small(name="after", uncertain={"valuation.delay_cny_h": own})
    values = drawn_values(scenario, Experiment((scenario,), 1, {}), 40)
    hours = np.array([one.delay_cny_h for one in values])
    assert (np.sort(np.floor(40 * (hours - 50.0) / 150.0)) == np.arange(40.0)).all()
    assert {len(set(one.statistical_life_cny)) for one in values} == {1}


def test_uncertain_keys_have_to_be_numbers(files) -> None:
    file = files / "base.yaml"
    file.write_text(file.read_text().replace("risk.truck_hazard_ratio", "risk.truck_hazard"))
    with pytest.raises(ScenarioError, match="no number at this key"):
        load_scenario(file)
    file.write_text(yaml_text.SMALL_YAML + UNCERTAIN.replace("low: 0.5", "low: -0.5"))
    with pytest.raises(ScenarioError, match="does not fit"):
        load_scenario(file)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("a.b=1:4", (1, 2, 3, 4)),
        ("a=0.1:0.3:0.1", (0.1, 0.2, 0.3)),
        ("a=0:0.4", (0, 0.1, 0.2, 0.3, 0.4)),
        ("a=1e-1:1e0:.45", (0.1, 0.55, 1)),
        ("a=x,2,true", ("x", 2, True)),
    ],
)
def test_axes(text, points) -> None:
    assert axis(text).points == points


@pytest.mark.parametrize("text", ["a", "=1:2", "a=", "a=3:1", "a=1:9:0", "a=0:1e9:1", "a=0:" + "9" * 400])
def test_axes_that_make_no_sense(text) -> None:
    with pytest.raises(SweepMistake):
        axis(text)


def test_sweep(files) -> None:
    key = "interventions.driver_contact.operators"
    options = ("--days", 5, "--workers", 1, "--out", files / "out")
    result = invoke(
        "sweep", files / "calls.yaml", "--set", f"{key}=0:2", "--set", "fleet.call_answer_probability=0,1", *options
    )
    assert result.exit_code == 0, result.output
    table = pd.read_parquet(files / "out/sweep.parquet")
    assert len(table) == 6
    unanswered = table[table["fleet.call_answer_probability"] == 0]
    answered = table[(table["fleet.call_answer_probability"] == 1) & (table[key] == 2)]
    assert answered["ratio"].iloc[0] < unanswered["ratio"].min()
    assert (files / "out/sweep.svg").exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            ["interventions.driver_contact.operators=-5:-1"],
            "interventions.driver_contact.operators: found -5, must be at least 0",
        ),
        (["interventions.driver_contact.operators=a,b"], "operators: found 'a', must be a whole number"),
        (["interventions.driver_contact.operator=1:2"], "operator: unknown key; did you mean `operators`?"),
        (["interventions.brake_check.strength=1"], "interventions.brake_check.areas: is required and missing"),
        (
            ["interventions.driver_contact.strength=1", "interventions.early_warning.strength=2"],
            "interventions.early_warning.strength: found 2",
        ),
        (
            ["demand.flows.0.trips_per_year.rigid=5", "demand.flows.1.trips_per_year.rigid=-5"],
            "demand.flows[1].trips_per_year.rigid: found -5",
        ),
        (["behavior.half_life_days=1:2"], "behavior: unknown key; did you mean `behaviour`?"),
        (["demand.flows.99.origin=a,b"], "demand.flows.99.origin: there is no such key"),
        (["days.x=1"], "days.x: there is no such key"),
        (["name=a,b"], "name says what a scenario is called"),
        (["days=2,3"], "days is 3, of calls 2; scenarios to compare must share it"),
        (["nonsense"], "'nonsense': must be key=low:high"),
    ],
)
def test_settings_that_do_not_fit_are_one_message(files, settings, said) -> None:
    given = [part for setting in settings for part in ("--set", setting)]
    wrong = invoke("sweep", files / "calls.yaml", *given, "--days", 2, "--out", files / "out")
    assert wrong.exit_code == 2
    assert said in wrong.output
    assert wrong.output.count("\n") == 1


def test_an_error_of_the_engine_is_not_taken_for_a_wrong_setting(files, monkeypatch) -> None:
    def broken(*_):
        raise TypeError("of the engine")

    monkeypatch.setattr(Simulation, "run", broken)
    done = invoke("sweep", files / "calls.yaml", "--set", "risk.fog_factor=1.5", "--out", files / "out")
    assert isinstance(done.exception, TypeError)


def test_a_design_has_a_point_in_each_row() -> None:
    points = latin_points([axis("a=1:8"), axis("b=0.5:1.5")], 16, 3)
    assert sorted(a for a, _ in points) == sorted([*range(1, 9)] * 2)
    assert sorted(int((b - 0.5) * 16) for _, b in points) == list(range(16))
    with pytest.raises(SweepMistake, match="needs numbers"):
        latin_points([axis("a=x,y")], 4, 3)


def test_sweep_over_a_design(files) -> None:
    options = ("--days", 5, "--workers", 1, "--out", files / "out", "--design", 4)
    keys = ("interventions.driver_contact.operators=0:3", "fleet.call_answer_probability=0.2:0.9")
    result = invoke("sweep", files / "calls.yaml", "--set", keys[0], "--set", keys[1], *options)
    assert result.exit_code == 0, result.output
    table = pd.read_parquet(files / "out/sweep.parquet")
    assert sorted(table["interventions.driver_contact.operators"]) == [0, 1, 2, 3]
    assert table["fleet.call_answer_probability"].between(0.2, 0.9).all()
    axes = charts.scattered(table, ["fleet.call_answer_probability"]).axes[0]
    assert axes.lines[0].get_ydata().tolist() == table["ratio"].tolist()


def test_a_precision_that_is_not_reached_is_told(files) -> None:
    options = ("--days", 5, "--workers", 1, "--out", files / "out", "--precision", 1e-5, "--max-replications", 5)
    result = invoke("compare", files / "base.yaml", files / "calls.yaml", *options)
    assert result.exit_code == 0
    assert "calls: the ratio is known to" in result.stderr
    assert "1e-05 was asked for: raise --max-replications" in result.stderr


@pytest.mark.parametrize(("method", "samples"), [("morris", 4), pytest.param("sobol", 4, marks=pytest.mark.slow)])
def test_sensitivity_finds_what_drives_the_rate(files, method, samples) -> None:
    """The rate is nearly proportional to the truck's hazard; memory's half-life hardly matters in five days."""
    options = ("--method", method, "--samples", samples, "--days", 5, "--workers", 1, "--out", files / "out")
    result = invoke("sensitivity", files / "base.yaml", *options)
    assert result.exit_code == 0, result.output
    table = pd.read_parquet(files / "out/sensitivity.parquet")
    assert table["parameter"].iloc[0] == "risk.truck_hazard_ratio"
    assert table["effect"].iloc[0] > 5.0 * table["effect"].iloc[1]
    assert (files / "out/tornado.png").exists()


def test_the_tornado_draws_the_table() -> None:
    table = pd.DataFrame(
        {"parameter": ["a", "b"], "effect": [2.0, 1.0], "effect_low": [1.5, 0.9], "effect_high": [2.5, 1.1]}
    )
    axes = charts.tornado(table, "effect").axes[0]
    assert [bar.get_width() for bar in axes.patches] == [2.0, 1.0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]


def test_ranges_that_only_pass_while_they_rise_together_are_told(tmp_path) -> None:
    """Lowest and most frequent fill must keep their order, and are drawn independently."""
    source = Path(__file__).parents[2] / "scenarios" / "taishun" / "baseline.yaml"
    belief = "{{kind: uniform, low: {}, high: {}, source: {{basis: assumption, range: any}}}}"
    text = f"extends: {source}\nname: own\nfleet:\n  laden_fill: [0.4, 0.7, 1.0]\nuncertain:\n"
    text += f"  fleet.laden_fill.0: {belief.format(0.3, 0.8)}\n  fleet.laden_fill.1: {belief.format(0.6, 0.95)}\n"
    file = tmp_path / "own.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"fleet\.laden_fill\.0.*does not fit"):
        load_scenario(file)
