"""Charts of the report, in the reader's language."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.charts.basic import PALETTE, colours, forest_rows, monthly_rows
from sim.charts.saving import NARROW
from sim.core.units import METRES_PER_KM, Floats
from sim.physics.brake_temperature import LIMIT_C

MARKERS = {"exit_mark": "o", "camera_mark": "v", "ramp_mark": "^"}
Marks = Sequence[tuple[float, str]]
Words = Callable[[str], str]
Shapley = Sequence[tuple[str, float, float | None, float | None]]
"""Parts with the accidents that each avoids, and the interval."""
Drawing = tuple[Figure, str]
"""A chart with its finding in words."""
Drawings = dict[str, Drawing]
Shades = Mapping[str, str]
"""Colour by scenario or by its title: the same for a scenario in every chart."""
BASE_COLOUR = PALETTE[0]
SHOWN_RADII_M = (500, 100, 50, 25)


def at_width(inches: float) -> Any:
    """A context in which charts are drawn so wide."""
    return mpl.rc_context({"figure.figsize": (inches, 1.0)})


def tall(height: float) -> Figure:
    """A chart of this height [in], as wide as the page at hand."""
    return Figure(figsize=(mpl.rcParams["figure.figsize"][0], height))


def forest(
    summary: Mapping[str, Any],
    titles: Mapping[str, str],
    words: Words,
    wide: Mapping[str, Mapping[str, float] | None] | None = None,
) -> Figure:
    """Ratios with intervals, the lowest first, each title above its row so that a small screen can show it.

    `wide` has the ratios with uncertain parameters, by scenario: thin lines behind the thick ones of chance.
    """
    rows, shade = forest_rows(summary).sort_values("estimate", kind="stable"), colours(list(summary["scenarios"]))
    behind = {name: one for name, one in (wide or {}).items() if one is not None}
    with mpl.rc_context(NARROW):
        figure = tall(1.1 + 0.5 * max(len(rows), 1))
        axes = figure.add_subplot()
        for place, row in enumerate(_rows(rows)):
            colour = shade[str(row.scenario)]
            if open_too := behind.get(str(row.scenario)):
                axes.plot([open_too["low"], open_too["high"]], [place, place], color="0.55", linewidth=1.0)
            axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2.5, solid_capstyle="butt")
            axes.plot(row.estimate, place, "s", color=colour, markersize=6)
            _above(
                axes, place, titles[str(row.scenario)], _numbers(row, behind.get(str(row.scenario)), words("between"))
            )
        axes.axvline(1.0, color="0.4", linestyle=":", linewidth=1)
        axes.set_ylim(len(rows) - 0.5, -0.8)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        ends = [(w["low"], w["high"]) for w in behind.values()]
        known = np.concatenate([rows[["estimate", "low", "high"]].to_numpy().ravel(), *ends, [1.0]])
        known = known[~np.isnan(known)]
        margin = 0.08 * max(known.max() - known.min(), 0.1)
        axes.set_xlim(known.min() - margin, known.max() + 2.0 * margin)
        for text, side, align in ((words("fewer"), -4, "right"), (words("more"), 4, "left")):
            axes.annotate(
                text,
                (1.0, -0.75),
                xytext=(side, 0),
                textcoords="offset points",
                fontsize=8,
                ha=align,
                va="center",
                color="0.35",
            )
        axes.set_xlabel(words("ratio_axis"))
    return figure


def mechanisms(
    pair: Mapping[str, tuple[float, float]], labels: Mapping[str, str], words: Words, shade: Shades
) -> Figure:
    """Expected accidents a year by mechanism, without and with the programme; labels are their titles."""
    with mpl.rc_context(NARROW):
        figure = tall(1.1 + 0.42 * len(pair))
        axes = figure.add_subplot()
        for side, (name, title) in enumerate(labels.items()):
            values = [both[side] for both in pair.values()]
            places = np.arange(len(values)) + 0.36 * side - 0.18
            axes.barh(places, values, height=0.34, color=shade[name], label=title)
            for place, value in zip(places, values, strict=True):
                axes.annotate(
                    f"{value:.1f}", (value, place), xytext=(3, 0), textcoords="offset points", va="center", fontsize=8
                )
        axes.set_yticks(range(len(pair)), [words(f"mechanism_{name}") for name in pair])
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.set_xlabel(words("expected_a_year"))
        figure.legend(loc="outside upper left", frameon=False, fontsize=8, ncols=1)
    return figure


def costs(points: Mapping[str, tuple[float, float]], labels: Mapping[str, str], words: Words, shade: Shades) -> Figure:
    """Cost against deaths avoided, both a year, a named point a scenario; the line joins those that nothing beats."""
    with mpl.rc_context(NARROW):
        figure = tall(3.6)
        axes = figure.add_subplot()
        best, front = -np.inf, []
        for cost, deaths in sorted(points.values(), key=lambda point: (point[0], -point[1])):
            if deaths > best:
                front.append((cost, deaths))
                best = deaths
        axes.plot(*zip(*front, strict=True), color="0.75", linewidth=1.2, zorder=1)
        middle = 0.5 * max(cost for cost, _ in points.values())
        for name, (cost, deaths) in points.items():
            axes.plot(cost, deaths, "o", color=shade[name], markersize=7, zorder=2)
            right = cost > middle
            axes.annotate(
                labels[name],
                (cost, deaths),
                xytext=(-8 if right else 8, 0),
                textcoords="offset points",
                ha="right" if right else "left",
                va="center",
                fontsize=8,
            )
        axes.axhline(0.0, color="0.4", linewidth=0.8)
        axes.margins(0.12)
        axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
        axes.set_xlabel(words("cost"))
        axes.set_ylabel(words("deaths_avoided"))
    return figure


def parts(shapley: Shapley, words: Words, colour: str = PALETTE[1]) -> Figure:
    """What each part of the programme adds, as bars with intervals."""
    with mpl.rc_context(NARROW):
        figure = tall(0.8 + 0.36 * max(len(shapley), 1))
        axes = figure.add_subplot()
        for place, (_, value, low, high) in enumerate(shapley):
            axes.barh(place, value, color=colour, height=0.5)
            if low is not None and high is not None:
                axes.plot([low, high], [place, place], color="0.15", linewidth=1.2)
            end = (max(value, high or value, 0.0), place)
            axes.annotate(f"{value:.2f}", end, xytext=(5, 0), textcoords="offset points", va="center", fontsize=8)
        axes.axvline(0.0, color="0.4", linewidth=1)
        axes.set_ylim(len(shapley) - 0.4, -0.6)
        axes.set_yticks(range(len(shapley)), [kind for kind, *_ in shapley])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.12)
        axes.set_xlabel(words("added_axis"))
    return figure


def load(hourly: pd.DataFrame, words: Words, colour: str = PALETTE[1]) -> Figure:
    """Operators on duty and busy on average, by hour of the day."""
    own = hourly.groupby("hour")[["operators", "busy_operators"]].mean()
    edges = np.arange(len(own) + 1)
    with mpl.rc_context(NARROW):
        figure = tall(2.6)
        axes = figure.add_subplot()
        axes.stairs(own["operators"], edges, color=BASE_COLOUR, linewidth=1.5, label=words("on_duty"))
        axes.stairs(own["busy_operators"], edges, color=colour, fill=True, label=words("busy_on_average"))
        axes.set_xlim(0, len(own))
        axes.set_ylim(0.0, max(1.0, float(own["operators"].max())) * 1.15)
        axes.set_xticks(range(0, len(own) + 1, 3))
        axes.set_xlabel(words("hour_axis"))
        axes.set_ylabel(words("operators_axis"))
        axes.legend(frameon=False, fontsize=8, ncols=2, loc="upper left", bbox_to_anchor=(0.0, 1.14))
    return figure


def _rows(table: pd.DataFrame) -> list[Any]:
    return list(table.itertuples())


SMALLEST_SHOWN = 0.005
"""Half of the last digit of a ratio."""


def _numbers(row: Any, wide: Mapping[str, float] | None, between: str) -> str:
    """A ratio with its interval of chance and, where there is one, that of assumptions too."""
    spans = [] if np.isnan(row.low) else [(row.low, row.high)]
    spans += [] if wide is None else [(wide["low"], wide["high"])]
    told = [
        f"{low:.2f}{between}{high:.2f}" if f"{low:.2f}" != f"{high:.2f}" else f"±<{SMALLEST_SHOWN:g}"
        for low, high in spans
    ]
    return f"{row.estimate:.2f}" + (f" ({'; '.join(told)})" if told else "")


def _above(axes: Axes, place: int, title: str, numbers: str) -> None:
    for text, side, align in ((title, 0.0, "left"), (numbers, 1.0, "right")):
        axes.annotate(
            text,
            (side, place),
            xycoords=("axes fraction", "data"),
            xytext=(0, 6),
            textcoords="offset points",
            fontsize=8,
            va="bottom",
            ha=align,
        )


def months(
    monthly: pd.DataFrame, names: Sequence[str], titles: Mapping[str, str], words: Words, shade: Shades
) -> Figure:
    """Compliance and accident rate by month of the baseline and the programme, with bands and labels at the lines."""
    rows = monthly_rows(monthly[monthly["scenario"].isin(names)])
    with mpl.rc_context(NARROW):
        shown = [(c, w) for c, w in MONTHLY if not rows[c].isna().all()]
        figure = tall(0.5 + 2.35 * len(shown))
        panels = np.atleast_1d(figure.subplots(len(shown), 1, sharex=True))
        for name in names:
            own = rows[rows["scenario"] == name]
            for axes, (column, _) in zip(panels, shown, strict=True):
                title = titles[name] if axes is panels[0] else None
                axes.plot(
                    own["month"], own[column], color=shade[name], linewidth=1.8, marker="o", markersize=3, label=title
                )
                if not own[f"{column}_low"].isna().all():
                    low, high = own[f"{column}_low"], own[f"{column}_high"]
                    axes.fill_between(own["month"], low, high, color=shade[name], alpha=0.15, linewidth=0)
        for axes, (_, label) in zip(panels, shown, strict=True):
            axes.set_ylabel(words(label))
        panels[-1].set_ylim(bottom=0.0)
        months = list(dict.fromkeys(rows["month"]))
        panels[-1].set_xticks(range(len(months)), [_month(month, first=not n) for n, month in enumerate(months)])
        panels[-1].tick_params(axis="x", labelsize=8)
        figure.legend(loc="outside upper left", frameon=False, fontsize=8)
    return figure


MONTHLY = (("compliance_pct", "compliance_axis"), ("accident_rate", "rate_axis"))


def _month(month: str, *, first: bool) -> str:
    """The month's number, below the first and each January the year."""
    year, _, number = str(month).partition("-")
    return f"{int(number)}\n{year}" if first or number == "01" else str(int(number))


