"""Designs in LandXML: lines, arcs, spirals and grades as drawn, in whatever namespace."""

from math import degrees, isfinite
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.units import METRES_PER_FOOT, Floats
from sim.importing.alignment import Alignment
from sim.importing.findings import refused
from sim.importing.plan import Curve
from sim.importing.xml_reader import all_named, child, name_of, read_xml

UNITS = {"meter": 1.0, "metre": 1.0, "millimeter": 0.001, "kilometer": 1000.0, "foot": METRES_PER_FOOT}
UNITS["internationalFoot"] = METRES_PER_FOOT
UNITS |= {"USSurveyFoot": 1200.0 / 3937.0, "inch": METRES_PER_FOOT / 12.0, "mile": 5280.0 * METRES_PER_FOOT}
SAME_PLACE_M = 0.05
SAME_M = 0.5
"""Between an alignment's length and the sum of its elements."""


def read_landxml(file: Path, wanted: str | None = None) -> Alignment:
    """The alignment of a name, or the longest one.

    Raises
    ------
    RefusedError
        if it is no LandXML, has no alignment or none of that name, or no profile
    """
    root = read_xml(file)
    alignments = list(all_named(root, "Alignment"))
    if not alignments:
        held = "a surface" if any(True for _ in all_named(root, "Surface")) else "no surface either"
        raise refused(file, f"has no alignment ({held}): export the road's centre line with its profile", "R11")
    metre = _metres_per_unit(root, file)
    if wanted is not None:
        alignments = [one for one in alignments if one.get("name") == wanted] or alignments[:0]
        if not alignments:
            names = ", ".join(str(one.get("name")) for one in all_named(root, "Alignment"))
            raise refused(file, f"no alignment is named {wanted!r}; names are {names}")
    whole = [one for one in alignments if next(all_named(one, "ProfAlign"), None) is not None] or alignments
    chosen = max(whole, key=lambda one: _number(one, "length", file, 0.0))
    return _alignment(chosen, metre, file)


def _metres_per_unit(root: Any, file: Path) -> float:
    units = next(all_named(root, "Units"), None)
    system = None if units is None else next(iter(units), None)
    unit = "meter" if system is None else system.get("linearUnit", "meter")
    if unit not in UNITS:
        raise refused(file, f"its unit of length is {unit!r}; known are {', '.join(UNITS)}", "R10")
    return UNITS[unit]


def _alignment(element: Any, metre: float, file: Path) -> Alignment:
    name, start = str(element.get("name", "")), _number(element, "staStart", file, 0.0) * metre
    plan = child(element, "CoordGeom")
    if plan is None:
        raise refused(file, f"alignment {name!r} has no CoordGeom: no plan of the road", "R11")
    pieces = [(name_of(piece), _piece(piece, metre, file)) for piece in plan if name_of(piece) != "Feature"]
    length = sum(own[0] for _, own in pieces)
    if length <= 0.0:
        raise refused(file, f"alignment {name!r} has no length", "R11")
    stated = _number(element, "length", file, length / metre) * metre
    if abs(stated - length) > SAME_M:
        raise refused(file, f"alignment {name!r} says {stated:.3f} m, its elements have {length:.3f} m together")
    stations, heights = _profile(element, metre, start, length, file)
    return Alignment(length, tuple(_curves(pieces)), stations, heights, (), exact=True, name=name)


def _piece(piece: Any, metre: float, file: Path) -> tuple[float, float]:
    """Length, and radius, positive to the left; infinite where it is straight or a spiral."""
    kind = name_of(piece)
    if kind not in {"Line", "Curve", "Spiral"}:
        raise refused(file, f"has an element {kind}: lines, curves and spirals are understood", "R11")
    length = _length(piece, metre, file)
    if length < 0.0:
        raise refused(file, f"an element {kind} has the length {length:g}, must not be negative")
    if kind != "Curve":
        return length, np.inf
    left = piece.get("rot", "cw") == "ccw"
    radius = abs(_number(piece, "radius", file)) * metre
    if radius == 0.0:
        raise refused(file, "a Curve has the radius 0")
    return length, radius if left else -radius


