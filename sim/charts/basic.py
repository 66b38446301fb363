"""Charts from result tables; the only module that knows matplotlib."""

import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.core.units import METRES_PER_KM, Floats
from sim.physics.brake_temperature import LIMIT_C
from sim.physics.descent import Descent
from sim.statistics.intervals import mean_interval

PALETTE = ("#000000", "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#999933")
"""Colours that colour-blind readers can tell apart (Okabe and Ito 2008); the first is the baseline's."""
PNG_DPI = 160
MOST_TICKS = 8
SMALLEST_RATIO_SPAN = 0.02
"""An axis of ratios shows no less, so that rounding does not look like an effect."""
FILE_KINDS = (".svg", ".png")
STYLE: dict[Any, Any] = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "hairpin",
    "figure.constrained_layout.use": True,
    "text.parse_math": False,  # titles are users' texts, and may hold a $
}


def colours(names: Sequence[str]) -> dict[str, str]:
    """A colour for each scenario, the same in every chart."""
    return {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(names)}


def told_apart(titles: Mapping[str, str]) -> dict[str, str]:
    """Titles by scenario, each with the scenario's name where another one has the same."""
    shown = list(titles.values())
    return {name: title if shown.count(title) == 1 else f"{title} ({name})" for name, title in titles.items()}


def forest_rows(summary: Mapping[str, Any]) -> pd.DataFrame:
    """Ratios as they are drawn: scenario, estimate, low, high."""
    rows = [{"scenario": n, **c["accident_rate_ratio"]} for n, c in summary["comparisons"].items()]
    return pd.DataFrame(rows, columns=["scenario", "estimate", "low", "high"]).astype(
        {"estimate": float, "low": float, "high": float}
    )


def forest(summary: Mapping[str, Any], titles: Mapping[str, str]) -> Figure:
    """Accident-rate ratios to the baseline with 95 % intervals; 1 is no effect."""
    rows = forest_rows(summary)
    shade = colours(list(summary["scenarios"]))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10.0, 1.2 + 0.45 * max(len(rows), 1)))
        axes = figure.add_subplot()
        for place, row in enumerate(rows.itertuples()):
            _forest_row(axes, place, row, shade[str(row.scenario)])
        axes.axvline(1.0, color="0.4", linestyle=":", linewidth=1)
        axes.set_yticks(range(len(rows)), [titles.get(str(n)) or str(n) for n in rows["scenario"]])
        axes.invert_yaxis()
        axes.set_xscale("log")
        _plain_log_ticks(axes, rows)
        axes.set_xlabel("expected accident rate / baseline's\n(log scale; left of 1 is fewer accidents)")
    return figure


def _forest_row(axes: Axes, place: int, row: Any, colour: str) -> None:
    axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
    axes.plot(row.estimate, place, "s", color=colour, markersize=7)
    known = not np.isnan(row.low)
    text = f"{row.estimate:.3f} ({row.low:.3f} to {row.high:.3f})" if known else f"{row.estimate:.3f} (one run)"
    axes.annotate(
        text, (1.02, place), xycoords=("axes fraction", "data"), va="center", fontsize=9, annotation_clip=False
    )


def _plain_log_ticks(axes: Axes, rows: pd.DataFrame) -> None:
    """A range that holds 1 and all intervals, with plain numbers on it."""
    values = rows[["estimate", "low", "high"]].to_numpy().ravel()
    known = np.concatenate([values[~np.isnan(values)], [1.0]])
    low, high = known.min() / 1.03, known.max() * 1.03
    axes.set_xlim(low, high)
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if (high - low) / s <= MOST_TICKS or s == 1.0)
    ticks = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    axes.set_xticks(ticks, [f"{tick:.2f}" for tick in ticks])
    axes.set_xticks([], minor=True)


def monthly_rows(monthly: pd.DataFrame) -> pd.DataFrame:
    """Compliance [%] and expected accident rate [per million vehicle-km] by scenario and month, with 95 % intervals."""
    table = monthly.assign(
        compliance_pct=100.0 * (1.0 - monthly["violations"] / monthly["candidate_trips"].where(lambda n: n > 0)),
        accident_rate=1e6 * monthly["expected_accidents"] / monthly["vehicle_km"].where(lambda km: km > 0),
    )
    rows = []
    for (scenario, month), group in table.groupby(["scenario", "month"], sort=False):
        row: dict[str, Any] = {"scenario": scenario, "month": month}
        for column in ("compliance_pct", "accident_rate"):
            interval = mean_interval(group[column].tolist())
            row |= {column: interval.estimate, f"{column}_low": interval.low, f"{column}_high": interval.high}
        rows.append(row)
    return pd.DataFrame(rows)


