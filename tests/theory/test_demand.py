"""Arrivals follow the profile: chi-square tests against the declared shares."""

from datetime import date

import numpy as np
from scipy.stats import chisquare

from sim.core.calendar import Horizon
from sim.core.random_streams import Streams
from sim.core.vocabulary import STANDARD_TRUCK_CLASSES
from sim.engine.replication import run_replication
from sim.engine.trips.access import Variants
from sim.engine.trips.generation import TripSource
from sim.engine.trips.route_choice import Choices
from sim.engine.world import World
from sim.inputs.fleet import draw_roster
from sim.inputs.network import Network, corridors
from sim.risk.fatigue import mean_tired_factor, tired_factor

LOWEST_P = 0.001


def table(scenario, days):
    horizon = Horizon(scenario.start_date, days)
    streams = Streams(21, 0)
    network = Network(scenario.road)
    choices = Choices([network], scenario.demand, STANDARD_TRUCK_CLASSES, scenario.behaviour)
    roster = draw_roster(scenario.fleet, streams)
    nobody = Variants(np.zeros(days, dtype=np.int64), np.zeros((1, roster.size), dtype=bool))
    source = TripSource(scenario, horizon, choices, roster, streams, nobody, corridors(scenario.road))
    return source.draw(range(days)), horizon, source


