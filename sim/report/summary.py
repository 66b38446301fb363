"""The first screen: headline, what changes, which measures rank first, value for money, and what it rests on."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sim.core.metrics import RATE
from sim.report.answer import answer
from sim.report.material import Material
from sim.report.numbers import changes, millions, rounded, wide_change
from sim.report.parameter_words import parameter_word
from sim.report.rows import SUSPICIOUS
from sim.report.scorecard import TELLING_WIDTH
from sim.report.words import either, word

FEW_RUNS = 4
HARM = ("deaths", "injuries", "accidents")
MOST_RANKED = 3
GOOD_PART, SMALL_PART = 0.5, 0.5
"""Of what the programme avoids and costs: an alternative that gives so much for so little is named; assumptions, 0.3
to 0.8 and 0.1 to 0.6."""
LEVELS = (
    "levels can't be relied on. Comparing scenarios is safer, but the sizes of effects rest on assumptions.",
    "绝对水平不可引用；方案比较相对可靠，但效果大小取决于假设。",
)


class Said(NamedTuple):
    """A line of the answer."""

    label: str
    text: str


def told(found: Material, language: str) -> list[str]:
    """What the programme does to the accident rate, and what one year can show."""
    pair = (found.baseline, found.programme)
    metrics = [found.summary["scenarios"][name]["metrics"] for name in pair]
    before, after = (found.yearly * found.mean(name, "expected_accidents") for name in pair)
    return answer(
        title=found.title(found.programme, language),
        ratio=found.summary["comparisons"][found.programme]["accident_rate_ratio"],
        unknown=found.wide_ratio(found.programme),
        rates=(float(metrics[0][RATE]["mean"]), float(metrics[1][RATE]["mean"])),
        yearly=(before, after),
        language=language,
    )


def headline(found: Material, language: str) -> str:
    """What changes, in a line: accidents and deaths of a year."""
    title = found.title(found.programme, language)
    told_of = [_fall(found, key, language) for key in ("accidents", "deaths")]
    return title + either(language, ": ", "：") + either(language, ", ", "，").join(told_of)


def _fall(found: Material, key: str, language: str) -> str:
    before, after = (found.mean(name, f"expected_{key}") for name in (found.baseline, found.programme))
    change = 100.0 * (after / before - 1.0) if before else 0.0
    name = word(key, language)
    if round(change) == 0:
        return either(language, f"no visible change in {name}", f"{name}没有可见的变化")
    english = f"{abs(change):.0f} % {'fewer' if change < 0.0 else 'more'} {name}".replace(" %", "\N{NO-BREAK SPACE}%")
    return either(language, english, f"{name}{'减少' if change < 0.0 else '增加'} {abs(change):.0f}%")


def summary(found: Material, score: Mapping[str, Any], language: str) -> list[Said]:
    """All lines of the answer."""
    rate, year = told(found, language)
    lines = [
        Said(either(language, "Effect", "效果"), f"{_harm(found, language)} {rate}"),
        *_ranking(found, language),
        *_money(found, language),
        Said(either(language, "In one year's count", "只看一年"), year),
        Said(either(language, "What it rests on", "依据"), _rests(found, language)),
        Said(either(language, "How far to trust it", "可信程度"), held_against(score, language)),
    ]
    few = few_runs(found, language)
    return [*lines, Said(either(language, "Caution", "注意"), few)] if few else lines


def few_runs(found: Material, language: str) -> str:
    """What is said beside intervals of few runs; nothing where there are more."""
    if found.replications >= FEW_RUNS:
        return ""
    return either(
        language,
        f"Only {found.replications} run{'s' * (found.replications > 1)}: intervals are rough or missing.",
        f"只模拟了 {found.replications} 次：区间粗略或没有。",
    )


def _harm(found: Material, language: str) -> str:
    """Deaths, injuries and accidents with their intervals."""
    own = [found.runs[found.runs["scenario"] == name] for name in (found.baseline, found.programme)]
    found_changes = [
        f"{word(key, language)} "
        + changes(*(frame[f"expected_{key}"].tolist() for frame in own), points=False, language=language)
        for key in HARM
    ]
    between = either(language, ", ", "，")
    told_of = between.join(found_changes) + _with_assumptions(found, language)
    return either(language, f"A year's {told_of}.", f"一年的{told_of}。")


def _with_assumptions(found: Material, language: str) -> str:
    """Deaths with what is not known, severity included, where it was drawn."""
    wide = found.wide_ratio(found.programme, "expected_deaths")
    if wide is None:
        return ""
    limits, severe = wide_change(wide, language), found.was_drawn("severity")
    return either(
        language,
        f"; with uncertainty in the assumptions{', severity among them,' if severe else ','} deaths {limits}",
        f"；计入假设{'（含后果严重程度）' if severe else ''}的不确定性后，死亡人数变化 {limits}",
    )


def _ranking(found: Material, language: str) -> Iterator[Said]:
    """The alternatives by their accident rate, where there are several."""
    names = found.alternatives
    if len(names) > 1:
        ratios = [found.summary["comparisons"][name]["accident_rate_ratio"]["estimate"] for name in names]
        falls = [
            f"{found.title(name, language)} {_percent(ratio, language)}"
            for name, ratio in list(zip(names, ratios, strict=True))[:MOST_RANKED]
        ]
        more = len(names) - MOST_RANKED
        rest = "" if more <= 0 else either(language, f"; {more} more below", f"；其余 {more} 项见下")
        first = either(language, "By the accident rate: ", "按事故率：")
        yield Said(
            either(language, "Ranking", "排序"),
            first + either(language, "; ", "；").join(falls) + rest + either(language, ".", "。"),
        )


def _percent(ratio: float, language: str) -> str:
    space = "\N{NO-BREAK SPACE}" if language == "en" else ""
    change = f"{100.0 * (ratio - 1.0):+.0f}"
    return f"{'0' if change[1:] == '0' else change.replace('-', '−')}{space}%"


def _money(found: Material, language: str) -> Iterator[Said]:
    """What the programme gives for its cost, and what gives most."""
    known = {name: entry for name, entry in found.costs.items() if entry["benefit_cost_ratio"]["central"] is not None}
    if not known:
        return
    best = max(known, key=lambda name: known[name]["benefit_cost_ratio"]["central"])
    pays = known[best]["benefit_cost_ratio"]["central"] >= 1.0
    names = dict.fromkeys(name for name in (found.programme, best) if name in known)
    texts = [_worth(found, name, known[name], language) for name in names]
    if len(names) > 1:
        least = either(
            language, "None pays at the central value; nearest to it: ", "按中间取值均不划算，相对最好的是："
        )
        texts[1] = (either(language, "Best value: ", "最划算：") if pays else least) + texts[1]
    yield Said(either(language, "Value for money", "费用与效益"), " ".join([*texts, *_most_of_it(found, language)]))


def _most_of_it(found: Material, language: str) -> Iterator[str]:
    """The alternative that avoids a good part of the programme's accidents at the smallest share of its cost."""
    whole = found.costs.get(found.programme)
    if whole is None or not whole["cost_cny"] > 0.0 or not whole["avoided"]["accidents"]["estimate"] > 0.0:
        return
    shares = {
        name: (entry["avoided"]["accidents"]["estimate"], entry["cost_cny"] / whole["cost_cny"])
        for name, entry in found.costs.items()
        if name != found.programme
    }
    avoided = {name: own / whole["avoided"]["accidents"]["estimate"] for name, (own, _) in shares.items()}
    good = [name for name in shares if avoided[name] >= GOOD_PART and shares[name][1] <= SMALL_PART]
    if good:
        name = min(good, key=lambda one: shares[one][1])
        title, part, cost = found.title(name, language), 100.0 * avoided[name], 100.0 * shares[name][1]
        yield either(
            language,
            f"“{title}” avoids {part:.0f} % of the accidents that the whole avoids, for {cost:.0f} % of its cost.",
            f"“{title}”以{cost:.0f}%的费用避免了全套措施所避免事故的{part:.0f}%。",
        )


