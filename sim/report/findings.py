"""What each chart shows, in a sentence: for those who can't see it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from sim.charts.basic import monthly_rows
from sim.report.words import LANGUAGES, parameter_word, word
from sim.units import DAYS_PER_YEAR, Floats


def _in(language: str, english: str, chinese: str) -> str:
    return (english, chinese)[LANGUAGES.index(language)]


def parts(shapley: Sequence[tuple[str, float, float | None, float | None]], language: str) -> str:
    """The part that adds most, where its interval is above all others'."""
    first, value, low, _ = shapley[0]
    others = [high if high is not None else other for _, other, _, high in shapley[1:]]
    if low is None or low <= max(others, default=0.0):
        return _in(
            language,
            f"Which of the programme's {len(shapley)} parts adds most can't be told: their intervals overlap.",
            f"项目的 {len(shapley)} 个部分中哪一部分贡献最大无法判断：区间相互重叠。",
        )
    return _in(
        language,
        f"Of the programme's {len(shapley)} parts, {first} add most: {value:.1f} accidents avoided in a year.",
        f"项目的 {len(shapley)} 个部分中，{first}贡献最大：一年避免 {value:.1f} 起事故。",
    )


def horizon(scenario: Mapping[str, Any], language: str) -> str:
    """What was simulated, and what was made of it where that is no year."""
    days, start = int(scenario["days"]), date.fromisoformat(str(scenario["start_date"]))
    end = start + timedelta(days=days)
    if days == DAYS_PER_YEAR or (end.year, end.month, end.day) == (start.year + 1, start.month, start.day):
        return _in(language, f"Simulated: a year from {start}.", f"模拟期：{start} 起一年。")
    text = _in(language, f"Simulated: {days} day{'s' * (days > 1)} from {start}", f"模拟期：{start} 起 {days} 天")
    if days < DAYS_PER_YEAR:
        more = " only; yearly numbers are scaled up from them as if the whole year were like these days."
        return text + _in(language, more, "；一年的数字按此放大，假定全年与这些天相同。")
    return text + _in(language, "; yearly numbers are those of an average year.", "；一年的数字按平均一年折算。")


def months(monthly: pd.DataFrame, pair: Sequence[str], language: str) -> str:
    """Compliance and accident rate in the last month, without and with."""
    rows = monthly_rows(monthly[monthly["scenario"].isin(pair)])
    last = [rows[rows["scenario"] == name].iloc[-1] for name in pair]
    (before, after), month = ([f"{row.compliance_pct:.1f}" for row in last], last[0].month)
    low, high = (f"{row.accident_rate:.2f}" for row in last)
    return _in(
        language,
        f"In {month} compliance is {before} % without and {after} % with the programme, the expected accident rate "
        f"{low} and {high} per million vehicle-km.",
        f"{month} 守法率：无项目 {before}%，有项目 {after}%；期望事故率每百万车公里 {low} 起与 {high} 起。",
    )


def strip(ends_km: Floats, risk: Mapping[str, Floats], language: str) -> str:
    """Where most accidents are expected, and how many there with the programme where its road is the same."""
    before, *with_it = risk.values()
    worst = int(np.argmax(before))
    place = f"{ends_km[worst]:.1f}–{ends_km[worst + 1]:.1f}"
    english = f"Most accidents are expected at km {place}: {before[worst]:.2f} per km without"
    chinese = f"期望事故最多处在 {place} km：每公里无项目 {before[worst]:.2f} 起"
    for after in with_it:
        english, chinese = f"{english}, {after[worst]:.2f} with it", f"{chinese}，有项目 {after[worst]:.2f} 起"
    return _in(language, f"{english}.", f"{chinese}。")


def network(risk: Mapping[str, float], language: str) -> str:
    """The link with most expected accidents a km."""
    link = max(risk, key=lambda name: risk[name])
    return _in(
        language,
        f"Of {len(risk)} links, {link} has most expected accidents per km: {risk[link]:.2f}.",
        f"{len(risk)} 段道路中，{link} 每公里期望事故最多：{risk[link]:.2f} 起。",
    )


def funnel(steps: Sequence[tuple[str, float]], language: str) -> str:
    """How many of the banned entries come to each step."""
    told = (f"{word(step, language)} {value:,.0f}" for step, value in steps)
    return _in(language, "In a run: ", "每次模拟：") + _in(language, ", ", "，").join(told) + _in(language, ".", "。")


def load(hourly: pd.DataFrame, language: str) -> str:
    """The busiest hour."""
    own = hourly.groupby("hour")[["operators", "busy_operators"]].mean()
    if not own["operators"].sum():
        return _in(language, "There are no operators.", "没有接线员。")
    share = own["busy_operators"] / own["operators"].where(own["operators"] > 0.0)
    hour = int(share.argmax())
    return _in(
        language,
        f"Operators are busiest from {hour} to {hour + 1} h, {share.max():.0%} of their time.",
        f"接线员最忙在 {hour} 至 {hour + 1} 时，占在岗时间的 {share.max():.0%}。",
    )


def tornado(table: pd.DataFrame, language: str) -> str:
    """What drives the answer most."""
    first = [parameter_word(str(key), language) for key in table["parameter"].head(2)]
    return _in(
        language,
        f"The answer depends most on {' and then on '.join(first)}.",
        f"对结论影响最大的是{'，其次是'.join(first)}。",
    )
