"""Formulas against published numbers, limits by hand, and arrays against scalars."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.core.units import KG_PER_POUND, METRES_PER_MILE, celsius_from_fahrenheit, ms_from_mph
from sim.evidence.verification import Evidence, evidence
from sim.inputs.road import Section
from sim.physics import brake_temperature as brakes
from sim.physics import descent, rollover, speed, stopping
from sim.risk import fatigue, freeway, multilane, relative, severity, two_lane
from sim.risk.parameters import SeverityParameters
from sim.risk.section_hazard import modification_factors
from sim.statistics.queueing import waiting_probability


@pytest.mark.parametrize("row", evidence(), ids=lambda row: row.what)
def test_published_value_is_met(row) -> None:
    assert row.holds, (row.published, row.ours, row.tolerance)


def test_enough_rows_are_of_pages_that_were_read() -> None:
    read = [row for row in evidence() if row.kind == "published"]
    assert len(read) >= 60
    assert len({row.publication for row in read}) >= 15


def test_a_wrong_value_does_not_hold() -> None:
    assert not Evidence("x", "-", 1.0, 1.2, 0.1, "y").holds


def test_verify_exits_with_1_when_a_row_fails(monkeypatch) -> None:
    runner = CliRunner()
    done = runner.invoke(app, ["verify", "--json"])
    assert done.exit_code == 0
    assert all(row["holds"] for row in json.loads(done.stdout))
    monkeypatch.setattr("sim.evidence.verification.evidence", lambda: [Evidence("x", "-", 1.0, 1.2, 0.1, "y")])
    assert runner.invoke(app, ["verify"]).exit_code == 1


class TestLimits:
    """What the formulas must give at their ends, worked out by hand."""

    def test_crawl_speed_balances_power(self) -> None:
        crawl = speed.crawl_speed_ms(0.06, 46_000.0, 300_000.0)
        assert speed.climbing_power_w(crawl, 0.06, 46_000.0) == pytest.approx(300_000.0, rel=1e-6)

    def test_without_air_resistance_crawl_is_power_over_resistance(self) -> None:
        slow = speed.crawl_speed_ms(0.15, 100_000.0, 100_000.0)
        assert slow == pytest.approx(0.78 * 100_000.0 / (100_000.0 * 9.80665 * 0.156), rel=1e-3)

    def test_a_tangent_has_no_comfort_speed(self) -> None:
        assert speed.curve_comfort_speed_ms(np.array([0.0]), np.array([0.0]), 0.12)[0] == np.inf

    def test_gentle_downgrades_are_driven_as_level_road(self) -> None:
        held = speed.descent_speed_ms(np.array([0.03, -0.02, -0.03]), 19.0, 100.0)
        assert held.tolist() == pytest.approx([np.inf, np.inf, 18.0])

    def test_brakes_cool_to_ambient(self) -> None:
        assert brakes.braking_power_w(40_000.0, 0.0, 20.0, 0.0) == 0.0
        steady = brakes.steady_temperature_c(0.0, 20.0)
        assert brakes.temperature_after_c(200.0, steady, 0.001, 1e6) == pytest.approx(brakes.AMBIENT_C)
        assert celsius_from_fahrenheit(90.0) == pytest.approx(brakes.AMBIENT_C)

    def test_state_is_carried_from_section_to_section(self) -> None:
        """Two halves give what the whole gives."""
        steady, rate = 400.0, brakes.cooling_rate_per_s(12.0)
        whole = brakes.temperature_after_c(66.0, steady, rate, 600.0)
        half = brakes.temperature_after_c(66.0, steady, rate, 300.0)
        assert brakes.temperature_after_c(half, steady, rate, 300.0) == pytest.approx(whole)

    def test_rollover_is_even_odds_at_the_threshold(self) -> None:
        rolls_ms = rollover.rollover_speed_ms(0.35, 0.01, 0.04)
        assert rollover.lateral_acceleration_g(rolls_ms, 0.01, 0.04) == pytest.approx(0.35)
        assert 1.0 - np.exp(-rollover.rollover_hazard(rolls_ms, rolls_ms, 0.025)) == pytest.approx(0.5)
        assert rollover.rollover_hazard(0.5 * rolls_ms, rolls_ms, 0.025) < 1e-11
        assert rollover.lateral_acceleration_g(20.0, 0.0, 0.04) == -0.04

    def test_sight_distance_and_speed_are_inverse(self) -> None:
        for grade in (-0.08, 0.0, 0.06):
            found = stopping.speed_for_sight_ms(stopping.stopping_distance_m(18.0, grade), grade)
            assert found == pytest.approx(18.0)
        assert stopping.stopping_distance_m(0.0) == 0.0
        assert stopping.speed_for_sight_ms(np.inf) == np.inf

    def test_icy_roads_lengthen_the_stop(self) -> None:
        """Braking alone is as long as friction is low."""
        slowing = {surface: stopping.friction_deceleration_ms2(surface) for surface in stopping.FRICTION}
        braking = {name: stopping.stopping_distance_m(15.0, 0.0, a, reaction_s=0.0) for name, a in slowing.items()}
        assert braking["ice"] / braking["dry"] == pytest.approx(stopping.FRICTION["dry"] / stopping.FRICTION["ice"])
        assert braking["dry"] < braking["rain"] < braking["ice"]

    def test_base_conditions_have_factor_one(self) -> None:
        busy = np.array(5000.0)
        assert two_lane.lane_width_factor(np.array(12.0), busy) == 1.0
        assert two_lane.shoulder_factor(np.array(6.0), "paved", busy) == 1.0
        assert two_lane.driveway_factor(np.array(5.0), busy) == 1.0
        assert two_lane.driveway_factor(np.array(0.0), busy) == 1.0
        assert two_lane.superelevation_factor(np.array(0.0)) == 1.0
        assert two_lane.grade_factor(np.array([0.0, -0.03, 0.05, -0.07])).tolist() == [1.0, 1.0, 1.10, 1.16]
        assert two_lane.roadside_factor(np.array(3.0)) == pytest.approx(1.0, abs=1e-4)
        assert two_lane.curve_factor(np.array(0.5), np.array(1e9), np.array(1.0)) == 1.0
        assert two_lane.left_turn_lane_factor(np.array(4.0)) == 1.0
        assert sum(two_lane.SEVERITY_SHARES.values()) == pytest.approx(1.0)
        assert two_lane.overdispersion(np.array(0.5)) == pytest.approx(0.472)

    def test_a_left_turn_lane_saves_seven_tenths_of_half_the_driveways_accidents(self) -> None:
        """Equations 10-18 and 10-19 by hand, 20 driveways a mile: 1.054 / (1.199 + 1.054) of accidents are theirs."""
        assert two_lane.left_turn_lane_factor(np.array(20.0)) == pytest.approx(1.0 - 0.7 * 0.5 * 1.054 / 2.253)
        five = 0.0047 * 5.0 + 0.0024 * 25.0
        assert two_lane.left_turn_lane_factor(np.array(5.0)) == pytest.approx(1.0 - 0.35 * five / (1.199 + five))

    @pytest.mark.parametrize(("ends", "both"), [(0, 0.0), (1, 0.5), (2, 1.0)])
    def test_spirals_count_by_the_ends_that_have_one(self, ends, both) -> None:
        """Equation 10-13 by hand: 0.25 miles, 500 ft."""
        section = Section(
            length_km=0.2,
            curve_radius_m=500.0 * 0.3048,
            curve_length_m=0.25 * 1609.344,
            speed_limit_kmh=60.0,
            spiral_ends=ends,
        )
        expected = (1.55 * 0.25 + 80.2 / 500.0 - 0.012 * both) / (1.55 * 0.25)
        assert modification_factors(section, 3000.0)["curve"] == pytest.approx(expected)

    def test_short_and_tight_curves_count_as_a_hundred_feet(self) -> None:
        """Equation 10-13's limits: 100 ft of length, 100 ft of radius."""
        hundred = 100.0 / 5280.0
        expected = (1.55 * hundred + 80.2 / 300.0) / (1.55 * hundred)
        assert two_lane.curve_factor(np.array(hundred / 2.0), np.array(300.0), np.array(0.0)) == pytest.approx(expected)
        tight = (1.55 * 0.1 + 80.2 / 100.0) / (1.55 * 0.1)
        assert two_lane.curve_factor(np.array(0.1), np.array(60.0), np.array(0.0)) == pytest.approx(tight)

    @pytest.mark.parametrize(("per_km", "factor"), [(0.0, 1.0), (3.0, 1.0), (12.0, None)])
    def test_driveways_are_counted_by_the_mile(self, per_km, factor) -> None:
        """Equation 10-17 by hand at 2,000 vehicles a day; five a mile and fewer are the base."""
        section = Section(length_km=0.3, speed_limit_kmh=60.0, driveways_per_km=per_km)
        slope = 0.05 - 0.005 * np.log(2000.0)
        by_hand = (0.322 + max(per_km * 1.609344, 5.0) * slope) / (0.322 + 5.0 * slope)
        assert modification_factors(section, 2000.0)["driveways"] == pytest.approx(factor or by_hand)

    def test_width_factors_join_at_their_bounds_of_traffic(self) -> None:
        for width in (9.0, 10.0, 11.0):
            low, high = (two_lane.lane_width_factor(np.array(width), np.array(a)) for a in (400.0, 2000.0))
            assert two_lane.lane_width_factor(np.array(width), np.array(399.9)) == pytest.approx(float(low), abs=1e-3)
            assert two_lane.lane_width_factor(np.array(width), np.array(2000.1)) == pytest.approx(float(high), abs=1e-3)

    def test_superelevation_factor_joins_and_grows(self) -> None:
        values = two_lane.superelevation_factor(np.array([0.0, 0.01, 0.015, 0.02, 0.03]))
        assert values.tolist() == pytest.approx([1.0, 1.0, 1.03, 1.06, 1.09])

    @pytest.mark.parametrize(("missing_pct", "factor"), [(0.9, 1.0), (1.5, 1.03), (4.0, 1.12)])
    def test_a_section_takes_its_missing_superelevation_in_percent(self, missing_pct, factor) -> None:
        section = Section(
            length_km=0.3, curve_radius_m=200.0, speed_limit_kmh=60.0, missing_superelevation_pct=missing_pct
        )
        assert modification_factors(section, 3000.0)["superelevation"] == pytest.approx(factor)

    def test_a_curve_that_falls_outwards_is_still_driven(self) -> None:
        """With nothing left of what drivers like, they take a hundredth of gravity: 9.80665 x 0.01 x 100 m."""
        fell = speed.curve_comfort_speed_ms(np.array([0.01]), np.array([-0.12]), 0.12)
        assert fell[0] ** 2 == pytest.approx(9.80665)

    def test_no_change_of_speed_changes_nothing(self) -> None:
        assert relative.power_model(1.0, 4.1) == 1.0
        assert relative.exponential_model(0.0, 0.034) == 1.0

    def test_tiredness_by_hours_starts_where_it_should_and_is_bounded(self) -> None:
        hours = np.array([0.0, 6.0, 8.0, 99.0])
        assert fatigue.hours_factor(hours, 6.0, 0.1, 2.0).tolist() == pytest.approx([1.0, 1.0, 1.2, 2.0])

    def test_the_clock_has_its_published_peak_and_reference(self) -> None:
        """Odds ratios 5.7 at 4 h against 10 to 11 h; 5.6 from 2 to 5 h against the rest of the day (1.4 to 22.7)."""
        assert fatigue.clock_factor(4.0, 5.7, 1.0) == pytest.approx(5.7)
        assert fatigue.clock_factor(np.array([10.5, 15.0, 20.0]), 5.7, 1.0) == pytest.approx(1.0, abs=0.05)
        assert 1.4 < fatigue.clock_factor(np.linspace(2.0, 5.0, 31), 5.7, 1.0).mean() < 22.7
        assert fatigue.clock_factor(23.999, 5.7, 1.0) == pytest.approx(fatigue.clock_factor(0.0, 5.7, 1.0), abs=0.01)
        assert fatigue.clock_factor(4.0, 5.7, 0.0) == 1.0

    @pytest.mark.parametrize("mean_h", [0.0, 0.8, 3.0])
    def test_mean_over_exponential_hours(self, mean_h) -> None:
        """Against the mean over quantiles of the distribution; a growth of 0 and hours of 0 are 1."""
        hours = -mean_h * np.log(1.0 - (np.arange(100_000) + 0.5) / 100_000)
        mean = fatigue.hours_factor(hours, 6.0, 0.45, 4.0).mean()
        assert fatigue.mean_hours_factor(mean_h, 6.0, 0.45, 4.0) == pytest.approx(mean, rel=1e-4)
        assert fatigue.mean_hours_factor(mean_h, 6.0, 0.0, 4.0) == 1.0

    def test_queue_without_calls_and_beyond_its_bound(self) -> None:
        assert waiting_probability(0.0, 3) == 0.0
        with pytest.raises(ValueError, match="below 2"):
            waiting_probability(2.0, 2)


