"""Statistics of accident counts: rates and their ratios, Empirical Bayes, before-after, power.

[1] Garwood (1936): `intervals.exact_rate_interval`.
[2] Hauer (1997), Observational Before-After Studies in Road Safety, Pergamon, chapters 11 and 12.
[3] Hauer, Harwood, Council, Griffith (2002), Estimating safety by the Empirical Bayes method: a tutorial,
    Transportation Research Record 1784, 126-131.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import Literal

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln, ndtri
from scipy.stats import beta, binom, poisson
from scipy.stats import f as f_ratio

from sim.core.units import Floats, Ints
from sim.statistics.intervals import CONFIDENCE, Interval, exact_rate_interval

Method = Literal["exact", "mid_p"]
TINY = 1e-12
TWO_SIDED = float(ndtri(0.5 + CONFIDENCE / 2.0))


def rate_interval(count: int, exposure: float, confidence: float = CONFIDENCE, method: Method = "exact") -> Interval:
    """Rate of a Poisson count with its interval.

    Parameters
    ----------
    count : events
    exposure : in the unit of which the rate is wanted, such as million vehicle-km
    confidence : two-sided [-]
    method : "exact" [1], or "mid_p", shorter and with the nominal confidence on average

    Raises
    ------
    ValueError
        for a negative count or an exposure that is not positive
    """
    exact = exact_rate_interval(count, exposure, confidence)
    if method == "exact":
        return exact
    tail = (1.0 - confidence) / 2.0
    low = _root(lambda m: _mid_above(count, m) - tail, 0.0, float(count)) if count else 0.0
    high = _root(lambda m: _mid_below(count, m) - tail, float(count), count + 10.0 * sqrt(count + 1.0) + 20.0)
    return Interval(count / exposure, low / exposure, high / exposure)


def _mid_above(count: int, mean: float) -> float:
    """P(X > x) + P(X = x) / 2."""
    return float(poisson.sf(count, mean) + 0.5 * poisson.pmf(count, mean))


def _mid_below(count: int, mean: float) -> float:
    return float(poisson.cdf(count, mean) - 0.5 * poisson.pmf(count, mean))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(function, low + TINY, high, xtol=1e-12))


@dataclass(frozen=True)
class RateRatio:
    """After over before, with its interval and the chance of as much or more by chance alone."""

    ratio: Interval
    p_value: float


def rate_ratio(
    after: int,
    before: int,
    exposure_ratio: float = 1.0,
    confidence: float = CONFIDENCE,
    method: Method = "exact",
) -> RateRatio:
    """Ratio of two Poisson rates, conditional on their sum (binomial).

    Parameters
    ----------
    after, before : counts
    exposure_ratio : exposure after over before [-]
    confidence, method : as in `rate_interval`

    Notes
    -----
    Given n = after + before, after is binomial with odds ratio x exposure ratio; limits are Clopper and Pearson's
    (1934) or those of the mid-P. The p-value doubles the smaller tail.
    """
    total, tail = after + before, (1.0 - confidence) / 2.0
    if total == 0:
        return RateRatio(Interval(nan, 0.0, inf), 1.0)
    if method == "exact":
        low = float(beta.ppf(tail, after, before + 1)) if after else 0.0
        high = float(beta.isf(tail, after + 1, before)) if before else 1.0
    else:
        low, high = _mid_p_shares(after, total, tail)
    limits = [inf if p >= 1.0 else p / (1.0 - p) / exposure_ratio for p in (low, high)]
    estimate = after / before / exposure_ratio if before else inf
    return RateRatio(Interval(estimate, limits[0], limits[1]), _p_value(after, total, exposure_ratio, method))


def _mid_p_shares(after: int, total: int, tail: float) -> tuple[float, float]:
    """Limits of the binomial share; 0 and 1 where one count is 0."""

    def low(share: float) -> float:
        return _binomial_tail(after, total, share, upper=True) - tail

    def high(share: float) -> float:
        return _binomial_tail(after, total, share, upper=False) - tail

    return (
        _root(low, 0.0, 1.0 - TINY) if after else 0.0,
        _root(high, 0.0, 1.0 - TINY) if after < total else 1.0,
    )


def _binomial_tail(count: int, total: int, share: float, *, upper: bool) -> float:
    half = 0.5 * binom.pmf(count, total, share)
    return float((binom.sf(count, total, share) if upper else binom.cdf(count - 1, total, share)) + half)


def _p_value(after: int, total: int, exposure_ratio: float, method: Method) -> float:
    share = exposure_ratio / (1.0 + exposure_ratio)
    if method == "mid_p":
        tails = [_binomial_tail(after, total, share, upper=upper) for upper in (True, False)]
    else:
        tails = [float(binom.sf(after - 1, total, share)), float(binom.cdf(after, total, share))]
    return min(2.0 * min(tails), 1.0)


def fit_overdispersion(counts: Ints, means: Floats) -> float:
    """Overdispersion k of a negative binomial with variance mu + k mu**2, by maximum likelihood; 0 if none is seen.

    Parameters
    ----------
    counts, means : arrays
        observed and predicted counts of alike sites, shape (sites,)
    """
    found = minimize_scalar(
        lambda log_k: -_log_likelihood(counts, means, float(np.exp(log_k))), bounds=(-12.0, 5.0), method="bounded"
    )
    k = float(np.exp(found.x))
    return k if _log_likelihood(counts, means, k) > float(np.sum(poisson.logpmf(counts, means))) else 0.0


def _log_likelihood(counts: Ints, means: Floats, k: float) -> float:
    r = 1.0 / k
    terms = gammaln(counts + r) - gammaln(r) - gammaln(counts + 1.0)
    return float((terms + r * np.log(r / (r + means)) + counts * np.log(means / (r + means))).sum())


@dataclass(frozen=True)
class BayesEstimate:
    """What a site's long-run count is likely to be; arrays of shape (sites,) or numbers."""

    weight: Floats
    """Of the prediction for alike sites."""
    expected: Floats
    variance: Floats


