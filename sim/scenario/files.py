"""From scenario files to a `Scenario`: what a file extends, parts in files of their own, and all mistakes."""

import difflib
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from sim.interventions.registry import interventions
from sim.parameters import MONTH_PATTERN, NAME_PATTERN
from sim.road import Road
from sim.scenario import checks
from sim.scenario.document import Document, Keys, read_document
from sim.scenario.mistakes import Mistake, ScenarioError, key_text, shown
from sim.scenario.model import TEXTS, Scenario

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
PATTERNS = {
    NAME_PATTERN: "a name without spaces and slashes",
    MONTH_PATTERN: "a month as YYYY-MM",
}
"""What patterns of texts mean."""
KINDS = (
    ("date_", "a date as YYYY-MM-DD"),
    ("int_", "a whole number"),
    ("float_", "a number"),
    ("bool_", "true or false"),
    ("string_type", "a text"),
    ("model_", "a mapping of keys to values"),
    ("dict_", "a mapping of keys to values"),
    ("tuple_", "a list"),
)
"""What is allowed where pydantic's kind of mistake begins so."""


def load_scenario(path: Path | str) -> Scenario:
    """Read and check a scenario file.

    Raises
    ------
    ScenarioError
        with all mistakes found, each with file, line, key, value and what is allowed
    """
    document = resolve(Path(path))
    values, mistakes = _validated(document)
    road = values.get("road")
    for keys, message in checks.findings(document.data, road if isinstance(road, Road) else None):
        mistakes.append(Mistake(*document.place(keys), key_text(keys), message))
    if isinstance(road, Road):
        for keys, message in checks.places(values.get("interventions", {}), road):
            mistakes.append(Mistake(*document.place(keys), key_text(keys), message))
    if mistakes:
        raise ScenarioError(mistakes)
    scenario = Scenario(**values)
    mistakes = [
        Mistake(*document.place(("uncertain", key)), f"uncertain.{key}", message)
        for key, message in checks.uncertain(scenario)
    ]
    if mistakes:
        raise ScenarioError(mistakes)
    return scenario


