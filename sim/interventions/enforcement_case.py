"""One violation in progress, as an intervention sees it."""

from typing import Literal, Protocol

from simpy import Event
from simpy.resources.resource import PriorityRequest

from sim.interventions.views import Ahead

Experience = Literal["contact", "penalty", "sanction"]


class EnforcementCase(Protocol):
    """One violation in progress, as an intervention sees it."""

    @property
    def now_s(self) -> float:
        """Simulated time [s]."""

    @property
    def on_banned_road(self) -> bool:
        """Whether the truck is still there."""

    @property
    def answer_probability(self) -> float:
        """Chance that this driver answers a call [-]."""

    def wait(self, seconds: float) -> Event:
        """An event after some seconds."""

    def uniform(self, purpose: str) -> float:
        """A uniform number of this trip; name the purpose after the intervention."""

    def operator(self, priority: int) -> PriorityRequest:
        """Ask for an operator; lower numbers first, then in order of arrival."""

    def talk(self, seconds: float) -> Event:
        """Keep the operator busy."""

    def reached(self, channel: Literal["phone", "call"]) -> None:
        """Note that the driver has read the message or answered the call."""

    def advise_to_leave(self) -> None:
        """The driver will leave at the next exit and drives cautiously from the next section on."""

    def experience(self, kind: Experience, share: float = 1.0) -> None:
        """The driver remembers; `share` scales the rise of perceived risk."""

    def exits_ahead(self) -> tuple[Ahead, ...]:
        """Exits that the truck has not yet passed, nearest first, at its habitual speed."""

    def drive_time_s(self, origin: str, destination: str) -> float:
        """Travel time of a police car between two nodes [s]."""

    def stations(self) -> tuple[str, ...]:
        """Nodes with police crews."""

    def crew(self, station: str) -> PriorityRequest:
        """Ask for a crew of a station."""

    def crew_works(self, station: str, seconds: float) -> Event:
        """Keep the crew busy."""

    def intercepted(self) -> None:
        """A crew has stopped the truck: a penalty, and off the road at this exit."""

    def violations_of_enterprise(self, days: float) -> int:
        """Violations of the truck's enterprise that were recorded in the last days, this one included."""

    def suspend_enterprise(self, days: float) -> None:
        """The enterprise's drivers dare no banned entry for some days: it is watched or barred."""

    def notify_squadron(self, delay_s: float, penalty_share: float) -> None:
        """The squadron gets the record and punishes with this chance after the delay."""

    def notify_enterprise(self, delay_s: float) -> None:
        """The enterprise gets the record after the delay and acts as its rules say."""
