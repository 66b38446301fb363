"""How the engine puts together what several interventions return. Each rule is written once, here.

coverage: the highest; operators and crews: the sum; time between positions: the shortest; perceived risks and chances
of a check: as independent chances; sanction share: the highest; sanction delay: the shortest. Rules of driving: see
`sim.driving.rules`. None depends on the order of the interventions. They compete for operators, who serve by priority,
then by time of asking, and for crews, in order of asking.
"""

from collections.abc import Iterable, Sequence
from functools import reduce

import numpy as np

from sim.core.units import HOURS_PER_DAY, Floats, Ints
from sim.interventions.views import Preparation


def coverage(preparations: Iterable[Preparation], base: Floats) -> Floats:
    """Highest coverage by day and truck class; `base` has shape (days, truck classes)."""
    return reduce(np.maximum, [p.coverage for p in preparations if p.coverage is not None], base)


def operators(preparations: Iterable[Preparation]) -> Ints:
    """Operators on duty by hour of the day, shape (24,)."""
    nobody = np.zeros(HOURS_PER_DAY, dtype=np.int64)
    return sum((p.operators for p in preparations if p.operators is not None), nobody)


def crews(preparations: Iterable[Preparation]) -> dict[str, Ints]:
    """Crews on duty by hour of the day, by station in alphabetical order."""
    preparations = list(preparations)
    stations = sorted({station for p in preparations for station in p.crews})
    return {
        station: sum(
            (p.crews[station] for p in preparations if station in p.crews), np.zeros(HOURS_PER_DAY, dtype=np.int64)
        )
        for station in stations
    }


def position_interval_s(base: float, intervals: Sequence[float]) -> float:
    """The shortest."""
    return min((base, *intervals))


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