def empirical_bayes(count: Floats, predicted: Floats, overdispersion: Floats) -> BayesEstimate:
    """A site's expected count from its own count and that of alike sites, as regression to the mean asks [2, 3].

    Parameters
    ----------
    count : accidents of the site
    predicted : mean of alike sites over the same time
    overdispersion : k of the negative binomial

    Notes
    -----
    w = 1 / (1 + k mu), E = w mu + (1 - w) x, Var = (1 - w) E.
    """
    weight = 1.0 / (1.0 + np.asarray(overdispersion) * np.asarray(predicted))
    expected = weight * predicted + (1.0 - weight) * count
    return BayesEstimate(weight, expected, (1.0 - weight) * expected)


def index_of_effectiveness(counted: int, expected: float, variance: float) -> tuple[float, float]:
    """Accidents after a treatment over those expected without it, and its standard error [2].

    Parameters
    ----------
    counted : accidents after, lambda
    expected, variance : of what they would have been without treatment, pi

    Notes
    -----
    theta = (lambda / pi) / (1 + Var(pi) / pi**2),
    Var(theta) = theta**2 (1 / lambda + Var(pi) / pi**2) / (1 + Var(pi) / pi**2)**2.
    """
    relative = variance / expected**2
    theta = counted / expected / (1.0 + relative)
    spread = theta**2 * ((1.0 / counted if counted else 0.0) + relative) / (1.0 + relative) ** 2
    return theta, sqrt(spread)


MOST_YEARS = 200
ALL_COUNTS_BELOW = 20_000.0
"""Mean counts above are met at so many quantiles instead of at every count."""
QUANTILES = 4000
NEVER = 1e-15
"""Chance of a count below which, and above which, none is met."""
SCANNED_BELOW = 500.0
"""Accidents before, up to which the discreteness of counts matters."""


def detection_power(
    accidents_per_year: float,
    reduction: float,
    years_before: float,
    years_after: float,
    *,
    significance: float = 0.05,
) -> float:
    """Chance that the exact test finds fewer accidents after than before, summed over all pairs of counts.

    Notes
    -----
    sum over b of P(B = b) P(A <= a(b)), where a(b) is the highest count after at which the conditional binomial test
    (given b + a, one tail at half the significance) finds a fall. Where more than `ALL_COUNTS_BELOW` accidents are
    expected before, b runs over `QUANTILES` quantiles.
    """
    mean_before = accidents_per_year * years_before
    mean_after = accidents_per_year * (1.0 - reduction) * years_after
    share = years_after / (years_before + years_after)
    if mean_before <= ALL_COUNTS_BELOW:
        before = np.arange(int(poisson.ppf(NEVER, mean_before)), int(poisson.isf(NEVER, mean_before)) + 1)
        weight = poisson.pmf(before, mean_before)
    else:
        before = poisson.ppf((np.arange(QUANTILES) + 0.5) / QUANTILES, mean_before).astype(np.int64)
        weight = np.full(QUANTILES, 1.0 / QUANTILES)
    highest = _highest_count_of_a_fall(before, share, significance / 2.0)
    return min(float((weight * np.where(highest >= 0, poisson.cdf(highest, mean_after), 0.0)).sum()), 1.0)


def _highest_count_of_a_fall(before: Ints, share: float, tail: float) -> Ints:
    """Highest count after at which the binomial test finds fewer, by count before; -1 where none does."""
    low = np.full(len(before), -1, dtype=np.int64)
    high = (before * (share / (1.0 - share))).astype(np.int64) + 1
    while (high - low > 1).any():
        middle = (low + high) // 2
        falls = binom.cdf(middle, before + middle, share) <= tail
        low, high = np.where(falls, middle, low), np.where(falls, high, middle)
    return low


