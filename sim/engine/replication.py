"""One replication of one scenario: the order of events.

For each block of whole days
1. draw its trips;
2. screen: a trip is foreground if it may violate, that is if it dares any risk of a banned entry at all or is in
   another violation that somebody answers; all others are background;
3. settle the background: sweep its routes, add up, find accidents;
4. precompute the courses of those foreground trips that somebody may meet, and let all of them depart in the event
   loop, in order of departure, ties in order of trip number, until the block's end;
5. settle the foreground trips of batches whose last truck has arrived; those that nobody met are swept
   like the background, once it is known which way they took.
Where the road is several corridors, steps 1 to 3 are done corridor by corridor first, and may be done apart; then the
foreground of all corridors lives in one event loop, with one control centre.
One event loop lives through the horizon. At equal times SimPy runs events in the order in which they were scheduled, a
departure comes after all of them, and operators serve by priority, then by time of asking.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from sim.core.units import SECONDS_PER_DAY, SECONDS_PER_HOUR, Bools, Ints
from sim.driving.sweep import get_ready
from sim.driving.violations import OTHERS, bit
from sim.engine import reference
from sim.engine.accounting.outcome import Outcome, outcome_of
from sim.engine.accounting.recorder import Accident
from sim.engine.accounting.tallies import Tallies
from sim.engine.background.traverse import settle_legal
from sim.engine.enforcement.case import EngineProcess
from sim.engine.enforcement.in_violation import SettingOutTrips, answered_violations, critical_risk_of_entry
from sim.engine.foreground.batches import Foreground
from sim.engine.in_force import reviews_the_past
from sim.engine.trips.generation import blocks
from sim.engine.trips.trip_table import TripTable
from sim.engine.world import World
from sim.inputs.network import corridors
from sim.interventions.intervention import KNOWN_AFTER_DAYS
from sim.scenario.model import Scenario

TRIPS_PER_BLOCK = 65_536
FOREGROUND_AT_ONCE = 2048
"""Foreground trips that depart in one batch."""
DRAWN_PER_FOREGROUND_TRIP = 8
"""About how many trips of a road of several corridors are drawn for one that may violate."""
FREED_BYTES_KEPT = 1 << 23
LONGEST_REVIEWED_BLOCK_DAYS = KNOWN_AFTER_DAYS // 2
"""So that all accidents of which a review may know are settled when it is held: those of the block before may not be,
as its last trips are still under way."""
SLOWEST_MS = 1.4
"""No truck is slower on its whole way, a walk: assumption; sets for how long the clock runs after the horizon."""


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
    get_ready()
    _keep_freed_memory()
    world = World(scenario, int(seed), int(replication), trace=trace)
    if watched_day is not None:
        world.recorder.watched_day = world.horizon.warm_up_days + watched_day
    if foreground_trips == "all":
        _run_in_turn(world, trips_per_block, lambda trips: reference.dispatch_all(world, trips))
    elif not separable(scenario):
        _run_in_turn(world, trips_per_block, None)
    else:
        if settled is None:
            _run_background(world, range(len(world.corridors)), trips_per_block)
        else:
            world.recorder.tallies.add_all(settled.tallies)
            world.recorder.accidents += settled.accidents
        _run_foreground(world, trips_per_block)
    return outcome_of(world)


def _keep_freed_memory() -> None:
    """Spare a tenth of the time that asking the system for fresh pages takes.

    glibc's allocator keeps freed memory, up to twice the largest piece that was ever given back; so one large piece is
    given back, which was never touched and costs nothing. Other allocators are not changed by it.
    """
    np.empty(FREED_BYTES_KEPT, dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class Settled:
    """The background of some corridors, ready to be added to the rest of its replication."""

    tallies: Tallies
    accidents: list[Accident]

    def joined(self, other: "Settled") -> "Settled":
        """Both together; this one's tallies take the sums."""
        self.tallies.add_all(other.tallies)
        return Settled(self.tallies, self.accidents + other.accidents)


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
    get_ready()
    _keep_freed_memory()
    world = World(scenario, seed, replication)
    _run_background(world, numbers, trips_per_block)
    return Settled(world.recorder.tallies, world.recorder.accidents)


