"""Where a map says that trucks may not go, or not above a mass: told with what to write, for it is not carried over.

Which classes of trucks a ban means, and by which way they go instead, no file of one road says.
"""

import re
from collections.abc import Iterator, Sequence

from sim.core.units import KG_PER_TONNE, METRES_PER_KM
from sim.importing.alignment import Run
from sim.importing.findings import Finding, at_km
from sim.importing.lines import Tags

KINDS = ("hgv", "hgv_articulated", "goods", "maxweight", "maxweightrating", "maxgcweight")
FOR_ALL = frozenset({"maxweight", "maxweightrating", "maxgcweight"})
CLOSED = frozenset({"no", "private", "delivery", "destination", "agricultural", "forestry"})
MASS = re.compile(r"(\d+(?:\.\d+)?)\s*(t|kg)?$")


def restrictions(runs: Sequence[Run]) -> list[Finding]:
    """A finding for each stretch with the same restriction, in order."""
    found: list[tuple[float, float, dict[str, str]]] = []
    for run in runs:
        own = dict(_of_trucks(run.tags))
        if own and found and found[-1][2] == own and found[-1][1] == run.from_m:
            found[-1] = (found[-1][0], run.to_m, own)
        elif own:
            found.append((run.from_m, run.to_m, own))
    return [_told(*one) for one in found]


def _of_trucks(tags: Tags) -> Iterator[tuple[str, str]]:
    """Tags that keep trucks out, in a direction or under a condition too."""
    for key, value in tags.items():
        kind, text = key.partition(":")[0], value.strip().lower()
        if kind in KINDS and ("conditional" in key or kind in FOR_ALL or text in CLOSED) and text not in ("none", ""):
            yield key, value


def _told(from_m: float, to_m: float, tags: Tags) -> Finding:
    from_km, to_km = (metres / METRES_PER_KM for metres in (from_m, to_m))
    ban = f"ban: {{truck_classes: [...]{_mass(tags)}, from_km: {from_km:.3f}, to_km: {to_km:.3f}}}"
    said = ", ".join(f"{key}={value}" for key, value in tags.items())
    return Finding("R21", at_km(from_m), {"said": said, "to_km": to_km, "ban": ban})


def _mass(tags: Tags) -> str:
    """The least mass that is told."""
    read = [MASS.match(value.strip().lower()) for key, value in tags.items() if key in FOR_ALL]
    masses = [float(one[1]) / (KG_PER_TONNE if one[2] == "kg" else 1.0) for one in read if one]
    return f", above_mass_t: {min(masses):g}" if masses else ""
