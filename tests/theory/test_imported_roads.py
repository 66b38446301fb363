"""Roads from real files against what is published of them; sources and licences in tests/data/roads/README.md."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from pyproj import Geod

from sim.importing.findings import RefusedError
from sim.importing.options import Options
from sim.importing.road_files import road_content, road_yaml
from sim.importing.road_import import Imported, facts, import_road
from sim.inputs.network import Network
from sim.inputs.road import Road

DATA = Path(__file__).parents[1] / "data" / "roads"
HEIGHTS = (DATA / "N42E001.hgt.zip",)
TOWN, PASS, BORDER = (1.5218, 42.5063), (1.7187, 42.5400), (1.7337, 42.5427)


@pytest.fixture(scope="module")
def sa_calobra() -> Imported:
    return import_road(DATA / "sa_calobra.gpx", Options(to_km=10.3))


@pytest.fixture(scope="module")
def envalira() -> Imported:
    return import_road(DATA / "andorra.osm.pbf", envalira_options())


def envalira_options(**changes) -> Options:
    return Options(**{"ref": "CG-2", "start": TOWN, "end": PASS, "height_files": HEIGHTS, **changes})


def test_a_barometers_climb_is_the_published_one(sa_calobra: Imported) -> None:
    """altimetrias.net: 10.16 km, 706 m, 6.95 %, top at 722 m, steepest kilometre 9 to 10 %."""
    found = facts(sa_calobra)
    assert found["length_km"] == pytest.approx(10.16, rel=0.01)
    assert found["climb_m"] == pytest.approx(706.0, rel=0.03)
    assert found["climb_m"] / found["length_km"] / 10.0 == pytest.approx(6.95, abs=0.25)
    assert found["highest_m"] == pytest.approx(720.0, abs=6.0)
    assert 9.0 <= found["steepest_pct"]["1000 m"] <= 10.0
    assert found["steepest_pct"]["100 m"] <= 15.0


def test_its_hairpins_are_seen(sa_calobra: Imported) -> None:
    """26 hairpins are published; of those that turn by more than 120 degrees nine in ten are as tight as hairpins."""
    hairpins = [curve.radius_m for curve in sa_calobra.alignment.curves if abs(curve.turn_deg) > 120.0]
    assert 20 <= len(hairpins) <= 26
    assert np.mean([18.0 <= radius <= 45.0 for radius in hairpins]) >= 0.9
    assert {found.code for found in sa_calobra.findings} >= {"R02", "R04"}


def test_a_map_and_a_height_model_give_the_published_pass(envalira: Imported) -> None:
    """1001puertos, ricardofb, enciclopedia.cat: 27.5 to 28.5 km, 1,380 m, 4.8 to 5.1 %, about 9 %, 2,408 m."""
    found = facts(envalira)
    assert 27.5 <= found["length_km"] <= 28.6
    assert found["climb_m"] == pytest.approx(1380.0, rel=0.03)
    assert 4.8 <= found["mean_grade_pct"] <= 5.1
    assert found["highest_m"] == pytest.approx(2408.0, abs=5.0)
    assert 8.5 <= found["steepest_pct"]["1000 m"] <= 9.5
    assert found["wrong_way_m"] < 0.01 * found["climb_m"]


def test_what_the_map_tells_of_the_pass_is_said(envalira: Imported) -> None:
    known = facts(envalira)["known"]
    assert known["limit"]["tagged"] >= 0.9
    assert known["lane_width"]["tagged"] == known["truck_limit"]["tagged"] == 0.0
    odd = [found for found in envalira.findings if found.code == "R07"]
    assert [found.values["value"] for found in odd] == ["90;30;90;30;90;30"]
    assert odd[0].values["used"] == 30.0


def test_the_pass_downhill_is_the_same_road(envalira: Imported) -> None:
    down = facts(import_road(DATA / "andorra.osm.pbf", envalira_options(direction="downhill")))
    up = facts(envalira)
    assert down["net_height_m"] == pytest.approx(-up["net_height_m"], abs=1.0)
    assert down["length_km"] == pytest.approx(up["length_km"], rel=0.001)
    assert down["curves"]["count"] == pytest.approx(up["curves"]["count"], rel=0.03)


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [({"end": BORDER}, "R06", "1.73095,42.54650"), ({"height_files": ()}, "R01", "--dem")],
)
def test_what_can_not_be_had_from_the_map_is_refused(changes: dict, code: str, place: str) -> None:
    """The map's CG-2 ends before the border town; a road without heights would be flat."""
    with pytest.raises(RefusedError, match=rf"\[{code}\]") as refusal:
        import_road(DATA / "andorra.osm.pbf", envalira_options(**changes))
    assert place in str(refusal.value)


