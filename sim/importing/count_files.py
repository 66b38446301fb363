"""What imported counts are written as: a part for scenarios, a table by hour, and a report in two languages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.importing.counts import Counts
from sim.importing.findings import Language
from sim.importing.vehicle_classes import GROUPS, Group
from sim.importing.written import as_yaml, hash_of
from sim.system.made_files import as_json

TRUCKS: tuple[Group, ...] = ("rigid", "semi")
ENOUGH = 500.0
"""Vehicles from which on a class has hours of its own: a twentieth of a day then has 25, known to a fifth. Assumption,
200 to 2,000."""


def count_files(file: Path, counts: Counts) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Content of all files by name, and the report as data."""
    report = _report(file, counts)
    rows = ["day,hour," + ",".join(GROUPS)]
    rows += [
        f"{day},{hour}," + ",".join(f"{count:g}" for count in counts.by_hour[index, hour])
        for index, day in enumerate(counts.days)
        for hour in range(24)
    ]
    files = {
        "profiles.yaml": _profiles(counts, report).encode(),
        "counts.csv": ("\n".join(rows) + "\n").encode(),
        "counts.json": as_json(report).encode(),
        "counts.md": report_text(report, "en").encode(),
        "counts.zh-CN.md": report_text(report, "zh").encode(),
    }
    return files, report


def _report(file: Path, counts: Counts) -> dict[str, Any]:
    error = counts.relative_error
    return {
        "file": file.name,
        "sha256": hash_of(file),
        "rows": counts.rows,
        "rows_without_a_time": counts.unread,
        "rows_out_of_order": counts.out_of_order,
        "classes_not_known": list(counts.unknown_classes),
        "silent_hours_by_light": counts.silent_hours,
        "hours_without_a_row": counts.hours_without_a_row,
        **counts.left_out,
        "whole_days": len(counts.days),
        "first_day": str(counts.days[0]),
        "last_day": str(counts.days[-1]),
        "aadt": round(counts.a_day, 1),
        "aadt_low": round(counts.a_day * (1.0 - 1.96 * error), 1),
        "aadt_high": round(counts.a_day * (1.0 + 1.96 * error), 1),
        "shares": {group: round(share, 5) for group, share in counts.shares.items()},
        "truck_share": None if counts.truck_share is None else round(counts.truck_share, 5),
        "speeds_kmh": {group: [round(own, 1) for own in values] for group, values in counts.speeds_kmh.items()},
    }


def _profiles(counts: Counts, report: Mapping[str, Any]) -> str:
    """Keys for `demand` and `traffic` of a scenario, with their source."""
    trucks, all_of_them = counts.hourly(TRUCKS), counts.hourly(GROUPS)
    source = {
        "basis": "derived",
        "reference": f"{report['file']}, {report['whole_days']} days from {report['first_day']}",
        "range": "as one season shows it",
    }
    demand: dict[str, Any] = {"sources": {"hourly_weights": source}}
    if any(trucks):
        demand["hourly_weights"] = _rounded(trucks)
        if min(counts.counted(group) for group in TRUCKS) >= ENOUGH:
            demand["hourly_weights"] = _rounded(counts.hourly(("rigid",)))
            demand["hourly_weights_semi"] = _rounded(counts.hourly(("semi",)))
    traffic: dict[str, Any] = {"hourly_weights": _rounded(all_of_them)}
    for groups, part in ((TRUCKS, demand), (GROUPS, traffic)):
        weekly = counts.weekly(groups)
        if weekly is not None and any(weekly):
            part["weekly_weights"] = _rounded(weekly, 1)
    known = {} if report["truck_share"] is None else {"truck_share": report["truck_share"], "demand": demand}
    content = {"aadt": report["aadt"], **known, "traffic": traffic}
    head = "# Copy into a scenario: aadt to its links, demand and traffic beside what is there"
    directions = _directions(counts)
    if directions:
        content["directions"] = directions
        head += ",\n# and the weights of a class and direction to a flow of that class alone that goes that way"
    return head + ".\n" + as_yaml(content)


