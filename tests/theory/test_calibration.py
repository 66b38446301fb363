"""Calibration: a posterior that is known, and coverage on simulated data."""

import json
from math import sqrt

import numpy as np
import pytest
import yaml_text
from conftest import TAISHUN
from typer.testing import CliRunner

from sim.analysis.calibration import (
    Table,
    coverage,
    coverage_tolerance,
    fit,
    noisy,
    out_of_reach,
    parameter_table,
    predictive_table,
    priors_of,
    table_of,
    weighted_interval,
    with_priors,
)
from sim.analysis.targets import Errors, Target, Targets, observed_in
from sim.analysis.uncertainty import latin_hypercube, run_draws
from sim.cli import app
from sim.engine.replication import run_replication
from sim.scenario import load_scenario

SOURCE = {"basis": "assumption", "range": "for a test"}
PRIORS = {
    "behaviour.contact_effect": {"kind": "uniform", "low": 0.05, "high": 0.9, "source": SOURCE},
    "behaviour.choice_scale_cny": {"kind": "uniform", "low": 20.0, "high": 80.0, "source": SOURCE},
    "fleet.call_answer_probability": {"kind": "uniform", "low": 0.4, "high": 0.95, "source": SOURCE},
}
TARGETS = [
    {"name": "before", "scenario": "small", "metric": "compliance_rate", "value": 0.75, "sd": 0.01, "source": SOURCE},
    {"name": "after", "metric": "compliance_rate", "value": 0.95, "sd": 0.01, "source": SOURCE},
    {"name": "response", "metric": "mean_response_s", "value": 90.0, "sd": 10.0, "source": SOURCE},
]


def normal_errors(sd: np.ndarray) -> Errors:
    """Of numbers that are known with these standard deviations."""
    return Errors(sd, np.zeros(len(sd), dtype=np.bool_), np.zeros(len(sd)))


def linear(draws: int = 4000) -> Table:
    """Two parameters, of which the target knows only one: s = u_1."""
    shares = latin_hypercube(draws, ["known", "unknown"], 3)
    return Table(("known", "unknown"), shares, shares[:, :1].copy(), {})


def test_a_posterior_that_is_known() -> None:
    """Uniform prior, target u with normal error 0.05, observed 0.4: the posterior is normal(0.4, 0.05)."""
    table, sd = linear(), np.array([0.05])
    found = fit(table, noisy(table, normal_errors(sd), 3), np.array([0.4]), accept=0.2)
    mean = float(found.weights @ found.shares[:, 0])
    spread = sqrt(float(found.weights @ (found.shares[:, 0] - mean) ** 2))
    effective = 1.0 / float((found.weights**2).sum())
    assert mean == pytest.approx(0.4, abs=4 * 0.05 / sqrt(effective))
    assert spread == pytest.approx(0.05, rel=4 / sqrt(2 * effective))


def test_what_the_data_tell_and_what_not() -> None:
    table = linear()
    known, unknown = fit(table, noisy(table, normal_errors(np.array([0.05])), 3), np.array([0.4]), 0.2).contraction()
    assert known == pytest.approx(1 - 0.05**2 * 12, abs=0.01)
    assert abs(unknown) < 0.2