def months(monthly: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Compliance and expected accident rate month by month, a line a scenario; the first and last with their band."""
    rows = monthly_rows(monthly)
    names = list(dict.fromkeys(rows["scenario"]))
    shade = colours(names)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10.0, 7.0))
        upper, lower = figure.subplots(2, 1, sharex=True)
        for name in names:
            own, banded = rows[rows["scenario"] == name], name in {names[0], names[-1]}
            _line(upper, own, "compliance_pct", shade[name], titles.get(name) or name, banded=banded)
            _line(lower, own, "accident_rate", shade[name], titles.get(name) or name, banded=banded)
        upper.set_ylabel("compliance with the ban (%)")
        lower.set_ylabel("expected accidents\nper million vehicle-km")
        lower.set_ylim(bottom=0.0)
        lower.tick_params(axis="x", rotation=45)
        figure.legend(
            *upper.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=8
        )
    return figure


def _line(axes: Axes, own: pd.DataFrame, column: str, colour: str, label: str, *, banded: bool) -> None:
    axes.plot(own["month"], own[column], color=colour, label=label, linewidth=1.8, marker="o", markersize=3)
    low, high = own[f"{column}_low"], own[f"{column}_high"]
    if banded and not low.isna().all():
        axes.fill_between(own["month"], low, high, color=colour, alpha=0.15, linewidth=0)


def files(figure: Figure, name: str) -> dict[str, bytes]:
    """A chart as the contents of an SVG file, its text as text, and a PNG file, by name."""
    return {f"{name}{kind}": content_of(figure, kind) for kind in FILE_KINDS}


def content_of(figure: Figure, kind: str) -> bytes:
    """A chart as the content of a file with this ending, the same bytes every time; it carries our name."""
    stream = BytesIO()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)  # readers' fonts have them
        if kind == ".svg":
            figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": "hairpin"})
        else:
            figure.savefig(stream, format="png", dpi=PNG_DPI, metadata={"Software": "hairpin"})
    return stream.getvalue()


def descent(along: Descent, grade: Floats, length_m: Floats) -> Figure:
    """Brake temperature along a descent above the road's elevation profile."""
    kilometres = along.distance_m / METRES_PER_KM
    ends = np.concatenate([[0.0], np.cumsum(length_m)]) / METRES_PER_KM
    height = np.concatenate([[0.0], np.cumsum(grade * length_m)])
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 6.0))
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        upper.plot(kilometres, along.temperature_c, color=PALETTE[5], linewidth=2)
        upper.axhline(LIMIT_C, color="0.4", linestyle=":", linewidth=1)
        upper.annotate("brakes fade", (0.0, LIMIT_C), xytext=(0, 4), textcoords="offset points", fontsize=9)
        upper.set_ylabel("brake temperature (deg C)")
        upper.set_ylim(0.0, max(LIMIT_C * 1.15, float(along.temperature_c.max()) * 1.05))
        lower.fill_between(ends, height, height.min(), color=PALETTE[6], alpha=0.4, linewidth=0)
        lower.plot(ends, height, color=PALETTE[1], linewidth=1.5)
        lower.set_ylabel("height above start (m)")
        lower.set_xlabel("distance (km)")
    return figure


def swept(table: pd.DataFrame, keys: Sequence[str]) -> Figure:
    """Ratio to the scenario as it stands over the first key, a line for each combination of the others."""
    first, *others = keys
    groups = [("", table)] if not others else list(table.groupby(others, sort=False))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 5.0))
        axes = figure.add_subplot()
        for number, (point, own) in enumerate(groups):
            colour, label = PALETTE[(number + 1) % len(PALETTE)], _point_label(others, point)
            places = range(len(own)) if own[first].dtype == object else own[first]
            axes.plot(places, own["ratio"], color=colour, marker="o", markersize=4, linewidth=1.8, label=label)
            axes.fill_between(places, own["ratio_low"], own["ratio_high"], color=colour, alpha=0.15, linewidth=0)
            if own[first].dtype == object:
                axes.set_xticks(range(len(own)), own[first])
        _ratio_axes(axes, table[first])
        axes.set_xlabel(first)
        axes.set_ylabel("expected accident rate /\nthe scenario's as it stands")
        if others:
            axes.legend(frameon=False, fontsize=8)
    return figure


def scattered(table: pd.DataFrame, keys: Sequence[str]) -> Figure:
    """Ratio to the scenario as it stands over each key by itself, a point with its interval for each of a design."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 0.6 + 2.6 * len(keys)))
        for axes, key in zip(figure.subplots(len(keys), 1, squeeze=False)[:, 0], keys, strict=True):
            axes.vlines(table[key], table["ratio_low"], table["ratio_high"], color=PALETTE[1], linewidth=1.2)
            axes.plot(table[key], table["ratio"], "o", color=PALETTE[1], markersize=4)
            _ratio_axes(axes, table[key])
            axes.set_xlabel(key)
            axes.set_ylabel("expected rate /\nas it stands")
    return figure


def _ratio_axes(axes: Axes, values: "pd.Series[Any]") -> None:
    """Ratios upward, 1 marked; whole numbers of a parameter have ticks at whole numbers."""
    axes.axhline(1.0, color="0.4", linestyle=":", linewidth=1)
    low, high = axes.get_ylim()
    missing = max(SMALLEST_RATIO_SPAN - (high - low), 0.0)
    axes.set_ylim(low - missing / 2.0, high + missing / 2.0)
    axes.ticklabel_format(axis="y", style="plain", useOffset=False)
    if pd.api.types.is_integer_dtype(values):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _point_label(others: Sequence[str], point: Any) -> str:
    values = point if isinstance(point, tuple) else (point,)
    return ", ".join(f"{key.rsplit('.', 1)[-1]} = {value}" for key, value in zip(others, values, strict=False))


def tornado(table: pd.DataFrame, meaning: str) -> Figure:
    """Parameters by importance, the most important on top, with 95 % intervals."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 1.2 + 0.4 * len(table)))
        axes = figure.add_subplot()
        places = np.arange(len(table))
        errors = [table["effect"] - table["effect_low"], table["effect_high"] - table["effect"]]
        axes.barh(places, table["effect"], xerr=errors, color=PALETTE[1], height=0.6, error_kw={"linewidth": 1.2})
        axes.set_yticks(places, table["parameter"])
        axes.invert_yaxis()
        axes.set_xlabel(meaning)
    return figure
