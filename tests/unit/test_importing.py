"""What imports refuse and say, and their small pieces."""

import json
import re
import struct
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from sim.cli import app
from sim.importing.alignment import Run, straight_grades
from sim.importing.findings import TEXTS
from sim.importing.heights import bilinear, height_model
from sim.importing.plan import curvature, curves_of, distances
from sim.importing.road_files import FLEET
from sim.importing.sections import _joined, _not_too_steep
from sim.importing.shifted import shifted, true_places
from sim.importing.smoothing import spikes, whittaker
from sim.importing.tags import limit_kmh, road_class_of, truck_limit_kmh
from sim.inputs.road import STEEPEST_PCT

DATA = Path(__file__).parents[1] / "data" / "roads"
EXAMPLE_FLEET = Path(__file__).parents[2] / "scenarios" / "taishun" / "parts" / "fleet.yaml"
runner = CliRunner()


def imported(*arguments) -> tuple[int, str]:
    result = runner.invoke(app, ["import", *map(str, arguments)])
    return result.exit_code, result.output


def gpx(points: str) -> str:
    track = f"<trk><name>A &amp; B</name><trkseg>{points}</trkseg></trk>"
    return f'<gpx xmlns="http://www.topografix.com/GPX/1/1">{track}</gpx>'


def straight(count: int, *, height=lambda metre: 100.0, step_deg: float = 1e-4) -> str:
    """North from 45 degrees, a point each 11 m."""
    return "".join(
        f'<trkpt lat="{45.0 + step_deg * n:.7f}" lon="7.0"><ele>{height(11.12 * n)}</ele></trkpt>' for n in range(count)
    )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.gpx", b"<gpx><trk>", ["a.gpx:1", "broken XML", "R12"]),
        ("a.gpx", b'<!DOCTYPE g [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><gpx>&b;</gpx>', ["entities", "R12"]),
        ("a.gpx", gpx("").encode(), ["0 points"]),
        ("a.gpx", gpx('<trkpt lat="95" lon="7"/>' * 12).encode(), ["lat 95", "no place on earth"]),
        ("a.gpx", gpx(straight(12)).encode(), ["0.122 km", "200 m or more"]),
        ("a.csv", b"a,b\n1,2\n", ["a.csv:1", "'a', 'b'", "station with grade"]),
        ("a.csv", b"lon,lat,ele\n7,45,x\n", ["a.csv:2", "ele", "'x'", "must be a number"]),
        ("a.csv", b"station,grade\n0,1\n500,2\n400,0\n", ["a.csv:4", "rise"]),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', ["no LineString"]),
        ("a.geojson", b"{", ["is no JSON"]),
        ("a.osm.pbf", b"nothing", ["OpenStreetMap", "R12"]),
        ("N42E001.hgt", b"123", ["is a height model", "--dem"]),
        ("a.docx", b"PK", ["of no known kind", "GPX"]),
    ],
)
def test_what_is_no_road_is_one_message(name: str, content: bytes, words: list[str], tmp_path) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    code, output = imported("road", file, "--out", tmp_path / "out")
    assert code == 2
    assert "Traceback" not in output
    for word in words:
        assert word in output
    assert not (tmp_path / "out").exists()


def test_a_surface_is_refused_with_what_to_do() -> None:
    code, output = imported("road", DATA / "abrman_S1.xml", "--out", "nowhere")
    assert code == 2
    assert "no alignment (a surface)" in output
    assert "R11" in output


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--from", "42.5", "must be LON,LAT"),
        ("--to", "42.5,181", "no place on earth"),
        ("--direction", "up", "as-is, reverse, downhill"),
        ("--datum", "mars", "wgs84, gcj02, bd09"),
        ("--road-class", "lane", "expressway, national, provincial, county"),
    ],
)
def test_wrong_options_are_told(option: str, value: str, words: str, tmp_path) -> None:
    code, output = imported("road", DATA / "sa_calobra.gpx", "--out", tmp_path / "out", option, value)
    assert code == 2
    assert words in output


def test_an_import_writes_what_other_commands_read(tmp_path) -> None:
    """And the same bytes twice."""
    outs = [tmp_path / name for name in ("one", "two")]
    for out in outs:
        code, output = imported("road", DATA / "sa_calobra.gpx", "--to-km", 10.3, "--scenario", "--out", out)
        assert code == 0, output
    names = sorted(path.name for path in outs[0].iterdir() if not path.name.startswith("."))
    assert names == sorted(
        [
            *("road.yaml", "baseline.yaml", "fleet.yaml", "geometry.geojson", "profile.svg"),
            *("import.json", "import.md", "import.zh-CN.md"),
        ]
    )
    for name in names:
        assert (outs[0] / name).read_bytes() == (outs[1] / name).read_bytes()
    assert runner.invoke(app, ["validate", str(outs[0] / "baseline.yaml")]).exit_code == 0
    report = json.loads((outs[0] / "import.json").read_text())
    features = json.loads((outs[0] / "geometry.geojson").read_text())["features"]
    assert len(features) == report["facts"]["sections"]
    assert "驶过" in (outs[0] / "import.zh-CN.md").read_text()


