"""Which chapter of the manual predicts a road's accidents, and what the result is on real roads."""

import numpy as np
import pytest

from sim.core.random_streams import Streams
from sim.engine.replication import run_replication
from sim.inputs.network import Network
from sim.inputs.road import Link, Road, Section
from sim.risk import two_lane
from sim.risk.section_hazard import base_hazard, involvements_per_vehicle_m, site_factors
from sim.scenario import ScenarioError, load_scenario

PLAIN = {"length_km": 1.0, "speed_limit_kmh": 80.0, "lane_width_m": 3.6576, "shoulder_width_m": 3.048}


def per_million_vehicle_km(road_class: str, aadt: float, lanes: int | None = None, **section: object) -> float:
    given = {**PLAIN, **section}
    divided = lanes == 4 and road_class == "national"
    link = Link(
        name="a", start="a", end="b", road_class=road_class, aadt=aadt, lanes=lanes, divided=divided, sections=(given,)
    )
    return sum(involvements_per_vehicle_m(Section(**given), link)) * 1e9


def test_a_freeway_is_safer_than_a_divided_road_and_that_safer_than_two_lanes() -> None:
    """All at 15,000 vehicles a day on a straight, level road."""
    freeway, divided = per_million_vehicle_km("expressway", 15_000.0), per_million_vehicle_km("national", 15_000.0, 4)
    assert freeway < divided < per_million_vehicle_km("national", 15_000.0)


@pytest.mark.parametrize("aadt", [400.0, 5_000.0, 30_000.0, 200_000.0])
@pytest.mark.parametrize(
    ("road_class", "lanes"), [("expressway", 4), ("expressway", 8), ("national", 4), ("county", 2)]
)
def test_rates_stay_within_sense_at_all_traffic(road_class, lanes, aadt) -> None:
    """0.05 to 2 involvements in a million vehicle-km, on an empty road and far beyond what the manual covers."""
    assert 0.05 < per_million_vehicle_km(road_class, aadt, lanes) < 2.0


def test_curves_of_expressways_count_and_their_grades_do_not() -> None:
    straight = per_million_vehicle_km("expressway", 9_000.0)
    assert per_million_vehicle_km("expressway", 9_000.0, grade_pct=6.0) == straight
    bends = [per_million_vehicle_km("expressway", 9_000.0, curve_radius_m=radius) for radius in (350.0, 700.0, 2_000.0)]
    assert np.all(np.diff([straight * 3.0, *bends, straight]) < 0.0)


def test_the_countys_expressway_by_its_own_chapter(root) -> None:
    """Between a quarter and all of what its two-lane roads have, and each scaled by its own factor."""
    county = load_scenario(root / "scenarios/taishun/baseline.yaml")
    network = Network(county.road)
    hazard, fast = base_hazard(network, county.risk).per_m, network.sections.road_class == 0
    assert 0.25 < hazard[fast].mean() / hazard[~fast].mean() < 1.0
    doubled = county.changed(
        {"risk.expressway_calibration_factor": 2.0, "risk.truck_hazard_ratio": two_lane.INVOLVED_PER_ACCIDENT}
    )
    found = base_hazard(network, doubled.risk).per_m / hazard
    assert found[fast] == pytest.approx(2.0)
    assert found[~fast] == pytest.approx(1.0)


def test_levels_multiply_what_the_manual_predicts(root) -> None:
    """Twice as many trucks among those involved, or a county with half more accidents than the manual's: so it is."""
    county = load_scenario(root / "scenarios/taishun/baseline.yaml")
    network = Network(county.road)
    usual = base_hazard(network, county.risk).per_m
    for changes, factor in (
        ({"risk.truck_hazard_ratio": 2.0 * county.risk.truck_hazard_ratio}, 2.0),
        ({"risk.calibration_factor": 1.5 * county.risk.calibration_factor}, 1.5),
    ):
        assert base_hazard(network, county.changed(changes).risk).per_m / usual == pytest.approx(factor)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"road_class": "expressway", "lanes": 2}, r"links\[0\]\.lanes: found 2, must be 4, 6 or 8 on an expressway"),
        ({"road_class": "county", "lanes": 6}, r"lanes: found 6, must be 2 or 4 on other roads than expressways"),
        ({"road_class": "county", "lanes": 2, "divided": True}, "must be false on roads that don't have lanes: 4"),
        ({"road_class": "motorway"}, "is not a class of roads; classes are expressway, national, .*, village"),
    ],
)
def test_roads_that_no_chapter_has_are_refused(small, changes, told) -> None:
    with pytest.raises(ScenarioError, match=told):
        small(road=with_class(small, changes))


def with_class(small, changes: dict[str, object]) -> dict[str, object]:
    """The small road with its first link changed, and a class of its own."""
    road = small().road.model_dump(mode="json", exclude_none=True)
    first, *others = road["links"]
    classes = {"village": {"like": "county", "title": "village road", "title_zh": "村道"}}
    return {**road, "links": [{**first, **changes}, *others], "classes": classes}


