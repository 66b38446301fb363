"""The reference engine: every trip as a process, section by section, with nothing screened and nothing summed up.

`foreground_trips="all"` must give what the default gives, trip for trip. It shares the drawn numbers, the formulas and
the plans of routes with the default, but none of its sweeping, screening, planning and settling: each truck is driven
in plain Python (`sim.driving.step`).
"""

from typing import NamedTuple

import numpy as np

from sim.core import exact_sums
from sim.core.records import CourseRecord
from sim.core.units import Floats
from sim.driving.conditions import Conditions
from sim.driving.step import Step, Truck
from sim.driving.traits import Traits
from sim.driving.violations import BANNED_ENTRY, Violation, bit, given_up
from sim.engine.accounting.crossing import Crossing
from sim.engine.enforcement.case import Case, EngineProcess, Violator, start_case
from sim.engine.enforcement.in_violation import (
    answered_violations,
    begins_s,
    critical_risk_of_entry,
    critical_risks,
    ongoing_of,
)
from sim.engine.enforcement.violator import entering, of_ongoing
from sim.engine.trips.route_choice import ChoiceSet, Exit, Shortcut
from sim.engine.trips.trip_table import TripTable
from sim.engine.world import World
from sim.inputs.network import Route


class Candidate(NamedTuple):
    """A trip that may violate."""

    conditions: Conditions
    choice: ChoiceSet
    one: Traits
    critical: float
    """Of a banned entry."""
    ongoing: int
    """Other violations that it may set out with and that somebody answers, as bits."""
    critical_of_ongoing: list[tuple[Violation, Floats]]
    """Of all trips of its block."""


class WalkedCase(Case):
    """A violation by a truck that is walked along its sections."""

    def __init__(self, walk: "Walk", violator: Violator) -> None:
        super().__init__(walk.world, violator)
        self.here = True
        self.given_up_from: int | None = None
        """Row, if the driver has obeyed."""
        self._walk = walk

    @property
    def goes_on(self) -> bool:
        """Whether the violation goes on."""
        return self.here

    def depart(self, exit_node: str | None = None) -> None:
        """The truck is off the banned stretch, by an exit if it was told to and could."""
        if self.here and exit_node is not None:
            self.note.write_exit(self.now_s, self.world.network.node_index(exit_node))
        self.here = False

    def enter(self, row: int) -> None:
        """The truck enters a section: from here on another violation than a banned entry is given up."""
        if self.violation != BANNED_ENTRY and row == self.given_up_from:
            self.note.write("leave_s", self.now_s)
            self.here = False

    def obeyed(self) -> None:
        """Heard if the violation goes on."""
        if self.here and self.given_up_from is None:
            self.given_up_from = self._walk.give_up(self.violation)


class Walker:
    """One trip on its way."""

    def __init__(self, world: World, trips: TripTable, column: int) -> None:
        self.world = world
        self.trips = trips
        self.column = column
        self.crashed = False
        self._hazard = 0.0
        self._distance_m = 0.0
        self._month = int(trips.month[column])
        self._class = int(trips.truck_class[column])
        self._departure_s = float(trips.departure_s[column])
        self._threshold = float(trips.threshold[column])

    def section(self, at: int, step: Step) -> EngineProcess:
        """Drive one section, or up to the accident in it."""
        duration, total = step.duration_s, float(step.hazard.sum())
        length = float(self.world.network.sections.length_m[at])
        if self._hazard + total <= self._threshold:
            yield self.world.env.timeout(duration)
            self._write(at, length, duration, step.hazard, step.deaths)
            return
        part = (self._threshold - self._hazard) / total
        position = float(exact_sums.exact_length_m(part * length))
        elapsed = float(exact_sums.exact_time_s(part * duration))
        yield self.world.env.timeout(elapsed)
        driven = exact_sums.exact_hazard(part * step.hazard), float(exact_sums.exact_hazard(part * step.deaths))
        self._write(at, position, elapsed, *driven)
        self.crashed = True
        if self._month < 0:
            return
        nothing = np.empty(0)
        found = Crossing(0, position, self.world.env.now - self._departure_s, length / duration, *[nothing] * 4)
        self.world.recorder.record(self.trips, self.column, found, at, step.hazard)

    def along(self, truck: Truck) -> EngineProcess:
        """Drive a route from its start to its end."""
        for row, at in enumerate(truck.route.sections.tolist()):
            yield from self.section(at, truck.drive(row))
            if self.crashed:
                return

    def arrive(self, course: str) -> None:
        """Write the trip down as a whole, if its day is recorded."""
        if self._month < 0:
            return
        self.world.recorder.tallies.trips[self._month, self._class] += 1
        if self.world.recorder.trace:
            number = int(self.trips.trip_id[self.column])
            spent = self.world.env.now - self._departure_s
            self.world.recorder.courses.append(CourseRecord(number, course, self._distance_m, spent, self._hazard))

    def _write(self, section: int, length: float, duration: float, hazard: Floats, deaths: float) -> None:
        self._hazard += float(hazard.sum())
        self._distance_m += length
        if self._month < 0:
            return
        self.world.recorder.tallies.add_one(self._month, self._class, section, length, duration, hazard, deaths)


