"""Intervals for means and paired ratios over replications."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, inf, isnan, log1p, nan, sqrt

import numpy as np

from sim.core.units import Floats

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


def exact_rate_interval(count: int, exposure: float, confidence: float = CONFIDENCE) -> Interval:
    """Rate of a Poisson count with exact limits [1]_.

    Parameters
    ----------
    count : events
    exposure : in the unit of which the rate is wanted, such as million vehicle-km
    confidence : two-sided [-]

    Raises
    ------
    ValueError
        for a negative count or an exposure that is not positive

    References
    ----------
    .. [1] Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28, 437-442.
    """
    from scipy.special import gammainccinv, gammaincinv

    if count < 0 or exposure <= 0.0:
        raise ValueError(f"count {count} must not be negative, exposure {exposure} must be positive")
    tail = (1.0 - confidence) / 2.0
    low = float(gammaincinv(count, tail)) if count else 0.0
    return Interval(count / exposure, low / exposure, float(gammainccinv(count + 1, tail)) / exposure)


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


def _log_ratios(values: Sequence[float], base: Sequence[float]) -> Floats:
    return np.log(np.asarray(values, dtype=np.float64)) - np.log(np.asarray(base, dtype=np.float64))


class NoRatioError(ValueError):
    """Something is 0 or does not exist, so that there is no ratio to it."""


def needs_ratio(values: Sequence[float], name: str) -> None:
    """See that a scenario's rates have ratios.

    Raises
    ------
    NoRatioError
        if one is 0, or nobody drives
    """
    if not all(value > 0.0 for value in values):
        raise NoRatioError(f"{name}: no accidents are expected in a run, so that there is no ratio of accident rates")


def stein_replications(values: Sequence[float], base: Sequence[float], precision: float) -> int:
    """Replications after which the interval of a paired ratio is narrow enough, from those of a first stage.

    Parameters
    ----------
    values, base : sequences of float
        positive results of the first stage
    precision : float
        half-width relative to the ratio [-]

    Notes
    -----
    N = max(n_0, ceil((t(n_0 - 1) s_0 / d)**2)) with d = ln(1 + precision) (Stein 1945).
    """
    logs = _log_ratios(values, base)
    half = t_quantile(len(logs) - 1) * float(logs.std(ddof=1))
    return max(len(logs), ceil((half / log1p(precision)) ** 2))


def stein_ratio(values: Sequence[float], base: Sequence[float], first_stage: int) -> Interval:
    """Paired ratio after two stages: all replications' mean, the first stage's variance and degrees of freedom."""
    if first_stage >= len(values):
        return paired_ratio(values, base)
    logs = _log_ratios(values, base)
    half = t_quantile(first_stage - 1) * float(logs[:first_stage].std(ddof=1)) / sqrt(len(logs))
    mean = float(logs.mean())
    return Interval(exp(mean), exp(mean - half), exp(mean + half))
