"""Hairpin from Python: load, change a value, run, get pandas tables."""

from collections.abc import Sequence
from pathlib import Path

from sim.experiment.runner import run_experiment
from sim.experiment.store import Store
from sim.results.tables import Results, results_of
from sim.scenario import Scenario, load_scenario
from sim.scenario.building import checked
from sim.scenario.compatibility import obstacles

Source = Scenario | Path | str


def _loaded(source: Source) -> Scenario:
    return checked(source) if isinstance(source, Scenario) else load_scenario(source)


def compare(
    baseline: Source,
    *alternatives: Source,
    replications: int = 4,
    seed: int = 1,
    workers: int | None = None,
    store: Path | str | None = None,
) -> Results:
    """Compare scenarios with a baseline on the same random numbers.

    Parameters
    ----------
    baseline, alternatives : Scenario or file
        with names that differ
    replications, seed : int
        how many, and which random numbers
    workers : int, optional
        processes, by default one a core
    store : path, optional
        folder where finished runs are kept and taken from

    Returns
    -------
    Results
        tables `runs`, `monthly`, `sections`, `events`, `ratios`, and `summary`

    Raises
    ------
    ScenarioError
        with all mistakes of a file
    ValueError
        if two scenarios have the same name, other days or roads without a link in common
    """
    scenarios = [_loaded(source) for source in (baseline, *alternatives)]
    if found := list(obstacles(scenarios)):
        raise ValueError("; ".join(found))
    return _results(scenarios, scenarios[0].name, replications, seed, workers, store)


def run(
    *sources: Source,
    replications: int = 4,
    seed: int = 1,
    workers: int | None = None,
    store: Path | str | None = None,
) -> Results:
    """Run scenarios, each for itself; parameters as in `compare`."""
    return _results([_loaded(source) for source in sources], None, replications, seed, workers, store)


def _results(
    scenarios: Sequence[Scenario],
    baseline: str | None,
    replications: int,
    seed: int,
    workers: int | None,
    store: Path | str | None,
) -> Results:
    names = [scenario.name for scenario in scenarios]
    if len(set(names)) < len(names):
        raise ValueError(f"names of scenarios must differ: {', '.join(names)}")
    kept = None if store is None else Store(Path(store))
    experiment = run_experiment(scenarios, replications=replications, seed=seed, workers=workers, store=kept)
    return results_of(experiment, baseline=baseline, command="Python")
