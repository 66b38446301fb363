"""What speed is usual on a section, and the factor that makes its prediction hold for those who drive so.

A safety manual's prediction is of the accidents at the speeds that are driven, published factors of weather and light
are of the accidents at the speeds driven in them. So the factor of a truck's speed is 1 on average over the drivers of
its class with its load, on each section and in each state of weather and light: who drives slower than others there
gains, who drives faster, or does not slow down in the rain as others do, loses. What measures change is measured from
there.
"""

import numpy as np
from scipy.special import ndtri

from sim import portable
from sim.fleet import LOADS, SPEED_FACTOR_LIMITS, Fleet
from sim.parameters import TRUCK_CLASSES
from sim.risk.parameters import SpeedParameters
from sim.units import Bools, Floats, kmh_from_ms

DRIVERS = 32
"""Quantiles of the drivers' habit over which is averaged."""
LEAST = 1e-37
"""Of the mean, so that its inverse is a number in single precision; b would be far beyond any that was published."""


def factor_of_usual_speed(
    wanted_ms: Floats,
    held_ms: Floats,
    crawl_ms: Floats,
    icy_ms: Floats,
    limit_ms: Floats,
    speed_factor: Floats,
    icy: Bools,
    fleet: Fleet,
    speeds: SpeedParameters,
    growth_per_kmh: float,
) -> Floats:
    """1 over the mean of exp(b (v - v_limit)) over drivers, shape (directed sections, kinds, states).

    Parameters
    ----------
    wanted_ms, held_ms, icy_ms, limit_ms : arrays
        speeds by section, shape (directed sections,)
    crawl_ms : array
        by section and kind of truck, shape (directed sections, kinds)
    speed_factor, icy : arrays
        by state of weather and light, shape (states,)
    fleet, speeds : Fleet, SpeedParameters
        habits
    growth_per_kmh : float
        b
    """
    quantiles = ndtri((np.arange(DRIVERS) + 0.5) / DRIVERS)
    habit = np.clip(fleet.speed_factor_mean + fleet.speed_factor_sd * quantiles, *SPEED_FACTOR_LIMITS)
    laden = np.tile(descent_factor_by_load(speeds), len(TRUCK_CLASSES))
    with_retarder = np.repeat(
        [fleet.classes[name].retarder_share if name in fleet.classes else 0.0 for name in TRUCK_CLASSES], LOADS
    )
    mean = np.zeros((*crawl_ms.shape, len(speed_factor)))
    for braced, share in ((1.0, 1.0 - with_retarder), (speeds.retarder_descent_factor, with_retarder)):
        held = np.minimum(held_ms[:, None, None] * (laden[:, None] * (habit * braced)), crawl_ms[:, :, None])
        for state, (slower, slippery) in enumerate(zip(speed_factor.tolist(), icy.tolist(), strict=True)):
            velocity = np.minimum(held, wanted_ms[:, None, None] * (habit * slower))
            if slippery:
                velocity = np.minimum(velocity, icy_ms[:, None, None])
            growth = portable.exp(growth_per_kmh * kmh_from_ms(velocity - limit_ms[:, None, None]))
            mean[:, :, state] += share * growth.mean(axis=2)
    result: Floats = 1.0 / np.maximum(mean, LEAST)
    return result


def descent_factor_by_load(speeds: SpeedParameters) -> Floats:
    """Factor of the load on the speed held downgrade, shape (loads,)."""
    return np.array([1.0, speeds.laden_descent_factor, speeds.laden_descent_factor])
