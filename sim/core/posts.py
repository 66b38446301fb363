"""Kilometre posts: K12+300 is 300 m behind the post of kilometre 12."""

import re

PLACES = frozenset({"at_km", "from_km", "to_km"})
"""Keys of places along a link, which may be posts."""
POST = re.compile(r"[Kk]\s*(\d{1,5})\s*\+\s*(\d{1,3}(?:\.\d+)?)$")


def post_km(text: str) -> float | None:
    """A post as a number of kilometres; None of what is no post."""
    found = POST.match(text.strip())
    return None if found is None else float(found[1]) + float(found[2]) / 1000.0


def post_text(km: float) -> str:
    """K12+300, to the metre."""
    metres = round(km * 1000.0)
    return f"{'-' if metres < 0 else ''}K{abs(metres) // 1000}+{abs(metres) % 1000:03d}"


def along_km(post: float, start_post_km: float, *, fall: bool) -> float:
    """Kilometres from a link's start to a post; `fall` says that posts fall along it."""
    return start_post_km - post if fall else post - start_post_km


def span_text(low_km: float, high_km: float, start_post_km: float | None, *, fall: bool, form: str = ".1f") -> str:
    """A stretch of a link as its posts, the lower one first, or as kilometres where it has none."""
    if start_post_km is None:
        return f"{low_km:{form}}–{high_km:{form}}"
    ends = sorted(start_post_km - km if fall else start_post_km + km for km in (low_km, high_km))
    return "–".join(post_text(km) for km in ends)
