"""Where a scenario's numbers come from, as rows for the report."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.evidence.parameter_table import unit_of, value_text
from sim.report.source_words import GROUPS_ZH, source_text
from sim.report.words import either, kind_word, word

LONGEST_PATH = 3
LONGEST_VALUE = 80
"""Longer values are left to the scenario's file."""


def assumptions(scenario: Mapping[str, Any], language: str) -> list[dict[str, str]]:
    """A row a source: the part of the scenario, key, value, published or assumed, the reference or plausible range."""
    return [
        {
            "part": _part(path, language),
            "key": key,
            "value": _value(group.get(key), key),
            "basis": word(f"basis_{source['basis']}", language),
            "said": either(language, "; ", "；").join(_said(source, language)),
        }
        for path, group, key, source in _sources(scenario, ())
    ]


def _said(source: Mapping[str, Any], language: str) -> Iterator[str]:
    """What was read, as it is called; what is plausible and what is to be known, in the page's language."""
    if text := source.get("reference"):
        yield text
    for name in ("range", "note"):
        if text := source.get(name):
            yield source_text(text, language)


Group = Mapping[str, Any]


def _sources(content: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Group, str, Group]]:
    """All `sources` below, with the path of their group and the group."""
    if not isinstance(content, Mapping) or len(path) > LONGEST_PATH:
        return
    for key, source in (content.get("sources") or {}).items():
        yield path, content, key, source
    for name, below in content.items():
        if name != "sources":
            yield from _sources(below, (*path, name))


def _part(path: tuple[str, ...], language: str) -> str:
    if path[:1] == ("interventions",):
        return kind_word(path[1], language)
    first = GROUPS_ZH.get(path[0], path[0]) if path and language == "zh" else "".join(path[:1])
    return ".".join([first, *path[1:]]) if path else ""


def _value(value: Any, key: str) -> str:
    """A number, or some of them, with the unit that the key ends in; nothing for whole roads and fleets."""
    shown = "" if value is None else value_text(value)
    unit = unit_of(key)
    if len(shown) > LONGEST_VALUE or "{" in shown:
        return ""
    return shown if unit == "-" or not shown else f"{shown} {unit}"
