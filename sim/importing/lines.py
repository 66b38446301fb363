"""A line along a road as files give it: points in order, heights and times where there are any, and what is tagged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from sim.core.units import Bools, Floats, Ints
from sim.importing.findings import Finding

LEAST_STEP_M = 1.0
"""Nearer to a point than this is at it."""
Tags = Mapping[str, str]
"""Keys and values of a map (OpenStreetMap's names) or a table, as they stand in the file."""


@dataclass(frozen=True, eq=False)
class Line:
    """Points in the order of travel; arrays of shape (points,)."""

    lon_deg: Floats
    lat_deg: Floats
    height_m: Floats
    """Not a number where the file has none."""
    time_s: Floats
    """Since 1970; not a number where the file has none."""
    tags: tuple[Tags, ...] = ({},)
    """Sets of tags that occur."""
    tags_of: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Index of the tags from each point to the next, shape (points - 1,); empty where nothing is tagged."""
    name: str = ""
    noticed: tuple[Finding, ...] = ()
    """What its reader has to say."""
    drawn: bool = False
    """On a map, with points as far apart as its bends allow: long steps are no gaps."""

    def __len__(self) -> int:
        return len(self.lon_deg)

    @property
    def tag_index(self) -> Ints:
        """`tags_of`, filled in where nothing is tagged."""
        return self.tags_of if len(self.tags_of) else np.zeros(max(len(self) - 1, 0), dtype=np.int64)

    def picked(self, chosen: Bools | Ints) -> "Line":
        """Some of its points; what is tagged goes with the point from which it holds."""
        rows = np.asarray(np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen, dtype=np.int64)
        last = self.tag_index[-1:] if len(self) > 1 else np.zeros(1, dtype=np.int64)
        index = np.append(self.tag_index, last)[rows][:-1]
        return replace(self._at(rows), tags_of=index)

    def part(self, along_m: Floats, low_m: float, high_m: float) -> "Line":
        """From one place along the way to another, with points there; `along_m` is that of its points."""
        inside = np.flatnonzero((along_m >= low_m - LEAST_STEP_M) & (along_m <= high_m + LEAST_STEP_M))
        ends = [at for at in (low_m, high_m) if np.abs(along_m - at).min() > LEAST_STEP_M and 0.0 < at < along_m[-1]]
        if not ends:
            return self.picked(inside)
        at_m = np.sort(np.concatenate([along_m[inside], ends]))
        lon, lat, height, time = (
            np.interp(at_m, along_m, column) for column in (self.lon_deg, self.lat_deg, self.height_m, self.time_s)
        )
        step = np.clip(np.searchsorted(along_m, at_m, side="right") - 1, 0, max(len(self) - 2, 0))
        return replace(self, lon_deg=lon, lat_deg=lat, height_m=height, time_s=time, tags_of=self.tag_index[step][:-1])

    def reversed(self) -> "Line":
        """The same road driven the other way; what is tagged by direction stays as tagged, marked as turned."""
        tags = tuple(turned(own) for own in self.tags)
        return replace(self._at(np.arange(len(self))[::-1]), tags=tags, tags_of=self.tag_index[::-1])

    def _at(self, rows: Ints) -> "Line":
        return replace(
            self,
            lon_deg=self.lon_deg[rows],
            lat_deg=self.lat_deg[rows],
            height_m=self.height_m[rows],
            time_s=self.time_s[rows],
        )

    @property
    def has_heights(self) -> bool:
        """Whether most points have one."""
        return bool(np.isfinite(self.height_m).mean() > 0.5) if len(self) else False  # noqa: PLR2004


def turned(tags: Tags) -> Tags:
    """Tags of a way that is driven against its direction."""
    swap = {"forward": "backward", "backward": "forward"}
    return {":".join(swap.get(part, part) for part in key.split(":")): value for key, value in tags.items()}


def line_of(
    lon_deg: Sequence[float] | Floats,
    lat_deg: Sequence[float] | Floats,
    height_m: Sequence[float] | Floats | None = None,
    time_s: Sequence[float] | None = None,
    name: str = "",
) -> Line:
    """A line of what there is; what is left out is unknown."""
    unknown = np.full(len(lon_deg), np.nan)
    height, time = (unknown if given is None else np.array(given) for given in (height_m, time_s))
    return Line(np.array(lon_deg), np.array(lat_deg), height, time, name=name)


def stretches(values: Floats | Ints | Bools) -> list[tuple[int, int]]:
    """Runs of equal values in turn: the first index of each, and the one after its last."""
    edges = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    return list(pairwise(edges))