def test_other_commands_name_the_import(tmp_path) -> None:
    result = runner.invoke(app, ["validate", str(DATA / "sa_calobra.gpx")])
    assert result.exit_code == 2
    assert "hairpin import inspect" in result.output


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("andorra.osm.pbf", "CG2"),
        ("sa_calobra.gpx", "4662"),
        ("N42E001.hgt.zip", "92.8"),
        ("M3_RS-CL.tg.xml", "1266.246"),
        ("abrman_S1.xml", "no: "),
    ],
)
def test_files_are_inspected(name: str, words: str) -> None:
    code, output = imported("inspect", DATA / name)
    assert code == 0
    assert words in output


def test_a_table_of_stations_is_a_road(tmp_path) -> None:
    """Semicolons, decimal commas, kilometre posts and limits as a survey writes them."""
    file = tmp_path / "survey.csv"
    file.write_text("station;grade;radius;limit\nK12+000;-6,5;;40\nK12+300;-6,5;30;40\nK12+380;-2;;60\nK13+000;;;\n")
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert code == 0, output
    report = json.loads(output)
    assert report["facts"]["length_km"] == 1.0
    assert report["facts"]["net_height_m"] == pytest.approx(-0.065 * 380.0 - 0.02 * 620.0, abs=0.01)
    assert report["facts"]["known"]["limit"]["tagged"] == 1.0
    assert [curve["radius_m"] for curve in report["curves"]] == [30.0]


def test_lines_of_geojson_are_joined_end_to_end(tmp_path) -> None:
    """The second one is drawn the other way round."""
    first = [[7.0, 45.0 + 1e-3 * n, 100.0 + 5.0 * n] for n in range(5)]
    second = [[7.0, 45.0 + 1e-3 * n, 100.0 + 5.0 * n] for n in range(8, 3, -1)]
    lines = [{"type": "LineString", "coordinates": own} for own in (first, second)]
    features = [{"type": "Feature", "geometry": own, "properties": {"maxspeed": "50 mph"}} for own in lines]
    file = tmp_path / "a.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert code == 0, output
    found = json.loads(output)["facts"]
    assert found["length_km"] == pytest.approx(8 * 0.1111, rel=0.01)
    assert found["net_height_m"] == pytest.approx(40.0, abs=1.0)
    assert "80.5" in (tmp_path / "out" / "road.yaml").read_text()


def test_lines_of_geojson_that_lie_apart_are_named(tmp_path) -> None:
    first, second = ([[7.0, 45.0 + 1e-3 * n, 100.0] for n in numbers] for numbers in (range(5), range(7, 12)))
    features = [{"type": "LineString", "coordinates": own} for own in (first, second)]
    file = tmp_path / "a.geojson"
    content = [{"type": "Feature", "geometry": own, "properties": {}} for own in features]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": content}))
    code, output = imported("road", file, "--out", tmp_path / "out")
    assert code == 0, output
    assert "lie 334 m apart, joined by a straight line" in " ".join(output.split())


def test_pieces_of_a_track_are_put_end_to_end(tmp_path) -> None:
    """In three pieces, the last one first: the same road, and it is said."""
    points = [
        own + "</trkpt>" for own in straight(600, height=lambda metre: 100.0 + 0.05 * metre).split("</trkpt>")[:-1]
    ]
    parts = ["".join(points[start : start + 200]) for start in (400, 0, 200)]
    files = tmp_path / "whole.gpx", tmp_path / "parts.gpx"
    files[0].write_text(gpx("".join(points)))
    files[1].write_text(gpx("</trkseg><trkseg>".join(parts)))
    reports = []
    for file in files:
        code, output = imported("road", file, "--out", tmp_path / file.stem, "--json")
        assert code == 0, output
        reports.append(json.loads(output))
    assert reports[1]["facts"] == reports[0]["facts"]
    told = [(tmp_path / file.stem / "import.md").read_text() for file in files]
    assert "the 3 pieces of the track were put end to end" in told[1]
    assert "end to end" not in told[0]


