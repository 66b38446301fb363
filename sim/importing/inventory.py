"""What a road's inventory knows of its sections beside the alignment: traffic, widths, roadside."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sim.importing.findings import refused
from sim.importing.lines import Tags
from sim.importing.table import Row, Table, cell, number_of, unit_m
from sim.inputs.road import Section

NAMES: dict[str, tuple[str, ...]] = {
    "aadt": (
        "aadt", "adt", "aadt_veh", "aadt_veh/day", "aadt_veh/d", "traffic", "交通量", "日交通量", "年平均日交通量",
    ),
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
LANES = {
    "eight": 8, "six": 6, "five": 5, "four": 4, "three": 3, "two": 2, "one": 1, "single": 1,
    "八": 8, "六": 6, "五": 5, "四": 4, "三": 3, "两": 2, "二": 2, "单车道": 1, "一": 1, "双": 2,
}  # fmt: skip
PAIR = re.compile(r"(\d)\s*[x×*]\s*(\d)")
"""2x2: two in each direction."""
ONE_WAY, LEVEL = "单向", "级"
TILT, LEAST_TILT_PCT = "superelevation_pct", 0.2
"""A smaller one is a fraction: assumption, 0.15 to 0.5."""
MOST_LANES = 12.0
"""As maps may tag."""

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
        value = _lanes(text) if name == "lanes" else number_of(text.rstrip("%％ ") if name == TILT else text)
        if value is None:
            raise refused(place, f"{columns[name]}: found {text!r}, must be a number")
        numbers[name] = value * (unit_m(columns[name], metre) if name in WIDTHS else 1.0)
    section_of(place, 1.0, {name: numbers[name] for name in OF_SECTION if name in numbers}, columns)
    for name, most in ((AADT, MOST_A_DAY), ("lanes", MOST_LANES)):
        if not 0.0 < numbers.get(name, 1.0) <= most:
            raise refused(place, f"{columns[name]} is {cell(row, columns, name)}, must be above 0 and at most {most:g}")
    if 0.0 < abs(numbers.get(TILT, 0.0)) < LEAST_TILT_PCT:
        raise refused(place, f"{columns[TILT]} is {numbers[TILT]:g}: a fraction? It must be percent, 6 for 0.06")
    return found | {name: f"{value:g}" for name, value in numbers.items()}


def _lanes(text: str) -> float | None:
    """Lanes of both directions, in digits or in words: 2, two lanes, 双向四车道, 2x2; one direction's count twice."""
    pair = PAIR.fullmatch(text.strip())
    if pair is not None:
        return float(pair[1]) * float(pair[2])
    digits = re.search(r"\d+", text)
    words = (float(count) for word, count in LANES.items() if word in text.lower())
    count = float(digits[0]) if digits is not None and LEVEL not in text else next(words, None)
    return count if count is None or ONE_WAY not in text else 2.0 * count


def numbers_of(tags: Tags) -> dict[str, float | int]:
    """Numbers that a section takes as they are."""
    found: dict[str, float | int] = {name: float(tags[name]) for name in OF_SECTION if name in tags}
    if "roadside_hazard" in found:
        found["roadside_hazard"] = round(found["roadside_hazard"])
    return found


def section_of(
    place: str, length_km: float, numbers: Mapping[str, float], columns: Mapping[str, str] | None = None
) -> Section:
    """A section of the scenario format for the prediction; its length is brought into what the format allows.

    Raises
    ------
    RefusedError
        if no section may have such numbers; told with the column's name where columns are given
    """
    given: dict[str, Any] = dict(numbers)
    try:
        return Section(length_km=min(max(length_km, LEAST_LENGTH_KM), MOST_LENGTH_KM), speed_limit_kmh=60.0, **given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or ", ".join(numbers)
        told = (columns or {}).get(name, name)
        value = f" is {numbers[name]:g}" if name in numbers else ""
        raise refused(place, f"{told}{value}: {first['msg'].replace('Input should be', 'must be')}") from error
