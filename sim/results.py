"""Result tables, the summary that others parse, and the folder that holds them."""

import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from math import inf, isnan, nan
from pathlib import Path
from typing import Any

import pandas as pd

from sim.attribution import Attribution
from sim.engine.outcome import Outcome
from sim.experiment import RATE, Experiment
from sim.parameters import ROAD_CLASSES
from sim.scenario import Scenario
from sim.statistics import Interval, mean_interval, paired_ratio, stein_ratio
from sim.store import locked, model_version, write_whole
from sim.uncertainty import Shares, uncertain_keys
from sim.units import SECONDS_PER_HOUR, VKM_PER_MILLION
from sim.valuation import appraise

PACKAGES = ("hairpin", "numpy", "scipy", "pandas", "pyarrow", "simpy", "pydantic")
SHARES = ("compliance_rate", "operator_utilisation")
COUNTED_EVERYWHERE = ("accidents", "accident_rate_per_million_vkm", "secondary_accidents")
HARM = ("deaths", "injuries", "property_loss_cny")
"""Of counted accidents."""
OPTIONAL = ("events.parquet", "costs.json", "forest.png", "forest.svg")
"""Files of a result folder that not every run of a command writes."""
MADE_OF_RESULTS = (
    "report.html",
    *(f"slides/*.{language}.{kind}" for language in ("en", "zh") for kind in ("svg", "png")),
    *(f"replay_*_day*.{kind}" for kind in ("html", "svg", "png")),
)
"""What other commands make of a result folder."""


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
    return {
        scenario.name: appraise(own[scenario.name], own[baseline], scenario.valuation).as_dict()
        for scenario in experiment.scenarios
        if scenario.name != baseline
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
            "metrics": {m: _named(_interval(m, group), "mean") for m in metrics},
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

    Where no run counted an accident, their scatter says nothing: the limit is that of a Poisson count of 0,
    and there is none for what accidents do.
    """
    values = runs[metric].tolist()
    if len(values) > 1 and not any(values):
        if metric in HARM:
            return Interval(0.0, nan, nan)
        if (exposure := _counted_in(metric, runs)) > 0.0:
            from sim.safety_statistics import rate_interval  # brings scipy.stats, which takes a second

            return rate_interval(0, exposure)
    return mean_interval(values, lowest=0.0, highest=1.0 if metric in SHARES else inf)


def _counted_in(metric: str, runs: pd.DataFrame) -> float:
    """In how many runs, or million vehicle-km for a rate, accidents were counted; 0 for what counts no accidents."""
    where = f"vehicle_km_{metric.removeprefix('accidents_')}"
    if metric not in COUNTED_EVERYWHERE and not (metric.startswith("accidents_") and where in runs):
        return 0.0
    vehicle_km = float(runs[where if where in runs else "vehicle_km"].sum())
    in_runs = float(len(runs)) if vehicle_km else 0.0
    return vehicle_km / VKM_PER_MILLION if metric.startswith("accident_rate") else in_runs


def _comparison(runs: pd.DataFrame, base: pd.DataFrame, baseline: str, first_stage: int | None) -> dict[str, Any]:
    """Paired ratios to the baseline, of the rate and of what lies behind it."""
    ratios = {"accident_rate_ratio": RATE, "expected_accidents_ratio": "expected_accidents"}
    for name in (*ROAD_CLASSES, "semi"):
        ratios[f"vehicle_km_ratio_{name}"] = f"vehicle_km_{name}"
        ratios[f"expected_accidents_ratio_{name}"] = f"expected_accidents_{name}"
    paired = {
        key: _named(paired_ratio(runs[column].tolist(), base[column].tolist()), "estimate")
        for key, column in ratios.items()
    }
    if first_stage is not None:
        interval = stein_ratio(runs[RATE].tolist(), base[RATE].tolist(), first_stage)
        paired["accident_rate_ratio"] = _named(interval, "estimate")
    return {"baseline": baseline, **paired}


def _named(interval: Interval, estimate: str) -> dict[str, float | None]:
    values = {estimate: interval.estimate, "low": interval.low, "high": interval.high}
    return {key: None if isnan(value) else value for key, value in values.items()}


def _manifest(experiment: Experiment, baseline: str | None, command: str) -> dict[str, Any]:
    return {
        "format": 1,
        "command": command,
        "baseline": baseline,
        "seed": experiment.seed,
        "replications": max(len(outcomes) for outcomes in experiment.outcomes.values()),
        "scenarios": {
            s.name: {"title": s.title, "title_zh": s.title_zh, "sha256": s.hash()} for s in experiment.scenarios
        },
        "model": model_version(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


def origin(scenarios: Sequence[Scenario], seed: int) -> dict[str, Any]:
    """What a file that is added to a result folder was made from, so that it is not read beside other results."""
    hashes = {scenario.name: scenario.hash() for scenario in scenarios}
    return {"model": model_version(), "seed": seed, "sha256": hashes}


def belongs(content: Mapping[str, Any], manifest: Mapping[str, Any]) -> bool:
    """Whether an added file was made from the model and scenarios of a folder's manifest."""
    made = content.get("origin", {})
    known = {name: entry["sha256"] for name, entry in manifest["scenarios"].items()}
    same = all(made.get(key) == manifest[key] for key in ("model", "seed"))
    return same and bool(made["sha256"].items() <= known.items())


def write_attribution(shares: Attribution, programme: Scenario, seed: int, folder: Path) -> None:
    """Add attribution.json to a result folder."""
    content = {
        "origin": origin([programme], seed),
        "programme": shares.programme,
        "metric": "expected accidents avoided",
        "orders": shares.orders,
        "all_orders": shares.exact,
        "total": _named(shares.total, "estimate"),
        "parts": {
            share.kind: {
                "alone": _named(share.alone, "estimate"),
                "left_out": _named(share.left_out, "estimate"),
                "shapley": _named(share.shapley, "estimate"),
            }
            for share in shares.shares
        },
    }
    partial = folder / ".attribution.json.partial"
    partial.write_text(as_json(content), encoding="utf-8")
    partial.replace(folder / "attribution.json")


def write_shares(
    shares: dict[str, Shares], scenarios: Sequence[Scenario], draws: int, replications: int, seed: int, folder: Path
) -> dict[str, Any]:
    """Write uncertainty.json, and return its content."""
    content = {
        "origin": origin(scenarios, seed),
        "draws": draws,
        "replications_per_draw": replications,
        "parameters": uncertain_keys(scenarios),
        "comparisons": {
            name: {
                "accident_rate_ratio": _named(one.ratio, "estimate"),
                "share_of_variance_from_parameters": one.parameter_share,
            }
            for name, one in shares.items()
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "uncertainty.json", as_json(content).encode())
    return content


def write_finished(finished: dict[tuple[str, int], Outcome], seed: int, folder: Path) -> Path:
    """Keep the metrics of runs that ended before another one failed."""
    rows = [
        {"scenario": name, "replication": number, "seed": seed, **outcome.metrics}
        for (name, number), outcome in sorted(finished.items())
    ]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "finished_runs.parquet"
    partial = file.with_suffix(".partial")
    pd.DataFrame(rows).to_parquet(partial, index=False)
    partial.replace(file)
    return file


def as_json(content: Any) -> str:
    """JSON as it stands in files."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_results(results: Results, folder: Path, *, events: bool, charts: Callable[[Path], None]) -> list[str]:
    """Write the result folder; files appear whole, all of them or none.

    Returns what was removed before, by its name in the folder: files of other results, and what was made of them.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_left_behind(folder)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        results.runs.to_parquet(partial / "runs.parquet", index=False)
        results.monthly.to_parquet(partial / "monthly.parquet", index=False)
        results.sections.to_parquet(partial / "sections.parquet", index=False)
        results.hourly.to_parquet(partial / "hourly.parquet", index=False)
        if events:
            results.events.to_parquet(partial / "events.parquet", index=False)
        (partial / "summary.json").write_text(as_json(results.summary), encoding="utf-8")
        (partial / "scenarios.json").write_text(as_json(results.scenarios), encoding="utf-8")
        if results.costs:
            (partial / "costs.json").write_text(as_json(results.costs), encoding="utf-8")
        (partial / "manifest.json").write_text(as_json(results.manifest), encoding="utf-8")
        charts(partial)
        with locked(folder):
            outdated = _outdated(folder, partial)
            for path in outdated:
                path.unlink(missing_ok=True)
            _move_into(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return [str(path.relative_to(folder)) for path in outdated]


def _outdated(folder: Path, partial: Path) -> list[Path]:
    """Files that would stand beside other results than those that they were made of."""
    before, after = (_known_results(place / "manifest.json") for place in (folder, partial))
    if before is None or before == after:
        return []
    again = {path.name for path in partial.iterdir()}
    found = [path for pattern in (*OPTIONAL, *MADE_OF_RESULTS) for path in sorted(folder.glob(pattern))]
    return [path for path in found if path.name not in again and not path.is_dir()]


def _known_results(manifest: Path) -> dict[str, Any] | None:
    """What results follow from; nothing where there are none, or they can't be read."""
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return {key: value for key, value in content.items() if key != "command"} if isinstance(content, dict) else None


def remove_left_behind(folder: Path) -> None:
    """Partial files of processes that were killed, older than an hour: no live process has them."""
    for path in [*folder.parent.glob(f".{folder.name}-*"), *folder.glob("store/.*.partial")]:
        if time.time() - path.stat().st_mtime > SECONDS_PER_HOUR:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _move_into(partial: Path, folder: Path) -> None:
    """Replace the folder's files; the manifest comes last, so that it never names files that are not there."""
    folder.mkdir(exist_ok=True)
    for path in sorted(partial.iterdir(), key=lambda p: p.name == "manifest.json"):
        os.replace(path, folder / path.name)  # noqa: PTH105
