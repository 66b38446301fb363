"""Counted less predicted accidents, added up along a road (CURE plot): where a prediction leads astray, it leaves 0."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.charts.basic import PALETTE, STYLE


def residuals(sections: pd.DataFrame) -> Figure:
    """A walk over the sections in the order of their posts, with what chance alone makes of it.

    `sections` has the columns route, from, length_km, cumulative_residual and cumulative_limit.
    """
    shown = sections.dropna(subset=["cumulative_residual"]).sort_values(["route", "from"], kind="stable")
    km = np.concatenate([[0.0], np.cumsum(shown["length_km"].to_numpy())]).round(4)
    walk, limit = (
        np.concatenate([[0.0], shown[name].to_numpy()]) for name in ("cumulative_residual", "cumulative_limit")
    )
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 4.0))
        axes = figure.add_subplot()
        axes.fill_between(km, -limit, limit, color="0.85", linewidth=0, label="chance alone (95 %)")
        axes.axhline(0.0, color="0.5", linewidth=0.8)
        axes.plot(km, walk, color=PALETTE[0], linewidth=1.4, marker=".", label="counted less predicted, added up")
        axes.set_xlim(0.0, float(km[-1]))
        axes.set_xlabel("km of the sections, in the order of their posts")
        axes.set_ylabel("accidents")
        figure.legend(loc="outside upper left", ncols=2, frameon=False)
    return figure
