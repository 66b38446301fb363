"""Trips that may violate: decided one by one in order of departure, then settled as arrays like all others."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np

from sim.conditions import Conditions, Traits
from sim.drive import Columns, drive
from sim.engine.choices import ChoiceSet
from sim.engine.settle import Leg, ledger_order, settle
from sim.engine.trips import TripTable
from sim.engine.violation import EngineProcess, ViolationCase, Violator, may_be_met, start_case
from sim.engine.world import World
from sim.parameters import TRUCK_CLASSES
from sim.records import ViolationRecord
from sim.units import Floats, Ints

LEGAL, SHORTCUT = 0, 1
NO_EXIT = -1


@dataclass(frozen=True, eq=False)
class Ways:
    """Precomputed columns of trips that share a choice set: every course that one of them can take."""

    legal: Columns
    habitual: Columns
    cautious: Columns
    onward: tuple[Columns, ...]
    """From each exit, in the cautious mode."""


class Group:
    """Candidate trips of one choice set and epoch, in the ledger's order."""

    def __init__(self, world: World, conditions: Conditions, choice: ChoiceSet, trips: TripTable) -> None:
        self.choice = choice
        self.trips = trips
        self.ways = _ways(world, conditions, choice, world.traits(trips))
        entered = np.cumsum(self.ways.habitual.duration_s, axis=0) + trips.departure_s
        self.enter_s: Floats = np.vstack([trips.departure_s, entered])
        """Time at the start of each section of the shortcut in the habitual mode, and at its end."""
        self.hazard_before: Floats = np.vstack(
            [np.zeros(len(trips)), np.cumsum(self.ways.habitual.hazard.sum(axis=0), axis=0)]
        )
        self.course: Ints = np.full(len(trips), LEGAL)
        self.switch_row: Ints = np.full(len(trips), len(self.ways.habitual.duration_s))
        self.exit: Ints = np.full(len(trips), NO_EXIT)

    def release(self) -> None:
        """Let go of all columns once the trips are settled: what an enterprise learns late still holds the group."""
        del self.ways, self.trips, self.enter_s, self.hazard_before, self.course, self.switch_row, self.exit

    def habitual_end_s(self, column: int) -> float:
        """When the trip leaves the banned stretch, or has its accident, if it meets nobody."""
        end = float(self.enter_s[self.choice.end_row, column])
        threshold = self.trips.threshold[column]
        if self.hazard_before[self.choice.end_row, column] <= threshold:
            return end
        row = int(np.searchsorted(self.hazard_before[1:, column], threshold, side="right"))
        part = (threshold - self.hazard_before[row, column]) / (
            self.hazard_before[row + 1, column] - self.hazard_before[row, column]
        )
        return float(self.enter_s[row, column] + part * self.ways.habitual.duration_s[row, column])


def _ways(world: World, conditions: Conditions, choice: ChoiceSet, who: Traits) -> Ways:
    if choice.other is None:
        raise ValueError("a candidate has a shortcut")
    cautious_factor = world.scenario.speed.cautious_factor
    cautious = drive(conditions, choice.other, who, cautious_factor)
    onward = []
    for way_out in choice.exits:
        left_s = who.departure_s + cautious.duration_s[: way_out.row].sum(axis=0)
        going_on = who.continued(left_s, cautious.brake_c[way_out.row - 1])
        onward.append(drive(conditions, way_out.route, going_on, cautious_factor))
    return Ways(
        legal=drive(conditions, choice.legal, who),
        habitual=drive(conditions, choice.other, who),
        cautious=cautious,
        onward=tuple(onward),
    )


class PlannedCase(ViolationCase):
    """A violation whose every course lies precomputed: being told is a switch between columns and a cut."""

    def __init__(self, world: World, violator: Violator, group: Group, column: int) -> None:
        super().__init__(world, violator)
        self._group = group
        self._column = column
        self._until_s = group.habitual_end_s(column)
        self._told = False

    @property
    def on_banned_road(self) -> bool:
        """Whether the truck is still there."""
        return self.now_s < self._until_s

    def advise_to_leave(self) -> None:
        """Cautious from the next section on, and off the road at the first exit from there."""
        if self._told or not self.on_banned_road:
            return
        self._told = True
        group, column = self._group, self._column
        row = int(np.searchsorted(group.enter_s[:-1, column], self.now_s, side="left"))
        group.switch_row[column] = row
        ahead = [n for n, way_out in enumerate(group.choice.exits) if way_out.row >= row]
        group.exit[column] = ahead[0] if ahead else NO_EXIT
        end_row = group.choice.exits[ahead[0]].row if ahead else group.choice.end_row
        if self._go_on_cautiously(row, end_row) and ahead:
            self.note.leave_s, self.note.leave_node = self._until_s, group.choice.exits[ahead[0]].node

    def _go_on_cautiously(self, row: int, end_row: int) -> bool:
        """Find when the trip is at `end_row`, or has its accident, cautious from `row` on; False for an accident."""
        group, column = self._group, self._column
        rest = float(group.trips.threshold[column] - group.hazard_before[row, column])
        if rest < 0.0:
            return False
        hazard = group.ways.cautious.hazard[:, row:end_row, column].sum(axis=0)
        duration = group.ways.cautious.duration_s[row:end_row, column]
        stop, part = len(hazard), 0.0
        if hazard.sum() > rest:
            crossed = np.cumsum(hazard)
            stop = int(np.searchsorted(crossed, rest, side="right"))
            part = float((rest - (crossed[stop] - hazard[stop])) / hazard[stop] * duration[stop])
        self._until_s = float(group.enter_s[row, column] + duration[:stop].sum()) + part
        return stop == len(hazard)


