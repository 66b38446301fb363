"""Outputs change only on purpose: short forms of all shipped scenarios, and what the guard catches."""

import json
from xml.etree.ElementTree import fromstring

import pytest
from typer.testing import CliRunner

from sim import checking
from sim.cli import app
from sim.scenario import load_scenario

runner = CliRunner()


@pytest.fixture(scope="module")
def stored(root):
    return checking.read(root / "results/reference/weeks.json")


@pytest.fixture(scope="module")
def some(root, tmp_path_factory):
    """A folder with one real road and its reference."""
    folder = tmp_path_factory.mktemp("guard")
    for part in ("s228", "taishun"):
        (folder / "scenarios" / part).mkdir(parents=True)
        for file in (root / "scenarios" / part).rglob("parts/*.yaml"):
            target = folder / "scenarios" / file.relative_to(root / "scenarios")
            target.parent.mkdir(exist_ok=True)
            target.write_text(file.read_text())
    (folder / "scenarios/s228/baseline.yaml").write_text((root / "scenarios/s228/baseline.yaml").read_text())
    assert guard(folder, "--update").exit_code == 0
    return folder


def guard(folder, *options):
    paths = ("--scenarios", folder / "scenarios", "--reference", folder / "weeks.json", "--workers", 1)
    return runner.invoke(app, ["check", *map(str, (*paths, *options))])


@pytest.mark.parametrize("name", checking.shipped(checking.Path(__file__).parents[2] / "scenarios"))
def test_a_week_is_as_stored(root, stored, name) -> None:
    """Rewrite with `hairpin check --update`, and say why in the changelog."""
    found = checking.measure({name: root / "scenarios" / f"{name}.yaml"}, workers=1)
    own = {**stored, "scenarios": {name: stored["scenarios"][name]}}
    assert checking.differences(own, found) == []


def test_nothing_moved(some) -> None:
    result = guard(some)
    assert result.exit_code == 0
    assert "1 scenarios are as stored" in result.stdout


@pytest.mark.parametrize("other_versions", [False, True])
def test_one_percent_of_a_hazard_coefficient_is_caught(some, tmp_path, other_versions) -> None:
    file = some / "scenarios/s228/baseline.yaml"
    text, reference = file.read_text(), (some / "weeks.json").read_text()
    try:
        file.write_text(text + "risk: {calibration_factor: 1.01}\n")
        if other_versions:
            (some / "weeks.json").write_text(reference.replace('"numpy": "', '"numpy": "0.'))
        result = guard(some, "--junit", tmp_path / "junit.xml")
    finally:
        file.write_text(text)
        (some / "weeks.json").write_text(reference)
    assert result.exit_code == 1
    assert "expected_general" in result.stdout
    suite = fromstring((tmp_path / "junit.xml").read_text())  # noqa: S314
    assert suite.get("failures") == "1"
    assert "expected_general" in suite.find("testcase/failure").text


def test_another_numpy_alone_is_no_difference_of_the_model(some) -> None:
    """Another version may round the last digits; the model's version is the same."""
    content = json.loads((some / "weeks.json").read_text())
    content["versions"]["numpy"] = "1.26.0"
    found = {
        name: {metric: [v and v * (1.0 + 3e-9) for v in values] for metric, values in metrics.items()}
        for name, metrics in content["scenarios"].items()
    }
    assert checking.differences(content, found) == []
    content["versions"] = checking.versions()
    assert checking.differences(content, found) != []


def test_what_comes_and_goes_is_told() -> None:
    before = {"versions": checking.versions(), "scenarios": {"a": {"x": [1.0, 2.0]}, "b": {"x": [1.0, 1.0]}}}
    moved = checking.differences(before, {"a": {"x": [1.0, 2.0], "y": [3.0, None]}})
    assert [(entry.scenario, entry.metric) for entry in moved] == [("a", "y"), ("b", "x")]


def test_without_references_it_says_how_to_write_them(root, tmp_path) -> None:
    result = runner.invoke(app, ["check", "--scenarios", str(root / "scenarios"), "--reference", str(tmp_path / "x")])
    assert result.exit_code == 2
    assert "hairpin check --update" in result.output


def test_short_forms_are_short(root) -> None:
    assert checking.short_form(load_scenario(root / "scenarios/taishun/baseline.yaml")).days == 7
