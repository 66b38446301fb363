"""What measures cost."""

from typing import Annotated, Literal

from pydantic import Field

from sim.core.parameters import Model, Money, Positive, Source

Payer = Literal["public", "carriers"]


class Cost(Model):
    """What one unit of a measure costs, at prices of the scenario's year."""

    capital_cny: Money = 0.0
    yearly_cny: Money = 0.0
    level: Positive = Field(default=1.0, description="factor on both amounts: what prices turn out to be")
    lifetime_years: Annotated[float, Field(gt=0.0, le=100.0)] = 10.0
    paid_by: Payer | None = Field(default=None, description="public or carriers; whoever usually pays if not given")


COST_LOG_SD = 0.668
"""ln(3) / 1.645: nine in ten lie between a third and three times each amount, the range of `COST_SOURCE`."""
COST_SOURCE = Source(
    basis="assumption", range="a third to three times each amount", note="no tender or budget was available"
)


def yearly_cny(cost: Cost, rate: float) -> float:
    """What a unit costs in a year, its capital as an annuity."""
    return cost.level * (cost.yearly_cny + cost.capital_cny * annuity(rate, cost.lifetime_years))


def annuity(rate: float, years: float) -> float:
    """Yearly payment for one unit of capital: r / (1 - (1 + r)**-n), 1 / n without interest."""
    return rate / (1.0 - (1.0 + rate) ** -years) if rate > 0.0 else 1.0 / years
