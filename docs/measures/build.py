"""Every measure for a year in the shipped county: what is put in, what emerges; and four sweeps.

python docs/measures/build.py   writes docs/measures.md and docs/images/measures_sweeps.svg: some ten minutes on two
cores; goes on where it was stopped
"""

import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.analysis.valuation import TRUCK_HOURS, appraise
from sim.charts.basic import STYLE
from sim.core.metrics import RATE
from sim.experiment.runner import run_experiment
from sim.experiment.store import Store
from sim.interventions.registry import interventions
from sim.results.tables import results_of
from sim.scenario import Scenario, load_scenario
from sim.statistics.intervals import paired_ratio

ROOT = Path(__file__).parents[2]
STORE = Store(ROOT / "results" / "measures" / "store")
SEED, REPLICATIONS, SWEEP_REPLICATIONS = 1, 4, 2
TAISHUN = ("early_warning", "driver_contact", "enterprise_accountability", "device_coverage", "full_programme")
FEW_LINES = {"interventions.driver_contact.order": "first_come"}
SWEEPS: dict[str, tuple[str, str, tuple[float, ...], dict[str, Any]]] = {
    "operators by day, all alarms in one line": (
        "taishun/full_programme", "interventions.driver_contact.operators", (1, 2, 3, 4, 6, 8, 12, 16), FEW_LINES,
    ),
    "toll discount on the expressway": (
        "measures/access_rules", "interventions.access_rules.toll_discount_share", (0.0, 0.1, 0.2, 0.3, 0.4, 0.5), {},
    ),
    "strength of device coverage": (
        "taishun/full_programme", "interventions.device_coverage.strength", (0.0, 0.2, 0.4, 0.6, 0.8, 1.0), {},
    ),
    "drivers reached who leave": (
        "taishun/full_programme", "interventions.driver_contact.leave_share", (0.2, 0.4, 0.6, 0.8, 1.0), {},
    ),
}  # fmt: skip


def progress(done: int, whole: int) -> None:
    """A line on stderr."""
    sys.stderr.write(f"\r{done} of {whole} runs")
    if done == whole:
        sys.stderr.write("\n")


def simulated(scenarios: list[Scenario], replications: int) -> Any:
    """Runs of scenarios, kept."""
    return run_experiment(scenarios, replications=replications, seed=SEED, store=STORE, progress=progress)


def shipped() -> list[Scenario]:
    """The baseline, the county's own measures, then all others by name."""
    base = load_scenario(ROOT / "scenarios/taishun/baseline.yaml")
    own = [load_scenario(ROOT / f"scenarios/taishun/{name}.yaml") for name in TAISHUN]
    others = [load_scenario(file) for file in sorted((ROOT / "scenarios/measures").glob("*.yaml"))]
    return [base, *own, *others]


def interval(value: Any, form: str, scale: float = 1.0) -> str:
    """An interval as text."""
    return f"{scale * value.estimate:{form}} ({scale * value.low:{form}} to {scale * value.high:{form}})"


def rows(scenarios: list[Scenario]) -> list[str]:
    """A line of the table each, the lowest ratio first."""
    experiment = simulated(scenarios, REPLICATIONS)
    runs = results_of(experiment, baseline=scenarios[0].name, command="docs/measures/build.py").runs
    base, found = runs[runs["scenario"] == scenarios[0].name], []
    for scenario in scenarios[1:]:
        own = runs[runs["scenario"] == scenario.name]
        ratio = paired_ratio(own[RATE].tolist(), base[RATE].tolist())
        value = appraise(own, base, scenario.valuation)
        hours = sum(value.avoided[key].estimate for key in TRUCK_HOURS)
        central = value.as_dict()["benefit_cost_ratio"]["central"]
        found.append(
            (
                ratio.estimate,
                (
                    f"| {scenario.shown_title} | {interval(ratio, '.3f')} | {interval(value.avoided['deaths'], '.2f')} "
                    f"| {value.cost_cny / 1e6:.2f} | {hours / 1000.0:.1f} | {'–' if central is None else f'{central:.1f}'} |"
                ),
            )
        )
    return [line for _, line in sorted(found)]


def mechanics() -> list[str]:
    """What is put in and what emerges, by kind."""
    return [f"| `{kind}` | {cls.puts_in[0]} | {cls.emerges[0]} |" for kind, cls in interventions().items()]


def swept(base: Scenario) -> tuple[Figure, list[str]]:
    """The four sweeps as a figure, and their numbers."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 6.0), layout="constrained")
        lines = []
        for axes, (title, (file, key, values, fixed)) in zip(
            figure.subplots(2, 2).ravel(), SWEEPS.items(), strict=True
        ):
            scenario = load_scenario(ROOT / f"scenarios/{file}.yaml")
            varied = [scenario.changed({**fixed, key: v, "name": f"at_{n}"}) for n, v in enumerate(values)]
            outcomes = simulated([base, *varied], SWEEP_REPLICATIONS).outcomes
            rates = {name: [one.metrics[RATE] for one in own] for name, own in outcomes.items()}
            ratios = [paired_ratio(rates[one.name], rates[base.name]) for one in varied]
            estimates = [ratio.estimate for ratio in ratios]
            axes.fill_between(values, [r.low for r in ratios], [r.high for r in ratios], alpha=0.2, linewidth=0)
            axes.plot(values, estimates, marker="o")
            axes.set_ylim(min(estimates) - 0.03, max(estimates) + 0.03)
            axes.set_xlabel(title)
            axes.set_ylabel("accident rate / baseline's")
            told = ", ".join(f"{value:g}: {one:.3f}" for value, one in zip(values, estimates, strict=True))
            lines.append(f"- {title} (`{key}`): {told}")
    return figure, lines


def main() -> None:
    """Write the document."""
    scenarios = shipped()
    table = rows(scenarios)
    figure, told = swept(scenarios[0])
    figure.savefig(ROOT / "docs/images/measures_sweeps.svg", metadata={"Date": None})
    text = [
        "# Measures for a year in the shipped county",
        "",
        f"Made by `python docs/measures/build.py`: {REPLICATIONS} replications of a year, seed {SEED}, the county without",
        "measures as the baseline. Intervals are 95 % and hold chance in the runs alone; costs, and how strongly drivers answer,",
        "are assumptions with ranges in [parameters.md](parameters.md). The county is stylised: read the order, not the digits.",
        "",
        "| scenario | accident rate / baseline's | deaths avoided a year | cost [million CNY] | truck hours saved [thousand] | benefit / cost, central |",
        "| --- | --- | --- | --- | --- | --- |",
        *table,
        "",
        "## What is put in and what emerges",
        "",
        "`hairpin interventions` prints it beside the parameters; the report has the table of a programme's measures.",
        "",
        "| kind | put in | emerges |",
        "| --- | --- | --- |",
        *mechanics(),
        "",
        "## Four sweeps",
        "",
        f"{SWEEP_REPLICATIONS} replications a point; the band is their interval, wide with so few and drawn as far as it fits. In the whole",
        "programme crews at exits and enterprises do what calls would do: operators and their success hardly matter there.",
        "",
        "![Accident rate relative to the baseline by operators, toll discount, coverage and share that leaves](images/measures_sweeps.svg)",
        "",
        *told,
        "",
    ]
    (ROOT / "docs/measures.md").write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main()
