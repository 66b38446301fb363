"""Accidents with other vehicles: of which types the manual's are, and how they grow where a truck is slower or faster.

A manual's prediction holds where all drive as all others do. Vehicles of different speeds reach each other: with speeds
c of the others, normal along the road around their mean m, and q / m of them per metre, a truck at v is reached
q E[(c - v)+] / (m v) times a metre and reaches others q E[(v - c)+] / (m v) times. Both are given over what they are
for the others among themselves, so that flow and mean speed cancel, and the mean over all vehicles is 1 where trucks
drive as others do.

[1] AASHTO (2010), Highway Safety Manual, 1st edition, volume 2, table 10-4.
[2] FMCSA, Large Truck and Bus Crash Facts 2019, vehicles tables 18 and 19.
[3] Federal Highway Administration 1994, in Farah et al. (2009), Transportmetrica 5, 159: 1.4 to 2.6 % of accidents on
    rural two-lane roads in three states of the USA have to do with passing.
[4] NCHRP report 500, volume 4, from FARS 1999: 4.2 % of 7,430 vehicles in fatal head-on accidents on two-lane roads
    passed. That the number of overtakings varies with speed as involvement in accidents does is Hauer's (1971).
"""

import math
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from sim.core import portable
from sim.core.units import FloatLike, Floats
from sim.risk import two_lane

REAR_END_ACCIDENTS, HEAD_ON_ACCIDENTS = 0.142, 0.016
"""Of all accidents on two-lane roads [1]."""
PASSING_ACCIDENTS = 0.02
"""Of all accidents on two-lane roads, those that have to do with passing; 1.4 to 2.6 % [3]."""
PASSING_HEAD_ON = 0.06
"""Of head-on accidents, those of vehicles that pass: 4.2 % of the vehicles, up to twice that of the accidents [4]."""
CROSSED_BY_OTHERS = 8.0 / 9.0
"""Of head-on accidents of a truck and another vehicle, those in which the other crosses the centre: 17.9 and 2.2 %
of fatal accidents of two vehicles [2]."""
REACHED_SHARE = 0.5
"""Of rear-end accidents of a truck and another vehicle, those in which the other runs into it: 18.0 and 17.7 % of
accidents with injured, 11.0 and 12.8 % of those with damage only [2]; each vehicle of a flow has a half of each."""
CENTRELINE_RUMBLE_HEAD_ON = 0.65
"""Factor on head-on accidents (Babiceanu, Fontaine 2018, Crash Modification Factors Clearinghouse)."""
SCALE_SQUARE = 1.532051405682852
"""k**2 with which sqrt(u**2 + k**2) has the mean 2 over normal numbers u with the variance pi."""
LOGISTIC = math.sqrt(3.0 / math.pi)
"""Scale of a logistic distribution with the standard deviation that belongs to a spread, over the spread."""
Number = TypeVar("Number", float, Floats)


class Types(NamedTuple, Generic[Number]):
    """Involvements by what else takes part: shares of a whole, or numbers, or arrays of them."""

    general: Number
    """One vehicle, animals, pedestrians, angles, side-swipes."""
    rear_end: Number
    head_on: Number
    """Drifted, skidded or cut across the centre; not those of vehicles that pass."""
    overtaking: Number
    """Accidents of others that pass the vehicle, counted at the one that is passed."""


def types_of(rear_end: float, head_on: float, overtaking: float) -> Types[float]:
    """Shares, what is left being general."""
    return Types(1.0 - rear_end - head_on - overtaking, rear_end, head_on, overtaking)


def two_way_types() -> Types[float]:
    """Shares of involvements where others come towards: two vehicles in each rear-end and head-on accident."""
    involved = two_lane.INVOLVED_PER_ACCIDENT
    return types_of(
        rear_end=2.0 * REAR_END_ACCIDENTS / involved,
        head_on=2.0 * HEAD_ON_ACCIDENTS * (1.0 - PASSING_HEAD_ON) / involved,
        overtaking=PASSING_ACCIDENTS / involved,
    )


def speed_spread(cv: float) -> float:
    """Scale for speeds along the road with a coefficient of variation: two normal ones differ by 2 sd / sqrt(pi)."""
    return cv / math.sqrt(math.pi)


def times_reached(speed_ratio: FloatLike, spread: float) -> FloatLike:
    """How often others reach a vehicle per metre, over how often they reach one another.

    Parameters
    ----------
    speed_ratio : its speed over the mean of the others' [-], above 0
    spread : scale of the others' speeds along the road over their mean [-], see `speed_spread`

    Notes
    -----
    With u = (1 - v / m) / s, E[(c - v)+] is taken as m s (u + sqrt(u**2 + k**2)) / 2: within 4 % of the normal's where
    the truck is slower by twice s, 12 % less at the mean, and by the choice of k exact in the mean over the others.
    """
    slower = (1.0 - speed_ratio) / spread
    result: FloatLike = (slower + np.sqrt(slower * slower + SCALE_SQUARE)) / (2.0 * speed_ratio)
    return result


def more_reached_than_reaching(speed_ratio: FloatLike, spread: float) -> FloatLike:
    """How much more often others reach a vehicle than it reaches others, in the unit of `times_reached`."""
    return (1.0 - speed_ratio) / (speed_ratio * spread)


def mean_excess_share(cap_ratio: FloatLike, spread: float) -> FloatLike:
    """How much vehicles drive above a speed on average, over their mean: E[(c - cap)+] / m, for logistic speeds c [-].

    Parameters
    ----------
    cap_ratio : the speed over their mean [-]
    spread : scale of speeds along the road over their mean [-], above 0, see `speed_spread`
    """
    scale = spread * LOGISTIC
    result: FloatLike = scale * portable.softplus((1.0 - cap_ratio) / scale)
    return result
