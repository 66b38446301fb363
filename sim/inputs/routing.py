"""Routes between two nodes: the least one by any weight, and alternatives that do not depend on what driving costs."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from heapq import heappop, heappush

import numpy as np

from sim.core.units import Floats
from sim.core.vocabulary import TruckClass
from sim.inputs.network import Network

LONGEST_DETOUR = 2.0
"""Time of an alternative over that of the fastest one, at most: assumption."""
AVOIDED = 10.0
"""How much longer a class of road is taken to be where drivers avoid it."""

Ways = tuple[int, ...]


def closed_ways(network: Network, truck_class: TruckClass, hour: float) -> frozenset[int]:
    """Ways that a class of trucks is banned from at an hour."""
    return frozenset(index for index, way in enumerate(network.ways) if way.banned(truck_class, hour))


def least(
    network: Network, origin: str, destination: str, weight: Sequence[float], closed: AbstractSet[int] = frozenset()
) -> Ways | None:
    """Ways of the route with the least sum of weights, or None where there is none (Dijkstra 1959).

    Ties go to the sequence of ways that comes first in the file. `weight` has one number from 0 on a way.
    """
    queue: list[tuple[float, Ways, str]] = [(0.0, (), origin)]
    settled: set[str] = set()
    while queue:
        cost, ways, node = heappop(queue)
        if node == destination:
            return ways
        if node in settled:
            continue
        settled.add(node)
        for way in network.ways_from(node):
            if way not in closed:
                heappush(queue, (cost + weight[way], (*ways, way), network.ways[way].end))
    return None


def alternatives(
    network: Network, origin: str, destination: str, closed: AbstractSet[int] = frozenset()
) -> tuple[Ways, ...]:
    """Routes that a driver may think of: the shortest, the fastest, and the fastest that avoids a class of road.

    What they cost plays no part, so that no toll, wage or price of fuel makes one appear or vanish. Routes of more than
    `LONGEST_DETOUR` times the fastest one's time are left out. Empty where there is none.
    """
    found = list(dict.fromkeys(_wanted(network, origin, destination, closed)))
    time_s = [float(network.free_time_s[list(ways)].sum()) for ways in found]
    return tuple(ways for ways, own in zip(found, time_s, strict=True) if own <= LONGEST_DETOUR * min(time_s))


def _wanted(network: Network, origin: str, destination: str, closed: AbstractSet[int]) -> Iterator[Ways]:
    for weight in route_weights(network):
        route = least(network, origin, destination, weight, closed)
        if route is not None:
            yield route


def path_sizes(routes: Sequence[Ways], length_m: Floats) -> Floats:
    """How much of each route is its own, shape (routes,), from 1 over their number to 1.

    Notes
    -----
    PS_i = sum over the ways a of route i of l_a / L_i / (number of the routes that use a), the path-size factor as in
    the documentation of AequilibraE (route choice, path-size logit), with lengths in place of costs.
    """
    used = np.bincount(np.concatenate([np.array(ways, dtype=np.int64) for ways in routes]), minlength=len(length_m))
    return np.array([float((length_m[list(w)] / used[list(w)]).sum() / length_m[list(w)].sum()) for w in routes])


def route_weights(network: Network) -> tuple[list[float], ...]:
    """Weights by way whose least routes are the alternatives: length, time, time with one class of road avoided."""
    time_s, length_m = network.free_time_s, network.length_m
    classes = network.sections.road_class[[way.first for way in network.ways]]
    avoiding = [np.where(classes == one, AVOIDED * time_s, time_s).tolist() for one in np.unique(classes).tolist()]
    return length_m.tolist(), time_s.tolist(), *avoiding
