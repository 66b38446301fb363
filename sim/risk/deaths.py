"""How many persons die in a fatal accident: mostly one, now and then a coach full.

The number n has a probability in proportion to n**-s (Zipf's or zeta distribution), up to `MOST_KILLED`, where s
follows from the mean. One number thus gives the whole tail.

[1] Traffic Management Bureau of the Ministry of Public Security, road accidents of China in 2008 and 2010, as quoted by
    the press: 73,484 and 65,225 killed; 1,290 and 1,244 accidents of three and more deaths, 250 and 269 of five and
    more, 29 and 34 of ten and more. From the first two of each year the distribution gives 240 and 241 of five and
    more, 27 and 29 of ten and more.
"""

from functools import cache

import numpy as np

from sim.core import portable
from sim.core.units import Floats, Ints

MOST_KILLED = 100
MANY = 3
"""Deaths from which accidents are counted by themselves (in China 较大事故 and worse)."""
STEEPEST = 60.0
"""Exponent at which all die alone, to the last digit."""
HALVINGS = 60


@cache
def shares_by_number(mean: float) -> Floats:
    """Share of fatal accidents with 1, 2, ... persons killed, shape (MOST_KILLED,).

    Parameters
    ----------
    mean : persons killed in a fatal accident [-]; all have one death where it is 1 or less

    Notes
    -----
    The exponent is found by halving an interval; the mean falls with it from (MOST_KILLED + 1) / 2 at 0 to 1.
    """
    low, high = (STEEPEST, STEEPEST) if mean <= 1.0 else (0.0, STEEPEST)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _mean(_shares(middle)) > mean else (low, middle)
    found = _shares(0.5 * (low + high))
    found.flags.writeable = False
    return found


def _shares(exponent: float) -> Floats:
    weights: Floats = np.asarray(portable.exp(-exponent * np.asarray(portable.log(np.arange(1.0, MOST_KILLED + 1.0)))))
    shares: Floats = weights / sum(weights.tolist())
    return shares


def _mean(shares: Floats) -> float:
    return float(sum((shares * np.arange(1.0, MOST_KILLED + 1.0)).tolist()))


def share_of_many(mean: float) -> float:
    """Share of fatal accidents in which three or more die."""
    return float(sum(shares_by_number(mean)[MANY - 1 :].tolist()))


def killed(mean: Floats, uniforms: Floats) -> Ints:
    """Persons killed in fatal accidents, shape as given.

    Parameters
    ----------
    mean : of each accident's mechanism
    uniforms : numbers in [0, 1)
    """
    found = np.ones(len(mean), dtype=np.int64)
    for own in set(mean.tolist()):
        here = mean == own
        below = np.cumsum(shares_by_number(own))
        found[here] = 1 + np.searchsorted(below[:-1], uniforms[here], side="right")
    return found
