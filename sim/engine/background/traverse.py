"""Trips that drive one route from its start to its end: swept together and settled as sums."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sim.core.units import Ints
from sim.driving.conditions import Conditions
from sim.driving.sweep import add_up, courses_of
from sim.engine.accounting.recorder import Leg, count_trips, cut_short, settle, watch
from sim.engine.accounting.tallies import runs_of
from sim.engine.trips.trip_table import TripTable
from sim.engine.world import World
from sim.inputs.network import Route

RADIX_SORTED = 1 << 16
"""Sorting numbers below this takes NumPy a time that is proportional to how many there are."""

WATCHED_TOGETHER = 4096
"""Trips whose courses are kept at a time."""


def by_kind_and_epoch(
    world: World, trips: TripTable, chosen: Ints, kind: Ints, kinds: int
) -> Iterator[tuple[int, Conditions, Ints]]:
    """The chosen trips of one kind (of `kinds`) and epoch at a time, by class and month, and the conditions they meet.

    Trips are given by their place in the table; `kind` has the shape of `chosen`.
    """
    if not len(chosen):
        return
    epoch, month = world.epoch[trips.day[chosen]], trips.month[chosen]
    first_epoch, first_month = int(epoch.min()), int(month.min())
    group = (epoch - first_epoch) * kinds + kind
    groups, months = int(group.max()) + 1, int(month.max()) - first_month + 1
    classes = len(world.class_names)
    key = (group * classes + trips.truck_class[chosen]) * months + (month - first_month)
    fits = groups * classes * months <= RADIX_SORTED
    order = np.argsort(key.astype(np.uint16) if fits else key, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1)).tolist()
    for number, (start, stop) in enumerate(pairwise(bounds)):
        if start < stop:
            later, own = divmod(number, kinds)
            yield own, world.conditions(first_epoch + later), chosen[order[start:stop]]


def traverse(world: World, conditions: Conditions, route: Route, trips: TripTable, course: str) -> None:
    """Write down trips, sorted by class and month, that drive a route to its end or to their accident."""
    recorder, traits, runs = world.recorder, world.traits(trips, conditions), runs_of(trips.month, trips.truck_class)
    hazard = add_up(conditions, route, traits, runs, recorder.tallies.arrays)
    count_trips(recorder, runs)
    ended = np.flatnonzero(hazard > trips.threshold)
    if len(ended):
        leg = Leg(route.sections, courses_of(conditions, route, traits.pick(ended)))
        for place, column in enumerate(ended.tolist()):
            cut_short(recorder, trips, column, leg, place)
    if recorder.trace or recorder.watched_day is not None:
        for part, leg in _watched(world, conditions, route, trips):
            watch(recorder, part, leg, course)


def settle_legal(world: World, trips: TripTable, chosen: Ints | None = None) -> None:
    """Trips of recorded days that break no ban, all or those chosen; sets that share a route are swept together."""
    table, chosen = world.choices.table, np.arange(len(trips)) if chosen is None else chosen
    route = table.legal_route(trips.choice[chosen], trips.route_uniform[chosen])
    for number, conditions, own in by_kind_and_epoch(world, trips, chosen, route, len(table.routes)):
        traverse(world, conditions, table.routes[number], trips.pick(own), "legal")


def settle_shortcuts(world: World, trips: TripTable) -> None:
    """Trips of recorded days that take a banned shortcut and meet nobody."""
    sets = world.choices.sets
    for number, conditions, own in by_kind_and_epoch(world, trips, np.arange(len(trips)), trips.choice, len(sets)):
        choice = sets[number]
        for part, leg in _watched(world, conditions, choice.shortcut.route, trips.pick(own)):
            settle(world.recorder, part, leg, "shortcut")
            before = leg.course.rows(slice(0, choice.shortcut.entry_row))
            entered = np.flatnonzero(before.hazard.sum(axis=(0, 1)) <= part.threshold)
            entry_s = part.departure_s + before.duration_s.sum(axis=0)
            world.write_entries(choice.shortcut.banned_link, entry_s[entered], part.pick(entered))


def _watched(world: World, conditions: Conditions, route: Route, trips: TripTable) -> Iterator[tuple[TripTable, Leg]]:
    """Trips and their courses on a route, some at a time."""
    for first in range(0, len(trips), WATCHED_TOGETHER):
        part = trips.pick(slice(first, first + WATCHED_TOGETHER))
        yield part, Leg(route.sections, courses_of(conditions, route, world.traits(part, conditions)))
