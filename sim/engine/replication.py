"""One replication of one scenario: the order of events.

For each block of whole days
1. draw its trips;
2. screen: a trip is foreground if it may violate, that is if its uniform number lies under the highest propensity it
   could have; all others are background;
3. settle the background: sweep its routes, add up, find accidents;
4. precompute the foreground's columns and let its trips depart in the event loop, in order of departure, ties in order
   of trip number, until the block's end;
5. settle the foreground trips of blocks whose last truck has left the banned road.
Where the road is several corridors, steps 1 to 3 are done corridor by corridor first, and may be done apart; then the
foreground of all corridors lives in one event loop, with one control centre.
One event loop lives through the horizon. At equal times SimPy runs events in the order in which they were scheduled,
and operators serve by priority, then by time of asking.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from sim.conditions import Conditions
from sim.drive import drive
from sim.engine import exhaustive, foreground
from sim.engine.ledger import Ledger
from sim.engine.outcome import Outcome, outcome_of
from sim.engine.settle import Accident, Leg, settle
from sim.engine.trips import TripTable, blocks, highest_violation_probability, other_violations
from sim.engine.violation import EngineProcess
from sim.engine.world import World, reviews_the_past
from sim.road import Route, corridors
from sim.scenario.model import Scenario
from sim.units import SECONDS_PER_DAY, Bools, Ints

TRIPS_PER_BLOCK = 65_536
CELLS_AT_ONCE = 65_536
"""Cells (section, trip) swept at a time, so that their arrays stay in cache."""
FOREGROUND_AT_ONCE = 4096
"""Foreground trips whose columns are computed at a time."""
DRAWN_PER_FOREGROUND_TRIP = 8
"""About how many trips of a road of several corridors are drawn for one that may violate."""
DAYS_AFTER_HORIZON = 1
LONGEST_REVIEWED_BLOCK_DAYS = 28
"""So that all accidents of which a review may know are settled when it is held, see `KNOWN_AFTER_DAYS`."""


def run_replication(
    scenario: Scenario,
    seed: int,
    replication: int,
    *,
    foreground_trips: Literal["screened", "all"] = "screened",
    trips_per_block: int = TRIPS_PER_BLOCK,
    trace: bool = False,
    watched_day: int | None = None,
    settled: "Settled | None" = None,
) -> Outcome:
    """Simulate the horizon once.

    Parameters
    ----------
    scenario : Scenario
        what to simulate
    seed, replication : int
        name the random numbers
    foreground_trips : {"screened", "all"}
        "all" makes every trip a process; the results are the same, and the run takes some hundred times longer
    trips_per_block : int
        about how many trips are drawn at once; it does not change the results
    trace : bool
        keep a record of every trip
    watched_day : int, optional
        recorded day, from 0, of which every trip's course in time is kept
    settled : Settled, optional
        the background of all corridors, from `background_of`; by default it is settled here
    """
    world = World(scenario, seed, replication, trace=trace)
    if watched_day is not None:
        world.book.watched_day = world.horizon.warm_up_days + watched_day
    if foreground_trips == "all":
        _run_in_turn(world, trips_per_block, lambda trips: exhaustive.dispatch_all(world, trips))
    elif not separable(scenario):
        _run_in_turn(world, trips_per_block, None)
    else:
        if settled is None:
            _run_background(world, range(len(world.corridors)), trips_per_block)
        else:
            world.book.ledger.add_all(settled.ledger)
            world.book.accidents += settled.accidents
        _run_foreground(world, trips_per_block)
    return outcome_of(world)


@dataclass(frozen=True, eq=False)
class Settled:
    """The background of some corridors, ready to be added to the rest of its replication."""

    ledger: Ledger
    accidents: list[Accident]

    def joined(self, other: "Settled") -> "Settled":
        """Both together; this one's ledger takes the sums."""
        self.ledger.add_all(other.ledger)
        return Settled(self.ledger, self.accidents + other.accidents)


def separable(scenario: Scenario) -> bool:
    """Whether there are several corridors whose background can be settled before and apart from the foreground.

    It can't where an intervention learns from the accidents so far.
    """
    reviewed = any(reviews_the_past(intervention) for intervention in scenario.interventions.values())
    return not reviewed and len(corridors(scenario.road)) > 1


def background_of(
    scenario: Scenario, seed: int, replication: int, numbers: Sequence[int], trips_per_block: int = TRIPS_PER_BLOCK
) -> Settled:
    """Settle the background of some corridors of a separable scenario, by their number in the road's order."""
    world = World(scenario, seed, replication)
    _run_background(world, numbers, trips_per_block)
    return Settled(world.book.ledger, world.book.accidents)


def _run_in_turn(world: World, trips_per_block: int, dispatch: Callable[[TripTable], EngineProcess] | None) -> None:
    """Background and foreground, block by block."""
    waiting: list[list[foreground.Group]] = []
    longest = LONGEST_REVIEWED_BLOCK_DAYS if world.reviewed else world.horizon.days
    for days in blocks(world.source, world.horizon, trips_per_block, longest):
        world.forget(days.start)
        if dispatch is not None:
            trips = TripTable.joined(list(_drawn(world, days, trips_per_block))).in_order()
            _count_all(world, trips)
            world.env.process(dispatch(trips))
        else:
            found = [_background(world, trips) for trips in _drawn(world, days, trips_per_block)]
            waiting = _let_depart(world, TripTable.joined(found).in_order(), waiting)
        world.env.run(until=days.stop * SECONDS_PER_DAY)
        waiting = _settle_ended(world, waiting)
    _end(world, waiting)


