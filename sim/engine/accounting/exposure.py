"""Truck-km that are expected to be driven, for work that comes with traffic, such as alarms of devices."""

import numpy as np

from sim.core.calendar import Horizon
from sim.core.units import HOURS_PER_DAY, METRES_PER_KM, Floats
from sim.engine.trips.route_choice import Choices, ChoiceSet
from sim.inputs.demand import Demand, day_shares, hour_shares
from sim.inputs.fleet import Fleet
from sim.inputs.network import Network


class Exposure:
    """Expected truck-km by day and hour of departure, by legal routes as access is before any measure.

    Parameters
    ----------
    demand, fleet, horizon, network, choices : of the replication
    coverage : array
        share of trucks with a working device, shape (days, truck classes)
    """

    def __init__(
        self,
        demand: Demand,
        fleet: Fleet,
        horizon: Horizon,
        network: Network,
        choices: Choices,
        coverage: Floats,
    ) -> None:
        self._coverage = coverage
        self._day_share = day_shares(demand, horizon)
        self._km = _km_by_class_and_hour(demand, fleet, network, choices)

    def equipped_km(self, day: int) -> Floats:
        """Of trucks with a working device, shape (24,); after the last day as on it."""
        day = min(day, len(self._coverage) - 1)
        by_class = self._km * self._coverage[day][:, None]
        result: Floats = by_class.sum(axis=0) * self._day_share[day]
        return result


def _km_by_class_and_hour(demand: Demand, fleet: Fleet, network: Network, choices: Choices) -> Floats:
    """Of a year, shape (truck classes, 24)."""
    km = np.zeros((len(fleet.class_names), HOURS_PER_DAY))
    mean_m = [_mean_length_m(choice, network) for choice in choices.sets]
    for number, flow in enumerate(demand.flows):
        for name, trips in flow.trips_per_year.items():
            row = fleet.class_names.index(name)
            for hour, share in enumerate(hour_shares(demand, semi=fleet.is_semi(name)).tolist()):
                at = (0, 0, number, row, hour)
                leaves = (hour + choices.wait_h[at]) % HOURS_PER_DAY
                km[row, leaves] += trips * share * mean_m[choices.index[at]] / METRES_PER_KM
    return km


def _mean_length_m(choice: ChoiceSet, network: Network) -> float:
    edges = (0.0, *choice.below)
    lengths = [network.cost(route.ways).length_m for route in choice.legal]
    return sum(m * (edges[n + 1] - edges[n]) for n, m in enumerate(lengths))
