"""What a road's inventory knows of its sections beside the alignment: traffic, widths, roadside."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sim.core.units import METRES_PER_FOOT
from sim.importing.findings import refused
from sim.importing.lines import Tags
from sim.importing.table import Row, Table, cell, number_of, plain_name
from sim.inputs.road import Section

NAMES: dict[str, tuple[str, ...]] = {
    "aadt": ("aadt", "adt", "aadt_veh", "traffic", "交通量", "日交通量", "年平均日交通量"),
    "lane_width_m": (
        "lane_width_m", "lane_width", "lane width", "lane width_m", "lane width_ft", "车道宽度", "车道宽度_m",
    ),
    "shoulder_width_m": (
        "shoulder_width_m", "shoulder_width", "shoulder width", "shoulder width_m", "shoulder width_ft", "路肩宽度",
        "路肩宽度_m",
    ),
    "roadside_hazard": ("roadside_hazard", "roadside hazard", "rhr", "roadside_hazard_rating", "路侧危险等级"),
    "driveways_per_km": ("driveways_per_km", "driveways_km", "接入口密度"),
    "superelevation_pct": ("superelevation_pct", "superelevation", "superelevation_%", "超高", "超高_pct", "超高_%"),
    "lanes": ("lanes", "number of lanes", "num_lanes", "车道数"),
    "tunnel": ("tunnel", "隧道"),
}  # fmt: skip
"""Columns as they are called, by what they hold; numbers that a section takes have the section's names."""
OF_SECTION = (
    "lane_width_m", "shoulder_width_m", "roadside_hazard", "driveways_per_km", "superelevation_pct",
)  # fmt: skip
WIDTHS = ("lane_width_m", "shoulder_width_m")
AADT, MOST_A_DAY = "aadt", 200_000.0
WORDS = ("tunnel",)
LANES = {"eight": 8, "six": 6, "four": 4, "two": 2, "八": 8, "六": 6, "四": 4, "两": 2, "二": 2, "双": 2}

LEAST_LENGTH_KM, MOST_LENGTH_KM = 0.01, 50.0
"""Of a section in the scenario format."""


def tags_of(table: Table, row: Row, columns: Mapping[str, str], metre: float) -> dict[str, str]:
    """What a row tells, as tags; widths in metres.

    Raises
    ------
    RefusedError
        if a cell is no number, or no section may have such a one
    """
    found: dict[str, str] = {name: cell(row, columns, name) for name in WORDS if cell(row, columns, name)}
    numbers: dict[str, float] = {}
    place = f"{table.file}:{row[0]}"
    for name in (own for own in NAMES if own not in WORDS):
        text = cell(row, columns, name)
        if not text:
            continue
        value = _lanes(text) if name == "lanes" else number_of(text)
        if value is None:
            raise refused(place, f"{columns[name]}: found {text!r}, must be a number")
        numbers[name] = value * (_unit_m(columns[name], metre) if name in WIDTHS else 1.0)
    section_of(place, 1.0, {name: numbers[name] for name in OF_SECTION if name in numbers})
    if not 0.0 < numbers.get(AADT, 1.0) <= MOST_A_DAY:
        raise refused(place, f"{columns[AADT]} is {numbers[AADT]:g}, must be above 0 and at most {MOST_A_DAY:g}")
    return found | {name: f"{value:g}" for name, value in numbers.items()}


def _lanes(text: str) -> float | None:
    """A number of lanes, in digits or in words: 2, two lanes, 双向四车道."""
    found = re.search(r"\d+", text)
    if found is not None:
        return float(found[0])
    return next((float(count) for word, count in LANES.items() if word in text.lower()), None)


def _unit_m(column: str, metre: float) -> float:
    """What a column's name says goes before what is said of the file."""
    name = plain_name(column)
    return 1.0 if name.endswith("_m") else METRES_PER_FOOT if name.endswith("_ft") else metre


def numbers_of(tags: Tags) -> dict[str, float | int]:
    """Numbers that a section takes as they are."""
    found: dict[str, float | int] = {name: float(tags[name]) for name in OF_SECTION if name in tags}
    if "roadside_hazard" in found:
        found["roadside_hazard"] = round(found["roadside_hazard"])
    return found


def section_of(place: str, length_km: float, numbers: Mapping[str, float]) -> Section:
    """A section of the scenario format for the prediction; its length is brought into what the format allows.

    Raises
    ------
    RefusedError
        if no section may have such numbers
    """
    given: dict[str, Any] = dict(numbers)
    try:
        return Section(length_km=min(max(length_km, LEAST_LENGTH_KM), MOST_LENGTH_KM), speed_limit_kmh=60.0, **given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or ", ".join(numbers)
        raise refused(place, f"{name}: {first['msg']}") from error
