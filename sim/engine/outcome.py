"""What a replication hands back: metrics, tables and records, plain and picklable."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite, isnan, nan

import numpy as np
import pandas as pd

from sim import portable
from sim.engine.guard import asked
from sim.engine.incidents import (
    Rescuers,
    incidents_of,
    mean_rescue_factor,
    rescue_parameters,
    time_to_help_min,
    time_to_medical_help_min,
)
from sim.engine.ledger import Ledger
from sim.engine.settle import Accident
from sim.engine.world import World
from sim.parameters import CAPTURED, MECHANISMS, ROAD_CLASSES, SEMI_CLASSES, TRUCK_CLASSES, WITH_OTHERS
from sim.records import AccidentRecord, AlarmRecord, CourseRecord, DrivenTrip, IncidentRecord, ViolationRecord
from sim.risk.parameters import SeverityParameters
from sim.risk.severity import Consequences, consequences, rescue_factor
from sim.units import (
    DAYS_PER_YEAR,
    HOURS_PER_DAY,
    METRES_PER_KM,
    SECONDS_PER_HOUR,
    VKM_PER_MILLION,
    Floats,
    Ints,
    kmh_from_ms,
)

Metrics = dict[str, float]
CAPTURED_NAME = "captured"
LEAST = 1e-300
"""Of a sum that is divided by, where there is nothing to share out."""
MAY_NOT_EXIST = (
    "accident_rate_per_million_vkm",
    "expected_accident_rate_per_million_vkm",
    "compliance_rate",
    "mean_response_s",
    "operator_utilisation",
    "mean_time_to_help_min",
)
"""Metrics of what did not happen in a run: NaN."""


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
    world.book.ledger.check_exact()
    found = sorted(world.book.accidents, key=lambda accident: (accident.time_s, accident.trip_id))
    rescuers = Rescuers(world, found)
    help_min = time_to_help_min(world, found, rescuers)
    what = _consequences(world, found, time_to_medical_help_min(world, found, rescuers))
    incidents = incidents_of(world, found, rescuers, what)
    ended = _accident_records(world, found, what)
    accidents = [record for record in ended if record.mechanism != CAPTURED_NAME]
    captures = [record for record in ended if record.mechanism == CAPTURED_NAME]
    counted = _counted(world, accidents)
    return Outcome(
        metrics=_finite(
            _metrics(world, accidents, captures, counted)
            | _centre_metrics(world)
            | _incident_metrics(incidents, help_min)
            | _expected_consequences(world, mean_rescue_factor(world, found, rescuers))
            | _cost(world)
            | _measured(world)
        ),
        monthly=_monthly(world, counted),
        sections=_sections(world, counted),
        hourly=_hourly(world),
        accidents=accidents,
        captures=captures,
        incidents=incidents,
        violations=world.entries.records,
        alarms=world.alarms.records,
        courses=sorted(world.book.courses),
        driven=sorted(world.book.driven),
        watched_alarms=[] if (day := world.book.watched_day) is None else world.alarms.of_trips_on(day),
    )


def _finite(metrics: Metrics) -> Metrics:
    """All metrics, each a finite number, or NaN where it may not exist.

    Raises
    ------
    ArithmeticError
        if one is neither
    """
    wrong = {name: v for name, v in metrics.items() if not (isfinite(v) or (isnan(v) and name in MAY_NOT_EXIST))}
    if wrong:
        raise ArithmeticError(f"metrics that are no finite numbers: {wrong}")
    return metrics


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
            truck_class=TRUCK_CLASSES[a.truck_class],
            road_class=ROAD_CLASSES[table.road_class[a.section]],
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


@dataclass(frozen=True, eq=False)
class Counted:
    """Counted accidents, without captures in escape ramps."""

    by_section: Ints
    """Shape (truck classes, directed sections)."""
    by_month: Ints
    """Of departure, shape (months,)."""


def _counted(world: World, accidents: list[AccidentRecord]) -> Counted:
    ledger = world.book.ledger
    found = [a for a in world.book.accidents if a.mechanism != CAPTURED]
    if len(found) != len(accidents):
        raise AssertionError("every accident has a record")
    by_section, by_month = (
        np.zeros(ledger.distance_m.shape, dtype=np.int64),
        np.zeros(len(ledger.trips), dtype=np.int64),
    )
    for accident in found:
        by_section[accident.truck_class, accident.section] += 1
        by_month[accident.month] += 1
    return Counted(by_section, by_month)


def _rate(count: float, distance_m: float) -> float:
    """Per million vehicle-km."""
    return count / (distance_m / METRES_PER_KM) * VKM_PER_MILLION if distance_m > 0.0 else nan


def _metrics(
    world: World, accidents: list[AccidentRecord], captures: list[AccidentRecord], counted: Counted
) -> Metrics:
    """Persons injured and property lost in escape ramps count too."""
    ledger = world.book.ledger
    distance, expected = float(ledger.distance_m.sum()), float(ledger.accidents.sum())
    candidates, violations = int(ledger.candidates.sum()), int(ledger.violations.sum())
    metrics: Metrics = {
        "accident_rate_per_million_vkm": _rate(len(accidents), distance),
        "expected_accident_rate_per_million_vkm": _rate(expected, distance),
        "accidents": float(len(accidents)),
        "expected_accidents": expected,
        "deaths": float(sum(a.deaths for a in accidents)),
        "injuries": float(sum(a.injuries for a in (*accidents, *captures))),
        "property_loss_cny": float(sum(a.property_loss_cny for a in (*accidents, *captures))),
        "vehicle_km": distance / METRES_PER_KM,
        "vehicle_hours": float(ledger.duration_s.sum()) / SECONDS_PER_HOUR,
        "waiting_hours": float(ledger.waited_s.sum()) / SECONDS_PER_HOUR,
        "trips": float(ledger.trips.sum()),
        "candidate_trips": float(candidates),
        "violations": float(violations),
        "compliance_rate": 1.0 - violations / candidates if candidates else nan,
        "ramp_captures": float(len(captures)),
        "expected_ramp_captures": float(ledger.hazard[CAPTURED:].sum()),
    } | {f"{kind}_trips": float(counts.sum()) for kind, counts in ledger.other_violations.items()}
    return metrics | _by_class(world, counted) | _by_mechanism(ledger)


def _centre_metrics(world: World) -> Metrics:
    """Alarms, drivers reached, time from entry to the first word that reached the driver or until he is gone, load."""
    alarms = world.alarms
    waits_s, reached_s = map(np.sort, alarms.waits_s)
    staffed = world.centre.staffed_s(_days_with_centre(world))
    return {
        "alarms": float(len(alarms)),
        "contacts": float(len(reached_s)),
        "left_at_exit": float(alarms.count("leave_s")),
        "interceptions": float(alarms.count("intercept_s")),
        "mean_response_s": float(np.mean(waits_s)) if len(reached_s) else nan,
        "operator_utilisation": world.centre.busy_s / staffed if staffed else nan,
    }


def _days_with_centre(world: World) -> int:
    return world.programme.days_with_centre(world.horizon.warm_up_days, world.horizon.days)


def _incident_metrics(incidents: list[IncidentRecord], help_min: Floats) -> Metrics:
    """Time to help, closures, delay of trucks behind them, secondary accidents."""
    return {
        "mean_time_to_help_min": float(np.mean(help_min)) if len(help_min) else nan,
        "closures": float(sum(i.closed for i in incidents)),
        "closure_hours": sum(i.cleared_s - i.time_s for i in incidents if i.closed) / SECONDS_PER_HOUR,
        "delay_vehicle_hours": sum(i.delay_s for i in incidents) / SECONDS_PER_HOUR,
        "diverted_trips": float(sum(i.diverted for i in incidents)),
        "expected_secondary_accidents": float(sum(i.expected_secondary for i in incidents)),
        "secondary_accidents": float(sum(i.secondary for i in incidents)),
    }


def _expected_consequences(world: World, rescue: float) -> Metrics:
    """Persons and direct loss of expected accidents and captures in ramps: the means of what is counted."""
    severity, ledger = world.scenario.severity, world.book.ledger
    accidents = ledger.accidents.sum(axis=(1, 2)).tolist()
    captures = float(ledger.hazard[CAPTURED:].sum())
    hurt = [
        min(injured, max(1.0 - fatal * rescue, 0.0)) * persons
        for injured, fatal, persons in zip(
            severity.injury_share, severity.fatal_share, severity.injuries_per_injury, strict=True
        )
    ]
    median_loss = _sum_of_products(accidents, severity.median_loss_cny) + captures * severity.capture_median_loss_cny
    return {
        "expected_deaths": float(ledger.deaths.sum()) * rescue,
        "expected_deaths_of_others": _deaths_of_others(ledger, severity) * rescue,
        "expected_injuries": _sum_of_products(accidents, hurt) + captures * severity.capture_injury_share,
        "expected_property_loss_cny": median_loss * float(portable.exp(severity.loss_log_sd**2 / 2.0)),
    }


def _deaths_of_others(ledger: Ledger, severity: SeverityParameters) -> float:
    """Of persons who are not in the truck, if help comes at the reference time.

    Deaths by mechanism follow from the accidents where they don't go with the truck's speed. Those left are shared out
    among the other mechanisms by accidents, fatal shares and deaths each.
    """
    accidents = ledger.accidents.sum(axis=(1, 2)).tolist()
    usual = [
        n * min(p, 1.0) * d for n, p, d in zip(accidents, severity.fatal_share, severity.deaths_per_fatal, strict=True)
    ]
    with_others = [usual[m] if m in WITH_OTHERS else 0.0 for m in range(len(MECHANISMS))]
    alone = [0.0 if m in WITH_OTHERS else usual[m] for m in range(len(MECHANISMS))]
    left = max(float(ledger.deaths.sum()) - sum(with_others), 0.0)
    share_alone = _sum_of_products(alone, severity.others_share) / max(sum(alone), LEAST)
    return _sum_of_products(with_others, severity.others_share) + left * share_alone


def _sum_of_products(one: Sequence[float], other: Sequence[float]) -> float:
    """In one order on every processor, which a product of matrices is not."""
    return float(sum(a * b for a, b in zip(one, other, strict=True)))


def _cost(world: World) -> Metrics:
    """Cost of all interventions over the recorded days on which they are in force, capital as a yearly annuity."""
    rate, total = world.scenario.valuation.discount_rate, 0.0
    for active in world.active:
        intervention, cost = active.intervention, active.intervention.cost
        if intervention.strength > 0.0:
            days = active.days_within(world.horizon.warm_up_days, world.horizon.days)
            yearly = cost.yearly_cny + cost.capital_cny * annuity(rate, cost.lifetime_years)
            total += asked(intervention, "units", world.site) * yearly * days / DAYS_PER_YEAR
    return {"cost_cny": total}


def annuity(rate: float, years: float) -> float:
    """Yearly payment for one unit of capital: r / (1 - (1 + r)**-n), 1 / n without interest."""
    return rate / (1.0 - (1.0 + rate) ** -years) if rate > 0.0 else 1.0 / years


def _measured(world: World) -> Metrics:
    """What interventions measure of themselves."""
    past = world.whole_past()
    expected = world.book.ledger.monthly_accidents
    return {
        f"{a.intervention.kind}_{name}": value
        for a in world.active
        if a.intervention.strength > 0.0
        for name, value in asked(a.intervention, "measured", world.site, past, expected).items()
    }


def _by_class(world: World, counted: Counted) -> Metrics:
    """Where exposure and accidents are: by class of road, and those of semi-trailers."""
    ledger, road_class = world.book.ledger, world.network.sections.road_class
    hazard = ledger.accidents.sum(axis=0)
    metrics: Metrics = {}
    for number, name in enumerate(ROAD_CLASSES):
        here = road_class == number
        metrics |= _shares(name, ledger.distance_m[:, here], hazard[:, here], counted.by_section[:, here])
    semi = [TRUCK_CLASSES.index(name) for name in SEMI_CLASSES]
    return metrics | _shares("semi", ledger.distance_m[semi], hazard[semi], counted.by_section[semi])


def _shares(name: str, distance_m: Floats, hazard: Floats, counted: Ints) -> Metrics:
    return {
        f"vehicle_km_{name}": float(distance_m.sum()) / METRES_PER_KM,
        f"expected_accidents_{name}": float(hazard.sum()),
        f"accidents_{name}": float(counted.sum()),
    }


def _by_mechanism(ledger: Ledger) -> Metrics:
    return {f"expected_{name}": float(ledger.hazard[n].sum()) for n, name in enumerate(MECHANISMS)}


def _monthly(world: World, counted: Counted) -> pd.DataFrame:
    ledger = world.book.ledger
    return pd.DataFrame(
        {
            "month": world.horizon.month_names(),
            "trips": ledger.trips.sum(axis=1),
            "vehicle_km": ledger.monthly_distance_m / METRES_PER_KM,
            "accidents": counted.by_month,
            "expected_accidents": ledger.monthly_accidents.sum(axis=1),
            "candidate_trips": ledger.candidates.sum(axis=1),
            "violations": ledger.violations.sum(axis=1),
        }
    )


def _hourly(world: World) -> pd.DataFrame:
    """By hour of the day, over all recorded days on which there is a control centre."""
    centre, hours = world.centre, np.arange(HOURS_PER_DAY)
    raised = (world.alarms.times_s("alarm_s") // SECONDS_PER_HOUR % HOURS_PER_DAY).astype(np.int64)
    return pd.DataFrame(
        {
            "hour": hours,
            "alarms": np.bincount(raised, minlength=HOURS_PER_DAY),
            "operators": centre.on_duty,
            "busy_operators": np.array(centre.busy_by_hour_s) / (max(_days_with_centre(world), 1) * SECONDS_PER_HOUR),
        }
    )


def _sections(world: World, counted: Counted) -> pd.DataFrame:
    """By directed section."""
    ledger, network = world.book.ledger, world.network
    table = network.sections
    ways = [network.ways[way] for way in table.way]
    frame = pd.DataFrame(
        {
            "section": np.arange(len(table.length_m)),
            "link": [way.link.name for way in ways],
            "road_class": [way.link.road_class for way in ways],
            "forward": [way.forward for way in ways],
            "start_m": table.start_m,
            "length_m": table.length_m,
            "vehicle_km": ledger.distance_m.sum(axis=0) / METRES_PER_KM,
            "accidents": counted.by_section.sum(axis=0),
        }
    )
    for number, name in enumerate(MECHANISMS):
        frame[f"expected_{name}"] = ledger.hazard[number].sum(axis=0)
    return frame