Line = list[tuple[dict[str, Any], dict[str, Any]]]
"""Sections of a road in a row, each with its link."""


def line_of(road: Mapping[str, Any], links: Sequence[str]) -> Line:
    """The sections of some links, in the file's order."""
    return [(link, section) for link in road["links"] if link["name"] in links for section in link["sections"]]


def ends_km(line: Line) -> Floats:
    """Where the sections of a line begin and end, from its start [km]."""
    return np.concatenate([[0.0], np.cumsum([section["length_km"] for _, section in line])])


def strip(
    road: Mapping[str, Any],
    links: Sequence[str],
    risk: Mapping[str, Floats],
    marks: Marks,
    words: Words,
    shade: Shades,
) -> Figure:
    """A line of links as a strip: height, exits and devices, curves, ban, expected accidents a km before and after."""
    sections = line_of(road, links)
    ends = ends_km(sections)
    height = np.concatenate([[0.0], np.cumsum([10.0 * s["length_km"] * s["grade_pct"] for _, s in sections])])
    with mpl.rc_context(NARROW):
        figure = tall(5.6)
        upper, middle, lower = figure.subplots(3, 1, sharex=True, height_ratios=(2, 1, 2))
        _ground(upper, ends, height)
        upper.set_ylabel(words("height_axis"))
        _mark(upper, np.interp([km for km, _ in marks], ends, height), marks, words)
        bend = [METRES_PER_KM / s["curve_radius_m"] if s["curve_radius_m"] else 0.0 for _, s in sections]
        middle.stairs(bend, ends, fill=True, color="0.6")
        radii_m = [radius for radius in SHOWN_RADII_M if METRES_PER_KM / radius <= max(bend)]
        middle.set_yticks([METRES_PER_KM / radius for radius in radii_m], [f"{radius} m" for radius in radii_m])
        middle.set_ylabel(words("curve_axis"))
        spans = list(_banned_km(road, links))
        for start, stop in spans:
            middle.axvspan(start, stop, ymax=0.08, color=PALETTE[5], linewidth=0)
        if spans:
            middle.set_title(words("ban_strip"), loc="right", fontsize=8)
        _stairs(lower, ends, risk, shade)
        lower.set_ylabel(words("risk_axis"))
        lower.set_xlabel(words("distance_axis"))
    return figure


