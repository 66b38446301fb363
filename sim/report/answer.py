"""The report's answer, in two sentences: what the programme does and how sure that is, and what one year can show."""

from collections.abc import Mapping

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


def _falls(ratio: Mapping[str, float | None]) -> tuple[float, float] | None:
    """Limits of the fall in per cent."""
    low, high = ratio["low"], ratio["high"]
    return None if low is None or high is None else (100.0 * (1.0 - high), 100.0 * (1.0 - low))


def _unsure(ratio: Mapping[str, float | None], unknown: Mapping[str, float] | None) -> bool:
    """Whether the widest interval that is known holds no effect."""
    found = _falls(ratio if unknown is None else unknown)
    return found is not None and found[0] <= 0.0 <= found[1]


def _english(
    title: str, ratio: Mapping[str, float | None], unknown: Mapping[str, float] | None, rates: tuple[float, float]
) -> str:
    fall = 100.0 * (1.0 - (ratio["estimate"] or 1.0))
    verb = "lowers" if fall >= 0.0 else "raises"
    tail = "; this can't be told apart from no effect" if _unsure(ratio, unknown) else ""
    text = (
        f"In the model, “{title}” {verb} the expected accident rate of trucks by {abs(fall):.0f} % ({_how_sure(ratio)}"
        f"{_open(unknown)}), from {rates[0]:.2f} to {rates[1]:.2f} per million vehicle-km{tail}."
    )
    return text.replace(" %", f"{NBSP}%")


def _how_sure(ratio: Mapping[str, float | None]) -> str:
    found = _falls(ratio)
    if found is None:
        return "one run, no interval"
    return f"95 % interval {found[0]:.0f} to {found[1]:.0f} % by chance in the runs"


def _open(unknown: Mapping[str, float] | None) -> str:
    found = None if unknown is None else _falls(unknown)
    if found is None:
        return "; what its assumptions leave open comes on top"
    return f", {found[0]:.0f} to {found[1]:.0f} % with what its assumptions leave open"


def _chinese(
    title: str, ratio: Mapping[str, float | None], unknown: Mapping[str, float] | None, rates: tuple[float, float]
) -> str:
    fall = 100.0 * (1.0 - (ratio["estimate"] or 1.0))
    verb = "降低" if fall >= 0.0 else "升高"
    tail = "，不能与“没有效果”区分" if _unsure(ratio, unknown) else ""
    chance, wide = _falls(ratio), None if unknown is None else _falls(unknown)
    sure = (
        "仅一次模拟，无区间" if chance is None else f"95% 区间 {chance[0]:.0f}% 至 {chance[1]:.0f}%，仅含模拟的偶然性"
    )
    left = "；假设本身的不确定另计" if wide is None else f"；计入假设的不确定后 {wide[0]:.0f}% 至 {wide[1]:.0f}%"
    return (
        f"模型中，“{title}”使货车期望事故率{verb} {abs(fall):.0f}%（{sure}{left}），"
        f"从每百万车公里 {rates[0]:.2f} 起到 {rates[1]:.2f} 起{tail}。"
    )
