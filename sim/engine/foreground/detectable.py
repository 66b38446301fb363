"""Trips of one route and epoch that somebody may meet, and how each of them is driven from what it was told.

How a truck is driven is a set of violations that its driver has given up. For each set there is one sweep of the whole
route, made when it is first needed; a trip takes its sections from one sweep up to where its driver was told something
and from another from there on. What is told acts from the next section on; clock and brakes of a sweep are those of a
truck that was driven so from the start.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from sim.core.units import Floats
from sim.driving.conditions import Conditions
from sim.driving.course import Courses
from sim.driving.sweep import courses_of
from sim.driving.traits import Traits
from sim.driving.violations import BANNED_ENTRY, bit, given_up
from sim.engine.enforcement.case import Case, Violator
from sim.engine.trips.route_choice import Exit, Shortcut
from sim.engine.trips.trip_table import TripTable
from sim.engine.world import World
from sim.inputs.network import Route

Action = Callable[[], None]


class DetectableTrips:
    """Trips of one route and epoch; arrays are (section, trip), trips in the tallies' order."""

    def __init__(
        self, world: World, conditions: Conditions, route: Route, trips: TripTable, shortcut: Shortcut | None
    ) -> None:
        self.world = world
        self.route = route
        self.shortcut = shortcut
        self.trips = trips
        self.conditions = conditions
        self._as_they_set_out = world.traits(trips, conditions)
        self.online = self._as_they_set_out.online
        self._courses: dict[int, Courses] = {}
        habitual = self.courses(0)
        entered = np.cumsum(habitual.duration_s, axis=0) + trips.departure_s
        self.enter_s: Floats = np.vstack([trips.departure_s, entered])
        """Habitual time at the start of each section, and at the end."""
        self.hazard_before: Floats = np.vstack([np.zeros(len(trips)), np.cumsum(habitual.hazard.sum(axis=0), axis=0)])
        """Habitual, as the time."""
        self.drives: dict[int, Drive] = {}
        """By trip's place: those that took this route and are in a violation."""
        self.obeyed: list[PlannedCase] = []
        self.latest_s = float(self.enter_s[-1].max())
        """When the last of them has arrived."""

    def traits(self, without: int) -> Traits:
        """The trips' traits with some violations given up."""
        return given_up(self._as_they_set_out, without, self.conditions)

    def courses(self, without: int) -> Courses:
        """The whole route with some violations given up from the start."""
        if without not in self._courses:
            self._courses[without] = courses_of(self.conditions, self.route, self.traits(without))
        return self._courses[without]

    def drive(self, column: int, without: int) -> "Drive":
        """The trip sets out, with some violations given up before."""
        self.drives[column] = drive = Drive(self, column, without)
        return drive

    def release(self) -> None:
        """Let go of all arrays once the trips are settled: what an enterprise learns late still holds the case."""
        for drive in self.drives.values():
            drive.over = True
        vars(self).clear()


