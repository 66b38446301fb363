"""The report's answer, in two sentences: what the programme does and how sure that is, and what one year can show."""

from collections.abc import Mapping
from math import nan

from sim.report.chance import chance_words

NBSP = "\N{NO-BREAK SPACE}"


def answer(
    *,
    title: str,
    ratio: Mapping[str, float | None],
    unknown: Mapping[str, float] | None,
    rates: tuple[float, float],
    yearly: tuple[float, float],
    language: str,
) -> list[str]:
    """Two sentences with numbers and intervals.

    Parameters
    ----------
    title : the programme's
    ratio : its accident rate over the baseline's, with the interval of chance in the runs
    unknown : the same with what is not known of the parameters, where it was drawn
    rates, yearly : expected accidents per million vehicle-km, and a year, without and with
    language : "en" or "zh"
    """
    first = (_english if language == "en" else _chinese)(title, ratio, unknown, rates)
    return [first, chance_words(*yearly, language)]


def _change(ratio: Mapping[str, float | None]) -> float:
    """Change in per cent; NaN where there is no ratio."""
    estimate = ratio["estimate"]
    return nan if estimate is None else 100.0 * (estimate - 1.0)


def _sizes(ratio: Mapping[str, float | None], sign: float) -> tuple[float, float] | None:
    """Limits of the change in per cent, in the direction of a rise (sign 1) or a fall (sign -1)."""
    if ratio["low"] is None or ratio["high"] is None:
        return None
    first, second = sorted(sign * 100.0 * (limit - 1.0) for limit in (ratio["low"], ratio["high"]))
    return first, second


def _unsure(ratio: Mapping[str, float | None], unknown: Mapping[str, float] | None) -> bool:
    """Whether the widest interval that is known holds no effect, or none is known."""
    found = _sizes(ratio if unknown is None else unknown, 1.0)
    return found is None or found[0] <= 0.0 <= found[1]


def _english(
    title: str, ratio: Mapping[str, float | None], unknown: Mapping[str, float] | None, rates: tuple[float, float]
) -> str:
    change = _change(ratio)
    sign, verb = (1.0, "raises") if change > 0.0 else (-1.0, "lowers")
    chance, wide = _sizes(ratio, sign), None if unknown is None else _sizes(unknown, sign)
    sure = "one run, no interval"
    if chance is not None:
        sure = f"95 % interval {chance[0]:.0f} to {chance[1]:.0f} % by chance in the runs"
    left = "; what its assumptions leave open comes on top"
    if wide is not None:
        left = f", {wide[0]:.0f} to {wide[1]:.0f} % with what its assumptions leave open"
    tail = "; this can't be told apart from no effect" if _unsure(ratio, unknown) else ""
    text = (
        f"In the model, “{title}” {verb} the expected accident rate of trucks by {abs(change):.0f} % ({sure}{left}), "
        f"from {rates[0]:.2f} to {rates[1]:.2f} per million vehicle-km{tail}."
    )
    return text.replace(" %", f"{NBSP}%")


def _chinese(
    title: str, ratio: Mapping[str, float | None], unknown: Mapping[str, float] | None, rates: tuple[float, float]
) -> str:
    change = _change(ratio)
    sign, verb = (1.0, "升高") if change > 0.0 else (-1.0, "降低")
    chance, wide = _sizes(ratio, sign), None if unknown is None else _sizes(unknown, sign)
    sure = "仅一次模拟，无区间"
    if chance is not None:
        sure = f"95% 区间 {chance[0]:.0f}% 至 {chance[1]:.0f}%，仅含模拟的偶然性"
    left = "；假设本身的不确定另计" if wide is None else f"；计入假设的不确定后 {wide[0]:.0f}% 至 {wide[1]:.0f}%"
    tail = "，不能与“没有效果”区分" if _unsure(ratio, unknown) else ""
    return (
        f"模型中，“{title}”使货车期望事故率{verb} {abs(change):.0f}%（{sure}{left}），"
        f"从每百万车公里 {rates[0]:.2f} 起到 {rates[1]:.2f} 起{tail}。"
    )
