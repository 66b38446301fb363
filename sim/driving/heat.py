"""How hot the brakes of trucks get on a section, whether they fail, and what drivers do about it."""

import numpy as np

from sim.core.compiled import compiled, single
from sim.driving.plan import RiskNumbers, Road, RulesOnRoute, RuleTable
from sim.driving.traits import Traits
from sim.driving.trucks import NOTHING, ONE, Trucks
from sim.physics import brake_temperature as brakes

AMBIENT_C = np.float32(brakes.AMBIENT_C)

braking_power_w = single(brakes.braking_power_w)
steady_temperature_c = single(brakes.steady_temperature_c)
temperature_after_c = single(brakes.temperature_after_c)
cooling_rate_per_s = single(brakes.cooling_rate_per_s)
brake_demand, failure_hazard = single(brakes.brake_demand), single(brakes.failure_hazard)


@compiled
def stop_to_cool(trucks: Trucks, trips: Traits, table: RuleTable, rules: RulesOnRoute, stop: int) -> None:
    """Brakes cool while a truck stands before a descent, and defects that are found are mended."""
    left = rules.left_after_stop[stop]
    for i in range(len(trips.day)):
        if table.stops[stop, trips.driver[i]]:
            trucks.brake_c[i] = AMBIENT_C + (trucks.brake_c[i] - AMBIENT_C) * left
            if table.mended[stop, trips.driver[i]]:
                trucks.heat_factor[i] = ONE
                mended = ONE / trips.defect_factor[i]
                trucks.around[i] *= mended / trucks.mended[i]
                trucks.mended[i] = mended


@compiled
def stand(trucks: Trucks, trips: Traits, table: RuleTable, rules: RulesOnRoute, stop: int) -> None:
    """The time at a stop belongs to the section that begins there."""
    stop_s = rules.stop_s[stop]
    for i in range(len(trips.day)):
        if table.stops[stop, trips.driver[i]]:
            trucks.passage_s[i] += stop_s


@compiled
def heat_brakes(trucks: Trucks, trips: Traits, road: Road, numbers: RiskNumbers, s: int) -> None:
    """Temperature at the end of the section, and whether brakes fail; only falling sections heat.

    Brakes that have held once hold again as long as they are no hotter and asked for no more.
    """
    grade, velocity = road.grade[s], trucks.velocity
    if grade < NOTHING:
        for i in range(len(trips.day)):
            power_w = braking_power_w(trips.mass_kg[i], grade, velocity[i], trips.retarding_w[i])
            power_w *= trucks.heat_factor[i]
            steady_c = steady_temperature_c(power_w, velocity[i])
            cooling = cooling_rate_per_s(velocity[i])
            trucks.brake_c[i] = temperature_after_c(trucks.brake_c[i], steady_c, cooling, trucks.passage_s[i])
            demand = brake_demand(power_w, velocity[i], trips.capacity_n[i])
            failed = failure_hazard(trucks.brake_c[i], demand, numbers.brake_failure_c)
            trucks.failing[i] = max(failed - trucks.endured[i], NOTHING)
            trucks.endured[i] = max(failed, trucks.endured[i])
    else:
        for i in range(len(trips.day)):
            cooling = cooling_rate_per_s(velocity[i])
            trucks.brake_c[i] = temperature_after_c(trucks.brake_c[i], AMBIENT_C, cooling, trucks.passage_s[i])


@compiled
def be_alarmed(trucks: Trucks, trips: Traits, table: RuleTable, rules: RulesOnRoute) -> None:
    """From the section after brakes have reached an alarm's temperature on, who heeds it drives slower."""
    for alarm in range(len(rules.alarm_c)):
        for i in range(len(trips.day)):
            hot = trucks.brake_c[i] > rules.alarm_c[alarm] and trips.online[i]
            if hot and table.heeds_alarm[alarm, trips.driver[i]]:
                trucks.alarm[i] = min(trucks.alarm[i], rules.alarm_factor[alarm])
