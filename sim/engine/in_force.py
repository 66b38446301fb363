"""Who is in force when: the interventions of a scenario over time, and what they say together."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sim.core.calendar import Horizon
from sim.core.units import Floats, Ints
from sim.driving.violations import BANNED_ENTRY, bit, bits_of
from sim.engine import hooks
from sim.inputs.road import Stretch
from sim.interventions import combine
from sim.interventions.answering import answered_by
from sim.interventions.intervention import Intervention
from sim.interventions.views import Preparation, Setting
from sim.scenario.model import Scenario


class Days(NamedTuple):
    """A run of days, `stop` not among them; infinite where it lasts beyond the simulated time."""

    first: int
    stop: float


@dataclass(frozen=True)
class Active:
    """An intervention and the days on which it is in force."""

    intervention: Intervention
    since_day: int
    """First day, negative if it was there before the simulated time."""
    runs: tuple[Days, ...]
    """Simulated days, in order."""

    @property
    def changes(self) -> set[int]:
        """Days on which it comes into force or goes out of it."""
        return {int(day) for run in self.runs for day in run if day < np.inf}

    def on(self, day: float) -> bool:
        """Whether it is in force on a simulated day or after the last one."""
        return any(run.first <= day < run.stop for run in self.runs)

    def days_within(self, first: int, stop: int) -> int:
        """Number of days in force among some."""
        return int(sum(max(min(run.stop, stop) - max(run.first, first), 0) for run in self.runs))


def _active(intervention: Intervention, horizon: Horizon) -> Active:
    """From its dates and its season to runs of simulated days."""
    first = horizon.day_of(intervention.start_date)
    last = np.inf if intervention.end_date is None else horizon.day_of(intervention.end_date)
    day = np.arange(horizon.days)
    here = (day >= first) & (day <= last)
    if intervention.months is not None:
        here &= np.isin(horizon.month_of_year + 1, intervention.months)
    edges = np.flatnonzero(np.diff(here, prepend=False, append=False)).tolist()
    runs = [Days(start, stop) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
    if runs and runs[-1].stop == horizon.days and last >= horizon.days:
        runs[-1] = Days(runs[-1].first, np.inf)
    return Active(intervention, first, tuple(runs))


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
    """A scenario's interventions in the order of their kinds, with the days on which they are in force."""

    def __init__(self, scenario: Scenario, horizon: Horizon) -> None:
        self._scenario = scenario
        self.active = [_active(one, horizon) for _, one in sorted(scenario.interventions.items())]
        self._changes = sorted(set[int]().union(*(active.changes for active in self.active)))
        self._forces = [self._force(day) for day in (-1, *self._changes)]
        self._intervals: list[tuple[Active, float]] = []
        self._centres: list[Active] = []
        self._scales: list[tuple[Active, tuple[Stretch, ...]]] = []

    def prepared(self, base_coverage: Floats, days: int) -> list[Preparation]:
        """What each brings along: coverage, people, positions; `base_coverage` by truck class."""
        since, class_names = np.arange(days, dtype=np.float64), self._scenario.fleet.class_names
        found: list[Preparation] = [
            hooks.prepare(a.intervention, Setting(since - a.since_day, base_coverage, class_names)) for a in self.active
        ]
        pairs = list(zip(self.active, found, strict=True))
        self._centres = [active for active, one in pairs if one.operators is not None]
        self._scales = [(active, one.scales) for active, one in pairs if one.scales]
        self._intervals = [(active, i) for active, one in pairs if (i := one.position_interval_s) is not None]
        return [_while_in_force(active, one, base_coverage) for active, one in pairs]

    def days_with_centre(self, first: int, stop: int) -> int:
        """Days among some on which there are operators."""
        return sum(any(centre.on(day) for centre in self._centres) for day in range(first, stop))

    def on(self, day: int) -> InForce:
        """Interventions in force on a day."""
        return self._forces[bisect_right(self._changes, day)]

    def _force(self, day: int) -> InForce:
        here = [a.intervention for a in self.active if a.on(day)]
        hooks = "respond", "perceived_risk", "checked_share", "sanction_share", "sanction_delay_s"
        return InForce(here, *([i for i in here if _has(i, hook)] for hook in hooks))

    def position_interval_s(self, day: int) -> float:
        """Time between two positions of a device [s]."""
        own = self._scenario.control_centre.position_interval_s
        return combine.position_interval_s(own, [interval for active, interval in self._intervals if active.on(day)])

    def answered(self, days: int) -> Ints:
        """Ongoing violations that somebody answers, by day, as bits, shape (days,)."""
        return np.array([self._answered_on(day) for day in range(days)], dtype=np.int64)

    def _answered_on(self, day: int) -> int:
        names = [name for i in self.on(day).answering if i.strength > 0.0 for name in answered_by(i)]
        return bits_of(names) & ~bit(BANNED_ENTRY)

    def scales(self, day: int) -> tuple[Stretch, ...]:
        """Where the centre sees overloaded trucks on a day."""
        return tuple(stretch for active, own in self._scales if active.on(day) for stretch in own)

    def checked_share(self, link: str, day: int) -> float:
        """Chance that a violating truck meets a police check: the ordinary one and what interventions add."""
        own, checking = self._scenario.behaviour.roadside_check_share, self.on(day).checking
        return (
            combine.perceived_risk([own, *(hooks.checked_share(i, link, day) for i in checking)]) if checking else own
        )


def _while_in_force(active: Active, own: Preparation, base_coverage: Floats) -> Preparation:
    """What it brings along, with its devices only on days on which it is in force."""
    if own.coverage is None:
        return own
    here = np.array([active.on(day) for day in range(len(own.coverage))], dtype=np.bool_)
    return replace(own, coverage=np.where(here[:, None], own.coverage, base_coverage))


def reviews_the_past(intervention: Intervention) -> bool:
    """Whether what it does follows from accidents and violations before."""
    return _has(intervention, "review")


def _has(intervention: Intervention, hook: str) -> bool:
    """Whether it says anything on a matter."""
    return getattr(type(intervention), hook) is not getattr(Intervention, hook)