@pytest.mark.parametrize("k", [0.0, 0.05])
def test_a_count_tells_as_much_as_its_chance_leaves(k) -> None:
    """Mean 200 (1/2 + u), 200 counted: the posterior of u is about normal(0.5, √(200 + k 200²) / 200)."""
    shares = latin_hypercube(4000, ["known", "unknown"], 3)
    table = Table(("known", "unknown"), shares, 200.0 * (0.5 + shares[:, :1]), {})
    target = {"name": "t", "metric": "expected_accidents", "value": 200, "years": 5, "overdispersion": k}
    wanted = Targets.model_validate({"targets": [{**target, "source": SOURCE}]})
    errors = Errors.of(wanted)
    seen = noisy(table, errors, 3)
    found = fit(table, seen, errors.scaled(np.array([200.0])), accept=0.2)
    mean = float(found.weights @ found.shares[:, 0])
    spread = sqrt(float(found.weights @ (found.shares[:, 0] - mean) ** 2))
    exact = sqrt(200.0 + k * 200.0**2) / 200.0
    assert mean == pytest.approx(0.5, abs=4 * exact / sqrt(found.effective) + exact**2)  # skewed by about its variance
    assert spread == pytest.approx(exact, rel=4 / sqrt(2 * found.effective) + exact)
    row = predictive_table(table, found, wanted, 3).iloc[0]
    assert row["sd"] == pytest.approx(200.0 * exact)
    assert float(row["prior_low"]).is_integer()
    half = (row["posterior_high"] - row["posterior_low"]) / 2
    assert half == pytest.approx(1.96 * sqrt(2) * 200.0 * exact, rel=0.15)
    held = coverage(table, errors, 0.2, 200, 3)
    assert abs(held.inside_90 - 0.9) < coverage_tolerance(200, 2, 0.9)


def test_counts_scatter_as_they_should() -> None:
    generator = np.random.Generator(np.random.Philox(key=[3, 3]))
    errors = Errors(np.array([0.0, 2.0]), np.array([True, False]), np.array([0.25, 0.0]))
    seen = errors.observed(np.full((40_000, 2), 30.0), generator)
    assert seen.mean(axis=0) == pytest.approx([30.0, 30.0], abs=4 * sqrt(30.0 + 0.25 * 900.0) / 200.0)
    variances = np.array([30.0 + 0.25 * 900.0, 4.0])
    assert seen.var(axis=0) == pytest.approx(variances, rel=4 * sqrt(10.0 / 40_000))  # kurtosis below 12
    assert (seen[:, 0] == seen[:, 0].astype(int)).all()
    assert errors.unscaled(errors.scaled(seen)) == pytest.approx(seen)


def test_a_count_is_held_against_as_many_years(small) -> None:
    target = {"name": "t", "scenario": "small", "metric": "expected_accidents", "value": 8, "years": 5.0}
    wanted, scenarios = _small(small, [{**target, "source": SOURCE}])
    table = table_of(scenarios, wanted, 2, 3, lambda n: run_draws(scenarios, draws=n, replications=1, seed=3))
    a_run = table.metrics["small"]["expected_accidents"].to_numpy()
    assert table.simulated[:, 0] == pytest.approx(a_run * 5.0 * 365.0 / scenarios[0].days)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sd": 3.0}, "and not both"),
        ({"years": None}, "must have sd, or years"),
        ({"value": 8.5}, "a count in 5 years must be a whole number"),
        ({"months": ["2025-01", "2025-02"]}, "neither relative_to nor months"),
        ({"years": None, "sd": 2.0, "overdispersion": 0.1}, "overdispersion is of a count"),
        ({"metric": "accidents"}, "such as expected_accidents"),
        ({"metric": "compliance_rate", "value": 1}, "such as expected_accidents"),
    ],
)
def test_counts_that_can_not_be(changes, said) -> None:
    target = {"name": "t", "metric": "expected_accidents", "value": 8, "years": 5.0, "source": SOURCE}
    Target.model_validate(target)
    with pytest.raises(ValueError, match=said):
        Target.model_validate({**target, **changes})


def test_weighted_medians() -> None:
    values = np.arange(101.0)
    found = weighted_interval(values, np.full(101, 1 / 101), 0.9)
    assert (found.low, found.estimate, found.high) == pytest.approx((5.0, 50.0, 95.0), abs=0.6)