class Walk:
    """A trip that may violate, on its way along one route, with the cases that it is in."""

    def __init__(self, walker: Walker, candidate: Candidate, shortcut: Shortcut | None, without: int) -> None:
        self.world = walker.world
        self.cases: list[WalkedCase] = []
        self._walker, self._candidate, self._shortcut = walker, candidate, shortcut
        self._route = _legal(candidate.choice, walker) if shortcut is None else shortcut.route
        self._row = 0
        self._changes = [(0, without)]
        """First section, and the set of violations that are given up from there on."""
        self._trucks: dict[int, Truck] = {}
        self._steps: dict[int, list[Step]] = {}

    def give_up(self, violation: str) -> int:
        """From the next section on; returns it."""
        row = self._row + 1
        self._changes.append((row, self._changes[-1][1] | bit(violation)))
        return row

    def go(self, ongoing: list[Violation]) -> EngineProcess:
        """Along the route to its end, to an exit and on from there, or to an accident."""
        weighed: dict[int, list[Violation]] = {}
        for one in ongoing:
            self._plan(one, weighed)
        for row, at in enumerate(self._route.sections.tolist()):
            self._row = row
            for case in self.cases:
                case.enter(row)
            if (way_out := self._enter(row)) is not None:
                self.end()
                yield from self._walker.along(self._onward(way_out))
                return
            for one in weighed.get(row, ()):
                self._begin(one)
            yield from self._walker.section(at, self._step(row))
            if self._walker.crashed:
                break
        self.end()

    def end(self) -> None:
        """No case goes on."""
        for case in self.cases:
            case.depart()
        self._row = len(self._route.sections)

    def _plan(self, violation: Violation, weighed: dict[int, list[Violation]]) -> None:
        """When or where the violation can be seen, if it can."""
        walker, world = self._walker, self.world
        if violation.seen_by == "scales":
            scales = world.scales(int(walker.trips.day[walker.column]))
            found = [row for row, at in enumerate(self._route.sections.tolist()) if at in scales]
            weighed.setdefault(found[0] if found else -1, []).append(violation)
        elif self._candidate.one.online[0]:
            world.after(begins_s(world, walker.trips, walker.column, violation), lambda: self._begin(violation))

    def _begin(self, violation: Violation) -> None:
        if self._walker.crashed or self._row >= len(self._route.sections):
            return
        walker, world = self._walker, self.world
        who = of_ongoing(
            violation.name,
            walker.trips,
            walker.column,
            world.network,
            self._route,
            self._enter_s(),
            world.env.now,
        )
        self._start(WalkedCase(self, who))

    def _enter(self, row: int) -> Exit | None:
        """Enter or leave the banned stretch; the exit by which the truck leaves the route here."""
        shortcut = self._shortcut
        if shortcut is None:
            return None
        if row == shortcut.entry_row:
            self._enter_banned(shortcut)
        banned = next((case for case in self.cases if case.violation == BANNED_ENTRY), None)
        if banned is None or banned.given_up_from is None:
            if banned is not None and row == shortcut.end_row:
                banned.depart()
            return None
        ahead = [way_out for way_out in shortcut.exits if way_out.row >= banned.given_up_from]
        if ahead and row == ahead[0].row:
            banned.depart(ahead[0].node)
            return ahead[0]
        if row == shortcut.end_row:
            banned.depart()
        return None

    def _enter_banned(self, shortcut: Shortcut) -> None:
        world, column, trips, enter_s = self.world, self._walker.column, self._walker.trips, self._enter_s()
        if trips.month[column] >= 0:
            entry_s = enter_s[shortcut.entry_row : shortcut.entry_row + 1]
            world.write_entries(shortcut.banned_link, entry_s, trips.pick(np.array([column])))
        self._start(WalkedCase(self, entering(trips, column, shortcut, enter_s)))

    def _start(self, case: WalkedCase) -> None:
        self.cases.append(case)
        start_case(case)

    def _without(self, row: int) -> int:
        """What is given up on a section."""
        return next(without for first, without in reversed(self._changes) if first <= row)

    def _step(self, row: int, without: int | None = None) -> Step:
        """A section, driven as if the truck had been driven so from the start."""
        way = self._without(row) if without is None else without
        if way not in self._trucks:
            traits = given_up(self._candidate.one, way, self._candidate.conditions)
            self._trucks[way] = Truck(self._candidate.conditions, self._route, traits)
            self._steps[way] = []
        steps = self._steps[way]
        while len(steps) <= row:
            steps.append(self._trucks[way].drive(len(steps)))
        return steps[row]

    def _enter_s(self) -> Floats:
        """Time at the start of each section as things stand, and at the end."""
        durations = [self._step(row).duration_s for row in range(len(self._route.sections))]
        return np.concatenate([[0.0], np.cumsum(durations)]) + float(self._candidate.one.departure_s[0])

    def _onward(self, exit_: Exit) -> Truck:
        """The truck on its legal way on from an exit, as if it had been driven so all the way to it."""
        candidate, without = self._candidate, self._changes[-1][1]
        truck = Truck(candidate.conditions, self._route, given_up(candidate.one, without, candidate.conditions))
        for row in range(exit_.row):
            truck.drive(row)
        traits = given_up(candidate.one, without, candidate.conditions)
        left_s = candidate.one.departure_s + truck.elapsed_s
        return Truck(candidate.conditions, exit_.route, traits.continued(left_s, np.array([truck.brake_c])))


