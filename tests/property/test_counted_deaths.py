"""Fatal accidents and those of three and more deaths in runs: counted as expected, and shared out by mechanism."""

import numpy as np
import pytest

from sim.engine.replication import run_replication
from sim.risk.deaths import MOST_KILLED, share_of_many, shares_by_number
from sim.risk.mechanisms import TABLE
from sim.scenario import load_scenario

NUMBERS = np.arange(1, MOST_KILLED + 1)


def test_counted_accidents_of_many_deaths_have_the_expected_mean(root) -> None:
    """Ten times the accidents; fatal ones and those of three and more."""
    scenario = load_scenario(root / "scenarios/taishun/baseline.yaml")
    heavy = scenario.changed({"days": 60, "warm_up_days": 0, "risk.calibration_factor": 10.0})
    runs = [run_replication(heavy, 1, number).metrics for number in range(12)]
    for counted in ("fatal_accidents", "accidents_killing_3", "deaths"):
        seen, expected = (np.array([one[name] for one in runs]) for name in (counted, f"expected_{counted}"))
        spread = 1.0 if counted != "deaths" else sum(NUMBERS**2 * shares_by_number(1.4)) / 1.4
        assert abs(seen.sum() - expected.sum()) < 4.0 * np.sqrt(spread * expected.sum()), counted
    chance = 1.0 - np.exp(-runs[0]["expected_accidents_killing_3"] * 365.0 / 60.0)
    assert runs[0]["chance_of_accident_killing_3"] == pytest.approx(chance, rel=1e-9)


def test_fatal_accidents_are_deaths_over_persons_each(root) -> None:
    """Where each mechanism had the same number of deaths, fatal accidents would be deaths over it."""
    scenario = load_scenario(root / "scenarios/taishun/baseline.yaml").changed({"days": 5, "warm_up_days": 0})
    for persons in (1.0, 1.5):
        same = scenario.changed({"severity.deaths_per_fatal": [persons] * len(TABLE)})
        metrics = run_replication(same, 1, 0).metrics
        assert metrics["expected_fatal_accidents"] == pytest.approx(metrics["expected_deaths"] / persons, rel=1e-9)
        many = metrics["expected_accidents_killing_3"] / metrics["expected_fatal_accidents"]
        assert many == pytest.approx(share_of_many(persons), rel=1e-9, abs=1e-15)