class TestDescent:
    LENGTH = np.array([4.0 * METRES_PER_MILE])

    def safe(self, pounds: float, grade: float) -> float | None:
        return descent.maximum_safe_speed_ms(self.LENGTH, np.array([grade]), pounds * KG_PER_POUND)

    def test_closed_form_of_one_grade(self) -> None:
        """T = T_0 + (T_inf - T_0)(1 - exp(-K_1 L / V)) in the system's own units."""
        velocity = ms_from_mph(20.0)
        found = descent.descend(self.LENGTH, np.array([-0.06]), 80_000 * KG_PER_POUND, velocity)
        horsepower = (80_000 * 0.06 - (459.35 + 0.132 * 400)) * 20 / 375 - 73
        steady = 90 + horsepower / (0.1 + 0.00208 * 20)
        fahrenheit = 150 + (steady - 150) * (1 - np.exp(-(1.23 + 0.0256 * 20) * 4 / 20))
        assert found.temperature_c[-1] == pytest.approx(celsius_from_fahrenheit(fahrenheit), abs=0.1)

    def test_the_safe_speed_keeps_the_limit_and_a_little_more_does_not(self) -> None:
        mass = 80_000 * KG_PER_POUND
        safe = self.safe(80_000, -0.06)
        at = descent.descend(self.LENGTH, np.array([-0.06]), mass, safe).hottest_with_stop_c
        above = descent.descend(self.LENGTH, np.array([-0.06]), mass, safe + ms_from_mph(0.2)).hottest_with_stop_c
        assert at <= brakes.LIMIT_C < above

    def test_heavier_and_steeper_is_slower(self) -> None:
        assert self.safe(80_000, -0.06) < self.safe(70_000, -0.06) < self.safe(60_000, -0.06)
        assert self.safe(80_000, -0.07) < self.safe(80_000, -0.06) < self.safe(80_000, -0.05)

    def test_a_level_road_has_no_bound(self) -> None:
        assert self.safe(80_000, 0.0) == pytest.approx(descent.HIGHEST_MS)

    def test_a_wall_has_no_safe_speed(self) -> None:
        assert descent.maximum_safe_speed_ms(np.array([50_000.0]), np.array([-0.14]), 60_000.0) is None


