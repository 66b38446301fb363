"""Base hazard of each directed section: what a truck at the limit on a dry day would expect per metre."""

import numpy as np

from sim.parameters import ROAD_CLASSES
from sim.risk import two_lane
from sim.risk.parameters import RiskParameters
from sim.road import Network, Section
from sim.units import METRES_PER_FOOT, METRES_PER_KM, METRES_PER_MILE, Floats


def base_hazard_per_m(network: Network, risk: RiskParameters) -> Floats:
    """General accidents per truck-metre, shape (directed sections,).

    Two-lane roads: prediction at base conditions x modification factors. Expressways: the base conditions' rate times
    `expressway_ratio` and the curve's and grade's factors, an assumption.
    """
    hazard = np.empty(len(network.sections.length_m))
    for way in network.ways:
        sections = way.link.sections if way.forward else way.link.sections[::-1]
        factors = [_section_factor(s, way.link.aadt, way.link.road_class) for s in sections]
        hazard[way.first : way.stop] = factors
    ratio = np.where(network.sections.road_class == ROAD_CLASSES.index("expressway"), risk.expressway_ratio, 1.0)
    return hazard * ratio * _base_rate_per_m() * risk.calibration_factor * risk.truck_hazard_ratio


def _base_rate_per_m() -> float:
    """Accidents per vehicle-metre at base conditions: the prediction is proportional to traffic."""
    yearly = two_lane.base_accidents_per_year(np.array(1.0), np.array(1.0))
    return float(yearly) / 365.0 / METRES_PER_MILE


def _section_factor(section: Section, aadt: float, road_class: str) -> float:
    """Product of the modification factors that the section's description allows."""
    factors = [two_lane.grade_factor(np.array(section.grade_pct / 100.0))]
    if section.curve_radius_m is not None:
        miles = section.length_km * METRES_PER_KM / METRES_PER_MILE
        feet = section.curve_radius_m / METRES_PER_FOOT
        factors.append(two_lane.curve_factor(np.array(miles), np.array(feet), np.array(0.0)))
    if road_class != "expressway":
        factors += _cross_section_factors(section, np.array(min(aadt, two_lane.MAX_AADT)))
    return float(np.prod(factors))


def _cross_section_factors(section: Section, aadt: Floats) -> list[Floats]:
    lane = np.array(section.lane_width_m / METRES_PER_FOOT)
    shoulder = np.array(section.shoulder_width_m / METRES_PER_FOOT)
    driveways = np.array(section.driveways_per_km * METRES_PER_MILE / METRES_PER_KM)
    return [
        two_lane.lane_width_factor(lane, aadt),
        two_lane.shoulder_factor(shoulder, section.shoulder_type, aadt),
        two_lane.driveway_factor(driveways, aadt),
        two_lane.roadside_factor(np.array(float(section.roadside_hazard))),
    ]
