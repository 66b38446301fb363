"""The proof of the engine: every trip as a process, section by section, with nothing screened and nothing summed up.

`foreground="all"` must give what the default gives, trip for trip. This module shares the drawn numbers and the
columns of `drive` with the default, but none of its screening, planning or settling.
"""

from math import nan

import numpy as np

from sim import exact
from sim.conditions import Conditions
from sim.drive import Columns, drive
from sim.engine.foreground import Group, groups_of, record_entry, violator_of
from sim.engine.settle import Crossing
from sim.engine.trips import TripTable
from sim.engine.violation import EngineProcess, ViolationCase, Violator, start_case
from sim.engine.world import World
from sim.records import CourseRecord
from sim.road import Route
from sim.units import Floats

Piece = tuple[Route, Columns]


class WalkedCase(ViolationCase):
    """A violation by a truck that is walked along its sections."""

    def __init__(self, world: World, violator: Violator) -> None:
        super().__init__(world, violator)
        self.here = True
        self.told = False

    @property
    def on_banned_road(self) -> bool:
        """Whether the truck is still there."""
        return self.here

    def depart(self, left: tuple[float, str] = (nan, "")) -> None:
        """The truck is off the banned stretch, by an exit if it was told to and could."""
        if self.here:
            self.here = False
            self.note.leave_s, self.note.leave_node = left

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

    def section(self, piece: Piece, row: int) -> EngineProcess:
        """Drive one section, or up to the accident in it."""
        route, columns = piece
        hazard = columns.hazard[:, row, self.column]
        duration, total = float(columns.duration_s[row, self.column]), float(hazard.sum())
        at = int(route.sections[row])
        length = float(self.world.network.sections.length_m[at])
        if self._hazard + total <= self._threshold:
            yield self.world.env.timeout(duration)
            self._write(at, length, duration, hazard)
            return
        part = (self._threshold - self._hazard) / total
        position = float(exact.exact_length_m(part * length))
        elapsed = float(exact.exact_time_s(part * duration))
        yield self.world.env.timeout(elapsed)
        self._write(at, position, elapsed, exact.exact_hazard(part * hazard))
        self.crashed = True
        if self._month < 0:
            return
        nothing = np.empty(0)
        found = Crossing(row, position, self.world.env.now - self._departure_s, length / duration, *[nothing] * 3)
        self.world.book.record(self.trips, self.column, found, at, hazard)

    def along(self, piece: Piece) -> EngineProcess:
        """Drive all sections of a piece."""
        for row in range(len(piece[0].sections)):
            yield from self.section(piece, row)
            if self.crashed:
                return

    def arrive(self, course: str) -> None:
        """Write the trip down as a whole, if its day is recorded."""
        if self._month < 0:
            return
        self.world.book.ledger.trips[self._month, self._class] += 1
        if self.world.book.trace:
            number = int(self.trips.trip_id[self.column])
            spent = self.world.env.now - self._departure_s
            self.world.book.courses.append(CourseRecord(number, course, self._distance_m, spent, self._hazard))

    def _write(self, section: int, length: float, duration: float, hazard: Floats) -> None:
        self._hazard += float(hazard.sum())
        self._distance_m += length
        if self._month < 0:
            return
        ledger = self.world.book.ledger
        ledger.distance_m[self._month, self._class, section] += length
        ledger.duration_s[self._month, self._class, section] += duration
        ledger.hazard[:, self._month, self._class, section] += hazard


def _walk(walker: Walker, piece: Piece, course: str) -> EngineProcess:
    """A trip that nobody will meet."""
    yield from walker.along(piece)
    walker.arrive(course)


def _walk_candidate(walker: Walker, group: Group) -> EngineProcess:
    """A trip that decides at departure, and may be met on the banned road."""
    choice, column = group.choice, walker.column
    trips, world = group.trips, walker.world
    who = int(trips.driver[column]), int(trips.truck_class[column])
    uniform, day = float(trips.violation_uniform[column]), int(trips.day[column])
    if not world.violates(*who, choice.saving_cny, uniform, day, world.env.now):
        yield from _walk(walker, (choice.legal, group.ways.legal), "legal")
        return
    yield from _walk_shortcut(walker, group)
    walker.arrive("shortcut")


def _walk_shortcut(walker: Walker, group: Group) -> EngineProcess:
    choice, world = group.choice, walker.world
    if choice.other is None:
        raise ValueError("a candidate has a shortcut")
    exits = {way_out.row: number for number, way_out in enumerate(choice.exits)}
    case: WalkedCase | None = None
    for row in range(len(choice.other.sections)):
        if row == choice.entry_row:
            case = _enter(walker, group)
        if case and row == choice.end_row:
            case.depart()
        if case and case.told and row in exits:
            case.depart((world.env.now, choice.exits[exits[row]].node))
            yield from walker.along((choice.exits[exits[row]].route, group.ways.onward[exits[row]]))
            return
        columns = group.ways.cautious if case and case.told else group.ways.habitual
        yield from walker.section((choice.other, columns), row)
        if walker.crashed:
            break
    if case:
        case.depart()


def _enter(walker: Walker, group: Group) -> WalkedCase:
    world, column = walker.world, walker.column
    case = WalkedCase(world, violator_of(group, column))
    record_entry(world, int(group.trips.month[column]), case.violator)
    start_case(case)
    return case


def dispatch_all(world: World, trips: TripTable) -> EngineProcess:
    """Every trip of a block becomes a process at its departure."""
    candidate = world.choices.table.candidate[trips.choice]
    starts = [
        (float(g.trips.departure_s[c]), int(g.trips.trip_id[c]), _walk_candidate(Walker(world, g.trips, c), g))
        for g in groups_of(world, trips.pick(candidate))
        for c in range(len(g.trips))
    ]
    epochs = world.epoch[trips.day]
    for epoch, number in sorted(set(zip(epochs[~candidate].tolist(), trips.choice[~candidate].tolist(), strict=True))):
        own = trips.pick((trips.choice == number) & (epochs == epoch))
        starts += _plain_starts(world, world.conditions(epoch), own, number)
    for departure_s, _, process in sorted(starts, key=lambda start: start[:2]):
        yield world.env.timeout(departure_s - world.env.now)
        world.env.process(process)


def _plain_starts(
    world: World, conditions: Conditions, trips: TripTable, number: int
) -> list[tuple[float, int, EngineProcess]]:
    choice = world.choices.sets[number]
    first = trips.route_uniform < choice.share_legal
    starts = []
    for route, chosen in ((choice.legal, first), (choice.other, ~first)):
        if route is None or not chosen.any():
            continue
        own: TripTable = trips.pick(chosen)
        columns = drive(conditions, route, world.traits(own))
        starts += [
            (float(own.departure_s[c]), int(own.trip_id[c]), _walk(Walker(world, own, c), (route, columns), "legal"))
            for c in range(len(own))
        ]
    return starts
