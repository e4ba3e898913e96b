"""Activation functions under torch's names: one array in, a new array out.

The half types are computed in float32 and rounded once, as torch does. Where an exponential is inside, small float32
arrays take it through float64 (see ``elementwise``). The caller silences NumPy's floating point warnings.
"""

from __future__ import annotations

import math

import numpy as np

from .elementwise import at_least, at_most, exp, expm1, log, log1p, tanh, widened
from .fused import in_vectors


def _narrowed(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    return np.asarray(x).astype(dtype, copy=False)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)). Up to 2 ulp from torch, 4 in large float32 arrays."""
    return _narrowed(1 / (1 + exp(-widened(x))), x.dtype)


def silu(x: np.ndarray) -> np.ndarray:
    """x / (1 + exp(-x)). Up to 2 ulp from torch, 4 in large float32 arrays."""
    wide = widened(x)
    return _narrowed(wide / (1 + exp(-wide)), x.dtype)


def log_sigmoid(x: np.ndarray) -> np.ndarray:
    """log(1 / (1 + exp(-x))) without overflow."""
    wide = widened(x)
    return _narrowed(np.minimum(wide, 0) - log1p(np.asarray(exp(-np.abs(wide)))), x.dtype)


def softplus(x: np.ndarray, beta: float = 1.0, threshold: float = 20.0) -> np.ndarray:
    """log(1 + exp(beta x)) / beta, and x itself above the threshold."""
    wide = widened(x)
    scaled = wide * wide.dtype.type(beta)
    soft = log1p(np.asarray(exp(scaled))) / wide.dtype.type(beta)
    return _narrowed(np.where(scaled > threshold, wide, soft), x.dtype)


def relu(x: np.ndarray) -> np.ndarray:
    """The larger of x and 0; nan stays. Bitwise torch."""
    return at_least(0, x)


def relu6(x: np.ndarray) -> np.ndarray:
    """x between 0 and 6. Bitwise torch."""
    return at_most(6, at_least(0, x))


def leaky_relu(x: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    """x above 0, negative_slope * x below. Bitwise torch."""
    wide = widened(x)
    lower = np.asarray(wide * wide.dtype.type(negative_slope))
    if 0 < negative_slope <= 1:
        # A comparison of whole vectors: choosing by a mask is twenty times slower in large arrays.
        return _narrowed(np.maximum(wide, lower, out=lower), x.dtype)
    return _narrowed(np.where(wide > 0, wide, lower), x.dtype)


def elu(x: np.ndarray, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> np.ndarray:
    """scale * x above 0, scale * alpha * (exp(input_scale * x) - 1) below. Up to 1 ulp from torch."""
    wide = widened(x)
    number = wide.dtype.type
    below = expm1(np.asarray(np.minimum(wide, 0) * number(input_scale))) * number(alpha * scale)
    return _narrowed(np.where(wide < 0, below, wide * number(scale)), x.dtype)


def celu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """elu with exp(x / alpha)."""
    return elu(x, alpha, 1.0, 1.0 / alpha)


def selu(x: np.ndarray) -> np.ndarray:
    """elu with the constants of self-normalising networks (Klambauer and others, 2017)."""
    return elu(x, 1.6732632423543772, 1.0507009873554805)


def gelu(x: np.ndarray, approximate: str = "none") -> np.ndarray:
    """x times the normal distribution function of x; ``approximate="tanh"`` for Hendrycks and Gimpel's (2016) form.

    Within 1.2e-6 absolute of torch in float32; the relative difference is large far below zero only. At inf it is inf,
    where torch's float32 loop gives nan.
    """
    wide = widened(x)
    number = wide.dtype.type
    if approximate == "tanh":
        inner = number(math.sqrt(2 / math.pi)) * (wide + number(0.044715) * (wide * wide * wide))
        return _narrowed(number(0.5) * wide * (1 + tanh(np.asarray(inner))), x.dtype)
    from .special import erf

    return _narrowed(wide * number(0.5) * (1 + erf(np.asarray(wide * number(math.sqrt(0.5))))), x.dtype)


def hardtanh(x: np.ndarray, min_val: float = -1.0, max_val: float = 1.0) -> np.ndarray:
    """x between two bounds. Bitwise torch."""
    return at_most(max_val, at_least(min_val, x))


def hardsigmoid(x: np.ndarray) -> np.ndarray:
    """(x + 3) / 6 between 0 and 1. Bitwise torch."""
    wide = widened(x)
    return _narrowed(np.minimum(np.maximum(wide + 3, 0), 6) / 6, x.dtype)


def hardswish(x: np.ndarray) -> np.ndarray:
    """x * hardsigmoid(x). Bitwise torch."""
    wide = widened(x)
    return _narrowed(wide * np.minimum(np.maximum(wide + 3, 0), 6) / 6, x.dtype)


def mish(x: np.ndarray) -> np.ndarray:
    """x * tanh(log(1 + exp(x)))."""
    wide = widened(x)
    return _narrowed(wide * tanh(np.asarray(log1p(np.asarray(exp(wide))))), x.dtype)


def softshrink(x: np.ndarray, lambd: float = 0.5) -> np.ndarray:
    """x drawn to zero by lambd. Bitwise torch, whose loops keep the sign of a zero outside of whole vectors alone."""
    wide = widened(x)
    bound, zero = wide.dtype.type(lambd), np.asarray(wide * 0)
    zero = np.where(in_vectors(64 // x.itemsize, x), np.abs(zero), zero)
    return _narrowed(np.where(wide > bound, wide - bound, np.where(wide < -bound, wide + bound, zero)), x.dtype)


def hardshrink(x: np.ndarray, lambd: float = 0.5) -> np.ndarray:
    """x where it is further than lambd from zero, else 0. Bitwise torch."""
    bound = x.dtype.type(lambd)
    return np.where((x >= -bound) & (x <= bound), x.dtype.type(0), x)


def threshold(x: np.ndarray, threshold: float, value: float) -> np.ndarray:
    """x above the threshold, value elsewhere. Bitwise torch."""
    return np.where(widened(x) <= np.float64(threshold).astype(widened(x).dtype), x.dtype.type(value), x)


def softsign(x: np.ndarray) -> np.ndarray:
    """x / (1 + abs(x)). Bitwise torch."""
    return np.asarray(x / (np.abs(x) + x.dtype.type(1)))


def prelu(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """x above 0, weight * x below. Bitwise torch."""
    return np.where(x > 0, x, x * weight)


def logit(x: np.ndarray, eps: float | None = None) -> np.ndarray:
    """log(x / (1 - x)), with x between eps and 1 - eps if given."""
    # The half types round after every step.
    number = x.dtype.type
    if eps is not None:
        low, high = number(eps), number(1) - number(eps)
        x = np.where(x < low, low, np.where(x > high, high, x))
    return np.asarray(log(np.asarray(x / (number(1) - x))))
