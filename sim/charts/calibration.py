"""Charts of calibrations and of sets of interventions."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.charts.basic import PALETTE, STYLE

PARETO_WORDS = (
    "simulated once",
    "simulated several times",
    "best for its cost",
    "budget",
    "cost (million CNY a year)",
    "expected accidents avoided a year",
)
POSTERIOR_WORDS = ("posterior", "prior", " (the data tell little)")
RATIO_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


def posteriors(table: pd.DataFrame, words: Sequence[str] = POSTERIOR_WORDS) -> Figure:
    """A panel a parameter: prior and posterior 95 % interval and median; grey where the data tell nothing."""
    rows = table.to_dict("records")
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 0.5 + 0.95 * len(rows)))
        for axes, row in zip(figure.subplots(len(rows), 1, squeeze=False)[:, 0], rows, strict=True):
            colour = PALETTE[1] if row["told"] else "0.5"
            _span(axes, row, "prior", 1.0, "0.75")
            _span(axes, row, "posterior", 0.0, colour)
            note = "" if row["told"] else words[2]
            axes.set_title(f"{row['parameter']}{note}", loc="left", fontsize=8)
            axes.set_ylim(-0.6, 1.6)
            axes.set_yticks([0.0, 1.0], words[:2], fontsize=7)
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


def pareto(table: pd.DataFrame, budget_cny: float, words: Sequence[str] = PARETO_WORDS) -> Figure:
    """Accidents avoided over cost a year: every set, those that were simulated more than once, and the front."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 5.5))
        axes = figure.add_subplot()
        longest = table["rung"] == table["rung"].max()
        for own, colour, label in ((~longest, "0.8", words[0]), (longest, PALETTE[1], words[1])):
            axes.plot(table[own]["cost_cny"] / 1e6, table[own]["avoided"], "o", color=colour, markersize=4, label=label)
        front = table[table["front"]].sort_values("cost_cny")
        axes.plot(front["cost_cny"] / 1e6, front["avoided"], color=PALETTE[5], linewidth=1.5, label=words[2])
        axes.axvline(budget_cny / 1e6, color="0.4", linestyle=":", label=words[3])
        axes.set_xlabel(words[4])
        axes.set_ylabel(words[5])
        axes.legend(frameon=False)
    return figure


def named_ratios(table: pd.DataFrame, axis: str) -> Figure:
    """A row a named ratio, with its interval where there is one, coloured by group; 1 is no effect."""
    rows = table.to_dict("records")
    groups = list(dict.fromkeys(row["group"] for row in rows))
    shade = dict(zip(groups, (PALETTE[1], PALETTE[5], PALETTE[3]), strict=False))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.5, 1.0 + 0.32 * len(rows)))
        axes = figure.add_subplot()
        for place, row in enumerate(rows):
            colour = shade[row["group"]]
            if pd.notna(row.get("low")):
                axes.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=2)
            axes.plot(row["estimate"], place, "s", color=colour, markersize=6)
        for group, colour in shade.items():
            axes.plot([], [], "s", color=colour, label=group)
        axes.axvline(1.0, color="0.4", linestyle=":", linewidth=1)
        axes.set_yticks(range(len(rows)), [row["label"] for row in rows], fontsize=8)
        axes.invert_yaxis()
        axes.set_xscale("log")
        axes.set_xticks(RATIO_TICKS, [f"{tick:g}" for tick in RATIO_TICKS])
        axes.set_xlim(0.08, 6.0)
        axes.minorticks_off()
        axes.set_xlabel(axis)
        figure.legend(frameon=False, fontsize=8, loc="outside upper right", ncols=len(groups))
    return figure
