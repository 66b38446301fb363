"""The prediction holds at the speeds that are usual: published factors are what comes out, not what goes in."""

from dataclasses import fields, replace

import numpy as np
import pytest
from conftest import ALIKE

from sim.driving.usual import Bounds, factor_of_usual_speed
from sim.engine import setup
from sim.engine.accounting.outcome import Outcome
from sim.engine.replication import run_replication
from sim.inputs.network import Network
from sim.inputs.weather import WEATHER_STATES
from sim.risk.section_hazard import base_hazard
from sim.scenario import Scenario, load_scenario


def in_weather(scenario: Scenario, state: str) -> Outcome:
    """A run in which every hour has one state."""
    with pytest.MonkeyPatch.context() as patch:
        hours = np.full(scenario.days * 24, WEATHER_STATES.index(state), dtype=np.int8)
        patch.setattr(setup, "weather_hours", lambda *_: hours)
        return run_replication(scenario, 3, 0)


@pytest.fixture(scope="module")
def county(root):
    return load_scenario(root / "scenarios" / "taishun" / "baseline.yaml").changed({"days": 40, "warm_up_days": 0})


@pytest.fixture(scope="module")
def by_weather(county):
    return {state: in_weather(county.changed(ALIKE), state) for state in WEATHER_STATES}


def test_general_accidents_of_every_section_are_the_manuals_prediction(county, by_weather) -> None:
    """Upgrade, downgrade and level, whatever the speed there; the drivers who happen to be drawn leave some tenths of a
    per cent, more where there is little traffic: the spread of exp(b v) between drivers is 0.16 at 60 km/h."""
    sections, network = by_weather["dry"].sections, Network(county.road)
    hazard = base_hazard(network, county.risk)
    predicted = hazard.per_m * hazard.share[0] * 1000.0
    busy = sections["vehicle_km"].to_numpy() > 12.0 * sections["length_m"].to_numpy()
    found = sections["expected_general"].to_numpy()[busy] / sections["vehicle_km"].to_numpy()[busy]
    assert busy.sum() > 60
    assert found == pytest.approx(predicted[busy], rel=0.01)
    grade = network.sections.grade[busy]
    assert (grade > 0.04).sum() > 5
    assert (grade < -0.04).sum() > 5


@pytest.mark.parametrize(("state", "factor"), [("rain", 1.71), ("fog", 1.5), ("ice", 3.6), ("snow", 1.84)])
def test_published_factors_of_weather_come_out(by_weather, state, factor) -> None:
    """They are of the accidents at the speeds that are driven in it: slowing down is in them."""
    per_km = {name: o.metrics["expected_general"] / o.metrics["vehicle_km"] for name, o in by_weather.items()}
    assert per_km[state] / per_km["dry"] == pytest.approx(factor, rel=0.02)


def test_no_weather_makes_roads_safer(by_weather) -> None:
    rate = {name: o.metrics["expected_accident_rate_per_million_vkm"] for name, o in by_weather.items()}
    assert min(rate["rain"], rate["fog"], rate["ice"], rate["snow"]) > 1.1 * rate["dry"]


def test_slowing_down_more_than_others_in_rain_helps_and_less_harms(county) -> None:
    """What the warned do beyond the habit counts."""
    county = county.changed({"days": 10})
    warned = county.changed({"interventions": {"driving_warning": {}, "device_coverage": {}}})
    rates = [in_weather(scenario, "rain").metrics["expected_general"] for scenario in (county, warned)]
    assert rates[1] < rates[0]


def one_section(county, free_ms: float, crawl_ms: float, growth_per_kmh: float) -> np.ndarray:
    """Factor of a level section of one kilometre on which nothing is met before."""
    table = Network(county.road).sections
    table = replace(table, **{f.name: getattr(table, f.name)[:1] for f in fields(table)})
    table = replace(table, limit_ms=np.array([free_ms]), length_m=np.array([1000.0]))
    free, never = np.array([free_ms]), np.array([np.inf])
    resistance_ms2 = np.array([5.0 / min(crawl_ms, 80.0)])
    kinds = np.full((1, 12), crawl_ms), resistance_ms2, np.full(12, 5.0), np.full(12, 0.0)
    dry = np.array([1.0]), np.array([False])
    return factor_of_usual_speed(
        table, Bounds(free, never, free, *kinds), *dry, county.fleet, county.speed, growth_per_kmh
    )


def test_usual_factor_is_one_over_the_mean_of_drivers(county) -> None:
    """By hand on one section: level road at the limit, one kind of truck."""
    factor = one_section(county, 20.0, np.inf, 0.034)
    spread = 0.034 * 72.0 * county.fleet.speed_factor_sd
    shift = 0.034 * 72.0 * (county.fleet.speed_factor_mean - 1.0)
    assert factor[0, 0, 0] == pytest.approx(np.exp(-shift - spread**2 / 2.0), rel=2e-3)


@pytest.mark.parametrize("growth_per_kmh", [0.0, 1.0])
def test_usual_factor_is_a_number_at_both_ends_of_the_growth_with_speed(county, growth_per_kmh) -> None:
    """A truck that crawls at 4 m/s under a limit of 36 m/s."""
    one = one_section(county, 36.0, 4.0, growth_per_kmh)
    assert np.isfinite(one.astype(np.float32)).all()
    assert (one >= 1.0).all()
    assert growth_per_kmh > 0.0 or (one == 1.0).all()


def test_brakes_that_are_mended_make_fewer_general_accidents_and_defects_only_share_them_out(root) -> None:
    """The mean over trucks is the prediction's; a check is worth what defects cost beyond it."""
    area = load_scenario(root / "scenarios" / "measures" / "brake_check.yaml").changed({"days": 10, "warm_up_days": 0})
    without = area.changed({"interventions": {}})

    def general(scenario: Scenario, factor: float) -> float:
        changed = scenario.changed({"risk.brake_defect_factor": factor})
        return run_replication(changed, 3, 0).metrics["expected_general"]

    drivers = sum(one.drivers for one in area.fleet.classes.values())
    share = area.fleet.brake_defect_share
    of_those_drawn = 4.0 * 1.7 * (share * (1.0 - share) / drivers) ** 0.5
    assert general(without, 2.7) == pytest.approx(general(without, 1.0), rel=of_those_drawn + 0.01)
    saved = {factor: general(without, factor) - general(area, factor) for factor in (1.0, 2.7)}
    assert saved[2.7] > max(saved[1.0], 0.0)


def test_weather_and_night_do_not_reach_into_tunnels(county) -> None:
    """On ice at any hour, general accidents of a road all in tunnels are those of a dry day."""
    road = county.model_dump(mode="json")["road"]
    for link in road["links"]:
        for section in link["sections"]:
            section["tunnel"] = True
    under = county.changed({"days": 10, "road": road, **ALIKE, "risk.night_factor": 1.5})
    icy, dry = (in_weather(under, state) for state in ("ice", "dry"))
    plain = in_weather(county.changed({"days": 10, **ALIKE}), "dry")
    rates = [run.metrics["expected_general"] / run.metrics["vehicle_km"] for run in (icy, dry, plain)]
    assert rates[0] == pytest.approx(rates[2], rel=0.01)
    assert rates[1] == pytest.approx(rates[2], rel=0.01)
