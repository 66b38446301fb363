"""General accidents on rural roads of four lanes without access control by the Highway Safety Manual.

[1] AASHTO (2010), Highway Safety Manual, 1st edition, volume 2, chapter 11; tables 11-3 and 11-5, equation 11-7, read
    in a public implementation of it.

Base conditions are lanes of 12 ft. The chapter has no factor for curves, grades and trucks.
"""

import numpy as np

from sim.core import portable

COEFFICIENTS = {True: (-9.025, 1.049), False: (-9.653, 1.176)}
"""Of ln N = a + b ln AADT, all accidents, divided or not, tables 11-5 and 11-3 [1]."""
MAX_AADT = {True: 89_300.0, False: 33_200.0}
"""Upper end of the prediction's range [1]."""
SHOULDER_WIDTHS_FT = (0.0, 2.0, 4.0, 6.0, 8.0)
DIVIDED_SHOULDER_FACTORS = (1.18, 1.13, 1.09, 1.04, 1.00)
"""Paved shoulders of divided roads [1]."""
SHARE_LANE_RELATED = {True: 0.50, False: 0.27}
LANE_WIDTHS_FT = (9.0, 10.0, 11.0, 12.0)
LANE_FACTORS = {True: (1.25, 1.15, 1.03, 1.00), False: (1.38, 1.23, 1.04, 1.00)}
"""Above 2,000 vehicles a day, as all roads with four lanes are taken to have; tables 11-11 and 11-16 [1]."""
SPEED_ENFORCEMENT_FACTOR = {True: 0.94, False: 0.95}


def predicted_per_mile(aadt: float, *, divided: bool) -> float:
    """Accidents a year and mile, both directions, at base conditions: exp(a + b ln AADT), equation 11-7 [1]."""
    a, b = COEFFICIENTS[divided]
    return float(portable.exp(a + b * portable.log(min(aadt, MAX_AADT[divided]))))


def lane_width_factor(width_ft: float, *, divided: bool) -> float:
    """Factor [-] by lane width [ft], equations 11-13 and 11-16 [1]; between tabled widths by interpolation."""
    related = float(np.interp(width_ft, LANE_WIDTHS_FT, LANE_FACTORS[divided]))
    return (related - 1.0) * SHARE_LANE_RELATED[divided] + 1.0


def divided_shoulder_factor(width_ft: float) -> float:
    """Factor [-] by the width of the paved shoulder of a divided road [ft]."""
    return float(np.interp(width_ft, SHOULDER_WIDTHS_FT, DIVIDED_SHOULDER_FACTORS))


NIGHT_SHARES = {True: (0.323, 0.677, 0.426), False: (0.361, 0.639, 0.255)}
"""Unlit night accidents with injury and with damage only, and night accidents among all, tables 11-15 and 11-19 [1]."""


def lighting_factor(*, divided: bool) -> float:
    """Factor [-] of lighting, equations 11-15 and 11-17 [1]."""
    injury, damage, night = NIGHT_SHARES[divided]
    return 1.0 - (1.0 - 0.72 * injury - 0.83 * damage) * night
