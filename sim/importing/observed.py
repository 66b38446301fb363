"""What imported accidents give to hold the model against: targets of counts, for `hairpin calibrate`.

The model's accidents are those of trucks; a mechanism is how one begins. Words of a record tell it roughly: what
overturns is taken for a rollover wherever it did, and what no word tells of is `general`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sim.importing.accidents import Accident, is_fatal
from sim.importing.sites import Fit
from sim.importing.written import as_yaml, hash_of

WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("runaway", re.compile(r"run.?away|brake.{0,12}fail|制动失[效灵]|刹车失[效灵]|下坡失控")),
    ("overtaking", re.compile(r"overtak|passing|超车")),
    ("head_on", re.compile(r"head.?on|front.{0,4}to.{0,4}front|frontal|正面(?:相撞|碰撞)|对向(?:相撞|碰撞)")),
    ("rear_end", re.compile(r"rear.?end|front.{0,4}to.{0,4}rear|追尾|尾随")),
    ("rollover", re.compile(r"overturn|roll(?:ed)?.?over|侧翻|翻车|翻覆")),
)
"""The first that fits, in small letters."""
NOT_KNOWN = re.compile(r"^(?:unknown|not reported|n/?a|nan|none|-|不详|未知)?$")
ABOUT = """\
# Counted accidents as targets: hairpin calibrate SCENARIO --targets {name}
# The model has the accidents of trucks: these must be theirs, too (--only COLUMN=TEXT), on the roads of the scenario.
# Accidents that nobody reported are missing here: where those are many, fit to the fatal ones alone.
"""


def mechanism_of(text: str) -> str:
    """A mechanism's name by a record's words; empty where they tell nothing."""
    small = text.strip().lower()
    if NOT_KNOWN.match(small):
        return ""
    return next((name for name, words in WORDS if words.search(small)), "general")


def targets_of(accidents: Sequence[Accident], years: int, found: Fit | None, file: Path) -> dict[str, Any]:
    """The file of targets as data: all accidents, fatal ones where that is told, and by mechanism likewise.

    Parameters
    ----------
    accidents : those that count, in the years studied
    years : int
        how many those are
    found : Fit, optional
        how sections scatter, from which comes the overdispersion of their sum
    file : Path
        from which they come
    """
    source = {
        "basis": "derived",
        "reference": f"{file.name}, sha256 {hash_of(file)[:16]}",
        "note": "counted accidents; reporting is taken to be complete",
    }
    common: dict[str, Any] = {"years": float(years)}
    if found is not None and found.overdispersion_of_sum > 0.0:
        common["overdispersion"] = round(found.overdispersion_of_sum, 6)
    rows = [{"name": name, "metric": metric, "value": value} for name, metric, value in _counted(accidents)]
    return {"format": 1, "targets": [{**row, **common, "source": source} for row in rows]}


def _counted(accidents: Sequence[Accident]) -> Iterator[tuple[str, str, int]]:
    """Names of targets, metrics and counts; mechanisms in place of their sum where all are told."""
    mechanisms = [mechanism_of(own.type) for own in accidents]
    if accidents and all(mechanisms):
        by_name = Counter(mechanisms)
        for name in ("general", *(name for name, _ in WORDS)):
            yield name, f"expected_{name}", by_name[name]
    else:
        yield "accidents", "expected_accidents", len(accidents)
    fatal = [None if own.deaths is None and not own.severity else is_fatal_accident(own) for own in accidents]
    if fatal and None not in fatal:
        yield "fatal_accidents", "expected_fatal_accidents", sum(map(bool, fatal))


def is_fatal_accident(accident: Accident) -> bool:
    """By the number of deaths, else by the severity's word."""
    return is_fatal(accident.severity) if accident.deaths is None else accident.deaths > 0


def targets_text(targets: dict[str, Any], name: str) -> str:
    """The file as people read it."""
    return ABOUT.format(name=name) + as_yaml(targets)
