"""Profile of an imported road by station: heights as they were and as they are used, grades, curves, limits."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.charts.basic import PALETTE, STYLE
from sim.core.units import METRES_PER_KM, Floats
from sim.importing.alignment import Alignment
from sim.importing.sections import Piece

TIGHT_RADIUS_M = 60.0
DIGITS = 2
"""Of heights and grades as drawn: what lies beyond may differ between processors."""
FRAME_IN = (9.0, 7.0)


def road_profile(alignment: Alignment, pieces: Sequence[Piece]) -> Figure:
    """Panels over one axis: heights; grades; curves; and limits where the file has any."""
    tagged = any(piece.forward_kmh.value is not None for piece in pieces)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=FRAME_IN)
        ratios = (3.0, 1.5, 1.8, 1.0) if tagged else (3.0, 1.5, 2.0)
        panels = figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios)
        _heights(panels[0], alignment)
        _grades(panels[1], alignment)
        _radii(panels[2], alignment)
        if tagged:
            _limits(panels[3], pieces)
        panels[-1].set_xlabel("km from the start")
        panels[-1].set_xlim(0.0, round(alignment.length_m / METRES_PER_KM, 5))
    return figure


def _km(metres: Floats) -> Floats:
    result: Floats = (metres / METRES_PER_KM).round(5)
    return result


def _heights(axes: Axes, alignment: Alignment) -> None:
    trace = alignment.trace
    if trace is not None:
        km = _km(trace.station_m)
        axes.plot(km, trace.raw_height_m.round(DIGITS), color="0.6", linewidth=0.8, label="as in the file")
        axes.plot(km, trace.height_m.round(DIGITS), color=PALETTE[1], linewidth=1.6, label="smoothed")
    axes.plot(
        _km(alignment.break_m),
        alignment.break_height_m.round(DIGITS),
        color=PALETTE[5],
        linewidth=0.8,
        marker=".",
        label="straight grades",
    )
    axes.set_ylabel("height [m]")
    axes.legend(frameon=False)


def _grades(axes: Axes, alignment: Alignment) -> None:
    axes.stairs(alignment.grades_pct.round(DIGITS), _km(alignment.break_m), color=PALETTE[1], fill=True)
    axes.axhline(0.0, color="0.3", linewidth=0.8)
    axes.set_ylabel("grade [%]")


def _radii(axes: Axes, alignment: Alignment) -> None:
    """Left turns above, right turns below: the tighter, the longer the bar."""
    for curve in alignment.curves:
        shade = PALETTE[5] if curve.radius_m < TIGHT_RADIUS_M else PALETTE[6]
        height = METRES_PER_KM / max(round(curve.radius_m, 1), 1.0) * np.sign(curve.turn_deg)
        first, last = _km(np.array([curve.from_m, curve.to_m])).tolist()
        axes.bar(0.5 * (first + last), height, width=max(last - first, 0.005), color=shade)
    axes.axhline(0.0, color="0.3", linewidth=0.8)
    axes.set_ylabel("curvature [1/km]\nleft +, right -")


def _limits(axes: Axes, pieces: Sequence[Piece]) -> None:
    """Limits that the file has, forward; gaps where they are assumed."""
    bounds = _km(np.array([pieces[0].from_m, *(piece.to_m for piece in pieces)]))
    limits = np.array([np.nan if piece.forward_kmh.value is None else piece.forward_kmh.value for piece in pieces])
    axes.stairs(limits, bounds, color=PALETTE[1], baseline=None, linewidth=1.4)
    axes.set_ylim(0.0, 1.15 * float(np.nanmax(limits)))
    axes.set_ylabel("limit in\nthe file\n[km/h]")
