"""The model card: what the model is for, what it rests on, how it did, and where not to use it, in two languages."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from sim.evidence.parameter_table import bases
from sim.interventions.registry import interventions
from sim.report.scorecard import TELLING_WIDTH
from sim.report.words import kind_word, word
from sim.risk.mechanisms import MECHANISMS

SHIPPED_SCORECARD = Path(__file__).parents[1] / "hindcast" / "shipped.json"
"""Of all observed cases that come along; made by docs/hindcast/build.py."""
FAR = 2.0
"""Observed over predicted, or the other way round, that is called far."""
RIVALS = {
    "en": {"manual": "the safety manual alone", "others": "the mean of the other cases"},
    "zh-CN": {"manual": "仅用安全手册", "others": "其他案例的平均值"},
}


def card(language: str, score: Mapping[str, Any] | None = None) -> str:
    """The card as Markdown.

    Parameters
    ----------
    language : `en` or `zh-CN`
    score : what `hindcast.json` holds, if there is one
    """
    found = Environment(  # noqa: S701 - Markdown, nothing of it from outside
        loader=PackageLoader("sim.report", "."), undefined=StrictUndefined, keep_trailing_newline=True
    )
    counts: Counter[str] = Counter(bases())
    kinds = interventions()
    return found.get_template(f"card.{language}.md.j2").render(
        counts={**dict.fromkeys(("published", "derived", "assumption"), 0), **counts, "total": counts.total()},
        measures=[(kind, cls.summary) for kind, cls in kinds.items()],
        names=[(kind, kind_word(kind, "zh")) for kind in kinds],
        mechanisms=[word(f"mechanism_{name}", language[:2]) for name in MECHANISMS],
        score=score,
        far=[] if score is None else [row for row in score["rows"] if _is_far(row)],
        rivals=RIVALS[language],
        telling=TELLING_WIDTH,
    )


def _is_far(row: Mapping[str, Any]) -> bool:
    """Of the evidence, what lies far from the middle of its prediction."""
    observed, predicted = float(row["observed"]), float(row["predicted"])
    return row["role"] == "evidence" and not 1.0 / FAR <= observed / max(predicted, 1e-300) <= FAR
