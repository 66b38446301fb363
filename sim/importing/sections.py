"""From an alignment to the sections of a road file.

Sections begin where a curve begins or ends, where something tagged changes, and where the grade does. Curves keep
their bounds; a break of the grade or a tag that is too near to another bound moves onto it. Grades are those between
the heights at the bounds, so that the sum of length x grade is the difference in height, however the road is cut.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.core.units import METRES_PER_KM, Floats
from sim.core.vocabulary import RoadClass
from sim.importing import inventory
from sim.importing.alignment import Alignment, Run
from sim.importing.findings import Finding, at_km
from sim.importing.lines import Tags
from sim.importing.options import Options
from sim.importing.plan import Curve
from sim.importing.tags import (
    LANE_WIDTH_M,
    LIMIT_KMH,
    Told,
    is_tagged,
    lane_width_m,
    lanes_of,
    limit_kmh,
    road_class_of,
    truck_limit_kmh,
)
from sim.inputs.road import STEEPEST_PCT, TIGHTEST_M, WIDEST_M

LEAST_PIECE_M = 10.0
"""Least length of a section in a road file."""
MISSED_HEIGHT_M = 0.25
"""By which sections may run beside the straight grades."""


@dataclass(frozen=True)
class Piece:
    """A section to be, and how its numbers are known."""

    from_m: float
    to_m: float
    grade_pct: float
    curve: Curve | None
    tags: Tags
    road_class: RoadClass
    forward_kmh: Told
    backward_kmh: Told
    truck_kmh: Told
    lane_width_m: Told

    @property
    def length_m(self) -> float:
        """Along the road."""
        return self.to_m - self.from_m


def pieces_of(alignment: Alignment, options: Options) -> tuple[list[Piece], list[Finding]]:
    """Sections of an alignment, and what was odd about them."""
    bounds = _not_too_steep(_bounds(alignment, options.least_section_m), alignment)
    heights = alignment.height_m(bounds)
    pieces = [
        _piece(alignment, options, float(low), float(high), 100.0 * float(rise) / float(high - low))
        for (low, high), rise in zip(pairwise(bounds), np.diff(heights), strict=True)
    ]
    return pieces, [*_odd_radii(alignment.curves), *_odd_limits(pieces, options)]


def _bounds(alignment: Alignment, least_m: float) -> Floats:
    """Stations of the sections' bounds, whole millimetres."""
    least_m = max(least_m, LEAST_PIECE_M)
    length = alignment.length_m
    fixed = _spaced([0.0, length], (bound for c in alignment.curves for bound in (c.from_m, c.to_m)), LEAST_PIECE_M)
    tagged = (run.to_m for run in _joined(alignment.runs))
    fixed = _spaced(fixed, tagged, least_m)
    grades = alignment.break_m[1:-1].tolist()
    return np.round(_with_grades(_spaced(fixed, grades, least_m), grades, alignment), 3)


def _with_grades(bounds: list[float], grades: Iterable[float], alignment: Alignment) -> list[float]:
    """Bounds with those breaks of the grade, too, that the sections would else miss by too much height."""
    for place in grades:
        around = np.array(bounds)
        there = np.array([place])
        missed = float(np.interp(there, around, alignment.height_m(around))[0] - alignment.height_m(there)[0])
        if abs(missed) > (0.0 if alignment.exact else MISSED_HEIGHT_M):
            bounds = _spaced(bounds, [place], LEAST_PIECE_M)
    return bounds


def _spaced(kept: Iterable[float], more: Iterable[float], least_m: float) -> list[float]:
    """Bounds with those of more that are far enough from all before."""
    found = sorted(kept)
    for bound in more:
        place = int(np.searchsorted(found, bound))
        near = [abs(bound - other) for other in found[max(place - 1, 0) : place + 1]]
        if min(near) >= least_m:
            found.insert(place, bound)
    return found


def _not_too_steep(bounds: Floats, alignment: Alignment) -> Floats:
    """Join sections that are steeper than any may be with their neighbours."""
    while len(bounds) > 2:  # noqa: PLR2004 - a road has two ends
        grade = np.abs(np.diff(alignment.height_m(bounds)) / np.diff(bounds)) * 100.0
        worst = int(grade.argmax())
        if grade[worst] < STEEPEST_PCT:
            break
        gone = worst if worst == len(grade) - 1 or (worst > 0 and grade[worst - 1] < grade[worst + 1]) else worst + 1
        bounds = np.delete(bounds, gone)
    return bounds


def _joined(runs: Sequence[Run]) -> list[Run]:
    """Runs that differ in nothing that a section holds, as one."""
    found: list[Run] = []
    for run in runs:
        if found and _of_interest(found[-1].tags) == _of_interest(run.tags):
            found[-1] = Run(found[-1].from_m, run.to_m, run.tags)
        else:
            found.append(run)
    return found


def _of_interest(tags: Tags) -> dict[str, str]:
    keys = {"highway", "lanes", "width", "tunnel", "covered", "junction", "lit", "ref", "oneway", *inventory.NAMES}
    return {key: value for key, value in tags.items() if key in keys or key.startswith("maxspeed")}