def test_coverage_of_a_wrong_method_is_seen() -> None:
    """Regression of few draws on a target that bends strongly: ranks are not uniform, and the check says so."""
    table = linear(600)
    right = coverage(table, normal_errors(np.array([0.05])), 0.2, 200, 3, np.exp(table.shares[:, 0]))
    assert abs(right.inside_90 - 0.9) < coverage_tolerance(200, 2, 0.9)
    assert right.lowest_p > 0.001
    assert right.output_inside_90 is not None
    assert abs(right.output_inside_90 - 0.9) < coverage_tolerance(200, 1, 0.9)
    bent = Table(table.keys, table.shares, np.exp(8.0 * table.simulated), {})
    wrong = coverage(bent, normal_errors(np.array([0.001])), 0.1, 200, 3, np.exp(table.shares[:, 0]))
    assert abs(wrong.inside_50 - 0.5) > coverage_tolerance(200, 2, 0.5)
    assert wrong.output_inside_50 is not None
    assert abs(wrong.output_inside_50 - 0.5) > coverage_tolerance(200, 1, 0.5)
    assert wrong.lowest_p < 0.001


def test_predictions_hold_the_error_of_observation() -> None:
    """Posterior normal(0.4, 0.05) and error 0.05: what would be observed is normal(0.4, 0.05 √2)."""
    table, sd = linear(), np.array([0.05])
    target = {"name": "t", "metric": "m", "value": 0.4, "sd": 0.05, "source": SOURCE}
    found = fit(table, noisy(table, normal_errors(sd), 3), np.array([0.4]), accept=0.2)
    row = predictive_table(table, found, Targets.model_validate({"targets": [target]}), 3).iloc[0]
    assert row["posterior"] == pytest.approx(0.4, abs=4 * 1.25 * 0.05 * sqrt(2) / sqrt(found.effective))
    half = (row["posterior_high"] - row["posterior_low"]) / 2
    assert half == pytest.approx(1.96 * 0.05 * sqrt(2), rel=4 * 1.3 / sqrt(2 * found.effective))
    assert row["tail"] == pytest.approx(0.5, abs=4 * 0.5 / sqrt(found.effective))


def test_a_target_beyond_all_draws_is_said() -> None:
    table, sd = linear(), np.array([0.05])
    seen = noisy(table, normal_errors(sd), 3)
    target = {"name": "t", "metric": "m", "value": 0.4, "sd": 0.05, "source": SOURCE}
    assert out_of_reach(seen, Targets.model_validate({"targets": [target]})) == []
    (said,) = out_of_reach(seen, Targets.model_validate({"targets": [{**target, "value": 40.0}]}))
    assert said.startswith("target t: observed is 40, and all 4000 draws give ")
    assert "can be relied on" in said


def _small(small, targets=TARGETS):
    wanted = Targets.model_validate({"parameters": PRIORS, "targets": targets})
    programme = {"driver_contact": {}, "early_warning": {}}
    scenarios = [small(warm_up_days=5), small(name="p", warm_up_days=5, interventions=programme)]
    return wanted, with_priors(scenarios, wanted)


@pytest.mark.slow
def test_posteriors_cover_the_truth_on_a_small_scenario(small) -> None:
    """200 data sets simulated from known parameters: intervals hold them at the nominal rate."""
    wanted, scenarios = _small(small)
    table = table_of(scenarios, wanted, 500, 3, lambda n: run_draws(scenarios, draws=n, replications=1, seed=3))
    sd = np.array([target.sd for target in wanted.targets])
    found = coverage(table, normal_errors(sd), 0.2, 200, 3)
    assert found.fits == 200
    assert abs(found.inside_50 - 0.5) < coverage_tolerance(200, 3, 0.5)
    assert abs(found.inside_90 - 0.9) < coverage_tolerance(200, 3, 0.9)
    assert found.lowest_p > 0.001
    posterior = fit(table, noisy(table, normal_errors(sd), 3), np.array([t.value for t in wanted.targets]), 0.2)
    told = parameter_table(posterior, scenarios).set_index("parameter")["told"]
    assert told["fleet.call_answer_probability"]


