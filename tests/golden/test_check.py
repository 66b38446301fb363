"""Outputs change only on purpose: short forms of all shipped scenarios, and what the guard catches."""

import json
import shutil
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiment import regression
from sim.scenario import load_scenario

runner = CliRunner()


@pytest.fixture(scope="module")
def stored(root):
    return regression.read(root / "results/reference/weeks.json")


@pytest.fixture(scope="module")
def some(root, tmp_path_factory):
    """A folder with one real road and its reference; a bend of it is made so sharp that trucks roll over there."""
    folder = tmp_path_factory.mktemp("guard")
    for part in ("qidaoliang", "taishun"):
        (folder / "scenarios" / part).mkdir(parents=True)
        for file in (root / "scenarios" / part).rglob("parts/*.yaml"):
            target = folder / "scenarios" / file.relative_to(root / "scenarios")
            target.parent.mkdir(exist_ok=True)
            target.write_text(file.read_text().replace("curve_radius_m: 400,", "curve_radius_m: 90,"))
    (folder / "scenarios/qidaoliang/baseline.yaml").write_text(
        (root / "scenarios/qidaoliang/baseline.yaml").read_text()
    )
    assert guard(folder, "--update").exit_code == 0
    return folder


def guard(folder, *options):
    paths = ("--scenarios", folder / "scenarios", "--reference", folder / "weeks.json", "--workers", 1)
    return runner.invoke(app, ["check", *map(str, (*paths, *options))])


HERE = (
    "taishun/baseline",
    "taishun/full_programme@hot",
    "measures/everything",
    "measures/everything@july",
    "measures/departure_windows",
    "qidaoliang/all_three",
    "s228/bend_warning",
    "validation/yaxi",
)
"""`hairpin check`, which CI runs too, has them all."""
FILES = regression.shipped(regression.Path(__file__).parents[2] / "scenarios")
CASES = regression.cases({name: file for name, file in FILES.items() if not name.startswith("province")})


@pytest.mark.parametrize("name", HERE)
def test_a_week_is_as_stored(stored, name) -> None:
    """Rewrite with `hairpin check --update`, and say why in the changelog."""
    found = regression.measure({name: CASES[name]}, workers=1)
    own = {**stored, "scenarios": {name: stored["scenarios"][name]}}
    assert regression.differences(own, found) == []


def test_nothing_moved(some) -> None:
    result = guard(some)
    assert result.exit_code == 0
    assert "3 scenarios are as stored" in result.stdout


COEFFICIENTS = {
    "calibration_factor": "expected_general",
    "speed_coefficient_per_kmh": "expected_general",
    "night_factor": "expected_general",
    "brake_failure_c": "expected_runaway",
    "curve_speed_sd": "expected_rollover",
}
"""And a metric that moves with it; it does not rain in the road's January."""


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
@pytest.mark.parametrize("other_versions", [pytest.param(False, marks=pytest.mark.slow), True])
def test_one_percent_of_a_hazard_coefficient_is_caught(some, tmp_path, other_versions, coefficient) -> None:
    default = getattr(load_scenario(some / "scenarios/qidaoliang/baseline.yaml").risk, coefficient)
    folder = tmp_path / "guard"
    shutil.copytree(some, folder)
    file, reference = folder / "scenarios/qidaoliang/baseline.yaml", folder / "weeks.json"
    file.write_text(file.read_text() + f"risk: {{{coefficient}: {1.01 * default}}}\n")
    if other_versions:
        reference.write_text(reference.read_text().replace('"numpy": "', '"numpy": "0.'))
    result = guard(folder, "--junit", tmp_path / "junit.xml")
    assert result.exit_code == 1
    assert COEFFICIENTS[coefficient] in result.stdout
    suite = fromstring((tmp_path / "junit.xml").read_text())  # noqa: S314
    assert suite.get("failures") == "3"
    assert COEFFICIENTS[coefficient] in suite.find("testcase/failure").text


def test_another_numpy_alone_is_no_difference_of_the_model(some) -> None:
    """Another version may round the last digits; the model's version is the same."""
    content = json.loads((some / "weeks.json").read_text())
    content["versions"]["numpy"] = "1.26.0"
    found = {
        name: {metric: [v and v * (1.0 + 3e-9) for v in values] for metric, values in metrics.items()}
        for name, metrics in content["scenarios"].items()
    }
    assert regression.differences(content, found) == []
    content["versions"] = regression.versions()
    assert regression.differences(content, found) != []


def test_other_random_numbers_are_told_from_another_model() -> None:
    """Trips that differ mean other draws: scatter is no difference, a shift beyond the false-alarm rate is one."""
    generator = np.random.default_rng(6)

    def values(mean, trips):
        return {"trips": trips, "x": (mean * np.exp(generator.normal(0.0, 1e-3, 3))).tolist()}

    stored = {"versions": {"numpy": "0.1"}, "scenarios": {"a": values(5.0, [100, 101, 102])}}
    other = [101, 99, 103]
    told = [regression.differences(stored, {"a": values(5.0, other)}) for _ in range(200)]
    assert sum(any(entry.metric == "x" for entry in moved) for moved in told) <= 3
    shifted = regression.differences(stored, {"a": values(50.0, other)})
    assert [entry.metric for entry in shifted] == ["x"]


def test_what_comes_and_goes_is_told_but_a_metric_that_is_new_has_not_moved() -> None:
    before = {"versions": regression.versions(), "scenarios": {"a": {"x": [1.0, 2.0]}, "b": {"x": [1.0, 1.0]}}}
    moved = regression.differences(before, {"a": {"x": [1.0, 2.0], "y": [3.0, None]}})
    assert [(entry.scenario, entry.metric) for entry in moved] == [("b", "x")]


def test_without_references_it_says_how_to_write_them(root, tmp_path) -> None:
    result = runner.invoke(app, ["check", "--scenarios", str(root / "scenarios"), "--reference", str(tmp_path / "x")])
    assert result.exit_code == 2
    assert "hairpin check --update" in result.output


def test_a_scenario_without_a_reference_is_named(some, tmp_path) -> None:
    folder = tmp_path / "guard"
    shutil.copytree(some, folder)
    (folder / "scenarios/qidaoliang/own.yaml").write_text("name: own\nextends: baseline.yaml\n")
    result = guard(folder)
    assert result.exit_code == 1
    assert "own has no reference in" in result.stdout
    assert "moved" not in result.stdout


def test_what_a_week_in_winter_does_not_hold_is_run_besides() -> None:
    """A hot run of each folder, with help, queues, severity and costs in it; one run in summer."""
    hot = [name for name in CASES if name.endswith("@hot")]
    assert {name.partition("/")[0] for name in hot} == {name.partition("/")[0] for name in CASES}
    assert "measures/everything@july" in CASES
    stored = regression.read(regression.Path(__file__).parents[2] / "results/reference/weeks.json")["scenarios"]
    for metric in ("accidents", "injuries", "closures", "delay_vehicle_hours", "property_loss_cny", "cost_cny"):
        assert all(min(stored["measures/everything@hot"][metric]) > 0.0 for name in hot)


@pytest.mark.parametrize(("after", "told"), [(1.0 + 3e-10, "last digits"), (1.001, "+0.100%"), (1.0, "other runs")])
def test_a_change_in_the_last_digits_is_called_that(after, told) -> None:
    assert told in regression.Moved("a", "x", 1.0, after).told


def test_short_forms_are_short(root) -> None:
    assert regression.short_form(load_scenario(root / "scenarios/taishun/baseline.yaml")).days == 7
