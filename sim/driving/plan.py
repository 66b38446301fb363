"""A route under rules as the sweep reads it: plain arrays, made once an epoch.

Rules are put together without an order: all caps act on the speed without any and the lowest result holds, the lowest
factor of weather warnings and of alarms holds, factors on hazards are multiplied.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core import portable
from sim.core.units import METRES_PER_KM, Bools, Floats, Ints, Singles, ms_from_kmh
from sim.driving.conditions import Conditions, Others
from sim.driving.rules import BrakeStop, DrivingRules, SpeedRule
from sim.driving.run_out import accident_share
from sim.inputs.fleet import SPEED_FACTOR_LIMITS
from sim.inputs.network import Route
from sim.physics import brake_temperature as brakes
from sim.physics.rollover import logistic_spread
from sim.risk import encounters
from sim.risk.mechanisms import CAPTURED, MECHANISMS

EVERY_DAY = ALWAYS = NOWHERE = -1


class Road(NamedTuple):
    """A route's sections, shape (sections,), in single precision but for numbers of things and times."""

    section: Ints
    """Number among the network's directed sections."""
    way: Ints
    """Place of its link in the route."""
    entered_s: Floats
    """Time at the limit to the entry of each link, shape (links,)."""
    exact_length_m: Floats
    """In double precision, for sums."""
    length_m: Singles
    limit_ms: Singles
    desired_ms: Singles
    icy_ms: Singles
    grade: Singles
    crawl_ms: Singles
    """Of each kind of truck at full power, shape (sections, kinds), infinite where the road falls."""
    resistance_ms2: Singles
    """To a truck that climbs, without that of the air."""
    held_ms: Singles
    """Infinite where the road does not fall steeply."""
    heats_ahead: Singles
    """Share of the way to their steady temperature that brakes go over what drivers look ahead, at the speed held."""
    base_hazard: Singles
    """General hazard of the whole section at the limit, shape (sections, kinds x states of weather and light)."""
    shared_hazard: Singles
    """Hazard of all types in mean traffic at the others' speed, shape (sections, states)."""
    rear_end_share: Singles
    """Of the shared hazard, as the next."""
    overtaking_share: Singles
    crossed_share: Singles
    """Head-on accidents in which the other vehicle crosses the centre, of the shared hazard."""
    crossing_share: Singles
    """Head-on accidents in which the truck does, over its general ones."""
    others_ms: Singles
    """Mean speed of the others on a dry day."""
    overtaking: Singles
    """Accidents of overtaking over those of the mean vehicle's hour, shape (links, hours of the day)."""
    curvature_per_m: Singles
    superelevation: Singles
    curve_share: Singles
    """Of its curve that each section is: a curve rolls a truck over once, however it is cut."""
    runaway_share: Singles
    """Of the trucks whose brakes fail on the section that have an accident for it, shape (sections, kinds)."""
    power_per_kg: Singles
    """At the wheels, shape (kinds,), as the next."""
    drag_per_kg: Singles


class RuleTable(NamedTuple):
    """Who responds to which rule, by driver: the part of the rules that all routes share."""

    response: Singles
    """Of speed rules, shape (rules, drivers)."""
    needs_device: Bools
    """Shape (rules,)."""
    on_day: Singles
    """How much a rule acts by day, shape (rules that differ by day, days, sections of the widest such rule)."""
    on_occasion: Singles
    """The same by hour, weather and light, shape (rules that differ by them, 24 x states)."""
    stops: Bools
    """Who stops before a descent, shape (stops, drivers)."""
    mended: Bools
    """Whose brakes are then mended."""
    heeds_alarm: Bools
    """Shape (alarms, drivers)."""
    heeds_weather: Bools
    """Shape (warnings, drivers)."""


