"""Softmax and its logarithm, there and back.

Where there is more than a cache holds, whole rows are taken through all steps together. Half types are computed in
float32 and rounded once. torch adds up rows plainly, vector by vector: in rows of 1000 its results are some ten ulp
from these.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import summation
from .elementwise import exp, log, widened

ndarray = np.ndarray
BLOCK = 1 << 16
"""Elements that are taken through all steps together; two arrays of so many float32 stay in a cache of 1 MiB."""


def softmax(x: ndarray, dim: int) -> ndarray:
    """Exponentials over their sum along ``dim``."""
    wide = widened(x)
    if not wide.ndim:
        return np.where(np.isfinite(x), np.ones_like(x), np.full_like(x, np.nan))
    made = by_rows(_softmax_rows, dim, wide)
    if made is None:
        powers = exp(_shifted(wide, dim))
        made = powers / summation.sum(powers, dim, True)
    return made.astype(x.dtype, order="C", copy=False)


def log_softmax(x: ndarray, dim: int) -> ndarray:
    """The logarithm of softmax, without leaving the logarithm."""
    wide = widened(x)
    if not wide.ndim:
        return np.asarray(x - x)
    made = by_rows(_log_softmax_rows, dim, wide)
    if made is None:
        low = _shifted(wide, dim)
        total = summation.sum(exp(low), dim, True)
        if wide is not x and dim % x.ndim == x.ndim - 1:
            # Along the last dimension torch keeps sum and logarithm in the half type.
            made = low - rounded(log(rounded(total, x.dtype)), x.dtype)
        else:
            made = low - log(total)
    return made.astype(x.dtype, order="C", copy=False)


def softmax_backward(g: ndarray, out: ndarray, dim: int) -> ndarray:
    """``out * (g - sum(g * out))``."""
    if not g.ndim:
        return g * 0
    made = by_rows(_softmax_rows_backward, dim, g, out)
    if made is not None:
        return made
    wide, y = widened(g), widened(out)
    return np.asarray(y * (wide - summation.sum(wide * y, dim, True))).astype(out.dtype, copy=False)


def log_softmax_backward(g: ndarray, out: ndarray, dim: int) -> ndarray:
    """``g - exp(out) * sum(g)``."""
    if not g.ndim:
        return g * 0
    made = by_rows(_log_softmax_rows_backward, dim, g, out)
    if made is not None:
        return made
    wide = widened(g)
    return np.asarray(wide - exp(widened(out)) * summation.sum(wide, dim, True)).astype(out.dtype, copy=False)


def rounded(x: ndarray, dtype: np.dtype) -> ndarray:
    """``x`` as the nearest numbers of another dtype, in its own."""
    return np.asarray(x).astype(dtype).astype(x.dtype)


def _shifted(x: ndarray, dim: int) -> ndarray:
    """``x`` less its largest element along ``dim``."""
    return x - np.maximum.reduce(x, dim, keepdims=True) if x.size else x


def by_rows(kernel: Callable[..., None], dim: int, *arrays: ndarray) -> ndarray | None:
    """What ``kernel(*rows, out)`` writes of some rows at a time, None where the arrays are small or lie otherwise."""
    first = arrays[0]
    if first.size <= BLOCK or dim % first.ndim != first.ndim - 1:
        return None
    for each in arrays:
        if not each.flags.c_contiguous or each.dtype is not first.dtype or each.shape != first.shape:
            return None
    if first.dtype.char not in "fd":
        return None
    out = np.empty(first.shape, first.dtype)
    length = first.shape[-1]
    parts = [each.reshape(-1, length) for each in (*arrays, out)]
    together = max(1, BLOCK // length)
    for start in range(0, len(parts[0]), together):
        kernel(*[each[start : start + together] for each in parts])
    return out


def _largest(x: ndarray) -> ndarray:
    """The largest element of each row, nan before all; to find its place takes half the time."""
    return x[np.arange(len(x)), x.argmax(1)][:, None]


def _softmax_rows(x: ndarray, out: ndarray) -> None:
    np.subtract(x, _largest(x), out)
    np.exp(out, out)
    np.divide(out, np.vecdot(out, np.ones(out.shape[1], out.dtype))[:, None], out)


def _log_softmax_rows(x: ndarray, out: ndarray) -> None:
    np.subtract(x, _largest(x), out)
    np.subtract(out, np.log(_sum(np.exp(out))), out)


def _softmax_rows_backward(g: ndarray, y: ndarray, out: ndarray) -> None:
    np.subtract(g, np.vecdot(g, y)[:, None], out)
    np.multiply(out, y, out)


def _log_softmax_rows_backward(g: ndarray, y: ndarray, out: ndarray) -> None:
    np.exp(y, out)
    np.multiply(out, _sum(g), out)
    np.subtract(g, out, out)


def _sum(x: ndarray) -> ndarray:
    return np.add.reduce(x, 1, keepdims=True)