@pytest.mark.slow
def test_tables_of_a_fit(small) -> None:
    wanted, scenarios = _small(small)
    table = table_of(scenarios, wanted, 60, 3, lambda n: run_draws(scenarios, draws=n, replications=1, seed=3))
    sd = np.array([target.sd for target in wanted.targets])
    posterior = fit(table, noisy(table, normal_errors(sd), 3), table.simulated[7], 0.5)
    found = parameter_table(posterior, scenarios)
    assert found["parameter"].tolist() == sorted(PRIORS)
    assert found["prior"].tolist() == pytest.approx([50.0, 0.475, 0.675])
    assert found["prior_low"].tolist() == pytest.approx([21.5, 0.07125, 0.41375])
    assert (found["contraction_se"] == sqrt(0.8 / posterior.effective)).all()
    assert table.metrics["p"]["compliance_rate"].tolist() == table.simulated[:, 1].tolist()
    checks = predictive_table(table, posterior, wanted, 3)
    assert checks["observed"].tolist() == [0.75, 0.95, 90.0]
    error = 1.25 * np.sqrt(table.simulated.var(axis=0) + sd**2) / sqrt(60)
    assert (np.abs(checks["prior"] - np.median(table.simulated, axis=0)) < 4 * error).all()


def test_targets_of_any_kind(small) -> None:
    """Compliance by month, accidents of one scenario over another's, speed, response time."""
    outcomes = {
        name: run_replication(small(name=name, days=20, warm_up_days=0, interventions=measures), 3, 0)
        for name, measures in (("small", {}), ("p", {"driver_contact": {}}))
    }
    base, programme = (outcomes[name] for name in ("small", "p"))

    def target(metric, **more):
        return observed_in(Target(name="t", metric=metric, value=1.0, sd=1.0, source=SOURCE, **more), outcomes)

    month = programme.monthly["month"].iloc[0]
    own = programme.monthly.iloc[0]
    assert target("compliance_rate", months=(month, month)) == 1 - own["violations"] / own["candidate_trips"]
    ratio = programme.metrics["expected_accidents"] / base.metrics["expected_accidents"]
    assert target("expected_accidents", relative_to="small") == ratio
    assert target("mean_response_s") == programme.metrics["mean_response_s"]
    kilometres, seconds = base.sections["vehicle_km"].sum(), base.metrics["vehicle_hours"] * 3600
    assert target("mean_speed_kmh", scenario="small") == pytest.approx(3600 * kilometres / seconds)
    assert 20 < target("mean_speed_kmh", scenario="small") < 90
    parts = [programme.metrics[f"expected_{name}"] for name in ("head_on", "rear_end")]
    share = target("expected_head_on", of=("expected_head_on", "expected_rear_end"))
    assert share == pytest.approx(parts[0] / sum(parts))
    with pytest.raises(ValueError, match="there is no metric 'expected_nothing'"):
        target("expected_head_on", of=("expected_nothing",))


def test_what_accidents_do_is_fitted_where_a_target_tells_of_it() -> None:
    """A share of fatal accidents says nothing of their number: with severity as it is it would bend all else."""
    county = [load_scenario(TAISHUN / "baseline.yaml")]
    told = {"name": "f", "metric": "expected_fatal_accidents", "of": ["expected_accidents"], "value": 0.1, "sd": 0.03}
    plain = {"name": "a", "metric": "expected_accidents", "value": 40.0, "years": 1.0}
    keys = [
        {key.split(".")[0] for key in priors_of(with_priors(county, Targets.model_validate({"targets": own})))}
        for own in ([{**told, "source": SOURCE}], [{**plain, "source": SOURCE}])
    ]
    assert "severity" in keys[0]
    assert "valuation" not in keys[0]
    assert "severity" not in keys[1]


@pytest.mark.parametrize("more", [{"years": 2.0, "sd": None}, {"relative_to": "b"}, {"months": ("2025-01", "2025-02")}])
def test_a_share_of_metrics_is_nothing_else_too(more) -> None:
    with pytest.raises(ValueError, match="neither relative_to nor months nor years"):
        Target(
            name="t",
            metric="expected_head_on",
            of=("expected_rear_end",),
            value=1.0,
            **{"sd": 1.0, **more},
            source=SOURCE,
        )


