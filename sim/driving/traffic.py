"""The other vehicles on the road: how fast they are, and how many of them there are by hour."""

from typing import Annotated

import numpy as np
from pydantic import Field

from sim.core import portable
from sim.core.calendar import Horizon
from sim.core.parameters import Group, Share, Source
from sim.core.units import HOURS_PER_DAY, SECONDS_PER_DAY, Floats
from sim.inputs.demand import Weights7, Weights12, Weights24
from sim.inputs.network import SectionTable
from sim.physics import speed, stopping

TRAFFIC_SOURCES = {
    "hourly_weights": Source(
        basis="assumption",
        range="a fifth to a twentieth of the noon's flow at 3 h",
        note="counts of the road replace it",
    ),
    "weekly_weights": Source(basis="assumption", range="0.8 to 1.3 of the mean day"),
    "monthly_weights": Source(basis="assumption", range="0.7 to 1.4 of the mean month"),
    "speed_factor": Source(
        basis="assumption",
        range="0.9 to 1.14",
        note="Highway Capacity Manual, 7th edition, chapter 15: base free-flow speed 1.14 times the posted one",
    ),
    "speed_cv": Source(basis="assumption", range="0.08 to 0.18"),
    "side_friction": Source(basis="assumption", range="0.15 to 0.25", note="cars; trucks ask for less"),
    "critical_gap_s": Source(
        basis="assumption",
        range="10 to 30",
        note="time in the opposing lane 9.9 s on average (NCHRP report 605, 2008), and as long for who comes towards",
    ),
    "obstacle_m": Source(
        basis="assumption",
        range="anything between 3 and 12",
        note="sight in a curve of radius R is sqrt(8 R m); only the time of others behind trucks hangs on it",
    ),
    "keep_right_share": Source(
        basis="derived",
        reference=(
            "Highway Capacity Manual, 7th edition, chapter 15, passing lanes: 62 % of 400 vehicles an hour in the fast "
            "lane, of heavy vehicles 0.4 times that"
        ),
        range="0.6 to 0.95",
    ),
}
DAY_OF_TRAFFIC = (0.6, 0.4, 0.3, 0.3, 0.5, 1.2, 3.0, 5.0, 6.0, 6.3, 6.3, 6.2, 5.8, 5.9, 6.3, 6.6, 7.0, 7.0, 6.0, 4.8)
"""Share of a day's vehicles by hour [%], until 20 h."""


class Traffic(Group):
    """Vehicles other than the simulated trucks; `aadt` of a link counts all."""

    sources: dict[str, Source] = Field(default=TRAFFIC_SOURCES)
    hourly_weights: Weights24 = (*DAY_OF_TRAFFIC, 3.8, 3.0, 2.0, 1.2)
    weekly_weights: Weights7 = Field(default=(1.0,) * 7, description="Monday first")
    monthly_weights: Weights12 = (1.0,) * 12
    speed_factor: Annotated[float, Field(gt=0.3, le=2.0)] = Field(
        default=1.05, description="mean speed over the limit, where no curve or sight asks for less"
    )
    speed_cv: Annotated[float, Field(ge=0.03, le=0.4)] = Field(
        default=0.12, description="standard deviation of speeds along the road over their mean"
    )
    side_friction: Annotated[float, Field(gt=0.02, le=0.5)] = Field(
        default=0.2, description="lateral acceleration that their drivers like in curves [g]"
    )
    critical_gap_s: Annotated[float, Field(ge=5.0, le=60.0)] = Field(
        default=22.0, description="between vehicles that come towards, so that one may pass"
    )
    obstacle_m: Annotated[float, Field(gt=0.0, le=100.0)] = Field(
        default=6.0, description="from the inner lane of a curve to what hides the road"
    )
    keep_right_share: Share = Field(
        default=0.75, description="trucks on the slow lane where there is a climbing or passing lane"
    )


def others_speed_ms(table: SectionTable, traffic: Traffic) -> Floats:
    """Mean speed of the others on a dry day, shape (directed sections,)."""
    wanted: Floats = traffic.speed_factor * table.others_limit_ms
    comfort = speed.curve_comfort_speed_ms(table.curvature_per_m, table.superelevation, traffic.side_friction)
    sight = stopping.speed_for_sight_ms(table.sight_m, table.grade, stopping.DECELERATION_MS2)
    return np.minimum(wanted, np.minimum(comfort, sight))


def flow_by_hour(traffic: Traffic, horizon: Horizon) -> Floats:
    """Flow of each hour of the horizon over the one that the mean vehicle meets, shape (hours,).

    Accidents of several vehicles go with the flow, and a manual's count them as the mean vehicle meets them: at its own
    hours, of which busy ones have more.
    """
    days = np.arange(-horizon.warm_up_days, horizon.days - horizon.warm_up_days)
    weekday, month = horizon.weekdays_and_months(days)
    by_day = _over_the_mean_vehicle(traffic.weekly_weights)[weekday]
    by_day = by_day * _over_the_mean_vehicle(traffic.monthly_weights)[month]
    result: Floats = (by_day[:, None] * _over_the_mean_vehicle(traffic.hourly_weights)).ravel()
    return result


def _over_the_mean_vehicle(weights: tuple[float, ...]) -> Floats:
    share = np.array(weights) / max(weights)
    result: Floats = share * (share.sum() / (share**2).sum())
    return result


def overtaking_by_hour(traffic: Traffic, aadt: float) -> Floats:
    """Accidents of overtaking by the hour of the day, over those of the mean vehicle's hour, shape (24,).

    Vehicles reach the one ahead as the flow q has it, pass it where those who come towards leave a gap, exp(-q t) of
    the time (Poisson arrivals), and risk to meet one, again in proportion to q: q**2 exp(-q t) for each that is passed.
    """
    share = np.array(traffic.hourly_weights) / sum(traffic.hourly_weights)
    flow_per_s = share * (aadt / 2.0 * HOURS_PER_DAY / SECONDS_PER_DAY)
    risk = share**2 * portable.exp((flow_per_s.min() - flow_per_s) * traffic.critical_gap_s)
    result: Floats = risk / float((share * risk).sum())
    return result
