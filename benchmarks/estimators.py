"""Counted against expected accidents: CPU time until the ratio of two scenarios is known to 2 %."""

import time
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np

from sim.core.metrics import RATE
from sim.experiment.runner import run_experiment
from sim.scenario import load_scenario

TAISHUN = Path(__file__).parents[1] / "scenarios" / "taishun"
DAYS, REPLICATIONS = 60, 10
QUANTILE, PRECISION = 1.96, log(1.02)


@dataclass(frozen=True)
class Decision:
    """Variances of the logarithm of a ratio from one pair of runs, and what they cost."""

    variance_expected_paired: float
    variance_counted_independent: float
    cpu_s_of_a_pair: float
    vehicle_km_of_a_pair: float

    @property
    def variance_reduction(self) -> float:
        """How many times less variance."""
        return self.variance_counted_independent / self.variance_expected_paired

    @staticmethod
    def pairs(variance: float) -> float:
        """Pairs of runs until the 95 % interval is +-2 %."""
        return (QUANTILE / PRECISION) ** 2 * variance


def decide() -> Decision:
    """Baseline and full programme for some weeks.

    The logarithm of a ratio of two independent Poisson counts has variance 1 / m_1 + 1 / m_2, with the expected
    accidents as means: counts of a few weeks are too small to take logarithms of.
    """
    files = [TAISHUN / f"{name}.yaml" for name in ("baseline", "full_programme")]
    scenarios = [load_scenario(file).changed({"days": DAYS}) for file in files]
    start = time.process_time()
    outcomes = run_experiment(scenarios, replications=REPLICATIONS, seed=1, workers=1).outcomes
    seconds = (time.process_time() - start) / REPLICATIONS
    rates = [np.array([run.metrics[RATE] for run in outcomes[scenario.name]]) for scenario in scenarios]
    means = [np.mean([run.metrics["expected_accidents"] for run in outcomes[s.name]]) for s in scenarios]
    kilometres = sum(np.mean([run.metrics["vehicle_km"] for run in outcomes[s.name]]) for s in scenarios)
    return Decision(
        variance_expected_paired=float(np.log(rates[1] / rates[0]).var(ddof=1)),
        variance_counted_independent=float(sum(1.0 / mean for mean in means)),
        cpu_s_of_a_pair=seconds,
        vehicle_km_of_a_pair=float(kilometres),
    )


def rows(plain_km_per_s: float) -> list[str]:
    """Lines of the table; the plain model's time is extrapolated from its speed and the counts' variance."""
    found = decide()
    ours = found.pairs(found.variance_expected_paired) * found.cpu_s_of_a_pair
    counted = found.pairs(found.variance_counted_independent) * found.cpu_s_of_a_pair
    plain = found.pairs(found.variance_counted_independent) * found.vehicle_km_of_a_pair / plain_km_per_s
    what = "variance of the log ratio, counted and independent over expected and paired"
    return [
        f"| {what} | | | {found.variance_reduction:,.0f} |",
        f"| CPU until the ratio is known to 2 %, expected and paired | {ours:,.1f} s | | |",
        f"| counted and independent | {counted:,.0f} s | {plain:,.0f} s, extrapolated | {plain / ours:,.0f} |",
    ]
