"""Demand: how many trucks of which class leave from where to where, and when."""

from collections.abc import Container
from typing import Annotated

import numpy as np
from pydantic import Field

from sim.calendar import Horizon
from sim.parameters import TRUCK_CLASSES, Group, Model, Name, NotNegative, Share, TruckClass
from sim.units import DAYS_PER_YEAR, HOURS_PER_DAY, SECONDS_PER_DAY, SECONDS_PER_HOUR, Floats, Ints

Weights24 = Annotated[tuple[NotNegative, ...], Field(min_length=24, max_length=24)]
Weights12 = Annotated[tuple[NotNegative, ...], Field(min_length=12, max_length=12)]
Weights7 = Annotated[tuple[NotNegative, ...], Field(min_length=7, max_length=7)]


class Flow(Model):
    """Trips a year from one node to another, by truck class."""

    origin: Name
    destination: Name
    trips_per_year: dict[TruckClass, NotNegative]


class Demand(Group):
    """A Poisson process whose intensity follows the hour, the weekday and the month."""

    flows: Annotated[tuple[Flow, ...], Field(min_length=1)]
    hourly_weights: Weights24 = (1.0,) * 24
    hourly_weights_semi: Weights24 | None = Field(
        default=None, description="for semi-trailers, where it differs from the others"
    )
    weekly_weights: Weights7 = Field(default=(1.0,) * 7, description="Monday first")
    monthly_weights: Weights12 = (1.0,) * 12
    loaded_share: Share = 0.65
    overloaded_share: Share = Field(default=0.1, description="of the laden trips")
    mean_hours_driven: dict[TruckClass, NotNegative] = Field(
        default={"local_semi": 0.8, "frequent_semi": 2.0, "occasional_semi": 2.0, "rigid": 0.8},
        description="hours at the wheel since the last rest when entering, exponential",
    )


class DemandTable:
    """Demand compiled to arrays, or a corridor's part of it; a stream is a flow of one truck class."""

    def __init__(self, demand: Demand, horizon: Horizon, nodes: Container[str] | None = None) -> None:
        rows = [
            (flow_index, TRUCK_CLASSES.index(truck_class), trips)
            for flow_index, flow in enumerate(demand.flows)
            if nodes is None or flow.origin in nodes
            for truck_class, trips in sorted(flow.trips_per_year.items())
            if trips > 0.0
        ]
        self.flow: Ints = np.array([row[0] for row in rows], dtype=np.int64)
        self.truck_class: Ints = np.array([row[1] for row in rows], dtype=np.int64)
        trips = np.array([row[2] for row in rows], dtype=np.float64)
        self.cumulative_share: Floats = np.cumsum(trips) / trips.sum() if len(trips) else trips
        self.mean_by_day: Floats = trips.sum() / DAYS_PER_YEAR * _day_weights(demand, horizon)
        usual = _cumulative(demand.hourly_weights)
        semi = demand.hourly_weights_semi
        self._cumulative_day = usual, (usual if semi is None else _cumulative(semi))

    def stream_of(self, uniform: Floats) -> Ints:
        """Stream of each trip by inversion, shape as given."""
        found = np.searchsorted(self.cumulative_share, uniform, side="right")
        return np.minimum(found, len(self.cumulative_share) - 1)

    def departure_s(self, uniform: Floats, semi: Floats) -> Floats:
        """Seconds after midnight by inversion of the hourly profile; `semi` is 1 for semi-trailers."""
        edges = np.arange(HOURS_PER_DAY + 1) * float(SECONDS_PER_HOUR)
        usual, other = self._cumulative_day
        found = np.interp(uniform, usual, edges)
        if usual is not other:
            own = semi > 0
            found[own] = np.interp(uniform[own], other, edges)
        result: Floats = np.minimum(found, SECONDS_PER_DAY - 1.0)
        return result


def _cumulative(weights: Weights24) -> Floats:
    """Share of a day's trips by the end of each hour, from 0."""
    result: Floats = np.concatenate([[0.0], np.cumsum(weights)]) / np.sum(weights)
    return result


def _day_weights(demand: Demand, horizon: Horizon) -> Floats:
    """Weight of each day; over whole weeks and years their mean is 1."""
    weekly = np.asarray(demand.weekly_weights)
    monthly = np.asarray(demand.monthly_weights)
    result: Floats = (weekly / weekly.mean())[horizon.weekday] * (monthly / monthly.mean())[horizon.month_of_year]
    return result
