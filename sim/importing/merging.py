"""An imported road joins a network that imports made before, where their nodes meet."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sim.core.units import METRES_PER_KM
from sim.importing.findings import refused
from sim.importing.options import Place
from sim.importing.plan import Plane
from sim.importing.written import MOST_BYTES
from sim.system.files import NotAFile, read_file

NEAR_M = 50.0
"""Nodes that lie so near to each other are one."""
ROAD, GEOMETRY = "road.yaml", "geometry.geojson"


@dataclass(frozen=True)
class Network:
    """What is in the folder of an import."""

    folder: Path
    content: Mapping[str, Any]
    """The road file."""
    features: Sequence[Mapping[str, Any]]
    """Of the line, one for each section."""

    @property
    def origin(self) -> Place:
        """Longitude and latitude of the point from which its nodes are measured: where its first link begins."""
        lon, lat = self.features[0]["geometry"]["coordinates"][0][:2]
        return float(lon), float(lat)


def network_in(folder: Path) -> Network:
    """Read what an import wrote.

    Raises
    ------
    RefusedError
        if there is no imported road with places in the folder
    """
    road, geometry = _text(folder / ROAD), _text(folder / GEOMETRY)
    try:
        content, features = yaml.safe_load(road), json.loads(geometry)["features"]
        network = Network(folder, content, features)
        names = [node["name"] for node in content["nodes"]], [link["name"] for link in content["links"]]
        complete = all(names) and all(map(len, names)) and len(network.origin) > 1
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise refused(folder, f"{ROAD} and {GEOMETRY} are not as an import writes them", "R06") from error
    if not complete:
        raise refused(folder, f"{ROAD} has no nodes or links", "R06")
    return network


def _text(file: Path) -> str:
    try:
        return read_file(file, MOST_BYTES).decode()
    except (OSError, NotAFile) as error:
        raise refused(
            file,
            "can't be read: --merge wants the folder that `hairpin import road` wrote from a road with places",
            "R06",
        ) from error


def joined(file: Path, network: Network, content: Mapping[str, Any]) -> dict[str, Any]:
    """The network with another road, whose nodes are measured from the same point.

    Nodes within 50 m of the network's are the network's; others take the name of their link before their own.

    Raises
    ------
    RefusedError
        if no node meets the network, or a name is taken
    """
    old, new = network.content, content["links"]
    taken = {link["name"] for link in old["links"]} & {link["name"] for link in new}
    if taken:
        raise refused(file, f"link {min(taken)!r} is in {network.folder} already: give another --link-name", "R06")
    prefix = _common_name(new)
    called = {node["name"]: _near(node, old["nodes"]) or f"{prefix}_{node['name']}" for node in content["nodes"]}
    names = {node["name"] for node in old["nodes"]}
    if names.isdisjoint(called.values()):
        raise refused(file, _apart(network, content["nodes"]), "R06")
    added = [{**node, "name": called[node["name"]]} for node in content["nodes"] if called[node["name"]] not in names]
    links = [{**link, "start": called[link["start"]], "end": called[link["end"]]} for link in new]
    sources = {f"{key}_of_{prefix}": source for key, source in content["sources"].items()}
    return {
        "sources": {**old.get("sources", {}), **sources},
        "nodes": [*old["nodes"], *added],
        "links": [*old["links"], *links],
    }


def _common_name(links: Sequence[Mapping[str, Any]]) -> str:
    """Of one link its own, of several what is before their numbers."""
    first = str(links[0]["name"])
    return first if len(links) == 1 else first.removesuffix("_1")


def _distance_m(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    east_km, north_km = one["x_km"] - other["x_km"], one["y_km"] - other["y_km"]
    return float(METRES_PER_KM * hypot(east_km, north_km))


def _near(node: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> str | None:
    nearest = min(others, key=lambda other: _distance_m(node, other))
    return str(nearest["name"]) if _distance_m(node, nearest) <= NEAR_M else None


def _apart(network: Network, nodes: Sequence[Mapping[str, Any]]) -> str:
    """How far the road is from the network's nodes, and where it meets one of its links instead."""
    pairs = [(_distance_m(node, other), node, other) for node in nodes for other in network.content["nodes"]]
    distance, node, other = min(pairs, key=lambda pair: pair[0])
    message = (
        f"no node of it lies within {NEAR_M:.0f} m of a node of {network.folder}: the nearest are its "
        f"{node['name']} and {other['name']}, {distance:,.0f} m apart"
    )
    met = _met(network, nodes)
    if met is None:
        return message
    link, km = met
    return (
        f"{message}. It meets link {link!r} at km {km:.2f}: import that road in two parts, once with --to-km {km:.2f} "
        f"and once with --from-km {km:.2f}"
    )


def _met(network: Network, nodes: Sequence[Mapping[str, Any]]) -> tuple[str, float] | None:
    """The link and kilometre on whose line a node lies, by the points of its sections; None if none does."""
    plane, found = Plane(*network.origin), []
    for feature in network.features:
        own, places = feature["properties"], np.array([place[:2] for place in feature["geometry"]["coordinates"]])
        x_m, y_m = plane.metres(places[:, 0], places[:, 1])
        for node in nodes:
            away_m = np.hypot(x_m - METRES_PER_KM * node["x_km"], y_m - METRES_PER_KM * node["y_km"])
            nearest = int(np.argmin(away_m))
            km = own["from_km"] + nearest / max(len(away_m) - 1, 1) * (own["to_km"] - own["from_km"])
            found.append((float(away_m[nearest]), str(own["link"]), float(km)))
    distance, link, km = min(found)
    return (link, km) if distance <= NEAR_M else None
