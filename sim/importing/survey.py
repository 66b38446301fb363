"""From a line along a road to its alignment: cleaned, smoothed along the whole route, cut into curves and grades.

Heights come first from the line itself or from a model of the ground; where tunnels and bridges are known they lie
straight between their ends before anything is smoothed, and no piece of the route is smoothed alone.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from sim.core.units import METRES_PER_FOOT, METRES_PER_KM, Bools, Floats
from sim.importing.alignment import Alignment, Run, Trace, steepest_pct, straight_grades
from sim.importing.cleaning import LEAST_ROAD_M, cleaned
from sim.importing.findings import Finding, at_km, refused
from sim.importing.heights import default_wavelength_m, height_model
from sim.importing.lines import Line, stretches
from sim.importing.options import Options
from sim.importing.plan import Plane, curvature, curves_of, distances, smooth_line
from sim.importing.shifted import looks_chinese, true_places
from sim.importing.smoothing import NORMAL_MAD, climbs, spikes, whittaker
from sim.importing.tags import is_tagged

START_M, START_GRADE, START_OVER_M, SETTLED_AFTER_M = 500.0, 0.20, 20.0, 600.0
SPIKE_HALF_WINDOW_M, SPIKE_LEAST_M = 50.0, 5.0
RAMP_M = 50.0
"""At both ends of a tunnel or bridge, where a model's heights are not the road's."""
LINE_WAVELENGTH_M = {"track": 40.0, "map": 60.0}
DENSE_M = 15.0
"""Mean distance of points below which a line is a track, not drawn."""
CALM_M, CALM_WAVELENGTH_M, GPS_WAVELENGTH_M = 0.5, 100.0, 300.0
"""A barometer's heights scatter by less than this around their smoothed ones; satellites' by metres."""
HIGHEST_ROAD_M = 5_700.0
MOST_WITHOUT_M = 300.0
"""Of a road without any height that are bridged without a word: assumption, 100 to 500 m."""
LEAST_ABOVE_M = 50.0
"""Of the usual height, from which on a height of 0 is none: assumption, 20 to 200 m."""
BEYOND_M = 50.0
"""By so much a kilometre may lie beyond the end of a track, whose length is not exact: assumption, 10 to 200 m."""
LOWEST_M = -500.0
"""What is below stands for no height: the lowest road lies at the Dead Sea, at -430 m."""
STRUCTURES = ("tunnel", "bridge", "covered")


@dataclass(frozen=True, eq=False)
class _Measured:
    """Heights along the way as driven, before they are smoothed."""

    height_m: Floats
    weight: Floats
    wavelength_m: float
    model: bool


def survey(line: Line, options: Options, source: str) -> Alignment:
    """The alignment of a line, in the direction that is wanted.

    Raises
    ------
    RefusedError
        where there are no heights, too little road, or the range named lies outside
    """
    found = _surveyed(line, options, source)
    if options.direction == "downhill" and found.rises:
        return _surveyed(line, replace(options, direction="reverse"), source)
    return found


def _surveyed(line: Line, options: Options, source: str) -> Alignment:
    findings: list[Finding] = []
    line = _in_true_places(line, options, findings)
    line, plane = _cleaned(line, options, source, findings)
    x, y = plane.metres(line.lon_deg, line.lat_deg)
    along = distances(x, y)
    spacing = float(along[-1]) / (len(line) - 1)
    smooth_x, smooth_y, at = smooth_line(x, y, LINE_WAVELENGTH_M["track" if spacing < DENSE_M else "map"])
    station = distances(smooth_x, smooth_y)
    measured = _heights(line, along, at, options, source, findings)
    smooth = whittaker(measured.height_m, measured.wavelength_m, float(at[1]), measured.weight)
    _judge(station, smooth, measured, options, findings)
    lon, lat = plane.degrees(smooth_x, smooth_y)
    raw = np.where(measured.weight > 0.0, measured.height_m, np.nan)
    even = np.linspace(0.0, station[-1], len(station))
    bent = curvature(np.interp(even, station, smooth_x), np.interp(even, station, smooth_y), even)
    breaks, heights = straight_grades(station, smooth)
    curves = tuple(curves_of(even, bent))
    return Alignment(
        float(station[-1]),
        curves,
        breaks,
        heights,
        tuple(_runs(line, along, at, station)),
        Trace(station, lon, lat, raw, smooth),
        wavelength_m=measured.wavelength_m,
        name=line.name,
        findings=tuple(findings),
    )


def _in_true_places(line: Line, options: Options, findings: list[Finding]) -> Line:
    """On the world's datum, heights in metres."""
    if options.datum == "wgs84" and looks_chinese(line.lon_deg, line.lat_deg):
        findings.append(Finding("R09", ""))
    lon, lat = true_places(line.lon_deg, line.lat_deg, options.datum)
    height = line.height_m * METRES_PER_FOOT if options.feet else line.height_m
    top = float(np.nanmax(height)) if line.has_heights else 0.0
    if top > HIGHEST_ROAD_M:
        findings.append(Finding("R10", "", {"height_m": top}))
    findings.extend(line.noticed)
    back = int((np.diff(line.time_s) < 0.0).sum())
    if back:
        findings.append(Finding("R17", "", {"count": back}))
    return replace(line, lon_deg=lon, lat_deg=lat, height_m=height)


