"""The compiled sweep: one compilation for all, the same bits as plain Python, kept and loaded again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core import portable
from sim.core.compiled import plain, single
from sim.driving import sweep
from sim.engine.replication import run_replication
from sim.physics import brake_temperature as brakes
from sim.scenario import load_scenario

HERE = Path(__file__).parent


def test_all_scenarios_use_what_was_compiled_first(root) -> None:
    sweep.get_ready()
    for name in ("taishun/full_programme", "measures/everything", "qidaoliang/all_three"):
        run_replication(load_scenario(root / "scenarios" / f"{name}.yaml").changed({"days": 2}), 1, 0)
    assert len(sweep._sweep.signatures) == 1


@given(st.floats(-120.0, 120.0, width=32))
def test_functions_of_one_number_are_those_of_arrays(x) -> None:
    number = np.float32(x)
    for name in ("exp", "softplus"):
        of_array = getattr(portable, name)(np.array([number]))[0]
        assert plain(getattr(portable, f"{name}_single"))(number) == of_array
    positive = np.float32(abs(x) + 1e-30)
    assert plain(portable.log_single)(positive) == portable.log(np.array([positive]))[0]


@settings(deadline=None)  # it compiles
@given(st.floats(20.0, 800.0, width=32), st.floats(1.0, 40.0, width=32), st.floats(1.0, 5000.0, width=32))
def test_formulas_are_the_same_compiled_plain_and_of_arrays(start_c, speed_ms, duration_s) -> None:
    start, speed, duration = (np.float32(x) for x in (start_c, speed_ms, duration_s))
    steady = np.float32(300.0)
    of_array = brakes.temperature_after_c(
        np.array([start]), np.array([steady]), brakes.cooling_rate_per_s(np.array([speed])), np.array([duration])
    )[0]
    for form in (plain, single):
        cooling = np.float32(form(brakes.cooling_rate_per_s)(speed))
        assert np.float32(form(brakes.temperature_after_c)(start, steady, cooling, duration)) == of_array


def _digest(file: Path, changes: str, **environment: str) -> str:
    found = subprocess.run(
        [sys.executable, str(HERE.parent / "helpers" / "one_run.py"), str(file), changes],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)["digest"]


def test_compiled_functions_run_as_plain_python_give_the_same_bytes(root) -> None:
    """A day of few trips with all measures, without any compiler at work."""
    scenario = (root / "scenarios" / "measures" / "everything.yaml").resolve()
    flows = (
        '"demand.flows": [{"origin": "ORIGIN", "destination": "DESTINATION", "trips_per_year": {"local_semi": 9000}}]'
    )
    own = load_scenario(scenario).demand.flows[0]
    flows = flows.replace("ORIGIN", own.origin).replace("DESTINATION", own.destination)
    changes = f'{{"days": 1, "warm_up_days": 0, "risk.calibration_factor": 3000.0, {flows}}}'
    assert _digest(scenario, changes) == _digest(scenario, changes, NUMBA_DISABLE_JIT="1")


def test_a_missing_compiler_is_one_line(root, tmp_path) -> None:
    """Where something is to be simulated; help needs none."""
    script = "import sys; sys.modules['numba'] = None; from sim.cli import main; main()"
    file = root / "scenarios" / "taishun" / "baseline.yaml"

    def hairpin(*arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-c", script, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert hairpin("--help").returncode == 0
    failed = hairpin("run", str(file), "--days", "1", "--out", str(tmp_path / "results"))
    assert failed.returncode == 2
    assert failed.stderr == "Hairpin needs Numba, which is not installed for this Python: pip install numba\n"


@pytest.mark.slow
def test_what_was_compiled_is_loaded_by_the_next_process_and_made_again_if_broken(tmp_path) -> None:
    command = [
        sys.executable,
        "-c",
        "from sim.driving.sweep import _sweep, get_ready; get_ready(); print(_sweep.stats)",
    ]

    def compiled() -> bool:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
        found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stderr
        return "cache_misses=Counter()" not in found.stdout

    assert compiled()
    assert not compiled()
    for file in tmp_path.rglob("*.nbc"):
        file.write_bytes(file.read_bytes()[:1000])
    assert compiled()
    assert not compiled()
