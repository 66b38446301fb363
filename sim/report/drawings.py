"""The report's charts: which ones the content asks for, each with its finding in words."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from unicodedata import east_asian_width

import numpy as np
import pandas as pd

from sim.charts import report as drawn
from sim.charts.basic import colours, tornado
from sim.charts.network_map import Risk, network
from sim.report import findings
from sim.report.descents import WorstDescent, worst_descent
from sim.report.material import Material
from sim.report.numbers import MONEY
from sim.report.parameter_words import parameter_word
from sim.report.section_risk import risk_by_link, risk_by_section, risk_per_km
from sim.report.summary import told
from sim.report.words import kind_word, word
from sim.risk.mechanisms import MECHANISMS

STEPS = ("violations", "alarms", "contacts", "left_at_exit", "interceptions")
WIDEST_LABEL, WIDEST_SHORT_LABEL = 9.0, 5.6
"""Latin letters to an inch of a chart that a title may have: alone in its line, or beside other things."""
WIDE_INCHES, NARROW_INCHES = 7.2, 3.6
"""Of charts for a desk and for a telephone."""


def drawings(found: Material, language: str, inches: float = WIDE_INCHES) -> drawn.Drawings:
    """Every chart that has something to draw, with its finding; a scenario has one colour in all of them."""
    with drawn.at_width(inches):
        return dict(_drawn(found, language, inches))


def _drawn(found: Material, language: str, inches: float) -> Iterator[tuple[str, drawn.Drawing]]:
    say, pair = partial(word, language=language), (found.baseline, found.programme)
    whole = {name: found.title(name, language) for name in found.summary["scenarios"]}
    titles, long = (_shortened(whole, int(letters * inches)) for letters in (WIDEST_SHORT_LABEL, WIDEST_LABEL))
    shade = colours(list(whole))
    of_title = {titles[name]: shade[name] for name in pair}
    _, year = told(found, language)
    wide = {name: found.wide_ratio(name) for name in found.alternatives}
    ratios = [(whole[name], *_estimate_and_limit(found, name)) for name in found.alternatives]
    yield "forest", (drawn.forest(found.summary, long, say, wide), findings.forest(ratios, language))
    if found.costs:
        yield "costs", _costs(found, titles, shade, language)
    if found.attribution is not None:
        shapley = _shapley(found.attribution, found.yearly, language)
        yield "parts", (drawn.parts(shapley, say, shade[found.programme]), findings.parts(shapley, language))
    if found.portfolio is not None:
        unit, _ = MONEY[language]
        yield "sets", (drawn.sets(found.portfolio, unit, say), findings.sets(found.portfolio, language))
    yield "mechanisms", _mechanisms(found, titles, shade, language)
    yield "strip", _strip(found, titles, of_title, language)
    descent = worst_descent(found)
    if descent is not None:
        yield "brakes", _brakes(descent, found.road_titles(language), titles, of_title, language)
    links = found.scenarios[found.baseline]["road"]["links"]
    if len(links) > 1 or any(link.get("shape_km") for link in links):
        yield "map", _map(found, language)
    if found.has_alarms:
        yield "funnel", _funnel(found, shade, language)
    hourly = found.hourly[found.hourly["scenario"] == found.programme]
    if hourly["operators"].sum() > 0.0:
        yield "load", (drawn.load(hourly, say, shade[found.programme]), findings.load(hourly, language))
    yield (
        "months",
        (drawn.months(found.monthly, pair, titles, say, shade), findings.months(found.monthly, pair, language)),
    )
    means = {titles[name]: found.yearly * found.mean(name, "expected_accidents") for name in pair}
    yield "counted", (drawn.counted(means, say, of_title), year)
    if found.sensitivity is not None:
        yield "tornado", _tornado(found.sensitivity, language)


def _map(found: Material, language: str) -> drawn.Drawing:
    """The network, and which road of it has most accidents a kilometre."""
    road, risk = found.scenarios[found.baseline]["road"], risk_by_link(found.sections, found.baseline)
    named = found.road_titles(language)
    yearly = {named[link]: found.yearly * value for link, value in risk.items()}
    classes = {name: found.road_class(name, language) for name in road.get("classes", {})}
    along = risk_by_section(found.sections, found.baseline)
    figure = network(road, along, partial(word, language=language), named, classes)
    if len(yearly) > 1:
        return figure, findings.network(yearly, language)
    return figure, _worst_section(along, named, found, language)


def _worst_section(along: dict[str, Risk], named: dict[str, str], found: Material, language: str) -> str:
    """The finding of a map of one road."""
    [(link, (risk, length_km))] = along.items()
    worst, ends = int(risk.argmax()), np.concatenate([[0.0], np.cumsum(length_km)])
    span = float(ends[worst]), float(ends[worst + 1])
    return findings.worst_section(
        named[link], found.span(link, *span, ".2f"), found.yearly * float(risk[worst]), language
    )


def _estimate_and_limit(found: Material, name: str) -> tuple[float, float | None]:
    """An alternative's ratio and its upper limit, the wide one where there is one."""
    ratio, wide = found.summary["comparisons"][name]["accident_rate_ratio"], found.wide_ratio(name)
    return float(ratio["estimate"] or 1.0), ratio["high"] if wide is None else wide["high"]