def _cleaned(line: Line, options: Options, source: str, findings: list[Finding]) -> tuple[Line, Plane]:
    """Without repeats and what was driven twice, from and to where it is wanted, in the direction wanted."""
    plane = Plane(float(np.mean(line.lon_deg)), float(np.mean(line.lat_deg)))
    line = cleaned(line, plane, findings)
    along = distances(*plane.metres(line.lon_deg, line.lat_deg))
    whole_m = float(along[-1])
    high = whole_m if options.to_km is None else options.to_km * METRES_PER_KM
    if high > whole_m + BEYOND_M:
        raise refused(source, f"--to-km {options.to_km:g}: the road has {whole_m / METRES_PER_KM:.3f} km")
    chosen = (along >= options.from_km * METRES_PER_KM) & (along <= high)
    left_m = float(np.ptp(along[chosen])) if chosen.any() else 0.0
    if left_m < LEAST_ROAD_M:
        whole = f"{along[-1] / METRES_PER_KM:.3f} km of road"
        raise refused(source, f"{left_m:.0f} m of {whole} are left; a road needs {LEAST_ROAD_M:g} m or more")
    line = line.part(along, options.from_km * METRES_PER_KM, high)
    return (line.reversed() if options.direction == "reverse" else line), plane


def _heights(
    line: Line, along: Floats, at: Floats, options: Options, source: str, findings: list[Finding]
) -> _Measured:
    """At the steps along the way, from a model where one is given."""
    if options.height_files:
        model, spacing = height_model(options.height_files)
        found = model(np.interp(at, along, line.lon_deg), np.interp(at, along, line.lat_deg))
        wavelength = default_wavelength_m(spacing)
    elif line.has_heights:
        heights = np.where(line.height_m < LOWEST_M, np.nan, line.height_m)
        known = np.isfinite(heights) & ~_standing_for_none(heights, findings)
        if not known.any() or (np.ptp(heights[known]) == 0.0 and heights[known][0] <= 0.0):
            raise refused(
                source,
                "has heights of 0 or less alone, as programs write them that know none: give a height model, --dem",
                "R01",
            )
        found = _between_known(at, along, heights, known, source)
        wavelength = 0.0
    else:
        raise refused(
            source, "has no heights, and a road without them would be flat: give a height model, --dem", "R01"
        )
    if np.isnan(found).mean() > 0.5:  # noqa: PLR2004
        raise refused(source, "most of the road has no height in the model: is it the right tile?", "R13")
    found, weight = _filled(found, at, findings)
    found = _levelled(line, along, at, found, findings)
    if not options.height_files:
        _unsettled(at, found, weight, findings)
        found = _without_spikes(found, float(at[1]), findings)
        wavelength = _own_wavelength(line, found, weight, float(at[1]), findings)
    chosen = wavelength if options.wavelength_m is None else options.wavelength_m
    return _Measured(found, weight, chosen, bool(options.height_files))


def _standing_for_none(height_m: Floats, findings: list[Finding]) -> Bools:
    """Heights of 0 in a road that lies well above: a device writes them where it has none."""
    zero: Bools = height_m == 0.0
    if not zero.any() or zero.all() or not np.nanmedian(np.where(zero, np.nan, height_m)) > LEAST_ABOVE_M:
        return np.zeros(len(height_m), dtype=np.bool_)
    findings.append(Finding("R13-zeros", "", {"count": int(zero.sum())}))
    return zero


def _between_known(at: Floats, along: Floats, height_m: Floats, known: Bools, source: str) -> Floats:
    """Heights at the steps, unknown where many points in turn have none; refused where an end of the road has none."""
    rows = np.flatnonzero(known)
    known_m = along[rows]
    before, behind = known_m[0] - at[0], at[-1] - known_m[-1]
    if max(before, behind) > MOST_WITHOUT_M:
        message = f"has no heights on {max(before, behind):,.0f} m at an end: cut them off (--from-km, --to-km)"
        raise refused(source, f"{message}, or give a height model (--dem)", "R13")
    found: Floats = np.interp(at, known_m, height_m[rows])
    for first, last in pairwise(rows):
        if last - first > 1 and along[last] - along[first] > MOST_WITHOUT_M:
            found[(at > along[first]) & (at < along[last])] = np.nan
    return found


