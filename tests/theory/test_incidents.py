"""What follows an accident, against its formulas: when it is known, who comes when, when the road is free."""

import numpy as np
import pytest
from scipy.stats import lognorm, norm

from sim.core.random_streams import PLACE_BITS
from sim.engine.accounting.recorder import Accident
from sim.engine.incidents import (
    Rescuers,
    clearance_s,
    clock_s,
    incidents_of,
    mean_rescue_factor,
    ordinary_rescue_factor,
    time_to_help_min,
    time_to_medical_help_min,
    uniform,
)
from sim.engine.world import World
from sim.risk.mechanisms import CAPTURED, MECHANISMS
from sim.risk.severity import Consequences

HOUR_S = 3600.0
BY_THE_EXPRESSWAY_S = 1.0 / 40.0 * 3600.0 + 9.0 / 80.0 * 3600.0
"""From the town to the north: the connector, then the northern expressway."""
RUNAWAY, REAR_END = MECHANISMS.index("runaway"), MECHANISMS.index("rear_end")


def accident(world: World, number: int, *, mechanism: int = RUNAWAY, hour: float = 12.0, section: int = 2) -> Accident:
    """On the day and at the place that the number gives, on a section."""
    day, place = number % 18, number // 18
    return Accident(
        time_s=day * 24 * HOUR_S + hour * HOUR_S,
        trip_id=day << PLACE_BITS | place,
        month=0,
        truck_class=0,
        driver=0,
        section=section,
        position_m=100.0,
        mechanism=mechanism,
        speed_ms=float(world.network.sections.limit_ms[section]) + 5.0,
        severity_uniforms=(0.5, 0.5, 0.5),
    )


@pytest.fixture
def world(small) -> World:
    return World(small(), 5, 0)


@pytest.fixture
def with_squads(small):
    """One squad a node, far from each other in time, on every accident's day."""

    def build(**squads) -> World:
        return World(small(interventions={"rapid_response": {"at": ["town", "south"], **squads}}), 5, 0)

    return build


def quantile_of(world: World, one: Accident, what: str) -> float:
    return uniform(world, one, f"incident.{what}")


def test_police_come_after_detection_turnout_and_a_drive(world) -> None:
    accidents, rules = [accident(world, n) for n in range(60)], world.scenario.incident
    rescuers = Rescuers(world, accidents)
    for one, known in zip(accidents, rescuers.help, strict=True):
        detection_s = -60.0 * rules.detection_mean_min * np.log(1.0 - quantile_of(world, one, "detection"))
        drive = lognorm(rules.response_log_sd, scale=rules.response_median_min).ppf(quantile_of(world, one, "response"))
        assert known.detected_s == pytest.approx(clock_s(world, one) + detection_s, rel=1e-12)
        expected_s = known.detected_s + 60.0 * (rules.turnout_min + drive)
        assert (known.arrived_s, known.ordinary_s, known.medical_s) == pytest.approx((expected_s,) * 3, rel=1e-12)
    help_min = time_to_help_min(world, accidents, rescuers)
    since_s = [known.arrived_s - clock_s(world, one) for one, known in zip(accidents, rescuers.help, strict=True)]
    assert help_min == pytest.approx(np.array(since_s) / 60.0)
    spread = np.sqrt(rules.detection_mean_min**2 + (rules.usual_help_min - rules.turnout_min) ** 2)
    assert help_min.mean() == pytest.approx(rules.usual_help_min, abs=4.0 * spread / np.sqrt(60))


def test_a_squad_comes_from_either_end_of_the_link_and_clears_faster(with_squads) -> None:
    """By the limits: over the links to an end, and from there along its own; here round by the north, too."""
    world = with_squads(turnout_min=15.0, speed_factor=1.25, medical_share=1.0, clearance_factor=0.7)
    rules, table = world.scenario.incident, world.network.sections
    way = next(way for way in world.network.ways if way.link.name == "upper" and way.forward)
    accidents = [accident(world, n, section=way.first + n % 8) for n in range(18)]
    rescuers, times_s = Rescuers(world, accidents), table.length_m / table.limit_ms
    by_squad = 0
    for one, known in zip(accidents, rescuers.help, strict=True):
        to_town_s, to_north_s = times_s[one.section : way.stop].sum(), times_s[way.first : one.section].sum()
        drive_s = min(to_town_s, BY_THE_EXPRESSWAY_S + to_north_s) / 1.25 + 900.0
        squad_s = known.detected_s + drive_s
        assert known.by_squad == (squad_s < known.ordinary_s)
        assert known.arrived_s == pytest.approx(min(squad_s, known.ordinary_s), rel=1e-12)
        assert known.medical_s == known.arrived_s
        assert rescuers.clearance_factor(known) == (0.7 if known.by_squad else 1.0)
        median = lognorm(rules.clearance_log_sd, scale=rules.clearance_median_min)
        assert clearance_s(world, one) == pytest.approx(60.0 * median.ppf(quantile_of(world, one, "clearance")))
        by_squad += known.by_squad
    assert 0 < by_squad < 18