def test_priors_come_from_whichever_scenario_has_them(small) -> None:
    wanted = Targets.model_validate({"targets": TARGETS[1:2]})
    prior, other = (dict(list(PRIORS.items())[place : place + 1]) for place in (0, 2))
    pair = [small(uncertain=prior), small(name="p", uncertain={**prior, **other})]
    assert sorted(priors_of(with_priors(pair, wanted))) == sorted({**prior, **other})
    changed = {key: {**value, "high": 0.2} for key, value in prior.items()}
    with pytest.raises(ValueError, match="another distribution"):
        with_priors([pair[0], small(name="p", uncertain=changed)], wanted)


def test_a_target_without_a_value_is_named(small) -> None:
    """Nobody is ever called in the baseline, so that there is no response time."""
    wanted = Targets.model_validate({"parameters": PRIORS, "targets": [{**TARGETS[2], "scenario": "small"}]})
    scenarios = with_priors([small(warm_up_days=0, days=2)], wanted)
    with pytest.raises(ValueError, match="target response: mean_response_s has no value in draw 0 of 3"):
        table_of(scenarios, wanted, 3, 3, lambda n: run_draws(scenarios, draws=n, replications=1, seed=3))


@pytest.mark.slow
def test_calibrate_writes_tables_and_charts(tmp_path) -> None:
    """From files to files; what is shown is what is written."""
    (tmp_path / "base.yaml").write_text(yaml_text.SMALL_YAML)
    (tmp_path / "p.yaml").write_text("name: p\nextends: base.yaml\ninterventions: {driver_contact: {}}\n")
    (tmp_path / "targets.yaml").write_text(json.dumps({"format": 1, "parameters": PRIORS, "targets": TARGETS}))
    files = [str(tmp_path / name) for name in ("base.yaml", "p.yaml")]
    options = [
        "--targets",
        str(tmp_path / "targets.yaml"),
        "--draws",
        "50",
        "--days",
        "5",
        "--out",
        str(tmp_path / "out"),
    ]
    result = CliRunner().invoke(app, ["calibrate", *files, *options])
    assert result.exit_code == 0, result.output
    content = json.loads((tmp_path / "out" / "calibration.json").read_text())
    assert [row["parameter"] for row in content["parameters"]] == sorted(PRIORS)
    assert [row["target"] for row in content["targets"]] == ["before", "after", "response"]
    assert content["coverage"]["fits"] == 50
    for row in content["parameters"]:
        assert f"{row['posterior']:.3g}" in result.output
    assert {file.name for file in (tmp_path / "out").glob("*.svg")} == {"posteriors.svg", "predictive.svg"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("value: high", "targets[0].value: found 'high'"),
        ("valu: 1", "valu: unknown key; did you mean `value`?"),
        ("value: 98", "value is 98, compliance_rate is a share and must be from 0 to 1"),
        ("value: -0.1", "value is -0.1, compliance_rate is never below 0"),
        ("month: 3", "targets[0].value: is required and missing"),
        ("value: 0.9\n    months: [2030-01, 2030-02]", "is not in"),
        ("value: 0.9\n    months: [2025-03, 2025-02]", "is after the last"),
        ("value: 0.9\n    scenario: nobody", "is not a scenario"),
        (
            "value: 0.9\n  - {name: two, metric: luck, value: 1, sd: 1, source: {basis: assumption, range: any}}",
            "no metric 'luck'",
        ),
    ],
)
def test_bad_targets_are_one_message(taishun, tmp_path, change, said) -> None:
    file = tmp_path / "targets.yaml"
    text = (
        "format: 1\ntargets:\n  - name: one\n    metric: compliance_rate\n    sd: 0.01\n"
        f"    source: {{basis: assumption, range: any}}\n    {change}\n"
    )
    file.write_text(text)
    result = CliRunner().invoke(app, ["calibrate", str(taishun / "baseline.yaml"), "--targets", str(file)])
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output
