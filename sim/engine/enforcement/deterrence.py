"""What drivers remember: perceived risk raised by lessons, shared in the enterprise, fading each in its own time."""

from array import array
from bisect import bisect_left

from sim.behaviour.deterrence import decayed, lowered, raised, risk_increment
from sim.behaviour.parameters import BehaviourParameters
from sim.core.units import SECONDS_PER_DAY
from sim.driving.violations import BANNED_ENTRY
from sim.inputs.fleet import Roster
from sim.interventions.enforcement_case import Experience


class Memory:
    """Risk raised at the latest lesson, and when that was, of drivers or of enterprises by their number."""

    __slots__ = ("half_life_s", "risk", "when_s")

    def __init__(self, size: int, half_life_s: float) -> None:
        self.risk = array("d", bytes(8 * size))
        self.when_s = array("d", bytes(8 * size))
        self.half_life_s = half_life_s

    def add(self, key: int, increment: float, now_s: float) -> None:
        """One more lesson."""
        if increment > 0.0:
            self.risk[key] = raised(self.left(key, now_s), increment)
            self.when_s[key] = now_s

    def left(self, key: int, now_s: float) -> float:
        """What has not faded."""
        risk = self.risk[key]
        return decayed(risk, now_s - self.when_s[key], self.half_life_s) if risk else 0.0


class Lesson:
    """What one kind of experience has taught drivers, and by hearsay the others of their enterprise."""

    __slots__ = ("_drivers", "_enterprises", "_increment", "_own_part", "_spillover")

    def __init__(self, increment: float, half_life_days: float, spillover: float, roster: Roster) -> None:
        half_life_s = half_life_days * SECONDS_PER_DAY
        self._increment = increment
        self._spillover = spillover
        self._drivers = Memory(roster.size, half_life_s)
        self._enterprises = Memory(roster.enterprises, half_life_s)
        self._own_part = Memory(roster.size, half_life_s)
        """What the enterprise remembers of the driver himself."""

    def learned(self, driver: int, enterprise: int, now_s: float, share: float) -> None:
        """The driver remembers, and the enterprise's other drivers hear of it."""
        increment = self._increment * share
        self._drivers.add(driver, increment, now_s)
        for memory, key in ((self._enterprises, enterprise), (self._own_part, driver)):
            memory.add(key, increment * self._spillover, now_s)

    def risk(self, driver: int, enterprise: int, now_s: float) -> float:
        """Perceived risk that is left of it [-]; the driver's own experience counts once."""
        own, shared = self._drivers.left(driver, now_s), self._enterprises.left(enterprise, now_s)
        if own and shared:
            shared = lowered(shared, self._own_part.left(driver, now_s))
        return raised(own, shared)


NOTHING_LEARNED: dict[Experience, Lesson] = {}


def _lessons(behaviour: BehaviourParameters, roster: Roster) -> dict[Experience, Lesson]:
    kinds: dict[Experience, tuple[float, float]] = {
        "contact": (behaviour.contact_effect, behaviour.contact_half_life_days),
        "penalty": (behaviour.penalty_effect, behaviour.penalty_half_life_days),
        "sanction": (behaviour.sanction_effect, behaviour.sanction_half_life_days),
    }
    cost, scale = behaviour.penalty_cost_cny, behaviour.choice_scale_cny
    return {
        kind: Lesson(risk_increment(effect, cost, scale), half_life, behaviour.spillover_share, roster)
        for kind, (effect, half_life) in kinds.items()
    }


class Deterrence:
    """Perceived risk above the everyday's, by driver and by enterprise; it is never negative."""

    def __init__(self, behaviour: BehaviourParameters, roster: Roster) -> None:
        self._behaviour, self._roster = behaviour, roster
        self._lessons: dict[str, dict[Experience, Lesson]] = {}
        """By violation: who was fined for speeding has learned nothing of banned roads."""
        self._enterprise_of: list[int] = roster.enterprise.tolist()
        self._suspended_until_s: dict[tuple[int, str], float] = {}
        self._recorded_s: dict[tuple[int, str], array[float]] = {}
        """By enterprise and violation, as the suspensions."""

    def experience(
        self, kind: Experience, driver: int, now_s: float, share: float = 1.0, violation: str = BANNED_ENTRY
    ) -> None:
        """The driver remembers, and the enterprise's other drivers hear of it."""
        if violation not in self._lessons:
            self._lessons[violation] = _lessons(self._behaviour, self._roster)
        self._lessons[violation][kind].learned(driver, self._enterprise_of[driver], now_s, share)

    def record(self, driver: int, now_s: float, violation: str = BANNED_ENTRY) -> None:
        """Keep the time of a recorded violation in its enterprise's score; times come in order."""
        self._recorded_s.setdefault((self._enterprise_of[driver], violation), array("d")).append(now_s)

    def recorded(self, driver: int, since_s: float, violation: str = BANNED_ENTRY) -> int:
        """Violations of a kind of the driver's enterprise that were recorded since a time."""
        times_s = self._recorded_s.get((self._enterprise_of[driver], violation), ())
        return len(times_s) - bisect_left(times_s, since_s)

    def suspend(self, driver: int, until_s: float, violation: str = BANNED_ENTRY) -> None:
        """The driver's enterprise is barred or watched until a time, for violations of a kind."""
        key = self._enterprise_of[driver], violation
        self._suspended_until_s[key] = max(until_s, self._suspended_until_s.get(key, 0.0))

    def perceived_risk(self, driver: int, now_s: float, violation: str = BANNED_ENTRY) -> float:
        """Chance of a penalty that the driver sees above the everyday's [-]; 1 while the enterprise is suspended."""
        if now_s < self._suspended_until_s.get((self._enterprise_of[driver], violation), 0.0):
            return 1.0
        enterprise, risk = self._enterprise_of[driver], 0.0
        for lesson in self._lessons.get(violation, NOTHING_LEARNED).values():
            risk = raised(risk, lesson.risk(driver, enterprise, now_s))
        return risk
