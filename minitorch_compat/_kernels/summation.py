"""Sums and means in torch's order of additions.

A floating sum depends on its order. torch keeps several running totals side by side, as many as fit a vector register,
and lets each of them cascade through four levels, so that errors grow slowly. The same additions are made here, with
the running totals as columns of an array.

What is added to what follows from how the array lies in memory: torch sorts the reduced dimensions by stride, the
smallest first, melts neighbours together where it can, and walks the result in slabs of two dimensions, adding the
sums of further slabs one after another.

Agreement with torch 2.13 (one thread, or fewer than 32768 elements): bitwise for float16, bfloat16, float32, float64
and complex, for any dims of any strided array, at every size.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import scalar_types as types
from .iteration import order

_plus = np.add
_add = np.add.reduce
_running = np.add.accumulate

# Lanes of a 256-bit vector register, which torch uses for sums on every CPU, in elements of the input.
_LANES = {"e": 16, "E": 16, "f": 8, "d": 4, "F": 4, "D": 2}
_ZERO = {kind: np.zeros((), kind) for kind in "efdFD"}


def _one_after_another(n: int, lanes: int) -> np.ndarray:
    """The sequence of additions that the whole scheme comes down to where there are fewer than two vectors."""
    if n >= lanes:
        return np.array([*range(lanes, n), *range(lanes)])
    return np.array([*range(min(n, 1)), *range(4, n), *range(1, min(n, 4))], np.intp)


_SHORT = {kind: [_one_after_another(n, _LANES[kind]) for n in range(2 * _LANES[kind])] for kind in "fd"}


def sum(
    x: np.ndarray, dim: int | Sequence[int] | None = None, keepdim: bool = False, dtype: np.dtype | None = None
) -> np.ndarray:
    """Sum over ``dim`` (None or empty: all), in ``dtype`` (default: that of ``x``, int64 for integers and bool).

    Bitwise torch with one thread for every floating dtype, layout and size; see the module's docstring.
    """
    if dtype is not None and dtype != x.dtype:
        x = x.astype(dtype)
    kind = x.dtype.char
    if dim is None and kind in "fd" and not keepdim:
        if x.flags.c_contiguous:
            return np.asarray(vector_total(x if x.ndim == 1 else x.reshape(-1)))
        if x.ndim == 1 and x.size <= 4:
            return sum_vector(x)
    if dim == 0 and kind in _SHORT and x.ndim == 2 and not keepdim and x.flags.c_contiguous:
        height, width = x.shape
        lanes = _LANES[kind]
        if 4 < height <= 64 and not height & 3 and (1 < width < 4 or lanes <= width < 4 * lanes):
            return _few_rows_down(x, height, width)
        if width == 1:
            single = np.empty(1, x.dtype)  # memory of its own, which a leaf may keep
            single.fill(vector_total(x.reshape(-1)))
            return single
    if kind not in _LANES:
        return _sum_integers(x, dim, keepdim, dtype)
    dims = normalized(dim, x.ndim)
    total = _sum_matrix(x, dims) if kind in _SHORT and x.flags.c_contiguous else None
    if total is None:
        total = _sum_strided(x, dims)
    return with_kept_dims(total, x.shape, dims, keepdim)


def mean(
    x: np.ndarray, dim: int | Sequence[int] | None = None, keepdim: bool = False, dtype: np.dtype | None = None
) -> np.ndarray:
    """Mean over ``dim`` (None or empty: all): the sum divided by the count. Agreement as for :func:`sum`.

    The half types sum and divide in float32 and round once. Only floating and complex dtypes; the caller says so.
    """
    if dim is None and dtype is None and not keepdim and x.dtype.char in _SHORT and x.flags.c_contiguous and x.size:
        return vector_mean(x if x.ndim == 1 else x.ravel())
    kept = x.dtype if dtype is None else dtype
    half = kept.char in types.HALVES
    total = sum(x, dim, keepdim, np.dtype(np.float32) if half else kept)
    if x.size:
        np.divide(total, _divisor(total.dtype.char, x.size // total.size), total)
    else:
        total.fill(np.nan)
    return total.astype(kept) if half else total


@functools.lru_cache(maxsize=256)
def _divisor(kind: str, count: int) -> np.ndarray:
    return np.array(count, kind)


def normalized(dim: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """The dimensions to reduce, counted from the front and in order."""
    if dim is None:
        return tuple(range(ndim))
    if not isinstance(dim, int):
        return tuple(sorted(d % ndim for d in dim)) if dim and ndim else tuple(range(ndim))
    return (int(dim) % ndim,) if ndim else ()


def reduced(
    function: Any, x: np.ndarray, dims: tuple[int, ...], keepdim: bool, dtype: np.dtype | type | None = None
) -> np.ndarray:
    """A ufunc's reduction as an array, 0-d ones too."""
    return np.asarray(function.reduce(x, dims, dtype, None, keepdim))


