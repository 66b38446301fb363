"""The control room and the police stations, as an intervention sees them."""

from collections.abc import Sequence
from math import inf
from typing import Protocol

from simpy import Event

from sim.core.units import Floats


class ControlRoom(Protocol):
    """The control room, for work that belongs to no trip."""

    @property
    def day(self) -> int:
        """Day of the simulation."""

    def wait(self, seconds: float) -> Event:
        """An event after some seconds; waits in a row add up their roundings."""

    def until(self, day: int, second: float) -> Event:
        """An event at a second of a day, at once if that is past; does not drift."""

    def uniforms(self, purpose: str, day: int, size: int) -> Floats:
        """Uniform numbers of a day for a purpose."""

    def equipped_km(self, day: int) -> Floats:
        """Expected truck-km of trucks with a working device on a day, by hour, shape (24,)."""

    def occupy(self, priority: int, day: int, pieces: Sequence[tuple[float, float]], patience_s: float = inf) -> None:
        """Queue pieces of work of a day for operators: second of the day at which each is due, and its length [s].

        They wait their turn like calls, and cost no events; what was due before now is due now. What nobody has begun
        after `patience_s` is given up and counted. Raises ValueError if a second or a length is not finite, or a length
        or the patience is negative.
        """

    def occupy_crew(self, station: str, day: int, pieces: Sequence[tuple[float, float]]) -> None:
        """Queue pieces of other work of a day for the crews of a station, likewise."""
