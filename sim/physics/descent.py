"""A descent at constant speed: brake temperature along it and the highest speed that is safe.

The rating system's rule: temperature at the foot plus the rise by one emergency stop stays at the limit or below
(Myers, Ashkenas, Johnson 1980, FHWA-RD-79-116; Bowman 1989, FHWA-IP-88-015).
"""

from dataclasses import dataclass

import numpy as np

from sim.core.units import Floats, ms_from_mph
from sim.physics import brake_temperature as brakes

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
    step, slope = _points(length_m, grade)
    start_c = np.array([brakes.INITIAL_C])
    along = _temperatures_c(step, slope, mass_kg, np.array([speed_ms]), retarding_w)[:, 0]
    temperature = np.concatenate([start_c, along])
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
    """Highest temperature of a descent at each of some speeds, shape (speeds,)."""
    along = _temperatures_c(*_points(length_m, grade), mass_kg, speeds, retarding_w)
    result: Floats = np.maximum(along.max(axis=0), brakes.INITIAL_C)
    return result


def _points(length_m: Floats, grade: Floats) -> tuple[Floats, Floats]:
    """Sections cut into steps of 50 m at most: length and grade of each."""
    counts = np.maximum(np.ceil(length_m / STEP_M), 1).astype(np.int64)
    return np.repeat(length_m / counts, counts), np.repeat(grade, counts)


def _temperatures_c(step_m: Floats, grade: Floats, mass_kg: float, speeds: Floats, retarding_w: float) -> Floats:
    """Temperature at the end of each step at each of some speeds, shape (steps, speeds)."""
    mass, cooling = np.full(len(speeds), mass_kg), brakes.cooling_rate_per_s(speeds)
    state, found = np.full(len(speeds), brakes.INITIAL_C), np.empty((len(step_m), len(speeds)))
    for number, (step, slope) in enumerate(zip(step_m, grade, strict=True)):
        steady = brakes.steady_temperature_c(brakes.braking_power_w(mass, slope, speeds, retarding_w), speeds)
        state = found[number] = brakes.temperature_after_c(state, steady, cooling, step / speeds)
    return found