def count_in(x: np.ndarray, dims: tuple[int, ...]) -> int:
    """How many elements go into one."""
    return math.prod([x.shape[axis] for axis in dims])


def with_kept_dims(total: np.ndarray, shape: Sequence[int], dims: tuple[int, ...], keepdim: bool) -> np.ndarray:
    """``total`` with the reduced dimensions back as ones, if asked for."""
    if not keepdim:
        return total
    return total.reshape([1 if axis in dims else size for axis, size in enumerate(shape)])


def _sum_integers(x: np.ndarray, dim: int | Sequence[int] | None, keepdim: bool, dtype: np.dtype | None) -> np.ndarray:
    # Integers wrap around, so any order will do.
    dims = normalized(dim, x.ndim)
    return reduced(np.add, x, dims, keepdim, np.int64 if dtype is None else dtype)


def sum_vector(x: np.ndarray) -> np.ndarray:
    """The sum of a contiguous vector of float32 or float64, as a 0-d array."""
    return np.asarray(vector_total(x))


def vector_mean(x: np.ndarray) -> np.ndarray:
    """The mean of a contiguous vector, not empty, of float32 or float64, as a 0-d array."""
    mean = np.asarray(vector_total(x))
    # A quotient of two float32 is rounded to double on its way without harm.
    mean.fill(mean.item() / x.size)
    return mean


def vector_total(x: np.ndarray) -> Any:
    """The sum of a contiguous vector of float32 or float64, as a NumPy scalar."""
    n = x.size
    if n <= 4:
        # Few enough for any scheme to be the plain order, and a running total is NumPy's quickest.
        if not n:
            return x.dtype.type(0)
        return _running(x)[-1] + 0.0  # torch starts from zero, so its sums are never -0
    short = _SHORT[x.dtype.char]
    if n < len(short):
        return _running(x[short[n]])[-1] + 0.0
    lanes = len(short) >> 1
    width = 4 * lanes
    fours, body = n // width * width, n // lanes * lanes
    if 0 < fours <= 16 * width:
        # What _rows makes where no cascade has a second level, in fewer steps.
        totals = x
        if fours > width:
            totals = _add((x if fours == n else x[:fours]).reshape(-1, width), 0)
        elif n > width:
            totals = x[:width].copy()
        if fours < body:
            first = totals[:lanes]
            for start in range(fours, body, lanes):
                _plus(first, x[start : start + lanes], first)
        sums = _add(totals.reshape(4, lanes), 0)
    else:
        sums = _rows(x[:body].reshape(-1, lanes))
    if body < n:
        # What is left over beside whole vectors comes first, then the lanes one after another.
        sums = np.concatenate((x[body:], sums))
    return _running(sums)[-1] + 0.0


def _few_rows_down(x: np.ndarray, height: int, width: int) -> np.ndarray:
    """What _rows makes of a few narrow rows, four at a time; from zero, so no sum is -0."""
    totals = _add(x.reshape(height >> 2, 4 * width), 0)
    return np.asarray(_add(totals.reshape(4, width), 0, initial=_ZERO[x.dtype.char]))


