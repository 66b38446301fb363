"""Base hazard of each directed section: what a truck expects per metre on a dry day where it drives as others do.

Which chapter of the Highway Safety Manual predicts a section's accidents goes with its link: expressways are freeways
(chapter 18), other roads are two-lane (chapter 10) or have four lanes (chapter 11).
"""

from functools import cache
from math import prod
from typing import NamedTuple

import numpy as np

from sim.core.kept import kept
from sim.core.random_streams import Streams
from sim.core.units import DAYS_PER_YEAR, METRES_PER_FOOT, METRES_PER_KM, METRES_PER_MILE, Floats
from sim.inputs.network import DirectedLink, Network
from sim.inputs.road import Link, Section
from sim.risk import freeway, multilane, two_lane
from sim.risk.encounters import CENTRELINE_RUMBLE_HEAD_ON, Types, two_way_types, types_of
from sim.risk.parameters import RiskParameters


class BaseHazard(NamedTuple):
    """What a truck expects per metre on a dry day in mean traffic, where it drives as others do."""

    per_m: Floats
    """Of all types together, shape (directed sections,)."""
    share: Floats
    """Of the types of `encounters.Types`, shape (types, directed sections)."""


def base_hazard(network: Network, risk: RiskParameters) -> BaseHazard:
    """The manual's prediction for each directed section, and the types of accident that it is made of."""
    by_type = np.hstack([_of_link(way.link, forward=way.forward) for way in network.ways])
    per_m = by_type.sum(axis=0)
    local = np.where(network.sections.freeway, risk.expressway_calibration_factor, 1.0)
    level = local * risk.calibration_factor * (risk.truck_hazard_ratio / two_lane.INVOLVED_PER_ACCIDENT)
    return BaseHazard(per_m * level, by_type / per_m)


@kept(most=4096)
def _of_link(link: Link, *, forward: bool) -> Floats:
    """Involvements per vehicle-metre, shape (types, sections in the order of travel)."""
    sections = link.sections if forward else link.sections[::-1]
    return np.array([involvements_per_vehicle_m(section, link) for section in sections]).T


def involvements_per_vehicle_m(section: Section, link: Link) -> Types[float]:
    """Vehicles in accidents per vehicle-metre by the manual's chapter for such a road, by type of accident.

    On expressways accidents of several vehicles are taken as rear-end. Roads of four lanes have the two-lane road's
    shares, for want of published ones; where a median divides them nobody comes towards.
    """
    if link.freeway:
        return _on_freeway(section, link)
    accidents = _on_multilane(section, link) if link.lane_count > 2 else _on_two_lanes(section, link)  # noqa: PLR2004
    total, types = two_lane.INVOLVED_PER_ACCIDENT * accidents, two_way_types()
    if link.divided:
        types = types_of(types.rear_end, 0.0, 0.0)
    by_type = Types(*(share * total for share in types))
    if not section.centreline_rumble:
        return by_type
    return by_type._replace(head_on=by_type.head_on * CENTRELINE_RUMBLE_HEAD_ON / two_lane.CENTRELINE_RUMBLE_FACTOR)


SITE_M = 100.0
"""Pieces of a road for which numbers are drawn, however it is cut into sections [m]."""


def site_factors(network: Network, streams: Streams, overdispersion_miles: float) -> Floats:
    """How much more dangerous each section is than alike ones, 1 on average, shape (directed sections,).

    Gamma numbers whose variance is the prediction's overdispersion, k = 0.236 / L (equation 10-7 of the manual): with
    them counts of sites scatter as real ones do, and sites that were picked for their counts regress to the mean. They
    are drawn by pieces of the link, so that it does not matter how it is cut. Both directions share them, and so do all
    scenarios of a replication. Expressways have none: chapter 18's k is a fifth.
    """
    factors = np.ones(len(network.sections.length_m))
    for way in network.ways:
        if overdispersion_miles > 0.0 and not way.link.freeway:
            length_m = network.sections.length_m[way.first : way.stop]
            own = _site_factors(way, length_m if way.forward else length_m[::-1], streams, overdispersion_miles)
            factors[way.first : way.stop] = own if way.forward else own[::-1]
    return factors


def _site_factors(way: DirectedLink, length_m: Floats, streams: Streams, overdispersion_miles: float) -> Floats:
    """Of a link's sections, in its own direction."""
    bounds_m = np.concatenate([[0.0], np.cumsum(length_m)])
    pieces, shape = int(np.ceil(bounds_m[-1] / SITE_M)), SITE_M / METRES_PER_MILE / overdispersion_miles
    drawn = streams.generator(f"site.{way.link.name}").standard_gamma(shape, pieces) / shape
    danger = np.concatenate([[0.0], np.cumsum(drawn * SITE_M)])
    result: Floats = np.diff(np.interp(bounds_m, np.arange(pieces + 1) * SITE_M, danger)) / length_m
    return result


def _on_two_lanes(section: Section, link: Link) -> float:
    """Accidents per vehicle-metre: the prediction is proportional to traffic.

    What a passing lane does comes from those whom it lets pass, not from the manual's factor.
    """
    factors = modification_factors(section, link.aadt_on(section))
    without_passing_lane = [factor for name, factor in factors.items() if name != "passing_lane"]
    return _two_lane_rate_per_m() * float(np.prod(without_passing_lane))


