"""A road's axis by station, whatever file it came from: curves, grades, what is tagged, and the line itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from sim.core.units import METRES_PER_KM, Floats
from sim.importing.findings import Finding
from sim.importing.lines import Tags, turned
from sim.importing.plan import Curve

GRADE_TOLERANCE_M = 2.0
"""Between smoothed heights and the straight grades that stand for them."""
LEAST_GRADE_LENGTH_M = 150.0


@dataclass(frozen=True)
class Run:
    """A stretch on which something is tagged."""

    from_m: float
    to_m: float
    tags: Tags


@dataclass(frozen=True, eq=False)
class Trace:
    """The line by station, arrays of shape (points,)."""

    station_m: Floats
    lon_deg: Floats
    lat_deg: Floats
    raw_height_m: Floats
    height_m: Floats


@dataclass(frozen=True, eq=False)
class Alignment:
    """From the first point at station 0 to the last at the road's length."""

    length_m: float
    curves: tuple[Curve, ...]
    break_m: Floats
    """Stations where the grade changes, both ends among them."""
    break_height_m: Floats
    runs: tuple[Run, ...]
    trace: Trace | None = None
    """None for a design whose coordinates are on no known plane."""
    exact: bool = False
    """Whether curves and grades are a design's own."""
    wavelength_m: float = 0.0
    name: str = ""
    findings: tuple[Finding, ...] = ()
    posts: tuple[float, bool] | None = None
    """Kilometre post at the start, and whether posts fall from there; None where none are known."""

    def height_m(self, station_m: Floats) -> Floats:
        """Height on the straight grades, shape as given."""
        result: Floats = np.interp(station_m, self.break_m, self.break_height_m)
        return result

    def reversed(self) -> "Alignment":
        """The same road driven the other way."""
        curves = [
            replace(own, from_m=self.length_m - own.to_m, to_m=self.length_m - own.from_m, turn_deg=-own.turn_deg)
            for own in self.curves[::-1]
        ]
        runs = [Run(self.length_m - own.to_m, self.length_m - own.from_m, turned(own.tags)) for own in self.runs[::-1]]
        return replace(
            self,
            curves=tuple(curves),
            break_m=self.length_m - self.break_m[::-1],
            break_height_m=self.break_height_m[::-1],
            runs=tuple(runs),
            posts=None if self.posts is None else (self._post_km(self.length_m), not self.posts[1]),
        )

    def part(self, from_m: float, to_m: float) -> "Alignment":
        """From one station to another; a curve that is cut turns by its share."""
        inside = self.break_m[(self.break_m > from_m) & (self.break_m < to_m)]
        breaks = np.concatenate([[from_m], inside, [to_m]])
        curves = [
            replace(own, from_m=low - from_m, to_m=high - from_m, turn_deg=own.turn_deg * (high - low) / own.length_m)
            for own, low, high in _within(self.curves, from_m, to_m)
        ]
        runs = [Run(low - from_m, high - from_m, own.tags) for own, low, high in _within(self.runs, from_m, to_m)]
        return replace(
            self,
            length_m=to_m - from_m,
            curves=tuple(curves),
            break_m=breaks - from_m,
            break_height_m=self.height_m(breaks),
            runs=tuple(runs),
            posts=None if self.posts is None else (self._post_km(from_m), self.posts[1]),
        )

    def _post_km(self, at_m: float) -> float:
        start, fall = self.posts or (0.0, False)
        return start + (-at_m if fall else at_m) / METRES_PER_KM

    def post_at(self, at_m: float) -> dict[str, Any]:
        """Keys of a link that begins at a station."""
        if self.posts is None or self._post_km(self.length_m) < 0.0:
            return {}
        return {"start_post_km": round(self._post_km(at_m), 6), **({"posts_fall": True} if self.posts[1] else {})}

    @property
    def rises(self) -> bool:
        """Whether it ends higher than it begins."""
        return bool(self.break_height_m[-1] > self.break_height_m[0])

    @property
    def grades_pct(self) -> Floats:
        """Between the breaks, shape (breaks - 1,)."""
        result: Floats = 100.0 * np.diff(self.break_height_m) / np.diff(self.break_m)
        return result


Stretch = TypeVar("Stretch", Curve, Run)


def _within(stretches: Sequence[Stretch], from_m: float, to_m: float) -> Iterator[tuple[Stretch, float, float]]:
    """Those that lie between two stations, with the stations between which they do."""
    for own in stretches:
        low, high = max(own.from_m, from_m), min(own.to_m, to_m)
        if low < high:
            yield own, low, high


def straight_grades(station_m: Floats, height_m: Floats) -> tuple[Floats, Floats]:
    """The fewest straight grades that stay near a profile: split where it is farthest from the line, as long as needed.

    Returns
    -------
    stations and heights of the breaks, both ends among them; heights are the profile's own there
    """
    breaks = {0, len(station_m) - 1}
    pieces = [(0, len(station_m) - 1)]
    while pieces:
        first, last = pieces.pop()
        least = station_m[first] + LEAST_GRADE_LENGTH_M, station_m[last] - LEAST_GRADE_LENGTH_M
        inside = np.arange(first, last + 1)
        chord = np.interp(station_m[inside], station_m[[first, last]], height_m[[first, last]])
        off = np.abs(height_m[inside] - chord)
        if off.max() <= GRADE_TOLERANCE_M:
            continue
        off[(station_m[inside] < least[0]) | (station_m[inside] > least[1])] = -1.0
        middle = first + int(off.argmax())
        if off.max() > 0.0:
            breaks.add(middle)
            pieces += [(first, middle), (middle, last)]
    rows = sorted(breaks)
    return station_m[rows], height_m[rows]


def steepest_pct(height: Callable[[Floats], Floats], length_m: float, over_m: float) -> float:
    """Largest rise or fall over a length, in percent; over the whole road where that is shorter."""
    over = min(over_m, length_m)
    start = np.linspace(0.0, length_m - over, max(round((length_m - over) / 10.0), 0) + 1)
    return float(np.abs(100.0 * (height(start + over) - height(start)) / over).max())
