"""Trips that may violate: decided one by one in order of departure, then settled as arrays like all others.

Only a trip that somebody may meet needs its columns while it is under way. All others are swept once it is known which
way they took, many together.
"""

from itertools import pairwise
from math import inf

import numpy as np

from sim.conditions import Conditions
from sim.drive import Columns, Hazard, drive
from sim.engine.choices import ChoiceSet, Exit
from sim.engine.passage import by_kind_and_epoch, settle_legal, settle_shortcuts
from sim.engine.settle import Leg, settle
from sim.engine.trips import TripTable, risk_dared_by
from sim.engine.violation import ViolationCase, Violator, start_case
from sim.engine.world import World
from sim.road import Route
from sim.units import Bools, Floats, Ints

NO_EXIT = -1
NO_MEETING = -1
SWEPT_TOGETHER = 16_384
"""Trips that nobody met are kept until there are about so many."""


class Meetings:
    """Trips of one choice set and epoch that somebody may meet, with every course on the shortcut precomputed.

    Arrays are (section, trip); trips are in the ledger's order.
    """

    def __init__(self, world: World, conditions: Conditions, choice: ChoiceSet, trips: TripTable) -> None:
        self.choice = choice
        self.trips = trips
        self.conditions = conditions
        self.habitual, self.cautious = _in_both_modes(world, conditions, choice.shortcut, trips)
        entered = np.cumsum(self.habitual.duration_s, axis=0) + trips.departure_s
        self.enter_s: Floats = np.vstack([trips.departure_s, entered])
        """Time at the start of each section of the shortcut in the habitual mode, and at its end."""
        self.hazard_before: Floats = np.vstack(
            [np.zeros(len(trips)), np.cumsum(self.habitual.hazard.by_section, axis=0)]
        )
        self.cautious_hazard = self.cautious.hazard.by_section
        self.entered: Bools = np.asarray(self.hazard_before[choice.entry_row] <= trips.threshold)
        """Trips that, should they take the shortcut, come to the banned road without an accident."""
        self.violates: Bools = np.zeros(len(trips), dtype=np.bool_)
        self.switch_row: Ints = np.full(len(trips), len(self.habitual.duration_s))
        self.exit: Ints = np.full(len(trips), NO_EXIT)

    def release(self) -> None:
        """Let go of all arrays once the trips are settled: what an enterprise learns late still holds the meeting."""
        vars(self).clear()

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
        return float(self.enter_s[row, column] + part * self.habitual.duration_s[row, column])

    def violator(self, column: int) -> Violator:
        """The trip that violates, and where it would be when if nobody met it."""
        return violator_of(self.trips, self.choice, column, self.enter_s[:, column])


def _in_both_modes(world: World, conditions: Conditions, route: Route, trips: TripTable) -> tuple[Columns, Columns]:
    """Trips in the habitual and in the cautious mode, in one sweep."""
    count, cautious = len(trips), world.scenario.speed.cautious_factor
    twice = world.traits(trips).pick(np.tile(np.arange(count), 2))
    both = drive(conditions, route, twice, np.repeat(np.array([1.0, cautious], dtype=np.float32), count))
    return both.pick(slice(None, count)), both.pick(slice(count, None))


class PlannedCase(ViolationCase):
    """A violation whose every course lies precomputed: being told is a switch between columns and a cut."""

    def __init__(self, world: World, meetings: Meetings, column: int) -> None:
        super().__init__(world, meetings.violator(column))
        self._meetings = meetings
        self._column = column
        self._until_s = meetings.habitual_end_s(column)
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
        meetings, column = self._meetings, self._column
        row = int(np.searchsorted(meetings.enter_s[:-1, column], self.now_s, side="left"))
        meetings.switch_row[column] = row
        ahead = [n for n, way_out in enumerate(meetings.choice.exits) if way_out.row >= row]
        meetings.exit[column] = ahead[0] if ahead else NO_EXIT
        end_row = meetings.choice.exits[ahead[0]].row if ahead else meetings.choice.end_row
        if self._go_on_cautiously(row, end_row) and ahead:
            self.note.write_exit(self._until_s, self.world.network.node_index(meetings.choice.exits[ahead[0]].node))

    def _go_on_cautiously(self, row: int, end_row: int) -> bool:
        """Find when the trip is at `end_row`, or has its accident, cautious from `row` on; False for an accident."""
        meetings, column = self._meetings, self._column
        rest = float(meetings.trips.threshold[column] - meetings.hazard_before[row, column])
        if rest < 0.0:
            return False
        hazard = meetings.cautious_hazard[row:end_row, column]
        duration = meetings.cautious.duration_s[row:end_row, column]
        stop, part = len(hazard), 0.0
        if hazard.sum() > rest:
            crossed = np.cumsum(hazard)
            stop = int(np.searchsorted(crossed, rest, side="right"))
            part = float((rest - (crossed[stop] - hazard[stop])) / hazard[stop] * duration[stop])
        self._until_s = float(meetings.enter_s[row, column] + duration[:stop].sum()) + part
        return stop == len(hazard)


