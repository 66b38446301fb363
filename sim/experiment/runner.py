"""Scenarios x replications on an executor; finished runs are kept and taken from a store."""

import gc
import multiprocessing
import multiprocessing.context
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from sim.core.metrics import RATE
from sim.core.seeds import LARGEST_SEED
from sim.engine.accounting.outcome import Outcome
from sim.engine.replication import TRIPS_PER_BLOCK, Settled, background_of, run_replication, separable
from sim.experiment.executors import dask_cluster, processes
from sim.experiment.store import Memory, Store, run_key
from sim.inputs.network import corridors
from sim.scenario.model import Scenario
from sim.statistics.intervals import needs_ratio, stein_replications
from sim.system.interrupts import interrupts_held

Progress = Callable[[int, int], None]
MOST_PARTS = 8
"""Of a run of several corridors, so that workers share even a single one; it does not change the results."""
LEAN = "-lean"
"""Ends the names of runs that are kept without records of events."""
POOL_RESTARTS = 3
"""How often workers that died are replaced before an experiment gives up."""


@dataclass(frozen=True)
class Task:
    """One replication of one scenario."""

    scenario: Scenario
    seed: int
    replication: int
    trips_per_block: int = TRIPS_PER_BLOCK

    @property
    def key(self) -> str:
        """Name of the run in a store."""
        return run_key(self.scenario, self.seed, self.replication)


class ReplicationFailed(Exception):
    """A run stopped; the message names scenario, replication and seed.

    `finished` holds the runs that ended before, by scenario name and replication.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.finished: dict[tuple[str, int], Outcome] = {}


@dataclass(frozen=True, eq=False)
class Experiment:
    """All runs, by scenario in the order given and by replication."""

    scenarios: tuple[Scenario, ...]
    seed: int
    outcomes: dict[str, list[Outcome]]


@dataclass(frozen=True)
class Part:
    """The background of some corridors of a task, by their number in the road's order."""

    task: Task
    corridors: range


