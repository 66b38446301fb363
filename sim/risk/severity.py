"""What an accident costs in people and property, by mechanism."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from sim.risk.parameters import SeverityParameters
from sim.units import Floats, Ints


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
    mechanism: Ints, uniform: Floats, uniform_count: Floats, uniform_loss: Floats, parameters: SeverityParameters
) -> Consequences:
    """Draw the consequences of accidents.

    Parameters
    ----------
    mechanism : array of int
        index of `MECHANISMS`
    uniform, uniform_count, uniform_loss : arrays
        uniform numbers in [0, 1): for the severity, for the number of persons, for the loss
    parameters : SeverityParameters
        shares by mechanism

    Notes
    -----
    Fatal if u < p_fatal, with injured if u < p_fatal + p_injury; direct loss is lognormal with the given median.
    """
    fatal_share = np.asarray(parameters.fatal_share)[mechanism]
    injury_share = np.asarray(parameters.injury_share)[mechanism]
    fatal = uniform < fatal_share
    injured = uniform < fatal_share + injury_share
    per_fatal = np.asarray(parameters.deaths_per_fatal)[mechanism]
    per_injury = np.asarray(parameters.injuries_per_injury)[mechanism]
    normal = ndtri(np.maximum(uniform_loss, 1e-12))
    loss = np.asarray(parameters.median_loss_cny)[mechanism] * np.exp(parameters.loss_log_sd * normal)
    return Consequences(
        deaths=np.where(fatal, _spread_count(per_fatal, uniform_count), 0),
        injuries=np.where(injured & ~fatal, _spread_count(per_injury, uniform_count), 0),
        property_loss_cny=np.round(loss, 2),
    )
