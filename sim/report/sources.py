"""Where a scenario's numbers come from, as rows for the report."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.report.words import kind_word, word

LONGEST_PATH = 3


def assumptions(scenario: Mapping[str, Any], language: str) -> list[dict[str, str]]:
    """A row a source: the part of the scenario, the key, published or assumed, the reference or the plausible range."""
    return [
        {
            "part": _part(path, language),
            "key": key,
            "basis": word(f"basis_{source['basis']}", language),
            "said": "; ".join(text for name in ("reference", "range", "note") if (text := source.get(name))),
        }
        for path, key, source in _sources(scenario, ())
    ]


def _sources(content: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, Mapping[str, Any]]]:
    """All `sources` below, with the path of their group."""
    if not isinstance(content, Mapping) or len(path) > LONGEST_PATH:
        return
    for key, source in (content.get("sources") or {}).items():
        yield path, key, source
    for name, below in content.items():
        if name != "sources":
            yield from _sources(below, (*path, name))


def _part(path: tuple[str, ...], language: str) -> str:
    return kind_word(path[1], language) if path[:1] == ("interventions",) else ".".join(path)
