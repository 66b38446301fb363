"""What experience does to the risk that a driver perceives, and how it fades."""

import numpy as np

from sim.core import portable
from sim.core.units import Floats


def risk_increment(effect: float, penalty_cost_cny: float, choice_scale_cny: float) -> float:
    """Rise of perceived risk after which a driver's odds of a banned entry are lower by a share.

    Parameters
    ----------
    effect : share of the odds that goes [-]
    penalty_cost_cny : what a penalty is felt to cost [CNY]
    choice_scale_cny : saving that moves the log-odds by one [CNY]

    Returns
    -------
    rise [-], at most 1; 0 where a penalty costs nothing, as then no risk makes a difference

    Notes
    -----
    By `banned_entry_probability` a rise d moves the log-odds by -d F / b; ln(1 - e) = -d F / b gives d. Of rare entries
    it is the share of the entries too. What is published are effects, so that what one lesson does depends neither on
    the size of the fine (35 or 70 EUR made no difference, Dusek and Traxler 2022) nor on how drivers weigh money.
    """
    if penalty_cost_cny == 0.0:
        return 0.0
    return min(-float(portable.log(1.0 - effect)) * choice_scale_cny / penalty_cost_cny, 1.0)


def decayed(amount: float, elapsed_s: float, half_life_s: float) -> float:
    """What is left of `amount` after `elapsed_s`: a (1/2)**(t / half-life)."""
    result: float = amount * 0.5 ** (elapsed_s / half_life_s)
    return result


def raised(risk: float, increment: float) -> float:
    """Perceived risk after one more experience: 1 - (1 - r)(1 - d), which stays in [r, 1]."""
    return 1.0 - (1.0 - risk) * (1.0 - increment)


def lowered(risk: float, increment: float) -> float:
    """Perceived risk without one experience, the inverse of `raised`: 1 - (1 - r) / (1 - d), at least 0."""
    return max(1.0 - (1.0 - risk) / (1.0 - increment), 0.0) if increment < 1.0 else 0.0


def critical_risk_of_ongoing(uniform: Floats, penalty_cost_cny: float, choice_scale_cny: float) -> Floats:
    """Perceived risk [-] below which a trip of an ongoing violator violates, shape as given.

    Notes
    -----
    An ongoing violator violates at no perceived risk; at a risk r the share exp(-r F / b) of trips still does. So one
    lesson, a rise by `risk_increment`, takes off the share of violations that was published for it. A trip with the
    uniform number u, which may be 0 and never is 1, violates if 1 - u < exp(-r F / b), that is if
    r < -b ln(1 - u) / F. Without a penalty (F = 0) the risk makes
    no difference.
    """
    if penalty_cost_cny == 0.0:
        return np.full(len(uniform), np.inf)
    with np.errstate(over="ignore"):
        result: Floats = -portable.log(1.0 - uniform) * choice_scale_cny / penalty_cost_cny
    return result
