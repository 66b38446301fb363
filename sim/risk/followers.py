"""Followers on two-lane roads: the share of vehicles that drive behind a slower one.

[1] TRB (2022), Highway Capacity Manual, 7th edition, chapter 15; worked examples in chapter 26.

Formulas keep the manual's units (miles, miles an hour, vehicles an hour, per cent); callers convert. A follower is a
vehicle at most 2.5 s behind the one ahead. Not for winter, says the manual.
"""

from typing import NamedTuple

import numpy as np

from sim.core import portable

CAPACITY_PER_H = 1700.0
"""Of one direction of a two-lane road [vehicles/h] [1]."""
PASSING_LANE_CAPACITY_PER_H = 1500.0
"""Where there is a passing lane and less than a tenth are heavy, on all but the steepest slopes [1]."""
NO_PASSING_OPPOSING_PER_H = 1500.0
"""Opposing flow that stands for a ban on passing [vehicles/h] [1]."""
LEVEL_HEAVY_FACTOR = 0.0333
"""Loss of free-flow speed on the level [mile/h] for each per cent of heavy vehicles [1]."""

UPGRADE_LIMITS = (
    (0.1, (7.0, None, None, None)),
    (0.2, (4.0, 7.0, None, None)),
    (0.3, (3.0, 5.0, 7.0, 9.0)),
    (0.4, (2.0, 4.0, 6.0, 7.0)),
    (0.5, (2.0, 4.0, 5.0, 6.0)),
    (0.6, (2.0, 3.0, 5.0, 6.0)),
    (0.7, (2.0, 3.0, 4.0, 6.0)),
    (1.1, (2.0, 3.0, 4.0, 5.0)),
    (np.inf, (2.0, 3.0, None, 5.0)),
)
"""Up to a length [mile]: the steepest grade [%] of vertical classes 1 to 4, None where a class is not used; beyond the
last the next class, exhibit 15-11 [1]."""
DOWNGRADE_LIMITS = (
    (0.1, (8.0, None, None, None)),
    (0.2, (5.0, 8.0, None, None)),
    (0.3, (4.0, 6.0, 8.0, 9.0)),
    (0.4, (2.0, 5.0, 6.0, 8.0)),
    (0.5, (3.0, 4.0, 6.0, 7.0)),
    (0.7, (3.0, 4.0, 5.0, 6.0)),
    (0.8, (3.0, None, 4.0, 6.0)),
    (0.9, (3.0, None, 4.0, 5.0)),
    (1.1, (2.0, 3.0, 4.0, 5.0)),
    (np.inf, (2.0, 3.0, None, 5.0)),
)
"""The same for trucks in crawl gear downhill [1]."""

HEAVY = {
    2: (-0.45036, 0.00814, 0.01543, 0.01358, 0.0, 0.0),
    3: (-0.29591, 0.00743, 0.0, 0.01246, 0.0, 0.0),
    4: (-0.40902, 0.00975, 0.00767, -0.18363, 0.00423, 0.0),
    5: (-0.38360, 0.01074, 0.01945, -0.69848, 0.01069, 0.12700),
}
"""Coefficients of the loss of free-flow speed by vertical class, exhibit 15-12 [1]."""
AT_CAPACITY = {
    1: (37.68080, 3.05089, -7.90866, -0.94321, 13.64266, -0.00050, -0.05500, 7.13758),
    2: (58.21104, 5.73387, -13.66293, -0.66126, 9.08575, -0.00950, -0.03602, 7.14619),
    3: (113.20439, 10.01778, -18.90000, 0.46542, -6.75338, -0.03000, -0.05800, 10.03239),
    4: (58.29978, -0.53611, 7.35076, -0.27046, 4.49850, -0.01100, -0.02968, 8.89680),
    5: (3.32968, -0.84377, 7.08952, -1.32089, 19.98477, -0.01250, -0.02960, 9.99453),
}
"""Of percent followers at capacity by vertical class, without a passing lane [1]."""
AT_A_QUARTER = {
    1: (18.01780, 10.0, -21.6, -0.97853, 12.05214, -0.0075, -0.067, 11.60405),
    2: (47.83887, 12.8, -28.2, -0.61758, 5.8, -0.0455, -0.03344, 11.35573),
    3: (125.4, 19.5, -34.9, 0.90672, -16.1, -0.11, -0.062, 14.71136),
    4: (103.13534, 14.68459, -23.72704, 0.66444, -11.95763, -0.1, 0.00172, 14.70067),
    5: (89.0, 19.02642, -34.5424, 0.29792, -6.62528, -0.16, 0.0048, 17.56611),
}
"""At a quarter of the capacity [1]."""
LANE_AT_CAPACITY = {
    1: (61.73075, 6.73922, -23.68853, -0.84126, 11.44533, -1.05124, 1.50390, 0.00491),
    2: (12.30096, 9.57465, -30.79427, -1.79448, 25.76436, -0.66350, 1.26039, -0.00323),
    3: (206.07369, -4.29885, 0.0, 1.96483, -30.32556, -0.75812, 1.06453, -0.00839),
    4: (263.13428, 5.38749, -19.04859, 2.73018, -42.76919, -1.31277, -0.32242, 0.01412),
    5: (126.95629, 5.95754, -19.22229, 0.43238, -7.35636, -1.03017, -2.66026, 0.01389),
}
"""On a passing lane [1]."""
LANE_AT_A_QUARTER = {
    1: (80.37105, 14.44997, -46.41831, -0.23367, 0.84914, -0.56747, 0.89427, 0.00119),
    2: (18.37886, 14.71856, -47.78892, -1.43373, 18.32040, -0.13226, 0.77217, -0.00778),
    3: (239.98930, 15.90683, -46.87525, 2.73582, -42.88130, -0.53746, -0.76271, -0.00428),
    4: (223.68435, 10.26908, -35.60830, 2.31877, -38.30034, -0.60275, -0.67758, 0.00117),
    5: (137.37633, 11.00106, -38.89043, 0.78501, -14.88672, -0.72576, -2.49546, 0.00872),
}
"""On a passing lane at a quarter of the capacity [1]."""
SLOPE = (-0.29764, -0.71917), (-0.15808, -0.83732)
"""Of m, without and with a passing lane, exhibit 15-28 [1]."""
POWER = (
    (0.81165, 0.37920, -0.49524, -2.11289, 2.41146),
    (-1.63246, 1.64960, -4.45823, -4.89119, 10.33057),
)
"""Of p, exhibit 15-29 [1]."""


