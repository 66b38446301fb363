"""The what-if page: one file that can be mailed, with all numbers in it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sim.report.exploring import OUTCOMES, Explored
from sim.report.numbers import MONEY
from sim.report.templates import asset, by_language, rendered, script_data
from sim.report.words import LANGUAGES, WORDS, either, kind_word
from sim.scenario import Scenario

SLIDERS: dict[str, tuple[str, str]] = {
    "traffic": ("traffic, all vehicles and trucks", "交通量（全部车辆与货车）"),
    "interventions.driver_contact.operators": ("operators on duty by day", "日间在岗坐席（人）"),
    "interventions.driver_contact.leave_share": ("drivers who leave when told to", "接到劝离电话后驶离的比例"),
    "fleet.classes.frequent_semi.terminal_online_share": (
        "frequent semi-trailers online anyway",
        "频繁过境半挂车原有在线率",
    ),
    "fleet.call_answer_probability": ("drivers who answer a call", "接听电话的比例"),
}
DECIMALS = 9
"""Of what is fitted: more than is known of it, and fewer than processors differ in."""
TEXTS: dict[str, tuple[str, str]] = {
    "title": ("What if? Measures against truck accidents", "假如……？货车事故防控措施推演"),
    "switch": ("中文", "English"),
    "stamp": ("model estimate", "模型推演"),
    "measures": ("Measures", "措施"),
    "all": ("all", "全选"),
    "none": ("none", "全不选"),
    "sliders": ("Other conditions", "其他条件"),
    "reset": ("Reset", "恢复"),
    "budget": ("Budget a year", "年度预算"),
    "outcome": ("Outcome", "指标"),
    "open": ("with uncertainty in the assumptions", "计入假设的不确定性"),
    "fewer": ("{} % fewer {} a year", "一年{1}减少 {0}%"),
    "rise": ("{} % more {} a year", "一年{1}增加 {0}%"),
    "same": ("no visible change in {1}", "{1}没有可见的变化"),
    "from_to": (
        "from {} to {} expected; change {} % (95 % interval {} to {} %)",
        "预期由 {} 变为 {}；变化 {}%（95% 区间 {}%～{}%）",
    ),
    "unsure": ("; this is no clear effect", "，尚不能排除“没有效果”"),
    "only": ("{} expected without measures", "无措施时预期 {}"),
    "copied": ("copied", "已复制"),
    "count_x": ("accidents counted in a year", "一年的事故起数"),
    "cost": ("{} million CNY a year", "一年 {} 万元"),
    "over": ("over the budget", "超出预算"),
    "compliance": ("compliance with the ban {} %", "禁行守法率 {}%"),
    "front": ("Cost and what it avoids: every set of measures", "费用与效果：全部措施组合"),
    "front_x": ("cost a year, million CNY", "年费用（万元）"),
    "front_y": ("{} avoided a year", "一年减少的{}"),
    "here": ("you are here", "当前组合"),
    "compare": ("Compared with other choices", "与其他组合比较"),
    "chosen": ("chosen", "当前组合"),
    "whole": ("the whole programme", "全套措施"),
    "alone": ("{} alone", "仅{}"),
    "pinned": ("kept {}", "对比 {}"),
    "strip": ("Risk along the main road: expected accidents per km and year", "主要道路沿线风险：每公里每年预期事故数"),
    "before": ("without measures", "无措施"),
    "after": ("chosen", "当前组合"),
    "year": ("What one year's count may show", "只数一年可能看到的起数"),
    "year_text": (
        "By chance alone, in about {} of 100 years the count with these measures would not be lower than without.",
        "仅凭偶然，约每 100 年中有 {} 年，有措施的起数不低于无措施。",
    ),
    "sliders_moved": ("sliders moved", "已移动滑块"),
    "pin": ("Keep for comparison", "加入对比"),
    "unpin": ("Clear comparison", "清除对比"),
    "yaml": ("Save as scenario (YAML)", "存为方案文件（YAML）"),
    "csv": ("Save the sets (CSV)", "导出全部组合（CSV）"),
    "link": ("Copy link", "复制链接"),
    "print": ("Print", "打印"),
    "exact": ("Simulated: exactly this set of measures.", "本组合为直接模拟结果。"),
    "estimated": (
        "Estimated: sliders are moved. Points left out of the estimate were missed by {} % (one standard deviation).",
        "估算：已移动滑块。留一检验的误差为 {}%（一个标准差）。",
    ),
    "made": (
        (
            "All {sets} sets were simulated for {days} days, {warm} days after they began, and scaled to a year; seed "
            "{seed}, Hairpin {version}. What is rolled out or learned over months does more in a year than "
            "here. Intervals hold chance in one run{unknown}. Levels can't be relied on; "
            "comparing sets is safer, but the sizes of effects rest on assumptions. Nothing here evaluates a "
            "real programme."
        ),
        (
            "全部 {sets} 种组合在实施 {warm} 天后各模拟 {days} 天并折算为一年；种子 {seed}，Hairpin {version}。"
            "需数月推广或由驾驶人逐步体会的措施，全年效果大于本页。区间含单次模拟的随机波动{unknown}。绝对水平不可引用；比较各组合相对可靠，但效果大小取决于假设。本页并非对真实项目的评估。"
        ),
    ),
    "unknown": (", and uncertainty in the assumptions where it is switched on", "，选中时另计假设的不确定性"),
}


def explore_page(
    found: Explored,
    programme: Scenario,
    base_file: str,
    made: Mapping[str, Any],
    languages: tuple[str, ...] = LANGUAGES,
) -> str:
    """The page as HTML.

    Parameters
    ----------
    found : what was simulated and fitted
    programme : with all measures
    base_file : its file, which a saved scenario extends
    made : version and seed
    languages : of the page
    """
    return rendered(
        "explore.html.j2",
        languages=languages,
        data=script_data(_data(found, programme, base_file, made)),
        style=asset("explore.css"),
        script=asset("explore.js"),
        title=either(languages[0], *TEXTS["title"]),
    )


def _data(found: Explored, programme: Scenario, base_file: str, made: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that the script reads."""
    return {
        "texts": by_language(TEXTS | {name: WORDS[name] for name in OUTCOMES}),
        "place": {"en": programme.place, "zh": programme.place_zh or programme.place},
        "kinds": [{"kind": kind, "en": kind_word(kind, "en"), "zh": kind_word(kind, "zh")} for kind in found.kinds],
        "outcomes": list(OUTCOMES),
        "yearly": {name: [round(value, 6) for value in values] for name, values in found.yearly.items()},
        "cost": [round(value) for value in found.cost_cny],
        "compliance": found.compliance,
        "chance": _rounded(found.chance),
        "unknown": _rounded(found.unknown),
        "quantile": found.quantile,
        "costByPlace": found.cost_by_place,
        "sliders": [{**asdict(one), **dict(zip(LANGUAGES, SLIDERS[one.key], strict=True))} for one in found.sliders],
        "fit": _rounded({name: asdict(one) for name, one in found.fit.items()}),
        "ends": found.ends_km,
        "risk": found.risk,
        "money": {language: MONEY[language][0] for language in LANGUAGES},
        "base": base_file,
        "traffic": {
            "flows": programme.demand.model_dump(mode="json")["flows"],
            "aadt": {link.name: link.aadt for link in programme.road.links},
        },
        "made": {**made, "days": programme.days, "warm": programme.warm_up_days, "sets": len(found.scenarios)},
    }


def _rounded(content: Any) -> Any:
    """All numbers in mappings and lists to so many decimals."""
    if isinstance(content, Mapping):
        return {key: _rounded(one) for key, one in content.items()}
    if isinstance(content, list):
        return [_rounded(one) for one in content]
    return round(content, DECIMALS)
