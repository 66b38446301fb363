"""Scenarios x replications on an executor."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass

from sim.engine.outcome import Outcome
from sim.engine.replication import TRIPS_PER_BLOCK, run_replication
from sim.scenario.model import Scenario

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Task:
    """One replication of one scenario."""

    scenario: Scenario
    seed: int
    replication: int
    trips_per_block: int = TRIPS_PER_BLOCK


class ReplicationFailed(Exception):
    """A run stopped; the message names scenario, replication and seed."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """All runs, by scenario in the order given and by replication."""

    scenarios: tuple[Scenario, ...]
    seed: int
    outcomes: dict[str, list[Outcome]]


def perform(task: Task) -> Outcome:
    """Run one task; a failure says which."""
    try:
        return run_replication(task.scenario, task.seed, task.replication, trips_per_block=task.trips_per_block)
    except Exception as error:
        where = f"scenario {task.scenario.name}, replication {task.replication}, seed {task.seed}"
        raise ReplicationFailed(f"{where}: {type(error).__name__}: {error}") from error


@contextmanager
def _executor(workers: int) -> Iterator[Executor]:
    """Processes; on an error or Ctrl-C nothing more is started and the processes end."""
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("forkserver"))
    try:
        yield pool
    except BaseException:
        processes = list((pool._processes or {}).values())  # noqa: SLF001
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        raise
    else:
        pool.shutdown()


def run_experiment(
    scenarios: Sequence[Scenario],
    *,
    replications: int,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
    trips_per_block: int = TRIPS_PER_BLOCK,
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
    progress : callable, optional
        called with runs done and runs in all
    trips_per_block : int
        does not change the results

    Raises
    ------
    ReplicationFailed
        if a run stops
    """
    tasks = [Task(s, seed, r, trips_per_block) for r in range(replications) for s in scenarios]
    done: dict[tuple[str, int], Outcome] = {}
    report = progress or (lambda _done, _all: None)
    report(0, len(tasks))
    for task, outcome in _performed(tasks, workers or os.cpu_count() or 1):
        done[task.scenario.name, task.replication] = outcome
        report(len(done), len(tasks))
    outcomes = {s.name: [done[s.name, r] for r in range(replications)] for s in scenarios}
    return Experiment(tuple(scenarios), seed, outcomes)


def _performed(tasks: Sequence[Task], workers: int) -> Iterator[tuple[Task, Outcome]]:
    """Results as they come; which comes first does not matter to any file."""
    if workers == 1 or len(tasks) == 1:
        yield from ((task, perform(task)) for task in tasks)
        return
    with _executor(min(workers, len(tasks))) as pool:
        futures: dict[Future[Outcome], Task] = {pool.submit(perform, task): task for task in tasks}
        for future in as_completed(futures):
            yield futures[future], future.result()
