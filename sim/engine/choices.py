"""Which ways a trip can take: the legal route, a banned shortcut, and the legal ways on from each of its exits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.behaviour import BehaviourParameters, route_share
from sim.demand import Demand, Flow
from sim.parameters import TRUCK_CLASSES, TruckClass
from sim.road import Network, Route, RouteCost
from sim.units import HOURS_PER_DAY, METRES_PER_KM, SECONDS_PER_HOUR, Bools, Floats, Ints

PATIENT, HURRIED = 0.25, 2.0
"""Values of time, as multiples of the mean, whose cheapest routes are a driver's two alternatives: assumption."""


@dataclass(frozen=True, eq=False)
class Exit:
    """A node on a banned stretch from which a legal way leads on; `row` is the first section not driven."""

    row: int
    node: str
    route: Route


@dataclass(frozen=True, eq=False)
class ChoiceSet:
    """The alternatives of one flow and truck class at one hour."""

    legal: Route
    other: Route | None
    share_legal: float
    """Of allowed alternatives; 1 where there is none or where the other one is banned."""
    candidate: bool
    """Whether `other` is a banned shortcut."""
    saving_cny: float
    entry_row: int = 0
    end_row: int = 0
    """Rows of `other` between which it is banned."""
    banned_link: str = ""
    exits: tuple[Exit, ...] = ()

    @property
    def shortcut(self) -> Route:
        """The banned alternative of a candidate."""
        if not self.candidate or self.other is None:
            raise ValueError("only a candidate has a shortcut")
        return self.other


@dataclass(frozen=True, eq=False)
class ChoiceTable:
    """Choice sets as arrays of shape (choice sets,); routes are numbers of `routes`, -1 for none."""

    candidate: Bools
    saving_cny: Floats
    share_legal: Floats
    legal: Ints
    legal_h: Floats
    """Time of the legal route at the limit [h]."""
    other: Ints
    routes: tuple[Route, ...]

    def legal_route(self, choice: Ints, uniform: Floats) -> Ints:
        """Route of trips that break no ban, by their choice set and uniform number, shape as given."""
        return np.where(uniform < self.share_legal[choice], self.legal[choice], self.other[choice])