class Drive:
    """One of them on its way: what its driver gives up from which section on, and where it leaves the route."""

    __slots__ = ("_cumulated", "_enter_s", "_group", "_waiting", "changes", "column", "exit", "over", "version")

    def __init__(self, group: DetectableTrips, column: int, without: int) -> None:
        self._group = group
        self.column = column
        self.changes: list[tuple[int, int]] = [(0, without)]
        """First section, and the set of violations that are given up from there on."""
        self.exit: Exit | None = None
        """Where it leaves the route, if it was told to and could."""
        self.over = False
        self.version = 0
        """Grows with each change."""
        self._waiting: list[tuple[int, Action]] = []
        self._cumulated: Floats | None = None
        self._enter_s: Floats | None = None
        self._worked_out()

    @property
    def habitual(self) -> bool:
        """Whether nothing is given up, before or on the way."""
        return len(self.changes) == 1 and self.changes[0][1] == 0

    @property
    def without(self) -> int:
        """Violations that are given up, from the next section on too."""
        return self.changes[-1][1]

    @property
    def stop_row(self) -> int:
        """First section of the route that it does not drive."""
        return len(self._group.route.sections) if self.exit is None else self.exit.row

    def enter_s(self) -> Floats:
        """Time at the start of each section of the route, and at its end, shape (sections + 1,)."""
        if self._enter_s is None:
            return self._group.enter_s[:, self.column]
        return self._enter_s

    def hazard_before(self) -> Floats:
        """Expected accidents before each of them, shape (sections + 1,)."""
        if self._cumulated is None:
            return self._group.hazard_before[:, self.column]
        return self._cumulated

    def gets_to(self, row: int) -> bool:
        """Whether it comes to the start of a section without an accident."""
        return bool(self.hazard_before()[row] <= self._group.trips.threshold[self.column])

    def until_s(self, row: int) -> float:
        """When it is at the start of a section or has its accident before."""
        enter_s, before = self.enter_s(), self.hazard_before()
        threshold = float(self._group.trips.threshold[self.column])
        if before[row] <= threshold:
            return float(enter_s[row])
        at = int(np.searchsorted(before[1:], threshold, side="right"))
        part = (threshold - before[at]) / (before[at + 1] - before[at])
        return float(enter_s[at] + part * (enter_s[at + 1] - enter_s[at]))

    def next_row(self, now_s: float) -> int:
        """The section that it enters next."""
        return int(np.searchsorted(self.enter_s()[:-1], now_s, side="right"))

    def give_up(self, violation: str, now_s: float) -> int:
        """From the next section on; returns it."""
        row = self.next_row(now_s)
        self.changes.append((row, self.without | bit(violation)))
        self.version += 1
        self._worked_out()
        waiting, self._waiting = self._waiting, []
        for at, action in waiting:
            self.when_at(at, action)
        return row

    def when_at(self, row: int, action: Action) -> None:
        """Do something when the truck enters a section, whatever it is told until then."""
        self._waiting.append((row, action))
        if not self.gets_to(row):
            return
        world, version = self._group.world, self.version

        def act() -> None:
            if version == self.version:
                self._waiting.remove((row, action))
                action()

        world.after(float(self.enter_s()[row]) - world.env.now, act)

    def pieces(self) -> list[tuple[slice, int]]:
        """Runs of sections that are driven in one way up to the end of the route."""
        rows = [row for row, _ in self.changes] + [len(self._group.route.sections)]
        return [(slice(*ends), way) for ends, (_, way) in zip(pairwise(rows), self.changes, strict=True)]

    def _worked_out(self) -> None:
        """Times and expected accidents of what it drives from now on."""
        if self.habitual:
            return
        group, column = self._group, self.column
        parts = [group.courses(way).rows(rows).pick(slice(column, column + 1)) for rows, way in self.pieces()]
        departure_s = float(group.trips.departure_s[column])
        durations = np.concatenate([part.duration_s[:, 0] for part in parts])
        hazards = np.concatenate([part.hazard[..., 0].sum(axis=0) for part in parts])
        self._enter_s = np.concatenate([[departure_s], departure_s + np.cumsum(durations)])
        self._cumulated = np.concatenate([[0.0], np.cumsum(hazards)])
        group.latest_s = max(group.latest_s, float(self._enter_s[-1]))


class PlannedCase(Case):
    """A violation by a truck whose course is known until its driver is told something else."""

    def __init__(self, drive: Drive, violator: Violator, end_row: int, group: DetectableTrips) -> None:
        super().__init__(group.world, violator)
        self._group, self._drive = group, drive
        self._end_row = end_row
        self._obeyed = False
        self._until_s = drive.until_s(min(end_row, drive.stop_row))
        self._version = drive.version

    @property
    def goes_on(self) -> bool:
        """Whether the violation goes on."""
        drive = self._drive
        if self._version != drive.version and not drive.over:
            self._until_s, self._version = drive.until_s(min(self._end_row, drive.stop_row)), drive.version
        return self.now_s < self._until_s

    def obeyed(self) -> None:
        """Given up from the next section on; off a banned road at the first exit from there."""
        if self._obeyed or not self.goes_on:
            return
        self._obeyed = True
        row = self._drive.give_up(self.violation, self.now_s)
        if self.violation != BANNED_ENTRY:
            self._end_row = row
        elif self._group.shortcut is not None:
            self._drive.exit = next((way_out for way_out in self._group.shortcut.exits if way_out.row >= row), None)
        self._group.obeyed.append(self)

    def write_end(self) -> None:
        """Note when and where it was given up, if the truck got there; once the trip is over."""
        drive, exit_ = self._drive, self._drive.exit
        row = self._end_row if self.violation != BANNED_ENTRY or exit_ is None else exit_.row
        if not drive.gets_to(row) or (exit_ is None and row == len(self._group.route.sections)):
            return
        when_s = float(drive.enter_s()[row])
        if self.violation != BANNED_ENTRY:
            self.note.write("leave_s", when_s)
        elif exit_ is not None:
            self.note.write_exit(when_s, self.world.network.node_index(exit_.node))
