"""Work that is caught up with is done as if every piece had been an event of its own."""

import numpy as np
import pytest
from simpy import Environment, PriorityResource

from sim.core.random_streams import Streams
from sim.engine.enforcement.desks import Desks
from sim.engine.enforcement.staff import Staff

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


def piece(env: Environment, desks: PriorityResource, started: list, one: tuple[float, int, float], patience_s: float):
    """A piece of work as a process that gives up when nobody has begun it by then."""
    due_s, priority, length_s = one
    yield env.timeout(due_s)
    with desks.request(priority=priority) as request:
        yield request | env.timeout(patience_s)
        if request.triggered:
            started.append(("work", due_s, env.now))
            yield env.timeout(length_s)


def call(env: Environment, desks: PriorityResource, started: list, name: str, one: tuple[float, int, float]):
    """A process that waits its turn."""
    due_s, priority, length_s = one
    yield env.timeout(due_s)
    with desks.request(priority=priority) as request:
        yield request
        started.append((name, due_s, env.now))
        yield env.timeout(length_s)


def by_events(capacity: int, work: list, calls: list, patience_s: float = 1e9) -> list:
    env, started = Environment(), []
    desks = PriorityResource(env, capacity)
    for one in work:
        env.process(piece(env, desks, started, one, patience_s))
    for one in calls:
        env.process(call(env, desks, started, "call", one))
    env.run(until=HORIZON_S)
    return sorted(started)


def caught_up(capacity: int, work: list, calls: list, patience_s: float = 1e9) -> list:
    env, started = Environment(), []
    desks = Desks(env, capacity, lambda due_s, start_s, _: started.append(("work", due_s, start_s)))
    for due_s, priority, length_s in work:
        desks.work(priority, [(due_s, length_s)], patience_s)
    for one in calls:
        env.process(call(env, desks, started, "call", one))
    env.run(until=HORIZON_S)
    desks.catch_up(HORIZON_S)
    return sorted(started)


def test_work_told_late_is_due_when_it_is_told() -> None:
    """It waits for a desk that is free, instead of starting in the past on one that was taken."""
    env = Environment()
    staff = Staff(env, np.ones(24, dtype=np.int64), Streams(1, 0))
    staff.occupy(0, 0, [(10.0, 100.0)])
    env.run(until=50.0)
    staff.occupy(0, 0, [(20.0, 30.0)])
    env.run(until=120.0)
    staff.catch_up()
    assert staff.busy_s == 130.0
    with staff.operator(0) as operator:
        env.run(until=operator)
        assert env.now == 140.0


@pytest.mark.parametrize("piece", [(np.nan, 1.0), (np.inf, 1.0), (1.0, np.nan), (1.0, np.inf), (1.0, -1.0)])
def test_work_that_makes_no_sense_is_refused(piece) -> None:
    staff = Staff(Environment(), np.ones(24, dtype=np.int64), Streams(1, 0))
    with pytest.raises(ValueError, match="finite"):
        staff.occupy(0, 0, [(5.0, 1.0), piece])
    staff.env.run(until=100.0)
    staff.catch_up()
    assert staff.busy_s == 0.0


def test_work_may_come_from_a_generator() -> None:
    staff = Staff(Environment(), np.ones(24, dtype=np.int64), Streams(1, 0))
    staff.occupy(0, 0, ((second, 10.0) for second in (1.0, 2.0)))  # type: ignore[arg-type]
    staff.env.run(until=100.0)
    staff.catch_up()
    assert staff.busy_s == 20.0


def test_work_after_the_horizon_is_in_no_sum() -> None:
    env = Environment()
    staff = Staff(env, np.ones(24, dtype=np.int64), Streams(1, 0), counted_s=(0.0, 86_400.0))
    staff.occupy(0, 0, [(80_000.0, 10_000.0)])
    staff.occupy(0, 1, [(20_000.0, 500.0)])
    env.run(until=2 * 86_400.0)
    staff.catch_up()
    assert staff.busy_s == sum(staff.busy_by_hour_s) == 6400.0


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


@pytest.mark.parametrize("capacity", [1, 2])
def test_work_that_waits_too_long_is_given_up_as_with_an_event_for_each(capacity) -> None:
    """Patience of a third of the mean length: many pieces are never begun, and calls are served the sooner."""
    given_up = 0
    for seed in range(150):
        work, calls = drawn(seed)
        mine, theirs = (made(capacity, work, calls, 70.0) for made in (caught_up, by_events))
        assert [one[:2] for one in mine] == [one[:2] for one in theirs]
        assert [one[2] for one in mine] == pytest.approx([one[2] for one in theirs], abs=1e-6)
        given_up += len(caught_up(capacity, work, calls)) - len(mine)
    assert given_up > 100


def test_a_room_that_can_never_do_all_does_not_pile_it_up() -> None:
    """Twice as much work as the one desk can do, for twenty days: what waits is of the last half hour."""
    env = Environment()
    staff = Staff(env, np.ones(24, dtype=np.int64), Streams(1, 0), counted_s=(86_400.0, 20 * 86_400.0))
    for day in range(20):
        staff.occupy(0, day, [(30.0 * number, 60.0) for number in range(2880)], patience_s=1800.0)
    env.run(until=20 * 86_400.0)
    staff.catch_up()
    assert len(staff._operators._waiting) == pytest.approx(60, abs=2)
    assert staff.given_up == pytest.approx(19 * 1440, rel=0.01)
    assert staff.busy_s == pytest.approx(19 * 86_400.0, rel=1e-3)
    with pytest.raises(ValueError, match="patience_s is -1"):
        staff.occupy(0, 0, [(0.0, 1.0)], patience_s=-1.0)
