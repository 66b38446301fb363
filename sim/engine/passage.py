"""Trips that drive one route from its start to its end: swept and settled some cells at a time."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sim.conditions import Conditions
from sim.drive import drive
from sim.engine.settle import Leg, settle
from sim.engine.trips import TripTable
from sim.engine.world import World
from sim.parameters import TRUCK_CLASSES
from sim.road import Route
from sim.units import Ints

CELLS_AT_ONCE = 98_304
"""Cells (section, trip) swept at a time, about, so that their arrays stay in cache."""

RADIX_SORTED = 1 << 16
"""Sorting numbers below this takes NumPy a time that is proportional to how many there are."""


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
    key = (group * len(TRUCK_CLASSES) + trips.truck_class[chosen]) * months + (month - first_month)
    fits = groups * len(TRUCK_CLASSES) * months <= RADIX_SORTED
    order = np.argsort(key.astype(np.uint16) if fits else key, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1)).tolist()
    for number, (start, stop) in enumerate(pairwise(bounds)):
        if start < stop:
            later, own = divmod(number, kinds)
            yield own, world.conditions(first_epoch + later), chosen[order[start:stop]]


def swept(world: World, conditions: Conditions, route: Route, trips: TripTable) -> Iterator[tuple[TripTable, Leg]]:
    """Trips of one route and how they drive it, about so many cells at a time, in parts of equal size."""
    parts = min(max(round(len(trips) * len(route.sections) / CELLS_AT_ONCE), 1), len(trips))
    for number in range(parts):
        part = trips.pick(slice(number * len(trips) // parts, (number + 1) * len(trips) // parts))
        columns = drive(conditions, route, world.traits(part))
        yield part, Leg(route.sections, columns.duration_s, columns.hazard)


def settle_legal(world: World, trips: TripTable, chosen: Ints | None = None) -> None:
    """Trips of recorded days that break no ban, all or those chosen; sets that share a route are swept together."""
    table, chosen = world.choices.table, np.arange(len(trips)) if chosen is None else chosen
    route = table.legal_route(trips.choice[chosen], trips.route_uniform[chosen])
    for number, conditions, own in by_kind_and_epoch(world, trips, chosen, route, len(table.routes)):
        for part, leg in swept(world, conditions, table.routes[number], trips.pick(own)):
            settle(world.book, part, leg, "legal")


def settle_shortcuts(world: World, trips: TripTable) -> None:
    """Trips of recorded days that take a banned shortcut and meet nobody."""
    sets = world.choices.sets
    for number, conditions, own in by_kind_and_epoch(world, trips, np.arange(len(trips)), trips.choice, len(sets)):
        choice = sets[number]
        for part, leg in swept(world, conditions, choice.shortcut, trips.pick(own)):
            settle(world.book, part, leg, "shortcut")
            entered = np.flatnonzero(leg.hazard.total_before(choice.entry_row) <= part.threshold)
            entry_s = part.departure_s + leg.duration_s[: choice.entry_row].sum(axis=0)
            world.write_entries(choice.banned_link, entry_s[entered], part.pick(entered))