def _legal(choice: ChoiceSet, walker: Walker) -> Route:
    return choice.legal_route(float(walker.trips.route_uniform[walker.column]))


def _walk(walker: Walker, truck: Truck) -> EngineProcess:
    """A trip that nobody will meet."""
    yield from walker.along(truck)
    walker.arrive("legal")


def _walk_candidate(walker: Walker, candidate: Candidate) -> EngineProcess:
    """A trip that decides at departure, and may be met on its way."""
    trips, world, column = walker.trips, walker.world, walker.column
    who = int(trips.driver[column]), int(trips.truck_class[column])
    ongoing = ongoing_of(world, trips, column, candidate.critical_of_ongoing) if candidate.ongoing else []
    without = candidate.ongoing & ~sum(bit(one.name) for one in ongoing)
    violates = world.violates(*who, candidate.critical, int(trips.day[column]), world.env.now)
    walk = Walk(walker, candidate, candidate.choice.shortcut if violates else None, without)
    yield from walk.go(ongoing)
    walker.arrive("shortcut" if violates else "legal")


def dispatch_all(world: World, trips: TripTable) -> EngineProcess:
    """Every trip becomes a process at its departure; trips are in order of departure."""
    if not len(trips):
        return
    conditions = world.conditions(int(world.epoch[trips.day[0]]))
    critical, traits = critical_risk_of_entry(world, trips), world.traits(trips, conditions)
    ongoing = answered_violations(world, trips)
    critical_of_ongoing = critical_risks(world, trips, ongoing)
    for column in range(len(trips)):
        choice = world.choices.sets[trips.choice[column]]
        one, walker = traits.pick(slice(column, column + 1)), Walker(world, trips, column)
        yield world.env.timeout(float(trips.departure_s[column]) - world.env.now)
        if choice.candidate or ongoing[column]:
            own = float(critical[column]), int(ongoing[column]), critical_of_ongoing
            world.env.process(_walk_candidate(walker, Candidate(conditions, choice, one, *own)))
        else:
            world.env.process(_walk(walker, Truck(conditions, _legal(choice, walker), one)))
