"""What the parts of a programme add: leave-one-out and Shapley values on common random numbers.

[1] Shapley (1953), A value for n-person games. [2] Castro, Gomez, Tejada (2009), Polynomial calculation of the Shapley
value based on sampling, Computers and Operations Research 36, 1726-1730.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import sqrt

import numpy as np

from sim.analysis.parts import with_parts
from sim.core.units import Floats
from sim.experiment.runner import Experiment
from sim.scenario import Scenario
from sim.statistics.intervals import Interval, t_quantile

EXACT_UP_TO = 4
"""With up to so many parts all orders are taken; with more, some are drawn."""
METRIC, DEATHS = "expected_accidents", "expected_deaths"

Parts = frozenset[str]
Simulate = Callable[[list[Scenario]], Experiment]


@dataclass(frozen=True)
class Share:
    """One part of a programme: expected accidents that it avoids, negative if it adds some."""

    kind: str
    alone: Interval
    left_out: Interval
    """What the programme avoids less without it."""
    shapley: Interval
    """Its mean contribution over the orders in which parts may be added."""
    shapley_deaths: Interval
    """The same of expected deaths."""


@dataclass(frozen=True)
class Attribution:
    """A programme's effect shared among its parts."""

    programme: str
    total: Interval
    """Expected accidents avoided."""
    total_deaths: Interval
    shares: tuple[Share, ...]
    orders: int
    exact: bool
    """Whether all orders were taken."""


def orders_of(kinds: Sequence[str], count: int, seed: int) -> tuple[list[tuple[str, ...]], bool]:
    """Orders in which parts are added: all of them if they are few, else drawn in pairs of an order and its reverse."""
    if len(kinds) <= EXACT_UP_TO:
        return list(permutations(sorted(kinds))), True
    generator = np.random.Generator(np.random.Philox(seed))
    drawn = [tuple(generator.permutation(sorted(kinds)).tolist()) for _ in range((count + 1) // 2)]
    return [order for one in drawn for order in (one, one[::-1])], False


def subsets_of(kinds: Sequence[str], orders: Iterable[tuple[str, ...]]) -> list[Parts]:
    """Every set of parts that has to be simulated, nothing and everything included."""
    whole = frozenset(kinds)
    needed = {frozenset(), whole, *(frozenset([kind]) for kind in kinds), *(whole - {kind} for kind in kinds)}
    needed |= {frozenset(order[:n]) for order in orders for n in range(len(order) + 1)}
    return sorted(needed, key=lambda parts: (len(parts), sorted(parts)))


def attribute(programme: Scenario, simulate: Simulate, count: int, seed: int) -> Attribution:
    """Share a programme's effect on expected accidents and deaths among its parts.

    Parameters
    ----------
    programme : Scenario
        with at least two interventions
    simulate : callable
        runs scenarios on common random numbers
    count : int
        orders to draw where there are too many to take all
    seed : int
        of the drawn orders
    """
    kinds = sorted(programme.interventions)
    orders, exact = orders_of(kinds, count, seed)
    subsets = subsets_of(kinds, orders)
    scenarios = [with_parts(programme, parts, f"set_{n}") for n, parts in enumerate(subsets)]
    outcomes = simulate(scenarios).outcomes
    accidents, deaths = (
        {
            parts: np.array([outcome.metrics[metric] for outcome in outcomes[scenario.name]])
            for parts, scenario in zip(subsets, scenarios, strict=True)
        }
        for metric in (METRIC, DEATHS)
    )
    return shared(programme.name, kinds, orders, accidents, deaths, exact=exact)


def shared(
    name: str,
    kinds: Sequence[str],
    orders: Sequence[tuple[str, ...]],
    values: dict[Parts, Floats],
    deaths: dict[Parts, Floats],
    *,
    exact: bool,
) -> Attribution:
    """Attribution from accidents (`values`) and deaths by set of parts, each of shape (replications,)."""
    nothing, whole = frozenset[str](), frozenset(kinds)
    shares = tuple(
        Share(
            kind,
            alone=_interval(values[nothing] - values[frozenset([kind])]),
            left_out=_interval(values[whole - {kind}] - values[whole]),
            shapley=_over_orders(_contributions(kind, orders, values), exact=exact),
            shapley_deaths=_over_orders(_contributions(kind, orders, deaths), exact=exact),
        )
        for kind in kinds
    )
    total, total_deaths = (_interval(own[nothing] - own[whole]) for own in (values, deaths))
    return Attribution(name, total, total_deaths, shares, len(orders), exact)


def _contributions(kind: str, orders: Sequence[tuple[str, ...]], values: dict[Parts, Floats]) -> Floats:
    """What a part avoids when it is added, shape (orders, replications)."""
    before = [frozenset(order[: order.index(kind)]) for order in orders]
    return np.array([values[parts] - values[parts | {kind}] for parts in before])


def _interval(values: Floats) -> Interval:
    """Mean with t interval over replications."""
    return _over_orders(values[None, :], exact=True)


def _over_orders(contributions: Floats, *, exact: bool) -> Interval:
    """Mean over orders and replications; drawn orders add their own error to that of chance.

    Orders are drawn in pairs, whose means are independent.
    """
    replications = contributions.shape[1]
    by_replication = contributions.mean(axis=0)
    mean = float(by_replication.mean())
    if replications == 1:
        return Interval(mean, float("nan"), float("nan"))
    variance = float(by_replication.var(ddof=1)) / replications
    if not exact:
        pairs = contributions.mean(axis=1).reshape(-1, 2).mean(axis=1)
        variance += float(pairs.var(ddof=1)) / len(pairs) if len(pairs) > 1 else 0.0
    half = t_quantile(replications - 1) * sqrt(variance)
    return Interval(mean, mean - half, mean + half)
