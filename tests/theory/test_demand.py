"""Arrivals follow the profile: chi-square tests against the declared shares."""

from datetime import date

import numpy as np
from scipy.stats import chisquare

from sim.core.calendar import Horizon
from sim.core.random_streams import Streams
from sim.core.vocabulary import STANDARD_TRUCK_CLASSES
from sim.engine.trips.access import Variants
from sim.engine.trips.generation import TripSource
from sim.engine.trips.route_choice import Choices
from sim.inputs.fleet import draw_roster
from sim.inputs.network import Network, corridors

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