@pytest.mark.parametrize("timed", [True, False])
def test_a_road_driven_there_and_back_in_two_pieces_stays_in_turn(timed, tmp_path) -> None:
    """Back begins far from where the way out ended: the order in which the ends meet is not that of the road."""
    rise = straight(600, height=lambda metre: 100.0 + 0.05 * metre).split("</trkpt>")[:-1]
    there = rise + rise[399::-1]
    time = "<time>2024-05-01T{hour:02d}:{minute:02d}:{second:02d}Z</time>" if timed else ""
    points = [
        own + time.format(hour=n // 3600, minute=n // 60 % 60, second=n % 60) + "</trkpt>"
        for n, own in enumerate(there)
    ]
    file = tmp_path / "a.gpx"
    file.write_text(gpx("".join(points[:600]) + "</trkseg><trkseg>" + "".join(points[600:])))
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert code == 0, output
    report = json.loads(output)
    assert "end to end" not in (tmp_path / "out" / "import.md").read_text()
    assert report["facts"]["length_km"] == pytest.approx(599 * 0.01112, rel=0.01)
    assert report["facts"]["net_height_m"] > 0.0


def test_points_of_a_track_without_segments_are_read(tmp_path) -> None:
    file = tmp_path / "a.gpx"
    file.write_text(gpx(straight(300)).replace("<trkseg>", "").replace("</trkseg>", ""))
    assert imported("road", file, "--out", tmp_path / "out")[0] == 0


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("datetime,Cars,Trucks", "as counts"),
        ("station,grade,radius", "as a road"),
        ("lon,lat,ele", "as a road"),
        ("datetime,class,count", "as counts"),
        ("日期,时间,车型,流量", "as counts"),
        ("事故编号,事故日期,路线,桩号,死亡人数", "as accidents"),
        ("name,price", "not as it is"),
    ],
)
def test_tables_are_told_apart_by_their_columns(head, words, tmp_path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(f"{head}\n{','.join('1' * (head.count(',') + 1))}\n", encoding="utf-8")
    code, output = imported("inspect", file)
    assert code == 0
    assert words in output


def test_whole_metres_and_spikes_give_the_grade_all_the_same(tmp_path) -> None:
    """4 % over 3 km with heights in whole metres and three wild ones."""

    def height(metre: float) -> int:
        return round(500.0 + 0.04 * metre) + (60 if round(metre / 11.12) in {50, 120, 200} else 0)

    file = tmp_path / "a.gpx"
    file.write_text(gpx(straight(270, height=height)))
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert code == 0, output
    report = json.loads(output)
    assert report["facts"]["mean_grade_pct"] == pytest.approx(4.0, abs=0.05)
    assert report["facts"]["steepest_pct"]["100 m"] == pytest.approx(4.0, abs=0.5)
    assert {found["code"] for found in report["findings"]} >= {"R02", "R18"}


def test_feet_are_feet(tmp_path) -> None:
    file = tmp_path / "a.gpx"
    file.write_text(gpx(straight(100, height=lambda metre: 1000.0 + 0.13123 * metre + 0.1)))
    _, output = imported("road", file, "--out", tmp_path / "out", "--units", "us", "--json")
    assert json.loads(output)["facts"]["mean_grade_pct"] == pytest.approx(4.0, abs=0.02)


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ("station,grade", ["0,5%", "500,5 %", "1000,-20‰", "2000,"]),
        ("Station (m),Grade (%)", ["0,5", "500,5", '"1,000",-2', '"2,000",']),
        ("km,Längsneigung", ["0,5", "0.5,5", "1,-2", "2,"]),
        ("Kilometer,Höhe [m]", ["0,100", "0.5,125", "1,150", "2,130"]),
        ("chainage (km),elevation (m)", ["0,100", "0.5,125", "1,150", "2,130"]),
        ("km;grade", ["0,000;5", "0,125;5,000", "1,000;-2", "2,000;"]),
        ("station,grade,x (m),y (m)", ["0,5,500000,5000000", "1000,-2,500900,5000100", "2000,,501000,5001000"]),
        ("station,grade,,", ["0,5,,", "500,5,,", "1000,-2,,,", "2000,"]),
    ],
)
def test_grades_and_stations_are_read_as_offices_write_them(head, rows, tmp_path) -> None:
    file = tmp_path / "survey.csv"
    file.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert code == 0, output
    found = json.loads(output)["facts"]
    assert (found["length_km"], found["net_height_m"]) == (2.0, pytest.approx(30.0, abs=0.01))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("station,grade\n0,5\n500,\n1000,5\n2000,0\n", "a.csv:3: grade: found '', must be a number"),
        ("pk,grade\n12,5\n17,-3\n32,-6\n", "a.csv:4: pk: the road is 20 m long, must be 100 or more"),
    ],
)
def test_tables_that_leave_the_road_open_are_refused(text, words, tmp_path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text)
    code, output = imported("road", file, "--out", tmp_path / "out")
    assert code == 2
    assert words in output


@pytest.mark.parametrize(("grade", "told"), [("0.06", True), ("0.6", False), ("0", False)])
def test_grades_that_may_be_fractions_are_named(grade, told, tmp_path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"station,grade\n0,{grade}\n500,0\n1000,\n")
    _, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert any("fractions" in found["en"] for found in json.loads(output)["findings"]) == told


def heights_of(metre: float) -> float:
    return 500.0 + 0.05 * metre


@pytest.mark.parametrize("missing", ["left out", "zero"])
def test_a_road_whose_end_has_no_heights_is_refused(missing, tmp_path) -> None:
    """A device that lost them, or wrote 0 for them: level road, or a fall by 700 m, would be what nobody measured."""
    points = gpx(straight(300, height=heights_of)).split("</trkpt>")
    cut = [re.sub("<ele>.*?</ele>", "" if missing == "left out" else "<ele>0</ele>", point) for point in points[200:]]
    file = tmp_path / "a.gpx"
    file.write_text("</trkpt>".join([*points[:200], *cut]))
    code, output = imported("road", file, "--out", tmp_path / "out")
    assert code == 2
    assert re.search(r"has no heights on 1,1\d\d m at an end", output)


@pytest.mark.parametrize("missing", ["left out", "zero"])
def test_heights_that_are_missing_on_the_way_are_named(missing, tmp_path) -> None:
    points = gpx(straight(300, height=heights_of)).split("</trkpt>")
    none = "" if missing == "left out" else "<ele>0</ele>"
    cut = [re.sub("<ele>.*?</ele>", none, point) for point in points[100:150]]
    file = tmp_path / "a.gpx"
    file.write_text("</trkpt>".join([*points[:100], *cut, *points[150:]]))
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert code == 0, output
    report = json.loads(output)
    assert report["facts"]["mean_grade_pct"] == pytest.approx(5.0, abs=0.05)
    told = " ".join(found["en"] for found in report["findings"] if found["code"] == "R13")
    assert "m of the way have no height: a straight line" in told
    assert ("50 heights of 0" in told) == (missing == "zero")


