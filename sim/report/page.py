"""From a result folder to one self-contained page."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.charts import report as drawn
from sim.charts.basic import colours, told_apart, tornado
from sim.parameters import ROAD_CLASSES
from sim.report import findings
from sim.report.answer import answer
from sim.report.numbers import MONEY, changes, interval, millions, per_year
from sim.report.section_risk import risk_by_link, risk_per_km
from sim.report.sources import assumptions
from sim.report.words import LANGUAGES, LIMITS, WORDS, kind_word, parameter_word, word
from sim.result_folder import ResultFolder, read_results

RATE = "expected_accident_rate_per_million_vkm"
INDICES: tuple[tuple[str, str, float | None, str], ...] = (
    ("accidents", "expected_accidents", 1.0, ".1f"),
    ("deaths", "expected_deaths", 1.0, ".2f"),
    ("injuries", "expected_injuries", 1.0, ".1f"),
    ("property_loss_cny", "expected_property_loss_cny", None, ""),  # in each language's unit of money
    ("rate", RATE, 1.0, ".2f"),
    ("compliance_rate", "compliance_rate", 100.0, ".1f"),
    ("vehicle_km", "vehicle_km", 1e-6, ".2f"),
)
WIDEST_LABEL, WIDEST_SHORT_LABEL = 64, 40
"""Of a title in a chart, in Latin letters; Chinese ones count twice."""
SHARES = ("rate", "compliance_rate")
"""What does not grow with the simulated time."""
TIMES = (
    ("response", "mean_response_s", 1.0, ".0f"),
    ("help", "mean_time_to_help_min", 1.0, ".0f"),
    ("busy", "operator_utilisation", 100.0, ".0f"),
)
STEPS = ("violations", "alarms", "contacts", "left_at_exit", "interceptions")


@dataclass(frozen=True)
class Material(ResultFolder):
    """What a result folder holds, and what the report calls it."""

    @property
    def baseline(self) -> str:
        """Name of the scenario that all are compared with."""
        return str(self.manifest["baseline"])

    @property
    def programme(self) -> str:
        """The alternative with most measures; the last one of them."""
        names = list(self.summary["comparisons"])
        return str(max(reversed(names), key=lambda name: len(self.scenarios[name]["interventions"])))

    def title(self, name: str, language: str) -> str:
        """A scenario's title in a language, or its name; with its name where another one has the same title."""
        return told_apart({other: self._own_title(other, language) for other in self.manifest["scenarios"]})[name]

    def _own_title(self, name: str, language: str) -> str:
        entry = self.manifest["scenarios"][name]
        own = entry["title_zh"] if language == "zh" else entry["title"]
        return str(own or entry["title"] or name)


def material(folder: Path) -> Material:
    """Read a result folder of `compare`.

    Raises
    ------
    NotAResultFolder
        with what is missing
    """
    return Material(**vars(read_results(folder)))


