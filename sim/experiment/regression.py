"""The guard against unintended changes: short forms of scenarios against stored references.

On the versions that wrote the references every number has to be the same. On others
- a replication with as many trips as stored met the same random numbers, and only the last digits may differ: what
  agrees to `ROUNDING` is no difference of the model. Rounding could also turn a single decision (an accident a moment
  sooner) once in some 10,000 checks, which is far below the false-alarm rate;
- where trips differ, a library draws other numbers: replications are compared in pairs, with a false-alarm rate for all
  comparisons together. Small changes of the model can't be seen then.
"""

import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from math import isnan, log, nan, sqrt
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import numpy as np
from scipy.special import stdtr

from sim.experiment.runner import Progress, Task, perform_all
from sim.scenario import Scenario, load_scenario
from sim.system.files import write_whole

SEED, DAYS, WARM_UP_DAYS, REPLICATIONS = 2025, 7, 7, 3
HOT_FACTOR = 300.0
"""On accidents."""
ROUNDING = 1e-6
SMALLEST_SHOWN = 5e-6
"""Relative change that is not 0.000 %."""
FALSE_ALARMS = 0.01
"""Chance that a model that has not changed is reported, over all scenarios and metrics."""
TRIPS = "trips"
PACKAGES = ("numpy", "scipy", "simpy")

Values = dict[str, list[float | None]]
References = dict[str, Any]


@dataclass(frozen=True)
class Moved:
    """A metric that is not as stored."""

    scenario: str
    metric: str
    before: float
    after: float

    @property
    def change(self) -> float:
        """Relative change of the mean; NaN if there was nothing."""
        return self.after / self.before - 1.0 if self.before else nan

    @property
    def told(self) -> str:
        """The change as it is printed; what is too small for its digits says so."""
        if isnan(self.change):
            return ""
        if self.before == self.after:
            return "same mean, other runs"
        if abs(self.change) < SMALLEST_SHOWN:
            return f"last digits ({abs(self.change):.0e})"
        return f"{self.change:+.3%}"


def shipped(folder: Path) -> dict[str, Path]:
    """Scenario files of a folder's folders, by folder/name."""
    return {f"{path.parent.name}/{path.stem}": path for path in sorted(folder.glob("*/*.yaml"))}


def short_form(scenario: Scenario) -> Scenario:
    """A week after a week."""
    return scenario.changed({"days": DAYS, "warm_up_days": WARM_UP_DAYS})


def cases(files: dict[str, Path]) -> dict[str, Scenario]:
    """What is run: each scenario's short form, and what a week in winter hardly has, by name.

    Of each folder the scenario with most measures also runs with so many accidents that help, queues, severity and
    costs are held (`@hot`); the one with most measures of all also runs in summer (`@july`).
    """
    short = {name: short_form(load_scenario(path)) for name, path in files.items()}
    folders = sorted({name.partition("/")[0] for name in short})
    fullest = [_fullest({n: s for n, s in short.items() if n.partition("/")[0] == folder}) for folder in folders]
    found = dict(short)
    for name in fullest:
        factor = HOT_FACTOR * short[name].risk.calibration_factor
        found[f"{name}@hot"] = short[name].changed({"risk.calibration_factor": factor})
    if short:
        name = _fullest(short)
        found[f"{name}@july"] = short[name].changed({"start_date": short[name].start_date.replace(month=7, day=1)})
    return found


def _fullest(scenarios: dict[str, Scenario]) -> str:
    """The name of the scenario with most measures, the first of several."""
    return max(scenarios, key=lambda name: len(scenarios[name].interventions))


def measure(
    scenarios: dict[str, Scenario], *, workers: int | None = None, progress: Progress | None = None
) -> dict[str, Values]:
    """Metrics of each scenario, by replication; null where a number does not exist."""
    tasks = [Task(scenario, SEED, number) for scenario in scenarios.values() for number in range(REPLICATIONS)]
    outcomes = iter(perform_all(tasks, workers=workers, progress=progress))
    found: dict[str, Values] = {}
    for name in scenarios:
        runs = [next(outcomes).metrics for _ in range(REPLICATIONS)]
        found[name] = {metric: [_known(run[metric]) for run in runs] for metric in runs[0]}
    return found


def _known(value: float) -> float | None:
    return None if isnan(value) else value


def versions() -> dict[str, str]:
    """What may round differently."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def read(file: Path) -> References:
    """Stored references."""
    content: References = json.loads(file.read_text(encoding="utf-8"))
    return content


def write(file: Path, found: dict[str, Values]) -> None:
    """Store references."""
    content = {"format": 1, "tool": "hairpin", "seed": SEED, "days": DAYS, "versions": versions(), "scenarios": found}
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, (json.dumps(content, indent=1) + "\n").encode())


def differences(references: References, found: dict[str, Values]) -> list[Moved]:
    """All metrics that are not as stored; scenarios that came or went, and metrics that went, among them.

    A metric that the references of a scenario lack is new, and has not moved.
    """
    exact = references["versions"] == versions()
    stored: dict[str, Values] = references["scenarios"]
    comparisons = sum(len(values) for values in stored.values())
    moved = []
    for name in sorted(stored.keys() | found.keys()):
        before, after = stored.get(name, {}), found.get(name, {})
        same = before.get(TRIPS) == after.get(TRIPS)
        for metric in sorted(before.keys() if before else after.keys()):
            old, new = before.get(metric, []), after.get(metric, [])
            if differs(old, new, exact=exact, same_draws=same, comparisons=comparisons):
                moved.append(Moved(name, metric, _mean(old), _mean(new)))
    return moved


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else nan


def differs(
    old: Sequence[float | None], new: Sequence[float | None], *, exact: bool, same_draws: bool, comparisons: int
) -> bool:
    """Whether one metric's replications differ from the stored ones by more than versions may make."""
    if list(old) == list(new):
        return False
    missing = [value is None for value in old] != [value is None for value in new]
    if exact or missing:
        return True
    pairs = [(a, b) for a, b in zip(old, new, strict=True) if a is not None and b is not None]
    if all(abs(b - a) <= ROUNDING * max(abs(a), abs(b)) for a, b in pairs):
        return False
    if same_draws:
        return True
    return _p_value([_relative(a, b) for a, b in pairs]) < FALSE_ALARMS / comparisons


def _relative(old: float, new: float) -> float:
    """Change on the logarithmic scale, where a changed model changes all replications alike; else the difference."""
    return log(new / old) if old > 0.0 and new > 0.0 else new - old


def _p_value(changes: Sequence[float]) -> float:
    """Of a paired t test; 0 for changes that are all alike."""
    values = np.array(changes)
    spread = float(values.std(ddof=1)) / sqrt(len(values)) if len(values) > 1 else 0.0
    if spread <= ROUNDING * abs(float(values.mean())):
        return 0.0
    return float(2.0 * stdtr(len(values) - 1, -abs(float(values.mean())) / spread))


def junit(names: Iterable[str], moved: Sequence[Moved]) -> str:
    """JUnit XML: a test case a scenario."""
    names = list(names)
    failed = {entry.scenario for entry in moved}
    suite = Element("testsuite", name="hairpin check", tests=str(len(names)), failures=str(len(failed)))
    for name in names:
        case = SubElement(suite, "testcase", classname="hairpin.check", name=name)
        own = [entry for entry in moved if entry.scenario == name]
        if own:
            failure = SubElement(case, "failure", message=f"{len(own)} metrics moved")
            failure.text = "\n".join(f"{entry.metric}: {entry.before:g} -> {entry.after:g}" for entry in own)
    return tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
