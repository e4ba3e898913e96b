"""Special functions under torch's names, through SciPy in double precision; SciPy is loaded at the first call.

Agreement with torch is stated in ``docs/tolerances.md``. The half types are computed in double and rounded by way of
float32.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from . import scalar_types as types
from .elementwise import log, log1p, sinc, widened, xlogy

__all__ = [
    "airy_ai", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "digamma", "entr", "erf", "erfc", "erfcx", "erfinv",
    "gammainc", "gammaincc", "i0", "i0e", "i1", "i1e", "lgamma", "log_ndtr", "modified_bessel_i0", "modified_bessel_i1",
    "modified_bessel_k0", "modified_bessel_k1", "multigammaln", "ndtr", "ndtri", "polygamma",
    "scaled_modified_bessel_k0", "scaled_modified_bessel_k1", "sinc", "spherical_bessel_j0", "xlog1py", "xlogy", "zeta",
]  # fmt: skip


@functools.cache
def _scipy() -> Any:
    import scipy.special

    return scipy.special


def _through(name: str, x: np.ndarray, *more: Any) -> np.ndarray:
    result = getattr(_scipy(), name)(x.astype(np.float64), *more)
    if x.dtype.char in types.HALVES:
        result = np.asarray(result, np.float32)
    return np.asarray(result, x.dtype)


def erf(x: np.ndarray) -> np.ndarray:
    """The error function."""
    return _through("erf", x)


def erfc(x: np.ndarray) -> np.ndarray:
    """1 - erf(x) without cancellation."""
    return _through("erfc", x)


def erfcx(x: np.ndarray) -> np.ndarray:
    """exp(x²) * erfc(x)."""
    return _through("erfcx", x)


def erfinv(x: np.ndarray) -> np.ndarray:
    """The inverse of erf: infinite at -1 and 1, nan outside."""
    return _through("erfinv", x)


def lgamma(x: np.ndarray) -> np.ndarray:
    """The logarithm of the absolute value of the gamma function."""
    return np.where(np.isinf(x), np.abs(x), _through("gammaln", x))


PSI_OF_TEN = 2.25175258906672110764
BERNOULLI = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)
"""B(2k) / 2k, the coefficients of digamma's asymptotic series."""


def digamma(x: np.ndarray) -> np.ndarray:
    """The derivative of lgamma: -inf at 0, inf at -0, nan at negative integers.

    Reflection below zero, the recurrence up to ten, then seven terms of the asymptotic series, in the order of
    Moshier's Cephes, which is torch's.
    """
    wide = widened(x)
    number = wide.dtype.type
    steps, above = np.zeros_like(wide), np.where(wide < 0, 1 - wide, wide)
    for _ in range(10):
        steps = np.where(above < 10, steps - 1 / above, steps)
        above = np.where(above < 10, above + 1, above)
    inverse = 1 / (above * above)
    series = np.full_like(wide, BERNOULLI[-1])
    for each in BERNOULLI[-2::-1]:
        series = series * inverse + number(each)
    rest = np.where(above < 1e17, inverse * series, number(0))
    result = np.where(
        above == 10, steps + number(PSI_OF_TEN), steps + log(above) - number(0.5) / above - rest
    )
    reflected = (math.pi / np.tan(math.pi * np.modf(wide)[0].astype(np.float64))).astype(wide.dtype)
    result = np.where(wide < 0, result - reflected, result)
    result = np.where(wide == 0, np.copysign(number(math.inf), -wide), result)
    return np.where((wide < 0) & (wide == np.floor(wide)), number(math.nan), result).astype(x.dtype)


def polygamma(n: int, x: np.ndarray) -> np.ndarray:
    """The n-th derivative of digamma, by way of the Hurwitz zeta function."""
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    if n == 0:
        return digamma(x)
    if n == 1:
        return _trigamma(x)
    factor = (-1.0) ** (n + 1) * math.factorial(n)
    return np.asarray(_scipy().zeta(n + 1, x.astype(np.float64)).astype(x.dtype) * x.dtype.type(factor))


def _trigamma(x: np.ndarray) -> np.ndarray:
    """Reflection below one half, six steps of the recurrence, then the first terms of the asymptotic series."""
    wide = widened(x)
    number = wide.dtype.type
    below = wide < 0.5
    reflected = np.where(below, 1 - wide, wide)
    total = np.where(below, -(number(math.pi) ** 2) / np.sin(number(math.pi) * wide) ** 2, number(0))
    for _ in range(6):
        total += 1 / (reflected * reflected)
        reflected = reflected + 1
    inverse = 1 / (reflected * reflected)
    series = 1 + 1 / (2 * reflected) + inverse * (number(1 / 6) - inverse * (number(1 / 30) - inverse * number(1 / 42)))
    total += series / reflected
    return np.where(below, -total, total).astype(x.dtype, copy=False)


