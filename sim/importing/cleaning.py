"""A track as it was recorded to the road that it drove once: without pauses, jumps, detours, laps and returns."""

import numpy as np
from scipy.spatial import cKDTree

from sim.core.units import Bools, Floats, Ints
from sim.importing.findings import Finding, at_km
from sim.importing.lines import Line, stretches
from sim.importing.plan import Plane, distances

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
LEAST_DIVIDED_M, BESIDE_M, MOSTLY_BESIDE = 2000.0, 60.0, 0.9
"""A track that comes back within so many metres of itself for so much of its second half: assumptions, 1 to 5 km, 40 to
100 m, 0.8 to 0.95."""
FEWEST_STEPS, MOST_APART = 8, 3
"""To know a usual step, and fixes in turn that stand apart: assumptions, 5 to 20 and 1 to 5."""


def cleaned(line: Line, plane: Plane, findings: list[Finding]) -> Line:
    """The line without what is no road; what was left out or is odd is added to the findings."""
    line = line.picked(_moving(*plane.metres(line.lon_deg, line.lat_deg)))
    line = line.picked(_driving(*plane.metres(line.lon_deg, line.lat_deg)))
    line = _without_jumps(line, plane, findings)
    _note_gaps(line, distances(*plane.metres(line.lon_deg, line.lat_deg)), findings)
    line = _driven_once(line, plane, findings)
    _note_other_carriageway(line, plane, findings)
    return line


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
    for end, beside in ((0, 1), (-1, -2)):
        if steps[end] > least and steps[beside] <= least:
            apart[end], away_m = True, max(away_m, float(steps[end]))
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
        findings.append(Finding("R04", at_km(along[first]), {"cut_m": float(along[last] - along[first])}))
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
        findings.append(Finding("R04-beside", at_km(along[middle]), {"away_m": float(np.median(away_m))}))


def _note_gaps(line: Line, along: Floats, findings: list[Finding]) -> None:
    """Long steps of a track that has short ones; a line drawn on a map has long ones everywhere."""
    steps, waits = np.diff(along), np.diff(line.time_s)
    if len(steps) == 0 or np.median(steps) > GAP_M / 2.0 or line.drawn:
        return
    possible = (waits <= GAP_S) & (steps <= FASTEST_MS * np.maximum(waits, 1.0))
    gaps = np.flatnonzero((steps > GAP_M) & ~possible)
    findings.extend(Finding("R03", at_km(along[place]), {"gap_m": float(steps[place])}) for place in gaps)


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
