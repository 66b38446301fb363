"""Exponential function and logarithm that give the same bits on every processor.

NumPy and the C library choose among kernels by what the processor can do, and these differ in the last digits. Here
both functions are built from operations that IEEE 754 defines to the last bit (addition, multiplication, division,
rounding to a whole number, changes of the exponent), in one order.

[1] Moshier (1989), Methods and Programs for Mathematical Functions, Ellis Horwood; coefficients of the Cephes library
    (netlib.org/cephes, files exp.c, expf.c, log.c and logf.c).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.units import FloatLike


class _Form(NamedTuple):
    """What a precision needs: range of the exponential, ln 2 in two parts, width of fraction, integers alike."""

    lowest: float
    highest: float
    ln2: tuple[float, float]
    fraction_bits: int
    bias: int
    whole: type[np.signedinteger[Any]]


_SINGLE = _Form(-87.0, 88.3, (0.693359375, -2.12194440e-4), 23, 127, np.int32)
_DOUBLE = _Form(-708.0, 709.4, (6.93145751953125e-1, 1.42860682030941723212e-6), 52, 1023, np.int64)
_LOG2_E = 1.4426950408889634
_SQRT_HALF = 0.70710678118654752440

_EXP_SINGLE = (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
_EXP_P = (1.26177193074810590878e-4, 3.02994407707441961300e-2, 9.99999999999999999910e-1)
_EXP_Q = (3.00198505138664455042e-6, 2.52448340349684104192e-3, 2.27265548208155028766e-1, 2.0)

_LOG_SINGLE = (
    7.0376836292e-2,
    -1.1514610310e-1,
    1.1676998740e-1,
    -1.2420140846e-1,
    1.4249322787e-1,
    -1.6668057665e-1,
    2.0000714765e-1,
    -2.4999993993e-1,
    3.3333331174e-1,
)
_LOG_P = (
    1.01875663804580931796e-4,
    4.97494994976747001425e-1,
    4.70579119878881725854e0,
    1.44989225341610930846e1,
    1.79368678507819816313e1,
    7.70838733755885391666e0,
)
_LOG_Q = (
    1.0,
    1.12873587189167450590e1,
    4.52279145837532221105e1,
    8.29875266912776603211e1,
    7.11544750618563894466e1,
    2.31251620126765340583e1,
)

_LOWEST, _HIGHEST, (_LN2_HIGH, _LN2_LOW) = _SINGLE[:3]
_FRACTION, _HALF, _SMALLEST = np.int32(0x7FFFFF), np.int32(0x3F000000), 1e-30

Array = NDArray[Any]


def exp(x: FloatLike) -> FloatLike:
    """Exponential function, in single precision for arrays of single precision and in double precision else.

    Notes
    -----
    exp(x) = 2**n exp(r), n = round(x / ln 2), exp(r) by a polynomial (single) or rational function (double) [1].
    Error below 1 unit in the last place in single precision and 2 in double. Arguments are held within -87 to 88.3
    (single) and -708 to 709.4 (double), where results are neither 0 nor infinite.
    """
    given = np.asarray(x)
    form = _SINGLE if given.dtype == np.float32 else _DOUBLE
    single = form is _SINGLE
    reduced = np.minimum(np.maximum(given, form.lowest), form.highest)
    power = np.rint(reduced * (np.float32(_LOG2_E) if single else _LOG2_E))
    for part in form.ln2:
        reduced -= power * given.dtype.type(part) if single else power * part
    result = _exp_single(reduced) if single else _exp_double(reduced)
    scale = (power.astype(form.whole) + form.whole(form.bias)) << form.whole(form.fraction_bits)
    result *= scale.view(result.dtype)
    return _like(x, result)


def _exp_single(reduced: Array) -> Array:
    """1 + r + r**2 p(r)."""
    result = _polynomial(_EXP_SINGLE, reduced)
    result *= reduced
    result *= reduced
    result += reduced
    result += np.float32(1.0)
    return result


def _exp_double(reduced: Array) -> Array:
    """1 + 2 r p(r**2) / (q(r**2) - r p(r**2))."""
    square = reduced * reduced
    odd = reduced * _polynomial(_EXP_P, square)
    return np.asarray(1.0 + 2.0 * (odd / (_polynomial(_EXP_Q, square) - odd)))


def log(x: FloatLike) -> FloatLike:
    """Natural logarithm of positive, finite numbers, in the precision of the argument.

    The error is below 1 unit in the last place.

    Notes
    -----
    log(x) = e ln 2 + log(1 + f), x = 2**e (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), by a polynomial (single) or a
    rational function (double) [1].
    """
    given = np.asarray(x)
    single = given.dtype == np.float32
    fraction, exponent = np.frexp(given if single else given.astype(np.float64))
    low = fraction < fraction.dtype.type(_SQRT_HALF)
    power = (exponent - low).astype(fraction.dtype)
    f = np.where(low, fraction + fraction, fraction) - fraction.dtype.type(1.0)
    square = f * f
    if single:
        high, rest = np.float32(0.693359375), np.float32(-2.12194440e-4)
        tail = f * square * _polynomial(_LOG_SINGLE, f)
    else:
        high, rest = 0.693359375, -2.121944400546905827679e-4  # type: ignore[assignment]
        tail = f * (square * _polynomial(_LOG_P, f) / _polynomial(_LOG_Q, f))
    tail = tail + power * rest - fraction.dtype.type(0.5) * square
    return _like(x, np.asarray(f + tail + power * high))


def exp_single(x: np.float32) -> np.float32:
    """`exp` of one number in single precision, in a form that can be compiled."""
    reduced: Any = min(max(x, _LOWEST), _HIGHEST)
    power = np.rint(reduced * _LOG2_E)
    reduced = reduced - power * _LN2_HIGH
    reduced = reduced - power * _LN2_LOW
    result = reduced * _EXP_SINGLE[0] + _EXP_SINGLE[1]
    result = result * reduced + _EXP_SINGLE[2]
    result = result * reduced + _EXP_SINGLE[3]
    result = result * reduced + _EXP_SINGLE[4]
    result = result * reduced + _EXP_SINGLE[5]
    result = result * reduced * reduced + reduced + 1.0
    result = result * np.int32((np.int32(power) + np.int32(127)) << np.int32(23)).view(np.float32)
    return np.float32(result)


def log_single(x: np.float32) -> np.float32:
    """`log` of one number in single precision, in a form that can be compiled; for normal numbers."""
    bits = np.float32(x).view(np.int32)
    fraction = np.int32((bits & _FRACTION) | _HALF).view(np.float32)
    low = fraction < _SQRT_HALF
    power = np.float32(np.int32(bits >> np.int32(23)) - np.int32(127 if low else 126))
    f = (fraction + fraction if low else fraction) - 1.0
    square = f * f
    tail = f * _LOG_SINGLE[0] + _LOG_SINGLE[1]
    tail = tail * f + _LOG_SINGLE[2]
    tail = tail * f + _LOG_SINGLE[3]
    tail = tail * f + _LOG_SINGLE[4]
    tail = tail * f + _LOG_SINGLE[5]
    tail = tail * f + _LOG_SINGLE[6]
    tail = tail * f + _LOG_SINGLE[7]
    tail = tail * f + _LOG_SINGLE[8]
    tail = f * square * tail + power * _LN2_LOW - square * 0.5
    return f + tail + power * _LN2_HIGH


def softplus_single(x: np.float32) -> np.float32:
    """`softplus` of one number in single precision, in a form that can be compiled."""
    y = exp_single(x)
    u = y + 1.0
    rounded = u - 1.0
    positive: Any = max(rounded, _SMALLEST)
    corrected = log_single(u) * (y / positive)
    return max(corrected + y * np.float32(rounded == 0.0), x)


def softplus(x: FloatLike) -> FloatLike:
    """log(1 + exp(x)), in the precision of the argument.

    The error is below 3 units in the last place, also where the result nearly vanishes.

    Notes
    -----
    With y = exp(x) and u = 1 + y: log(u) y / (u - 1), in which the rounding of u cancels (Kahan, in Higham 2002,
    Accuracy and Stability of Numerical Algorithms, section 1.14.1); y where u is 1; never below x.
    """
    y = np.asarray(exp(x))
    one = y.dtype.type(1.0)
    u = y + one
    rounded = u - one
    vanishes = rounded == 0.0
    corrected = np.asarray(log(u)) * (y / np.where(vanishes, one, rounded))
    return _like(x, np.maximum(np.where(vanishes, y, corrected), np.asarray(x)))


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """By Horner's rule, the highest power first."""
    kind = x.dtype.type
    result: Array = x * kind(coefficients[0])
    result += kind(coefficients[1])
    for coefficient in coefficients[2:]:
        result *= x
        result += kind(coefficient)
    return result


def _like(x: FloatLike, result: Array) -> FloatLike:
    """An array for an array, a number for a number."""
    return result if isinstance(x, np.ndarray) else result[()]  # type: ignore[return-value]
