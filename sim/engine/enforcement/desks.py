"""Desks as a SimPy resource that also does work of which nobody waits for the end, without an event for each piece.

A control centre has thousands of other calls a year. Whether a desk is busy with one of them matters only when somebody
asks for a desk: then the work up to that moment is caught up with, piece by piece, as it would have been done. What
nobody has begun after its patience is given up, so that a room with too much to do works on what is fresh.
"""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any

from simpy import Environment, PriorityResource
from simpy.resources.resource import Release


class Desks(PriorityResource):
    """Served by priority, then by time of asking, requests and pieces of work alike.

    Parameters
    ----------
    env : Environment
        the replication's clock
    capacity : int
        number of desks
    on_start : callable
        told when a piece of work begins: time at which it was due, time at which it begins, its length [s]
    """

    def __init__(self, env: Environment, capacity: int, on_start: Callable[[float, float, float], None]) -> None:
        super().__init__(env, capacity)
        self._on_start = on_start
        self._numbers = count()
        self.on_given_up: Callable[[float], None] = lambda _: None
        """Told when a piece of work is given up [s]."""
        self._due: list[tuple[float, int, int, float, float]] = []
        """Heap of pieces to come: time, number, priority, length, until when somebody must begin."""
        self._waiting: list[tuple[int, float, int, float, float]] = []
        """Heap of pieces that are due: priority, time at which it was due, number, length, until when."""
        self._ends: list[float] = []
        """Heap of ends of the pieces at hand."""
        self._wake_s = inf

    def work(self, priority: int, pieces: Iterable[tuple[float, float]], patience_s: float = inf) -> None:
        """Take on pieces of work: time at which each is due, now or later, and its length [s].

        What came before is done first, so that work does not pile up where nobody ever asks for a desk.
        """
        self.catch_up(self._env.now)
        for due_s, length_s in pieces:
            heappush(self._due, (due_s, next(self._numbers), priority, length_s, due_s + patience_s))

    def catch_up(self, until_s: float) -> None:
        """Do what was to be done up to a time."""
        due, ends, waiting = self._due, self._ends, self._waiting
        while True:
            end_s, due_s = ends[0] if ends else inf, due[0][0] if due else inf
            if end_s > until_s and due_s > until_s:
                return
            if end_s <= due_s:
                heappop(ends)
                if waiting:
                    self._begin(end_s)
                continue
            _, number, priority, length_s, until = heappop(due)
            if waiting or self.put_queue or self._free <= 0:
                heappush(waiting, (priority, due_s, number, length_s, until))
                self._begin(due_s)
            else:
                heappush(ends, due_s + length_s)
                self._on_start(due_s, due_s, length_s)

    @property
    def _free(self) -> int:
        return int(self.capacity) - len(self.users) - len(self._ends)

    def _begin(self, now_s: float) -> None:
        """Begin waiting pieces while there is a free desk and no request of that time goes before them."""
        self._give_up(now_s)
        while self._waiting and self._free > 0:
            request = next((one for one in self.put_queue if one.time <= now_s), None)
            if request is not None and request.key[:2] <= self._waiting[0][:2]:
                return
            _, due_s, _, length_s, _ = heappop(self._waiting)
            heappush(self._ends, now_s + length_s)
            self._on_start(due_s, now_s, length_s)
            self._give_up(now_s)

    def _give_up(self, now_s: float) -> None:
        """Drop the next pieces that have waited too long."""
        while self._waiting and self._waiting[0][4] < now_s:
            self.on_given_up(heappop(self._waiting)[4])

    def _do_get(self, event: Release) -> None:
        """A desk is left; until now it was not free."""
        self.catch_up(self._env.now)
        super()._do_get(event)

    def _trigger_put(self, get_event: Any) -> None:  # noqa: ARG002
        """Give free desks to the first in order; SimPy calls this when somebody has asked or has left a desk."""
        now_s = self._env.now
        self.catch_up(now_s)
        self._begin(now_s)
        while self.put_queue and self._free > 0:
            request = self.put_queue.pop(0)
            self.users.append(request)
            request.usage_since = now_s
            request.succeed()
            self._begin(now_s)
        if self.put_queue and self._ends and self._ends[0] < self._wake_s:
            self._wake_at(self._ends[0])

    def _wake_at(self, when_s: float) -> None:
        """Look again when the next piece at hand ends: somebody is waiting for a desk."""
        self._wake_s = when_s
        timeout = self._env.timeout(when_s - self._env.now)
        if timeout.callbacks is not None:
            timeout.callbacks.append(lambda _: self._woken(when_s))

    def _woken(self, when_s: float) -> None:
        """The clock may be a rounding before the time for which it was set."""
        if self._wake_s == when_s:
            self._wake_s = inf
        self.catch_up(when_s)
        self._trigger_put(None)
