"""One truck on one section, as the plain version of each mechanism sees it."""

from typing import Any, NamedTuple

import numpy as np

from sim.driving.plan import RiskNumbers, Road, RulesOnRoute


class OneTruck(NamedTuple):
    """Numbers in single precision, as in the sweep."""

    road: Road
    rules: RulesOnRoute
    numbers: RiskNumbers
    s: int
    """The section's place in the route."""
    trip: Any
    """Its row of `Traits`."""
    velocity: np.float32
    state: int
    """Of weather and light."""
    cell: int
    """Kind of truck and state in one number."""
    around: np.float32
    beside: np.float32
    passing: np.float32
    flow: np.float32
    slower: np.float32
    calmer: np.float32
    """Factor on accidents with others of what speed rules change of the others' speed."""
    mended: np.float32
    failing: np.float32
