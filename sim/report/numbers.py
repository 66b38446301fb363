"""Numbers as people say them: intervals, changes, money, a year."""

from collections.abc import Mapping, Sequence
from math import isnan

from sim.statistics.intervals import Interval, mean_interval, paired_ratio

CNY_PER_MILLION = 1e6
SMALLEST_MILLIONS = 0.05
MONEY = {"en": (1e-6, ".2f"), "zh": (1e-4, ",.0f")}
"""Factor and form of amounts: millions in English, ten thousands in Chinese."""


def interval(entry: Mapping[str, float | None], scale: float, form: str, language: str = "en") -> str:
    """An estimate and, where there is one, its interval."""
    mean, low, high = (None if value is None else value * scale for value in entry.values())
    if mean is None:
        return "–"
    estimate = rounded(mean, form)
    if low is None or high is None:
        return estimate
    if rounded(low, form) == rounded(high, form):
        return f"{estimate} (±<{_half_step(form)})"
    return f"{estimate} ({span(low, high, form, language)})"


def _half_step(form: str) -> str:
    """Half of the last digit that a form shows."""
    places = int(form.rstrip("f").rpartition(".")[2] or 0)
    return f"{0.5 * 10.0**-places:.{places + 1}f}"


def span(low: float, high: float, form: str, language: str = "en") -> str:
    """From low to high; a minus sign does not stand beside a dash."""
    lowest = rounded(low, form)
    between = "～" if language == "zh" else " to " if lowest.startswith("−") else "–"
    return f"{lowest}{between}{rounded(high, form)}"


def rounded(value: float, form: str) -> str:
    """A number in a form, with a minus sign where it is one, which zero has not."""
    text = f"{value:{form}}"
    return text.removeprefix("-") if not text.strip("-0.,") else text.replace("-", "−")


def changes(before: Sequence[float], after: Sequence[float], *, points: bool, language: str = "en") -> str:
    """Change of paired runs with its interval: in per cent, or in percentage points of a share."""
    if points:
        found = mean_interval([100.0 * (b - a) for a, b in zip(before, after, strict=True)])
        return _signed(found, " pp" if language == "en" else " 个百分点", language)
    ratio = paired_ratio(after, before)
    found = Interval(*(100.0 * (value - 1.0) for value in (ratio.estimate, ratio.low, ratio.high)))
    return _signed(found, " %" if language == "en" else "%", language)


def wide_change(ratio: Mapping[str, float] | None, language: str) -> str:
    """A ratio's interval as a change in per cent, nothing where there is none."""
    if ratio is None:
        return ""
    found = Interval(*(100.0 * (ratio[key] - 1.0) for key in ("estimate", "low", "high")))
    return _limits(found, language) + (" %" if language == "en" else "%")


def _signed(found: Interval, unit: str, language: str) -> str:
    if isnan(found.estimate):
        return "–"
    limits = "" if isnan(found.low) else f" ({_limits(found, language)})"
    return f"{_tenths(found.estimate)}{unit}{limits}"


def _limits(found: Interval, language: str) -> str:
    low, high = _tenths(found.low), _tenths(found.high)
    if low == high:
        return f"±<{_half_step('.1f')}"
    return f"{low}{'～' if language == 'zh' else ' to '}{high}"


def _tenths(value: float) -> str:
    """With its sign, but zero without."""
    text = f"{value:+.1f}".replace("-", "−")
    return "0.0" if text[1:] == "0.0" else text


def millions(cny: float, language: str) -> str:
    """An amount in million CNY, in Chinese in ten thousands; one that rounds to nothing is called small."""
    if cny < SMALLEST_MILLIONS * CNY_PER_MILLION:
        return "<0.1" if language == "en" else "不到 5"
    return f"{cny / CNY_PER_MILLION:.1f}" if language == "en" else f"{cny * MONEY[language][0]:,.0f}"
