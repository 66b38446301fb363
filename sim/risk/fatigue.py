"""Tiredness: risk by the hour of the clock and by hours at the wheel.

[1] Akerstedt, Kecklund, Horte (2001), Night driving, season, and the risk of highway accidents, Sleep 24, 401-406:
    against 10 to 11 h the odds at 4 h are 5.7; single and head-on accidents follow the clock, those of overtaking and
    rear-end accidents do not.
[2] Jovanis, Park, Chen, Gross (2005), On the relationship of crash risk and driver hours of service, International
    Truck and Bus Safety Symposium: alike in the first six hours, then rising; in the 11th over 3 times the first's.
"""

import math
from collections.abc import Sequence

import numpy as np

from sim.core import portable
from sim.core.units import HOURS_PER_DAY, FloatLike, Floats
from sim.inputs.demand import Demand
from sim.inputs.fleet import Fleet
from sim.risk.parameters import RiskParameters

SLEEPINESS = (0.20, 0.39, 0.66, 0.90, 1.00, 0.90, 0.66, 0.39, 0.20, 0.08, 0.02, *[0.0] * 11, 0.02, 0.08)
"""Pressure to sleep on each full hour from midnight on: 1 where the odds peak, 0 at the reference [1].

The peak is published and so is one value for 2 to 5 h, 5.6 (Connor et al. 2002, British Medical Journal 324, 1125);
how it rises and falls between is an assumption: half of it from 1:30 to 6:30, the half may begin an hour earlier or
later.
"""


def sleepiness(hour: FloatLike) -> FloatLike:
    """Pressure to sleep by the hour of the day, with its fraction: between full hours on a straight line."""
    result: FloatLike = np.interp(hour, np.arange(HOURS_PER_DAY + 1), (*SLEEPINESS, SLEEPINESS[0]))
    return result


def clock_factor(hour: FloatLike, peak_ratio: float, share: float) -> FloatLike:
    """Relative risk of all accidents by the hour of the day: 1 + share (peak - 1) s(h) [1].

    Parameters
    ----------
    hour : hour of the day [h], with its fraction
    peak_ratio : odds at 4 h over those at 10:30, of accidents that follow the clock [-]
    share : of accidents that follow it [-]
    """
    result: FloatLike = 1.0 + share * (peak_ratio - 1.0) * sleepiness(hour)
    return result


def hours_factor(hours: FloatLike, free_h: float, growth_per_h: float, highest: float) -> FloatLike:
    """Relative risk by hours at the wheel since the last rest: 1 + b (h - h_0), from 1 up to a highest value [2].

    Parameters
    ----------
    hours : hours of driving [h]
    free_h : hours without growing risk [h]
    growth_per_h : growth beyond [1/h]
    highest : value that is not exceeded [-]
    """
    result: FloatLike = np.clip(1.0 + growth_per_h * (hours - free_h), 1.0, highest)
    return result


def mean_hours_factor(mean_h: float, free_h: float, growth_per_h: float, highest: float) -> float:
    """Mean of `hours_factor` over hours that are exponential with a mean [h]."""
    if mean_h <= 0.0 or growth_per_h <= 0.0:
        return float(hours_factor(mean_h, free_h, growth_per_h, highest))
    last_h = free_h + (highest - 1.0) / growth_per_h
    return 1.0 + growth_per_h * mean_h * (float(portable.exp(-free_h / mean_h) - portable.exp(-last_h / mean_h)))


def tired_factor(risk: RiskParameters, hours: Floats, hour: Floats) -> Floats:
    """Relative risk by hours at the wheel and the hour of the day, shape (trips,): their product."""
    by_hours = hours_factor(hours, risk.fatigue_free_h, risk.fatigue_growth_per_h, risk.fatigue_highest)
    return np.asarray(by_hours * clock_factor(hour, risk.sleepiness_peak, risk.sleepiness_share))


def mean_tired_factor(risk: RiskParameters, demand: Demand, fleet: Fleet) -> float:
    """Mean of `tired_factor` over the trips of a year: what makes the level of all accidents stay as it is."""
    mean = {
        (name, weights): _mean_of_class(risk, demand, fleet, name, weights)
        for name in fleet.class_names
        for weights in {demand.hourly_weights_of(flow, semi=fleet.is_semi(name)) for flow in demand.flows}
    }
    trips = [
        (mean[name, demand.hourly_weights_of(flow, semi=fleet.is_semi(name))], number)
        for flow in demand.flows
        for name, number in flow.trips_per_year.items()
    ]
    total = math.fsum(number for _, number in trips)
    return math.fsum(own * number for own, number in trips) / total if total > 0.0 else 1.0


def _mean_of_class(risk: RiskParameters, demand: Demand, fleet: Fleet, name: str, weights: Sequence[float]) -> float:
    mean_h = fleet.mean_hours_driven(name, demand.mean_hours_driven)
    hours = mean_hours_factor(mean_h, risk.fatigue_free_h, risk.fatigue_growth_per_h, risk.fatigue_highest)
    return hours * _mean_clock_factor(risk, weights)


def _mean_clock_factor(risk: RiskParameters, weights: Sequence[float]) -> float:
    """Trips are spread evenly over an hour, and the factor is a straight line there."""
    factor = np.asarray(clock_factor(np.arange(HOURS_PER_DAY + 1.0), risk.sleepiness_peak, risk.sleepiness_share))
    middle = ((factor[1:] + factor[:-1]) / 2.0).tolist()
    return math.fsum(w * f for w, f in zip(weights, middle, strict=True)) / math.fsum(weights)
