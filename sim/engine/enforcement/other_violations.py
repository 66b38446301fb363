"""Violations that are only counted: speeding, overload, tiredness at the wheel."""

import numpy as np

from sim.core.units import Bools, Ints
from sim.driving.rules import DrivingRules
from sim.driving.traits import passes
from sim.engine.trips.route_choice import ChoiceTable
from sim.engine.trips.trip_table import TripTable
from sim.inputs.fleet import OVERLOADED, Roster
from sim.scenario.model import Scenario


def other_violations(
    trips: TripTable, roster: Roster, scenario: Scenario, choices: ChoiceTable, rules: DrivingRules
) -> dict[str, Bools]:
    """Violations that a trip starts with or can't avoid, under rules of driving, on its legal route."""
    habit = 1.0 if rules.habit is None else rules.habit[trips.driver]
    route = choices.legal_route(trips.choice, trips.route_uniform)
    hours = trips.hours_driven + choices.route_h[route]
    rested, unloaded = np.zeros(len(trips), dtype=np.bool_), np.zeros(len(trips), dtype=np.bool_)
    for rest in rules.rests:
        rested |= rest.rests[trips.driver] & _passes(route, choices, rest.sections) & (not rest.needs_device)
    for unload in rules.unloads:
        unloaded |= unload.unloads[trips.driver] & _passes(route, choices, unload.sections)
    return {
        "speeding": roster.speed_factor[trips.driver] * habit > scenario.risk.speeding_factor,
        "fatigue": (hours > scenario.risk.driving_limit_h) & ~rested,
        "overload": (trips.load == OVERLOADED) & ~unloaded,
    }


def _passes(route: Ints, choices: ChoiceTable, sections: Ints | None) -> Bools:
    """Whether routes, by their numbers, pass one of some sections."""
    passing = np.array([passes(route.sections, sections) for route in choices.routes])
    return passing[route]
