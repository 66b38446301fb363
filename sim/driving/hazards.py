"""What trucks risk on a section: accidents by mechanism, captures and deaths, as multiples of their quanta."""

import numpy as np
from numpy.typing import NDArray

from sim.core import exact_sums
from sim.core.compiled import compiled, single
from sim.core.parameters import CAPTURED, GENERAL, HEAD_ON, OVERTAKING, REAR_END, ROLLOVER, RUNAWAY
from sim.core.units import kmh_from_ms
from sim.driving.plan import RiskNumbers, Road, RulesOnRoute
from sim.driving.traits import Traits
from sim.driving.trucks import NOTHING, ONE, Trucks
from sim.physics import rollover
from sim.risk import encounters, relative, severity

rollover_speed_ms = single(rollover.rollover_speed_ms)
rollover_hazard = single(rollover.rollover_hazard)
exponential_model = single(relative.exponential_model)
times_reached = single(encounters.times_reached)
more_reached_than_reaching = single(encounters.more_reached_than_reaching)
fatal_growth = single(severity.fatal_growth)
kilometres_per_hour = single(kmh_from_ms)
exact_hazard = compiled(exact_sums.exact_hazard)


@compiled
def expect_accidents(trucks: Trucks, road: Road, rules: RulesOnRoute, numbers: RiskNumbers, s: int, count: int) -> None:
    """Expected general accidents on the section, rounded to quanta as those of all mechanisms."""
    hazard, base, limit_ms = trucks.hazard[GENERAL], road.base_hazard[s], road.limit_ms[s]
    factor = np.float64(rules.hazard_factor[GENERAL, s])
    for i in range(count):
        growth = exponential_model(kilometres_per_hour(trucks.velocity[i] - limit_ms), numbers.growth_per_kmh)
        trucks.expected[i] = growth * base[trucks.cell[i]] * trucks.around[i]
        hazard[i] = exact_hazard(np.float64(trucks.expected[i]) * factor)


@compiled
def expect_rear_ends(
    trucks: Trucks, trips: Traits, road: Road, rules: RulesOnRoute, numbers: RiskNumbers, s: int
) -> None:
    """Expected accidents of others that run into the truck, and of the truck that runs into others."""
    hazard, base, others_ms = trucks.hazard[REAR_END], road.shared_hazard[s], road.others_ms[s]
    factor, spread = np.float64(rules.hazard_factor[REAR_END, s] * road.rear_end_share[s]), numbers.others_spread
    for i in range(len(trips.day)):
        ratio = trucks.velocity[i] / (others_ms * trucks.slower[i])
        reached = times_reached(ratio, spread)
        trucks.reached[i] = reached
        reaching = max(reached - more_reached_than_reaching(ratio, spread), NOTHING)
        own = trips.awake_factor[i] * trucks.mended[i]
        expected = base[trucks.state[i]] * trucks.beside[i] * (reached + reaching * own)
        hazard[i] = exact_hazard(np.float64(expected) * factor)


@compiled
def expect_oncoming(trucks: Trucks, road: Road, rules: RulesOnRoute, s: int, count: int) -> None:
    """Expected head-on accidents, whoever crosses the centre, and accidents of others that pass the truck."""
    head_on, overtaking, base = trucks.hazard[HEAD_ON], trucks.hazard[OVERTAKING], road.shared_hazard[s]
    crossed, crossing, passed = road.crossed_share[s], road.crossing_share[s], road.overtaking_share[s]
    if crossed > NOTHING or passed > NOTHING:
        of_head_on = np.float64(rules.hazard_factor[HEAD_ON, s])
        of_overtaking = np.float64(rules.hazard_factor[OVERTAKING, s] * passed)
        for i in range(count):
            shared = base[trucks.state[i]]
            met = shared * trucks.beside[i] * crossed + trucks.expected[i] * trucks.flow[i] * crossing
            head_on[i] = exact_hazard(np.float64(met) * of_head_on)
            overtaking[i] = exact_hazard(np.float64(shared * trucks.passing[i] * trucks.reached[i]) * of_overtaking)
    else:
        head_on[:] = 0.0
        overtaking[:] = 0.0