@cache
def _two_lane_rate_per_m() -> float:
    """Accidents per vehicle-metre at base conditions."""
    yearly = float(two_lane.base_accidents_per_year(np.array(1.0), np.array(1.0)))
    return yearly / DAYS_PER_YEAR / METRES_PER_MILE


def _on_multilane(section: Section, link: Link) -> float:
    """Accidents per vehicle-metre on four lanes; the chapter has no factors for curves and grades."""
    divided, width_ft = link.divided, section.lane_width_m / METRES_PER_FOOT
    aadt = min(link.aadt_on(section), multilane.MAX_AADT[divided])
    factor = multilane.lane_width_factor(width_ft, divided=divided)
    if divided:
        factor *= multilane.divided_shoulder_factor(section.shoulder_width_m / METRES_PER_FOOT)
    if section.automated_enforcement:
        factor *= multilane.SPEED_ENFORCEMENT_FACTOR[divided]
    if section.lighting:
        factor *= multilane.lighting_factor(divided=divided)
    return multilane.predicted_per_mile(aadt, divided=divided) * factor / aadt / DAYS_PER_YEAR / METRES_PER_MILE


def _on_freeway(section: Section, link: Link) -> Types[float]:
    """Vehicles in accidents per vehicle-metre; both vehicles where there are several."""
    curved = section.curve_radius_m is not None
    aadt = min(link.aadt_on(section), freeway.MAX_AADT[link.lane_count])
    parts = [
        freeway.predicted(aadt, link.lane_count),
        freeway.lane_width_factor(section.lane_width_m / METRES_PER_FOOT),
        freeway.shoulder_factor(section.shoulder_width_m / METRES_PER_FOOT, curved=curved),
    ]
    if section.curve_radius_m is not None:
        parts.append(freeway.curve_factor(section.curve_radius_m / METRES_PER_FOOT))
    yearly = freeway.PerMile(*(prod(column) for column in zip(*parts, strict=True)))
    factors = modification_factors(section, link.aadt_on(section))
    others = float(np.prod([factors[name] for name in FREEWAY_FACTORS]))
    per_vehicle = others / aadt / DAYS_PER_YEAR / METRES_PER_MILE
    several = 2.0 * (yearly.several_injury + yearly.several_damage) * per_vehicle
    return Types((yearly.single_injury + yearly.single_damage) * per_vehicle, several, 0.0, 0.0)


FREEWAY_FACTORS = ("superelevation", "lighting", "automated_enforcement")
"""Factors of the two-lane model that are applied to expressways too: assumption."""


def modification_factors(section: Section, aadt: float) -> dict[str, float]:
    """All modification factors of a two-lane section, by name, in the manual's order."""
    traffic = np.array(min(aadt, two_lane.MAX_AADT))
    shoulder = np.array(section.shoulder_width_m / METRES_PER_FOOT)
    driveways = np.array(section.driveways_per_km * METRES_PER_MILE / METRES_PER_KM)
    factors: dict[str, Floats | float] = {
        "lane_width": two_lane.lane_width_factor(np.array(section.lane_width_m / METRES_PER_FOOT), traffic),
        "shoulder": two_lane.shoulder_factor(shoulder, section.shoulder_type, traffic),
        "curve": _curve_factor(section),
        "superelevation": two_lane.superelevation_factor(np.array(section.missing_superelevation_pct / 100.0)),
        "grade": two_lane.grade_factor(np.array(section.grade_pct / 100.0)),
        "driveways": two_lane.driveway_factor(driveways, traffic),
        "centreline_rumble": two_lane.CENTRELINE_RUMBLE_FACTOR if section.centreline_rumble else 1.0,
        "passing_lane": two_lane.PASSING_LANE_FACTOR[section.passing_lane],
        "left_turn_lane": two_lane.left_turn_lane_factor(driveways) if section.left_turn_lane else 1.0,
        "roadside": two_lane.roadside_factor(np.array(float(section.roadside_hazard))),
        "lighting": two_lane.lighting_factor() if section.lighting else 1.0,
        "automated_enforcement": two_lane.SPEED_ENFORCEMENT_FACTOR if section.automated_enforcement else 1.0,
    }
    return {name: float(factor) for name, factor in factors.items()}


def _curve_factor(section: Section) -> float:
    if section.curve_radius_m is None:
        return 1.0
    miles = np.array(section.whole_curve_m / METRES_PER_MILE)
    feet = np.array(section.curve_radius_m / METRES_PER_FOOT)
    return float(two_lane.curve_factor(miles, feet, np.array(section.spiral_ends / 2.0)))


def predicted_accidents_per_year(section: Section, aadt: float, calibration_factor: float = 1.0) -> float:
    """Accidents a year of all vehicles on a two-lane section: N_spf C prod(CMF), equation 10-1 of the manual."""
    miles = np.array(section.length_km * METRES_PER_KM / METRES_PER_MILE)
    base = float(two_lane.base_accidents_per_year(np.array(aadt), miles))
    return base * calibration_factor * float(np.prod(list(modification_factors(section, aadt).values())))
