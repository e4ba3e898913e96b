"""Multiply and add with one rounding, which torch's compiled loops do and NumPy does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .iteration import order

_SPLITTER = 134217729.0  # 2**27 + 1, Veltkamp's constant for 53 bits
_SINGLE, _DOUBLE = np.dtype(np.float32), np.dtype(np.float64)
_ONE = np.ones((), _DOUBLE)
BLOCK = 1 << 14  # elements at a time: the steps between stay in the cache


def fma32(a: Any, b: Any, c: Any) -> np.ndarray:
    """``a * b + c`` rounded once to float32, for float32 values (held in any float dtype).

    The product of two float32 is exact in float64. The sum is rounded to float64 and then to float32, which can differ
    from a single rounding where one term is less than 2**-29 of the other; among random numbers no case was met in
    10**8 comparisons with torch.
    """
    if getattr(c, "size", 1) > BLOCK and (made := _in_blocks(fma32, _SINGLE, a, b, c)) is not None:
        return made
    total = np.multiply(a, b, dtype=_DOUBLE)
    if total.shape == getattr(c, "shape", ()) != ():
        total += c
    else:
        total = np.asarray(np.add(total, c, dtype=_DOUBLE))
    return total.astype(_SINGLE)


def fma64(a: Any, b: Any, c: Any) -> np.ndarray:
    """``a * b + c`` rounded once to float64 (but for overflow of the parts, where it is rounded twice).

    Dekker's exact product and Knuth's exact sum; their errors are added before the last rounding.
    """
    if getattr(c, "size", 1) > BLOCK and (made := _in_blocks(fma64, _DOUBLE, a, b, c)) is not None:
        return made
    a, b = np.asarray(a, _DOUBLE), np.asarray(b, _DOUBLE)
    with np.errstate(all="ignore"):
        product = a * b
        t = a * _SPLITTER
        a_high = t - (t - a)
        a_low = a - a_high
        t = b * _SPLITTER
        b_high = t - (t - b)
        b_low = b - b_high
        product_error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
        total = product + c
        t = total - product
        sum_error = (product - (total - t)) + (c - t)
        result = total + (product_error + sum_error)
    # Where a part overflowed the errors are nan, although the plain result is not; a zero has the plain sum's sign.
    return np.where(np.isnan(result) | (result == 0), total, result)


def one_minus_square(y: np.ndarray) -> np.ndarray:
    """``1 - y * y`` rounded once, for float32 and float64; the square of a float32 is exact in float64."""
    if y.dtype.char != "f":
        return fma64(-y, y, 1.0)
    square = np.multiply(y, y, dtype=_DOUBLE)
    return np.asarray(np.subtract(1.0, square)).astype(_SINGLE)


def times_one_minus_square(g: np.ndarray, y: np.ndarray) -> np.ndarray:
    """``g * (1 - y * y)`` with the difference rounded once, for float32 and float64, as the way back through tanh."""
    plain = y.size > BLOCK and y.dtype is _SINGLE and g.dtype is _SINGLE and y.flags.c_contiguous
    # The gradient of a sum is one number, seen everywhere.
    single = plain and not any(g.strides)
    if y.dtype is _SINGLE and g.dtype is _SINGLE and y.size <= BLOCK and y.ndim and g.shape == y.shape:
        square = y.astype(_DOUBLE)
        np.multiply(square, square, square)
        np.subtract(_ONE, square, square)
        slope = square.astype(_SINGLE)
        return np.multiply(g, slope, slope)
    if not plain or not (single or (g.flags.c_contiguous and g.shape == y.shape)):
        slope = one_minus_square(y)
        same = g.shape == slope.shape and g.dtype == slope.dtype
        return np.multiply(g, slope, out=slope if same else None)
    out = np.empty(y.shape, _SINGLE)
    flat, values = out.reshape(-1), y.reshape(-1)
    factor = g[(0,) * g.ndim] if single else g.reshape(-1)
    squares = np.empty(BLOCK, _DOUBLE)
    for start in range(0, flat.size, BLOCK):
        piece, made = values[start : start + BLOCK], flat[start : start + BLOCK]
        square = squares[: piece.size]
        np.copyto(square, piece)
        np.multiply(square, square, square)
        np.subtract(_ONE, square, square)
        np.copyto(made, square, "same_kind")
        if not single:
            np.multiply(made, factor[start : start + BLOCK], made)
        elif factor != 1:
            np.multiply(made, factor, made)
    return out


def in_vectors(count: int, *arrays: np.ndarray) -> np.ndarray:
    """Which elements torch's loops take ``count`` at a time: what is left over at the end of a row goes one by one.

    Rows are runs of memory, beside which another array may stay at one number; dimensions that run on make one row.
    An array alone may also stay at one number.
    """
    shape = np.broadcast_shapes(*[each.shape for each in arrays])
    wide = [np.broadcast_to(each, shape) for each in arrays]
    slowest_first = order(shape, *[each.strides for each in wide])[::-1]
    turned = [each.transpose(slowest_first) for each in wide]
    inside: np.ndarray = np.zeros(turned[0].shape, bool)
    axes = [axis for axis, length in enumerate(inside.shape) if length != 1]
    steps = [each.strides[axes[-1]] if axes else 0 for each in turned]
    length = 1
    for axis in reversed(axes):
        if any(each.strides[axis] != length * step for each, step in zip(turned, steps, strict=True)):
            break
        length *= inside.shape[axis]
    whole = all(step in (0, each.itemsize) for each, step in zip(turned, steps, strict=True))
    if length and whole and (any(steps) or len(steps) == 1):
        inside.reshape(-1, length)[:, : length // count * count] = True
    return inside.transpose(np.argsort(slowest_first))


def _in_blocks(kernel: Callable[..., np.ndarray], dtype: np.dtype, *parts: Any) -> np.ndarray | None:
    """The result made block by block where all parts are numbers or contiguous arrays of one shape, else None."""
    shape = parts[-1].shape
    for part in parts:
        if getattr(part, "shape", ()) not in ((), shape) or (np.ndim(part) and not part.flags.c_contiguous):
            return None
    out = np.empty(shape, dtype)
    flat = out.reshape(-1)
    rows = [part.reshape(-1) if np.ndim(part) else part for part in parts]
    for start in range(0, flat.size, BLOCK):
        piece = slice(start, start + BLOCK)
        flat[piece] = kernel(*[row[piece] if np.ndim(row) else row for row in rows])
    return out
