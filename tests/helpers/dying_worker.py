"""Runs four tasks on two processes, of which the first one to start dies; prints hashes of the outcomes."""

import hashlib
import os
import sys
from pathlib import Path

from conftest import SMALL

from sim.engine.accounting.outcome import Outcome
from sim.experiment import runner
from sim.experiment.store import packed
from sim.scenario import Scenario

original = runner.perform


def dying(task: runner.Task) -> Outcome:
    """Die once."""
    flag = Path(sys.argv[1])
    if not flag.exists():
        flag.touch()
        os._exit(9)
    return original(task)


if __name__ == "__main__":
    import dying_worker  # workers do not run this script, but find functions by their module

    runner.perform = dying_worker.dying
    base = Scenario.model_validate(SMALL)
    tasks = [runner.Task(base.changed({"days": 3, "name": f"s{n}"}), 1, n) for n in range(4)]
    for outcome in runner.perform_all(tasks, workers=2):
        print(hashlib.sha256(packed(outcome)).hexdigest())
