"""A YAML file as plain data with the line of every key; nothing in it can run code or grow without bound.

Of YAML's types there are those of its version 1.2: `no` is a text and no falsehood, `010` no number at all (some read
it as 8, some as 10). Merge keys (`<<: *other`) are understood.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from sim.core.texts import hidden_character
from sim.scenario.mistakes import Mistake, ScenarioError, key_text, shown
from sim.system.files import read_file, reason

Keys = tuple[str | int, ...]
Data = dict[str, "Data"] | list["Data"] | str | int | float | bool | None

MAX_BYTES = 5_000_000
MAX_VALUES = 200_000
MAX_DEPTH = 40
MAX_DIGITS = 40
"""Of a number."""
LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Gives nodes with their lines and decides on no types."""
PLAIN = "tag:yaml.org,2002:"
PLAIN_TAGS = {PLAIN + kind for kind in ("map", "seq", "str")}
MERGE = "<<"
IMPORTED = (".gpx", ".osm", ".pbf", ".geojson", ".hgt", ".zip", ".tif", ".tiff", ".xml", ".csv", ".tsv")
"""Endings of files that become a road by an import."""
NULLS = {"", "~", "null", "Null", "NULL"}
TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
WHOLE = re.compile(r"[-+]?(0|[1-9][0-9_]*|0x[0-9a-fA-F]+|0o[0-7]+)")
DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?")
NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")


