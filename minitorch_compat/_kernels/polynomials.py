"""Orthogonal polynomials of a degree for each element, by their recurrences, in the dtype of the argument.

Degrees are truncated to integers; below zero the value is 0. Inside (-1, 1) Chebyshev polynomials of a higher degree
are taken by their trigonometric definitions, as torch takes them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from .fused import fma32, fma64

ndarray = np.ndarray
Step = Callable[[int, ndarray, ndarray, ndarray], ndarray]

LIMIT = {"f": 128, "d": 512}
"""Above this degree Hermite polynomials are nan."""


def recurred(x: ndarray, n: ndarray, first: ndarray, second: ndarray, step: Step) -> ndarray:
    """Values of degree `n`: `first` of 0, `second` of 1, and ``step(k, x, before, last)`` of k."""
    result = np.where(n == 0, first, second)
    before, last = np.broadcast_to(first, x.shape), second
    for k in range(2, int(n.max(initial=0)) + 1):
        before, last = last, step(k, x, before, last)
        result = np.where(n == k, last, result)
        # What is no number stays none, and degrees go up to the largest integer.
        if np.isnan(last[n >= k]).all():
            result = np.where(n >= k, last, result)
            break
    return np.where(n < 0, x.dtype.type(0), result)


def prepared(x: ndarray, n: ndarray) -> tuple[ndarray, ndarray]:
    """The two in one shape, degrees as integers."""
    with np.errstate(invalid="ignore"):
        whole = np.where(np.isfinite(n), np.trunc(n), -1).astype(np.int64)
    shape = np.broadcast_shapes(x.shape, whole.shape)
    return np.broadcast_to(x, shape), np.broadcast_to(whole, shape)


def of(one: float, x: ndarray) -> ndarray:
    return np.full(x.shape, one, x.dtype)


def once(x: ndarray, y: ndarray, z: ndarray) -> ndarray:
    """``x * y + z`` rounded once, as torch's compiler has every step of a recurrence."""
    return (fma32 if x.dtype.char == "f" else fma64)(x, y, z)


def chebyshev_step(k: int, x: ndarray, before: ndarray, last: ndarray) -> ndarray:
    """T, U, V and W have the same recurrence."""
    return once(x + x, last, -before)


def correct(function: Callable[[ndarray], ndarray], x: ndarray) -> ndarray:
    """A function taken in double precision, which rounds correctly for float32 almost everywhere."""
    return function(x.astype(np.float64)).astype(x.dtype)


RECURRED = {"t": 6, "u": 8, "v": 8, "w": 8}
"""Up to this degree a polynomial inside the interval goes through the recurrence; from there on by its definition."""

SHIFTED_RECURRED = {"t": 6, "u": 6, "v": 6, "w": 4}


def chebyshev(kind: str, x: ndarray, n: ndarray, recurred_to: int) -> ndarray:
    """The polynomial of one of four kinds, where it is not taken at an end of the interval or by its definition."""
    second = {"t": x, "u": x + x, "v": x + x - 1, "w": x + x + 1}[kind]
    x, n = prepared(x, n)
    second = np.broadcast_to(second, x.shape)
    # Beyond the degree from which on the definition is used, nothing inside the interval goes through the recurrence.
    inside = (np.abs(x) < 1) & (n > recurred_to)
    ends = np.abs(x) == 1
    result = recurred(x, np.where(inside | ends, 0, n), of(1, x), second, chebyshev_step)
    even, count = n % 2 == 0, n.astype(x.dtype)
    sign = np.where(even, 1, -1).astype(x.dtype)
    right, left = {
        "t": (of(1, x), sign), "u": (count + 1, sign * (count + 1)),
        "v": (of(1, x), sign * (count + count + 1)), "w": (count + count + 1, sign),
    }[kind]
    result = np.where(ends, np.where(x > 0, right, left), result)
    angle = correct(np.arccos, np.where(inside, x, 0))
    sin, cos = partial(correct, np.sin), partial(correct, np.cos)
    defined = {
        "t": lambda: cos(count * angle),
        "u": lambda: sin((count + 1) * angle) / sin(angle),
        "v": lambda: cos((count + 0.5) * angle) / cos(angle / 2),
        "w": lambda: sin((count + 0.5) * angle) / sin(angle / 2),
    }[kind]()
    return np.where(n < 0, x.dtype.type(0), np.where(inside, defined, result)).astype(x.dtype)


def chebyshev_polynomial_t(x: ndarray, n: ndarray) -> ndarray:
    """Of the first kind: ``cos(n acos(x))``."""
    return chebyshev("t", x, n, RECURRED["t"])


def chebyshev_polynomial_u(x: ndarray, n: ndarray) -> ndarray:
    """Of the second kind: ``sin((n + 1) acos(x)) / sin(acos(x))``."""
    return chebyshev("u", x, n, RECURRED["u"])


def chebyshev_polynomial_v(x: ndarray, n: ndarray) -> ndarray:
    """Of the third kind: ``cos((n + 1/2) acos(x)) / cos(acos(x) / 2)``."""
    return chebyshev("v", x, n, RECURRED["v"])


def chebyshev_polynomial_w(x: ndarray, n: ndarray) -> ndarray:
    """Of the fourth kind: ``sin((n + 1/2) acos(x)) / sin(acos(x) / 2)``."""
    return chebyshev("w", x, n, RECURRED["w"])


def shifted(kind: str) -> Callable[[ndarray, ndarray], ndarray]:
    """A Chebyshev polynomial on the interval from 0 to 1."""

    def polynomial(x: ndarray, n: ndarray) -> ndarray:
        return chebyshev(kind, x + x - 1, n, SHIFTED_RECURRED[kind])

    return polynomial


shifted_chebyshev_polynomial_t, shifted_chebyshev_polynomial_u = shifted("t"), shifted("u")
shifted_chebyshev_polynomial_v, shifted_chebyshev_polynomial_w = shifted("v"), shifted("w")


def hermite(x: ndarray, n: ndarray, second: ndarray, step: Step) -> ndarray:
    limit = LIMIT[x.dtype.char]
    x, n = prepared(x, n)
    made = recurred(x, np.minimum(n, limit + 1), of(1, x), np.broadcast_to(second, x.shape), step)
    return np.where(n > limit, x.dtype.type(np.nan), made)


def hermite_polynomial_h(x: ndarray, n: ndarray) -> ndarray:
    """Hermite's polynomials as physicists have them."""
    return hermite(x, n, x + x, lambda k, x, before, last: once(x + x, last, -(x.dtype.type(2 * k - 2) * before)))


def hermite_polynomial_he(x: ndarray, n: ndarray) -> ndarray:
    """Hermite's polynomials as probabilists have them."""
    return hermite(x, n, x, lambda k, x, before, last: once(x, last, -(x.dtype.type(k - 1) * before)))


def laguerre_polynomial_l(x: ndarray, n: ndarray) -> ndarray:
    """Laguerre's polynomials."""
    x, n = prepared(x, n)
    real = x.dtype.type
    return recurred(x, n, of(1, x), 1 - x, lambda k, x, before, last: (
        once(real(2 * k - 2) + (1 - x), last, -(real(k - 1) * before)) / real(k)
    ))


def legendre_polynomial_p(x: ndarray, n: ndarray) -> ndarray:
    """Legendre's polynomials."""
    x, n = prepared(x, n)
    real = x.dtype.type
    return recurred(x, n, of(1, x), x, lambda k, x, before, last: (
        once(real(2 * k - 1) * x, last, -(real(k - 1) * before)) / real(k)
    ))