def _length(piece: Any, metre: float, file: Path) -> float:
    if piece.get("length") is not None:
        return _number(piece, "length", file) * metre
    ends = [child(piece, name) for name in ("Start", "End")]
    if name_of(piece) != "Line" or None in ends:
        raise refused(file, f"an element {name_of(piece)} has no length")
    start, end = (_two_numbers(one, file) for one in ends)
    return float(np.hypot(end[0] - start[0], end[1] - start[1])) * metre


def _two_numbers(element: Any, file: Path) -> tuple[float, float]:
    """A place on a plane, or a station with its height."""
    parts = str(element.text or "").split()
    try:
        first, second = (float(text) for text in parts[:2])
    except ValueError:
        first, second = np.nan, np.nan
    if not (isfinite(first) and isfinite(second)):
        raise refused(file, f"{name_of(element)} holds {element.text!r}, must be two numbers with decimal points")
    return first, second


def _curves(pieces: list[tuple[str, tuple[float, float]]]) -> list[Curve]:
    """Arcs with the spirals beside them, as the Highway Safety Manual measures curves."""
    ends = np.concatenate([[0.0], np.cumsum([length for _, (length, _) in pieces])])
    found = []
    for index, (kind, (length, radius)) in enumerate(pieces):
        if kind != "Curve":
            continue
        before = index > 0 and pieces[index - 1][0] == "Spiral"
        after = index + 1 < len(pieces) and pieces[index + 1][0] == "Spiral"
        first, last = ends[index - before], ends[index + 1 + after]
        turn = degrees(length / radius)
        found.append(Curve(float(first), float(last), abs(radius), turn, int(before) + int(after)))
    return found


def _profile(element: Any, metre: float, start: float, length: float, file: Path) -> tuple[Floats, Floats]:
    """Stations and heights of the grade line's breaks, from the road's start."""
    if next(all_named(element, "StaEquation"), None) is not None:
        raise refused(file, f"alignment {element.get('name')!r} has station equations: export it with one chainage")
    line = next(all_named(element, "ProfAlign"), None)
    points = (
        []
        if line is None
        else [own for own in line if name_of(own) in {"PVI", "ParaCurve", "UnsymParaCurve", "CircCurve"}]
    )
    if len(points) < 2:  # noqa: PLR2004 - a grade has two ends
        raise refused(file, f"alignment {element.get('name')!r} has no profile: export it with its grades", "R01")
    read = [_two_numbers(point, file) for point in points]
    station, height = np.array(sorted((along * metre - start, height * metre) for along, height in read)).T
    if (np.diff(station) <= 0.0).any():
        raise refused(file, f"alignment {element.get('name')!r} has two heights at one station")
    if station[0] > SAME_M or station[-1] < length - SAME_M:
        raise refused(
            file,
            f"alignment {element.get('name')!r} has a profile from {station[0]:.1f} to {station[-1]:.1f} m of its "
            f"{length:.1f} m (staStart is {start:g} m): the profile must cover the plan",
            "R01",
        )
    inner = (station > SAME_PLACE_M) & (station < length - SAME_PLACE_M)
    ends = np.interp([0.0, length], station, height)
    stations = np.concatenate([[0.0], station[inner], [length]])
    return stations, np.concatenate([ends[:1], height[inner], ends[1:]])


def _number(element: Any, key: str, file: Path, default: float | None = None) -> float:
    text = element.get(key)
    if text is None and default is not None:
        return default
    try:
        value = float(text)
    except (TypeError, ValueError):
        value = np.nan
    if not isfinite(value):
        raise refused(file, f"{name_of(element)} has {key} {text!r}, must be a number")
    return value
