"""Alarms of the recorded days as columns: a note goes on being written in its row."""

from collections.abc import Sequence
from functools import partial
from math import inf, nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.random_streams import PLACE_BITS
from sim.core.records import MOST_RECORDS, AlarmRecord, RecordTable
from sim.core.units import Floats

ROWS_AT_ONCE = 4096
NOWHERE = -1
Moment = Literal["alarm_s", "read_s", "answer_s", "leave_s", "intercept_s"]
MOMENTS: tuple[Moment, ...] = ("alarm_s", "read_s", "answer_s", "leave_s", "intercept_s")
COLUMNS = np.dtype(
    [("trip_id", "i8"), ("entry_s", "f8"), ("gone_s", "f8"), *((name, "f8") for name in MOMENTS), ("leave_node", "i4")]
)


class AlarmNote:
    """One violation's moments on the engine's clock, NaN where nothing has happened."""

    __slots__ = ("row",)

    def __init__(self, trip_id: int, entry_s: float, gone_s: float) -> None:
        values = (trip_id, entry_s, gone_s, *(nan for _ in MOMENTS), NOWHERE)
        self.row: NDArray[np.void] = np.array([values], dtype=COLUMNS)
        """Shape (1,); once an alarm is raised, its row among all alarms."""

    def write(self, moment: Moment, when_s: float) -> None:
        """Something has happened."""
        self.row[moment] = when_s

    def write_exit(self, when_s: float, node: int) -> None:
        """The truck has left the banned road at a node because it was told to."""
        self.row["leave_s"], self.row["leave_node"] = when_s, node


class Alarms:
    """All alarms of the recorded days; times are given back on the clock of those days.

    Parameters
    ----------
    nodes : sequence of str
        names of the nodes by their number
    zero_s : float
        start of the recorded days on the engine's clock [s]
    """

    def __init__(self, nodes: Sequence[str], zero_s: float) -> None:
        self._nodes = nodes
        self._zero_s = zero_s
        self._chunks: list[NDArray[np.void]] = []
        self._count = 0

    def keep(self, note: AlarmNote) -> None:
        """Give a note whose alarm was raised its row, if its day is recorded."""
        if note.row["alarm_s"][0] < self._zero_s:
            return
        place = self._count % ROWS_AT_ONCE
        if place == 0:
            self._chunks.append(np.empty(ROWS_AT_ONCE, dtype=COLUMNS))
        row = self._chunks[-1][place : place + 1]
        row[:] = note.row
        note.row = row
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def times_s(self, moment: Moment) -> Floats:
        """One column, shape (alarms,), NaN where it has not happened."""
        return np.concatenate([np.empty(0), *(rows[moment] - self._zero_s for rows in self._rows)])

    def count(self, moment: Moment) -> int:
        """Alarms of which it has happened."""
        return sum(int(np.count_nonzero(~np.isnan(rows[moment]))) for rows in self._rows)

    @property
    def waits_s(self) -> tuple[Floats, Floats]:
        """Time from the entry to the first word that reached the driver, and of those reached alone.

        Where none did, it is the time to the end of the banned stretch.
        """
        rows = np.concatenate([np.empty(0, dtype=COLUMNS), *self._rows])
        reached_s = np.fmin(rows["read_s"], rows["answer_s"]) - rows["entry_s"]
        never = np.isnan(reached_s)
        return np.where(never, rows["gone_s"] - rows["entry_s"], reached_s), reached_s[~never]

    @property
    def records(self) -> RecordTable[AlarmRecord]:
        """The earliest alarms, in order of time, then of trip."""
        last = min(self._count, MOST_RECORDS) - 1
        last_s = self._chunks[last // ROWS_AT_ONCE]["alarm_s"][last % ROWS_AT_ONCE] if self._count else -inf
        early = [rows[: np.searchsorted(rows["alarm_s"], last_s, side="right")] for rows in self._rows]
        return self._told(early, MOST_RECORDS)

    def of_trips_on(self, day: int) -> RecordTable[AlarmRecord]:
        """Alarms about trips that departed on a day of the simulation, in the same order."""
        return self._told([rows[rows["trip_id"] >> PLACE_BITS == day] for rows in self._rows], self._count)

    @property
    def _rows(self) -> list[NDArray[np.void]]:
        """The chunks as far as they are written, in order of the alarms' times."""
        starts = range(0, self._count, ROWS_AT_ONCE)
        return [chunk[: self._count - start] for start, chunk in zip(starts, self._chunks, strict=True)]

    def _told(self, chosen: Sequence[NDArray[np.void]], most: int) -> RecordTable[AlarmRecord]:
        rows = np.concatenate([np.empty(0, dtype=COLUMNS), *chosen])
        order = np.lexsort((rows["trip_id"], rows["alarm_s"]))
        if (order != np.arange(len(order))).any():
            rows = rows[order]
        return RecordTable(rows[:most], partial(_records, nodes=tuple(self._nodes), zero_s=self._zero_s))


def _records(rows: NDArray[np.void], nodes: Sequence[str], zero_s: float) -> list[AlarmRecord]:
    entry, alarm, read, answer, leave, intercept = ((rows[name] - zero_s).tolist() for name in ("entry_s", *MOMENTS))
    node = ["" if number == NOWHERE else nodes[number] for number in rows["leave_node"].tolist()]
    columns = alarm, rows["trip_id"].tolist(), entry, read, answer, leave, node, intercept
    return [AlarmRecord(*row) for row in zip(*columns, strict=True)]
