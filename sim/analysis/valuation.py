"""Costs against what they avoid: cost per accident, benefit-cost ratios at three values of a life, break-even value.

Direct property loss (what the police write down) and economic cost (lives, injuries, loss, the time of trucks behind
accidents, driven slower, at stops or waiting to leave, and of others who can't pass a truck) are kept apart. Tolls and
fines are no cost: somebody else has them; `Balance` says who.
"""

from dataclasses import asdict, dataclass
from math import inf, isnan, nan
from typing import Any

import pandas as pd

from sim.scenario.model import ValuationParameters
from sim.statistics.intervals import Interval, mean_interval

AVOIDED = {
    "accidents": "expected_accidents",
    "deaths": "expected_deaths",
    "injuries": "expected_injuries",
    "property_loss_cny": "expected_property_loss_cny",
    "delay_hours": "delay_vehicle_hours",
    "driving_hours": "vehicle_hours",
    "waiting_hours": "waiting_hours",
    "follower_hours": "follower_delay_hours",
}

TRUCK_HOURS = ("delay_hours", "driving_hours", "waiting_hours")
"""Behind accidents, at the wheel or at stops, and before departure."""


@dataclass(frozen=True)
class Balance:
    """Who is better off by how much at the central value of a statistical life [CNY].

    Together they have the benefit less the cost: tolls and fines that one side saves the other side lacks.
    """

    victims_cny: float
    """Lives and injuries."""
    other_drivers_cny: float
    """Time behind trucks that they are spared."""
    carriers_cny: float
    """Time, direct losses, tolls and fines that they are spared, less what they pay for measures."""
    toll_roads_cny: float
    """More tolls than in the baseline."""
    public_cny: float
    """Fines, less what the public pays for measures."""
    fines_cny: float
    """More of them than in the baseline: what carriers lack and the public has."""


@dataclass(frozen=True)
class Appraisal:
    """One alternative against the baseline, over the horizon of the runs."""

    cost_cny: float
    avoided: dict[str, Interval]
    """Accidents, deaths, injuries, direct property loss; hours of trucks and of those behind them."""
    cost_per_accident_cny: Interval
    benefit_cny: tuple[float, float, float]
    """Economic benefit at the low, central and high value of a statistical life."""
    benefit_cost: tuple[float, float, float]
    break_even_life_cny: float
    """Value of a statistical life at which benefits equal costs; 0 if they do without any, infinite if never."""
    balance: Balance

    def as_dict(self) -> dict[str, Any]:
        """For files; a number that does not exist is null."""
        benefit, ratio = (
            dict(zip(("low", "central", "high"), v, strict=True)) for v in (self.benefit_cny, self.benefit_cost)
        )
        return {
            "cost_cny": self.cost_cny,
            "avoided": {name: _named(interval) for name, interval in self.avoided.items()},
            "cost_per_accident_avoided_cny": _named(self.cost_per_accident_cny),
            "benefit_cny": benefit,
            "benefit_cost_ratio": {name: _known(value) for name, value in ratio.items()},
            "break_even_statistical_life_cny": _known(self.break_even_life_cny),
            "balance": asdict(self.balance),
        }


def appraise(
    runs: pd.DataFrame, base: pd.DataFrame, values: ValuationParameters, fines_cny: tuple[float, float] = (0.0, 0.0)
) -> Appraisal:
    """Paired differences, replication by replication.

    Parameters
    ----------
    runs, base : DataFrame
        rows of the run table of an alternative and the baseline, in the order of replications
    values : ValuationParameters
        of the alternative's scenario
    fines_cny : tuple
        what a penalty costs who gets it, in the alternative and the baseline; only `balance` hangs on it
    """
    cost = _more(runs, base, "cost_cny")
    avoided = {
        name: mean_interval((base[column].to_numpy() - runs[column].to_numpy()).tolist())
        for name, column in AVOIDED.items()
    }
    lives = avoided["deaths"].estimate + values.injury_share_of_life * avoided["injuries"].estimate
    hours = sum(avoided[name].estimate for name in TRUCK_HOURS)
    freight = avoided["property_loss_cny"].estimate + values.delay_cny_h * hours
    followers = values.follower_delay_cny_h * avoided["follower_hours"].estimate
    other = freight + followers
    low, central, high = (lives * value + other for value in values.statistical_life_cny)
    benefit = (low, central, high)
    tolls, paid = _more(runs, base, "tolls_cny"), [float(one["penalties"].mean()) for one in (runs, base)]
    fines = fines_cny[0] * paid[0] - fines_cny[1] * paid[1]
    of_carriers = _more(runs, base, "cost_to_carriers_cny")
    return Appraisal(
        cost_cny=cost,
        avoided=avoided,
        cost_per_accident_cny=_cost_per(cost, avoided["accidents"]),
        benefit_cny=benefit,
        benefit_cost=(_ratio(low, cost), _ratio(central, cost), _ratio(high, cost)),
        break_even_life_cny=_break_even(cost - other, lives),
        balance=Balance(
            victims_cny=lives * values.statistical_life_cny[1],
            other_drivers_cny=followers,
            carriers_cny=freight - tolls - fines - of_carriers,
            toll_roads_cny=tolls,
            public_cny=fines - (cost - of_carriers),
            fines_cny=fines,
        ),
    )


def _more(runs: pd.DataFrame, base: pd.DataFrame, column: str) -> float:
    """Mean of the paired differences."""
    return float((runs[column].to_numpy() - base[column].to_numpy()).mean())


def _cost_per(cost: float, avoided: Interval) -> Interval:
    """Cost divided by what is avoided; no upper limit where it may be nothing."""
    if avoided.estimate <= 0.0:
        return Interval(nan, nan, nan)
    high = cost / avoided.low if avoided.low > 0.0 else nan
    return Interval(cost / avoided.estimate, nan if isnan(avoided.high) else cost / avoided.high, high)


def _ratio(benefit: float, cost: float) -> float:
    return benefit / cost if cost > 0.0 else nan


def _break_even(missing: float, lives: float) -> float:
    """Value of a life that makes up for what is missing."""
    if missing <= 0.0:
        return 0.0
    return missing / lives if lives > 0.0 else inf


def _known(value: float) -> float | None:
    return None if isnan(value) or value == inf else value


def _named(interval: Interval) -> dict[str, float | None]:
    return {"estimate": _known(interval.estimate), "low": _known(interval.low), "high": _known(interval.high)}
