"""A violation in progress: detection, the interventions that answer it, notices, and how the driver gives it up."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal

from simpy import Event
from simpy.resources.resource import PriorityRequest

from sim.core.units import SECONDS_PER_DAY
from sim.driving.violations import BANNED_ENTRY, named
from sim.engine import hooks
from sim.engine.enforcement.alarms import AlarmNote
from sim.engine.world import World
from sim.interventions import combine
from sim.interventions.answering import answered_by
from sim.interventions.enforcement_case import Experience
from sim.interventions.views import Ahead

ROADSIDE_NOTICE_DAYS = 7.0
"""Until an enterprise hears of a penalty given at the roadside: assumption, 1 to 30."""

EngineProcess = Generator[Event, Any, None]


@dataclass(frozen=True)
class Violator:
    """The trip that violates, and where it would be when, as it is driven at that moment."""

    violation: str
    trip_id: int
    day: int
    place: int
    driver: int
    truck_class: int
    entry_s: float
    """When it begins: of a banned entry, when the truck enters."""
    exit_s: float
    """When it would end if nobody met the truck: at the end of the banned stretch, or of the trip."""
    link: str
    """Where it begins."""
    exits: tuple[tuple[str, float], ...]
    """Nodes at which it can leave or be stopped, and when it would be there [s]."""


class Case(ABC):
    """A violation in progress: what interventions may see and say of it.

    Subclasses know where the truck is.
    """

    def __init__(self, world: World, violator: Violator) -> None:
        self.world = world
        self.violator = violator
        self.violation = violator.violation
        self.note = AlarmNote(violator.trip_id, violator.entry_s, violator.exit_s)
        self.enterprise_told = False
        self._purposes = "" if self.violation == BANNED_ENTRY else f"{self.violation}."

    @property
    @abstractmethod
    def goes_on(self) -> bool:
        """Whether the violation goes on."""

    @abstractmethod
    def obeyed(self) -> None:
        """The driver gives it up from the next section on; from a banned road he leaves at the next exit."""

    @property
    def on_banned_road(self) -> bool:
        """Name of `goes_on` in version 0.1."""
        return self.goes_on

    def advise_to_leave(self) -> None:
        """Name of `obeyed` in version 0.1."""
        self.obeyed()

    @property
    def now_s(self) -> float:
        """Simulated time [s]."""
        return self.world.env.now

    @property
    def answer_probability(self) -> float:
        """Chance that this driver answers a call [-]."""
        return float(self.world.roster.answer_probability[self.violator.driver])

    def wait(self, seconds: float) -> Event:
        """An event after some seconds."""
        return self.world.env.timeout(seconds)

    def uniform(self, purpose: str) -> float:
        """A uniform number of this trip and violation."""
        return self.world.draws.uniform(self._purposes + purpose, self.violator.day, self.violator.place)

    def operator(self, priority: int) -> PriorityRequest:
        """Ask for an operator."""
        return self.world.centre.operator(priority)

    def talk(self, seconds: float) -> Event:
        """Keep the operator busy."""
        return self.world.centre.talk(seconds)

    def reached(self, channel: Literal["phone", "call"]) -> None:
        """Note that the driver has read the message or answered the call."""
        self.note.write("read_s" if channel == "phone" else "answer_s", self.now_s)

    def exits_ahead(self) -> tuple[Ahead, ...]:
        """Exits that the truck has not yet passed, nearest first, as it was driven when the case began."""
        now = self.now_s
        return tuple(Ahead(node, at_s - now) for node, at_s in self.violator.exits if at_s > now)

    def drive_time_s(self, origin: str, destination: str) -> float:
        """Travel time of a police car between two nodes [s]."""
        network = self.world.network
        return float(network.drive_time_s[network.node_index(origin), network.node_index(destination)])

    def stations(self) -> tuple[str, ...]:
        """Nodes with police crews."""
        return tuple(self.world.stations)

    def crew(self, station: str) -> PriorityRequest:
        """Ask for a crew of a station."""
        return self.world.stations[station].operator(0)

    def crew_works(self, station: str, seconds: float) -> Event:
        """Keep the crew busy."""
        return self.world.stations[station].talk(seconds)

    def intercepted(self) -> None:
        """A crew has stopped the truck: a penalty, and the violation is over."""
        self.note.write("intercept_s", self.now_s)
        self.experience("penalty")
        self.obeyed()

    def violations_of_enterprise(self, days: float) -> int:
        """Violations of this kind of the truck's enterprise that were recorded in the last days, this one included."""
        since_s = self.violator.entry_s - days * SECONDS_PER_DAY
        return self.world.deterrence.recorded(self.violator.driver, since_s, self.violation)

    def suspend_enterprise(self, days: float) -> None:
        """The enterprise's drivers dare no violation of this kind for some days."""
        until_s = self.now_s + days * SECONDS_PER_DAY
        self.world.deterrence.suspend(self.violator.driver, until_s, self.violation)

    def experience(self, kind: Experience, share: float = 1.0) -> None:
        """The driver remembers; some, once called for a banned entry, are not seen on banned roads again."""
        self.world.deterrence.experience(kind, self.violator.driver, self.now_s, share, self.violation)
        if kind == "penalty" and self.now_s >= self.world.horizon.zero_s:
            self.world.penalties += 1
        if kind != "contact" or self.violation != BANNED_ENTRY:
            return
        if self.uniform("device.hidden") < self.world.scenario.behaviour.hide_share * share:
            self.world.hiding.add(self.violator.driver)

    def notify_squadron(self, delay_s: float, penalty_share: float) -> None:
        """The squadron punishes with this chance after the delay."""
        if self.uniform("squadron.penalty") < penalty_share:
            self.world.after(delay_s, lambda: self.experience("penalty"))

    def notify_enterprise(self, delay_s: float) -> None:
        """The enterprise gets the record after the delay."""
        self.world.after(delay_s, self._enterprise_learns)

    def _enterprise_learns(self) -> None:
        """An enterprise acts once on a violation, however often it is told of it."""
        if self.enterprise_told:
            return
        self.enterprise_told = True
        rules = self.world.scenario.control_centre
        in_force = self.world.programme.on(int(self.now_s // SECONDS_PER_DAY))
        shares = [hooks.sanction_share(i) for i in in_force.sanctioning]
        share = combine.sanction_share(rules.enterprise_sanction_share, shares)
        if self.uniform("enterprise.sanction") < share:
            own_s = rules.enterprise_sanction_delay_days * SECONDS_PER_DAY
            delay_s = combine.sanction_delay_s(own_s, [hooks.sanction_delay_s(i) for i in in_force.hastening])
            self.world.after(delay_s, lambda: self.experience("sanction"))


def _checked(world: World, who: Violator) -> bool:
    return world.draws.uniform("roadside.check", who.day, who.place) < world.programme.checked_share(who.link, who.day)


def start_case(case: Case) -> None:
    """What follows a violation, from the moment at which it begins."""
    world, who = case.world, case.violator
    if case.violation != BANNED_ENTRY:
        _see(case)
        return
    if _checked(world, who):
        stay_s = who.exit_s - who.entry_s
        world.after(case.uniform("roadside.place") * stay_s, lambda: _check_at_the_roadside(case))
    if world.programme.on(who.day).every and world.device_online(who.driver, who.truck_class, who.day):
        _see(case)


def _see(case: Case) -> None:
    """A device reports where it is, now and then; scales report at once."""
    programme, latency_s = case.world.programme, case.world.scenario.control_centre.platform_latency_s
    if named(case.violation).seen_by == "device":
        latency_s = case.uniform("detection.fix") * programme.position_interval_s(case.violator.day) + latency_s
    case.world.after(latency_s, lambda: _detect(case))


def _check_at_the_roadside(case: Case) -> None:
    """An ordinary police check somewhere on the banned stretch."""
    if case.goes_on:
        case.experience("penalty")
        case.notify_enterprise(ROADSIDE_NOTICE_DAYS * SECONDS_PER_DAY)
        case.obeyed()


def _detect(case: Case) -> None:
    """The centre sees the truck; every intervention that answers it may answer, and one makes it an alarm."""
    if not case.goes_on:
        return
    answering = [
        intervention
        for intervention in case.world.programme.on(case.violator.day).answering
        if case.violation in answered_by(intervention)
        and (intervention.strength >= 1.0 or case.uniform(f"{intervention.kind}.strength") < intervention.strength)
    ]
    if answering:
        case.note.write("alarm_s", case.now_s)
        case.world.deterrence.record(case.violator.driver, case.now_s, case.violation)
        case.world.alarms_of[case.violation].keep(case.note)
    for intervention in answering:
        process = hooks.respond(intervention, case)
        if process is not None:
            case.world.env.process(process)