def violator_of(group: Group, column: int) -> Violator:
    """The trip that violates, and where it would be when if nobody met it."""
    trips, choice, times = group.trips, group.choice, group.enter_s[:, column]
    return Violator(
        trip_id=int(trips.trip_id[column]),
        day=int(trips.day[column]),
        place=int(trips.place[column]),
        driver=int(trips.driver[column]),
        truck_class=int(trips.truck_class[column]),
        entry_s=float(times[choice.entry_row]),
        exit_s=float(times[choice.end_row]),
        link=choice.banned_link,
        exits=tuple((way_out.node, float(times[way_out.row])) for way_out in choice.exits),
    )


def record_entry(world: World, month: int, violator: Violator) -> None:
    """Write a violation down, if its day is recorded."""
    if month < 0:
        return
    world.book.ledger.violations[month, violator.truck_class] += 1
    world.record_violation(
        ViolationRecord(
            violator.entry_s - world.horizon.zero_s,
            violator.trip_id,
            TRUCK_CLASSES[violator.truck_class],
            violator.driver,
            int(world.roster.enterprise[violator.driver]),
            violator.link,
        )
    )


def dispatch(world: World, groups: list[Group]) -> EngineProcess:
    """Let the block's trips depart in order; each decides with the deterrence of that moment.

    Where nothing else happens before a departure, the clock need not be stopped for it. Times are multiples of their
    quantum, so that what follows a departure comes at the same moment, to the last bit, whether or not it was.
    """
    departures = sorted(
        (*row, number, column) for number, group in enumerate(groups) for column, row in enumerate(_rows(group.trips))
    )
    for departure_s, _, driver, truck_class, uniform, day, number, column in departures:
        if world.env.peek() <= departure_s:
            yield world.env.timeout(departure_s - world.env.now)
        group = groups[number]
        if world.violates(driver, truck_class, group.choice.saving_cny, uniform, day, departure_s):
            _violate(world, group, column)


def _rows(trips: TripTable) -> Iterator[tuple[float, int, int, int, float, int]]:
    """What a decision needs, as plain numbers: departure, number, driver, class, uniform number, day."""
    columns = (trips.departure_s, trips.trip_id, trips.driver, trips.truck_class, trips.violation_uniform, trips.day)
    return zip(*(column.tolist() for column in columns), strict=True)


def _violate(world: World, group: Group, column: int) -> None:
    """Take the banned shortcut; a violator whom nobody can meet needs no process."""
    trips, choice = group.trips, group.choice
    group.course[column] = SHORTCUT
    entry_s = float(group.enter_s[choice.entry_row, column])
    if group.habitual_end_s(column) <= entry_s:
        return
    who = violator_of(group, column)
    record_entry(world, int(trips.month[column]), who)
    if may_be_met(world, who):
        world.after(entry_s - world.env.now, lambda: start_case(PlannedCase(world, who, group, column)))


def settle_group(world: World, group: Group) -> None:
    """Write a group down when all its trips have ended; days before the recorded ones leave nothing."""
    if group.trips.month[0] < 0:
        return
    legal = np.flatnonzero(group.course == LEGAL)
    _settle(world, group, legal, _leg(group.choice.legal.sections, group.ways.legal, legal), "legal")
    for way_out in range(NO_EXIT, len(group.choice.exits)):
        chosen = np.flatnonzero((group.course == SHORTCUT) & (group.exit == way_out))
        if len(chosen):
            _settle(world, group, chosen, _shortcut_leg(group, chosen, way_out), "shortcut")


def _settle(world: World, group: Group, chosen: Ints, leg: Leg, course: str) -> None:
    if len(chosen):
        settle(world.book, group.trips.pick(chosen), leg, course)


def _leg(sections: Ints, columns: Columns, chosen: Ints) -> Leg:
    return Leg(sections, columns.duration_s[:, chosen], columns.hazard[:, :, chosen])


def _shortcut_leg(group: Group, chosen: Ints, way_out: int) -> Leg:
    """The shortcut up to an exit, habitual and then cautious, and the legal way on from there."""
    other = group.choice.other
    if other is None:
        raise ValueError("a candidate has a shortcut")
    stop = len(other.sections) if way_out == NO_EXIT else group.choice.exits[way_out].row
    habitual = np.arange(stop)[:, None] < group.switch_row[chosen]
    slow, fast = group.ways.cautious, group.ways.habitual
    duration = np.where(habitual, fast.duration_s[:stop, chosen], slow.duration_s[:stop, chosen])
    hazard = np.where(habitual, fast.hazard[:, :stop, chosen], slow.hazard[:, :stop, chosen])
    if way_out == NO_EXIT:
        return Leg(other.sections, duration, hazard)
    onward, exit_ = group.ways.onward[way_out], group.choice.exits[way_out]
    return Leg(
        np.concatenate([other.sections[:stop], exit_.route.sections]),
        np.concatenate([duration, onward.duration_s[:, chosen]]),
        np.concatenate([hazard, onward.hazard[:, :, chosen]], axis=1),
    )


def groups_of(world: World, trips: TripTable) -> list[Group]:
    """Candidate trips by epoch and choice set."""
    found = []
    epochs = world.epoch[trips.day]
    for epoch, number in sorted(set(zip(epochs.tolist(), trips.choice.tolist(), strict=True))):
        own = trips.pick((trips.choice == number) & (epochs == epoch))
        conditions = world.conditions(epoch)
        found.append(Group(world, conditions, world.choices.sets[number], own.pick(ledger_order(own))))
    return found


def last_end_s(groups: list[Group]) -> float:
    """When the last trip of a block has surely left the banned road."""
    return max((float(group.enter_s[-1].max()) for group in groups), default=-inf)
