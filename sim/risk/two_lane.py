"""General accidents on rural two-lane roads by the Highway Safety Manual.

[1] AASHTO (2010), Highway Safety Manual, 1st edition, volume 2, chapter 10.

Formulas keep the manual's units (miles, feet, vehicles a day); callers convert.
"""

import numpy as np

from sim.core import portable
from sim.core.units import DAYS_PER_YEAR, Floats

SHARE_LANE_RELATED = 0.574
"""Run-off-road, head-on and sideswipe accidents among all, table 10-4 [1]."""
INVOLVED_PER_ACCIDENT = 1.307
"""Vehicles in accidents over accidents: 30.7 % are of more than one, taken to be two, table 10-4 [1]."""
LOW_AADT, HIGH_AADT = 400.0, 2000.0
MAX_AADT = 17_800.0
"""Upper end of the prediction model's range [1]."""
MIN_RADIUS_FT = 100.0
BASE_DRIVEWAYS_PER_MILE = 5.0

LANE_WIDTHS_FT = (9.0, 10.0, 11.0, 12.0)
LANE_FACTORS = ((1.05, 1.02, 1.01, 1.00), (2.81e-4, 1.75e-4, 2.5e-5, 0.0), (1.50, 1.30, 1.05, 1.00))
"""Table 10-8 [1] by `LANE_WIDTHS_FT`: below 400 vehicles a day, growth between, above 2,000."""

SHOULDER_WIDTHS_FT = (0.0, 2.0, 4.0, 6.0, 8.0)
SHOULDER_FACTORS = (
    (1.10, 1.07, 1.02, 1.00, 0.98),
    (2.5e-4, 1.43e-4, 8.125e-5, 0.0, -6.875e-5),
    (1.50, 1.30, 1.15, 1.00, 0.87),
)
"""Table 10-9 [1] by `SHOULDER_WIDTHS_FT`, as `LANE_FACTORS`."""

SHOULDER_TYPE_WIDTHS_FT = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
SHOULDER_TYPE_FACTORS = {
    "paved": (1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00),
    "gravel": (1.00, 1.00, 1.01, 1.01, 1.01, 1.02, 1.02),
    "composite": (1.00, 1.01, 1.02, 1.02, 1.03, 1.04, 1.06),
    "turf": (1.00, 1.01, 1.03, 1.04, 1.05, 1.08, 1.11),
}
"""Table 10-10 [1] by `SHOULDER_TYPE_WIDTHS_FT`."""


def base_accidents_per_year(aadt: Floats, length_miles: Floats) -> Floats:
    """Accidents a year at base conditions: AADT L 365e-6 exp(-0.312), equation 10-6 [1]."""
    result: Floats = aadt * length_miles * DAYS_PER_YEAR * 1e-6 * portable.exp(-0.312)
    return result


def _by_traffic(
    width_ft: Floats, aadt: Floats, widths: tuple[float, ...], factors: tuple[tuple[float, ...], ...]
) -> Floats:
    """A factor that depends on width and traffic; between tabled widths by interpolation."""
    low, slope, high = (np.interp(width_ft, widths, values) for values in factors)
    between = low + slope * (aadt - LOW_AADT)
    return np.where(aadt < LOW_AADT, low, np.where(aadt > HIGH_AADT, high, between))


def lane_width_factor(width_ft: Floats, aadt: Floats) -> Floats:
    """Factor [-] by lane width [ft] and AADT, equation 10-11 and table 10-8 [1]."""
    related = _by_traffic(width_ft, aadt, LANE_WIDTHS_FT, LANE_FACTORS)
    return (related - 1.0) * SHARE_LANE_RELATED + 1.0


def shoulder_factor(width_ft: Floats, shoulder_type: str, aadt: Floats) -> Floats:
    """Factor [-] by shoulder width [ft], type and AADT, equation 10-12, tables 10-9 and 10-10 [1]."""
    width = _by_traffic(width_ft, aadt, SHOULDER_WIDTHS_FT, SHOULDER_FACTORS)
    kind = np.interp(width_ft, SHOULDER_TYPE_WIDTHS_FT, SHOULDER_TYPE_FACTORS[shoulder_type])
    return (width * kind - 1.0) * SHARE_LANE_RELATED + 1.0


