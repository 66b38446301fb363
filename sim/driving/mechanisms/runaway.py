"""Runaways: brakes are asked for more than they can give; what ramps do not catch may end in an accident."""

import numpy as np

from sim.core.compiled import compiled
from sim.driving.mechanisms.one_truck import OneTruck
from sim.driving.plan import RiskNumbers, Road, RulesOnRoute
from sim.driving.traits import Traits
from sim.driving.trucks import NOTHING, Trucks, exact_hazard
from sim.risk.mechanisms import CAPTURED, RUNAWAY


@compiled
def expect(trucks: Trucks, trips: Traits, road: Road, rules: RulesOnRoute, _numbers: RiskNumbers, s: int) -> bool:
    """Only where the road falls; those that ramps catch are written too, where there are any."""
    hazard, factor, count = trucks.hazard[RUNAWAY], np.float64(rules.hazard_factor[RUNAWAY, s]), len(trips.day)
    capture, share, falls = np.float64(rules.capture[s]), road.runaway_share[s], road.grade[s] < NOTHING
    if falls:
        for i in range(count):
            hazard[i] = np.float64(trucks.failing[i]) * factor
    else:
        hazard[:] = 0.0
    if len(trucks.hazard) > CAPTURED:
        captures = trucks.hazard[CAPTURED]
        for i in range(count):
            captures[i] = exact_hazard(hazard[i] * capture)
            hazard[i] -= hazard[i] * capture
    for i in range(count):
        hazard[i] = exact_hazard(hazard[i] * np.float64(share[trips.kind[i]]))
    return bool(falls)


def _failing(at: OneTruck) -> np.float64:
    falls = at.road.grade[at.s] < 0.0
    return np.float64(at.failing if falls else 0.0) * np.float64(at.rules.hazard_factor[RUNAWAY, at.s])


def captured(at: OneTruck) -> np.float64:
    """Of one truck, those that end in a ramp."""
    return _failing(at) * np.float64(at.rules.capture[at.s])


def expected(at: OneTruck) -> np.float64:
    """Of one truck, without those that end in a ramp."""
    failing = _failing(at)
    left = failing - failing * np.float64(at.rules.capture[at.s])
    return left * np.float64(at.road.runaway_share[at.s, at.trip.kind])
