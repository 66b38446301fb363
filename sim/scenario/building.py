"""From plain data to a `Scenario`: every way in (a file, a change, a draw, the API) makes every check, here.

Data is read as JSON would be: a boolean is no number, a number no date, a text no number.
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from sim.core.texts import hidden_character
from sim.inputs.road import Link
from sim.interventions.intervention import Intervention
from sim.interventions.registry import interventions
from sim.scenario import checks
from sim.scenario.document import Document, Keys
from sim.scenario.messages import keys_of, suggestion, told, without_echoes
from sim.scenario.mistakes import Mistake, ScenarioError, key_text, shown
from sim.scenario.model import Scenario, make_changes_with
from sim.scenario.posts import links_of, with_kilometres

Found = list[tuple[Keys, str]]
"""Mistakes by their place."""
NO_SUCH_KEY = "there is no such key"
ACROSS = ("road", "demand", "fleet", "interventions")
"""Parts that refer to each other."""


def scenario_of(document: Document) -> Scenario:
    """The scenario that a document describes.

    Raises
    ------
    ScenarioError
        with all mistakes found, each with file, line, key, value and what is allowed
    """
    mistakes: Found = []
    data = with_kilometres(document.data, links_of(document.data.get("road")), mistakes)
    values = _validated(data, mistakes)
    mistakes += checks.findings(data, values)
    mistakes += [*checks.places(values), *checks.classes(values)]
    _raise(mistakes, document)
    scenario = Scenario.model_construct(**_with_defaults(values))
    _raise([(("uncertain", key), message) for key, message in checks.uncertain(scenario, changed)], document)
    return scenario


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """A new scenario with dotted keys set, such as `interventions.driver_contact.operators`; None takes a key out.

    Raises
    ------
    ScenarioError
        with all mistakes found
    """
    mistakes: Found = []
    data = _changed_data(scenario, changes, mistakes)
    if "road" in data or "interventions" in data:
        road = data["road"] if "road" in data else {"links": [_posts(link) for link in scenario.road.links]}
        data = with_kilometres(data, links_of(road), mistakes)
    _raise(mistakes, None)
    values = {key: getattr(scenario, key) for key in Scenario.model_fields if key not in data}
    values |= _validated(data, mistakes, whole=False)
    values |= {key: Scenario.model_fields[key].get_default() for key in Scenario.model_fields if key not in values}
    if not mistakes and any(key in data for key in ACROSS):
        across = {key: data.get(key) or _plain(values[key]) for key in ("road", "demand", "fleet")}
        same_way = not any(key in data for key in ("road", "demand"))
        mistakes += checks.findings(across, values, reached=same_way)
        mistakes += [*checks.places(values), *checks.classes(values)]
    _raise(mistakes, None)
    found = scenario.model_copy(update=values)
    if changes.get("uncertain"):
        _raise([(("uncertain", key), message) for key, message in checks.uncertain(found, changed)], None)
    return found


def _posts(link: Link) -> dict[str, Any]:
    """What `with_kilometres` needs of a link."""
    return {"name": link.name, "start_post_km": link.start_post_km, "posts_fall": link.posts_fall}


def checked(scenario: Scenario) -> Scenario:
    """A scenario that somebody made in Python, after the checks across its parts.

    Raises
    ------
    ScenarioError
        with all mistakes found
    """
    values = {key: getattr(scenario, key) for key in Scenario.model_fields}
    data = {key: _plain(values[key]) for key in ("road", "demand", "fleet")}
    _raise([*checks.findings(data, values), *checks.places(values), *checks.classes(values)], None)
    return scenario


make_changes_with(changed)


def read_as(model: type[BaseModel], data: Any) -> BaseModel:
    """Another kind of file than a scenario, as strictly.

    Raises
    ------
    ValidationError
        with all mistakes
    """
    return model.model_validate_json(_json(data), strict=True)


def _raise(found: Iterable[tuple[Keys, str]], document: Document | None) -> None:
    mistakes = [
        Mistake(*(document.place(keys) if document else ("", 0)), key_text(keys), message) for keys, message in found
    ]
    if mistakes:
        raise ScenarioError(mistakes)


def _plain(value: Any) -> Any:
    """A part as plain data."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value


def _changed_data(scenario: Scenario, changes: Mapping[str, Any], mistakes: Found) -> dict[str, Any]:
    """The parts that changes touch, as plain data with the changes made."""
    data: dict[str, Any] = {}
    for dotted, value in changes.items():
        first, *rest = str(dotted).split(".")
        if first not in Scenario.model_fields:
            mistakes.append(((first,), "unknown key" + suggestion(first, list(Scenario.model_fields))))
            continue
        if first not in data:
            data[first] = _plain(getattr(scenario, first))
        message = _set(data, [first, *rest], _plain(value))
        if message:
            mistakes.append(((str(dotted),), message))
    return data


