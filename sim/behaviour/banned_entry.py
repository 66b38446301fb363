"""Whether a driver enters a banned road: logit on utility, saving and the penalty that he expects."""

import numpy as np
from scipy.special import expit, logit

from sim.core.units import FloatLike, Floats


def banned_entry_probability(
    utility: FloatLike,
    saving_cny: FloatLike,
    perceived_risk: FloatLike,
    penalty_cost_cny: float,
    choice_scale_cny: float,
) -> FloatLike:
    """Chance that a driver takes the banned shortcut.

    Parameters
    ----------
    utility : log-odds at no saving and no perceived risk [-]
    saving_cny : toll, time and distance saved by the shortcut [CNY]
    perceived_risk : chance of a penalty as the driver sees it, above the everyday's [-]
    penalty_cost_cny : what a penalty is felt to cost [CNY]
    choice_scale_cny : saving that moves the log-odds by one [CNY]

    Returns
    -------
    probability [-]; falls as the perceived risk rises

    Notes
    -----
    p = 1 / (1 + exp(-(u + (s - r F) / b))), binary logit (McFadden 1974). Perceived risk is never negative, so that
    p(r) <= p(0). The engine asks the other way round, by `critical_risk`.
    """
    return expit(utility + (saving_cny - perceived_risk * penalty_cost_cny) / choice_scale_cny)


def critical_risk(
    uniform: Floats, utility: Floats, saving_cny: Floats, penalty_cost_cny: float, choice_scale_cny: float
) -> Floats:
    """Perceived risk [-] below which a trip takes the banned shortcut, shape as given.

    Notes
    -----
    A trip with the uniform number u violates if u < p(r), see `banned_entry_probability`, that is if
    r < (s + b (utility - logit(u))) / F: a decision is one comparison, and who does not dare at no risk never will.
    Without a penalty (F = 0) the risk makes no difference: the answer is infinite.
    """
    gain_cny = saving_cny + choice_scale_cny * (utility - logit(uniform))
    if penalty_cost_cny == 0.0:
        return np.where(gain_cny > 0.0, np.inf, -np.inf)
    with np.errstate(over="ignore"):
        result: Floats = gain_cny / penalty_cost_cny
    return result
