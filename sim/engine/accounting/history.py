"""Accidents as reviews know them: in order of time, each told once and then only read."""

from bisect import bisect_left
from math import inf

from sim.core.units import SECONDS_PER_DAY
from sim.engine.accounting.recorder import Accident, persons_hurt
from sim.interventions.views import PastAccident
from sim.risk.mechanisms import CAPTURED
from sim.risk.parameters import SeverityParameters


class History:
    """Reads a growing list of accidents.

    Parameters
    ----------
    accidents : list of Accident
        in any order; none may be added that is earlier than what was asked for
    severity : SeverityParameters
        says who is hurt
    """

    def __init__(self, accidents: list[Accident], severity: SeverityParameters) -> None:
        self._accidents = accidents
        self._severity = severity
        self._read = 0
        self._told_until_s = -inf
        self._later: list[Accident] = []
        """Read, but after all times asked for."""
        self._times_s: list[float] = []
        self._told: list[PastAccident] = []

    def before(self, limit_s: float) -> tuple[PastAccident, ...]:
        """Accidents before a time of the recorded days [s], in order of time, then of trip."""
        new = [a for a in self._accidents[self._read :] if a.mechanism != CAPTURED]
        if any(accident.time_s < self._told_until_s for accident in new):
            raise AssertionError("an accident was written down after a review that should have known of it")
        self._told_until_s = max(self._told_until_s, limit_s)
        self._later += new
        self._read = len(self._accidents)
        known = sorted((a for a in self._later if a.time_s < limit_s), key=lambda a: (a.time_s, a.trip_id))
        self._later = [a for a in self._later if a.time_s >= limit_s]
        self._times_s += [a.time_s for a in known]
        self._told += [self._as_known(accident) for accident in known]
        return tuple(self._told[: bisect_left(self._times_s, limit_s)])

    def _as_known(self, accident: Accident) -> PastAccident:
        day = int(accident.time_s // SECONDS_PER_DAY)
        serious = persons_hurt(accident, self._severity)
        return PastAccident(day, accident.month, accident.section, accident.driver, serious)