ARRAY_CASES = [
    (lambda v: speed.crawl_speed_ms(v, 46_000.0, 300_000.0), [0.01, 0.05, 0.09]),
    (lambda v: speed.climbing_power_w(v, 0.04, 46_000.0), [5.0, 15.0]),
    (lambda v: brakes.braking_power_w(46_000.0 + 0 * v, -0.05 + 0 * v, v, 1e5), [5.0, 15.0, 25.0]),
    (lambda v: brakes.steady_temperature_c(1e5 + 0 * v, v), [5.0, 15.0]),
    (lambda v: brakes.failure_hazard(v, 0.1 + 0 * v, 677.0), [100.0, 260.0, 400.0]),
    (lambda v: brakes.emergency_stop_rise_c(40_000.0 + 0 * v, v), [5.0, 20.0]),
    (lambda v: rollover.rollover_hazard(v, 20.0 + 0 * v, 0.025), [5.0, 15.0, 25.0]),
    (lambda v: rollover.rollover_speed_ms(v, 0.01 + 0 * v, 0.04 + 0 * v), [0.2, 0.35, 0.6]),
    (lambda v: rollover.lateral_acceleration_g(v, 0.01 + 0 * v, 0.04 + 0 * v), [10.0, 20.0]),
    (lambda v: stopping.stopping_distance_m(v, -0.04), [10.0, 20.0]),
    (lambda v: stopping.speed_for_sight_ms(v, -0.04), [30.0, 200.0]),
    (lambda v: relative.power_model(v, 1.6), [0.8, 1.1]),
    (lambda v: relative.exponential_model(v, 0.034), [-10.0, 5.0]),
    (lambda v: fatigue.hours_factor(v, 6.0, 0.1, 2.0), [1.0, 8.0]),
    (lambda v: two_lane.curve_factor(0.1 + 0 * v, v, 0 * v), [300.0, 1200.0]),
    (lambda v: two_lane.lane_width_factor(10.0 + 0 * v, v), [300.0, 1000.0, 5000.0]),
    (lambda v: two_lane.shoulder_factor(3.0 + 0 * v, "turf", v), [300.0, 1000.0, 5000.0]),
    (lambda v: two_lane.driveway_factor(v, 5000.0 + 0 * v), [2.0, 12.0]),
    (two_lane.left_turn_lane_factor, [2.0, 12.0]),
]


