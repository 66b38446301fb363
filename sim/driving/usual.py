"""What speed is usual on a section, and the factor that makes its prediction hold for those who drive so.

A safety manual's prediction is of the accidents at the speeds that are driven, published factors of weather and light
are of the accidents at the speeds driven in them. So the factor of a truck's speed is 1 on average over the drivers of
its class with its load, on each section and in each state of weather and light: who drives slower than others there
gains, who drives faster, or does not slow down in the rain as others do, loses. What measures change is measured from
there.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from sim.core import portable
from sim.core.kept import kept
from sim.core.units import Bools, Floats, Ints, kmh_from_ms
from sim.driving.parameters import SpeedParameters
from sim.inputs.fleet import LOADS, SPEED_FACTOR_LIMITS, Fleet
from sim.inputs.network import SectionTable
from sim.physics import speed

DRIVERS = 32
"""Quantiles of the drivers' habit over which is averaged."""
LEAST = 1e-37
"""Of the mean, so that its inverse is a number in single precision; b would be far beyond any that was published."""


class Bounds(NamedTuple):
    """What bounds a truck's speed; arrays of shape (directed sections,) where nothing else is said."""

    desired_ms: Floats
    """Speed by limit and curves, which a driver's habit multiplies."""
    held_ms: Floats
    """Speed held downgrade, infinite where the road does not fall steeply."""
    icy_ms: Floats
    """Speed at which a truck can still hold its lane and stop within its sight on ice."""
    crawl_ms: Floats
    """Steady speed of each kind of truck at full power, shape (directed sections, kinds), infinite downgrade."""
    resistance_ms2: Floats
    """g (grade + rolling resistance)."""
    power_per_kg: Floats
    """At the wheels, of each kind of truck, shape (kinds,), as the next."""
    drag_per_kg: Floats


@kept(most=16)
def factor_of_usual_speed(
    table: SectionTable,
    bounds: Bounds,
    speed_factor: Floats,
    icy: Bools,
    fleet: Fleet,
    speeds: SpeedParameters,
    growth_per_kmh: float,
) -> Floats:
    """1 over the mean of exp(b (v - v_limit)) over drivers, shape (directed sections, kinds, states).

    Parameters
    ----------
    table : SectionTable
        the network's sections
    bounds : Bounds
        of speed
    speed_factor, icy : arrays
        by state of weather and light, shape (states,)
    fleet, speeds : Fleet, SpeedParameters
        habits
    growth_per_kmh : float
        b
    """
    quantiles = ndtri((np.arange(DRIVERS) + 0.5) / DRIVERS)
    habit = np.clip(fleet.speed_factor_mean + fleet.speed_factor_sd * quantiles, *SPEED_FACTOR_LIMITS)
    laden = np.tile(descent_factor_by_load(speeds), len(fleet.class_names))
    with_retarder = np.repeat(
        [fleet.classes[name].retarder_share if name in fleet.classes else 0.0 for name in fleet.class_names], LOADS
    )
    steps = _steps(table, bounds.crawl_ms)
    mean = np.zeros((*bounds.crawl_ms.shape, len(speed_factor)))
    for braced, share in ((1.0, 1.0 - with_retarder), (speeds.retarder_descent_factor, with_retarder)):
        held = bounds.held_ms[:, None, None] * (laden[:, None] * (habit * braced))
        for state, (slower, slippery) in enumerate(zip(speed_factor.tolist(), icy.tolist(), strict=True)):
            target = np.minimum(held, bounds.desired_ms[:, None, None] * (habit * slower))
            if slippery:
                target = np.minimum(target, bounds.icy_ms[:, None, None])
            velocity = _climbed(target, table.length_m, bounds, steps)
            growth = portable.exp(growth_per_kmh * kmh_from_ms(velocity - table.limit_ms[:, None, None]))
            mean[:, :, state] += share * growth.mean(axis=2)
    result: Floats = 1.0 / np.maximum(mean, LEAST)
    return result


def _steps(table: SectionTable, crawl_ms: Floats) -> list[tuple[Ints, Bools]]:
    """Sections in the order of travel, all links at a time, and which of them climb or are level."""
    way = table.way
    first = np.flatnonzero(np.concatenate([[True], way[1:] != way[:-1]]))
    count = np.diff(np.concatenate([first, [len(way)]]))
    climbs = np.isfinite(crawl_ms[:, 0])
    found = []
    for step in range(int(count.max())):
        rows = np.where(step < count, first + step, -1)
        found.append((rows, climbs[rows] & (rows >= 0)))
    return found


def _climbed(target_ms: Floats, length_m: Floats, bounds: Bounds, steps: list[tuple[Ints, Bools]]) -> Floats:
    """Mean speed on each section, shape (directed sections, kinds, drivers), as the sweep drives them."""
    velocity = target_ms.copy()
    leaving = np.full((len(steps[0][0]), *target_ms.shape[1:]), np.inf)
    power, drag = bounds.power_per_kg[:, None], bounds.drag_per_kg[:, None]
    for rows, climbs in steps:
        rising = np.flatnonzero(climbs)
        own = rows[rising]
        wanted, length = target_ms[own], length_m[own][:, None, None]
        entry = np.minimum(leaving[rising], wanted)
        to = np.minimum(wanted, bounds.crawl_ms[own][:, :, None])
        settling = speed.settling_distance_m(entry, to, power, drag, bounds.resistance_ms2[own][:, None, None])
        end = speed.speed_at_end_ms(entry, to, settling, length)
        velocity[own] = speed.mean_speed_ms(entry, to, end, settling, length)
        on_way = rows >= 0
        leaving[on_way] = target_ms[rows[on_way]]
        leaving[rising] = end
    return velocity


def descent_factor_by_load(speeds: SpeedParameters) -> Floats:
    """Factor of the load on the speed held downgrade, shape (loads,)."""
    return np.array([1.0, speeds.laden_descent_factor, speeds.laden_descent_factor])
