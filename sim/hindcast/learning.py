"""What the other cases tell of one: posterior predictions, one case left out at a time [1].

A few hundred runs are too few to be weighed by what was seen in a dozen places: one run would be left. So each
observation's counterpart gets a surrogate, linear in the normal scores of all that is uncertain; its error in runs that
it has not seen [2] counts as one more deviation of the place. Many more draws of the surrogates are then weighed by the
likelihood of what was seen in all other cases: what several places share (brakes, levels, what registers record) is
learned that way.

[1] Vehtari, Gelman and Gabry (2017), Practical Bayesian model evaluation using leave-one-out cross-validation and WAIC,
    Statistics and Computing 27, 1413-1432; of groups of observations instead of single ones.
[2] Allen (1974), The relationship between variable selection and data augmentation and a method for prediction,
    Technometrics 16, 125-127: PRESS.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp

from sim.core.units import Floats
from sim.hindcast import likelihood
from sim.hindcast.cases import Observation, PartOf

MANY = 50_000
"""Draws of the surrogates."""
PENALTIES = tuple(10.0 ** (step / 2.0) for step in range(-4, 9))
"""Of ridge regression, tried in turn."""
FAR = 7.0
"""Draws in which there is next to nothing are held this far below the middle, in logarithms: a thousandth."""


@dataclass(frozen=True, eq=False)
class Surrogate:
    """Of one observation's counterpart: its logarithm, or log-odds of a share, from normal scores of the inputs."""

    middle: float
    effects: Floats
    """Shape (inputs,)."""
    error_sd: float
    """In runs that were left out of its fit."""
    explained: float
    """Share of the variance in such runs."""

    def of(self, scores: Floats) -> Floats:
        """Values for other inputs, shape (draws, inputs), its errors aside."""
        values: Floats = self.middle + (scores * self.effects).sum(axis=1)
        return values


def surrogate(observation: Observation, values: Floats, scores: Floats) -> Surrogate:
    """By ridge regression, with the penalty that predicts best what is left out.

    Parameters
    ----------
    observation : what is predicted
    values : shape (draws,)
    scores : normal scores of the inputs, shape (draws, inputs)
    """
    told = _to_line(observation, values)
    middle = float(told.mean())
    left, singular, right = np.linalg.svd(scores - scores.mean(axis=0), full_matrices=False)
    along = left.T @ (told - middle)
    best: tuple[float, Floats] = (float("inf"), np.zeros(scores.shape[1]))
    for penalty in PENALTIES:
        kept = singular**2 / (singular**2 + penalty)
        leverage = (left**2 * kept).sum(axis=1) + 1.0 / len(told)
        press = float((((told - middle - left @ (kept * along)) / (1.0 - np.minimum(leverage, 0.99))) ** 2).mean())
        if press < best[0]:
            best = (press, right.T @ (kept * along / np.maximum(singular, 1e-12)))
    effects = best[1]
    shift = middle - float((scores.mean(axis=0) * effects).sum())
    return Surrogate(shift, effects, float(np.sqrt(best[0])), 1.0 - best[0] / max(float(told.var()), 1e-12))


def _to_line(observation: Observation, values: Floats) -> Floats:
    part = isinstance(observation.observed, PartOf)
    line = likelihood.log_odds(values) if part else np.log(np.maximum(values, likelihood.LEAST))
    return np.clip(line, np.median(line) - FAR, np.median(line) + FAR)


def from_line(observation: Observation, line: Floats) -> Floats:
    """Values of logarithms or log-odds."""
    values: Floats = expit(line) if isinstance(observation.observed, PartOf) else np.exp(line)
    return values


def drawn_scores(inputs: int, seed: int) -> Floats:
    """Normal scores of many more draws, shape (draws, inputs)."""
    return np.random.Generator(np.random.Philox(key=[seed, 6])).standard_normal((MANY, inputs))


def weights(log_likelihoods: Sequence[Floats], draws: int) -> Floats:
    """Of draws by what was seen; sum 1."""
    total = np.sum(log_likelihoods, axis=0) if log_likelihoods else np.zeros(draws)
    result: Floats = np.exp(total - logsumexp(total))
    return result


def effective(of: Floats) -> float:
    """As many equal draws tell as much as these weights."""
    return 1.0 / float((of**2).sum())
