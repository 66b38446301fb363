"""From a line along a road to its alignment: cleaned, smoothed along the whole route, cut into curves and grades.

Heights come first from the line itself or from a model of the ground; where tunnels and bridges are known they lie
straight between their ends before anything is smoothed, and no piece of the route is smoothed alone.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from sim.core.units import METRES_PER_FOOT, METRES_PER_KM, Bools, Floats, Ints
from sim.importing.alignment import Alignment, Run, Trace, steepest_pct, straight_grades
from sim.importing.findings import Finding, refused
from sim.importing.heights import default_wavelength_m, height_model
from sim.importing.lines import Line, stretches
from sim.importing.options import Options
from sim.importing.plan import Plane, curvature, curves_of, distances, smooth_line
from sim.importing.shifted import looks_chinese, true_places
from sim.importing.smoothing import NORMAL_MAD, climbs, spikes, whittaker
from sim.importing.tags import is_tagged

LEAST_STEP_M = 0.5
GAP_M, GAP_S, FASTEST_MS = 200.0, 60.0, 40.0
PAUSE_M, PAUSE_POINTS, PAUSE_WAY = 25.0, 20, 4.0
"""A pause is so many points within so far of the first, whose way is so many times as long: no bend is."""
SAME_PLACE_M, SAME_LEVEL_M = 15.0, 15.0
BACK_M, FORTH_M = (300.0, 150.0), (1000.0, 300.0)
"""How much earlier a place was passed before, and over which length, where a track comes back along itself, and where
it follows itself. The legs of a hairpin bend are not so close, and the turns of a spiral lie on other levels, by more
than heights drift: assumptions, half to twice as much."""
JUMP_M, JUMP_STEPS = 60.0, 4.0
"""A fix apart lies so far from both neighbours, and so many usual steps: assumptions, 40 to 100 m, 3 to 6."""
LEAST_ROAD_M = 200.0
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
LEAST_DIVIDED_M, BESIDE_M, MOSTLY_BESIDE = 2000.0, 60.0, 0.9
"""A track that comes back within so many metres of itself for so much of its second half: assumptions, 1 to 5 km, 40 to
100 m, 0.8 to 0.95."""
FEWEST_STEPS, MOST_APART = 8, 3
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
    line = line.picked(_moving(*plane.metres(line.lon_deg, line.lat_deg)))
    line = line.picked(_driving(*plane.metres(line.lon_deg, line.lat_deg)))
    line = _without_jumps(line, plane, findings)
    _note_gaps(line, distances(*plane.metres(line.lon_deg, line.lat_deg)), findings)
    line = _driven_once(line, plane, findings)
    _note_other_carriageway(line, plane, findings)
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
    line = line.picked(chosen)
    return (line.reversed() if options.direction == "reverse" else line), plane


def _moving(x_m: Floats, y_m: Floats) -> Bools:
    """Points that are not where the last kept one is."""
    keep = np.zeros(len(x_m), dtype=np.bool_)
    last_x, last_y = np.inf, np.inf
    for index, (x, y) in enumerate(zip(x_m.tolist(), y_m.tolist(), strict=True)):
        if abs(x - last_x) + abs(y - last_y) >= LEAST_STEP_M:
            keep[index] = True
            last_x, last_y = x, y
    return keep


def _driving(x_m: Floats, y_m: Floats) -> Bools:
    """Points outside pauses: where many points in turn stay around one place, none of them is kept.

    At a pause the next points go to and fro: their way is several times the distance that they get away.
    """
    keep = np.ones(len(x_m), dtype=np.bool_)
    along = distances(x_m, y_m)
    index = 0
    while index < len(x_m) - PAUSE_POINTS:
        away = np.hypot(x_m[index:] - x_m[index], y_m[index:] - y_m[index])
        outside = np.flatnonzero(away > PAUSE_M)
        stop = index + (int(outside[0]) if len(outside) else len(away))
        if stop - index >= PAUSE_POINTS and along[stop - 1] - along[index] > PAUSE_WAY * PAUSE_M:
            keep[max(index, 1) : min(stop, len(keep) - 1)] = False  # both ends of a track stay
            index = stop
        else:
            index += 1
    return keep


def _without_jumps(line: Line, plane: Plane, findings: list[Finding]) -> Line:
    """A track without fixes, one to three in turn, far from those before and after, which lie near each other."""
    x, y = plane.metres(line.lon_deg, line.lat_deg)
    steps = np.hypot(np.diff(x), np.diff(y))
    if line.drawn or len(steps) < FEWEST_STEPS:
        return line
    least = max(JUMP_M, JUMP_STEPS * float(np.median(steps)))
    apart, away_m = np.zeros(len(x), dtype=np.bool_), 0.0
    for many in range(1, MOST_APART + 1):
        nearer = np.minimum(steps[:-many], steps[many:])
        across = np.hypot(x[many + 1 :] - x[: -many - 1], y[many + 1 :] - y[: -many - 1])
        first = np.flatnonzero((nearer > least) & (across < nearer / 2.0))
        away_m = max(away_m, float(nearer[first].max(initial=0.0)))
        for place in first.tolist():
            apart[place + 1 : place + 1 + many] = True
    for end, step in ((0, 0), (-1, -1)):
        if steps[step] > least and steps[1 if end == 0 else -2] <= least:
            apart[end], away_m = True, max(away_m, float(steps[step]))
    if not apart.any():
        return line
    findings.append(Finding("R20", "", {"count": int(apart.sum()), "away_m": away_m}))
    return line.picked(~apart)


def _driven_once(line: Line, plane: Plane, findings: list[Finding]) -> Line:
    """A track without what it drove again: detours and laps are taken out, or all after a return is cut."""
    while True:
        x, y = plane.metres(line.lon_deg, line.lat_deg)
        along = distances(x, y)
        left_out = _again(x, y, along, line.height_m)
        if left_out is None:
            return line
        first, stop = left_out
        last = min(stop, len(along) - 1)
        findings.append(Finding("R04", _km(along[first]), {"cut_m": float(along[last] - along[first])}))
        line = line.picked(np.concatenate([np.arange(first + 1), np.arange(stop, len(along))]))


def _note_other_carriageway(line: Line, plane: Plane, findings: list[Finding]) -> None:
    """A track whose second half comes back beside its first, as on the other carriageway of a divided road."""
    x, y = plane.metres(line.lon_deg, line.lat_deg)
    along = distances(x, y)
    middle = int(np.searchsorted(along, 0.5 * along[-1]))
    if along[-1] < LEAST_DIVIDED_M or not 0 < middle < len(along):
        return
    away_m, _ = cKDTree(np.column_stack([x, y])[:middle]).query(np.column_stack([x, y])[middle:])
    if float(np.mean(away_m < BESIDE_M)) > MOSTLY_BESIDE:
        findings.append(Finding("R04-beside", _km(along[middle]), {"away_m": float(np.median(away_m))}))


def _note_gaps(line: Line, along: Floats, findings: list[Finding]) -> None:
    """Long steps of a track that has short ones; a line drawn on a map has long ones everywhere."""
    steps, waits = np.diff(along), np.diff(line.time_s)
    if len(steps) == 0 or np.median(steps) > GAP_M / 2.0 or line.drawn:
        return
    possible = (waits <= GAP_S) & (steps <= FASTEST_MS * np.maximum(waits, 1.0))
    gaps = np.flatnonzero((steps > GAP_M) & ~possible)
    findings.extend(Finding("R03", _km(along[place]), {"gap_m": float(steps[place])}) for place in gaps)


def _again(x_m: Floats, y_m: Floats, along: Floats, height_m: Floats) -> tuple[int, int] | None:
    """Last point before what a track drove again, and the first from which it goes on; None where it drove all once.

    Where it comes back along itself and leaves for a longer way elsewhere, that is the place where it left its way
    before, and where it follows itself after a lap, that is the lap; else it ends where it turned or began to follow
    itself. A lap on another level is another road, such as the next turn of a spiral.
    """
    places = np.column_stack([x_m, y_m])
    near: list[list[int]] = cKDTree(places).query_ball_point(places, SAME_PLACE_M)
    first = np.array([min(rows) for rows in near])
    again = along - along[first] > BACK_M[0]
    for start, stop in stretches(again):
        length_m = float(along[stop - 1] - along[start])
        if not again[start] or length_m < BACK_M[1]:
            continue
        back = along[first[stop - 1]] < along[first[start]] or _turned(along, first, start, stop)
        if back:
            return _detour(places, along, first, start, stop)
        own = np.arange(start, stop)
        above_m = float(np.abs(height_m[own] - height_m[first[own]]).mean())
        lap = length_m >= FORTH_M[1] and along[start] - along[first[start]] > FORTH_M[0]
        if lap and not above_m > SAME_LEVEL_M:
            goes_on = along[-1] - along[stop - 1] > LEAST_ROAD_M
            return (int(first[start]), start) if goes_on else (start - 1, len(x_m))
    return None


def _detour(places: Floats, along: Floats, first: Ints, start: int, stop: int) -> tuple[int, int]:
    """What to leave out where a track comes back along itself, and may go forth once more."""
    turn_m = 0.5 * float(along[start] + along[first[start]])
    turn, low = int(np.searchsorted(along, turn_m, side="right")) - 1, int(first[start:stop].min())
    if along[-1] - along[stop - 1] <= max(LEAST_ROAD_M, 0.5 * float(along[stop - 1] - along[first[stop - 1]])):
        return turn, len(along)
    out = places[low : turn + 1] - places[min(stop, len(along) - 1)]
    return low + int(np.hypot(out[:, 0], out[:, 1]).argmin()), stop


def _turned(along: Floats, first: Ints, start: int, stop: int) -> bool:
    """Whether it went back along itself and then forth again, to where it had turned."""
    return float(along[first[start]] - along[first[start:stop]].min()) > BACK_M[1] / 2.0


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
    findings.append(Finding("R02", _km(at[first]), values))


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


def _km(metres: float) -> str:
    return f"km {metres / METRES_PER_KM:.3f}"
