"""The network as a map: roads where they lie, or straight from node to node, as wide as what is expected of them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from sim.charts.report import Words, tall
from sim.charts.saving import NARROW
from sim.core.polyline import piece, posts_km
from sim.core.polyline import places as placed
from sim.core.units import Floats
from sim.core.vocabulary import ROAD_CLASS_TABLE

NEAR_KM = 3.0
"""Nodes nearer than this get their names on opposite sides."""
ROAD_COLOURS = {row.name: row.colour for row in ROAD_CLASS_TABLE}
LEAST_SHOWN_KM, MOST_SHOWN = 0.25, 40
"""Pieces of a road whose width is told apart: not shorter, and not more."""
Places = Mapping[str, tuple[float, float]]
"""Nodes' coordinates [km]."""
Risk = tuple[Floats, Floats]
"""Of a link's sections: expected accidents a km and year, and lengths [km]."""
Piece = tuple[Floats, float]
"""Points of a line, and what is expected on it a km and year."""


def network(
    road: Mapping[str, Any],
    risk: Mapping[str, Risk],
    words: Words,
    titles: Mapping[str, str] | None = None,
    classes: Mapping[str, str] | None = None,
) -> Figure:
    """The network from its coordinates: colour is the class of road, width the expected accidents a km and year.

    `risk` has for each link its sections' accidents a km and their lengths; a link with the points of its line is drawn
    as it lies, section by section, with posts that count its kilometres, any other as a straight piece of mean width.
    """
    places = {node["name"]: (node["x_km"], node["y_km"]) for node in road["nodes"]}
    pieces = {link["name"]: list(_pieces(link, places, risk.get(link["name"]))) for link in road["links"]}
    with mpl.rc_context(NARROW):
        figure = tall(5.6)
        axes = figure.add_subplot()
        _links(axes, road, pieces, lambda name: (classes or {}).get(name) or words(name))
        for link in road["links"]:
            if link.get("shape_km"):
                _posts(axes, _line(link, places), sum(section["length_km"] for section in link["sections"]))
        for name, place in places.items():
            _node(axes, place, (titles or {}).get(name, name), places)
        axes.set_aspect("equal", adjustable="datalim")
        axes.autoscale_view()
        axes.margins(0.08)
        axes.set_axis_off()
        _scale_bar(axes)
        figure.legend(loc="outside upper left", frameon=False, fontsize=8, ncols=2)
    return figure


def _links(axes: Axes, road: Mapping[str, Any], pieces: Mapping[str, Sequence[Piece]], class_title: Words) -> None:
    """Roads by class, as wide as what is expected on them."""
    widest = max([*(value for own in pieces.values() for _, value in own), 1e-9])
    others = road.get("classes", {})
    for road_class in (*ROAD_COLOURS, *others):
        colour = ROAD_COLOURS[others[road_class]["like"] if road_class in others else road_class]
        own = [one for link in road["links"] if link["road_class"] == road_class for one in pieces[link["name"]]]
        if own:
            widths = [1.0 + 7.0 * value / widest for _, value in own]
            lines = [points for points, _ in own]
            axes.add_collection(LineCollection(lines, colors=colour, linewidths=widths, capstyle="round"))
            axes.plot([], [], color=colour, linewidth=3, label=class_title(road_class))


def _node(axes: Axes, place: tuple[float, float], title: str, places: Places) -> None:
    """A junction with its name, on its left where another is close on the right."""
    x, y = place
    axes.plot(x, y, "o", color="white", markeredgecolor="0.2", markersize=5, zorder=3)
    left = any(ox - x > 0.0 and np.hypot(ox - x, oy - y) < NEAR_KM for ox, oy in places.values())
    axes.annotate(
        title,
        place,
        xytext=(-6 if left else 6, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        fontsize=7,
        zorder=4,
    )


def _line(link: Mapping[str, Any], places: Places) -> Floats:
    """Points of a link from its start to its end [km], shape (points, 2)."""
    return np.array([places[link["start"]], *link["shape_km"], places[link["end"]]])


def _pieces(link: Mapping[str, Any], places: Places, risk: Risk | None) -> Iterator[Piece]:
    """Lines of a link and what is expected a km on each: one, or several where its shape is known."""
    line = _line(link, places)
    if risk is None or not link.get("shape_km"):
        yield line, 0.0 if risk is None else float(np.average(risk[0], weights=risk[1]))
        return
    ends_km = np.concatenate([[0.0], np.cumsum(risk[1])])
    for first, stop in pairwise(_borders(ends_km)):
        value = float(np.average(risk[0][first:stop], weights=risk[1][first:stop]))
        yield piece(line, ends_km[first] / ends_km[-1], ends_km[stop] / ends_km[-1]), value


def _borders(ends_km: Floats) -> list[int]:
    """Sections that are shown together: until they are long enough to be seen, the last ones with those before."""
    shown_km = max(LEAST_SHOWN_KM, ends_km[-1] / MOST_SHOWN)
    found = [0]
    for place, km in enumerate(ends_km):
        if km - ends_km[found[-1]] >= shown_km and ends_km[-1] - km >= shown_km:
            found.append(place)
    return [*found, len(ends_km) - 1]


def _posts(axes: Axes, line: Floats, length_km: float) -> None:
    """A number beside the line every so many kilometres."""
    at = np.array(posts_km(length_km))
    for km, (x, y) in zip(at, placed(line, at / length_km), strict=True):
        axes.plot(x, y, "o", color="0.2", markersize=2.5, zorder=3)
        axes.annotate(f"{km:g}", (x, y), xytext=(4, 3), textcoords="offset points", fontsize=6, color="0.35", zorder=4)


def _scale_bar(axes: Axes) -> None:
    """Ten kilometres, or what is left of them on a small map."""
    left, right = axes.get_xlim()
    length = next((km for km in (10.0, 5.0, 2.0, 1.0) if km < 0.4 * (right - left)), 0.5)
    low, high = axes.get_ylim()
    y = low + 0.03 * (high - low)
    axes.plot([right - length, right], [y, y], color="0.2", linewidth=2)
    axes.annotate(
        f"{length:g} km", (right - 0.5 * length, y), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=8
    )
