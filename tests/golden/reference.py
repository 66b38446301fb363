"""The reference weeks: `python tests/golden/reference.py` rewrites them and prints what moved."""

import json
from math import isnan
from pathlib import Path

from sim.engine.replication import run_replication
from sim.scenario import load_scenario

ROOT = Path(__file__).parents[2]
FILE = ROOT / "results" / "reference" / "weeks.json"
SEED = 2025


def scenario_names() -> list[str]:
    """Every shipped scenario, as folder/name."""
    return sorted(f"{path.parent.name}/{path.stem}" for path in (ROOT / "scenarios").glob("*/*.yaml"))


def week(name: str) -> dict[str, float | None]:
    """Metrics of one replication of a week; null where a number does not exist."""
    scenario = load_scenario(ROOT / "scenarios" / f"{name}.yaml")
    metrics = run_replication(scenario.changed({"days": 7, "warm_up_days": 7}), SEED, 0).metrics
    return {metric: None if isnan(value) else value for metric, value in metrics.items()}


def main() -> None:
    before = json.loads(FILE.read_text())["scenarios"] if FILE.exists() else {}
    after = {name: week(name) for name in scenario_names()}
    for name, metrics in after.items():
        for metric, value in metrics.items():
            old = before.get(name, {}).get(metric)
            if old != value:
                print(f"{name}.{metric}: {old} -> {value}")
    FILE.write_text(json.dumps({"seed": SEED, "days": 7, "scenarios": after}, indent=1) + "\n")


if __name__ == "__main__":
    main()