def _directions(counts: Counts) -> dict[str, Any]:
    """Each direction's part of the trucks, and hours of a class of which enough were counted there."""
    columns = {group: GROUPS.index(group) for group in TRUCKS}
    all_trucks = sum(float(own[:, list(columns.values())].sum()) for own in counts.by_direction.values())
    return {
        name: {
            "share_of_trucks": round(float(own[:, list(columns.values())].sum()) / all_trucks, 4),
            **{
                group: {"hourly_weights": _rounded((own[:, column] / len(counts.days)).tolist())}
                for group, column in columns.items()
                if own[:, column].sum() >= ENOUGH
            },
        }
        for name, own in counts.by_direction.items()
        if all_trucks > 0.0
    }


def _rounded(values: Sequence[float], places: int = 2) -> list[float]:
    return [round(value, places) for value in values]


WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Imported counts",
        "rows": "{rows:,} rows, {rows_without_a_time:,} without a readable time, {rows_out_of_order:,} out of order",
        "days": "{whole_days} whole days, {first_day} to {last_day}",
        "aadt": "a day: {aadt:,.0f} vehicles ({aadt_low:,.0f} to {aadt_high:,.0f} over the year, season unknown)",
        "trucks": "trucks: {truck_share:.1%}",
        "no_classes": "trucks: not known, as nothing tells the vehicles apart",
        "silent": "{silent_hours_by_light} hours from 7 to 19 without a vehicle: was the counter out? They count as 0",
        "no_row": "{hours_without_a_row} hours of the whole days have no row; they count as 0",
        "rows_that_are_sums": "{rows_that_are_sums:,} rows that are sums over time, directions or lanes were left out",
        "rows_that_repeat": "{rows_that_repeat:,} rows that stand there twice were left out",
        "rows_of_another_time": "{rows_of_another_time:,} rows of another year were left out: was a clock reset?",
        "unknown": "classes that are not known: {names}",
        "share": "of all vehicles",
        "speed": "15th, 50th and 85th percentile of speed [km/h]",
    },
    "zh": {
        "title": "导入的交通量",
        "rows": "{rows:,} 行，{rows_without_a_time:,} 行时间无法读取，{rows_out_of_order:,} 处顺序颠倒",
        "days": "{whole_days} 个完整日，{first_day} 至 {last_day}",
        "aadt": "日交通量 {aadt:,.0f} 辆（作为年平均为 {aadt_low:,.0f} 至 {aadt_high:,.0f}，季节变化未知）",
        "trucks": "货车占 {truck_share:.1%}",
        "no_classes": "货车占比不明：文件未区分车型",
        "silent": "7 至 19 时有 {silent_hours_by_light} 小时没有车辆：设备是否中断？按 0 计",
        "no_row": "完整日中有 {hours_without_a_row} 小时没有记录，按 0 计",
        "rows_that_are_sums": "{rows_that_are_sums:,} 行为时段、方向或车道合计，未计入",
        "rows_that_repeat": "{rows_that_repeat:,} 行重复，未计入",
        "rows_of_another_time": "{rows_of_another_time:,} 行属其他年份，未计入：设备时钟是否被重置？",
        "unknown": "无法识别的车型：{names}",
        "share": "占全部车辆",
        "speed": "车速第 15、50、85 百分位 [km/h]",
    },
}


def report_text(report: Mapping[str, Any], language: Language) -> str:
    """The report for people, in Markdown."""
    words = WORDS[language]
    lines = [f"# {words['title']}: {report['file']}", ""]
    trucks = "no_classes" if report["truck_share"] is None else "trucks"
    lines += [f"- {words[name].format(**report)}" for name in ("rows", "days", "aadt", trucks)]
    if report["silent_hours_by_light"]:
        lines.append(f"- {words['silent'].format(**report)}")
    if report["hours_without_a_row"]:
        lines.append(f"- {words['no_row'].format(**report)}")
    for why in ("rows_that_are_sums", "rows_that_repeat", "rows_of_another_time"):
        if report.get(why):
            lines.append(f"- {words[why].format(**report)}")
    if report["classes_not_known"]:
        lines.append(f"- {words['unknown'].format(names=', '.join(report['classes_not_known']))}")
    lines += [f"- {group}: {share:.1%} {words['share']}" for group, share in report["shares"].items()]
    for group, values in report["speeds_kmh"].items():
        lines.append(f"- {group}: {', '.join(f'{own:.0f}' for own in values)}: {words['speed']}")
    return "\n".join([*lines, ""])
