"""People on shifts as a SimPy resource with priorities: operators of the control centre, crews of a station."""

from collections.abc import Generator, Sequence
from math import inf, isfinite
from typing import Any

from simpy import Environment, Event
from simpy.resources.resource import PriorityRequest

from sim.core.random_streams import Streams
from sim.core.units import HOURS_PER_DAY, SECONDS_PER_DAY, SECONDS_PER_HOUR, Bools, Floats, Ints
from sim.engine.enforcement.desks import Desks

SHIFT_CHANGE = -1
"""Priority of an operator who goes off duty: after the call at hand, before the next."""


class Staff:
    """Operators or crews of one place, and how busy they are.

    Parameters
    ----------
    env : Environment
        the replication's clock
    on_duty : array of int
        people by hour of the day, shape (24,)
    streams : Streams
        for work that belongs to no trip
    counted_s : (float, float)
        start and end of the recorded days; what is done before or later is in no sum
    """

    def __init__(
        self, env: Environment, on_duty: Ints, streams: Streams, counted_s: tuple[float, float] = (-inf, inf)
    ) -> None:
        self.env = env
        self.on_duty = on_duty
        self._streams = streams
        self._counted_s = counted_s
        self._operators = Desks(
            env, max(int(on_duty.max()), 1), lambda _, start_s, length_s: self._busy(start_s, length_s)
        )
        self._operators.on_given_up = self._given_up
        self.given_up = 0
        """Pieces of work that nobody had time for, in the recorded days."""
        self.busy_s = 0.0
        self.busy_by_hour_s = [0.0] * HOURS_PER_DAY
        """Work by hour of the day in which it is done; see `catch_up`."""
        for desk in range(int(self._operators.capacity)):
            env.process(self._shift(desk))

    @property
    def day(self) -> int:
        """Day of the simulation."""
        return int(self.env.now // SECONDS_PER_DAY)

    def wait(self, seconds: float) -> Event:
        """An event after some seconds."""
        return self.env.timeout(seconds)

    def until(self, day: int, second: float) -> Event:
        """An event at a second of a day, at once if that is past."""
        return self.env.timeout(max(day * SECONDS_PER_DAY + second - self.env.now, 0.0))

    def uniforms(self, purpose: str, day: int, size: int) -> Floats:
        """Uniform numbers of a day for a purpose."""
        return self._streams.uniform(purpose, day, size)

    def operator(self, priority: int) -> PriorityRequest:
        """Ask for an operator."""
        return self._operators.request(priority=priority)

    def talk(self, seconds: float) -> Event:
        """Keep an operator busy."""
        self.catch_up()
        self._busy(self.env.now, seconds)
        return self.env.timeout(seconds)

    def _given_up(self, when_s: float) -> None:
        self.given_up += self._counted_s[0] <= when_s < self._counted_s[1]

    def occupy(self, priority: int, day: int, pieces: Sequence[tuple[float, float]], patience_s: float = inf) -> None:
        """Queue pieces of work for operators: second of the day at which each is due, and its length [s].

        What was due before now is due now. What nobody has begun after `patience_s` is given up.

        Raises
        ------
        ValueError
            if a second or a length is not finite, or a length or the patience is negative
        """
        if not patience_s >= 0.0:
            raise ValueError(f"patience_s is {patience_s}: must be from 0 on")
        pieces = list(pieces)
        for second, seconds in pieces:
            if not (isfinite(second) and isfinite(seconds) and seconds >= 0.0):
                raise ValueError(f"work at second {second} of {seconds} s: both must be finite, the length from 0 on")
        start_s, now_s = float(day * SECONDS_PER_DAY), self.env.now
        due = [(max(start_s + second, now_s), seconds) for second, seconds in pieces]
        self._operators.work(priority, due, patience_s)

    def catch_up(self) -> None:
        """Do the queued work up to now."""
        self._operators.catch_up(self.env.now)

    def _busy(self, start_s: float, length_s: float) -> None:
        """Add work to the sums."""
        start, end = max(start_s, self._counted_s[0]), min(start_s + length_s, self._counted_s[1])
        self.busy_s += max(end - start, 0.0)
        while start < end:
            hour = int(start // SECONDS_PER_HOUR)
            stop = min(end, (hour + 1.0) * SECONDS_PER_HOUR)
            self.busy_by_hour_s[hour % HOURS_PER_DAY] += stop - start
            start = stop

    def staffed_s(self, days: int) -> float:
        """Operators' hours on duty over some days [s]."""
        return float(self.on_duty.sum()) * SECONDS_PER_HOUR * days

    def _shift(self, desk: int) -> Generator[Event, Any, None]:
        """One desk, day after day: taken out of service in the hours without an operator."""
        manned = self.on_duty > desk
        if manned.all():
            return
        if not manned.any():
            yield self._operators.request(priority=SHIFT_CHANGE)
            return
        while True:
            if manned[self._hour % HOURS_PER_DAY]:
                yield self.env.timeout(self._until(manned, wanted=False))
            with self._operators.request(priority=SHIFT_CHANGE) as off_duty:
                yield off_duty
                while not manned[self._hour % HOURS_PER_DAY]:
                    yield self.env.timeout(self._until(manned, wanted=True))

    @property
    def _hour(self) -> int:
        return int(self.env.now // SECONDS_PER_HOUR)

    def _until(self, manned: Bools, *, wanted: bool) -> float:
        """Seconds to the next full hour at which the desk is manned, or is not."""
        hour = self._hour
        ahead = next(n for n in range(1, HOURS_PER_DAY) if manned[(hour + n) % HOURS_PER_DAY] == wanted)
        return (hour + ahead) * float(SECONDS_PER_HOUR) - self.env.now
