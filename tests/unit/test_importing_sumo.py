"""Roads from SUMO networks."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.importing.findings import RefusedError
from sim.importing.inspection import inspected
from sim.importing.options import Options
from sim.importing.road_import import import_road

pytest.importorskip("pyproj")
pytest.importorskip("defusedxml")
runner = CliRunner()
UTM = "+proj=utm +zone=31 +ellps=WGS84 +datum=WGS84 +units=m +no_defs"
STEP_M, RISE_M = 100.0, 5.3
"""Shape points lie so far apart and each so much higher: 5.3 %."""


def network(projection: str = UTM, *, cut: bool = False) -> str:
    """A road of 2 km east and up, both ways in two edges each, the second steeper limit; a path beside it."""
    points = [(500.0 + STEP_M * n, 500.0, 1000.0 + RISE_M * n) for n in range(21)]
    shape = " ".join(f"{x},{y},{z}" for x, y, z in points[:11])
    other = " ".join(f"{x},{y},{z}" for x, y, z in points[10:])
    back, other_back = (" ".join(reversed(own.split())) for own in (shape, other))
    edges = [("one", "a", "b", shape, 22.22), ("-one", "b", "a", back, 22.22)]
    edges += [] if cut else [("two", "b", "c", other, 13.89), ("-two", "c", "b", other_back, 13.89)]
    if cut:
        edges += [("two", "d", "c", other, 13.89)]
    lines = [
        f'<edge id="{name}" from="{start}" to="{end}" name="Pass road" type="highway.secondary" shape="{own}">'
        f'<lane id="{name}_0" index="0" speed="{speed}" length="1000" shape="{own}"/></edge>'
        for name, start, end, own, speed in edges
    ]
    path = '<edge id="p" from="a" to="c" type="highway.path" name="Footpath"><lane id="p_0" allow="pedestrian"/></edge>'
    inside = '<edge id=":b_0" function="internal"><lane id=":b_0_0" speed="5"/></edge>'
    names = {"a": points[0], "b": points[10], "c": points[20], "d": (points[10][0] + 5.0, *points[10][1:])}
    junctions = [
        f'<junction id="{name}" type="priority" x="{x}" y="{y}" z="{z}"/>' for name, (x, y, z) in names.items()
    ]
    location = f'<location netOffset="-399500.00,-4699500.00" projParameter="{projection}"/>'
    made_of = '<!-- made by netconvert <configuration><osm-files value="map.osm.xml"/></configuration> -->'
    return "\n".join([made_of, "<net>", location, inside, *lines, path, *junctions, "</net>"])


@pytest.fixture
def file(tmp_path) -> Path:
    found = tmp_path / "pass.net.xml"
    found.write_text(network(), encoding="utf-8")
    return found


def test_a_road_has_its_length_heights_limits_and_lanes(file) -> None:
    road = import_road(file, Options(road_name="Pass road", direction="downhill"))
    assert road.alignment.length_m == pytest.approx(2000.0, rel=2e-3)
    assert road.alignment.break_height_m[0] - road.alignment.break_height_m[-1] == pytest.approx(20 * RISE_M, abs=1.0)
    assert {round(piece.grade_pct) for piece in road.pieces} == {-5}
    assert {piece.forward_kmh.value for piece in road.pieces} == {50.0, 80.0}
    assert {link.road_class for link in road.links} == {"provincial"}
    assert {link.lanes for link in road.links} == {2}


def test_each_direction_has_its_own_lanes_and_limit(tmp_path) -> None:
    climbing = '<lane id="one_1" index="1" speed="22.22" length="1000"/><lane id="one_2" disallow="all" speed="30"/>'
    text = network().replace("</edge>", f"{climbing}</edge>", 2).replace(f"{climbing}</edge>", "</edge>", 1)
    text = text.replace('<lane id="-one_0" index="0" speed="22.22"', '<lane id="-one_0" index="0" speed="16.67"')
    file = tmp_path / "climb.net.xml"
    file.write_text(text, encoding="utf-8")
    road = import_road(file, Options(road_name="Pass road", direction="downhill"))
    tags = road.pieces[-1].tags
    assert tags["lanes"] == "3"
    limits = {(piece.forward_kmh.value, piece.backward_kmh.value) for piece in road.pieces}
    assert limits == {(50.0, 50.0), (60.0, 80.0)}


def test_inspect_names_its_roads(file) -> None:
    found = inspected(file)
    assert found["kind"] == "a SUMO network"
    assert found["roads_km"] == {"Pass road": pytest.approx(2.0, abs=0.1)}


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (network(), Options(), "names in it: Pass road"),
        (network(), Options(road_name="Footpath"), "no road of it is Footpath"),
        (network("!"), Options(road_name="Pass road"), "make it with --proj.utm"),
        (network("+proj=nonsense"), Options(road_name="Pass road"), "its location can't be read"),
        (network(cut=True), Options(road_name="Pass road"), "not connected"),
        (network().replace('to="b"', 'to="gone"', 1), Options(road_name="Pass road"), "a junction that is not there"),
        (network().replace("700.0,500.0,1010.6", "700.0", 1), Options(road_name="Pass road"), "must be x,y or x,y,z"),
        ("<net></net>", Options(road_name="Pass road"), "no edge for motor vehicles"),
    ],
)
def test_what_is_wrong_is_said(text, options, message, tmp_path) -> None:
    file = tmp_path / "own.net.xml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError, match=message.replace(".", r"\.")):
        import_road(file, options)


def test_the_command_reads_it(file, tmp_path) -> None:
    arguments = ["import", "road", str(file), "--name", "Pass road", "--out", str(tmp_path / "out"), "--scenario"]
    done = runner.invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "road.yaml").is_file()
    assert runner.invoke(app, ["validate", str(tmp_path / "out" / "baseline.yaml")]).exit_code == 0


def test_strict_writes_nothing_where_anything_is_assumed(file, tmp_path) -> None:
    bare = tmp_path / "bare.net.xml"
    bare.write_text(network().replace('speed="22.22"', "").replace('speed="13.89"', ""), encoding="utf-8")
    arguments = ["--name", "Pass road", "--aadt", "3000", "--strict", "--out", str(tmp_path / "out")]
    assert runner.invoke(app, ["import", "road", str(file), *arguments]).exit_code == 0
    done = runner.invoke(
        app, ["import", "road", str(bare), "--name", "Pass road", "--strict", "--out", str(tmp_path / "b")]
    )
    assert done.exit_code == 2
    assert "[R07]" in done.stderr
    assert not (tmp_path / "b").exists()
