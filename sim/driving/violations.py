"""The table of violations: who is in one, how it is seen, and how a truck is driven once its driver gives it up.

A violation is a row. The engine decides by it which trips violate, sees them, lets interventions answer them and drives
on those who obey; interventions name the rows that they answer (`answers:`). Whether a trip violates is one comparison:
the risk that its driver perceives against the trip's own critical risk, below which it violates.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from sim.behaviour.banned_entry import critical_risk
from sim.behaviour.deterrence import critical_risk_of_ongoing
from sim.behaviour.parameters import BehaviourParameters
from sim.core.parameters import Name
from sim.core.units import SECONDS_PER_HOUR, Bools, Floats, Ints
from sim.driving.conditions import Conditions
from sim.driving.traits import Traits, at_the_limit, rested, unloaded
from sim.risk.parameters import RiskParameters

BANNED_ENTRY = "banned_entry"
SeenBy = Literal["device", "scales"]


class SettingOut(Protocol):
    """What is known of trips as they set out; arrays of shape (trips,)."""

    risk: RiskParameters
    behaviour: BehaviourParameters

    @property
    def candidate(self) -> Bools:
        """Whether a banned road would shorten the trip."""

    @property
    def utility(self) -> Floats:
        """Log-odds of a banned entry at no saving and no perceived risk."""

    @property
    def saving_cny(self) -> Floats:
        """Of the banned road."""

    @property
    def violation_uniform(self) -> Floats:
        """The number that decides on a banned entry."""

    @property
    def overloaded(self) -> Bools:
        """Whether the truck leaves with more than it may carry, and would pass no weigh station that unloads it."""

    @property
    def speed_factor(self) -> Floats:
        """The driver's speed over what the road asks for, after coaching."""

    @property
    def hours_at_end(self) -> Floats:
        """At the wheel since the last rest, at the end of the legal route [h]."""

    @property
    def rests(self) -> Bools:
        """Whether the driver rests before he goes on without being told by anybody."""

    def uniform(self, purpose: str, chosen: Ints) -> Floats:
        """Uniform numbers for a purpose, of trips by their place."""


@dataclass(frozen=True, eq=False)
class Violation:
    """A row of the table."""

    name: str
    en: str
    zh: str
    seen_by: SeenBy
    """A device that reports where the truck is, how fast and for how long; or scales on the road."""
    in_it: Callable[[SettingOut], Bools]
    """Trips that may violate, shape (trips,)."""
    given_up: Callable[[Traits, Conditions], Traits]
    """How trucks are driven from the section on after which the driver has given it up."""
    begins_s: Callable[[float, RiskParameters], float] = lambda _, __: 0.0
    """Time from the departure until there is something to see [s], by hours at the wheel before; a device sees it."""
    dares: Callable[[SettingOut, Ints], Floats] | None = None
    """Perceived risk below which trips, by their place, violate; if not given, as who is in it already does."""

    def critical_risk(self, trips: SettingOut, in_it: Bools) -> Floats:
        """Perceived risk below which trips violate, minus infinity for those that are not in it, shape (trips,)."""
        critical, own = np.full(len(in_it), -np.inf), np.flatnonzero(in_it)
        critical[own] = self._as_ongoing(trips, own) if self.dares is None else self.dares(trips, own)
        return critical

    def _as_ongoing(self, trips: SettingOut, own: Ints) -> Floats:
        uniform, behaviour = trips.uniform(f"violation.{self.name}", own), trips.behaviour
        return critical_risk_of_ongoing(uniform, behaviour.penalty_cost_cny, behaviour.choice_scale_cny)


def _dares_entry(trips: SettingOut, own: Ints) -> Floats:
    behaviour = trips.behaviour
    return critical_risk(
        trips.violation_uniform[own],
        trips.utility[own],
        trips.saving_cny[own],
        behaviour.penalty_cost_cny,
        behaviour.choice_scale_cny,
    )


def _cautiously(trips: Traits, conditions: Conditions) -> Traits:
    return trips.in_mode(conditions.speed.cautious_factor)


def _speeding(trips: SettingOut) -> Bools:
    return trips.speed_factor > trips.risk.speeding_factor


def _tired(trips: SettingOut) -> Bools:
    return (trips.hours_at_end > trips.risk.driving_limit_h) & ~trips.rests


def _tired_after_s(hours_driven: float, risk: RiskParameters) -> float:
    return max(risk.driving_limit_h - hours_driven, 0.0) * SECONDS_PER_HOUR


VIOLATIONS: tuple[Violation, ...] = (
    Violation(
        BANNED_ENTRY,
        "banned entry",
        "闯禁行",
        "device",
        in_it=lambda trips: trips.candidate,
        given_up=_cautiously,
        dares=_dares_entry,
    ),
    Violation(
        "speeding",
        "speeding",
        "超速",
        "device",
        in_it=_speeding,
        given_up=at_the_limit,
    ),
    Violation(
        "fatigue",
        "fatigue",
        "疲劳驾驶",
        "device",
        in_it=_tired,
        given_up=lambda trips, _: rested(trips, np.ones(len(trips.day), dtype=np.bool_)),
        begins_s=_tired_after_s,
    ),
    Violation(
        "overload",
        "overload",
        "超载",
        "scales",
        in_it=lambda trips: trips.overloaded,
        given_up=lambda trips, conditions: unloaded(trips, np.ones(len(trips.day), dtype=np.bool_), conditions),
    ),
)
"""Banned entry is decided by utility and saving; the others are ongoing, until experience ends them."""
OTHERS = tuple(row for row in VIOLATIONS if row.name != BANNED_ENTRY)
"""Ongoing violations: a trip is in them whichever way it takes."""
NAMES = tuple(row.name for row in VIOLATIONS)


def named(name: str) -> Violation:
    """A row by its name."""
    return VIOLATIONS[NAMES.index(name)]


def bit(name: str) -> int:
    """A violation's bit in a set of them, such as those that a driver has given up."""
    return 1 << NAMES.index(name)


def rows_of(violations: int) -> list[Violation]:
    """The rows of a set of bits, in the table's order."""
    return [row for number, row in enumerate(VIOLATIONS) if violations >> number & 1]


def bits_of(names: Sequence[str]) -> int:
    """The set of some names."""
    return sum(bit(name) for name in set(names))


def given_up(trips: Traits, violations: int, conditions: Conditions) -> Traits:
    """Trips whose drivers have given up some violations; who leaves a banned road is more cautious than the limit."""
    for row in sorted(rows_of(violations), key=lambda one: one.name == BANNED_ENTRY):
        trips = row.given_up(trips, conditions)
    return trips


def each_given_up(trips: Traits, violations: Ints, conditions: Conditions) -> Traits:
    """The same with a set for each trip, shape (trips,)."""
    for one in np.unique(violations).tolist():
        if one:
            own = np.flatnonzero(violations == one)
            changed = given_up(trips.pick(own), one, conditions)
            trips = Traits._make(_put(getattr(trips, name), own, getattr(changed, name)) for name in Traits._fields)
    return trips


def _put(column: NDArray[Any], own: Ints, new: NDArray[Any]) -> NDArray[Any]:
    if np.array_equal(column[own], new):
        return column
    result = column.copy()
    result[own] = new
    return result


def _known(name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"must be one of {', '.join(NAMES)}")
    return name


ViolationName = Annotated[Name, AfterValidator(_known), Field(json_schema_extra={"enum": list(NAMES)})]
"""Name of a row."""