def test_a_gap_is_named(tmp_path) -> None:
    file = tmp_path / "a.gpx"
    points = straight(60) + straight(60).replace('lat="45.0', 'lat="45.1')
    file.write_text(gpx(points))
    _, output = imported("road", file, "--out", tmp_path / "out", "--json")
    gaps = [found for found in json.loads(output)["findings"] if found["code"] == "R03"]
    assert len(gaps) == 1
    assert "10,4" in gaps[0]["en"]


def test_a_tile_that_is_none_and_a_bomb_are_refused(tmp_path) -> None:
    from sim.importing.findings import RefusedError

    bomb = tmp_path / "N42E001.hgt.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N42E001.hgt", b"\0" * 60_000_000)
    with pytest.raises(RefusedError, match="one tile of a known size"):
        height_model([bomb])
    named = tmp_path / "heights.hgt"
    named.write_bytes(b"\0" * 2 * 1201 * 1201)
    with pytest.raises(RefusedError, match="says where it lies"):
        height_model([named])


def test_a_tiles_corner_is_where_its_name_says(tmp_path) -> None:
    """North-west first, big-endian; a void has no height, nor has what lies outside."""
    grid = np.zeros((1201, 1201), dtype=">i2")
    grid[0, 0], grid[-1, -1], grid[600, 600] = 1000, 500, -32768
    file = tmp_path / "N10E020.hgt"
    file.write_bytes(grid.tobytes())
    model, spacing = height_model([file])
    found = model(np.array([20.0, 21.0, 20.5, 22.0]), np.array([11.0, 10.0, 10.5, 10.5]))
    assert found[:2].tolist() == [1000.0, 500.0]
    assert np.isnan(found[2:]).all()
    assert spacing == pytest.approx(92.8, abs=0.1)
    assert struct.unpack(">h", file.read_bytes()[:2]) == (1000,)


def test_heights_between_points_are_bilinear() -> None:
    grid = np.array([[0.0, 10.0], [20.0, 30.0]])
    assert bilinear(grid, np.array([0.5]), np.array([0.5])) == pytest.approx([15.0])
    assert bilinear(grid, np.array([1.0]), np.array([1.0])) == pytest.approx([30.0])


def test_the_smoother_halves_its_wavelength_and_keeps_a_grade() -> None:
    """The half-power wavelength, by definition; a straight grade has no second difference."""
    step, wavelength = 5.0, 300.0
    at = step * np.arange(4000)
    wave = np.sin(2.0 * np.pi * at / wavelength)
    kept = whittaker(wave, wavelength, step)[1000:3000]
    assert np.abs(kept).max() == pytest.approx(0.5, abs=0.005)
    assert whittaker(0.05 * at, wavelength, step) == pytest.approx(0.05 * at, abs=1e-6)
    assert whittaker(wave, 0.0, step) == pytest.approx(wave)


def test_a_spike_is_seen_and_a_grade_is_not() -> None:
    heights = 0.1 * np.arange(200.0)
    heights[77] += 40.0
    assert np.flatnonzero(spikes(heights, 10, 5.0)).tolist() == [77]


@pytest.mark.parametrize(("radius", "turn"), [(30.0, 180.0), (60.0, 90.0), (250.0, 45.0)])
def test_an_arc_is_found_with_its_radius_and_turn(radius: float, turn: float) -> None:
    """Between two tangents; its window widens a curve by at most 40 m, and never changes how far it turns."""
    angle = np.linspace(0.0, np.radians(turn), round(radius * np.radians(turn) / 5.0))
    arc = np.column_stack([radius * np.sin(angle), radius * (1.0 - np.cos(angle))])
    before = np.column_stack([np.arange(-200.0, 0.0, 5.0), np.zeros(40)])
    ahead = np.array([np.cos(angle[-1]), np.sin(angle[-1])])
    after = arc[-1] + np.arange(5.0, 205.0, 5.0)[:, None] * ahead
    x, y = np.vstack([before, arc, after]).T
    along = distances(x, y)
    even = np.linspace(0.0, along[-1], round(along[-1] / 5.0) + 1)
    bent = curvature(np.interp(even, along, x), np.interp(even, along, y), even)
    (curve,) = curves_of(even, bent)
    assert curve.turn_deg == pytest.approx(turn, abs=0.03 * turn + 2.0)
    assert radius * 0.97 <= curve.radius_m <= radius + 45.0 / np.radians(turn)


def test_grades_are_the_fewest_that_stay_near() -> None:
    station = np.arange(0.0, 2001.0, 5.0)
    height = np.interp(station, [0.0, 800.0, 2000.0], [0.0, 40.0, 30.0])
    breaks, heights = straight_grades(station, height)
    assert breaks.tolist() == [0.0, 800.0, 2000.0]
    assert heights.tolist() == [0.0, 40.0, 30.0]


def test_sections_that_are_too_steep_are_joined() -> None:
    class Ramp:
        def height_m(self, at):
            return np.interp(at, [0.0, 100.0, 120.0, 300.0], [0.0, 5.0, 9.0, 15.0])

    bounds = np.array([0.0, 100.0, 120.0, 300.0])
    joined = _not_too_steep(bounds, Ramp())
    grades = 100.0 * np.diff(Ramp().height_m(joined)) / np.diff(joined)
    assert (np.abs(grades) < STEEPEST_PCT).all()
    assert len(joined) == 3


