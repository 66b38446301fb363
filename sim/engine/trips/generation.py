"""Drawing the trips of any days, in blocks of whole days."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from sim.core import exact_sums, portable
from sim.core.calendar import Horizon
from sim.core.random_streams import CORRIDOR_BITS, PLACE_BITS, PLACE_MASK, Streams, of_corridor
from sim.core.units import SECONDS_PER_DAY, SECONDS_PER_HOUR, Floats, Ints
from sim.engine.trips.access import Variants
from sim.engine.trips.attributes import over_mean_mass, truck_kinds
from sim.engine.trips.route_choice import Choices
from sim.engine.trips.trip_table import TripTable
from sim.inputs.demand import DemandTable
from sim.inputs.fleet import LOADS, SMALLEST_UNIFORM, Roster
from sim.inputs.network import Corridor
from sim.scenario.model import Scenario

SMALLEST_SHARE = 1e-12
STABILITY_LIMITS = 0.6, 1.4
"""Of the rollover threshold over its median, from high tanks to steel: assumption, 0.5 to 0.7 and 1.3 to 1.6."""


class Stretch(NamedTuple):
    """Neighbouring trips of a day, by place."""

    day: int
    first: int
    trips: int


def _shared(stretches: Sequence[Stretch], most: int) -> Iterator[list[Stretch]]:
    """Stretches together until they hold about `most` trips; longer ones are cut."""
    together: list[Stretch] = []
    count = 0
    for day, start, trips in stretches:
        for first in range(start, max(start + trips, start + 1), most):
            together.append(Stretch(day, first, min(most, start + trips - first)))
            count += together[-1].trips
            if count >= most:
                yield together
                together, count = [], 0
    if together:
        yield together


class TripSource:
    """Draws the trips of any days and corridors; corridors draw from streams of their own."""

    def __init__(
        self,
        scenario: Scenario,
        horizon: Horizon,
        choices: Choices,
        roster: Roster,
        streams: Streams,
        variants: Variants,
        corridors: Sequence[Corridor],
    ) -> None:
        self.corridors = corridors
        names, fleet = scenario.fleet.class_names, scenario.fleet
        self._demand = [DemandTable(scenario.demand, fleet, horizon, corridor.nodes) for corridor in corridors]
        self._kinds = truck_kinds(scenario)
        self._loaded_share = scenario.demand.loaded_share
        self._overloaded_share = self._loaded_share * scenario.demand.overloaded_share
        self._fill, self._mean_fill = scenario.fleet.laden_fill, scenario.fleet.mean_fill
        self._threshold_sd = scenario.fleet.rollover_threshold_sd
        self._wrong_gear_share = scenario.speed.wrong_gear_share
        self._mean_hours = np.array(
            [fleet.mean_hours_driven(name, scenario.demand.mean_hours_driven) for name in names]
        )
        self._horizon = horizon
        self._choices = choices
        self._roster = roster
        self._streams = streams
        self._variants = variants

    @staticmethod
    def day_and_place(trip_id: int) -> tuple[int, int]:
        """Day of a trip and its place in the day's draws."""
        return trip_id >> PLACE_BITS, trip_id & ((1 << PLACE_BITS) - 1)

    def mean_trips(self, day: int, corridor: int | None = None) -> float:
        """Expected number of trips of a day, on one corridor or on all."""
        chosen = self._demand if corridor is None else self._demand[corridor : corridor + 1]
        return sum(float(demand.mean_by_day[day]) for demand in chosen)

    def _load(self, uniform: Floats) -> Ints:
        """Overloaded below one bound, laden below the other."""
        return (uniform < self._loaded_share).astype(np.int64) + (uniform < self._overloaded_share)

    def _filled(self, uniform: Floats) -> Floats:
        """What varies of a load over its mean, by the place of the number among those of trips with that load.

        Of laden trips the payload, triangular; of overloaded ones what exceeds a full truck, even from nothing to twice
        its mean.
        """
        low, mode, high = self._fill
        place = (uniform - self._overloaded_share) / max(self._loaded_share - self._overloaded_share, SMALLEST_SHARE)
        below = np.clip(place, 0.0, 1.0) * (high - low)
        rising = low + np.sqrt(below * (mode - low))
        laden = np.where(below < mode - low, rising, high - np.sqrt((high - low - below) * (high - mode)))
        excess = 2.0 * uniform / max(self._overloaded_share, SMALLEST_SHARE)
        result: Floats = np.where(uniform < self._overloaded_share, excess, laden / self._mean_fill)
        return result

    def _mass_kg(self, truck_class: Ints, load: Ints, fill: Floats) -> Floats:
        """Of each trip with its load; looked up only where a ban asks for it."""
        if not len(self._choices.limits_kg):
            return fill
        kind = truck_class * LOADS + load
        result: Floats = self._kinds.mass_kg[kind] * over_mean_mass(self._kinds.payload_share[kind], fill)
        return result

    def _stability(self, uniform: Floats) -> Floats:
        """Normal, cut where loads would be beyond sense."""
        spread = self._threshold_sd * ndtri(np.maximum(uniform, SMALLEST_UNIFORM))
        return np.asarray(np.clip(1.0 + spread, *STABILITY_LIMITS))

    def draw(self, days: range, corridor: int | None = None) -> TripTable:
        """Trips of the days on one corridor or on all, in order of departure; ties in order of their number."""
        wanted = range(len(self.corridors)) if corridor is None else [corridor]
        parts = [self._drawn(number, self.whole_days(days, number)) for number in wanted]
        return TripTable.joined(parts).in_order()

    def whole_days(self, days: range, corridor: int) -> "list[Stretch]":
        """The days with their number of trips.

        Raises
        ------
        OverflowError
            if a day has more trips than there are numbers for them
        """
        purpose, means = of_corridor("trips.count", self.corridors[corridor].name), self._demand[corridor].mean_by_day
        found = [Stretch(day, 0, self._streams.poisson(purpose, day, float(means[day]))) for day in days]
        most = max((stretch.trips for stretch in found), default=0)
        if most > PLACE_MASK + 1:
            raise OverflowError(f"a day of {most:,} trips on one corridor: numbers of trips end at {PLACE_MASK + 1:,}")
        return found

    def parts(self, corridor: int, stretches: "Sequence[Stretch]", trips_per_part: int) -> Iterator[TripTable]:
        """The trips of a corridor's days, about so many at a time, in the order in which they are drawn."""
        trips = sum(stretch.trips for stretch in stretches)
        number = max(round(trips / trips_per_part), 1)
        for together in _shared(stretches, max(-(-trips // number), 1)):
            yield self._drawn(corridor, together)

    def _drawn(self, corridor: int, stretches: "Sequence[Stretch]") -> TripTable:
        """Trips of one corridor, in the order in which they are drawn."""
        name, demand = self.corridors[corridor].name, self._demand[corridor]
        day = np.repeat(np.array([s.day for s in stretches], dtype=np.int64), [s.trips for s in stretches])
        place = np.concatenate([np.arange(s.first, s.first + s.trips, dtype=np.int64) for s in stretches])

        def uniform(purpose: str) -> Floats:
            own = of_corridor(purpose, name)
            return np.concatenate([self._streams.uniform(own, s.day, s.trips, s.first) for s in stretches])

        stream = demand.stream_of(uniform("trip.stream"), day)
        truck_class = demand.truck_class[stream]
        wanted_s = exact_sums.exact_time_s(demand.departure_s(uniform("trip.departure"), stream))
        drivers = self._roster.count_of_class[truck_class]
        driver = self._roster.first_of_class[truck_class] + (uniform("trip.driver") * drivers).astype(np.int64)
        load = uniform("trip.load")
        variant, permitted = self._variants.of_trips(day, driver)
        loaded, fill = self._load(load), self._filled(load)
        agreed_s = self._variants.agreed_s(variant, driver, wanted_s, partial(uniform, "trip.appointment"))
        hour = (agreed_s / SECONDS_PER_HOUR).astype(np.int64)
        binding = self._choices.binding(self._mass_kg(truck_class, loaded, fill), permitted)
        kind = variant, binding, demand.flow[stream], truck_class, hour
        in_day = (agreed_s + self._choices.wait_h[kind] * float(SECONDS_PER_HOUR)) % SECONDS_PER_DAY
        return TripTable(
            day=day,
            place=place | corridor << CORRIDOR_BITS,
            month=self._horizon.month[day],
            departure_s=day * float(SECONDS_PER_DAY) + in_day,
            waited_s=(in_day - wanted_s) % SECONDS_PER_DAY,
            truck_class=truck_class,
            driver=driver,
            choice=self._choices.index[kind],
            load=loaded,
            fill=fill,
            wrong_gear=uniform("trip.gear") < self._wrong_gear_share,
            stability=self._stability(uniform("trip.stability")),
            hours_driven=-self._mean_hours[truck_class] * portable.log(1.0 - uniform("trip.hours")),
            violation_uniform=uniform("trip.violation"),
            route_uniform=uniform("trip.route"),
            threshold=-portable.log(1.0 - uniform("trip.threshold")),
            given_up=np.zeros(len(day), dtype=np.int64),
        )


def blocks(
    source: TripSource,
    horizon: Horizon,
    trips_per_block: int,
    starts: Sequence[int],
    longest_days: int,
    corridor: int | None = None,
) -> Iterator[range]:
    """Runs of whole days that hold about so many trips, at least one day each.

    A block begins where recording begins and on each of the days `starts`; from one such day to the next, blocks are
    of equal length, to a day.
    """
    edges = sorted({0, horizon.warm_up_days, horizon.days, *(day for day in starts if day < horizon.days)})
    for first, stop in pairwise(edges):
        expected, days = sum(source.mean_trips(day, corridor) for day in range(first, stop)), stop - first
        number = min(max(round(expected / trips_per_block), -(-days // longest_days)), days)
        for one in range(number):
            yield range(first + one * days // number, first + (one + 1) * days // number)