def curve_factor(length_miles: Floats, radius_ft: Floats, spirals: Floats) -> Floats:
    """Factor [-] of a curve, equation 10-13 [1], not below 1.

    Parameters
    ----------
    length_miles : array
        length of the curve with its spirals [mile], taken as at least 100 ft
    radius_ft : array
        radius [ft], taken as at least 100 ft
    spirals : array
        1, 0.5 or 0 for spirals at both ends, one or none
    """
    long = 1.55 * np.maximum(length_miles, 100.0 / 5280.0)
    factor = (long + 80.2 / np.maximum(radius_ft, MIN_RADIUS_FT) - 0.012 * spirals) / long
    return np.maximum(factor, 1.0)


def superelevation_factor(variance: Floats) -> Floats:
    """Factor [-] of superelevation that is missing against the design policy's [-], equations 10-14 to 10-16 [1]."""
    moderate = 1.00 + 6.0 * (variance - 0.01)
    return np.where(variance < 0.01, 1.0, np.where(variance < 0.02, moderate, 1.06 + 3.0 * (variance - 0.02)))


def grade_factor(grade: Floats) -> Floats:
    """Factor [-] of a grade [-] in either direction, table 10-11 [1]."""
    steep = np.abs(grade)
    return np.where(steep <= 0.03, 1.00, np.where(steep <= 0.06, 1.10, 1.16))


def driveway_factor(per_mile: Floats, aadt: Floats) -> Floats:
    """Factor [-] of driveways [1/mile], equation 10-17 [1]; 1 up to five a mile."""
    slope = 0.05 - 0.005 * portable.log(aadt)
    dense = np.maximum(per_mile, BASE_DRIVEWAYS_PER_MILE)
    result: Floats = (0.322 + dense * slope) / (0.322 + BASE_DRIVEWAYS_PER_MILE * slope)
    return result


def roadside_factor(rating: Floats) -> Floats:
    """Factor [-] of the roadside hazard rating 1 to 7, equation 10-20 [1]; base rating 3."""
    result: Floats = portable.exp(-0.6869 + 0.0668 * rating) / portable.exp(-0.4865)
    return result


CENTRELINE_RUMBLE_FACTOR = 0.94
"""Section 10.7.1 [1]."""
PASSING_LANE_FACTOR = {"none": 1.00, "one_way": 0.75, "both_ways": 0.65}
"""Passing or climbing lane in one direction, short four-lane section, section 10.7.1 [1]."""
SPEED_ENFORCEMENT_FACTOR = 0.93
"""Automated speed enforcement, section 10.7.1 [1]."""
NIGHT_INJURY_SHARE, NIGHT_DAMAGE_SHARE, NIGHT_SHARE = 0.382, 0.618, 0.370
"""Unlit night accidents with injury and with damage only, and night accidents among all, table 10-12 [1]."""
SEVERITY_SHARES = {"fatal": 0.013, "incapacitating": 0.054, "evident": 0.109, "possible": 0.145, "damage_only": 0.679}
"""Table 10-3 [1]."""


def left_turn_lane_factor(driveways_per_mile: Floats) -> Floats:
    """Factor [-] of a two-way left-turn lane, equations 10-18 and 10-19 [1]; 1 below five driveways a mile.

    0.5 of driveway accidents can be helped by the lane and 0.7 of those are saved.
    """
    dense = 0.0047 * driveways_per_mile + 0.0024 * driveways_per_mile**2
    share = dense / (1.199 + dense)
    return np.where(driveways_per_mile >= BASE_DRIVEWAYS_PER_MILE, 1.0 - 0.7 * share * 0.5, 1.0)


def lighting_factor() -> float:
    """Factor [-] of lighting, equation 10-21 with table 10-12's shares [1]."""
    return 1.0 - (1.0 - 0.72 * NIGHT_INJURY_SHARE - 0.83 * NIGHT_DAMAGE_SHARE) * NIGHT_SHARE


def overdispersion(length_miles: Floats) -> Floats:
    """Overdispersion of the prediction's negative binomial [-], k = 0.236 / L, equation 10-7 [1]."""
    return 0.236 / length_miles