def _run_in_turn(world: World, trips_per_block: int, dispatch: Callable[[TripTable], EngineProcess] | None) -> None:
    """Background and foreground, block by block."""
    foreground, last_block_start = Foreground(world, FOREGROUND_AT_ONCE), 0
    for days in _blocks(world, trips_per_block):
        # Trips of the last block may still wait to be swept under its conditions.
        world.forget(last_block_start)
        last_block_start = days.start
        if dispatch is not None:
            trips = TripTable.joined(list(_drawn(world, days, trips_per_block))).in_order()
            _count_all(world, trips)
            world.env.process(dispatch(trips))
        else:
            found = map(partial(_background, world), _drawn(world, days, trips_per_block))
            foreground.depart(TripTable.joined(list(found)).in_order())
        world.env.run(until=days.stop * SECONDS_PER_DAY)
        foreground.settle_ended()
    _end(world, foreground)


def _blocks(world: World, trips_per_block: int, corridor: int | None = None) -> Iterator[range]:
    """Blocks of days, in each of which one set of rules holds."""
    longest = LONGEST_REVIEWED_BLOCK_DAYS if world.reviewed else world.horizon.days
    return blocks(world.source, world.horizon, trips_per_block, world.epoch_starts, longest, corridor)


def _run_background(world: World, numbers: Sequence[int], trips_per_block: int) -> None:
    """Corridor by corridor, so that the trips of a block share few routes."""
    for number in numbers:
        for days in _blocks(world, trips_per_block, number):
            for trips in _drawn(world, days, trips_per_block, number):
                _background(world, trips)
                del trips  # before the next ones are drawn


def _run_foreground(world: World, trips_per_block: int) -> None:
    """All corridors together; of each day only the trips that may violate are kept."""
    foreground = Foreground(world, FOREGROUND_AT_ONCE)
    for days in _blocks(world, trips_per_block * DRAWN_PER_FOREGROUND_TRIP):
        found = map(partial(_foreground, world), _drawn(world, days, trips_per_block))
        foreground.depart(TripTable.joined(list(found)).in_order())
        world.env.run(until=days.stop * SECONDS_PER_DAY)
        foreground.settle_ended()
    _end(world, foreground)


def _end(world: World, foreground: Foreground) -> None:
    """Let the last trucks arrive."""
    days_after = 1 + int(world.choices.longest_m(world.network) / SLOWEST_MS / SECONDS_PER_DAY)
    end_s = (world.horizon.days + days_after) * float(SECONDS_PER_DAY)
    world.env.run(until=max(end_s, foreground.ends_s))
    foreground.settle_ended(at_last=True)
    for staff in (world.centre, *world.stations.values()):
        staff.catch_up()


def _drawn(world: World, days: range, trips_per_part: int, corridor: int | None = None) -> Iterator[TripTable]:
    """The trips of some days, about so many at a time."""
    world.draws.move_on_to(days.stop - 1)
    for number in range(len(world.corridors)) if corridor is None else [corridor]:
        yield from world.source.parts(number, world.source.whole_days(days, number), trips_per_part)


def _background(world: World, trips: TripTable) -> TripTable:
    """Count trips and settle those that can't violate; returns the others."""
    _count_all(world, trips)
    may_violate = _may_violate(world, trips)
    settle_legal(world, trips, np.flatnonzero(~may_violate & (trips.month >= 0)))
    return trips.pick(may_violate)


def _foreground(world: World, trips: TripTable) -> TripTable:
    """Only the trips that may violate."""
    return trips.pick(_may_violate(world, trips))


def _count_all(world: World, trips: TripTable) -> None:
    """Count who could violate, and ongoing violations that nobody answers; trips of one block, recorded or not.

    Who gives one up that is answered is only known as he sets out.
    """
    if not len(trips) or trips.month[0] < 0:
        return
    setting_out, answered = SettingOutTrips(world, trips), world.answered[trips.day]
    _count(world.recorder.tallies.candidates, trips, setting_out.candidate)
    np.add.at(world.recorder.tallies.waited_s, trips.month, trips.waited_s)
    hour = (trips.departure_s % SECONDS_PER_DAY // SECONDS_PER_HOUR).astype(np.int64)
    np.add.at(world.recorder.tallies.departures, (trips.truck_class, hour), 1)
    for one in OTHERS:
        own = one.in_it(setting_out) & (answered & bit(one.name) == 0)
        _count(world.recorder.tallies.other_violations[one.name], trips, own)


def _count(counts: Ints, trips: TripTable, chosen: Bools) -> None:
    """Add trips by month and class."""
    np.add.at(counts, (trips.month[chosen], trips.truck_class[chosen]), 1)


def _may_violate(world: World, trips: TripTable) -> Bools:
    """Trips that are foreground."""
    found: Bools = (critical_risk_of_entry(world, trips) > 0.0) | (answered_violations(world, trips) != 0)
    return found
