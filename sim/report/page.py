"""From a result folder to one self-contained page."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.charts import report as drawn
from sim.charts.basic import tornado
from sim.parameters import ROAD_CLASSES
from sim.report.chance import chance_words
from sim.report.words import LANGUAGES, LIMITS, WORDS, kind_word, word
from sim.units import Floats

RATE = "expected_accident_rate_per_million_vkm"
INDICES = (
    ("accidents", "expected_accidents", 1.0, ".1f"),
    ("deaths", "expected_deaths", 1.0, ".2f"),
    ("injuries", "expected_injuries", 1.0, ".1f"),
    ("property_loss_cny", "expected_property_loss_cny", 1e-6, ".2f"),
    ("rate", RATE, 1.0, ".2f"),
    ("compliance_rate", "compliance_rate", 100.0, ".1f"),
    ("vehicle_km", "vehicle_km", 1e-6, ".2f"),
)
LONGEST_LABEL = 48
STEPS = ("violations", "alarms", "contacts", "left_at_exit", "interceptions")


class NotAResultFolder(Exception):
    """What is missing in a folder."""


@dataclass(frozen=True)
class Material:
    """What a result folder holds."""

    summary: dict[str, Any]
    manifest: dict[str, Any]
    scenarios: dict[str, Any]
    costs: dict[str, Any]
    attribution: dict[str, Any] | None
    monthly: pd.DataFrame
    sections: pd.DataFrame
    hourly: pd.DataFrame
    sensitivity: pd.DataFrame | None

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
        """A scenario's title in a language, or its name."""
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
    needed = (
        "summary.json",
        "manifest.json",
        "scenarios.json",
        "monthly.parquet",
        "sections.parquet",
        "hourly.parquet",
    )
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        raise NotAResultFolder(f"{folder}: {', '.join(missing)} not found; make them with hairpin compare")
    summary = _json(folder / "summary.json")
    if not summary["comparisons"]:
        raise NotAResultFolder(f"{folder}: holds no comparison; make one with hairpin compare")
    sensitivity = folder / "sensitivity" / "sensitivity.parquet"
    return Material(
        summary=summary,
        manifest=_json(folder / "manifest.json"),
        scenarios=_json(folder / "scenarios.json"),
        costs=_json(folder / "costs.json") if (folder / "costs.json").is_file() else {},
        attribution=_json(folder / "attribution.json") if (folder / "attribution.json").is_file() else None,
        monthly=pd.read_parquet(folder / "monthly.parquet"),
        sections=pd.read_parquet(folder / "sections.parquet"),
        hourly=pd.read_parquet(folder / "hourly.parquet"),
        sensitivity=pd.read_parquet(sensitivity) if sensitivity.is_file() else None,
    )


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


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
        "answer": answer(found, language),
        "charts": {
            name: Markup(drawn.inline(figure, finding))  # noqa: S704
            for name, (figure, finding) in drawings(found, language).items()
        },
        "indices": _indices(found),
        "titles": titles,
        "scenarios": _scenario_rows(found, titles),
        "moved": _moved(found, language),
        "parts": _parts(found, language),
        "costs": _costs(found, titles, say("never")),
        "programme": titles[found.programme],
        "facts": _facts(found),
        "limits": [limit[LANGUAGES.index(language)] for limit in LIMITS],
        "manifest": found.manifest,
    }


def answer(found: Material, language: str) -> list[str]:
    """Two sentences: what the programme does with its interval, and what a single year can show."""
    metrics = found.summary["scenarios"]
    ratio = found.summary["comparisons"][found.programme]["accident_rate_ratio"]
    before, after = (metrics[name]["metrics"][RATE]["mean"] for name in (found.baseline, found.programme))
    means = [metrics[name]["metrics"]["expected_accidents"]["mean"] for name in (found.baseline, found.programme)]
    title = found.title(found.programme, language)
    return [_first(title, ratio, before, after, language), chance_words(means[0], means[1], language)]


