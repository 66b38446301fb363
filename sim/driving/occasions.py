"""When a rule acts: hours of the day, weather, light."""

from collections.abc import Collection
from typing import Literal

import numpy as np

from sim.core.units import HOURS_PER_DAY, Floats
from sim.inputs.weather import WEATHER_STATES, WeatherState

Light = Literal["day", "night"]
STATES: tuple[tuple[WeatherState, Light], ...] = tuple(
    (sky, light) for sky in WEATHER_STATES for light in ("day", "night")
)
"""Weather and light together, in the order in which a run numbers them."""


def on_occasions(
    weather: Collection[WeatherState] | None = None,
    light: Light | None = None,
    from_hour: float = 0.0,
    to_hour: float = 24.0,
) -> Floats:
    """What of each hour of the day is among some occasions, by weather and light, 0 to 1, shape (24, states).

    Parameters
    ----------
    weather : states of the weather; all if None
    light : by day or by night; both if None
    from_hour, to_hour : from one time of the day to another [h], past midnight where the second is the earlier one
    """
    state = [(weather is None or sky in weather) and light in {None, lit} for sky, lit in STATES]
    return np.outer(_share_of_hours(from_hour, to_hour), np.array(state, dtype=np.float64))


def _share_of_hours(from_hour: float, to_hour: float) -> Floats:
    """What of each hour lies between two times, shape (24,)."""
    start = np.arange(HOURS_PER_DAY, dtype=np.float64)

    def before(time_h: float) -> Floats:
        return np.clip(time_h - start, 0.0, 1.0)

    if from_hour < to_hour:
        return before(to_hour) - before(from_hour)
    return 1.0 - (before(from_hour) - before(to_hour))