class RulesOnRoute(NamedTuple):
    """What rules ask for on a route."""

    weight: Singles
    """Share of each section on which a speed rule acts, shape (rules, sections)."""
    cap_ms: Singles
    """Shape (rules, sections, kinds)."""
    day_table: Ints
    """Row of `RuleTable.on_day` of each speed rule, or `EVERY_DAY`, shape (rules,)."""
    day_column: Ints
    """Column in it, shape (rules, sections)."""
    occasion_table: Ints
    """Row of `RuleTable.on_occasion` of each speed rule, or `ALWAYS`, shape (rules,)."""
    others_weight: Singles
    """What the others give up of their excess, over the share of it above the cap, shape (rules, sections)."""
    stop: Ints
    """Number of the stop at the start of each section, or `NOWHERE`, shape (sections,)."""
    left_after_stop: Singles
    """Share of the heat that is left after each stop, shape (stops,)."""
    stop_s: Singles
    """How long trucks stand at each stop, shape (stops,)."""
    alarm_c: Singles
    alarm_factor: Singles
    """On speed, shape (alarms,)."""
    weather_factor: Singles
    """On speed, shape (warnings,)."""
    hazard_factor: Singles
    """Shape (mechanisms, sections)."""
    capture: Singles
    """Share of runaways that ends in an escape ramp, shape (sections,)."""


class RiskNumbers(NamedTuple):
    """Numbers of the accident model in single precision."""

    growth_per_kmh: np.float32
    curve_speed_spread: np.float32
    """Of the speed in a curve over the one meant, logistic scale."""
    brake_failure_c: np.float32
    lowest_descent_ms: np.float32
    """Slower than that nobody goes down for the brakes' sake."""
    fatal_growth_per_kmh: np.float32
    others_spread: np.float32
    """Scale of the others' speeds over their mean."""
    fatal_share: Singles
    """Shape (mechanisms,), as the next."""
    deaths_per_fatal: Singles


class Plan(NamedTuple):
    """A route under rules."""

    road: Road
    table: RuleTable
    rules: RulesOnRoute
    numbers: RiskNumbers
    outcomes: int
    """Mechanisms, and captures in escape ramps where there are any."""


def table_of(rules: DrivingRules) -> RuleTable:
    """Who responds, stacked; shared by all routes."""
    days = [rule.on_day for rule in rules.speed if rule.on_day is not None]
    occasions = [rule.on_occasion.ravel() for rule in rules.speed if rule.on_occasion is not None]
    width = max((_distinct(on_day).shape[1] for on_day in days), default=1)
    on_day = [np.broadcast_to(_padded(_distinct(one), width), (len(one), width)) for one in days]
    return RuleTable(
        response=_stacked([rule.response for rule in rules.speed], np.float32),
        needs_device=np.array([rule.needs_device for rule in rules.speed], dtype=np.bool_),
        on_day=np.stack(on_day).astype(np.float32) if days else np.ones((0, 1, 1), dtype=np.float32),
        on_occasion=_stacked(occasions, np.float32),
        stops=_stacked([stop.stops for stop in rules.stops], np.bool_),
        mended=_stacked([stop.mended for stop in rules.stops], np.bool_),
        heeds_alarm=_stacked([alarm.heeds for alarm in rules.alarms], np.bool_),
        heeds_weather=_stacked([warning.heeds for warning in rules.weather], np.bool_),
    )


def _distinct(on_day: Floats) -> Floats:
    """One column where all sections have the same days."""
    return on_day if on_day.strides[1] else on_day[:, :1]


def _padded(on_day: Floats, width: int) -> Floats:
    return np.pad(on_day, ((0, 0), (0, width - on_day.shape[1])))


def _stacked(rows: Sequence[NDArray[Any]], kind: type[Any]) -> NDArray[Any]:
    return np.stack(rows).astype(kind) if rows else np.zeros((0, 1), dtype=kind)


def plan_of(conditions: Conditions, route: Route) -> Plan:
    """A route's columns and the rules on it, made once."""
    if route.key not in conditions.made:
        if RuleTable not in conditions.made:
            conditions.made[RuleTable] = table_of(conditions.rules)
        conditions.made[route.key] = _plan(conditions, route)
    found: Plan = conditions.made[route.key]
    return found


def _plan(conditions: Conditions, route: Route) -> Plan:
    risk, severity = conditions.risk, conditions.severity
    return Plan(
        road=_road(conditions, route),
        table=conditions.made[RuleTable],
        rules=_rules(conditions, route.sections),
        numbers=RiskNumbers(
            growth_per_kmh=np.float32(risk.speed_coefficient_per_kmh),
            curve_speed_spread=np.float32(logistic_spread(risk.curve_speed_sd)),
            brake_failure_c=np.float32(risk.brake_failure_c),
            lowest_descent_ms=np.float32(ms_from_kmh(conditions.speed.lowest_descent_kmh)),
            fatal_growth_per_kmh=np.float32(severity.fatal_growth_per_kmh),
            others_spread=np.float32(conditions.others.spread),
            fatal_share=np.array(severity.fatal_share, dtype=np.float32),
            deaths_per_fatal=np.array(severity.deaths_per_fatal, dtype=np.float32),
        ),
        outcomes=CAPTURED + conditions.ramps,
    )


