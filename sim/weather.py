"""Weather and light: an hourly state for the whole region."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sim.draws import Streams
from sim.parameters import Group, Share
from sim.units import DAYS_PER_YEAR, HOURS_PER_DAY, Floats, Ints

WeatherState = Literal["dry", "rain", "fog", "ice"]
WEATHER_STATES: tuple[WeatherState, ...] = ("dry", "rain", "fog", "ice")
MORNING_HOURS = 9
"""Fog and ice stand between midnight and this hour."""
EARTH_TILT_DEG = 23.44

Twelve = Annotated[tuple[Share, ...], Field(min_length=12, max_length=12)]


class Climate(Group):
    """Shares of hours by month, and how long a state lasts."""

    latitude_deg: Annotated[float, Field(ge=-60.0, le=60.0)] = 27.5
    rain_share: Twelve = (0.0,) * 12
    fog_share: Twelve = (0.0,) * 12
    ice_share: Twelve = (0.0,) * 12
    persistence: Annotated[float, Field(ge=0.0, lt=1.0, description="chance that an hour repeats the one before")] = 0.8


def weather_hours(climate: Climate, month_of_day: Ints, streams: Streams) -> Ints:
    """State of each hour of the horizon as an index of `WEATHER_STATES`, shape (days * 24,).

    With the chance `persistence` an hour keeps its predecessor's state; else it is drawn from the month's shares,
    fog and ice being gathered in the morning hours.
    """
    hours = len(month_of_day) * HOURS_PER_DAY
    month = np.repeat(month_of_day, HOURS_PER_DAY)
    morning = np.tile(np.arange(HOURS_PER_DAY) < MORNING_HOURS, len(month_of_day))
    gathered = np.where(morning, HOURS_PER_DAY / MORNING_HOURS, 0.0)
    rain = np.asarray(climate.rain_share)[month]
    fog = np.minimum(np.asarray(climate.fog_share)[month] * gathered, 1.0)
    ice = np.minimum(np.asarray(climate.ice_share)[month] * gathered, 1.0)
    bounds = np.cumsum(np.stack([ice, fog, rain]), axis=0)
    uniform = streams.uniform("weather.state", 0, hours)
    fresh = np.array([3, 2, 1, 0])[(uniform >= bounds).sum(axis=0)]
    renewed = streams.uniform("weather.renewal", 0, hours) >= climate.persistence
    renewed[0] = True
    last_renewal = np.maximum.accumulate(np.where(renewed, np.arange(hours), 0))
    result: Ints = fresh[last_renewal].astype(np.int64)
    return result


def half_day_length_h(latitude_deg: float, day_of_year: Floats) -> Floats:
    """Hours from sunrise to noon: acos(-tan(latitude) tan(declination)) / 15 degrees an hour.

    The declination is taken as -23.44 deg cos(2 pi (day + 10) / 365) (Cooper 1969, in its cosine form).
    """
    declination = -np.deg2rad(EARTH_TILT_DEG) * np.cos(2.0 * np.pi * (day_of_year + 10.0) / DAYS_PER_YEAR)
    cosine = -np.tan(np.deg2rad(latitude_deg)) * np.tan(declination)
    result: Floats = np.rad2deg(np.arccos(np.clip(cosine, -1.0, 1.0))) / 15.0
    return result


def night_hours(climate: Climate, day_of_year: Ints) -> Ints:
    """1 where the middle of the hour lies before sunrise or after sunset, shape (days * 24,)."""
    half_day = np.repeat(half_day_length_h(climate.latitude_deg, day_of_year.astype(np.float64)), HOURS_PER_DAY)
    middle = np.tile(np.arange(HOURS_PER_DAY) + 0.5, len(day_of_year))
    return (np.abs(middle - 12.0) > half_day).astype(np.int64)
