"""The proof of the engine: every trip as a process, section by section, with nothing screened and nothing summed up.

`foreground_trips="all"` must give what the default gives, trip for trip. This module shares the drawn numbers, the
columns of `drive` and the way on from an exit with the default, but none of its screening, planning or settling.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim import exact
from sim.conditions import Conditions
from sim.drive import Columns, drive
from sim.engine.choices import ChoiceSet
from sim.engine.foreground import onward_from, violator_of
from sim.engine.settle import Crossing
from sim.engine.trips import TripTable, risk_dared_by
from sim.engine.violation import EngineProcess, ViolationCase, Violator, start_case
from sim.engine.world import World
from sim.records import CourseRecord
from sim.road import Route
from sim.units import Floats


@dataclass(frozen=True, eq=False)
class Piece:
    """Trips on a route in one mode, with their hazards on all sections, shape (mechanisms, sections, trips)."""

    route: Route
    columns: Columns
    hazard: NDArray[np.float64]
    deaths: Floats

    @classmethod
    def of(cls, route: Route, columns: Columns) -> "Piece":
        """With the hazards spread out."""
        return cls(route, columns, columns.hazard.whole, columns.hazard.deaths)


class Candidates:
    """Trips of one choice set and epoch with every course that one of them can take."""

    def __init__(self, world: World, conditions: Conditions, choice: ChoiceSet, trips: TripTable) -> None:
        self.choice = choice
        self.trips = trips
        self.dared = risk_dared_by(trips, world.choices, world.roster, world.scenario)
        who, slow = world.traits(trips), world.scenario.speed.cautious_factor
        self.legal = Piece.of(choice.legal, drive(conditions, choice.legal, who))
        self.habitual = Piece.of(choice.shortcut, drive(conditions, choice.shortcut, who))
        self.cautious = Piece.of(choice.shortcut, drive(conditions, choice.shortcut, who, slow))
        self.onward = [
            Piece.of(way_out.route, onward_from(world, conditions, way_out, trips, self.cautious.columns))
            for way_out in choice.exits
        ]

    def enter_s(self, column: int) -> Floats:
        """Time of a trip at the start of each section of the shortcut in the habitual mode, and at its end."""
        entered = np.cumsum(self.habitual.columns.duration_s[:, column])
        return np.concatenate([[0.0], entered]) + float(self.trips.departure_s[column])


Start = tuple[float, int, EngineProcess]
"""Departure, number of the trip, its process."""


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

    def section(self, piece: Piece, row: int) -> EngineProcess:
        """Drive one section, or up to the accident in it."""
        hazard, deaths = piece.hazard[:, row, self.column], float(piece.deaths[row, self.column])
        duration, total = float(piece.columns.duration_s[row, self.column]), float(hazard.sum())
        at = int(piece.route.sections[row])
        length = float(self.world.network.sections.length_m[at])
        if self._hazard + total <= self._threshold:
            yield self.world.env.timeout(duration)
            self._write(at, length, duration, hazard, deaths)
            return
        part = (self._threshold - self._hazard) / total
        position = float(exact.exact_length_m(part * length))
        elapsed = float(exact.exact_time_s(part * duration))
        yield self.world.env.timeout(elapsed)
        self._write(at, position, elapsed, exact.exact_hazard(part * hazard), exact.exact_hazard(part * deaths))
        self.crashed = True
        if self._month < 0:
            return
        nothing = np.empty(0)
        found = Crossing(row, position, self.world.env.now - self._departure_s, length / duration, *[nothing] * 4)
        self.world.book.record(self.trips, self.column, found, at, hazard)

    def along(self, piece: Piece) -> EngineProcess:
        """Drive all sections of a piece."""
        for row in range(len(piece.route.sections)):
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

    def _write(self, section: int, length: float, duration: float, hazard: Floats, deaths: float) -> None:
        self._hazard += float(hazard.sum())
        self._distance_m += length
        if self._month < 0:
            return
        self.world.book.ledger.add_one(self._month, self._class, section, length, duration, hazard, deaths)


def _walk(walker: Walker, piece: Piece, course: str) -> EngineProcess:
    """A trip that nobody will meet."""
    yield from walker.along(piece)
    walker.arrive(course)


def _walk_candidate(walker: Walker, group: Candidates) -> EngineProcess:
    """A trip that decides at departure, and may be met on the banned road."""
    trips, world, column = group.trips, walker.world, walker.column
    who = int(trips.driver[column]), int(trips.truck_class[column])
    if not world.violates(*who, float(group.dared[column]), int(trips.day[column]), world.env.now):
        yield from _walk(walker, group.legal, "legal")
        return
    yield from _walk_shortcut(walker, group)
    walker.arrive("shortcut")


def _walk_shortcut(walker: Walker, group: Candidates) -> EngineProcess:
    choice = group.choice
    exits = {way_out.row: number for number, way_out in enumerate(choice.exits)}
    case: WalkedCase | None = None
    for row in range(len(choice.shortcut.sections)):
        if row == choice.entry_row:
            case = _enter(walker, group)
        if case and row == choice.end_row:
            case.depart()
        if case and case.told and row in exits:
            case.depart(choice.exits[exits[row]].node)
            yield from walker.along(group.onward[exits[row]])
            return
        yield from walker.section(group.cautious if case and case.told else group.habitual, row)
        if walker.crashed:
            break
    if case:
        case.depart()


def _enter(walker: Walker, group: Candidates) -> WalkedCase:
    world, column = walker.world, walker.column
    enter_s = group.enter_s(column)
    if group.trips.month[column] >= 0:
        entry_s = enter_s[group.choice.entry_row : group.choice.entry_row + 1]
        world.write_entries(group.choice.banned_link, entry_s, group.trips.pick(np.array([column])))
    case = WalkedCase(world, violator_of(group.trips, group.choice, column, enter_s))
    start_case(case)
    return case


def dispatch_all(world: World, trips: TripTable) -> EngineProcess:
    """Every trip of a block becomes a process at its departure."""
    starts: list[Start] = []
    epochs = world.epoch[trips.day]
    for epoch, number in sorted(set(zip(epochs.tolist(), trips.choice.tolist(), strict=True))):
        own = trips.pick((trips.choice == number) & (epochs == epoch))
        conditions = world.conditions(epoch)
        if world.choices.sets[number].candidate:
            group = Candidates(world, conditions, world.choices.sets[number], own)
            starts += _starts(world, own, partial(_walk_candidate, group=group))
        else:
            starts += _plain_starts(world, conditions, own, number)
    for departure_s, _, process in sorted(starts, key=lambda start: start[:2]):
        yield world.env.timeout(departure_s - world.env.now)
        world.env.process(process)


def _plain_starts(world: World, conditions: Conditions, trips: TripTable, number: int) -> list[Start]:
    choice = world.choices.sets[number]
    first = trips.route_uniform < choice.share_legal
    starts: list[Start] = []
    for route, chosen in ((choice.legal, first), (choice.other, ~first)):
        if route is None or not chosen.any():
            continue
        own: TripTable = trips.pick(chosen)
        piece = Piece.of(route, drive(conditions, route, world.traits(own)))
        starts += _starts(world, own, partial(_walk, piece=piece, course="legal"))
    return starts


def _starts(world: World, trips: TripTable, walk: Callable[[Walker], EngineProcess]) -> list[Start]:
    rows = zip(trips.departure_s.tolist(), trips.trip_id.tolist(), strict=True)
    return [(departure_s, trip, walk(Walker(world, trips, c))) for c, (departure_s, trip) in enumerate(rows)]
