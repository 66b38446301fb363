"""Brake temperature on downgrades by the Grade Severity Rating System.

[1] Myers, Ashkenas, Johnson (1980), Feasibility of a Grade Severity Rating System, FHWA-RD-79-116.
[2] Bowman (1989), Grade Severity Rating System (GSRS) Users Manual, FHWA-IP-88-015.

The model was fitted to a five-axle tractor-semitrailer of up to 80,000 lb; heavier trucks are an extrapolation.
"""

import numpy as np

from sim.core import portable
from sim.core.units import (
    METRES_PER_MILE,
    NEWTONS_PER_POUND_FORCE,
    SECONDS_PER_HOUR,
    STANDARD_GRAVITY_MS2,
    WATTS_PER_HORSEPOWER,
    FloatLike,
)

_MPH = METRES_PER_MILE / SECONDS_PER_HOUR

AMBIENT_C = (90.0 - 32.0) / 1.8
"""90 deg F, the model's ambient temperature [1]."""
INITIAL_C = (150.0 - 32.0) / 1.8
"""150 deg F, brakes at the top of a grade after ordinary driving [1]."""
LIMIT_C = (500.0 - 32.0) / 1.8
"""500 deg F, above which brakes fade [1]."""
COLD_DECELERATION_MS2 = 5.0
"""Deceleration of a truck with its allowed mass by sound, cold brakes [m/s2]: assumption, 4 to 6."""
LEAST_FORCE_N = 1.0
"""So that a speed that nothing limits is a number, though none that a truck drives."""
LEAST_ROOM, MOST_FAILURES = 0.05, 20.0
"""So that a truck that asks for more than cold brakes give is lost as soon as they are hot, and numbers stay finite."""
ENGINE_BRAKE_W = 73.0 * WATTS_PER_HORSEPOWER
"""73 hp, engine and driveline friction [1]."""

DRAG_N = 459.35 * NEWTONS_PER_POUND_FORCE
DRAG_N_PER_MS2 = 0.132 * NEWTONS_PER_POUND_FORCE / _MPH**2
COOLING_PER_S = 1.23 / SECONDS_PER_HOUR
COOLING_PER_M = 0.0256 / _MPH / SECONDS_PER_HOUR
CONDUCTANCE_W_K = 0.100 * WATTS_PER_HORSEPOWER * 1.8
CONDUCTANCE_W_K_PER_MS = 0.00208 * WATTS_PER_HORSEPOWER * 1.8 / _MPH
_EMERGENCY_K_PER_KG_MS2 = 3.11e-7 / 0.45359237 / _MPH**2 / 1.8


def braking_power_w(
    mass_kg: FloatLike, grade: FloatLike, speed_ms: FloatLike, retarding_w: FloatLike | float
) -> FloatLike:
    """Power that the brakes must take.

    Parameters
    ----------
    mass_kg : gross mass [kg]
    grade : rise over run [-]; downgrades are negative
    speed_ms : speed [m/s]
    retarding_w : engine brake and retarder [W]

    Returns
    -------
    power [W], not below 0

    Notes
    -----
    P_B = (W theta - F_drag) V - P_eng with F_drag = 459.35 + 0.132 V**2 (lb, mph) [1, 2].
    """
    drag = DRAG_N + DRAG_N_PER_MS2 * speed_ms * speed_ms
    power = (-mass_kg * STANDARD_GRAVITY_MS2 * grade - drag) * speed_ms - retarding_w
    result: FloatLike = np.maximum(power, 0.0)
    return result


def cooling_rate_per_s(speed_ms: FloatLike) -> FloatLike:
    """Rate [1/s] at which brakes approach their steady temperature: K_1 = 1.23 + 0.0256 V (1/h, mph) [1, 2]."""
    return COOLING_PER_S + COOLING_PER_M * speed_ms


def steady_temperature_c(power_w: FloatLike, speed_ms: FloatLike) -> FloatLike:
    """Temperature [deg C] that the brakes approach: T_inf + K_2 P_B, K_2 = 1 / (0.100 + 0.00208 V) (hp, mph) [1, 2]."""
    return AMBIENT_C + power_w / (CONDUCTANCE_W_K + CONDUCTANCE_W_K_PER_MS * speed_ms)


def temperature_after_c(
    start_c: FloatLike, steady_c: FloatLike, cooling_per_s: FloatLike, duration_s: FloatLike
) -> FloatLike:
    """Temperature [deg C] after `duration_s` [s]: T = T_steady + (T_0 - T_steady) exp(-K_1 t) [1, 2]."""
    result: FloatLike = steady_c + (start_c - steady_c) * portable.exp(-cooling_per_s * duration_s)
    return result