@pytest.mark.parametrize(
    ("tags", "value", "odd"),
    [
        ({"maxspeed": "50"}, 50.0, ""),
        ({"maxspeed": "30 mph"}, 48.28, ""),
        ({"maxspeed": "90;30"}, 30.0, "90;30"),
        ({"maxspeed": "RO:urban"}, None, "RO:urban"),
        ({"maxspeed": "60", "maxspeed:forward": "40"}, 40.0, ""),
        ({}, None, ""),
    ],
)
def test_limits_are_read_as_they_are_written(tags: dict, value: float | None, odd: str) -> None:
    told = limit_kmh(tags, "maxspeed:forward", "maxspeed")
    assert told.value == (None if value is None else pytest.approx(value, abs=0.01))
    assert told.odd == odd


def test_a_chinese_number_goes_before_the_kind_of_road() -> None:
    assert road_class_of({"ref": "S228", "highway": "tertiary"}, None) == "provincial"
    assert road_class_of({"ref": "G322", "highway": "secondary"}, None) == "national"
    assert road_class_of({"highway": "motorway_link"}, None) == "expressway"
    assert road_class_of({"ref": "S228"}, "county") == "county"


def test_places_on_chinese_maps_go_back_where_they_are() -> None:
    """A shift of 300 to 700 m, undone to a centimetre."""
    lon, lat = np.array([119.7, 103.9, 87.6]), np.array([27.6, 30.7, 43.8])
    there = shifted(lon, lat)
    east, north = (there[0] - lon) * 111_320.0 * np.cos(np.radians(lat)), (there[1] - lat) * 111_320.0
    assert ((np.hypot(east, north) > 100.0) & (np.hypot(east, north) < 800.0)).all()
    back = true_places(*there, "gcj02")
    assert np.abs(back[0] - lon).max() < 1e-7
    assert np.abs(back[1] - lat).max() < 1e-7


def test_every_finding_has_both_languages() -> None:
    for code, (english, chinese) in TEXTS.items():
        assert code.startswith("R")
        fields = {part.split("}")[0].split(":")[0].split("!")[0] for part in english.split("{")[1:]}
        assert fields == {part.split("}")[0].split(":")[0].split("!")[0] for part in chinese.split("{")[1:]}, code


GEOJSON = {
    "null feature": '{"type": "FeatureCollection", "features": [null]}',
    "null coordinates": '{"type": "LineString", "coordinates": null}',
    "empty places": '{"type": "LineString", "coordinates": [[], []]}',
    "numbers": '{"type": "LineString", "coordinates": 5}',
    "flat": '{"type": "MultiLineString", "coordinates": [[7.0, 45.0, 100], [7.01, 45.0, 120]]}',
    "properties": '{"type": "Feature", "properties": ["a"], "geometry": {"type": "Point", "coordinates": [1, 2]}}',
    "not a number": '{"type": "LineString", "coordinates": [[7.0, NaN, 500], [7.1, 45.0, 500]]}',
    "metres": '{"type": "LineString", "coordinates": [[500000, 5000000, 500], [500100, 5000000, 500]]}',
}


@pytest.mark.parametrize("name", GEOJSON)
def test_lines_that_are_none_are_refused(name: str, tmp_path) -> None:
    file = tmp_path / "a.geojson"
    file.write_text(GEOJSON[name])
    code, output = imported("road", file, "--out", tmp_path / "out")
    assert code == 2
    assert "a.geojson: " in output
    told = {
        **dict.fromkeys(("metres", "not a number"), "degrees"),
        **dict.fromkeys(("numbers", "flat", "properties"), "a line is a list"),
    }
    assert told.get(name, "no LineString") in output


def design(profile: str, plan: str = '<Line length="1000"/>', unit: str = "meter") -> str:
    return (
        f'<LandXML xmlns="http://www.landxml.org/schema/LandXML-1.2"><Units><Metric linearUnit="{unit}"/></Units>'
        f'<Alignments><Alignment name="A" length="1000" staStart="5000"><CoordGeom>{plan}</CoordGeom>'
        f"<Profile><ProfAlign>{profile}</ProfAlign></Profile></Alignment></Alignments></LandXML>"
    )


WHOLE = "<PVI>5000 100</PVI><PVI>6000 150</PVI>"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (design("<PVI>0 100</PVI><PVI>1000 150</PVI>"), "must cover the plan"),
        (design("<PVI/><PVI>1000 150</PVI>"), "must be two numbers"),
        (design("<PVI>5000,0 100</PVI><PVI>6000 150</PVI>"), "must be two numbers"),
        (design("<PVI>5000 100</PVI><PVI>5000 120</PVI><PVI>6000 150</PVI>"), "two heights at one station"),
        (design(WHOLE, '<Curve length="1000" radius="0"/>'), "radius 0"),
        (design(WHOLE, '<Line length="-1000"/>'), "must not be negative"),
        (design(WHOLE, "<Line><Start>0 0</Start><End/></Line>"), "must be two numbers"),
        (design(WHOLE, unit="cubit"), "'cubit'"),
    ],
)
def test_designs_that_do_not_hold_are_refused(content: str, words: str, tmp_path) -> None:
    file = tmp_path / "a.xml"
    file.write_text(content)
    code, output = imported("road", file, "--out", tmp_path / "out")
    assert code == 2
    assert words in output


