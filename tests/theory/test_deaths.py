"""How many die in a fatal accident: the tail against China's counts, and limits derived by hand."""

import numpy as np
import pytest
from scipy.optimize import brentq

from sim.risk.deaths import MOST_KILLED, killed, share_of_many, shares_by_number
from sim.risk.parameters import SeverityParameters
from sim.risk.severity import consequences

NUMBERS = np.arange(1, MOST_KILLED + 1)
CHINA = {2008: (73484, 1290, 250, 29), 2010: (65225, 1244, 269, 34)}
"""Killed; accidents of three, of five, of ten and more deaths."""


@pytest.mark.parametrize("year", CHINA)
def test_one_number_gives_the_tail_of_a_countrys_accidents(year) -> None:
    """From the killed and the accidents of three and more follow those of five and of ten and more, within chance."""
    deaths, three, five, ten = CHINA[year]
    mean = brentq(lambda m: share_of_many(m) / m - three / deaths, 1.02, 1.4)
    shares, accidents = shares_by_number(mean), deaths / mean
    for least, seen in ((5, five), (10, ten)):
        expected = accidents * shares[least - 1 :].sum()
        assert abs(seen - expected) < 2.0 * np.sqrt(expected), (least, seen, expected)


@pytest.mark.parametrize("mean", [1.0, 1.0001, 1.1, 1.4, 3.0, 20.0, 50.0])
def test_shares_have_the_mean_that_was_asked_for(mean) -> None:
    shares = shares_by_number(mean)
    assert shares.sum() == pytest.approx(1.0, rel=1e-12)
    assert (shares * NUMBERS).sum() == pytest.approx(mean, rel=1e-9)
    assert (np.diff(shares) <= 0.0).all()


def test_limits() -> None:
    """Exponent 4: 1 / zeta(4) die alone, the mean is zeta(3) / zeta(4), cut off at a hundred for less than 1e-5."""
    fourth, third = np.pi**4 / 90.0, 1.2020569
    shares = shares_by_number(third / fourth)
    assert shares[0] == pytest.approx(1.0 / fourth, rel=1e-4)
    assert shares[1] / shares[0] == pytest.approx(2.0**-4, rel=1e-3)
    assert share_of_many(third / fourth) == pytest.approx(1.0 - (1.0 + 1.0 / 16.0) / fourth, rel=1e-3)
    assert share_of_many(1.0) < 1e-15


def test_drawn_numbers_are_those_shares() -> None:
    count, mean = 400_000, np.where(np.arange(400_000) % 2, 1.1, 1.4)
    found = killed(mean, np.random.default_rng(3).random(count))
    for own in (1.1, 1.4):
        here = found[mean == own]
        for number in (1, 2, 3):
            share = shares_by_number(own)[number - 1]
            assert abs((here == number).mean() - share) < 4.0 * np.sqrt(share / len(here))
    assert killed(np.array([1.0]), np.array([1.0 - 2.0**-53])).tolist() == [1]


@pytest.mark.parametrize("rescue", [0.6, 1.0, 1.5])
def test_help_acts_on_the_share_of_accidents_that_are_fatal(rescue) -> None:
    """Of accidents at the limit with severities at even steps, the fatal share times the factor are fatal."""
    parameters, count = SeverityParameters(), 100_000
    even = (np.arange(count) + 0.5) / count
    uniforms = np.stack([even, np.full(count, 0.5), np.full(count, 0.5)])
    for mechanism, share in enumerate(parameters.fatal_share):
        at_limit = np.zeros(count)
        found = consequences(np.full(count, mechanism), at_limit, uniforms, parameters, np.full(count, rescue))
        assert (found.deaths > 0).mean() == pytest.approx(min(share * rescue, 1.0), abs=1.0 / count)
