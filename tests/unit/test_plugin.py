"""Interventions of others: installed, listed, validated, run; and stopped by name when they misbehave."""

import os
import re
import subprocess
import sys
from importlib import import_module
from typing import ClassVar

import numpy as np
import pytest

from sim import interventions
from sim.core import moved
from sim.driving.rules import DrivingRules, HotBrakeAlarm, SpeedRule
from sim.engine.hooks import HookFailed
from sim.engine.replication import run_replication
from sim.interventions import registry
from sim.interventions.intervention import Intervention
from sim.interventions.views import Preparation
from sim.risk.mechanisms import MECHANISMS


@pytest.fixture(scope="module")
def installed(root, tmp_path_factory):
    """The example package, installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    subprocess.run([*pip, str(root / "docs/examples/curve_boards")], check=True, capture_output=True)
    return {**os.environ, "PYTHONPATH": str(folder)}


def hairpin(root, environment, *arguments) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from sim.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_an_installed_intervention_is_listed_and_runs(root, tmp_path, installed) -> None:
    assert "lit boards before sharp bends" in hairpin(root, installed, "interventions").stdout
    base = root / "scenarios/s228/baseline.yaml"
    file = tmp_path / "boards.yaml"
    file.write_text(f"extends: {base}\nname: boards\ninterventions:\n  curve_boards: {{heed_share: 0.6}}\n")
    compared = hairpin(
        root, installed, "compare", base, file, "--days", 3, "--replications", 2, "--out", tmp_path / "out"
    )
    assert compared.returncode == 0, compared.stderr
    assert "boards" in compared.stdout
    file.write_text(file.read_text().replace("0.6", "7"))
    wrong = hairpin(root, installed, "validate", file)
    assert wrong.returncode == 2
    assert "interventions.curve_boards.heed_share" in wrong.stderr + wrong.stdout


def test_without_the_package_the_kind_is_unknown(root, tmp_path) -> None:
    file = tmp_path / "boards.yaml"
    file.write_text(
        f"extends: {root / 'scenarios/s228/baseline.yaml'}\nname: x\ninterventions: {{curve_boards: {{}}}}\n"
    )
    assert hairpin(root, dict(os.environ), "validate", file).returncode == 2


def test_the_guide_shows_the_example(root) -> None:
    guide = (root / "docs/write-an-intervention.md").read_text()
    code = re.findall(r"```python\n(.*?)```", guide, flags=re.DOTALL)[0]
    assert code.strip() in (root / "docs/examples/curve_boards/curve_boards.py").read_text()
    assert len(code.strip().splitlines()) <= 30
    hooks = {name for name in vars(Intervention) if not name.startswith("_") and callable(getattr(Intervention, name))}
    hooks -= {name for name in hooks if name.startswith("model_")}
    assert {hook for hook in hooks if f"`{hook}(" not in guide} == set()


def bad_factor(site) -> DrivingRules:
    return DrivingRules(hazard_factor=-np.ones((len(MECHANISMS), len(site.network.sections.length_m))))


def not_a_number(site) -> DrivingRules:
    return DrivingRules(speed_factor=np.full(site.roster.size, np.nan))


def wrong_shape(site) -> DrivingRules:
    return DrivingRules(speed=(SpeedRule(np.array([0]), np.ones((1, 1)), np.ones(3)),))


def wrong_mask(site) -> DrivingRules:
    return DrivingRules(alarms=(HotBrakeAlarm(200.0, 0.9, np.ones(2, dtype=bool)),))


def raising(site) -> DrivingRules:
    raise KeyError("no such road")


def another_type(site) -> dict[str, int]:
    return {"a": 1}


def process_that_raises(case):
    yield case.wait(1.0)
    raise ZeroDivisionError("in the process")


def endless_work(room):
    room.occupy(0, room.day, [(60.0, float("inf"))])
    yield room.wait(1.0)


def enormous(site) -> DrivingRules:
    return DrivingRules(hazard_factor=np.full((len(MECHANISMS), len(site.network.sections.length_m)), 1e300))


def broken_sections(site) -> DrivingRules:
    return DrivingRules(speed=(SpeedRule(np.array([0.0]), np.ones((1, 1)), np.ones(site.roster.size)),))


def writing(site) -> DrivingRules:
    site.roster.speed_factor[:] = 0.7
    return DrivingRules()


WRONG = {
    "a factor without measure": ("driving", enormous, "hazard_factor must be from 0 to 1000"),
    "sections that are no whole numbers": ("driving", broken_sections, "speed.sections must be whole numbers"),
    "writing into what it sees": ("driving", writing, "read-only"),
    "a negative factor": ("driving", bad_factor, "hazard_factor must be from 0"),
    "NaN": ("driving", not_a_number, "speed_factor holds NaN"),
    "a wrong shape": ("driving", wrong_shape, "response has shape (3,)"),
    "a wrong mask": ("driving", wrong_mask, "alarms.heeds must have shape"),
    "an exception": ("driving", raising, "KeyError: 'no such road'"),
    "another type": ("driving", another_type, "returned dict, must be DrivingRules"),
    "coverage over 1": (
        "prepare",
        lambda setting: Preparation(coverage=np.full((len(setting.days_since_start), 4), 2.0)),
        "coverage must be from 0 to 1",
    ),
    "a risk over 1": ("perceived_risk", lambda driver: 1.5, "is 1.5, must be from 0 to 1"),
    "a check of NaN": ("checked_share", lambda link, day: float("nan"), "is nan"),
    "a process that raises": ("respond", process_that_raises, "ZeroDivisionError: in the process"),
    "no process": ("respond", lambda case: 5, "must be a generator or None"),
    "endless work": ("background_work", endless_work, "ValueError: work at second 60.0 of inf s"),
    "units below 0": ("units", lambda site: -1.0, "must be from 0"),
    "a metric of NaN": ("measured", lambda site, past, expected: {"x": float("nan")}, "x is nan"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_misbehaving_hook_is_named(small, monkeypatch, wrong) -> None:
    hook, function, message = WRONG[wrong]
    attributes = {
        "kind": "rogue",
        "__annotations__": {"kind": ClassVar[str]},
        "__module__": __name__,
        hook: lambda self, *arguments: function(*arguments),
    }
    rogue = type("Rogue", (Intervention,), attributes)
    monkeypatch.setitem(registry._registered, "rogue", rogue)
    with pytest.raises(HookFailed) as raised:
        run_replication(small(interventions={"rogue": {}}), 3, 0)
    assert f"intervention rogue, hook {hook}: " in str(raised.value)
    assert message in str(raised.value)


@pytest.mark.parametrize(("old", "homes"), moved.HOMES.items())
def test_plug_ins_find_modules_under_their_earlier_names(monkeypatch, old, homes) -> None:
    monkeypatch.delitem(sys.modules, old, raising=False)
    with pytest.warns(DeprecationWarning, match="is now"):
        module = import_module(old)
    monkeypatch.delitem(sys.modules, old)
    for home in map(import_module, homes):
        own = {
            name: value
            for name, value in vars(home).items()
            if name[0] != "_" and getattr(value, "__module__", "") == home.__name__
        }
        assert all(getattr(module, name) is value for name, value in own.items())
        assert own or home is interventions
    with pytest.raises(AttributeError, match="no 'nothing'"):
        _ = module.nothing


def test_plug_ins_find_names_and_the_hook_of_earlier_versions() -> None:
    with pytest.warns(DeprecationWarning, match="Floor is now ControlRoom"):
        assert interventions.Floor is interventions.ControlRoom
    with pytest.warns(DeprecationWarning, match="Old.patrol is now background_work"):

        class Old(Intervention):
            def patrol(self, _room):
                return None

    assert Old.background_work is Old.patrol


def test_a_rule_of_an_earlier_version_names_its_factor_habit() -> None:
    with pytest.warns(DeprecationWarning, match="habit is now speed_factor"):
        rules = DrivingRules(habit=np.array([0.9, 1.0]))
    assert rules.speed_factor is not None
    assert rules.speed_factor.tolist() == [0.9, 1.0]
