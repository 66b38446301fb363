"""Weather and light: an hourly state for the whole region."""

from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from sim.core.parameters import Group, Share
from sim.core.random_streams import Streams
from sim.core.units import DAYS_PER_YEAR, HOURS_PER_DAY, Bools, Floats, Ints

WeatherState = Literal["dry", "rain", "fog", "ice", "snow"]
WEATHER_STATES: tuple[WeatherState, ...] = ("dry", "rain", "fog", "ice", "snow")
MORNING_HOURS = 9
"""Fog and ice stand between midnight and this hour."""
EARTH_TILT_DEG = 23.44
DAYS_AT_ONCE = 365
"""Days whose weather is drawn together; it does not change the weather."""

Twelve = Annotated[tuple[Share, ...], Field(min_length=12, max_length=12)]


class Climate(Group):
    """Shares of hours by month, and how long a state lasts."""

    latitude_deg: Annotated[float, Field(ge=-60.0, le=60.0)] = 27.5
    rain_share: Twelve = (0.0,) * 12
    fog_share: Twelve = (0.0,) * 12
    ice_share: Twelve = Field(
        default=(0.0,) * 12, description="black ice: thin ice or frozen rain on a road that looks bare"
    )
    snow_share: Twelve = Field(default=(0.0,) * 12, description="snow falls or lies on the road")
    persistence: Annotated[float, Field(ge=0.0, lt=1.0, description="chance that an hour repeats the one before")] = 0.8

    @model_validator(mode="after")
    def _shares_of_one_whole(self) -> Self:
        for month, shares in enumerate(
            zip(self.rain_share, self.fog_share, self.ice_share, self.snow_share, strict=True)
        ):
            if sum(shares) > 1.0 + 1e-9:
                parts = " + ".join(f"{share:g}" for share in shares)
                raise ValueError(
                    f"rain, fog, ice and snow of month {month + 1} have shares of {parts}, must be at most 1 together"
                )
        return self


def weather_hours(climate: Climate, month_of_day: Ints, streams: Streams) -> NDArray[np.int8]:
    """State of each hour of the horizon as an index of `WEATHER_STATES`, shape (days * 24,).

    With the chance `persistence` an hour keeps its predecessor's state; else it is drawn from the month's shares,
    fog and ice being gathered in the morning hours.
    """
    state = np.empty((len(month_of_day), HOURS_PER_DAY), dtype=np.int8)
    for first in range(0, len(month_of_day), DAYS_AT_ONCE):
        days = slice(first, first + DAYS_AT_ONCE)
        fresh = _fresh(climate, month_of_day[days], streams, first).ravel()
        renewed = streams.uniform("weather.renewal", 0, len(fresh), first * HOURS_PER_DAY) >= climate.persistence
        if first == 0:
            renewed[0] = True
        last = np.maximum.accumulate(np.where(renewed, np.arange(len(fresh)), -1))
        kept = state[first - 1, -1]
        state[days] = np.where(last >= 0, fresh[last], kept).reshape(-1, HOURS_PER_DAY)
    return state.ravel()


def _fresh(climate: Climate, month_of_day: Ints, streams: Streams, first_day: int) -> NDArray[np.int8]:
    """States drawn from the months' shares alone, shape (days, 24)."""
    gathered = np.where(np.arange(HOURS_PER_DAY) < MORNING_HOURS, HOURS_PER_DAY / MORNING_HOURS, 0.0)
    rain, fog, ice, snow = (
        np.asarray(share)[month_of_day, None]
        for share in (climate.rain_share, climate.fog_share, climate.ice_share, climate.snow_share)
    )
    shares = np.broadcast_arrays(np.minimum(ice * gathered, 1.0), np.minimum(fog * gathered, 1.0), rain, snow)
    bounds = np.cumsum(shares, axis=0)
    size = len(month_of_day) * HOURS_PER_DAY
    uniform = streams.uniform("weather.state", 0, size, first_day * HOURS_PER_DAY).reshape(-1, HOURS_PER_DAY)
    found: NDArray[np.int8] = np.array([3, 2, 1, 4, 0], dtype=np.int8)[(uniform >= bounds).sum(axis=0)]
    return found


def half_day_length_h(latitude_deg: float, day_of_year: Floats) -> Floats:
    """Hours from sunrise to noon: acos(-tan(latitude) tan(declination)) / 15 degrees an hour.

    The declination is taken as -23.44 deg cos(2 pi (day + 10) / 365) (Cooper 1969, in its cosine form).
    """
    declination = -np.deg2rad(EARTH_TILT_DEG) * np.cos(2.0 * np.pi * (day_of_year + 10.0) / DAYS_PER_YEAR)
    cosine = -np.tan(np.deg2rad(latitude_deg)) * np.tan(declination)
    result: Floats = np.rad2deg(np.arccos(np.clip(cosine, -1.0, 1.0))) / 15.0
    return result


def night_hours(climate: Climate, day_of_year: Ints) -> Bools:
    """Whether the middle of the hour lies before sunrise or after sunset, shape (days * 24,)."""
    half_day = half_day_length_h(climate.latitude_deg, day_of_year.astype(np.float64))
    from_noon = np.abs(np.arange(HOURS_PER_DAY) + 0.5 - 12.0)
    result: Bools = (from_noon > half_day[:, None]).ravel()
    return result
