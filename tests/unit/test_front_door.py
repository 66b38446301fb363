"""What comes along: starting points, shipped scenarios from any folder, the wheel by itself, one table of metrics."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from math import isnan

import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.core.metrics import TABLE, Kind, grows_with_time, is_share, metric
from sim.engine.replication import run_replication
from sim.risk.mechanisms import MECHANISMS
from sim.scenario import load_scenario
from sim.scenario.starting_points import LANGUAGES, STARTING_POINTS, start
from sim.system.shipped import IN_CHECKOUT, named_by

runner = CliRunner()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STARTING_POINTS)
def test_a_starting_point_is_valid_commented_and_runs(tmp_path, name, language) -> None:
    done = runner.invoke(app, ["init", str(tmp_path / "own"), "--from", name, "--lang", language])
    assert done.exit_code == 0, done.output
    files = sorted((tmp_path / "own").glob("*.yaml"))
    assert f"next: hairpin compare {tmp_path / 'own' / 'baseline.yaml'}" in done.stdout
    scenarios = [load_scenario(file) for file in files]
    own = next(one for one in scenarios if one.name in {"measures", "own_measures", "own_programme"})
    text = next(file for file in files if file.stem == own.name).read_text()
    assert ("#en" in text, "#zh" in text) == (False, False)
    assert bool(re.search(r"# .*[一-鿿]", text)) == (language == "zh")
    outcome = run_replication(own.changed({"days": 1, "warm_up_days": 0}), 1, 0)
    assert outcome.metrics["trips"] > 0.0
    assert outcome.metrics["cost_cny"] > 0.0


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path) -> None:
    (tmp_path / "own").mkdir()
    start(tmp_path / "own", "minimal", "en")
    (tmp_path / "own" / "measures.yaml").write_text("mine")
    done = runner.invoke(app, ["init", str(tmp_path / "own")])
    assert (done.exit_code, "not empty" in done.output) == (2, True)
    assert (tmp_path / "own" / "measures.yaml").read_text() == "mine"


def test_shipped_scenarios_are_known_from_any_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = runner.invoke(app, ["validate", "scenarios/qidaoliang/*.yaml"])
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == len(list((IN_CHECKOUT / "scenarios/qidaoliang").glob("*.yaml")))
    (tmp_path / "scenarios" / "qidaoliang").mkdir(parents=True)
    (tmp_path / "scenarios" / "qidaoliang" / "mine.yaml").write_text("name: mine\n")
    assert [file.name for file in named_by(tmp_path.__class__("scenarios/qidaoliang/*.yaml"))] == ["mine.yaml"]
    missing = runner.invoke(app, ["validate", "scenarios/nowhere.yaml"])
    assert (missing.exit_code, "scenarios/nowhere.yaml" in missing.output) == (2, True)


def test_the_version_is_the_packages() -> None:
    assert sim.__version__ == version("hairpin")
    assert runner.invoke(app, ["--version"]).stdout == f"hairpin {version('hairpin')}\n"
    citation = (IN_CHECKOUT / "CITATION.cff").read_text()
    assert f"version: {version('hairpin')}\n" in citation


def test_the_map_of_packages_is_all_of_them() -> None:
    from test_layers import PACKAGES

    named = re.findall(r"^`(\w+)`(?:, `(\w+)`)?", sim.__doc__, flags=re.MULTILINE)
    assert [name for pair in named for name in pair if name] == list(PACKAGES)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=IN_CHECKOUT, capture_output=True, text=True, check=True
    )
    return folder / done.stdout.split()[-1]


def test_the_wheel_holds_scenarios_references_and_texts(wheel) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {path.relative_to(IN_CHECKOUT).as_posix() for path in IN_CHECKOUT.glob("scenarios/**/*.yaml")}
    assert {f"hairpin_data/{name}" for name in (*shipped, "results/reference/weeks.json")} <= names
    for name in ("report/report.html.j2", "report/explore.js", "scenario/starts/minimal.baseline.yaml", "py.typed"):
        assert f"sim/{name}" in names
    assert not any("__pycache__" in name or name.endswith((".nbi", ".nbc")) for name in names)


@pytest.mark.slow
def test_the_wheel_works_alone_in_an_empty_folder(wheel, tmp_path) -> None:
    """Without a checkout: a starting point, the README's comparison and the guard."""
    home, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(home), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)

    def hairpin(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "from sim.cli import main; main()", *arguments],
            cwd=work,
            env={**os.environ, "PYTHONPATH": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert hairpin("--version") == f"hairpin {version('hairpin')}\n"
    hairpin("init", "own")
    short = ("--days", "2", "--replications", "2", "--quiet")
    hairpin("compare", "own/baseline.yaml", "own/measures.yaml", *short)
    hairpin("compare", "scenarios/taishun/baseline.yaml", "scenarios/taishun/*.yaml", *short)
    assert json.loads((work / "results" / "taishun" / "summary.json").read_text())["comparisons"].keys() >= {
        "full_programme"
    }
    assert "2 scenarios are as stored" in hairpin("check", "--only", "qidaoliang/*s")


def test_every_metric_of_a_run_is_a_row_or_an_interventions_own(small) -> None:
    measures = {"driver_contact": {}, "rapid_response": {"at": ["town"]}, "case_review": {}}
    metrics = run_replication(small(days=2, interventions=measures), 1, 0).metrics
    own = {name for name in metrics if name.startswith("case_review_")}
    assert {name for name in metrics if metric(name) is None} == own
    members = {"{road}": "county", "{mechanism}": "runaway", "{violation}": "speeding"}
    for row in TABLE:
        name = row.name
        for family, member in members.items():
            name = name.replace(family, member)
        assert name in metrics, row.name
        assert metric(name) is row
        assert row.en != row.zh
    assert all(0.0 <= value <= 1.0 for name, value in metrics.items() if is_share(name) and not isnan(value))


def test_what_grows_with_time_does(small) -> None:
    """Thrice the days give about thrice the number; a rate or a share stays where it is."""
    short, long = (run_replication(small(days=days), 1, 0).metrics for days in (10, 30))
    for name in ("trips", "vehicle_km", "expected_rear_end", "violations"):
        assert grows_with_time(name)
        assert long[name] / short[name] == pytest.approx(3.0, rel=0.15)
    assert not grows_with_time("compliance_rate")
    assert long["compliance_rate"] == pytest.approx(short["compliance_rate"], rel=0.1)
    assert {row.kind for row in TABLE} == set(Kind)


FOURTH = """
import numpy as np
from sim.core import exact_sums
from sim.core.compiled import compiled
exact_hazard = compiled(exact_sums.exact_hazard)
@compiled
def expect(trucks, trips, road, rules, numbers, s):
    hazard = trucks.hazard[6]
    for i in range(len(trips.day)):
        hazard[i] = exact_hazard(np.float64(road.length_m[s]) * 1e-9 * np.float64(rules.hazard_factor[6, s]))
    return True
def expected(at):
    return np.float64(at.road.length_m[at.s]) * 1e-9 * np.float64(at.rules.hazard_factor[6, at.s])
"""
ROW = '    Mechanism("rockfall", "rocks on the road", "落石", 0.1, 0.4, 1.2, 0.1, 1.2, 9000.0),\n)\n\nMECHANISMS'
TRIED = """
import json, sys
from conftest import SMALL
from sim.engine.replication import run_replication
from sim.evidence.parameter_table import markdown
from sim.report.words import word
from sim.scenario import Scenario
scenario = Scenario.model_validate(SMALL).changed({"days": 1, "demand.flows.0.trips_per_year": {"rigid": 9000.0}})
swept, walked = (run_replication(scenario, 1, 0, foreground_trips=how) for how in (None, "all"))
print(json.dumps([swept.metrics, walked.metrics, list(swept.sections), swept.metrics["vehicle_km"],
                  markdown().count("rockfall"), word("mechanism_rockfall", "zh")]))
"""


def test_a_fourth_mechanism_is_a_file_and_a_row(tmp_path) -> None:
    """It is in metrics, sections, parameters and words, in the sweep and in the reference engine alike."""
    shutil.copytree(IN_CHECKOUT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "sim/driving/mechanisms/rockfall.py").write_text('"""Rocks fall on the road."""\n' + FOURTH)
    table = tmp_path / "sim/risk/mechanisms.py"
    assert table.read_text().count(")\n\nMECHANISMS") == 1
    table.write_text(table.read_text().replace(")\n\nMECHANISMS", ROW))
    paths = os.pathsep.join([str(tmp_path), str(IN_CHECKOUT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", TRIED],
        env={**os.environ, "PYTHONPATH": paths, "NUMBA_DISABLE_JIT": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    swept, walked, sections, vehicle_km, in_parameters, chinese = json.loads(done.stdout)
    assert swept["expected_rockfall"] == walked["expected_rockfall"] == pytest.approx(vehicle_km * 1e-6, rel=1e-6)
    assert swept["expected_deaths"] == walked["expected_deaths"]
    assert "expected_rockfall" in sections
    assert in_parameters > 0
    assert chinese == "落石"
    assert all(name in swept for name in (f"expected_{one}" for one in MECHANISMS))
    assert swept.keys() == walked.keys()