def _first(title: str, ratio: dict[str, float | None], before: float, after: float, language: str) -> str:
    estimate, low, high = ratio["estimate"] or 1.0, ratio["low"], ratio["high"]
    fall = 100.0 * (1.0 - estimate)
    if low is None or high is None:
        span_en, span_zh, unsure = "one run, no interval", "仅一次模拟，无区间", False
    else:
        falls = sorted((100.0 * (1.0 - high), 100.0 * (1.0 - low)))
        span_en = f"95 % interval {falls[0]:.0f} to {falls[1]:.0f} %"
        span_zh, unsure = f"95% 区间 {falls[0]:.0f}% 至 {falls[1]:.0f}%", low <= 1.0 <= high
    if language == "zh":
        tail = "，不能与“没有效果”区分" if unsure else ""
        verb = "降低" if fall >= 0 else "升高"
        return (
            f"模型中，“{title}”使货车期望事故率{verb} {abs(fall):.0f}%（{span_zh}），"
            f"从每百万车公里 {before:.2f} 起到 {after:.2f} 起{tail}。"
        )
    tail = "; this can't be told apart from no effect" if unsure else ""
    verb = "lowers" if fall >= 0 else "raises"
    return (
        f"In the model, “{title}” {verb} the expected accident rate of trucks by {abs(fall):.0f} % ({span_en}), from "
        f"{before:.2f} to {after:.2f} per million vehicle-km{tail}."
    )


def drawings(found: Material, language: str) -> drawn.Drawings:
    """Every chart of the report in one language."""
    titles = {name: found.title(name, language) for name in found.summary["scenarios"]}
    say, base, programme = partial(word, language=language), found.baseline, found.programme
    titles = {name: _short(title) for name, title in titles.items()}
    pair = {titles[name]: name for name in (base, programme)}
    means = {title: _mean(found, name, "expected_accidents") for title, name in pair.items()}
    road = found.scenarios[base]["road"]
    links = banned_line(road)
    finding = answer(found, language)[0]
    figures: drawn.Drawings = {
        "forest": (drawn.forest(found.summary, titles, say, _shapley(found, language)), finding),
        "months": (drawn.months(found.monthly, (base, programme), titles, say), say("months")),
        "map": (drawn.network(road, _risk_by_link(found, base), say), say("map_text")),
        "funnel": (drawn.funnel([(s, _mean(found, programme, s)) for s in STEPS], say), say("how_text")),
        "load": (drawn.load(found.hourly[found.hourly["scenario"] == programme], say), say("load_text")),
        "counted": (drawn.counted(means, say), answer(found, language)[1]),
    }
    if links:
        risk = {title: risk_per_km(found, name, links) for title, name in pair.items()}
        figures["strip"] = (drawn.strip(road, links, risk, _marks(found, links), say), say("strip_text"))
    if found.sensitivity is not None:
        figures["tornado"] = (tornado(found.sensitivity, say("effect_axis")), say("drives"))
    return figures


def _shapley(found: Material, language: str) -> drawn.Shapley:
    """What each part of the programme adds, the largest first."""
    parts = {} if found.attribution is None else found.attribution["parts"]
    rows = [(kind_word(kind, language), *part["shapley"].values()) for kind, part in parts.items()]
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


def _short(title: str) -> str:
    """A title that a chart has room for."""
    return title if len(title) <= LONGEST_LABEL else title[: LONGEST_LABEL - 1] + "…"


def _mean(found: Material, name: str, metric: str) -> float:
    return float(found.summary["scenarios"][name]["metrics"][metric]["mean"] or 0.0)


def banned_line(road: dict[str, Any]) -> list[str]:
    """Links in a row that hold the ban, from end to end; the longest road without any ban; in the file's order."""
    banned = [link["name"] for link in road["links"] if link["ban"]]
    if banned:
        return banned
    longest = max(road["links"], key=lambda link: sum(s["length_km"] for s in link["sections"]))
    return [longest["name"]]


def risk_per_km(found: Material, name: str, links: list[str]) -> Floats:
    """Expected accidents per km of each section of a line of links, both directions together, a run."""
    own = found.sections[(found.sections["scenario"] == name) & found.sections["link"].isin(links)]
    total = own[["expected_general", "expected_rollover", "expected_runaway"]].sum(axis=1)
    runs = max(own["replication"].nunique(), 1)
    values = []
    for link in links:
        part = own[own["link"] == link].assign(total=total)
        forward, backward = (_by_section(part[part["forward"] == way], runs) for way in (True, False))
        values.append(forward + (backward[::-1] if len(backward) else 0.0))
    return np.concatenate(values)


def _by_section(part: pd.DataFrame, runs: int) -> Floats:
    grouped = part.groupby("section", sort=True).agg(total=("total", "sum"), length_m=("length_m", "first"))
    result: Floats = (grouped["total"] / runs / (grouped["length_m"] / 1000.0)).to_numpy()
    return result


