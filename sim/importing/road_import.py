"""`import road`: from files to an alignment, whatever they are, and what there is to say of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.units import METRES_PER_KM
from sim.core.vocabulary import RoadClass
from sim.importing import inventory
from sim.importing.alignment import Alignment, steepest_pct
from sim.importing.findings import Finding, refused
from sim.importing.fit import read_fit
from sim.importing.geojson import read_geojson
from sim.importing.gpx import read_gpx
from sim.importing.kinds import READ, WHAT, kind_of
from sim.importing.landxml import read_landxml
from sim.importing.lines import Line
from sim.importing.options import Options
from sim.importing.osm import read_osm
from sim.importing.restrictions import restrictions
from sim.importing.road_table import road_of_table
from sim.importing.sections import Piece, link_lanes, pieces_of
from sim.importing.smoothing import climbs
from sim.importing.sumo import read_sumo
from sim.importing.survey import survey, wrong_way_m
from sim.importing.tags import Basis
from sim.inputs.road import STEEPEST_PCT

STEEPEST_OVER_M = (100.0, 500.0, 1000.0)
HAIRPIN_DEG = 120.0
RADIUS_BOUNDS_M = (30.0, 60.0, 120.0, 250.0, 500.0)
ROUNDED_M = 0.5
"""By so much a length in kilometres may lie beyond the end."""
LEAST_LINK_M = 300.0
"""Shorter stretches of another class of road go with the link before."""


@dataclass(frozen=True)
class LinkPieces:
    """The sections of one link."""

    road_class: RoadClass
    lanes: int
    divided: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, eq=False)
class Imported:
    """A road as it came out of a file."""

    file: Path
    kind: str
    alignment: Alignment
    links: tuple[LinkPieces, ...]
    findings: tuple[Finding, ...] = field(default=())

    @property
    def name(self) -> str:
        """The road's own, or the file's where it has none."""
        return self.alignment.name or self.file.name

    @property
    def pieces(self) -> list[Piece]:
        """Sections of all links in order."""
        return [piece for link in self.links for piece in link.pieces]


def import_road(file: Path, options: Options) -> Imported:
    """Read a road.

    Raises
    ------
    RefusedError
        if the file is none that holds a road, or the road can't be had from it
    """
    kind = kind_of(file)
    readers: dict[str, Callable[[Path], Line | Alignment]] = {
        "gpx": read_gpx,
        "fit": read_fit,
        "geojson": read_geojson,
        "table": lambda path: road_of_table(path, feet=options.feet),
        "landxml": lambda path: read_landxml(path, options.road_name),
        "osm": lambda path: read_osm(path, options),
        "sumo": lambda path: read_sumo(path, options),
    }
    if kind == "height_model":
        raise refused(file, "is a height model: give it with --dem, beside a road")
    if kind not in readers:
        raise refused(file, f"is {WHAT[kind]}: {READ}")
    found = readers[kind](file)
    if isinstance(found, Line):
        alignment = survey(found, options, str(file))
    else:
        alignment = _designed(file, found, options, in_feet=options.feet and kind != "table")
    pieces, odd = pieces_of(alignment, options)
    steepest = max(pieces, key=lambda piece: abs(piece.grade_pct))
    if abs(steepest.grade_pct) > STEEPEST_PCT:
        raise refused(
            file,
            f"{steepest.grade_pct:.1f} % from km {steepest.from_m / METRES_PER_KM:.3f} to "
            f"{steepest.to_m / METRES_PER_KM:.3f}: roads are modelled to {STEEPEST_PCT:g} %. Are the heights right, "
            "and smoothed enough (--elevation-wavelength)?",
            "R05",
        )
    links = tuple(_links(pieces))
    spans = [
        (name_of_link(options.link_name, number, len(links)), own.pieces[0].from_m, own.pieces[-1].to_m)
        for number, own in enumerate(links, 1)
    ]
    kept_out = restrictions(alignment.runs, spans)
    return Imported(file, kind, alignment, links, (*alignment.findings, *odd, *kept_out))


def name_of_link(name: str, number: int, links: int) -> str:
    """Of one of a road's links: numbered where there are several."""
    return name if links == 1 else f"{name}_{number}"


def _designed(file: Path, design: Alignment, options: Options, *, in_feet: bool) -> Alignment:
    """The stretch and direction of a design that are wanted; what is for lines is not left undone in silence."""
    given = {
        "--dem": options.height_files,
        "--datum": options.datum != "wgs84",
        "--units": in_feet,
        "--elevation-wavelength": options.wavelength_m,
    }
    wrong = [name for name, value in given.items() if value]
    if wrong:
        raise refused(file, f"{', '.join(wrong)}: only for lines of longitude and latitude; this file has stations")
    low, high = METRES_PER_KM * options.from_km, METRES_PER_KM * (options.to_km or design.length_m / METRES_PER_KM)
    if not 0.0 <= low < high <= design.length_m + ROUNDED_M:
        raise refused(file, f"--from-km, --to-km: the road has {design.length_m / METRES_PER_KM:.3f} km")
    found = design if low == 0.0 and options.to_km is None else design.part(low, min(high, design.length_m))
    back = options.direction == "reverse" or (options.direction == "downhill" and found.rises)
    return found.reversed() if back else found