class Segment(NamedTuple):
    """A homogeneous piece of a two-lane road in one direction."""

    length_miles: float
    grade_pct: float
    free_flow_mph: float
    heavy_pct: float
    opposing_per_h: float = NO_PASSING_OPPOSING_PER_H
    """1,500 where nobody may pass."""
    passing_lane: bool = False

    @property
    def vertical_class(self) -> int:
        """1 for level pieces to 5 for long, steep ones."""
        return vertical_class(self.length_miles, self.grade_pct)


def vertical_class(length_miles: float, grade_pct: float) -> int:
    """Class 1 to 5 of a slope by its length [mile] and grade [%], falls negative, exhibit 15-11 [1]."""
    table = UPGRADE_LIMITS if grade_pct >= 0.0 else DOWNGRADE_LIMITS
    limits = next(own for longest, own in table if length_miles <= longest)
    steep, used = abs(grade_pct), [n for n, limit in enumerate(limits, start=1) if limit is not None]
    found = next((n for n in used if steep <= (limits[n - 1] or 0.0)), None)
    return used[-1] + 1 if found is None else found


def free_flow_mph(posted_mph: float, segment: Segment) -> float:
    """Free-flow speed [mile/h] with lanes of 12 and shoulders of 6 ft and no access points, equations 15-2 to 15-4 [1].

    1.14 times the posted speed less a x the share of heavy vehicles [%].
    """
    base, a = 1.14 * posted_mph, LEVEL_HEAVY_FACTOR
    if segment.vertical_class > 1:
        own, length = HEAVY[segment.vertical_class], segment.length_miles
        by_opposing = max(own[3] + own[4] * base + own[5] * length, 0.0) * segment.opposing_per_h / 1000.0
        a = max(a, own[0] + own[1] * base + own[2] * length + by_opposing)
    return base - a * segment.heavy_pct


def percent_followers(flow_per_h: float, segment: Segment) -> float:
    """Vehicles that follow another [%]: 100 (1 - exp(m (v / 1000)**p)), equation 15-17 [1].

    Parameters
    ----------
    flow_per_h : float
        of the direction [vehicles/h], up to the capacity
    segment : Segment
        0.25 to 3 miles long, free-flow speeds of some 40 to 75 miles/h
    """
    lane = segment.passing_lane
    capacity = PASSING_LANE_CAPACITY_PER_H if lane else CAPACITY_PER_H
    full = -float(portable.log(1.0 - followers_at_capacity(segment) / 100.0)) / (capacity / 1000.0)
    quarter = -float(portable.log(1.0 - followers_at_a_quarter(segment) / 100.0)) / (0.25 * capacity / 1000.0)
    d, e = SLOPE[lane], POWER[lane]
    m = d[0] * quarter + d[1] * full
    p = e[0] + e[1] * quarter + e[2] * full + e[3] * quarter**0.5 + e[4] * full**0.5
    return 100.0 * (1.0 - float(portable.exp(m * (flow_per_h / 1000.0) ** p)))


def followers_at_capacity(segment: Segment) -> float:
    """Percent followers at capacity, equations 15-18 and 15-19 [1]."""
    return _polynomial(segment, LANE_AT_CAPACITY if segment.passing_lane else AT_CAPACITY)


def followers_at_a_quarter(segment: Segment) -> float:
    """Percent followers at a quarter of the capacity, equations 15-20 and 15-21 [1]."""
    return _polynomial(segment, LANE_AT_A_QUARTER if segment.passing_lane else AT_A_QUARTER)


Table = dict[int, tuple[float, float, float, float, float, float, float, float]]


def _polynomial(segment: Segment, table: Table) -> float:
    length, speed, heavy = segment.length_miles, segment.free_flow_mph, segment.heavy_pct
    opposing = segment.opposing_per_h / 1000.0
    last = (heavy**0.5, speed * heavy) if segment.passing_lane else (speed * opposing, opposing**0.5)
    terms = (1.0, length, length**0.5, speed, speed**0.5, heavy, *last)
    return float(sum(b * term for b, term in zip(table[segment.vertical_class], terms, strict=True)))
