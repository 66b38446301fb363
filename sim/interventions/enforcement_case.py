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
    def violation(self) -> str:
        """Which one it is, a name of the table of violations."""

    @property
    def goes_on(self) -> bool:
        """Whether the violation goes on: the truck is still on the banned road, still too fast, tired or heavy."""

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

    def obeyed(self) -> None:
        """The driver gives the violation up from the next section on.

        On a banned road he drives cautiously and leaves at the next exit; else he keeps to the limit, rests, or puts
        down what is too much.
        """

    def experience(self, kind: Experience, share: float = 1.0) -> None:
        """The driver remembers; `share` scales the rise of perceived risk."""

    def exits_ahead(self) -> tuple[Ahead, ...]:
        """Exits, or nodes where it can be stopped, that the truck has not yet passed, nearest first.

        As the truck was driven when the case began.
        """

    def drive_time_s(self, origin: str, destination: str) -> float:
        """Travel time of a police car between two nodes [s]."""

    def stations(self) -> tuple[str, ...]:
        """Nodes with police crews."""

    def crew(self, station: str) -> PriorityRequest:
        """Ask for a crew of a station."""

    def crew_works(self, station: str, seconds: float) -> Event:
        """Keep the crew busy."""

    def intercepted(self) -> None:
        """A crew has stopped the truck: a penalty, and the violation is over."""

    def violations_of_enterprise(self, days: float) -> int:
        """Violations of this kind of the truck's enterprise that were recorded in the last days, this one included."""

    def suspend_enterprise(self, days: float) -> None:
        """The enterprise's drivers dare no violation of this kind for some days: it is watched or barred."""

    def notify_squadron(self, delay_s: float, penalty_share: float) -> None:
        """The squadron gets the record and punishes with this chance after the delay."""

    def notify_enterprise(self, delay_s: float) -> None:
        """The enterprise gets the record after the delay and acts as its rules say."""
