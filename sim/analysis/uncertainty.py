"""What is not known: draws of uncertain parameters, and how much of an interval they make."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, nan, sqrt

import numpy as np
from scipy.special import ndtri

from sim.core.metrics import RATE
from sim.core.units import Floats
from sim.experiment.runner import Experiment, Progress, Task, perform_all
from sim.experiment.store import Memory, Store
from sim.scenario import Scenario
from sim.scenario.ranges import moves_a_rate
from sim.statistics.intervals import CONFIDENCE, Interval, needs_ratio

DRAWN = ("expected_accidents", "expected_deaths", "expected_injuries")
"""Metrics beside the rate that are told with what is not known of the parameters."""


@dataclass(frozen=True)
class Shares:
    """A ratio to the baseline under uncertain parameters."""

    ratio: Interval
    """Holds what the parameters leave open and what chance in the runs adds."""
    parameter_share: float
    """Of the interval's variance, due to parameters."""
    sd_parameters: float
    """Of the logarithm of the ratio, between draws."""
    sd_chance: float
    """Of the logarithm of the ratio, between replications of one draw."""


def uncertain_keys(scenarios: Sequence[Scenario]) -> list[str]:
    """Dotted keys of all uncertain parameters, in alphabetical order."""
    return sorted({key for scenario in scenarios for key in scenario.uncertain})


def latin_hypercube(draws: int, keys: Sequence[str], seed: int, stream: int = 0) -> Floats:
    """Shares by draw and key, shape (draws, keys): the same for every scenario. Streams know nothing of each other."""
    from scipy.stats import qmc

    bits = np.random.Philox(seed)
    sampler = qmc.LatinHypercube(d=len(keys), rng=np.random.Generator(bits.jumped(stream) if stream else bits))
    result: Floats = sampler.random(draws)
    return result


def drawn_shares(draws: int, keys: Sequence[str], seed: int) -> Floats:
    """As `latin_hypercube`; what moves a rate is drawn alike whether what accidents do and cost is drawn too or not."""
    shares = np.empty((draws, len(keys)))
    for stream, moving in enumerate((True, False)):
        if own := [number for number, key in enumerate(keys) if moves_a_rate(key) is moving]:
            shares[:, own] = latin_hypercube(draws, [keys[number] for number in own], seed, stream)
    return shares


def drawn(scenario: Scenario, keys: Sequence[str], shares: Floats) -> Scenario:
    """A scenario with its uncertain parameters set to quantiles, shape of shares (keys,)."""
    values = {
        key: scenario.uncertain[key].value(share)
        for key, share in zip(keys, shares, strict=True)
        if key in scenario.uncertain
    }
    return scenario.changed({**values, "uncertain": {}}) if values else scenario


def run_draws(
    scenarios: Sequence[Scenario],
    *,
    draws: int,
    replications: int,
    seed: int,
    workers: int | None = None,
    dask: str | None = None,
    store: Store | Memory | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Experiment:
    """Replications for each draw of the uncertain parameters; outcomes are draw by draw."""
    keys = uncertain_keys(scenarios)
    shares = drawn_shares(draws, keys, seed)
    tasks = [
        Task(drawn(scenario, keys, row), seed, number * replications + repeat)
        for number, row in enumerate(shares)
        for repeat in range(replications)
        for scenario in scenarios
    ]
    done = perform_all(tasks, workers=workers, dask=dask, store=store, fresh=fresh, progress=progress, lean=True)
    outcomes = {s.name: done[place :: len(scenarios)] for place, s in enumerate(scenarios)}
    return Experiment(tuple(scenarios), seed, outcomes)


def shares_of(experiment: Experiment, name: str, baseline: str, replications: int, metric: str = RATE) -> Shares:
    """Variance of a metric's log ratio between draws and within them.

    Notes
    -----
    With M draws of R replications: within s_w**2 (R > 1), between means s_b**2, parameters s_p**2 = s_b**2 - s_w**2 /
    R, not below 0. The interval is normal with variance s_p**2 + s_w**2 / (M R).
    """
    values, base = (np.array([o.metrics[metric] for o in experiment.outcomes[key]]) for key in (name, baseline))
    needs_ratio(values.tolist(), name)
    needs_ratio(base.tolist(), baseline)
    return shares_of_logs(np.log(values / base).reshape(-1, replications))


def outcome_shares(experiment: Experiment, name: str, baseline: str, replications: int) -> dict[str, Shares]:
    """The same for the accident rate and for what accidents do, by metric; without one of which a run had none."""
    runs = [*experiment.outcomes[name], *experiment.outcomes[baseline]]
    there = [metric for metric in DRAWN if all(one.metrics[metric] > 0.0 for one in runs)]
    return {metric: shares_of(experiment, name, baseline, replications, metric) for metric in (RATE, *there)}


def shares_of_logs(logs: Floats) -> Shares:
    """The same from logarithms of ratios, shape (draws, replications)."""
    draws, replications = logs.shape
    mean, between = float(logs.mean()), float(logs.mean(axis=1).var(ddof=1))
    within = float(logs.var(axis=1, ddof=1).mean()) if replications > 1 else nan
    chance = 0.0 if replications == 1 else within
    parameters = max(between - chance / replications, 0.0)
    variance = parameters + chance / (draws * replications)
    half = float(-ndtri((1.0 - CONFIDENCE) / 2.0)) * sqrt(variance)
    interval = Interval(exp(mean), exp(mean - half), exp(mean + half))
    share = parameters / variance if variance > 0.0 else 0.0
    return Shares(interval, share, sqrt(parameters), sqrt(chance) if replications > 1 else nan)
