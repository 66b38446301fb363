"""Every mistake in a file: one message with file and line, all of them together, and exit code 2."""

import json
import re

import pytest
import yaml_text
from conftest import TAISHUN
from typer.testing import CliRunner

from sim.cli import app
from sim.core.random_streams import MOST_CORRIDORS
from sim.inputs.road import Link, Node, Road, Section
from sim.scenario import ScenarioError, load_scenario
from sim.scenario.checks import findings

runner = CliRunner()


def mistakes_of(tmp_path, text: str, name: str = "scenario.yaml"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        load_scenario(file)
    result = runner.invoke(app, ["validate", str(file)])
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    return raised.value.mistakes


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ("days: 20", "days: 20\ndayz: 3", "dayz", "unknown key; did you mean `days`"),
        (
            "grade_pct: -5.0",
            "grade_pct: 90",
            "road.links[0].sections[0].grade_pct",
            "found 90, must be at most 15",
        ),
        ("length_km: 1.0", "length_km: -1", "road.links[0].sections[0].length_km", "found -1, must be at least 0.01"),
        ("speed_limit_kmh: 50", "speed_limit_kmh: 0", "road.links[0].sections[0].speed_limit_kmh", "found 0"),
        ("speed_limit_kmh: 50", "speed_limit: 50", "road.links[0].sections[0].speed_limit", "did you mean"),
        ("end: town", "end: nowhere", "road.links[0].end", "'nowhere' is not a node"),
        ("destination: south", "destination: moon", "demand.flows[0].destination", "'moon' is not a node"),
        ("name: upper", "name: lower", "road.links[1].name", "'lower' stands twice"),
        ("days: 20", "days: many", "days", "found 'many'"),
        ("days: 20", "days: .nan", "days", "found nan"),
        ("name: small", "name: ''", "name", "found ''"),
        ("local_semi: 20000", "local_semi: -5", "demand.flows[0].trips_per_year.local_semi", "found -5"),
        (
            "days: 20",
            "interventions: {driver_contact: {operators: -1}}",
            "interventions.driver_contact.operators",
            "-1",
        ),
        ("days: 20", "interventions: {driver_contakt: {}}", "interventions.driver_contakt", "`driver_contact`"),
        ("days: 20", "interventions: {early_warning: {read_shar: 1}}", "interventions.early_warning.read_shar", "did"),
        ("days: 20", "format: 2", "format", "found 2"),
        ("days: 20", "start_date: 01/03/2025", "start_date", "found '01/03/2025', must be a date as YYYY-MM-DD"),
        ("name: small", "name: a/b", "name", "found 'a/b', must be a name without spaces"),
        (
            "days: 20",
            "interventions: {brake_check: {areas: [{link: moon, direction: forward}]}}",
            "interventions.brake_check.areas[0].link",
            "'moon' is not a link",
        ),
        (
            "days: 20",
            "interventions: {escape_ramps: {ramps: [{link: upper, direction: forward, at_km: 9}]}}",
            "interventions.escape_ramps.ramps[0].at_km",
            "must be at most",
        ),
        (
            "days: 20",
            "interventions: {road_works: {works: [{link: upper, from_km: 3, to_km: 2}]}}",
            "interventions.road_works.works[0].to_km",
            "must be more than from_km",
        ),
    ],
)
def test_a_mistake_is_named_with_line_key_value_and_what_is_allowed(tmp_path, old, new, key, message) -> None:
    text = yaml_text.SMALL_YAML.replace(old, new, 1)
    found = [m for m in mistakes_of(tmp_path, text) if m.key == key]
    assert len(found) == 1
    assert message in found[0].message
    assert found[0].file.endswith("scenario.yaml")
    part = new.splitlines()[-1] if key != "road.links[1].name" else "name: lower\n    start: town"
    assert found[0].line == line_of(text, part)


def test_all_mistakes_come_together(tmp_path) -> None:
    text = yaml_text.SMALL_YAML.replace("grade_pct: -5.0", "grade_pct: 90", 1).replace("end: town", "end: nowhere", 1)
    text = text.replace("days: 20", "dayz: 20", 1).replace("destination: south", "destination: moon", 1)
    keys = {m.key for m in mistakes_of(tmp_path, text)}
    assert keys == {
        "dayz",
        "road.links[0].sections[0].grade_pct",
        "road.links[0].end",
        "demand.flows[0].destination",
    }


