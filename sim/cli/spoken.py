"""The language of tables in the terminal."""

from contextvars import ContextVar
from enum import StrEnum
from typing import Annotated

import typer

CHINESE = {
    "scenario": "方案",
    "expected": "预期事故率",
    "ratio to baseline": "与无措施之比",
    "counted": "实际起数率",
    "compliance %": "禁行守法率（%）",
    "1 (baseline)": "1（无措施）",
    "semi-trailers": "半挂车",
    "Accidents per million vehicle-km, mean of the runs (95 % interval)": (
        "百万车公里事故率：各次模拟均值（95% 区间）"
    ),
    "Million vehicle-km | expected accidents a run, by road": "行驶量（百万车公里）| 每次模拟的预期事故起数，按道路",
    "Costs against what they avoid in the simulated time (million CNY)": "模拟期内的费用与效果（万元）",
    "cost": "费用",
    "deaths avoided": "减少死亡",
    "benefit / cost": "效益费用比",
    "accidents avoided": "减少事故",
    "direct loss avoided": "减少直接损失",
    "break-even value of a life": "效益等于费用时的生命价值",
    "never": "不划算",
    "part": "措施",
    "alone": "单独实施",
    "lost without it": "缺少该项的损失",
    "all together": "合计",
    "ratio (95 % interval, parameters and chance)": "比值（95% 区间，参数与偶然）",
    "of its variance from parameters": "其中参数所占方差",
    "ratio of deaths": "死亡人数之比",
    "benefit / cost (nine draws in ten)": "效益费用比（九成抽样）",
    "draws above 1": "大于 1 的抽样",
    "One run gives no interval: use --replications 2 or more.": "一次模拟没有区间：请用 --replications 2 或更多。",
    "{} runs each, paired by common random numbers. Intervals cover chance in the model, not what the model leaves out "
    "or assumes.": "每个方案模拟 {} 次，用共同随机数配对。区间只反映模型内的偶然性，不包括模型遗漏或假设的内容。",
    "results in {}": "结果在 {}",
    "{} to {}": "{}～{}",
    "share (Shapley, all orders)": "分摊贡献（Shapley，全部次序）",
    "of deaths (Shapley)": "死亡人数（Shapley）",
    "share (Shapley, {} orders drawn)": "分摊贡献（Shapley，抽取 {} 种次序）",
    "Expected accidents avoided by the parts of {}": "{} 各项措施减少的预期事故",
    "Ratio to baseline, {} draws of parameters x {} runs": "与无措施之比，参数抽样 {} 组 × 模拟 {} 次",
}
"""What is printed in English, and the same in Chinese; terms as the glossary has them."""


class Spoken(StrEnum):
    """Languages of the terminal."""

    en = "en"
    zh = "zh"


LangOfTables = Annotated[Spoken, typer.Option("--lang", help="Language of the printed tables.")]
_spoken: ContextVar[Spoken] = ContextVar("spoken", default=Spoken.en)


def speak(language: Spoken) -> None:
    """Choose the language of what is printed from now on."""
    _spoken.set(language)


def money() -> tuple[float, str]:
    """What an amount in CNY is multiplied by, and its form: millions in English, 万元 in Chinese."""
    return (1e-4, ",.0f") if _spoken.get() is Spoken.zh else (1e-6, ".2f")


def said(english: str, *values: object) -> str:
    """A text in the chosen language, with values in its places; names that a scenario gave stay as they are."""
    text = _in_chinese(english) if _spoken.get() is Spoken.zh else english
    for value in values:
        text = text.replace("{}", str(value), 1)
    return text


def _in_chinese(english: str) -> str:
    from sim.core.vocabulary import ROAD_CLASS_TABLE

    roads = {row.name: row.zh for row in ROAD_CLASS_TABLE}
    return CHINESE.get(english) or roads.get(english, english)
