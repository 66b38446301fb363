"""What imported accidents are written as: one row an accident, one a section, and a report in two languages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.core.units import DAYS_PER_YEAR, VKM_PER_MILLION, Floats, Ints
from sim.importing.accidents import MOST_NAMED, Accident, Records
from sim.importing.findings import Language
from sim.importing.observed import targets_of, targets_text
from sim.importing.sites import Fit, Site, counts_of, fit, located, predicted
from sim.importing.written import hash_of
from sim.system.made_files import as_json

ADVISED = 100
"""Accidents a year that the Highway Safety Manual asks for in a calibration, as told in Transportation Research Record
2515 (2015), 94-103."""


@dataclass(frozen=True, eq=False)
class Counted:
    """Records of an import, chosen, with the sections that they lie in."""

    file: Path
    records: Records
    accidents: Sequence[Accident]
    sites: Sequence[Site]
    years: tuple[int, ...]
    assumed: Mapping[str, float]
    only: Mapping[str, str] = field(default_factory=dict)
    """Columns and texts by which records were chosen."""

    @cached_property
    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame, Fit | None]:
        """Accidents, sections, and how counts compare with predictions."""
        ends, places = located(self.accidents, self.sites)
        counts = counts_of(self.accidents, places, len(self.sites), self.years)
        predictions = predicted(self.sites, len(self.years), self.assumed)
        along = sorted(range(len(self.sites)), key=lambda place: (self.sites[place].route, self.sites[place].low))
        found = fit(counts.sum(axis=1), predictions, along)
        rows = pd.DataFrame([vars(accident) for accident in self.accidents])
        if self.sites:
            rows["where"] = ends
        return rows, _section_rows(self, counts, predictions, found), found


def _section_rows(counted: Counted, counts: Ints, predictions: Floats, found: Fit | None) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "route": [site.route for site in counted.sites],
            "from": [site.low for site in counted.sites],
            "to": [site.high for site in counted.sites],
            "length_km": [round(site.length_km, 4) for site in counted.sites],
            "aadt": [site.aadt for site in counted.sites],
        }
    )
    for column, year in enumerate(counted.years):
        rows[str(year)] = counts[:, column]
    rows["counted"] = counts.sum(axis=1)
    rows["predicted"] = predictions.round(3)
    unknown = np.full(len(rows), np.nan)
    rows["expected"] = unknown if found is None else found.expected.round(3)
    rows["excess"] = unknown if found is None else found.excess.round(3)
    rows["cumulative_residual"] = unknown if found is None else found.residuals.round(3) + 0.0
    rows["cumulative_limit"] = unknown if found is None else found.residual_limits.round(3)
    return rows


def accident_files(counted: Counted) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Content of all files by name, and the report as data."""
    accidents, sections, found = counted.tables
    report = _report(counted, accidents, sections, found)
    files = {"accidents.csv": accidents.to_csv(index=False).encode()}
    studied = [own for own in _placed(counted, accidents) if own.year in counted.years]
    if studied:
        targets = targets_of(studied, len(counted.years), found, counted.file)
        files["observed.yaml"] = targets_text(targets).encode()
        report["targets"] = {row["name"]: row["value"] for row in targets}
    if counted.sites:
        files["sections.csv"] = sections.to_csv(index=False).encode()
    files |= {
        "accidents.json": as_json(report).encode(),
        "accidents.md": report_text(report, "en").encode(),
        "accidents.zh-CN.md": report_text(report, "zh").encode(),
    }
    return files, report


def _placed(counted: Counted, accidents: pd.DataFrame) -> list[Accident]:
    """Those in a section; all where no sections are given."""
    where = accidents["where"] if "where" in accidents else ["located"] * len(accidents)
    return [own for own, place in zip(counted.accidents, where, strict=True) if place in {"located", "ambiguous"}]


