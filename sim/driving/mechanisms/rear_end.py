"""Rear-end accidents: others run into the truck that they reach, and the truck into those that it reaches."""

from typing import Any

import numpy as np

from sim.core.compiled import compiled, plain, single
from sim.driving.mechanisms.one_truck import OneTruck
from sim.driving.plan import RiskNumbers, Road, RulesOnRoute
from sim.driving.traits import Traits
from sim.driving.trucks import NOTHING, Trucks, exact_hazard
from sim.risk import encounters
from sim.risk.mechanisms import REAR_END

times_reached, plain_times_reached = single(encounters.times_reached), plain(encounters.times_reached)
more_reached_than_reaching = single(encounters.more_reached_than_reaching)
plain_more_reached_than_reaching = plain(encounters.more_reached_than_reaching)


@compiled
def expect(trucks: Trucks, trips: Traits, road: Road, rules: RulesOnRoute, numbers: RiskNumbers, s: int) -> bool:
    """Everywhere; how often the truck is reached is kept for accidents of overtaking."""
    hazard, base, others_ms = trucks.hazard[REAR_END], road.shared_hazard[s], road.others_ms[s]
    factor, spread = np.float64(rules.hazard_factor[REAR_END, s] * road.rear_end_share[s]), numbers.others_spread
    for i in range(len(trips.day)):
        ratio = trucks.velocity[i] / (others_ms * trucks.slower[i])
        reached = times_reached(ratio, spread)
        trucks.reached[i] = reached
        reaching = max(reached - more_reached_than_reaching(ratio, spread), NOTHING)
        own = trips.awake_factor[i] * trucks.mended[i]
        beside = base[trucks.state[i]] * trucks.beside[i] * trucks.calmer[i]
        before_rules = beside * (reached + reaching * own)
        hazard[i] = exact_hazard(np.float64(before_rules) * factor)
    return True


def ratio_and_reached(at: OneTruck) -> tuple[Any, Any]:
    """The truck's speed over the others' and how often they reach it."""
    ratio = at.velocity / (at.road.others_ms[at.s] * at.slower)
    return ratio, plain_times_reached(ratio, at.numbers.others_spread)


def expected(at: OneTruck) -> np.float64:
    """Of one truck."""
    ratio, reached = ratio_and_reached(at)
    more = plain_more_reached_than_reaching(ratio, at.numbers.others_spread)
    reaching = max(reached - more, NOTHING)
    own = at.trip.awake_factor * at.mended
    before_rules = at.road.shared_hazard[at.s, at.state] * at.beside * at.calmer * (reached + reaching * own)
    factor = at.rules.hazard_factor[REAR_END, at.s] * at.road.rear_end_share[at.s]
    return np.float64(before_rules) * np.float64(factor)