def _worth(found: Material, name: str, entry: Mapping[str, Any], language: str) -> str:
    cost = millions(found.yearly * entry["cost_cny"], language)
    low, central, high = (entry["benefit_cost_ratio"][key] or 0.0 for key in ("low", "central", "high"))
    title, times = found.title(name, language), [rounded(value, ".2g") for value in (low, central, high)]
    text = either(
        language,
        f"“{title}” costs {cost} million CNY a year and returns {times[1]} times its cost ({times[0]} to {times[2]}, "
        "depending on the value of a statistical life).",
        f"“{title}”一年费用 {cost} 万元，效益为费用的 {times[1]} 倍"
        f"（按不同生命价值取值为 {times[0]}～{times[2]} 倍）。",
    )
    if central > SUSPICIOUS:
        text += either(language, " That rests on the assumed cost.", "这取决于所假设的费用。")
    return text + _worth_over_draws(found, name, language)


def _worth_over_draws(found: Material, name: str, language: str) -> str:
    """How often it pays where effects, lives and whatever else was drawn are uncertain."""
    worth = found.wide_worth(name)
    if worth is None or worth["pays"] is None:
        return ""
    times, times_zh = "it returns ", ""
    if worth["low"] is not None and worth["high"] is not None:
        low, high = (rounded(worth[end] or 0.0, ".2g") for end in ("low", "high"))
        times = f"it returns {low} to {high} times its cost in nine draws of ten and "
        times_zh = f"九成抽样为 {low}～{high} 倍，"
    share = f"{100.0 * worth['pays']:.0f}"
    unknown, unknown_zh = "effects and the value of a life", "效果与生命价值"
    if found.was_drawn("cost") and found.was_drawn("valuation"):
        unknown, unknown_zh = "costs, values and effects all", "费用、价值与效果均"
    return either(
        language,
        f" With {unknown} uncertain {times}more than its cost in {share} % of the draws.",
        f"{unknown_zh}不确定时，{times_zh}{share}% 的抽样中效益大于费用。",
    )


def _rests(found: Material, language: str) -> str:
    if found.sensitivity is not None:
        first = [parameter_word(str(key), language) for key in found.sensitivity["parameter"].head(2)]
        return either(
            language,
            f"Most on {' and '.join(first)}, then on the other assumptions listed at the end.",
            f"最取决于{'和'.join(first)}，其次是文末所列的其他假设。",
        )
    return either(
        language,
        "Assumptions on drivers, demand and costs, listed at the end; which of them matters most was not studied here.",
        "关于驾驶人、需求与费用的假设，列于文末；其中哪一项影响最大，本次未作分析。",
    )


def held_against(score: Mapping[str, Any], language: str) -> str:
    """How the model did on real roads."""
    totals = score["totals"]
    wide = totals["median_width"] > TELLING_WIDTH
    return either(
        language,
        f"Of {totals['observations']} numbers observed in {totals['cases']} real cases, {totals['inside']} lie inside "
        f"the model's 90 % intervals, which are wide (upper end {totals['median_width']:.0f} times the lower one): "
        + (LEVELS[0] if wide else "levels can be used too."),
        f"{totals['cases']} 个实际案例的 {totals['observations']} 项观测中，"
        f"{totals['inside']} 项落在模型的 90% 区间内；区间很宽（上限为下限的 {totals['median_width']:.0f} 倍）："
        + (LEVELS[1] if wide else "绝对水平亦可引用。"),
    )
