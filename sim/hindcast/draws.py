"""One draw of everything uncertain serves all cases: what several places share has the same value in each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.analysis.uncertainty import drawn, latin_hypercube, uncertain_keys
from sim.core.units import Floats
from sim.experiment.runner import Progress, Task, perform_all
from sim.experiment.store import Memory, Store
from sim.hindcast.cases import LoadedCase, Registers
from sim.hindcast.quantities import Run


@dataclass(frozen=True, eq=False)
class Draws:
    """Runs of all cases' scenarios, and the factors that are no part of a scenario."""

    keys: tuple[str, ...]
    """Of scenarios' uncertain parameters."""
    shares: Floats
    """Of everything that is uncertain, keys first, below the value drawn, shape (draws, inputs)."""
    runs: dict[str, dict[str, list[Run]]]
    """By case and scenario, a run a draw."""
    recorded: dict[tuple[str, str], Floats]
    """Recorded events over those that happened by country and register, shape (draws,)."""


def draw(
    cases: Sequence[LoadedCase],
    registers: Registers,
    *,
    draws: int,
    seed: int,
    workers: int | None = None,
    dask: str | None = None,
    store: Store | Memory | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Draws:
    """Run every case once for each draw.

    Raises
    ------
    ReplicationFailed
        if a run stops
    """
    scenarios = [scenario for case in cases for scenario in case.scenarios.values()]
    keys = uncertain_keys(scenarios)
    others = {f"recorded.{one.country}.{one.name}": one.recorded for one in registers.registers}
    shares = latin_hypercube(draws, [*keys, *others], seed)
    drawn_scenarios = [[drawn(scenario, keys, row[: len(keys)]) for scenario in scenarios] for row in shares]
    tasks = [Task(own, seed, number) for number, row in enumerate(drawn_scenarios) for own in row]
    done = perform_all(tasks, workers=workers, dask=dask, store=store, fresh=fresh, progress=progress, lean=True)
    runs: dict[str, dict[str, list[Run]]] = {}
    places = [(case.case, name) for case in cases for name in case.scenarios]
    for place, (case, name) in enumerate(places):
        own = zip(tasks[place :: len(places)], done[place :: len(places)], strict=True)
        runs.setdefault(case.name, {})[name] = [Run(task.scenario, out, case.simulated_share) for task, out in own]
    values = {key: own.quantile(shares[:, len(keys) + place]) for place, (key, own) in enumerate(others.items())}
    return Draws(
        tuple(keys),
        shares,
        runs,
        {(own.country, own.name): values[f"recorded.{own.country}.{own.name}"] for own in registers.registers},
    )
