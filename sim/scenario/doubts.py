"""What is worth a second look at a valid road: heights that jump, kilometres told as one, levels seen nowhere."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from sim.core.units import METRES_PER_KM, VKM_PER_MILLION
from sim.inputs.network import Network
from sim.inputs.road import Link, Road, Section
from sim.risk.parameters import RiskParameters
from sim.risk.section_hazard import base_hazard

LONG_KM = 5.0
"""One grade for so many kilometres hides what heats brakes; the mean grade of 2 km is what accidents go with.
Assumption, 3 to 10 km; the next four are assumptions too, with their ranges."""
SHORT_KM = 0.3
"""0.1 to 0.5 km."""
JUMP_PCT = 8.0
"""Roads are built with rounded crests: from one short section to the next their grade does not change by so much. 6 to
12 points."""
JAGGED_SHARE = 0.1
"""Of the borders between short sections. 0.05 to 0.2."""
SEEN_PER_MILLION_VKM = (0.05, 5.0)
"""Accidents per million vehicle-km that the manual should give: 0.02 to 0.1, and 3 to 10; 0.8 to 1.1 were counted on
US-12 in Montana."""


def doubts_of_road(road: Road) -> Iterator[str]:
    """About the geometry of each link."""
    for link in road.links:
        yield from doubts_of_link(link)


def doubts_of_link(link: Link) -> Iterator[str]:
    """About the geometry of one link."""
    longest = max(link.sections, key=lambda section: section.length_km)
    if longest.length_km > LONG_KM:
        yield (
            f"link {link.name}: a section of {longest.length_km:g} km has one grade ({longest.grade_pct:g} %) and one "
            f"radius; brakes and curves need sections below {LONG_KM:g} km"
        )
    share = _jumps(link.sections)
    if share > JAGGED_SHARE:
        yield (
            f"link {link.name}: the grade jumps by {JUMP_PCT:g} points or more at {100.0 * share:.0f} % of the borders "
            "between short sections, as unsmoothed heights do; `hairpin import road` smooths them"
        )


def _jumps(sections: Sequence[Section]) -> float:
    """Share of the borders between short sections at which the grade changes a lot."""
    borders = [
        abs(after.grade_pct - before.grade_pct) >= JUMP_PCT
        for before, after in pairwise(sections)
        if max(before.length_km, after.length_km) <= SHORT_KM
    ]
    return sum(borders) / len(borders) if borders else 0.0


def doubts_of_rates(road: Road, risk: RiskParameters) -> Iterator[str]:
    """About the level of accidents on each link, without what trucks and weather add."""
    network, (low, high) = Network(road), SEEN_PER_MILLION_VKM
    per_m = base_hazard(network, risk).per_m / risk.truck_hazard_ratio  # trucks in accidents; here of accidents
    for way in network.ways:
        here = slice(way.first, way.stop)
        rate = float(np.average(per_m[here], weights=network.sections.length_m[here])) * METRES_PER_KM * VKM_PER_MILLION
        if way.forward and not low <= rate <= high:
            yield (
                f"link {way.link.name}: the manual gives {rate:.2g} accidents per million vehicle-km here, where "
                f"{low:g} to {high:g} would be usual: look at aadt, radii, driveways and risk.calibration_factor"
            )
