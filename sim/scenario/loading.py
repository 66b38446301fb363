"""From scenario files to a `Scenario`: what a file extends, parts in files of their own, and all mistakes."""

from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from sim.inputs.road import Road
from sim.scenario.building import read_as, scenario_of
from sim.scenario.document import Document, Keys, read_document
from sim.scenario.messages import keys_of, suggestion, told, without_echoes
from sim.scenario.mistakes import Mistake, ScenarioError, key_text, shown
from sim.scenario.model import OWN_TEXTS, Scenario

Loaded = TypeVar("Loaded", bound=BaseModel)
PARTS = (
    "road",
    "climate",
    "demand",
    "fleet",
    "behaviour",
    "speed",
    "risk",
    "severity",
    "incident",
    "control_centre",
    "valuation",
)
LONGEST_NAME = 1000
"""Of a file, in letters."""
KEY_OF_PART = {"links": "road", "classes": "fleet", "flows": "demand", "rain_share": "climate"}
MOST_PARENTS = 20
"""Files that extend one another."""


def load_scenario(path: Path | str) -> Scenario:
    """Read and check a scenario file.

    Raises
    ------
    ScenarioError
        with all mistakes found, each with file, line, key, value and what is allowed
    """
    document = resolve(Path(path))
    if (part := _part_alone(document)) is not None:
        raise _error(document, (), f"holds the {part} of a scenario and is none: validate the scenario that uses it")
    return scenario_of(document)


def _part_alone(document: Document) -> str | None:
    """The part that a file holds by itself, by the key that only this part has."""
    if "name" in document.data or "road" in document.data:
        return None
    return next((part for key, part in KEY_OF_PART.items() if key in document.data), None)


def scenario_from(content: dict[str, Any]) -> Scenario:
    """A scenario as a result folder keeps it, with nothing left to default."""
    return scenario_of(Document(dict(content)))


def load_road(path: Path) -> Road:
    """Read the road of a scenario file, or a file that holds a road alone.

    Raises
    ------
    ScenarioError
        with all mistakes found in it
    """
    document = read_document(path)
    if "links" in document.data:
        places = {("road", *keys): place for keys, place in document.places.items()}
        document = Document({"road": document.data}, places)
    else:
        document = resolve(path)
    if "road" not in document.data:
        raise _error(document, (), "has no road: must be a scenario file, or a file with nodes and links")
    return _checked(Road, document.data["road"], ("road",), document)


def load_as(path: Path, kind: type[Loaded]) -> Loaded:
    """Read another kind of file than a scenario, such as the targets of a calibration.

    Raises
    ------
    ScenarioError
        with all mistakes found in it
    """
    document = read_document(path)
    return _checked(kind, document.data, (), document)


def _checked(kind: type[Loaded], data: Any, above: Keys, document: Document) -> Loaded:
    """Data as a model; its mistakes with their places."""
    try:
        return cast("Loaded", read_as(kind, data))
    except ValidationError as error:
        mistakes = []
        for details in without_echoes(error.errors()):
            keys = keys_of(details)
            place = document.place((*above, *keys))
            mistakes.append(Mistake(*place, key_text((*above, *keys)), told(details, kind, keys)))
        raise ScenarioError(mistakes) from error


def resolve(path: Path, above: tuple[Path, ...] = ()) -> Document:
    """A file merged over what it extends, with its parts' files read in."""
    document = read_document(path)
    document = Document(dict(document.data), dict(document.places))
    document = _with_parts(document, path)
    if "extends" not in document.data:
        return document
    if "name" not in document.data:
        raise _error(document, ("extends",), "a scenario that extends another needs a `name` of its own")
    parent_path = _parent(document, path, above)
    parent = resolve(parent_path, (*above, path.resolve()))
    del document.data["extends"]
    for key in OWN_TEXTS:
        parent.data.pop(key, None)
    return _merged(parent, document)


