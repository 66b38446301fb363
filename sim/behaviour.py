"""Choices of drivers: the banned shortcut against the legal route, and how deterrence works on it."""

from typing import Annotated

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
    "contact_effect": Source(
        basis="published",
        reference="field experiment in Qingdao, J. Econ. Behav. Organ. 2016: police texts that name the owner's own "
        "tickets, 14 % fewer violations in the month after; texts without such news nothing",
        range="0 to 0.4",
        note="of owners of cars; that a call does the same to drivers of trucks is an assumption",
    ),
    "contact_half_life_days": Source(
        basis="derived",
        reference="the same experiment: the effect lasts six weeks, taken as its mean life",
        range="7 to 60",
    ),
    "penalty_effect": Source(
        basis="published",
        reference="Dusek and Traxler 2022, J. European Econ. Assoc. 20(2): speeding falls by a third after one ticket",
        range="0 to 0.7",
        note="at a site where nearly all are caught; to re-offend falls by 70 %",
    ),
    "penalty_half_life_days": Source(
        basis="derived",
        reference="the same: no backsliding for two years",
        range="60 to 3650",
        note="two years are taken as the half-life",
    ),
    "sanction_effect": Source(
        basis="derived",
        reference="Bell and others 2017, J. Safety Res.: odds of risky events 0.61 (0.43 to 0.86) with coaching",
        range="0.1 to 0.6",
        note="that banned entries follow as events do is an assumption",
    ),
    "sanction_half_life_days": Source(
        basis="assumption", range="60 to 730", note="effects of coaching were still seen after 2 months"
    ),
    "hide_share": Source(
        basis="assumption",
        range="0.002 to 0.25",
        note="tampered devices: 0.2 % of trucks in mass checks (ROADPOL 2021), a quarter of suspects (Euro Controle)",
    ),
    "spillover_share": Source(
        basis="assumption",
        range="0 to 0.3",
        note="what happened to others changed no beliefs in surveys (Lochner 2007, Amer. Econ. Rev. 97(1)); drivers of "
        "one enterprise know each other better",
    ),
}


Effect = Annotated[float, Field(ge=0.0, le=0.99)]
"""Share of banned entries that no longer happen."""


class BehaviourParameters(Group):
    """The drivers' weighing of a banned road, and deterrence."""

    sources: dict[str, Source] = Field(default=BEHAVIOUR_SOURCES)
    value_of_time_cny_h: NotNegative = Field(default=70.0, description="of truck and driver")
    distance_cost_cny_km: NotNegative = 2.8
    choice_scale_cny: Positive = Field(default=40.0, description="saving that moves the log-odds by one")
    penalty_cny: NotNegative = Field(default=150.0, description="fine for a banned entry")
    penalty_weight: Positive = Field(default=8.0, description="what a penalty is felt to cost over its fine")
    roadside_check_share: Share = Field(default=0.01, description="banned entries met by an ordinary police check")
    contact_effect: Effect = Field(
        default=0.14, description="of a driver's banned entries that a call prevents at first"
    )
    penalty_effect: Effect = Field(
        default=0.33, description="of a driver's banned entries that a penalty prevents at first"
    )
    sanction_effect: Effect = Field(default=0.39, description="the same of a sanction by the enterprise")
    contact_half_life_days: Positive = Field(default=29.0, description="of what a call has taught")
    penalty_half_life_days: Positive = 730.0
    sanction_half_life_days: Positive = 180.0
    hide_share: Share = Field(
        default=0.02, description="drivers who switch their device off on banned roads once they were called"
    )
    spillover_share: Share = Field(default=0.1, description="share of a lesson that reaches the enterprise's others")

    @property
    def penalty_cost_cny(self) -> float:
        """What a penalty is felt to cost [CNY]."""
        return self.penalty_cny * self.penalty_weight


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
