"""What a measure gives for its cost where prices, values and effects are uncertain: an appraisal for each draw."""

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from sim.analysis.uncertainty import drawn_shares, latin_hypercube, uncertain_keys
from sim.analysis.valuation import appraise
from sim.experiment.runner import Experiment
from sim.scenario import Scenario
from sim.scenario.model import ValuationParameters
from sim.scenario.uncertain import Distribution

ENDS = (0.05, 0.95)
"""Of nine draws in ten."""
FEWEST = 19
"""Draws of which the lowest and the highest are such ends: (n + 1) p is at least 1."""
LIFE = "valuation.statistical_life_cny"
LIFE_STREAM = 2
"""Of random numbers, beside those of what moves a rate and of what does not."""


@dataclass(frozen=True)
class Worth:
    """Benefit over cost, over draws."""

    median: float
    low: float
    high: float
    """Ends of nine draws in ten; NaN where there are too few draws."""
    pays: float
    """Share of the draws in which the benefit is above the cost."""


def worth_of(experiment: Experiment, name: str, baseline: str, replications: int) -> Worth | None:
    """Of an alternative beside the baseline; nothing where it costs nothing in some draw.

    Parameters
    ----------
    experiment : Experiment
        of `run_draws`: its outcomes are draw by draw
    name, baseline : scenarios of it
    replications : of each draw
    """
    scenario = next(one for one in experiment.scenarios if one.name == name)
    tables = [pd.DataFrame([one.metrics for one in experiment.outcomes[key]]) for key in (name, baseline)]
    values = drawn_values(scenario, experiment, len(tables[0]) // replications)
    found = []
    for draw, value in enumerate(values):
        rows = slice(draw * replications, (draw + 1) * replications)
        found.append(appraise(tables[0].iloc[rows], tables[1].iloc[rows], value).benefit_cost[1])
    ratios = np.array(found)
    if np.isnan(ratios).any():
        return None
    low, high = np.quantile(ratios, ENDS, method="weibull").tolist() if len(ratios) >= FEWEST else (nan, nan)
    return Worth(float(np.median(ratios)), low, high, float((ratios > 1.0).mean()))


def drawn_values(scenario: Scenario, experiment: Experiment, draws: int) -> list[ValuationParameters]:
    """What lives and time are worth in each draw.

    A life lies between its low and its high value, most likely at the central one, unless the scenario says what it
    believes of the central one (`valuation.statistical_life_cny.1`).
    """
    keys = uncertain_keys(experiment.scenarios)
    shares = drawn_shares(draws, keys, experiment.seed)
    lives = _life(scenario).quantile(latin_hypercube(draws, ["life"], experiment.seed, LIFE_STREAM)[:, 0])
    prefix, own = "valuation.", scenario.uncertain
    drawn = [(number, key) for number, key in enumerate(keys) if key.startswith(prefix) and key in own]
    places = [(number, key) for number, key in drawn if not key.startswith(LIFE)]
    central = next((number for number, key in drawn if key == f"{LIFE}.1"), None)
    found = []
    for row, by_range in zip(shares, lives.tolist(), strict=True):
        life = by_range if central is None else float(own[f"{LIFE}.1"].value(float(row[central])))
        update = {key.removeprefix(prefix): own[key].value(float(row[number])) for number, key in places}
        found.append(scenario.valuation.model_copy(update=update | {"statistical_life_cny": (life, life, life)}))
    return found


def _life(scenario: Scenario) -> Distribution:
    """A triangle over the three values of a statistical life, a hair apart where they are one."""
    low, central, high = scenario.valuation.statistical_life_cny
    source = scenario.valuation.default_sources()["statistical_life_cny"]
    return Distribution(kind="triangular", low=low, mode=central, high=max(high, low * (1.0 + 1e-9)), source=source)
