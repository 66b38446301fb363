"""Head-on accidents, whoever crosses the centre: mostly others, who drift, lose control or cut bends."""

import numpy as np

from sim.core.compiled import compiled
from sim.driving.mechanisms.general import before_rules
from sim.driving.mechanisms.one_truck import OneTruck
from sim.driving.plan import RiskNumbers, Road, RulesOnRoute
from sim.driving.traits import Traits
from sim.driving.trucks import NOTHING, Trucks, exact_hazard
from sim.risk.mechanisms import HEAD_ON


@compiled
def expect(trucks: Trucks, trips: Traits, road: Road, rules: RulesOnRoute, _numbers: RiskNumbers, s: int) -> bool:
    """Where somebody comes towards; general accidents of the section are there already."""
    hazard, base = trucks.hazard[HEAD_ON], road.shared_hazard[s]
    crossed, crossing, factor = (
        road.crossed_share[s],
        road.crossing_share[s],
        np.float64(rules.hazard_factor[HEAD_ON, s]),
    )
    if crossed > NOTHING or road.overtaking_share[s] > NOTHING:
        for i in range(len(trips.day)):
            of_others = base[trucks.state[i]] * trucks.beside[i] * trucks.calmer[i] * crossed
            met = of_others + trucks.expected[i] * trucks.flow[i] * crossing
            hazard[i] = exact_hazard(np.float64(met) * factor)
        return True
    hazard[:] = 0.0
    return False


def expected(at: OneTruck) -> np.float64:
    """Of one truck."""
    road, s = at.road, at.s
    of_others = road.shared_hazard[s, at.state] * at.beside * at.calmer * road.crossed_share[s]
    met = of_others + before_rules(at) * at.flow * road.crossing_share[s]
    return np.float64(met) * np.float64(at.rules.hazard_factor[HEAD_ON, s])
