"""What the report is made of: a result folder and what it calls the scenarios in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.charts.basic import told_apart
from sim.core.metrics import RATE
from sim.core.posts import span_text
from sim.core.units import DAYS_PER_YEAR
from sim.core.vocabulary import TRUCK_CLASS_TABLE
from sim.report.words import word
from sim.results.folder import ResultFolder, read_results


@dataclass(frozen=True)
class Material(ResultFolder):
    """What a result folder holds, and what the report calls it."""

    @property
    def baseline(self) -> str:
        """Name of the scenario that all are compared with."""
        return str(self.manifest["baseline"])

    @property
    def programme(self) -> str:
        """The alternative with most measures; of several the one with the lowest rate."""
        ratios = self._ratios
        return min(ratios, key=lambda name: (-self._measures(name), ratios[name] or 1.0))

    def _measures(self, name: str) -> int:
        return len(self.scenarios[name]["interventions"])

    @property
    def _ratios(self) -> dict[str, float | None]:
        comparisons: dict[str, Any] = self.summary["comparisons"]
        return {name: entry["accident_rate_ratio"]["estimate"] for name, entry in comparisons.items()}

    @property
    def alternatives(self) -> list[str]:
        """All but the baseline, the lowest accident rate first."""
        ratios = self._ratios
        return sorted(ratios, key=lambda name: ratios[name] or 1.0)

    @property
    def replications(self) -> int:
        """Runs of each scenario."""
        return int(self.manifest["replications"])

    @property
    def has_ban(self) -> bool:
        """Whether any trip could break a ban."""
        return any(self.mean(name, "candidate_trips") > 0.0 for name in self.summary["scenarios"])

    @property
    def has_alarms(self) -> bool:
        """Whether the programme sees any banned entry."""
        return self.mean(self.programme, "alarms") > 0.0

    def title(self, name: str, language: str) -> str:
        """A scenario's title in a language, or its name; with its name where another one has the same title."""
        return told_apart({other: self._own_title(other, language) for other in self.manifest["scenarios"]})[name]

    def _own_title(self, name: str, language: str) -> str:
        entry = self.manifest["scenarios"][name]
        own = entry["title_zh"] if language == "zh" else entry["title"]
        return str(own or entry["title"] or name)

    def place(self, language: str) -> str:
        """County or road, as the baseline names it; empty where it does not."""
        base = self.scenarios[self.baseline]
        return str((base.get("place_zh") if language == "zh" else "") or base.get("place") or "")

    def road_titles(self, language: str) -> dict[str, str]:
        """Of links and nodes by name; the name itself where there is none."""
        road = self.scenarios[self.baseline]["road"]
        return {
            one["name"]: (one.get("title_zh") if language == "zh" else "") or one.get("title") or one["name"]
            for one in (*road["links"], *road["nodes"])
        }

    def span(self, link: str, low_km: float, high_km: float, form: str = ".1f") -> str:
        """A stretch of a link by its kilometre posts, or by kilometres from its start where it has none."""
        links = self.scenarios[self.baseline]["road"]["links"]
        own: Mapping[str, Any] = next((one for one in links if one["name"] == link), {})
        return span_text(low_km, high_km, own.get("start_post_km"), fall=bool(own.get("posts_fall")), form=form)

    def road_class(self, name: str, language: str) -> str:
        """What a class of roads is called; one of the scenario's own by its title or name."""
        own = self.scenarios[self.baseline]["road"].get("classes", {}).get(name)
        return word(name, language) if own is None else _titled(own, name, language)

    def truck_class(self, name: str, language: str) -> str:
        """What a class of trucks is called: by its own title, in the field's words, or by its name."""
        own = self.scenarios[self.baseline]["fleet"]["classes"].get(name, {})
        return _titled(own, TRUCK_CLASS_WORDS.get(name, {}).get(language, name), language)

    def mean(self, name: str, metric: str) -> float:
        """Of the runs, 0 where there is none."""
        return float(self.summary["scenarios"][name]["metrics"][metric]["mean"] or 0.0)

    @property
    def yearly(self) -> float:
        """Factor from a run's sums to those of a year."""
        return DAYS_PER_YEAR / float(self.scenarios[self.baseline]["days"])

    def wide_ratio(self, name: str, metric: str = RATE) -> dict[str, float] | None:
        """An alternative's ratio of a metric under drawn parameters, where the folder holds it."""
        entry = self._drawn(name)
        own: dict[str, float] | None
        own = entry.get("accident_rate_ratio") if metric == RATE else entry.get("ratios", {}).get(metric)
        return own

    def was_drawn(self, part: str) -> bool:
        """Whether something of a part of the scenario was drawn: `severity`, `valuation` or `cost`."""
        keys = [] if self.uncertainty is None else self.uncertainty.get("parameters", [])
        return any(key.startswith(f"{part}.") or f".{part}." in key for key in keys)

    def wide_worth(self, name: str) -> dict[str, float | None] | None:
        """Its benefit over cost under drawn parameters and prices: median, ends of nine draws in ten, share above 1."""
        own: dict[str, float | None] | None = self._drawn(name).get("benefit_cost_ratio")
        return own

    def _drawn(self, name: str) -> dict[str, Any]:
        comparisons = {} if self.uncertainty is None else self.uncertainty["comparisons"]
        found: dict[str, Any] = comparisons.get(name, {})
        return found


TRUCK_CLASS_WORDS = {row.name: {"en": row.en, "zh": row.zh} for row in TRUCK_CLASS_TABLE}


def _titled(own: Mapping[str, Any], otherwise: str, language: str) -> str:
    """By the title in a language, in English, or what it is called otherwise."""
    return str((own.get("title_zh") if language == "zh" else "") or own.get("title") or otherwise)


def material(folder: Path) -> Material:
    """Read a result folder of `compare`.

    Raises
    ------
    NotAResultFolder
        with what is missing
    """
    return Material(**vars(read_results(folder)))
