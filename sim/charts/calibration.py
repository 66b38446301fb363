"""Charts of calibrations and of sets of interventions."""

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


def pareto(table: pd.DataFrame, budget_cny: float) -> Figure:
    """Accidents avoided over cost a year: every set, those that ran longest, and the front."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 5.5))
        axes = figure.add_subplot()
        longest = table["rung"] == table["rung"].max()
        for own, colour, label in ((~longest, "0.8", "ran for a short time"), (longest, PALETTE[1], "ran longest")):
            axes.plot(table[own]["cost_cny"] / 1e6, table[own]["avoided"], "o", color=colour, markersize=4, label=label)
        front = table[table["front"]].sort_values("cost_cny")
        axes.plot(front["cost_cny"] / 1e6, front["avoided"], color=PALETTE[5], linewidth=1.5, label="best for its cost")
        axes.axvline(budget_cny / 1e6, color="0.4", linestyle=":", label="budget")
        axes.set_xlabel("cost (million CNY a year)")
        axes.set_ylabel("expected accidents avoided a year")
        axes.legend(frameon=False)
    return figure