def test_noise_of_nearest_pixels_changes_the_climb_little(monkeypatch) -> None:
    """Heights as steps of a model's pixels climb twice as much raw, and within 3 % the same smoothed."""
    from sim.importing import heights

    def nearest(grid, row, column):
        return grid[np.rint(row).astype(int), np.rint(column).astype(int)]

    smooth = facts(import_road(DATA / "andorra.osm.pbf", envalira_options()))
    monkeypatch.setattr(heights, "bilinear", nearest)
    stepped = facts(import_road(DATA / "andorra.osm.pbf", envalira_options()))
    assert stepped["raw_climb_m_and_fall_m"][0] > 1.5 * smooth["climb_m"]
    assert stepped["climb_m"] == pytest.approx(smooth["climb_m"], rel=0.03)


def test_a_design_is_taken_as_drawn() -> None:
    """Elements and grades as they stand in the file."""
    road = import_road(DATA / "M3_RS-CL.tg.xml", Options())
    assert road.alignment.length_m == pytest.approx(1266.246, abs=0.001)
    assert [curve.radius_m for curve in road.alignment.curves] == [250.0, 500.0, 250.0, 200.0, 150.0, 200.0, 400.0]
    grades = [1.38, -0.50, 2.74, -0.79, 1.49, -2.02, 3.04, -3.00, 1.25, -2.94, 0.60, 2.91]
    assert road.alignment.grades_pct == pytest.approx(grades, abs=0.006)
    written = road_content(road, Options())["links"][0]["sections"]
    assert sum(section["length_km"] for section in written) == pytest.approx(1.266246, abs=1e-6)
    assert {section["curve_radius_m"] for section in written if "curve_radius_m" in section} == {
        150.0, 200.0, 250.0, 400.0, 500.0
    }  # fmt: skip


@pytest.mark.parametrize("road", ["sa_calobra", "envalira"])
def test_heights_add_up_and_the_road_loads(road: str, request) -> None:
    """The sum of length x grade is the difference in height, and the engine's road is as long as the file's."""
    imported = request.getfixturevalue(road)
    content = yaml.safe_load(yaml.safe_dump(road_content(imported, Options())))
    sections = [section for link in content["links"] for section in link["sections"]]
    rise = sum(10.0 * section["length_km"] * section["grade_pct"] for section in sections)
    assert rise == pytest.approx(facts(imported)["net_height_m"], abs=0.2)
    network = Network(Road.model_validate(content))
    metres = sum(network.link_length_m(link["name"]) for link in content["links"])
    assert metres == pytest.approx(imported.alignment.length_m, abs=0.5 * len(content["links"]))


@pytest.mark.parametrize("road", ["sa_calobra", "envalira"])
def test_the_line_on_maps_lies_on_the_road(road: str, request) -> None:
    """No shorter than by what its hairpins lose within ten metres, and as far from end to end as the globe says."""
    imported = request.getfixturevalue(road)
    trace = imported.alignment.trace
    content = road_content(imported, Options())
    place = {node["name"]: (node["x_km"], node["y_km"]) for node in content["nodes"]}
    for link in content["links"]:
        line = np.array([place[link["start"]], *link.get("shape_km", []), place[link["end"]]])
        length_km = sum(section["length_km"] for section in link["sections"])
        assert 0.93 * length_km < np.hypot(*np.diff(line, axis=0).T).sum() < 1.005 * length_km
    _, _, apart_m = Geod(ellps="WGS84").inv(trace.lon_deg[0], trace.lat_deg[0], trace.lon_deg[-1], trace.lat_deg[-1])
    assert 1000.0 * np.hypot(*np.subtract(place["end"], place["start"])) == pytest.approx(apart_m, rel=1e-3)
    written = Road.model_validate(yaml.safe_load(road_yaml(imported, content)))
    assert sum(len(link.shape_km) for link in written.links) > 20