def _banned_km(road: Mapping[str, Any], links: Sequence[str]) -> Iterator[tuple[float, float]]:
    """From where to where along a line of links something is banned."""
    start, by_name = 0.0, {link["name"]: link for link in road["links"]}
    for name in links:
        link = by_name[name]
        length = sum(section["length_km"] for section in link["sections"])
        if ban := link["ban"]:
            last = ban.get("to_km")
            yield start + float(ban.get("from_km") or 0.0), start + min(length if last is None else last, length)
        start += length


def brakes(
    ends_km: Floats,
    height_m: Floats,
    hot: Mapping[str, tuple[Floats, Floats]],
    runaways: Mapping[str, Floats],
    words: Words,
    shade: Shades,
) -> Figure:
    """Down a road: its height, the brakes' temperature at the limit by what else brakes, and runaways a km."""
    with mpl.rc_context(NARROW):
        figure = tall(5.6)
        upper, middle, lower = figure.subplots(3, 1, sharex=True, height_ratios=(1, 2, 2))
        _ground(upper, ends_km, height_m)
        upper.set_ylabel(words("foot_axis"))
        for (label, (km, temperature_c)), line in zip(hot.items(), (":", "-", "--"), strict=True):
            middle.plot(km, temperature_c, line, color=PALETTE[5], linewidth=1.8, label=label)
        middle.axhline(LIMIT_C, color="0.4", linestyle=":", linewidth=1)
        middle.annotate(words("fade_mark"), (0.0, LIMIT_C), xytext=(0, -10), textcoords="offset points", fontsize=8)
        middle.set_ylim(0.0, max(1.9 * LIMIT_C, *(1.3 * float(own.max()) for _, own in hot.values())))
        middle.set_ylabel(words("brake_axis"))
        middle.legend(frameon=False, fontsize=8, loc="upper left")
        _stairs(lower, ends_km, runaways, shade)
        lower.set_ylabel(words("runaway_axis"))
        lower.set_xlabel(words("distance_axis"))
        lower.set_ylim(bottom=0.0)
    return figure


