"""What each chart shows, in a sentence: its title on the page, and what those hear who can't see it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from sim.charts.basic import monthly_rows
from sim.core.units import DAYS_PER_YEAR, KG_PER_TONNE, Floats
from sim.report.descents import ALONE, WRONG_GEAR, Brakes, WorstDescent
from sim.report.numbers import millions
from sim.report.parameter_words import parameter_word
from sim.report.words import either, word
from sim.statistics.queueing import waiting_probability

MOST_OF_IT = 0.8
"""Of what the best set avoids."""
MAY_WAIT = 0.1
"""Share of calls that may find all operators busy."""


def forest(ratios: Sequence[tuple[str, float, float | None]], language: str) -> str:
    """The scenario with the lowest accident rate, and of how many the interval lies below 1."""
    (first, lowest, _), fewer = ratios[0], sum(high is not None and high < 1.0 for _, _, high in ratios)
    change = f"{abs(100.0 * (lowest - 1.0)):.0f}"
    if lowest >= 1.0:
        return either(language, f"None of {len(ratios)} has fewer accidents.", f"{len(ratios)} 个方案均未减少事故。")
    if len(ratios) == 1:
        return either(language, f"{first}: {change} % fewer accidents per km.", f"{first}：每公里事故减少 {change}%。")
    return either(
        language,
        f"{first} lowers the accident rate most, by {change} %; {fewer} of {len(ratios)} clearly lower it.",
        f"{first}使事故率下降最多，为 {change}%；{len(ratios)} 个方案中 {fewer} 个明确使其下降。",
    )


def parts(shapley: Sequence[tuple[str, float, float | None, float | None]], language: str) -> str:
    """The part that adds most, where its interval is above all others'."""
    first, value, low, _ = shapley[0]
    others = [high if high is not None else other for _, other, _, high in shapley[1:]]
    if low is None or low <= max(others, default=0.0):
        return either(
            language,
            f"Which of the programme's {len(shapley)} parts adds most can't be told: their intervals overlap.",
            f"全套措施的 {len(shapley)} 个部分中哪一部分贡献最大无法判断：区间相互重叠。",
        )
    return either(
        language,
        f"Of the programme's {len(shapley)} parts, {first} add most: {value:.1f} accidents avoided in a year.",
        f"全套措施的 {len(shapley)} 个部分中，{first}贡献最大：一年减少 {value:.1f} 起事故。",
    )


def horizon(scenario: Mapping[str, Any], language: str) -> str:
    """What was simulated, and what was made of it where that is no year."""
    days, start = int(scenario["days"]), date.fromisoformat(str(scenario["start_date"]))
    end = start + timedelta(days=days)
    if days == DAYS_PER_YEAR or (end.year, end.month, end.day) == (start.year + 1, start.month, start.day):
        return either(language, f"Simulated: a year from {start}.", f"模拟期：{start} 起一年。")
    text = either(language, f"Simulated: {days} day{'s' * (days > 1)} from {start}", f"模拟期：{start} 起 {days} 天")
    if days < DAYS_PER_YEAR:
        more = " only; yearly numbers are scaled up from them as if the whole year were like these days."
        return text + either(language, more, "；一年的数字按此放大，假定全年与这些天相同。")
    return text + either(language, "; yearly numbers are those of an average year.", "；一年的数字按平均一年折算。")


def months(monthly: pd.DataFrame, pair: Sequence[str], language: str) -> str:
    """Compliance, where there is a ban, and accident rate in the last month, without and with."""
    rows = monthly_rows(monthly[monthly["scenario"].isin(pair)])
    last = [rows[rows["scenario"] == name].iloc[-1] for name in pair]
    (before, after), month = ([f"{row.compliance_pct:.1f}" for row in last], last[0].month)
    low, high = (f"{row.accident_rate:.2f}" for row in last)
    if last[0].compliance_pct != last[0].compliance_pct:  # no ban, no compliance
        return either(
            language,
            f"In {month} {low} accidents per million vehicle-km are expected without and {high} with the programme.",
            f"{month} 预期事故率每百万车公里：无措施 {low} 起，有措施 {high} 起。",
        )
    return either(
        language,
        f"In {month} compliance is {before} % without and {after} % with the programme, the expected accident rate "
        f"{low} and {high} per million vehicle-km.",
        f"{month} 禁行守法率：无措施 {before}%，有措施 {after}%；预期事故率每百万车公里 {low} 起与 {high} 起。",
    )


