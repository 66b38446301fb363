"""Sweeps over parameters, and sensitivity: which parameters drive the answer.

[1] Morris (1991), Factorial sampling plans for preliminary computational experiments, Technometrics 33, 161-174.
[2] Saltelli et al. (2010), Variance based sensitivity analysis of model output, Computer Physics Communications 181.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import isfinite
from typing import Any, Literal

import numpy as np
import pandas as pd

from sim.analysis.uncertainty import drawn, latin_hypercube, uncertain_keys
from sim.core.metrics import RATE
from sim.core.texts import shown
from sim.core.units import Floats
from sim.experiment.runner import Experiment
from sim.scenario import Scenario
from sim.scenario.compatibility import obstacles
from sim.scenario.model import TEXTS
from sim.statistics.intervals import mean_interval, needs_ratio, paired_ratio

MOST_POINTS = 2000
VALUES_OF_A_RANGE = 5
SMALLEST_EFFECT = 0.001
"""On the log ratio (0.1 %), or of the variance: smaller effects are noise for every purpose."""
SMALLEST_SHARE = 0.01
"""Of the largest effect."""
NOT_VARIED = ("name", *TEXTS)
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
RANGE = re.compile(rf"({NUMBER}):({NUMBER})(?::({NUMBER}))?", re.ASCII)
LONGEST_NUMBER = 30

Value = float | int | str | bool
Simulate = Callable[[list[Scenario], int], Experiment]


class SweepMistake(ValueError):
    """A `--set` that can't be understood."""


@dataclass(frozen=True)
class Axis:
    """A dotted key and the values that it takes."""

    key: str
    points: tuple[Value, ...]
    ends: tuple[Value, ...]
    """Lowest and highest value of a range; all values of a list."""


def axis(text: str) -> Axis:
    """`key=1:8`, `key=0.1:0.5:0.1` (both ends included) or `key=a,b,c`.

    Without a step a range has its whole numbers, or `VALUES_OF_A_RANGE` values where an end is not whole.

    Raises
    ------
    SweepMistake
        with what is allowed
    """
    key, equals, values = text.partition("=")
    if not equals or not key or not values:
        raise SweepMistake(f"{shown(text)}: must be key=low:high, key=low:high:step or key=a,b,c")
    found = RANGE.fullmatch(values)
    if found is None:
        listed = tuple(_value(part) for part in values.split(","))
        return Axis(key, listed, listed)
    if any(len(part or "") > LONGEST_NUMBER or not isfinite(float(part or 0.0)) for part in found.groups()):
        raise SweepMistake(f"{shown(text)}: a number has up to {LONGEST_NUMBER} letters, and is finite")
    ends = (_value(found[1]), _value(found[2]))
    low, high = float(found[1]), float(found[2])
    whole = all(isinstance(end, int) for end in ends)
    step = float(found[3]) if found[3] else 1.0 if whole or low == high else (high - low) / (VALUES_OF_A_RANGE - 1)
    if step <= 0.0 or high < low:
        raise SweepMistake(f"{shown(text)}: low must not be above high, the step must be above 0")
    if (high - low) / step >= MOST_POINTS:
        raise SweepMistake(f"{shown(text)}: has {(high - low) / step + 1.0:.4g} values, may have up to {MOST_POINTS}")
    count = int((high - low) / step + 1e-9) + 1
    return Axis(key, tuple(_value(f"{low + n * step:.10g}") for n in range(count)), ends)


def _value(text: str) -> Value:
    """A number if it can be one."""
    if text in {"true", "false"}:
        return text == "true"
    if len(text) > LONGEST_NUMBER or not re.fullmatch(NUMBER, text, re.ASCII):
        return text
    return int(text) if re.fullmatch(r"[-+]?\d+", text, re.ASCII) else float(text)


Point = tuple[Value, ...]


def grid(axes: Sequence[Axis]) -> list[Point]:
    """All combinations of the axes' values.

    Raises
    ------
    SweepMistake
        if there are too many
    """
    points = list(product(*(one.points for one in axes)))
    if len(points) > MOST_POINTS:
        raise SweepMistake(f"the grid has {len(points)} points, may have up to {MOST_POINTS}; --design draws some")
    return points


def latin_points(axes: Sequence[Axis], count: int, seed: int) -> list[Point]:
    """So many points of a Latin hypercube between the axes' lowest and highest values; whole numbers stay whole.

    Raises
    ------
    SweepMistake
        if an axis has values that are not numbers
    """
    spans = [_span(one) for one in axes]
    shares = latin_hypercube(count, [one.key for one in axes], seed)
    return [tuple(_between(span, share) for span, share in zip(spans, row, strict=True)) for row in shares.tolist()]


def _span(one: Axis) -> tuple[float, float]:
    numbers = [value for value in one.ends if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(one.ends):
        raise SweepMistake(f"--design needs numbers, {one.key} has {', '.join(map(str, one.ends))}")
    return min(numbers), max(numbers)


def _between(span: tuple[float, float], share: float) -> Value:
    """A quantile of the uniform distribution on a span, or on its whole numbers if both ends are whole."""
    low, high = span
    if isinstance(low, int) and isinstance(high, int):
        return low + int(share * (high - low + 1))
    return low + share * (high - low)


def variants(scenario: Scenario, keys: Sequence[str], points: Sequence[Point]) -> list[Scenario]:
    """The scenario at each point.

    Raises
    ------
    SweepMistake
        if a key can't be varied
    ScenarioError
        if there is no such key, or a value does not fit
    """
    if named := [key for key in keys if key in NOT_VARIED]:
        raise SweepMistake(f"{named[0]} says what a scenario is called, and changes nothing")
    for place, key in enumerate(keys):
        for other in keys[:place]:
            if f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}."):
                raise SweepMistake(f"{shown(key)} is {'named twice' if key == other else f'set beside {shown(other)}'}")
    settings = [dict(zip(keys, point, strict=True)) for point in points]
    found = [scenario.changed({**values, "name": f"point_{number}"}) for number, values in enumerate(settings)]
    if in_the_way := next(obstacles([scenario, *found]), None):
        raise SweepMistake(in_the_way)
    return found


