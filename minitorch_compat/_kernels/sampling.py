"""Draws that reject, gather or count: gamma, Dirichlet, Poisson, binomial and multinomial samples.

Each takes ``(generator, parameters)`` and returns a new array. They consume the generator exactly as torch does, one
element after another in the order in which torch walks the parameters, so they cost Python time per element.
Agreement with torch 2.13 is bitwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import layout, summation
from . import scalar_types as types
from .random import MersenneTwister, exponential_, fill, log, unit64


def standard_gamma(generator: MersenneTwister, alpha: np.ndarray) -> np.ndarray:
    """Gamma distributed numbers of shape ``alpha`` and scale 1, by Marsaglia and Tsang (2000). Bitwise torch."""
    if alpha.dtype.char not in "fd":
        raise types.not_implemented("gamma_cpu", alpha.dtype)
    floor = float(_smallest_normal(alpha.dtype))
    scalar = alpha.dtype.type

    def draw(shape: Any) -> float:
        return max(floor, float(scalar(_gamma(generator, scalar, shape))))

    return _by_element(alpha, draw)


def _smallest_normal(dtype: np.dtype) -> float:
    return 2.0**-126 if dtype.char == "E" else float(np.finfo(dtype).tiny)


def _by_element(parameter: np.ndarray, draw: Callable[[Any], float]) -> np.ndarray:
    """One draw an element, row by row, into a contiguous array."""
    out = np.empty(parameter.shape, parameter.dtype)
    values = iter(parameter.reshape(-1))
    return fill(out, lambda count: np.array([draw(next(values)) for _ in range(count)]))


def _gamma(generator: MersenneTwister, scalar: type[np.floating], alpha: Any) -> float:
    scale = 1.0
    one = scalar(1)
    if alpha < 1:
        if alpha == 0:
            return 0.0
        scale = (1.0 - generator.uniform64()) ** float(one / alpha)
        alpha = alpha + one
    d = float(alpha - scalar(np.float32(1) / np.float32(3)))
    c = 1.0 / math.sqrt(9.0 * d)
    squeeze = float(np.float32(0.0331))
    while True:
        y = 0.0
        while y <= 0.0:
            x = generator.normal()
            y = 1.0 + c * x
        v = y * y * y
        u = 1.0 - generator.uniform64()
        square = x * x
        if u < 1.0 - squeeze * square * square:
            return scale * d * v
        if math.log(u) < 0.5 * square + d * (1.0 - v + math.log(v)):
            return scale * d * v


def dirichlet(generator: MersenneTwister, alpha: np.ndarray) -> np.ndarray:
    """Dirichlet draws along the last dimension: gammas over their sum, kept inside (0, 1). Bitwise torch."""
    if alpha.dtype.char not in "fd":
        raise types.not_implemented("dirichlet", alpha.dtype)
    floor = _smallest_normal(np.dtype(np.float64))
    gammas = _by_element(alpha.astype(np.float64), lambda shape: max(floor, _gamma(generator, np.float64, shape)))
    with np.errstate(all="ignore"):
        drawn = (gammas / summation.sum(gammas, -1, True)).astype(alpha.dtype)
    one = alpha.dtype.type(1)
    return np.clip(drawn, alpha.dtype.type(_smallest_normal(alpha.dtype)), np.nextafter(one, one - one))


# -- counts -------------------------------------------------------------------------------------------------------


def poisson(generator: MersenneTwister, rate: np.ndarray) -> np.ndarray:
    """Poisson counts for each rate: products of uniforms below 10, Hörmann's PTRS (1993) above. Bitwise torch."""
    if rate.dtype.char not in types.FLOATING:
        raise types.not_implemented("poisson_cpu", rate.dtype)
    if not (rate >= 0).all():
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    return _by_element(rate, lambda r: _poisson(generator, float(r)))


def _poisson(generator: MersenneTwister, rate: float) -> float:
    if rate == 0:
        return 0
    if rate == math.inf:
        return -(1 << 63)
    uniform = generator.uniform64
    if rate < 10:
        bound, product, count = math.exp(-rate), 1.0, 0
        while True:
            product *= uniform()
            if product <= bound:
                return count
            count += 1
    log_rate, root = math.log(rate), math.sqrt(rate)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    accept = 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = uniform() - 0.5, uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= accept:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        if log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b) <= k * log_rate - rate - math.lgamma(k + 1):
            return k


