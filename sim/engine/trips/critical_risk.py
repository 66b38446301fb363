"""The perceived risk at which each trip would just enter the banned road."""

import numpy as np

from sim.behaviour.banned_entry import critical_risk
from sim.core.units import Floats
from sim.engine.trips.route_choice import Choices
from sim.engine.trips.trip_table import TripTable
from sim.inputs.fleet import Roster
from sim.scenario.model import Scenario


def critical_risk_of(trips: TripTable, choices: Choices, roster: Roster, scenario: Scenario) -> Floats:
    """Perceived risk below which a trip takes a banned shortcut, minus infinity where there is none, shape (trips,).

    Perceived risk is never negative, so that a trip with a value of 0 or less can never violate.
    """
    candidate = np.flatnonzero(choices.table.candidate[trips.choice])
    behaviour = scenario.behaviour
    critical = np.full(len(trips), -np.inf)
    critical[candidate] = critical_risk(
        trips.violation_uniform[candidate],
        roster.violation_utility[trips.driver[candidate]],
        choices.table.saving_cny[trips.choice[candidate]],
        behaviour.penalty_cost_cny,
        behaviour.choice_scale_cny,
    )
    return critical
