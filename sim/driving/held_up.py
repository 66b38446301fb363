"""Time that others lose behind trucks where they can't pass them at once, and how many drive behind a truck.

Others reach a truck as `sim.risk.encounters` has it and queue behind it. The first of them passes when those who come
towards leave a gap, if the road lets it see that far: of a Poisson flow q the wait for a gap t is on average
(exp(q t) - 1 - q t) / q [1]. The mean number behind the truck grows along a link as dn/dt = a - n / (1 + n) / w, with
arrivals a and the wait w: where it settles it is that of a queue with random arrivals and services, and while it grows,
or where nobody can pass, n = a t. On roads of four lanes, one-way links and climbing lanes nobody is held up. The queue
begins anew at each junction, the speed is the mean of the trucks of a class on a section, and the others' own speed is
taken for that of those held up, who are the faster half: all three make the lost time too small rather than too large.

[1] Tanner (1951), Biometrika 38, 383-392, has the wait for a gap in random traffic; the mean is simulated in
    `tests/theory/test_held_up.py`.
"""

from typing import NamedTuple

import numpy as np

from sim.core import portable
from sim.core.units import HOURS_PER_DAY, SECONDS_PER_HOUR, FloatLike, Floats, Ints
from sim.driving.conditions import Others
from sim.driving.traffic import Traffic
from sim.inputs.network import DirectedLink, SectionTable
from sim.risk import encounters

PIECE_M = 200.0
TWO_LANES = 2
LONGEST_WAIT = 60.0
"""Exponent beyond which the wait is longer than any drive."""


class HeldUp(NamedTuple):
    """What others lose in a run."""

    hours: float
    behind: float
    """Others behind a truck, on average over its time on roads where one can be held up [-]."""


def wait_s(flow_per_s: Floats, gap_s: float) -> Floats:
    """Mean wait for a gap in a Poisson flow [s], 0 where there is no flow."""
    exponent: Floats = np.minimum(flow_per_s * gap_s, LONGEST_WAIT)
    some = np.where(exponent > 0.0, exponent, 1.0)
    return np.where(exponent > 0.0, (portable.exp(some) - 1.0 - some) / some * gap_s, 0.0)


def held_up(
    ways: tuple[DirectedLink, ...],
    table: SectionTable,
    others: Others,
    traffic: Traffic,
    driven: tuple[Floats, Floats],
    departures: Ints,
    passing_factor: Floats | None = None,
) -> HeldUp:
    """Hours lost behind the trucks of a run, and others behind a truck.

    Parameters
    ----------
    ways, table, others, traffic : the network and the other vehicles
    driven : metres and seconds of the trucks, each of shape (truck classes, directed sections)
    departures : of trucks by hour, shape (truck classes, 24): they are on the road in about the same hours
    passing_factor : on how often others pass, as `DrivingRules` has it
    """
    factor = np.ones(len(table.length_m)) if passing_factor is None else passing_factor
    hourly = np.asarray(traffic.hourly_weights) / sum(traffic.hourly_weights) * HOURS_PER_DAY
    hour_share = departures / np.maximum(departures.sum(axis=1), 1)[:, None]
    hours, behind_s, there_s = 0.0, 0.0, 0.0
    for way in ways:
        rows = slice(way.first, way.stop)
        there = np.flatnonzero(driven[0][:, rows].min(axis=1) > 0.0)
        if way.link.lane_count <= TWO_LANES and not way.link.one_way and len(there):
            metres, seconds = (own[there, rows] for own in driven)
            queue_s, lost_s = _along(metres, seconds, rows, table, others, traffic, hourly, factor)
            hours += _over_the_day(lost_s, hour_share[there]) / SECONDS_PER_HOUR
            behind_s += _over_the_day(queue_s, hour_share[there])
            there_s += sum(seconds.ravel().tolist())
    return HeldUp(hours, behind_s / there_s if there_s > 0.0 else 0.0)


def _over_the_day(by_hour: Floats, hour_share: Floats) -> float:
    """In one order on every processor."""
    return float(sum((by_hour * hour_share).ravel().tolist()))


def _along(
    metres: Floats,
    seconds: Floats,
    rows: slice,
    table: SectionTable,
    others: Others,
    traffic: Traffic,
    hourly: Floats,
    factor: Floats,
) -> tuple[Floats, Floats]:
    """Seconds of others behind all trucks on a link, and those that they lose, shape (truck classes, 24)."""
    queue_s: Floats = np.zeros((len(metres), HOURS_PER_DAY))
    lost_s, behind = queue_s, queue_s
    for n, length in enumerate(table.length_m[rows].tolist()):
        at, speed = rows.start + n, (metres[:, n] / seconds[:, n])[:, None]
        free = float(others.speed_ms[at])
        flow = float(table.flow_per_s[at]) * hourly
        arrivals = flow * reached_per_s(speed / free, others.spread)
        passing = _passes_per_s(at, flow, free, table, traffic, float(factor[at]))
        pieces = int(np.ceil(length / PIECE_M))
        step, lost = length / pieces / speed, np.maximum(1.0 - speed / free, 0.0)
        for _ in range(pieces):
            before, behind = behind, grown(behind, arrivals, passing, step)
            here = 0.5 * (before + behind) * step * (metres[:, n, None] / length)
            queue_s, lost_s = queue_s + here, lost_s + here * lost
    return queue_s, lost_s


def reached_per_s(speed_ratio: FloatLike, spread: float) -> FloatLike:
    """How often others reach a truck while as many pass a place of the road [-]: E[(c - v)+] / m."""
    return encounters.times_reached(speed_ratio, spread) * spread * speed_ratio


def _passes_per_s(
    at: int, flow_per_s: Floats, free_ms: float, table: SectionTable, traffic: Traffic, factor: float
) -> Floats:
    """At most, by hour; endless where there is a passing lane or nobody comes towards, 0 where one can't see."""
    if table.passing_lane[at] or np.isinf(factor):
        return np.full(HOURS_PER_DAY, np.inf)
    sight = sight_m(float(table.sight_m[at]), float(table.curvature_per_m[at]), traffic.obstacle_m)
    if sight < free_ms * traffic.critical_gap_s:
        return np.zeros(HOURS_PER_DAY)
    wait = wait_s(flow_per_s, traffic.critical_gap_s)
    return np.where(wait > 0.0, factor / np.where(wait > 0.0, wait, 1.0), np.inf if factor > 0.0 else 0.0)


def sight_m(given_m: float, curvature_per_m: float, obstacle_m: float) -> float:
    """How far one sees [m]: as given, and no farther than a curve allows, whose sagitta is the obstacle's distance."""
    if curvature_per_m <= 0.0:
        return given_m
    return min(given_m, float(np.sqrt(8.0 * obstacle_m / curvature_per_m)))


def grown(behind: Floats, arrivals_per_s: Floats, passes_per_s: Floats, step_s: Floats | float) -> Floats:
    """Mean number behind a truck after a step, by an implicit step: never negative, however long it is.

    n' (1 + p dt / (1 + n')) = n + a dt, a quadratic equation in n'.
    """
    come = behind + arrivals_per_s * step_s
    endless = np.isinf(passes_per_s)
    half = 0.5 * (1.0 + np.where(endless, 0.0, passes_per_s) * step_s - come)
    root = np.sqrt(half * half + come)
    left = np.where(half > 0.0, come / np.where(half > 0.0, half + root, 1.0), root - half)
    result: Floats = np.where(endless, 0.0, left)
    return result
