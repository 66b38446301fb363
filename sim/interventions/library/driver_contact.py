"""Driver contact: an operator of the control centre calls the driver, who leaves at the nearest exit."""

from itertools import count
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.core import portable
from sim.core.parameters import NotNegative, Positive, Share, Source
from sim.core.units import HOURS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MINUTE
from sim.interventions.answering import Answering
from sim.interventions.control_room import ControlRoom
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.enforcement_case import EnforcementCase
from sim.interventions.intervention import Process
from sim.interventions.views import Preparation, Setting, Site

URGENT, OTHER = 0, 10**6
"""Priorities; between them is the time to the next exit in seconds, where that decides."""
KM_OF_ALARMS = 100.0
Order = Literal["urgent_first", "nearest_exit", "first_come"]

SOURCES = {
    "operators": Source(basis="assumption", range="1 to 8"),
    "night_operators": Source(basis="assumption", range="0 to 4"),
    "night_from_hour": Source(basis="assumption", range="18 to 24"),
    "night_to_hour": Source(basis="assumption", range="6 to 9"),
    "ring_s": Source(basis="assumption", range="10 to 40"),
    "talk_mean_s": Source(basis="assumption", range="30 to 180"),
    "attempts": Source(basis="assumption", range="1 to 5"),
    "retry_wait_s": Source(basis="assumption", range="15 to 180"),
    "leave_share": Source(basis="assumption", range="0.6 to 0.98"),
    "escalation_share": Source(basis="assumption", range="0 to 0.6"),
    "escalation_delay_s": Source(basis="assumption", range="60 to 600"),
    "cost": COST_SOURCE,
    "alarms_per_100_km": Source(
        basis="assumption",
        range="0.5 to 29",
        note="a pilot in Jiangsu counted 2.4 high-level and 26.4 low-level alarms per 100 km; people look at high ones",
    ),
    "alarm_mean_s": Source(basis="assumption", range="15 to 180"),
    "order": Source(
        basis="assumption",
        range="urgent_first, nearest_exit, first_come",
        note="which call is made first",
    ),
    "other_calls_per_hour": Source(
        basis="assumption", range="0 to 40", note="calls that have nothing to do with alarms"
    ),
    "other_call_mean_s": Source(basis="assumption", range="30 to 300"),
    "other_patience_min": Source(
        basis="assumption",
        range="a quarter of an hour to some hours",
        note="only where there is more to do than operators can; a truck is in the county for an hour",
    ),
}