def bearable_speed_ms(
    mass_kg: FloatLike,
    grade: FloatLike,
    retarding_w: FloatLike,
    brake_c: FloatLike,
    bears_c: FloatLike,
    ahead: FloatLike,
) -> FloatLike:
    """Speed at which brakes are not hotter than the driver bears at the end of what is looked ahead.

    Parameters
    ----------
    mass_kg : gross mass [kg]
    grade : rise over run [-]; downgrades are negative
    retarding_w : engine brake and retarder [W]
    brake_c : temperature of the brakes now [deg C]
    bears_c : what the driver bears [deg C]
    ahead : share of the way to the steady temperature that brakes go over what is looked ahead [-], see `share_gone`

    Returns
    -------
    speed [m/s], far above any that is driven where nothing limits it

    Notes
    -----
    Steady temperatures up to T + (T_bears - T) / a, T_inf at least, keep to it. With x above T_inf the power is
    x (h_0 + h_1 V), and (W theta - F_drag) V - P_eng = x (h_0 + h_1 V) gives V; drag's part that grows with speed is
    left out, so that a driver is on the safe side by a few per cent.
    """
    force_n = -mass_kg * STANDARD_GRAVITY_MS2 * grade - DRAG_N
    above_k = np.maximum(brake_c - AMBIENT_C + (bears_c - brake_c) / ahead, 0.0)
    result: FloatLike = (retarding_w + above_k * CONDUCTANCE_W_K) / np.maximum(
        force_n - above_k * CONDUCTANCE_W_K_PER_MS, LEAST_FORCE_N
    )
    return result


def share_gone(speed_ms: FloatLike, distance_m: FloatLike) -> FloatLike:
    """Share of the way to their steady temperature that brakes go over a distance: 1 - exp(-K_1 s / V) [-]."""
    result: FloatLike = 1.0 - portable.exp(-cooling_rate_per_s(speed_ms) * distance_m / speed_ms)
    return result


def emergency_stop_rise_c(mass_kg: FloatLike, speed_ms: FloatLike) -> FloatLike:
    """Rise [K] by one stop from `speed_ms`: T_E = 3.11e-7 W V**2 (deg F, lb, mph) [1, 2]."""
    return _EMERGENCY_K_PER_KG_MS2 * mass_kg * speed_ms * speed_ms


def brake_demand(power_w: FloatLike, speed_ms: FloatLike, capacity_n: FloatLike) -> FloatLike:
    """Force asked of the brakes over what they give when cold [-].

    Parameters
    ----------
    power_w : taken by the brakes [W]
    speed_ms : speed [m/s]
    capacity_n : braking force of cold brakes, see `capacity_n` [N]
    """
    return power_w / (speed_ms * capacity_n)


def capacity_n(laden_mass_kg: FloatLike) -> FloatLike:
    """Braking force of sound, cold brakes [N], for the mass with which a truck is allowed on the road [kg]."""
    return COLD_DECELERATION_MS2 * laden_mass_kg


def failure_hazard(temperature_c: FloatLike, demand: FloatLike, failure_c: float) -> FloatLike:
    """Expected failures [-] of the brakes of a truck until they are as hot as this while they must give as much.

    Parameters
    ----------
    temperature_c : of the brakes [deg C]
    demand : force asked of them over that of cold brakes [-], see `brake_demand`
    failure_c : temperature at which typical brakes give nothing any more [deg C], above `LIMIT_C`

    Notes
    -----
    From `LIMIT_C` on the force that brakes give falls in proportion to none at `failure_c`, so that a truck is no
    longer held where its brakes are hotter than T_c = LIMIT_C + (failure_c - LIMIT_C) (1 - demand). Trucks differ in
    linings, adjustment and drums: the temperature at which each is lost has a Weibull distribution above `LIMIT_C`
    with the scale T_c - LIMIT_C and the shape 4, so that the hazard is ((T - LIMIT_C) / (T_c - LIMIT_C))**4. The
    straight line and the shape, 3 to 6, are assumptions.
    """
    room_c = (failure_c - LIMIT_C) * np.maximum(1.0 - demand, LEAST_ROOM)
    part = np.maximum(temperature_c - LIMIT_C, 0.0) / room_c
    square = part * part
    result: FloatLike = np.minimum(square * square, MOST_FAILURES)
    return result
