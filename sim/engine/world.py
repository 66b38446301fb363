"""Everything that one replication of one scenario needs, built in one order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from simpy import Environment, Event

from sim.core.calendar import Horizon
from sim.core.random_streams import Streams, TripDraws
from sim.core.units import SECONDS_PER_DAY, Bools, Floats, Ints, read_only
from sim.driving.conditions import Conditions
from sim.driving.rules import DrivingRules, combined
from sim.driving.traits import Traits
from sim.driving.violations import BANNED_ENTRY, NAMES, each_given_up
from sim.engine import hooks
from sim.engine.accounting.exposure import Exposure
from sim.engine.accounting.history import History
from sim.engine.accounting.recorder import Recorder
from sim.engine.accounting.tallies import Tallies
from sim.engine.enforcement.alarms import Alarms
from sim.engine.enforcement.deterrence import Deterrence
from sim.engine.enforcement.staff import Staff
from sim.engine.enforcement.violation_log import ViolationLog
from sim.engine.in_force import Days, Programme, reviews_the_past
from sim.engine.setup import base_coverage, conditions_without_rules
from sim.engine.trips.access import Variants, changed_road, permitted
from sim.engine.trips.attributes import TraitTable
from sim.engine.trips.generation import TripSource
from sim.engine.trips.route_choice import Choices
from sim.engine.trips.trip_table import TripTable
from sim.inputs.fleet import draw_roster
from sim.inputs.network import Network, corridors
from sim.inputs.road import Stretch
from sim.interventions import combine
from sim.interventions.intervention import KNOWN_AFTER_DAYS, REVIEW_DAYS, Intervention, Process
from sim.interventions.views import DriverView, Past, Site
from sim.risk.mechanisms import CAPTURED
from sim.scenario.model import Scenario


@dataclass(frozen=True)
class StaffedControlRoom:
    """What a background process sees: the control room and the stations."""

    centre: Staff
    stations: dict[str, Staff]
    exposure: Exposure

    @property
    def day(self) -> int:
        """Day of the simulation."""
        return self.centre.day

    def equipped_km(self, day: int) -> Floats:
        """Expected truck-km of trucks with a working device on a day, by hour, shape (24,)."""
        return self.exposure.equipped_km(day)

    def wait(self, seconds: float) -> Event:
        """An event after some seconds."""
        return self.centre.wait(seconds)

    def until(self, day: int, second: float) -> Event:
        """An event at a second of a day, at once if that is past."""
        return self.centre.until(day, second)

    def uniforms(self, purpose: str, day: int, size: int) -> Floats:
        """Uniform numbers of a day for a purpose."""
        return self.centre.uniforms(purpose, day, size)

    def occupy(self, priority: int, day: int, pieces: Sequence[tuple[float, float]], patience_s: float = inf) -> None:
        """Queue pieces of work of a day for operators: second of the day at which each is due, and its length [s]."""
        self.centre.occupy(priority, day, pieces, patience_s)

    def occupy_crew(self, station: str, day: int, pieces: Sequence[tuple[float, float]]) -> None:
        """Queue pieces of other work of a day for the crews of a station."""
        self.stations[station].occupy(0, day, pieces)


class World:
    """State of a replication; the engine's modules act on it."""

    def __init__(self, scenario: Scenario, seed: int, replication: int, *, trace: bool = False) -> None:
        self.scenario = scenario
        self.streams = Streams(seed, replication)
        self.corridors = corridors(scenario.road)
        self.draws = TripDraws(self.streams, [corridor.name for corridor in self.corridors])
        self.horizon = Horizon(scenario.start_date, scenario.days, scenario.warm_up_days)
        self.network = Network(scenario.road)
        self.class_names = scenario.fleet.class_names
        self.roster = draw_roster(scenario.fleet, self.streams)
        self.env = Environment()
        self.programme = Programme(scenario, self.horizon)
        self.active = self.programme.active
        self.deterrence = Deterrence(scenario.behaviour, self.roster)
        self.penalties = 0
        """Within the recorded time."""
        self.hiding: set[int] = set()
        """Drivers who switch their device off where they may not be."""
        tallies = Tallies.empty(
            self.horizon.months, len(self.network.sections.length_m), CAPTURED, len(self.class_names)
        )
        self.recorder = Recorder(self.network, tallies, self.draws, self.horizon.zero_s, trace)
        links = [way.link.name for way in self.network.ways]
        self.violation_log = ViolationLog(links, self.class_names, scenario.days, self.roster.size)
        self.alarms_of = {name: Alarms(self.network.node_names, self.horizon.zero_s) for name in NAMES}
        """By violation."""
        self.answered = self.programme.answered(self.horizon.days)
        """Ongoing violations that somebody answers, by day, as bits."""
        self._scales: dict[tuple[Stretch, ...], frozenset[int]] = {}
        self._set_up_interventions()
        self._set_up_driving()
        self._set_up_access()

    def _set_up_access(self) -> None:
        """Choice sets of each epoch of access: who may drive where, and at which toll."""
        access = [(a, hooks.access(a.intervention, self.site)) for a in self.active]
        access = [(active, one) for active, one in access if one.changes_something]
        changes = {day for active, _ in access for day in active.changes if day < self.horizon.days}
        everything = [changed_road(self.scenario.road, [one]) for _, one in access]
        if any(road.seasonal for road in (self.scenario.road, *everything)):
            changes |= set(self.horizon.first_days_of_months)
        starts = sorted({0, *changes})
        months = (self.horizon.month_of_year[starts] + 1).tolist()
        here = [[one for active, one in access if active.on(start)] for start in starts]
        roads = [changed_road(self.scenario.road, own).in_month(month) for own, month in zip(here, months, strict=True)]
        permits = [permitted(own, self.roster.size) for own in here]
        demand, fleet = self.scenario.demand, self.scenario.fleet
        networks = [Network(road) for road in roads]
        heaviest_kg = {name: fleet.heaviest_kg(name) for name in fleet.classes}
        self.choices = Choices(networks, demand, self.class_names, self.scenario.behaviour, heaviest_kg)
        self._exposure = Exposure(demand, fleet, self.horizon, self.network, self.choices, self.coverage)
        variant = np.searchsorted(starts, np.arange(self.horizon.days), side="right") - 1
        recorded = np.bincount(variant[self.horizon.warm_up_days :], minlength=len(roads))
        tolls = np.array([[way.link.toll_cny_per_km for way in network.ways] for network in networks])
        self.toll_cny_per_km: Floats = (recorded[:, None] * tolls).sum(axis=0) / recorded.sum()
        """Mean of the recorded days, shape (ways,)."""
        self.source = TripSource(
            self.scenario,
            self.horizon,
            self.choices,
            self.roster,
            self.streams,
            Variants(variant, np.stack(permits), [[made for one in own for made in one.appointments] for own in here]),
            self.corridors,
        )

    def _set_up_driving(self) -> None:
        """Epochs: runs of days on which the same rules of driving hold; conditions are made when first needed."""
        base = conditions_without_rules(self.scenario, self.network, self.horizon, self.streams)
        self.site = Site(
            self.network,
            self.roster,
            base.kinds,
            self.scenario.speed,
            self.scenario.risk,
            self.scenario.traffic,
            self.streams,
            self.horizon.days,
            self.class_names,
        )
        self.others, self.hours = base.others, base.hours
        for shared in (self.network.sections, self.roster, base.kinds):
            read_only(shared)  # interventions see them
        self._traits = TraitTable(self.roster, self.scenario, base.kinds)
        found = [(a, hooks.driving(a.intervention, self.site)) for a in self.active]
        self._rules = [(active, rule) for active, rule in found if rule is not None]
        self._base = replace(base, ramps=any(rule.capture is not None for _, rule in self._rules))
        reviews = {
            day
            for active in self.active
            if reviews_the_past(active.intervention)
            for run in active.runs
            for day in (*range(run.first, int(min(run.stop, self.horizon.days)), REVIEW_DAYS), *active.changes)
        }
        changes = {day for active, _ in self._rules for day in active.changes}
        self.epoch_starts = sorted(day for day in {0, *reviews, *changes} if day < self.horizon.days)
        self.reviewed = bool(reviews)
        self.epoch: Ints = np.searchsorted(self.epoch_starts, np.arange(self.horizon.days), side="right") - 1
        self._conditions: dict[int, Conditions] = {}
        self._history = History(self.recorder.accidents, self.scenario.severity)
        months, sections = self.horizon.months, len(self.network.sections.length_m)
        self.recorder.tallies = Tallies.empty(months, sections, CAPTURED + self._base.ramps, len(self.class_names))

    def conditions(self, epoch: int) -> Conditions:
        """What is in force on the road in an epoch."""
        if epoch not in self._conditions:
            start = self.epoch_starts[epoch]
            rules = [rule for active, rule in self._rules if active.on(start)]
            self._conditions[epoch] = self._base.with_rules(combined([*rules, *self._reviews(start)]))
        return self._conditions[epoch]

    def moving_s(self) -> Floats:
        """Seconds at the wheel, shape (truck classes, directed sections).

        Where some stop all are as fast as on the section before or after: who stands aside holds nobody up.
        """
        distance_m, found = self.recorder.tallies.distance_m, self.recorder.tallies.duration_s.copy()
        for at in sorted({stop.section for _, rule in self._rules for stop in rule.stops}):
            way = self.network.ways[self.network.sections.way[at]]
            beside = at - 1 if at > way.first else min(at + 1, way.stop - 1)
            driven = distance_m[:, beside] > 0.0
            pace = found[driven, beside] / distance_m[driven, beside]
            found[driven, at] = np.minimum(found[driven, at], distance_m[driven, at] * pace)
        return found

    def passing_factors(self) -> list[tuple[float, Floats | None]]:
        """Shares of the recorded days, and the factor on how often others pass trucks that is in force on them."""
        epochs = np.bincount(self.epoch[self.horizon.warm_up_days :], minlength=len(self.epoch_starts))
        in_force: dict[tuple[int, ...], float] = {}
        for start, days in zip(self.epoch_starts, epochs.tolist(), strict=True):
            here = tuple(n for n, (active, rule) in enumerate(self._rules) if active.on(start))
            passing = tuple(n for n in here if self._rules[n][1].passing_factor is not None)
            in_force[passing] = in_force.get(passing, 0.0) + days / float(epochs.sum())
        return [
            (share, combined([self._rules[n][1] for n in passing]).passing_factor)
            for passing, share in in_force.items()
            if share > 0.0
        ]

    def forget(self, before_day: int) -> None:
        """Drop the conditions of epochs that ended before a day; asked for again, they would be made again."""
        first = int(self.epoch[before_day])
        self._conditions = {epoch: made for epoch, made in self._conditions.items() if epoch >= first}

    def _reviews(self, day: int) -> list[DrivingRules]:
        """What reviews have learned, each at its latest date."""
        found = []
        for active in self.active:
            if active.on(day) and reviews_the_past(active.intervention):
                latest = day - (day - max(run.first for run in active.runs if run.first <= day)) % REVIEW_DAYS
                rules = hooks.review(active.intervention, self.site, self.past(latest, latest - KNOWN_AFTER_DAYS))
                found += [] if rules is None else [rules]
        return found

    def past(self, day: int, known_day: int) -> Past:
        """What happened before a day that is known on another."""
        limit_s = known_day * SECONDS_PER_DAY - self.horizon.zero_s
        return Past(
            day, self._history.before(limit_s), self.violation_log.before(known_day - self.horizon.warm_up_days)
        )

    def whole_past(self) -> Past:
        """Everything that happened, at the end."""
        return Past(self.horizon.days, self._history.before(inf), self.violation_log.before(self.horizon.days))

    def _set_up_interventions(self) -> None:
        """Coverage, operators and background processes; interventions in the order of their kinds."""
        base = base_coverage(self.scenario)
        prepared = self.programme.prepared(base, self.horizon.days)
        self.coverage = combine.coverage(prepared, np.tile(base, (self.horizon.days, 1)))
        self._base_coverage = base.tolist()
        self._terminal = self.roster.terminal_uniform.tolist()
        counted = self.horizon.zero_s, float(self.horizon.days * SECONDS_PER_DAY)
        self.centre = Staff(self.env, combine.operators(prepared), self.streams, counted)
        self.stations = {
            node: Staff(self.env, on_duty, self.streams, counted) for node, on_duty in combine.crews(prepared).items()
        }
        for active in self.active:
            for run in active.runs:
                self.env.process(self._background_work(active.intervention, run))

    def _background_work(self, intervention: Intervention, run: Days) -> Process:
        """Work in the background while it is in force."""
        yield self.env.timeout(run.first * SECONDS_PER_DAY)
        process = hooks.background_work(intervention, StaffedControlRoom(self.centre, self.stations, self._exposure))
        if process is None:
            return
        for event in process:
            yield event
            if self.env.now >= run.stop * SECONDS_PER_DAY:
                process.close()
                return

    def write_entries(self, link: str, entry_s: Floats, trips: TripTable) -> None:
        """Count banned entries of recorded days and keep the earliest."""
        np.add.at(self.recorder.tallies.violations, (trips.month, trips.truck_class), 1)
        who = trips.trip_id, trips.driver, self.roster.enterprise[trips.driver], trips.truck_class
        self.violation_log.add(link, entry_s - self.horizon.zero_s, *who)

    @property
    def alarms(self) -> Alarms:
        """On banned entries."""
        return self.alarms_of[BANNED_ENTRY]

    def traits(self, trips: TripTable, conditions: Conditions) -> Traits:
        """What the sweep needs of trips that set out under some conditions."""
        return each_given_up(self._traits.of_trips(trips, self.online(trips)), trips.given_up, conditions)

    def scales(self, day: int) -> frozenset[int]:
        """Directed sections with scales that tell the centre of overloaded trucks on a day."""
        here = self.programme.scales(day)
        if here not in self._scales:
            self._scales[here] = frozenset(self.network.covered(here)[0].tolist())
        return self._scales[here]

    def online(self, trips: TripTable) -> Bools:
        """Which trucks have a working device, shape (trips,)."""
        return self.roster.terminal_uniform[trips.driver] < self.coverage[trips.day, trips.truck_class]

    def may_be_detected(self, trips: TripTable, link: str) -> Bools:
        """Trips that, should they enter a banned link, anybody could meet: a police check, or who sees their device."""
        days, inverse = np.unique(trips.day, return_inverse=True)
        share = np.array([self.programme.checked_share(link, day) for day in days.tolist()])[inverse]
        watched = np.array([bool(self.programme.on(day).every) for day in days.tolist()], dtype=np.bool_)[inverse]
        checked = self.draws.uniforms("roadside.check", trips.day, trips.place) < share
        return checked | (watched & self.online(trips))

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something after some seconds; for what is no story of its own, this is lighter than a process."""
        timeout = self.env.timeout(seconds)
        if timeout.callbacks is not None:
            timeout.callbacks.append(lambda _: action())

    def device_online(self, driver: int, truck_class: int, day: int) -> bool:
        """Whether the truck can be seen where it may not be; some hide after they were called."""
        return bool(self._terminal[driver] < self.coverage[day, truck_class]) and driver not in self.hiding

    def violates(self, driver: int, truck_class: int, critical: float, day: int, now_s: float) -> bool:
        """Whether the driver takes the banned shortcut: the risk that all deterrence makes is below `critical`.

        What interventions add can only raise the risk that is remembered.
        """
        remembered = self.deterrence.perceived_risk(driver, now_s)
        if remembered >= critical:
            return False
        deterring = self.programme.on(day).deterring
        return not deterring or self._perceived_risk(driver, truck_class, day, remembered, deterring) < critical

    def _perceived_risk(
        self, driver: int, truck_class: int, day: int, remembered: float, deterring: list[Intervention]
    ) -> float:
        online_anyway = self._terminal[driver] < self._base_coverage[truck_class]
        view = DriverView(
            driver_id=driver,
            enterprise_id=int(self.roster.enterprise[driver]),
            truck_class=truck_class,
            day=day,
            has_programme_device=not online_anyway and self.device_online(driver, truck_class, day),
        )
        return combine.perceived_risk([remembered, *(hooks.perceived_risk(i, view) for i in deterring)])