def _links(pieces: Sequence[Piece]) -> list[LinkPieces]:
    """A link for each stretch of one class of road."""
    groups: list[list[Piece]] = []
    for road_class, stretch in groupby(pieces, key=lambda piece: piece.road_class):
        own = list(stretch)
        short = sum(piece.length_m for piece in own) < LEAST_LINK_M
        if groups and (short or groups[-1][0].road_class == road_class):
            groups[-1] += own
        else:
            groups.append(own)
    return [LinkPieces(own[0].road_class, *link_lanes(own, own[0].road_class), tuple(own)) for own in groups]


def facts(road: Imported) -> dict[str, Any]:
    """What an engineer checks first, by name; kilometres, metres, percent."""
    alignment = road.alignment
    trace = alignment.trace
    station, height = (
        (alignment.break_m, alignment.break_height_m) if trace is None else (trace.station_m, trace.height_m)
    )
    rise, fall = climbs(height)
    raw = None
    if trace is not None:
        raw = [round(value, 1) for value in climbs(trace.raw_height_m[np.isfinite(trace.raw_height_m)])]
    return {
        "length_km": round(alignment.length_m / METRES_PER_KM, 6),
        "net_height_m": round(float(height[-1] - height[0]), 2) + 0.0,
        "climb_m": round(rise, 1),
        "fall_m": round(fall, 1),
        "raw_climb_m_and_fall_m": raw,
        "highest_m": round(float(height.max()), 1),
        "lowest_m": round(float(height.min()), 1),
        "mean_grade_pct": round(100.0 * float(height[-1] - height[0]) / alignment.length_m, 2) + 0.0,
        "steepest_pct": {
            f"{over:g} m": round(steepest_pct(lambda at: np.interp(at, station, height), alignment.length_m, over), 2)
            for over in STEEPEST_OVER_M
        },
        "wrong_way_m": round(wrong_way_m(height), 1),
        "smoothed_over_m": round(alignment.wavelength_m, 1),
        "sections": len(road.pieces),
        "curves": _curve_facts(alignment),
        "known": known_shares(road.pieces),
    }


def _curve_facts(alignment: Alignment) -> dict[str, Any]:
    radii = np.array([curve.radius_m for curve in alignment.curves])
    bounds = (0.0, *RADIUS_BOUNDS_M, np.inf)
    names = [f"below {RADIUS_BOUNDS_M[0]:g} m"]
    names += [f"{low:g} to {high:g} m" for low, high in pairwise(RADIUS_BOUNDS_M)]
    names += [f"{RADIUS_BOUNDS_M[-1]:g} m and more"]
    counts = np.histogram(radii, bounds)[0]
    return {
        "count": len(radii),
        "least_radius_m": round(float(radii.min()), 1) if len(radii) else None,
        "turns_above_120_deg": sum(abs(curve.turn_deg) > HAIRPIN_DEG for curve in alignment.curves),
        "by_radius": dict(zip(names, counts.tolist(), strict=True)),
    }


BY_TAG = {
    "lanes": "lanes",
    "shoulder_width": "shoulder_width_m",
    "roadside": "roadside_hazard",
    "driveways": "driveways_per_km",
    "aadt": inventory.AADT,
}
"""What is told by one tag or not at all."""


def _basis_of(tag: str, piece: Piece) -> Basis:
    return "tagged" if tag in piece.tags else "assumed"


def known_shares(pieces: Sequence[Piece]) -> dict[str, dict[str, float]]:
    """Shares of the length, by what is told and how it is known."""
    whole = sum(piece.length_m for piece in pieces)
    told_by: dict[str, Callable[[Piece], Basis]] = {
        "limit": lambda piece: piece.forward_kmh.basis,
        "truck_limit": lambda piece: piece.truck_kmh.basis,
        "lane_width": lambda piece: piece.lane_width_m.basis,
        **{what: partial(_basis_of, tag) for what, tag in BY_TAG.items()},
    }
    found = {}
    for name, told in told_by.items():
        shares = dict.fromkeys(("tagged", "inferred", "assumed"), 0.0)
        for piece in pieces:
            shares[told(piece)] += piece.length_m / whole
        found[name] = {basis: round(share, 4) for basis, share in shares.items()}
    return found
