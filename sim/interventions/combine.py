"""How the engine puts together what several interventions return. Each rule is written once, here.

coverage: the highest; operators: the sum; perceived risks: as independent chances; sanction share: the highest;
sanction delay: the shortest. None depends on the order of the interventions.
"""

from collections.abc import Iterable, Sequence
from functools import reduce

import numpy as np

from sim.interventions.base import Preparation
from sim.units import HOURS_PER_DAY, Floats, Ints


def coverage(preparations: Iterable[Preparation], base: Floats) -> Floats:
    """Highest coverage by day and truck class; `base` has shape (days, truck classes)."""
    return reduce(np.maximum, [p.coverage for p in preparations if p.coverage is not None], base)


def operators(preparations: Iterable[Preparation]) -> Ints:
    """Operators on duty by hour of the day, shape (24,)."""
    nobody = np.zeros(HOURS_PER_DAY, dtype=np.int64)
    return sum((p.operators for p in preparations if p.operators is not None), nobody)


def perceived_risk(risks: Iterable[float]) -> float:
    """Chance that at least one comes true: 1 - prod(1 - r), factors in ascending order."""
    missed = 1.0
    for risk in sorted(risks):
        missed *= 1.0 - risk
    return 1.0 - missed


def sanction_share(base: float, shares: Sequence[float]) -> float:
    """The highest."""
    return max((base, *shares))


def sanction_delay_s(base: float, delays: Sequence[float]) -> float:
    """The shortest."""
    return min((base, *delays))
