"""Trips that may violate: decided one by one in order of departure, then swept and settled like all others.

Only a trip that somebody may meet needs its columns while it is under way. All others are swept once it is known which
way they took, many together.
"""

from functools import cached_property
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np

from sim.core.units import Bools, Floats, Ints
from sim.driving.conditions import Conditions
from sim.driving.course import Courses
from sim.driving.sweep import courses_of
from sim.driving.traits import Traits
from sim.engine.accounting.recorder import Leg, settle
from sim.engine.background.traverse import by_kind_and_epoch, settle_legal, settle_shortcuts
from sim.engine.enforcement.banned_entry import BannedEntryCase, Violator, start_case
from sim.engine.trips.critical_risk import critical_risk_of
from sim.engine.trips.route_choice import Exit, Shortcut
from sim.engine.trips.trip_table import TripTable
from sim.engine.world import World

NO_EXIT = -1
NO_MEETING = -1
SWEPT_TOGETHER = 16_384
"""Trips that nobody met are kept until there are about so many."""


class Told(NamedTuple):
    """A driver who has been told to leave: where he goes on cautiously, and by which exit he leaves."""

    row: int
    """First section driven cautiously."""
    exit: int
    """Its number, or `NO_EXIT`."""


class DetectableTrips:
    """Trips of one shortcut and epoch that somebody may meet, and how they drive the shortcut if nobody does.

    Arrays are (section, trip); trips are in the ledger's order.
    """

    def __init__(self, world: World, conditions: Conditions, shortcut: Shortcut, trips: TripTable) -> None:
        self.shortcut = shortcut
        self.trips = trips
        self.conditions = conditions
        self.cautious_factor = world.scenario.speed.cautious_factor
        self.traits = world.traits(trips)
        self.habitual = courses_of(conditions, shortcut.route, self.traits)
        entered = np.cumsum(self.habitual.duration_s, axis=0) + trips.departure_s
        self.enter_s: Floats = np.vstack([trips.departure_s, entered])
        """Time at the start of each section of the shortcut, and at its end."""
        by_section = self.habitual.hazard.sum(axis=0)
        self.hazard_before: Floats = np.vstack([np.zeros(len(trips)), np.cumsum(by_section, axis=0)])
        self.entered: Bools = np.asarray(self.hazard_before[shortcut.entry_row] <= trips.threshold)
        """Trips that, should they take the shortcut, come to the banned road without an accident."""
        self.violates: Bools = np.zeros(len(trips), dtype=np.bool_)
        self.told: dict[int, Told] = {}
        """By trip's place."""

    def release(self) -> None:
        """Let go of all arrays once the trips are settled: what an enterprise learns late still holds the meeting."""
        vars(self).clear()

    @cached_property
    def cautious(self) -> Courses:
        """The whole shortcut driven cautiously; swept when the first driver is told to leave."""
        return courses_of(self.conditions, self.shortcut.route, self.traits.in_mode(self.cautious_factor))

    def habitual_end_s(self, column: int) -> float:
        """When the trip leaves the banned stretch, or has its accident, if it meets nobody."""
        end = float(self.enter_s[self.shortcut.end_row, column])
        threshold = self.trips.threshold[column]
        if self.hazard_before[self.shortcut.end_row, column] <= threshold:
            return end
        row = int(np.searchsorted(self.hazard_before[1:, column], threshold, side="right"))
        part = (threshold - self.hazard_before[row, column]) / (
            self.hazard_before[row + 1, column] - self.hazard_before[row, column]
        )
        return float(self.enter_s[row, column] + part * self.habitual.duration_s[row, column])

    def violator(self, column: int) -> Violator:
        """The trip that violates, and where it would be when if nobody met it."""
        return violator_of(self.trips, self.shortcut, column, self.enter_s[:, column])


