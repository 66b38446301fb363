"""Kilometre posts: read and written, in scenarios, reports and imports."""

import json
import re
from types import SimpleNamespace

import pytest
import yaml
from conftest import SMALL
from typer.testing import CliRunner

from sim.cli import app
from sim.core.posts import along_km, post_km, post_text, span_text
from sim.report.material import Material
from sim.scenario import ScenarioError
from sim.scenario.model import json_schema

TABLE = "station,grade,radius\nK12+300,-4,\nK12+800,-5,200\nK13+900,-3,\nK15+300,0,\n"


@pytest.mark.parametrize(
    ("text", "km"),
    [("K12+300", 12.3), ("k 7+5", 7.005), ("K0+000", 0.0), ("K103+072.5", 103.0725), ("12.3", None), ("K12", None)],
)
def test_posts_are_read(text, km) -> None:
    assert post_km(text) == (None if km is None else pytest.approx(km))


@pytest.mark.parametrize("km", [0.0, 0.0004, 12.3, 9.9996, 103.0725])
def test_posts_are_written_to_the_metre(km) -> None:
    assert post_km(post_text(km)) == pytest.approx(km, abs=0.00051)


def test_a_post_is_a_place_along_its_link_whichever_way_posts_go() -> None:
    assert along_km(14.0, 12.5, fall=False) == pytest.approx(1.5)
    assert along_km(11.0, 12.5, fall=True) == pytest.approx(1.5)
    assert span_text(1.0, 2.5, 12.5, fall=False) == "K13+500–K15+000"
    assert span_text(1.0, 2.5, 12.5, fall=True) == "K10+000–K11+500"
    assert span_text(1.0, 2.5, None, fall=False) == "1.0–2.5"


def posted(**more):
    """The small county, its upper link with posts."""
    road = json.loads(json.dumps(SMALL["road"]))
    next(link for link in road["links"] if link["name"] == "upper").update(more)
    return road


@pytest.mark.parametrize(
    ("posts", "low", "high"),
    [
        ({"start_post_km": 10.0}, 2.3, 4.8),
        ({"start_post_km": 17.0, "posts_fall": True}, 2.2, 4.7),
        ({"start_post_km": 12}, 0.3, 2.8),
    ],
)
def test_measures_and_bans_are_placed_by_posts(small, posts, low, high) -> None:
    """Two and a half kilometres either way; a scenario that is changed afterwards reads them too."""
    ban = {"truck_classes": ["rigid"], "from_km": "K12+300", "to_km": "K14+800"}
    road = posted(**posts, ban=ban)
    cameras = {"cameras": [{"link": "upper", "at_km": "K13+000"}]}
    scenario = small(road=road, interventions={"speed_cameras": cameras})
    [ban_found] = [link.ban for link in scenario.road.links if link.name == "upper"]
    assert (ban_found.from_km, ban_found.to_km) == pytest.approx((low, high))
    at_km = abs(13.0 - posts["start_post_km"])
    assert scenario.interventions["speed_cameras"].cameras[0].at_km == pytest.approx(at_km)
    moved = scenario.changed({"interventions.speed_cameras.cameras.0.at_km": "K13+100"})
    step = -0.1 if posts.get("posts_fall") else 0.1
    assert moved.interventions["speed_cameras"].cameras[0].at_km == pytest.approx(at_km + step)


def test_a_post_of_a_link_without_posts_is_refused_with_its_place(small) -> None:
    cameras = {"cameras": [{"link": "upper", "at_km": "K13+000"}]}
    with pytest.raises(ScenarioError, match=r"at_km: found 'K13\+000', but upper has no start_post_km"):
        small(interventions={"speed_cameras": cameras})
    with pytest.raises(ScenarioError, match="must be"):
        small(
            road=posted(start_post_km=10.0),
            interventions={"speed_cameras": {"cameras": [{"link": "upper", "at_km": "K9+000"}]}},
        )


def test_the_first_post_may_be_written_as_one_and_none_is_below_0(small) -> None:
    road = posted(start_post_km="K12+300", ban={"truck_classes": ["rigid"], "from_km": "K12+800"})
    [link] = [link for link in small(road=road).road.links if link.name == "upper"]
    assert (link.start_post_km, link.ban.from_km) == pytest.approx((12.3, 0.5))
    with pytest.raises(ScenarioError, match="start_post_km must be at least the link's length, 8 km"):
        small(road=posted(start_post_km=5.0, posts_fall=True))


def test_a_place_that_is_rounded_to_the_metre_may_lie_at_the_end(small) -> None:
    road = posted(ban={"truck_classes": ["rigid"], "to_km": 8.0004})
    assert small(road=road)
    with pytest.raises(ScenarioError, match="must be at most 8, the length of upper"):
        small(road=posted(ban={"truck_classes": ["rigid"], "to_km": 8.002}))


def test_editors_know_posts() -> None:
    """Wherever a place may be given, the schema takes a number or a post."""
    camera = next(model for model in json_schema()["$defs"].values() if "at_km" in model.get("properties", {}))
    post = next(one for one in camera["properties"]["at_km"]["anyOf"] if one.get("type") == "string")
    assert re.match(post["pattern"], "K12+300")


def test_reports_tell_places_by_posts() -> None:
    links = [{"name": "a", "start_post_km": 12.3, "posts_fall": False}, {"name": "b"}]
    found = SimpleNamespace(baseline="base", scenarios={"base": {"road": {"links": links}}})
    assert Material.span(found, "a", 0.5, 1.0) == "K12+800–K13+300"
    assert Material.span(found, "b", 0.5, 1.0) == "0.5–1.0"


@pytest.mark.parametrize(
    ("options", "post"),
    [
        ((), {"start_post_km": 12.3}),
        (("--from-km", "1", "--to-km", "2.5"), {"start_post_km": 13.3}),
        (("--direction", "reverse"), {"start_post_km": 15.3, "posts_fall": True}),
    ],
)
def test_an_imported_table_of_stations_keeps_its_posts(options, post, tmp_path) -> None:
    file, out = tmp_path / "road.csv", tmp_path / "out"
    file.write_text(TABLE)
    result = CliRunner().invoke(app, ["import", "road", str(file), "--out", str(out), *options])
    assert result.exit_code == 0, result.output
    [link] = yaml.safe_load((out / "road.yaml").read_text())["links"]
    assert {key: link[key] for key in ("start_post_km", "posts_fall") if key in link} == post


def test_distances_from_the_start_are_no_posts(tmp_path) -> None:
    file, out = tmp_path / "road.csv", tmp_path / "out"
    file.write_text("station_m,grade,radius\n0,-4,\n500,-5,200\n1600,-3,\n3000,0,\n")
    assert CliRunner().invoke(app, ["import", "road", str(file), "--out", str(out)]).exit_code == 0
    [link] = yaml.safe_load((out / "road.yaml").read_text())["links"]
    assert "start_post_km" not in link
