"""What pydantic can't see: references between parts, duplicate names, destinations that can't be reached."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from sim.core.calendar import MONTHS_PER_YEAR
from sim.core.metrics import ALL_SEMI
from sim.core.parameters import MOST
from sim.core.random_streams import MOST_CORRIDORS
from sim.core.units import HOURS_PER_DAY, KG_PER_TONNE
from sim.core.vocabulary import ROAD_CLASS_TABLE, NamesRoadClass, NamesTruckClass
from sim.inputs.demand import Demand
from sim.inputs.fleet import Fleet
from sim.inputs.network import Network, corridors
from sim.inputs.road import Ban, Link, Road
from sim.inputs.routing import closed_ways, least
from sim.scenario.document import Keys
from sim.scenario.mistakes import ScenarioError, shown
from sim.scenario.model import Scenario
from sim.scenario.uncertain import Distribution

Finding = tuple[Keys, str]


def findings(data: Mapping[str, Any], values: Mapping[str, Any], *, reached: bool = False) -> Iterator[Finding]:
    """All mistakes between the parts of a merged scenario.

    Parameters
    ----------
    data : mapping
        the scenario as it was written
    values : mapping
        parts that are right, as models
    reached : bool
        destinations are known to be within reach
    """
    nodes = _names(data, "nodes")
    names = [*_duplicates(data, "nodes"), *_duplicates(data, "links")]
    ends = [*_loose_ends(data, nodes), *_demand(data, nodes)]
    yield from names
    yield from ends
    road, demand = values.get("road"), values.get("demand")
    if isinstance(road, Road) and not names and not ends:
        wrong_classes = list(_classes_of_roads(road))
        yield from (*_corridors(road), *wrong_classes)
        if isinstance(demand, Demand) and not wrong_classes:
            yield from _ways(values, road, demand, reached=reached)


def _ways(values: Mapping[str, Any], road: Road, demand: Demand, *, reached: bool) -> Iterator[Finding]:
    """Trips that no way is left for, by the road's bans or by a measure's."""
    fleet, heaviest_t = values.get("fleet"), dict[str, float]()
    if isinstance(fleet, Fleet):
        heaviest_t = {name: fleet.heaviest_kg(name) / KG_PER_TONNE for name in fleet.classes}
    if not reached:
        yield from _closed_in_a_season(road, demand, heaviest_t)
    for kind, one in values.get("interventions", {}).items():
        if getattr(one, "bans", ()) and hasattr(one, "changed_road"):
            for _, told in _closed_in_a_season(one.changed_road(road), demand, heaviest_t):
                yield ("interventions", kind, "bans"), told


Change = Callable[[Scenario, Mapping[str, Any]], Scenario]


ROUNDED_KM = 0.0006
"""Places are told to the metre, lengths more exactly."""
TRIED = (0.001, 0.5, 0.999)
"""Shares of a belief whose quantiles must be allowed."""


def uncertain(scenario: Scenario, change: Change) -> Iterator[tuple[str, str]]:
    """Distributions of keys that are not there, or whose range the key does not allow."""
    content = scenario.model_dump(mode="json")
    there = {key: own for key, own in scenario.uncertain.items() if _number_at(content, key) is not None}
    yield from ((key, "there is no number at this key") for key in scenario.uncertain if key not in there)
    if not all(_fits(scenario, change, values) for values in _patterns(there)):
        for key, distribution in there.items():
            yield from _too_far(scenario, change, key, distribution)


def _patterns(beliefs: Mapping[str, Distribution]) -> Iterator[dict[str, float | int]]:
    """All in the middle, and ends such that of each two keys either is low while the other is high, once."""
    low, middle, high = TRIED
    yield {key: own.value(middle) for key, own in beliefs.items()}
    for bit in range(max(len(beliefs) - 1, 1).bit_length()):
        for turned in (0, 1):
            yield {
                key: own.value(high if (number >> bit) % 2 == turned else low)
                for number, (key, own) in enumerate(beliefs.items())
            }


def _fits(scenario: Scenario, change: Change, values: Mapping[str, float | int]) -> bool:
    """Whether all these values are allowed together; if they are not, each may still be by itself."""
    try:
        change(scenario, {**values, "uncertain": {}})
    except ScenarioError:
        return False
    return True


def _too_far(scenario: Scenario, change: Change, key: str, distribution: Distribution) -> Iterator[tuple[str, str]]:
    for share in TRIED:
        value = distribution.value(share)
        try:
            change(scenario, {key: value, "uncertain": {}})
        except ScenarioError as error:
            reason = next((one.message for one in error.mistakes if one.key), str(error))
            yield key, f"its {share:.1%} quantile, {value:g}, does not fit: {reason}"
            return


def _number_at(content: Any, key: str) -> float | None:
    """The number at a dotted key."""
    for part in key.split("."):
        try:
            content = content[part] if isinstance(content, dict) else content[int(part)]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return content if isinstance(content, (int, float)) and not isinstance(content, bool) else None


def places(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Measures that stand on links that are not there, or beyond their end."""
    road, interventions = values.get("road"), values.get("interventions", {})
    if not isinstance(road, Road):
        return
    links = {link.name: link for link in road.links}
    for index, link in enumerate(road.links):
        if link.ban is not None:
            yield from _beyond(("road", "links", index, "ban"), link.ban, link)
    for kind, intervention in interventions.items():
        yield from _stations(("interventions", kind, "at"), intervention, [node.name for node in road.nodes])
        for keys, model in _models(intervention, ("interventions", kind)):
            name = getattr(model, "link", None)
            if name is None:
                continue
            if name not in links:
                yield (*keys, "link"), f"{shown(name)} is not a link; links are {', '.join(links)}"
                continue
            yield from _beyond(keys, model, links[name])
            if isinstance(ban := getattr(model, "ban", None), Ban):
                yield from _beyond((*keys, "ban"), ban, links[name])