def _sum_matrix(x: np.ndarray, dims: tuple[int, ...]) -> np.ndarray | None:
    """The sum of a contiguous array over its first or its last dimensions, None for others."""
    shape, count = x.shape, len(dims)
    ndim = len(shape)
    if not 0 < count < ndim or not x.size:
        return None
    lanes = _LANES[x.dtype.char]
    if dims[-1] == count - 1 and x.size == math.prod(shape[:count]):
        return sum_vector(x.reshape(-1)).reshape(shape[count:])
    if dims[-1] == count - 1:
        rest = shape[count:]
        width = math.prod(rest)
        height = x.size // width
        x = x.reshape(height, width)
        total = _in_turn(x.T) if height <= 4 else _columns(x, 4 * lanes if width >= lanes else 4)
    elif dims[0] == ndim - count:
        rest = shape[: ndim - count]
        height = math.prod(rest)
        width = x.size // height
        x = x.reshape(height, width)
        if width <= 4:
            total = _in_turn(x)
        elif width < 2 * lanes:
            total = _in_turn(x.take(_SHORT[x.dtype.char][width], 1))
        else:
            total = _along_vectors(x, lanes)
    else:
        return None
    return np.add(total, _ZERO[x.dtype.char]).reshape(rest)


def _in_turn(x: np.ndarray) -> np.ndarray:
    """The sum along the last axis, one after another, whatever NumPy would make of it."""
    length = x.shape[-1]
    if length > 4 and x.size < 1 << 10:
        return _running(x, -1)[..., -1]
    total = x[..., 0]
    if length > 1:
        total = total + x[..., 1]
        for i in range(2, length):
            total += x[..., i]
    return total


def _sum_strided(x: np.ndarray, dims: tuple[int, ...]) -> np.ndarray:
    """The sum over ``dims`` of an array of any layout, without those dimensions."""
    kept = [axis for axis in range(x.ndim) if axis not in dims]
    shape = [x.shape[axis] for axis in kept]
    if not x.size:
        return np.zeros(shape, x.dtype)
    fastest = order([x.shape[axis] for axis in dims], [x.strides[axis] for axis in dims])
    reduced = [dims[i] for i in fastest]
    inner, outer = _melted(x, reduced), _melted(x, kept[::-1])
    if not inner:
        return _from_zero(x.reshape(shape), shape)
    # A slab is two dimensions, each a size and a stride: the fastest reduced one, and the next reduced or kept one.
    (size, stride), (width, across) = inner[0], (inner[1:] or outer or [(1, 0)])[0]
    slabs = x.transpose(kept + reduced[::-1]).reshape([size for size, _ in outer[::-1] + inner[::-1]])

    lanes = _LANES[x.dtype.char]
    if stride == x.itemsize and size >= lanes:
        totals = _along_vectors(slabs, lanes)
    else:
        if x.dtype.char in types.HALVES:
            slabs = slabs.astype(np.float32)
        # The dimension to add along comes last but one, the other one of the slab last.
        slabs = slabs[..., None] if slabs.ndim == 1 else slabs.swapaxes(-1, -2)
        if across == x.itemsize and width >= lanes:
            totals = _columns(slabs, 4 * min(lanes, 8))
        elif stride < across:
            totals = _rows(slabs)
        else:
            totals = _columns(slabs, 4)
    if len(inner) > 1:
        # The sums of all slabs are added to the result one after another.
        count = math.prod(size for size, _ in inner[1:])
        totals = _in_turn(totals.reshape([*totals.shape[: len(outer)], count]))
    return _from_zero(totals.astype(x.dtype, copy=False).reshape(shape), shape)


