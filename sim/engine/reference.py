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
from sim.engine.accounting.crossing import Crossing
from sim.engine.enforcement.banned_entry import BannedEntryCase, EngineProcess, Violator, start_case
from sim.engine.foreground.batches import violator_of
from sim.engine.trips.critical_risk import critical_risk_of
from sim.engine.trips.route_choice import ChoiceSet, Exit
from sim.engine.trips.trip_table import TripTable
from sim.engine.world import World
from sim.inputs.network import Route


class Candidate(NamedTuple):
    """A trip that may take a banned shortcut."""

    conditions: Conditions
    choice: ChoiceSet
    one: Traits
    critical: float


class WalkedCase(BannedEntryCase):
    """A violation by a truck that is walked along its sections."""

    def __init__(self, world: World, violator: Violator) -> None:
        super().__init__(world, violator)
        self.here = True
        self.told = False

    @property
    def on_banned_road(self) -> bool:
        """Whether the truck is still there."""
        return self.here

    def depart(self, exit_node: str | None = None) -> None:
        """The truck is off the banned stretch, by an exit if it was told to and could."""
        if self.here and exit_node is not None:
            self.note.write_exit(self.now_s, self.world.network.node_index(exit_node))
        self.here = False

    def advise_to_leave(self) -> None:
        """Heard if the truck is still there."""
        self.told = self.told or self.here


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
        self.world.recorder.ledger.trips[self._month, self._class] += 1
        if self.world.recorder.trace:
            number = int(self.trips.trip_id[self.column])
            spent = self.world.env.now - self._departure_s
            self.world.recorder.courses.append(CourseRecord(number, course, self._distance_m, spent, self._hazard))

    def _write(self, section: int, length: float, duration: float, hazard: Floats, deaths: float) -> None:
        self._hazard += float(hazard.sum())
        self._distance_m += length
        if self._month < 0:
            return
        self.world.recorder.ledger.add_one(self._month, self._class, section, length, duration, hazard, deaths)


def _legal(choice: ChoiceSet, walker: Walker) -> Route:
    return choice.legal_route(float(walker.trips.route_uniform[walker.column]))


def _walk(walker: Walker, truck: Truck) -> EngineProcess:
    """A trip that nobody will meet."""
    yield from walker.along(truck)
    walker.arrive("legal")


def _walk_candidate(walker: Walker, candidate: Candidate) -> EngineProcess:
    """A trip that decides at departure, and may be met on the banned road."""
    trips, world, column = walker.trips, walker.world, walker.column
    who = int(trips.driver[column]), int(trips.truck_class[column])
    if not world.violates(*who, candidate.critical, int(trips.day[column]), world.env.now):
        yield from _walk(walker, Truck(candidate.conditions, _legal(candidate.choice, walker), candidate.one))
        return
    yield from _walk_shortcut(walker, candidate)
    walker.arrive("shortcut")


def _walk_shortcut(walker: Walker, candidate: Candidate) -> EngineProcess:
    choice, case = candidate.choice.shortcut, None
    exits = {way_out.row: way_out for way_out in choice.exits}
    habitual, cautious = _Ahead(candidate, 1.0), _Ahead(candidate, walker.world.scenario.speed.cautious_factor)
    for row, at in enumerate(choice.route.sections.tolist()):
        if row == choice.entry_row:
            case = _enter(walker, candidate, habitual.enter_s(float(candidate.one.departure_s[0])))
        if case and row == choice.end_row:
            case.depart()
        if case and case.told and row in exits:
            case.depart(exits[row].node)
            yield from walker.along(cautious.onward(exits[row]))
            return
        yield from walker.section(at, (cautious if case and case.told else habitual).step(row))
        if walker.crashed:
            break
    if case:
        case.depart()


class _Ahead:
    """How a trip would drive the shortcut in one mode from its start; sections are driven when they are asked for."""

    def __init__(self, candidate: Candidate, factor: float) -> None:
        self._candidate, self._factor = candidate, factor
        self._route = candidate.choice.shortcut.route
        self._truck = Truck(candidate.conditions, self._route, candidate.one.in_mode(factor))
        self._steps: list[Step] = []

    def step(self, row: int) -> Step:
        """A section, after all before it."""
        while len(self._steps) <= row:
            self._steps.append(self._truck.drive(len(self._steps)))
        return self._steps[row]

    def enter_s(self, departure_s: float) -> Floats:
        """Time at the start of each section, and at the end."""
        durations = [self.step(row).duration_s for row in range(len(self._route.sections))]
        return np.concatenate([[0.0], np.cumsum(durations)]) + departure_s

    def onward(self, exit_: Exit) -> Truck:
        """The truck on its legal way on from an exit, as if it had been in this mode all the way to it."""
        candidate = self._candidate
        truck = Truck(candidate.conditions, self._route, candidate.one.in_mode(self._factor))
        for row in range(exit_.row):
            truck.drive(row)
        left_s = candidate.one.departure_s + truck.elapsed_s
        going_on = candidate.one.continued(left_s, np.array([truck.brake_c])).in_mode(self._factor)
        return Truck(candidate.conditions, exit_.route, going_on)


def _enter(walker: Walker, candidate: Candidate, enter_s: Floats) -> WalkedCase:
    world, column, trips, choice = walker.world, walker.column, walker.trips, candidate.choice
    if trips.month[column] >= 0:
        entry_s = enter_s[choice.shortcut.entry_row : choice.shortcut.entry_row + 1]
        world.write_entries(choice.shortcut.banned_link, entry_s, trips.pick(np.array([column])))
    case = WalkedCase(world, violator_of(trips, choice.shortcut, column, enter_s))
    start_case(case)
    return case


def dispatch_all(world: World, trips: TripTable) -> EngineProcess:
    """Every trip becomes a process at its departure; trips are in order of departure."""
    critical, traits = critical_risk_of(trips, world.choices, world.roster, world.scenario), world.traits(trips)
    for column in range(len(trips)):
        conditions, choice = (
            world.conditions(int(world.epoch[trips.day[column]])),
            world.choices.sets[trips.choice[column]],
        )
        one, walker = traits.pick(slice(column, column + 1)), Walker(world, trips, column)
        yield world.env.timeout(float(trips.departure_s[column]) - world.env.now)
        if choice.candidate:
            world.env.process(_walk_candidate(walker, Candidate(conditions, choice, one, float(critical[column]))))
        else:
            world.env.process(_walk(walker, Truck(conditions, _legal(choice, walker), one)))