def _report(counted: Counted, accidents: pd.DataFrame, sections: pd.DataFrame, found: Fit | None) -> dict[str, Any]:
    records = counted.records
    by_year = Counter(accident.year for accident in counted.accidents)
    known = sorted({*counted.years, *(year for year in by_year if year is not None)})
    same = [list(lines) for lines in records.same_rows]
    return {
        "file": counted.file.name,
        "sha256": hash_of(counted.file),
        "layout": records.layout,
        "columns": dict(records.columns),
        "rows": records.rows,
        "only": dict(counted.only),
        "accidents": len(records.accidents),
        "chosen": len(counted.accidents),
        "rows_that_are_the_same": same,
        "posts": {code: records.post_codes.get(code, 0) for code in ("known", "none", "unknown")},
        "without_coordinates": sum(accident.lat_deg is None for accident in counted.accidents),
        "without_hour": sum(accident.hour is None for accident in counted.accidents),
        "by_year": {str(year): by_year[year] for year in known},
        "studied_years": list(counted.years),
        "undated": by_year.get(None, 0),
        "where": dict(Counter(accidents["where"])) if "where" in accidents else None,
        "sections": _of_sections(counted, sections, found),
    }


def _rate(counted: "pd.Series[int]", million_vkm: "pd.Series[float]") -> float | None:
    """Over sections whose traffic is known; none where it is of none."""
    known = million_vkm > 0.0
    return round(float(counted[known].sum() / million_vkm[known].sum()), 4) if known.any() else None


def _of_sections(counted: Counted, sections: pd.DataFrame, found: Fit | None) -> dict[str, Any] | None:
    """Rates, the calibration factor, and the sections with more than alike ones."""
    if not counted.sites:
        return None
    million_vkm = sections["aadt"] * sections["length_km"] * DAYS_PER_YEAR * len(counted.years) / VKM_PER_MILLION
    content: dict[str, Any] = {
        "count": len(sections),
        "counted": int(sections["counted"].sum()),
        "million_vehicle_km": round(float(million_vkm.sum()), 2),
        "per_million_vehicle_km": _rate(sections["counted"], million_vkm),
        "assumed": dict(counted.assumed),
        "calibration": None,
    }
    if found is None:
        return content
    worst = sections.sort_values("excess", ascending=False, kind="stable").head(MOST_NAMED // 2)
    interval = found.factor
    content["calibration"] = {
        "counted": found.counted,
        "predicted": round(found.predicted, 2),
        "factor": {"estimate": interval.estimate, "low": interval.low, "high": interval.high},
        "overdispersion": found.overdispersion,
        "a_year": found.counted / len(counted.years),
        "residuals_beyond_chance": found.outside,
    }
    columns = ["route", "from", "to", "counted", "predicted", "expected", "excess"]
    content["most_above_alike_ones"] = worst[columns].dropna().to_dict("records")
    return content


WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Imported accidents",
        "rows": "{rows:,} rows, {accidents:,} accidents, {chosen:,} of them chosen",
        "same": "{count} pairs of rows are the same to the letter, in lines {lines}; they are counted",
        "posts": "places along a route: {known:,} known, {none:,} none, {unknown:,} unknown",
        "blind": "{without_coordinates:,} without coordinates, {without_hour:,} without an hour, {undated:,} undated",
        "by_year": "By year",
        "studied": "studied: {first} to {last}, whole years; if records begin or end within one, or one is no part of "
        "the study, say --years",
        "where": "Where they lie",
        "located": "in one section",
        "outside": "in none of the sections",
        "ambiguous": "in several (the first counts)",
        "unlocated": "no place along a route",
        "rate": "{counted:,} in {count} sections, {per_million_vehicle_km:.2f} a million vehicle-km",
        "no_rate": "{counted:,} in {count} sections, whose traffic is not known (a column aadt): no rate",
        "factor": "counted over predicted: {estimate:.2f} ({low:.2f} to {high:.2f}), two-lane rural sections",
        "walk": "counted less predicted, added up along the road (residuals.svg): beyond what chance makes of it at "
        "{share:.0%} of the sections, about 5% is right",
        "use": "in a scenario: risk: {{calibration_factor: {estimate:.2f}}}",
        "few": "fewer than 100 a year: the manual advises more, so read the interval",
        "worst": "Sections with more than alike ones have (Empirical Bayes)",
        "table": "route | from | to | counted | expected here | more than alike ones",
        "targets": "Targets for `hairpin calibrate` (observed.yaml), in {years} years",
        "theirs": "the model has trucks' accidents only: choose theirs with --only COLUMN=TEXT",
    },
    "zh": {
        "title": "导入的事故记录",
        "rows": "{rows:,} 行，{accidents:,} 起事故，选用 {chosen:,} 起",
        "same": "{count} 组完全相同的行，行号 {lines}；仍计入",
        "posts": "桩号：已知 {known:,}，无 {none:,}，不明 {unknown:,}",
        "blind": "无坐标 {without_coordinates:,}，无时刻 {without_hour:,}，无日期 {undated:,}",
        "by_year": "按年",
        "studied": "研究期：{first} 至 {last} 年，按整年计；若记录不足整年或含无关年份，请用 --years 指定",
        "where": "位置",
        "located": "落在一个路段",
        "outside": "不在任何路段",
        "ambiguous": "落在多个路段（计入第一个）",
        "unlocated": "无桩号",
        "rate": "{count} 个路段 {counted:,} 起，每百万车公里 {per_million_vehicle_km:.2f} 起",
        "no_rate": "{count} 个路段 {counted:,} 起；交通量未知（aadt 列）：无法计算事故率",
        "factor": "实际与预测之比：{estimate:.2f}（{low:.2f} 至 {high:.2f}），双车道公路路段",
        "walk": "沿路累计的实际与预测之差（residuals.svg）：{share:.0%} 的路段超出随机波动范围，约 5% 为宜",
        "use": "在方案中填写：risk: {{calibration_factor: {estimate:.2f}}}",
        "few": "每年少于 100 起：手册建议更多，请看区间",
        "worst": "高于同类路段的路段（经验贝叶斯）",
        "table": "路线 | 起 | 止 | 实际 | 此处期望 | 高出同类",
        "targets": "供 `hairpin calibrate` 使用的目标值（observed.yaml），{years} 年合计",
        "theirs": "模型只含货车事故：请用 --only 列=文字 只选货车事故",
    },
}


