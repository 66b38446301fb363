"""Which trips are in which violation as they set out, and at which perceived risk they would just commit it."""

from functools import cached_property

import numpy as np

from sim.core import exact_sums
from sim.core.units import Bools, Floats, Ints
from sim.driving.rules import DrivingRules
from sim.driving.traits import passes
from sim.driving.violations import BANNED_ENTRY, OTHERS, Violation, bit, named
from sim.engine.trips.trip_table import TripTable
from sim.engine.world import World
from sim.inputs.fleet import OVERLOADED


class SettingOutTrips:
    """Trips of one block as they set out, see `SettingOut`; what nobody asks is not worked out."""

    def __init__(self, world: World, trips: TripTable, *, answered: bool = False) -> None:
        self.risk, self.behaviour = world.scenario.risk, world.scenario.behaviour
        self._world, self._trips, self._table = world, trips, world.choices.table
        self._answered = answered

    @cached_property
    def _rules(self) -> DrivingRules:
        """Under which they all set out: no block has two sets of rules."""
        return self._world.conditions(int(self._world.epoch[self._trips.day[0]])).rules

    @cached_property
    def _route(self) -> Ints:
        """Of an ongoing violation it is the legal route that counts."""
        return self._table.legal_route(self._trips.choice, self._trips.route_uniform)

    @property
    def candidate(self) -> Bools:
        """Whether a banned road would shorten the trip."""
        result: Bools = self._table.candidate[self._trips.choice]
        return result

    @property
    def utility(self) -> Floats:
        """Log-odds of a banned entry at no saving and no perceived risk."""
        return self._world.roster.violation_utility[self._trips.driver]

    @property
    def saving_cny(self) -> Floats:
        """Of the banned road."""
        return self._table.saving_cny[self._trips.choice]

    @property
    def violation_uniform(self) -> Floats:
        """The number that decides on a banned entry."""
        return self._trips.violation_uniform

    @cached_property
    def overloaded(self) -> Bools:
        """Whether it leaves with more than it may carry, and would pass no weigh station that unloads it."""
        result: Bools = self._trips.load == OVERLOADED
        for unload in self._rules.unloads:
            result = result & ~(unload.unloads[self._trips.driver] & self._passes(unload.sections))
        return result

    @cached_property
    def speed_factor(self) -> Floats:
        """The driver's speed over what the road asks for, after coaching."""
        own, coaching = self._world.roster.speed_factor[self._trips.driver], self._rules.speed_factor
        return own if coaching is None else own * coaching[self._trips.driver]

    @cached_property
    def hours_at_end(self) -> Floats:
        """At the wheel since the last rest, at the end of the legal route [h]."""
        return self._trips.hours_driven + self._table.route_h[self._route]

    @cached_property
    def rests(self) -> Bools:
        """Whether the driver rests before he goes on without being told by anybody.

        Whom a device tells is only left out where somebody would answer: he is counted as tired, and needs no call.
        """
        result: Bools = np.zeros(len(self._trips), dtype=np.bool_)
        online = self._world.online(self._trips) & self._answered
        for rest in self._rules.rests:
            told = online if rest.needs_device else True
            result |= rest.rests[self._trips.driver] & self._passes(rest.sections) & told
        return result

    def uniform(self, purpose: str, chosen: Ints) -> Floats:
        """Uniform numbers for a purpose, of trips by their place."""
        return self._world.draws.uniforms(purpose, self._trips.day[chosen], self._trips.place[chosen])

    def _passes(self, sections: Ints | None) -> Bools:
        """Whether their routes pass one of some sections."""
        passing = np.array([passes(route.sections, sections) for route in self._table.routes])
        result: Bools = passing[self._route]
        return result


def answered_violations(world: World, trips: TripTable) -> Ints:
    """Ongoing violations of trips of one block that somebody answers, as bits, shape (trips,)."""
    found = np.zeros(len(trips), dtype=np.int64)
    if not len(trips) or not world.answered.any():
        return found
    answered, setting_out = world.answered[trips.day], SettingOutTrips(world, trips, answered=True)
    for row in _rows(answered):
        found |= np.where(row.in_it(setting_out), answered & bit(row.name), 0)
    return found


def critical_risk_of_entry(world: World, trips: TripTable) -> Floats:
    """Perceived risk below which trips of one block enter a banned road, minus infinity where none can."""
    setting_out = SettingOutTrips(world, trips)
    return named(BANNED_ENTRY).critical_risk(setting_out, setting_out.candidate)


def critical_risks(world: World, trips: TripTable, violations: Ints) -> list[tuple[Violation, Floats]]:
    """Perceived risk below which trips commit each of their violations, shape (trips,), for those that some are in."""
    setting_out = SettingOutTrips(world, trips)
    return [(row, row.critical_risk(setting_out, violations & bit(row.name) != 0)) for row in _rows(violations)]


def _rows(violations: Ints) -> list[Violation]:
    together = int(np.bitwise_or.reduce(violations)) if len(violations) else 0
    return [row for row in OTHERS if together & bit(row.name)]


def ongoing_of(world: World, trips: TripTable, place: int, ongoing: list[tuple[Violation, Floats]]) -> list[Violation]:
    """Those that a driver does not give up before he sets out: what he has learned is not enough; they are counted."""
    driver, departure_s = int(trips.driver[place]), float(trips.departure_s[place])
    own = [
        one
        for one, critical in ongoing
        if world.deterrence.perceived_risk(driver, departure_s, one.name) < critical[place]
    ]
    if trips.month[place] >= 0:
        for one in own:
            world.recorder.tallies.other_violations[one.name][trips.month[place], trips.truck_class[place]] += 1
    return own


def begins_s(world: World, trips: TripTable, column: int, violation: Violation) -> float:
    """Time from a trip's departure until a device has something to tell [s], a multiple of its quantum."""
    return float(exact_sums.exact_time_s(violation.begins_s(float(trips.hours_driven[column]), world.scenario.risk)))
