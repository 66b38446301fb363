"""Everything that one replication of one scenario needs, built in one order."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from simpy import Environment

from sim.behaviour import banned_entry_probability
from sim.calendar import Horizon
from sim.conditions import Conditions, Surroundings, Traits, conditions_of
from sim.draws import Streams, TripDraws
from sim.engine.choices import Choices
from sim.engine.control_centre import ControlCentre
from sim.engine.deterrence import Deterrence
from sim.engine.ledger import Ledger
from sim.engine.settle import Book
from sim.engine.trips import TripSource, TripTable, traits, truck_kinds
from sim.fleet import draw_roster
from sim.interventions import combine
from sim.interventions.base import DriverView, Intervention, Process, Setting, Site
from sim.parameters import CAPTURED, TRUCK_CLASSES
from sim.records import AlarmNote, ViolationRecord
from sim.risk.parameters import RiskParameters, SpeedParameters
from sim.risk.section_hazard import base_hazard_per_m
from sim.road import Network
from sim.rules import combined
from sim.scenario.model import Scenario
from sim.units import HOURS_PER_DAY, SECONDS_PER_DAY, Floats, Ints
from sim.weather import WEATHER_STATES, Climate, night_hours, weather_hours


@dataclass(frozen=True)
class Active:
    """An intervention and the day on which it starts."""

    intervention: Intervention
    start_day: int


class World:
    """State of a replication; the engine's modules act on it."""

    def __init__(self, scenario: Scenario, seed: int, replication: int, *, trace: bool = False) -> None:
        self.scenario = scenario
        self.streams = Streams(seed, replication)
        self.draws = TripDraws(self.streams)
        self.horizon = Horizon(scenario.start_date, scenario.days, scenario.warm_up_days)
        self.network = Network(scenario.road)
        self.roster = draw_roster(scenario.fleet, self.streams)
        self.choices = Choices(self.network, scenario.demand, scenario.behaviour)
        self.source = TripSource(scenario, self.horizon, self.choices, self.roster, self.streams)
        self.env = Environment()
        self.deterrence = Deterrence(scenario.behaviour, self.roster)
        ledger = Ledger.empty(self.horizon.months, len(self.network.sections.length_m), CAPTURED)
        self.book = Book(self.network, ledger, self.draws, self.horizon.zero_s, trace)
        self.violations: list[ViolationRecord] = []
        self.alarms: list[AlarmNote] = []
        self._set_up_interventions()
        self._set_up_driving()

    def _set_up_driving(self) -> None:
        """Conditions of each epoch: a run of days on which the same rules of driving hold."""
        base = _conditions(self.scenario, self.network, self.horizon, self.streams)
        site = Site(self.network, self.roster, base.kinds, self.scenario.speed, self.scenario.risk, self.streams)
        found = [(a.start_day, a.intervention.driving(site)) for a in self.active]
        rules = [(day, rule) for day, rule in found if rule is not None]
        starts = sorted({0, *(day for day, _ in rules)})
        base = replace(base, ramps=any(rule.capture is not None for _, rule in rules))
        self.conditions = [base.with_rules(combined([r for day, r in rules if day <= start])) for start in starts]
        self.epoch: Ints = np.searchsorted(starts, np.arange(self.horizon.days), side="right") - 1
        self.book.ledger = Ledger.empty(self.horizon.months, len(self.network.sections.length_m), CAPTURED + base.ramps)

    def _set_up_interventions(self) -> None:
        """Coverage, operators and background processes; interventions in the order of their kinds."""
        self._by_day: dict[int, tuple[list[Intervention], list[Intervention], list[Intervention]]] = {}
        self.active = [
            Active(intervention, self.horizon.day_of(intervention.start_date))
            for _, intervention in sorted(self.scenario.interventions.items())
        ]
        days = np.arange(self.horizon.days, dtype=np.float64)
        base = _base_coverage(self.scenario)
        prepared = [a.intervention.prepare(Setting(days - a.start_day, base)) for a in self.active]
        self.coverage = combine.coverage(prepared, np.tile(base, (self.horizon.days, 1)))
        self._base_coverage, self._coverage = base.tolist(), self.coverage.tolist()
        self._terminal, self._utility = self.roster.terminal_uniform.tolist(), self.roster.violation_utility.tolist()
        starts = [a.start_day for a, p in zip(self.active, prepared, strict=True) if p.operators is not None]
        self.centre_starts_day = min(starts, default=0)
        self.centre = ControlCentre(self.env, combine.operators(prepared), self.streams)
        for active in self.active:
            self.env.process(self._patrol(active))

    def _patrol(self, active: Active) -> Process:
        yield self.env.timeout(active.start_day * SECONDS_PER_DAY)
        process = active.intervention.patrol(self.centre)
        if process is not None:
            yield from process

    def raise_alarm(self, note: AlarmNote) -> None:
        """Keep an alarm, if its day is recorded."""
        if note.alarm_s >= self.horizon.zero_s:
            self.alarms.append(note)

    def traits(self, trips: TripTable) -> Traits:
        """What the sweep needs of trips."""
        online = self.roster.terminal_uniform[trips.driver] < self.coverage[trips.day, trips.truck_class]
        return traits(trips, self.roster, self.scenario, self.conditions[0].kinds, online)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something after some seconds; for what is no story of its own, this is lighter than a process."""
        timeout = self.env.timeout(seconds)
        if timeout.callbacks is not None:
            timeout.callbacks.append(lambda _: action())

    def on_duty(self, day: int) -> list[Intervention]:
        """Interventions in force on a day."""
        return self._in_force(day)[0]

    def answering(self, day: int) -> list[Intervention]:
        """Interventions in force that answer violations."""
        return self._in_force(day)[1]

    def _in_force(self, day: int) -> tuple[list[Intervention], list[Intervention], list[Intervention]]:
        """All of a day, those that answer violations, those that change perceived risk."""
        if day not in self._by_day:
            here = [a.intervention for a in self.active if a.start_day <= day]
            answering = [i for i in here if type(i).respond is not Intervention.respond]
            deterring = [i for i in here if type(i).perceived_risk is not Intervention.perceived_risk]
            self._by_day[day] = (here, answering, deterring)
        return self._by_day[day]

    def device_online(self, driver: int, truck_class: int, day: int) -> bool:
        """Whether the truck can be seen."""
        return bool(self._terminal[driver] < self._coverage[day][truck_class])

    def violates(
        self, driver: int, truck_class: int, saving_cny: float, uniform: float, day: int, now_s: float
    ) -> bool:
        """Whether the driver takes the banned shortcut, with all deterrence up to now."""
        behaviour = self.scenario.behaviour
        probability = banned_entry_probability(
            self._utility[driver],
            saving_cny,
            self._perceived_risk(driver, truck_class, day, now_s),
            behaviour.penalty_cny * behaviour.penalty_weight,
            behaviour.choice_scale_cny,
        )
        return bool(uniform < probability)

    def _perceived_risk(self, driver: int, truck_class: int, day: int, now_s: float) -> float:
        remembered = self.deterrence.perceived_risk(driver, now_s)
        deterring = self._in_force(day)[2]
        if not deterring:
            return remembered
        online_anyway = self._terminal[driver] < self._base_coverage[truck_class]
        view = DriverView(
            driver_id=driver,
            enterprise_id=int(self.roster.enterprise[driver]),
            truck_class=truck_class,
            day=day,
            has_programme_device=not online_anyway and self.device_online(driver, truck_class, day),
        )
        return combine.perceived_risk([remembered, *(i.perceived_risk(view) for i in deterring)])


def _base_coverage(scenario: Scenario) -> Floats:
    classes = scenario.fleet.classes
    return np.array([classes[n].terminal_online_share if n in classes else 0.0 for n in TRUCK_CLASSES])


def _conditions(scenario: Scenario, network: Network, horizon: Horizon, streams: Streams) -> Conditions:
    surroundings = _surroundings(scenario.climate, scenario.speed, scenario.risk, horizon, streams)
    hazard = base_hazard_per_m(network, scenario.risk)
    return conditions_of(network, hazard, surroundings, truck_kinds(scenario), scenario.speed, scenario.risk)


def _surroundings(
    climate: Climate, speed: SpeedParameters, risk: RiskParameters, horizon: Horizon, streams: Streams
) -> Surroundings:
    """Factors on speed and risk by hour; trips that end after the horizon meet its last hour's weather."""
    weather = weather_hours(climate, horizon.month_of_year, streams)
    night = night_hours(climate, horizon.day_of_year)
    speeds = np.array([1.0, speed.rain_speed_factor, speed.fog_speed_factor, speed.ice_speed_factor])
    risks = np.array([1.0, risk.rain_factor, risk.fog_factor, risk.ice_factor])
    if len(speeds) != len(WEATHER_STATES) or len(weather) != horizon.days * HOURS_PER_DAY:
        raise AssertionError("one factor for each state of the weather, one state for each hour")
    return Surroundings(
        speed_factor=speeds[weather] * np.array([1.0, speed.night_speed_factor])[night],
        risk_factor=risks[weather] * np.array([1.0, risk.night_factor])[night],
        bad=weather != WEATHER_STATES.index("dry"),
        icy=weather == WEATHER_STATES.index("ice"),
    )
