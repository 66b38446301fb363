"""Waiting in the control room in theory: the M/M/c queue.

[1] Erlang (1917), Solution of some problems in the theory of probabilities of significance in automatic telephone
    exchanges, Elektrotkeknikeren 13; in today's notation in Gross et al. (2008), Fundamentals of Queueing Theory,
    section 2.3.
"""

from math import factorial


def waiting_probability(load: float, servers: int) -> float:
    """Chance that a call has to wait (Erlang C) [1].

    Parameters
    ----------
    load : arrivals per mean service time [-], below `servers`
    servers : operators, at least 1

    Raises
    ------
    ValueError
        if the load is not below the number of servers: the queue would grow without end
    """
    if not 0.0 <= load < servers:
        raise ValueError(f"load {load} must be from 0 to below {servers} servers")
    all_busy = load**servers / factorial(servers) * servers / (servers - load)
    return all_busy / (sum(load**k / factorial(k) for k in range(servers)) + all_busy)


def mean_wait_s(load: float, servers: int, mean_service_s: float) -> float:
    """Mean wait of all calls [s]: P_w s / (c - A) [1]."""
    return waiting_probability(load, servers) * mean_service_s / (servers - load)