def test_a_profile_in_any_order_from_a_station_of_its_own_is_read(tmp_path) -> None:
    file = tmp_path / "a.xml"
    file.write_text(design("<PVI>6000 150</PVI><PVI>5000 100</PVI><PVI>5400 110</PVI>"))
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert code == 0, output
    assert [piece["grade_pct"] for piece in json.loads(output)["grades"]] == pytest.approx([2.5, 6.667], abs=0.001)
    for option in ("--direction=downhill", "--to-km=0.5"):
        code, output = imported("road", file, "--out", tmp_path / "out", option)
        assert code == 0, output
    for option in ("--units=us", "--datum=gcj02"):
        code, output = imported("road", file, "--out", tmp_path / "out", option)
        assert code == 2
        assert option.partition("=")[0] in output


def test_a_pause_is_no_road(tmp_path) -> None:
    """600 points that wander by 4 m at one place, in 4 km with a point each 11 m."""
    generator = np.random.Generator(np.random.Philox(7))
    wandering = "".join(
        f'<trkpt lat="{45.02 + 4e-5 * a:.7f}" lon="{7.0 + 5e-5 * b:.7f}"><ele>180.5</ele></trkpt>'
        for a, b in generator.normal(size=(600, 2))
    )
    whole = straight(400, height=lambda metre: round(100.0 + 0.04 * metre, 1))
    half = len(straight(200, height=lambda metre: round(100.0 + 0.04 * metre, 1)))
    file = tmp_path / "a.gpx"
    file.write_text(gpx(whole[:half] + wandering + whole[half:]))
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert code == 0, output
    report = json.loads(output)
    assert report["facts"]["length_km"] == pytest.approx(399 * 11.112 / 1000.0, rel=0.01)
    assert report["curves"] == []
    assert "R04" not in {found["code"] for found in report["findings"]}


def test_an_s_curve_is_two_curves(tmp_path) -> None:
    """Of equal radii, to the left and to the right."""
    file = tmp_path / "a.csv"
    file.write_text("station,grade,radius\n0,-5,0\n200,-5,100\n300,-5,-100\n400,-5,0\n1000,,\n")
    _, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert [curve["turn_deg"] for curve in json.loads(output)["curves"]] == pytest.approx([57.3, -57.3], abs=0.01)


def test_too_little_of_a_road_is_refused_however_it_is_cut(tmp_path) -> None:
    for arguments in (["--from-km", 11.5], ["--from-km", 3, "--to-km", 2]):
        code, output = imported("road", DATA / "sa_calobra.gpx", "--out", tmp_path / "out", *arguments)
        assert code == 2
        assert "200 m or more" in output


def test_parts_of_a_road_that_nothing_joins_are_not_chosen_from(tmp_path) -> None:
    nodes = "".join(f'<node id="{n}" lat="{42.5 + 5e-4 * n:.6f}" lon="1.6"/>' for n in range(1, 101))
    ways = "".join(
        f'<way id="{way}">{"".join(f"<nd ref={chr(34)}{n}{chr(34)}/>" for n in own)}'
        '<tag k="highway" v="primary"/><tag k="ref" v="S228"/></way>'
        for way, own in ((1, range(1, 21)), (2, range(60, 101)))
    )
    file = tmp_path / "a.osm"
    file.write_text(f'<osm version="0.6">{nodes}{ways}</osm>')
    arguments = ["road", file, "--ref", "S228", "--dem", DATA / "N42E001.hgt.zip", "--out", tmp_path / "out"]
    code, output = imported(*arguments)
    assert code == 2
    assert "R06" in output
    code, output = imported(*arguments, "--from", "1.6,42.53", "--to", "1.6,42.55")
    assert code == 2
    assert "R05" in output
    assert "% from km" in output


def test_an_imported_road_starts_with_the_example_countys_trucks() -> None:
    own, example = (yaml.safe_load(file.read_text()) for file in (FLEET, EXAMPLE_FLEET))
    assert own["classes"] == example["classes"]


def test_a_gallery_is_a_section_of_its_own() -> None:
    runs = [Run(0.0, 500.0, {"highway": "primary"}), Run(500.0, 900.0, {"highway": "primary", "covered": "yes"})]
    assert len(_joined(runs)) == 2


def test_a_kilometre_beyond_the_end_of_a_track_is_refused(tmp_path) -> None:
    code, output = imported("road", DATA / "sa_calobra.gpx", "--out", tmp_path / "out", "--to-km", 30)
    assert (code, "--to-km 30: the road has 11." in output) == (2, True)


@pytest.mark.parametrize("no", ["F", "false", "0", "", "no", "否"])
def test_a_map_says_in_many_ways_that_there_is_no_tunnel(no, tmp_path) -> None:
    """Shapefiles have F for none: no road is a tunnel for it."""
    places = [[7.0, 45.0 + 1e-4 * n, 100.0 + 60.0 * (1.0 - abs(n / 100.0 - 1.0))] for n in range(201)]
    line = {"type": "LineString", "coordinates": places}
    for tunnel, is_one in ((no, False), ("T", True)):
        feature = {"type": "Feature", "properties": {"tunnel": tunnel, "bridge": no}, "geometry": line}
        file = tmp_path / "a.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        out = tmp_path / f"out_{is_one}"
        code, output = imported("road", file, "--out", out)
        assert code == 0, output
        [link] = yaml.safe_load((out / "road.yaml").read_text())["links"]
        assert {section.get("tunnel", False) for section in link["sections"]} == {is_one}
        assert (max(section["grade_pct"] for section in link["sections"]) > 3.0) is not is_one


