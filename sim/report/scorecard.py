"""The scorecard in words: a page in Markdown, in English and in Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sim.hindcast.cases import LoadedCase
from sim.hindcast.scorecard import Score, Totals

TELLING_WIDTH = 6.0
"""High over low end of an interval, up to which it tells a level."""
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "What the model predicts and what was seen",
        "made": "Made by `{command}`, {draws} draws, seed {seed}; no number on this page was typed.",
        "held": "{inside} of {observations} observations in {cases} cases lie inside their 90 % interval; "
        "{expected:.1f} would be right. The interval's upper end is {width} times its lower one in the middle of "
        "the rows.",
        "few": "What was fitted elsewhere weighs the draws: in the row where it leaves fewest, {draws:.0f} of {all} "
        "count, and its interval is rough.",
        "wide": "Intervals as wide as these tell the order of a level and no more; "
        "effects of measures and ratios are narrower.",
        "scores": "Sum of the logarithms of the probability given to what was observed (higher is better):",
        "learned": "With what was seen in all other cases taken in, one case left out at a time, {inside} of "
        "{observations} lie inside, and the upper end is {width} times the lower one (by surrogates that meet "
        "{explained:.0f} % of the variance of runs that they have not seen; {draws:.0f} effective draws or more).",
        "versus": "- {rival}: {own:.1f}, {learned:.1f} with what the other cases tell, to {other:.1f} in the {n} "
        "observations that it says something of.",
        "manual": "model to the safety manual alone",
        "others": "model to the mean of the other cases",
        "rows": "Rows",
        "head": "| observed | register | seen | predicted (90 %) | inside | with the other cases "
        "| log score | manual | others |",
        "roles": "Rows in brackets were used to fit, or their numbers were known when an input was set: no evidence. "
        "What is predicted for a case never rests on what was fitted to it.",
        "yes": "yes",
        "no": "**no**",
        "misses": "Misses",
        "no_misses": "None.",
        "unexplained": "not explained yet",
        "cases": "Cases and what was assumed",
        "sources": "Sources",
    },
    "zh-CN": {
        "title": "模型的预测与实际观测",
        "made": "由 `{command}` 生成，{draws} 次抽样，种子 {seed}；本页没有一个数字是手工输入的。",
        "held": "{cases} 个案例的 {observations} 项观测中，{inside} 项落在其 90 % 区间内；恰当的数目是 {expected:.1f}。"
        "区间上限与下限之比的中位数为 {width}。",
        "few": "抽样按他处的拟合结果加权：最少的一项只相当于 {all} 次抽样中的 {draws:.0f} 次，其区间较粗略。",
        "wide": "如此宽的区间只说明水平的数量级；措施效果与比值的区间较窄。",
        "scores": "对实际观测所给概率的对数之和（越高越好）：",
        "learned": "若再用其他全部案例的观测修正（每次留出一个案例），{observations} 项中有 {inside} 项落在区间内，"
        "上限与下限之比的中位数为 {width}"
        "（使用代理模型，对未见过的运行可解释 {explained:.0f} % 的方差；有效抽样不少于 {draws:.0f} 次）。",
        "versus": "- {rival}：{own:.1f}（用其他案例修正后为 {learned:.1f}）对 {other:.1f}"
        "（在其有预测的 {n} 项观测中）。",
        "manual": "模型与仅用安全手册相比",
        "others": "模型与其他案例均值相比",
        "rows": "各项",
        "head": "| 观测项 | 登记口径 | 观测值 | 预测（90 %） | 落在区间内 | 用其他案例修正后 "
        "| 对数得分 | 手册 | 其他案例 |",
        "roles": "括号中的各项用于拟合，或在设定某个输入时其数值已知，因此不作为证据。"
        "对某一案例的预测从不依据对该案例的拟合。",
        "yes": "是",
        "no": "**否**",
        "misses": "未命中的各项",
        "no_misses": "无。",
        "unexplained": "尚无解释",
        "cases": "案例与所作假设",
        "sources": "来源",
    },
}
CHART_WORDS = {
    "en": ("predicted over observed, 90 % interval", "inside", "missed", "used to fit, or known before: no evidence"),
    "zh-CN": ("预测值与观测值之比，90 % 区间", "落在区间内", "未命中", "用于拟合或事先已知：不作为证据"),
}


def markdown(
    rows: Sequence[Score], total: Totals, cases: Sequence[LoadedCase], language: str, made: Mapping[str, Any]
) -> str:
    """The whole page."""
    words = WORDS[language]
    lines = [
        f"# {words['title']}",
        "",
        words["made"].format(**made),
        "",
        *_summary(total, words, made["draws"]),
        "",
        f"![{words['title']}](hindcast{_suffix(language)}.svg)",
        "",
        f"## {words['rows']}",
        "",
        words["roles"],
        "",
        *_table(rows, words, language),
        "",
        f"## {words['misses']}",
        "",
        *_misses(rows, words, language),
        "",
        f"## {words['cases']}",
        "",
        *_cases(cases, language),
        "",
        f"## {words['sources']}",
        "",
        *dict.fromkeys(f"- {_title(row, language)}: {row.reference}" for row in rows),
        "",
    ]
    return "\n".join(lines)


def _suffix(language: str) -> str:
    return "" if language == "en" else f".{language}"


def _summary(total: Totals, words: Mapping[str, str], draws: int) -> list[str]:
    held = words["held"].format(
        inside=total.inside,
        observations=total.observations,
        cases=total.cases,
        expected=total.expected_inside,
        width=score_text(total.median_width),
    )
    versus = [
        words["versus"].format(
            rival=words[rival],
            own=total.log_score[f"model_on_{rival}"],
            learned=total.log_score[f"learned_on_{rival}"],
            other=total.log_score[rival],
            n=total.compared[rival],
        )
        for rival in total.compared
    ]
    learned = words["learned"].format(
        inside=total.learned_inside,
        observations=total.observations,
        width=score_text(total.learned_median_width),
        explained=100.0 * (total.explained or 0.0),
        draws=total.learned_draws or 0.0,
    )
    wide = total.median_width is None or total.median_width > TELLING_WIDTH
    few = words["few"].format(draws=total.draws or 0.0, all=draws)
    return [held, few, *([words["wide"]] if wide else []), "", learned, "", words["scores"], "", *versus]


def _title(row: Score, language: str) -> str:
    return row.title if language == "en" else row.title_zh


def _table(rows: Sequence[Score], words: Mapping[str, str], language: str) -> list[str]:
    found = [words["head"], "|" + " --- |" * words["head"].count(" |")]
    for row in rows:
        title = _title(row, language)
        shown = title if row.role == "evidence" else f"({title})"
        scores = (score_text(score) for score in (row.log_score, row.manual, row.others))
        cells = (
            shown,
            row.register,
            f"{row.observed:.3g}",
            f"{row.predicted:.3g} ({row.low:.3g} – {row.high:.3g})",
            words["yes"] if row.inside else words["no"],
            f"{row.learned.predicted:.3g} ({row.learned.low:.3g} – {row.learned.high:.3g})",
            *scores,
        )
        found.append(f"| {' | '.join(cells)} |")
    return found


def score_text(score: float | None) -> str:
    """With one decimal, a dash where there is none."""
    return "–" if score is None else f"{score:.1f}"


def _misses(rows: Sequence[Score], words: Mapping[str, str], language: str) -> list[str]:
    missed = [row for row in rows if row.role == "evidence" and not row.inside]
    told = [
        f"- {_title(row, language)}: {(row.miss if language == 'en' else row.miss_zh) or words['unexplained']}"
        for row in missed
    ]
    return told or [words["no_misses"]]


def _cases(cases: Sequence[LoadedCase], language: str) -> list[str]:
    return [
        f"- {one.case.title if language == 'en' else one.case.title_zh}: {'; '.join(one.case.assumed)}" for one in cases
    ]


def content(rows: Sequence[Score], total: Totals, made: Mapping[str, Any]) -> dict[str, Any]:
    """For JSON and charts; the digits in which processors differ are left out."""
    found = {
        "totals": asdict(total),
        "rows": [{**asdict(row), "inside": row.inside, "width": row.width} for row in rows],
    }
    told: dict[str, Any] = _in_ten_digits(found)
    return {**made, **told}


def _in_ten_digits(content: Any) -> Any:
    """Numbers to ten significant digits, in whatever they stand."""
    if isinstance(content, float):
        return float(f"{content:.10g}")
    if isinstance(content, dict):
        return {key: _in_ten_digits(own) for key, own in content.items()}
    return [_in_ten_digits(own) for own in content] if isinstance(content, list) else content
