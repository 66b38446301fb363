"""What a single year can show: chances said as people say them."""

import numpy as np
from scipy.stats import poisson


def chance_words(before: float, after: float, language: str) -> str:
    """How often a count with the programme would not be below one without it, by chance alone."""
    highest = int(max(before, after) + 10.0 * np.sqrt(max(before, after)) + 20.0)
    counts = np.arange(highest)
    hidden = float((poisson.pmf(counts, after) * poisson.cdf(counts, before)).sum())
    low, high = (poisson.interval(0.95, mean) for mean in (before, after))
    if language == "zh":
        return (
            f"按这些预期值，若只数一年，无措施时大致会看到 {low[0]:.0f} 至 {low[1]:.0f} 起，有措施时 {high[0]:.0f} 至 {high[1]:.0f} 起；"
            f"仅凭偶然，约{_one_in(hidden, language)}有措施的起数不低于无措施的起数。"
        )
    return (
        f"With these expected numbers, a count of one year would by chance show about {low[0]:.0f} to {low[1]:.0f} accidents without and "
        f"{high[0]:.0f} to {high[1]:.0f} with it; {_one_in(hidden, language)} the count with it would not be lower."
    )


HARDLY, OFTEN = 0.005, 0.3
"""Shares below which something hardly ever happens, and above which tenths say more than one in so many."""


def _one_in(share: float, language: str) -> str:
    """1 in 5 rather than 0.2."""
    if share < HARDLY:
        return "极少数情况下" if language == "zh" else "hardly ever"
    if share > OFTEN:
        tenths = round(10.0 * share)
        return f" 10 次中有 {tenths} 次" if language == "zh" else f"about {tenths} times in 10"
    count = max(round(1.0 / share), 1)
    return f"每 {count} 次中有 1 次" if language == "zh" else f"about 1 time in {count}"
