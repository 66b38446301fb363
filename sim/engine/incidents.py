"""Incidents: how soon help is at an accident, how long the road is closed, who waits behind it.

They are worked out when all trips are settled, in order of time: help and queues change persons, delay and secondary
accidents, but not how other trucks drive. Squads are SimPy resources. Queues are vectorised over arriving trucks.
"""

from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from operator import mul
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from simpy import Environment, Event, Resource

from sim.core import portable
from sim.core.random_streams import CORRIDOR_BITS, PLACE_MASK, of_corridor
from sim.core.records import IncidentRecord
from sim.core.units import SECONDS_PER_DAY, SECONDS_PER_MINUTE, Floats, kmh_from_ms
from sim.engine import hooks
from sim.engine.accounting.recorder import Accident
from sim.engine.world import World
from sim.interventions.views import Rescue
from sim.risk.mechanisms import CAPTURED
from sim.risk.parameters import IncidentParameters
from sim.risk.severity import Consequences, growth_by_speed, rescue_factor

DAMAGE, INJURY, FATAL = 2, 1, 0
"""Places in `closure_share`."""
SMALLEST_UNIFORM = 1e-12
TRIPS_AT_ONCE = 16_384
QUADRATURE_POINTS = 400
DAYS_KEPT = 3
"""Of a corridor: the day before a closure, on which trucks set out that meet it, its own and the next."""


@dataclass
class Help:
    """When an accident was known and help was there, on the engine's clock [s]."""

    detected_s: float
    arrived_s: float = np.nan
    ordinary_s: float = np.nan
    """When the ordinary police, and the ambulance, would have been there."""
    medical_s: float = np.nan
    """When medical help was there: the ambulance, or a squad that can give it."""
    by_squad: bool = False