def _ground(axes: Axes, ends_km: Floats, height_m: Floats) -> None:
    """How high a road lies, filled down to its lowest place."""
    axes.fill_between(ends_km, height_m, height_m.min(), color="0.88", linewidth=0)
    axes.plot(ends_km, height_m, color="0.3", linewidth=1.5)


def _stairs(axes: Axes, ends_km: Floats, of_sections: Mapping[str, Floats], shade: Shades) -> None:
    """What is expected a km, section by section, of each scenario."""
    for label, values in of_sections.items():
        axes.stairs(values, ends_km, color=shade[label], linewidth=1.6, label=label, baseline=None)
    axes.legend(frameon=False, fontsize=8)


def _mark(axes: Axes, height_m: Floats, marks: Marks, words: Words) -> None:
    for what, shape in MARKERS.items():
        own = [(km, metres) for (km, kind), metres in zip(marks, height_m, strict=True) if kind == what]
        if own:
            axes.plot(*zip(*own, strict=True), shape, color="0.15", markersize=6, linestyle="none", label=words(what))
    if marks:
        axes.legend(frameon=False, fontsize=8)


def funnel(steps: Sequence[tuple[str, float]], words: Words, colour: str = PALETTE[1]) -> Figure:
    """From violation to exit, a bar a step with its number and its share of the first."""
    with mpl.rc_context(NARROW):
        figure = tall(0.9 + 0.38 * len(steps))
        axes = figure.add_subplot()
        values = [value for _, value in steps]
        axes.barh(range(len(steps)), values, color=colour, height=0.62)
        for place, value in enumerate(values):
            share = f" ({100.0 * value / values[0]:.0f}%)" if place and values[0] else ""
            axes.annotate(
                f"{value:,.0f}{share}", (value, place), xytext=(4, 0), textcoords="offset points", va="center"
            )
        axes.set_yticks(range(len(steps)), [words(step) for step, _ in steps])
        axes.invert_yaxis()
        axes.set_xlim(0.0, max([*values, 1.0]) * 1.25)
        axes.set_xlabel(words("per_run_axis"))
    return figure


