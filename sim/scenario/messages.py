"""What is wrong with a value and what is allowed, in our own words."""

import difflib
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from sim.core.parameters import MONTH_PATTERN
from sim.core.texts import escaped, shown
from sim.scenario.document import Keys

PATTERNS = {MONTH_PATTERN: "a month as YYYY-MM"}
"""What patterns of texts mean."""
KINDS = (
    ("date_", "a date as YYYY-MM-DD"),
    ("int_", "a whole number"),
    ("finite_number", "a finite number"),
    ("float_", "a number"),
    ("bool_", "true or false"),
    ("string_type", "a text"),
    ("string_unicode", "a text"),
    ("model_", "a mapping of keys to values"),
    ("dict_", "a mapping of keys to values"),
    ("tuple_", "a list"),
    ("list_", "a list"),
    ("none_", "null"),
)
"""What is allowed where a kind of mistake begins so."""
LIMITS = {
    "greater_than": "above {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "below {lt:g}",
    "less_than_equal": "at most {le:g}",
    "multiple_of": "a multiple of {multiple_of:g}",
    "string_too_short": "a text of at least {min_length} letters",
    "string_too_long": "a text of at most {max_length} letters",
}
"""What is allowed by a limit."""


def keys_of(details: ErrorDetails, above: Keys = ()) -> Keys:
    """The place of a mistake below a path, without the words that the checking library adds for its own use."""
    return (*above, *(part for part in details["loc"] if part != "[key]" and not str(part).startswith("function-")))


def told(details: ErrorDetails, model: Any, keys: Keys) -> str:
    """What is wrong at a key of a model, and what is allowed."""
    kind = details["type"]
    if kind == "extra_forbidden":
        return "unknown key" + suggestion(str(keys[-1]), _siblings(model, keys))
    if kind == "missing":
        return "is required and missing"
    if kind == "value_error":
        return details["msg"].removeprefix("Value error, ")
    if kind in {"too_short", "too_long"}:
        return _wrong_length(details)
    return f"found {shown(details['input'])}, must be {_allowed(details)}"


def _wrong_length(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    least, most = context.get("min_length"), context.get("max_length")
    allowed = f"at least {least}" if least is not None else f"at most {most}"
    count = len(details["input"]) if isinstance(details["input"], (list, tuple, dict)) else context.get("actual_length")
    return f"has {count} entries, must have {allowed}"


def _allowed(details: ErrorDetails) -> str:
    """What is allowed."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(context["pattern"], f"a text of the form {context['pattern']}")
    if kind in LIMITS:
        return LIMITS[kind].format(**{key: _number(value) for key, value in context.items()})
    if kind in {"literal_error", "enum"}:
        return "one of " + str(context["expected"]).replace("'", "").replace(" or ", ", ")
    return next((words for start, words in KINDS if kind.startswith(start)), "a value of another kind")


def _number(value: Any) -> Any:
    return value if isinstance(value, (int, float)) else str(value)


def without_echoes(found: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without what is only said of a whole because its parts are wrong, or of a key because its name is misspelled."""
    places = [tuple(details["loc"]) for details in found]
    return [
        details
        for details, place in zip(found, places, strict=True)
        if not any(other[: len(place)] == place and other != place for other in places)
        and not (details["type"] == "missing" and _is_misspelled(place, found))
    ]


def _is_misspelled(place: Keys, found: list[ErrorDetails]) -> bool:
    """Whether a key that is missing stands beside its place under a name that is nearly its own."""
    beside = [
        str(other["loc"][-1])
        for other in found
        if other["type"] == "extra_forbidden" and other["loc"][:-1] == place[:-1]
    ]
    return any(difflib.get_close_matches(escaped(name)[:100], [str(place[-1])]) for name in beside)


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


def suggestion(key: str, allowed: list[str]) -> str:
    """The key that was probably meant, or all of them."""
    close = difflib.get_close_matches(escaped(key)[:100], allowed, n=1)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; known keys are {', '.join(allowed)}" if allowed else ""
