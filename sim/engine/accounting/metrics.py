"""Metrics of a run; each is a row of the one table in `sim/core/metrics.py` and a line here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import fsum, isfinite, isnan, nan

import numpy as np

from sim.core import portable
from sim.core.metrics import RATE, may_not_exist
from sim.core.records import AccidentRecord, IncidentRecord
from sim.core.units import (
    DAYS_PER_YEAR,
    HOURS_PER_DAY,
    METRES_PER_KM,
    SECONDS_PER_HOUR,
    VKM_PER_MILLION,
    Floats,
    Ints,
)
from sim.driving.held_up import held_up
from sim.driving.violations import OTHERS, bit
from sim.engine import hooks
from sim.engine.accounting.tallies import Tallies
from sim.engine.world import World
from sim.interventions.cost import yearly_cny
from sim.risk.deaths import MANY, share_of_many
from sim.risk.mechanisms import CAPTURED, MECHANISMS, WITH_OTHERS
from sim.risk.parameters import SeverityParameters

Metrics = dict[str, float]
LEAST = 1e-300
"""Of a sum that is divided by, where there is nothing to share out."""


@dataclass(frozen=True, eq=False)
class Counted:
    """Counted accidents, without captures in escape ramps."""

    by_section: Ints
    """Shape (truck classes, directed sections)."""
    by_month: Ints
    """Of departure, shape (months,)."""


def counted_in(world: World, accidents: list[AccidentRecord]) -> Counted:
    """Accidents of the run, by where and when."""
    tallies = world.recorder.tallies
    found = [a for a in world.recorder.accidents if a.mechanism != CAPTURED]
    if len(found) != len(accidents):
        raise AssertionError("every accident has a record")
    by_section, by_month = (
        np.zeros(tallies.distance_m.shape, dtype=np.int64),
        np.zeros(len(tallies.trips), dtype=np.int64),
    )
    for accident in found:
        by_section[accident.truck_class, accident.section] += 1
        by_month[accident.month] += 1
    return Counted(by_section, by_month)


def metrics_of(
    world: World,
    accidents: list[AccidentRecord],
    captures: list[AccidentRecord],
    incidents: list[IncidentRecord],
    help_min: Floats,
    counted: Counted,
    rescue: float,
) -> Metrics:
    """All metrics of a run, each a finite number, or NaN where it may not exist.

    Raises
    ------
    ArithmeticError
        if one is neither
    """
    metrics = (
        _of_traffic(world, accidents, captures, counted)
        | _centre_metrics(world)
        | _incident_metrics(incidents, help_min)
        | _expected_consequences(world, rescue)
        | _of_followers(world)
        | _cost(world)
        | _measured(world)
    )
    wrong = {name: v for name, v in metrics.items() if not (isfinite(v) or (isnan(v) and may_not_exist(name)))}
    if wrong:
        raise ArithmeticError(f"metrics that are no finite numbers: {wrong}")
    return metrics


def _rate(count: float, distance_m: float) -> float:
    """Per million vehicle-km."""
    return count / (distance_m / METRES_PER_KM) * VKM_PER_MILLION if distance_m > 0.0 else nan


def _of_traffic(
    world: World, accidents: list[AccidentRecord], captures: list[AccidentRecord], counted: Counted
) -> Metrics:
    """Persons injured and property lost in escape ramps count too."""
    tallies = world.recorder.tallies
    distance, expected = float(tallies.distance_m.sum()), float(tallies.accidents.sum())
    candidates, violations = int(tallies.candidates.sum()), int(tallies.violations.sum())
    metrics: Metrics = {
        "accident_rate_per_million_vkm": _rate(len(accidents), distance),
        RATE: _rate(expected, distance),
        "accidents": float(len(accidents)),
        "expected_accidents": expected,
        "fatal_accidents": float(sum(a.deaths > 0 for a in accidents)),
        "accidents_killing_3": float(sum(a.deaths >= MANY for a in accidents)),
        "deaths": float(sum(a.deaths for a in accidents)),
        "injuries": float(sum(a.injuries for a in (*accidents, *captures))),
        "property_loss_cny": float(sum(a.property_loss_cny for a in (*accidents, *captures))),
        "vehicle_km": distance / METRES_PER_KM,
        "vehicle_hours": float(tallies.duration_s.sum()) / SECONDS_PER_HOUR,
        "waiting_hours": float(tallies.waited_s.sum()) / SECONDS_PER_HOUR,
        "trips": float(tallies.trips.sum()),
        "candidate_trips": float(candidates),
        "violations": float(violations),
        "compliance_rate": 1.0 - violations / candidates if candidates else nan,
        "repeat_offence_share": world.violation_log.repeated_share,
        "ramp_captures": float(len(captures)),
        "expected_ramp_captures": float(tallies.hazard[CAPTURED:].sum()),
    } | {f"{kind}_trips": float(counts.sum()) for kind, counts in tallies.other_violations.items()}
    return metrics | _by_road_class(world, counted) | _by_truck_class(world, counted) | _by_mechanism(tallies)


def _centre_metrics(world: World) -> Metrics:
    """Alarms, drivers reached, time from entry to the first word that reached the driver or until he is gone, load."""
    alarms = world.alarms
    waits_s, reached_s = map(np.sort, alarms.waits_s)
    staffed = world.centre.staffed_s(days_with_centre(world))
    return {
        "alarms": float(len(alarms)),
        "contacts": float(len(reached_s)),
        "left_at_exit": float(alarms.count("leave_s")),
        "interceptions": float(alarms.count("intercept_s")),
        "mean_response_s": float(np.mean(waits_s)) if len(reached_s) else nan,
        "operator_utilisation": world.centre.busy_s / staffed if staffed else nan,
        "other_work_given_up": float(world.centre.given_up),
    } | _of_ongoing(world)


def _of_ongoing(world: World) -> Metrics:
    """Alarms on other violations, those given up after one; nothing where nobody answers them."""
    answered = [row for row in OTHERS if (world.answered & bit(row.name)).any()]
    found: Metrics = {}
    for row in answered:
        alarms = world.alarms_of[row.name]
        found[f"{row.name}_alarms"] = float(len(alarms))
        found[f"{row.name}_contacts"] = float(len(alarms.waits_s[1]))
        found[f"{row.name}_given_up"] = float(alarms.count("leave_s"))
    return found


def days_with_centre(world: World) -> int:
    """Recorded days on which there is a control centre."""
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
    severity, tallies = world.scenario.severity, world.recorder.tallies
    accidents = tallies.accidents.sum(axis=(1, 2)).tolist()
    captures = float(tallies.hazard[CAPTURED:].sum())
    hurt = [
        min(injured, max(1.0 - fatal * rescue, 0.0)) * persons
        for injured, fatal, persons in zip(
            severity.injury_share, severity.fatal_share, severity.injuries_per_injury, strict=True
        )
    ]
    median_loss = _sum_of_products(accidents, severity.median_loss_cny) + captures * severity.capture_median_loss_cny
    deaths = _deaths_by_mechanism(tallies, severity)
    fatal, killing_3 = (own * rescue for own in _fatal_accidents(deaths, severity))
    return {
        "expected_fatal_accidents": fatal,
        "expected_accidents_killing_3": killing_3,
        "chance_of_accident_killing_3": _chance_in_a_year(killing_3, world.horizon.days - world.horizon.warm_up_days),
        "expected_deaths": float(tallies.deaths.sum()) * rescue,
        "expected_deaths_of_others": _deaths_of_others(deaths, severity) * rescue,
        "expected_injuries": _sum_of_products(accidents, hurt) + captures * severity.capture_injury_share,
        "expected_property_loss_cny": median_loss * float(portable.exp(severity.loss_log_sd**2 / 2.0)),
    }


Shared = tuple[list[float], list[float], float]
"""Deaths in accidents with others by mechanism; those in accidents of one truck as shares to be, and their sum."""


def _deaths_of_others(deaths: Shared, severity: SeverityParameters) -> float:
    """Of persons who are not in the truck, if help comes at the reference time."""
    with_others, alone, left = deaths
    share_alone = _sum_of_products(alone, severity.others_share) / max(sum(alone), LEAST)
    return _sum_of_products(with_others, severity.others_share) + left * share_alone


def _deaths_by_mechanism(tallies: Tallies, severity: SeverityParameters) -> Shared:
    """Expected deaths if help comes at the reference time.

    Deaths by mechanism follow from the accidents where they don't go with the truck's speed. Those left are shared out
    among the other mechanisms by accidents, fatal shares and deaths each.
    """
    accidents = tallies.accidents.sum(axis=(1, 2)).tolist()
    usual = [
        n * min(p, 1.0) * d for n, p, d in zip(accidents, severity.fatal_share, severity.deaths_per_fatal, strict=True)
    ]
    with_others = [usual[m] if m in WITH_OTHERS else 0.0 for m in range(len(MECHANISMS))]
    alone = [0.0 if m in WITH_OTHERS else usual[m] for m in range(len(MECHANISMS))]
    return with_others, alone, max(float(tallies.deaths.sum()) - sum(with_others), 0.0)


def _fatal_accidents(deaths: Shared, severity: SeverityParameters) -> tuple[float, float]:
    """Fatal accidents and those with three or more deaths, if help comes at the reference time."""
    with_others, alone, left = deaths
    part = left / max(sum(alone), LEAST)
    fatal = [
        (own + part * single) / persons
        for own, single, persons in zip(with_others, alone, severity.deaths_per_fatal, strict=True)
    ]
    return sum(fatal), _sum_of_products(fatal, [share_of_many(persons) for persons in severity.deaths_per_fatal])


def _chance_in_a_year(expected: float, days: int) -> float:
    """Of at least one where so many are expected in some days, as in a Poisson process."""
    return 1.0 - float(portable.exp(-expected * DAYS_PER_YEAR / days))


def _sum_of_products(one: Sequence[float], other: Sequence[float]) -> float:
    """In one order on every processor, which a product of matrices is not."""
    return float(sum(a * b for a, b in zip(one, other, strict=True)))


def _of_followers(world: World) -> Metrics:
    """Time of others behind trucks on two-lane roads; weather and night slow them as they slow trucks."""
    scenario, tallies = world.scenario, world.recorder.tallies
    recorded = world.hours.state[world.horizon.warm_up_days * HOURS_PER_DAY :]
    slower = fsum(world.hours.speed_factor[recorded].tolist()) / len(recorded)
    of_run = partial(
        held_up,
        world.network.ways,
        world.network.sections,
        replace(world.others, speed_ms=world.others.speed_ms * slower),
        scenario.traffic,
        (tallies.distance_m, world.moving_s()),
        tallies.departures,
    )
    parts = [(share, of_run(factor)) for share, factor in world.passing_factors()]
    return {
        "follower_delay_hours": fsum(share * part.hours for share, part in parts),
        "followers_per_truck": fsum(share * part.behind for share, part in parts),
    }


def _cost(world: World) -> Metrics:
    """Cost of all interventions over the recorded days on which they are in force, capital as a yearly annuity."""
    rate, total, of_carriers = world.scenario.valuation.discount_rate, 0.0, 0.0
    for active in world.active:
        intervention, cost = active.intervention, active.intervention.cost
        if intervention.strength > 0.0:
            days = active.days_within(world.horizon.warm_up_days, world.horizon.days)
            paid = hooks.units(intervention, world.site) * yearly_cny(cost, rate) * days / DAYS_PER_YEAR
            total += paid
            of_carriers += paid if (cost.paid_by or intervention.payer) == "carriers" else 0.0
    return {
        "cost_cny": total,
        "cost_to_carriers_cny": of_carriers,
        "tolls_cny": _tolls_cny(world),
        "penalties": float(world.penalties),
    }


def _tolls_cny(world: World) -> float:
    """What trucks paid for the kilometres that they drove, at the mean toll of the days where it changes."""
    driven_m = world.recorder.tallies.distance_m.sum(axis=0)
    return fsum((driven_m * world.toll_cny_per_km[world.network.sections.way]).tolist()) / METRES_PER_KM


def _measured(world: World) -> Metrics:
    """What interventions measure of themselves."""
    past = world.whole_past()
    expected = world.recorder.tallies.monthly_accidents
    return {
        f"{a.intervention.kind}_{name}": value
        for a in world.active
        if a.intervention.strength > 0.0
        for name, value in hooks.measured(a.intervention, world.site, past, expected).items()
    }


def _by_road_class(world: World, counted: Counted) -> Metrics:
    """Where exposure and accidents are: by class of road, and those of semi-trailers."""
    tallies, road_class = world.recorder.tallies, world.network.sections.road_class
    hazard = tallies.accidents.sum(axis=0)
    metrics: Metrics = {}
    for number, name in enumerate(world.network.road.class_names):
        here = road_class == number
        metrics |= _shares(name, tallies.distance_m[:, here], hazard[:, here], counted.by_section[:, here])
    semi = [number for number, name in enumerate(world.class_names) if world.scenario.fleet.is_semi(name)]
    return metrics | _shares("semi", tallies.distance_m[semi], hazard[semi], counted.by_section[semi])


def _shares(name: str, distance_m: Floats, hazard: Floats, counted: Ints) -> Metrics:
    return {
        f"vehicle_km_{name}": float(distance_m.sum()) / METRES_PER_KM,
        f"expected_accidents_{name}": float(hazard.sum()),
        f"accidents_{name}": float(counted.sum()),
    }


def _by_truck_class(world: World, counted: Counted) -> Metrics:
    """Exposure and accidents of the classes that the fleet has."""
    tallies, metrics = world.recorder.tallies, Metrics()
    hazard = tallies.accidents.sum(axis=0)
    for number, name in enumerate(world.class_names):
        if name in world.scenario.fleet.classes:
            metrics |= {
                f"truck_km_{name}": float(tallies.distance_m[number].sum()) / METRES_PER_KM,
                f"truck_expected_accidents_{name}": float(hazard[number].sum()),
                f"truck_accidents_{name}": float(counted.by_section[number].sum()),
            }
    return metrics


def _by_mechanism(tallies: Tallies) -> Metrics:
    return {f"expected_{name}": float(tallies.hazard[n].sum()) for n, name in enumerate(MECHANISMS)}
