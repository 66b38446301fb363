"""Where a trip's cumulative expected accidents pass its threshold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core import exact_sums
from sim.core.units import Floats


@dataclass(frozen=True, eq=False)
class Crossing:
    """Where a trip's cumulative hazard crosses its threshold, and what it does not drive any more."""

    row: int
    position_m: float
    elapsed_s: float
    speed_ms: float
    rest_distance_m: Floats
    rest_duration_s: Floats
    rest_hazard: NDArray[np.float64]
    rest_deaths: Floats


def crossing(
    length_m: Floats, duration_s: Floats, hazard: NDArray[np.float64], threshold: float, deaths: Floats | None = None
) -> Crossing:
    """The point of an accident.

    Parameters
    ----------
    length_m, duration_s : arrays
        of the sections from the trip's start, shape (sections,)
    hazard : array
        shape (mechanisms, sections); its sum exceeds the threshold
    threshold : float
        the trip's unit-exponential number
    deaths : array, optional
        expected deaths, shape (sections,)
    """
    cumulative = np.cumsum(hazard.sum(axis=0))
    row = int(np.searchsorted(cumulative, threshold, side="right"))
    before = cumulative[row - 1] if row else 0.0
    part = (threshold - before) / (cumulative[row] - before)
    position = float(exact_sums.exact_length_m(part * length_m[row]))
    elapsed = float(exact_sums.exact_time_s(part * duration_s[row]))
    rest_distance, rest_duration, rest_hazard = length_m[row:].copy(), duration_s[row:].copy(), hazard[:, row:].copy()
    rest_deaths = np.zeros(len(rest_distance)) if deaths is None else deaths[row:].copy()
    rest_distance[0] -= position
    rest_duration[0] -= elapsed
    rest_hazard[:, 0] -= exact_sums.exact_hazard(part * rest_hazard[:, 0])
    rest_deaths[0] -= exact_sums.exact_hazard(part * rest_deaths[0])
    elapsed += float(duration_s[:row].sum())
    speed = float(length_m[row] / duration_s[row])
    return Crossing(row, position, elapsed, speed, rest_distance, rest_duration, rest_hazard, rest_deaths)
