"""Result tables and the summary that others parse."""

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from math import inf, isnan, nan
from typing import Any

import pandas as pd

from sim.analysis.valuation import appraise
from sim.core.metrics import RATE, Kind, road_classes
from sim.core.metrics import metric as metric_row
from sim.core.units import VKM_PER_MILLION
from sim.engine.accounting.outcome import Outcome
from sim.experiment.runner import Experiment
from sim.experiment.store import model_version
from sim.statistics.intervals import (
    Interval,
    exact_rate_interval,
    mean_interval,
    paired_ratio,
    stein_ratio,
)
from sim.system.machine import machine

PACKAGES = ("hairpin", "numpy", "scipy", "pandas", "pyarrow", "simpy", "pydantic")
MANIFEST_FORMAT = 2
SIXTH, MOST_DRIFT = 6, 0.01
"""A month, and by how much compliance may differ from the first one's where nothing begins."""


@dataclass(frozen=True, eq=False)
class Results:
    """Tidy tables of an experiment and its summary."""

    runs: pd.DataFrame
    monthly: pd.DataFrame
    sections: pd.DataFrame
    hourly: pd.DataFrame
    summary: dict[str, Any]
    manifest: dict[str, Any]
    costs: dict[str, Any]
    """Appraisal of each alternative, by name."""
    scenarios: dict[str, Any]
    """What was simulated, by name."""
    experiment: Experiment

    @cached_property
    def events(self) -> pd.DataFrame:
        """A row for each accident, capture, incident, violation and alarm; large, so made when first asked for."""
        return _events(self.experiment)

    @property
    def ratios(self) -> pd.DataFrame:
        """Accident-rate ratio of each alternative to the baseline, with its 95 % interval."""
        comparisons = self.summary["comparisons"]
        rows = [{"scenario": name, **entry["accident_rate_ratio"]} for name, entry in comparisons.items()]
        return pd.DataFrame(rows, columns=["scenario", "estimate", "low", "high"])


def results_of(
    experiment: Experiment, *, baseline: str | None, command: str, first_stage: int | None = None
) -> Results:
    """Tables and summary; comparisons where there is a baseline.

    `first_stage` is the number of replications that decided how many there are in all, see `run_to_precision`.
    """
    runs = _runs(experiment)
    return Results(
        runs=runs,
        monthly=_stacked(experiment, "monthly"),
        sections=_stacked(experiment, "sections"),
        hourly=_stacked(experiment, "hourly"),
        summary=summary_of(runs, baseline, first_stage),
        manifest=_manifest(experiment, baseline, command),
        costs={} if baseline is None else costs_of(experiment, runs, baseline),
        scenarios={scenario.name: scenario.model_dump(mode="json") for scenario in experiment.scenarios},
        experiment=experiment,
    )


def costs_of(experiment: Experiment, runs: pd.DataFrame, baseline: str) -> dict[str, Any]:
    """Appraisals of all alternatives against the baseline."""
    own = {str(name): group for name, group in runs.groupby("scenario", sort=False)}
    fine_cny = {scenario.name: scenario.behaviour.penalty_cny for scenario in experiment.scenarios}
    return {
        one.name: appraise(
            own[one.name], own[baseline], one.valuation, (fine_cny[one.name], fine_cny[baseline])
        ).as_dict()
        for one in experiment.scenarios
        if one.name != baseline
    }


def _runs(experiment: Experiment) -> pd.DataFrame:
    """A row per scenario and replication."""
    rows = [
        {"scenario": name, "replication": number, "seed": experiment.seed, **outcome.metrics}
        for name, outcomes in experiment.outcomes.items()
        for number, outcome in enumerate(outcomes)
    ]
    return pd.DataFrame(rows)


def _stacked(experiment: Experiment, table: str) -> pd.DataFrame:
    frames = []
    for name, outcomes in experiment.outcomes.items():
        for number, outcome in enumerate(outcomes):
            frame: pd.DataFrame = getattr(outcome, table).copy()
            frame.insert(0, "scenario", name)
            frame.insert(1, "replication", number)
            frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _events(experiment: Experiment) -> pd.DataFrame:
    """Accidents, violations and alarms, one row each; columns that do not apply are empty."""
    rows: list[dict[str, Any]] = []
    for name, outcomes in experiment.outcomes.items():
        for number, outcome in enumerate(outcomes):
            where = {"scenario": name, "replication": number}
            for kind, records in _kinds(outcome):
                rows += [{**where, "event": kind, **record._asdict()} for record in records]
    columns = ["scenario", "replication", "event", "time_s", "trip_id"]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)


def _kinds(outcome: Outcome) -> list[tuple[str, Sequence[Any]]]:
    return [
        ("accident", outcome.accidents),
        ("capture", outcome.captures),
        ("incident", outcome.incidents),
        ("violation", outcome.violations),
        ("alarm", outcome.alarms),
    ]


