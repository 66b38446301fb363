"""The trips of a block as a table of columns, and which of them may violate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from sim import exact, portable
from sim.behaviour import risk_dared
from sim.calendar import Horizon
from sim.demand import DemandTable
from sim.draws import CORRIDOR_BITS, PLACE_BITS, PLACE_MASK, Streams, of_corridor
from sim.driving.conditions import TruckKinds
from sim.driving.rules import DrivingRules
from sim.driving.traits import NO_CARE_C, Traits, passes
from sim.driving.usual import descent_factor_by_load
from sim.engine.access import Variants
from sim.engine.choices import Choices, ChoiceTable
from sim.fleet import LOADS, OVERLOADED, ROLLOVER_FACTORS, SMALLEST_UNIFORM, Roster, TruckClassFleet
from sim.parameters import TRUCK_CLASSES
from sim.physics import brake_temperature as brakes
from sim.risk.fatigue import mean_tired_factor, tired_factor
from sim.road import Corridor
from sim.scenario.model import Scenario
from sim.units import HOURS_PER_DAY, SECONDS_PER_DAY, SECONDS_PER_HOUR, WATTS_PER_KW, Bools, Floats, Ints, Singles

SMALLEST_SHARE = 1e-12
STABILITY_LIMITS = 0.6, 1.4
"""Of the rollover threshold over its median, from high tanks to steel: assumption, 0.5 to 0.7 and 1.3 to 1.6."""


@dataclass(frozen=True, eq=False)
class TripTable:
    """Trips of some days; arrays of shape (trips,)."""

    day: Ints
    place: Ints
    month: Ints
    departure_s: Floats
    waited_s: Floats
    """For a ban to end or an appointment; in the departure."""
    truck_class: Ints
    driver: Ints
    choice: Ints
    load: Ints
    """0 empty, 1 laden, 2 overloaded."""
    fill: Floats
    """What varies of the load over its mean: payload of laden trips, excess over a full truck of overloaded ones."""
    wrong_gear: Bools
    """Whether it goes down in too high a gear."""
    stability: Floats
    """Rollover threshold over the median of its class and load."""
    hours_driven: Floats
    violation_uniform: Floats
    route_uniform: Floats
    threshold: Floats

    @cached_property
    def trip_id(self) -> Ints:
        """Number of each trip, the same in every scenario of a replication."""
        return (self.day << PLACE_BITS) | self.place

    def pick(self, chosen: Ints | Bools | slice) -> "TripTable":
        """The chosen trips."""
        return TripTable(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def in_order(self) -> "TripTable":
        """By departure, ties by number."""
        return self.pick(np.lexsort((self.trip_id, self.departure_s)))

    def __len__(self) -> int:
        return len(self.day)

    @classmethod
    def joined(cls, parts: "Sequence[TripTable]") -> "TripTable":
        """Several tables as one, at least one."""
        if len(parts) == 1:
            return parts[0]
        names = cls.__dataclass_fields__
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


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
        self._demand = [DemandTable(scenario.demand, horizon, corridor.nodes) for corridor in corridors]
        self._loaded_share = scenario.demand.loaded_share
        self._overloaded_share = self._loaded_share * scenario.demand.overloaded_share
        self._fill, self._mean_fill = scenario.fleet.laden_fill, scenario.fleet.mean_fill
        self._threshold_sd = scenario.fleet.rollover_threshold_sd
        self._wrong_gear_share = scenario.speed.wrong_gear_share
        self._mean_hours = np.array([scenario.demand.mean_hours_driven.get(name, 0.0) for name in TRUCK_CLASSES])
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

        stream = demand.stream_of(uniform("trip.stream"))
        truck_class = demand.truck_class[stream]
        semi = (truck_class != TRUCK_CLASSES.index("rigid")).astype(np.float64)
        wanted_s = exact.exact_time_s(demand.departure_s(uniform("trip.departure"), semi))
        drivers = self._roster.count_of_class[truck_class]
        driver = self._roster.first_of_class[truck_class] + (uniform("trip.driver") * drivers).astype(np.int64)
        load = uniform("trip.load")
        variant, permit = self._variants.of_trips(day, driver)
        agreed_s = self._variants.agreed_s(variant, driver, wanted_s, partial(uniform, "trip.appointment"))
        hour = (agreed_s / SECONDS_PER_HOUR).astype(np.int64)
        kind = variant, permit, demand.flow[stream], truck_class, hour
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
            load=self._load(load),
            fill=self._filled(load),
            wrong_gear=uniform("trip.gear") < self._wrong_gear_share,
            stability=self._stability(uniform("trip.stability")),
            hours_driven=-self._mean_hours[truck_class] * portable.log(1.0 - uniform("trip.hours")),
            violation_uniform=uniform("trip.violation"),
            route_uniform=uniform("trip.route"),
            threshold=-portable.log(1.0 - uniform("trip.threshold")),
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


def truck_kinds(scenario: Scenario) -> TruckKinds:
    """Mass and power by class and load: kind 3 n + l is class n with load l."""
    fleet = scenario.fleet
    classes = [fleet.classes.get(name) for name in TRUCK_CLASSES]
    masses = [
        (c.empty_mass_kg, laden_mass_kg(c, fleet.mean_fill), c.loaded_mass_kg * fleet.overload_mass_factor)
        if c
        else (1.0, 1.0, 1.0)
        for c in classes
    ]
    payload = [1.0 - c.empty_mass_kg / laden_mass_kg(c, fleet.mean_fill) if c else 0.0 for c in classes]
    excess = 1.0 - 1.0 / fleet.overload_mass_factor
    power = [c.power_kw * WATTS_PER_KW if c else 1.0 for c in classes]
    return TruckKinds(
        mass_kg=np.array(masses).ravel(),
        payload_share=np.array([(0.0, share, excess) for share in payload]).ravel(),
        power_w=np.repeat(np.array(power), LOADS),
        rollover_factor=ROLLOVER_FACTORS,
    )


def laden_mass_kg(truck_class: TruckClassFleet, mean_fill: float) -> float:
    """Mean gross mass of a class's laden trips [kg]."""
    return truck_class.empty_mass_kg + (truck_class.loaded_mass_kg - truck_class.empty_mass_kg) * mean_fill


