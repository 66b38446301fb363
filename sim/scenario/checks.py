"""What pydantic can't see: references between parts, duplicate names, destinations that can't be reached."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from pydantic import BaseModel

from sim.draws import MOST_CORRIDORS
from sim.parameters import TRUCK_CLASSES
from sim.road import Link, Network, Road, corridors
from sim.scenario.document import Keys
from sim.scenario.mistakes import shown
from sim.scenario.model import Scenario

Finding = tuple[Keys, str]
NOON_AND_MIDNIGHT = (0.0, 6.0, 12.0, 18.0)


def findings(data: dict[str, Any], road: Road | None) -> Iterator[Finding]:
    """All mistakes between the parts of a merged scenario; `road` where it could be built."""
    nodes = _names(data, "nodes")
    yield from _duplicates(data, "nodes")
    yield from _duplicates(data, "links")
    yield from _loose_ends(data, nodes)
    yield from _demand(data, nodes)
    if road is not None and not any(_loose_ends(data, nodes)) and not any(_demand(data, nodes)):
        yield from _corridors(road)
        yield from _unreachable(data, Network(road))


def uncertain(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Distributions of keys that are not there, or whose range the key does not allow."""
    content = scenario.model_dump(mode="json")
    for key, distribution in scenario.uncertain.items():
        found = _number_at(content, key)
        if found is None:
            yield key, "there is no number at this key"
            continue
        for share in (0.001, 0.5, 0.999):
            value = float(distribution.quantile(np.array(share)))
            try:
                scenario.changed({key: value, "uncertain": {}})
            except ValueError as error:
                reason = str(error).splitlines()[2:3] or [str(error)]
                yield key, f"its {share:.1%} quantile, {value:g}, does not fit: {reason[0].strip()}"
                break


def _number_at(content: Any, key: str) -> float | None:
    """The number at a dotted key."""
    for part in key.split("."):
        try:
            content = content[part] if isinstance(content, dict) else content[int(part)]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return content if isinstance(content, (int, float)) and not isinstance(content, bool) else None


def places(interventions: dict[str, BaseModel], road: Road) -> Iterator[Finding]:
    """Measures that stand on links that are not there, or beyond their end."""
    links = {link.name: link for link in road.links}
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


def _stations(keys: Keys, intervention: BaseModel, nodes: list[str]) -> Iterator[Finding]:
    """Stations stand at nodes."""
    for index, name in enumerate(getattr(intervention, "at", ())):
        if name not in nodes:
            yield (*keys, index), f"{shown(name)} is not a node; nodes are {', '.join(nodes)}"


def _beyond(keys: Keys, model: BaseModel, link: Link) -> Iterator[Finding]:
    for key in ("from_km", "to_km", "at_km"):
        value = getattr(model, key, None)
        if value is not None and value > link.length_km + 1e-9:
            yield (*keys, key), f"found {value:g}, must be at most {link.length_km:g}, the length of {link.name}"
    first, last = getattr(model, "from_km", 0.0), getattr(model, "to_km", None)
    if last is not None and last <= first:
        yield (*keys, "to_km"), f"found {last:g}, must be more than from_km ({first:g})"
    if link.one_way and getattr(model, "direction", None) == "backward":
        yield (*keys, "direction"), f"{link.name} is driven forward only"


def _models(value: Any, keys: Keys) -> Iterator[tuple[Keys, BaseModel]]:
    """All models inside a value, with their places."""
    if isinstance(value, BaseModel):
        yield keys, value
        for name in type(value).model_fields:
            yield from _models(getattr(value, name), (*keys, name))
    elif isinstance(value, (tuple, list)):
        for index, item in enumerate(value):
            yield from _models(item, (*keys, index))


def _items(data: Any, *path: str) -> list[dict[str, Any]]:
    """The mappings of a list somewhere in the raw data; nothing where its form is wrong."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return [item if isinstance(item, dict) else {} for item in data] if isinstance(data, list) else []


def _names(data: dict[str, Any], part: str) -> list[str]:
    return [str(item.get("name")) for item in _items(data, "road", part)]


def _duplicates(data: dict[str, Any], part: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, name in enumerate(_names(data, part)):
        if name in seen:
            yield ("road", part, index, "name"), f"{shown(name)} stands twice; names of {part} must differ"
        seen.add(name)


def _loose_ends(data: dict[str, Any], nodes: list[str]) -> Iterator[Finding]:
    for index, link in enumerate(_items(data, "road", "links")):
        for end in ("start", "end"):
            if end in link and str(link[end]) not in nodes:
                yield ("road", "links", index, end), f"{shown(link[end])} is not a node; nodes are {', '.join(nodes)}"
        if "start" in link and link.get("start") == link.get("end"):
            yield ("road", "links", index, "end"), "the link starts and ends at the same node"


def _demand(data: dict[str, Any], nodes: list[str]) -> Iterator[Finding]:
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
            if name in TRUCK_CLASSES and isinstance(classes, dict) and name not in classes:
                yield (*path, "trips_per_year", name), f"fleet.classes has no {name}"


def _corridors(road: Road) -> Iterator[Finding]:
    """Parts of the road that no link joins: each has a range of numbers of trips to itself."""
    count = len(corridors(road))
    if count > MOST_CORRIDORS:
        much = f"the road has {count:,} corridors (parts that no link joins), at most {MOST_CORRIDORS:,} are possible"
        yield ("road", "links"), f"{much}: simulate them in several scenarios"


def _unreachable(data: dict[str, Any], network: Network) -> Iterator[Finding]:
    for index, flow in enumerate(_items(data, "demand", "flows")):
        trips = flow.get("trips_per_year")
        for name in trips if isinstance(trips, dict) else ():
            if name in TRUCK_CLASSES and not _reachable(network, flow, name):
                way = f"{shown(flow['destination'])} can't be reached from {shown(flow['origin'])} by {name}"
                yield ("demand", "flows", index, "destination"), f"{way} without a banned road"
                break


def _reachable(network: Network, flow: dict[str, Any], truck_class: Any) -> bool:
    return all(
        network.cheapest(
            str(flow["origin"]),
            str(flow["destination"]),
            truck_class,
            value_of_time_cny_h=1.0,
            distance_cost_cny_km=1.0,
            obey_bans=True,
            hour=hour,
        )
        is not None
        for hour in NOON_AND_MIDNIGHT
    )
