"""How fast a truck goes: comfort in curves, crawling upgrade, holding back downgrade."""

import numpy as np

from sim.core.units import STANDARD_GRAVITY_MS2, FloatLike, Floats

ROLLING_RESISTANCE = 0.006
"""Rolling resistance of radial truck tyres [-], 0.005 to 0.008 (Wong 2008, Theory of Ground Vehicles, table 1.1)."""
DRIVELINE_EFFICIENCY = 0.78
"""Rated power to wheels [-], accessories included: fitted to the crawl speeds of semi-trailers on 5 to 8 % upgrades
(TRB 2022, Highway Capacity Manual, 7th edition, exhibit 26-8), which it meets within 2 %."""
DRAG_AREA_KG_M = 0.5 * 1.2 * 0.65 * 9.5
"""Half air density x drag coefficient x frontal area [kg/m]: assumption for a tractor-semitrailer, 3 to 5."""
NEWTON_STEPS = 4
LEAST_ACCELERATION_MS2, SHORTEST_M = 1e-4, 1e-3
"""So that nothing is divided by 0 where nothing changes."""
GENTLE_DOWNGRADE = 0.02
"""Downgrades up to this are driven as level road [-]: assumption."""


def curve_comfort_speed_ms(curvature_per_m: Floats, superelevation: Floats, side_friction: float) -> Floats:
    """Speed at which a curve takes all the side friction that a driver likes to use.

    Parameters
    ----------
    curvature_per_m : array
        1 / radius [1/m]; 0 on a tangent
    superelevation : array
        rise to the outside [-]
    side_friction : float
        lateral acceleration felt, in gravities [-]

    Returns
    -------
    array
        speed [m/s], infinite on a tangent

    Notes
    -----
    v = sqrt(g (f + e) / kappa), the point-mass curve formula (AASHTO 2018, A Policy on Geometric Design of Highways
    and Streets, equation 3-7).
    """
    demand = np.maximum(side_friction + superelevation, 0.01)
    with np.errstate(divide="ignore"):
        result: Floats = np.sqrt(STANDARD_GRAVITY_MS2 * demand / np.abs(curvature_per_m))
        return result


def crawl_speed_ms(
    grade: FloatLike | float, mass_kg: FloatLike, power_w: FloatLike, start_ms: FloatLike | float = 60.0
) -> FloatLike:
    """Steady speed of a truck at full power on an upgrade.

    Parameters
    ----------
    grade : array
        rise over run [-], > -ROLLING_RESISTANCE
    mass_kg, power_w : array
        gross mass [kg], rated engine power [W]
    start_ms : array
        a speed above the answer, from which it is sought [m/s]

    Returns
    -------
    array
        speed [m/s] at which power balances climbing, rolling and air resistance

    Notes
    -----
    eta P = m g (i + f_r) v + c v**3, solved by Newton's method; the cubic is convex, so that from above each step
    falls towards the root. Four steps from a truck's speed leave less than 1 mm/s.
    """
    power = DRIVELINE_EFFICIENCY * power_w
    resistance = mass_kg * STANDARD_GRAVITY_MS2 * (grade + ROLLING_RESISTANCE)
    speed = np.minimum(power / resistance, start_ms)
    for _ in range(NEWTON_STEPS):
        square = DRAG_AREA_KG_M * speed * speed
        speed = (2.0 * square * speed + power) / (3.0 * square + resistance)
    result: FloatLike = speed
    return result


def settling_distance_m(
    entry_ms: FloatLike, to_ms: FloatLike, power_per_kg: FloatLike, drag_per_kg: FloatLike, resistance_ms2: FloatLike
) -> FloatLike:
    """Distance [m] over which a truck at full power changes from one speed to another.

    Parameters
    ----------
    entry_ms : at the start [m/s]
    to_ms : crawl speed, or a lower one that is wanted [m/s]
    power_per_kg : power at the wheels over mass [W/kg]
    drag_per_kg : `DRAG_AREA_KG_M` over mass [1/m]
    resistance_ms2 : g (i + f_r) [m/s2]

    Notes
    -----
    d = |v_1**2 - v_0**2| / 2 |a| with the acceleration a = P / (m v) - g (i + f_r) - c v**2 / m at the mean of both
    speeds: one kinetic step.
    """
    middle_ms = (entry_ms + to_ms) * 0.5
    acceleration = power_per_kg / middle_ms - resistance_ms2 - drag_per_kg * middle_ms * middle_ms
    change = np.abs(to_ms * to_ms - entry_ms * entry_ms)
    result: FloatLike = change / (2.0 * np.maximum(np.abs(acceleration), LEAST_ACCELERATION_MS2))
    return result


def speed_at_end_ms(entry_ms: FloatLike, to_ms: FloatLike, settling_m: FloatLike, length_m: FloatLike) -> FloatLike:
    """Speed [m/s] at the end of a section of which a truck needs `settling_m` to change it; v**2 is linear there."""
    part = np.minimum(length_m / np.maximum(settling_m, SHORTEST_M), 1.0)
    result: FloatLike = np.sqrt(entry_ms * entry_ms + (to_ms * to_ms - entry_ms * entry_ms) * part)
    return result


def mean_speed_ms(
    entry_ms: FloatLike, to_ms: FloatLike, end_ms: FloatLike, settling_m: FloatLike, length_m: FloatLike
) -> FloatLike:
    """Mean speed [m/s] over a section: even acceleration while speed changes, then the speed that is reached."""
    changing_m = np.minimum(settling_m, length_m)
    duration_s = 2.0 * changing_m / (entry_ms + end_ms) + (length_m - changing_m) / to_ms
    result: FloatLike = length_m / duration_s
    return result


def climbing_power_w(speed_ms: FloatLike, grade: FloatLike | float, mass_kg: FloatLike) -> FloatLike:
    """Engine power [W] to hold a speed [m/s] on a grade [-] with a mass [kg]: (c v**2 + m g (i + f_r)) v / eta."""
    resistance = mass_kg * STANDARD_GRAVITY_MS2 * (grade + ROLLING_RESISTANCE)
    return (DRAG_AREA_KG_M * speed_ms * speed_ms + resistance) * speed_ms / DRIVELINE_EFFICIENCY


def descent_speed_ms(grade: Floats, level_speed_ms: float, reduction_ms_per_grade: float) -> Floats:
    """Speed that drivers hold on a downgrade before their own habit is applied.

    Parameters
    ----------
    grade : array
        rise over run [-]; downgrades are negative
    level_speed_ms, reduction_ms_per_grade : float
        speed at `GENTLE_DOWNGRADE` [m/s] and its fall per unit of grade beyond it [m/s]

    Returns
    -------
    array
        speed [m/s], infinite where the road does not fall by more than `GENTLE_DOWNGRADE`, at least 5 m/s

    Notes
    -----
    A straight line: an assumption; measured descents scatter widely with load and retarder.
    """
    steepness = -grade - GENTLE_DOWNGRADE
    held = np.maximum(level_speed_ms - reduction_ms_per_grade * steepness, 5.0)
    return np.where(steepness > 0.0, held, np.inf)
