"""Smoothing of heights and of the line along a whole route.

[1] Eilers (2003), A perfect smoother, Analytical Chemistry 75, 3631-3636: the Whittaker smoother.
[2] Hampel (1974), The influence curve and its role in robust estimation, Journal of the American Statistical
    Association 69, 383-393: median and median absolute deviation.
"""

import numpy as np
from scipy.linalg import solveh_banded

from sim.core.units import Bools, Floats

NORMAL_MAD = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""


def whittaker(values: Floats, wavelength_m: float, step_m: float, weights: Floats | None = None) -> Floats:
    """Values smoothed so that waves of a length keep half of their height [1].

    Parameters
    ----------
    values : array of shape (points,)
        at equal steps; those of weight 0 may be anything finite
    wavelength_m : float
        half-power wavelength [m]; 0 leaves the values as they are
    step_m : float
        distance of the points [m]
    weights : array of shape (points,), optional
        0 where a value is not known

    Notes
    -----
    Minimises sum w (z - y)**2 + lam sum (second difference of z)**2 with lam = (wavelength / (2 pi step))**4, for which
    a sine of that wavelength keeps 1 / (1 + 1) of its height where the step is short against it.
    """
    count = len(values)
    if wavelength_m <= 0.0 or count < 4:  # noqa: PLR2004 - second differences of fewer mean nothing
        return values.copy()
    penalty = (wavelength_m / (2.0 * np.pi * step_m)) ** 4
    weight = np.ones(count) if weights is None else weights
    bands = np.zeros((3, count))
    bands[0, 2:] = 1.0
    bands[1, 1:] = np.concatenate([[-2.0], np.full(count - 3, -4.0), [-2.0]])
    bands[2] = np.concatenate([[1.0, 5.0], np.full(count - 4, 6.0), [5.0, 1.0]])
    bands *= penalty
    bands[2] += weight
    result: Floats = solveh_banded(bands, weight * values)
    return result


def spikes(values: Floats, half_window: int, least: float, deviations: float = 3.0) -> Bools:
    """Which values stand out from their neighbours [2], shape (points,).

    Parameters
    ----------
    values : array of shape (points,)
    half_window : int
        neighbours on each side
    least : float
        difference from the median that is never a spike, in the unit of the values
    deviations : float
        of the neighbours' robust standard deviation [-]
    """
    padded = np.pad(values, half_window, mode="reflect", reflect_type="odd") if len(values) > half_window else values
    if len(padded) == len(values):
        return np.zeros(len(values), dtype=np.bool_)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half_window + 1)
    middle = np.median(windows, axis=1)
    spread = NORMAL_MAD * np.median(np.abs(windows - middle[:, None]), axis=1)
    result: Bools = np.abs(values - middle) > np.maximum(deviations * spread, least)
    return result


def climbs(heights: Floats) -> tuple[float, float]:
    """Sum of rises and sum of falls along a profile, both positive [m]."""
    steps = np.diff(heights)
    return float(steps[steps > 0.0].sum()), float(np.abs(steps[steps < 0.0]).sum())
