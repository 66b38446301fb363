"""Intervals for means and paired ratios over replications."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, isnan, nan, sqrt

import numpy as np

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence limits; limits are NaN where one replication gives none."""

    estimate: float
    low: float
    high: float


def t_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """Two-sided quantile of Student's t distribution."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + confidence / 2.0))


def mean_interval(values: Sequence[float], lowest: float = -inf, highest: float = inf) -> Interval:
    """Mean of replications with its t interval; replications without a value (NaN) are left out.

    Limits are cut where the quantity itself ends: a count at 0, a share at 0 and 1.

    Notes
    -----
    mean +- t(n - 1) s / sqrt(n) (Law 2015, Simulation Modeling and Analysis, section 4.5).
    """
    known = np.array([value for value in values if not isnan(value)])
    if len(known) == 0:
        return Interval(nan, nan, nan)
    mean = float(known.mean())
    if len(known) == 1:
        return Interval(mean, nan, nan)
    half = t_quantile(len(known) - 1) * float(known.std(ddof=1)) / sqrt(len(known))
    return Interval(mean, max(mean - half, lowest), min(mean + half, highest))


def paired_ratio(values: Sequence[float], base: Sequence[float]) -> Interval:
    """Ratio of two scenarios on common random numbers, replication by replication.

    Parameters
    ----------
    values, base : sequences of float
        positive results of the same replications, in the same order

    Returns
    -------
    Interval
        geometric mean of the ratios, with the t interval of their logarithms

    Raises
    ------
    ValueError
        if the replications are not paired
    """
    if len(values) != len(base):
        raise ValueError(f"{len(values)} and {len(base)} replications can't be paired")
    ratios = [v / b if b > 0.0 and v > 0.0 else nan for v, b in zip(values, base, strict=True)]
    if any(isnan(ratio) for ratio in ratios):
        return Interval(nan, nan, nan)
    log = mean_interval([float(np.log(ratio)) for ratio in ratios])
    return Interval(exp(log.estimate), exp(log.low), exp(log.high))
