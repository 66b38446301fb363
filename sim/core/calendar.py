"""Days of the horizon: from simulated days to dates, months and weekdays."""

from datetime import date, timedelta

import numpy as np

from sim.core.units import SECONDS_PER_DAY, Ints

DAYS_PER_WEEK = 7
MONTHS_PER_YEAR = 12
THURSDAY = 3
"""The weekday of 1970-01-01, from which NumPy counts days; Monday is 0."""


class Horizon:
    """The days that are simulated: first those in which drivers gather experience, then those that are recorded.

    Day 0 is the first simulated one, `warm_up_days` the first recorded one. Months are counted from the first recorded
    one; days before it belong to no month (-1).
    """

    def __init__(self, start: date, days: int, warm_up_days: int = 0) -> None:
        self.start = start
        self.warm_up_days = warm_up_days
        self.days = warm_up_days + days
        dates = [start + timedelta(days=day - warm_up_days) for day in range(self.days)]
        self.weekday, self.month_of_year = self.weekdays_and_months(np.arange(self.days) - warm_up_days)
        self.day_of_year: Ints = np.array([d.timetuple().tm_yday for d in dates], dtype=np.int64)
        month = [(d.year - start.year) * 12 + d.month - start.month if d >= start else -1 for d in dates]
        self.month: Ints = np.array(month, dtype=np.int64)

    @property
    def zero_s(self) -> float:
        """Start of the recorded days on the engine's clock [s]."""
        return self.warm_up_days * float(SECONDS_PER_DAY)

    @property
    def months(self) -> int:
        """Number of calendar months touched."""
        return int(self.month[-1]) + 1

    @property
    def first_days_of_months(self) -> list[int]:
        """Simulated days on which another month begins."""
        found: list[int] = (np.flatnonzero(np.diff(self.month_of_year)) + 1).tolist()
        return found

    def weekdays_and_months(self, day: Ints) -> tuple[Ints, Ints]:
        """Weekday (Monday is 0) and month (January is 0) of days counted from the first recorded one, also beyond."""
        dates = np.datetime64(self.start) + day
        weekday = (dates.astype("datetime64[D]").astype(np.int64) + THURSDAY) % DAYS_PER_WEEK
        month = dates.astype("datetime64[M]").astype(np.int64) % MONTHS_PER_YEAR
        return weekday, month

    def month_names(self) -> list[str]:
        """Months as 2025-01, in order."""
        first = self.start.year * 12 + self.start.month - 1
        return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, first + self.months)]

    def day_of(self, when: date | None) -> int:
        """Simulated day of a date, negative before the first one; the first recorded day for none."""
        return self.warm_up_days + (0 if when is None else (when - self.start).days)
