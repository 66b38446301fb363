"""Sums by month, truck class and directed section: distance, time, passages and expected accidents by mechanism."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.parameters import MECHANISMS, TRUCK_CLASSES
from sim.units import Floats, Ints

OTHER_VIOLATIONS = ("speeding", "fatigue", "overload")


@dataclass(frozen=True, eq=False)
class Ledger:
    """Exact sums, see `sim.exact`: adding in any order gives the same bytes.

    `distance_m` and `duration_s` have shape (months, truck classes, directed sections), `hazard` (mechanisms and, where
    there are escape ramps, captures; months, truck classes, directed sections), `trips`, `candidates` and `violations`
    (months, truck classes).
    """

    distance_m: Floats
    duration_s: Floats
    hazard: NDArray[np.float64]
    trips: Ints
    candidates: Ints
    violations: Ints
    other_violations: dict[str, Ints]
    """Trips by kind of violation, each of shape (months, truck classes)."""

    @classmethod
    def empty(cls, months: int, sections: int, outcomes: int) -> "Ledger":
        """Nothing driven yet."""
        by_section = (months, len(TRUCK_CLASSES), sections)
        counts = [np.zeros(by_section[:2], dtype=np.int64) for _ in range(3)]
        hazard = np.zeros((outcomes, *by_section))
        others = {kind: np.zeros(by_section[:2], dtype=np.int64) for kind in OTHER_VIOLATIONS}
        return cls(np.zeros(by_section), np.zeros(by_section), hazard, counts[0], counts[1], counts[2], others)

    @property
    def accidents(self) -> NDArray[np.float64]:
        """Expected accidents by mechanism: what ends in an escape ramp is none."""
        return self.hazard[: len(MECHANISMS)]

    def add_all(self, other: "Ledger") -> None:
        """Add all sums of another ledger."""
        for name in ("distance_m", "duration_s", "hazard", "trips", "candidates", "violations"):
            np.add(getattr(self, name), getattr(other, name), out=getattr(self, name))
        for kind in OTHER_VIOLATIONS:
            self.other_violations[kind] += other.other_violations[kind]

    def add(
        self, month: int, truck_class: int, sections: Ints, distance_m: Floats, duration_s: Floats, hazard: Floats
    ) -> None:
        """Add sums over trips of one month and class on a leg; a leg may pass a section more than once."""
        np.add.at(self.distance_m[month, truck_class], sections, distance_m)
        np.add.at(self.duration_s[month, truck_class], sections, duration_s)
        for mechanism, own in enumerate(hazard):
            np.add.at(self.hazard[mechanism, month, truck_class], sections, own)


def runs(month: Ints, truck_class: Ints) -> Ints:
    """Starts of the runs of equal (class, month), and the end, of trips sorted by them."""
    change = (np.diff(month) != 0) | (np.diff(truck_class) != 0)
    return np.concatenate([[0], np.flatnonzero(change) + 1, [len(month)]])