def years_to_detect(
    accidents_per_year: float, reduction: float, years_before: float, power: float = 0.8, significance: float = 0.05
) -> float:
    """Fewest whole years after in which the exact test finds a true reduction with some power.

    By `detection_power`; infinite if `MOST_YEARS` are not enough. Power grows with time but for the test's
    discreteness: with few accidents all years are tried in order, with many they are halved.
    """

    def enough(years: int) -> bool:
        return detection_power(accidents_per_year, reduction, years_before, years, significance=significance) >= power

    if not enough(MOST_YEARS):
        return inf
    if accidents_per_year * years_before <= SCANNED_BELOW:
        return float(next(years for years in itertools.count(1) if enough(years)))
    few, many = 0, MOST_YEARS
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return float(many)


def cumulative_residuals(counts: Ints, means: Floats, overdispersion: float) -> tuple[Floats, Floats]:
    """Counts less their means, added up site by site, and what chance alone makes of it (CURE plot).

    Parameters
    ----------
    counts, means : array
        by site in the order in which they are added, shape (sites,); the means' sum is that of the counts
    overdispersion : float
        k of the negative binomial

    Returns
    -------
    sums, limits : array
        shape (sites,); of walks that only chance moves, 95 % lie at a site between the limits below and above 0

    Notes
    -----
    Derived: a walk of independent steps with variances v_i = mu_i + k mu_i**2 that is known to end at 0 has at the
    n-th step the variance s (1 - s / S), s the sum of the first n of them and S that of all.
    """
    variance = np.cumsum(means + overdispersion * means**2)
    left = np.maximum(1.0 - variance / variance[-1], 0.0)
    return np.cumsum(counts - means), TWO_SIDED * np.sqrt(variance * left)


def chance_of_drop(
    accidents_per_year: float, drop: float, years_before: float = 1.0, years_after: float = 1.0
) -> float:
    """Chance that the yearly count falls by at least a share although nothing has changed, summed over all counts."""
    mean_before, mean_after = accidents_per_year * years_before, accidents_per_year * years_after
    counts = np.arange(1, int(mean_before + 12.0 * sqrt(mean_before) + 30.0))
    most_after = np.floor(counts / years_before * (1.0 - drop) * years_after + 1e-9)
    return float((poisson.pmf(counts, mean_before) * poisson.cdf(most_after, mean_after)).sum())


@dataclass(frozen=True)
class Belief:
    """What to believe of the true ratio after over before."""

    ratio: Interval
    chance_of_fall: float
    """That the true ratio is below 1."""


def effect_posterior(
    before: int, after: int, *, predicted: float | None = None, overdispersion: float | None = None
) -> Belief:
    """Posterior of the true ratio of two Poisson means after counts of equal exposure.

    Parameters
    ----------
    before, after : counts
    predicted, overdispersion : mean and k of alike sites over the time before, for a site picked because its count was
        high; without them nothing but the count is known

    Notes
    -----
    Jeffreys' prior: means are gamma(count + 1/2, 1). With alike sites, the mean before is gamma(count + 1 / k,
    1 + 1 / (k mu)), whose mean is Hauer's Empirical Bayes estimate [2]. Their ratio is a scaled F with 2 a_after and
    2 a_before degrees of freedom.

    Raises
    ------
    ValueError
        if only one of `predicted` and `overdispersion` is given
    """
    if (predicted is None) != (overdispersion is None):
        raise ValueError("predicted and overdispersion go together")
    shape, rate = before + 0.5, 1.0
    if predicted is not None and overdispersion is not None:
        shape, rate = before + 1.0 / overdispersion, 1.0 + 1.0 / (overdispersion * predicted)
    shape_after = after + 0.5
    scale = shape_after * rate / shape
    tail = (1.0 - CONFIDENCE) / 2.0
    low, middle, high = (scale * float(f_ratio.ppf(q, 2.0 * shape_after, 2.0 * shape)) for q in (tail, 0.5, 1.0 - tail))
    return Belief(Interval(middle, low, high), float(f_ratio.cdf(1.0 / scale, 2.0 * shape_after, 2.0 * shape)))


def worst_site_ratios(
    sites: int,
    mean: float,
    overdispersion: float,
    *,
    picked: int = 1,
    effect: float = 1.0,
    simulations: int = 20_000,
    seed: int = 1,
) -> Floats:
    """Count after over count before at the worst of alike sites, shape (simulations,).

    Parameters
    ----------
    sites : of which those with the highest counts are picked
    mean : accidents of a site over the time before, and over an equal time after
    overdispersion : k, variance of the sites' true means over the square of their mean
    picked : how many sites, whose counts are added
    effect : true ratio after over before of what is done there; 1 leaves regression to the mean alone
    """
    generator = np.random.Generator(np.random.Philox(seed))
    means = generator.gamma(1.0 / overdispersion, mean * overdispersion, (simulations, sites))
    before = generator.poisson(means)
    worst = np.argsort(-before, axis=1, kind="stable")[:, :picked]
    after = generator.poisson(effect * np.take_along_axis(means, worst, axis=1)).sum(axis=1)
    result: Floats = after / np.maximum(np.take_along_axis(before, worst, axis=1).sum(axis=1), 1)
    return result
