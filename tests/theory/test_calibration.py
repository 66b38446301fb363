"""Calibration: a posterior that is known, and coverage on simulated data."""

from math import sqrt

import numpy as np
import pytest
from typer.testing import CliRunner

from sim.calibration import (
    Table,
    Targets,
    coverage,
    coverage_tolerance,
    fit,
    noisy,
    parameter_table,
    predictive_table,
    table_of,
    weighted_interval,
    with_priors,
)
from sim.cli import app
from sim.uncertainty import latin_hypercube, run_draws

SOURCE = {"basis": "assumption", "range": "for a test"}
PRIORS = {
    "behaviour.contact_increment": {"kind": "uniform", "low": 0.02, "high": 0.3, "source": SOURCE},
    "behaviour.choice_scale_cny": {"kind": "uniform", "low": 20.0, "high": 80.0, "source": SOURCE},
    "fleet.call_answer_probability": {"kind": "uniform", "low": 0.4, "high": 0.95, "source": SOURCE},
}
TARGETS = [
    {"name": "before", "scenario": "small", "metric": "compliance_rate", "value": 0.75, "sd": 0.01, "source": SOURCE},
    {"name": "after", "metric": "compliance_rate", "value": 0.95, "sd": 0.01, "source": SOURCE},
    {"name": "response", "metric": "mean_response_s", "value": 90.0, "sd": 10.0, "source": SOURCE},
]


def linear(draws: int = 4000) -> Table:
    """Two parameters, of which the target knows only one: s = u_1."""
    shares = latin_hypercube(draws, ["known", "unknown"], 3)
    return Table(("known", "unknown"), shares, shares[:, :1].copy(), {})


def test_a_posterior_that_is_known() -> None:
    """Uniform prior, target u with normal error 0.05, observed 0.4: the posterior is normal(0.4, 0.05)."""
    table, sd = linear(), np.array([0.05])
    found = fit(table, noisy(table, sd, 3), np.array([0.4]), accept=0.2)
    mean = float(found.weights @ found.shares[:, 0])
    spread = sqrt(float(found.weights @ (found.shares[:, 0] - mean) ** 2))
    effective = 1.0 / float((found.weights**2).sum())
    assert mean == pytest.approx(0.4, abs=4 * 0.05 / sqrt(effective))
    assert spread == pytest.approx(0.05, rel=4 / sqrt(2 * effective))


def test_what_the_data_tell_and_what_not() -> None:
    table = linear()
    known, unknown = fit(table, noisy(table, np.array([0.05]), 3), np.array([0.4]), 0.2).contraction()
    assert known == pytest.approx(1 - 0.05**2 * 12, abs=0.01)
    assert abs(unknown) < 0.2


def test_weighted_medians() -> None:
    values = np.arange(101.0)
    found = weighted_interval(values, np.full(101, 1 / 101), 0.9)
    assert (found.low, found.estimate, found.high) == pytest.approx((5.0, 50.0, 95.0), abs=0.6)


def test_coverage_of_a_wrong_method_is_seen() -> None:
    """Errors of observation that the fit does not know of make its intervals too short."""
    table = linear(600)
    wrong = Table(table.keys, table.shares, table.simulated + np.random.default_rng(1).normal(0, 0.1, (600, 1)), {})
    right = coverage(wrong, np.array([0.001]), 0.2, 200, 3)
    assert abs(right.inside_90 - 0.9) < coverage_tolerance(200, 2, 0.9)
    biased = Table(table.keys, np.sqrt(table.shares), table.simulated, {})
    misled = fit(biased, table.simulated, np.array([0.25]), 0.05)
    assert abs(float(misled.weights @ misled.shares[:, 0]) - 0.25) > 0.1


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
    found = coverage(table, sd, 0.2, 200, 3)
    assert found.fits == 200
    assert abs(found.inside_50 - 0.5) < coverage_tolerance(200, 3, 0.5)
    assert abs(found.inside_90 - 0.9) < coverage_tolerance(200, 3, 0.9)
    assert found.lowest_p > 0.001
    posterior = fit(table, noisy(table, sd, 3), np.array([t.value for t in wanted.targets]), 0.2)
    told = parameter_table(posterior, scenarios[0]).set_index("parameter")["told"]
    assert told["fleet.call_answer_probability"]


def test_tables_of_a_fit(small) -> None:
    wanted, scenarios = _small(small)
    table = table_of(scenarios, wanted, 60, 3, lambda n: run_draws(scenarios, draws=n, replications=1, seed=3))
    sd = np.array([target.sd for target in wanted.targets])
    posterior = fit(table, noisy(table, sd, 3), table.simulated[7], 0.5)
    found = parameter_table(posterior, scenarios[0])
    assert found["parameter"].tolist() == sorted(PRIORS)
    assert (found["posterior_low"] <= found["posterior"]).all()
    assert (found["posterior_low"] >= [20.0, 0.02, 0.4]).all()
    assert table.metrics["p"]["compliance_rate"].tolist() == table.simulated[:, 1].tolist()
    checks = predictive_table(noisy(table, sd, 3), posterior, wanted)
    assert checks["observed"].tolist() == [0.75, 0.95, 90.0]
    assert checks["tail"].between(0, 1).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("value: high", "targets[0].value: found 'high'"),
        ("valu: 1", "unknown key"),
        ("value: 0.9\n    months: [2030-01, 2030-02]", "is not in"),
        ("value: 0.9\n    scenario: nobody", "is not a scenario"),
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
