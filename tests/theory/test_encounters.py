"""Meeting others: what the formulas give against integrals, published tables and at their extremes."""

from datetime import date

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from sim.core.calendar import Horizon
from sim.driving.traffic import Traffic, flow_by_hour, overtaking_by_hour
from sim.risk import encounters, two_lane
from sim.risk.parameters import SeverityParameters
from sim.risk.severity import consequences

SPREAD = encounters.speed_spread(0.12)


def of_normal_speeds(ratio: float, cv: float) -> float:
    """Others that reach a vehicle at this ratio to their mean, per metre, over the mean of the flow."""
    z = (1.0 - ratio) / cv
    return cv * (z * norm.cdf(z) + norm.pdf(z)) / ratio / encounters.speed_spread(cv)


@pytest.mark.parametrize("cv", [0.08, 0.12, 0.18])
@pytest.mark.parametrize(("ratio", "off"), [(0.2, 0.03), (0.5, 0.03), (0.7, 0.06), (0.9, 0.04), (1.0, 0.13)])
def test_encounters_are_those_of_normal_speeds(ratio, off, cv) -> None:
    reached = float(encounters.times_reached(ratio, encounters.speed_spread(cv)))
    assert reached == pytest.approx(of_normal_speeds(ratio, cv), rel=off)


@pytest.mark.parametrize("cv", [0.05, 0.12, 0.18])
def test_where_all_drive_alike_the_mean_is_one(cv) -> None:
    """Over the vehicles that pass a place, of which fast ones have more than their share along the road."""
    spread = encounters.speed_spread(cv)

    def weighted(x: float) -> float:
        return x * norm.pdf(x, 1.0, cv) * float(encounters.times_reached(x, spread))

    assert quad(weighted, 1e-3, 3.0, points=[1.0], limit=500)[0] == pytest.approx(1.0, abs=1e-6)


def test_types_are_the_manuals_table() -> None:
    """Table 10-4: 14.2 % of accidents are rear-end, 1.6 % head-on, 30.7 % of several vehicles."""
    types = encounters.two_way_types()
    assert sum(types) == pytest.approx(1.0)
    per_accident = [share * two_lane.INVOLVED_PER_ACCIDENT for share in types]
    assert per_accident[1] == pytest.approx(2 * 0.142)
    passing_head_on = encounters.PASSING_HEAD_ON * 0.016
    assert per_accident[2] / 2.0 + passing_head_on == pytest.approx(0.016)
    assert per_accident[3] == pytest.approx(0.02)
    assert passing_head_on < 0.5 * per_accident[3]


def test_a_slower_truck_is_reached_more_often_and_a_fast_one_reaches_more() -> None:
    ratios = np.linspace(0.1, 1.4, 27)
    reached = encounters.times_reached(ratios, SPREAD)
    assert np.all(np.diff(reached) < 0.0)
    reaching = reached - encounters.more_reached_than_reaching(ratios, SPREAD)
    assert np.all(np.diff(reaching[ratios > 0.8]) > 0.0)
    assert (reaching > 0.0).all()
    assert reaching[ratios < 0.8].max() < 0.2 * reaching[-1]


def involvement(reduction_mph: float, mean_mph: float = 50.0) -> float:
    """All involvements of a truck by how much slower than the mean it is, over those at the mean."""
    ratio = np.array([1.0 - reduction_mph / mean_mph, 1.0])
    reached = encounters.times_reached(ratio, SPREAD)
    both = 2.0 * reached - encounters.more_reached_than_reaching(ratio, SPREAD)
    types = encounters.two_way_types()
    total = types.general + types.head_on + types.rear_end * both / 2.0 + types.overtaking * reached
    return float(total[0] / total[1])


def test_involvement_rises_ever_faster_and_far_less_than_the_u_curve() -> None:
    """Solomon's curve, on which the 10 mile/h rule for climbing lanes rests, has 2.4 times as many at 15 as at 10
    mile/h. It counts turning vehicles; whoever counts encounters alone finds a marked rise at crawl speeds only
    (St John and Harwood 1991: up to 22.5 mile/h)."""
    values = [involvement(reduction) for reduction in (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0)]
    assert np.all(np.diff(values) > 0.0)
    assert 1.1 < values[3] / values[2] < 2.4
    assert values[2] < 1.5  # 40 mile/h on a road for 50
    assert values[5] > 2.0  # 20 mile/h
    assert values[6] > 5.0  # 10 mile/h


def test_flow_is_one_for_the_mean_vehicle() -> None:
    """Weighted by the vehicles of each hour of a year with profiles of all three kinds."""
    traffic = Traffic(weekly_weights=(1, 1, 1, 1, 1.3, 0.9, 0.8), monthly_weights=(0.7,) * 6 + (1.3,) * 6)
    found = flow_by_hour(traffic, Horizon(date(2025, 1, 1), 365, 0))
    assert found.shape == (365 * 24,)
    assert (found**2).sum() / found.sum() == pytest.approx(1.0, rel=0.003)  # a year is a day longer than 52 weeks
    even = flow_by_hour(Traffic(hourly_weights=(1.0,) * 24), Horizon(date(2025, 1, 1), 10, 3))
    assert even == pytest.approx(1.0)


@pytest.mark.parametrize("aadt", [50.0, 2_000.0, 20_000.0])
def test_overtaking_is_one_for_the_mean_vehicle_and_dies_out_in_dense_traffic(aadt) -> None:
    traffic = Traffic()
    risk, share = overtaking_by_hour(traffic, aadt), np.array(traffic.hourly_weights) / sum(traffic.hourly_weights)
    assert (risk * share).sum() == pytest.approx(1.0)
    noon_over_night = risk[12] / risk[3]
    assert noon_over_night < (share[12] / share[3]) ** 2
    if aadt > 10_000.0:  # no gaps at noon: 22 s at 0.16 vehicles a second
        assert noon_over_night < 0.2 * (share[12] / share[3]) ** 2


def test_speed_above_the_limit_kills_nobody_more_where_others_take_part() -> None:
    count, parameters = 200_000, SeverityParameters()
    uniforms = np.random.default_rng(5).random((3, count))
    deaths = [
        consequences(np.full(count, 4), np.full(count, excess), uniforms, parameters).deaths.sum()
        for excess in (-40.0, 20.0)
    ]
    assert deaths[0] == deaths[1]
    expected = count * parameters.fatal_share[4] * parameters.deaths_per_fatal[4]
    assert deaths[0] == pytest.approx(expected, abs=5.0 * np.sqrt(expected * parameters.deaths_per_fatal[4]))