def test_unreachable_destination(tmp_path) -> None:
    text = yaml_text.SMALL_YAML.replace("  - name: fast_south", "  - one_way: true\n    name: fast_south")
    found = mistakes_of(tmp_path, text)
    assert [m.key for m in found] == ["demand.flows[1].destination"]
    assert "can't be reached" in found[0].message


def test_more_corridors_than_there_are_numbers_for() -> None:
    sections = (Section(length_km=1.0, speed_limit_kmh=50.0),)

    def link(number: int) -> Link:
        ends = {"start": f"from_{number}", "end": f"to_{number}"}
        return Link(name=f"link_{number}", road_class="county", aadt=1.0, sections=sections, **ends)

    def road(count: int) -> Road:
        links = tuple(link(number) for number in range(count))
        return Road(nodes=tuple(Node(name=name) for one in links for name in (one.start, one.end)), links=links)

    assert list(findings({}, {"road": road(MOST_CORRIDORS)})) == []
    ((keys, message),) = findings({}, {"road": road(MOST_CORRIDORS + 1)})
    assert keys == ("road", "links")
    assert "1,025 corridors" in message
    assert "at most 1,024" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("a: [1, 2", "invalid YAML"),
        ("a: 1\na: 2\n", "stands twice"),
        ("- 1\n- 2\n", "must be a mapping"),
        ("name: !!python/object/apply:os.system ['touch /tmp/no']\n", "not allowed"),
        ("name: !secret x\n", "not allowed"),
        ("name: \tx\n\tb: 1", "invalid YAML"),
        ("{" * 2000, "invalid YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(tmp_path, text, message) -> None:
    assert any(message in m.message for m in mistakes_of(tmp_path, text))


def test_folded_texts_are_one_line(tmp_path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(yaml_text.SMALL_YAML + "description: >-\n  one\n  and two\n")
    assert load_scenario(file).description == "one and two"


def test_a_bomb_of_aliases_is_refused(tmp_path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert any("more than" in m.message for m in mistakes_of(tmp_path, "\n".join(rows)))


def test_a_file_of_50_mb_is_refused_unread(tmp_path) -> None:
    found = mistakes_of(tmp_path, "a" * 50_000_000)
    assert "50,000,000 bytes" in found[0].message


def test_binary_and_missing_files_and_folders(tmp_path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00\x01")
    for name, message in (("binary.yaml", "UTF-8"), ("missing.yaml", "can't be read"), (".", "can't be read")):
        with pytest.raises(ScenarioError, match=message):
            load_scenario(tmp_path / name)


def test_extends_in_a_circle(tmp_path) -> None:
    (tmp_path / "other.yaml").write_text("name: other\nextends: scenario.yaml\n")
    found = mistakes_of(tmp_path, "name: one\nextends: other.yaml\n")
    assert "circle: scenario.yaml -> other.yaml -> scenario.yaml" in found[0].message


def test_extends_itself_or_nothing(tmp_path) -> None:
    assert "circle" in mistakes_of(tmp_path, "name: one\nextends: scenario.yaml\n")[0].message
    missing = mistakes_of(tmp_path, "name: one\nextends: gone.yaml\n")[0]
    assert (missing.key, missing.line) == ("extends", 2)
    assert "'gone.yaml' is not a file" in missing.message


def test_extending_needs_a_name(tmp_path) -> None:
    (tmp_path / "base.yaml").write_text(yaml_text.SMALL_YAML)
    assert "name" in mistakes_of(tmp_path, "extends: base.yaml\n")[0].message


def test_a_mistake_in_a_parts_file_names_that_file(tmp_path) -> None:
    (tmp_path / "base.yaml").write_text(yaml_text.SMALL_YAML)
    (tmp_path / "wet.yaml").write_text("rain_share: [2]\n")
    found = mistakes_of(tmp_path, "name: wet\nextends: base.yaml\nclimate: wet.yaml\n")
    assert {m.file.rsplit("/")[-1] for m in found} == {"wet.yaml"}
    assert {m.line for m in found} == {1}


def test_two_files_with_one_name(tmp_path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(yaml_text.SMALL_YAML)
    result = runner.invoke(app, ["compare", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")])
    assert result.exit_code == 2
    assert re.search(r"b\.yaml: name: 'small' is also the name of .*a\.yaml", result.output)


def test_null_takes_an_intervention_out_again(tmp_path) -> None:
    (tmp_path / "base.yaml").write_text(
        yaml_text.SMALL_YAML + "interventions: {early_warning: {}, driver_contact: {}}\n"
    )
    (tmp_path / "less.yaml").write_text("name: less\nextends: base.yaml\ninterventions: {early_warning: null}\n")
    assert list(load_scenario(tmp_path / "less.yaml").interventions) == ["driver_contact"]


def changed_by(tmp_path, text: str):
    (tmp_path / "base.yaml").write_text(yaml_text.SMALL_YAML)
    return "name: other\nextends: base.yaml\n" + text


def test_links_are_changed_by_their_names(tmp_path) -> None:
    """One line for one link; all else stays, and mistakes are told where they stand."""
    text = changed_by(tmp_path, "road: {links: {upper: {aadt: 1234}}}\n")
    (tmp_path / "other.yaml").write_text(text)
    before, after = (load_scenario(tmp_path / name).road.links for name in ("base.yaml", "other.yaml"))
    assert [link.aadt for link in after if link.name == "upper"] == [1234]
    assert [link.model_copy(update={"aadt": 0}) for link in after] == [
        link.model_copy(update={"aadt": 0}) for link in before
    ]
    wrong = mistakes_of(tmp_path, text.replace("1234", "-1"))
    assert [(m.line, m.message) for m in wrong] == [(3, "found -1, must be above 0")]


def test_a_link_that_is_not_there_is_not_added(tmp_path) -> None:
    text = changed_by(tmp_path, "days: 5\nroad:\n  links:\n    uper: {aadt: 1234}\n")
    (found,) = mistakes_of(tmp_path, text)
    assert (found.line, found.key) == (6, "road.links.uper")
    assert "did you mean `upper`" in found.message


def test_keys_are_set_on_the_command_line(tmp_path) -> None:
    """As in the file; of an intervention only where it is."""
    (tmp_path / "base.yaml").write_text(yaml_text.SMALL_YAML)
    (tmp_path / "calls.yaml").write_text(changed_by(tmp_path, "interventions: {driver_contact: {}}\n"))
    files = [str(tmp_path / name) for name in ("base.yaml", "calls.yaml")]
    settings = ["road.links.upper.aadt=1234", "days=2", "interventions.driver_contact.operators=4"]
    given = [part for setting in settings for part in ("--set", setting)]
    out = tmp_path / "out"
    result = runner.invoke(app, ["compare", *files, "--replications", "2", "--out", str(out), "--quiet", *given])
    assert result.exit_code == 0, result.output
    scenarios = json.loads((out / "scenarios.json").read_text())
    assert {own["days"] for own in scenarios.values()} == {2}
    assert scenarios["small"]["interventions"] == {}
    assert scenarios["other"]["interventions"]["driver_contact"]["operators"] == 4


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("days", "must be KEY=VALUE"),
        ("dayz=3", "unknown key"),
        ("days=-3", "found -3, must be at least 1"),
        ("road.links.uper.aadt=3", "there is no such key"),
        ("interventions.driver_contact.operators=3", "no scenario has the intervention 'driver_contact'"),
        ("days=[", "invalid YAML"),
    ],
)
def test_a_mistake_on_the_command_line(tmp_path, setting: str, message: str) -> None:
    (tmp_path / "base.yaml").write_text(yaml_text.SMALL_YAML)
    result = runner.invoke(app, ["run", str(tmp_path / "base.yaml"), "--set", setting])
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output


@pytest.mark.parametrize("part", ["road", "fleet", "demand", "climate"])
def test_a_part_of_a_scenario_is_called_so(part) -> None:
    done = runner.invoke(app, ["validate", str(TAISHUN / "parts" / f"{part}.yaml")])
    assert done.exit_code == 2
    assert f"holds the {part} of a scenario and is none: validate the scenario that uses it" in done.stderr
    assert "1 mistake" in done.stderr


def test_a_misspelled_key_is_one_mistake(tmp_path) -> None:
    """What it was meant for is not missing too; a key that is nothing like it is."""
    (found,) = mistakes_of(tmp_path, yaml_text.SMALL_YAML.replace("length_km: 1.0", "lenght_km: 1.0", 1))
    assert "did you mean `length_km`" in found.message
    both = mistakes_of(tmp_path, yaml_text.SMALL_YAML.replace("length_km: 1.0", "colour: 1.0", 1))
    assert sorted(one.message.split(";")[0] for one in both) == ["is required and missing", "unknown key"]
