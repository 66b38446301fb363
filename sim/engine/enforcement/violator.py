"""Who violates: the trip, and where it would be when as it is driven at that moment."""

import numpy as np

from sim.core.units import Floats
from sim.driving.violations import BANNED_ENTRY
from sim.engine.enforcement.case import Violator
from sim.engine.trips.route_choice import Shortcut
from sim.engine.trips.trip_table import TripTable
from sim.inputs.network import Network, Route


def entering(trips: TripTable, column: int, shortcut: Shortcut, enter_s: Floats) -> Violator:
    """A trip that enters a banned road; `enter_s` is its time at the start of each section of the shortcut."""
    return _violator(
        BANNED_ENTRY,
        trips,
        column,
        entry_s=float(enter_s[shortcut.entry_row]),
        exit_s=float(enter_s[shortcut.end_row]),
        link=shortcut.banned_link,
        exits=tuple((way_out.node, float(enter_s[way_out.row])) for way_out in shortcut.exits),
    )


def of_ongoing(
    violation: str, trips: TripTable, column: int, network: Network, route: Route, enter_s: Floats, now_s: float
) -> Violator:
    """A trip that is in another violation from now on; it can be stopped at the nodes on its way."""
    here = int(np.searchsorted(enter_s[1:-1], now_s, side="right"))
    starts = np.flatnonzero(np.diff(route.way_of_section, prepend=route.way_of_section[0]))
    nodes = [network.ways[route.ways[route.way_of_section[start]]].start for start in starts]
    return _violator(
        violation,
        trips,
        column,
        entry_s=now_s,
        exit_s=float(enter_s[-1]),
        link=network.ways[route.ways[route.way_of_section[here]]].link.name,
        exits=tuple((node, float(enter_s[start])) for node, start in zip(nodes, starts, strict=True)),
    )


def _violator(
    violation: str,
    trips: TripTable,
    column: int,
    *,
    entry_s: float,
    exit_s: float,
    link: str,
    exits: tuple[tuple[str, float], ...],
) -> Violator:
    return Violator(
        violation=violation,
        trip_id=int(trips.trip_id[column]),
        day=int(trips.day[column]),
        place=int(trips.place[column]),
        driver=int(trips.driver[column]),
        truck_class=int(trips.truck_class[column]),
        entry_s=entry_s,
        exit_s=exit_s,
        link=link,
        exits=exits,
    )