def _risk_by_link(found: Material, name: str) -> dict[str, float]:
    """Expected accidents per km and run by link."""
    own = found.sections[found.sections["scenario"] == name]
    total = own[["expected_general", "expected_rollover", "expected_runaway"]].sum(axis=1)
    runs = max(own["replication"].nunique(), 1)
    by_link = own.assign(total=total).groupby("link").agg(total=("total", "sum"), length_m=("length_m", "sum"))
    risk = by_link["total"] / (by_link["length_m"] / runs / 1000.0) / runs
    return {str(link): float(value) for link, value in risk.items()}


def _interval(entry: dict[str, float | None], scale: float, form: str) -> str:
    mean, low, high = (None if value is None else value * scale for value in entry.values())
    if mean is None:
        return "–"
    return f"{mean:{form}}" if low is None or high is None else f"{mean:{form}} ({low:{form}}–{high:{form}})"


def _indices(found: Material) -> list[dict[str, str]]:
    """A row an index: baseline, programme, change."""
    metrics = {name: found.summary["scenarios"][name]["metrics"] for name in (found.baseline, found.programme)}
    rows = []
    for key, metric, scale, form in INDICES:
        before, after = (metrics[name][metric] for name in (found.baseline, found.programme))
        rows.append(
            {
                "key": key,
                "before": _interval(before, scale, form),
                "after": _interval(after, scale, form),
                "change": _change(before["mean"], after["mean"], points=key == "compliance_rate"),
            }
        )
    return rows


def _change(before: float | None, after: float | None, *, points: bool) -> str:
    if before is None or after is None or not before:
        return "–"
    return f"{100.0 * (after - before):+.1f} %-pt" if points else f"{100.0 * (after / before - 1.0):+.1f} %"


def _scenario_rows(found: Material, titles: dict[str, str]) -> list[dict[str, Any]]:
    """All scenarios, for the table that can be sorted."""
    rows = []
    for name, entry in found.summary["scenarios"].items():
        metrics, ratio = entry["metrics"], found.summary["comparisons"].get(name, {}).get("accident_rate_ratio")
        rows.append(
            {
                "title": titles[name],
                "accidents": _interval(metrics["expected_accidents"], 1.0, ".1f"),
                "rate": _interval(metrics[RATE], 1.0, ".2f"),
                "compliance": _interval(metrics["compliance_rate"], 100.0, ".1f"),
                "ratio": "1" if ratio is None else _interval(ratio, 1.0, ".3f"),
            }
        )
    return rows


def _moved(found: Material, language: str) -> list[dict[str, Any]]:
    """Exposure and expected accidents by class of road, baseline and programme."""
    rows = []
    for where in (*ROAD_CLASSES, "semi"):
        cells = []
        for name in (found.baseline, found.programme):
            kilometres = _mean(found, name, f"vehicle_km_{where}")
            accidents = _mean(found, name, f"expected_accidents_{where}")
            cells.append(f"{kilometres / 1e6:.2f} | {accidents:.1f}")
        rows.append({"where": word(where, language), "cells": cells})
    return rows


def _parts(found: Material, language: str) -> list[dict[str, str]]:
    if found.attribution is None:
        return []
    return [
        {
            "title": kind_word(kind, language),
            **{key: _interval(part[key], 1.0, ".2f") for key in ("alone", "left_out", "shapley")},
        }
        for kind, part in found.attribution["parts"].items()
    ]


def _costs(found: Material, titles: dict[str, str], never: str) -> list[dict[str, str]]:
    rows = []
    for name, entry in found.costs.items():
        life, per = entry["break_even_statistical_life_cny"], entry["cost_per_accident_avoided_cny"]
        ratios = ["–" if value is None else f"{value:.2f}" for value in entry["benefit_cost_ratio"].values()]
        rows.append(
            {
                "title": titles[name],
                "cost": f"{entry['cost_cny'] / 1e6:.2f}",
                "avoided": _interval(entry["avoided"]["accidents"], 1.0, ".1f"),
                "per_accident": _interval(per, 1.0, ",.0f"),
                "ratio": ", ".join(ratios),
                "pays": never if life is None else f"{life / 1e6:.1f}",
            }
        )
    return rows


def _facts(found: Material) -> dict[str, str]:
    """Response time and load of the programme."""
    metrics = found.summary["scenarios"][found.programme]["metrics"]
    seconds, load = metrics["mean_response_s"]["mean"], metrics["operator_utilisation"]["mean"]
    return {
        "response": "–" if seconds is None else f"{seconds:.0f} s",
        "busy": "–" if load is None else f"{100.0 * load:.0f} %",
    }