@pytest.mark.parametrize("height", [0.0, -1.0, -9999.0])
def test_heights_that_are_none_are_no_flat_road(height, tmp_path) -> None:
    file = tmp_path / "a.gpx"
    file.write_text(gpx(straight(80, height=lambda _: height)))
    code, output = imported("road", file, "--out", tmp_path / "out")
    assert (code, "R01" in output) == (2, True)


def test_codes_for_no_height_are_bridged(tmp_path) -> None:
    """-9999 on 100 m of a slope of 5 %."""
    file = tmp_path / "a.gpx"
    file.write_text(gpx(straight(200, height=lambda m: -9999.0 if 1000.0 < m < 1100.0 else 200.0 + 0.05 * m)))
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert code == 0
    assert json.loads(output)["facts"]["climb_m"] == pytest.approx(0.05 * 11.12 * 199, rel=0.02)


def test_the_lowest_limit_for_trucks_of_both_directions_holds() -> None:
    tags = {"maxspeed:hgv": "60", "maxspeed:hgv:forward": "30"}
    assert truck_limit_kmh(tags).value == 30.0
    assert truck_limit_kmh({"maxspeed:hgv:backward": "40"}).value == 40.0
    assert truck_limit_kmh({}).value is None


def test_the_first_line_that_tells_a_spreadsheet_the_separator_is_none_of_the_table(tmp_path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("sep=;\nstation;grade\n0;5\n500;3\n1000;\n")
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert (code, json.loads(output)["facts"]["length_km"]) == (0, 1.0)


def test_tables_of_western_windows_are_not_read_as_chinese(tmp_path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes("km;Längsneigung (%)\n0;5\n0,5;3\n1;\n".encode("cp1252"))
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert (code, json.loads(output)["facts"]["length_km"]) == (0, 1.0)


def test_tables_in_gbk_still_are(tmp_path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes("桩号,坡度(%)\nK0+000,5\nK0+500,3\nK1+000,\n".encode("gbk"))
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert (code, json.loads(output)["facts"]["length_km"]) == (0, 1.0)


def test_a_name_that_stands_twice_in_the_header_is_refused(tmp_path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("station,grade,grade\n0,5,1\n500,3,2\n1000,,\n")
    code, output = imported("road", file, "--out", tmp_path / "out")
    assert (code, "'grade' stands twice" in output) == (2, True)


def track(*legs: tuple[float, float, float, float], step_m: float = 10.0, falls: float = 0.03) -> str:
    """Points each so many metres along straight legs from (x, y) to (x, y) near 45 degrees north, falling."""
    points, metre = [], 0.0
    for x0, y0, x1, y1 in legs:
        length = float(np.hypot(x1 - x0, y1 - y0))
        for share in np.arange(0.0, length, step_m) / length:
            lat, lon = 45.0 + (y0 + share * (y1 - y0)) / 111_132.0, 7.0 + (x0 + share * (x1 - x0)) / 78_847.0
            points.append(f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><ele>{1000.0 - falls * metre:.2f}</ele></trkpt>')
            metre += step_m
    return "".join(points)


LEGS_ONCE = ((0.0, 0.0, 2000.0, 0.0), (2000.0, 0.0, 2000.0, 3000.0))


@pytest.mark.parametrize(("apart", "told"), [(25.0, True), (300.0, False)])
def test_the_other_carriageway_in_one_track_is_named(apart, told, tmp_path) -> None:
    file = tmp_path / "both.gpx"
    file.write_text(gpx(track((0, 0, 5000, 0), (5000, 0, 5000, apart), (5000, apart, 0, apart), falls=0.002)))
    assert imported("road", file, "--out", tmp_path / "out", "--aadt", 3000)[0] == 0
    findings = json.loads((tmp_path / "out" / "import.json").read_text())["findings"]
    assert any("other carriageway" in own["en"] for own in findings) == told


def test_turns_of_a_spiral_are_road_and_a_lap_of_a_block_is_not(tmp_path) -> None:
    """Two turns of 628 m on one ground plan, falling 5 %; and a block of 2 km driven round once more by 300 m of it."""
    circle = [(100.0 * np.sin(a), 100.0 - 100.0 * np.cos(a)) for a in np.linspace(0.0, 4.0 * np.pi, 81)]
    spiral = [(-1000.0, 0.0), *circle, (1500.0, 0.0)]
    block = [(0, 0), (1000, 0), (1500, 0), (1500, 500), (1000, 500), (1000, 0), (1500, 0), (1500, -2000)]
    lengths = []
    for name, corners, falls in (("spiral", spiral, 0.05), ("block", block, 0.002)):
        legs = [(*before, *after) for before, after in pairwise(corners)]
        file = tmp_path / f"{name}.gpx"
        file.write_text(gpx(track(*legs, falls=falls)))
        code, output = imported("road", file, "--out", tmp_path / name, "--aadt", 3000)
        assert code == 0, output
        report = json.loads((tmp_path / name / "import.json").read_text())
        lengths.append(report["facts"]["length_km"])
        assert ("R04" in {own["code"] for own in report["findings"]}) == (name == "block")
    assert lengths[0] == pytest.approx(1.0 + 2.0 * 0.628 + 1.5, abs=0.06)
    assert lengths[1] == pytest.approx(1.0 + 0.5 + 2.0, abs=0.06)


@pytest.mark.parametrize(
    "legs",
    [
        ((0, 0, 2000, 0), (2000, 0, 2500, 0), (2500, 0, 2000, 0), (2000, 0, 2000, 3000)),  # a spur, and on
        ((0, 0, 2000, 0), (2000, 0, 2000, 800), (2000, 800, 2000, 0), (2000, 0, 2000, 3000)),  # back for something
        ((0, 0, 2000, 0), (2000, 0, 2000, 3000), (2000, 3000, 2000, 2000)),  # turned at the end
        ((0, 0, 2000, 0), (2000, 0, 2000, 3000), (2000, 3000, 2000, 2600)),  # a short way back
    ],
)
def test_what_a_track_drove_again_is_left_out_and_it_goes_on(legs, tmp_path) -> None:
    once, again = tmp_path / "once.gpx", tmp_path / "again.gpx"
    once.write_text(gpx(track(*LEGS_ONCE)))
    again.write_text(gpx(track(*legs)))
    found = {}
    for file in (once, again):
        code, output = imported("road", file, "--out", tmp_path / file.stem, "--aadt", 3000)
        assert code == 0, output
        found[file.stem] = json.loads((tmp_path / file.stem / "import.json").read_text())
    assert "R04" in {own["code"] for own in found["again"]["findings"]}
    assert "R04" not in {own["code"] for own in found["once"]["findings"]}
    lengths = [one["facts"]["length_km"] for one in found.values()]
    assert lengths[1] == pytest.approx(lengths[0], abs=0.03)


def test_the_legs_of_hairpins_are_no_way_back(tmp_path) -> None:
    """Legs of 300 m, 30 m from each other, ten times."""
    legs = []
    for number in range(10):
        east, y = number % 2 == 0, 30.0 * number
        legs += [(0, y, 300, y), (300, y, 300, y + 30)] if east else [(300, y, 0, y), (0, y, 0, y + 30)]
    file = tmp_path / "hairpins.gpx"
    file.write_text(gpx(track(*legs)))
    code, output = imported("road", file, "--out", tmp_path / "out", "--aadt", 3000)
    assert code == 0, output
    report = json.loads((tmp_path / "out" / "import.json").read_text())
    assert "R04" not in {own["code"] for own in report["findings"]}
    assert report["facts"]["length_km"] == pytest.approx(3.3, rel=0.06)


@pytest.mark.parametrize("rows", [[80], [80, 81], [80, 81, 82], [1], [-1], [1, 80, 81]])
def test_fixes_far_beside_the_road_are_dropped(rows, tmp_path) -> None:
    points = track(*LEGS_ONCE).split("<trkpt")
    for row in rows:
        points[row] = re.sub(r'lat="([\d.]+)"', lambda own: f'lat="{float(own[1]) + 0.003:.7f}"', points[row])
    file = tmp_path / "aside.gpx"
    file.write_text(gpx("<trkpt".join(points)))
    assert imported("road", file, "--out", tmp_path / "out", "--aadt", 3000)[0] == 0
    report = json.loads((tmp_path / "out" / "import.json").read_text())
    (told,) = [own["en"] for own in report["findings"] if own["code"] == "R20"]
    assert told.startswith(f"fixes far from those before and after were dropped: {len(rows)}, by up to 3")
    assert report["facts"]["length_km"] == pytest.approx(5.0, abs=0.05)


def test_where_a_map_keeps_trucks_out_is_told_with_the_ban_to_write(tmp_path) -> None:
    """From two neighbouring pieces and one of another kind; words that are no restriction say nothing.

    The third is a link of its own, whose kilometres begin anew.
    """
    tags = (
        {"hgv": "no"},
        {"hgv": "no"},
        {"maxweight": "7500 kg", "hgv:conditional": "no @ (22:00-06:00)"},
        {"hgv": "yes", "maxweight": "default", "maxweight:signed": "no", "hgv:conditional": "yes @ (22:00-06:00)"},
    )
    features = [
        {
            "type": "Feature",
            "properties": {"highway": "primary" if place == 2 else "secondary", **own},
            "geometry": {
                "type": "LineString",
                "coordinates": [[27.0, 28.0 + 1e-4 * n, 500.0 - n] for n in range(100 * place, 100 * place + 101)],
            },
        }
        for place, own in enumerate(tags)
    ]
    file = tmp_path / "a.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    code, output = imported("road", file, "--out", tmp_path / "out", "--json")
    assert code == 0, output
    told = [one for one in json.loads(output)["findings"] if one["code"] == "R21"]
    assert [one["place"] for one in told] == ["km 0.000", "km 2.216"]
    assert "hgv=no to km 2.216" in told[0]["en"]
    assert "above_mass_t" not in told[0]["en"]
    assert "maxweight=7500 kg, hgv:conditional=no @ (22:00-06:00) to km 3.325" in told[1]["en"]
    assert told[0]["en"].endswith("write in road_1 ban: {truck_classes: [...]}")
    assert told[1]["en"].endswith("write in road_2 ban: {truck_classes: [...], above_mass_t: 7.5}")
    assert "ban" not in yaml.safe_load((tmp_path / "out" / "road.yaml").read_text())["links"][0]
