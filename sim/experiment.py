"""Scenarios x replications on an executor."""

import multiprocessing
import multiprocessing.context
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker

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


def perform(task: Task) -> Outcome:
    """Run one task; a failure says which."""
    try:
        return run_replication(task.scenario, task.seed, task.replication, trips_per_block=task.trips_per_block)
    except Exception as error:
        where = f"scenario {task.scenario.name}, replication {task.replication}, seed {task.seed}"
        raise ReplicationFailed(f"{where}: {type(error).__name__}: {error}") from error


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits until the block ends, and processes started in it never get it: they are ended by this one.

    The mask is what children inherit; this process needs a handler besides, as a thread of a numerical library may
    take the signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if came:
        raise KeyboardInterrupt


def _context() -> multiprocessing.context.ForkServerContext:
    """The server that forks workers, with the model loaded once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sim.engine.replication"])
    resource_tracker.ensure_running()  # it unblocks the signal when it starts, so it must not start in between
    with _interrupts_held():
        forkserver.ensure_running()
    return context


@contextmanager
def _executor(workers: int) -> Iterator[Executor]:
    """Processes; on an error or Ctrl-C nothing more is started and the processes end."""
    pool = ProcessPoolExecutor(workers, mp_context=_context())
    try:
        yield pool
    except BaseException:
        processes = list((pool._processes or {}).values())  # noqa: SLF001
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        pool.shutdown(wait=False, cancel_futures=True)
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
    try:
        for task, outcome in _performed(tasks, workers or os.cpu_count() or 1):
            done[task.scenario.name, task.replication] = outcome
            report(len(done), len(tasks))
    except ReplicationFailed as failure:
        failure.finished = done
        raise
    outcomes = {s.name: [done[s.name, r] for r in range(replications)] for s in scenarios}
    return Experiment(tuple(scenarios), seed, outcomes)


def _performed(tasks: Sequence[Task], workers: int) -> Iterator[tuple[Task, Outcome]]:
    """Results as they come; which comes first does not matter to any file."""
    if workers == 1 or len(tasks) == 1:
        yield from ((task, perform(task)) for task in tasks)
        return
    with _executor(min(workers, len(tasks))) as pool:
        with _interrupts_held():
            futures: dict[Future[Outcome], Task] = {pool.submit(perform, task): task for task in tasks}
        for future in as_completed(futures):
            yield futures[future], future.result()
