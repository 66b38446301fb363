"""What a sweep gives: courses of trips one by one, or sums over runs of them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.units import Floats, Ints, Singles


class Courses(NamedTuple):
    """Every section's numbers of every trip, for those who ask for them; arrays of shape (sections, trips).

    Durations, hazards and deaths are multiples of their quanta.
    """

    duration_s: Floats
    hazard: NDArray[np.float64]
    """Expected accidents by mechanism, and captures where there are escape ramps; shape (outcomes, sections, trips)."""
    deaths: Floats
    """Expected if help comes at the reference time."""
    brake_c: Singles
    """At the section's end."""

    def pick(self, chosen: Ints | slice) -> "Courses":
        """Of the chosen trips."""
        return Courses._make(column[..., chosen] for column in self)

    def rows(self, chosen: slice) -> "Courses":
        """On some neighbouring sections."""
        return Courses(self.duration_s[chosen], self.hazard[:, chosen], self.deaths[chosen], self.brake_c[chosen])

    def followed_by(self, other: "Courses") -> "Courses":
        """Of the same trips on these sections and then on others."""
        return Courses(
            np.concatenate([self.duration_s, other.duration_s]),
            np.concatenate([self.hazard, other.hazard], axis=1),
            np.concatenate([self.deaths, other.deaths]),
            np.concatenate([self.brake_c, other.brake_c]),
        )

    @classmethod
    def empty(cls, outcomes: int, sections: int, trips: int) -> "Courses":
        """Room for them."""
        shape = sections, trips
        return cls(np.empty(shape), np.empty((outcomes, *shape)), np.empty(shape), np.empty(shape, dtype=np.float32))


class TallyArrays(NamedTuple):
    """Exact sums to which a sweep adds; the tallies' own arrays."""

    distance_m: Floats
    """Shape (truck classes, directed sections), as `duration_s`."""
    duration_s: Floats
    hazard: NDArray[np.float64]
    """Shape (mechanisms and, where there are escape ramps, captures; truck classes, directed sections)."""
    monthly_distance_m: Floats
    """Shape (months,)."""
    monthly_accidents: Floats
    """Expected ones, shape (months, directed sections)."""
    deaths: Floats
    """Expected if help comes at the reference time, shape (directed sections,)."""


class Runs(NamedTuple):
    """Neighbouring trips of one month and truck class, shape (runs,)."""

    bounds: Ints
    """Where each run starts, and the end of the last, shape (runs + 1,)."""
    month: Ints
    """Negative for trips that leave nothing in the sums."""
    truck_class: Ints