def report_text(report: Mapping[str, Any], language: Language) -> str:
    """The report for people, in Markdown."""
    words = WORDS[language]
    same = report["rows_that_are_the_same"]
    lines = [f"# {words['title']}: {report['file']}", "", f"- {words['rows'].format(**report)}"]
    if same:
        named = ", ".join("=".join(map(str, own)) for own in same[:MOST_NAMED])
        lines.append(f"- {words['same'].format(count=len(same), lines=named)}")
    lines += [f"- {words['posts'].format(**report['posts'])}", f"- {words['blind'].format(**report)}", ""]
    lines += [f"## {words['by_year']}", "", *(f"- {year}: {count:,}" for year, count in report["by_year"].items()), ""]
    if report["studied_years"]:
        first, last = report["studied_years"][0], report["studied_years"][-1]
        lines += [f"- {words['studied'].format(first=first, last=last)}", ""]
    if report["where"] is not None:
        lines += [f"## {words['where']}", ""]
        lines += [f"- {words[where]}: {count:,}" for where, count in report["where"].items()]
        rate = "rate" if report["sections"]["per_million_vehicle_km"] is not None else "no_rate"
        lines += [f"- {words[rate].format(**report['sections'])}"]
        lines += _calibration_lines(report["sections"], words)
    if "targets" in report:
        lines += ["", f"## {words['targets'].format(years=len(report['studied_years']))}", ""]
        lines += [f"- {name}: {value:,}" for name, value in report["targets"].items()]
        lines += [f"- {words['theirs']}"] if not report["only"] else []
    return "\n".join([*lines, ""])


def _calibration_lines(sections: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    calibration = sections["calibration"]
    if calibration is None:
        return []
    lines = [
        f"- {words['factor'].format(**calibration['factor'])}",
        f"- {words['walk'].format(share=calibration['residuals_beyond_chance'])}",
        f"- {words['use'].format(**calibration['factor'])}",
    ]
    lines += [f"- {words['few']}"] if calibration["a_year"] < ADVISED else []
    lines += ["", f"## {words['worst']}", "", f"| {words['table']} |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {row['route']} | {row['from']:.3f} | {row['to']:.3f} | {row['counted']} | {row['expected']:.1f} | "
        f"{row['excess']:+.1f} |"
        for row in sections["most_above_alike_ones"]
    ]
    return lines
