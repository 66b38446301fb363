"""The same bytes whatever the processor can do: kernels of BLAS, NumPy and the C library switched in processes."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.experiment.store import model_files
from sim.system.machine import machine

HERE = Path(__file__).parent
DAYS = {"days": 4, "warm_up_days": 20, "risk.calibration_factor": 100.0}
SCENARIOS = {
    "measures/everything": DAYS,
    "qidaoliang/all_three": {**DAYS, "days": 20},
    "s228/baseline": {
        **DAYS,
        "days": 4,
        "warm_up_days": 4,
        "start_date": "2025-01-05",
        "risk.calibration_factor": 300.0,
    },
}
COMPILED_FOR_ANY_PROCESSOR = "measures/everything"
"""The scenario in which all of the sweep is used."""
QUICKEST = "s228/baseline"
FEATURES = machine()["processor_features"]
HAS_AVX512 = any(name in FEATURES for name in ("AVX512_SKX", "X86_V4"))
SWITCHES = {
    "Prescott": {"OPENBLAS_CORETYPE": "Prescott"},
    "Haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "SkylakeX": {"OPENBLAS_CORETYPE": "SkylakeX"},
    "no AVX-512": {"NPY_DISABLE_CPU_FEATURES": " ".join(f for f in FEATURES if "512" in f or f == "X86_V4")},
    "no X86_V3": {"NPY_DISABLE_CPU_FEATURES": "X86_V3" if "X86_V3" in FEATURES else ""},
    "no AVX": {"NPY_DISABLE_CPU_FEATURES": " ".join(FEATURES)},
    "generic": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    "no FMA in C": {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable,-AVX2,-FMA,-AVX512F"},
}
QUICK_SWITCHES = ("Prescott", "Haswell", "no X86_V3", "no FMA in C")
BLAS_CALLS = {"dot", "vdot", "inner", "matmul", "einsum", "tensordot", "convolve", "correlate", "lstsq", "polyfit"}
DISPATCHED = {
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "power", "float_power", "cbrt"),
    *("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"),
}
"""Functions for which NumPy has kernels by processor that round differently; `sim.core.portable` stands in for them."""


def run(scenario: str, changes: dict, switch: dict[str, str]) -> dict:
    file = HERE.parents[1] / "scenarios" / f"{scenario}.yaml"
    found = subprocess.run(
        [sys.executable, str(HERE.parent / "helpers" / "one_run.py"), str(file), json.dumps(changes)],
        env={**os.environ, **switch},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(name, marks=pytest.mark.slow if name != QUICKEST else ()) for name in SCENARIOS],
)
def test_the_same_bytes_on_every_processor(scenario) -> None:
    plain = run(scenario, SCENARIOS[scenario], {})
    assert plain["accidents"] > 5
    kernels = {tuple(plain["machine"]["blas"])}
    for name, switch in SWITCHES.items():
        if scenario == QUICKEST and name not in QUICK_SWITCHES:
            continue  # the slow tests have them all
        if name == "SkylakeX" and not HAS_AVX512:
            continue  # its kernels stop at an unknown instruction
        if name == "generic" and scenario != COMPILED_FOR_ANY_PROCESSOR:
            continue  # it takes a quarter of a minute to compile
        other = run(scenario, SCENARIOS[scenario], switch)
        assert other["digest"] == plain["digest"], name
        kernels.add(tuple(other["machine"]["blas"]))
        if switch.get("NPY_DISABLE_CPU_FEATURES"):
            assert len(other["machine"]["processor_features"]) < len(FEATURES)
    if any("openblas" in kernel for kernel in plain["machine"]["blas"]):
        assert len(kernels) > 1, "the switch of the BLAS kernel had no effect"


def used(path: Path) -> set[str]:
    """Names of called functions, and @ for a product of matrices."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
            found.add("@")
        if isinstance(node, ast.Attribute):
            own = isinstance(node.value, ast.Name) and node.value.id
            found |= {node.attr} & (BLAS_CALLS | {"linalg"})
            found |= {f"np.{node.attr}"} if own in {"np", "numpy", "math"} and node.attr in DISPATCHED else set()
        if isinstance(node, ast.ImportFrom) and node.module in {"numpy", "math"}:
            found |= {f"np.{alias.name}" for alias in node.names if alias.name in DISPATCHED}
    return found


@pytest.mark.parametrize("path", model_files(), ids=lambda path: path.name)
def test_what_a_run_computes_calls_nothing_that_rounds_by_processor(path) -> None:
    if path.name != "uncertain.py":  # quantiles of beliefs, drawn before a run: written into the scenario that is run
        assert used(path) == set()


def test_the_ban_sees_what_it_bans(tmp_path) -> None:
    file = tmp_path / "bad.py"
    file.write_text(
        "import numpy as np\nfrom math import exp\na = b @ c\nd = np.dot(a, b)\ne = a.dot(b)\nf = np.exp(a)\n"
    )
    assert used(file) == {"@", "dot", "np.exp"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Prescott", "no X86_V3", "no FMA in C"])
def test_an_imported_road_has_the_same_bytes_on_every_processor(name: str, root, tmp_path) -> None:
    """Whatever the import rounds differently lies beyond the digits that it writes."""
    data = root / "tests/data/roads"
    arguments = ["import", "road", data / "andorra.osm.pbf", "--ref", "CG-2", "--from", "1.5218,42.5063"]
    arguments += ["--to", "1.7187,42.5400", "--dem", data / "N42E001.hgt.zip", "--scenario"]
    written = []
    for folder, switch in (("plain", {}), ("switched", SWITCHES[name])):
        command = [sys.executable, "-c", "from sim.cli import main; main()", *map(str, arguments), "--out", folder]
        done = subprocess.run(command, cwd=tmp_path, env={**os.environ, **switch}, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        written.append({path.name: path.read_bytes() for path in sorted((tmp_path / folder).iterdir())})
    assert set(written[0]) >= {"road.yaml", "profile.svg", "geometry.geojson", "import.json"}
    assert written[0] == written[1]
