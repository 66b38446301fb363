"""General accidents on rural freeways by the Highway Safety Manual.

[1] AASHTO (2014), Highway Safety Manual, supplement to the 1st edition, chapter 18; tables 18-5, 18-7, 18-14, 18-15,
    18-21 and 18-23 and equations 18-15, 18-24, 18-25 and 18-35, read in a public implementation of it.

Base conditions are lanes of 12 ft and outside shoulders of 10 ft on a straight road. The chapter has no factor for
grades and none for trucks; its factors for medians, barriers, ramps and rumble strips are not used here. Formulas keep
the manual's units.
"""

from typing import NamedTuple

import numpy as np

from sim.core import portable


class PerMile(NamedTuple):
    """Accidents a year and mile, both directions, by the number of vehicles and by severity."""

    several_injury: float
    several_damage: float
    single_injury: float
    single_damage: float

    @property
    def accidents(self) -> float:
        """All of them."""
        return sum(self)

    @property
    def involvements(self) -> float:
        """Vehicles in accidents: two where there are several."""
        return self.accidents + self.several_injury + self.several_damage


LANES = (4, 6, 8)
MAX_AADT = {4: 73_000.0, 6: 130_000.0, 8: 190_000.0}
"""Upper end of the prediction's range [1]."""
INTERCEPT = {
    4: PerMile(-5.975, -6.880, -2.126, -2.235),
    6: PerMile(-6.092, -7.141, -2.055, -2.274),
    8: PerMile(-6.140, -7.329, -1.985, -2.312),
}
"""By the lanes of both directions, tables 18-5 and 18-7 [1]."""
EXPONENT = PerMile(1.492, 1.936, 0.646, 0.876)
"""Of the AADT in thousands, tables 18-5 and 18-7 [1]."""
CURVE = PerMile(0.0172, 0.0340, 0.0719, 0.0626)
"""Tables 18-14 and 18-23 [1]."""
MIN_RADIUS_FT = 1000.0
"""Lower end of the curve factor's range [1]; the formula is not carried below it."""
LANE_WIDTHS_FT, SHOULDER_WIDTHS_FT = (10.5, 14.0), (4.0, 14.0)
"""Ranges of the factors [1]."""


def predicted(aadt: float, lanes: int) -> PerMile:
    """Accidents at base conditions: exp(a + b ln(AADT / 1000)), equation 18-15 [1]."""
    traffic = float(portable.log(min(aadt, MAX_AADT[lanes]) / 1000.0))
    return PerMile(*(float(portable.exp(a + b * traffic)) for a, b in zip(INTERCEPT[lanes], EXPONENT, strict=True)))


def curve_factor(radius_ft: float, share: float = 1.0) -> PerMile:
    """Factor [-] of a curve [ft] on a share of the length: 1 + a (5730 / R)**2 share, equation 18-24 [1]."""
    bend = share * (5730.0 / max(radius_ft, MIN_RADIUS_FT)) ** 2
    return PerMile(*(1.0 + a * bend for a in CURVE))


def lane_width_factor(width_ft: float) -> PerMile:
    """Factor [-] of the lane width [ft] on accidents with injured: exp(-0.0376 (W - 12)), equation 18-25 [1]."""
    width = float(np.clip(width_ft, *LANE_WIDTHS_FT))
    injury = 0.963 if width >= 13.0 else float(portable.exp(-0.0376 * (width - 12.0)))  # noqa: PLR2004
    return PerMile(injury, 1.0, injury, 1.0)


def shoulder_factor(width_ft: float, *, curved: bool) -> PerMile:
    """Factor [-] of the paved outside shoulder [ft] on accidents of one vehicle, equation 18-35 and table 18-21 [1]."""
    beyond = float(np.clip(width_ft, *SHOULDER_WIDTHS_FT)) - 10.0
    slopes = (-0.0897, -0.0840) if curved else (-0.0647, 0.0)
    return PerMile(1.0, 1.0, *(float(portable.exp(slope * beyond)) for slope in slopes))