def parts_of(task: Task) -> list[Part]:
    """Parts of a long task that can be done apart; none where it is one piece."""
    if not separable(task.scenario):
        return []
    count = len(corridors(task.scenario.road))
    step = -(-count // MOST_PARTS)
    return [Part(task, range(first, min(first + step, count))) for first in range(0, count, step)]


def perform(task: Task, settled: Settled | None = None) -> Outcome:
    """Run one task, or the rest of it after its parts; a failure says which."""
    with _named_failure(task):
        size = task.trips_per_block
        return run_replication(task.scenario, task.seed, task.replication, trips_per_block=size, settled=settled)


def perform_part(part: Part) -> Settled:
    """Settle a part of a task; a failure says of which."""
    task = part.task
    with _named_failure(task):
        return background_of(task.scenario, task.seed, task.replication, part.corridors, task.trips_per_block)


@contextmanager
def _named_failure(task: Task) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        where = f"scenario {task.scenario.name}, replication {task.replication}, seed {task.seed}"
        raise ReplicationFailed(f"{where}: {type(error).__name__}: {error}") from error
    finally:
        gc.collect()  # a world and its processes refer to each other; without this, several lie in memory at a time


Pool = Callable[[], AbstractContextManager[Executor]]


def run_experiment(
    scenarios: Sequence[Scenario],
    *,
    replications: int,
    seed: int,
    workers: int | None = None,
    dask: str | None = None,
    store: Store | Memory | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    trips_per_block: int = TRIPS_PER_BLOCK,
    lean: bool = False,
) -> Experiment:
    """Run all replications of all scenarios.

    Parameters
    ----------
    scenarios : sequence of Scenario
        with names that differ
    replications, seed : int
        how many, and which random numbers; replication n meets the same numbers in every scenario
    workers : int, optional
        processes, by default one a core; 1 runs in this process
    dask : str, optional
        address of a Dask scheduler, instead of processes
    store : Store, optional
        where finished runs are kept, and taken from
    fresh : bool
        compute runs that are in the store again
    progress : callable, optional
        called with runs done and runs in all
    trips_per_block : int
        does not change the results
    lean : bool
        keep no records of events, for hundreds of runs

    Raises
    ------
    ReplicationFailed
        if a run stops
    ValueError
        for a seed or number of replications that can't be
    """
    _check_numbers(replications, seed)
    tasks = [Task(s, int(seed), r, trips_per_block) for r in range(replications) for s in scenarios]
    done = perform_all(tasks, workers=workers, dask=dask, store=store, fresh=fresh, progress=progress, lean=lean)
    by_name = {(task.scenario.name, task.replication): outcome for task, outcome in zip(tasks, done, strict=True)}
    outcomes = {s.name: [by_name[s.name, r] for r in range(replications)] for s in scenarios}
    return Experiment(tuple(scenarios), int(seed), outcomes)


def _check_numbers(replications: object, seed: object) -> None:
    for name, value, low, high in (("replications", replications, 1, 1_000_000), ("seed", seed, 0, LARGEST_SEED)):
        if not isinstance(value, Integral) or isinstance(value, bool) or not low <= int(value) <= high:
            raise ValueError(f"{name}: found {value!r}, must be a whole number from {low} to {high:,}")


def run_to_precision(
    scenarios: Sequence[Scenario],
    *,
    precision: float,
    first_stage: int,
    most: int,
    simulate: Callable[[int], Experiment],
) -> Experiment:
    """Run until the ratio of each scenario's accident rate to the first one's is known to a precision.

    Stein's two-stage rule [1]: the first stage gives the variance, and with it the number of replications for which
    the interval from the first stage's variance and degrees of freedom is narrow enough. It holds its confidence for
    normal values whatever their variance, unlike rules that look at the interval again and again.

    Parameters
    ----------
    scenarios : sequence of Scenario
        the baseline first
    precision : float
        half-width of the interval of the ratio, relative to it [-]
    first_stage, most : int
        replications of the first stage, and at most
    simulate : callable
        gives the experiment with so many replications

    Raises
    ------
    NoRatioError
        if a scenario has a rate of 0

    References
    ----------
    [1] Stein (1945), A two-sample test for a linear hypothesis whose power is independent of the variance, Annals of
    Mathematical Statistics 16, 243-258.
    """
    experiment = simulate(min(first_stage, most))
    for scenario in scenarios:
        needs_ratio([outcome.metrics[RATE] for outcome in experiment.outcomes[scenario.name]], scenario.name)
    base = [outcome.metrics[RATE] for outcome in experiment.outcomes[scenarios[0].name]]
    needed = [
        stein_replications([o.metrics[RATE] for o in experiment.outcomes[scenario.name]], base, precision)
        for scenario in scenarios[1:]
    ]
    count = min(max([first_stage, *needed]), most)
    return experiment if count <= first_stage else simulate(count)


def perform_all(
    tasks: Sequence[Task],
    *,
    workers: int | None = None,
    dask: str | None = None,
    store: Store | Memory | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    lean: bool = False,
) -> list[Outcome]:
    """Outcomes of tasks, in their order; alike tasks are run once. Lean ones have no records of events."""
    keys = [task.key for task in tasks]
    done: dict[str, Outcome] = {}
    if store is not None and not fresh:
        found = ((key, _found(store, key, lean=lean)) for key in dict.fromkeys(keys))
        done = {key: outcome for key, outcome in found if outcome is not None}
    missing = {key: task for key, task in zip(keys, tasks, strict=True) if key not in done}
    report = progress or (lambda _done, _all: None)
    report(len(done), len(set(keys)))
    try:
        for key, outcome in _performed(missing, _pool(workers, dask, list(missing.values()))):
            done[key] = _kept(store, key + LEAN, outcome.lean()) if lean else _kept(store, key, outcome)
            report(len(done), len(set(keys)))
    except ReplicationFailed as failure:
        ended = [(task, done[key]) for key, task in zip(keys, tasks, strict=True) if key in done]
        failure.finished = {(task.scenario.name, task.replication): outcome for task, outcome in ended}
        raise
    return [done[key] for key in keys]


def _found(store: Store | Memory, key: str, *, lean: bool) -> Outcome | None:
    """A run from a store; where no records are asked for, one that was kept without them will do."""
    outcome = store.get(key)
    if not lean:
        return outcome
    return store.get(key + LEAN) if outcome is None else outcome.lean()


def _kept(store: Store | Memory | None, key: str, outcome: Outcome) -> Outcome:
    """Keep a run; what goes on is what was kept, so that a run taken from the store is no different."""
    if store is None:
        return outcome
    store.put(key, outcome)
    return store.get(key) or outcome


def _pool(workers: int | None, dask: str | None, tasks: "Sequence[Task]") -> Pool | None:
    """How to run; None is in this process."""
    if dask is not None:
        return lambda: dask_cluster(dask)
    count = min(workers or os.cpu_count() or 1, len(tasks))
    return None if count <= 1 or not _can_have_workers(tasks) else lambda: processes(count)


def _can_have_workers(tasks: "Sequence[Task]") -> bool:
    """Whether processes can be started here, and can know the interventions.

    Workers of other pools may start none, nor can anybody whose folder is gone; and a class that stands in the script
    itself is known to nobody else.
    """
    if multiprocessing.current_process().daemon or not _folder_is_there():
        return False
    kinds = {type(one) for task in tasks for one in task.scenario.interventions.values()}
    return all(kind.__module__ != "__main__" for kind in kinds)


def _folder_is_there() -> bool:
    try:
        return bool(Path.cwd())
    except FileNotFoundError:
        return False


def _performed(tasks: dict[str, Task], pool: Pool | None) -> Iterator[tuple[str, Outcome]]:
    """Results as they come; which comes first does not matter to any file. Workers that died are replaced."""
    if pool is None:
        yield from ((key, perform(task)) for key, task in tasks.items())
        return
    left = dict(tasks)
    for attempt in range(POOL_RESTARTS + 1):
        try:
            for key, outcome in _submitted(left, pool):
                del left[key]
                yield key, outcome
        except BrokenProcessPool:
            if attempt == POOL_RESTARTS:
                raise ReplicationFailed(f"worker processes died {attempt + 1} times, {len(left)} runs left") from None
        else:
            return


def _submitted(tasks: dict[str, Task], pool: Pool) -> Iterator[tuple[str, Outcome]]:
    """Parts first, where a task has any; its rest when the last of them is done."""
    with pool() as executor:
        ended: SimpleQueue[tuple[str, Future[Any]]] = SimpleQueue()

        def submit(key: str, work: Callable[..., Any], *arguments: Any) -> None:
            future = executor.submit(work, *arguments)
            future.add_done_callback(lambda done: ended.put((key, done)))

        with interrupts_held():
            left = {key: _submit_first(key, task, submit) for key, task in tasks.items()}
        settled: dict[str, Settled] = {}
        while left:
            key, future = ended.get()
            result = future.result()
            if isinstance(result, Outcome):
                del left[key]
                yield key, result
                continue
            settled[key] = settled[key].joined(result) if key in settled else result
            left[key] -= 1
            if not left[key]:
                with interrupts_held():
                    submit(key, perform, tasks[key], settled.pop(key))


def _submit_first(key: str, task: Task, submit: Callable[..., None]) -> int:
    """Submit a task's parts, or the whole; how many parts there are."""
    parts = parts_of(task)
    for part in parts:
        submit(key, perform_part, part)
    if not parts:
        submit(key, perform, task)
    return len(parts)
