"""Which set of a programme's interventions prevents most for its money, among all 2^n sets.

Every set runs once on the same random numbers; the better share of them gets more replications (successive halving
[1]). All runs are of the whole horizon: a measure that is fitted or learned over months would look useless in weeks. A
set is better the fewer sets there are that cost less and avoid more (non-dominated sorting [2]). What the best one
avoids is a little overstated, as it was picked for it: run it again on another seed before you quote it.

[1] Jamieson, Talwalkar (2016), Non-stochastic best arm identification and hyperparameter optimization, AISTATS 51,
    240-248.
[2] Deb, Pratap, Agarwal, Meyarivan (2002), A fast and elitist multiobjective genetic algorithm, IEEE Transactions on
    Evolutionary Computation 6, 182-197, section III.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.parts import with_parts
from sim.core.units import DAYS_PER_YEAR, Floats, Ints
from sim.engine.accounting.metrics import Metrics
from sim.experiment.runner import Experiment
from sim.scenario import Scenario
from sim.statistics.intervals import mean_interval

MOST_PARTS = 12
FEWEST_KEPT = 8
FEWEST_REPLICATIONS = 2
"""An interval needs as many."""
Simulate = Callable[[list[Scenario], int], Experiment]


@dataclass(frozen=True)
class Rung:
    """How often each set of a round runs, and which share of the sets goes on to the next."""

    replications: int
    keep_share: float = 0.15


def rungs_of(replications: int) -> tuple[Rung, ...]:
    """One replication of all sets, all replications of the best."""
    return (Rung(1), Rung(max(replications, FEWEST_REPLICATIONS)))


def subsets(kinds: Sequence[str]) -> list[tuple[str, ...]]:
    """All sets, the empty one first.

    Raises
    ------
    ValueError
        if there are too many
    """
    if len(kinds) > MOST_PARTS:
        raise ValueError(f"has {len(kinds)} interventions, may have up to {MOST_PARTS}")
    return [part for size in range(len(kinds) + 1) for part in combinations(sorted(kinds), size)]


def search(programme: Scenario, rungs: Sequence[Rung], simulate: Simulate) -> pd.DataFrame:
    """Costs and accidents avoided of all sets, each from all its replications.

    Parameters
    ----------
    programme : with all interventions that may be chosen
    rungs : rounds; one alone with everything kept is brute force
    simulate : runs scenarios for some replications on common random numbers

    Returns
    -------
    DataFrame
        a row a set: `parts`, `cost_cny`, `avoided` (with `avoided_low`, `avoided_high`, of chance in the runs alone)
        and `deaths_avoided` a year, `rung` (from 0), `front` (among the sets of the last rung, those of which none is
        cheaper and avoids more)
    """
    left = subsets(list(programme.interventions))
    rows: dict[tuple[str, ...], dict[Hashable, Any]] = {}
    for number, rung in enumerate(rungs):
        found = _simulated(programme, left, rung.replications, simulate)
        layers = layers_of(found["cost_cny"].to_numpy(), found["avoided"].to_numpy())
        last = number == len(rungs) - 1
        for parts, row, layer in zip(left, found.to_dict("records"), layers.tolist(), strict=True):
            rows[parts] = {"parts": " ".join(parts), **row, "rung": number, "front": last and layer == 0}
        order = np.lexsort((-found["avoided"].to_numpy(), layers))
        best = sorted(order[: max(ceil(rung.keep_share * len(left)), FEWEST_KEPT)].tolist())
        left = [left[place] for place in best]
        if () not in left:
            left.insert(0, ())
    table = pd.DataFrame(list(rows.values()))
    return table.sort_values(["rung", "cost_cny"], ascending=[False, True], ignore_index=True)


def _simulated(programme: Scenario, sets: list[tuple[str, ...]], replications: int, simulate: Simulate) -> pd.DataFrame:
    """A year's cost and accidents avoided of each set; the first set is the empty one."""
    chosen = [with_parts(programme, parts) for parts in sets]
    outcomes = simulate(chosen, replications).outcomes
    runs = [[outcome.metrics for outcome in outcomes[one.name]] for one in chosen]
    yearly = DAYS_PER_YEAR / programme.days
    rows = []
    for own in runs:
        interval = mean_interval(avoided(runs[0], own, "expected_accidents"))
        rows.append(
            {
                "cost_cny": own[0]["cost_cny"] * yearly,
                "avoided": interval.estimate * yearly,
                "avoided_low": interval.low * yearly,
                "avoided_high": interval.high * yearly,
                "deaths_avoided": float(np.mean(avoided(runs[0], own, "expected_deaths"))) * yearly,
            }
        )
    return pd.DataFrame(rows)


def avoided(base: Sequence[Metrics], own: Sequence[Metrics], metric: str) -> list[float]:
    """By how much a metric is lower than without any intervention, replication by replication."""
    return [one[metric] - other[metric] for one, other in zip(base, own, strict=True)]


def layers_of(cost: Floats, effect: Floats) -> Ints:
    """Layer of each point: 0 for those that no other beats in cost and effect, 1 without these, and so on."""
    if not (np.isfinite(cost).all() and np.isfinite(effect).all()):
        raise ValueError("costs and accidents avoided must be numbers")
    layers = np.full(len(cost), -1, dtype=np.int64)
    layer = 0
    while (layers < 0).any():
        rest = np.flatnonzero(layers < 0)
        order = rest[np.lexsort((-effect[rest], cost[rest]))]
        best = -np.inf
        for place in order:
            if effect[place] > best:
                layers[place], best = layer, effect[place]
        layer += 1
    return layers


def best_within(table: pd.DataFrame, budget_cny: float) -> pd.Series:
    """Of the sets that ran most often, the one within a yearly budget that avoids most.

    Raises
    ------
    ValueError
        if none is within the budget
    """
    last = table[(table["rung"] == table["rung"].max()) & (table["cost_cny"] <= budget_cny)]
    if last.empty:
        raise ValueError(f"no set costs up to {budget_cny:,.0f} CNY a year")
    best: pd.Series = last.loc[last["avoided"].idxmax()]
    return best
