"""Stopping: friction of wet and icy roads, stopping sight distance, and the speed that a sight distance allows.

[1] AASHTO (2018), A Policy on Geometric Design of Highways and Streets, section 3.2.2.
"""

import numpy as np

from sim.core.units import STANDARD_GRAVITY_MS2, FloatLike

REACTION_S = 2.5
"""Perception and reaction [s] [1]."""
DECELERATION_MS2 = 3.4
"""Deceleration that most drivers accept on wet roads [m/s2] [1]."""
FRICTION = {"dry": 0.6, "rain": 0.35, "fog": 0.45, "ice": 0.1}
"""Friction that a laden truck's brakes can use [-]: assumption, dry 0.5 to 0.7, wet 0.3 to 0.45, ice 0.07 to 0.15."""
SLOWEST_MS = 2.0


def stopping_distance_m(
    speed_ms: FloatLike,
    grade: FloatLike | float = 0.0,
    deceleration_ms2: float = DECELERATION_MS2,
    reaction_s: float = REACTION_S,
) -> FloatLike:
    """Distance to stop: d = v t + v**2 / (2 (a + g G)), equations 3-2 and 3-3 [1].

    Parameters
    ----------
    speed_ms : speed [m/s]
    grade : rise over run [-]; downgrades are negative and lengthen the distance
    deceleration_ms2 : deceleration on the level [m/s2]
    reaction_s : time before braking [s]

    Notes
    -----
    Valid while a + g G > 0; the denominator is held at 0.05 m/s2, a truck that hardly stops.
    """
    braking = np.maximum(deceleration_ms2 + STANDARD_GRAVITY_MS2 * grade, 0.05)
    result: FloatLike = speed_ms * reaction_s + speed_ms * speed_ms / (2.0 * braking)
    return result


def speed_for_sight_ms(
    sight_m: FloatLike,
    grade: FloatLike | float = 0.0,
    deceleration_ms2: float = DECELERATION_MS2,
    reaction_s: float = REACTION_S,
) -> FloatLike:
    """Speed [m/s] from which a truck stops within its sight distance [m]: the inverse of `stopping_distance_m`."""
    braking = np.maximum(deceleration_ms2 + STANDARD_GRAVITY_MS2 * grade, 0.05)
    root = np.sqrt((braking * reaction_s) ** 2 + 2.0 * braking * sight_m)
    result: FloatLike = np.maximum(root - braking * reaction_s, SLOWEST_MS)
    return result


def friction_deceleration_ms2(surface: str) -> float:
    """Deceleration [m/s2] that the road's friction allows in weather `surface`: mu g."""
    return FRICTION[surface] * STANDARD_GRAVITY_MS2


def icy_side_friction() -> float:
    """Lateral acceleration [g] that drivers use on ice: half of its friction, the rest is kept for braking."""
    return 0.5 * FRICTION["ice"]