def _road(conditions: Conditions, route: Route) -> Road:
    at, table, bounds = route.sections, conditions.sections, conditions.bounds
    times, shared = conditions.free_time_s[list(route.ways)], _shared_hazard(conditions, at)
    single = {
        "length_m": table.length_m,
        "limit_ms": table.limit_ms,
        "desired_ms": bounds.desired_ms,
        "icy_ms": bounds.icy_ms,
        "grade": table.grade,
        "crawl_ms": bounds.crawl_ms,
        "resistance_ms2": bounds.resistance_ms2,
        "held_ms": bounds.held_ms,
        "heats_ahead": _heats_ahead(conditions),
        "curvature_per_m": table.curvature_per_m,
        "superelevation": table.superelevation,
        "curve_share": table.curve_share,
        "others_ms": conditions.others.speed_ms,
        **_shares(conditions.others),
    }
    return Road(
        section=at,
        way=route.way_of_section,
        entered_s=np.concatenate([[0.0], np.cumsum(times)[:-1]]),
        exact_length_m=table.length_m[at],
        **{name: values[at].astype(np.float32) for name, values in single.items()},
        base_hazard=_base_hazard(conditions, at, shared).astype(np.float32),
        shared_hazard=shared.astype(np.float32),
        overtaking=conditions.others.overtaking[list(route.ways)].astype(np.float32),
        runaway_share=_runaway_share(conditions, route),
        power_per_kg=bounds.power_per_kg.astype(np.float32),
        drag_per_kg=bounds.drag_per_kg.astype(np.float32),
    )


def _heats_ahead(conditions: Conditions) -> Floats:
    """Of all directed sections; 1 where the road does not fall steeply."""
    held_ms, ahead_m = conditions.bounds.held_ms, METRES_PER_KM * conditions.speed.descent_foresight_km
    falls = np.isfinite(held_ms)
    speed_ms: Floats = np.where(falls, held_ms, 1.0)
    gone: Floats = brakes.share_gone(speed_ms, np.full(len(speed_ms), ahead_m))
    return np.where(falls, gone, 1.0)


def _runaway_share(conditions: Conditions, route: Route) -> Singles:
    """Made once for a road, whatever rules are in force."""
    made = conditions.whatever_rules
    if route.key not in made:
        bounds = conditions.bounds
        found = accident_share(conditions.brakeless, conditions.sections, bounds.held_ms, bounds.desired_ms, route)
        made[route.key] = found.astype(np.float32)
    share: Singles = made[route.key]
    return share


def _shares(others: Others) -> dict[str, Floats]:
    """Types of accident, as the sweep asks for them."""
    types = encounters.Types(*others.share)
    return {
        "rear_end_share": types.rear_end * encounters.REACHED_SHARE,
        "overtaking_share": types.overtaking,
        "crossed_share": types.head_on * encounters.CROSSED_BY_OTHERS,
        "crossing_share": types.head_on * (1.0 - encounters.CROSSED_BY_OTHERS) / types.general,
    }


def _base_hazard(conditions: Conditions, sections: Ints, shared: Floats) -> Floats:
    """General part of the hazard of all types, at usual speeds, shape (sections, kinds x states)."""
    general = shared * encounters.Types(*conditions.others.share).general[sections, None]
    result: Floats = (general[:, None, :] * conditions.usual[sections]).reshape(len(sections), -1)
    return result


def _shared_hazard(conditions: Conditions, sections: Ints) -> Floats:
    """Of all types, shape (sections, states): what weather and light add is taken out where they do not reach."""
    table = conditions.sections
    by_section = (conditions.hazard_per_m * table.length_m)[sections]
    around = conditions.hours.risk_factor.astype(np.float64)
    result: Floats = by_section[:, None] / np.where(table.tunnel[sections, None], around, 1.0)
    return result


