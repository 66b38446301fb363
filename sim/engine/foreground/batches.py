"""Trips that may violate: decided one by one in order of departure, then swept and settled like all others.

Only a trip that somebody may meet needs its columns while it is under way. All others are swept once it is known which
way they took, many together.
"""

from dataclasses import replace
from functools import partial
from itertools import pairwise
from math import inf

import numpy as np

from sim.core.units import Bools, Ints
from sim.driving.violations import Violation, bit, named
from sim.engine.background.traverse import by_kind_and_epoch, settle_legal, settle_shortcuts
from sim.engine.enforcement.case import start_case
from sim.engine.enforcement.in_violation import (
    answered_violations,
    begins_s,
    critical_risk_of_entry,
    critical_risks,
    ongoing_of,
)
from sim.engine.enforcement.violator import entering, of_ongoing
from sim.engine.foreground.detectable import DetectableTrips, Drive, PlannedCase
from sim.engine.foreground.settling import settle_detectable
from sim.engine.trips.trip_table import TripTable
from sim.engine.world import World

NO_MEETING = -1
SWEPT_TOGETHER = 16_384
"""Trips that nobody met are kept until there are about so many."""


class Placed:
    """Where trips are among those that somebody may meet on one of their ways."""

    def __init__(self, trips: int) -> None:
        self.group: Ints = np.full(trips, NO_MEETING)
        """Place in the batch's list, or `NO_MEETING`."""
        self.column: Ints = np.zeros(trips, dtype=np.int64)


class Batch:
    """Foreground trips in order of departure, and those of them that somebody may meet."""

    def __init__(self, world: World, trips: TripTable) -> None:
        self.trips = trips
        self.ongoing: Ints = answered_violations(world, trips)
        """Violations other than banned entry that a trip is in and somebody answers, as bits."""
        self.violates: Bools = np.zeros(len(trips), dtype=np.bool_)
        self.given_up: Ints = np.zeros(len(trips), dtype=np.int64)
        """Of the ongoing violations, before it sets out."""
        self.met: Bools = np.zeros(len(trips), dtype=np.bool_)
        """Whether it is settled with those that somebody may meet."""
        self.detectable: list[DetectableTrips] = []
        self.on_shortcut, self.on_legal = Placed(len(trips)), Placed(len(trips))
        seen = (self.ongoing != 0) & _may_be_seen(world, trips, self.ongoing)
        self._place_shortcuts(world, seen)
        self._place_legal(world, np.flatnonzero(seen))
        self.departed_s = float(trips.departure_s.max(initial=-inf))

    @property
    def ended_s(self) -> float:
        """Time from which on all have departed and nobody can change the course of one."""
        return max([self.departed_s, *(group.latest_s for group in self.detectable)])

    def _place_shortcuts(self, world: World, seen: Bools) -> None:
        trips, sets = self.trips, world.choices.sets
        met = np.flatnonzero(world.choices.table.candidate[trips.choice] & (seen | _may_be_met(world, trips)))
        for choice, conditions, own in by_kind_and_epoch(world, trips, met, trips.choice[met], len(sets)):
            shortcut = sets[choice].shortcut
            self._keep(
                self.on_shortcut, own, DetectableTrips(world, conditions, shortcut.route, trips.pick(own), shortcut)
            )

    def _place_legal(self, world: World, met: Ints) -> None:
        trips, table = self.trips, world.choices.table
        route = table.legal_route(trips.choice[met], trips.route_uniform[met])
        for number, conditions, own in by_kind_and_epoch(world, trips, met, route, len(table.routes)):
            self._keep(
                self.on_legal, own, DetectableTrips(world, conditions, table.routes[number], trips.pick(own), None)
            )

    def _keep(self, where: Placed, own: Ints, group: DetectableTrips) -> None:
        where.group[own], where.column[own] = len(self.detectable), np.arange(len(own))
        self.detectable.append(group)

    def set_out(self, place: int) -> Drive | None:
        """The trip's drive on the way that it takes, if somebody may meet it there."""
        where = self.on_shortcut if self.violates[place] else self.on_legal
        number = int(where.group[place])
        if number == NO_MEETING:
            return None
        self.met[place] = True
        return self.detectable[number].drive(int(where.column[place]), int(self.given_up[place]))


