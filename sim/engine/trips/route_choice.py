"""Which ways a trip can take: legal routes, a banned shortcut, and the legal ways on from each of its exits.

The routes that a driver thinks of do not depend on what they cost (`sim/inputs/routing.py`); the costs decide by logit
which of them is taken. So no toll, wage or price makes an answer jump.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.behaviour.parameters import BehaviourParameters
from sim.behaviour.route_choice import route_shares
from sim.core.units import HOURS_PER_DAY, KG_PER_TONNE, METRES_PER_KM, SECONDS_PER_HOUR, Bools, Floats, Ints
from sim.core.vocabulary import TruckClass
from sim.inputs.demand import Demand, Flow
from sim.inputs.network import Network, Route, RouteCost
from sim.inputs.road import Ban, Road
from sim.inputs.routing import Ways, alternatives, closed_ways, least, path_sizes


@dataclass(frozen=True, eq=False)
class Exit:
    """A node on a banned stretch from which a legal way leads on; `row` is the first section not driven."""

    row: int
    node: str
    route: Route


@dataclass(frozen=True, eq=False)
class Shortcut:
    """A route that is banned on a stretch, between two of its rows."""

    route: Route
    entry_row: int
    end_row: int
    banned_link: str
    exits: tuple[Exit, ...]


@dataclass(frozen=True, eq=False)
class ChoiceSet:
    """The alternatives of one flow and truck class at one hour."""

    legal: tuple[Route, ...]
    below: tuple[float, ...]
    """Uniform number below which a trip takes a legal route or one before it, by route; the last is 1."""
    banned: Shortcut | None = None
    saving_cny: float = 0.0
    """Of the shortcut, over the choice between the legal routes."""

    @property
    def candidate(self) -> bool:
        """Whether there is a banned shortcut."""
        return self.banned is not None

    @property
    def shortcut(self) -> Shortcut:
        """The banned alternative of a candidate."""
        if self.banned is None:
            raise ValueError("only a candidate has a shortcut")
        return self.banned

    def legal_route(self, uniform: float) -> Route:
        """Legal route of a trip with a uniform number."""
        return self.legal[sum(uniform >= edge for edge in self.below[:-1])]


@dataclass(frozen=True, eq=False)
class ChoiceTable:
    """Choice sets as arrays; routes are numbers of `routes`."""

    candidate: Bools
    """Shape (choice sets,)."""
    saving_cny: Floats
    """Shape (choice sets,)."""
    legal: Ints
    """Shape (choice sets, most alternatives), the last one repeated where there are fewer."""
    below: Floats
    """See `ChoiceSet`, shape as `legal`."""
    routes: tuple[Route, ...]
    """The legal ones."""
    route_h: Floats
    """Time of each route at the limit [h]."""

    def legal_route(self, choice: Ints, uniform: Floats) -> Ints:
        """Legal route of trips by their choice set and uniform number, shape as given."""
        route: Ints = self.legal[choice, 0]
        for place in range(1, self.legal.shape[1]):
            route = np.where(uniform < self.below[choice, place - 1], route, self.legal[choice, place])
        return route


class Choices:
    """Choice sets of all flows on each variant of the road, by whom its bans bind.

    `index` has shape (variants, bindings, flows, truck classes, 24), -1 where there are no trips; see `binding`. Where
    a ban closes the only way, trips wait for as many whole hours as `wait_h`, of the same shape, says.
    """

    def __init__(
        self,
        networks: Sequence[Network],
        demand: Demand,
        class_names: Sequence[str],
        behaviour: BehaviourParameters,
        heaviest_kg: Mapping[str, float] | None = None,
    ) -> None:
        self._behaviour, self._class_names = behaviour, class_names
        self._heaviest_kg = heaviest_kg or {}
        self._found: dict[tuple[str, str, int], int] = {}
        self._kinds: dict[object, int] = {}
        self.sets: list[ChoiceSet] = []
        roads = [network.road for network in networks]
        self.limits_kg = np.array(sorted({limit_kg for road in roads for limit_kg in _limits_kg(road)}))
        """Masses above which bans bind, the lightest first."""
        shape = (len(networks), len(self.limits_kg) + 2, len(demand.flows), len(class_names), HOURS_PER_DAY)
        self.index: Ints = np.full(shape, -1, dtype=np.int64)
        self.wait_h: Ints = np.zeros(shape, dtype=np.int64)
        for variant, network in enumerate(networks):
            for binding, road in enumerate(self._by_binding(network)):
                self._network = road
                self._fill(variant, binding, demand)
        self.table = _table(self.sets, networks[0])

    def binding(self, mass_kg: Floats, permitted: Bools) -> Ints:
        """Which bans bind trips: 0 all, 1 all but those with the highest limit of mass, and so on; the last one none.

        Parameters
        ----------
        mass_kg : array
            of each trip with its load; any number where `limits_kg` is empty
        permitted : array
            whether no ban binds its driver, shape as `mass_kg`
        """
        limits = self.limits_kg
        return np.where(permitted, len(limits) + 1, len(limits) - np.searchsorted(limits, mass_kg))

    def _above_kg(self, binding: int) -> float:
        """Trips are bound so from this mass on; lighter classes have none."""
        place = len(self.limits_kg) - 1 - binding
        return float(self.limits_kg[place]) if place >= 0 else 0.0

    def _by_binding(self, network: Network) -> Iterator[Network]:
        """The road as each binding leaves it."""
        yield network
        for limit_kg in self.limits_kg[::-1].tolist():
            yield Network(network.road.without_bans(partial(_spares, limit_kg)))
        yield Network(network.road.without_bans(lambda _: True))

    def longest_m(self, network: Network) -> float:
        """A length that no trip exceeds [m]: a shortcut up to an exit and the way on count as both whole."""

        def length_m(route: Route) -> float:
            return network.cost(route.ways).length_m

        def of_set(choice: ChoiceSet) -> float:
            legal = max(map(length_m, choice.legal))
            if choice.banned is None:
                return legal
            onward = max((length_m(way_out.route) for way_out in choice.banned.exits), default=0.0)
            return max(legal, length_m(choice.banned.route) + onward)

        return max(map(of_set, self.sets))

    def _fill(self, variant: int, binding: int, demand: Demand) -> None:
        """Hours and classes with the same bans on roads with the same tolls share their choice sets."""
        ways = self._network.ways
        tolls, rows = tuple(way.link.toll_cny_per_km for way in ways), [way.banned_rows for way in ways]

        def road_at(hour: int, truck_class: TruckClass) -> object:
            return tuple(r if way.banned(truck_class, hour) else None for way, r in zip(ways, rows, strict=True)), tolls

        for truck_class in sorted({name for flow in demand.flows for name in flow.trips_per_year}):
            roads = [road_at(hour, truck_class) for hour in range(HOURS_PER_DAY)]
            kinds = [self._kinds.setdefault(road, len(self._kinds)) for road in roads]
            for number, flow in enumerate(demand.flows):
                if truck_class in flow.trips_per_year:
                    at = (variant, binding, number, self._class_names.index(truck_class))
                    if self._heaviest_kg.get(truck_class, np.inf) > self._above_kg(binding):
                        self.index[at], self.wait_h[at] = self._by_hour(flow, truck_class, kinds)

    def _by_hour(self, flow: Flow, truck_class: TruckClass, kinds: Sequence[int]) -> tuple[Ints, Ints]:
        """Choice set of each hour's trips and the hours that they wait, both of shape (24,)."""
        sets = np.array([self._set_of(flow, truck_class, hour, kind) for hour, kind in enumerate(kinds)])
        if (sets < 0).all():
            raise ValueError(f"{flow.destination} can't be reached from {flow.origin} by {truck_class} at any hour")
        ahead = (np.arange(HOURS_PER_DAY)[:, None] + np.arange(HOURS_PER_DAY)) % HOURS_PER_DAY
        wait_h: Ints = np.argmax(sets[ahead] >= 0, axis=1)
        return sets[(np.arange(HOURS_PER_DAY) + wait_h) % HOURS_PER_DAY], wait_h

    def _set_of(self, flow: Flow, truck_class: TruckClass, hour: int, kind: int) -> int:
        """Number of a choice set, -1 where there is no legal way."""
        key = (flow.origin, flow.destination, kind)
        if key not in self._found:
            made = self._choice_set(flow.origin, flow.destination, truck_class, hour)
            self._found[key] = len(self.sets) if made else -1
            self.sets += [made] if made else []
        return self._found[key]

    def _choice_set(self, origin: str, destination: str, truck_class: TruckClass, hour: int) -> ChoiceSet | None:
        network, closed = self._network, closed_ways(self._network, truck_class, hour)
        legal = alternatives(network, origin, destination, closed)
        if not legal:
            return None
        cost_cny = np.array([self._driver_cost(ways) for ways in legal])
        shares, choice_cny = route_shares(
            cost_cny, path_sizes(legal, network.length_m), self._behaviour.choice_scale_cny
        )
        routes = tuple(network.route(ways) for ways in legal)
        below = (*np.cumsum(shares)[:-1].tolist(), 1.0)
        banned = [ways for ways in alternatives(network, origin, destination) if closed.intersection(ways)]
        if not banned:
            return ChoiceSet(routes, below)
        shortcut = min(banned, key=self._expressway_m)
        return ChoiceSet(routes, below, self._shortcut(shortcut, closed), choice_cny - self._driver_cost(shortcut))

    def _expressway_m(self, ways: Ways) -> float:
        """Drivers break a ban to keep off the expressway: their shortcut has the least of it."""
        own = [way for way in ways if self._network.ways[way].link.freeway]
        return float(self._network.length_m[own].sum())

    def _shortcut(self, ways: Ways, closed: frozenset[int]) -> Shortcut:
        network = self._network
        banned = [place for place, way in enumerate(ways) if way in closed]
        starts = np.concatenate([[0], np.cumsum([network.ways[way].stop - network.ways[way].first for way in ways])])
        exits = [
            Exit(int(starts[place]), network.ways[ways[place]].start, network.route(onward))
            for place in range(banned[0] + 1, banned[-1] + 1)
            if (onward := self._onward(ways, place, closed))
        ]
        return Shortcut(
            route=network.route(ways),
            entry_row=int(starts[banned[0]]) + network.ways[ways[banned[0]]].banned_rows.start,
            end_row=int(starts[banned[-1]]) + network.ways[ways[banned[-1]]].banned_rows.stop,
            banned_link=network.ways[ways[banned[0]]].link.name,
            exits=tuple(exits),
        )

    def _onward(self, ways: Ways, place: int, closed: frozenset[int]) -> Ways | None:
        """The fastest legal way on from the start of the shortcut's way at `place`, if there is one."""
        start, end = self._network.ways[ways[place]].start, self._network.ways[ways[-1]].end
        return least(self._network, start, end, self._network.free_time_s.tolist(), closed)

    def _driver_cost(self, ways: Ways) -> float:
        return driver_cost_cny(self._network.cost(ways), self._behaviour)