def _rules(conditions: Conditions, sections: Ints) -> RulesOnRoute:
    rules, kinds = conditions.rules, len(conditions.kinds.mass_kg)
    coached = 1.0 if rules.speed_factor is None else float(rules.speed_factor.max())
    fastest_ms = conditions.bounds.desired_ms[sections] * (SPEED_FACTOR_LIMITS[1] * coached)
    speed = [_on_route(rule, sections, fastest_ms, kinds) for rule in rules.speed]
    factor, capture = rules.hazard_factor, rules.capture
    return RulesOnRoute(
        weight=_stacked([own.weight for own in speed], np.float32),
        cap_ms=np.stack([own.cap_ms for own in speed]) if speed else np.ones((0, 1, 1), dtype=np.float32),
        day_table=_row_of([rule.on_day is not None for rule in rules.speed]),
        day_column=_stacked([own.day_column for own in speed], np.int64),
        occasion_table=_row_of([rule.on_occasion is not None for rule in rules.speed]),
        others_weight=_stacked([own.others_weight for own in speed], np.float32),
        stop=_stop_at(rules.stops, sections),
        left_after_stop=np.array([_left_after(stop.stop_s) for stop in rules.stops], dtype=np.float32),
        stop_s=np.array([stop.stop_s for stop in rules.stops], dtype=np.float32),
        alarm_c=np.array([alarm.alarm_c for alarm in rules.alarms], dtype=np.float32),
        alarm_factor=np.array([alarm.speed_factor for alarm in rules.alarms], dtype=np.float32),
        weather_factor=np.array([warning.speed_factor for warning in rules.weather], dtype=np.float32),
        hazard_factor=_on_sections(np.ones((len(MECHANISMS), 1)) if factor is None else factor, sections),
        capture=_on_sections(np.zeros(1) if capture is None else capture, sections),
    )


def _on_sections(values: Floats, sections: Ints) -> Singles:
    """Values of a route's sections; one value stands for all."""
    shape = (*values.shape[:-1], len(sections))
    own = np.broadcast_to(values if values.shape[-1] == 1 else values[..., sections], shape)
    return np.ascontiguousarray(own, dtype=np.float32)


def _row_of(has_one: Sequence[bool]) -> Ints:
    """Row of each rule in a table of those that have one, or `NOWHERE`."""
    number = np.cumsum(has_one, dtype=np.int64) - 1
    return np.where(has_one, number, NOWHERE).astype(np.int64)


class RuleOnRoute(NamedTuple):
    """A speed rule by section; as `RulesOnRoute` has several."""

    weight: Singles
    """0 where the rule does not act or no truck goes so fast."""
    cap_ms: Singles
    day_column: Ints
    others_weight: Singles


def _on_route(rule: SpeedRule, sections: Ints, fastest_ms: Floats, kinds: int) -> RuleOnRoute:
    place = np.full(max(int(sections.max()), int(rule.sections.max(initial=0))) + 1, NOWHERE, dtype=np.int64)
    place[rule.sections] = np.arange(len(rule.sections))
    own = place[sections]
    here = np.flatnonzero(own >= 0)
    weight, cap = np.zeros(len(sections), dtype=np.float32), np.ones((len(sections), kinds), dtype=np.float32)
    weight[here] = np.broadcast_to(rule.weight, rule.sections.shape)[own[here]]
    cap[here] = rule.cap_ms[own[here]]
    others_weight = weight * np.float32(rule.others_response)
    weight[here[rule.cap_ms.min(axis=1)[own[here]] >= fastest_ms[here]]] = 0.0
    shared = rule.on_day is None or not rule.on_day.strides[1]
    column = np.zeros(len(sections), dtype=np.int64) if shared else np.maximum(own, 0)
    return RuleOnRoute(weight, cap, column, others_weight)


def _stop_at(stops: Sequence[BrakeStop], sections: Ints) -> Ints:
    """Number of the stop at the start of each section; the last named where several are at one."""
    found = np.full(len(sections), NOWHERE, dtype=np.int64)
    for number, stop in enumerate(stops):
        found[sections == stop.section] = number
    return found


def _left_after(stop_s: float) -> float:
    """Share of the heat left after standing still."""
    return float(portable.exp(-brakes.COOLING_PER_S * stop_s))