def strip(ends_km: Floats, risk: Mapping[str, Floats], language: str) -> str:
    """Where most accidents are expected, and how many there with the programme where its road is the same."""
    before, *with_it = risk.values()
    worst = int(np.argmax(before))
    place = f"{ends_km[worst]:.1f}–{ends_km[worst + 1]:.1f}"
    english = f"Most accidents are expected at km {place}: {before[worst]:.2f} per km and year without"
    chinese = f"预期事故最多的路段为 {place} km：每公里每年无措施 {before[worst]:.2f} 起"
    for after in with_it:
        english, chinese = (
            f"{english}, {after[worst]:.2f} with the programme",
            f"{chinese}，有措施 {after[worst]:.2f} 起",
        )
    return either(language, f"{english}.", f"{chinese}。")


def network(risk: Mapping[str, float], language: str) -> str:
    """The link with most expected accidents a km."""
    link = max(risk, key=lambda name: risk[name])
    return either(
        language,
        f"Of {len(risk)} links, {link} has the most expected accidents per km and year: {risk[link]:.2f}.",
        f"{len(risk)} 段道路中，{link}每公里每年预期事故最多：{risk[link]:.2f} 起。",
    )


def worst_section(road: str, span: str, a_year: float, language: str) -> str:
    """Where on a single road most is expected a km; `span` in kilometres or as posts."""
    english, chinese = (span, span) if span.startswith("K") else (f"km {span}", f"{span} 公里")
    return either(
        language,
        f"On {road}, {english} has the most expected accidents per km and year: {a_year:.2f}.",
        f"{road}上，{chinese}处每公里每年预期事故最多：{a_year:.2f} 起。",
    )


def funnel(steps: Sequence[tuple[str, float]], language: str) -> str:
    """How many of a year's banned entries are seen, how many drivers reached, and how many leave."""
    value = dict(steps)
    entries = value["violations"]
    seen, reached, left = (
        f"{100.0 * value[step] / entries if entries else 0.0:.0f}" for step in ("alarms", "contacts", "left_at_exit")
    )
    return either(
        language,
        f"Of {entries:,.0f} banned entries a year {seen} % raise an alarm, {reached} % of the drivers are reached, and "
        f"{left} % leave at an exit.",
        f"一年闯禁行 {entries:,.0f} 起，其中 {seen}% 触发预警，{reached}% 成功联系驾驶人，{left}% 从出口驶离。",
    )


def load(hourly: pd.DataFrame, language: str) -> str:
    """The busiest hour."""
    own = hourly.groupby("hour")[["operators", "busy_operators"]].mean()
    if not own["operators"].sum():
        return either(language, "There are no operators.", "没有坐席。")
    share = own["busy_operators"] / own["operators"].where(own["operators"] > 0.0)
    hour = int(share.argmax())
    enough, on_duty = operators_enough(float(own["busy_operators"].iloc[hour])), float(own["operators"].iloc[hour])
    return either(
        language,
        f"Operators are busiest from {hour} to {hour + 1} h, {100.0 * share.max():.0f} % of the time; {on_duty:.0f} on "
        f"duty, with {enough} nine calls in ten would not wait.",
        f"坐席最忙在 {hour} 至 {hour + 1} 时，占在岗时间的 {share.max():.0%}；现有 {on_duty:.0f} 人在岗，"
        f"{enough} 人即可使十个电话中九个无需等待。",
    )


def operators_enough(busy: float) -> int:
    """The fewest operators with whom nine calls in ten find one free, by Erlang C; `busy` of them work on average."""
    servers = int(busy) + 1
    while waiting_probability(busy, servers) > MAY_WAIT:
        servers += 1
    return servers