def _run_background(world: World, numbers: Sequence[int], trips_per_block: int) -> None:
    """Corridor by corridor, so that the trips of a block share few routes."""
    for number in numbers:
        for days in blocks(world.source, world.horizon, trips_per_block, world.horizon.days, number):
            for trips in _drawn(world, days, trips_per_block, number):
                _background(world, trips)


def _run_foreground(world: World, trips_per_block: int) -> None:
    """All corridors together; of each day only the trips that may violate are kept."""
    waiting: list[list[foreground.Group]] = []
    for days in blocks(world.source, world.horizon, trips_per_block * DRAWN_PER_FOREGROUND_TRIP, world.horizon.days):
        found = [trips.pick(_may_violate(world, trips)) for trips in _drawn(world, days, trips_per_block)]
        waiting = _let_depart(world, TripTable.joined(found).in_order(), waiting)
        world.env.run(until=days.stop * SECONDS_PER_DAY)
        waiting = _settle_ended(world, waiting)
    _end(world, waiting)


def _end(world: World, waiting: list[list[foreground.Group]]) -> None:
    """Let the last trucks arrive."""
    world.env.run(until=(world.horizon.days + DAYS_AFTER_HORIZON) * SECONDS_PER_DAY)
    _settle_ended(world, waiting)


def _drawn(world: World, days: range, trips_per_part: int, corridor: int | None = None) -> Iterator[TripTable]:
    """The trips of some days, about so many at a time."""
    for number in range(len(world.corridors)) if corridor is None else [corridor]:
        stretches = world.source.whole_days(days, number)
        for day, _, trips in stretches:
            world.draws.open_day(day, trips, number)
        yield from world.source.parts(number, stretches, trips_per_part)


def _background(world: World, trips: TripTable) -> TripTable:
    """Count trips and settle those that can't violate; returns the others."""
    _count_all(world, trips)
    may_violate = _may_violate(world, trips)
    _settle_background(world, trips, np.flatnonzero(~may_violate & (trips.month >= 0)))
    return trips.pick(may_violate)


def _count_all(world: World, trips: TripTable) -> None:
    """Count who could violate, and violations other than banned entry."""
    candidate = world.choices.table.candidate[trips.choice] & (trips.month >= 0)
    _count(world.book.ledger.candidates, trips, candidate)
    epochs = world.epoch[trips.day]
    for epoch in np.unique(epochs):
        own = trips.pick((epochs == epoch) & (trips.month >= 0))
        rules = world.conditions(int(epoch)).rules
        for kind, found in other_violations(own, world.roster, world.scenario, world.choices.table, rules).items():
            _count(world.book.ledger.other_violations[kind], own, found)


def _count(counts: Ints, trips: TripTable, chosen: Bools) -> None:
    """Add trips by month and class."""
    np.add.at(counts, (trips.month[chosen], trips.truck_class[chosen]), 1)


def _may_violate(world: World, trips: TripTable) -> Bools:
    """Trips that are foreground."""
    highest = highest_violation_probability(trips, world.choices, world.roster, world.scenario)
    return trips.violation_uniform < highest


def _let_depart(world: World, trips: TripTable, waiting: list[list[foreground.Group]]) -> list[list[foreground.Group]]:
    """Let foreground trips depart, each at its time, and so many at a time that their columns take little memory.

    Returns the groups that are still under way when the last ones have been sent off.
    """
    edges = np.unique(trips.departure_s[FOREGROUND_AT_ONCE::FOREGROUND_AT_ONCE])
    bounds = [0, *np.searchsorted(trips.departure_s, edges).tolist(), len(trips)]
    for (first, last), edge in zip(pairwise(bounds), [*edges.tolist(), None], strict=True):
        groups = foreground.groups_of(world, trips.pick(slice(first, last)))
        world.env.process(foreground.dispatch(world, groups))
        waiting.append(groups)
        if edge is not None and edge > world.env.now:
            world.env.run(until=edge)
            waiting = _settle_ended(world, waiting)
    return waiting


def _settle_background(world: World, trips: TripTable, background: Ints) -> None:
    """Trips by route; choice sets that share a route are swept together."""
    table, choice = world.choices.table, trips.choice[background]
    first = trips.route_uniform[background] < table.share_legal[choice]
    route = np.where(first, table.legal[choice], table.other[choice])
    part = world.epoch[trips.day[background]] * len(table.routes) + route
    order = np.lexsort((trips.month[background], trips.truck_class[background], part))
    ordered = trips.pick(background[order])
    numbers, starts = np.unique(part[order], return_index=True)
    for number, (start, stop) in zip(numbers.tolist(), pairwise([*starts.tolist(), len(order)]), strict=True):
        epoch, route_number = divmod(number, len(table.routes))
        _settle_route(world, world.conditions(epoch), table.routes[route_number], ordered, slice(start, stop))


def _settle_route(world: World, conditions: Conditions, route: Route, ordered: TripTable, span: slice) -> None:
    """Sweep and settle trips of one route, some cells at a time."""
    step = max(CELLS_AT_ONCE // len(route.sections), 1)
    for first in range(span.start, span.stop, step):
        part = ordered.pick(slice(first, min(first + step, span.stop)))
        columns = drive(conditions, route, world.traits(part))
        settle(world.book, part, Leg(route.sections, columns.duration_s, columns.hazard), "legal")


def _settle_ended(world: World, waiting: list[list[foreground.Group]]) -> list[list[foreground.Group]]:
    """Settle blocks whose trips have all left the banned road; return the others."""
    still = []
    for groups in waiting:
        if foreground.last_end_s(groups) < world.env.now:
            for group in groups:
                foreground.settle_group(world, group)
                group.release()
        else:
            still.append(groups)
    return still