def sweep(
    scenario: Scenario,
    keys: Sequence[str],
    points: Sequence[Point],
    varied: Sequence[Scenario],
    simulate: Simulate,
    replications: int,
) -> pd.DataFrame:
    """A row a point: values, accident rate, compliance, ratio to the scenario as it stands, each with interval.

    `varied` is the scenario at each point, from `variants`.
    """
    experiment = simulate([scenario.changed({"name": "as_it_stands"}), *varied], replications)
    base = [outcome.metrics[RATE] for outcome in experiment.outcomes["as_it_stands"]]
    rows = []
    for point, variant in zip(points, varied, strict=True):
        metrics = [outcome.metrics for outcome in experiment.outcomes[variant.name]]
        ratio = paired_ratio([m[RATE] for m in metrics], base)
        row: dict[str, Any] = dict(zip(keys, point, strict=True))
        row |= {"ratio": ratio.estimate, "ratio_low": ratio.low, "ratio_high": ratio.high}
        for name, metric in (("rate", RATE), ("compliance", "compliance_rate")):
            interval = mean_interval([m[metric] for m in metrics])
            row |= {name: interval.estimate, f"{name}_low": interval.low, f"{name}_high": interval.high}
        rows.append(row)
    return pd.DataFrame(rows)


def sensitivity(
    baseline: Scenario,
    alternative: Scenario | None,
    method: Literal["morris", "sobol"],
    samples: int,
    simulate: Simulate,
    *,
    seed: int,
) -> pd.DataFrame:
    """How much each uncertain parameter moves the answer.

    Parameters
    ----------
    baseline : Scenario
        with `uncertain` parameters
    alternative : Scenario, optional
        the answer is the logarithm of its accident rate over the baseline's; without it, of the baseline's rate
    method : "morris" [1] for screening, "sobol" [2] for shares of variance
    samples : trajectories, or base samples (a power of 2)
    simulate : runs scenarios, one replication each on the same random numbers
    seed : of the design

    Returns
    -------
    DataFrame
        a row a parameter, by importance: `effect` with `effect_low` and `effect_high`; for "morris" the mean of the
        absolute elementary effects and their `spread`, for "sobol" the total index and the `first` order one; `told`
        says whether an effect is more than noise
    """
    scenarios = [baseline] if alternative is None else [baseline, alternative]
    keys = uncertain_keys(scenarios)
    problem = {"num_vars": len(keys), "names": keys, "bounds": [[0.001, 0.999]] * len(keys)}
    design = _design(problem, method, samples, seed)
    values = _answers(scenarios, keys, design, simulate)
    table = _morris(problem, design, values, seed) if method == "morris" else _sobol(problem, values, seed)
    table = table.sort_values("effect", ascending=False, ignore_index=True)
    return table.assign(told=_told(table))


def _told(table: pd.DataFrame) -> list[bool]:
    """Whether an effect is more than noise: above a share of the largest and of what can be seen, interval above 0."""
    floor = max(SMALLEST_EFFECT, SMALLEST_SHARE * float(table["effect"].max()))
    return [
        bool(effect >= floor and low > 0.0) for effect, low in zip(table["effect"], table["effect_low"], strict=True)
    ]


def _design(problem: dict[str, Any], method: str, samples: int, seed: int) -> Floats:
    if method == "morris":
        from SALib.sample import morris

        return np.asarray(morris.sample(problem, samples, num_levels=4, seed=seed))
    from SALib.sample import sobol

    return np.asarray(sobol.sample(problem, samples, calc_second_order=False, seed=seed))


def _answers(scenarios: Sequence[Scenario], keys: Sequence[str], design: Floats, simulate: Simulate) -> Floats:
    """Logarithm of the rate, or of the ratio of rates, for each row of the design."""
    points = [
        drawn(scenario, keys, row).changed({"name": f"{place}_{number}"})
        for number, row in enumerate(design)
        for place, scenario in enumerate(scenarios)
    ]
    outcomes = simulate(points, 1).outcomes
    for point in points:
        needs_ratio([outcomes[point.name][0].metrics[RATE]], point.name)
    logs = np.array([np.log(outcomes[point.name][0].metrics[RATE]) for point in points]).reshape(-1, len(scenarios))
    return logs[:, -1] - logs[:, 0] if len(scenarios) > 1 else logs[:, 0]


def _morris(problem: dict[str, Any], design: Floats, values: Floats, seed: int) -> pd.DataFrame:
    from SALib.analyze import morris

    found = morris.analyze(problem, design, values, num_levels=4, seed=seed)
    effect, half = np.asarray(found["mu_star"], dtype=float), np.asarray(found["mu_star_conf"], dtype=float)
    return _table(problem, effect, half, "spread", np.asarray(found["sigma"], dtype=float))


def _sobol(problem: dict[str, Any], values: Floats, seed: int) -> pd.DataFrame:
    from SALib.analyze import sobol

    found = sobol.analyze(problem, values, calc_second_order=False, seed=seed)
    return _table(problem, found["ST"], found["ST_conf"], "first", found["S1"])


def _table(problem: dict[str, Any], effect: Floats, half: Floats, other: str, others: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "parameter": problem["names"],
            "effect": effect,
            "effect_low": np.maximum(effect - half, 0.0),
            "effect_high": effect + half,
            other: others,
        }
    )
