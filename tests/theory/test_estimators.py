"""Counted and expected accidents have the same mean."""

from math import sqrt

import numpy as np

from sim.engine.replication import run_replication

REPLICATIONS = 200


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


def test_counts_scatter_like_poisson(small) -> None:
    """With rare accidents the variance of counts is their mean; the ratio's standard error is sqrt(2 / (n - 1))."""
    scenario = small(days=4, risk__calibration_factor=300.0)
    outcomes = [run_replication(scenario, 12, n).metrics for n in range(REPLICATIONS)]
    difference = np.array([o["accidents"] - o["expected_accidents"] for o in outcomes])
    mean = np.mean([o["expected_accidents"] for o in outcomes])
    assert abs(difference.var(ddof=1) / mean - 1.0) < 3.3 * sqrt(2.0 / (REPLICATIONS - 1) + 1.0 / (REPLICATIONS * mean))
