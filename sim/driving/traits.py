"""What the sweep knows of each trip, and what rules change before it sets out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.units import Bools, Floats, Ints, Singles
from sim.driving.conditions import Conditions
from sim.inputs.fleet import LADEN, LOADS, OVERLOADED

NO_CARE_C = 100_000.0
"""Brake temperature that is borne by who takes no care."""


class Traits(NamedTuple):
    """What the sweep knows of trips; arrays of shape (trips,), single precision but for the time."""

    departure_s: Floats
    day: Ints
    driver: Ints
    online: Bools
    """Whether the truck has a working device."""
    kind: NDArray[np.uint32]
    speed_factor: Singles
    """A driver's habit, times the factor of the driving mode."""
    mass_kg: Singles
    retarding_w: Singles
    """Engine brake as it is used, and retarder."""
    capacity_n: Singles
    """Braking force of sound, cold brakes."""
    bears_c: Singles
    """Brake temperature that the driver chooses a speed not to exceed; `NO_CARE_C` for those who don't."""
    descent_factor: Singles
    """On the speed held downgrade, times the factor of the driving mode."""
    heat_factor: Singles
    rollover_threshold_g: Singles
    risk_factor: Singles
    awake_factor: Singles
    """The part of the risk factor that is of the truck, without its driver's tiredness."""
    tired_factor: Singles
    """The part of the risk factor that a rest takes away."""
    defect_factor: Singles
    """The part of the risk factor that goes with a brake defect."""
    brake_c: Singles

    def pick(self, chosen: Ints | Bools | slice) -> "Traits":
        """The chosen trips."""
        return Traits._make(column[chosen] for column in self)

    def in_mode(self, factor: float) -> "Traits":
        """The same trips driven with another factor on all speeds that drivers choose."""
        own = np.float32(factor)
        return self._replace(speed_factor=self.speed_factor * own, descent_factor=self.descent_factor * own)

    def continued(self, departure_s: Floats, brake_c: Singles) -> "Traits":
        """The same trips going on from another time with brakes of another temperature."""
        return self._replace(departure_s=departure_s, brake_c=brake_c)


def prepared(trips: Traits, conditions: Conditions, sections: Ints) -> Traits:
    """Trips as they set out on a route: rested, with a legal load, with a changed habit of speed."""
    rules = conditions.rules
    if rules.speed_factor is not None:
        factor = rules.speed_factor[trips.driver].astype(np.float32)
        trips = trips._replace(speed_factor=trips.speed_factor * factor, descent_factor=trips.descent_factor * factor)
    for rest in rules.rests:
        if passes(sections, rest.sections):
            trips = rested(trips, rest.rests[trips.driver] & (trips.online | (not rest.needs_device)))
    for unload in rules.unloads:
        if passes(sections, unload.sections):
            trips = unloaded(trips, unload.unloads[trips.driver], conditions)
    return Traits._make(np.ascontiguousarray(column) for column in trips)


def passes(route: Ints, sections: Ints | None) -> bool:
    """Whether a route passes one of some directed sections; every one does if they are None."""
    return sections is None or bool(np.isin(sections, route).any())


def rested(trips: Traits, chosen: Bools) -> Traits:
    """Tired drivers who have had a rest."""
    spared = np.where(chosen, trips.tired_factor, 1.0).astype(np.float32)
    return trips._replace(risk_factor=trips.risk_factor / spared, tired_factor=trips.tired_factor / spared)


def at_the_limit(trips: Traits, conditions: Conditions) -> Traits:
    """Drivers who drive faster than the road asks for, with coaching too, come down to it."""
    own, coaching = trips.speed_factor, conditions.rules.speed_factor
    driven = own if coaching is None else own * coaching[trips.driver].astype(np.float32)
    excess: Singles = np.maximum(driven, np.float32(1.0)).astype(np.float32)
    return trips._replace(speed_factor=own / excess, descent_factor=trips.descent_factor / excess)


def unloaded(trips: Traits, chosen: Bools, conditions: Conditions) -> Traits:
    """Overloaded trips that drive laden instead."""
    light = chosen & (trips.kind % LOADS == OVERLOADED)
    kind = np.where(light, trips.kind - (OVERLOADED - LADEN), trips.kind).astype(np.uint32)
    kinds = conditions.kinds
    relief = np.where(light, kinds.rollover_factor[LADEN] / kinds.rollover_factor[OVERLOADED], 1.0)
    risk = np.where(light, 1.0 / conditions.risk.overload_factor, 1.0)
    return trips._replace(
        kind=kind,
        mass_kg=np.where(light, kinds.mass_kg[kind], trips.mass_kg).astype(np.float32),
        rollover_threshold_g=(trips.rollover_threshold_g * relief).astype(np.float32),
        risk_factor=(trips.risk_factor * risk).astype(np.float32),
        awake_factor=(trips.awake_factor * risk).astype(np.float32),
    )