class TraitTable:
    """What the sweep needs of each driver and truck with each load, looked up by trip."""

    def __init__(self, roster: Roster, scenario: Scenario, kinds: TruckKinds) -> None:
        fleet, speeds, risk = scenario.fleet, scenario.speed, scenario.risk
        self._risk, self._speeds = risk, speeds
        self._mean_tired_factor = mean_tired_factor(risk, scenario.demand)
        self._payload_share = kinds.payload_share
        retarder, habit = roster.has_retarder[:, None], roster.speed_factor[:, None]
        kind = roster.truck_class[:, None] * LOADS + np.arange(LOADS)
        held = descent_factor_by_load(speeds)
        braced = np.where(retarder > 0, speeds.retarder_descent_factor, 1.0)
        columns = {
            "speed_factor": habit,
            "bears_c": speeds.hot_brakes_c + speeds.hot_brakes_sd_k * roster.boldness[:, None],
            "mass_kg": kinds.mass_kg[kind],
            "engine_brake_w": roster.engine_brake_factor[:, None] * (speeds.engine_brake_kw * WATTS_PER_KW),
            "retarder_w": retarder * (speeds.retarder_kw * WATTS_PER_KW),
            "capacity_n": brakes.capacity_n(roster.laden_mass_kg)[:, None],
            "descent_factor": habit * held * braced,
            "heat_factor": np.where(roster.brake_defect[:, None] > 0, speeds.brake_defect_heat_factor, 1.0),
            "rollover_threshold_g": roster.rollover_threshold_g[:, None] * np.array(ROLLOVER_FACTORS),
            "defect_factor": np.where(roster.brake_defect[:, None] > 0, risk.brake_defect_factor, 1.0),
        }
        self._mean_defect_factor = 1.0 + fleet.brake_defect_share * (risk.brake_defect_factor - 1.0)
        self._names = tuple(columns)
        self._rows = np.stack([np.broadcast_to(c, kind.shape).ravel() for c in columns.values()], axis=1, dtype="f4")
        """Shape (drivers x loads, columns)."""

    def of_trips(self, trips: TripTable, online: Bools) -> Traits:
        """Traits of trips, with brakes as they are at the start of a trip."""
        own = dict(zip(self._names, np.ascontiguousarray(self._rows[trips.driver * LOADS + trips.load].T), strict=True))
        kind = (trips.truck_class * LOADS + trips.load).astype(np.uint32)
        heavier = 1.0 + self._payload_share[kind] * (trips.fill - 1.0)
        wrong, speeds = trips.wrong_gear, self._speeds
        geared = np.where(wrong, speeds.wrong_gear_braking, 1.0).astype(np.float32)
        own["rollover_threshold_g"] *= trips.stability.astype(np.float32)
        own["mass_kg"] = (own["mass_kg"] * heavier).astype(np.float32)
        own["retarding_w"] = own.pop("engine_brake_w") * geared + own.pop("retarder_w")
        own["bears_c"] = np.where(wrong, NO_CARE_C, own["bears_c"]).astype(np.float32)
        own["descent_factor"] *= np.where(wrong, speeds.wrong_gear_speed_factor, 1.0).astype(np.float32)
        return Traits(
            departure_s=trips.departure_s,
            day=trips.day,
            driver=trips.driver,
            online=online,
            kind=kind,
            **self._risk_factors(trips, own["defect_factor"]),
            brake_c=np.full(len(trips), brakes.INITIAL_C, dtype=np.float32),
            **own,
        )

    def _risk_factors(self, trips: TripTable, defect_factor: Singles) -> dict[str, Singles]:
        """Of driver and truck on general accidents, 1 on average but for overloads; and what a rest takes away."""
        risk = self._risk
        tired = tired_factor(risk, trips.hours_driven, trips.departure_s / SECONDS_PER_HOUR % HOURS_PER_DAY)
        overloaded = np.where(trips.load == OVERLOADED, risk.overload_factor, 1.0)
        usual = self._mean_tired_factor * self._mean_defect_factor
        rested = 1.0 + (tired - 1.0) * (1.0 - risk.rest_relief)
        return {
            "risk_factor": (tired * overloaded * defect_factor / usual).astype(np.float32),
            "awake_factor": (overloaded * defect_factor / self._mean_defect_factor).astype(np.float32),
            "tired_factor": (tired / rested).astype(np.float32),
        }


