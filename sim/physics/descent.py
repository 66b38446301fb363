"""A descent at constant speed: brake temperature along it and the highest speed that is safe.

The rating system's rule: temperature at the foot plus the rise by one emergency stop stays at the limit or below
(Myers, Ashkenas, Johnson 1980, FHWA-RD-79-116; Bowman 1989, FHWA-IP-88-015).
"""

from dataclasses import dataclass

import numpy as np

from sim import portable
from sim.physics import brake_temperature as brakes
from sim.units import Floats, ms_from_mph

HIGHEST_MS = ms_from_mph(60.0)
"""Speeds above are not looked for: the rating system's signs end there."""
SLOWEST_MS = ms_from_mph(5.0)
STEP_M = 50.0


@dataclass(frozen=True, eq=False)
class Descent:
    """Brake temperature along a descent; arrays of shape (points,)."""

    distance_m: Floats
    temperature_c: Floats
    hottest_with_stop_c: float
    """Highest temperature of the descent if the driver then has to stop."""


def descend(
    length_m: Floats, grade: Floats, mass_kg: float, speed_ms: float, retarding_w: float = brakes.ENGINE_BRAKE_W
) -> Descent:
    """Drive sections of the given lengths [m] and grades [-] at one speed [m/s]; points every 50 m at most."""
    counts = np.maximum(np.ceil(length_m / STEP_M), 1).astype(np.int64)
    step: Floats = np.repeat(length_m / counts, counts)
    slope: Floats = np.repeat(grade, counts)
    speed: Floats = speed_ms * np.ones_like(step)
    power = brakes.braking_power_w(mass_kg * np.ones_like(step), slope, speed, retarding_w)
    steady = brakes.steady_temperature_c(power, speed)
    decay = portable.exp(-brakes.cooling_rate_per_s(speed_ms) * step / speed_ms)
    along = brakes.temperatures_along_c(np.array([brakes.INITIAL_C]), steady[:, None], decay[:, None])[:, 0]
    temperature = np.concatenate([[brakes.INITIAL_C], along])
    distance = np.concatenate([[0.0], np.cumsum(step)])
    return Descent(distance, temperature, float(temperature.max() + brakes.emergency_stop_rise_c(mass_kg, speed_ms)))


def maximum_safe_speed_ms(
    length_m: Floats, grade: Floats, mass_kg: float, retarding_w: float = brakes.ENGINE_BRAKE_W
) -> float | None:
    """Highest constant speed [m/s] at which the limit holds all along, up to 60 mile/h; None if even 5 is too fast.

    Speeds are tried from 60 mile/h down in steps of 0.1: temperature is not monotonic in speed at the low end, and
    drivers look for the highest.
    """
    speeds: Floats = np.arange(HIGHEST_MS, SLOWEST_MS - 1e-9, -ms_from_mph(0.1))
    hottest = _hottest_c(length_m, grade, mass_kg, speeds, retarding_w)
    stop_c = brakes.emergency_stop_rise_c(np.full(len(speeds), mass_kg), speeds)
    safe = np.flatnonzero(hottest + stop_c <= brakes.LIMIT_C)
    return float(speeds[safe[0]]) if len(safe) else None


def _hottest_c(length_m: Floats, grade: Floats, mass_kg: float, speeds: Floats, retarding_w: float) -> Floats:
    """Highest temperature of a descent at each of some speeds, shape (speeds,); as `descend`, all at once."""
    counts = np.maximum(np.ceil(length_m / STEP_M), 1).astype(np.int64)
    step, slope = np.repeat(length_m / counts, counts)[:, None], np.repeat(grade, counts)[:, None]
    power = brakes.braking_power_w(np.full(len(speeds), mass_kg), slope, speeds, retarding_w)
    steady = brakes.steady_temperature_c(power, speeds)
    decay = portable.exp(-brakes.cooling_rate_per_s(speeds) * step / speeds)
    along = brakes.temperatures_along_c(np.full(len(speeds), brakes.INITIAL_C), steady, decay)
    result: Floats = np.maximum(along.max(axis=0), brakes.INITIAL_C)
    return result