def _stations(keys: Keys, intervention: BaseModel, nodes: list[str]) -> Iterator[Finding]:
    """Stations stand at nodes."""
    for index, name in enumerate(getattr(intervention, "at", ())):
        if name not in nodes:
            yield (*keys, index), f"{shown(name)} is not a node; nodes are {', '.join(nodes)}"


def _beyond(keys: Keys, model: BaseModel, link: Link) -> Iterator[Finding]:
    for key in ("from_km", "to_km", "at_km"):
        value = getattr(model, key, None)
        if value is not None and value > link.length_km + ROUNDED_KM:
            yield (*keys, key), f"found {value:g}, must be at most {link.length_km:g}, the length of {link.name}"
    first, last = getattr(model, "from_km", 0.0), getattr(model, "to_km", None)
    if last is not None and last <= first:
        yield (*keys, "to_km"), f"found {last:g}, must be more than from_km ({first:g})"
    if link.one_way and getattr(model, "direction", None) == "backward":
        yield (*keys, "direction"), f"{link.name} is driven forward only"


def _models(value: Any, keys: Keys, marker: type | None = None) -> Iterator[tuple[Keys, BaseModel]]:
    """All models inside a value, with their places; with a marker only where a field may hold names of its kind."""
    if isinstance(value, BaseModel):
        if marker is not None and not _may_hold(type(value), marker):
            return
        yield keys, value
        for name in type(value).model_fields:
            yield from _models(getattr(value, name), (*keys, name), marker)
    elif isinstance(value, (tuple, list)):
        for index, item in enumerate(value):
            yield from _models(item, (*keys, index), marker)


@cache
def _may_hold(kind: type[BaseModel], marker: type) -> bool:
    """Whether a model, or one inside it, has a field that holds names of a kind."""
    inner = {model for field in kind.model_fields.values() for model in _models_named(field.annotation)}
    return bool(_fields_with(kind, marker)) or any(_may_hold(model, marker) for model in inner)