def _limits_kg(road: Road) -> list[float]:
    bans = [link.ban for link in road.links if link.ban is not None]
    return [ban.above_mass_t * KG_PER_TONNE for ban in bans if ban.above_mass_t is not None]


def _spares(mass_kg: float, ban: Ban) -> bool:
    """Whether a ban does not bind trucks of this mass."""
    return ban.above_mass_t is not None and mass_kg <= ban.above_mass_t * KG_PER_TONNE


def _table(sets: list[ChoiceSet], network: Network) -> ChoiceTable:
    """Routes that several choice sets share are one route."""
    routes = {route.key: route for choice in sets for route in choice.legal}
    number = {key: place for place, key in enumerate(routes)}
    most = max(len(choice.legal) for choice in sets)
    legal = [[number[route.key] for route in choice.legal] for choice in sets]
    return ChoiceTable(
        candidate=np.array([choice.candidate for choice in sets], dtype=np.bool_),
        saving_cny=np.array([choice.saving_cny for choice in sets]),
        legal=np.array([own + own[-1:] * (most - len(own)) for own in legal]),
        below=np.array([(*choice.below, *(1.0,) * (most - len(choice.below))) for choice in sets]),
        routes=tuple(routes.values()),
        route_h=np.array([network.cost(route.ways).time_s for route in routes.values()]) / SECONDS_PER_HOUR,
    )


def driver_cost_cny(cost: RouteCost, behaviour: BehaviourParameters) -> float:
    """Toll, time and distance of a route in a driver's eyes [CNY]."""
    time_cost = cost.time_s / SECONDS_PER_HOUR * behaviour.value_of_time_cny_h
    return cost.toll_cny + time_cost + cost.length_m / METRES_PER_KM * behaviour.distance_cost_cny_km