def mechanisms(pair: Mapping[str, tuple[float, float]], language: str) -> str:
    """The mechanism that most accidents have, and the one that falls most."""
    most = max(pair, key=lambda name: pair[name][0])
    falls = max(pair, key=lambda name: pair[name][0] - pair[name][1])
    total = sum(before for before, _ in pair.values())
    first = f"{100.0 * pair[most][0] / total if total else 0.0:.0f}"
    before, after = pair[falls]
    words = {name: word(f"mechanism_{name}", language) for name in (most, falls)}
    return either(
        language,
        f"{first} % of expected accidents are {words[most]}; {words[falls]} change most, from {before:.1f} to "
        f"{after:.1f} a year.",
        f"预期事故中 {first}% 为{words[most]}；{words[falls]}变化最大，一年由 {before:.1f} 起变为 {after:.1f} 起。",
    )


def brakes(descent: WorstDescent, road: str, language: str) -> str:
    """How slow a full truck must be on the descent so that its brakes hold, and the limit."""
    alone, wrong = (_safe(descent.brakes[what], descent.limit_kmh, language) for what in (ALONE, WRONG_GEAR))
    tonnes, limit = f"{descent.mass_kg / KG_PER_TONNE:.0f}", f"{descent.limit_kmh:.0f}"
    return either(
        language,
        f"Down {road} the brakes of a full truck of {tonnes} t hold {alone} with its engine brake, {wrong} in a "
        f"wrong gear; the limit is {limit} km/h.",
        f"{road}下坡：满载 {tonnes} 吨货车用发动机制动时{alone}制动器不失效，挡位不当时{wrong}；限速 {limit} km/h。",
    )


def _safe(brakes: Brakes, limit_kmh: float, language: str) -> str:
    if brakes.safe_kmh is None:
        return either(language, "at no speed", "任何车速都不能保证")
    if brakes.safe_kmh >= limit_kmh:
        return either(language, "at the limit", "按限速行驶")
    return either(language, f"up to {brakes.safe_kmh:.0f} km/h", f"车速不超过 {brakes.safe_kmh:.0f} km/h")


def sets(table: pd.DataFrame, language: str) -> str:
    """How many sets are best for their cost, and what the cheapest of them costs that avoids most of what can be."""
    front = table[table["front"]].sort_values("cost_cny")
    most, dearest = float(front["avoided"].max()), float(front["cost_cny"].max())
    enough = front[front["avoided"] >= MOST_OF_IT * most].iloc[0]
    cost, whole = (millions(value, language) for value in (float(enough["cost_cny"]), dearest))
    share, unit = f"{100.0 * MOST_OF_IT:.0f}", word("money", language)
    return either(
        language,
        f"Of {len(table)} sets of measures, {len(front)} are best for their cost; {share} % of what the dearest "
        f"avoids costs {cost} {unit} a year, all of it {whole}.",
        f"{len(table)} 种措施组合中，{len(front)} 种在同等费用下效果最好；"
        f"达到其中最贵一种效果的 {share}% 每年需 {cost} {unit}，全部则需 {whole}。",
    )


def costs(points: Mapping[str, tuple[float, float]], unit: str, language: str) -> str:
    """Which scenario avoids most deaths, and at what cost; points are cost and deaths avoided a year."""
    best = max(points, key=lambda name: points[name][1])
    cost, deaths = points[best]
    return either(
        language,
        f"{best} avoids most deaths: {deaths:.2f} a year for {cost:.1f} {unit}.",
        f"{best}减少死亡最多：一年 {deaths:.2f} 人，费用 {cost:,.0f} {unit}。",
    )


def tornado(table: pd.DataFrame, language: str) -> str:
    """What drives the answer most."""
    first = [parameter_word(str(key), language) for key in table["parameter"].head(2)]
    return either(
        language,
        f"The answer depends most on {' and then on '.join(first)}.",
        f"对结论影响最大的是{'，其次是'.join(first)}。",
    )
