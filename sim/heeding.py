"""How the section sweep applies rules of driving to trips; arrays are (section, trip), changed in place where said."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim import portable
from sim.conditions import Conditions, RoutePlan, Singles, Traits
from sim.parameters import CAPTURED, RUNAWAY
from sim.physics import brake_temperature as brakes
from sim.rules import PlannedRules, PlannedSpeed
from sim.units import Floats, Ints

LADEN, OVERLOADED, LOADS = 1, 2, 3
"""Loads as `kind` counts them: kind 3 n + l is truck class n with load l."""


def prepared(rules: PlannedRules, trips: Traits, conditions: Conditions) -> Traits:
    """Trips as they set out on a route: rested, with a legal load, with a changed habit of speed."""
    habit = conditions.rules.habit
    if habit is not None:
        factor = habit[trips.driver].astype(np.float32)
        trips = replace(trips, speed_factor=trips.speed_factor * factor, descent_factor=trips.descent_factor * factor)
    for rest in rules.rests:
        rested = rest.rests[trips.driver] & (trips.online | (not rest.needs_device))
        spared = np.where(rested, trips.tired_factor, 1.0).astype(np.float32)
        trips = replace(trips, risk_factor=trips.risk_factor / spared, tired_factor=trips.tired_factor / spared)
    for unload in rules.unloads:
        trips = _unloaded(trips, unload.unloads[trips.driver], conditions)
    return trips


def _unloaded(trips: Traits, chosen: NDArray[np.bool_], conditions: Conditions) -> Traits:
    """Overloaded trips that drive laden instead."""
    light = chosen & (trips.kind % LOADS == OVERLOADED)
    kind = np.where(light, trips.kind - (OVERLOADED - LADEN), trips.kind)
    kinds = conditions.kinds
    relief = np.where(light, kinds.rollover_factor[LADEN] / kinds.rollover_factor[OVERLOADED], 1.0)
    risk = np.where(light, 1.0 / conditions.risk.overload_factor, 1.0)
    return replace(
        trips,
        kind=kind,
        mass_kg=kinds.mass_kg[kind].astype(np.float32),
        rollover_threshold_g=(trips.rollover_threshold_g * relief).astype(np.float32),
        risk_factor=(trips.risk_factor * risk).astype(np.float32),
    )


def slow_down(rules: PlannedRules, trips: Traits, velocity: Singles) -> None:
    """Apply all speed rules to the speed without any; the lowest result holds. `velocity` is changed."""
    if not rules.speed:
        return
    lowest = [(rule.rows, _slowed(rule, trips, velocity[rule.rows])) for rule in rules.speed]
    for rows, slowed in lowest:
        velocity[rows] = np.minimum(velocity[rows], slowed)


def _slowed(rule: PlannedSpeed, trips: Traits, velocity: Singles) -> Singles:
    response = rule.response[trips.driver]
    if rule.needs_device:
        response = response * trips.online
    asked = rule.cap_ms.take(trips.kind, axis=1) if rule.cap_ms.shape[1] > 1 else rule.cap_ms
    share = response * rule.weight
    if rule.on_day is not None:
        share = share * rule.on_day[trips.day].T
    result: Singles = velocity - share * np.maximum(velocity - asked, np.float32(0.0))
    return result


def weather_factor(rules: PlannedRules, trips: Traits, bad: NDArray[np.bool_]) -> Singles:
    """Factor on speed in bad weather, shape (ways, trips)."""
    factor = np.ones(bad.shape, dtype=np.float32)
    for warning in rules.weather:
        heeds = warning.heeds[trips.driver] & trips.online
        factor = np.minimum(factor, np.where(bad & heeds, np.float32(warning.speed_factor), np.float32(1.0)))
    return factor


def alarmed(rules: PlannedRules, trips: Traits, temperature: Singles) -> tuple[Ints, Singles]:
    """Trips that slow down after an alarm of hot brakes, and the factor on their speed, shape (sections, chosen)."""
    hottest = temperature.max(axis=0)
    heeding = [alarm.heeds[trips.driver] & trips.online & (hottest > alarm.alarm_c) for alarm in rules.alarms]
    chosen = np.flatnonzero(np.logical_or.reduce(heeding))
    factor = np.ones((len(temperature), len(chosen)), dtype=np.float32)
    for alarm, heeds in zip(rules.alarms, heeding, strict=True):
        hot = np.logical_or.accumulate(temperature[:, chosen] > alarm.alarm_c, axis=0) & heeds[chosen]
        factor[1:] = np.minimum(factor[1:], np.where(hot[:-1], np.float32(alarm.speed_factor), np.float32(1.0)))
    return chosen, factor


def temperature_with_stops(
    plan: RoutePlan, trips: Traits, velocity: Singles, power: Singles, decay: Singles
) -> Singles:
    """Brake temperature where trips may stop to let brakes cool: from the stop on, defects found are mended."""
    state = trips.brake_c
    heat = np.ones_like(velocity)
    cooled = dict(plan.rules.stops)
    for row, stop in cooled.items():
        heat[row:] = np.where(stop.stops[trips.driver] & stop.mended[trips.driver], 1.0 / trips.heat_factor, heat[row:])
    steady = np.full_like(velocity, brakes.AMBIENT_C)
    steady[plan.falling] = brakes.steady_temperature_c(power * heat[plan.falling], velocity[plan.falling])
    temperature: Singles = steady * (1.0 - decay)
    for row, cooling in enumerate(decay):
        if row in cooled:
            stop = cooled[row]
            left = np.float32(portable.exp(-brakes.COOLING_PER_S * stop.stop_s))
            at_rest = np.float32(brakes.AMBIENT_C) + (state - np.float32(brakes.AMBIENT_C)) * left
            state = np.where(stop.stops[trips.driver], at_rest, state)
        temperature[row] += state * cooling
        state = temperature[row]
    return temperature


def scale(rules: PlannedRules, rows: Sequence[Ints], parts: Sequence[Floats]) -> None:
    """Factors on hazard, and the share of runaways that escape ramps take.

    `parts` by mechanism, each of shape (its rows, trips), are changed; there is one for captures where there are ramps.
    """
    if rules.factor is not None:
        for mechanism, factor in enumerate(rules.factor):
            parts[mechanism][:] *= factor[rows[mechanism]]
    if rules.capture is not None:
        parts[CAPTURED][:] = parts[RUNAWAY] * rules.capture[rows[RUNAWAY]]
        parts[RUNAWAY][:] -= parts[CAPTURED]