def _set(data: Any, path: list[str], value: Any) -> str | None:
    """Set a value at a path, or take it out if it is None; what is wrong with the path, if anything."""
    *above, last = path
    place: Any = data
    for key in above:
        if isinstance(place, dict):
            place = place.setdefault(key, {})
            if place is None:
                return NO_SUCH_KEY
        else:
            item = _item(place, key)
            if item is None:
                return NO_SUCH_KEY
            place = place[item]
    if isinstance(place, dict):
        if value is None and last in place and above and above[-1] == "interventions":
            del place[last]
        elif value is not None or above[-1:] != ["interventions"]:
            place[last] = value
        return None
    item = _item(place, last)
    if item is None:
        return NO_SUCH_KEY
    place[item] = value
    return None


def _item(place: Any, key: str) -> int | None:
    """A place in a list, by number or by its entry's name."""
    names = [one.get("name") if isinstance(one, dict) else None for one in place] if isinstance(place, list) else []
    if key in names:
        return names.index(key)
    known = isinstance(place, list) and key.isascii() and key.isdigit() and int(key) < len(place)
    return int(key) if known else None


def _json(data: Any) -> str:
    """As JSON.

    Raises
    ------
    TypeError, ValueError
        if it is no plain data
    """
    return json.dumps(data, ensure_ascii=True)


def _validated(data: Mapping[str, Any], mistakes: Found, *, whole: bool = True) -> dict[str, Any]:
    """Values of the fields that are right, and mistakes of the others; of a whole scenario, also of what is missing."""
    values: dict[str, Any] = {}
    fields = Scenario.model_fields
    mistakes += _hidden(data, ())
    for key, value in data.items():
        if key == "interventions":
            values[key] = _interventions(value, mistakes)
        elif key not in fields:
            mistakes.append(((key,), "unknown key" + suggestion(key, [*fields, "extends"])))
        else:
            _try(_adapter(key), value, (key,), values, mistakes, Scenario)
    if whole:
        missing = [key for key, field in fields.items() if field.is_required() and key not in data]
        mistakes += [((key,), "is required and missing") for key in missing]
    return values


def _with_defaults(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: values[key] if key in values else field.get_default(call_default_factory=True)
        for key, field in Scenario.model_fields.items()
    }


@lru_cache(maxsize=64)
def _adapter(key: str) -> "TypeAdapter[Any]":
    field = Scenario.model_fields[key]
    annotation: Any = field.annotation
    return TypeAdapter(Annotated[annotation, *field.metadata] if field.metadata else annotation)


def _hidden(value: Any, path: Keys) -> Found:
    """Texts that hold control or direction characters; files are looked at where they are read."""
    if isinstance(value, str):
        hidden = hidden_character(value)
        return [(path, f"holds the control character {hidden}")] if hidden else []
    if isinstance(value, Mapping):
        return [one for key, item in value.items() for one in _hidden(item, (*path, str(key)))]
    if isinstance(value, (list, tuple)):
        return [one for index, item in enumerate(value) for one in _hidden(item, (*path, index))]
    return []


def _try(
    adapter: "TypeAdapter[Any]", value: Any, path: Keys, values: dict[str, Any], mistakes: Found, model: Any
) -> None:
    """Check one value; its mistakes are told in the words of a model."""
    try:
        values[str(path[-1])] = adapter.validate_json(_json(value), strict=True)
    except ValidationError as error:
        for details in without_echoes(error.errors()):
            keys = keys_of(details, path)
            below = keys[2:] or keys if path[0] == "interventions" else keys
            mistakes.append((keys, told(details, model, below)))
    except (TypeError, ValueError, RecursionError):
        mistakes.append((path, f"found {shown(value)}, must be plain numbers, texts, lists and mappings"))


def _interventions(value: Any, mistakes: Found) -> dict[str, Intervention]:
    """Each intervention is checked by the class of its kind, in the order of kinds; null takes one out again."""
    known = interventions()
    found: dict[str, Any] = {}
    if not isinstance(value, Mapping):
        mistakes.append((("interventions",), f"found {shown(value)}, must be a mapping of kinds to their parameters"))
        return found
    for kind, parameters in value.items():
        path: Keys = ("interventions", str(kind))
        if kind not in known:
            message = f"unknown intervention{suggestion(str(kind), list(known))}; known are {', '.join(known)}"
            mistakes.append((path, message))
        elif parameters is not None:
            _try(_intervention_adapter(known[kind]), parameters, path, found, mistakes, known[kind])
    return {kind: found[kind] for kind in sorted(found)}


@lru_cache(maxsize=256)
def _intervention_adapter(cls: type[Intervention]) -> "TypeAdapter[Any]":
    return TypeAdapter(cls)
