"""Intervals against numbers that others published or that follow by hand."""

from math import exp, isnan, log, nan, sqrt

import numpy as np
import pandas as pd
import pytest

from sim.results.tables import summary_of
from sim.statistics.intervals import mean_interval, paired_ratio, t_quantile


def test_t_quantiles_of_the_tables() -> None:
    """Student's table: 12.706, 4.303 and 1.960 for 1, 2 and very many degrees of freedom."""
    assert t_quantile(1) == pytest.approx(12.706, abs=5e-4)
    assert t_quantile(2) == pytest.approx(4.303, abs=5e-4)
    assert t_quantile(10**7) == pytest.approx(1.960, abs=5e-4)


def test_mean_interval_by_hand() -> None:
    interval = mean_interval([1.0, 2.0, 3.0])
    assert interval.estimate == 2.0
    assert interval.high - 2.0 == pytest.approx(4.30265 * 1.0 / sqrt(3), rel=1e-5)
    assert 2.0 - interval.low == pytest.approx(interval.high - 2.0)


def test_one_or_no_replication_has_no_interval() -> None:
    assert isnan(mean_interval([1.0]).low)
    assert isnan(mean_interval([nan]).estimate)
    assert mean_interval([1.0, nan]).estimate == 1.0


def test_limits_end_where_the_quantity_ends() -> None:
    assert mean_interval([0.0, 1.0], lowest=0.0).low == 0.0
    assert mean_interval([0.5, 0.99], highest=1.0).high == 1.0


def test_paired_ratio_by_hand() -> None:
    ratio = paired_ratio([2.0, 8.0], [1.0, 2.0])
    half = 12.7062 * (log(4) - log(2)) / sqrt(2) / sqrt(2)
    assert ratio.estimate == pytest.approx(sqrt(8.0))
    assert ratio.high == pytest.approx(sqrt(8.0) * exp(half), rel=1e-4)


def test_unpaired_replications_are_refused() -> None:
    with pytest.raises(ValueError, match="can't be paired"):
        paired_ratio([1.0], [1.0, 2.0])
    assert isnan(paired_ratio([1.0, 0.0], [1.0, 1.0]).estimate)


def test_paired_interval_covers_the_true_ratio() -> None:
    """Of 2,000 experiments of 4 lognormal replications, 95 % give or take 3.5 standard errors cover."""
    generator = np.random.default_rng(8)
    covered = 0
    for _ in range(2000):
        base = np.exp(generator.normal(0.0, 0.3, 4))
        interval = paired_ratio((base * 0.8 * np.exp(generator.normal(0.0, 0.02, 4))).tolist(), base.tolist())
        covered += interval.low <= 0.8 <= interval.high
    assert abs(covered / 2000 - 0.95) < 3.5 * sqrt(0.95 * 0.05 / 2000)


def test_no_accident_in_any_run_has_an_upper_limit() -> None:
    """Of a Poisson count of 0: 3.689 events (Garwood 1936), in four runs of 0.5 million km each."""
    rows = {"scenario": "a", "replication": range(4), "seed": 1, "accidents": 0.0, "vehicle_km": 5e5}
    semi = {"vehicle_km_semi": 2e5, "accidents_semi": 0.0, "vehicle_km_county": 0.0, "accidents_county": 0.0}
    none = {"accident_rate_per_million_vkm": 0.0, "violations": 0.0, "deaths": 0.0, "secondary_accidents": 0.0}
    metrics = summary_of(pd.DataFrame({**rows, **semi, **none}), None)["scenarios"]["a"]["metrics"]
    assert metrics["accidents_semi"] == metrics["secondary_accidents"] == metrics["accidents"]
    assert metrics["accidents_county"] == {"mean": 0.0, "low": 0.0, "high": 0.0}
    assert metrics["deaths"] == {"mean": 0.0, "low": None, "high": None}
    assert metrics["accidents"] == {"mean": 0.0, "low": 0.0, "high": pytest.approx(3.689 / 4, abs=1e-3)}
    assert metrics["accident_rate_per_million_vkm"]["high"] == pytest.approx(3.689 / 2.0, abs=1e-3)
    assert metrics["violations"] == {"mean": 0.0, "low": 0.0, "high": 0.0}
