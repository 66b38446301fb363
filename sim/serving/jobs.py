"""Jobs: a chosen set of measures against none, refined run by run until enough, stopped or nobody watches any more."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from math import isnan
from typing import Any

from sim.analysis.parts import with_parts
from sim.core.metrics import RATE, grows_with_time
from sim.core.units import DAYS_PER_YEAR
from sim.engine.accounting.outcome import Outcome
from sim.experiment.runner import Task, perform
from sim.experiment.store import Store
from sim.report.exploring import with_values
from sim.scenario import Scenario
from sim.statistics.intervals import paired_ratio

MOST_JOBS = 40
"""That wait or run; who comes then is asked to come again."""
MOST_RUNS = 32
MOST_CHANGES = 200
FIRST_DAYS, FIRST_WARM_UP_DAYS = 5, 2
"""Of the run that is there at once: rough, and called so."""
KEPT_S = 600.0
"""How long a job that has ended can still be looked at."""
UNWATCHED_S = 5.0
"""After which nobody watches a job any more: it stops."""
SHOWN = ("expected_accidents", "expected_deaths", "expected_injuries", "compliance_rate", "cost_cny")


class TooManyJobs(Exception):
    """Come again later."""


@dataclass(eq=False)
class Job:
    """One choice, and what is known of it so far."""

    name: str
    base: Scenario
    """Without measures."""
    scenario: Scenario
    runs: int
    said: list[dict[str, Any]] = field(default_factory=list)
    """What is told to who watches, in order."""
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    watchers: int = 0
    unwatched_since: float = field(default_factory=time.monotonic)
    stopped: bool = False
    ended_at: float | None = None

    async def say(self, what: Mapping[str, Any], *, at_last: bool = False) -> None:
        """Tell all who watch."""
        async with self.news:
            self.said.append(dict(what))
            self.ended_at = time.monotonic() if at_last else None
            self.news.notify_all()

    async def watch(self) -> AsyncIterator[dict[str, Any]]:
        """All that was said and will be, to the end."""
        self.watchers, told = self.watchers + 1, 0
        try:
            while True:
                async with self.news:
                    while len(self.said) == told and self.ended_at is None:
                        await self.news.wait()
                for what in self.said[told:]:
                    told += 1
                    yield what
                if self.ended_at is not None and told == len(self.said):
                    return
        finally:
            self.watchers -= 1
            self.unwatched_since = time.monotonic()

    @property
    def to_be_stopped(self) -> bool:
        """Whether somebody stopped it, or nobody has watched it for a while."""
        forgotten = not self.watchers and time.monotonic() - self.unwatched_since > UNWATCHED_S
        return self.stopped or forgotten


class Jobs:
    """All jobs of a server.

    Parameters
    ----------
    programme : Scenario
        whose measures may be chosen
    store : Store
        where finished runs are kept and taken from
    pool : Executor
        where runs are done
    seed : int
        of all jobs
    """

    def __init__(self, programme: Scenario, store: Store, pool: Executor, seed: int) -> None:
        self._programme, self._store, self._pool, self._seed = programme, store, pool, seed
        self._base = with_parts(programme, ()).changed({"name": "none"})
        self._jobs: dict[str, Job] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._under_way: dict[str, asyncio.Task[Outcome]] = {}
        """Runs, by their names in the store."""
        self._places = asyncio.Semaphore(2)

    async def warm_up(self) -> None:
        """Have workers and the rough run without measures ready before anybody asks."""
        await self._run(self._base.changed(_short(self._base)), 0)

    def start(self, measures: Mapping[str, Mapping[str, Any]], runs: int, sliders: Mapping[str, float]) -> Job:
        """Begin a job.

        Parameters
        ----------
        measures : numbers of the chosen ones, by kind
        runs : how many, at most `MOST_RUNS`
        sliders : values of the what-if page's sliders, by key

        Raises
        ------
        TooManyJobs
            if as many as there may be are under way
        ScenarioError
            with all that is wrong with the choice
        """
        self._forget()
        if sum(job.ended_at is None for job in self._jobs.values()) >= MOST_JOBS:
            raise TooManyJobs
        chosen = with_parts(self._programme, sorted(measures)).changed({"name": "chosen"})
        changes = {f"interventions.{kind}.{key}": value for kind, own in measures.items() for key, value in own.items()}
        scenario = with_values(chosen.changed(changes) if changes else chosen, sliders)
        job = Job(secrets.token_urlsafe(9), with_values(self._base, sliders), scenario, min(runs, MOST_RUNS))
        self._jobs[job.name] = job
        task = asyncio.create_task(self._work(job))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return job

    def get(self, name: str) -> Job | None:
        """A job by its name."""
        return self._jobs.get(name)

    def _forget(self) -> None:
        """Jobs that ended long ago."""
        now = time.monotonic()
        old = [n for n, job in self._jobs.items() if job.ended_at is not None and now - job.ended_at > KEPT_S]
        for name in old:
            del self._jobs[name]

    async def _work(self, job: Job) -> None:
        try:
            async with self._places:
                await self._refine(job)
        except Exception as error:  # noqa: BLE001 - whatever a run raises is told, and the server goes on
            await job.say({"error": f"{type(error).__name__}: {error}"})
        finally:
            await job.say({"end": "stopped" if job.to_be_stopped else "done"}, at_last=True)

    async def _refine(self, job: Job) -> None:
        short = _short(self._base)
        pair = await asyncio.gather(*(self._run(one.changed(short), 0) for one in (job.base, job.scenario)))
        await job.say({"rough": True, **_told([pair[0]], [pair[1]], short["days"])})
        bases, own = list[Outcome](), list[Outcome]()
        for number in range(job.runs):
            if job.to_be_stopped:
                return
            pair = await asyncio.gather(*(self._run(one, number) for one in (job.base, job.scenario)))
            bases.append(pair[0])
            own.append(pair[1])
            await job.say({"rough": False, "run": number + 1, "of": job.runs, **_told(bases, own, self._base.days)})

    async def _run(self, scenario: Scenario, replication: int) -> Outcome:
        """A run, from the store if it is there, or from another job that is at it; a stop does not wait for its end."""
        task = Task(scenario, self._seed, replication)
        key = task.key
        kept = self._store.get(key)
        if kept is not None:
            return kept.lean()
        if key not in self._under_way:
            self._under_way[key] = asyncio.create_task(self._perform(task, key))
            self._under_way[key].add_done_callback(lambda _: self._under_way.pop(key, None))
        return (await asyncio.shield(self._under_way[key])).lean()

    async def _perform(self, task: Task, key: str) -> Outcome:
        outcome = await asyncio.get_running_loop().run_in_executor(self._pool, perform, task)
        self._store.put(key, outcome)
        return outcome

    async def close(self) -> None:
        """Stop all jobs."""
        for job in self._jobs.values():
            job.stopped = True
        under_way = [*self._running, *self._under_way.values()]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


def _short(scenario: Scenario) -> dict[str, int]:
    """Of the run that is there at once."""
    return {"days": min(FIRST_DAYS, scenario.days), "warm_up_days": min(FIRST_WARM_UP_DAYS, scenario.warm_up_days)}


def _told(bases: list[Outcome], own: list[Outcome], days: int) -> dict[str, Any]:
    """A year's means without and with, and the ratio of accident rates with its interval if there are two runs."""
    yearly = DAYS_PER_YEAR / days
    ratio = paired_ratio(*([one.metrics[RATE] for one in runs] for runs in (own, bases)))
    return {
        "ratio": [_known(value) for value in (ratio.estimate, ratio.low, ratio.high)],
        "before": _means(bases, yearly),
        "after": _means(own, yearly),
    }


def _means(runs: list[Outcome], yearly: float) -> dict[str, float | None]:
    found = {}
    for name in SHOWN:
        mean = sum(one.metrics[name] for one in runs) / len(runs)
        found[name] = _known(mean * yearly if grows_with_time(name) else mean)
    return found


def _known(value: float) -> float | None:
    return None if isnan(value) else value
