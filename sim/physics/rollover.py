"""Rollover in curves: lateral acceleration against a distribution of rollover thresholds.

[1] Winkler, Ervin (1999), Rollover of Heavy Commercial Vehicles, UMTRI-99-19.
"""

from sim import portable
from sim.units import STANDARD_GRAVITY_MS2, FloatLike


def lateral_acceleration_g(speed_ms: FloatLike, curvature_per_m: FloatLike, superelevation: FloatLike) -> FloatLike:
    """Lateral acceleration along the road surface [g]: a = kappa v**2 / g - e.

    Parameters
    ----------
    speed_ms : speed [m/s]
    curvature_per_m : 1 / radius [1/m]
    superelevation : rise to the outside [-]
    """
    return speed_ms * speed_ms * curvature_per_m / STANDARD_GRAVITY_MS2 - superelevation


def rollover_hazard(acceleration_g: FloatLike, threshold_g: FloatLike, scale_g: float) -> FloatLike:
    """Expected rollovers [-] of one passage through a curve.

    Parameters
    ----------
    acceleration_g : lateral acceleration [g]
    threshold_g : median static rollover threshold [g]
    scale_g : scale of its logistic distribution, between passages of alike trucks [g]

    Notes
    -----
    The chance to roll is F = 1 / (1 + exp(-(a - a_0) / s)) and the hazard -ln(1 - F) = ln(1 + exp((a - a_0) / s)).
    Loaded tractor-semitrailers stand at about 0.35 g, high loads at 0.25 to 0.30 g [1]; the spread is an assumption.
    """
    result: FloatLike = portable.softplus((acceleration_g - threshold_g) / scale_g)
    return result