@compiled
def expect_rollovers(
    trucks: Trucks, trips: Traits, road: Road, rules: RulesOnRoute, numbers: RiskNumbers, s: int
) -> None:
    """Expected rollovers on the section; only curves roll trucks over."""
    hazard, curvature, superelevation = trucks.hazard[ROLLOVER], road.curvature_per_m[s], road.superelevation[s]
    factor = np.float64(rules.hazard_factor[ROLLOVER, s] * road.curve_share[s])
    spread = numbers.curve_speed_spread
    if curvature > NOTHING:
        for i in range(len(trips.day)):
            rolls_ms = rollover_speed_ms(trips.rollover_threshold_g[i], curvature, superelevation)
            rolling = rollover_hazard(trucks.velocity[i], rolls_ms, spread)
            hazard[i] = exact_hazard(np.float64(rolling) * factor)
    else:
        hazard[:] = 0.0


@compiled
def expect_runaways(
    trucks: Trucks, kind: NDArray[np.uint32], road: Road, rules: RulesOnRoute, s: int, count: int
) -> None:
    """Expected accidents of runaways on the section, and those that ramps catch; only falling sections have any."""
    hazard, factor = trucks.hazard[RUNAWAY], np.float64(rules.hazard_factor[RUNAWAY, s])
    capture, share = np.float64(rules.capture[s]), road.runaway_share[s]
    if road.grade[s] < NOTHING:
        for i in range(count):
            hazard[i] = np.float64(trucks.failing[i]) * factor
    else:
        hazard[:] = 0.0
    if len(trucks.hazard) > CAPTURED:
        captured = trucks.hazard[CAPTURED]
        for i in range(count):
            captured[i] = exact_hazard(hazard[i] * capture)
            hazard[i] -= hazard[i] * capture
    for i in range(count):
        hazard[i] = exact_hazard(hazard[i] * np.float64(share[kind[i]]))


@compiled
def what_may_happen(road: Road, s: int) -> tuple[bool, bool, bool, bool, bool, bool, bool]:
    """Which outcomes a section can have, by mechanism and captures; the others' hazard is 0."""
    curved, falling = road.curvature_per_m[s] > NOTHING, road.grade[s] < NOTHING
    oncoming = road.crossed_share[s] > NOTHING or road.overtaking_share[s] > NOTHING
    return True, curved, falling, True, oncoming, oncoming, falling


@compiled
def expect_deaths(trucks: Trucks, road: Road, numbers: RiskNumbers, s: int) -> None:
    """Expected deaths: hazard x fatal share at the speed driven x deaths a fatal accident; none in escape ramps."""
    growth, deaths, limit_ms = trucks.growth, trucks.deaths, road.limit_ms[s]
    rear_end, head_on, overtaking = trucks.hazard[REAR_END], trucks.hazard[HEAD_ON], trucks.hazard[OVERTAKING]
    share, persons = numbers.fatal_share, numbers.deaths_per_fatal
    of_rear_end = np.float64(min(share[REAR_END], ONE) * persons[REAR_END])
    of_head_on = np.float64(min(share[HEAD_ON], ONE) * persons[HEAD_ON])
    of_overtaking = np.float64(min(share[OVERTAKING], ONE) * persons[OVERTAKING])
    for i in range(len(deaths)):
        growth[i] = fatal_growth(kilometres_per_hour(trucks.velocity[i] - limit_ms), numbers.fatal_growth_per_kmh)
    for i in range(len(deaths)):
        deaths[i] = rear_end[i] * of_rear_end + head_on[i] * of_head_on + overtaking[i] * of_overtaking
    acts = what_may_happen(road, s)
    for mechanism in (GENERAL, ROLLOVER, RUNAWAY):
        if acts[mechanism]:
            hazard, fatal, each = trucks.hazard[mechanism], share[mechanism], persons[mechanism]
            for i in range(len(deaths)):
                deaths[i] += hazard[i] * np.float64(min(growth[i] * fatal, ONE) * each)
    for i in range(len(deaths)):
        deaths[i] = exact_hazard(deaths[i])
