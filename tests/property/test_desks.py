"""Work that is caught up with is done as if every piece had been an event of its own."""

import numpy as np
import pytest
from simpy import Environment, PriorityResource

from sim.engine.desks import Desks

HORIZON_S = 4000.0


def drawn(seed: int) -> tuple[list[tuple[float, int, float]], list[tuple[float, int, float]]]:
    """Pieces of work and calls of processes: when, priority, how long."""
    generator = np.random.default_rng(seed)
    sizes = generator.integers(0, 40, 2)
    made = [
        sorted(
            (float(t), int(p), float(s))
            for t, p, s in zip(
                generator.uniform(0.0, HORIZON_S * 0.9, size),
                generator.integers(0, 3, size),
                generator.exponential(200.0, size),
                strict=True,
            )
        )
        for size in sizes
    ]
    return made[0], made[1]


def call(env: Environment, desks: PriorityResource, started: list, name: str, one: tuple[float, int, float]):
    """A process that waits its turn."""
    due_s, priority, length_s = one
    yield env.timeout(due_s)
    with desks.request(priority=priority) as request:
        yield request
        started.append((name, due_s, env.now))
        yield env.timeout(length_s)


def by_events(capacity: int, work: list, calls: list) -> list:
    env, started = Environment(), []
    desks = PriorityResource(env, capacity)
    for name, some in (("work", work), ("call", calls)):
        for one in some:
            env.process(call(env, desks, started, name, one))
    env.run(until=HORIZON_S)
    return sorted(started)


def caught_up(capacity: int, work: list, calls: list) -> list:
    env, started = Environment(), []
    desks = Desks(env, capacity, lambda due_s, start_s, _: started.append(("work", due_s, start_s)))
    for due_s, priority, length_s in work:
        desks.work(priority, [(due_s, length_s)])
    for one in calls:
        env.process(call(env, desks, started, "call", one))
    env.run(until=HORIZON_S)
    desks.catch_up(HORIZON_S)
    return sorted(started)


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_the_same_starts_as_with_an_event_for_each(capacity) -> None:
    waited = 0
    for seed in range(150):
        work, calls = drawn(seed)
        mine, theirs = caught_up(capacity, work, calls), by_events(capacity, work, calls)
        assert [one[:2] for one in mine] == [one[:2] for one in theirs]
        assert [one[2] for one in mine] == pytest.approx([one[2] for one in theirs], abs=1e-6)
        waited += sum(start_s > due_s for _, due_s, start_s in mine)
    assert waited > 1000
