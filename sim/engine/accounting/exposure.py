"""Truck-km that are expected to be driven, for work that comes with traffic, such as alarms of devices."""

import numpy as np

from sim.core.calendar import Horizon
from sim.core.units import HOURS_PER_DAY, METRES_PER_KM, Floats
from sim.engine.trips.route_choice import Choices, ChoiceSet
from sim.inputs.demand import Demand, Weights7, Weights12, day_shares
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
        km = _km_by_class_and_hour(demand, fleet, network, choices)
        self._parts = [(own_km, day_shares(*days, horizon)) for days, own_km in km.items()]

    def equipped_km(self, day: int) -> Floats:
        """Of trucks with a working device, shape (24,); after the last day as on it."""
        day = min(day, len(self._coverage) - 1)
        found = np.zeros(HOURS_PER_DAY)
        for km, day_share in self._parts:
            found = found + (km * self._coverage[day][:, None]).sum(axis=0) * day_share[day]
        return found


def _km_by_class_and_hour(
    demand: Demand, fleet: Fleet, network: Network, choices: Choices
) -> dict[tuple[Weights7, Weights12], Floats]:
    """Of a year, by weights of weekdays and months; each of shape (truck classes, 24)."""
    found: dict[tuple[Weights7, Weights12], Floats] = {}
    mean_m = [_mean_length_m(choice, network) for choice in choices.sets]
    for number, flow in enumerate(demand.flows):
        nothing = np.zeros((len(fleet.class_names), HOURS_PER_DAY))
        km = found.setdefault(demand.daily_weights_of(flow), nothing)
        for name, trips in flow.trips_per_year.items():
            row = fleet.class_names.index(name)
            weights = demand.hourly_weights_of(flow, semi=fleet.is_semi(name))
            for hour, share in enumerate((np.asarray(weights, dtype=np.float64) / sum(weights)).tolist()):
                at = (0, 0, number, row, hour)
                leaves = (hour + choices.wait_h[at]) % HOURS_PER_DAY
                km[row, leaves] += trips * share * mean_m[choices.index[at]] / METRES_PER_KM
    return found


def _mean_length_m(choice: ChoiceSet, network: Network) -> float:
    edges = (0.0, *choice.below)
    lengths = [network.cost(route.ways).length_m for route in choice.legal]
    return sum(m * (edges[n + 1] - edges[n]) for n, m in enumerate(lengths))
