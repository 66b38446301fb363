"""Sums by truck class and directed section, and by month: distance, time and expected accidents."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core import exact_sums
from sim.core.units import HOURS_PER_DAY, Floats, Ints
from sim.driving.course import Courses, Runs, TallyArrays
from sim.driving.violations import OTHERS
from sim.risk.mechanisms import MECHANISMS

ONGOING = tuple(row.name for row in OTHERS)


@dataclass(frozen=True, eq=False)
class Tallies:
    """Exact sums, see `sim.core.exact_sums`: adding in any order gives the same bytes.

    No array has months, truck classes and sections together, so that a long horizon takes little memory. What a sweep
    adds to comes first; its shapes are those of `TallyArrays`.
    """

    distance_m: Floats
    duration_s: Floats
    hazard: NDArray[np.float64]
    monthly_distance_m: Floats
    monthly_accidents: Floats
    deaths: Floats
    waited_s: Floats
    """Before departure, for a ban to end or an appointment, shape (months,)."""
    departures: Ints
    """By hour of the day, shape (truck classes, 24)."""
    trips: Ints
    """Shape (months, truck classes), as `candidates` and `violations`."""
    candidates: Ints
    violations: Ints
    other_violations: dict[str, Ints]
    """Trips by kind of violation, each of shape (months, truck classes)."""

    @classmethod
    def empty(cls, months: int, sections: int, outcomes: int, classes: int) -> "Tallies":
        """Nothing driven yet."""
        by_section, by_class = (classes, sections), (months, classes)
        return cls(
            distance_m=np.zeros(by_section),
            duration_s=np.zeros(by_section),
            hazard=np.zeros((outcomes, *by_section)),
            monthly_distance_m=np.zeros(months),
            monthly_accidents=np.zeros((months, sections)),
            deaths=np.zeros(sections),
            waited_s=np.zeros(months),
            departures=np.zeros((classes, HOURS_PER_DAY), dtype=np.int64),
            trips=np.zeros(by_class, dtype=np.int64),
            candidates=np.zeros(by_class, dtype=np.int64),
            violations=np.zeros(by_class, dtype=np.int64),
            other_violations={kind: np.zeros(by_class, dtype=np.int64) for kind in ONGOING},
        )

    @property
    def accidents(self) -> NDArray[np.float64]:
        """Expected accidents by mechanism: what ends in an escape ramp is none."""
        return self.hazard[: len(MECHANISMS)]

    def add_all(self, other: "Tallies") -> None:
        """Add all sums of other tallies."""
        for mine, theirs in zip(self._sums, other._sums, strict=True):  # noqa: SLF001
            np.add(mine, theirs, out=mine)

    @property
    def _sums(self) -> list[NDArray[Any]]:
        columns = [getattr(self, column.name) for column in fields(self) if column.name != "other_violations"]
        return [*columns, *(self.other_violations[kind] for kind in ONGOING)]

    def check_exact(self) -> None:
        """See that no sum has grown beyond what is exact.

        Raises
        ------
        OverflowError
            if one has
        """
        quanta = {
            "distance_m": exact_sums.LENGTH_QUANTUM_M,
            "monthly_distance_m": exact_sums.LENGTH_QUANTUM_M,
            "duration_s": exact_sums.TIME_QUANTUM_S,
            "waited_s": exact_sums.TIME_QUANTUM_S,
            "hazard": exact_sums.HAZARD_QUANTUM,
            "monthly_accidents": exact_sums.HAZARD_QUANTUM,
            "deaths": exact_sums.HAZARD_QUANTUM,
        }
        for name, quantum in quanta.items():
            largest, most = float(getattr(self, name).max(initial=0.0)), exact_sums.MOST_QUANTA * quantum
            if largest >= most:
                raise OverflowError(
                    f"a sum of {name} is {largest:.3g}, and sums are exact below {most:.3g}: "
                    "simulate fewer days, and more replications instead"
                )

    @property
    def arrays(self) -> TallyArrays:
        """The arrays to which a sweep adds."""
        return TallyArrays(*(getattr(self, name) for name in TallyArrays._fields))

    def add(self, month: int, truck_class: int, sections: Ints, distance_m: Floats, course: Courses) -> None:
        """Add trips of one month and class on a leg, which may pass a section more than once.

        Parameters
        ----------
        month, truck_class : int
            of all trips
        sections : array of int
            the leg, shape (sections,)
        distance_m : array
            driven by all trips together, shape (sections,)
        course : Courses
            of the leg's sections and the trips
        """
        np.add.at(self.distance_m[truck_class], sections, distance_m)
        np.add.at(self.duration_s[truck_class], sections, course.duration_s.sum(axis=1))
        hazard = course.hazard.sum(axis=2)
        for mine, part in zip(self.hazard, hazard, strict=True):
            np.add.at(mine[truck_class], sections, part)
        np.add.at(self.deaths, sections, course.deaths.sum(axis=1))
        self.monthly_distance_m[month] += distance_m.sum()
        np.add.at(self.monthly_accidents[month], sections, hazard[: len(MECHANISMS)].sum(axis=0))

    def add_one(
        self,
        month: int,
        truck_class: int,
        section: int,
        distance_m: float,
        duration_s: float,
        hazard: Floats,
        deaths: float,
    ) -> None:
        """Add one trip on one section; `hazard` has shape (mechanisms,)."""
        self.distance_m[truck_class, section] += distance_m
        self.duration_s[truck_class, section] += duration_s
        self.hazard[:, truck_class, section] += hazard
        self.deaths[section] += deaths
        self.monthly_distance_m[month] += distance_m
        self.monthly_accidents[month, section] += hazard[: len(MECHANISMS)].sum()


def runs_of(month: Ints, truck_class: Ints) -> Runs:
    """Runs of equal (class, month) of trips sorted by them."""
    change = (np.diff(month) != 0) | (np.diff(truck_class) != 0)
    bounds = np.concatenate([[0], np.flatnonzero(change) + 1, [len(month)]])
    return Runs(bounds, month[bounds[:-1]], truck_class[bounds[:-1]])