class PlannedCase(BannedEntryCase):
    """A violation by a truck that drives as it would if nobody met it, until it is told to leave."""

    def __init__(self, world: World, detectable: DetectableTrips, column: int) -> None:
        super().__init__(world, detectable.violator(column))
        self._meetings = detectable
        self._column = column
        self._until_s = detectable.habitual_end_s(column)
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
        detectable, column = self._meetings, self._column
        row = int(np.searchsorted(detectable.enter_s[:-1, column], self.now_s, side="left"))
        ahead = [n for n, way_out in enumerate(detectable.shortcut.exits) if way_out.row >= row]
        detectable.told[column] = Told(row, ahead[0] if ahead else NO_EXIT)
        end_row = detectable.shortcut.exits[ahead[0]].row if ahead else detectable.shortcut.end_row
        if self._go_on_cautiously(row, end_row) and ahead:
            self.note.write_exit(self._until_s, self.world.network.node_index(detectable.shortcut.exits[ahead[0]].node))

    def _go_on_cautiously(self, row: int, end_row: int) -> bool:
        """Find when the trip is at `end_row`, or has its accident, cautious from `row` on; False for an accident."""
        detectable, column = self._meetings, self._column
        rest = float(detectable.trips.threshold[column] - detectable.hazard_before[row, column])
        if rest < 0.0:
            return False
        hazard = detectable.cautious.hazard[:, row:end_row, column].sum(axis=0)
        duration = detectable.cautious.duration_s[row:end_row, column]
        stop, part = len(hazard), 0.0
        if hazard.sum() > rest:
            crossed = np.cumsum(hazard)
            stop = int(np.searchsorted(crossed, rest, side="right"))
            part = float((rest - (crossed[stop] - hazard[stop])) / hazard[stop] * duration[stop])
        self._until_s = float(detectable.enter_s[row, column] + duration[:stop].sum()) + part
        return stop == len(hazard)


def violator_of(trips: TripTable, shortcut: Shortcut, column: int, enter_s: Floats) -> Violator:
    """A trip that violates; `enter_s` is its time at the start of each section of the shortcut if nobody meets it."""
    return Violator(
        trip_id=int(trips.trip_id[column]),
        day=int(trips.day[column]),
        place=int(trips.place[column]),
        driver=int(trips.driver[column]),
        truck_class=int(trips.truck_class[column]),
        entry_s=float(enter_s[shortcut.entry_row]),
        exit_s=float(enter_s[shortcut.end_row]),
        link=shortcut.banned_link,
        exits=tuple((way_out.node, float(enter_s[way_out.row])) for way_out in shortcut.exits),
    )


class Batch:
    """Foreground trips in order of departure, and those of them that somebody may meet."""

    def __init__(self, world: World, trips: TripTable) -> None:
        self.trips = trips
        self.violates: Bools = np.zeros(len(trips), dtype=np.bool_)
        self.detectable: list[DetectableTrips] = []
        self.meeting: Ints = np.full(len(trips), NO_MEETING)
        """Place in `detectable` of each trip."""
        self.column: Ints = np.zeros(len(trips), dtype=np.int64)
        met, sets = np.flatnonzero(_may_be_met(world, trips)), world.choices.sets
        for choice, conditions, own in by_kind_and_epoch(world, trips, met, trips.choice[met], len(sets)):
            self.meeting[own], self.column[own] = len(self.detectable), np.arange(len(own))
            self.detectable.append(DetectableTrips(world, conditions, sets[choice].shortcut, trips.pick(own)))
        ends = [float(one.enter_s[-1].max()) for one in self.detectable]
        self.ended_s = max([float(trips.departure_s.max(initial=-inf)), *ends])
        """Time from which on all have departed and nobody can change the course of one."""


def _may_be_met(world: World, trips: TripTable) -> Bools:
    found = np.zeros(len(trips), dtype=np.bool_)
    sets = world.choices.sets
    links = np.array([choice.banned.banned_link if choice.banned else "" for choice in sets])[trips.choice]
    for link in np.unique(links).tolist():
        own = np.flatnonzero(links == link)
        found[own] = world.may_be_detected(trips.pick(own), link)
    return found


