"""The one table of metrics: what a run measures, in which unit, with which bounds, in which words.

A metric is a row here and a line where a run hands its numbers back (`sim/engine/accounting/metrics.py`). Tables,
intervals, targets, reports and documents read this table and hold no lists of their own.

Families stand for a metric of each member: `{road}` for a class of road (or `semi`, all semi-trailers), `{truck}` for a
class of trucks, `{mechanism}` for a mechanism of accidents, `{violation}` for a violation of habit. What an
intervention measures of itself is named after its kind and has no row; nothing is known of it but that it is a number.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import inf

ALL_SEMI = "semi"
"""In the place of a class of roads: semi-trailers on all of them."""
MILLION_VKM = "1/10⁶ vehicle-km"
RATE = "expected_accident_rate_per_million_vkm"
"""The metric by which scenarios are compared."""


class Kind(StrEnum):
    """What sort of number a metric is; it decides how runs are put together."""

    accidents = "counted accidents"
    """A Poisson number: exact limits from the sum over runs."""
    harm = "harm of counted accidents"
    """No limit can be told where no run had any."""
    events = "events"
    expected = "expected number"
    exposure = "exposure"
    time = "time"
    money = "money"
    rate = "rate"
    share = "share"
    mean = "mean"

    @property
    def grows_with_time(self) -> bool:
        """Whether twice the days give twice the number."""
        return self not in {Kind.rate, Kind.share, Kind.mean}


@dataclass(frozen=True)
class Metric:
    """A row of the table."""

    name: str
    unit: str
    kind: Kind
    en: str
    zh: str
    may_not_exist: bool = False
    """NaN where what it measures did not happen."""

    @property
    def highest(self) -> float:
        """No metric is below 0, and shares end at 1."""
        return 1.0 if self.kind is Kind.share else inf


TABLE: tuple[Metric, ...] = (
    Metric(
        "accident_rate_per_million_vkm",
        MILLION_VKM,
        Kind.accidents,
        "counted accidents per million vehicle-km",
        "百万车公里事故率（实际起数）",
        may_not_exist=True,
    ),
    Metric(
        RATE,
        MILLION_VKM,
        Kind.rate,
        "accidents per million vehicle-km",
        "百万车公里事故率",
        may_not_exist=True,
    ),
    Metric("accidents", "1", Kind.accidents, "counted accidents", "实际事故起数"),
    Metric("expected_accidents", "1", Kind.expected, "accidents", "事故起数"),
    Metric("fatal_accidents", "1", Kind.accidents, "counted fatal accidents", "实际死亡事故起数"),
    Metric("expected_fatal_accidents", "1", Kind.expected, "fatal accidents", "死亡事故起数"),
    Metric(
        "accidents_killing_3",
        "1",
        Kind.accidents,
        "counted accidents with three or more deaths",
        "实际一次死亡3人以上事故起数",
    ),
    Metric(
        "expected_accidents_killing_3",
        "1",
        Kind.expected,
        "accidents with three or more deaths",
        "一次死亡3人以上事故起数",
    ),
    Metric(
        "chance_of_accident_killing_3",
        "1",
        Kind.share,
        "chance of an accident with three or more deaths in a year",
        "一年内发生一次死亡3人以上事故的概率",
    ),
    Metric("deaths", "1", Kind.harm, "deaths in counted accidents", "实际死亡人数"),
    Metric("expected_deaths", "1", Kind.expected, "deaths", "死亡人数"),
    Metric("expected_deaths_of_others", "1", Kind.expected, "deaths outside the truck", "货车以外的死亡人数"),
    Metric("injuries", "1", Kind.harm, "injuries in counted accidents", "实际受伤人数"),
    Metric("expected_injuries", "1", Kind.expected, "injuries", "受伤人数"),
    Metric("property_loss_cny", "CNY", Kind.harm, "direct property loss, counted", "实际直接财产损失"),
    Metric("expected_property_loss_cny", "CNY", Kind.money, "direct property loss", "直接财产损失"),
    Metric("vehicle_km", "km", Kind.exposure, "vehicle-km", "行驶量"),
    Metric("vehicle_hours", "h", Kind.time, "hours on the road", "行驶时间"),
    Metric(
        "follower_delay_hours", "h", Kind.time, "hours that others lose behind trucks", "其他车辆跟在货车后损失的时间"
    ),
    Metric("followers_per_truck", "1", Kind.mean, "vehicles held up behind a truck", "货车后被压住的车辆数"),
    Metric("waiting_hours", "h", Kind.time, "hours of waiting before departure", "出发前等待时间"),
    Metric("trips", "1", Kind.events, "trips", "出行次数"),
    Metric("candidate_trips", "1", Kind.events, "trips that a banned road would shorten", "可借禁行道路抄近的出行"),
    Metric("violations", "1", Kind.events, "banned entries", "闯禁行起数"),
    Metric("compliance_rate", "1", Kind.share, "compliance with the ban", "禁行守法率", may_not_exist=True),
    Metric(
        "repeat_offence_share",
        "1",
        Kind.share,
        "banned entries by drivers who entered more than once",
        "多次闯禁行的驾驶人所占起数比例",
        may_not_exist=True,
    ),
    Metric("{violation}_trips", "1", Kind.events, "trips with {violation}", "{violation}的出行"),
    Metric("{violation}_alarms", "1", Kind.events, "alarms on {violation}, if answered", "{violation}预警次数"),
    Metric(
        "{violation}_contacts", "1", Kind.events, "drivers reached for {violation}", "因{violation}成功联系驾驶人次数"
    ),
    Metric("{violation}_given_up", "1", Kind.events, "{violation} given up on the way", "途中纠正{violation}次数"),
    Metric("ramp_captures", "1", Kind.events, "counted stops in escape ramps", "避险车道实际救停次数"),
    Metric("expected_ramp_captures", "1", Kind.expected, "stops in escape ramps", "避险车道救停次数"),
    Metric("alarms", "1", Kind.events, "alarms on banned entry", "闯禁行预警次数"),
    Metric("contacts", "1", Kind.events, "drivers reached", "成功联系驾驶人次数"),
    Metric("left_at_exit", "1", Kind.events, "left at an exit", "从出口驶离次数"),
    Metric("interceptions", "1", Kind.events, "met by a police crew", "路面拦截次数"),
    Metric(
        "mean_response_s",
        "s",
        Kind.mean,
        "from entry until the driver is reached",
        "从驶入到成功联系驾驶人的时间",
        may_not_exist=True,
    ),
    Metric(
        "operator_utilisation", "1", Kind.share, "operators' time that is busy", "坐席忙碌时间占比", may_not_exist=True
    ),
    Metric(
        "other_work_given_up",
        "1",
        Kind.events,
        "other alarms and calls that nobody had time for",
        "无人有空处理的其他报警与来电",
    ),
    Metric(
        "mean_time_to_help_min",
        "min",
        Kind.mean,
        "from an accident until help is there",
        "从事故到救援到场的时间",
        may_not_exist=True,
    ),
    Metric("closures", "1", Kind.events, "closures of the road", "道路中断次数"),
    Metric("closure_hours", "h", Kind.time, "hours of closure", "道路中断时间"),
    Metric("delay_vehicle_hours", "h", Kind.time, "hours of trucks behind accidents", "事故后货车滞留时间"),
    Metric("diverted_trips", "1", Kind.events, "trips that turned round behind an accident", "事故后绕行的出行"),
    Metric("expected_secondary_accidents", "1", Kind.expected, "secondary accidents", "二次事故起数"),
    Metric("secondary_accidents", "1", Kind.accidents, "counted secondary accidents", "实际二次事故起数"),
    Metric("cost_cny", "CNY", Kind.money, "cost of the measures", "措施费用"),
    Metric("cost_to_carriers_cny", "CNY", Kind.money, "of it, paid by carriers", "其中由运输企业承担"),
    Metric("tolls_cny", "CNY", Kind.money, "tolls of trucks", "货车通行费"),
    Metric("penalties", "1", Kind.events, "penalties for violations", "处罚起数"),
    Metric("vehicle_km_{road}", "km", Kind.exposure, "vehicle-km, {road}", "行驶量（{road}）"),
    Metric("expected_accidents_{road}", "1", Kind.expected, "accidents, {road}", "事故起数（{road}）"),
    Metric("accidents_{road}", "1", Kind.accidents, "counted accidents, {road}", "实际事故起数（{road}）"),
    Metric("truck_km_{truck}", "km", Kind.exposure, "vehicle-km by {truck}", "行驶量（{truck}）"),
    Metric("truck_expected_accidents_{truck}", "1", Kind.expected, "accidents of {truck}", "事故起数（{truck}）"),
    Metric("truck_accidents_{truck}", "1", Kind.accidents, "counted accidents of {truck}", "实际事故起数（{truck}）"),
    Metric("expected_{mechanism}", "1", Kind.expected, "accidents by {mechanism}", "事故起数（{mechanism}）"),
)
"""In the order of `summary.json` as far as it is told; a family after the metrics that are named like it."""


def road_classes(names: Iterable[str]) -> tuple[str, ...]:
    """Members of the family by class of road, `semi` among them, of which there are metrics, in their order."""
    return _members("vehicle_km_", names)


def truck_classes(names: Iterable[str]) -> tuple[str, ...]:
    """Classes of trucks of which there are metrics, in their order."""
    return _members("truck_km_", names)


def _members(prefix: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.removeprefix(prefix) for name in names if name.startswith(prefix))


@cache
def metric(name: str) -> Metric | None:
    """The row of a metric, a family's for its members; None for what interventions measure of themselves."""
    exact = next((row for row in TABLE if row.name == name), None)
    return exact or next((row for row in TABLE if _member(row, name)), None)


def _member(row: Metric, name: str) -> bool:
    """Whether a name belongs to a family."""
    if "{" not in row.name:
        return False
    pattern = re.sub(r"\\\{\w+\\\}", r"\\w+", re.escape(row.name))
    return re.fullmatch(pattern, name) is not None


def is_share(name: str) -> bool:
    """Whether a metric lies between 0 and 1."""
    row = metric(name)
    return row is not None and row.kind is Kind.share


def grows_with_time(name: str) -> bool:
    """Whether twice the days give twice the number; of what has no row, yes."""
    row = metric(name)
    return row is None or row.kind.grows_with_time


def may_not_exist(name: str) -> bool:
    """Whether a metric may be NaN."""
    row = metric(name)
    return row is not None and row.may_not_exist
