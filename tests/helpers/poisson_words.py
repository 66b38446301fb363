"""A simulation beside the report's chances."""

import numpy as np


def chance_by_simulation(before: float, after: float) -> float:
    """Share of pairs of Poisson counts in which the second is not below the first."""
    generator = np.random.default_rng(4)
    return float((generator.poisson(after, 400_000) >= generator.poisson(before, 400_000)).mean())
