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
from sim.cli.starting_points import LANGUAGES, STARTING_POINTS, start
from sim.core.metrics import TABLE, Kind, grows_with_time, is_share, metric
from sim.core.vocabulary import STANDARD_TRUCK_CLASSES
from sim.engine.replication import run_replication
from sim.risk.mechanisms import MECHANISMS
from sim.scenario import ScenarioError, load_scenario
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


def test_the_command_lines_help_loads_nothing_of_the_model() -> None:
    """What a command needs it imports when it runs."""
    heavy = {"numpy", "pydantic", "scipy", "pandas", "numba", "simpy", "yaml", "matplotlib"}
    said = "import sys, sim.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert not heavy & set(done.stdout.split())


def test_the_version_is_the_packages() -> None:
    assert sim.__version__ == version("hairpin")
    assert runner.invoke(app, ["--version"]).stdout == f"hairpin {version('hairpin')}\n"
    citation = (IN_CHECKOUT / "CITATION.cff").read_text()
    assert f"version: {version('hairpin')}\n" in citation


def test_the_map_of_packages_is_all_of_them() -> None:
    from test_layers import PACKAGES

    named = re.findall(r"^\| `(\w+)`(?:, `(\w+)`)?", sim.__doc__, flags=re.MULTILINE)
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
    for name in ("report/report.html.j2", "report/explore.js", "cli/starts/minimal.baseline.yaml", "py.typed"):
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
    contact = {"answers": ["banned_entry", "speeding"]}
    measures = {"driver_contact": contact, "rapid_response": {"at": ["town"]}, "case_review": {}}
    metrics = run_replication(small(days=2, interventions=measures), 1, 0).metrics
    own = {name for name in metrics if name.startswith("case_review_")}
    assert {name for name in metrics if metric(name) is None} == own
    members = {"{road}": "county", "{truck}": "rigid", "{mechanism}": "runaway", "{violation}": "speeding"}
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


def own_classes(small, **more):
    """A dump truck like a rigid one, a tanker like a semi-trailer, a bus that says all."""
    classes = small().model_dump(mode="json")["fleet"]["classes"]
    classes |= {
        "dump_truck": {"like": "rigid", "loaded_mass_kg": 31000, "title": "dump trucks"},
        "tanker": {"like": "local_semi", "rollover_threshold_g": 0.3},
        "bus": {**classes["rigid"], "semi": False, "loaded_mass_kg": 18000},
    }
    flows = [
        {"origin": "north", "destination": "south", "trips_per_year": {"dump_truck": 9000, "tanker": 9000, "bus": 9000}}
    ]
    return small(fleet__classes=classes, demand__flows=flows, **more)


def test_classes_of_trucks_are_data(small) -> None:
    """Order, semi-trailers and what is not said come from the file; four trucks by name are known to all."""
    scenario = own_classes(small)
    fleet = scenario.fleet
    assert fleet.class_names == (*STANDARD_TRUCK_CLASSES, "dump_truck", "tanker", "bus")
    assert [fleet.is_semi(name) for name in ("dump_truck", "tanker", "bus", "rigid")] == [False, True, False, False]
    assert fleet.classes["dump_truck"].power_kw == fleet.classes["rigid"].power_kw
    assert (fleet.classes["dump_truck"].loaded_mass_kg, fleet.classes["tanker"].rollover_threshold_g) == (31000, 0.3)
    again = scenario.changed({"fleet": fleet.model_dump(mode="json")})
    assert again.fleet == fleet
    given = scenario.demand.mean_hours_driven
    assert fleet.mean_hours_driven("tanker", given) == given["local_semi"]
    assert (fleet.mean_hours_driven("bus", given), fleet.mean_hours_driven("bus", {"bus": 3.0})) == (0.0, 3.0)


def test_a_run_with_classes_of_ones_own_is_the_reference_engines(small) -> None:
    ban = {"truck_classes": ["tanker", "dump_truck"]}
    road = small().model_dump(mode="json")["road"]
    road["links"] = [{**link, "ban": ban} if link["ban"] else link for link in road["links"]]
    measures = {"driver_contact": {}, "early_warning": {}, "speed_limiters": {"fitted_share": {"tanker": 1.0}}}
    scenario = own_classes(small, days=3, road=road, interventions=measures, risk__calibration_factor=2000.0)
    swept, walked = (run_replication(scenario, 1, 0, foreground_trips=how) for how in (None, "all"))
    assert swept.metrics == pytest.approx(walked.metrics, nan_ok=True, rel=0.0, abs=0.0)
    assert {one.truck_class for one in swept.violations} == {"tanker", "dump_truck"}
    assert swept.metrics["vehicle_km_semi"] == pytest.approx(swept.metrics["vehicle_km"] / 3.0, rel=0.15)
    assert swept.accidents == walked.accidents
    assert swept.accidents


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"fleet.classes.bus": {"like": "coach"}}, "like is coach, must be another class"),
        ({"fleet.classes.bus.semi": None}, "classes.bus needs `semi`"),
        ({"interventions": {"speed_limiters": {"fitted_share": {"tankr": 0.5}}}}, "'tankr' is not a class of trucks"),
        ({"road.links.0.ban": {"truck_classes": ["coach"]}}, "'coach' is not a class of trucks"),
        ({"demand.flows.0.trips_per_year": {"tankr": 5}}, "fleet.classes has no tankr; is tanker meant?"),
    ],
)
def test_a_class_that_is_none_is_told(small, change, said) -> None:
    with pytest.raises(ScenarioError, match=re.escape(said)):
        own_classes(small).changed(change)
