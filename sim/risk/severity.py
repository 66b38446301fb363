"""What an accident costs in people and property, by mechanism."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from sim.core import portable
from sim.core.units import FloatLike, Floats, Ints
from sim.risk.deaths import killed
from sim.risk.mechanisms import WITH_OTHERS
from sim.risk.parameters import SeverityParameters


@dataclass(frozen=True, eq=False)
class Consequences:
    """Deaths, injuries and direct property loss of each accident, shape (accidents,)."""

    deaths: Ints
    injuries: Ints
    property_loss_cny: Floats


def _spread_count(mean: Floats, uniform: Floats) -> Ints:
    """Whole number with this mean, at least 1 where the mean is: floor(mean + uniform)."""
    return np.floor(mean + uniform).astype(np.int64)


def consequences(
    mechanism: Ints,
    speed_excess_kmh: Floats,
    uniforms: Floats,
    parameters: SeverityParameters,
    rescue_factor: Floats | float = 1.0,
) -> Consequences:
    """Draw the consequences of accidents.

    Parameters
    ----------
    mechanism : array of int
        index of `MECHANISMS`, or `CAPTURED`, shape (accidents,)
    speed_excess_kmh : array
        speed above the limit [km/h], shape (accidents,)
    uniforms : array
        uniform numbers in [0, 1), shape (3, accidents): for the severity, the number of persons, the loss
    parameters : SeverityParameters
        shares by mechanism
    rescue_factor : array
        factor on the fatal share by the time to help, shape (accidents,)

    Notes
    -----
    The fatal share grows as exp(b (v - v_limit)), but for accidents with other vehicles, and takes from the others.
    Fatal if u < p_fatal, with injured if u < p_fatal + p_injury; how many die has a heavy tail (`sim.risk.deaths`);
    direct loss is lognormal with the given median.
    """
    growth = growth_by_speed(mechanism, speed_excess_kmh, parameters.fatal_growth_per_kmh) * rescue_factor
    fatal_share = np.minimum(np.array([*parameters.fatal_share, 0.0])[mechanism] * growth, 1.0)
    severity, persons, luck = uniforms
    fatal = severity < fatal_share
    injured = severity < fatal_share + np.array([*parameters.injury_share, parameters.capture_injury_share])[mechanism]
    per_fatal = np.array([*parameters.deaths_per_fatal, 1.0])[mechanism]
    per_injury = np.array([*parameters.injuries_per_injury, 1.0])[mechanism]
    normal = ndtri(np.maximum(luck, 1e-12))
    medians = np.array([*parameters.median_loss_cny, parameters.capture_median_loss_cny])
    loss = medians[mechanism] * portable.exp(parameters.loss_log_sd * normal)
    return Consequences(
        deaths=np.where(fatal, killed(per_fatal, persons), 0),
        injuries=np.where(injured & ~fatal, _spread_count(per_injury, persons), 0),
        property_loss_cny=np.round(loss, 2),
    )


def growth_by_speed(mechanism: Ints, speed_excess_kmh: Floats, growth_per_kmh: float) -> Floats:
    """Factor on the fatal share of each accident, 1 for those with other vehicles."""
    growth = np.asarray(fatal_growth(speed_excess_kmh, growth_per_kmh))
    return np.where(np.isin(mechanism, WITH_OTHERS), 1.0, growth)


def fatal_growth(speed_excess_kmh: FloatLike, growth_per_kmh: float) -> FloatLike:
    """Factor on the fatal share by the speed above the limit [km/h]: exp(b (v - v_limit))."""
    return portable.exp(growth_per_kmh * speed_excess_kmh)


def rescue_factor(time_to_help_min: Floats, growth_per_min: float, reference_min: float, lowest: float) -> Floats:
    """Factor on the fatal share by the time until help is there [min].

    exp(b (t - t_0)), held between `lowest` and its inverse: the published effect is of some ten minutes, and is not
    carried further.
    """
    result: Floats = np.clip(portable.exp(growth_per_min * (time_to_help_min - reference_min)), lowest, 1.0 / lowest)
    return result
