"""A form from the JSON Schema of the measures: their numbers with bounds, meaning, and what the scenario says."""

from typing import Any, NamedTuple

from sim.scenario import Scenario

HIDDEN = frozenset({"start_date", "end_date", "months", "cost", "sources"})


class Number(NamedTuple):
    """A number that can be set."""

    key: str
    value: float
    whole: bool
    lowest: float | None
    highest: float | None
    meaning: str


class Measure(NamedTuple):
    """A measure that can be switched."""

    kind: str
    summary: str
    numbers: list[Number]


def form_of(programme: Scenario) -> list[Measure]:
    """A measure of the programme each."""
    found = []
    for kind, one in programme.interventions.items():
        properties = type(one).model_json_schema()["properties"]
        values = one.model_dump(mode="json")
        numbers = [
            number
            for key, schema in properties.items()
            if key not in HIDDEN and (number := _number(key, schema, values[key])) is not None
        ]
        found.append(Measure(kind, type(one).summary, numbers))
    return found


def _number(key: str, schema: dict[str, Any], value: Any) -> Number | None:
    kind = schema.get("type")
    if kind not in {"number", "integer"} or not isinstance(value, (int, float)):
        return None
    lowest, highest = (
        schema.get(f"{name}imum", schema.get(f"exclusive{name.capitalize()}imum")) for name in ("min", "max")
    )
    return Number(key, value, kind == "integer", lowest, highest, schema.get("description", ""))
