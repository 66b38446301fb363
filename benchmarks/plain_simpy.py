"""The yardstick: a plain SimPy model of the same corridor, a process a truck and a timeout a section.

It draws the same trips and computes the same speeds, brake temperatures and hazards, in scalar Python.
"""

from collections.abc import Generator
from dataclasses import dataclass
from math import exp, inf, log1p, sqrt
from typing import Any

from simpy import Environment, Event

from sim.core.units import SECONDS_PER_HOUR, STANDARD_GRAVITY_MS2, ms_from_kmh
from sim.driving.conditions import Conditions
from sim.driving.plan import plan_of
from sim.driving.traits import Traits
from sim.engine.world import World
from sim.physics import brake_temperature as brakes
from sim.physics import speed as speeds
from sim.physics.rollover import logistic_spread
from sim.risk.encounters import CROSSED_BY_OTHERS, REACHED_SHARE, SCALE_SQUARE
from sim.scenario import Scenario

PlainRoute = list[tuple[int, list[float]]]
"""Sections, and the share of runaways on each that end in an accident, by kind of truck."""


@dataclass
class Totals:
    """What the yardstick adds up."""

    distance_m: float = 0.0
    hazard: float = 0.0
    accidents: int = 0
    trips: int = 0


@dataclass(frozen=True)
class PlainSection:
    """A section as plain numbers."""

    way: int
    length_m: float
    desired_ms: float
    icy_ms: float
    limit_ms: float
    grade: float
    held_ms: float
    curvature_per_m: float
    superelevation: float
    hazard_per_m: float
    usual: list[list[float]]
    """Factor that makes the prediction hold at usual speeds, by kind of truck and state of weather and light."""
    types: list[float]
    """Shares of the types of accident."""
    others_ms: float
    overtaking: list[float]
    """By hour of the day."""


@dataclass(frozen=True)
class PlainTruck:
    """A trip as plain numbers."""

    departure_s: float
    threshold: float
    speed_factor: float
    mass_kg: float
    kind_mass_kg: float
    power_w: float
    retarding_w: float
    capacity_n: float
    bears_c: float
    descent_factor: float
    heat_factor: float
    rollover_threshold_g: float
    risk_factor: float
    awake_factor: float
    kind: int


def plain_sections(conditions: Conditions) -> list[PlainSection]:
    """Directed sections of the network."""
    table = conditions.sections
    return [
        PlainSection(
            way=int(table.way[n]),
            length_m=float(table.length_m[n]),
            desired_ms=float(conditions.bounds.desired_ms[n]),
            icy_ms=float(conditions.bounds.icy_ms[n]),
            limit_ms=float(table.limit_ms[n]),
            grade=float(table.grade[n]),
            held_ms=float(conditions.bounds.held_ms[n]),
            curvature_per_m=float(table.curvature_per_m[n]),
            superelevation=float(table.superelevation[n]),
            hazard_per_m=float(conditions.hazard_per_m[n]),
            usual=conditions.usual[n].tolist(),
            types=conditions.others.share[:, n].tolist(),
            others_ms=float(conditions.others.speed_ms[n]),
            overtaking=conditions.others.overtaking[table.way[n]].tolist(),
        )
        for n in range(len(table.length_m))
    ]


