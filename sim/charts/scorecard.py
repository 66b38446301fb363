"""The scorecard as a chart: what was predicted over what was observed."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.charts.basic import PALETTE, STYLE

TICKS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
FARTHEST = 100.0


def hindcast(rows: Sequence[Mapping[str, Any]], words: Sequence[str], title: str) -> Figure:
    """A row an observation: median and interval of the prediction over what was observed, which is at 1.

    `words` are the axis, and rows inside, missed and of no evidence; `title` is the key of the rows' titles.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10.0, 1.2 + 0.36 * len(rows)))
        axes = figure.add_subplot()
        for place, row in enumerate(rows):
            _span(axes, row, place)
        for colour, label in ((PALETTE[1], words[1]), (PALETTE[5], words[2]), ("0.6", words[3])):
            axes.plot([], [], "o-", color=colour, linewidth=3, label=label)
        axes.axvline(1.0, color="0.2", linewidth=1)
        axes.set_xscale("log")
        axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
        axes.minorticks_off()
        axes.set_xlim(1.0 / FARTHEST, FARTHEST)
        axes.set_yticks(range(len(rows)), [row[title] for row in rows], fontsize=8)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlabel(words[0])
        figure.legend(loc="outside lower right", ncols=3, frameon=False, fontsize=8)
    return figure


def _span(axes: Axes, row: Mapping[str, Any], place: int) -> None:
    """Where nothing was observed, the median of the prediction stands for it."""
    observed = row["observed"] or row["predicted"]
    low, middle, high = (
        min(max(row[name] / observed, 1.0 / FARTHEST), FARTHEST) for name in ("low", "predicted", "high")
    )
    evidence = PALETTE[1] if row["inside"] else PALETTE[5]
    colour = evidence if row["role"] == "evidence" else "0.6"
    axes.plot([low, high], [place, place], color=colour, linewidth=3, solid_capstyle="butt")
    axes.plot(middle, place, "o", color=colour, markersize=5)
