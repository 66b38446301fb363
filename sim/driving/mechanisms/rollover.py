"""Rollovers: a truck takes a curve faster than it can stand; a curve rolls it over once, however it is cut."""

import numpy as np

from sim.core.compiled import compiled, plain, single
from sim.driving.mechanisms.one_truck import OneTruck
from sim.driving.plan import RiskNumbers, Road, RulesOnRoute
from sim.driving.traits import Traits
from sim.driving.trucks import NOTHING, Trucks, exact_hazard
from sim.physics import rollover
from sim.risk.mechanisms import ROLLOVER

rollover_speed_ms, plain_rollover_speed_ms = single(rollover.rollover_speed_ms), plain(rollover.rollover_speed_ms)
rollover_hazard, plain_rollover_hazard = single(rollover.rollover_hazard), plain(rollover.rollover_hazard)


@compiled
def expect(trucks: Trucks, trips: Traits, road: Road, rules: RulesOnRoute, numbers: RiskNumbers, s: int) -> bool:
    """Only in curves."""
    hazard, curvature, superelevation = trucks.hazard[ROLLOVER], road.curvature_per_m[s], road.superelevation[s]
    factor = np.float64(rules.hazard_factor[ROLLOVER, s] * road.curve_share[s])
    spread = numbers.curve_speed_spread
    if curvature > NOTHING:
        for i in range(len(trips.day)):
            rolls_ms = rollover_speed_ms(trips.rollover_threshold_g[i], curvature, superelevation)
            rolling = rollover_hazard(trucks.velocity[i], rolls_ms, spread)
            hazard[i] = exact_hazard(np.float64(rolling) * factor)
        return True
    hazard[:] = 0.0
    return False


def expected(at: OneTruck) -> np.float64:
    """Of one truck."""
    road, s = at.road, at.s
    if not road.curvature_per_m[s] > 0.0:
        return np.float64(0.0)
    threshold_g = at.trip.rollover_threshold_g
    rolls_ms = plain_rollover_speed_ms(threshold_g, road.curvature_per_m[s], road.superelevation[s])
    rolling = plain_rollover_hazard(at.velocity, rolls_ms, at.numbers.curve_speed_spread)
    return np.float64(rolling) * np.float64(at.rules.hazard_factor[ROLLOVER, s] * road.curve_share[s])
