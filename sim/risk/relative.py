"""Relative risks of speed.

[1] Elvik (2009), The Power Model of the relationship between speed and road safety, TOI report 1034.
[2] Elvik (2013), A re-parameterisation of the Power Model, Accident Analysis and Prevention 50, 854-860.
"""

from sim.core import portable
from sim.core.units import FloatLike

RURAL_EXPONENTS = {"fatal": 4.1, "serious": 2.6, "slight": 1.1, "injury": 1.6}
"""Exponents of accidents on rural roads and freeways by severity, summary table [1]."""
GROWTH_PER_KMH = {"fatal": 0.069, "injury": 0.034}
"""Exponential model by severity [1 / (km/h)] [2]."""


def power_model(speed_ratio: FloatLike, exponent: float) -> FloatLike:
    """Accidents over those before: (v1 / v0)**p [1].

    Parameters
    ----------
    speed_ratio : mean speed after over before [-], about 0.7 to 1.3
    exponent : of the severity, see `RURAL_EXPONENTS`
    """
    result: FloatLike = speed_ratio**exponent
    return result


def exponential_model(speed_change_kmh: FloatLike, growth_per_kmh: float) -> FloatLike:
    """Accidents over those before: exp(b (v1 - v0)) [2].

    Parameters
    ----------
    speed_change_kmh : change of the mean speed [km/h], about -30 to 30
    growth_per_kmh : b, see `GROWTH_PER_KMH` [1 / (km/h)]
    """
    result: FloatLike = portable.exp(growth_per_kmh * speed_change_kmh)
    return result
