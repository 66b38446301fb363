"""Several roads of one file become a network, in whatever order they stand there."""

import json

import pytest
import yaml
from typer.testing import CliRunner

from sim.cli import app
from sim.scenario import load_scenario

NORTH, TOWN, SOUTH, WEST = (27.50, 119.70), (27.47, 119.70), (27.43, 119.70), (27.47, 119.66)
FAR = (27.90, 119.20)
ROADS = {"S228": (NORTH, TOWN), "X 101": (WEST, TOWN), "G 235": (TOWN, SOUTH)}


def places(start, end, count=120):
    """Longitude, latitude and a height that falls by some 3 %, from a place to another."""
    for n in range(count):
        share = n / (count - 1)
        yield (*(start[k] + share * (end[k] - start[k]) for k in (1, 0)), 600.0 - 100.0 * share)


def gpx(roads) -> str:
    tracks = "".join(
        f"<trk><name>{name}</name><trkseg>"
        + "".join(f'<trkpt lon="{x:.6f}" lat="{y:.6f}"><ele>{z:.1f}</ele></trkpt>' for x, y, z in places(*ends))
        + "</trkseg></trk>"
        for name, ends in roads
    )
    head = '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
    return f'{head}<wpt lon="1" lat="1"/>{tracks}</gpx>'


def geojson(roads) -> str:
    """Each road in two pieces of the same name."""
    features = []
    for name, ends in roads:
        line = [list(place) for place in places(*ends)]
        for piece in (line[:60], line[59:]):
            geometry = {"type": "LineString", "coordinates": piece}
            features.append(
                {"type": "Feature", "properties": {"name": name, "highway": "secondary"}, "geometry": geometry}
            )
    return json.dumps({"type": "FeatureCollection", "features": features})


def imported(folder, content, name, *options):
    file, out = folder / name, folder / "out"
    file.write_text(content)
    done = CliRunner().invoke(app, ["import", "road", str(file), "--out", str(out), *options])
    return done, out


@pytest.mark.parametrize(("make", "name"), [(gpx, "county.gpx"), (geojson, "county.geojson")])
@pytest.mark.parametrize("order", [("S228", "X 101", "G 235"), ("G 235", "S228", "X 101")])
def test_roads_that_meet_are_one_network(make, name, order, tmp_path) -> None:
    done, out = imported(tmp_path, make([(key, ROADS[key]) for key in order]), name, "--each", "--scenario")
    assert done.exit_code == 0, done.output
    road = yaml.safe_load((out / "road.yaml").read_text())
    assert {link["name"] for link in road["links"]} == {"S228", "X_101", "G_235"}
    assert len(road["nodes"]) == 4
    ends = [node for link in road["links"] for node in (link["start"], link["end"])]
    [town] = {node for node in ends if ends.count(node) == 3}
    lengths = {link["name"]: sum(section["length_km"] for section in link["sections"]) for link in road["links"]}
    assert lengths["G_235"] == pytest.approx(4.43, abs=0.03)
    assert lengths["X_101"] == pytest.approx(3.95, abs=0.03)
    files = {file.name for file in out.iterdir()}
    assert {f"{link}.{kind}" for link in lengths for kind in ("import.md", "import.json", "profile.svg")} <= files
    scenario = load_scenario(out / "baseline.yaml")
    assert {link.name for link in scenario.road.links} == set(lengths)
    assert town in {node.name for node in scenario.road.nodes}


def test_roads_in_a_row_of_which_the_second_meets_only_the_third(tmp_path) -> None:
    roads = [("a", (NORTH, TOWN)), ("c", (SOUTH, (27.40, 119.70))), ("b", (TOWN, SOUTH))]
    done, out = imported(tmp_path, gpx(roads), "row.gpx", "--each")
    assert done.exit_code == 0, done.output
    assert [link["name"] for link in yaml.safe_load((out / "road.yaml").read_text())["links"]] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("roads", "options", "said"),
    [
        ([("a", (NORTH, TOWN)), ("b", (FAR, (27.93, 119.20)))], (), "b: no node of it lies within 50 m"),
        ([("a", (NORTH, TOWN))], (), "has one road: leave --each out"),
        ([("a", (NORTH, TOWN)), ("b", (TOWN, SOUTH))], ("--to-km", "2"), "--from-km and --to-km are of one road"),
    ],
)
def test_what_makes_no_network_is_refused_and_nothing_written(roads, options, said, tmp_path) -> None:
    done, out = imported(tmp_path, gpx(roads), "a.gpx", "--each", *options)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())
    assert not out.exists()


def test_other_files_hold_one_road(tmp_path) -> None:
    done, _ = imported(tmp_path, "station_m,grade\n0,-4\n500,-5\n1600,0\n", "a.csv", "--each")
    assert (done.exit_code, "--each is for GPX" in " ".join(done.output.split())) == (2, True)


def test_tracks_of_the_same_name_are_told_apart_and_join_what_is_there(tmp_path) -> None:
    first, out = imported(tmp_path, gpx([("S228", ROADS["S228"])]), "one.gpx", "--link-name", "S228")
    assert first.exit_code == 0, first.output
    file = tmp_path / "two.gpx"
    file.write_text(gpx([("side", ROADS["X 101"]), ("side", ROADS["G 235"])]))
    done = CliRunner().invoke(
        app, ["import", "road", str(file), "--each", "--merge", str(out), "--out", str(tmp_path / "all")]
    )
    assert done.exit_code == 0, done.output
    road = yaml.safe_load((tmp_path / "all" / "road.yaml").read_text())
    assert [link["name"] for link in road["links"]] == ["S228", "side", "side_2"]


def test_a_road_on_which_others_end_is_cut_there(tmp_path) -> None:
    """A main road all the way, two side roads on it from both sides, one 30 m beside it as tracks are."""
    near, other = (27.45, 119.7003), (27.48, 119.70)
    roads = [("main", (NORTH, SOUTH)), ("west", (near, (27.45, 119.67))), ("east", ((27.48, 119.74), other))]
    done, out = imported(tmp_path, gpx(roads), "county.gpx", "--each")
    assert done.exit_code == 0, done.output
    road = yaml.safe_load((out / "road.yaml").read_text())
    lengths = {link["name"]: sum(section["length_km"] for section in link["sections"]) for link in road["links"]}
    assert sorted(lengths) == ["east", "main_1", "main_2", "main_3", "west"]
    assert lengths["main_1"] == pytest.approx(0.02 * 110.82, abs=0.08)
    assert lengths["main_2"] == pytest.approx(0.03 * 110.82, abs=0.08)
    assert sum(lengths[f"main_{n}"] for n in (1, 2, 3)) == pytest.approx(0.07 * 110.82, abs=0.05)
    ends = [node for link in road["links"] for node in (link["start"], link["end"])]
    assert sorted(ends.count(node["name"]) for node in road["nodes"]) == [1, 1, 1, 1, 3, 3]
