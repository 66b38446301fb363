"""Squadron dispatch: a police crew is sent to the exit at which it can meet the violating truck."""

from itertools import count
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from sim.core import portable
from sim.core.parameters import Name, NotNegative, Positive, Source
from sim.core.units import HOURS_PER_DAY, SECONDS_PER_DAY, SECONDS_PER_MINUTE
from sim.interventions.answering import Answering
from sim.interventions.control_room import ControlRoom
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.enforcement_case import EnforcementCase
from sim.interventions.intervention import Process
from sim.interventions.views import Ahead, Preparation, Setting, Site

NIGHT_FROM_HOUR, NIGHT_TO_HOUR = 20, 8
STOP_BEFORE_S = 1.0
"""The crew waves the truck out just before the exit."""


class SquadronDispatch(Answering):
    """Crews at stations, shifts, competing calls; the truck has to be met before it has left."""

    kind: ClassVar[str] = "squadron_dispatch"
    summary: ClassVar[str] = "a police crew meets the violating truck at an exit, if it can be there in time"
    unit: ClassVar[str] = "crew around the clock"
    puts_in: ClassVar[tuple[str, str]] = (
        "crews, turn-out, driving speed, time a penalty takes",
        "警力、出警时间、行车速度、处罚用时",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "which trucks are met before they have passed, compliance, accidents",
        "哪些车辆在驶过之前被拦截、守法率、事故",
    )

    sources: dict[str, Source] = Field(
        default={
            "crews": Source(basis="assumption", range="1 to 3 a station"),
            "night_crews": Source(basis="assumption", range="0 to 2 a station"),
            "turnout_min": Source(basis="assumption", range="1 to 6"),
            "siren_speed_factor": Source(basis="assumption", range="0.9 to 1.4"),
            "penalty_min": Source(basis="assumption", range="5 to 30"),
            "other_calls_per_day": Source(basis="assumption", range="2 to 40 a station"),
            "other_call_min": Source(basis="assumption", range="15 to 90"),
            "cost": COST_SOURCE,
        }
    )
    at: Annotated[tuple[Name, ...], Field(min_length=1, description="nodes with a station")]
    crews: Annotated[int, Field(ge=0, le=50)] = Field(default=1, description="on duty by day, a station")
    night_crews: Annotated[int, Field(ge=0, le=50)] = 1
    turnout_min: NotNegative = Field(default=3.0, description="from the alarm until the crew drives")
    siren_speed_factor: Positive = Field(default=1.1, description="speed over the limit")
    penalty_min: NotNegative = 15.0
    other_calls_per_day: NotNegative = Field(default=8.0, description="a station")
    other_call_min: NotNegative = 40.0
    cost: Cost = Cost(yearly_cny=900_000.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """Crews, day and night on average."""
        return len(self.at) * (self.crews + self.night_crews) / 2.0

    def prepare(self, setting: Setting) -> Preparation:  # noqa: ARG002
        """Crews by station and hour."""
        hours = np.arange(HOURS_PER_DAY)
        night = (hours >= NIGHT_FROM_HOUR) | (hours < NIGHT_TO_HOUR)
        on_duty = np.where(night, self.night_crews, self.crews)
        return Preparation(crews=dict.fromkeys(self.at, on_duty) if self.strength > 0.0 else {})

    def respond(self, case: EnforcementCase) -> Process:
        """Turn out, ask for a crew of the station that can be first, meet the truck, fine it."""
        yield case.wait(self.turnout_min * SECONDS_PER_MINUTE)
        plan = self._plan(case, self.at)
        if plan is None:
            return
        station = plan[0]
        with case.crew(station) as crew:
            yield crew
            again = self._plan(case, (station,))
            if again is None or not case.goes_on:
                return
            yield case.crew_works(station, again[1].eta_s - STOP_BEFORE_S)
            if case.goes_on:
                case.intercepted()
                yield case.crew_works(station, self.penalty_min * SECONDS_PER_MINUTE)

    def _plan(self, case: EnforcementCase, stations: tuple[str, ...]) -> tuple[str, Ahead] | None:
        """Station and exit at which the truck is met soonest, or None if no crew can be there in time."""
        plans = [
            (ahead.eta_s, drive_s, station, ahead)
            for ahead in case.exits_ahead()
            for station in stations
            if (drive_s := case.drive_time_s(station, ahead.node) / self.siren_speed_factor)
            < ahead.eta_s - STOP_BEFORE_S
        ]
        if not plans:
            return None
        _, _, station, ahead = min(plans, key=lambda plan: plan[:3])
        return station, ahead

    def background_work(self, room: ControlRoom) -> Process:
        """Other calls keep crews busy: a Poisson process at each station, day by day."""
        for day in count(room.day):
            for number, station in enumerate(self.at):
                if calls := self._other_calls(room, day, number):
                    room.occupy_crew(station, day, calls)
            yield room.until(day + 1, 0.0)

    def _other_calls(self, room: ControlRoom, day: int, number: int) -> list[tuple[float, float]]:
        """Time of day and length of a day's other calls at a station."""
        mean = self.other_calls_per_day * self.strength
        if mean == 0.0:
            return []
        draws = room.uniforms(f"squadron_dispatch.other.{number}", day, 2 * int(4 * mean + 20))
        times = np.cumsum(-portable.log(1.0 - draws[::2]) * (SECONDS_PER_DAY / mean))
        works = -portable.log(1.0 - draws[1::2]) * self.other_call_min * SECONDS_PER_MINUTE
        return [
            (time, work) for time, work in zip(times.tolist(), works.tolist(), strict=True) if time < SECONDS_PER_DAY
        ]
