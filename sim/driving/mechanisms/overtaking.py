"""Accidents of others that pass the truck against those who come towards."""

import numpy as np

from sim.core.compiled import compiled
from sim.driving.mechanisms.one_truck import OneTruck
from sim.driving.mechanisms.rear_end import ratio_and_reached
from sim.driving.plan import RiskNumbers, Road, RulesOnRoute
from sim.driving.traits import Traits
from sim.driving.trucks import NOTHING, Trucks, exact_hazard
from sim.risk.mechanisms import OVERTAKING


@compiled
def expect(trucks: Trucks, trips: Traits, road: Road, rules: RulesOnRoute, _numbers: RiskNumbers, s: int) -> bool:
    """Where somebody comes towards; how often the truck is reached is there already."""
    hazard, base, passed = trucks.hazard[OVERTAKING], road.shared_hazard[s], road.overtaking_share[s]
    factor = np.float64(rules.hazard_factor[OVERTAKING, s] * passed)
    if road.crossed_share[s] > NOTHING or passed > NOTHING:
        for i in range(len(trips.day)):
            of_others = base[trucks.state[i]] * trucks.passing[i] * trucks.calmer[i] * trucks.reached[i]
            hazard[i] = exact_hazard(np.float64(of_others) * factor)
        return True
    hazard[:] = 0.0
    return False


def expected(at: OneTruck) -> np.float64:
    """Of one truck."""
    road, s = at.road, at.s
    _, reached = ratio_and_reached(at)
    of_others = road.shared_hazard[s, at.state] * at.passing * at.calmer * reached
    return np.float64(of_others) * np.float64(at.rules.hazard_factor[OVERTAKING, s] * road.overtaking_share[s])
