"""Imported roads that join a network: nodes that meet are one, and what does not meet is refused with the place."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from sim.cli import app
from sim.engine.replication import run_replication
from sim.scenario import load_scenario

runner = CliRunner()
METRES_PER_DEG = 111_320.0
"""Of latitude, near enough for a track of some kilometres."""


def imported(*arguments) -> tuple[int, str]:
    result = runner.invoke(app, ["import", "road", *map(str, arguments)])
    return result.exit_code, result.output


def track(folder: Path, name: str, start: tuple[float, float], end: tuple[float, float], points: int = 300) -> Path:
    """A straight track between two places (latitude, longitude) over a hill."""
    parts = [(n / (points - 1), abs(n / (points - 1) - 0.5)) for n in range(points)]
    rows = "".join(
        f'<trkpt lat="{start[0] + share * (end[0] - start[0]):.7f}" lon="{start[1] + share * (end[1] - start[1]):.7f}">'
        f"<ele>{300.0 - 80.0 * high:.1f}</ele></trkpt>"
        for share, high in parts
    )
    file = folder / f"{name}.gpx"
    file.write_text(f'<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{rows}</trkseg></trk></gpx>')
    return file


SOUTH, MIDDLE, NORTH, EAST = (45.0, 7.0), (45.04, 7.0), (45.08, 7.0), (45.04, 7.06)


@pytest.fixture
def first(tmp_path) -> Path:
    code, output = imported(
        track(tmp_path, "main", SOUTH, MIDDLE), "--out", tmp_path / "main", "--link-name", "main", "--aadt", 4000
    )
    assert code == 0, output
    return tmp_path / "main"


def test_three_roads_that_meet_are_a_network_that_runs(first, tmp_path) -> None:
    near = (MIDDLE[0] + 30.0 / METRES_PER_DEG, MIDDLE[1])
    code, output = imported(
        track(tmp_path, "upper", near, NORTH), "--out", tmp_path / "two", "--link-name", "upper", "--merge", first,
        "--aadt", 2000,
    )  # fmt: skip
    assert code == 0, output
    code, output = imported(
        track(tmp_path, "side", EAST, MIDDLE), "--out", tmp_path / "three", "--link-name", "side",
        "--merge", tmp_path / "two", "--aadt", 1000, "--scenario",
    )  # fmt: skip
    assert code == 0, output
    road = yaml.safe_load((tmp_path / "three" / "road.yaml").read_text())
    ends = {link["name"]: (link["start"], link["end"]) for link in road["links"]}
    assert ends == {"main": ("start", "end"), "upper": ("end", "upper_end"), "side": ("side_start", "end")}
    places = {node["name"]: (node["x_km"], node["y_km"]) for node in road["nodes"]}
    assert list(places) == ["start", "end", "upper_end", "side_start"]
    assert places["upper_end"] == pytest.approx((0.0, 8.89), abs=0.02)
    assert places["side_start"] == pytest.approx((4.73, 4.45), abs=0.02)
    assert {"alignment", "alignment_of_upper", "aadt_of_side"} <= set(road["sources"])
    features = json.loads((tmp_path / "three" / "geometry.geojson").read_text())["features"]
    assert [f["properties"]["link"] for f in features] == [
        link["name"] for link in road["links"] for _ in link["sections"]
    ]
    scenario = load_scenario(tmp_path / "three" / "baseline.yaml")
    trips = {(f.origin, f.destination): sum(f.trips_per_year.values()) for f in scenario.demand.flows}
    assert len(trips) == 6
    leaving = {node: sum(n for (origin, _), n in trips.items() if origin == node) for node in ("start", "side_start")}
    assert leaving == pytest.approx({"start": 0.1 * 4000 * 365 / 2, "side_start": 0.1 * 1000 * 365 / 2}, abs=8)
    assert trips["side_start", "start"] == pytest.approx(2.0 * trips["side_start", "upper_end"], abs=8)
    metrics = run_replication(scenario.changed({"days": 3}), 1, 0).metrics
    assert metrics["vehicle_km_provincial"] > 0.0 or metrics["vehicle_km_county"] > 0.0


@pytest.mark.parametrize(
    ("start", "end", "name", "words"),
    [
        ((45.02, 7.0), (45.02, 7.05), "side", ["main", "at km 2.2", "--to-km", "R06"]),
        ((45.041, 7.01), NORTH, "side", ["within 50 m", "start and end", "m apart", "R06"]),
        (MIDDLE, NORTH, "main", ["'main'", "already", "--link-name"]),
    ],
)
def test_what_does_not_join_is_refused(first, tmp_path, start, end, name, words) -> None:
    file = track(tmp_path, "other", start, end)
    code, output = imported(file, "--out", tmp_path / "out", "--link-name", name, "--merge", first)
    assert code == 2
    for word in words:
        assert word in " ".join(output.split())
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_network_is_refused(first, tmp_path) -> None:
    file = track(tmp_path, "upper", MIDDLE, NORTH)

    def refusal() -> str:
        code, output = imported(file, "--out", tmp_path / "out", "--link-name", "upper", "--merge", first)
        assert code == 2
        assert "Traceback" not in output
        return " ".join(output.split())

    (first / "geometry.geojson").write_text("{}")
    assert "not as an import writes them" in refusal()
    (first / "geometry.geojson").unlink()
    assert "geometry.geojson: can't be read" in refusal()
    (tmp_path / "table.csv").write_text("station,grade\n0,1\n500,2\n900,0\n")
    code, output = imported(tmp_path / "table.csv", "--out", tmp_path / "out", "--merge", first)
    assert code == 2
    assert "R06" in output or "can't be read" in output


def test_what_an_import_leaves_open_is_drawn(first, tmp_path) -> None:
    """Of a track: grades, curves and limits that nobody gave."""
    code, output = imported(track(tmp_path, "pass", MIDDLE, NORTH), "--out", tmp_path / "pass", "--scenario")
    assert code == 0, output
    scenario = load_scenario(tmp_path / "pass" / "baseline.yaml")
    assert set(scenario.uncertain) == {"road.grade_factor", "road.curvature_factor", "road.limit_factor"}
    assert all(own.low < own.mode < own.high for own in scenario.uncertain.values())
    table = tmp_path / "design.csv"
    table.write_text("station,grade,limit\n" + "".join(f"{100 * n},{-3 + n % 3},60\n" for n in range(40)))
    code, output = imported(table, "--out", tmp_path / "design", "--scenario")
    assert code == 0, output
    assert "road.grade_factor" not in load_scenario(tmp_path / "design" / "baseline.yaml").uncertain
