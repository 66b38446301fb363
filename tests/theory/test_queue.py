"""Operators' waiting times against Erlang C (Erlang 1917)."""

from math import sqrt

import numpy as np
import pytest
from simpy import Environment

from sim.core.random_streams import Streams
from sim.engine.enforcement.desks import Desks
from sim.engine.enforcement.staff import Staff
from sim.statistics.queueing import mean_wait_s

CALLS = 40_000


def simulated_waits(operators: int, load: float, seed: int) -> np.ndarray:
    """Waits of Poisson alarms with exponential calls, in order of their start."""
    env, waits = Environment(), []
    desks = Desks(env, operators, lambda due_s, start_s, _: waits.append(start_s - due_s))
    generator = np.random.default_rng(seed)
    times = np.cumsum(generator.exponential(60.0 / load, CALLS))
    talks = generator.exponential(60.0, CALLS)
    desks.work(0, zip(times.tolist(), talks.tolist(), strict=True))
    desks.catch_up(2.0 * float(times[-1]))
    return np.array(waits)


@pytest.mark.parametrize(("operators", "load"), [(1, 0.6), (2, 1.4), (4, 3.2)])
def test_mean_wait_agrees_with_erlang_c(operators, load) -> None:
    """Standard error from batch means, as waits are correlated."""
    waits = simulated_waits(operators, load, seed=operators)
    batches = waits[: CALLS // 40 * 40].reshape(40, -1).mean(axis=1)
    standard_error = batches.std(ddof=1) / sqrt(len(batches))
    assert len(waits) == CALLS
    assert abs(waits.mean() - mean_wait_s(load, operators, 60.0)) < 3.5 * standard_error


def test_urgent_calls_go_first() -> None:
    env = Environment()
    centre = Staff(env, np.full(24, 1), Streams(1, 0))
    served = []

    def call(priority: int, at: float):
        yield env.timeout(at)
        with centre.operator(priority) as operator:
            yield operator
            served.append((priority, env.now))
            yield centre.talk(100.0)

    for priority, at in ((1, 0.0), (1, 1.0), (0, 2.0)):
        env.process(call(priority, at))
    env.run(until=1000.0)
    assert served == [(1, 0.0), (0, 100.0), (1, 200.0)]


def test_nobody_answers_outside_the_shift() -> None:
    env = Environment()
    on_duty = np.where(np.arange(24) < 8, 0, 2)
    centre = Staff(env, on_duty, Streams(1, 0))
    asked = []

    def call():
        yield env.timeout(7 * 3600.0)
        with centre.operator(0) as operator:
            yield operator
            asked.append(env.now)

    env.process(call())
    env.run(until=86_400.0)
    assert asked == [8 * 3600.0]
