"""Days of the horizon: from simulated days to dates, months and weekdays."""

from datetime import date, timedelta

import numpy as np

from sim.units import SECONDS_PER_DAY, Ints


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
        self.month_of_year: Ints = np.array([d.month - 1 for d in dates], dtype=np.int64)
        self.weekday: Ints = np.array([d.weekday() for d in dates], dtype=np.int64)
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

    def month_names(self) -> list[str]:
        """Months as 2025-01, in order."""
        first = self.start.year * 12 + self.start.month - 1
        return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, first + self.months)]

    def day_of(self, when: date | None) -> int:
        """Simulated day of a date, the first recorded one for none and for dates before it."""
        return self.warm_up_days + (0 if when is None else max((when - self.start).days, 0))
