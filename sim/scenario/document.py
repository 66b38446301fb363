"""A YAML file as plain data with the line of every key; nothing in it can run code or grow without bound."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sim.scenario.mistakes import Mistake, ScenarioError, shown

Keys = tuple[str | int, ...]
Data = dict[str, "Data"] | list["Data"] | str | int | float | bool | None

MAX_BYTES = 5_000_000
MAX_VALUES = 500_000
PLAIN = "tag:yaml.org,2002:"
FOLDED, FOLD = ">", "\a"
"""Style of a folded text, and what stands where ruamel.yaml has joined its lines."""
TRUE_WORDS = ("true", "True", "TRUE")


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
    try:
        status = path.stat()
    except OSError as error:
        raise _failed(path, 0, f"can't be read: {error.strerror}") from error
    if status.st_size > MAX_BYTES:
        raise _failed(path, 0, f"has {status.st_size:,} bytes; scenario files may have up to {MAX_BYTES:,}")
    return _read_cached(path, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _read_cached(path: Path, changed_ns: int) -> Document:  # noqa: ARG001
    node = _compose(path)
    if node is None:
        raise _failed(path, 0, "the file is empty")
    reader = _Reader(path)
    data = reader.value(node, ())
    if not isinstance(data, dict):
        reader.mistakes.append(Mistake(str(path), 1, "", "must be a mapping of keys to values"))
    if reader.mistakes or not isinstance(data, dict):
        raise ScenarioError(reader.mistakes)
    return Document(data, reader.places)


def _compose(path: Path) -> Node | None:
    try:
        text = path.read_text(encoding="utf-8")
        node: Node | None = YAML(typ="rt", pure=True).compose(text)
    except UnicodeDecodeError as error:
        raise _failed(path, 0, f"is not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise _failed(path, 0, f"can't be read: {error.strerror}") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _failed(path, line, f"invalid YAML: {error.problem or error.context}") from error
    except (YAMLError, RecursionError, ValueError) as error:
        first = (str(error).splitlines() or ["nested too deeply"])[0]
        raise _failed(path, 0, f"invalid YAML: {first}") from error
    return node


def _failed(path: Path, line: int, message: str) -> ScenarioError:
    return ScenarioError([Mistake(str(path), line, "", message)])


class _Reader:
    """Turns nodes into plain data, noting places and mistakes."""

    def __init__(self, path: Path) -> None:
        self.file = str(path)
        self.places: dict[Keys, tuple[str, int]] = {}
        self.mistakes: list[Mistake] = []
        self._count = 0

    def value(self, node: Node, path: Keys) -> Data:
        line = node.start_mark.line + 1
        self.places.setdefault(path, (self.file, line))
        self._count += 1
        if self._count > MAX_VALUES:
            raise _failed(Path(self.file), line, f"has more than {MAX_VALUES:,} values")
        if isinstance(node, MappingNode) and self._plain(node, "map", line):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode) and self._plain(node, "seq", line):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, ScalarNode):
            return self._scalar(node, line)
        return None

    def _mapping(self, node: MappingNode, path: Keys) -> dict[str, Data]:
        result: dict[str, Data] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in result:
                self._mistake(line, key, "stands twice in the same mapping")
            self.places[(*path, key)] = (self.file, line)
            result[key] = self.value(value_node, (*path, key))
        return result

    def _plain(self, node: Node, kind: str, line: int) -> bool:
        if str(node.tag) == PLAIN + kind:
            return True
        self._mistake(line, "", f"YAML tag {shown(str(node.tag))} is not allowed; use plain values")
        return False

    def _scalar(self, node: ScalarNode, line: int) -> Data:
        tag, text = str(node.tag), str(node.value)
        if node.style == FOLDED:
            text = text.replace(FOLD, "")
        if tag == PLAIN + "null":
            return None
        if tag == PLAIN + "bool":
            return text in TRUE_WORDS
        if tag in {PLAIN + "int", PLAIN + "float"}:
            return self._number(tag, text, line)
        if tag not in {PLAIN + "str", PLAIN + "timestamp"}:
            self._mistake(line, "", f"YAML tag {shown(tag)} is not allowed; use plain values")
        return text

    def _number(self, tag: str, text: str, line: int) -> Data:
        plain = text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan").replace(".NaN", "nan")
        try:
            return int(plain, 0) if tag.endswith("int") else float(plain)
        except ValueError:
            self._mistake(line, "", f"{shown(text)} is not a number that can be read")
            return None

    def _mistake(self, line: int, key: str, message: str) -> None:
        self.mistakes.append(Mistake(self.file, line, key, message))
