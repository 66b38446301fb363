"""What imported accidents give to hold the model against: a count and shares of it, for `hairpin calibrate`.

The model's accidents are those of trucks; a mechanism is how one begins. Words of a record tell it roughly: what
overturns is taken for a rollover wherever it did. A count and what it is made of tell apart: given their number, how
many are fatal says nothing of the number. So shares are in force beside the sum, the fatal ones where every record
tells of them, and head-on against rear-end collisions, which police name alike everywhere. Other parts are written as
comments: a table of collision types names no runaway and none that overtook, so that what is not named is not known to
be none.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from pathlib import Path
from typing import Any

from sim.importing.accidents import Accident, is_fatal, tells_severity
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
NOT_SO = re.compile(r"\b(?:no|not|non)\b|[非未无]")
ABOUT = """\
# Counted accidents as targets: hairpin calibrate SCENARIO --targets observed.yaml
# The model has the accidents of trucks: these must be theirs, too (--only COLUMN=TEXT), on the roads of the scenario.
"""
PARTS = """\
# Parts of the sum. Take them in place of it and its shares, never beside them, and only those that the records tell of
# reliably: of fatal accidents few go unreported; who had no brakes is often written down as what he hit.
"""
PAIR = ("head_on", "rear_end")
LEAST_OF_PAIR = 10
"""Collisions of both kinds from which on their share is told: assumption, 5 to 30."""


def mechanism_of(text: str) -> str:
    """A mechanism's name by a record's words; empty where they name none."""
    small = text.strip().lower()
    return "" if NOT_SO.search(small) else next((name for name, words in WORDS if words.search(small)), "")


def targets_of(accidents: Sequence[Accident], years: int, found: Fit | None, file: Path) -> list[dict[str, Any]]:
    """Targets as data: the sum of all accidents first, then shares of it, then its parts.

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
    counts = [("accidents", "expected_accidents", len(accidents)), *_parts(accidents)]
    whole, *parts = [
        {"name": name, "metric": metric, "value": value, **common, "source": source} for name, metric, value in counts
    ]
    return [whole, *({**share, "source": source} for share in _shares(accidents)), *parts]


def _shares(accidents: Sequence[Accident]) -> Iterator[dict[str, Any]]:
    """Fatal ones of all, and head-on collisions of those with rear-end ones."""
    if accidents and _tell_deaths(accidents):
        fatal = sum(map(is_fatal_accident, accidents))
        yield _share("share_fatal", "expected_fatal_accidents", ["expected_accidents"], fatal, len(accidents))
    one, other = (sum(mechanism_of(own.type) == name for own in accidents) for name in PAIR)
    if one + other >= LEAST_OF_PAIR:
        metrics = [f"expected_{name}" for name in PAIR]
        yield _share(f"share_{PAIR[0]}", metrics[0], metrics, one, one + other)


def _share(name: str, metric: str, of: list[str], some: int, every: int) -> dict[str, Any]:
    """With the standard error of a binomial share, half an accident added on both sides, so that 0 is not certain."""
    likely = (some + 0.5) / (every + 1.0)
    error = sqrt(likely * (1.0 - likely) / every)
    return {"name": name, "metric": metric, "of": of, "value": round(some / every, 6), "sd": round(error, 6)}


def _tell_deaths(accidents: Sequence[Accident]) -> bool:
    return all(own.deaths is not None or tells_severity(own.severity) for own in accidents)


def _parts(accidents: Sequence[Accident]) -> Iterator[tuple[str, str, int]]:
    """Fatal accidents where every record tells of them, and mechanisms that some record names."""
    if _tell_deaths(accidents):
        yield "fatal_accidents", "expected_fatal_accidents", sum(map(is_fatal_accident, accidents))
    named = Counter(mechanism_of(own.type) for own in accidents)
    for name, _ in WORDS:
        if named[name]:
            yield name, f"expected_{name}", named[name]


def is_fatal_accident(accident: Accident) -> bool:
    """By the number of deaths, else by the severity's word."""
    return is_fatal(accident.severity) if accident.deaths is None else accident.deaths > 0


def targets_text(targets: Sequence[Mapping[str, Any]]) -> str:
    """The file as people read it: the sum and its shares in force, its parts as comments."""
    held = [dict(own) for place, own in enumerate(targets) if place == 0 or "of" in own]
    parts = [own for own in targets[1:] if "of" not in own]
    text = ABOUT + as_yaml({"format": 1, "targets": held})
    if not parts:
        return text
    lines = as_yaml([dict(part) for part in parts]).splitlines()
    return text + PARTS + "".join(f"# {line}\n" for line in lines)
