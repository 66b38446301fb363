"""Settling trips whose course is known: sums into the tallies, accidents where the hazard crosses the threshold."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.core.random_streams import TripDraws
from sim.core.records import CourseRecord, DrivenTrip
from sim.core.units import Floats, Ints
from sim.driving.course import Courses, Runs
from sim.engine.accounting.crossing import Crossing, crossing
from sim.engine.accounting.tallies import Tallies, runs_of
from sim.engine.trips.trip_table import TripTable
from sim.inputs.network import Network
from sim.risk.parameters import SeverityParameters

NONE = np.empty((0, 1), dtype=np.float32)
ACCIDENT_DRAWS = ("mechanism", "severity", "persons", "loss")


@dataclass(frozen=True, slots=True)
class Accident:
    """An accident before its consequences are drawn."""

    time_s: float
    trip_id: int
    month: int
    truck_class: int
    driver: int
    section: int
    position_m: float
    mechanism: int
    speed_ms: float
    severity_uniforms: tuple[float, float, float]


def persons_hurt(accident: Accident, severity: SeverityParameters) -> bool:
    """Whether somebody is hurt, at the limit's speed and the usual time of rescue."""
    shares = severity.fatal_share[accident.mechanism] + severity.injury_share[accident.mechanism]
    return accident.severity_uniforms[0] < shares


class Leg(NamedTuple):
    """A sequence of directed sections, and how trips drive it."""

    sections: Ints
    course: Courses


@dataclass(eq=False)
class Recorder:
    """Where settled trips are written."""

    network: Network
    tallies: Tallies
    draws: TripDraws
    zero_s: float
    trace: bool = False
    accidents: list[Accident] = field(default_factory=list)
    courses: list[CourseRecord] = field(default_factory=list)
    watched_day: int | None = None
    driven: list[DrivenTrip] = field(default_factory=list)

    def record(self, trips: TripTable, column: int, found: "Crossing", section: int, hazard: Floats) -> None:
        """Write an accident down; `hazard` by mechanism gives the shares from which its mechanism is drawn."""
        day, place = int(trips.day[column]), int(trips.place[column])
        mechanism, *severity = (self.draws.uniform(f"accident.{what}", day, place) for what in ACCIDENT_DRAWS)
        shares = np.cumsum(hazard)
        drawn = np.searchsorted(shares, mechanism * shares[-1], side="right")
        self.accidents.append(
            Accident(
                time_s=float(trips.departure_s[column]) + found.elapsed_s - self.zero_s,
                trip_id=int(trips.trip_id[column]),
                month=int(trips.month[column]),
                truck_class=int(trips.truck_class[column]),
                driver=int(trips.driver[column]),
                section=section,
                position_m=found.position_m,
                mechanism=int(min(drawn, len(shares) - 1)),
                speed_ms=found.speed_ms,
                severity_uniforms=(severity[0], severity[1], severity[2]),
            )
        )


def settle(recorder: Recorder, trips: TripTable, leg: Leg, course: str) -> None:
    """Write down trips that drove a leg to its end or to their accident; trips sorted by class and month."""
    runs = runs_of(trips.month, trips.truck_class)
    length = recorder.network.sections.length_m[leg.sections]
    for (first, stop), month, truck_class in zip(pairwise(runs.bounds), runs.month, runs.truck_class, strict=True):
        own = leg.course.pick(slice(first, stop))
        recorder.tallies.add(int(month), int(truck_class), leg.sections, length * (stop - first), own)
    count_trips(recorder, runs)
    for column in np.flatnonzero(leg.course.hazard.sum(axis=(0, 1)) > trips.threshold):
        cut_short(recorder, trips, int(column), leg, int(column))
    watch(recorder, trips, leg, course)


def count_trips(recorder: Recorder, runs: Runs) -> None:
    """Add trips by month and class."""
    np.add.at(recorder.tallies.trips, (runs.month, runs.truck_class), np.diff(runs.bounds))


def watch(recorder: Recorder, trips: TripTable, leg: Leg, course: str) -> None:
    """Keep the courses of trips that somebody wants to see."""
    if recorder.trace:
        _trace(recorder, trips, leg, course)
    if recorder.watched_day is not None:
        for column in np.flatnonzero(trips.day == recorder.watched_day):
            recorder.driven.append(_driven(recorder, trips, leg, int(column), course))


def cut_short(recorder: Recorder, trips: TripTable, column: int, leg: Leg, place: int) -> None:
    """Record an accident and take back what was not driven; the trip is at `place` in the leg."""
    course = leg.course.pick(slice(place, place + 1))
    hazard, length = course.hazard[..., 0], recorder.network.sections.length_m[leg.sections]
    threshold = float(trips.threshold[column])
    found = crossing(length, course.duration_s[:, 0], hazard, threshold, course.deaths[:, 0])
    rest = Courses(-found.rest_duration_s[:, None], -found.rest_hazard[..., None], -found.rest_deaths[:, None], NONE)
    own = int(trips.month[column]), int(trips.truck_class[column])
    recorder.tallies.add(*own, leg.sections[found.row :], -found.rest_distance_m, rest)
    recorder.record(trips, column, found, int(leg.sections[found.row]), hazard[:, found.row])


def _driven(recorder: Recorder, trips: TripTable, leg: Leg, column: int, course: str) -> DrivenTrip:
    """Where a trip was when."""
    duration, hazard = leg.course.duration_s[:, column], leg.course.hazard[..., column]
    left_s, whole = float(trips.departure_s[column]) - recorder.zero_s, True
    if hazard.sum() > trips.threshold[column]:
        cut = crossing(
            recorder.network.sections.length_m[leg.sections], duration, hazard, float(trips.threshold[column])
        )
        duration, whole = np.append(duration[: cut.row], cut.elapsed_s - duration[: cut.row].sum()), False
    return DrivenTrip(
        trip_id=int(trips.trip_id[column]),
        truck_class=int(trips.truck_class[column]),
        course=course,
        sections=tuple(leg.sections[: len(duration)].tolist()),
        passed_s=(left_s, *(left_s + np.cumsum(duration)).tolist()),
        whole=whole,
    )


def _trace(recorder: Recorder, trips: TripTable, leg: Leg, course: str) -> None:
    """A record for every trip, for tests and replays."""
    length = recorder.network.sections.length_m[leg.sections]
    for column, trip_id in enumerate(trips.trip_id):
        duration, hazard = leg.course.duration_s[:, column], leg.course.hazard[..., column]
        driven = [length.sum(), duration.sum(), hazard.sum()]
        if driven[2] > trips.threshold[column]:
            cut = crossing(length, duration, hazard, float(trips.threshold[column]))
            rests = (cut.rest_distance_m, cut.rest_duration_s, cut.rest_hazard)
            driven = [whole - rest.sum() for whole, rest in zip(driven, rests, strict=True)]
        recorder.courses.append(CourseRecord(int(trip_id), course, *map(float, driven)))
