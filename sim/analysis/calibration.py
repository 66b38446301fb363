"""Fitting uncertain parameters to observed targets by approximate Bayesian computation.

One reference table of simulated experiments, drawn from the priors, serves the fit, its predictive checks, and the
check of the method itself by simulation. Each draw has random numbers of its own; its scenarios share them.

[1] Beaumont, Zhang, Balding (2002), Approximate Bayesian computation in population genetics, Genetics 162, 2025-2035.
[2] Wilkinson (2013), Approximate Bayesian computation gives exact results under the assumption of model error,
    Statistical Applications in Genetics and Molecular Biology 12, 129-141.
[3] Talts, Betancourt, Simpson, Vehtari, Gelman (2018), Validating Bayesian inference algorithms with simulation-based
    calibration, arXiv 1804.06788.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri
from scipy.stats import kstest

from sim.analysis.targets import Errors, Targets, observed_in, years_over_days
from sim.analysis.uncertainty import latin_hypercube, uncertain_keys
from sim.core.calendar import Horizon
from sim.core.units import Floats, Ints
from sim.engine.replication import run_replication
from sim.experiment.runner import Experiment
from sim.scenario import Scenario, checks
from sim.scenario.building import changed
from sim.scenario.ranges import with_own_ranges
from sim.scenario.uncertain import Distribution
from sim.statistics.intervals import Interval

FEWEST_ACCEPTED = 40
EDGE = 1e-4
"""Shares of the prior are held this far from 0 and 1 on the logistic scale."""
TELLS = 0.2
"""Loss of variance from prior to posterior from which the data are said to tell something of a parameter."""
BY_CHANCE = 0.025
"""Chance that any parameter at all is said to be told of where the data tell nothing (Bonferroni's inequality)."""
UNIFORM_VARIANCE = 1.0 / 12.0
UNIFORM_KURTOSIS = 9.0 / 5.0
NOISE_COPIES = 20
"""Errors of observation drawn for each accepted draw."""


@dataclass(frozen=True, eq=False)
class Table:
    """Simulated experiments, a row a draw of the parameters."""

    keys: tuple[str, ...]
    shares: Floats
    """Quantiles of the priors, shape (draws, parameters)."""
    simulated: Floats
    """What each target would have been without errors of observation, shape (draws, targets)."""
    metrics: dict[str, pd.DataFrame]
    """All metrics by scenario, a row a draw."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """Accepted draws, moved along the regression on the targets to what was observed."""

    keys: tuple[str, ...]
    rows: Ints
    """Of the table, shape (accepted,)."""
    weights: Floats
    """Sum 1, shape (accepted,)."""
    shares: Floats
    """Quantiles of the priors, shape (accepted, parameters)."""
    away: Floats
    """Accepted targets minus the observed, on the scale of `Errors`, shape (accepted, targets)."""

    @property
    def effective(self) -> float:
        """Draws of equal weight that would say as much."""
        return 1.0 / float((self.weights**2).sum())

    def contraction_se(self) -> float:
        """Standard error of `contraction` where the data tell nothing, for as many effective draws."""
        return float(np.sqrt((UNIFORM_KURTOSIS - 1.0) / self.effective))

    def contraction(self) -> Floats:
        """Loss of variance on the prior's own scale, by parameter: 0 tells nothing, 1 everything."""
        mean = self.weights @ self.shares
        variance = self.weights @ (self.shares - mean) ** 2
        result: Floats = 1.0 - variance / UNIFORM_VARIANCE
        return result

    def adjusted(self, values: Floats) -> Floats:
        """What a positive output would be at the observed targets, shape (accepted,), from its values in the table."""
        result: Floats = np.exp(_moved(np.log(values[self.rows]), self.away, self.weights))
        return result


@dataclass(frozen=True)
class Coverage:
    """How the method does on data simulated from known parameters [3]."""

    fits: int
    inside_50: float
    """Of the parameters' true values, inside their 50 % intervals, all parameters together."""
    inside_90: float
    lowest_p: float
    """Smallest of the parameters' p-values that ranks are uniform, times their number (Bonferroni)."""
    output_inside_50: float | None = None
    """Of the true values of an output that was asked for, inside its adjusted 50 % interval."""
    output_inside_90: float | None = None


def with_priors(scenarios: Sequence[Scenario], targets: Targets) -> list[Scenario]:
    """Scenarios whose uncertain parameters are those to fit.

    Raises
    ------
    ValueError
        if there are no parameters to fit, or targets of scenarios or months that are not there, or priors that differ
        between scenarios or that their parameters do not allow
    """
    known = [scenario.name for scenario in scenarios]
    for target in targets.targets:
        for name in (target.scenario, target.relative_to):
            if name is not None and name not in known:
                raise ValueError(f"target {target.name}: {name!r} is not a scenario; scenarios are {', '.join(known)}")
        own = next((s for s in scenarios if s.name == target.scenario), scenarios[-1])
        simulated = Horizon(own.start_date, own.days).month_names()
        if target.months is not None and not set(target.months) <= set(simulated):
            asked = " to ".join(target.months)
            raise ValueError(f"target {target.name}: {asked} is not in {simulated[0]} to {simulated[-1]} of {own.name}")
    if targets.parameters is not None:
        priors = {key: prior.model_dump(mode="json") for key, prior in targets.parameters.items()}
        scenarios = [scenario.changed({"uncertain": priors}) for scenario in scenarios]
    else:
        harm = any(target.tells_of_harm for target in targets.targets)
        scenarios = with_own_ranges(scenarios, ("severity",) if harm else ())
    if not uncertain_keys(scenarios):
        raise ValueError("there is nothing to fit: neither the targets nor the scenarios give distributions")
    for scenario in scenarios:
        for key, wrong in checks.uncertain(scenario, changed):
            raise ValueError(f"parameter {key} of {scenario.name}: {wrong}")
    priors_of(scenarios)
    return list(scenarios)


def priors_of(scenarios: Sequence[Scenario]) -> dict[str, Distribution]:
    """Each uncertain parameter's distribution, whichever scenario gives it.

    Raises
    ------
    ValueError
        if scenarios give different ones
    """
    found: dict[str, Distribution] = {}
    for scenario in scenarios:
        for key, prior in scenario.uncertain.items():
            if found.setdefault(key, prior) != prior:
                raise ValueError(f"parameter {key}: {scenario.name} gives another distribution than the others")
    return found


def table_of(
    scenarios: Sequence[Scenario], targets: Targets, draws: int, seed: int, simulate: Callable[[int], Experiment]
) -> Table:
    """The reference table.

    Parameters
    ----------
    scenarios : from `with_priors`
    targets : what was observed
    draws, seed : of the Latin hypercube
    simulate : runs all scenarios for so many draws, see `run_draws`
    """
    keys = uncertain_keys(scenarios)
    _try_metrics(scenarios, targets)
    outcomes = simulate(draws).outcomes
    days = {scenario.name: scenario.days for scenario in scenarios}
    longer = [years_over_days(target, days[target.scenario or scenarios[-1].name]) for target in targets.targets]
    simulated = [
        [
            factor * observed_in(target, {name: runs[row] for name, runs in outcomes.items()})
            for target, factor in zip(targets.targets, longer, strict=True)
        ]
        for row in range(draws)
    ]
    for target, column in zip(targets.targets, np.transpose(simulated), strict=True):
        if not np.isfinite(column).all():
            row = int(np.flatnonzero(~np.isfinite(column))[0])
            raise ValueError(f"target {target.name}: {target.metric} has no value in draw {row} of {draws}")
    metrics = {name: pd.DataFrame([run.metrics for run in runs]) for name, runs in outcomes.items()}
    return Table(tuple(keys), latin_hypercube(draws, keys, seed), np.array(simulated), metrics)


def _try_metrics(scenarios: Sequence[Scenario], targets: Targets) -> None:
    """Ask a run of one day for every target, so that a wrong name is found before the long runs."""
    short = {"days": 1, "warm_up_days": 0, "uncertain": {}}
    outcomes = {scenario.name: run_replication(scenario.changed(short), 0, 0) for scenario in scenarios}
    for target in targets.targets:
        observed_in(target.model_copy(update={"months": target.months and ("0000-00", "9999-99")}), outcomes)


def noisy(table: Table, errors: Errors, seed: int) -> Floats:
    """Simulated targets as they would be observed [2], on the scale of `errors`, shape (draws, targets)."""
    generator = np.random.Generator(np.random.Philox(key=[seed, 1]))
    return errors.scaled(errors.observed(table.simulated, generator))


def fit(table: Table, seen: Floats, observed: Floats, accept: float) -> Posterior:
    """Accept the nearest share of the draws and adjust them by local-linear regression [1].

    Parameters
    ----------
    table : reference table
    seen : its targets with errors of observation, from `noisy`, shape (draws, targets)
    observed : on the same scale, shape (targets,)
    accept : share of the draws [-]

    Notes
    -----
    Distance d is Euclidean on targets divided by their spread; weights are 1 - (d / h)**2 with h the largest distance
    accepted; logit of the prior's quantile = a + (s - s_obs) b + e by weighted least squares, and a + e is kept.
    """
    distance = np.sqrt((((seen - observed) / seen.std(axis=0)) ** 2).sum(axis=1))
    count = min(max(int(np.ceil(accept * len(distance))), FEWEST_ACCEPTED), len(distance))
    rows = np.argsort(distance, kind="stable")[:count]
    weights = 1.0 - (distance[rows] / (distance[rows].max() * 1.000001)) ** 2
    weights /= weights.sum()
    away = seen[rows] - observed
    scaled = logit(np.clip(table.shares[rows], EDGE, 1.0 - EDGE))
    return Posterior(table.keys, rows, weights, expit(_moved(scaled, away, weights)), away)


def out_of_reach(seen: Floats, targets: Targets) -> list[str]:
    """A sentence on each target that lies beyond all draws, so that a fit to it is an extrapolation.

    `seen` are the targets of all draws with errors of observation, from `noisy`, shape (draws, targets).
    """
    return [
        f"target {target.name}: observed is {target.value:g}, and all {len(column)} draws give {column.min():.3g} to "
        f"{column.max():.3g}: the fit is extrapolated, so that neither its values nor its intervals can be relied on"
        for target, column in zip(targets.targets, Errors.of(targets).unscaled(seen).T, strict=True)
        if not column.min() <= target.value <= column.max()
    ]


def _moved(values: Floats, away: Floats, weights: Floats) -> Floats:
    """Values without the part that a weighted linear regression on `away` explains."""
    root = np.sqrt(weights)[:, None]
    design = np.column_stack([np.ones(len(away)), away])
    slope = np.linalg.lstsq(root * design, root * values.reshape(len(away), -1), rcond=None)[0][1:]
    result: Floats = values - (away @ slope).reshape(values.shape)
    return result


def weighted_interval(values: Floats, weights: Floats, confidence: float = 0.95) -> Interval:
    """Median and central interval of a weighted sample."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order]) - weights[order] / 2.0
    tail = (1.0 - confidence) / 2.0
    low, middle, high = np.interp([tail, 0.5, 1.0 - tail], cumulative, values[order])
    return Interval(float(middle), float(low), float(high))


def coverage(
    table: Table, errors: Errors, accept: float, fits: int, seed: int, output: Floats | None = None
) -> Coverage:
    """Take draws of the table for data in turn, fit them with all others, and see where their parameters lie [3].

    The same is done for a positive output of the model, shape (draws,), where one is given.
    """
    seen = noisy(table, errors, seed)
    fits = min(fits, len(seen))
    ranks, of_output = np.full((fits, len(table.keys)), nan), np.full(fits, nan)
    for number in range(fits):
        others = np.arange(len(seen)) != number
        rest = Table(table.keys, table.shares[others], table.simulated[others], {})
        found = fit(rest, seen[others], seen[number], accept)
        ranks[number] = found.weights @ (found.shares < table.shares[number])
        if output is not None:
            of_output[number] = found.weights @ (found.adjusted(output[others]) < output[number])
    p_values = [float(kstest(column, "uniform").pvalue) for column in ranks.T]
    lowest = min(min(p_values) * len(p_values), 1.0)
    if output is None:
        return Coverage(fits, *_inside(ranks), lowest)
    return Coverage(fits, *_inside(ranks), lowest, *_inside(of_output))


def _inside(ranks: Floats) -> tuple[float, float]:
    """Shares of ranks inside central intervals of 50 % and 90 %."""
    away = np.abs(ranks - 0.5)
    half, most = (float(np.mean(away < share / 2.0)) for share in (0.5, 0.9))
    return half, most


def coverage_tolerance(fits: int, parameters: int, nominal: float) -> float:
    """Four standard errors of a coverage, parameters of one fit taken to be independent."""
    return 4.0 * float(np.sqrt(nominal * (1.0 - nominal) / (fits * parameters)))


def parameter_table(posterior: Posterior, scenarios: Sequence[Scenario]) -> pd.DataFrame:
    """A row a parameter: prior and posterior median with 95 % interval, and whether the data tell anything of it."""
    priors, error, rows = priors_of(scenarios), posterior.contraction_se(), []
    least = max(TELLS, -float(ndtri(BY_CHANCE / len(posterior.keys))) * error)
    for place, (key, told) in enumerate(zip(posterior.keys, posterior.contraction().tolist(), strict=True)):
        prior = priors[key].quantile(np.array([0.025, 0.5, 0.975]))
        values = priors[key].quantile(posterior.shares[:, place])
        after = weighted_interval(values, posterior.weights)
        rows.append(
            {
                "parameter": key,
                "prior": float(prior[1]),
                "prior_low": float(prior[0]),
                "prior_high": float(prior[2]),
                "posterior": after.estimate,
                "posterior_low": after.low,
                "posterior_high": after.high,
                "contraction": told,
                "contraction_se": error,
                "told": told >= least,
            }
        )
    return pd.DataFrame(rows)


def predictive_table(table: Table, posterior: Posterior, targets: Targets, seed: int) -> pd.DataFrame:
    """A row a target: observed, and what would be observed before and after the fit, each with 95 % interval.

    Both hold the error of observation, drawn anew after the fit: what was accepted lies near the target because it was
    accepted, and says nothing. `tail` is the share of predictions below the observed value: near 0 or 1, the model
    can't hit it.
    """
    generator = np.random.Generator(np.random.Philox(key=[seed, 2]))
    errors, rows = Errors.of(targets), []
    scaled = errors.scaled(table.simulated[posterior.rows])
    fitted = errors.unscaled(_moved(scaled, posterior.away, posterior.weights))
    for place, target in enumerate(targets.targets):
        found = {}
        same = np.full(len(table.simulated), 1.0 / len(table.simulated))
        for name, means, weights in (
            ("prior", table.simulated[:, place], same),
            ("posterior", fitted[:, place], posterior.weights),
        ):
            again = errors.only(place).observed(np.tile(means, NOISE_COPIES)[:, None], generator)
            found[name] = again.ravel(), np.tile(weights, NOISE_COPIES) / NOISE_COPIES
        before, after = (weighted_interval(*found[name]) for name in ("prior", "posterior"))
        values, weights = found["posterior"]
        rows.append(
            {
                "target": target.name,
                "observed": target.value,
                "sd": target.spread,
                "prior": before.estimate,
                "prior_low": before.low,
                "prior_high": before.high,
                "posterior": after.estimate,
                "posterior_low": after.low,
                "posterior_high": after.high,
                "tail": min(float(weights @ (values < target.value)), 1.0),
            }
        )
    return pd.DataFrame(rows)
