"""Trucks change their speed along a section: by power, mass and grade, up to where the crawl speed is."""

import numpy as np
import pytest

from sim.core.units import STANDARD_GRAVITY_MS2, ms_from_kmh
from sim.driving.sweep import courses_of
from sim.engine.world import World
from sim.physics import speed

MASS_KG, POWER_W = 47_000.0, 330_000.0
PULL, DRAG = speed.DRIVELINE_EFFICIENCY * POWER_W / MASS_KG, speed.DRAG_AREA_KG_M / MASS_KG


def after(entry_kmh: float, grade: float, length_m: float, wanted_kmh: float = 60.0) -> tuple[float, float]:
    """Speed at the end of a climb and over it [m/s]."""
    entry, wanted = ms_from_kmh(entry_kmh), ms_from_kmh(wanted_kmh)
    to = min(float(speed.crawl_speed_ms(grade, MASS_KG, POWER_W)), wanted)
    resistance = STANDARD_GRAVITY_MS2 * (grade + speed.ROLLING_RESISTANCE)
    settling = speed.settling_distance_m(entry, to, PULL, DRAG, resistance)
    end = speed.speed_at_end_ms(entry, to, settling, length_m)
    return float(end), float(speed.mean_speed_ms(entry, to, end, settling, length_m))


def stepwise(entry_kmh: float, grade: float, length_m: float) -> float:
    """The same speed at the end by steps of a metre."""
    now = ms_from_kmh(entry_kmh)
    for _ in range(round(length_m)):
        force = PULL / now - STANDARD_GRAVITY_MS2 * (grade + speed.ROLLING_RESISTANCE) - DRAG * now * now
        now = min(np.sqrt(max(now * now + 2.0 * force, 0.01)), ms_from_kmh(60.0))
    return float(now)


@pytest.mark.parametrize("grade", [0.0, 0.02, 0.05, 0.08])
@pytest.mark.parametrize("entry_kmh", [25.0, 40.0, 60.0])
@pytest.mark.parametrize("length_m", [50.0, 300.0, 1500.0])
def test_one_kinetic_step_is_near_a_thousand_small_ones(entry_kmh, grade, length_m) -> None:
    """Within 6 km/h on the way, as engines push harder the slower a truck is, and within 2 where it has settled."""
    end, _ = after(entry_kmh, grade, length_m)
    tolerance_kmh = 2.0 if length_m > 1000.0 and grade > 0.03 else 6.0
    assert end == pytest.approx(stepwise(entry_kmh, grade, length_m), abs=ms_from_kmh(tolerance_kmh))


def test_nothing_jumps_and_all_ends_at_the_crawl_speed() -> None:
    crawl = float(speed.crawl_speed_ms(0.06, MASS_KG, POWER_W))
    ends = [after(60.0, 0.06, length_m)[0] for length_m in (1.0, 50.0, 150.0, 300.0, 3000.0)]
    assert ends[0] == pytest.approx(ms_from_kmh(60.0), rel=0.01)
    assert np.all(np.diff(ends) < 0.0)
    assert ends[-1] == pytest.approx(crawl, rel=1e-6)
    means = [after(60.0, 0.06, length_m)[1] for length_m in (1.0, 50.0, 150.0, 300.0, 3000.0)]
    assert np.all(np.diff(means) < 0.0)
    assert crawl < means[-1] < ms_from_kmh(60.0)


def test_who_crawls_goes_on_crawling_and_who_has_what_is_wanted_keeps_it() -> None:
    crawl_kmh = float(speed.crawl_speed_ms(0.06, MASS_KG, POWER_W)) * 3.6
    assert after(crawl_kmh, 0.06, 800.0) == pytest.approx((crawl_kmh / 3.6, crawl_kmh / 3.6), rel=1e-6)
    assert after(60.0, 0.0, 800.0) == pytest.approx((ms_from_kmh(60.0), ms_from_kmh(60.0)), rel=1e-6)


@pytest.mark.parametrize("grade", [0.0, 0.15])
@pytest.mark.parametrize("entry_kmh", [1.0, 130.0])
@pytest.mark.parametrize("length_m", [10.0, 50_000.0])
def test_extremes_are_numbers_between_the_speeds(entry_kmh, grade, length_m) -> None:
    end, mean = after(entry_kmh, grade, length_m, wanted_kmh=130.0)
    to = min(float(speed.crawl_speed_ms(grade, MASS_KG, POWER_W)), ms_from_kmh(130.0))
    low, high = sorted((ms_from_kmh(entry_kmh), to))
    assert low - 1e-6 <= end <= high + 1e-6
    assert low - 1e-6 <= mean <= high + 1e-6


def test_on_the_road_a_truck_slows_along_the_climb_and_gathers_speed_after_it(small) -> None:
    """Six sections of a kilometre: level, three up at 6 %, two level again."""
    road = small().model_dump(mode="json")["road"]
    for link in road["links"]:
        if link["name"] == "fast_north":
            for section, grade in zip(link["sections"], (0.0, 6.0, 6.0, 6.0, 0.0, 0.0), strict=True):
                section.update(grade_pct=grade, length_km=0.4)
    world = World(small(road=road, days=2), 5, 0)
    way = next(n for n, way in enumerate(world.network.ways) if way.link.name == "fast_north" and way.forward)
    trips = world.traits(world.source.draw(range(1)), world.conditions(0))
    laden = trips.pick(trips.kind % 3 > 0)
    driven = courses_of(world.conditions(0), world.network.route([way]), laden)
    kmh = 400.0 / driven.duration_s.mean(axis=1) * 3.6
    assert kmh[0] > kmh[1] > kmh[2] >= kmh[3] - 0.01
    assert kmh[3] < kmh[4] < kmh[5] < kmh[0] + 0.01