def _may_be_met(world: World, trips: TripTable) -> Bools:
    found = np.zeros(len(trips), dtype=np.bool_)
    sets = world.choices.sets
    links = np.array([choice.banned.banned_link if choice.banned else "" for choice in sets])[trips.choice]
    for link in np.unique(links).tolist():
        own = np.flatnonzero(links == link)
        found[own] = world.may_be_detected(trips.pick(own), link)
    return found


def _may_be_seen(world: World, trips: TripTable, ongoing: Ints) -> Bools:
    """Trips one of whose ongoing violations a device or scales would tell of."""
    by_scales = sum(bit(name) for name in world.alarms_of if named(name).seen_by == "scales")
    seen: Bools = ((ongoing & ~by_scales) != 0) & world.online(trips) | ((ongoing & by_scales) != 0)
    return seen


def let_depart(world: World, batch: Batch) -> None:
    """Let the batch's trips depart in order; each decides with the deterrence of that moment.

    All that happens up to a departure happens before it. The clock then stands at the last of those moments; times are
    multiples of their quantum, so that what follows a departure comes at the same moment, to the last bit, as if the
    clock had been stopped for it.
    """
    trips, env = batch.trips, world.env
    risks = critical_risk_of_entry(world, trips)
    ongoing = critical_risks(world, trips, batch.ongoing)
    columns = (trips.departure_s, trips.driver, trips.truck_class, risks, trips.day, batch.on_shortcut.group)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for place, (departure_s, driver, truck_class, critical, day, meeting) in enumerate(rows):
        while env.peek() <= departure_s:
            env.step()
        own = ongoing_of(world, trips, place, ongoing) if batch.ongoing[place] else []
        batch.given_up[place] = batch.ongoing[place] & ~sum(bit(one.name) for one in own)
        if world.violates(driver, truck_class, critical, day, departure_s):
            batch.violates[place] = True
            if meeting != NO_MEETING:
                _take_shortcut(world, batch, place, own)
        elif batch.ongoing[place]:
            _go_legally(world, batch, place, own)


def _take_shortcut(world: World, batch: Batch, place: int, ongoing: list[Violation]) -> None:
    """The trip takes the shortcut; its case begins where it enters the banned road."""
    drive = batch.set_out(place)
    if drive is None:
        return
    group = batch.detectable[int(batch.on_shortcut.group[place])]
    shortcut = group.shortcut
    if shortcut is None:
        raise AssertionError("trips are placed with their shortcut")

    def enter() -> None:
        who = entering(group.trips, drive.column, shortcut, drive.enter_s())
        start_case(PlannedCase(drive, who, shortcut.end_row, group))

    drive.when_at(shortcut.entry_row, enter)
    _be_seen(world, group, drive, ongoing)


def _go_legally(world: World, batch: Batch, place: int, ongoing: list[Violation]) -> None:
    """The trip breaks no ban, and may be in other violations."""
    if ongoing and (drive := batch.set_out(place)) is not None:
        _be_seen(world, batch.detectable[int(batch.on_legal.group[place])], drive, ongoing)


def _be_seen(world: World, group: DetectableTrips, drive: Drive, ongoing: list[Violation]) -> None:
    """Cases of other violations begin as soon as there is something to see and somebody to see it."""
    for one in ongoing:
        start = partial(_start_of_ongoing, world, group, drive, one)
        if one.seen_by == "scales":
            scales = world.scales(int(group.trips.day[drive.column]))
            weighed = next((at for at, section in enumerate(group.route.sections.tolist()) if section in scales), None)
            if weighed is not None:
                drive.when_at(weighed, start)
        elif group.online[drive.column]:
            departure_s = float(group.trips.departure_s[drive.column])
            world.after(departure_s - world.env.now + begins_s(world, group.trips, drive.column, one), start)


def _start_of_ongoing(world: World, group: DetectableTrips, drive: Drive, violation: Violation) -> None:
    """The case begins, if the truck is still on its way."""
    if drive.over or world.env.now >= drive.until_s(drive.stop_row):
        return
    who = of_ongoing(
        violation.name, group.trips, drive.column, world.network, group.route, drive.enter_s(), world.env.now
    )
    start_case(PlannedCase(drive, who, len(group.route.sections), group))


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
        """Settle batches whose trips have all arrived, and what nobody met when it has become many."""
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
        recorded = (batch.trips.month >= 0) & ~batch.met
        trips = replace(batch.trips, given_up=batch.given_up)
        self._legal.append(trips.pick(recorded & ~batch.violates))
        self._shortcuts.append(trips.pick(recorded & batch.violates))
        for group in batch.detectable:
            settle_detectable(group)
            group.release()