@dataclass
class Document:
    """Plain data and, by key path, the file and line where each stands."""

    data: dict[str, Data]
    places: dict[Keys, tuple[str, int]] = field(default_factory=dict)

    def place(self, path: Keys) -> tuple[str, int]:
        """File and line of a key, or of the nearest one above it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, ("", 0))


def read_document(path: Path) -> Document:
    """Read a file.

    Raises
    ------
    ScenarioError
        if it can't be read, is too large, empty, no mapping, or no plain YAML
    """
    if path.suffix.lower() in IMPORTED and path.is_file():
        raise _failed(path, 0, f"is no scenario: hairpin import inspect {path} says what can be made of it")
    try:
        content = read_file(path, MAX_BYTES)
    except OSError as error:
        raise _failed(path, 0, f"can't be read: {reason(error)}") from error
    except ValueError as error:
        raise _failed(path, 0, "can't be read: that is no name of a file") from error
    return _parsed(str(path), content)


def read_value(text: str, place: str) -> Data:
    """A value as it would stand behind a key of a file.

    Raises
    ------
    ScenarioError
        if it is no plain YAML; `place` says where it was given
    """
    return _parsed(place, b"value: " + text.encode()).data["value"]


@lru_cache(maxsize=64)
def _parsed(file: str, content: bytes) -> Document:
    path = Path(file)
    node = _compose(path, content)
    if node is None:
        raise _failed(path, 0, "the file is empty")
    reader = _Reader(path)
    data = reader.value(node, ())
    if not isinstance(data, dict):
        reader.mistakes.append(Mistake(file, 1, "", "must be a mapping of keys to values"))
    if reader.mistakes or not isinstance(data, dict):
        raise ScenarioError(reader.mistakes)
    return Document(data, reader.places)


def _compose(path: Path, content: bytes) -> yaml.Node | None:
    try:
        text = content.decode("utf-8-sig")
        _check_size(path, text)
        node: yaml.Node | None = LOADER(text).get_single_node()
    except UnicodeDecodeError as error:
        raise _failed(path, 0, f"is not UTF-8 text (byte {error.start})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _failed(path, line, f"invalid YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        position = getattr(error, "position", None)
        line = 0 if position is None else text[:position].count("\n") + 1
        raise _failed(path, line, f"invalid YAML: {getattr(error, 'reason', 'it can not be read')}") from error
    return node


def _check_size(path: Path, text: str) -> None:
    """See that the file is neither too deep nor too long, before anything is built from it."""
    depth = count = 0
    loader = LOADER(text)
    while loader.check_event():
        event = loader.get_event()
        count += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _failed(path, event.start_mark.line + 1, f"invalid YAML: nested deeper than {MAX_DEPTH} levels")
        if count > MAX_VALUES:
            raise _failed(path, event.start_mark.line + 1, f"has more than {MAX_VALUES:,} values")


def _failed(path: Path, line: int, message: str) -> ScenarioError:
    return ScenarioError([Mistake(str(path), line, "", message)])


class _Reader:
    """Turns nodes into plain data, noting places and mistakes."""

    def __init__(self, path: Path) -> None:
        self.file = str(path)
        self.places: dict[Keys, tuple[str, int]] = {}
        self.mistakes: list[Mistake] = []
        self._count = 0
        self._above: set[int] = set()
        """Nodes that are being read, so that one that holds itself is known."""

    def value(self, node: yaml.Node, path: Keys) -> Data:
        line = node.start_mark.line + 1
        self.places.setdefault(path, (self.file, line))
        self._count += 1
        if self._count > MAX_VALUES:
            raise _failed(Path(self.file), line, f"has more than {MAX_VALUES:,} values")
        if str(node.tag) not in PLAIN_TAGS:
            return self._mistake(line, path, f"YAML tag {shown(str(node.tag))} is not allowed; use plain values")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path, line)
        if id(node) in self._above or len(path) > MAX_DEPTH:
            return self._mistake(line, path, "an alias stands inside of what it names: that has no end")
        self._above.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        finally:
            self._above.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, path: Keys) -> dict[str, Data]:
        result: dict[str, Data] = {}
        merged: dict[str, Data] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._mistake(line, path, "a key must be a word, not a list or a mapping")
                continue
            key = str(key_node.value)
            if hidden := hidden_character(key):
                self._mistake(line, path, f"a key holds the control character {hidden}")
            if key == MERGE and not key_node.style:
                self._merge(value_node, path, merged)
                continue
            if key in result:
                self._mistake(line, (*path, key), "stands twice in the same mapping")
            self.places[(*path, key)] = (self.file, line)
            result[key] = self.value(value_node, (*path, key))
        return {**merged, **result}

    def _merge(self, node: yaml.Node, path: Keys, merged: dict[str, Data]) -> None:
        """Take over the keys of the mapping, or mappings, that a merge key names; earlier ones stay."""
        for one in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            known = dict(self.places)
            found = self.value(one, path)
            self.places |= known
            if not isinstance(found, dict):
                self._mistake(
                    node.start_mark.line + 1, (*path, MERGE), "must be an alias of a mapping, or a list of them"
                )
                return
            for key, value in found.items():
                merged.setdefault(key, value)

    def _scalar(self, node: yaml.ScalarNode, path: Keys, line: int) -> Data:
        text = str(node.value)
        if hidden := hidden_character(text):
            return self._mistake(line, path, f"holds the control character {hidden}")
        if node.style:
            return text
        if text in NULLS:
            return None
        if LEADING_ZERO.fullmatch(text):
            return self._mistake(
                line, path, f"found {shown(text)}, a number has no 0 before it; a text stands in quotes"
            )
        if WHOLE.fullmatch(text) or DECIMAL.fullmatch(text) or NO_NUMBER.fullmatch(text):
            return self._number(text, path, line)
        return TRUTHS.get(text, text)

    def _number(self, text: str, path: Keys, line: int) -> Data:
        if len(text) > MAX_DIGITS:
            return self._mistake(line, path, f"found {shown(text)}, a number has up to {MAX_DIGITS} digits")
        plain = text.replace("_", "")
        if WHOLE.fullmatch(text):
            return int(plain, 0)
        return float(plain.replace(".", "", 1) if NO_NUMBER.fullmatch(text) else plain)

    def _mistake(self, line: int, path: Keys, message: str) -> Data:
        """Note a mistake; nothing stands in the value's place."""
        self.mistakes.append(Mistake(self.file, line, key_text(path), message))
        return None
