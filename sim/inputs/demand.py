"""Demand: how many trucks of which class leave from where to where, and when."""

from collections.abc import Container, Sequence
from typing import Annotated, Self, TypeVar

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from sim.core.calendar import Horizon
from sim.core.parameters import Group, Model, Name, NotNegative, Share
from sim.core.units import DAYS_PER_YEAR, HOURS_PER_DAY, SECONDS_PER_DAY, SECONDS_PER_HOUR, Floats, Ints
from sim.core.vocabulary import TRUCK_CLASS_TABLE, TruckClass
from sim.inputs.fleet import Fleet

T = TypeVar("T")
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
    """Trips a year from one node to another, by truck class.

    Where directions or classes have hours, weekdays or months of their own they are flows with weights of their own.
    """

    origin: Name
    destination: Name
    trips_per_year: Annotated[dict[TruckClass, TripsPerYear], Field(min_length=1)]
    hourly_weights: Weights24 | None = Field(default=None, description="the demand's if not given; so the next two")
    weekly_weights: Weights7 | None = None
    monthly_weights: Weights12 | None = None


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

    def hourly_weights_of(self, flow: Flow, *, semi: bool) -> Weights24:
        """Of a flow's semi-trailers or of its others."""
        own = self.hourly_weights_semi if semi else None
        return flow.hourly_weights or own or self.hourly_weights

    def daily_weights_of(self, flow: Flow) -> tuple[Weights7, Weights12]:
        """Of a flow by weekday and by month."""
        return flow.weekly_weights or self.weekly_weights, flow.monthly_weights or self.monthly_weights

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
        self,
        demand: Demand,
        fleet: Fleet,
        horizon: Horizon,
        nodes: Container[str] | None = None,
    ) -> None:
        class_names = fleet.class_names
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
        flows = [demand.flows[row[0]] for row in rows]
        days, self._days = _numbered([demand.daily_weights_of(flow) for flow in flows])
        day_share = [day_shares(*own, horizon) for own in days]
        self.mean_by_day: Floats = sum(
            (trips[self._days == number].sum() * own for number, own in enumerate(day_share)), np.zeros(horizon.days)
        )
        self._trips, self._day_share = trips, day_share
        semi = [fleet.is_semi(class_names[row[1]]) for row in rows]
        hours, self._hours = _numbered(
            [demand.hourly_weights_of(flow, semi=own) for flow, own in zip(flows, semi, strict=True)]
        )
        self._cumulative_day = [_cumulative(own) for own in hours]
        self._share_of_all = self._cumulative_share(self._trips)

    def stream_of(self, uniform: Floats, day: Ints) -> Ints:
        """Stream of each trip by inversion, shape as given; `day` is the trips' day."""
        if len(self._day_share) <= 1:
            return self._at_share(self._share_of_all, uniform)
        found: Ints = np.zeros(len(day), dtype=np.int64)
        for one in np.unique(day).tolist():
            here = day == one
            share = np.array([own[one] for own in self._day_share])
            found[here] = self._at_share(self._cumulative_share(self._trips * share[self._days]), uniform[here])
        return found

    @staticmethod
    def _cumulative_share(trips: Floats) -> Floats:
        return np.cumsum(trips) / trips.sum() if len(trips) else trips

    @staticmethod
    def _at_share(cumulative: Floats, uniform: Floats) -> Ints:
        return np.minimum(np.searchsorted(cumulative, uniform, side="right"), len(cumulative) - 1)

    def departure_s(self, uniform: Floats, stream: Ints) -> Floats:
        """Seconds after midnight by inversion of the hourly profile of each trip's stream."""
        edges = np.arange(HOURS_PER_DAY + 1) * float(SECONDS_PER_HOUR)
        profile = self._hours[stream] if len(self._cumulative_day) > 1 else None
        found: Floats = np.zeros(len(uniform))
        for number, cumulative in enumerate(self._cumulative_day):
            here = slice(None) if profile is None else profile == number
            found[here] = np.interp(uniform[here], cumulative, edges)
        result: Floats = np.minimum(found, SECONDS_PER_DAY - 1.0)
        return result


def _numbered(values: Sequence[T]) -> tuple[list[T], Ints]:
    """Each value once, and which of them stands at each place."""
    place = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return list(place), np.array([place[value] for value in values], dtype=np.int64)


def _cumulative(weights: Weights24) -> Floats:
    """Share of a day's trips by the end of each hour, from 0."""
    result: Floats = np.concatenate([[0.0], np.cumsum(weights)]) / np.sum(weights)
    return result


def day_shares(weekly: Weights7, monthly: Weights12, horizon: Horizon) -> Floats:
    """Share of a year's trips on each day; any 365 days from the start of recording on have all of them."""
    year = np.arange(horizon.days) - horizon.warm_up_days
    year //= DAYS_PER_YEAR
    first = int(year[0])
    days = np.arange(first * DAYS_PER_YEAR, (int(year[-1]) + 1) * DAYS_PER_YEAR)
    weekday, month = horizon.weekdays_and_months(days)
    weights = np.asarray(weekly)[weekday] * np.asarray(monthly)[month]
    shares = (weights.reshape(-1, DAYS_PER_YEAR) / weights.reshape(-1, DAYS_PER_YEAR).sum(axis=1)[:, None]).ravel()
    before = -horizon.warm_up_days - first * DAYS_PER_YEAR
    result: Floats = shares[before : before + horizon.days]
    return result
