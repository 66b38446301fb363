"""What the headline answer owes to each input: all of them screened, the first twenty by shares, ends one at a time.

python docs/inputs/build.py                    writes docs/inputs.md: about an hour on two cores; goes on where it was stopped
python docs/inputs/build.py --without-shares   the same in half of the time, without the shares of the variance
"""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.sweeping import sensitivity
from sim.analysis.uncertainty import run_draws, uncertain_keys
from sim.core.metrics import RATE
from sim.core.units import DAYS_PER_YEAR
from sim.experiment.runner import run_experiment
from sim.experiment.store import Store, model_version
from sim.scenario import Scenario, load_scenario
from sim.scenario.ranges import with_all_ranges, with_own_ranges

ROOT = Path(__file__).parents[2]
STORE = ROOT / "results" / "inputs" / "store"
SEED, DRAWS = 1, 60
SCREENED = {"days": 60, "warm_up_days": 30}
"""Of all runs: they are thousands."""
TRAJECTORIES, BASE_SAMPLES, FIRST = 4, 16, 20
SHOWN = 40
INPUTS = {
    "speed.engine_brake_kw": (54.0, 250.0),
    "speed.retarder_kw": (150.0, 400.0),
    "speed.wrong_gear_share": (0.001, 0.01),
    "speed.wrong_gear_braking": (0.0, 0.6),
    "speed.hot_brakes_c": (200.0, 300.0),
    "speed.hot_brakes_sd_k": (10.0, 50.0),
    "speed.descent_foresight_km": (2.0, 10.0),
    "speed.descent_level_kmh": (60.0, 75.0),
    "speed.side_friction": (0.10, 0.18),
    "speed.cautious_factor": (0.85, 0.97),
    "risk.brake_failure_c": (550.0, 750.0),
    "risk.runaway_hit_share": (0.02, 0.5),
    "risk.curve_speed_sd": (0.02, 0.04),
    "risk.sleepiness_share": (0.2, 0.6),
    "risk.truck_hazard_ratio": (1.0, 2.0),
    "risk.calibration_factor": (0.5, 2.5),
    "risk.expressway_calibration_factor": (0.5, 2.0),
    "risk.fog_factor": (1.2, 3.0),
    "fleet.overload_mass_factor": (1.1, 1.8),
    "fleet.brake_defect_share": (0.03, 0.25),
    "fleet.speed_factor_mean": (0.95, 1.1),
    "fleet.speed_factor_sd": (0.05, 0.12),
    "demand.overloaded_share": (0.02, 0.3),
    "demand.loaded_share": (0.5, 0.8),
    "behaviour.contact_effect": (0.0, 0.4),
    "behaviour.penalty_effect": (0.0, 0.7),
    "behaviour.sanction_effect": (0.1, 0.6),
    "behaviour.penalty_half_life_days": (60.0, 3650.0),
}
"""Each with the ends of the range that its row in docs/parameters.md or its scenario states."""


def progress(done: int, whole: int) -> None:
    """A line on stderr."""
    sys.stderr.write(f"\r{done} of {whole} runs")
    if done == whole:
        sys.stderr.write("\n")


def ends(pair: tuple[Scenario, Scenario]) -> list[Scenario]:
    """Both scenarios with each input at each end, and as they stand."""
    return [
        one.changed({"name": f"{one.name}@{key}@{end:g}", "uncertain": {}, key: end})
        for key, range_ in INPUTS.items()
        for end in range_
        for one in pair
    ]


def rows(ratio: dict[str, float], accidents: dict[str, float], usual: float, width: float) -> list[str]:
    """A line of the table for each input, the most moving first."""
    moved = {key: max(abs(ratio[f"{key}@{end:g}"] - usual) for end in range_) for key, range_ in INPUTS.items()}
    return [
        f"| `{key}` | {low:g} to {high:g} | "
        + " | ".join(f"{accidents[f'{key}@{end:g}']:.1f}" for end in (low, high))
        + " | "
        + " | ".join(f"{ratio[f'{key}@{end:g}']:.3f}" for end in (low, high))
        + f" | {moved[key]:.3f}{' (wider than the interval)' if moved[key] > width else ''} |"
        for key, (low, high) in sorted(INPUTS.items(), key=lambda item: -moved[item[0]])
    ]


def screened(pair: Sequence[Scenario], store: Store, *, shares: bool) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """All inputs with a range by their elementary effects, and the first of them by their shares of the variance."""

    def simulate(scenarios: list[Scenario], replications: int) -> object:
        return run_experiment(scenarios, replications=replications, seed=SEED, store=store, progress=progress)

    base, programme = map(with_all_ranges, pair)
    of = partial(sensitivity, simulate=simulate, seed=SEED)
    effects = of(base, programme, "morris", TRAJECTORIES)
    if not shares:
        return effects, None
    first = set(effects["parameter"][:FIRST])
    few = [
        one.changed({"uncertain": {key: own for key, own in one.uncertain.items() if key in first}})
        for one in (base, programme)
    ]
    return effects, of(*few, "sobol", BASE_SAMPLES)


