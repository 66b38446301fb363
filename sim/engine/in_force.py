"""Who is in force when: the interventions of a scenario over time, and what they say together."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.calendar import Horizon
from sim.engine.guard import asked
from sim.interventions import combine
from sim.interventions.base import Intervention, Preparation, Setting
from sim.scenario.model import Scenario
from sim.units import Floats


@dataclass(frozen=True)
class Active:
    """An intervention and the day on which it starts."""

    intervention: Intervention
    since_day: int
    """Negative if it was there before the simulated time."""

    @property
    def start_day(self) -> int:
        """First simulated day in force."""
        return max(self.since_day, 0)


class InForce(NamedTuple):
    """Interventions in force on a day, and those of them that have something to say on a matter."""

    every: list[Intervention]
    answering: list[Intervention]
    """Violations."""
    deterring: list[Intervention]
    checking: list[Intervention]
    sanctioning: list[Intervention]
    hastening: list[Intervention]
    """Sanctions."""


class Programme:
    """A scenario's interventions in the order of their kinds, with the days on which they start."""

    def __init__(self, scenario: Scenario, horizon: Horizon) -> None:
        self._scenario = scenario
        self.active = [Active(one, horizon.day_of(one.start_date)) for _, one in sorted(scenario.interventions.items())]
        self._start_days = sorted({active.start_day for active in self.active})
        self._forces = [self._force(day) for day in (-1, *self._start_days)]
        self._intervals: list[tuple[int, float]] = []
        self.centre_starts_day = 0

    def prepared(self, base_coverage: Floats, days: int) -> list[Preparation]:
        """What each brings along: coverage, people, positions; `base_coverage` by truck class."""
        since = np.arange(days, dtype=np.float64)
        found: list[Preparation] = [
            asked(a.intervention, "prepare", Setting(since - a.since_day, base_coverage)) for a in self.active
        ]
        starts = [(active.start_day, one) for active, one in zip(self.active, found, strict=True)]
        self.centre_starts_day = min((day for day, one in starts if one.operators is not None), default=0)
        self._intervals = [(day, i) for day, one in starts if (i := one.position_interval_s) is not None]
        return found

    def on(self, day: int) -> InForce:
        """Interventions in force on a day."""
        return self._forces[bisect_right(self._start_days, day)]

    def _force(self, day: int) -> InForce:
        here = [a.intervention for a in self.active if a.start_day <= day]
        hooks = "respond", "perceived_risk", "checked_share", "sanction_share", "sanction_delay_s"
        return InForce(here, *([i for i in here if _has(i, hook)] for hook in hooks))

    def position_interval_s(self, day: int) -> float:
        """Time between two positions of a device [s]."""
        own = self._scenario.control_centre.position_interval_s
        return combine.position_interval_s(own, [interval for start, interval in self._intervals if start <= day])

    def checked_share(self, link: str, day: int) -> float:
        """Chance that a violating truck meets a police check: the ordinary one and what interventions add."""
        own, checking = self._scenario.behaviour.roadside_check_share, self.on(day).checking
        return (
            combine.perceived_risk([own, *(asked(i, "checked_share", link, day) for i in checking)])
            if checking
            else own
        )


def reviews_the_past(intervention: Intervention) -> bool:
    """Whether what it does follows from accidents and violations before."""
    return _has(intervention, "review")


def _has(intervention: Intervention, hook: str) -> bool:
    """Whether it says anything on a matter."""
    return getattr(type(intervention), hook) is not getattr(Intervention, hook)
