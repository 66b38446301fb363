"""Followers on two-lane roads against the Highway Capacity Manual's mountain road."""

import numpy as np
import pytest

from sim.evidence.verification import MOUNTAIN_ROAD, MOUNTAIN_ROAD_FLOW_PER_H
from sim.risk.followers import (
    Segment,
    followers_at_a_quarter,
    followers_at_capacity,
    free_flow_mph,
    percent_followers,
    vertical_class,
)


@pytest.mark.parametrize("known", MOUNTAIN_ROAD, ids=lambda known: f"segment {known.number}")
def test_the_manuals_mountain_road(known) -> None:
    """To the digit from the free-flow speeds as they are printed; of the last segment's followers the manual has 78.5
    where its own m and p, -1.317 and 0.760, give 78.43."""
    assert vertical_class(known.length_miles, known.grade_pct) == known.vertical_class
    bare = Segment(known.length_miles, known.grade_pct, 0.0, 8.0, passing_lane=known.passing_lane)
    assert round(free_flow_mph(55.0, bare), 1) == known.free_flow_mph
    segment = bare._replace(free_flow_mph=known.free_flow_mph)
    assert round(followers_at_capacity(segment), 2) == pytest.approx(known.at_capacity_pct, abs=1e-9)
    assert round(followers_at_a_quarter(segment), 2) == pytest.approx(known.at_a_quarter_pct, abs=1e-9)
    found = percent_followers(MOUNTAIN_ROAD_FLOW_PER_H, segment)
    assert found == pytest.approx(known.followers_pct, abs=0.05 if known.number < 6 else 0.07)


@pytest.mark.parametrize(
    ("length", "opposing", "speed"), [(2.0, 1500.0, 51.8524), (1.0, 1500.0, 53.95195), (2.0, 0.0, 54.3252)]
)
def test_the_free_flow_speed_on_the_steepest_slopes(length, opposing, speed) -> None:
    """Equations 15-2 to 15-4 by hand, class 5, 50 mile/h posted, a tenth heavy.

    57 - 10 (-0.38360 + 0.01074 x 57 + 0.01945 L + max(0, -0.69848 + 0.01069 x 57 + 0.12700 L) v / 1000).
    """
    slope = Segment(length, 9.0, 0.0, 10.0, opposing_per_h=opposing)
    assert slope.vertical_class == 5
    assert free_flow_mph(50.0, slope) == pytest.approx(speed, abs=2e-4)


def test_there_are_more_followers_in_more_traffic_and_on_steeper_slopes() -> None:
    flows = (5.0, 50.0, 200.0, 800.0, 1700.0)
    for grade in (-7.0, -4.0, 0.0, 4.0, 7.0):
        found = np.array([percent_followers(flow, Segment(1.0, grade, 55.0, 15.0)) for flow in flows])
        assert np.all(np.diff(found) > 0.0)
        assert found[0] < 12.0
        assert found[-1] < 100.0
    by_grade = [percent_followers(400.0, Segment(1.0, grade, 55.0, 15.0)) for grade in (0.0, 4.0, 7.0)]
    assert by_grade[0] < by_grade[1] < by_grade[2]


def test_oncoming_traffic_and_a_ban_on_passing_make_followers() -> None:
    free, busy, banned = (Segment(1.0, 0.0, 55.0, 10.0, opposing) for opposing in (50.0, 600.0, 1500.0))
    assert percent_followers(400.0, free) < percent_followers(400.0, busy) < percent_followers(400.0, banned)


def test_every_slope_has_a_class_and_steeper_or_longer_ones_no_lower_one() -> None:
    """But for the exhibit's own steps where a class is left out."""
    for sign in (1.0, -1.0):
        for length in (0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 1.0, 3.0):
            classes = [vertical_class(length, sign * grade) for grade in np.arange(0.0, 12.1, 0.25)]
            assert classes[0] == 1
            assert np.all(np.diff(classes) >= 0)
            assert max(classes) <= 5