@pytest.mark.parametrize(("formula", "values"), ARRAY_CASES)
def test_arrays_give_what_scalars_give(formula, values) -> None:
    together = formula(np.array(values))
    assert together.tolist() == pytest.approx([float(formula(np.float64(value))) for value in values], rel=1e-12)


def test_severity_shares_of_many_accidents() -> None:
    """Fatal share at the limit within 4 standard errors, and higher at speed."""
    parameters, count = SeverityParameters(), 200_000
    uniforms = np.random.default_rng(5).random((3, count))
    mechanism = np.zeros(count, dtype=np.int64)
    share = parameters.fatal_share[0]
    for excess in (0.0, 20.0):
        found = severity.consequences(mechanism, np.full(count, excess), uniforms, parameters)
        expected = share * np.exp(parameters.fatal_growth_per_kmh * excess)
        error = np.sqrt(expected * (1 - expected) / count)
        assert abs((found.deaths > 0).mean() - expected) < 4 * error
        killed = found.deaths[found.deaths > 0]
        assert abs(killed.mean() - parameters.deaths_per_fatal[0]) < 4 * killed.std() / np.sqrt(len(killed))
    assert not ((found.deaths > 0) & (found.injuries > 0)).any()
    assert np.median(found.property_loss_cny) == pytest.approx(parameters.median_loss_cny[0], rel=0.02)


