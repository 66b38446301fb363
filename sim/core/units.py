"""Units: SI inside; conversions happen here, at input and at output, and nowhere else."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
FloatLike = TypeVar("FloatLike", float, Floats)

STANDARD_GRAVITY_MS2 = 9.80665
SECONDS_PER_MINUTE = 60
SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 86_400
HOURS_PER_DAY = 24
HOURS_PER_WEEK = 168
DAYS_PER_YEAR = 365
METRES_PER_KM = 1000
KG_PER_TONNE = 1000.0
WATTS_PER_KW = 1000
METRES_PER_MILE = 1609.344
METRES_PER_FOOT = 0.3048
KG_PER_POUND = 0.45359237
WATTS_PER_HORSEPOWER = 745.6998715822702
NEWTONS_PER_POUND_FORCE = 4.4482216152605
VKM_PER_MILLION = 1_000_000


def read_only(holder: object) -> None:
    """Make the arrays that are an object's attributes read-only."""
    for value in vars(holder).values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)


def ms_from_kmh(speed_kmh: FloatLike) -> FloatLike:
    """Speed [km/h] in [m/s]."""
    return speed_kmh / 3.6


def kmh_from_ms(speed_ms: FloatLike) -> FloatLike:
    """Speed [m/s] in [km/h]."""
    return speed_ms * 3.6


def mph_from_ms(speed_ms: FloatLike) -> FloatLike:
    """Speed [m/s] in [mile/h]."""
    return speed_ms * (SECONDS_PER_HOUR / METRES_PER_MILE)


def ms_from_mph(speed_mph: FloatLike) -> FloatLike:
    """Speed [mile/h] in [m/s]."""
    return speed_mph * (METRES_PER_MILE / SECONDS_PER_HOUR)


def celsius_from_fahrenheit(temperature_f: FloatLike) -> FloatLike:
    """Temperature [deg F] in [deg C]."""
    return (temperature_f - 32.0) / 1.8