def _piece(alignment: Alignment, options: Options, low_m: float, high_m: float, grade_pct: float) -> Piece:
    middle = 0.5 * (low_m + high_m)
    tags = next((run.tags for run in alignment.runs if run.from_m <= middle <= run.to_m), {})
    road_class = road_class_of(tags, options.road_class)
    forward = limit_kmh(tags, "maxspeed:forward", "maxspeed")
    return Piece(
        low_m,
        high_m,
        grade_pct,
        next((curve for curve in alignment.curves if curve.from_m <= middle <= curve.to_m), None),
        tags,
        road_class,
        forward,
        limit_kmh(tags, "maxspeed:backward", "maxspeed"),
        truck_limit_kmh(tags),
        lane_width_m(tags),
    )


def assumed_limit_kmh(road_class: RoadClass, options: Options) -> float:
    """Where none is tagged."""
    return options.speed_limit_kmh or LIMIT_KMH[road_class]


def section_content(piece: Piece, options: Options) -> dict[str, object]:
    """A section as a road file has it."""
    forward = piece.forward_kmh.value or assumed_limit_kmh(piece.road_class, options)
    backward = piece.backward_kmh.value or assumed_limit_kmh(piece.road_class, options)
    content: dict[str, object] = {
        "length_km": round(piece.length_m / METRES_PER_KM, 6),
        "grade_pct": round(piece.grade_pct, 3),
    }
    if piece.curve is not None:
        content["curve_radius_m"] = round(min(max(piece.curve.radius_m, TIGHTEST_M), WIDEST_M), 1)
        content["curve_length_m"] = round(max(piece.curve.length_m, piece.length_m, LEAST_PIECE_M), 1)
        if piece.curve.spiral_ends:
            content["spiral_ends"] = piece.curve.spiral_ends
    content["speed_limit_kmh"] = round(forward, 1)
    if backward != forward:
        content["backward_speed_limit_kmh"] = round(backward, 1)
    if piece.truck_kmh.value is not None:
        content["truck_speed_limit_kmh"] = round(piece.truck_kmh.value, 1)
    content["lane_width_m"] = piece.lane_width_m.value or LANE_WIDTH_M[piece.road_class]
    content |= inventory.numbers_of(piece.tags)
    if is_tagged(piece.tags, "tunnel") or is_tagged(piece.tags, "covered"):
        content["tunnel"] = True
    if piece.tags.get("lit", "no") == "yes":
        content["lighting"] = True
    return content


def _mean(values: Sequence[tuple[float, float]]) -> float:
    """Of values with their lengths."""
    return sum(value * length for value, length in values) / sum(length for _, length in values)


def link_aadt(pieces: Sequence[Piece], otherwise: float) -> tuple[float, list[float]]:
    """Mean traffic of a link, and each piece's over it; the mean of the others where the file tells of none.

    Where it tells of none at all it is another number.
    """
    known = [(float(piece.tags[inventory.AADT]), piece.length_m) for piece in pieces if inventory.AADT in piece.tags]
    if known:
        otherwise = _mean(known)
    here = [float(piece.tags.get(inventory.AADT, otherwise)) for piece in pieces]
    if len(set(here)) == 1:
        return here[0], [1.0] * len(pieces)
    mean = max(round(_mean([(own, piece.length_m) for own, piece in zip(here, pieces, strict=True)])), 1)
    return float(mean), [round(own / mean, 6) for own in here]


def link_lanes(pieces: Sequence[Piece], road_class: RoadClass) -> tuple[int, bool]:
    """Lanes of a link by most of its length, as the road's class may have them, and whether it is divided."""
    allowed = (4, 6, 8) if road_class == "expressway" else (2, 4)
    counts: dict[int, float] = {}
    one_way_m = 0.0
    for piece in pieces:
        divided = piece.tags.get("oneway") == "yes" and piece.tags.get("junction") != "roundabout"
        lanes = (lanes_of(piece.tags) or 2) * (2 if divided else 1)
        counts[lanes] = counts.get(lanes, 0.0) + piece.length_m
        one_way_m += piece.length_m if divided else 0.0
    most = max(counts, key=lambda lanes: (counts[lanes], -lanes))
    lanes = max((own for own in allowed if own <= most), default=allowed[0])
    whole = sum(counts.values())
    return lanes, road_class != "expressway" and lanes == 4 and one_way_m > whole / 2.0  # noqa: PLR2004


def _odd_radii(curves: Sequence[Curve]) -> list[Finding]:
    return [
        Finding("R08", at_km(curve.from_m), {"radius_m": curve.radius_m})
        for curve in curves
        if curve.radius_m < TIGHTEST_M
    ]


def _odd_limits(pieces: Sequence[Piece], options: Options) -> list[Finding]:
    """Limits that name several values, once each, and what has none."""
    found: dict[str, Finding] = {}
    for piece in pieces:
        for told in (piece.forward_kmh, piece.backward_kmh, piece.truck_kmh):
            if told.odd and told.odd not in found:
                used = told.value or assumed_limit_kmh(piece.road_class, options)
                place = at_km(piece.from_m)
                code = "R07-unread" if told.value is None else "R07"
                found[told.odd] = Finding(code, place, {"value": told.odd, "used": used})
    none = [piece for piece in pieces if piece.forward_kmh.value is None]
    if none:
        share = sum(piece.length_m for piece in none) / sum(piece.length_m for piece in pieces)
        limits = sorted({assumed_limit_kmh(piece.road_class, options) for piece in none})
        values = {"share": share, "used": ", ".join(f"{own:g}" for own in limits)}
        found[""] = Finding("R07-none", "", values)
    return list(found.values())