def let_depart(world: World, batch: Batch) -> None:
    """Let the batch's trips depart in order; each decides with the deterrence of that moment.

    All that happens up to a departure happens before it. The clock then stands at the last of those moments; times are
    multiples of their quantum, so that what follows a departure comes at the same moment, to the last bit, as if the
    clock had been stopped for it.
    """
    trips, env = batch.trips, world.env
    risks = critical_risk_of(trips, world.choices, world.roster, world.scenario)
    columns = (trips.departure_s, trips.driver, trips.truck_class, risks, trips.day, batch.meeting, batch.column)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for place, (departure_s, driver, truck_class, critical, day, meeting, column) in enumerate(rows):
        while env.peek() <= departure_s:
            env.step()
        if world.violates(driver, truck_class, critical, day, departure_s):
            batch.violates[place] = True
            if meeting != NO_MEETING:
                _take_shortcut(world, batch.detectable[meeting], column)


def _take_shortcut(world: World, detectable: DetectableTrips, column: int) -> None:
    """The trip takes the shortcut; its case begins where it enters the banned road."""
    detectable.violates[column] = True
    if detectable.entered[column]:
        entry_s = float(detectable.enter_s[detectable.shortcut.entry_row, column])
        world.after(entry_s - world.env.now, lambda: start_case(PlannedCase(world, detectable, column)))


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
        for detectable in batch.detectable:
            settle_detectable(self._world, detectable)
            detectable.release()


def settle_detectable(world: World, detectable: DetectableTrips) -> None:
    """Write down the trips that took the shortcut."""
    violates = detectable.violates & (detectable.trips.month >= 0)
    entered = np.flatnonzero(violates & detectable.entered)
    entry_s = detectable.enter_s[detectable.shortcut.entry_row, entered]
    world.write_entries(detectable.shortcut.banned_link, entry_s, detectable.trips.pick(entered))
    told = {column: what for column, what in sorted(detectable.told.items()) if violates[column]}
    violates[list(told)] = False
    if violates.any():
        untold = np.flatnonzero(violates)
        leg = Leg(detectable.shortcut.route.sections, detectable.habitual.pick(untold))
        settle(world.recorder, detectable.trips.pick(untold), leg, "shortcut")
    for way_out in sorted({what.exit for what in told.values()}):
        own = {column: what for column, what in told.items() if what.exit == way_out}
        leg = _led_off(detectable, own, way_out)
        settle(world.recorder, detectable.trips.pick(np.array(list(own))), leg, "shortcut")


def _led_off(detectable: DetectableTrips, told: dict[int, Told], way_out: int) -> Leg:
    """The shortcut, cautious from where each driver was told, up to an exit, and the legal way on from there."""
    shortcut, columns = detectable.shortcut, np.array(list(told))
    stop = len(shortcut.route.sections) if way_out == NO_EXIT else shortcut.exits[way_out].row
    fast, slow = detectable.habitual.pick(columns), detectable.cautious.pick(columns)
    habitual = np.arange(len(shortcut.route.sections))[:, None] < np.array([what.row for what in told.values()])
    course = Courses(
        np.where(habitual, fast.duration_s, slow.duration_s),
        np.where(habitual, fast.hazard, slow.hazard),
        np.where(habitual, fast.deaths, slow.deaths),
        np.where(habitual, fast.brake_c, slow.brake_c),
    )
    if way_out == NO_EXIT:
        return Leg(shortcut.route.sections, course)
    exit_, traits = shortcut.exits[way_out], detectable.traits.pick(columns)
    onward = onward_from(detectable.conditions, exit_, traits, slow, detectable.cautious_factor)
    sections = np.concatenate([shortcut.route.sections[:stop], exit_.route.sections])
    return Leg(sections, course.rows(slice(stop)).followed_by(onward))


def onward_from(conditions: Conditions, exit_: Exit, trips: Traits, cautious: Courses, factor: float) -> Courses:
    """The legal way on from an exit: weather and brakes are those of a trip that was cautious all the way to it."""
    left_s = trips.departure_s + cautious.duration_s[: exit_.row].sum(axis=0)
    going_on = trips.continued(left_s, cautious.brake_c[exit_.row - 1])
    return courses_of(conditions, exit_.route, going_on.in_mode(factor))