class Rescuers:
    """Squads of one replication and the ordinary police, in a clock of their own."""

    def __init__(self, world: World, accidents: list[Accident]) -> None:
        self.world = world
        self.env = Environment()
        found = [(a, hooks.rescue(a.intervention, world.site)) for a in world.active]
        self._rescues = [(active, rescue) for active, rescue in found if rescue is not None]
        self._squads = {
            (number, node): Resource(self.env, count)
            for number, (_, rescue) in enumerate(self._rescues)
            for node, count in sorted(rescue.squads.items())
        }
        self.help = [self._known(accident) for accident in accidents]
        for accident, known in sorted(zip(accidents, self.help, strict=True), key=lambda pair: pair[1].detected_s):
            self.env.process(self._go(accident, known))
        self.env.run()

    def _known(self, accident: Accident) -> Help:
        """Detection by a passer-by, or sooner by a squad's centre if the truck has a device."""
        rules, at_s = self.world.scenario.incident, clock_s(self.world, accident)
        mean_s = rules.detection_mean_min * SECONDS_PER_MINUTE
        after_s = -mean_s * float(portable.log(1.0 - uniform(self.world, accident, "incident.detection")))
        rescue = self._rescue(at_s)
        day = min(int(at_s // SECONDS_PER_DAY), self.world.horizon.days - 1)
        if rescue and self.world.device_online(accident.driver, accident.truck_class, day):
            after_s = min(after_s, rescue[1].device_detection_s)
        return Help(at_s + after_s)

    def _rescue(self, at_s: float) -> tuple[int, Rescue] | None:
        """The first programme of squads in force at a time."""
        day = at_s // SECONDS_PER_DAY
        return next(((n, rescue) for n, (active, rescue) in enumerate(self._rescues) if active.on(day)), None)

    def _go(self, accident: Accident, known: Help) -> Generator[Event, Any, None]:
        """The nearest squad goes when it is free, unless the ordinary police would be there before it sets out."""
        yield self.env.timeout(known.detected_s)
        ordinary_s = known.detected_s + self._ordinary_s(accident)
        known.arrived_s = known.ordinary_s = known.medical_s = ordinary_s
        rescue = self._rescue(known.detected_s)
        if rescue is None:
            return
        number, squads = rescue
        drive_s, node = min((self._drive_s(node, accident.section), node) for node in squads.squads)
        drive_s = drive_s / squads.speed_factor + squads.turnout_s
        with self._squads[number, node].request() as squad:
            yield squad
            if self.env.now + drive_s >= ordinary_s:
                return
            known.arrived_s, known.by_squad = self.env.now + drive_s, True
            if uniform(self.world, accident, "incident.medical") < squads.medical_share:
                known.medical_s = known.arrived_s
            yield self.env.timeout(drive_s + clearance_s(self.world, accident) * squads.clearance_factor)

    def _ordinary_s(self, accident: Accident) -> float:
        rules = self.world.scenario.incident
        drive_min = rules.response_median_min * _lognormal(self.world, accident, "response", rules.response_log_sd)
        return (rules.turnout_min + drive_min) * SECONDS_PER_MINUTE

    def _drive_s(self, node: str, section: int) -> float:
        """From a node to a section, from either end of its link."""
        network = self.world.network
        way = network.ways[network.sections.way[section]]
        times = network.sections.length_m / network.sections.limit_ms
        before, whole = float(times[way.first : section].sum()), float(times[way.first : way.stop].sum())
        to = network.drive_time_s[network.node_index(node)]
        start, end = float(to[network.node_index(way.start)]), float(to[network.node_index(way.end)])
        return min(start + before, end + whole - before)

    def clearance_factor(self, known: Help) -> float:
        """Time to clear over the ordinary one."""
        rescue = self._rescue(known.detected_s)
        return rescue[1].clearance_factor if rescue and known.by_squad else 1.0


def clock_s(world: World, accident: Accident) -> float:
    """Time of an accident on the engine's clock [s]."""
    return accident.time_s + world.horizon.zero_s


def uniform(world: World, accident: Accident, purpose: str) -> float:
    """A uniform number of the accident's trip."""
    day, place = world.source.day_and_place(accident.trip_id)
    return max(world.draws.uniform(purpose, day, place), SMALLEST_UNIFORM)


def _lognormal(world: World, accident: Accident, what: str, log_sd: float) -> float:
    return float(portable.exp(log_sd * ndtri(uniform(world, accident, f"incident.{what}"))))


def clearance_s(world: World, accident: Accident) -> float:
    """From help's arrival until the road is free, without squads [s]."""
    rules = world.scenario.incident
    spread = _lognormal(world, accident, "clearance", rules.clearance_log_sd)
    return rules.clearance_median_min * spread * SECONDS_PER_MINUTE


def time_to_help_min(world: World, accidents: list[Accident], rescuers: Rescuers) -> Floats:
    """From the accident until help is there [min], shape (accidents,)."""
    return _minutes_until(world, accidents, [known.arrived_s for known in rescuers.help])


def time_to_medical_help_min(world: World, accidents: list[Accident], rescuers: Rescuers) -> Floats:
    """From the accident until medical help is there [min], shape (accidents,)."""
    return _minutes_until(world, accidents, [known.medical_s for known in rescuers.help])


def _minutes_until(world: World, accidents: list[Accident], then_s: list[float]) -> Floats:
    times = [then - clock_s(world, accident) for accident, then in zip(accidents, then_s, strict=True)]
    return np.array(times) / SECONDS_PER_MINUTE


def rescue_parameters(rules: IncidentParameters) -> tuple[float, float, float]:
    """Growth, reference (the mean without squads) and lowest value of the factor of the time to help."""
    return rules.rescue_growth_per_min, rules.usual_help_min, rules.rescue_lowest_factor


def mean_rescue_factor(world: World, accidents: list[Accident], rescuers: Rescuers) -> float:
    """Mean over deaths of the factor that the time to help puts on the fatal share [-].

    Without squads it follows from the distributions of that time. What squads change is measured on the counted
    accidents: their factors over those without squads, each accident by its fatal share.
    """
    rules = world.scenario.incident
    ordinary = ordinary_rescue_factor(rules)
    if not any(known.by_squad for known in rescuers.help):
        return ordinary
    ordinary_min = _minutes_until(world, accidents, [known.ordinary_s for known in rescuers.help])
    medical_min = time_to_medical_help_min(world, accidents, rescuers)
    with_squads, without = (rescue_factor(when, *rescue_parameters(rules)) for when in (medical_min, ordinary_min))
    deadly = _usual_deaths(world, accidents)
    whole = float((deadly * without).sum())
    return ordinary * float((deadly * with_squads).sum()) / whole if whole else ordinary


def ordinary_rescue_factor(rules: IncidentParameters) -> float:
    """Mean factor of the time to help without squads: detection exponential, drive lognormal, by the midpoint rule."""
    middle = (np.arange(QUADRATURE_POINTS) + 0.5) / QUADRATURE_POINTS
    detection = -rules.detection_mean_min * portable.log(1.0 - middle)
    drive = rules.response_median_min * portable.exp(rules.response_log_sd * ndtri(middle))
    help_min = detection[:, None] + (rules.turnout_min + drive)
    return float(rescue_factor(help_min, *rescue_parameters(rules)).mean())


def _usual_deaths(world: World, accidents: list[Accident]) -> Floats:
    """Expected deaths of each accident if help comes at the reference time, shape (accidents,); none in ramps."""
    severity, limit_ms = world.scenario.severity, world.network.sections.limit_ms
    deadly = np.array([*map(mul, severity.fatal_share, severity.deaths_per_fatal), 0.0])
    excess = kmh_from_ms(np.array([a.speed_ms - limit_ms[a.section] for a in accidents]))
    mechanism = np.array([a.mechanism for a in accidents], dtype=np.int64)
    growth = growth_by_speed(mechanism, excess, severity.fatal_growth_per_kmh)
    result: Floats = deadly[mechanism] * growth
    return result


def incidents_of(
    world: World, accidents: list[Accident], rescuers: Rescuers, what: Consequences
) -> list[IncidentRecord]:
    """What followed each accident; captures in escape ramps close nothing."""
    queue = _Queue(world)
    records = []
    for n, (accident, known) in enumerate(zip(accidents, rescuers.help, strict=True)):
        if accident.mechanism == CAPTURED:
            continue
        severity = FATAL if what.deaths[n] else INJURY if what.injuries[n] else DAMAGE
        share = world.scenario.incident.closure_share[severity]
        closed = uniform(world, accident, "incident.closure") < share
        cleared_s = known.arrived_s + clearance_s(world, accident) * rescuers.clearance_factor(known)
        waits = queue.behind(accident, cleared_s) if closed else NOBODY
        zero_s = world.horizon.zero_s
        records.append(
            IncidentRecord(
                accident.time_s,
                accident.trip_id,
                accident.section,
                known.detected_s - zero_s,
                known.arrived_s - zero_s,
                cleared_s - zero_s,
                closed,
                known.by_squad,
                *waits,
            )
        )
    return records


Waits = tuple[int, int, float, float, int]
NOBODY: Waits = (0, 0, 0.0, 0.0, 0)


class _Traffic(NamedTuple):
    """Neighbouring trips in the draws of a corridor's day, shape (trips,); small numbers, as several days are kept."""

    first: int
    """Place of the first trip in the draws."""
    departure_s: Floats
    route: NDArray[np.int32]
    driver: NDArray[np.int32]


class _Queue:
    """Trucks that come to a closed section; violators are taken to be on their legal route."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._drawn = lru_cache(maxsize=DAYS_KEPT)(self._draw)
        table = world.network.sections
        self._pass_s = table.length_m / table.limit_ms

    def behind(self, accident: Accident, cleared_s: float) -> Waits:
        """Waiting and diverted trucks, their delay [s], expected and counted secondary accidents."""
        rules, closed_s = self._world.scenario.incident, clock_s(self._world, accident)
        days = range(max(int(closed_s // SECONDS_PER_DAY) - 1, 0), int(cleared_s // SECONDS_PER_DAY) + 1)
        found = [self._arriving(day, accident, closed_s, cleared_s) for day in days if day < self._world.horizon.days]
        arrival = np.concatenate([np.empty(0), *(times for times, _, _ in found)])
        if not len(arrival):
            return NOBODY
        divert, luck = (np.concatenate([part[n] for part in found]) for n in (1, 2))
        order = np.argsort(arrival, kind="stable")
        wait = cleared_s - arrival[order] + np.arange(len(order)) * rules.discharge_headway_s
        leaves = (wait > rules.divert_after_min * SECONDS_PER_MINUTE) & (divert[order] < rules.divert_share)
        delay = np.where(leaves, rules.divert_delay_min * SECONDS_PER_MINUTE, wait)
        waiting = int((~leaves).sum())
        hit = int(((luck[order] < rules.secondary_per_waiting_truck) & ~leaves).sum())
        return waiting, int(leaves.sum()), float(delay.sum()), waiting * rules.secondary_per_waiting_truck, hit

    def _arriving(self, day: int, accident: Accident, since_s: float, until_s: float) -> tuple[Floats, Floats, Floats]:
        """Arrival times within the closure, and two uniform numbers of each truck."""
        own_day, own = self._world.source.day_and_place(accident.trip_id)
        corridor, own_place = own >> CORRIDOR_BITS, own & PLACE_MASK
        streams, name = self._world.streams, self._world.source.corridors[corridor].name
        purposes = [of_corridor(f"incident.{what}", name) for what in ("divert", "secondary")]
        offsets, found = self._offsets(accident.section), []
        for trips in self._drawn(day, corridor):
            arrival = offsets[trips.route]
            arrival /= self._world.roster.speed_factor[trips.driver]
            arrival += trips.departure_s
            here = np.flatnonzero((arrival > since_s) & (arrival < until_s))
            here = here[here != own_place - trips.first] if day == own_day else here
            luck = (streams.uniform(purpose, day, len(arrival), trips.first)[here] for purpose in purposes)
            found.append((arrival[here], *luck))
        arrivals, divert, secondary = (np.concatenate(columns) for columns in zip(*found, strict=True))
        return arrivals, divert, secondary

    def _draw(self, day: int, corridor: int) -> list[_Traffic]:
        """Trips of a corridor's day, drawn again, some at a time."""
        source, found = self._world.source, []
        for trips in source.parts(corridor, source.whole_days(range(day, day + 1), corridor), TRIPS_AT_ONCE):
            route = self._world.choices.table.legal_route(trips.choice, trips.route_uniform).astype(np.int32)
            first = int(trips.place[0]) & PLACE_MASK if len(trips) else 0
            found.append(_Traffic(first, trips.departure_s, route, trips.driver.astype(np.int32)))
        return found

    def _offsets(self, section: int) -> Floats:
        """Time at the limit from each route's start to a closed section, infinite if it is not passed."""
        table = self._world.network.sections
        closed = {section}
        if not table.freeway[section]:
            closed = set(np.flatnonzero(table.undirected_section == table.undirected_section[section]).tolist())
        offsets = np.full(len(self._world.choices.table.routes), np.inf)
        for number, route in enumerate(self._world.choices.table.routes):
            if not closed.intersection(route.passed):
                continue
            rows = np.flatnonzero(np.isin(route.sections, list(closed)))
            if len(rows):
                offsets[number] = self._pass_s[route.sections[: rows[0]]].sum()
        return offsets
