"""What whoever imports a road decides."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sim.core.vocabulary import RoadClass

Datum = Literal["wgs84", "gcj02", "bd09"]
Direction = Literal["as-is", "reverse", "downhill"]
Place = tuple[float, float]
"""Longitude and latitude in degrees."""


@dataclass(frozen=True)
class Options:
    """Defaults are those of the command."""

    height_files: tuple[Path, ...] = ()
    ref: str | None = None
    road_name: str | None = None
    start: Place | None = None
    end: Place | None = None
    from_km: float = 0.0
    to_km: float | None = None
    direction: Direction = "as-is"
    datum: Datum = "wgs84"
    feet: bool = False
    wavelength_m: float | None = None
    """Half-power wavelength of the heights; by their source if not given."""
    least_section_m: float = 40.0
    most_grade_pct: float = 12.0
    link_name: str = "road"
    road_class: RoadClass | None = None
    aadt: float | None = None
    speed_limit_kmh: float | None = None
    merge: Path | None = None
    """Folder of an import whose network the road joins."""