def _filled(height: Floats, at: Floats, findings: list[Finding]) -> tuple[Floats, Floats]:
    """Voids bridged, and weights that leave them to the smoother."""
    void = np.isnan(height)
    if void.any():
        findings.append(Finding("R13", "", {"void_m": float(void.sum() * at[1])}))
        height = np.interp(at, at[~void], height[~void])
    return height, (~void).astype(np.float64)


def _levelled(line: Line, along: Floats, at: Floats, height: Floats, findings: list[Finding]) -> Floats:
    """Tunnels and bridges straight between their ends."""
    structure = [any(is_tagged(tags, key) for key in STRUCTURES) for tags in line.tags]
    on = np.array(structure, dtype=np.bool_)[line.tag_index]
    if not on.any():
        return height
    height, count, length = height.copy(), 0, 0.0
    for first, stop in stretches(on):
        if not on[first]:
            continue
        low, high = along[first] - RAMP_M, along[stop] + RAMP_M
        inside = (at > low) & (at < high)
        ends = np.interp([low, high], at, height)
        height[inside] = np.interp(at[inside], [low, high], ends)
        count, length = count + 1, length + float(along[stop] - along[first])
    findings.append(Finding("R14", "", {"count": count, "length_m": length}))
    return height


def _unsettled(at: Floats, height: Floats, weight: Floats, findings: list[Finding]) -> None:
    """Take the weight of heights at the start that rise as no road does, until they have settled."""
    over = max(round(START_OVER_M / at[1]), 1)
    grade = (height[over:] - height[:-over]) / (over * at[1])
    wild = np.flatnonzero((np.abs(grade) > START_GRADE) & (at[:-over] < START_M))
    if len(wild) == 0:
        return
    first, jumped = int(wild[0]), int(wild[-1]) + over
    window = height[jumped : jumped + round(SETTLED_AFTER_M / at[1])]
    up = height[jumped] > height[first]
    settled = jumped + int(window.argmin() if up else window.argmax()) if len(window) else jumped
    weight[first + 1 : settled] = 0.0
    height[first + 1 : settled] = np.interp(at[first + 1 : settled], at[[first, settled]], height[[first, settled]])
    values = {"dropped_m": float(at[settled] - at[first]), "grade_pct": 100.0 * float(np.abs(grade[wild]).max())}
    findings.append(Finding("R02", at_km(at[first]), values))


def _without_spikes(height: Floats, step_m: float, findings: list[Finding]) -> Floats:
    """Heights that stand out from their neighbours, replaced by the line between those."""
    wrong = spikes(height, round(SPIKE_HALF_WINDOW_M / step_m), SPIKE_LEAST_M)
    if not wrong.any():
        return height
    findings.append(Finding("R02-spikes", "", {"count": int(wrong.sum())}))
    rows = np.arange(len(height))
    result: Floats = np.interp(rows, rows[~wrong], height[~wrong])
    return result


def _own_wavelength(line: Line, height: Floats, weight: Floats, step_m: float, findings: list[Finding]) -> float:
    """By how calm a track's own heights are."""
    whole = line.height_m[np.isfinite(line.height_m)]
    if np.array_equal(whole, np.round(whole)):
        findings.append(Finding("R18", "", {"wavelength_m": GPS_WAVELENGTH_M}))
        return GPS_WAVELENGTH_M
    off = (height - whittaker(height, CALM_WAVELENGTH_M, step_m, weight))[weight > 0.0]
    calm = NORMAL_MAD * float(np.median(np.abs(off))) < CALM_M
    return CALM_WAVELENGTH_M if calm else GPS_WAVELENGTH_M


def _judge(station: Floats, smooth: Floats, measured: _Measured, options: Options, findings: list[Finding]) -> None:
    """Note what the smoothed heights still hold that no road has."""
    if measured.model:
        wrong, left = (wrong_way_m(height) for height in (measured.height_m, smooth))
        values = {"wrong_m": wrong, "left_m": left, "wavelength_m": measured.wavelength_m}
        findings.append(Finding("R02-model", "", values))
    steepest = steepest_pct(lambda at: np.interp(at, station, smooth), float(station[-1]), 100.0)
    if steepest > options.most_grade_pct:
        findings.append(Finding("R05", "", {"grade_pct": steepest, "most_pct": options.most_grade_pct}))


def wrong_way_m(height_m: Floats) -> float:
    """What a profile climbs against the way that it goes on the whole: from its highest point down to both ends [m]."""
    top = int(height_m.argmax())
    return climbs(height_m[: top + 1])[1] + climbs(height_m[top:])[0]


def _runs(line: Line, along: Floats, at: Floats, station: Floats) -> list[Run]:
    """What is tagged, by station."""
    index = line.tag_index
    if not any(line.tags):
        return []
    place = np.interp(along, at, station)
    return [Run(float(place[first]), float(place[stop]), line.tags[index[first]]) for first, stop in stretches(index)]
