"""What a replication hands back: metrics, tables and records, plain and picklable."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sim.core.records import AccidentRecord, AlarmRecord, CourseRecord, DrivenTrip, IncidentRecord, ViolationRecord
from sim.core.units import (
    Floats,
    kmh_from_ms,
)
from sim.engine.accounting.metrics import Metrics, counted_in, metrics_of
from sim.engine.accounting.recorder import Accident
from sim.engine.accounting.tables import by_section, hourly, monthly
from sim.engine.incidents import (
    Rescuers,
    incidents_of,
    mean_rescue_factor,
    rescue_parameters,
    time_to_help_min,
    time_to_medical_help_min,
)
from sim.engine.world import World
from sim.risk.mechanisms import CAPTURED_NAME, MECHANISMS
from sim.risk.severity import Consequences, consequences, rescue_factor


@dataclass(frozen=True, eq=False)
class Outcome:
    """One replication of one scenario."""

    metrics: Metrics
    monthly: pd.DataFrame
    sections: pd.DataFrame
    hourly: pd.DataFrame
    """Operators on duty, their work and alarms by hour of the day."""
    accidents: list[AccidentRecord]
    captures: list[AccidentRecord]
    """Runaways that ended in an escape ramp."""
    incidents: list[IncidentRecord]
    violations: Sequence[ViolationRecord]
    alarms: Sequence[AlarmRecord]
    courses: list[CourseRecord]
    driven: list[DrivenTrip] = field(default_factory=list)
    """Trips of the watched day; never stored."""
    watched_alarms: Sequence[AlarmRecord] = ()
    """Alarms about them, which need not be among the earliest of the run."""

    def lean(self) -> "Outcome":
        """The same without records of events, for experiments of hundreds of runs."""
        return Outcome(self.metrics, self.monthly, self.sections, self.hourly, *([] for _ in range(6)))


def outcome_of(world: World) -> Outcome:
    """Tables of a replication that has run to its end; records in order of time, then of trip.

    Raises
    ------
    OverflowError
        if sums have grown beyond what is exact
    """
    world.recorder.tallies.check_exact()
    found = sorted(world.recorder.accidents, key=lambda accident: (accident.time_s, accident.trip_id))
    rescuers = Rescuers(world, found)
    help_min = time_to_help_min(world, found, rescuers)
    what = _consequences(world, found, time_to_medical_help_min(world, found, rescuers))
    incidents = incidents_of(world, found, rescuers, what)
    ended = _accident_records(world, found, what)
    accidents = [record for record in ended if record.mechanism != CAPTURED_NAME]
    captures = [record for record in ended if record.mechanism == CAPTURED_NAME]
    counted = counted_in(world, accidents)
    return Outcome(
        metrics=metrics_of(
            world, accidents, captures, incidents, help_min, counted, mean_rescue_factor(world, found, rescuers)
        ),
        monthly=monthly(world, counted),
        sections=by_section(world, counted),
        hourly=hourly(world),
        accidents=accidents,
        captures=captures,
        incidents=incidents,
        violations=world.violation_log.records,
        alarms=world.alarms.records,
        courses=sorted(world.recorder.courses),
        driven=sorted(world.recorder.driven),
        watched_alarms=[] if (day := world.recorder.watched_day) is None else world.alarms.of_trips_on(day),
    )


def _consequences(world: World, found: list[Accident], help_min: Floats) -> Consequences:
    """Persons and loss, by mechanism, speed and time to help."""
    rules, table = world.scenario.incident, world.network.sections
    excess = np.array([a.speed_ms - table.limit_ms[a.section] for a in found])
    uniforms = np.array([a.severity_uniforms for a in found]).reshape(len(found), 3).T
    mechanism = np.array([a.mechanism for a in found], dtype=np.int64)
    rescue = rescue_factor(help_min, *rescue_parameters(rules))
    return consequences(mechanism, kmh_from_ms(excess), uniforms, world.scenario.severity, rescue)


def _accident_records(world: World, found: list[Accident], what: Consequences) -> list[AccidentRecord]:
    table = world.network.sections
    return [
        AccidentRecord(
            time_s=a.time_s,
            trip_id=a.trip_id,
            truck_class=world.class_names[a.truck_class],
            road_class=world.network.road.class_names[table.road_class[a.section]],
            link=world.network.ways[table.way[a.section]].link.name,
            section=a.section,
            position_m=a.position_m,
            mechanism=(*MECHANISMS, CAPTURED_NAME)[a.mechanism],
            speed_kmh=round(float(kmh_from_ms(a.speed_ms)), 3),
            deaths=int(what.deaths[n]),
            injuries=int(what.injuries[n]),
            property_loss_cny=float(what.property_loss_cny[n]),
        )
        for n, a in enumerate(found)
    ]
