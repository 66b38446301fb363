"""The exponential function and the logarithm against exact values, and at their ends."""

import math

import numpy as np
import pytest

from sim.core import portable

RANDOM = np.random.Generator(np.random.Philox(3))
WIDE = np.concatenate([RANDOM.uniform(-80.0, 80.0, 50_000), RANDOM.uniform(-1e-3, 1e-3, 5_000), [0.0]])
POSITIVE = np.concatenate([10.0 ** RANDOM.uniform(-30.0, 30.0, 50_000), RANDOM.uniform(0.5, 2.0, 50_000), [1.0]])


def units_in_last_place(found, exact) -> float:
    """Largest error against values in extended precision."""
    exact = np.asarray(exact, dtype=np.longdouble)
    spacing = np.spacing(np.abs(exact).astype(found.dtype)).astype(np.longdouble)
    return float(np.max(np.abs(found.astype(np.longdouble) - exact) / spacing))


@pytest.mark.skipif(np.finfo(np.longdouble).nmant < 60, reason="needs a longer format to compare with")
@pytest.mark.parametrize(("kind", "most"), [(np.float32, 1.0), (np.float64, 2.0)])
def test_the_error_is_as_stated(kind, most) -> None:
    x, y = WIDE.astype(kind), POSITIVE.astype(kind)
    assert units_in_last_place(portable.exp(x), np.exp(x.astype(np.longdouble))) < most
    assert units_in_last_place(portable.log(y), np.log(y.astype(np.longdouble))) < 1.0
    wide = x.astype(np.longdouble)
    soft = np.where(wide > 50.0, wide, np.log1p(np.exp(wide)))
    assert units_in_last_place(portable.softplus(x), soft) < 3.0


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_special_values(kind) -> None:
    assert portable.exp(kind(0.0)) == 1.0
    assert portable.log(kind(1.0)) == 0.0
    ends = portable.exp(np.array([-1e30, 1e30], dtype=kind))
    assert 0.0 < ends[0] < 1e-37
    assert 1e38 < ends[1] < np.inf
    assert portable.softplus(kind(1e4)) == kind(1e4)
    assert 0.0 < portable.softplus(kind(-1e4)) < 1e-37


def test_a_number_gives_a_number_and_an_array_an_array_of_its_precision() -> None:
    assert portable.exp(1.0) == pytest.approx(math.e, rel=1e-15)
    assert isinstance(portable.log(2.0), float)
    for function in (portable.exp, portable.log, portable.softplus):
        assert function(np.array([0.5], dtype=np.float32)).dtype == np.float32
        assert function(np.array([0.5])).dtype == np.float64


def test_a_number_among_many_is_the_same_as_alone() -> None:
    x = WIDE[:500].astype(np.float32)
    together = portable.exp(x)
    assert all(portable.exp(x[n : n + 1])[0] == together[n] for n in range(len(x)))