def violator_of(trips: TripTable, choice: ChoiceSet, column: int, enter_s: Floats) -> Violator:
    """A trip that violates; `enter_s` is its time at the start of each section of the shortcut if nobody meets it."""
    return Violator(
        trip_id=int(trips.trip_id[column]),
        day=int(trips.day[column]),
        place=int(trips.place[column]),
        driver=int(trips.driver[column]),
        truck_class=int(trips.truck_class[column]),
        entry_s=float(enter_s[choice.entry_row]),
        exit_s=float(enter_s[choice.end_row]),
        link=choice.banned_link,
        exits=tuple((way_out.node, float(enter_s[way_out.row])) for way_out in choice.exits),
    )


class Batch:
    """Foreground trips in order of departure, and those of them that somebody may meet."""

    def __init__(self, world: World, trips: TripTable) -> None:
        self.trips = trips
        self.violates: Bools = np.zeros(len(trips), dtype=np.bool_)
        self.meetings: list[Meetings] = []
        self.meeting: Ints = np.full(len(trips), NO_MEETING)
        """Place in `meetings` of each trip."""
        self.column: Ints = np.zeros(len(trips), dtype=np.int64)
        met, sets = np.flatnonzero(_may_be_met(world, trips)), world.choices.sets
        for choice, conditions, own in by_kind_and_epoch(world, trips, met, trips.choice[met], len(sets)):
            self.meeting[own], self.column[own] = len(self.meetings), np.arange(len(own))
            self.meetings.append(Meetings(world, conditions, sets[choice], trips.pick(own)))
        ends = [float(one.enter_s[-1].max()) for one in self.meetings]
        self.ended_s = max([float(trips.departure_s.max(initial=-inf)), *ends])
        """Time from which on all have departed and nobody can change the course of one."""


def _may_be_met(world: World, trips: TripTable) -> Bools:
    found = np.zeros(len(trips), dtype=np.bool_)
    links = np.array([choice.banned_link for choice in world.choices.sets])[trips.choice]
    for link in np.unique(links).tolist():
        own = np.flatnonzero(links == link)
        found[own] = world.may_be_met(trips.pick(own), link)
    return found


def let_depart(world: World, batch: Batch) -> None:
    """Let the batch's trips depart in order; each decides with the deterrence of that moment.

    All that happens up to a departure happens before it. The clock then stands at the last of those moments; times are
    multiples of their quantum, so that what follows a departure comes at the same moment, to the last bit, as if the
    clock had been stopped for it.
    """
    trips, env = batch.trips, world.env
    risks = risk_dared_by(trips, world.choices, world.roster, world.scenario)
    columns = (trips.departure_s, trips.driver, trips.truck_class, risks, trips.day, batch.meeting, batch.column)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for place, (departure_s, driver, truck_class, dared, day, meeting, column) in enumerate(rows):
        while env.peek() <= departure_s:
            env.step()
        if world.violates(driver, truck_class, dared, day, departure_s):
            batch.violates[place] = True
            if meeting != NO_MEETING:
                _take_shortcut(world, batch.meetings[meeting], column)


def _take_shortcut(world: World, meetings: Meetings, column: int) -> None:
    """The trip takes the shortcut; its case begins where it enters the banned road."""
    meetings.violates[column] = True
    if meetings.entered[column]:
        entry_s = float(meetings.enter_s[meetings.choice.entry_row, column])
        world.after(entry_s - world.env.now, lambda: start_case(PlannedCase(world, meetings, column)))