def scenario_from(content: dict[str, Any]) -> Scenario:
    """A scenario as a result folder keeps it, with nothing left to default."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.yaml"  # all of JSON is YAML
        file.write_text(json.dumps(content), encoding="utf-8")
        return load_scenario(file)


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
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    _try(TypeAdapter(Road), document.data.get("road"), ("road",), document, values, mistakes)
    if mistakes:
        raise ScenarioError(mistakes)
    road: Road = values["road"]
    return road


def load_as(path: Path, kind: type[Loaded]) -> Loaded:
    """Read another kind of file than a scenario, such as the targets of a calibration.

    Raises
    ------
    ScenarioError
        with all mistakes found in it
    """
    document = read_document(path)
    try:
        return kind.model_validate(document.data)
    except ValidationError as error:
        mistakes, found_keys = [], [tuple(details["loc"]) for details in error.errors()]
        for details in error.errors():
            keys: Keys = tuple(details["loc"])
            if any(other[: len(keys)] == keys and other != keys for other in found_keys):
                continue  # its parts say it better
            mistakes.append(Mistake(*document.place(keys), key_text(keys), told(details, kind, keys)))
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
    for key in TEXTS:
        parent.data.pop(key, None)
    return _merged(parent, document)


def _parent(document: Document, path: Path, above: tuple[Path, ...]) -> Path:
    """The file that this one extends; refused where that would go in a circle or is not there."""
    named = document.data["extends"]
    if not isinstance(named, str):
        raise _error(document, ("extends",), f"{shown(named)} must be the name of a file")
    parent = path.parent / named
    if parent.resolve() in (*above, path.resolve()):
        chain = " -> ".join(p.name for p in (*above, path, parent))
        raise _error(document, ("extends",), f"goes in a circle: {chain}")
    if not parent.is_file():
        raise _error(document, ("extends",), f"{shown(named)} is not a file beside {path.name}")
    return parent


def _with_parts(document: Document, path: Path) -> Document:
    for part in PARTS:
        named = document.data.get(part)
        if not isinstance(named, str):
            continue
        if not (path.parent / named).is_file():
            raise _error(document, (part,), f"{shown(named)} is neither a mapping nor a file beside {path.name}")
        own = read_document(path.parent / named)
        document.data[part] = own.data
        document.places |= {(part, *keys): place for keys, place in own.places.items() if keys}
    return document


def _merged(parent: Document, child: Document) -> Document:
    return Document(_merge(parent.data, child.data), _merged_places(parent, child))


def _merge(parent: Any, child: Any) -> Any:
    """Mappings are merged key by key, anything else is replaced."""
    if not (isinstance(parent, dict) and isinstance(child, dict)):
        return child
    return {**parent, **{key: _merge(parent.get(key), value) for key, value in child.items()}}


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


def _validated(document: Document) -> tuple[dict[str, Any], list[Mistake]]:
    """Values of the fields that are right, and mistakes of the others."""
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    fields = Scenario.model_fields
    for key, value in document.data.items():
        if key == "interventions":
            values[key] = _interventions(value, document, mistakes)
        elif key not in fields:
            message = f"unknown key{_suggestion(key, [*fields, 'extends'])}"
            mistakes.append(Mistake(*document.place((key,)), key, message))
        else:
            annotation: Any = fields[key].annotation
            metadata = fields[key].metadata
            adapter = TypeAdapter(annotation if not metadata else _annotated(annotation, metadata))
            _try(adapter, value, (key,), document, values, mistakes)
    missing = [key for key, field in fields.items() if field.is_required() and key not in document.data]
    mistakes += [Mistake(*document.place(()), key, "is required and missing") for key in missing]
    return values, mistakes


def _annotated(annotation: Any, metadata: list[Any]) -> Any:
    return Annotated[annotation, *metadata]


def _try(
    adapter: "TypeAdapter[Any]",
    value: Any,
    path: Keys,
    document: Document,
    values: dict[str, Any],
    mistakes: list[Mistake],
) -> None:
    try:
        values[str(path[-1])] = adapter.validate_python(value)
    except ValidationError as error:
        mistakes += [_mistake(details, path, document) for details in error.errors()]


def _interventions(value: Any, document: Document, mistakes: list[Mistake]) -> dict[str, Any]:
    """Each intervention is checked by the class of its kind; null takes one out again."""
    known = interventions()
    found: dict[str, Any] = {}
    if not isinstance(value, dict):
        mistakes.append(
            Mistake(*document.place(("interventions",)), "interventions", f"{shown(value)} must be a mapping")
        )
        return found
    for kind, parameters in value.items():
        path: Keys = ("interventions", kind)
        if kind not in known:
            message = f"unknown intervention{_suggestion(kind, list(known))}; known are {', '.join(known)}"
            mistakes.append(Mistake(*document.place(path), key_text(path), message))
        elif parameters is not None:
            _try(TypeAdapter(known[kind]), parameters, path, document, found, mistakes)
    return found


def _mistake(details: ErrorDetails, path: Keys, document: Document) -> Mistake:
    keys = keys_of(details, path)
    return Mistake(*document.place(keys), key_text(keys), told_of_scenario(details, keys))


def keys_of(details: ErrorDetails, above: Keys = ()) -> Keys:
    """The place of a mistake below a path, without the words that pydantic adds for its own use."""
    return (*above, *(part for part in details["loc"] if part != "[key]" and not str(part).startswith("function-")))


def told_of_scenario(details: ErrorDetails, keys: Keys) -> str:
    """What is wrong at a key of a scenario."""
    if keys[0] == "interventions" and len(keys) > 1:
        return told(details, interventions().get(str(keys[1])), keys[2:] or keys)
    return told(details, Scenario, keys)


def told(details: ErrorDetails, model: Any, keys: Keys) -> str:
    """What is wrong at a key of a model, and what is allowed."""
    if details["type"] == "extra_forbidden":
        return "unknown key" + _suggestion(str(keys[-1]), _siblings(model, keys))
    if details["type"] == "missing":
        return "is required and missing"
    if details["type"] == "value_error":
        return details["msg"].removeprefix("Value error, ")
    return f"found {shown(details['input'])}, must be {_allowed(details)}"


def _allowed(details: ErrorDetails) -> str:
    """What is allowed, in our words where pydantic's are those of a programmer."""
    if details["type"] == "string_pattern_mismatch":
        return PATTERNS.get(details["ctx"]["pattern"], details["msg"])
    kind = next((kind for start, kind in KINDS if details["type"].startswith(start)), None)
    return kind or details["msg"].removeprefix("Input should be ")


def _siblings(model: Any, keys: Keys) -> list[str]:
    """Keys that a model allows where an unknown one was found."""
    for part in keys[:-1]:
        model = _step(model, part)
    is_model = isinstance(model, type) and issubclass(model, BaseModel)
    return list(model.model_fields) if is_model else []


def _step(model: Any, part: int | str) -> Any:
    """The type below `part`."""
    if isinstance(model, type) and issubclass(model, BaseModel) and part in model.model_fields:
        return model.model_fields[str(part)].annotation
    arguments = [a for a in get_args(model) if a is not type(None) and a is not Ellipsis]
    if get_origin(model) is dict:
        return arguments[1]
    found = arguments[0] if arguments else None
    return _step(found, part) if isinstance(part, str) and found is not None else found


def _suggestion(key: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(key, allowed, n=1)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; known keys are {', '.join(allowed)}" if allowed else ""