def sets(table: pd.DataFrame, unit: float, words: Words) -> Figure:
    """Accidents avoided over cost a year of every set of measures, and those that are best for their cost."""
    with mpl.rc_context(NARROW):
        figure = tall(3.4)
        axes = figure.add_subplot()
        front = table[table["front"]].sort_values("cost_cny")
        others = table[~table["front"]]
        if len(others):
            dots = axes.plot(others["cost_cny"] * unit, others["avoided"], "o", color="0.8", markersize=4)[0]
            dots.set_label(words("set_mark"))
        best = axes.plot(front["cost_cny"] * unit, front["avoided"], "-o", color=PALETTE[5], markersize=4)[0]
        best.set_label(words("front_mark"))
        axes.set_xlabel(words("cost"))
        axes.set_ylabel(words("avoided"))
        axes.set_xlim(left=0.0)
        axes.legend(frameon=False, fontsize=8)
    return figure


def counted(means: Mapping[str, float], words: Words, shade: Shades) -> Figure:
    """What one year may count: Poisson probabilities around each scenario's expected accidents."""
    from scipy.stats import poisson

    highest = max(means.values())
    counts = np.arange(0, int(highest + 4.0 * np.sqrt(highest) + 5.0))
    with mpl.rc_context(NARROW):
        figure = tall(3.0)
        axes = figure.add_subplot()
        ahead = max(means, key=lambda label: means[label])
        for label, mean in means.items():
            colour, chances = shade[label], poisson.pmf(counts, mean)
            axes.fill_between(counts, 100.0 * chances, step="mid", color=colour, alpha=0.25, linewidth=0)
            axes.step(counts, 100.0 * chances, where="mid", color=colour, linewidth=1.5)
            peak = int(np.argmax(chances))
            place = (peak, 100.0 * chances[peak])
            side, align = (6, "left") if label == ahead else (-6, "right")
            axes.annotate(label, place, xytext=(side, 4), textcoords="offset points", ha=align, fontsize=8)
        axes.set_xlabel(words("counted_axis"))
        axes.set_ylabel(words("chance_axis"))
        axes.set_ylim(bottom=0.0)
        axes.margins(y=0.2)
    return figure
