"""Space-time diagram of one day on the banned road."""

from collections.abc import Callable

import matplotlib as mpl
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from sim.charts.basic import PALETTE, STYLE

MODE_COLOURS = {"allowed": "0.82", "violating": PALETTE[5], "told": PALETTE[1]}
EVENT_MARKS = {
    "alarm": ("v", PALETTE[2]),
    "answer": ("o", PALETTE[1]),
    "exit": ("D", PALETTE[3]),
    "police": ("s", PALETTE[4]),
    "accident": ("X", PALETTE[0]),
}


def space_time(along: pd.DataFrame, marks: pd.DataFrame, words: Callable[[str], str]) -> Figure:
    """A line a truck over the hours of the day and the km of the road; slopes are speeds."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(12.0, 7.0))
        axes = figure.add_subplot()
        for mode, colour in MODE_COLOURS.items():
            own = along[along["mode"] == mode]
            lines = [piece[["hour", "km"]].to_numpy() for _, piece in own.groupby(["trip", "piece"])]
            width = 0.6 if mode == "allowed" else 1.3
            axes.add_collection(LineCollection(lines, colors=colour, linewidths=width, label=words(mode)))
        for event, (shape, colour) in EVENT_MARKS.items():
            own = marks[(marks["event"] == event) & marks["km"].notna()]
            if len(own):
                size = 60 if event == "accident" else 16
                label = words(f"event_{event}")
                axes.scatter(own["hour"], own["km"], s=size, marker=shape, color=colour, zorder=3, label=label)
        axes.set_xlim(0.0, max(24.0, float(along["hour"].max()) if len(along) else 0.0))
        axes.set_ylim(0.0, float(along["km"].max()) if len(along) else 1.0)
        axes.set_xticks(range(0, 25, 2))
        axes.set_xlabel(words("hour_axis"))
        axes.set_ylabel(words("distance_axis"))
        figure.legend(loc="outside upper left", ncols=8, frameon=False, fontsize=9)
    return figure
