"""What a run writes down: flat records, one a fact, units in the names."""

from collections.abc import Callable, Iterator, Sequence
from math import isnan
from typing import Any, NamedTuple, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

Record = TypeVar("Record", bound=tuple[Any, ...])
MADE_AT_ONCE = 4096
MOST_RECORDS = 100_000
"""Violations, and alarms, of a run that are told one by one; a year of the shipped county has 30,000 and 3,000."""


class RecordTable(Sequence[Record]):
    """Records kept as rows of an array, which take a sixth of their memory; they are made when they are asked for.

    Parameters
    ----------
    rows : structured array, shape (records,)
    made : callable
        gives the records of some rows; can be pickled
    """

    def __init__(self, rows: NDArray[np.void], made: Callable[[NDArray[np.void]], list[Record]]) -> None:
        self._rows = rows
        self._made = made

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Record]:
        for first in range(0, len(self), MADE_AT_ONCE):
            yield from self._made(self._rows[first : first + MADE_AT_ONCE])

    @overload
    def __getitem__(self, place: int) -> Record: ...

    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...

    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        if isinstance(place, slice):
            return self._made(self._rows[place])
        return self._made(self._rows[range(len(self))[place]][None])[0]

    def __eq__(self, other: object) -> bool:
        """NaN is like NaN: it did not happen in either."""
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(_same, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))


def _same(one: tuple[Any, ...], other: object) -> bool:
    return isinstance(other, tuple) and len(one) == len(other) and all(map(_same_value, one, other))


def _same_value(one: object, other: object) -> bool:
    return one == other or (isinstance(one, float) and isinstance(other, float) and isnan(one) and isnan(other))


class AccidentRecord(NamedTuple):
    """One accident (the manuals also say crash)."""

    time_s: float
    trip_id: int
    truck_class: str
    road_class: str
    link: str
    section: int
    position_m: float
    mechanism: str
    speed_kmh: float
    deaths: int
    injuries: int
    property_loss_cny: float


class ViolationRecord(NamedTuple):
    """One banned entry."""

    time_s: float
    trip_id: int
    truck_class: str
    driver_id: int
    enterprise_id: int
    link: str


class IncidentRecord(NamedTuple):
    """What followed an accident."""

    time_s: float
    trip_id: int
    section: int
    detected_s: float
    arrived_s: float
    cleared_s: float
    closed: bool
    by_squad: bool
    waiting: int
    diverted: int
    delay_s: float
    expected_secondary: float
    secondary: int


class AlarmRecord(NamedTuple):
    """One alarm at the control centre and what became of it; NaN where it did not happen."""

    time_s: float
    trip_id: int
    entry_time_s: float
    read_time_s: float
    answer_time_s: float
    leave_time_s: float
    leave_node: str
    intercept_time_s: float


class DrivenTrip(NamedTuple):
    """Where a trip of a watched day was when: from section to section up to its end or its accident."""

    trip_id: int
    truck_class: int
    course: str
    sections: tuple[int, ...]
    passed_s: tuple[float, ...]
    """At the start of the first section and at the end of each; one more than sections."""
    whole: bool
    """False if the last section was not driven to its end."""


class CourseRecord(NamedTuple):
    """One trip as it was driven."""

    trip_id: int
    course: str
    distance_m: float
    duration_s: float
    hazard: float
