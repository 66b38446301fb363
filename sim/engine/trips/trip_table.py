"""The trips of a block as a table of columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.core.random_streams import PLACE_BITS
from sim.core.units import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class TripTable:
    """Trips of some days; arrays of shape (trips,)."""

    day: Ints
    place: Ints
    month: Ints
    departure_s: Floats
    waited_s: Floats
    """For a ban to end or an appointment; in the departure."""
    truck_class: Ints
    driver: Ints
    choice: Ints
    load: Ints
    """0 empty, 1 laden, 2 overloaded."""
    fill: Floats
    """What varies of the load over its mean: payload of laden trips, excess over a full truck of overloaded ones."""
    wrong_gear: Bools
    """Whether it goes down in too high a gear."""
    stability: Floats
    """Rollover threshold over the median of its class and load."""
    hours_driven: Floats
    violation_uniform: Floats
    route_uniform: Floats
    threshold: Floats
    given_up: Ints
    """Ongoing violations that the driver gave up before this trip, as bits of the table of violations."""

    @cached_property
    def trip_id(self) -> Ints:
        """Number of each trip, the same in every scenario of a replication."""
        return (self.day << PLACE_BITS) | self.place

    def pick(self, chosen: Ints | Bools | slice) -> "TripTable":
        """The chosen trips."""
        return TripTable(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def in_order(self) -> "TripTable":
        """By departure, ties by number."""
        return self.pick(np.lexsort((self.trip_id, self.departure_s)))

    def __len__(self) -> int:
        return len(self.day)

    @classmethod
    def joined(cls, parts: "Sequence[TripTable]") -> "TripTable":
        """Several tables as one, at least one."""
        if len(parts) == 1:
            return parts[0]
        names = cls.__dataclass_fields__
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
