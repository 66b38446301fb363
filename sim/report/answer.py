"""The heart of the report's answer: what the programme does, how sure that is, and what one year can show."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

from sim.report.chance import chance_words

NBSP, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


Limits = tuple[float, float]


@dataclass(frozen=True)
class Effect:
    """What is told of a programme: changes in per cent, limits in the direction of the change."""

    title: str
    change_pct: float
    chance_pct: Limits | None
    """By chance in the runs."""
    wide_pct: Limits | None
    """With what the assumptions leave open."""
    unsure: bool
    rates: tuple[float, float]

    @property
    def rises(self) -> bool:
        """Whether the rate goes up."""
        return self.change_pct > 0.0


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
    change = _change(ratio)
    sign = 1.0 if change > 0.0 else -1.0
    wide = None if unknown is None else _sizes(unknown, sign)
    effect = Effect(title, change, _sizes(ratio, sign), wide, _unsure(ratio, unknown), rates)
    first = (_english if language == "en" else _chinese)(effect)
    return [first, chance_words(*yearly, language)]


def _change(ratio: Mapping[str, float | None]) -> float:
    """Change in per cent; NaN where there is no ratio."""
    estimate = ratio["estimate"]
    return nan if estimate is None else 100.0 * (estimate - 1.0)


def _sizes(ratio: Mapping[str, float | None], sign: float) -> Limits | None:
    """Limits of the change in per cent, in the direction of a rise (sign 1) or a fall (sign -1)."""
    if ratio["low"] is None or ratio["high"] is None:
        return None
    first, second = sorted(sign * 100.0 * (limit - 1.0) for limit in (ratio["low"], ratio["high"]))
    return first, second


def _unsure(ratio: Mapping[str, float | None], unknown: Mapping[str, float] | None) -> bool:
    """Whether the widest interval that is known holds no effect, or none is known."""
    found = _sizes(ratio if unknown is None else unknown, 1.0)
    return found is None or found[0] <= 0.0 <= found[1]


def _english(effect: Effect) -> str:
    verb = "raises" if effect.rises else "lowers"
    sure = "one run, no interval"
    if effect.chance_pct is not None:
        sure = "95 % interval {:.0f} to {:.0f} % by chance in the runs".format(*effect.chance_pct).replace("-", MINUS)
    left = "; not counting uncertainty in the assumptions"
    if effect.wide_pct is not None:
        left = ", {:.0f} to {:.0f} % with uncertainty in the assumptions".format(*effect.wide_pct).replace("-", MINUS)
    tail = "; this is no clear effect" if effect.unsure else ""
    text = (
        f"In the model, “{effect.title}” {verb} the expected accident rate of trucks by {abs(effect.change_pct):.0f} % "
        f"({sure}{left}), from {effect.rates[0]:.2f} to {effect.rates[1]:.2f} per million vehicle-km{tail}."
    )
    return text.replace(" %", f"{NBSP}%")


def _chinese(effect: Effect) -> str:
    verb = "升高" if effect.rises else "降低"
    sure, left = "仅一次模拟，无区间", "；假设的不确定性另计"
    if effect.chance_pct is not None:
        sure = f"95% 区间 {_chinese_span(effect.chance_pct, verb)}，仅含随机波动"
    if effect.wide_pct is not None:
        left = f"；计入假设的不确定性后，{_chinese_span(effect.wide_pct, verb)}"
    tail = "，尚不能排除“没有效果”" if effect.unsure else ""
    return (
        f"模型中，“{effect.title}”使货车预期事故率{verb} {abs(effect.change_pct):.0f}%（{sure}{left}），"
        f"从每百万车公里 {effect.rates[0]:.2f} 起到 {effect.rates[1]:.2f} 起{tail}。"
    )


def _chinese_span(limits: Limits, verb: str) -> str:
    """From one change to another; the directions by word where they differ."""
    low, high = limits
    if low >= 0.0:
        return f"{low:.0f}%～{high:.0f}%"
    other = "升高" if verb == "降低" else "降低"
    return f"从{other} {-low:.0f}% 到{verb} {high:.0f}%" if high >= 0.0 else f"{other} {-high:.0f}%～{-low:.0f}%"
