"""Random numbers by name: the same purpose, day and place always give the same number.

Streams are counter-based (Philox): the key is (seed, replication), the counter starts at (day, purpose). A policy
that draws for a purpose of its own can't move the draws of another, and nothing depends on the order in which arrays
are drawn, on the number of days in a block or on the number of workers.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

import numpy as np

from sim.core.units import Floats, Ints

WORDS_MASK = (1 << 64) - 1
WHOLE_HORIZON = 0
NUMBERS_PER_STEP = 4
"""Numbers that Philox makes of one value of its counter."""
MOST_ARRAYS = 512
"""Arrays of neighbouring trips' numbers that are kept for single ones."""
NEIGHBOUR_BITS = 10
"""Such an array holds 1 << 10 places of a day at most."""
PLACE_BITS = 32
"""A trip's number is day << 32 | place in the draws of its day."""
CORRIDOR_BITS = 22
"""A trip's place in the draws of its day is corridor << 22 | place in the corridor's draws."""
PLACE_MASK = (1 << CORRIDOR_BITS) - 1
MOST_CORRIDORS = 1 << PLACE_BITS - CORRIDOR_BITS
NEIGHBOUR_MASK = (1 << NEIGHBOUR_BITS) - 1


def of_corridor(purpose: str, corridor: str) -> str:
    """Purpose of a stream of one corridor; a road that is all one corridor has no name for it."""
    return f"{purpose}@{corridor}" if corridor else purpose


@lru_cache(maxsize=1024)
def purpose_words(purpose: str) -> tuple[int, int]:
    """Two 64-bit words that stand for a purpose's name."""
    digest = blake2b(purpose.encode(), digest_size=16).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


class Streams:
    """The random streams of one replication.

    Parameters
    ----------
    seed : int
        the experiment's seed, at least 0
    replication : int
        the replication's number, at least 0
    """

    def __init__(self, seed: int, replication: int) -> None:
        self.seed = seed
        self.replication = replication
        self._bits = np.random.Philox(key=np.array([seed & WORDS_MASK, replication], dtype=np.uint64))
        self._generator = np.random.Generator(self._bits)
        self._start = self._bits.state
        self._counter = np.zeros(4, dtype=np.uint64)
        self._start["state"]["counter"] = self._counter

    def generator(self, purpose: str, day: int = WHOLE_HORIZON) -> np.random.Generator:
        """A generator at the start of the stream of `purpose` on `day`; valid until the next call."""
        self._counter[1] = day
        self._counter[2], self._counter[3] = purpose_words(purpose)
        self._bits.state = self._start
        return self._generator

    def uniform(self, purpose: str, day: int, size: int, first: int = 0) -> Floats:
        """Uniform numbers in [0, 1), shape (size,), from place `first` on; each is the same however many are asked."""
        generator = self.generator(purpose, day)
        if first:
            self._bits.advance(first // NUMBERS_PER_STEP)
            generator.random(first % NUMBERS_PER_STEP)
        return generator.random(size)

    def poisson(self, purpose: str, day: int, mean: float) -> int:
        """One Poisson count."""
        return int(self.generator(purpose, day).poisson(mean))


class TripDraws:
    """Numbers of the few trips that may meet somebody, from the same day arrays as everything else."""

    def __init__(self, streams: Streams, corridors: Sequence[str] = ("",), days_kept: int = 4) -> None:
        self._streams = streams
        self._corridors = corridors
        self._days_kept = days_kept
        self._arrays = np.empty((MOST_ARRAYS, NEIGHBOUR_MASK + 1))
        self._row: dict[tuple[int, int, str], int] = {}
        """Row in use by day, corridor and place without its last bits, purpose."""
        self._unused = list(range(MOST_ARRAYS))

    def move_on_to(self, day: int) -> None:
        """Forget the arrays of days long before a day, or after it; asked for again, they would be drawn again."""
        past = [key for key in self._row if not day - self._days_kept <= key[0] <= day]
        self._unused += [self._row.pop(key) for key in past]

    def uniform(self, purpose: str, day: int, place: int) -> float:
        """The uniform number of the trip at `place` of `day` for `purpose`."""
        return float(self._neighbours(purpose, day, place >> NEIGHBOUR_BITS)[place & NEIGHBOUR_MASK])

    def uniforms(self, purpose: str, day: Ints, place: Ints) -> Floats:
        """The same for many trips, shape (trips,)."""
        found = np.empty(len(day))
        order = np.lexsort((place, day))
        days, places = day[order], place[order] >> NEIGHBOUR_BITS
        starts = np.flatnonzero(np.diff(days, prepend=-1) | np.diff(places, prepend=-1))
        for start, stop in pairwise([*starts.tolist(), len(order)]):
            own, array = order[start:stop], self._neighbours(purpose, int(days[start]), int(places[start]))
            found[own] = array[place[own] & NEIGHBOUR_MASK]
        return found

    def _neighbours(self, purpose: str, day: int, neighbours: int) -> Floats:
        """The numbers of a place and of those around it that have all but their last bits in common."""
        row = self._row.get((day, neighbours, purpose))
        if row is None:
            row = self._unused.pop() if self._unused else self._row.pop(next(iter(self._row)))
            self._arrays[row] = self._drawn(purpose, day, neighbours << NEIGHBOUR_BITS)
            self._row[day, neighbours, purpose] = row
        array: Floats = self._arrays[row]
        return array

    def _drawn(self, purpose: str, day: int, place: int) -> Floats:
        """The numbers of a place and those that follow it in one array."""
        corridor, first = place >> CORRIDOR_BITS, place & PLACE_MASK
        name = of_corridor(purpose, self._corridors[corridor])
        return self._streams.uniform(name, day, NEIGHBOUR_MASK + 1, first)