def summary_of(runs: pd.DataFrame, baseline: str | None, first_stage: int | None = None) -> dict[str, Any]:
    """The contract of `summary.json`; a number that does not exist is null."""
    metrics = [c for c in runs.columns if c not in {"scenario", "replication", "seed"}]
    by_name = {str(name): group for name, group in runs.groupby("scenario", sort=False)}
    scenarios = {
        name: {
            "replications": len(group),
            "metrics": {m: named(_interval(m, group), "mean") for m in metrics},
        }
        for name, group in by_name.items()
    }
    comparisons = {
        name: _comparison(group, by_name[baseline], baseline, first_stage)
        for name, group in by_name.items()
        if baseline is not None and name != baseline
    }
    return {"scenarios": scenarios, "comparisons": comparisons}


def _interval(metric: str, runs: pd.DataFrame) -> Interval:
    """All metrics are counts, amounts or shares: none is below 0.

    Counted accidents of all runs together are a Poisson number, however few runs there are. Where there were none, what
    they do has no limit.
    """
    values, row = runs[metric].tolist(), metric_row(metric)
    if row is not None and len(values) > 1:
        if row.kind is Kind.harm and not any(values):
            return Interval(0.0, nan, nan)
        if row.kind is Kind.accidents and (exposure := _counted_over(metric, runs)) > 0.0:
            return exact_rate_interval(round(float(runs[_counted_as(metric)].sum())), exposure)
    return mean_interval(values, lowest=0.0, highest=inf if row is None else row.highest)


def _counted_as(metric: str) -> str:
    """The column that holds the count."""
    return "accidents" if metric.startswith("accident_rate") else metric


def _counted_over(metric: str, runs: pd.DataFrame) -> float:
    """In how many runs, or million vehicle-km for a rate, accidents were counted; 0 where nobody drives."""
    of_trucks = metric.startswith("truck_accidents_")
    where = f"truck_km_{metric[16:]}" if of_trucks else f"vehicle_km_{metric.removeprefix('accidents_')}"
    vehicle_km = float(runs[where if where in runs else "vehicle_km"].sum())
    in_runs = float(len(runs)) if vehicle_km else 0.0
    return vehicle_km / VKM_PER_MILLION if metric.startswith("accident_rate") else in_runs


NOTHING = pd.Series(dtype=float)


def _comparison(runs: pd.DataFrame, base: pd.DataFrame, baseline: str, first_stage: int | None) -> dict[str, Any]:
    """Paired ratios to the baseline, of the rate and of what lies behind it."""
    ratios = {"accident_rate_ratio": RATE, "expected_accidents_ratio": "expected_accidents"}
    for name in road_classes(map(str, runs.dropna(axis=1, how="all"))):
        ratios[f"vehicle_km_ratio_{name}"] = f"vehicle_km_{name}"
        ratios[f"expected_accidents_ratio_{name}"] = f"expected_accidents_{name}"
    ratios = {key: column for key, column in ratios.items() if base.get(column, NOTHING).notna().any()}
    paired = {
        key: named(paired_ratio(runs[column].tolist(), base[column].tolist()), "estimate")
        for key, column in ratios.items()
    }
    if first_stage is not None:
        interval = stein_ratio(runs[RATE].tolist(), base[RATE].tolist(), first_stage)
        paired["accident_rate_ratio"] = named(interval, "estimate")
    return {"baseline": baseline, **paired}


def unsettled(results: Results) -> Iterator[str]:
    """Scenarios whose compliance still drifts though nothing begins: the warm-up is too short for drivers' memories.

    Of those without interventions, the first recorded month against the sixth, run by run.
    """
    months = results.monthly["month"].unique()
    still = [name for name, content in results.scenarios.items() if not content["interventions"]]
    if len(months) < SIXTH:
        return
    for name in still:
        own = results.monthly[results.monthly["scenario"] == name]
        table = own.pivot_table(
            index="replication", columns="month", values=["violations", "candidate_trips"], aggfunc="sum"
        )
        share = 1.0 - table["violations"] / table["candidate_trips"].where(table["candidate_trips"] > 0)
        drift = mean_interval((share[months[SIXTH - 1]] - share[months[0]]).tolist())
        if abs(drift.estimate) > MOST_DRIFT and (drift.low > 0.0 or drift.high < 0.0):
            yield (
                f"{name}: compliance drifts by {100.0 * drift.estimate:+.1f} points from the first to the sixth month "
                "though nothing begins: warm_up_days is short for what drivers remember"
            )


def named(interval: Interval, estimate: str) -> dict[str, float | None]:
    """An interval as it stands in JSON; a number that does not exist is null."""
    values = {estimate: interval.estimate, "low": interval.low, "high": interval.high}
    return {key: None if isnan(value) else value for key, value in values.items()}


def _manifest(experiment: Experiment, baseline: str | None, command: str) -> dict[str, Any]:
    return {
        "format": MANIFEST_FORMAT,
        "command": command,
        "baseline": baseline,
        "seed": experiment.seed,
        "replications": max(len(outcomes) for outcomes in experiment.outcomes.values()),
        "scenarios": {
            s.name: {"title": s.title, "title_zh": s.title_zh, "sha256": s.hash()} for s in experiment.scenarios
        },
        "model": model_version(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "machine": machine(),
    }
