"""Runaways by what trucks are like, on a real downgrade."""

from pathlib import Path

import numpy as np
import pytest

from sim.engine.replication import run_replication
from sim.physics import brake_temperature as brakes
from sim.scenario import load_scenario

SLOPE = load_scenario(Path(__file__).parents[2] / "scenarios/qidaoliang/baseline.yaml")
SEMI_TRIPS_PER_YEAR = 800_000
DAYS = 20
FAILURE_C = 677.0


def runaways(**changes: object) -> float:
    """Expected ones in some days."""
    return run_replication(SLOPE.changed({"days": DAYS, **changes}), 1, 0).metrics["expected_runaway"]


@pytest.fixture(scope="module")
def usual() -> float:
    return runaways()


def test_the_order_is_that_of_notorious_slopes(usual) -> None:
    """20 to 400 runaways in a million descents of semi-trailers: 78 were counted on I-70 in Colorado, 5 to 7 %."""
    assert 20.0 < usual / (SEMI_TRIPS_PER_YEAR * DAYS / 365) * 1e6 < 400.0


def test_no_cliff_within_the_range_of_engine_brakes() -> None:
    weak, strong = runaways(**{"speed.engine_brake_kw": 90}), runaways(**{"speed.engine_brake_kw": 160})
    assert 1.0 < weak / strong < 4.0


@pytest.mark.parametrize(
    ("key", "worse"),
    [
        ("speed.wrong_gear_share", 0.02),
        ("speed.wrong_gear_braking", 0.0),
        ("speed.wrong_gear_speed_factor", 1.5),
        ("speed.hot_brakes_least_factor", 1.0),
        ("fleet.brake_defect_share", 0.25),
        ("fleet.laden_fill", (0.9, 0.95, 1.0)),
        ("demand.overloaded_share", 0.3),
        ("risk.brake_failure_c", 550.0),
    ],
)
def test_directions(usual, key, worse) -> None:
    assert runaways(**{key: worse}) > usual


def test_cold_brakes_never_fail_and_hot_ones_surely_do() -> None:
    temperature = np.array([-20.0, 66.0, brakes.LIMIT_C, 900.0, 2000.0])
    expected = brakes.failure_hazard(temperature, np.zeros(5), FAILURE_C)
    assert expected[:3].tolist() == [0.0, 0.0, 0.0]
    assert 1.0 < expected[3] < expected[4] == brakes.MOST_FAILURES


def test_who_asks_for_more_fails_sooner() -> None:
    hot = np.full(4, 450.0)
    expected = brakes.failure_hazard(hot, np.array([0.0, 0.1, 0.5, 3.0]), FAILURE_C)
    assert np.all(np.diff(expected) > 0.0)
    assert expected[0] == pytest.approx(((450.0 - 260.0) / (677.0 - 260.0)) ** 4, rel=1e-12)
