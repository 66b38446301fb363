"""Access over time: which road each trip's choice of route is made on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.exact_sums import exact_time_s
from sim.core.units import SECONDS_PER_DAY, SECONDS_PER_HOUR, Bools, Floats, Ints
from sim.inputs.road import Road
from sim.interventions.views import Access, Appointments


@dataclass(frozen=True, eq=False)
class Variants:
    """Variant of access by day, and who holds a permit in it."""

    of_day: Ints
    """Shape (days,)."""
    permitted: Bools
    """Shape (variants, drivers)."""
    appointments: Sequence[Sequence[Appointments]] = ()
    """In each variant; none at all where it is empty."""

    def of_trips(self, day: Ints, driver: Ints) -> tuple[Ints, Bools]:
        """Variant of each trip, and whether no ban binds its driver."""
        variant = self.of_day[day]
        return variant, self.permitted[variant, driver]

    def agreed_s(self, variant: Ints, driver: Ints, wanted_s: Floats, uniform: Callable[[], Floats]) -> Floats:
        """Departures after midnight [s]: those with an appointment are spread over its hours, and keep to hours in it.

        `uniform` draws a number for each trip; it is asked only where there are appointments.
        """
        agreed = wanted_s
        for number, own in enumerate(self.appointments):
            for one in own:
                moved = (variant == number) & one.drivers[driver] & ~one.holds(wanted_s)
                if moved.any():
                    spread_s = uniform() * one.hours * SECONDS_PER_HOUR
                    slot_s = exact_time_s((one.from_hour * SECONDS_PER_HOUR + spread_s) % SECONDS_PER_DAY)
                    agreed = np.where(moved, slot_s, agreed)
        return agreed


def changed_road(road: Road, access: Sequence[Access]) -> Road:
    """The road after all changes, in the order of the interventions' kinds.

    Raises
    ------
    ValueError
        if something else than bans and tolls differs
    """
    for one in access:
        if one.change is not None:
            changed = one.change(road)
            if _fixed(changed) != _fixed(road):
                raise ValueError("a change of access may only change bans and tolls")
            road = changed
    return road


def _fixed(road: Road) -> object:
    links = [link.model_copy(update={"ban": None, "toll_cny_per_km": 0.0}) for link in road.links]
    return road.nodes, links


def permitted(access: Sequence[Access], drivers: int) -> Bools:
    """Drivers with any permit, shape (drivers,)."""
    held = np.zeros(drivers, dtype=np.bool_)
    for one in access:
        if one.permitted is not None:
            held |= one.permitted
    return held
