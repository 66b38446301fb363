"""Days of the horizon: from simulated days to dates, months and weekdays."""

from datetime import date, timedelta

import numpy as np

from sim.units import Ints


class Horizon:
    """The days that are simulated; day 0 is the first."""

    def __init__(self, start: date, days: int) -> None:
        dates = [start + timedelta(days=day) for day in range(days)]
        self.start = start
        self.days = days
        self.month_of_year: Ints = np.array([d.month - 1 for d in dates], dtype=np.int64)
        self.weekday: Ints = np.array([d.weekday() for d in dates], dtype=np.int64)
        self.day_of_year: Ints = np.array([d.timetuple().tm_yday for d in dates], dtype=np.int64)
        self.month: Ints = np.array(
            [(d.year - start.year) * 12 + d.month - start.month for d in dates], dtype=np.int64
        )

    @property
    def months(self) -> int:
        """Number of calendar months touched."""
        return int(self.month[-1]) + 1

    def month_names(self) -> list[str]:
        """Months as 2025-01, in order."""
        first = self.start.year * 12 + self.start.month - 1
        return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, first + self.months)]

    def day_of(self, when: date | None) -> int:
        """Simulated day of a date; what has no date starts on day 0."""
        return 0 if when is None else (when - self.start).days