def effect_rows(effects: pd.DataFrame, own: set[str], width: float) -> list[str]:
    """A line for each of the inputs that move the answer most."""
    return [
        f"| {place} | `{row.parameter}` | {row.effect:.3f} ({row.effect_low:.3f} to {row.effect_high:.3f}) | "
        f"{row.spread:.3f} | {100.0 * row.effect / width:.1f} % | {'yes' if row.parameter in own else 'no'} |"
        for place, row in enumerate(effects[:SHOWN].itertuples(), start=1)
    ]


def share_text(shares: pd.DataFrame | None) -> str:
    """The part on shares of the variance, where they were worked out."""
    if shares is None:
        return ""
    rows = [
        f"| `{row.parameter}` | {row.effect:.2f} ({row.effect_low:.2f} to {row.effect_high:.2f}) | {row.first:.2f} |"
        for row in shares.itertuples()
    ]
    return f"""## Shares of the variance

The first {FIRST} of them by Sobol's total indices, with 95 % intervals, and first-order ones ({BASE_SAMPLES} base samples, {BASE_SAMPLES * (FIRST + 2)}
pairs of runs). So few samples leave wide intervals; they tell the large from the small and no more.

| input | total | alone |
| --- | ---: | ---: |
{chr(10).join(rows)}

"""


def text(*, with_shares: bool) -> str:
    """The page."""
    folder = ROOT / "scenarios" / "taishun"
    base, programme = (load_scenario(folder / f"{name}.yaml") for name in ("baseline", "full_programme"))
    pair = base.changed(SCREENED), programme.changed(SCREENED)
    store = Store(STORE)
    believed = with_own_ranges(pair)
    drawn = run_draws(believed, draws=DRAWS, replications=1, seed=SEED, store=store, progress=progress).outcomes
    rates = [np.array([outcome.metrics[RATE] for outcome in drawn[one.name]]) for one in pair]
    low, middle, high = np.quantile(rates[1] / rates[0], (0.025, 0.5, 0.975))
    plain = [one.changed({"uncertain": {}}) for one in pair]
    single = run_experiment([*plain, *ends(pair)], replications=1, seed=SEED, store=store, progress=progress).outcomes
    effects, shares = screened(pair, store, shares=with_shares)
    width = float(np.log(high / low))
    own, of_all = set(uncertain_keys(pair)), len(effects)
    metric = {name: found[0].metrics for name, found in single.items()}
    keys = [f"{key}@{end:g}" for key, range_ in INPUTS.items() for end in range_]
    ratio = {key: metric[f"{programme.name}@{key}"][RATE] / metric[f"{base.name}@{key}"][RATE] for key in keys}
    a_year = DAYS_PER_YEAR / SCREENED["days"]
    accidents = {key: a_year * metric[f"{base.name}@{key}"]["expected_accidents"] for key in keys}
    usual = metric[programme.name][RATE] / metric[base.name][RATE]
    lines = rows(ratio, accidents, usual, high - low)
    return f"""# What the answer owes to each input

The headline answer is the county's expected accidents with the full programme over those without. As the scenarios
stand it is {usual:.3f}, of {a_year * metric[base.name]["expected_accidents"]:.1f} accidents a year. Over {DRAWS} draws of all that is
`uncertain` in them, 95 % lie between {low:.3f} and {high:.3f} (median {middle:.3f}).

All runs here have {SCREENED["days"]} winter days after {SCREENED["warm_up_days"]} of warm-up, the same random numbers (seed {SEED}) for all, so that
thousands of them take an hour. What builds up over a year (experience, devices that come in over months) counts less in them than in
the year's runs of the report: the answer itself lies nearer to 1, and the order of the inputs is what to take from this page.

## All inputs that have a range

{of_all} numbers of the two scenarios state a range of two ends, published, derived or assumed. All of them are drawn
(`every_range_uncertain`), {len(own)} by a distribution that the scenarios give, the others within their range and most often near their value.
Lists (such as shares by month), whole numbers and ranges in words are not. All were moved together along {TRAJECTORIES} trajectories by the method of Morris, {TRAJECTORIES * (of_all + 1)} pairs of runs:
`hairpin sensitivity scenarios/taishun/baseline.yaml scenarios/taishun/full_programme.yaml` does the same. An effect is the
mean size of the move of the answer's logarithm over an input's whole range, with its 95 % interval; the spread shows how much it
depends on the others. Beside it stands its share of the width of the interval above ({width:.3f} in the logarithm).

| | input | effect | spread | of the interval | own distribution |
| ---: | --- | ---: | ---: | ---: | --- |
{chr(10).join(effect_rows(effects, own, width))}

The other {of_all - SHOWN} move it by less than {effects["effect"].iloc[SHOWN]:.3f}.

{share_text(shares)}## Both ends, one at a time

Here {len(INPUTS)} inputs are set to the ends of the ranges that `docs/parameters.md` and the scenarios state for them,
one at a time. The last column is the greater move of the answer,
to be held against the width of the interval, {high - low:.3f}. Accidents a year of the baseline stand beside it: many
inputs move the level, which no county's counts have fixed.

| input | range | accidents a year, low end | high end | answer, low end | high end | moves it by |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
{chr(10).join(lines)}

Written by `docs/inputs/build.py`, model {model_version()}.
"""


if __name__ == "__main__":
    shares_too = "--without-shares" not in sys.argv
    (ROOT / "docs" / "inputs.md").write_text(text(with_shares=shares_too))