def multigammaln(x: np.ndarray, p: int) -> np.ndarray:
    """The logarithm of the multivariate gamma function of dimension p."""
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    wide = widened(x)
    total = np.full_like(wide, p * (p - 1) / 4 * math.log(math.pi))
    for i in range(p):
        total += lgamma(np.asarray(wide - wide.dtype.type(i / 2)))
    return total.astype(x.dtype, copy=False)


def i0(x: np.ndarray) -> np.ndarray:
    """The modified Bessel function of the first kind, order 0."""
    return _through("i0", x)


def i0e(x: np.ndarray) -> np.ndarray:
    """exp(-abs(x)) * i0(x)."""
    return _through("i0e", x)


def i1(x: np.ndarray) -> np.ndarray:
    """The modified Bessel function of the first kind, order 1."""
    return _through("i1", x)


def i1e(x: np.ndarray) -> np.ndarray:
    """exp(-abs(x)) * i1(x)."""
    return _through("i1e", x)


def bessel_j0(x: np.ndarray) -> np.ndarray:
    """The Bessel function of the first kind, order 0."""
    return _through("j0", x)


def bessel_j1(x: np.ndarray) -> np.ndarray:
    """The Bessel function of the first kind, order 1."""
    return _through("j1", x)


def bessel_y0(x: np.ndarray) -> np.ndarray:
    """The Bessel function of the second kind, order 0."""
    return _through("y0", x)


def bessel_y1(x: np.ndarray) -> np.ndarray:
    """The Bessel function of the second kind, order 1."""
    return _through("y1", x)


def ndtr(x: np.ndarray) -> np.ndarray:
    """The normal distribution function."""
    number = x.dtype.type
    return np.asarray((number(1) + erf(np.asarray(x * number(math.sqrt(0.5))))) * number(0.5))


def ndtri(x: np.ndarray) -> np.ndarray:
    """The inverse of ndtr."""
    return _through("ndtri", x)


def log_ndtr(x: np.ndarray) -> np.ndarray:
    """The logarithm of ndtr."""
    return _through("log_ndtr", x)


def zeta(x: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The Hurwitz zeta function."""
    return _through("zeta", x, q.astype(np.float64))


def gammainc(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The regularised lower incomplete gamma function."""
    return _through("gammainc", a, x.astype(np.float64))


def gammaincc(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The regularised upper incomplete gamma function."""
    return _through("gammaincc", a, x.astype(np.float64))


def entr(x: np.ndarray) -> np.ndarray:
    """-x * log(x): 0 at zero, -inf below, nan stays."""
    below = np.where(x == 0, x.dtype.type(0), np.where(np.isnan(x), x, x.dtype.type(-math.inf)))
    return np.where(x > 0, -x * log(np.asarray(x)), below)


def xlog1py(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x * log(1 + y), and 0 where x is 0 and y is not nan."""
    return np.where((x == 0) & ~np.isnan(y), x.dtype.type(0), x * log1p(y))


def airy_ai(x: np.ndarray) -> np.ndarray:
    """Airy's function Ai; nan at infinity, as in torch."""
    wide = x.astype(np.float64)
    result = np.where(wide > 103.892, 0.0, _scipy().airy(wide)[0])
    return np.asarray(np.where(np.isinf(wide), np.nan, result), x.dtype)


def _modified(name: str, infinite: float) -> Any:
    """A modified function of Bessel, with torch's value at infinity."""

    def function(x: np.ndarray) -> np.ndarray:
        found = np.where(np.isneginf(x), np.nan, _through(name, x))
        return np.asarray(np.where(np.isposinf(x), infinite, found), x.dtype)

    return function


modified_bessel_i0, modified_bessel_i1 = _modified("i0", math.nan), _modified("i1", math.nan)
modified_bessel_k0, modified_bessel_k1 = _modified("k0", 0.0), _modified("k1", 0.0)
scaled_modified_bessel_k0, scaled_modified_bessel_k1 = _modified("k0e", 0.0), _modified("k1e", 0.0)


def spherical_bessel_j0(x: np.ndarray) -> np.ndarray:
    """``sin(x) / x``, 1 at zero and 0 at infinity."""
    wide = x.astype(np.float64)
    ratio = np.sin(wide) / np.where(wide == 0, 1.0, wide)
    return np.asarray(np.where(wide == 0, 1.0, np.where(np.isinf(wide), 0.0, ratio)), x.dtype)
