"""Demand: how many trucks of which class leave from where to where, and when."""

from collections.abc import Container, Sequence
from typing import Annotated, Self

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from sim.core.calendar import Horizon
from sim.core.parameters import Group, Model, Name, NotNegative, Share
from sim.core.units import DAYS_PER_YEAR, HOURS_PER_DAY, SECONDS_PER_DAY, SECONDS_PER_HOUR, Floats, Ints
from sim.core.vocabulary import TRUCK_CLASS_TABLE, TruckClass

MOST_TRIPS_PER_YEAR = 500_000_000.0
TripsPerYear = Annotated[float, Field(ge=0.0, le=MOST_TRIPS_PER_YEAR)]


def _not_all_zero(weights: tuple[float, ...]) -> tuple[float, ...]:
    if not any(weights):
        raise ValueError("all weights are 0, at least one must be above")
    return weights


Weights24 = Annotated[tuple[NotNegative, ...], Field(min_length=24, max_length=24), AfterValidator(_not_all_zero)]
Weights12 = Annotated[tuple[NotNegative, ...], Field(min_length=12, max_length=12), AfterValidator(_not_all_zero)]
Weights7 = Annotated[tuple[NotNegative, ...], Field(min_length=7, max_length=7), AfterValidator(_not_all_zero)]


class Flow(Model):
    """Trips a year from one node to another, by truck class."""

    origin: Name
    destination: Name
    trips_per_year: Annotated[dict[TruckClass, TripsPerYear], Field(min_length=1)]


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
        default={row.name: row.mean_hours_driven for row in TRUCK_CLASS_TABLE},
        description="hours at the wheel since the last rest when entering, exponential",
    )

    def hourly_weights_of(self, *, semi: bool) -> Weights24:
        """Of semi-trailers or of the others."""
        own = self.hourly_weights_semi
        return self.hourly_weights if own is None or not semi else own

    @model_validator(mode="after")
    def _so_many_can_be_simulated(self) -> Self:
        total = sum(sum(flow.trips_per_year.values()) for flow in self.flows)
        if total > MOST_TRIPS_PER_YEAR:
            raise ValueError(
                f"flows have {total:,.0f} trips a year together, at most {MOST_TRIPS_PER_YEAR:,.0f} are possible"
            )
        return self


class DemandTable:
    """Demand compiled to arrays, or a corridor's part of it; a stream is a flow of one truck class."""

    def __init__(
        self, demand: Demand, class_names: Sequence[str], horizon: Horizon, nodes: Container[str] | None = None
    ) -> None:
        rows = [
            (flow_index, class_names.index(truck_class), trips)
            for flow_index, flow in enumerate(demand.flows)
            if nodes is None or flow.origin in nodes
            for truck_class, trips in sorted(flow.trips_per_year.items())
            if trips > 0.0
        ]
        self.flow: Ints = np.array([row[0] for row in rows], dtype=np.int64)
        self.truck_class: Ints = np.array([row[1] for row in rows], dtype=np.int64)
        trips = np.array([row[2] for row in rows], dtype=np.float64)
        self.cumulative_share: Floats = np.cumsum(trips) / trips.sum() if len(trips) else trips
        self.mean_by_day: Floats = trips.sum() * day_shares(demand, horizon)
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


def hour_shares(demand: Demand, *, semi: bool) -> Floats:
    """Share of a day's trips of semi-trailers or of others by hour of departure, shape (24,)."""
    weights = demand.hourly_weights_of(semi=semi)
    return np.asarray(weights, dtype=np.float64) / sum(weights)


def day_shares(demand: Demand, horizon: Horizon) -> Floats:
    """Share of a year's trips on each day; any 365 days from the start of recording on have all of them."""
    year = np.arange(horizon.days) - horizon.warm_up_days
    year //= DAYS_PER_YEAR
    first = int(year[0])
    days = np.arange(first * DAYS_PER_YEAR, (int(year[-1]) + 1) * DAYS_PER_YEAR)
    weekday, month = horizon.weekdays_and_months(days)
    weights = np.asarray(demand.weekly_weights)[weekday] * np.asarray(demand.monthly_weights)[month]
    shares = (weights.reshape(-1, DAYS_PER_YEAR) / weights.reshape(-1, DAYS_PER_YEAR).sum(axis=1)[:, None]).ravel()
    before = -horizon.warm_up_days - first * DAYS_PER_YEAR
    result: Floats = shares[before : before + horizon.days]
    return result
