"""Whatever is handed in, it is taken or refused with one clear message."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def fuzzed(scale: float) -> dict:
    paths = os.pathsep.join(map(str, (HERE, HERE.parent, HERE.parents[1])))
    command = [sys.executable, "-W", "error", str(HERE.parent / "helpers" / "fuzzing.py"), str(scale)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_ten_thousand_mutants() -> None:
    found = fuzzed(1.0)
    kinds = ("text", "data", "changed", "set", "targets", "csv", "option", "folder", "store")
    assert sum(found["count"][kind] for kind in kinds) >= 10_000
    assert found["count"]["run"] == 300
    assert found["wrong"] == []


def test_some_mutants() -> None:
    assert fuzzed(0.01)["wrong"] == []
