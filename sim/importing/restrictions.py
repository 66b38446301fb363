"""Where a map says that trucks may not go, or not above a mass: told with what to write, for it is not carried over.

Which classes of trucks a ban means, and by which way they go instead, no file of one road says.
"""

import re
from collections.abc import Iterator, Sequence

from sim.core.units import KG_PER_TONNE, METRES_PER_KM
from sim.importing.alignment import Run
from sim.importing.findings import Finding, at_km
from sim.importing.lines import Tags

KINDS = ("hgv", "hgv_articulated", "goods")
MASSES = ("maxweight", "maxweightrating", "maxgcweight")
MORE = frozenset({"hgv", "conditional", "forward", "backward"})
"""Parts of a key behind its first that are read."""
CLOSED = frozenset({"no", "private", "delivery", "destination", "agricultural", "forestry"})
MASS = re.compile(r"(\d+(?:\.\d+)?)\s*(t|kg)?$")
AT_AN_END_M = 25.0
"""Sections begin where grades and curves do, and so do links: nearer to a link's end than this is at it. 10 to 50 m."""
Span = tuple[str, float, float]
"""A link's name, and from where to where it goes along the road [m]."""


def restrictions(runs: Sequence[Run], links: Sequence[Span]) -> list[Finding]:
    """A finding for each stretch of a link with the same restriction, in order."""
    found: list[tuple[float, float, dict[str, str]]] = []
    for run in runs:
        own = dict(_of_trucks(run.tags))
        if own and found and found[-1][2] == own and found[-1][1] == run.from_m:
            found[-1] = (found[-1][0], run.to_m, own)
        elif own:
            found.append((run.from_m, run.to_m, own))
    return [
        _told(low, high, tags, link)
        for low, high, tags in found
        for link in links
        if min(high, link[2]) - max(low, link[1]) > AT_AN_END_M
    ]


def _of_trucks(tags: Tags) -> Iterator[tuple[str, str]]:
    """Tags that keep trucks out, in a direction or under a condition too."""
    for key, text in tags.items():
        kind, *more = key.split(":")
        said = text.strip().lower().partition("@")[0].strip()
        if MORE.issuperset(more) and ((kind in KINDS and said in CLOSED) or (kind in MASSES and MASS.match(said))):
            yield key, text.strip()


def _told(low_m: float, high_m: float, tags: Tags, link: Span) -> Finding:
    """With the ban of the link, whose kilometres are its own; without those of an end that it reaches."""
    name, first_m, last_m = link
    low_m, high_m = max(low_m, first_m), min(high_m, last_m)
    ban = f"truck_classes: [...]{_mass(tags)}"
    if low_m - first_m > AT_AN_END_M:
        ban += f", from_km: {(low_m - first_m) / METRES_PER_KM:.3f}"
    if last_m - high_m > AT_AN_END_M:
        ban += f", to_km: {(high_m - first_m) / METRES_PER_KM:.3f}"
    said = ", ".join(f"{key}={value}" for key, value in tags.items())
    values = {"said": said, "to_km": high_m / METRES_PER_KM, "link": name, "ban": f"ban: {{{ban}}}"}
    return Finding("R21", at_km(low_m), values)


def _mass(tags: Tags) -> str:
    """The least mass that is told."""
    texts = [text for key, text in tags.items() if key.partition(":")[0] in MASSES]
    read = [MASS.match(text.lower().partition("@")[0].strip()) for text in texts]
    masses = [float(one[1]) / (KG_PER_TONNE if one[2] == "kg" else 1.0) for one in read if one]
    return f", above_mass_t: {min(masses):g}" if masses else ""