def _from_zero(totals: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """A dense copy; torch starts from zero, so its sums are never -0."""
    return np.add(totals, totals.dtype.type(0), out=np.empty(shape, totals.dtype))


def _melted(x: np.ndarray, axes: Sequence[int]) -> list[tuple[int, int]]:
    """Sizes and strides of dimensions from fast to slow, neighbours melted into one where memory allows."""
    melted: list[tuple[int, int]] = []
    for axis in axes:
        size, stride = x.shape[axis], x.strides[axis]
        if size == 1:
            continue
        if melted and melted[-1][0] * melted[-1][1] == stride:
            melted[-1] = (melted[-1][0] * size, melted[-1][1])
        else:
            melted.append((size, stride))
    return melted


# In the following the additions run along the last axis but one; all others are sums of their own.


def _stacked(x: np.ndarray) -> np.ndarray:
    """The sum of rows, one after another.

    NumPy adds row by row where the last axis has the smaller stride; elsewhere there are never as many as eight rows,
    and up to there NumPy keeps the order, too. einsum does the same in less time where there is much to add, but
    adds single rows backwards.
    """
    if x.size > 1 << 10 and x.shape[-1] > 1 and x.strides[-1] <= x.strides[-2]:
        return np.einsum("...ij->...j", x)
    return _add(x, -2)


def _cascade(x: np.ndarray) -> np.ndarray:
    """Four levels: a full step of rows makes one row of the next level; what is left over stays on its level."""
    length = x.shape[-2]
    step = 1 << max(4, (length - 1).bit_length() // 4)
    if length <= step:
        return _stacked(x)
    total = None
    for level in range(4):
        steps = length // step if level < 3 else 0
        if steps * step < length:
            left = _stacked(x[..., steps * step :, :])
            total = left if total is None else total + left
        if not steps:
            break
        x = x[..., : steps * step, :].reshape(*x.shape[:-2], steps, step, x.shape[-1])
        x = _stacked(x)
        length = steps
    assert total is not None
    return total


def _rows(x: np.ndarray) -> np.ndarray:
    """Four cascades side by side, taking rows in turn; rows left over go to the first."""
    length, width = x.shape[-2:]
    fours = length // 4
    if not fours:
        return _stacked(x)
    totals = x if length == 4 * fours else x[..., : 4 * fours, :]
    totals = _cascade(totals.reshape(*x.shape[:-2], fours, 4 * width)).reshape(*x.shape[:-2], 4, width)
    if 4 * fours < length:
        totals = np.concatenate((totals[..., :1, :], x[..., 4 * fours :, :], totals[..., 1:, :]), -2)
    # Below eight numbers NumPy adds one after another in any case; a complex number counts as two.
    return _running(totals, -2)[..., -1, :] if totals.dtype.kind == "c" else _stacked(totals)


def _columns(x: np.ndarray, together: int) -> np.ndarray:
    """Sums of columns: as many as come ``together`` by a cascade each, the rest as rows are."""
    width = x.shape[-1]
    cut = width // together * together
    if cut == width:
        return _cascade(x)
    if not cut:
        return _rows(x)
    return np.concatenate((_cascade(x[..., :cut]), _rows(x[..., cut:])), -1)


def _along_vectors(x: np.ndarray, lanes: int) -> np.ndarray:
    """Sums along the contiguous last axis: vectors as rows are, then the tail and the lanes one after another."""
    length = x.shape[-1]
    vectors = length // lanes
    body = x if length == vectors * lanes else x[..., : vectors * lanes]
    body = body.reshape(*x.shape[:-1], vectors, lanes)
    tail = x[..., vectors * lanes :]
    if x.dtype.char in types.HALVES:
        # Sixteen halves are widened to two vectors of eight, which are added first.
        body, tail = body.astype(np.float32), tail.astype(np.float32)
        body = body[..., :8] + body[..., 8:]
    partial = _rows(body)
    if tail.shape[-1]:
        partial = np.concatenate((tail, partial), -1)
    return _in_turn(partial)
