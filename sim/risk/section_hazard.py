"""Base hazard of each directed section: what a truck at the limit on a dry day would expect per metre."""

import numpy as np

from sim.parameters import ROAD_CLASSES
from sim.risk import two_lane
from sim.risk.parameters import RiskParameters
from sim.road import Network, Section
from sim.units import DAYS_PER_YEAR, METRES_PER_FOOT, METRES_PER_KM, METRES_PER_MILE, Floats


def base_hazard_per_m(network: Network, risk: RiskParameters) -> Floats:
    """General accidents per truck-metre, shape (directed sections,).

    Two-lane roads: prediction at base conditions x modification factors. Expressways: the base conditions' rate times
    `expressway_ratio` and the curve's and grade's factors, an assumption.
    """
    hazard = np.empty(len(network.sections.length_m))
    for way in network.ways:
        sections = way.link.sections if way.forward else way.link.sections[::-1]
        factors = [section_factor(s, way.link.aadt, way.link.road_class) for s in sections]
        hazard[way.first : way.stop] = factors
    ratio = np.where(network.sections.road_class == ROAD_CLASSES.index("expressway"), risk.expressway_ratio, 1.0)
    return hazard * ratio * _base_rate_per_m() * risk.calibration_factor * risk.truck_hazard_ratio


def _base_rate_per_m() -> float:
    """Accidents per vehicle-metre at base conditions: the prediction is proportional to traffic."""
    yearly = two_lane.base_accidents_per_year(np.array(1.0), np.array(1.0))
    return float(yearly) / DAYS_PER_YEAR / METRES_PER_MILE


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


EXPRESSWAY_FACTORS = ("curve", "superelevation", "grade", "lighting", "automated_enforcement")
"""Factors of the two-lane model that are applied to expressways too: assumption."""


def section_factor(section: Section, aadt: float, road_class: str) -> float:
    """Product of the factors that hold for the class of road."""
    factors = modification_factors(section, aadt)
    names = EXPRESSWAY_FACTORS if road_class == "expressway" else tuple(factors)
    return float(np.prod([factors[name] for name in names]))


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