def test_a_class_of_ones_own_is_driven_like_its_model_and_told_by_its_name(small) -> None:
    """The same run as on a county road but for the names; an expressway of one's own is predicted as an expressway."""
    own, model = (
        run_replication(small(road=with_class(small, {"road_class": name})), 3, 0) for name in ("village", "county")
    )
    for name in ("vehicle_km", "expected_accidents", "accidents"):
        assert own.metrics[f"{name}_village"] + own.metrics[f"{name}_county"] == pytest.approx(
            model.metrics[f"{name}_county"]
        )
        assert own.metrics[f"{name}_village"] > 0.0 or name == "accidents"
        assert own.metrics[name] == model.metrics[name]
    assert [a._replace(road_class="") for a in own.accidents] == [a._replace(road_class="") for a in model.accidents]
    fast = with_class(small, {"road_class": "pass"}) | {"classes": {"pass": {"like": "expressway"}}}
    network = Network(small(road=fast).road)
    assert network.ways[0].link.lane_count == 4
    assert network.sections.freeway[: network.ways[0].stop].all()


def test_a_link_knows_its_class_only_on_its_own_road(small) -> None:
    """The same links on another road, or with another class, are what that says."""
    road = small(road=with_class(small, {"road_class": "village"})).road
    other = Road(nodes=road.nodes, links=road.links, classes={"village": {"like": "expressway"}})
    assert (road.links[0].like, other.links[0].like) == ("county", "expressway")
    assert road.links[0].model_copy(update={"road_class": "national"}).like == "national"


def test_classes_of_ones_own_are_held_against_those_that_there_are(small) -> None:
    with pytest.raises(ScenarioError, match=r"classes\.lane\.like: found 'alley', must be one of expressway"):
        small(road=with_class(small, {}) | {"classes": {"lane": {"like": "alley"}}})
    for name in ("semi", "gravel-road", "a.b"):
        with pytest.raises(ScenarioError, match="must be of letters, digits and _, and not semi"):
            small(road=with_class(small, {}) | {"classes": {name: {"like": "county"}}})
    with pytest.raises(ScenarioError, match="county is a class that every scenario has"):
        small(road=with_class(small, {}) | {"classes": {"county": {"like": "national"}}})
    with pytest.raises(ScenarioError, match="'lane' is not a class of roads"):
        small(interventions={"access_rules": {"toll_discount_share": 0.1, "discount_on": ["lane"]}})


class TestSites:
    """Sections differ by more than what the manual knows of them."""

    MILES = 0.236

    def factors(self, county, replication: int) -> np.ndarray:
        return site_factors(Network(county.road), Streams(1, replication), self.MILES)

    @pytest.fixture
    def county(self, root):
        return load_scenario(root / "scenarios/taishun/baseline.yaml")

    def test_mean_and_variance_are_the_manuals(self, county) -> None:
        """Over 400 replications: a mean of 1 within four standard errors, and k = 0.236 / L by classes of length."""
        network = Network(county.road)
        slow = network.sections.road_class != 0
        found = np.array([self.factors(county, replication) for replication in range(400)])[:, slow]
        k = self.MILES / (network.sections.length_m[slow] / 1609.344)
        error = np.sqrt(k / 400.0)
        assert (np.abs(found.mean(axis=0) - 1.0) < 4.5 * error).all()
        assert (found.var(axis=0) / k).mean() == pytest.approx(1.0, abs=0.1)

    def test_directions_share_it_and_expressways_have_none(self, county) -> None:
        network, found = Network(county.road), self.factors(county, 0)
        ways = {(way.link.name, way.forward): found[way.first : way.stop] for way in network.ways}
        for (link, forward), own in ways.items():
            if forward and (link, False) in ways:
                assert own.tolist() == ways[link, False][::-1].tolist()
        assert (found[network.sections.road_class == 0] == 1.0).all()

    def test_counts_of_sites_scatter_by_it_and_all_scenarios_meet_the_same(self, county) -> None:
        """Expected accidents of sections move by its factors; those of the county by a few per cent."""
        plain = county.changed({"days": 10, "risk.site_overdispersion_miles": 0.0})
        real = county.changed({"days": 10})
        runs = [run_replication(one, 1, 0).sections["expected_general"].to_numpy() for one in (plain, real)]
        driven = runs[0] > 0.0
        assert runs[1][driven] / runs[0][driven] == pytest.approx(self.factors(county, 0)[driven], rel=0.02)
        assert runs[1].sum() / runs[0].sum() == pytest.approx(1.0, abs=0.15)


def test_limits_by_direction_and_for_trucks() -> None:
    """The lower of both holds for a truck, in its direction."""
    section = Section(length_km=1.0, speed_limit_kmh=80, backward_speed_limit_kmh=60, truck_speed_limit_kmh=70)
    assert [section.limit_for_trucks_kmh(forward=forward) for forward in (True, False)] == [70.0, 60.0]
    plain = Section(length_km=1.0, speed_limit_kmh=50)
    assert [plain.limit_for_trucks_kmh(forward=forward) for forward in (True, False)] == [50.0, 50.0]


def test_a_slower_direction_takes_longer(small) -> None:
    """The banned road's limit of 60 km/h southward, 40 northward: half as long again, and fewer who speed."""
    road = small().model_dump(mode="json")["road"]
    for link in road["links"]:
        for section in link["sections"]:
            section["backward_speed_limit_kmh"] = section["speed_limit_kmh"] / 1.5
    network = Network(small(road=road).road)
    for way in network.ways:
        usual = network.sections.limit_ms[way.first : way.stop]
        other = next(w for w in network.ways if w.link.name == way.link.name and w.forward != way.forward)
        if way.forward:
            assert usual == pytest.approx(1.5 * network.sections.limit_ms[other.first : other.stop][::-1])
