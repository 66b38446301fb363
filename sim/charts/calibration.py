"""Charts of a calibration: what the data tell of each parameter, and whether the model can give what was observed."""

from collections.abc import Hashable, Mapping
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.charts.basic import PALETTE, STYLE


def posteriors(table: pd.DataFrame) -> Figure:
    """A panel a parameter: prior and posterior 95 % interval and median; grey where the data tell nothing."""
    rows = table.to_dict("records")
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 0.5 + 0.95 * len(rows)))
        for axes, row in zip(figure.subplots(len(rows), 1, squeeze=False)[:, 0], rows, strict=True):
            colour = PALETTE[1] if row["told"] else "0.5"
            _span(axes, row, "prior", 1.0, "0.75")
            _span(axes, row, "posterior", 0.0, colour)
            note = "" if row["told"] else " (the data tell little)"
            axes.set_title(f"{row['parameter']}{note}", loc="left", fontsize=8)
            axes.set_ylim(-0.6, 1.6)
            axes.set_yticks([0.0, 1.0], ["posterior", "prior"], fontsize=7)
            axes.tick_params(axis="x", labelsize=7)
    return figure


def predictive(table: pd.DataFrame) -> Figure:
    """A panel a target: observed value, and what the model gives before and after the fit."""
    rows = table.to_dict("records")
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 0.6 + 1.0 * len(rows)))
        for axes, row in zip(figure.subplots(len(rows), 1, squeeze=False)[:, 0], rows, strict=True):
            _span(axes, row, "prior", 1.0, "0.75")
            _span(axes, row, "posterior", 0.0, PALETTE[1])
            axes.axvline(row["observed"], color=PALETTE[5], linewidth=1.5)
            axes.set_title(f"{row['target']}: the line is what was observed", loc="left", fontsize=8)
            axes.set_ylim(-0.6, 1.6)
            axes.set_yticks([0.0, 1.0], ["after the fit", "before the fit"], fontsize=7)
            axes.tick_params(axis="x", labelsize=7)
    return figure


def _span(axes: Axes, row: Mapping[Hashable, Any], name: str, place: float, colour: str) -> None:
    axes.plot([row[f"{name}_low"], row[f"{name}_high"]], [place, place], color=colour, linewidth=4)
    axes.plot(row[name], place, "o", color="0.1", markersize=4)
