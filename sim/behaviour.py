"""Choices of drivers: the banned shortcut against the legal route, and how deterrence works on it."""

import numpy as np
from pydantic import Field
from scipy.special import expit, logit

from sim import portable
from sim.parameters import Group, NotNegative, Positive, Share, Source
from sim.units import FloatLike, Floats

BEHAVIOUR_SOURCES = {
    "value_of_time_cny_h": Source(basis="assumption", range="40 to 120"),
    "distance_cost_cny_km": Source(basis="assumption", range="2 to 4", note="fuel, tyres and wear of a loaded truck"),
    "choice_scale_cny": Source(basis="assumption", range="20 to 80"),
    "penalty_cny": Source(
        basis="published",
        reference="Road Traffic Safety Law of China, article 90: 20 to 200 CNY",
        range="100 to 200",
        note="the amount within the range is an assumption",
    ),
    "penalty_weight": Source(
        basis="assumption", range="2 to 20", note="licence points, delay and trouble, in multiples of the fine"
    ),
    "roadside_check_share": Source(basis="assumption", range="0.002 to 0.05"),
    "contact_increment": Source(basis="assumption", range="0.02 to 0.3"),
    "penalty_increment": Source(basis="assumption", range="0.05 to 0.5"),
    "sanction_increment": Source(basis="assumption", range="0.05 to 0.6"),
    "spillover_share": Source(basis="assumption", range="0 to 0.4"),
    "half_life_days": Source(
        basis="assumption",
        range="20 to 180",
    ),
}


class BehaviourParameters(Group):
    """The drivers' weighing of a banned road, and deterrence."""

    sources: dict[str, Source] = Field(default=BEHAVIOUR_SOURCES)
    value_of_time_cny_h: NotNegative = Field(default=70.0, description="of truck and driver")
    distance_cost_cny_km: NotNegative = 2.8
    choice_scale_cny: Positive = Field(default=40.0, description="saving that moves the log-odds by one")
    penalty_cny: NotNegative = Field(default=150.0, description="fine for a banned entry")
    penalty_weight: Positive = Field(default=8.0, description="what a penalty is felt to cost over its fine")
    roadside_check_share: Share = Field(default=0.01, description="banned entries met by an ordinary police check")
    contact_increment: Share = Field(default=0.08, description="rise of perceived risk by a call or message")
    penalty_increment: Share = Field(default=0.2, description="rise of perceived risk by a penalty")
    sanction_increment: Share = Field(default=0.3, description="rise of perceived risk by the enterprise's sanction")
    spillover_share: Share = Field(default=0.1, description="share of a rise that reaches the enterprise's others")
    half_life_days: Positive = Field(default=60.0, description="of a rise of perceived risk")


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
    p(r) <= p(0). The engine asks the other way round, by `risk_dared`.
    """
    return expit(utility + (saving_cny - perceived_risk * penalty_cost_cny) / choice_scale_cny)


def risk_dared(
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


def route_shares(cost_cny: Floats, path_size: Floats, choice_scale_cny: float) -> tuple[Floats, float]:
    """Share of trips by allowed route, and what the choice costs them.

    Parameters
    ----------
    cost_cny : toll, time and distance of each route [CNY], shape (routes,)
    path_size : how much of each route is its own [-], shape (routes,), see `sim.routing.path_sizes`
    choice_scale_cny : difference of cost that moves the log-odds by one [CNY]

    Returns
    -------
    shares, shape (routes,), of sum 1; cost [CNY], that of the route where there is one

    Notes
    -----
    Path-size logit: P_i = PS_i exp(-c_i / b) / sum_j PS_j exp(-c_j / b), the cost is -b ln of the denominator (the
    documentation of AequilibraE, route choice, path-size logit, with a factor of 1 on ln PS).
    """
    lowest = float(cost_cny.min())
    weight = path_size * portable.exp(-(cost_cny - lowest) / choice_scale_cny)
    total = np.asarray(weight.sum())
    return weight / total, lowest - choice_scale_cny * float(portable.log(total))