def test_a_squad_is_busy_until_the_road_is_free(with_squads) -> None:
    """Of two accidents on one section five minutes apart, the second waits for the squad or gets the police."""
    world = with_squads(device_detection_min=1.0)
    first, second = accident(world, 0), accident(world, 18, hour=12.0 + 1.0 / 12.0)
    alone, together = Rescuers(world, [second]).help[0], Rescuers(world, [first, second])
    busy_until_s = together.help[0].arrived_s + 0.8 * clearance_s(world, first)
    assert alone.by_squad
    assert together.help[0].by_squad
    assert together.help[1].arrived_s > alone.arrived_s
    drive_s = alone.arrived_s - alone.detected_s
    assert together.help[1].arrived_s == pytest.approx(min(busy_until_s + drive_s, together.help[1].ordinary_s))


def test_deaths_go_with_medical_help_weighted_by_what_is_deadly(with_squads) -> None:
    """The ratio of sums over accidents with squads and without, times the mean without."""
    world = with_squads(medical_share=0.5)
    rules, severity = world.scenario.incident, world.scenario.severity
    accidents = [accident(world, n, mechanism=RUNAWAY if n % 3 else REAR_END) for n in range(40)]
    accidents.append(accident(world, 41, mechanism=CAPTURED))
    rescuers = Rescuers(world, accidents)

    def factor(minutes):
        low, growth = rules.rescue_lowest_factor, rules.rescue_growth_per_min
        return np.clip(np.exp(growth * (np.array(minutes) - rules.usual_help_min)), low, 1.0 / low)

    deadly = [
        0.0
        if a.mechanism == CAPTURED
        else severity.fatal_share[a.mechanism]
        * severity.deaths_per_fatal[a.mechanism]
        * (np.exp(severity.fatal_growth_per_kmh * 18.0) if a.mechanism == RUNAWAY else 1.0)
        for a in accidents
    ]
    ordinary = [(k.ordinary_s - clock_s(world, a)) / 60.0 for a, k in zip(accidents, rescuers.help, strict=True)]
    medical = time_to_medical_help_min(world, accidents, rescuers)
    assert (medical <= np.array(ordinary)).all()
    assert (medical < np.array(ordinary)).any()
    expected = ordinary_rescue_factor(rules) * np.dot(deadly, factor(medical)) / np.dot(deadly, factor(ordinary))
    assert mean_rescue_factor(world, accidents, rescuers) == pytest.approx(expected, rel=1e-6)
    assert mean_rescue_factor(world, accidents, rescuers) < ordinary_rescue_factor(rules)


def test_the_mean_factor_without_squads_is_that_of_drawn_times(world) -> None:
    rules, generator, count = world.scenario.incident, np.random.default_rng(4), 400_000
    minutes = (
        generator.exponential(rules.detection_mean_min, count)
        + rules.turnout_min
        + rules.response_median_min * np.exp(rules.response_log_sd * norm.rvs(size=count, random_state=generator))
    )
    low, growth = rules.rescue_lowest_factor, rules.rescue_growth_per_min
    factors = np.clip(np.exp(growth * (minutes - rules.usual_help_min)), low, 1.0 / low)
    assert ordinary_rescue_factor(rules) == pytest.approx(factors.mean(), abs=4.0 * factors.std() / np.sqrt(count))


def test_closures_go_by_severity_and_last_until_the_road_is_free(world) -> None:
    """Shares of closures within four standard errors; what ends in a ramp closes nothing."""
    count, shares = 360, world.scenario.incident.closure_share
    accidents = [accident(world, n) for n in range(count)]
    rescuers = Rescuers(world, accidents)
    nobody, one = np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64)
    for share, deaths, injuries in zip(shares, (one, nobody, nobody), (nobody, one, nobody), strict=True):
        what = Consequences(deaths, injuries, np.zeros(count))
        found = incidents_of(world, accidents, rescuers, what)
        closed = np.array([record.closed for record in found])
        assert closed.mean() == pytest.approx(share, abs=4.0 * np.sqrt(share * (1.0 - share) / count) + 1e-12)
        for record, known, own in zip(found, rescuers.help, accidents, strict=True):
            assert record.cleared_s + world.horizon.zero_s == pytest.approx(known.arrived_s + clearance_s(world, own))
            assert record.detected_s == known.detected_s - world.horizon.zero_s
            assert record.closed or record.waiting == record.diverted == record.delay_s == 0
    ramp = [accident(world, 0, mechanism=CAPTURED)]
    assert incidents_of(world, ramp, Rescuers(world, ramp), Consequences(one[:1], one[:1], np.zeros(1))) == []
