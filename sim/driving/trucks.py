"""Trucks that are driven together: what changes of them on the way, and what they meet where a link begins.

Weather and light are read at the hour at which a truck at the speed limit would enter each link; they and the speed
hold over a section.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core import exact_sums
from sim.core.compiled import compiled
from sim.core.units import HOURS_PER_DAY, SECONDS_PER_HOUR, Bools, Floats, Singles
from sim.driving.conditions import Hours
from sim.driving.plan import Plan, Road, RulesOnRoute, RuleTable
from sim.driving.traits import Traits

NO_LIMIT = np.float32(np.inf)
ONE, NOTHING = np.float32(1.0), np.float32(0.0)

exact_hazard = compiled(exact_sums.exact_hazard)


class Trucks(NamedTuple):
    """What changes on the way of trucks that are driven together, shape (trucks,)."""

    weather: Singles
    """Factor on the speed by limit and curves: habit, weather, light, warnings."""
    icy_ms: Singles
    """0 on ice, else infinite: what is added to the highest speed on ice."""
    around: Singles
    """Factor on the general hazard: driver, truck, weather, light."""
    slower: Singles
    """Factor on the others' mean speed: of weather, light and speed rules that bind them too."""
    calmer: Singles
    """Factor on accidents with others of what speed rules change of their speed."""
    beside: Singles
    """Of weather, light and traffic on the hazard of accidents with others."""
    passing: Singles
    """Of weather, light and hour on that of accidents of others that pass."""
    flow: Singles
    """Of traffic alone."""
    reached: Singles
    """How often others reach the truck on the section, over how often they reach one another."""
    expected: Singles
    """General accidents on the section before rounding and rules."""
    state: NDArray[np.uint32]
    """Of weather and light."""
    cell: NDArray[np.uint32]
    """Kind of truck and state of weather and light in one number."""
    occasion: NDArray[np.uint32]
    """Hour of the day and state of weather and light in one number."""
    heat_factor: Singles
    mended: Singles
    """Factor on the general hazard once a brake defect is mended."""
    alarm: Singles
    """Factor on speed after an alarm of hot brakes."""
    brake_c: Singles
    endured: Singles
    """Hazard of failing brakes that a truck has come through."""
    failing: Singles
    """What a section adds to it."""
    velocity: Singles
    leaving_ms: Singles
    """Speed at the end of the section."""
    passage_s: Singles
    growth: Singles
    """Of the fatal share with speed on the section."""
    share: Singles
    """What drivers give up of their excess speed by the rule at hand."""
    response: Singles
    """Of each speed rule, shape (rules, trucks)."""
    hazard: Floats
    """On a section, by mechanism and captures, shape (outcomes, trucks)."""
    deaths: Floats
    acts: Bools
    """Whether the section has a mechanism at all, and captures, shape (outcomes,)."""


@compiled
def room_for(plan: Plan, count: int) -> Trucks:
    """Room for what changes on the way."""
    singles = [np.empty(count, dtype=np.float32) for _ in range(21)]
    return Trucks(
        singles[0],
        singles[1],
        singles[2],
        singles[3],
        singles[4],
        singles[5],
        singles[6],
        singles[7],
        singles[8],
        singles[9],
        np.empty(count, dtype=np.uint32),
        np.empty(count, dtype=np.uint32),
        np.empty(count, dtype=np.uint32),
        singles[10],
        singles[11],
        singles[12],
        singles[13],
        singles[14],
        singles[15],
        singles[16],
        singles[17],
        singles[18],
        singles[19],
        singles[20],
        np.empty((len(plan.table.needs_device), count), dtype=np.float32),
        np.empty((plan.outcomes, count)),
        np.empty(count),
        np.zeros(plan.outcomes, dtype=np.bool_),
    )


@compiled
def set_out(trucks: Trucks, trips: Traits, table: RuleTable) -> None:
    """State at the start of the route."""
    for i in range(len(trips.day)):
        trucks.heat_factor[i] = trips.heat_factor[i]
        trucks.mended[i] = trucks.alarm[i] = ONE
        trucks.brake_c[i] = trips.brake_c[i]
        trucks.endured[i] = NOTHING
    for rule in range(len(table.needs_device)):
        for i in range(len(trips.day)):
            reached = trips.online[i] or not table.needs_device[rule]
            trucks.response[rule, i] = table.response[rule, trips.driver[i]] if reached else NOTHING


@compiled
def meet_weather(
    trucks: Trucks, trips: Traits, hours: Hours, table: RuleTable, rules: RulesOnRoute, road: Road, way: int
) -> int:
    """Weather, light and traffic where a link begins; how many trucks meet ice."""
    last, icy, entered_s, overtaking = len(hours.state) - 1, 0, road.entered_s[way], road.overtaking[way]
    for i in range(len(trips.day)):
        hour = min(np.uint64((trips.departure_s[i] + entered_s) / SECONDS_PER_HOUR), np.uint64(last))
        state = hours.state[hour]
        factor, risk = hours.speed_factor[state], hours.risk_factor[state]
        trucks.slower[i], trucks.flow[i], trucks.state[i] = factor, hours.flow[hour], state
        trucks.calmer[i] = ONE
        trucks.beside[i] = risk * hours.flow[hour]
        of_day = hour % np.uint64(HOURS_PER_DAY)
        trucks.passing[i] = risk * overtaking[of_day]
        trucks.occasion[i] = np.uint32(of_day) * np.uint32(len(hours.speed_factor)) + state
        if hours.bad[state]:
            warned = ONE
            for warning in range(len(rules.weather_factor)):
                if table.heeds_weather[warning, trips.driver[i]] and trips.online[i]:
                    warned = min(warned, rules.weather_factor[warning])
            factor *= warned
        trucks.weather[i] = factor * trips.speed_factor[i]
        trucks.around[i] = risk * trips.risk_factor[i] * trucks.mended[i]
        trucks.cell[i] = trips.kind[i] * np.uint32(len(hours.speed_factor)) + state
        trucks.icy_ms[i] = NOTHING if hours.icy[state] else NO_LIMIT
        icy += hours.icy[state]
    return icy