def _parent(document: Document, path: Path, above: tuple[Path, ...]) -> Path:
    """The file that this one extends; refused where that would go in a circle or is not there."""
    named = document.data["extends"]
    if not isinstance(named, str):
        raise _error(document, ("extends",), f"{shown(named)} must be the name of a file")
    parent = _beside(path, named)
    if parent is None:
        raise _error(document, ("extends",), f"{shown(named)} is not a file beside {path.name}")
    if parent.resolve() in (*above, path.resolve()):
        chain = " -> ".join(p.name for p in (*above, path, parent))
        raise _error(document, ("extends",), f"goes in a circle: {chain}")
    if len(above) >= MOST_PARENTS:
        raise _error(document, ("extends",), f"more than {MOST_PARENTS} files extend one another")
    return parent


def _beside(path: Path, named: str) -> Path | None:
    """A file that another one names, if there is one."""
    try:
        found = path.parent / named if len(named) <= LONGEST_NAME else None
        return found if found is not None and found.is_file() and found.resolve() else None
    except (OSError, ValueError, RuntimeError):  # a name that can be none, or links in a circle
        return None


def _with_parts(document: Document, path: Path) -> Document:
    for part in PARTS:
        named = document.data.get(part)
        if not isinstance(named, str):
            continue
        file = _beside(path, named)
        if file is None:
            raise _error(document, (part,), f"{shown(named)} is neither a mapping nor a file beside {path.name}")
        own = read_document(file)
        document.data[part] = own.data
        document.places |= {(part, *keys): place for keys, place in own.places.items() if keys}
    return document


def _merged(parent: Document, child: Document) -> Document:
    child = _numbered(parent.data, child)
    return Document(_merge(parent.data, child.data), _merged_places(parent, child))


def _merge(parent: Any, child: Any) -> Any:
    """Mappings are merged key by key, lists where the child tells entries by number; anything else is replaced."""
    if isinstance(parent, list) and isinstance(child, dict):
        return [_merge(own, child[number]) if number in child else own for number, own in enumerate(parent)]
    if not (isinstance(parent, dict) and isinstance(child, dict)):
        return child
    return {**parent, **{key: _merge(parent.get(key), value) for key, value in child.items()}}


def _numbered(parent: Any, child: Document, keys: Keys = ()) -> Document:
    """A child that tells entries of the parent's lists by name, such as a road's links, tells them by number.

    Raises
    ------
    ScenarioError
        if the parent has no entry of a name
    """
    data = _at(child.data, keys)
    if not isinstance(data, dict):
        return child
    if isinstance(parent, list):
        numbers = {own["name"]: number for number, own in enumerate(parent) if isinstance(own, dict) and "name" in own}
        for name in data:
            if numbers and name not in numbers:
                known = suggestion(str(name), list(map(str, numbers)))
                raise _error(child, (*keys, name), f"there is no entry of this name to change{known}")
        if numbers:
            child = _renamed(child, keys, numbers)
            data = _at(child.data, keys)
    for key in data:
        child = _numbered(_at(parent, (key,)), child, (*keys, key))
    return child


def _renamed(document: Document, keys: Keys, new: dict[str, int]) -> Document:
    """The document with other names of the keys below one."""

    def moved(own: Keys) -> Keys:
        below = len(keys)
        return (*keys, new[str(own[below])], *own[below + 1 :]) if own[:below] == keys and len(own) > below else own

    changed = {new[name]: value for name, value in _at(document.data, keys).items()}
    places = {moved(own): place for own, place in document.places.items()}
    return Document(_replaced(document.data, keys, changed), places)


def _replaced(data: Any, keys: Keys, value: Any) -> Any:
    """A copy of mappings with another value at a place."""
    return {**data, keys[0]: _replaced(data[keys[0]], keys[1:], value)} if keys else value


def _merged_places(parent: Document, child: Document) -> dict[Keys, tuple[str, int]]:
    """The child's places; the parent's where the child says nothing."""
    lists = {keys for keys in child.places if isinstance(_at(child.data, keys), list)}
    kept = {k: p for k, p in parent.places.items() if not any(k[: len(own)] == own for own in lists)}
    return {**kept, **{k: p for k, p in child.places.items() if k}}


def _at(data: Any, keys: Keys) -> Any:
    for key in keys:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _error(document: Document, keys: Keys, message: str) -> ScenarioError:
    return ScenarioError([Mistake(*document.place(keys), key_text(keys), message)])