class Model:
    """The corridor and its parameters."""

    def __init__(self, world: World) -> None:
        self.env = Environment()
        self.totals = Totals()
        self.sections = plain_sections(world.conditions(0))
        self.risk, self.habits = world.conditions(0).risk, world.conditions(0).speed
        self.growth = 3.6 * self.risk.speed_coefficient_per_kmh
        self.spread = logistic_spread(self.risk.curve_speed_sd)
        self.free_time_s = world.conditions(0).free_time_s.tolist()
        around = world.conditions(0).hours
        self.speed_by_hour = around.speed_factor[around.state].tolist()
        self.icy_by_hour = around.icy[around.state].tolist()
        self.state_by_hour = around.state.tolist()
        self.risk_by_hour = around.risk_factor[around.state].tolist()
        self.flow_by_hour = around.flow.tolist()
        self.lowest_ms = ms_from_kmh(self.habits.lowest_descent_kmh)
        self.others_spread = world.conditions(0).others.spread

    def truck(self, truck: PlainTruck, route: PlainRoute) -> Generator[Event, Any, None]:
        """One truck, section by section, to the end of its route or its accident."""
        temperature, cumulative, entered, way = brakes.INITIAL_C, 0.0, truck.departure_s, -1
        hour, endured, leaving = 0, 0.0, inf
        for number, runaway_share in route:
            section = self.sections[number]
            if section.way != way:
                if way >= 0:
                    entered += self.free_time_s[way]
                way, leaving = section.way, inf
                hour = min(int(entered / SECONDS_PER_HOUR), len(self.speed_by_hour) - 1)
            velocity = self.velocity(section, truck, self.speed_by_hour[hour], temperature)
            if self.icy_by_hour[hour]:
                velocity = min(velocity, section.icy_ms)
            if section.grade >= 0.0:
                velocity, leaving = climbed(section, truck, min(leaving, velocity), velocity)
            else:
                leaving = velocity
            duration = section.length_m / velocity
            temperature, demand = heated(section, truck, velocity, duration, temperature)
            failed = self.failed(temperature, demand) if section.grade < 0.0 else 0.0
            hazard = self.hazard(section, truck, velocity, hour)
            hazard += max(failed - endured, 0.0) * runaway_share[truck.kind]
            endured = max(failed, endured)
            if cumulative + hazard > truck.threshold:
                part = (truck.threshold - cumulative) / hazard
                yield self.env.timeout(part * duration)
                self.totals.distance_m += part * section.length_m
                self.totals.hazard += part * hazard
                self.totals.accidents += 1
                return
            yield self.env.timeout(duration)
            cumulative += hazard
            self.totals.distance_m += section.length_m
            self.totals.hazard += hazard

    def velocity(self, section: PlainSection, truck: PlainTruck, weather: float, temperature: float) -> float:
        """Speed [m/s]."""
        velocity = section.desired_ms * weather * truck.speed_factor
        if section.held_ms < inf:
            velocity = min(velocity, section.held_ms * truck.descent_factor)
            velocity = min(velocity, max(self.bearable_ms(section, truck, temperature), self.lowest_ms))
        return velocity

    def bearable_ms(self, section: PlainSection, truck: PlainTruck, temperature: float) -> float:
        """Speed at which brakes get no hotter over what is looked ahead than the driver bears."""
        rate = brakes.COOLING_PER_S + brakes.COOLING_PER_M * section.held_ms
        ahead = 1.0 - exp(-rate * 1000.0 * self.habits.descent_foresight_km / section.held_ms)
        above = max(temperature - brakes.AMBIENT_C + (truck.bears_c - temperature) / ahead, 0.0)
        force = -truck.mass_kg * STANDARD_GRAVITY_MS2 * section.grade - brakes.DRAG_N
        given = truck.retarding_w + above * brakes.CONDUCTANCE_W_K
        return given / max(force - above * brakes.CONDUCTANCE_W_K_PER_MS, brakes.LEAST_FORCE_N)

    def failed(self, temperature: float, demand: float) -> float:
        """Expected failures of brakes by now."""
        room = (self.risk.brake_failure_c - brakes.LIMIT_C) * max(1.0 - demand, brakes.LEAST_ROOM)
        return min((max(temperature - brakes.LIMIT_C, 0.0) / room) ** 4, brakes.MOST_FAILURES)

    def hazard(self, section: PlainSection, truck: PlainTruck, velocity: float, hour: int) -> float:
        """Expected accidents of the section."""
        shared = section.hazard_per_m * section.length_m * self.risk_by_hour[hour]
        total = shared * section.types[0] * truck.risk_factor * section.usual[truck.kind][self.state_by_hour[hour]]
        total *= exp(self.growth * (velocity - section.limit_ms))
        total += self.with_others(section, truck, velocity, hour, (total, shared))
        if section.curvature_per_m > 0.0:
            standing = truck.rollover_threshold_g + section.superelevation
            rolls = sqrt(standing * STANDARD_GRAVITY_MS2 / section.curvature_per_m)
            total += log1p(exp((1.0 - rolls / velocity) / self.spread))
        return total

    def with_others(
        self, section: PlainSection, truck: PlainTruck, velocity: float, hour: int, alone: tuple[float, float]
    ) -> float:
        """Expected rear-end and head-on accidents, and those of others that pass."""
        general, shared = alone
        by_general, rear_end, head_on, overtaking = section.types
        ratio, flow = velocity / (section.others_ms * self.speed_by_hour[hour]), self.flow_by_hour[hour]
        slower = (1.0 - ratio) / self.others_spread
        reached = (slower + sqrt(slower * slower + SCALE_SQUARE)) / (2.0 * ratio)
        reaching = max(reached - slower / ratio, 0.0)
        found = shared * flow * rear_end * REACHED_SHARE * (reached + reaching * truck.awake_factor)
        if head_on > 0.0:
            found += shared * flow * head_on * CROSSED_BY_OTHERS
            found += general * flow * head_on * (1.0 - CROSSED_BY_OTHERS) / by_general
            found += shared * overtaking * section.overtaking[hour % 24] * reached
        return found


