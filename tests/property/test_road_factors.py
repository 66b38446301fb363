"""Factors on grades, curvatures and limits of a road: the same as a road whose sections are so, bit for bit."""

import pytest

from sim.engine.replication import run_replication
from sim.inputs.network import Network
from sim.inputs.road import STEEPEST_PCT, TIGHTEST_M, Road
from sim.risk.section_hazard import base_hazard

FACTORS = {"grade_factor": 1.1, "curvature_factor": 0.8, "limit_factor": 0.9}


def test_factors_are_the_road_with_such_sections(small) -> None:
    scenario = small(days=5)
    content = scenario.road.model_dump(mode="json")
    for link in content["links"]:
        for section in link["sections"]:
            section["grade_pct"] *= FACTORS["grade_factor"]
            section["speed_limit_kmh"] *= FACTORS["limit_factor"]
            if section["curve_radius_m"] is not None:
                section["curve_radius_m"] /= FACTORS["curvature_factor"]
    by_hand = run_replication(scenario.changed({"road": content}), 3, 0)
    by_factor = run_replication(scenario.changed({f"road.{name}": f for name, f in FACTORS.items()}), 3, 0)
    assert repr(by_factor.metrics) == repr(by_hand.metrics)
    assert by_factor.sections.equals(by_hand.sections)
    assert repr(by_factor.metrics) != repr(run_replication(scenario, 3, 0).metrics)


def test_traffic_of_a_section_is_its_factor_times_the_links(small) -> None:
    """One link with factors is as its parts with traffic of their own, but for overtaking, which is a link's."""
    road = small().road.model_dump(mode="json", exclude_unset=True)
    one = {**road["links"][0], "aadt": 4000.0}
    factors = [0.5 if n % 2 else 1.5 for n in range(len(one["sections"]))]
    sections = [{**own, "aadt_factor": factor} for own, factor in zip(one["sections"], factors, strict=True)]
    others = road["links"][1:]
    network = Network(Road.model_validate({**road, "links": [{**one, "sections": sections}, *others]}))
    hazard = base_hazard(network, small().risk)
    for factor in (0.5, 1.5):
        alone = Network(Road.model_validate({**road, "links": [{**one, "aadt": 4000.0 * factor}, *others]}))
        wanted = base_hazard(alone, small().risk)
        rows = [n for n, own in enumerate(factors) if own == factor]
        assert network.sections.flow_per_s[rows] == pytest.approx(alone.sections.flow_per_s[rows])
        assert hazard.per_m[rows] == pytest.approx(wanted.per_m[rows])
    lengths = [own.length_km for own in network.road.links[0].sections]
    mean = sum(f * length for f, length in zip(factors, lengths, strict=True)) / sum(lengths)
    assert network.road.links[0].mean_aadt == pytest.approx(4000.0 * mean)
    assert Network(Road.model_validate(road)).road.links[0].mean_aadt == road["links"][0]["aadt"]


def test_factors_of_1_leave_the_road_alone(small) -> None:
    road = small().road
    assert road.with_its_factors() is road
    assert Network(road).road is road


def test_factors_act_once(small) -> None:
    road = Road.model_validate(small().road.model_dump() | FACTORS)
    once = road.with_its_factors()
    assert once.with_its_factors() is once
    assert Network(once).sections.grade.tolist() == Network(road).sections.grade.tolist()


def test_no_factor_makes_a_road_that_could_not_be_given(small) -> None:
    content = small().road.model_dump(mode="json") | {"grade_factor": 1.5, "curvature_factor": 2.0, "limit_factor": 1.5}
    content["links"][0]["sections"][0] |= {"grade_pct": 14.0, "curve_radius_m": 16.0, "speed_limit_kmh": 120.0}
    driven = Road.model_validate(content).with_its_factors()
    Road.model_validate(driven.model_dump())
    first = driven.links[0].sections[0]
    assert (first.grade_pct, first.curve_radius_m, first.speed_limit_kmh) == (STEEPEST_PCT, TIGHTEST_M, 130.0)


@pytest.mark.parametrize(("name", "more"), [("grade_factor", 1.3), ("curvature_factor", 1.6)])
def test_steeper_and_more_curved_roads_have_more_accidents(small, name, more) -> None:
    plain, worse = (
        run_replication(small(days=20).changed({f"road.{name}": f}), 3, 0).metrics["expected_accidents"]
        for f in (1.0, more)
    )
    assert worse > plain