def test_descent_command_prints_and_draws(root, tmp_path) -> None:
    road = str(root / "scenarios/taishun/parts/road.yaml")
    arguments = ["descent", road, "--mass-kg", "46000", "--speed-kmh", "40"]
    done = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "d.svg")])
    assert done.exit_code == 0, done.output
    assert "maximum safe descent speed" in done.stdout
    assert "above the limit of 260" in done.stdout
    assert "brake temperature" in (tmp_path / "d.svg").read_text()
    for wrong in (["--link", "nowhere"], ["--out", str(tmp_path / "d.doc")], ["--mass-kg", "10"]):
        assert CliRunner().invoke(app, [*arguments, *wrong]).exit_code == 2
    assert CliRunner().invoke(app, ["descent", "missing.yaml", *arguments[2:]]).exit_code == 2


class TestWiderRoads:
    def test_freeways_of_20_000_vehicles_a_day(self) -> None:
        """Accidents a year and mile by equation 18-15 with the coefficients of tables 18-5 and 18-7, by hand."""
        found = freeway.predicted(20_000.0, 4)
        assert [round(float(part), 3) for part in found] == [0.222, 0.340, 0.826, 1.476]
        assert float(found.involvements) == pytest.approx(float(found.accidents) + 0.222 + 0.340, abs=0.002)

    def test_more_lanes_are_safer_with_the_same_traffic_but_for_single_vehicles_injured(self) -> None:
        four, six, eight = (freeway.predicted(60_000.0, lanes) for lanes in freeway.LANES)
        assert float(four.accidents) > float(six.accidents) > float(eight.accidents)
        assert float(four.single_injury) < float(six.single_injury) < float(eight.single_injury)

    def test_factors_of_freeways_at_their_bases_and_ends(self) -> None:
        """Equation 18-24 by hand at 2,865 ft: 1 + 4 a; nothing is carried beyond the ranges of the manual."""
        assert [float(f) for f in freeway.curve_factor(2865.0)] == pytest.approx([1.0688, 1.136, 1.2876, 1.2504])
        assert freeway.curve_factor(200.0) == freeway.curve_factor(1000.0)
        assert [float(f) for f in freeway.curve_factor(1e6)] == pytest.approx([1.0] * 4, abs=1e-4)
        assert [float(f) for f in freeway.lane_width_factor(12.0)] == [1.0] * 4
        assert [float(f) for f in freeway.lane_width_factor(13.5)] == [0.963, 1.0, 0.963, 1.0]
        for curved in (False, True):
            assert [float(f) for f in freeway.shoulder_factor(10.0, curved=curved)] == [1.0] * 4
        narrow = freeway.shoulder_factor(4.0, curved=True)
        assert [float(f) for f in narrow] == pytest.approx([1.0, 1.0, np.exp(0.5382), np.exp(0.504)])

    @pytest.mark.parametrize(("divided", "yearly"), [(True, 3.9), (False, 7.3)])
    def test_four_lanes_with_20_000_vehicles_a_day(self, divided, yearly) -> None:
        """Accidents a year and mile by equation 11-7, by hand."""
        assert float(multilane.predicted_per_mile(20_000.0, divided=divided)) == pytest.approx(yearly, abs=0.05)
        assert multilane.lane_width_factor(12.0, divided=divided) == 1.0
        assert multilane.lane_width_factor(9.0, divided=True) == pytest.approx(1.125)
        assert 0.9 < multilane.lighting_factor(divided=divided) < 1.0
        assert multilane.divided_shoulder_factor(8.0) == 1.0 < multilane.divided_shoulder_factor(3.0) < 1.18
