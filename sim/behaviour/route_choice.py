"""Which of the allowed routes drivers take: a path-size logit."""

import numpy as np

from sim.core import portable
from sim.core.units import Floats


def route_shares(cost_cny: Floats, path_size: Floats, choice_scale_cny: float) -> tuple[Floats, float]:
    """Share of trips by allowed route, and what the choice costs them.

    Parameters
    ----------
    cost_cny : toll, time and distance of each route [CNY], shape (routes,)
    path_size : how much of each route is its own [-], shape (routes,), see `sim.inputs.routing.path_sizes`
    choice_scale_cny : difference of cost that moves the log-odds by one [CNY]

    Returns
    -------
    shares, shape (routes,), of sum 1; cost [CNY], that of the route where there is one

    Notes
    -----
    Path-size logit: P_i = PS_i exp(-c_i / b) / sum_j PS_j exp(-c_j / b), the cost is -b ln of the denominator (the
    documentation of AequilibraE, route choice, path-size logit, with a factor of 1 on ln PS).
    """
    lowest = float(cost_cny.min())
    weight = path_size * portable.exp(-(cost_cny - lowest) / choice_scale_cny)
    total = np.asarray(weight.sum())
    return weight / total, lowest - choice_scale_cny * float(portable.log(total))