def page(found: Material, languages: tuple[str, ...] = LANGUAGES) -> str:
    """The report as HTML; with two languages it has a switch."""
    environment = Environment(
        loader=PackageLoader("sim.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = environment.get_template("report.html.j2")
    parts = [_language(found, language) for language in languages]
    style, script = Markup(asset("report.css")), Markup(asset("report.js"))  # noqa: S704
    text: str = template.render(parts=parts, languages=languages, style=style, script=script)
    return text


def asset(name: str) -> str:
    """A file beside this one."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _language(found: Material, language: str) -> dict[str, Any]:
    """Everything that the template needs, in one language."""
    say = partial(word, language=language)
    titles = {name: found.title(name, language) for name in found.summary["scenarios"]}
    return {
        "language": language,
        "t": {key: say(key) for key in WORDS},
        "answer": told(found, language),
        "charts": {
            name: Markup(drawn.inline(figure, finding))  # noqa: S704
            for name, (figure, finding) in drawings(found, language).items()
        },
        "indices": _indices(found, language),
        "titles": titles,
        "scenarios": _scenario_rows(found, titles),
        "moved": _moved(found, language),
        "parts": _parts(found, language),
        "costs": _costs(found, titles, say("never"), language),
        "baseline": titles[found.baseline],
        "programme": titles[found.programme],
        "times": _times(found),
        "limits": [limit[LANGUAGES.index(language)] for limit in LIMITS],
        "sources": assumptions(found.scenarios[found.programme], language),
        "manifest": found.manifest,
        "lives": say("or").join(_lives(found, language)),
        "horizon": findings.horizon(found.scenarios[found.baseline], language),
    }


def _lives(found: Material, language: str) -> list[str]:
    """Low, central and high value of a statistical life; several where scenarios differ."""
    values = [found.scenarios[name]["valuation"]["statistical_life_cny"] for name in found.costs]
    return list(dict.fromkeys(" / ".join(millions(life, language) for life in lives) for lives in values))


def told(found: Material, language: str) -> list[str]:
    """The answer: two sentences."""
    pair = (found.baseline, found.programme)
    metrics = [found.summary["scenarios"][name]["metrics"] for name in pair]
    scale = per_year(found.scenarios[found.baseline])
    return answer(
        title=found.title(found.programme, language),
        ratio=found.summary["comparisons"][found.programme]["accident_rate_ratio"],
        unknown=_unknown(found),
        rates=(float(metrics[0][RATE]["mean"]), float(metrics[1][RATE]["mean"])),
        yearly=(
            scale * _mean(found, pair[0], "expected_accidents"),
            scale * _mean(found, pair[1], "expected_accidents"),
        ),
        language=language,
    )


def _unknown(found: Material) -> dict[str, float] | None:
    """The programme's ratio under drawn parameters, where the folder holds it."""
    comparisons = {} if found.uncertainty is None else found.uncertainty["comparisons"]
    entry = comparisons.get(found.programme)
    return None if entry is None else entry["accident_rate_ratio"]


def drawings(found: Material, language: str) -> drawn.Drawings:
    """Every chart of the report in one language, each with its finding; a scenario has one colour in all of them."""
    say, base, programme = partial(word, language=language), found.baseline, found.programme
    whole = {name: found.title(name, language) for name in found.summary["scenarios"]}
    titles, long = _shortened(whole, WIDEST_SHORT_LABEL), _shortened(whole, WIDEST_LABEL)
    shade, pair = colours(list(whole)), (base, programme)
    of_title = {titles[name]: shade[name] for name in pair}
    scale = per_year(found.scenarios[base])
    means = {titles[name]: scale * _mean(found, name, "expected_accidents") for name in pair}
    road, risk = found.scenarios[base]["road"], risk_by_link(found.sections, base)
    steps = [(step, _mean(found, programme, step)) for step in STEPS]
    hourly = found.hourly[found.hourly["scenario"] == programme]
    first, second = told(found, language)
    figures: drawn.Drawings = {
        "forest": (drawn.forest(found.summary, long, say), first),
        "months": (
            drawn.months(found.monthly, pair, titles, say, shade),
            findings.months(found.monthly, pair, language),
        ),
        "map": (drawn.network(road, risk, say), findings.network(risk, language)),
        "funnel": (drawn.funnel(steps, say, shade[programme]), findings.funnel(steps, language)),
        "load": (drawn.load(hourly, say, shade[programme]), findings.load(hourly, language)),
        "counted": (drawn.counted(means, say, of_title), second),
        "strip": _strip(found, titles, of_title, language),
    }
    if found.attribution is not None:
        shapley = _shapley(found.attribution, scale, language)
        figures["parts"] = (drawn.parts(shapley, say, shade[programme]), findings.parts(shapley, language))
    if found.sensitivity is not None:
        figures["tornado"] = _tornado(found.sensitivity, language)
    return figures


def _strip(found: Material, titles: dict[str, str], shade: dict[str, str], language: str) -> tuple[Any, str]:
    """The banned road from end to end, baseline and programme."""
    road = found.scenarios[found.baseline]["road"]
    links = banned_line(road)
    risk = {titles[name]: risk_per_km(found.sections, name, links) for name in _of_one_road(found, links)}
    figure = drawn.strip(road, links, risk, _marks(found, links), partial(word, language=language), shade)
    return figure, findings.strip(drawn.ends_km(drawn.line_of(road, links)), risk, language)


def _of_one_road(found: Material, links: list[str]) -> list[str]:
    """Baseline and programme; the baseline alone where the programme has these links cut into other sections."""
    pair = [found.baseline, found.programme]
    before, after = (
        [(link["name"], section["length_km"]) for link, section in drawn.line_of(found.scenarios[name]["road"], links)]
        for name in pair
    )
    return pair if before == after else [found.baseline]


def _tornado(table: pd.DataFrame, language: str) -> tuple[Any, str]:
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
    """A title that a chart has room for."""
    widths = np.cumsum([2 if east_asian_width(letter) in "WF" else 1 for letter in title])
    return title if not len(title) or widths[-1] <= widest else title[: int((widths < widest).sum())] + "…"


def _mean(found: Material, name: str, metric: str) -> float:
    return float(found.summary["scenarios"][name]["metrics"][metric]["mean"] or 0.0)


def banned_line(road: dict[str, Any]) -> list[str]:
    """Links in a row that hold the ban, from end to end; the longest road without any ban; in the file's order."""
    banned = [link["name"] for link in road["links"] if link["ban"]]
    if banned:
        return banned
    longest = max(road["links"], key=lambda link: sum(s["length_km"] for s in link["sections"]))
    return [longest["name"]]


def _indices(found: Material, language: str) -> list[dict[str, str]]:
    """A row an index of a year: baseline, programme, change with the interval of paired runs."""
    metrics = {name: found.summary["scenarios"][name]["metrics"] for name in (found.baseline, found.programme)}
    yearly = per_year(found.scenarios[found.baseline])
    own = [found.runs[found.runs["scenario"] == name] for name in metrics]
    rows = []
    for key, metric, own_scale, own_form in INDICES:
        scale, form = MONEY[language] if own_scale is None else (own_scale, own_form)
        factor = scale if key in SHARES else scale * yearly
        before, after = (interval(entry[metric], factor, form) for entry in metrics.values())
        values = [frame[metric].tolist() for frame in own]
        change = changes(values[0], values[1], points=key == "compliance_rate", language=language)
        rows.append({"key": key, "before": before, "after": after, "change": change})
    return rows


def _scenario_rows(found: Material, titles: dict[str, str]) -> list[dict[str, Any]]:
    """All scenarios, for the table that can be sorted."""
    rows, yearly = [], per_year(found.scenarios[found.baseline])
    for name, entry in found.summary["scenarios"].items():
        metrics, ratio = entry["metrics"], found.summary["comparisons"].get(name, {}).get("accident_rate_ratio")
        rows.append(
            {
                "title": titles[name],
                "accidents": interval(metrics["expected_accidents"], yearly, ".1f"),
                "rate": interval(metrics[RATE], 1.0, ".2f"),
                "compliance": interval(metrics["compliance_rate"], 100.0, ".1f"),
                "ratio": "1" if ratio is None else interval(ratio, 1.0, ".3f"),
            }
        )
    return rows


def _moved(found: Material, language: str) -> list[dict[str, Any]]:
    """Exposure and expected accidents a year by class of road, baseline and programme."""
    yearly, rows = per_year(found.scenarios[found.baseline]), []
    for where in (*ROAD_CLASSES, "semi"):
        cells = [
            interval(found.summary["scenarios"][name]["metrics"][f"{metric}_{where}"], scale * yearly, form)
            for metric, scale, form in (("vehicle_km", 1e-6, ".2f"), ("expected_accidents", 1.0, ".1f"))
            for name in (found.baseline, found.programme)
        ]
        rows.append({"where": word(where, language), "cells": cells})
    return rows


def _parts(found: Material, language: str) -> list[dict[str, str]]:
    """What the parts of the programme add in a year."""
    if found.attribution is None:
        return []
    yearly = per_year(found.scenarios[found.programme])
    return [
        {
            "title": kind_word(kind, language),
            **{key: interval(part[key], yearly, ".2f") for key in ("alone", "left_out", "shapley")},
        }
        for kind, part in found.attribution["parts"].items()
    ]


def _costs(found: Material, titles: dict[str, str], never: str, language: str) -> list[dict[str, str]]:
    """Costs and what they avoid, a year."""
    rows, yearly, (unit, form) = [], per_year(found.scenarios[found.baseline]), MONEY[language]
    for name, entry in found.costs.items():
        life, per = entry["break_even_statistical_life_cny"], entry["cost_per_accident_avoided_cny"]
        ratios = ["–" if value is None else f"{value:.2f}" for value in entry["benefit_cost_ratio"].values()]
        rows.append(
            {
                "title": titles[name],
                "cost": f"{yearly * entry['cost_cny'] * unit:{form}}",
                "avoided": interval(entry["avoided"]["accidents"], yearly, ".1f"),
                "hours": interval(entry["avoided"]["driving_hours"], yearly / 1000.0, ".1f"),
                "waiting": interval(entry["avoided"]["waiting_hours"], yearly / 1000.0, ".1f"),
                "per_accident": interval(per, unit, form),
                "ratio": " / ".join(ratios),
                "pays": never if life is None else millions(life, language),
            }
        )
    return rows


def _times(found: Material) -> list[dict[str, Any]]:
    """Response times and load, without and with."""
    rows = []
    for key, metric, scale, form in TIMES:
        entries = [found.summary["scenarios"][name]["metrics"][metric] for name in (found.baseline, found.programme)]
        rows.append({"key": key, "cells": [interval(entry, scale, form) for entry in entries]})
    return rows
