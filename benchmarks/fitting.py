"""Fitting by simulation: `sim.analysis.calibration` beside pyABC on data whose posterior is known.

`python -m benchmarks fitting` (needs pyabc, in the extra `peers`). Six parameters with even priors; what is observed are two counts, a
share and a mean of several sites that the parameters move together, as levels, exposure and braking of several roads do.
The exact posterior comes from 200,000 draws of the prior weighted by their likelihood.
"""

import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.stats import binom, norm, poisson

from sim.analysis.calibration import Table, fit, noisy, weighted_interval
from sim.analysis.targets import Errors, Targets

PARAMETERS = tuple("abcdef")
DATA_SETS, EXACT_DRAWS, ACCEPT, CONFIDENCE = 60, 200_000, 0.2, 0.9
BUDGETS = (500, 2000)
SHARE_TRIALS, MEAN_SD = 50, 0.05
Fitted = tuple[np.ndarray, np.ndarray]
"""Posterior sample, shape (draws, parameters), and weights."""


def means(theta: np.ndarray) -> np.ndarray:
    """Two expected counts, a share and a mean by parameters, shape (draws, 6) to (draws, 4)."""
    a, b, c, d, e, _ = theta.T
    return np.column_stack(
        [
            30.0 * np.exp(1.2 * (a - 0.5) + 0.4 * (c - 0.5)),
            8.0 * np.exp(1.2 * (a - 0.5) + 2.0 * (b - 0.5)),
            1.0 / (1.0 + np.exp(1.5 - 2.0 * b - 1.0 * d)),
            1.0 - 0.3 * c * (0.5 + e),
        ]
    )


def observed(mean: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """What might be seen around means, shape (draws, 4)."""
    return np.column_stack(
        [
            generator.poisson(mean[:, 0]),
            generator.poisson(mean[:, 1]),
            generator.binomial(SHARE_TRIALS, mean[:, 2]) / SHARE_TRIALS,
            generator.normal(mean[:, 3], MEAN_SD),
        ]
    ).astype(np.float64)


def exact(seen: np.ndarray, generator: np.random.Generator) -> Fitted:
    """Draws of the prior weighted by their likelihood."""
    theta = generator.random((EXACT_DRAWS, len(PARAMETERS)))
    mean = means(theta)
    logs = poisson.logpmf(seen[0], mean[:, 0]) + poisson.logpmf(seen[1], mean[:, 1])
    logs += binom.logpmf(round(seen[2] * SHARE_TRIALS), SHARE_TRIALS, mean[:, 2]) + norm.logpdf(
        seen[3], mean[:, 3], MEAN_SD
    )
    weights = np.exp(logs - logs.max())
    return theta, weights / weights.sum()


def ours(seen: np.ndarray, budget: int, seed: int) -> Fitted:
    """A table of so many draws, the nearest fifth, adjusted by local regression."""
    source = {"basis": "derived"}
    targets = Targets.model_validate(
        {
            "targets": [
                {"name": "one", "metric": "expected_accidents", "value": seen[0], "years": 1.0, "source": source},
                {"name": "two", "metric": "expected_runaway", "value": seen[1], "years": 1.0, "source": source},
                {"name": "share", "metric": "compliance_rate", "value": seen[2], "sd": 0.07, "source": source},
                {"name": "mean", "metric": "mean_response_s", "value": seen[3], "sd": MEAN_SD, "source": source},
            ]
        }
    )
    generator = np.random.Generator(np.random.Philox(seed))
    shares = generator.random((budget, len(PARAMETERS)))
    errors, table = Errors.of(targets), Table(PARAMETERS, shares, means(shares), {})
    found = fit(table, noisy(table, errors, seed), errors.scaled(seen), ACCEPT)
    return found.shares, found.weights


def pyabc_smc(seen: np.ndarray, budget: int, seed: int) -> Fitted:
    """Sequential Monte Carlo with adaptive distances, so many simulations in all."""
    import pyabc

    np.random.seed(seed)  # noqa: NPY002 - pyABC draws from it
    generator = np.random.Generator(np.random.Philox(seed))

    def model(parameter: Any) -> dict[str, float]:
        theta = np.array([[parameter[name] for name in PARAMETERS]])
        return {str(n): value for n, value in enumerate(observed(means(theta), generator)[0].tolist())}

    prior = pyabc.Distribution(**{name: pyabc.RV("uniform", 0.0, 1.0) for name in PARAMETERS})
    smc = pyabc.ABCSMC(
        model, prior, pyabc.AdaptivePNormDistance(), population_size=100, sampler=pyabc.sampler.SingleCoreSampler()
    )
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        smc.new(f"sqlite:///{file.name}", {str(n): value for n, value in enumerate(seen.tolist())})
        history = smc.run(max_total_nr_simulations=budget, max_nr_populations=20)
        frame, weights = history.get_distribution()
    return frame[list(PARAMETERS)].to_numpy(), np.asarray(weights)


METHODS: dict[str, Callable[[np.ndarray, int, int], Fitted]] = {"Hairpin": ours, "pyABC": pyabc_smc}


def compared(name: str, budget: int) -> str:
    """A row: coverage, error of means and width over the exact posterior's, time."""
    generator = np.random.Generator(np.random.Philox(7))
    inside, error, width, start = [], [], [], time.process_time()
    spent = 0.0
    for number in range(DATA_SETS):
        truth = generator.random((1, len(PARAMETERS)))
        seen = observed(means(truth), generator)[0]
        best = exact(seen, generator)
        start = time.process_time()
        found = METHODS[name](seen, budget, number)
        spent += time.process_time() - start
        for column in range(len(PARAMETERS)):
            own, known = (weighted_interval(one[:, column], weights, CONFIDENCE) for one, weights in (found, best))
            inside.append(own.low <= truth[0, column] <= own.high)
            mean, wanted = (float(weights @ one[:, column]) for one, weights in (found, best))
            error.append(abs(mean - wanted) * 12.0**0.5)
            width.append((own.high - own.low) / (known.high - known.low))
    share = float(np.mean(inside))
    sure = 1.96 * (share * (1.0 - share) / len(inside)) ** 0.5
    return (
        f"| {name} | {budget:,} | {100 * share:.0f} % (± {100 * sure:.0f}) | {np.mean(error):.3f} | {np.mean(width):.2f} "
        f"| {spent / DATA_SETS:.2f} s |"
    )


def main() -> None:
    """The table."""
    print(
        "| method | simulated experiments | inside 90 % | error of the mean [prior sd] | width over the exact one | CPU a fit |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for name in METHODS:
        for budget in BUDGETS:
            try:
                print(compared(name, budget), flush=True)
            except ImportError:
                print(f"| {name} | not installed: pip install pyabc | | | | |")
                break