def binomial(generator: MersenneTwister, count: np.ndarray, prob: np.ndarray) -> np.ndarray:
    """Successes in ``count`` trials of probability ``prob``; both broadcast. Bitwise torch.

    Inversion by geometric gaps where fewer than ten are expected, Hörmann's BTRS (1993) elsewhere.
    """
    for which, array in (("count", count), ("prob", prob)):
        if array.dtype.char not in types.FLOATING:
            found = types.name(array.dtype)
            raise ValueError(f"binomial only supports floating-point dtypes for {which}, got: {found}")
    if count.dtype != prob.dtype:
        raise RuntimeError(f"Found dtype {types.name(prob.dtype)} but expected {types.name(count.dtype)}")
    if count.dtype.char not in "fd":
        raise types.not_implemented("binomial_cpu", count.dtype)
    count, prob = np.broadcast_arrays(count, prob)
    one = count.dtype.type(1)

    def draw(n: Any, p: Any) -> float:
        if n <= 0 or p <= 0:
            return 0.0
        if p >= 1:
            return float(n)
        if p <= 0.5:
            return _binomial(generator, float(n), float(p))
        if p > 0.5:
            return float(n) - _binomial(generator, float(n), float(one - p))
        return math.nan

    pairs = zip(count.reshape(-1), prob.reshape(-1), strict=True)
    return np.array([draw(n, p) for n, p in pairs], count.dtype).reshape(count.shape)


def _binomial(generator: MersenneTwister, n: float, p: float) -> float:
    uniform = generator.uniform64
    if n * p < 10:
        log_failure, total, successes = math.log1p(-p), 0.0, 0
        while True:
            total += math.ceil(log(uniform()) / log_failure)
            if total > n:
                return successes
            successes += 1
    deviation = math.sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c = n * p + 0.5
    accept = 0.92 - 4.2 / b
    odds = p / (1 - p)
    alpha = (2.83 + 5.1 / b) * deviation
    mode = math.floor((n + 1) * p)
    while True:
        u, v = uniform() - 0.5, uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + c)
        if us >= 0.07 and v <= accept:
            return k
        if k < 0 or k > n:
            continue
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (n - mode + 1)))
            + (n + 1) * math.log((n - mode + 1) / (n - k + 1))
            + (k + 0.5) * math.log(odds * (n - k + 1) / (k + 1))
            + _stirling_error(mode)
            + _stirling_error(n - mode)
            - _stirling_error(k)
            - _stirling_error(n - k)
        )
        if log(v * alpha / (a / (us * us) + b)) <= bound:
            return k


def _stirling_error(k: float) -> float:
    """log(k!) less its Stirling approximation in terms of k + 1."""
    if k <= 9:
        return math.lgamma(k + 1) - (0.5 * math.log(2 * math.pi) + (k + 0.5) * math.log(k + 1) - (k + 1))
    square = (k + 1) * (k + 1)
    return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)


def multinomial(generator: MersenneTwister, weights: np.ndarray, samples: int, replacement: bool = False) -> np.ndarray:
    """Indices drawn in proportion to ``weights``, a vector or rows of a matrix; int64. Bitwise torch.

    With replacement each index inverts the cumulated weights; without, the largest quotients of weight and an
    exponential draw win.
    """
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if weights.dtype.char not in types.FLOATING:
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {types.name(weights.dtype)}"
        )
    if samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and samples > weights.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    shape = (*weights.shape[:-1], samples)
    if not weights.size:
        if weights.shape[-1] == 0 and math.prod(shape):
            raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
        return np.empty(shape, np.int64)
    if not replacement or samples == 1:
        return _without_replacement(generator, weights, samples)
    rows = weights.reshape(-1, weights.shape[-1])
    drawn = np.empty((rows.shape[0], samples), np.int64)
    for row, cumulated in enumerate(_cumulated(rows)):
        unit = unit64(generator, samples)
        drawn[row] = np.searchsorted(cumulated.astype(np.float64), unit, "left")
    return drawn.reshape(shape)


def _cumulated(rows: np.ndarray) -> np.ndarray:
    if not np.isfinite(rows).all():
        raise RuntimeError("invalid multinomial distribution (encountering probability entry = infinity or NaN)")
    if (rows < 0).any():
        raise RuntimeError("invalid multinomial distribution (encountering probability entry < 0)")
    cumulated = np.add.accumulate(rows if rows.dtype.char in "fd" else rows.astype(np.float32), -1)
    total = cumulated[:, -1:].copy()
    if not (total > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    cumulated /= total
    cumulated[:, -1] = 1
    return cumulated


def _without_replacement(generator: MersenneTwister, weights: np.ndarray, samples: int) -> np.ndarray:
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if samples == 1 and not (weights.sum(-1) > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    quotient = exponential_(generator, layout.empty_like(weights))
    with np.errstate(all="ignore"):
        np.divide(weights, quotient, out=quotient)
    if samples == 1:
        return quotient.argmax(-1, keepdims=True)
    return np.ascontiguousarray(np.argsort(-quotient, -1, kind="stable")[..., :samples])


def leaky_slopes(generator: MersenneTwister, x: np.ndarray, low: float, high: float) -> np.ndarray:
    """A uniform slope for each element up to zero, in logical order, and 1 for the others; bounds in the dtype of x."""
    slopes = np.ones(x.shape, x.dtype)
    below = x <= 0
    first, last = float(x.dtype.type(low)), float(x.dtype.type(high))
    slopes[below] = unit64(generator, int(np.count_nonzero(below))) * (last - first) + first
    return slopes
