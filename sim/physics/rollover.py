"""Rollover in curves: a speed that scatters from passage to passage against the speed at which a truck rolls over.

[1] Winkler, Ervin (1999), Rollover of Heavy Commercial Vehicles, UMTRI-99-19.
"""

import numpy as np

from sim.core import portable
from sim.core.units import STANDARD_GRAVITY_MS2, FloatLike

LOGISTIC_SCALE = 0.5513288954217921
"""sqrt(3) / pi: scale over standard deviation of a logistic distribution."""


def lateral_acceleration_g(speed_ms: FloatLike, curvature_per_m: FloatLike, superelevation: FloatLike) -> FloatLike:
    """Lateral acceleration along the road surface [g]: a = kappa v**2 / g - e.

    Parameters
    ----------
    speed_ms : speed [m/s]
    curvature_per_m : 1 / radius [1/m]
    superelevation : rise to the outside [-]
    """
    return speed_ms * speed_ms * curvature_per_m / STANDARD_GRAVITY_MS2 - superelevation


def rollover_speed_ms(threshold_g: FloatLike, curvature_per_m: FloatLike, superelevation: FloatLike) -> FloatLike:
    """Speed at which a truck rolls over [m/s]: lateral acceleration at its static threshold.

    Parameters
    ----------
    threshold_g : static rollover threshold [g]
    curvature_per_m : 1 / radius [1/m], above 0
    superelevation : rise to the outside [-]

    Notes
    -----
    Loaded tractor-semitrailers stand at about 0.35 g, high loads at 0.25 to 0.30 g [1].
    """
    result: FloatLike = np.sqrt((threshold_g + superelevation) * STANDARD_GRAVITY_MS2 / curvature_per_m)
    return result


def rollover_hazard(speed_ms: FloatLike, rollover_speed_ms: FloatLike, spread: float) -> FloatLike:
    """Expected rollovers [-] of one passage through a curve.

    Parameters
    ----------
    speed_ms : speed that the driver means to have [m/s]
    rollover_speed_ms : speed at which the truck rolls over [m/s]
    spread : scale of the logistic distribution of the speed in the curve over the one meant [-]

    Notes
    -----
    The chance that v (1 + s z) exceeds v_r is F = 1 / (1 + exp(-(1 - v_r / v) / s)), the hazard
    -ln(1 - F) = ln(1 + exp((1 - v_r / v) / s)).
    """
    result: FloatLike = portable.softplus((1.0 - rollover_speed_ms / speed_ms) / spread)
    return result


def logistic_spread(sd: float) -> float:
    """Scale of a logistic distribution with a standard deviation: sd sqrt(3) / pi."""
    return sd * LOGISTIC_SCALE