def crawl(grade: float, truck: PlainTruck) -> float:
    """Crawl speed [m/s] of the truck's kind."""
    power = speeds.DRIVELINE_EFFICIENCY * truck.power_w
    resistance = truck.kind_mass_kg * STANDARD_GRAVITY_MS2 * (grade + speeds.ROLLING_RESISTANCE)
    velocity = min(power / resistance, 60.0)
    for _ in range(speeds.NEWTON_STEPS):
        square = speeds.DRAG_AREA_KG_M * velocity * velocity
        velocity = (2.0 * square * velocity + power) / (3.0 * square + resistance)
    return velocity


def climbed(section: PlainSection, truck: PlainTruck, entry: float, wanted: float) -> tuple[float, float]:
    """Mean speed on a section that climbs or is level, and the speed at its end [m/s]."""
    to = min(crawl(section.grade, truck), wanted)
    middle, length = (entry + to) / 2.0, section.length_m
    pull = speeds.DRIVELINE_EFFICIENCY * truck.power_w / middle - speeds.DRAG_AREA_KG_M * middle * middle
    pull = pull / truck.kind_mass_kg - STANDARD_GRAVITY_MS2 * (section.grade + speeds.ROLLING_RESISTANCE)
    settling = abs(to * to - entry * entry) / (2.0 * max(abs(pull), speeds.LEAST_ACCELERATION_MS2))
    end = sqrt(entry * entry + (to * to - entry * entry) * min(length / max(settling, speeds.SHORTEST_M), 1.0))
    changing = min(settling, length)
    return length / (2.0 * changing / (entry + end) + (length - changing) / to), end


def heated(
    section: PlainSection, truck: PlainTruck, velocity: float, duration: float, start_c: float
) -> tuple[float, float]:
    """Brake temperature [deg C] at the section's end, and the force asked of the brakes over that of cold ones."""
    steady, demand = brakes.AMBIENT_C, 0.0
    if section.grade < 0.0:
        drag = brakes.DRAG_N + brakes.DRAG_N_PER_MS2 * velocity * velocity
        power = (-truck.mass_kg * STANDARD_GRAVITY_MS2 * section.grade - drag) * velocity - truck.retarding_w
        conductance = brakes.CONDUCTANCE_W_K + brakes.CONDUCTANCE_W_K_PER_MS * velocity
        power = max(power, 0.0) * truck.heat_factor
        steady += power / conductance
        demand = power / (velocity * truck.capacity_n)
    rate = brakes.COOLING_PER_S + brakes.COOLING_PER_M * velocity
    return steady + (start_c - steady) * exp(-rate * duration), demand


def plain_trucks(world: World, days: range) -> list[tuple[PlainTruck, PlainRoute]]:
    """The trips of some days on the routes that they take without violating."""
    trips, table = world.source.draw(days), world.choices.table
    who: Traits = world.traits(trips, world.conditions(0))
    route = table.legal_route(trips.choice, trips.route_uniform).tolist()
    shares = [plan_of(world.conditions(0), r).road.runaway_share.tolist() for r in table.routes]
    sections = [list(zip(r.sections.tolist(), own, strict=True)) for r, own in zip(table.routes, shares, strict=True)]
    columns = [
        trips.departure_s,
        trips.threshold,
        who.speed_factor,
        who.mass_kg,
        world.conditions(0).kinds.mass_kg[who.kind],
        world.conditions(0).kinds.power_w[who.kind],
        who.retarding_w,
        who.capacity_n,
        who.bears_c,
        who.descent_factor,
        who.heat_factor,
        who.rollover_threshold_g,
        who.risk_factor,
        who.awake_factor,
        who.kind,
    ]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [(PlainTruck(*row), sections[number]) for row, number in zip(rows, route, strict=True)]


def simulate(scenario: Scenario, days: range) -> tuple[Model, list[tuple[PlainTruck, PlainRoute]]]:
    """Build the yardstick and its trucks; `run` runs it."""
    world = World(scenario, 1, 0)
    return Model(world), plain_trucks(world, days)


def run(model: Model, trucks: list[tuple[PlainTruck, PlainRoute]]) -> Totals:
    """Let all trucks drive."""

    def source() -> Generator[Event, Any, None]:
        for truck, route in trucks:
            yield model.env.timeout(truck.departure_s - model.env.now)
            model.env.process(model.truck(truck, route))

    model.env.process(source())
    model.env.run()
    model.totals.trips = len(trucks)
    return model.totals
