"""From a result folder to one self-contained page."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from markupsafe import Markup

from sim.charts.saving import inline
from sim.report import findings, rows
from sim.report.card import SHIPPED_SCORECARD
from sim.report.drawings import NARROW_INCHES, drawings
from sim.report.material import Material
from sim.report.numbers import millions
from sim.report.sources import assumptions
from sim.report.summary import few_runs, headline, summary
from sim.report.templates import asset, css_text, rendered
from sim.report.words import LANGUAGES, LIMITS, WORDS, word
from sim.results.folder import ResultFolder

ALL_FIGURES = 100.0
"""Numbers from here on are shown to the unit."""


TABLES = (
    *(rows.indices, rows.by_road_class, rows.by_truck_class, rows.parts, rows.balance, rows.sites, rows.times),
    *(rows.mechanics, rows.sets, rows.learnt, rows.swept, rows.studied),
)
"""Of which the template knows the rows by the name of what makes them."""


def page(
    found: Material, languages: tuple[str, ...] = LANGUAGES, *, maker: str = "", made_on: date | None = None
) -> str:
    """The report as HTML; with two languages it has a switch, and opens in the reader's."""
    score = shipped_score()
    made = {"by": maker, "on": (made_on or date.today()).isoformat()}
    parts = [_language(found, score, made, language) for language in languages]
    style, script = asset("report.css"), asset("report.js")
    return rendered("report.html.j2", parts=parts, languages=languages, style=style, script=script)


def _language(found: Material, score: Mapping[str, Any], made: Mapping[str, str], language: str) -> dict[str, Any]:
    """Everything that the template needs, in one language."""
    say = partial(word, language=language)
    titles = {name: found.title(name, language) for name in found.summary["scenarios"]}
    version = found.manifest["versions"]["hairpin"]
    return {
        "language": language,
        "t": {key: say(key) for key in WORDS} | {"source": say("source").format(version, made["on"])},
        "few": few_runs(found, language),
        "headline": headline(found, language),
        "footer": css_text(" · ".join(text for text in (headline(found, language), made["by"], made["on"]) if text)),
        "place": found.place(language),
        "period": period(found.scenarios[found.baseline]),
        "made": made,
        "answer": summary(found, score, language),
        "charts": _charts(found, language),
        "has_ban": found.has_ban,
        "has_wide": found.uncertainty is not None,
        "scenarios": rows.scenarios(found, titles, language),
        **{make.__name__: make(found, language) for make in TABLES},
        "costs": rows.costs(found, titles, language),
        "worst": rows.worst_places(found, language),
        "baseline": titles[found.baseline],
        "programme": titles[found.programme],
        "own_score": [] if found.hindcast is None else scorecard_rows(found.hindcast, language),
        "limits": [limit[LANGUAGES.index(language)] for limit in LIMITS],
        "score": scorecard_rows(score, language),
        "sources": assumptions(found.scenarios[found.programme], language),
        "manifest": found.manifest,
        "lives": say("or").join(_lives(found, language)),
        "horizon": findings.horizon(found.scenarios[found.baseline], language),
    }


def _charts(found: Material, language: str) -> dict[str, dict[str, Any]]:
    """Each chart for a desk and for a telephone, with its finding."""
    wide, narrow = drawings(found, language), drawings(found, language, NARROW_INCHES)
    return {
        name: {
            "finding": finding,
            "wide": Markup(inline(figure, finding)),  # noqa: S704
            "narrow": Markup(inline(narrow[name][0], finding)),  # noqa: S704
        }
        for name, (figure, finding) in wide.items()
    }


def period(scenario: Mapping[str, Any]) -> str:
    """First and last day that were simulated."""
    start = date.fromisoformat(str(scenario["start_date"]))
    return f"{start} – {start + timedelta(days=int(scenario['days']) - 1)}"


def scorecard_rows(score: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """What counts as evidence, each observation beside its prediction."""
    return [_scored(row, language) for row in score["rows"] if row["role"] == "evidence"]


def shipped_score() -> dict[str, Any]:
    """The scorecard that comes along."""
    score: dict[str, Any] = json.loads(SHIPPED_SCORECARD.read_text(encoding="utf-8"))
    return score


def _scored(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """An observation beside its prediction."""
    between = "～" if language == "zh" else "–"
    return {
        "title": row["title_zh"] if language == "zh" else row["title"],
        "seen": _plain(row["observed"]),
        "predicted": f"{_plain(row['predicted'])} ({_plain(row['low'])}{between}{_plain(row['high'])})",
        "inside": word("inside" if row["inside"] else "outside", language),
    }


def _plain(value: float) -> str:
    """Two figures, or all before the point."""
    return f"{value:.2g}" if value < ALL_FIGURES else f"{value:,.0f}"


def _lives(found: ResultFolder, language: str) -> list[str]:
    """Low, central and high value of a statistical life; several where scenarios differ."""
    values = [found.scenarios[name]["valuation"]["statistical_life_cny"] for name in found.costs]
    return list(dict.fromkeys(" / ".join(millions(life, language) for life in lives) for lives in values))
