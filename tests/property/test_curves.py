"""A curve is what it is, however its road is cut into sections."""

import pytest

from sim.engine.replication import run_replication
from sim.scenario import ScenarioError, load_scenario


def in_halves(road: dict, **also: bool) -> dict:
    """Every section as two, at a whole metre; halves of a curve say how long it is."""
    for link in road["links"]:
        halves = []
        for section in link["sections"]:
            length_m = round(section["length_km"] * 1000.0)
            whole = {"curve_length_m": length_m} if also["named"] and section.get("curve_radius_m") else {}
            parts_m = length_m // 2, length_m - length_m // 2
            halves += [{**section, **whole, "length_km": part_m / 1000.0} for part_m in parts_m]
        link["sections"] = halves
    return road


@pytest.fixture(scope="module")
def county(root):
    return load_scenario(root / "scenarios" / "s228" / "baseline.yaml").changed({"days": 20, "warm_up_days": 0})


@pytest.fixture(scope="module")
def expected(county):
    def cut(**also: bool) -> dict[str, float]:
        road = in_halves(county.road.model_dump(mode="json", exclude_none=True), **also)
        return run_replication(county.changed({"road": road}), 3, 0).metrics

    return {"whole": run_replication(county, 3, 0).metrics, "named": cut(named=True), "lost": cut(named=False)}


@pytest.mark.parametrize(("mechanism", "tolerance"), [("expected_general", 1e-5), ("expected_rollover", 1e-3)])
def test_cutting_a_road_changes_no_expected_accident(expected, mechanism, tolerance) -> None:
    """Two kinetic steps in the place of one give somewhat another speed in curves on climbs."""
    assert expected["named"][mechanism] == pytest.approx(expected["whole"][mechanism], rel=tolerance)


def test_curves_that_are_cut_without_saying_so_are_other_curves(expected) -> None:
    """Two short curves are worse than one long one by the manual, and roll trucks over twice."""
    assert expected["lost"]["expected_general"] > 1.02 * expected["whole"]["expected_general"]
    assert expected["lost"]["expected_rollover"] == pytest.approx(
        2.0 * expected["whole"]["expected_rollover"], rel=1e-3
    )


def test_a_curve_is_no_shorter_than_its_section_and_has_a_radius(county) -> None:
    for change, told in (
        ({"curve_length_m": 20.0, "curve_radius_m": 200.0, "length_km": 0.5}, "at least the section's length of 500 m"),
        ({"curve_length_m": 900.0}, "must have both or none"),
    ):
        road = county.road.model_dump(mode="json", exclude_none=True)
        section = road["links"][0]["sections"][0]
        section.pop("curve_radius_m", None)
        section |= change
        with pytest.raises(ScenarioError, match=told):
            county.changed({"road": road})
