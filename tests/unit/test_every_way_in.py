"""A scenario that can't be is refused however it comes: from a file, by a change, in a sweep, by the API."""

import json

import pytest
from typer.testing import CliRunner

from sim import compare
from sim.cli import app
from sim.scenario import Scenario, ScenarioError, load_scenario

runner = CliRunner()
FLOWS = [{"origin": "north", "destination": "south", "trips_per_year": {"occasional_semi": 100.0}}]
CHANGES = {
    "a ramp beyond the link": {
        "interventions.escape_ramps": {"ramps": [{"link": "upper", "direction": "forward", "at_km": 99}]}
    },
    "a class that the fleet lacks": {"demand.flows": FLOWS},
    "a link named twice": {"road.links.1.name": "upper"},
    "a node named twice": {"road.nodes.1.name": "north"},
    "a truth for a number": {"days": True},
    "a number for a date": {"start_date": 86400},
    "nothing as a number": {"risk.fog_factor": None},
    "masses in tonnes": {"fleet.classes.rigid.loaded_mass_kg": 45},
    "empty heavier than laden": {"fleet.classes.rigid.empty_mass_kg": 46000},
    "weather of more than every hour": {"climate.rain_share": [0.98] * 12},
    "weights of nothing": {"demand.hourly_weights": [0] * 24},
    "a flow of nobody": {"demand.flows.0.trips_per_year": {}},
    "a date beyond the calendar": {"start_date": "9999-12-01"},
    "a name that is a place": {"name": ".."},
    "a name that turns the line": {"name": "a\u202eb"},
    "a measure that is false": {"interventions.driver_contact": False},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_by_a_change_and_from_a_file(small, tmp_path, change) -> None:
    with pytest.raises(ScenarioError) as raised:
        small().changed(change)
    assert all(mistake.key for mistake in raised.value.mistakes)
    (key, value), content = next(iter(change.items())), small().model_dump(mode="json")
    *above, last = key.split(".")
    place = content
    for part in above:
        place = place.setdefault(part, {}) if isinstance(place, dict) else place[int(part)]
    place[int(last) if isinstance(place, list) else last] = value
    file = tmp_path / "scenario.yaml"
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        load_scenario(file)
    assert all(mistake.line for mistake in raised.value.mistakes)


def test_in_a_sweep(small, tmp_path) -> None:
    content = small().changed(
        {"interventions.escape_ramps": {"ramps": [{"link": "upper", "direction": "forward", "at_km": 3}]}}
    )
    file = tmp_path / "scenario.yaml"
    file.write_text(content.model_dump_json(), encoding="utf-8")
    key = "interventions.escape_ramps.ramps.0.at_km"
    for settings, said in (
        ([f"{key}=99"], "must be at most 8, the length of upper"),
        ([f"{key}=1", f"{key}=2"], "is named twice"),
        ([f"{key}=1", "interventions.escape_ramps=x"], "is set beside"),
    ):
        options = [part for setting in settings for part in ("--set", setting)]
        done = runner.invoke(app, ["sweep", str(file), *options, "--out", str(tmp_path / "out")])
        assert done.exit_code == 2
        assert said in done.output


def test_by_the_api(small) -> None:
    content = small().model_dump(mode="json")
    content["road"]["links"][1]["name"] = "upper"
    with pytest.raises(ScenarioError, match="stands twice"):
        compare(small(), Scenario.model_validate(content | {"name": "other"}), replications=1, workers=1)


@pytest.mark.parametrize(
    ("name", "value"), [("replications", 0), ("replications", True), ("seed", -1), ("seed", 2**63)]
)
def test_numbers_that_can_not_be(small, name, value) -> None:
    with pytest.raises(ValueError, match=f"{name}: found"):
        compare(small(days=1), small(days=1, name="b"), **{"replications": 1, "workers": 1, name: value})


def test_none_takes_a_measure_out(small) -> None:
    with_calls = small(interventions={"driver_contact": {}, "early_warning": {}})
    assert list(with_calls.changed({"interventions.driver_contact": None}).interventions) == ["early_warning"]


def test_what_a_file_holds_stays_in_its_place(tmp_path) -> None:
    """Merge keys are understood; an alias inside of what it names, a leading 0 and a hidden character are refused."""
    for text, said in (
        ("a: &a\n  b: *a\n", "that has no end"),
        ("days: 010\n", "a number has no 0 before it"),
        ('title: "a\\eb"\n', "holds the control character"),
        ("days: 1" + "0" * 60, "a number has up to 40 digits"),
    ):
        file = tmp_path / "scenario.yaml"
        file.write_text(text)
        with pytest.raises(ScenarioError, match=said):
            load_scenario(file)