def other_violations(
    trips: TripTable, roster: Roster, scenario: Scenario, choices: ChoiceTable, rules: DrivingRules
) -> dict[str, Bools]:
    """Violations that a trip starts with or can't avoid, under rules of driving, on its legal route."""
    habit = 1.0 if rules.habit is None else rules.habit[trips.driver]
    route = choices.legal_route(trips.choice, trips.route_uniform)
    hours = trips.hours_driven + choices.route_h[route]
    rested, unloaded = np.zeros(len(trips), dtype=np.bool_), np.zeros(len(trips), dtype=np.bool_)
    for rest in rules.rests:
        rested |= rest.rests[trips.driver] & _passes(route, choices, rest.sections) & (not rest.needs_device)
    for unload in rules.unloads:
        unloaded |= unload.unloads[trips.driver] & _passes(route, choices, unload.sections)
    return {
        "speeding": roster.speed_factor[trips.driver] * habit > scenario.risk.speeding_factor,
        "fatigue": (hours > scenario.risk.driving_limit_h) & ~rested,
        "overload": (trips.load == OVERLOADED) & ~unloaded,
    }


def _passes(route: Ints, choices: ChoiceTable, sections: Ints | None) -> Bools:
    """Whether routes, by their numbers, pass one of some sections."""
    passing = np.array([passes(route.sections, sections) for route in choices.routes])
    return passing[route]


def risk_dared_by(trips: TripTable, choices: Choices, roster: Roster, scenario: Scenario) -> Floats:
    """Perceived risk below which a trip takes a banned shortcut, minus infinity where there is none, shape (trips,).

    Perceived risk is never negative, so that a trip with a value of 0 or less can never violate.
    """
    candidate = np.flatnonzero(choices.table.candidate[trips.choice])
    behaviour = scenario.behaviour
    dared = np.full(len(trips), -np.inf)
    dared[candidate] = risk_dared(
        trips.violation_uniform[candidate],
        roster.violation_utility[trips.driver[candidate]],
        choices.table.saving_cny[trips.choice[candidate]],
        behaviour.penalty_cost_cny,
        behaviour.choice_scale_cny,
    )
    return dared