class Choices:
    """Choice sets of all flows on each variant of the road, with and without a permit.

    `index` has shape (variants, 2, flows, truck classes, 24), -1 where there are no trips; row 1 is for drivers whom no
    ban binds.
    """

    def __init__(self, networks: Sequence[Network], demand: Demand, behaviour: BehaviourParameters) -> None:
        self._behaviour = behaviour
        self._found: dict[tuple[str, str, int], int] = {}
        self._kinds: dict[object, int] = {}
        self.sets: list[ChoiceSet] = []
        shape = (len(networks), 2, len(demand.flows), len(TRUCK_CLASSES), HOURS_PER_DAY)
        self.index: Ints = np.full(shape, -1, dtype=np.int64)
        for variant, network in enumerate(networks):
            for permit, road in enumerate((network, _without_bans(network))):
                self._network = road
                self._fill(variant, permit, demand)
        self.table = _table(self.sets, networks[0])

    def longest_m(self, network: Network) -> float:
        """A length that no trip exceeds [m]: a shortcut up to an exit and the way on count as both whole."""

        def length_m(choice: ChoiceSet) -> float:
            onward = max((network.cost(way_out.route.ways).length_m for way_out in choice.exits), default=0.0)
            other = network.cost(choice.other.ways).length_m if choice.other else 0.0
            return max(network.cost(choice.legal.ways).length_m, other + onward)

        return max(map(length_m, self.sets))

    def _fill(self, variant: int, permit: int, demand: Demand) -> None:
        """Hours and classes with the same bans on roads with the same tolls share their choice sets."""
        ways = self._network.ways
        tolls = tuple(way.link.toll_cny_per_km for way in ways)
        for truck_class in sorted({name for flow in demand.flows for name in flow.trips_per_year}):
            for hour in range(HOURS_PER_DAY):
                road = (tuple(way.banned(truck_class, hour) for way in ways), tolls)
                kind = self._kinds.setdefault(road, len(self._kinds))
                for number, flow in enumerate(demand.flows):
                    if truck_class in flow.trips_per_year:
                        at = (variant, permit, number, TRUCK_CLASSES.index(truck_class), hour)
                        self.index[at] = self._set_of(flow, truck_class, hour, kind)

    def _set_of(self, flow: Flow, truck_class: TruckClass, hour: int, kind: int) -> int:
        key = (flow.origin, flow.destination, kind)
        if key not in self._found:
            self._found[key] = len(self.sets)
            self.sets.append(self._choice_set(flow.origin, flow.destination, truck_class, hour))
        return self._found[key]

    def _choice_set(self, origin: str, destination: str, truck_class: TruckClass, hour: int) -> ChoiceSet:
        legal = self._cheapest(origin, destination, truck_class, hour, factor=1.0, obey_bans=True)
        shortcut = self._cheapest(origin, destination, truck_class, hour, factor=PATIENT, obey_bans=False)
        if any(self._network.ways[w].banned(truck_class, hour) for w in shortcut):
            return self._with_shortcut(legal, shortcut, truck_class, hour)
        hurried = self._cheapest(origin, destination, truck_class, hour, factor=HURRIED, obey_bans=True)
        if hurried == shortcut:
            return ChoiceSet(self._network.route(legal), None, 1.0, candidate=False, saving_cny=0.0)
        saving = self._driver_cost(hurried) - self._driver_cost(shortcut)
        share = route_share(-saving, self._behaviour.choice_scale_cny)
        first, second = self._network.route(hurried), self._network.route(shortcut)
        return ChoiceSet(first, second, share, candidate=False, saving_cny=saving)

    def _with_shortcut(
        self, legal: tuple[int, ...], shortcut: tuple[int, ...], truck_class: TruckClass, hour: int
    ) -> ChoiceSet:
        ways = self._network.ways
        banned = [place for place, w in enumerate(shortcut) if ways[w].banned(truck_class, hour)]
        lengths = [ways[w].stop - ways[w].first for w in shortcut]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        exits = [
            Exit(int(starts[place]), ways[shortcut[place]].start, self._network.route(onward))
            for place in range(banned[0] + 1, banned[-1] + 1)
            if (onward := self._onward(shortcut, place, truck_class, hour))
        ]
        return ChoiceSet(
            legal=self._network.route(legal),
            other=self._network.route(shortcut),
            share_legal=1.0,
            candidate=True,
            saving_cny=self._driver_cost(legal) - self._driver_cost(shortcut),
            entry_row=int(starts[banned[0]]),
            end_row=int(starts[banned[-1] + 1]),
            banned_link=ways[shortcut[banned[0]]].link.name,
            exits=tuple(exits),
        )

    def _onward(
        self, shortcut: tuple[int, ...], place: int, truck_class: TruckClass, hour: int
    ) -> tuple[int, ...] | None:
        """The legal way on from the start of the shortcut's way at `place`, if there is one."""
        ways = self._network.ways
        start, end = ways[shortcut[place]].start, ways[shortcut[-1]].end
        return self._search(start, end, truck_class, hour, factor=1.0, obey_bans=True)

    def _cheapest(
        self, origin: str, destination: str, truck_class: TruckClass, hour: int, *, factor: float, obey_bans: bool
    ) -> tuple[int, ...]:
        found = self._search(origin, destination, truck_class, hour, factor=factor, obey_bans=obey_bans)
        if found is None:
            raise ValueError(f"{destination} can't be reached from {origin} by {truck_class} at {hour}:00")
        return found

    def _search(
        self, origin: str, destination: str, truck_class: TruckClass, hour: int, *, factor: float, obey_bans: bool
    ) -> tuple[int, ...] | None:
        return self._network.cheapest(
            origin,
            destination,
            truck_class,
            value_of_time_cny_h=self._behaviour.value_of_time_cny_h * factor,
            distance_cost_cny_km=self._behaviour.distance_cost_cny_km,
            obey_bans=obey_bans,
            hour=hour,
        )

    def _driver_cost(self, route: tuple[int, ...]) -> float:
        return driver_cost_cny(self._network.cost(route), self._behaviour)


def _without_bans(network: Network) -> Network:
    links = tuple(link.model_copy(update={"ban": None}) for link in network.road.links)
    return Network(network.road.model_copy(update={"links": links}))


def _table(sets: list[ChoiceSet], network: Network) -> ChoiceTable:
    """Routes that several choice sets share are one route."""
    routes: dict[tuple[int, ...], Route] = {}
    for choice in sets:
        for route in (choice.legal, choice.other):
            if route is not None:
                routes.setdefault(route.key, route)
    number = {key: place for place, key in enumerate(routes)}
    return ChoiceTable(
        candidate=np.array([c.candidate for c in sets], dtype=np.bool_),
        saving_cny=np.array([c.saving_cny for c in sets]),
        share_legal=np.array([c.share_legal for c in sets]),
        legal=np.array([number[c.legal.key] for c in sets]),
        legal_h=np.array([network.cost(c.legal.ways).time_s for c in sets]) / SECONDS_PER_HOUR,
        other=np.array([number[c.other.key] if c.other else -1 for c in sets]),
        routes=tuple(routes.values()),
    )


def driver_cost_cny(cost: RouteCost, behaviour: BehaviourParameters) -> float:
    """Toll, time and distance of a route in a driver's eyes [CNY]."""
    time_cost = cost.time_s / SECONDS_PER_HOUR * behaviour.value_of_time_cny_h
    return cost.toll_cny + time_cost + cost.length_m / METRES_PER_KM * behaviour.distance_cost_cny_km