def _models_named(annotation: Any) -> Iterator[type[BaseModel]]:
    """Models in a field's type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for one in get_args(annotation):
        yield from _models_named(one)


def classes(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Names of truck classes in bans and measures that are in no fleet, of classes of roads that are not the road's."""
    fleet, road = values.get("fleet"), values.get("road")
    if isinstance(fleet, Fleet):
        yield from _unknown(values, NamesTruckClass, "trucks", fleet.class_names)
    if isinstance(road, Road):
        yield from _unknown(values, NamesRoadClass, "roads", road.class_names)


def _unknown(values: Mapping[str, Any], marker: type, what: str, known: tuple[str, ...]) -> Iterator[Finding]:
    parts: list[tuple[Keys, Any]] = [((name,), values.get(name)) for name in ("road", "demand")]
    parts += [(("interventions", kind), one) for kind, one in values.get("interventions", {}).items()]
    for place, part in parts:
        for keys, model in _models(part, place, marker):
            for key in _fields_with(type(model), marker):
                value = getattr(model, key)
                for name in value if isinstance(value, (dict, tuple)) else ():
                    if name not in known:
                        yield (*keys, key), f"{shown(name)} is not a class of {what}; classes are {', '.join(known)}"


@cache
def _fields_with(kind: type[BaseModel], marker: type) -> tuple[str, ...]:
    """Fields of a model that hold names of a kind."""
    return tuple(key for key, field in kind.model_fields.items() if _has(field.annotation, marker))


def _has(annotation: Any, marker: type) -> bool:
    """Whether a field's type holds names of a kind."""
    own = any(isinstance(one, marker) for one in getattr(annotation, "__metadata__", ()))
    return own or any(_has(one, marker) for one in get_args(annotation))


