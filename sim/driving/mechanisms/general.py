"""Accidents of one vehicle, and others that no mechanism has: the manual's, times factors of driver and hour."""

from typing import Any

import numpy as np

from sim.core.compiled import compiled, plain, single
from sim.core.units import kmh_from_ms
from sim.driving.mechanisms.one_truck import OneTruck
from sim.driving.plan import RiskNumbers, Road, RulesOnRoute
from sim.driving.traits import Traits
from sim.driving.trucks import Trucks, exact_hazard
from sim.risk import relative
from sim.risk.mechanisms import GENERAL

exponential_model, plain_exponential_model = single(relative.exponential_model), plain(relative.exponential_model)
kilometres_per_hour, plain_kilometres_per_hour = single(kmh_from_ms), plain(kmh_from_ms)


@compiled
def expect(trucks: Trucks, trips: Traits, road: Road, rules: RulesOnRoute, numbers: RiskNumbers, s: int) -> bool:
    """Everywhere; what is expected before rounding and rules is kept for head-on accidents."""
    hazard, base, limit_ms = trucks.hazard[GENERAL], road.base_hazard[s], road.limit_ms[s]
    factor = np.float64(rules.hazard_factor[GENERAL, s])
    for i in range(len(trips.day)):
        growth = exponential_model(kilometres_per_hour(trucks.velocity[i] - limit_ms), numbers.growth_per_kmh)
        trucks.expected[i] = growth * base[trucks.cell[i]] * trucks.around[i]
        hazard[i] = exact_hazard(np.float64(trucks.expected[i]) * factor)
    return True


def before_rules(at: OneTruck) -> Any:
    """Expected before rounding and rules."""
    excess_kmh = plain_kilometres_per_hour(at.velocity - at.road.limit_ms[at.s])
    growth = plain_exponential_model(excess_kmh, at.numbers.growth_per_kmh)
    return growth * at.road.base_hazard[at.s, at.cell] * at.around


def expected(at: OneTruck) -> np.float64:
    """Of one truck."""
    return np.float64(before_rules(at)) * np.float64(at.rules.hazard_factor[GENERAL, at.s])