def test_hours_weekdays_and_flows_follow_the_profile(small) -> None:
    scenario = small(start_date=date(2025, 1, 6).isoformat(), days=182)
    trips, horizon, source = table(scenario, 182)
    hour = (trips.departure_s % 86400 // 3600).astype(int)
    weights = np.array(scenario.demand.hourly_weights)
    expected = weights / weights.sum() * len(trips)
    assert chisquare(np.bincount(hour, minlength=24), expected).pvalue > LOWEST_P

    by_day = np.bincount(trips.day, minlength=182)
    means = np.array([source.mean_trips(day) for day in range(182)])
    dispersion = ((by_day - means) ** 2 / means).sum()
    assert abs(dispersion - 182) < 3.5 * np.sqrt(2 * 182)  # chi-square with 182 degrees of freedom

    weekday = np.bincount(horizon.weekday[trips.day], minlength=7)
    weekly = np.array(scenario.demand.weekly_weights)
    assert chisquare(weekday, weekly / weekly.sum() * len(trips)).pvalue > LOWEST_P


def test_classes_have_their_shares(small) -> None:
    scenario = small()
    trips, _, _ = table(scenario, 60)
    shares = np.array([35000, 15000, 0, 40000]) / 90000
    counts = np.bincount(trips.truck_class, minlength=4)
    assert counts[2] == 0
    assert chisquare(counts[[0, 1, 3]], shares[[0, 1, 3]] * len(trips)).pvalue > LOWEST_P


def test_within_an_hour_departures_are_uniform(small) -> None:
    trips, _, _ = table(small(), 60)
    minute = (trips.departure_s % 3600 // 60).astype(int)
    assert chisquare(np.bincount(minute, minlength=60)).pvalue > LOWEST_P


def test_drivers_drive_trucks_of_their_class(small) -> None:
    scenario = small()
    trips, _, _ = table(scenario, 10)
    roster = draw_roster(scenario.fleet, Streams(21, 0))
    assert (roster.truck_class[trips.driver] == trips.truck_class).all()


def test_one_more_day_leaves_the_days_before_as_they_were(small) -> None:
    """The next day's trips touch none of these."""
    short, _, _ = table(small(days=10), 10)
    long, _, _ = table(small(days=11), 11)
    first = long.pick(long.day < 10)
    assert (first.trip_id == short.trip_id).all()
    assert (first.threshold == short.threshold).all()


SUMMER = (0.2, 0.2, 0.5, 1.0, 1.5, 2.0, 2.5, 2.5, 1.5, 1.0, 0.5, 0.2)
MORNING, WEEKDAYS = (0.0,) * 5 + (4.0,) * 5 + (1.0,) * 14, (1.0,) * 5 + (0.0,) * 2


def test_each_flow_keeps_its_own_hours_weekdays_and_months(small) -> None:
    """Two directions of a class that differ in all three, beside one without weights of its own."""
    flows = [
        {"origin": "north", "destination": "south", "trips_per_year": {"rigid": 60_000}},
        {
            "origin": "south",
            "destination": "north",
            "trips_per_year": {"rigid": 40_000, "local_semi": 10_000},
            "hourly_weights": MORNING,
            "weekly_weights": WEEKDAYS,
            "monthly_weights": SUMMER,
        },
    ]
    scenario = small(start_date="2025-01-06", days=364, demand__flows=flows, demand__hourly_weights_semi=[1.0] * 24)
    trips, horizon, source = table(scenario, 364)
    means = np.array([source.mean_trips(day) for day in range(364)])
    dispersion = ((np.bincount(trips.day, minlength=364) - means) ** 2 / means).sum()
    assert abs(dispersion - 364) < 3.5 * np.sqrt(2 * 364)  # chi-square with 364 degrees of freedom
    index = source._choices.index[0, 0]
    places = [index[number][index[number] >= 0] for number in range(2)]
    back = np.isin(trips.choice, places[1])
    assert set(places[0].tolist()).isdisjoint(places[1].tolist())
    assert abs(back.mean() - 5.0 / 11.0) < 4.0 * np.sqrt(0.25 / len(trips))
    weekday, month = horizon.weekday[trips.day], horizon.month_of_year[trips.day]
    hour = (trips.departure_s % 86400 // 3600).astype(int)
    plain = scenario.demand
    for own, hours, days in (
        (~back, plain.hourly_weights, plain.weekly_weights),
        (back, MORNING, WEEKDAYS),
    ):
        for found, weights in ((hour, hours), (weekday, days)):
            share = np.array(weights) / sum(weights)
            some = share > 0.0
            counts = np.bincount(found[own], minlength=len(weights))
            assert counts[~some].sum() == 0
            assert chisquare(counts[some], share[some] * own.sum()).pvalue > LOWEST_P
    working = np.array(WEEKDAYS)[horizon.weekday] * np.array(SUMMER)[horizon.month_of_year]
    expected = np.bincount(horizon.month_of_year, working, 12)
    assert chisquare(np.bincount(month[back], minlength=12), expected / expected.sum() * back.sum()).pvalue > LOWEST_P


def test_a_flow_with_the_demands_own_weights_is_one_without(small) -> None:
    weights = {"weekly_weights": list(small().demand.weekly_weights), "monthly_weights": [1.0] * 12}
    flows = [
        {**flow.model_dump(), **weights, "hourly_weights": list(small().demand.hourly_weights)}
        for flow in small().demand.flows
    ]
    plain, same = (run_replication(scenario, 3, 0).metrics for scenario in (small(), small(demand__flows=flows)))
    assert repr(plain) == repr(same)


def test_alarms_of_devices_come_in_the_months_of_their_trucks(small) -> None:
    """All trips of the year are in July: device-km go with them."""
    only = {"origin": "south", "destination": "north", "trips_per_year": {"local_semi": 36_500}}
    scenario = small(
        start_date="2025-06-16", days=30, demand__flows=[{**only, "monthly_weights": [0] * 6 + [1] + [0] * 5}]
    )
    world = World(scenario, 1, 0)
    km = [float(world._exposure.equipped_km(day).sum()) for day in (0, 14, 15, 29)]
    assert km[:2] == [0.0, 0.0]
    assert km[2] > 0.0
    assert km[3] > 0.0


def test_hours_of_a_flow_move_no_level_of_tiredness(small) -> None:
    """All at night or all at noon: the mean factor follows, so that expected accidents stay those of the manual."""
    night, noon = ([1.0] * 5 + [0.0] * 19, [0.0] * 11 + [1.0] * 3 + [0.0] * 10)
    means = []
    for weights in (night, noon):
        flows = [{**flow.model_dump(), "hourly_weights": weights} for flow in small().demand.flows]
        scenario = small(demand__flows=flows)
        trips, _, _ = table(scenario, 20)
        tired = tired_factor(scenario.risk, trips.hours_driven, trips.departure_s % 86400 / 3600)
        own = mean_tired_factor(scenario.risk, scenario.demand, scenario.fleet)
        error = tired.std() / np.sqrt(len(tired))
        assert abs(tired.mean() - own) < 4.0 * error
        means.append(own)
    assert means[0] > 1.2 * means[1]
