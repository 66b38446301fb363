"""How likely an observation is under a mixture of predictions, and what would have been observed instead.

A prediction is a matrix of values, draws in rows and a place's own deviations in columns; draws have weights. Counts
are Poisson, parts of a total binomial, published estimates lognormal; of counts before and after, the later one is
binomial given both together.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats
from scipy.special import expit, logit, logsumexp, ndtri

from sim.core.units import Floats, Ints
from sim.hindcast.cases import BeforeAfter, Count, Discrepancy, Observation, Observed, PartOf

LEAST = 1e-12
"""Predictions are held this far from 0 and shares from 1, where logarithms end."""
OWN = 64
"""Deviations of a place that are tried for each draw."""
INTERVAL = 0.9


def observed_value(observed: Observed) -> float:
    """As tables and charts show it: a year's number, a share or a ratio."""
    if isinstance(observed, Count):
        return observed.count / observed.years
    if isinstance(observed, PartOf):
        return observed.count / observed.of
    if isinstance(observed, BeforeAfter):
        return (observed.after / observed.years_after) / (observed.before / observed.years_before)
    return observed.value


def spread_of(observation: Observation, discrepancy: Discrepancy) -> float:
    """Standard deviation of a place's own deviation, of the logarithm or of log-odds."""
    if isinstance(observation.observed, PartOf):
        return discrepancy.share_logit_sd
    level = isinstance(observation.observed, Count) or observation.is_recorded_rate
    return discrepancy.count_log_sd if level else discrepancy.effect_log_sd


def spread(values: Floats, own: Floats, sd: float, observation: Observation) -> Floats:
    """Values with a place's own deviations.

    Parameters
    ----------
    values : a year's number, a share or a ratio, shape (draws,)
    own : standard normal, shape (deviations,)
    sd : of the logarithm, or of log-odds
    observation : what is predicted

    Returns
    -------
    shape (draws, deviations)
    """
    if isinstance(observation.observed, PartOf):
        result: Floats = expit(log_odds(values)[:, None] + sd * own)
        return result
    deviations: Floats = np.exp(sd * own)
    return np.maximum(values, LEAST)[:, None] * deviations


def log_odds(shares: Floats) -> Floats:
    """Of shares, held from 0 and 1, shape as given."""
    result: Floats = logit(np.clip(shares, LEAST, 1.0 - LEAST))
    return result


def log_likelihood(observation: Observation, predicted: Floats) -> Floats:
    """Logarithm of the probability, or density, of what was observed, shape of `predicted`."""
    return np.asarray(_log_probability(observation.observed, predicted), dtype=np.float64)


def _log_probability(observed: Observed, predicted: Floats) -> Any:
    if isinstance(observed, Count):
        return stats.poisson.logpmf(observed.count, predicted * observed.years)
    if isinstance(observed, PartOf):
        return stats.binom.logpmf(observed.count, observed.of, predicted)
    if isinstance(observed, BeforeAfter):
        both = observed.before + observed.after
        return stats.binom.logpmf(observed.after, both, _later_share(observed, predicted))
    return stats.norm.logpdf(np.log(observed.value), np.log(predicted), max(observed.log_se, LEAST))


def replicated(observation: Observation, predicted: Floats, seed: int) -> Floats:
    """What might have been observed, one for each prediction, as tables show it."""
    generator, observed = np.random.Generator(np.random.Philox(key=[seed, 4])), observation.observed
    if isinstance(observed, Count):
        return generator.poisson(predicted * observed.years) / observed.years
    if isinstance(observed, PartOf):
        return generator.binomial(observed.of, predicted) / observed.of
    if isinstance(observed, BeforeAfter):
        both = observed.before + observed.after
        after = generator.binomial(both, _later_share(observed, predicted))
        return (after / observed.years_after) / (np.maximum(both - after, 0.5) / observed.years_before)
    errors: Floats = np.exp(observed.log_se * generator.standard_normal(predicted.shape))
    return predicted * errors


def _later_share(observed: BeforeAfter, ratio: Floats) -> Floats:
    later = ratio * observed.years_after
    result: Floats = np.clip(later / (observed.years_before + later), LEAST, 1.0 - LEAST)
    return result


def mixture_log_score(per_prediction: Floats, weights: Floats) -> float:
    """Logarithm of the mixture's probability; weights sum to 1, shape (draws,)."""
    return float(logsumexp(by_draw(per_prediction), b=weights))


def by_draw(per_prediction: Floats) -> Floats:
    """Logarithm of the mean probability over a place's own deviations, shape (draws,)."""
    result: Floats = logsumexp(per_prediction, axis=1) - np.log(per_prediction.shape[1])
    return result


def weighted_quantiles(values: Floats, weights: Floats, shares: tuple[float, ...]) -> list[float]:
    """Quantiles of values in rows of equal weight each, shape (draws, deviations)."""
    flat = values.ravel()
    order: Ints = np.argsort(flat, kind="stable")
    each = np.repeat(weights / values.shape[1], values.shape[1])[order]
    cumulative = np.cumsum(each) - each / 2.0
    return [float(one) for one in np.interp(shares, cumulative, flat[order])]


def tail(values: Floats, weights: Floats, observed: float) -> float:
    """Share of what might have been observed below what was, half of what equals it."""
    below = (values < observed).mean(axis=1) + 0.5 * (values == observed).mean(axis=1)
    return float(weights @ below)


def deviations(seed: int, discrepancy: Discrepancy, *, selected: bool) -> Floats:
    """A place's own standard normal deviations, shape (deviations,); of a place that is among the worst, higher ones.

    A list of the worst goes by something that is correlated with a place's own deviation.
    """
    generator = np.random.Generator(np.random.Philox(key=[seed, 3]))
    own: Floats = ndtri(_strata(generator))
    if not selected:
        return own
    listed = ndtri(1.0 - discrepancy.worst_share * _strata(generator))
    rho = discrepancy.worst_correlation
    result: Floats = rho * listed + np.sqrt(1.0 - rho**2) * own
    return result


def quantiles(seed: int, of: Callable[[Floats], Floats], *, stream: int = 5) -> Floats:
    """Values that stand for a distribution, of which `of` gives quantiles, shape (deviations,).

    Their order has nothing to do with deviations, nor with that of another stream.
    """
    return of(_strata(np.random.Generator(np.random.Philox(key=[seed, stream]))))


def _strata(generator: np.random.Generator) -> Floats:
    """The middle of each of so many equal parts of 1, in random order, shape (deviations,)."""
    result: Floats = (generator.permutation(OWN) + 0.5) / OWN
    return result
