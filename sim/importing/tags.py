"""From what is tagged on a stretch to a section's numbers, and what is assumed where nothing is.

Keys are OpenStreetMap's; numbers may carry units.
"""

import re
from dataclasses import dataclass
from typing import Literal

from sim.core.units import METRES_PER_KM, METRES_PER_MILE
from sim.core.vocabulary import RoadClass
from sim.importing.lines import Tags
from sim.inputs.road import FASTEST_KMH, SLOWEST_KMH

Basis = Literal["tagged", "inferred", "assumed"]
CLASS_BY_HIGHWAY: dict[str, RoadClass] = {
    "motorway": "expressway",
    "trunk": "national",
    "primary": "national",
    "secondary": "provincial",
}
CLASS_BY_NUMBER: dict[str, RoadClass] = {"G": "national", "S": "provincial", "X": "county", "Y": "county"}
"""First letter of the number of a Chinese road."""
CHINESE_NUMBER = re.compile(r"([GSXY])\d{3}$")
LIMIT_KMH: dict[RoadClass, float] = {"expressway": 100.0, "national": 70.0, "provincial": 60.0, "county": 40.0}
"""Assumption where none is tagged, 20 km/h more or less."""
LANE_WIDTH_M: dict[RoadClass, float] = {"expressway": 3.75, "national": 3.5, "provincial": 3.25, "county": 3.0}
"""Assumption where no width is tagged, 0.25 m more or less."""
NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph|m)?$")
LEAST_LANE_M, MOST_LANE_M = 2.5, 4.5


@dataclass(frozen=True)
class Told:
    """A number and how it is known."""

    value: float | None
    basis: Basis
    odd: str = ""
    """The text, where it names several values or none."""


NO = frozenset(
    {"", "no", "n", "f", "false", "0", "none", "-", "--", "/", "n/a", "na", "nan", "null", "否", "无", "没有", "不是"}
)
"""As maps and their exports say that something is not there."""


def is_tagged(tags: Tags, key: str) -> bool:
    """Whether something is there, of whatever kind."""
    return tags.get(key, "").strip().lower() not in NO


def road_class_of(tags: Tags, given: RoadClass | None) -> RoadClass:
    """By what is said, by a Chinese number, or by the kind of road."""
    number = CHINESE_NUMBER.match(tags.get("ref", "").replace(" ", ""))
    if given is not None or number is None:
        return given or CLASS_BY_HIGHWAY.get(tags.get("highway", "").removesuffix("_link"), "county")
    return CLASS_BY_NUMBER[number[1]]


def truck_limit_kmh(tags: Tags) -> Told:
    """The lowest of what is tagged for trucks in both directions and in one: a section has one limit for them."""
    keys = ("maxspeed:hgv", "maxspeed:hgv:forward", "maxspeed:hgv:backward")
    told = [limit_kmh(tags, key) for key in keys if key in tags]
    known = [one for one in told if one.value is not None]
    return min(known, key=lambda one: one.value or 0.0) if known else limit_kmh(tags, keys[0])


def limit_kmh(tags: Tags, *key: str) -> Told:
    """A limit by the first of these keys that is there; the lowest of several."""
    text = next((tags[own] for own in key if own in tags), None)
    if text is None:
        return Told(None, "assumed")
    parts = [NUMBER.match(part.strip()) for part in text.split(";")]
    values = [float(part[1]) * (METRES_PER_MILE / METRES_PER_KM if part[2] == "mph" else 1.0) for part in parts if part]
    values = [value for value in values if SLOWEST_KMH <= value <= FASTEST_KMH]
    odd = text if len(parts) > 1 or len(values) < len(parts) else ""
    return Told(min(values), "tagged", odd) if values else Told(None, "assumed", text)


def lane_width_m(tags: Tags) -> Told:
    """As an inventory has it, or of the carriageway's width without a metre of margins; nothing where it can't be."""
    if "lane_width_m" in tags:
        return Told(float(tags["lane_width_m"]), "tagged")
    width, lanes = NUMBER.match(tags.get("width", "")), lanes_of(tags)
    if width is None:
        return Told(None, "assumed")
    value = (float(width[1]) - 1.0) / (lanes or 2)
    return Told(round(value, 2), "inferred") if LEAST_LANE_M <= value <= MOST_LANE_M else Told(None, "assumed")


def lanes_of(tags: Tags) -> int | None:
    """Lanes that are tagged."""
    text = tags.get("lanes", "")
    return int(text) if text.isdecimal() and 0 < int(text) <= 12 else None  # noqa: PLR2004 - as wide as roads are