def _items(data: Any, *path: str) -> list[dict[str, Any]]:
    """The mappings of a list somewhere in the raw data; nothing where its form is wrong."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return [item if isinstance(item, dict) else {} for item in data] if isinstance(data, list) else []


def _names(data: Mapping[str, Any], part: str) -> list[str]:
    """Names of nodes or links; empty where one has none."""
    return [str(item.get("name") or "") for item in _items(data, "road", part)]


def _duplicates(data: Mapping[str, Any], part: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, name in enumerate(_names(data, part)):
        if name and name in seen:
            yield ("road", part, index, "name"), f"{shown(name)} stands twice; names of {part} must differ"
        seen.add(name)


def _loose_ends(data: Mapping[str, Any], nodes: list[str]) -> Iterator[Finding]:
    for index, link in enumerate(_items(data, "road", "links")):
        for end in ("start", "end"):
            if end in link and str(link[end]) not in nodes:
                yield ("road", "links", index, end), f"{shown(link[end])} is not a node; nodes are {', '.join(nodes)}"
        if "start" in link and link.get("start") == link.get("end"):
            yield ("road", "links", index, "end"), "the link starts and ends at the same node"


def _demand(data: Mapping[str, Any], nodes: list[str]) -> Iterator[Finding]:
    classes = data.get("fleet", {}).get("classes", {}) if isinstance(data.get("fleet"), dict) else {}
    for index, flow in enumerate(_items(data, "demand", "flows")):
        path: Keys = ("demand", "flows", index)
        for end in ("origin", "destination"):
            if end in flow and str(flow[end]) not in nodes:
                yield (*path, end), f"{shown(flow[end])} is not a node; nodes are {', '.join(nodes)}"
        if "origin" in flow and flow.get("origin") == flow.get("destination"):
            yield (*path, "destination"), "the flow ends where it starts"
        trips = flow.get("trips_per_year")
        for name in trips if isinstance(trips, dict) else ():
            if isinstance(classes, dict) and classes and name not in classes:
                close = get_close_matches(str(name), list(classes), 1)
                meant = f"; is {close[0]} meant?" if close else ""
                yield (*path, "trips_per_year", name), f"fleet.classes has no {name}{meant}"


def _corridors(road: Road) -> Iterator[Finding]:
    """Parts of the road that no link joins: each has a range of numbers of trips to itself."""
    count = len(corridors(road))
    if count > MOST_CORRIDORS:
        much = f"the road has {count:,} corridors (parts that no link joins), at most {MOST_CORRIDORS:,} are possible"
        yield ("road", "links"), f"{much}: simulate them in several scenarios"


def _classes_of_roads(road: Road) -> Iterator[Finding]:
    """Classes that nobody knows, and lanes that the manual has no model for."""
    standard = {row.name: row for row in ROAD_CLASS_TABLE}
    for name, own in road.classes.items():
        if name == ALL_SEMI or not re.fullmatch(r"\w+", name):
            yield (
                ("road", "classes", name),
                f"must be of letters, digits and _, and not {ALL_SEMI}: metrics are named after it",
            )
        if name in standard:
            yield ("road", "classes", name), f"{name} is a class that every scenario has; give it another name"
        if own.like not in standard:
            yield ("road", "classes", name, "like"), f"found {shown(own.like)}, must be one of {', '.join(standard)}"
    for index, link in enumerate(road.links):
        keys: Keys = ("road", "links", index)
        if link.road_class not in road.class_names:
            known = ", ".join(road.class_names)
            yield (*keys, "road_class"), f"{shown(link.road_class)} is not a class of roads; classes are {known}"
        allowed = (4, 6, 8) if link.freeway else (2, 4)
        if link.lanes is not None and link.lanes not in allowed:
            where = "an expressway" if link.freeway else "other roads than expressways"
            most = ", ".join(map(str, allowed[:-1]))
            yield (*keys, "lanes"), f"found {link.lanes}, must be {most} or {allowed[-1]} on {where}"


def _by_season(road: Road) -> Iterator[Road]:
    """The road with the bans of each month, once where several have the same."""
    if not road.seasonal:
        yield road
        return
    seasons: dict[tuple[bool, ...], Road] = {}
    for month in range(1, MONTHS_PER_YEAR + 1):
        own = road.in_month(month)
        seasons.setdefault(tuple(link.ban is None for link in own.links), own)
    yield from seasons.values()


def _closed_in_a_season(road: Road, demand: Demand, heaviest_t: Mapping[str, float]) -> list[Finding]:
    """Of the first season in which some trips have no way."""
    found = (list(_unreachable(demand, Network(own), heaviest_t)) for own in _by_season(road))
    return next((told for told in found if told), [])


def _unreachable(demand: Demand, network: Network, heaviest_t: Mapping[str, float]) -> Iterator[Finding]:
    """At any hour: trips wait where a ban closes the only way for some. A ban above all masses stops nobody."""
    time_s = network.free_time_s.tolist()
    names = {name for flow in demand.flows for name in flow.trips_per_year}
    limits_t = [MOST if way.link.ban is None else way.link.ban.above_mass_t or 0.0 for way in network.ways]

    def closed_to(name: str, hour: int) -> frozenset[int]:
        return frozenset(way for way in closed_ways(network, name, hour) if limits_t[way] < heaviest_t.get(name, MOST))

    closed = {name: {closed_to(name, hour) for hour in range(HOURS_PER_DAY)} for name in names}
    for index, flow in enumerate(demand.flows):
        for name in flow.trips_per_year:
            ways = (least(network, flow.origin, flow.destination, time_s, own) for own in closed[name])
            if all(way is None for way in ways):
                told = f"{shown(flow.destination)} can't be reached from {shown(flow.origin)} by {name}"
                yield ("demand", "flows", index, "destination"), f"{told} without a banned road at any hour"
                break
