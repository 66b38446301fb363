"""Banned entries of the recorded days: all are counted, the earliest are kept one by one."""

from collections.abc import Sequence
from functools import partial
from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from sim.core.records import MOST_RECORDS, RecordTable, ViolationRecord
from sim.core.units import SECONDS_PER_DAY, Floats, Ints

COLUMNS = np.dtype(
    [
        ("time_s", "f8"),
        ("trip_id", "i8"),
        ("driver", "i4"),
        ("enterprise", "i4"),
        ("truck_class", "i1"),
        ("link", "i2"),
    ]
)


class ViolationLog:
    """Counts of entries by day and link, and the earliest ones; they may come in any order.

    Parameters
    ----------
    links : sequence of str
        names of the road's links
    class_names : sequence of str
        names of truck classes
    days : int
        recorded days; what happens later counts for the last one
    drivers : int
        who may enter, by number
    """

    def __init__(self, links: Sequence[str], class_names: Sequence[str], days: int, drivers: int) -> None:
        self._links = sorted(set(links))
        self._class_names = tuple(class_names)
        self._by_day = np.zeros((days, len(self._links)), dtype=np.int32)
        self._by_driver = np.zeros(drivers, dtype=np.int32)
        self._rows = np.empty(MOST_RECORDS + MOST_RECORDS // 4, dtype=COLUMNS)
        self._count = 0
        self._kept_until_s = inf

    def add(self, link: str, time_s: Floats, trip_id: Ints, driver: Ints, enterprise: Ints, truck_class: Ints) -> None:
        """Entries of one link, times from the first recorded day on; arrays of shape (entries,)."""
        number = self._links.index(link)
        days = np.minimum(time_s // SECONDS_PER_DAY, len(self._by_day) - 1).astype(np.int64)
        np.add.at(self._by_day[:, number], days, 1)
        np.add.at(self._by_driver, driver, 1)
        early = np.flatnonzero(time_s <= self._kept_until_s)
        if self._count + len(early) > len(self._rows):
            self._make_room(len(early))
        place = slice(self._count, self._count + len(early))
        given = (time_s, trip_id, driver, enterprise, truck_class)
        columns = (*(values[early] for values in given), number)
        for name, values in zip(COLUMNS.names or (), columns, strict=True):
            self._rows[name][place] = values
        self._count = place.stop

    def _make_room(self, more: int) -> None:
        """Let go of what comes after the earliest; that later need not be written down any more."""
        kept = self._rows[: self._count]
        if self._count > MOST_RECORDS:
            self._kept_until_s = float(np.partition(kept["time_s"], MOST_RECORDS - 1)[MOST_RECORDS - 1])
            kept = kept[kept["time_s"] <= self._kept_until_s]
        self._count = len(kept)
        if self._count + more > len(self._rows):
            self._rows = np.empty(self._count + more, dtype=COLUMNS)
        self._rows[: self._count] = kept

    def before(self, day: int) -> dict[str, int]:
        """Entries of all links on days that began before a day."""
        counts = self._by_day[np.arange(len(self._by_day)) < day].sum(axis=0).tolist()
        return dict(zip(self._links, counts, strict=True))

    @property
    def repeated_share(self) -> float:
        """Share of the entries by drivers who entered more than once; not a number where nobody did."""
        entries = int(self._by_driver.sum())
        return float(self._by_driver[self._by_driver > 1].sum()) / entries if entries else nan

    @property
    def records(self) -> RecordTable[ViolationRecord]:
        """The earliest entries, in order of time, then of trip."""
        entries = self._rows[: self._count]
        entries = entries[np.lexsort((entries["trip_id"], entries["time_s"]))[:MOST_RECORDS]]
        return RecordTable(entries, partial(_records, links=tuple(self._links), class_names=self._class_names))


def _records(rows: NDArray[np.void], links: Sequence[str], class_names: Sequence[str]) -> list[ViolationRecord]:
    columns = (
        rows["time_s"].tolist(),
        rows["trip_id"].tolist(),
        [class_names[number] for number in rows["truck_class"].tolist()],
        rows["driver"].tolist(),
        rows["enterprise"].tolist(),
        [links[number] for number in rows["link"].tolist()],
    )
    return [ViolationRecord(*row) for row in zip(*columns, strict=True)]