class DriverContact(Answering):
    """Calls by operators on shifts, urgent ones first."""

    kind: ClassVar[str] = "driver_contact"
    unit: ClassVar[str] = "desk around the clock"
    summary: ClassVar[str] = "the control centre calls the driver, who leaves a banned road at the nearest exit"
    puts_in: ClassVar[tuple[str, str]] = (
        "operators by hour, length of calls, share of those reached who leave at the next exit",
        "各时段坐席数、通话时长、接通后从下一出口驶离的比例",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "waiting for an operator, drivers reached before the exit, compliance, accidents",
        "等待坐席的时间、出口前接通的驾驶人、守法率、事故",
    )

    sources: dict[str, Source] = Field(default=SOURCES)
    operators: Annotated[int, Field(ge=0, le=500)] = Field(default=2, description="on duty by day")
    night_operators: Annotated[int, Field(ge=0, le=500)] = 1
    night_from_hour: Annotated[int, Field(ge=0, le=24)] = 20
    night_to_hour: Annotated[int, Field(ge=0, le=24)] = 8
    ring_s: Positive = 20.0
    talk_mean_s: Positive = Field(default=75.0, description="exponential")
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    retry_wait_s: NotNegative = 45.0
    leave_share: Share = Field(
        default=0.85, description="drivers who leave or give up what they are called for, of those who answer"
    )
    escalation_share: Share = Field(
        default=0.3, description="drivers whom their enterprise's dispatcher reaches when nobody has answered"
    )
    escalation_delay_s: NotNegative = 180.0
    alarms_per_100_km: Annotated[float, Field(ge=0.0, le=1000.0)] = Field(
        default=2.4,
        description="of trucks with a device, of other kinds than those answered, that an operator looks at",
    )
    alarm_mean_s: Positive = Field(default=60.0, description="work on such an alarm, exponential")
    order: Order = Field(
        default="urgent_first",
        description="violations before other work; the one nearest to its exit or next node first; or all as they come",
    )
    other_calls_per_hour: Annotated[float, Field(ge=0.0, le=2000.0)] = 2.0
    other_call_mean_s: Positive = 120.0
    other_patience_min: Positive = Field(
        default=60.0, description="alarms of other kinds and other calls that nobody has begun by then are given up"
    )
    cost: Cost = Cost(capital_cny=20_000.0, yearly_cny=500_000.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """Desks staffed around the clock, day and night on average."""
        hours = (self.night_to_hour - self.night_from_hour) % HOURS_PER_DAY
        return (self.operators * (HOURS_PER_DAY - hours) + self.night_operators * hours) / HOURS_PER_DAY

    def prepare(self, setting: Setting) -> Preparation:  # noqa: ARG002
        """Operators by hour of the day."""
        hours = np.arange(HOURS_PER_DAY)
        night = (hours >= self.night_from_hour) | (hours < self.night_to_hour)
        on_duty = np.where(night, self.night_operators, self.operators)
        return Preparation(operators=on_duty if self.strength > 0.0 else None)

    def respond(self, case: EnforcementCase) -> Process:
        """Call until the driver answers, has left, or the attempts are used up."""
        for attempt in range(self.attempts):
            with case.operator(self._priority(case)) as operator:
                yield operator
                if not case.goes_on:
                    return
                yield case.talk(self.ring_s)
                if case.uniform(f"driver_contact.answer.{attempt}") < case.answer_probability:
                    yield from self._conversation(case)
                    return
            yield case.wait(self.retry_wait_s)
        yield from self._escalation(case)

    def _priority(self, case: EnforcementCase) -> int:
        if self.order == "nearest_exit":
            return min(int(next((ahead.eta_s for ahead in case.exits_ahead()), OTHER)), OTHER - 1)
        return OTHER if self.order == "first_come" else URGENT

    def _escalation(self, case: EnforcementCase) -> Process:
        """Nobody answers: the enterprise's dispatcher is told at once and may reach the driver."""
        case.notify_enterprise(0.0)
        yield case.wait(self.escalation_delay_s)
        if case.goes_on and case.uniform("driver_contact.escalation") < self.escalation_share:
            case.reached("call")
            case.experience("contact")
            if case.uniform("driver_contact.leave") < self.leave_share:
                case.obeyed()

    def _conversation(self, case: EnforcementCase) -> Process:
        case.reached("call")
        yield case.talk(-self.talk_mean_s * float(portable.log(1.0 - case.uniform("driver_contact.talk"))))
        case.experience("contact")
        if case.goes_on and case.uniform("driver_contact.leave") < self.leave_share:
            case.obeyed()

    def background_work(self, room: ControlRoom) -> Process:
        """Alarms of other kinds and other calls keep operators busy: a Poisson process, day by day."""
        for day in count(room.day):
            patience_s = self.other_patience_min * SECONDS_PER_MINUTE
            room.occupy(OTHER, day, self._other_work(room, day), patience_s)
            yield room.until(day + 1, 0.0)

    def _other_work(self, room: ControlRoom, day: int) -> list[tuple[float, float]]:
        """Second of the day and length [s] of a day's other work; alarms come with the km that equipped trucks drive.

        Arrivals of a rate that changes by the hour: unit-exponential gaps on the scale of the rate's integral.
        """
        alarms = room.equipped_km(day) * (self.alarms_per_100_km / KM_OF_ALARMS)
        rate = self.strength * (alarms + self.other_calls_per_hour)
        done = np.concatenate([[0.0], np.cumsum(rate)])
        draws = room.uniforms("driver_contact.other", day, 3 * int(4 * done[-1] + 20))
        due = np.cumsum(-portable.log(1.0 - draws[::3]))
        due = due[due < done[-1]]
        times = np.interp(due, done, np.arange(HOURS_PER_DAY + 1) * float(SECONDS_PER_HOUR))
        hour = np.minimum((times / SECONDS_PER_HOUR).astype(np.int64), HOURS_PER_DAY - 1)
        is_alarm = draws[1::3][: len(due)] * (alarms + self.other_calls_per_hour)[hour] < alarms[hour]
        mean_s = np.where(is_alarm, self.alarm_mean_s, self.other_call_mean_s)
        lengths = -portable.log(1.0 - draws[2::3][: len(due)]) * mean_s
        return list(zip(times.tolist(), lengths.tolist(), strict=True))
