"""Classes of vehicles by their number or name, as groups that are told apart, and which of them are sums of others.

[1] Federal Highway Administration, Traffic Monitoring Guide: 13 classes of vehicles; 4 is buses, 5 to 7 single-unit
    trucks, 8 to 13 combinations. 14 and 15 are what counters could not classify: no trucks.
"""

import re
from collections.abc import Collection
from functools import cache
from typing import Literal

Group = Literal["car", "bus", "rigid", "semi", "unclassified"]
GROUPS: tuple[Group, ...] = ("car", "bus", "rigid", "semi", "unclassified")
LAST_BUS, LAST_RIGID, LAST_SEMI = 4, 7, 13
WORDS: dict[str, Group] = {
    "小客车": "car", "小客": "car", "大客车": "bus", "大客": "bus", "小货车": "rigid", "小货": "rigid",
    "中货车": "rigid", "中货": "rigid", "大货车": "rigid", "大货": "rigid", "特大货车": "semi", "特大货": "semi",
    "集装箱车": "semi", "集装箱": "semi", "car": "car", "bus": "bus", "truck": "rigid", "rigid": "rigid",
    "semi": "semi", "articulated": "semi", "hgv": "semi", "lorry": "rigid", "trucks": "rigid", "cars": "car",
    "buses": "bus", "小型车": "car", "中小客车": "car", "coach": "bus", "van": "car", "pickup": "car", "suv": "car",
    "motorcycle": "car", "motorbike": "car", "passenger car": "car", "light vehicle": "car",
    "tractor-trailer": "semi", "tractor trailer": "semi", "semi-trailer": "semi", "semitrailer": "semi",
    "articulated truck": "semi", "artic": "semi", "road train": "semi", "single-unit truck": "rigid",
    "single unit": "rigid",
    "rigid truck": "rigid", "heavy truck": "rigid", "货车": "rigid", "客车": "car", "轿车": "car", "摩托车": "car",
    "小型货车": "rigid", "中型货车": "rigid", "大型货车": "rigid", "特大型货车": "semi", "大型客车": "bus",
    "vans": "car", "motorcycles": "car", "coaches": "bus", "lgv": "car", "hgvs": "semi", "heavy vehicles": "rigid",
    "lorries": "rigid", "semis": "semi", "semi-trailers": "semi", "pickups": "car", "light vehicles": "car",
    "heavy vehicle": "rigid", "中型车": "rigid", "大型车": "rigid", "汽车列车": "semi",
    "半挂车": "semi", "半挂": "semi", "挂车": "semi", "牵引车": "semi", "半挂牵引车": "semi", "拖挂车": "semi",
}  # fmt: skip
PREFIX = re.compile(r"^(?:class|cls|fhwa|f|类|型)[\s_-]*(?=\d)", re.IGNORECASE)
SUM = re.compile(
    r"^(?:(?:grand |sub)?total|all|sum|(?:all|total) (?:vehicles|classes)|合计|总计|小计|gesamt|summe)$", re.IGNORECASE
)
"""A class, direction or lane that is the sum of others."""
SUM_OF = re.compile(r"\b(?:sub)?total\b|合计|总计|小计|\bgesamt\b", re.IGNORECASE)
"""In the name of one that may be, as `Trucks total`: it is where its parts are there too."""


@cache
def group_of(text: str) -> Group:
    """Group of a class by its number [1] or its name; what is neither is unclassified."""
    text = text.strip()
    text = PREFIX.sub("", SUM_OF.sub("", text).strip() or text)
    if text in WORDS or text.lower() in WORDS:
        return WORDS.get(text) or WORDS[text.lower()]
    try:
        number = int(float(text))
    except (ValueError, OverflowError):
        return "unclassified"
    if not 1 <= number <= LAST_SEMI:
        return "unclassified"
    return "car" if number < LAST_BUS else "bus" if number == LAST_BUS else "rigid" if number <= LAST_RIGID else "semi"


def sums_among(names: Collection[str]) -> frozenset[str]:
    """Classes that are the sum of others among them."""
    kinds = {group_of(name) for name in names if not SUM_OF.search(name) and not SUM.match(name.strip())}
    parts = kinds | ({"rigid", "semi"} if kinds & {"rigid", "semi"} else set())
    return frozenset(
        name
        for name in names
        if SUM.match(name.strip()) or (SUM_OF.search(name) and group_of(name) in {*parts, "unclassified"})
    )