def _costs(found: Material, titles: dict[str, str], shade: dict[str, str], language: str) -> drawn.Drawing:
    """Cost against deaths avoided."""
    unit, _ = MONEY[language]
    points = {
        name: (found.yearly * entry["cost_cny"] * unit, found.yearly * float(entry["avoided"]["deaths"]["estimate"]))
        for name, entry in found.costs.items()
    }
    named = {found.title(name, language): point for name, point in points.items()}
    figure = drawn.costs(points, titles, partial(word, language=language), shade)
    return figure, findings.costs(named, word("money", language), language)


def _mechanisms(found: Material, titles: dict[str, str], shade: dict[str, str], language: str) -> drawn.Drawing:
    """Mechanisms that have any accidents."""
    pair = (found.baseline, found.programme)
    shown: dict[str, tuple[float, float]] = {}
    for kind in MECHANISMS:
        before, after = (found.yearly * found.mean(name, f"expected_{kind}") for name in pair)
        if before + after > 0.0:
            shown[kind] = (before, after)
    figure = drawn.mechanisms(shown, {name: titles[name] for name in pair}, partial(word, language=language), shade)
    return figure, findings.mechanisms(shown, language)


def _funnel(found: Material, shade: dict[str, str], language: str) -> drawn.Drawing:
    """Banned entries of a year and what becomes of them."""
    steps = [(step, found.yearly * found.mean(found.programme, step)) for step in STEPS]
    figure = drawn.funnel(steps, partial(word, language=language), shade[found.programme])
    return figure, findings.funnel(steps, language)


def _strip(found: Material, titles: dict[str, str], shade: dict[str, str], language: str) -> drawn.Drawing:
    """The banned road from end to end, or the longest one; baseline and programme."""
    road = found.scenarios[found.baseline]["road"]
    links = banned_line(road)
    risk = {
        titles[name]: found.yearly * risk_per_km(found.sections, name, links) for name in _of_one_road(found, links)
    }
    figure = drawn.strip(road, links, risk, _marks(found, links), partial(word, language=language), shade)
    return figure, findings.strip(drawn.ends_km(drawn.line_of(road, links)), risk, language)


def _brakes(
    descent: WorstDescent, named: dict[str, str], titles: dict[str, str], shade: dict[str, str], language: str
) -> drawn.Drawing:
    """Temperatures and runaways down the descent where most trucks run away."""
    hot = {word(what, language): (own.km, own.temperature_c) for what, own in descent.brakes.items()}
    runaways = {titles[name]: values for name, values in descent.runaways.items()}
    say = partial(word, language=language)
    figure = drawn.brakes(descent.ends_km, descent.height_m, hot, runaways, say, shade)
    return figure, findings.brakes(descent, named[descent.link], language)


def banned_line(road: dict[str, Any]) -> list[str]:
    """Links in a row that hold the ban, from end to end; the longest road without any ban; in the file's order."""
    banned = [link["name"] for link in road["links"] if link["ban"]]
    if banned:
        return banned
    longest = max(road["links"], key=lambda link: sum(s["length_km"] for s in link["sections"]))
    return [longest["name"]]


def _of_one_road(found: Material, links: list[str]) -> list[str]:
    """Baseline and programme; the baseline alone where the programme has these links cut into other sections."""
    pair = [found.baseline, found.programme]
    before, after = (
        [(link["name"], section["length_km"]) for link, section in drawn.line_of(found.scenarios[name]["road"], links)]
        for name in pair
    )
    return pair if before == after else [found.baseline]


def _tornado(table: pd.DataFrame, language: str) -> drawn.Drawing:
    """What drives the answer, with parameters in words."""
    named = table.assign(parameter=[parameter_word(str(key), language) for key in table["parameter"]])
    return tornado(named, word("effect_axis", language)), findings.tornado(table, language)


def _shapley(attribution: dict[str, Any], yearly: float, language: str) -> drawn.Shapley:
    """What each part of the programme adds in a year, the largest first."""
    found = {kind: part["shapley"] for kind, part in attribution["parts"].items()}
    rows = [
        (
            kind_word(kind, language),
            yearly * shapley["estimate"],
            *(None if shapley[limit] is None else yearly * shapley[limit] for limit in ("low", "high")),
        )
        for kind, shapley in found.items()
    ]
    return sorted(rows, key=lambda row: -row[1])


def _marks(found: Material, links: list[str]) -> list[tuple[float, str]]:
    """Where something stands on a line of links: km from its start, and what."""
    road = {link["name"]: link for link in found.scenarios[found.baseline]["road"]["links"]}
    length = {name: sum(s["length_km"] for s in road[name]["sections"]) for name in links}
    start = {name: sum(length[before] for before in links[:number]) for number, name in enumerate(links)}
    marks = {(start[name], "exit_mark") for name in links[1:]}
    for intervention in found.scenarios[found.programme]["interventions"].values():
        for key, what in (("cameras", "camera_mark"), ("ramps", "ramp_mark")):
            for one in intervention.get(key) or ():
                if one.get("link") in start:
                    marks.add((start[one["link"]] + one["at_km"], what))
    return sorted(marks)


def _shortened(titles: dict[str, str], widest: int) -> dict[str, str]:
    """Titles by name as charts have room for them; the name in brackets where two would look the same."""
    short = {name: _short(title, widest) for name, title in titles.items()}
    return {name: title if list(short.values()).count(title) == 1 else f"({name})" for name, title in short.items()}


def _short(title: str, widest: int) -> str:
    """A title that a chart has room for; Chinese letters count twice."""
    widths = np.cumsum([2 if east_asian_width(letter) in "WF" else 1 for letter in title])
    return title if not len(title) or widths[-1] <= widest else title[: int((widths < widest).sum())] + "…"
