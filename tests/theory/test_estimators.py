"""Counted and expected accidents have the same mean."""

from math import sqrt

import numpy as np
import pytest

from sim.engine.replication import run_replication
from sim.scenario import load_scenario

REPLICATIONS = 200


@pytest.mark.slow
def test_counted_and_expected_agree_over_200_replications(small) -> None:
    """The difference is a martingale: its mean is 0, its variance a replication that of the differences seen."""
    scenario = small(days=4, risk__calibration_factor=1500.0, interventions={"early_warning": {}, "driver_contact": {}})
    outcomes = [run_replication(scenario, 11, n).metrics for n in range(REPLICATIONS)]
    counted = np.array([o["accidents"] for o in outcomes])
    expected = np.array([o["expected_accidents"] for o in outcomes])
    difference = counted - expected
    standard_error = difference.std(ddof=1) / sqrt(REPLICATIONS)
    assert counted.sum() > 1000
    assert abs(difference.mean()) < 3.3 * standard_error
    assert expected.std() < counted.std()


@pytest.mark.slow
def test_counts_scatter_like_poisson(small) -> None:
    """With rare accidents the variance of counts is their mean; the ratio's standard error is sqrt(2 / (n - 1))."""
    scenario = small(days=4, risk__calibration_factor=300.0)
    outcomes = [run_replication(scenario, 12, n).metrics for n in range(REPLICATIONS)]
    difference = np.array([o["accidents"] - o["expected_accidents"] for o in outcomes])
    mean = np.mean([o["expected_accidents"] for o in outcomes])
    assert abs(difference.var(ddof=1) / mean - 1.0) < 3.3 * sqrt(2.0 / (REPLICATIONS - 1) + 1.0 / (REPLICATIONS * mean))


HOT = {"days": 60, "warm_up_days": 20, "risk.calibration_factor": 400.0}


@pytest.mark.parametrize(
    ("scenario", "fewest"),
    [
        pytest.param("taishun/baseline", 2000, marks=pytest.mark.slow),
        pytest.param("measures/rapid_response", 2000, marks=pytest.mark.slow),
        ("measures/everything", 2000),
    ],
)
def test_expected_deaths_and_injuries_are_the_means_of_the_counted(root, scenario, fewest) -> None:
    """With and without squads, with lower speeds and escape ramps: within three standard errors."""
    base = load_scenario(root / f"scenarios/{scenario}.yaml").changed(HOT)
    counted, expected, variance, accidents = np.zeros(2), np.zeros(2), np.zeros(2), 0
    for seed in (1, 2):
        outcome = run_replication(base, seed, 0)
        accidents += len(outcome.accidents)
        persons = np.array([(a.deaths, a.injuries) for a in (*outcome.accidents, *outcome.captures)], dtype=float)
        variance += (persons**2).sum(axis=0)
        counted += persons.sum(axis=0)
        expected += [outcome.metrics["expected_deaths"], outcome.metrics["expected_injuries"]]
    assert accidents >= fewest
    assert (np.abs(counted - expected) < 3.0 * np.sqrt(variance)).all()
