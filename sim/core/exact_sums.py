"""Sums that don't depend on their order.

Floating-point addition is not associative, so a total would depend on the size of a block, on the number of workers
and on which trips run as processes. Times, lengths and hazards are therefore rounded to multiples of a power of two:
sums of such multiples are exact in double precision as long as the total stays below 2**53 quanta. Sums are by section,
over the whole horizon; a run whose sums grow beyond that stops with an error when it ends.
"""

from sim.core.units import FloatLike

MOST_QUANTA = 2.0**53
TIME_QUANTUM_S = 2.0**-20
"""A microsecond; totals are exact to 8.6e9 s."""
LENGTH_QUANTUM_M = 2.0**-10
"""A millimetre; totals are exact to 8.8e9 km."""
HAZARD_QUANTUM = 2.0**-44
"""5.7e-14 accidents, 1e-7 of a usual section's hazard; totals are exact to 512 expected accidents of a truck class on a
section by one mechanism."""


def _rounder(quantum: float) -> float:
    """The number whose addition and subtraction rounds to multiples of `quantum`."""
    return 1.5 * 2.0**52 * quantum


TIME_ROUNDER = _rounder(TIME_QUANTUM_S)
_LENGTH = _rounder(LENGTH_QUANTUM_M)
HAZARD_ROUNDER = _rounder(HAZARD_QUANTUM)


def exact_time_s(time_s: FloatLike) -> FloatLike:
    """Time [s] rounded to `TIME_QUANTUM_S`; valid to 2**31 s."""
    return (time_s + TIME_ROUNDER) - TIME_ROUNDER


def exact_length_m(length_m: FloatLike) -> FloatLike:
    """Length [m] rounded to `LENGTH_QUANTUM_M`."""
    return (length_m + _LENGTH) - _LENGTH


def exact_hazard(hazard: FloatLike) -> FloatLike:
    """Expected accidents [-] rounded to `HAZARD_QUANTUM`."""
    return (hazard + HAZARD_ROUNDER) - HAZARD_ROUNDER
