"""Runaways by what trucks are like, on a real downgrade."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from sim.core.vocabulary import STANDARD_TRUCK_CLASSES
from sim.driving.plan import plan_of
from sim.driving.traits import NO_CARE_C
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.inputs.fleet import LADEN, LOADS
from sim.physics import brake_temperature as brakes
from sim.physics import runaway
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
        ("speed.hot_brakes_c", 320.0),
        ("speed.hot_brakes_sd_k", 60.0),
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


class TestSecondStage:
    """What comes of a truck without brakes on a slope of 1 km at 6 %, by what follows it."""

    SLOPE: ClassVar = {"length_km": 1.0, "grade_pct": -6.0, "speed_limit_kmh": 60}
    LEVEL: ClassVar = {"length_km": 4.5, "grade_pct": 0.0, "speed_limit_kmh": 60}

    def share(self, *after: dict[str, float], aadt: float = 1.0, **changes: object) -> float:
        """Of full trucks whose brakes fail on the slope that have an accident."""
        plain = SLOPE.model_dump(mode="json")["road"]
        link = {**plain["links"][0], "aadt": aadt, "road_class": "provincial", "sections": [self.SLOPE, *after]}
        scenario = SLOPE.changed({"road": {**plain, "links": [link]}, "days": 1, **changes})
        world = World(scenario, 1, 0)
        full = STANDARD_TRUCK_CLASSES.index("frequent_semi") * LOADS + LADEN
        return float(plan_of(world.conditions(0), world.choices.table.routes[0]).road.runaway_share[0, full])

    def test_a_long_level_road_saves_and_a_curve_before_it_does_not(self) -> None:
        curve = {"length_km": 0.3, "grade_pct": 0.0, "speed_limit_kmh": 60}
        bends = [self.share({**curve, "curve_radius_m": radius}, self.LEVEL) for radius in (400.0, 120.0, 60.0)]
        assert self.share(self.LEVEL) == pytest.approx(0.0, abs=1e-3)
        assert 0.0 <= bends[0] < bends[1] < bends[2] <= 1.0
        assert bends[2] > 0.9

    def test_traffic_in_the_way_grows_the_share(self) -> None:
        shares = [self.share(self.LEVEL, aadt=aadt) for aadt in (1.0, 2_000.0, 20_000.0)]
        assert shares[0] < shares[1] < shares[2]
        assert self.share(self.LEVEL, aadt=20_000.0, **{"risk.runaway_hit_share": 0.0}) == pytest.approx(0.0, abs=1e-3)

    def test_on_and_on_downhill_nobody_is_saved(self) -> None:
        steep = {**self.SLOPE, "length_km": 6.0}
        assert self.share(steep) == 1.0
        assert self.share({**steep, "length_km": 0.5}) == 1.0

    def test_speed_without_brakes_by_hand(self) -> None:
        """6 % for 100 m from 10 m/s with 40 t and no engine brake: 2 g i L less what drag takes."""
        drag_n = brakes.DRAG_N + brakes.DRAG_N_PER_MS2 * 100.0
        by_hand = np.sqrt(100.0 + 2.0 * 9.80665 * 0.06 * 100.0 - 2.0 * drag_n * 100.0 / 40_000.0)
        assert runaway.speed_after_ms(10.0, 100.0, -0.06, 40_000.0, 0.0) == pytest.approx(by_hand, rel=1e-9)

    @pytest.mark.parametrize("grade", [-0.15, -0.01, 0.0, 0.15])
    @pytest.mark.parametrize("speed_ms", [0.0, 1.0, 45.0])
    def test_speeds_at_the_extremes(self, grade, speed_ms) -> None:
        found = runaway.speed_after_ms(np.array([speed_ms]), 100.0, grade, np.array([8_000.0]), 400_000.0)
        assert np.isfinite(found).all()
        assert 0.0 <= found[0] < 60.0

    def test_nobody_is_caught_up_with_who_is_faster(self) -> None:
        assert runaway.catching_up_per_m(10.0, 15.0, 0.1) == 0.0
        assert runaway.catching_up_per_m(30.0, 15.0, 0.1) == pytest.approx(0.1 * (1.0 / 15.0 - 1.0 / 30.0))


@pytest.mark.parametrize("mass_kg", [36_000.0, 49_000.0, 60_000.0])
@pytest.mark.parametrize("grade", [-0.03, -0.05, -0.08])
@pytest.mark.parametrize("brake_c", [66.0, 180.0, 240.0])
def test_at_the_bearable_speed_brakes_come_to_what_is_borne(mass_kg, grade, brake_c) -> None:
    """Driven on for what is looked ahead they are no hotter, and hardly less where that speed binds."""
    held_ms, distance_m, retarding_w = 14.0, 5000.0, 99_000.0
    ahead = brakes.share_gone(held_ms, distance_m)
    speed = brakes.bearable_speed_ms(mass_kg, grade, retarding_w, brake_c, 250.0, ahead)
    steady = brakes.steady_temperature_c(brakes.braking_power_w(mass_kg, grade, speed, retarding_w), speed)
    end = brake_c + (steady - brake_c) * ahead
    assert end <= 250.0
    assert end > 225.0 or speed > held_ms


def test_bearable_speeds_at_their_extremes() -> None:
    speed = brakes.bearable_speed_ms
    assert speed(49_000.0, -0.06, 99_000.0, 200.0, NO_CARE_C, 0.2) > 1000.0
    assert speed(16_000.0, -0.02, 99_000.0, 66.0, 250.0, 0.2) > 40.0
    force = 49_000.0 * 9.80665 * 0.06 - brakes.DRAG_N
    assert speed(49_000.0, -0.06, 99_000.0, 600.0, 250.0, 0.2) == pytest.approx(99_000.0 / force)
    assert speed(49_000.0, -0.06, 0.0, 600.0, 250.0, 0.2) == 0.0
    assert speed(49_000.0, -0.06, 99_000.0, 66.0, 250.0, 0.2) < speed(49_000.0, -0.06, 99_000.0, 66.0, 250.0, 0.1)
    assert speed(49_000.0, -0.06, 99_000.0, 66.0, 250.0, 0.2) > speed(49_000.0, -0.08, 99_000.0, 66.0, 250.0, 0.2)


def test_no_driver_goes_slower_than_the_lowest_speed_for_the_brakes_sake() -> None:
    changes = {"speed.engine_brake_kw": 5.0, "speed.retarder_kw": 5.0, "speed.hot_brakes_c": 120.0}
    speeds = {}
    for lowest in (6.0, 12.0):
        run = run_replication(SLOPE.changed({"days": 1, **changes, "speed.lowest_descent_kmh": lowest}), 1, 0)
        speeds[lowest] = run.metrics["vehicle_km"] / run.metrics["vehicle_hours"]
        assert speeds[lowest] > lowest
    assert speeds[12.0] > speeds[6.0]
