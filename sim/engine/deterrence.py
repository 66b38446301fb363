"""What drivers remember: perceived risk raised by experience, shared within the enterprise, fading with time."""

from array import array
from bisect import bisect_left

from sim.behaviour import BehaviourParameters, decayed, lowered, raised
from sim.fleet import Roster
from sim.interventions.base import Experience
from sim.units import SECONDS_PER_DAY


class Memory:
    """Risk raised at the latest experience, and when that was, of drivers or of enterprises by their number."""

    __slots__ = ("risk", "when_s")

    def __init__(self, size: int) -> None:
        self.risk = array("d", bytes(8 * size))
        self.when_s = array("d", bytes(8 * size))


class Deterrence:
    """Perceived risk above the everyday's, by driver and by enterprise; it is never negative."""

    def __init__(self, behaviour: BehaviourParameters, roster: Roster) -> None:
        self._half_life_s = behaviour.half_life_days * SECONDS_PER_DAY
        self._spillover = behaviour.spillover_share
        self._increments: dict[Experience, float] = {
            "contact": behaviour.contact_increment,
            "penalty": behaviour.penalty_increment,
            "sanction": behaviour.sanction_increment,
        }
        self._enterprise_of: list[int] = roster.enterprise.tolist()
        self._drivers = Memory(roster.size)
        self._enterprises = Memory(roster.enterprises)
        self._own_part = Memory(roster.size)
        """What the enterprise remembers of the driver himself."""
        self._suspended_until_s: dict[int, float] = {}
        self._recorded_s: dict[int, array[float]] = {}

    def experience(self, kind: Experience, driver: int, now_s: float, share: float = 1.0) -> None:
        """The driver remembers, and the enterprise's other drivers hear of it."""
        increment = self._increments[kind] * share
        self._raise(self._drivers, driver, increment, now_s)
        for memory, key in ((self._enterprises, self._enterprise_of[driver]), (self._own_part, driver)):
            self._raise(memory, key, increment * self._spillover, now_s)

    def record(self, driver: int, now_s: float) -> None:
        """Keep the time of a recorded violation in its enterprise's score; times come in order."""
        self._recorded_s.setdefault(self._enterprise_of[driver], array("d")).append(now_s)

    def recorded(self, driver: int, since_s: float) -> int:
        """Violations of the driver's enterprise that were recorded since a time."""
        times_s = self._recorded_s.get(self._enterprise_of[driver], ())
        return len(times_s) - bisect_left(times_s, since_s)

    def suspend(self, driver: int, until_s: float) -> None:
        """The driver's enterprise is barred or watched until a time."""
        enterprise = self._enterprise_of[driver]
        self._suspended_until_s[enterprise] = max(until_s, self._suspended_until_s.get(enterprise, 0.0))

    def perceived_risk(self, driver: int, now_s: float) -> float:
        """Chance of a penalty that the driver sees above the everyday's [-]; 1 while the enterprise is suspended."""
        if now_s < self._suspended_until_s.get(self._enterprise_of[driver], 0.0):
            return 1.0
        own = self._left(self._drivers, driver, now_s)
        shared = self._left(self._enterprises, self._enterprise_of[driver], now_s)
        if own and shared:  # the driver's own experience counts once
            shared = lowered(shared, self._left(self._own_part, driver, now_s))
        return raised(own, shared)

    def _raise(self, memory: Memory, key: int, increment: float, now_s: float) -> None:
        if increment > 0.0:
            memory.risk[key] = raised(self._left(memory, key, now_s), increment)
            memory.when_s[key] = now_s

    def _left(self, memory: Memory, key: int, now_s: float) -> float:
        risk = memory.risk[key]
        return decayed(risk, now_s - memory.when_s[key], self._half_life_s) if risk else 0.0
