"""A banned entry: detection, the interventions that answer it, notices, and the driver's way out."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal

from simpy import Event
from simpy.resources.resource import PriorityRequest

from sim.engine.world import World
from sim.interventions import combine
from sim.interventions.base import Experience
from sim.records import AlarmNote
from sim.units import SECONDS_PER_DAY

ROADSIDE_NOTICE_DAYS = 7.0
"""Until an enterprise hears of a penalty given at the roadside: assumption, 1 to 30."""

EngineProcess = Generator[Event, Any, None]


@dataclass(frozen=True)
class Violator:
    """The trip that violates."""

    trip_id: int
    day: int
    place: int
    driver: int
    truck_class: int
    entry_s: float
    exit_s: float
    """When it would leave the banned stretch if nobody met it."""


class ViolationCase(ABC):
    """A violation in progress: what interventions may see and say of it.

    Subclasses know where the truck is.
    """

    def __init__(self, world: World, violator: Violator) -> None:
        self.world = world
        self.violator = violator
        self.note = AlarmNote(violator.trip_id, violator.entry_s)
        self.enterprise_told = False

    @property
    @abstractmethod
    def on_banned_road(self) -> bool:
        """Whether the truck is still there."""

    @abstractmethod
    def advise_to_leave(self) -> None:
        """The driver will leave at the next exit and drives cautiously from the next section on."""

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
        """A uniform number of this trip."""
        return self.world.draws.uniform(purpose, self.violator.day, self.violator.place)

    def operator(self, priority: int) -> PriorityRequest:
        """Ask for an operator."""
        return self.world.centre.operator(priority)

    def talk(self, seconds: float) -> Event:
        """Keep the operator busy."""
        return self.world.centre.talk(seconds)

    def reached(self, channel: Literal["phone", "call"]) -> None:
        """Note that the driver has read the message or answered the call."""
        if channel == "phone":
            self.note.read_s = self.now_s
        else:
            self.note.answer_s = self.now_s

    def experience(self, kind: Experience, share: float = 1.0) -> None:
        """The driver remembers."""
        self.world.deterrence.experience(kind, self.violator.driver, self.now_s, share)

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
        in_force = self.world.on_duty(int(self.now_s // SECONDS_PER_DAY))
        share = combine.sanction_share(rules.enterprise_sanction_share, [i.sanction_share() for i in in_force])
        if self.uniform("enterprise.sanction") < share:
            own_s = rules.enterprise_sanction_delay_days * SECONDS_PER_DAY
            delay_s = combine.sanction_delay_s(own_s, [i.sanction_delay_s() for i in in_force])
            self.world.after(delay_s, lambda: self.experience("sanction"))


def may_be_met(world: World, day: int, place: int, driver: int, truck_class: int) -> bool:
    """Whether anybody can meet a violating trip: a police check, or somebody who sees its device."""
    checked = world.draws.uniform("roadside.check", day, place) < world.scenario.behaviour.roadside_check_share
    return checked or (bool(world.on_duty(day)) and world.device_online(driver, truck_class, day))


def start_case(case: ViolationCase) -> None:
    """What follows a banned entry, from the moment of entry."""
    world, who = case.world, case.violator
    if case.uniform("roadside.check") < world.scenario.behaviour.roadside_check_share:
        stay_s = who.exit_s - who.entry_s
        world.after(case.uniform("roadside.place") * stay_s, lambda: _check_at_the_roadside(case))
    if world.on_duty(who.day) and world.device_online(who.driver, who.truck_class, who.day):
        rules = world.scenario.control_centre
        latency_s = case.uniform("detection.fix") * rules.position_interval_s + rules.platform_latency_s
        world.after(latency_s, lambda: _detect(case))


def _check_at_the_roadside(case: ViolationCase) -> None:
    """An ordinary police check somewhere on the banned stretch."""
    if case.on_banned_road:
        case.experience("penalty")
        case.notify_enterprise(ROADSIDE_NOTICE_DAYS * SECONDS_PER_DAY)
        case.advise_to_leave()


def _detect(case: ViolationCase) -> None:
    """The centre sees the truck; every intervention that answers violations may answer, and one makes it an alarm."""
    if not case.on_banned_road:
        return
    answering = [
        intervention
        for intervention in case.world.answering(case.violator.day)
        if case.uniform(f"{intervention.kind}.strength") < intervention.strength
    ]
    if answering:
        case.note.alarm_s = case.now_s
        case.world.raise_alarm(case.note)
    for intervention in answering:
        process = intervention.respond(case)
        if process is not None:
            case.world.env.process(process)