class Foreground:
    """Batches of foreground trips from their departure until they are settled.

    Parameters
    ----------
    world : World
        the replication's state
    at_once : int
        trips that depart in one batch, at most (but for equal departures)
    """

    def __init__(self, world: World, at_once: int) -> None:
        self._world = world
        self._at_once = at_once
        self._under_way: list[Batch] = []
        self._legal: list[TripTable] = []
        self._shortcuts: list[TripTable] = []

    def depart(self, trips: TripTable) -> None:
        """Let trips, in order of departure, depart each at its time."""
        env, step = self._world.env, self._at_once
        edges = np.unique(trips.departure_s[step::step])
        bounds = [0, *np.searchsorted(trips.departure_s, edges).tolist(), len(trips)]
        for (first, last), edge in zip(pairwise(bounds), [*edges.tolist(), None], strict=True):
            batch = Batch(self._world, trips.pick(slice(first, last)))
            self._under_way.append(batch)
            let_depart(self._world, batch)
            if edge is not None and edge > env.now:
                env.run(until=edge)
                self.settle_ended()

    @property
    def ends_s(self) -> float:
        """Time from which on nobody can change the course of a trip that has departed."""
        return max((batch.ended_s for batch in self._under_way), default=-inf)

    def settle_ended(self, *, at_last: bool = False) -> None:
        """Settle batches whose trips have all left the banned road, and what nobody met when it has become many."""
        now_s, under_way = inf if at_last else self._world.env.now, self._under_way
        ended = [batch for batch in under_way if batch.ended_s < now_s]
        self._under_way = [batch for batch in under_way if batch.ended_s >= now_s]
        for batch in ended:
            self._settle(batch)
        waiting = sum(len(trips) for trips in (*self._legal, *self._shortcuts))
        if waiting and (at_last or self._world.reviewed or waiting >= SWEPT_TOGETHER):
            for settle_all, tables in ((settle_legal, self._legal), (settle_shortcuts, self._shortcuts)):
                if tables:
                    settle_all(self._world, TripTable.joined(tables))
                    tables.clear()

    def _settle(self, batch: Batch) -> None:
        """Those met, and keep the others for later; days before the recorded ones leave nothing."""
        recorded = batch.trips.month >= 0
        self._legal.append(batch.trips.pick(recorded & ~batch.violates))
        self._shortcuts.append(batch.trips.pick(recorded & batch.violates & (batch.meeting == NO_MEETING)))
        for meetings in batch.meetings:
            settle_meetings(self._world, meetings)
            meetings.release()


def settle_meetings(world: World, meetings: Meetings) -> None:
    """Write down the trips that took the shortcut."""
    violates = meetings.violates & (meetings.trips.month >= 0)
    entered = np.flatnonzero(violates & meetings.entered)
    entry_s = meetings.enter_s[meetings.choice.entry_row, entered]
    world.write_entries(meetings.choice.banned_link, entry_s, meetings.trips.pick(entered))
    for way_out in range(NO_EXIT, len(meetings.choice.exits)):
        chosen = np.flatnonzero(violates & (meetings.exit == way_out))
        if len(chosen):
            leg = _to_the_end(meetings, chosen) if way_out == NO_EXIT else _led_off(world, meetings, chosen, way_out)
            settle(world.book, meetings.trips.pick(chosen), leg, "shortcut")


def _to_the_end(meetings: Meetings, chosen: Ints) -> Leg:
    """The whole shortcut."""
    sections = meetings.choice.shortcut.sections
    return Leg(sections, *_habitual_then_cautious(meetings, chosen, len(sections)))


def _habitual_then_cautious(meetings: Meetings, chosen: Ints, stop: int) -> tuple[Floats, Hazard]:
    """Durations and hazards of the chosen trips on the shortcut up to a row."""
    habitual = np.arange(stop)[:, None] < meetings.switch_row[chosen]
    fast, slow = meetings.habitual.pick(chosen), meetings.cautious.pick(chosen)
    duration = np.where(habitual, fast.duration_s[:stop], slow.duration_s[:stop])
    hazard = np.where(habitual, fast.hazard.whole[:, :stop], slow.hazard.whole[:, :stop])
    deaths = np.where(habitual, fast.hazard.deaths[:stop], slow.hazard.deaths[:stop])
    return duration, Hazard.of_all_sections(hazard, deaths)


def _led_off(world: World, meetings: Meetings, chosen: Ints, way_out: int) -> Leg:
    """The shortcut up to an exit, and the legal way on from there in the cautious mode."""
    exit_ = meetings.choice.exits[way_out]
    duration, hazard = _habitual_then_cautious(meetings, chosen, exit_.row)
    onward = onward_from(world, meetings.conditions, exit_, meetings.trips.pick(chosen), meetings.cautious.pick(chosen))
    return Leg(
        np.concatenate([meetings.choice.shortcut.sections[: exit_.row], exit_.route.sections]),
        np.concatenate([duration, onward.duration_s]),
        hazard.followed_by(onward.hazard),
    )


def onward_from(world: World, conditions: Conditions, exit_: Exit, trips: TripTable, cautious: Columns) -> Columns:
    """The legal way on from an exit: weather and brakes are those of a trip that was cautious all the way to it."""
    left_s = trips.departure_s + cautious.duration_s[: exit_.row].sum(axis=0)
    going_on = world.traits(trips).continued(left_s, cautious.brake_c[exit_.row - 1])
    return drive(conditions, exit_.route, going_on, world.scenario.speed.cautious_factor)
