"""What comes of a truck without brakes: its speed grows until a curve, other vehicles or a flatter road end it.

[1] Myers, Ashkenas, Johnson (1980), Feasibility of a Grade Severity Rating System, FHWA-RD-79-116: drag.
"""

import numpy as np

from sim.core.units import STANDARD_GRAVITY_MS2, FloatLike
from sim.physics import brake_temperature as brakes

STANDING_MS = 1.0
"""Below this a truck counts as stopped, by hand brake, ditch or wall: assumption, 0.5 to 3."""


def speed_after_ms(
    speed_ms: FloatLike, distance_m: FloatLike, grade: FloatLike, mass_kg: FloatLike, retarding_w: FloatLike
) -> FloatLike:
    """Speed [m/s] after a short distance without brakes, 0 where the truck stops on it.

    Parameters
    ----------
    speed_ms : at the start [m/s], above 0
    distance_m : up to some 200 m
    grade : rise over run [-]; downgrades are negative
    mass_kg : gross mass [kg]
    retarding_w : engine brake and retarder [W]

    Notes
    -----
    v**2 grows by 2 F L / m with F = -m g i - F_drag(v) - P / v: the drag of the rating system [1], and what the engine
    brake gives at the speed at the start.
    """
    drag_n = brakes.DRAG_N + brakes.DRAG_N_PER_MS2 * speed_ms * speed_ms
    force_n = -mass_kg * STANDARD_GRAVITY_MS2 * grade - drag_n - retarding_w / np.maximum(speed_ms, STANDING_MS)
    result: FloatLike = np.sqrt(np.maximum(speed_ms * speed_ms + 2.0 * force_n * distance_m / mass_kg, 0.0))
    return result


def catching_up_per_m(speed_ms: FloatLike, others_ms: FloatLike, flow_per_s: FloatLike) -> FloatLike:
    """Vehicles ahead that a truck reaches per metre: q max(1 / v_others - 1 / v, 0).

    Parameters
    ----------
    speed_ms : of the truck [m/s]
    others_ms : of the others on their lane [m/s]
    flow_per_s : of the others in that direction [1/s]
    """
    slower = 1.0 / others_ms - 1.0 / np.maximum(speed_ms, STANDING_MS)
    result: FloatLike = flow_per_s * np.maximum(slower, 0.0)
    return result
