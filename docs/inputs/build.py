"""What the headline answer owes to each input: both ends of its stated range, one at a time.

python docs/inputs/build.py   writes docs/inputs.md: some ten minutes on two cores; goes on where it was stopped
"""

import sys
from pathlib import Path

import numpy as np

from sim.analysis.uncertainty import run_draws
from sim.core.metrics import RATE
from sim.experiment.runner import run_experiment
from sim.experiment.store import Store, model_version
from sim.scenario import Scenario, load_scenario

ROOT = Path(__file__).parents[2]
STORE = ROOT / "results" / "inputs" / "store"
SEED, DRAWS = 1, 60
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
    "risk.sleepiness_share": (0.15, 0.45),
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


def text() -> str:
    """The page."""
    folder = ROOT / "scenarios" / "taishun"
    pair = load_scenario(folder / "baseline.yaml"), load_scenario(folder / "full_programme.yaml")
    store = Store(STORE)
    drawn = run_draws(pair, draws=DRAWS, replications=1, seed=SEED, store=store, progress=progress).outcomes
    rates = [np.array([outcome.metrics[RATE] for outcome in drawn[one.name]]) for one in pair]
    low, middle, high = np.quantile(rates[1] / rates[0], (0.025, 0.5, 0.975))
    plain = [one.changed({"uncertain": {}}) for one in pair]
    single = run_experiment([*plain, *ends(pair)], replications=1, seed=SEED, store=store, progress=progress).outcomes
    metric = {name: found[0].metrics for name, found in single.items()}
    keys = [f"{key}@{end:g}" for key, range_ in INPUTS.items() for end in range_]
    base, programme = (one.name for one in pair)
    ratio = {key: metric[f"{programme}@{key}"][RATE] / metric[f"{base}@{key}"][RATE] for key in keys}
    accidents = {key: metric[f"{base}@{key}"]["expected_accidents"] for key in keys}
    usual = metric[programme][RATE] / metric[base][RATE]
    lines = rows(ratio, accidents, usual, high - low)
    return f"""# Each input at both ends of its range

The headline answer is the county's expected accidents with the full programme over those without. As the scenarios
stand it is {usual:.3f}, of {metric[base]["expected_accidents"]:.1f} accidents a year. Over {DRAWS} draws of all that is
`uncertain` in them, 95 % lie between {low:.3f} and {high:.3f} (median {middle:.3f}).

Here {len(INPUTS)} inputs are set to the ends of the ranges that `docs/parameters.md` and the scenarios state for them,
one at a time, for a year with the same random numbers (seed {SEED}). The last column is the greater move of the answer,
to be held against the width of the interval, {high - low:.3f}. Accidents a year of the baseline stand beside it: many
inputs move the level, which no county's counts have fixed.

| input | range | accidents a year, low end | high end | answer, low end | high end | moves it by |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
{chr(10).join(lines)}

Written by `docs/inputs/build.py`, model {model_version()}.
"""


if __name__ == "__main__":
    (ROOT / "docs" / "inputs.md").write_text(text())
