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

import math
from collections.abc import Sequence
from operator import index

import numpy as np

from . import scalar_types as types
from .iteration import order

_add = np.add.reduce
_running = np.add.accumulate

# Lanes of a 256-bit vector register, which torch uses for sums on every CPU, in elements of the input.
_LANES = {"e": 16, "E": 16, "f": 8, "d": 4, "F": 4, "D": 2}


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
    kind = x.dtype.char
    if dtype is not None and dtype != x.dtype:
        x = x.astype(dtype)
        kind = x.dtype.char
    if kind not in _LANES:
        return _sum_integers(x, dim, keepdim, dtype)
    if (dim is None and x.flags.c_contiguous) or x.ndim == 1:
        flat = x if x.ndim == 1 else x.reshape(-1)
        total = _sum_vector(flat) if kind in "fd" and flat.flags.c_contiguous else _sum_strided(flat, (0,))
        return total.reshape((1,) * x.ndim) if keepdim else total
    dims = _normalized(dim, x.ndim)
    total = _sum_strided(x, dims)
    if keepdim:
        return total.reshape([1 if axis in dims else size for axis, size in enumerate(x.shape)])
    return total


def mean(
    x: np.ndarray, dim: int | Sequence[int] | None = None, keepdim: bool = False, dtype: np.dtype | None = None
) -> np.ndarray:
    """Mean over ``dim`` (None or empty: all): the sum divided by the count. Agreement as for :func:`sum`.

    The half types sum and divide in float32 and round once. Only floating and complex dtypes; the caller says so.
    """
    kept = x.dtype if dtype is None else dtype
    half = kept.char in types.HALVES
    total = sum(x, dim, keepdim, np.dtype(np.float32) if half else kept)
    if total.size:
        count = x.size // total.size
    else:
        count = 1
    with np.errstate(all="ignore"):
        np.divide(total, total.dtype.type(count), out=total)
    return total.astype(kept) if half else total


def _normalized(dim: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    if dim is None:
        return tuple(range(ndim))
    if isinstance(dim, (tuple, list)):
        return tuple([d % ndim for d in dim]) if dim and ndim else tuple(range(ndim))
    return (index(dim) % ndim,) if ndim else ()


def _sum_integers(x: np.ndarray, dim: int | Sequence[int] | None, keepdim: bool, dtype: np.dtype | None) -> np.ndarray:
    # Integers wrap around, so any order will do.
    dims = _normalized(dim, x.ndim)
    if dtype is not None and dtype.char == "?":
        return np.asarray(np.logical_or.reduce(x, dims, keepdims=keepdim))
    return np.asarray(_add(x, dims, np.int64 if dtype is None else dtype, None, keepdim))


def _sum_vector(x: np.ndarray) -> np.ndarray:
    """The sum of a contiguous vector of float32 or float64, as a 0-d array."""
    n = x.size
    if n <= 4:
        # Few enough for any scheme to be the plain order, and a running total is NumPy's quickest.
        if n == 0:
            return np.zeros((), x.dtype)
        total = _running(x)[n - 1, ...]
    else:
        short = _SHORT[x.dtype.char]
        if n < len(short):
            total = _running(x[short[n]])[n - 1, ...]
        else:
            lanes = len(short) // 2
            vectors = n // lanes
            body = vectors * lanes
            partial = _rows(x[:body].reshape(vectors, lanes))
            if body < n:
                partial = np.concatenate((x[body:], partial))
            total = _running(partial)[-1, ...]
    if not total.item():
        total.fill(0)  # torch starts from zero, so its sums are never -0
    return total


def _sum_strided(x: np.ndarray, dims: tuple[int, ...]) -> np.ndarray:
    """The sum over ``dims`` of an array of any layout, without those dimensions."""
    kept = [axis for axis in range(x.ndim) if axis not in dims]
    shape = [x.shape[axis] for axis in kept]
    if not x.size:
        return np.zeros(shape, x.dtype)
    reduced = sorted(dims)
    # A slab is two dimensions, each a size and a stride: the fastest reduced one, and the next reduced or kept one.
    fastest = order([x.shape[axis] for axis in reduced], [x.strides[axis] for axis in reduced])
    reduced = [reduced[i] for i in fastest]
    inner, outer = _melted(x, reduced), _melted(x, kept[::-1])
    if not inner:
        return _from_zero(x.reshape(shape), shape)
    slabs = _view(x, kept + reduced[::-1], [size for size, _ in outer[::-1] + inner[::-1]])
    (size, stride), (width, across) = inner[0], (inner[1:] or outer or [(1, 0)])[0]
    # The dimension to add along comes first, the other one of the slab last.
    rows = slabs.transpose(slabs.ndim - 1, *range(slabs.ndim - 1))
    if len(inner) == 1 and not outer:
        rows = rows[:, None]

    lanes = _LANES[x.dtype.char]
    if stride == x.itemsize and size >= lanes:
        totals = _along_vectors(rows, lanes)
    else:
        wide = rows.astype(np.float32) if x.dtype.char in types.HALVES else rows
        if across == x.itemsize and width >= lanes:
            totals = _columns(wide, 4 * min(lanes, 8))
        elif stride < across:
            totals = _rows(wide)
        else:
            totals = _columns(wide, 4)
    if len(inner) > 1:
        # The sums of all slabs are added to the result one after another.
        count = math.prod(size for size, _ in inner[1:])
        totals = _running(totals.reshape([*totals.shape[: len(outer)], count]), -1)[..., -1]
    totals = totals.astype(x.dtype, copy=False)
    return _from_zero(totals.reshape(shape), shape)


def _from_zero(totals: np.ndarray, shape: list[int]) -> np.ndarray:
    """A dense copy; torch starts from zero, so its sums are never -0."""
    return np.add(totals, totals.dtype.type(0), out=np.empty(shape, totals.dtype))


def _melted(x: np.ndarray, axes: list[int]) -> list[tuple[int, int]]:
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


def _view(x: np.ndarray, axes: list[int], sizes: list[int]) -> np.ndarray:
    """``x`` with its dimensions longer than one in the order of ``axes``, melted to ``sizes``."""
    rest = [axis for axis in range(x.ndim) if axis not in axes]
    return x.transpose(axes + rest).reshape(sizes)


# In the following the additions run along axis 0; every other axis is a sum of its own.


def _cascade(x: np.ndarray) -> np.ndarray:
    """Four levels: a full step of rows makes one row of the next level; what is left over stays on its level."""
    step = 1 << max(4, (len(x) - 1).bit_length() // 4)
    total = None
    for level in range(4):
        steps = len(x) // step if level < 3 else 0
        if steps * step < len(x):
            left = _add(x[steps * step :], 0)
            total = left if total is None else total + left
        if not steps:
            break
        # einsum adds a middle axis row by row, as reduce does, in half the time.
        x = np.einsum("ij...->i...", x[: steps * step].reshape(steps, step, *x.shape[1:]))
    assert total is not None
    return total


def _rows(x: np.ndarray) -> np.ndarray:
    """Four cascades side by side, taking rows in turn; rows left over go to the first."""
    fours = len(x) // 4
    if not fours:
        return _add(x, 0)
    totals = x[: 4 * fours].reshape(fours, 4, *x.shape[1:])
    totals = _add(totals, 0) if fours <= 16 else _cascade(totals)
    if 4 * fours < len(x):
        totals = np.concatenate((totals[:1], x[4 * fours :], totals[1:]))
    # Below eight numbers NumPy adds one after another, too; a complex number counts as two.
    return _running(totals, 0)[-1] if totals.dtype.kind == "c" else _add(totals, 0)


def _columns(x: np.ndarray, together: int) -> np.ndarray:
    """Sums of columns (the last axis): as many as come ``together`` by a cascade each, the rest as rows are."""
    cut = x.shape[-1] // together * together
    if cut == x.shape[-1]:
        return _cascade(x)
    if not cut:
        return _rows(x)
    return np.concatenate((_cascade(x[..., :cut]), _rows(x[..., cut:])), -1)


def _along_vectors(x: np.ndarray, lanes: int) -> np.ndarray:
    """Sums along contiguous rows: vectors as rows are, then the tail and the lanes one after another."""
    vectors = len(x) // lanes
    body = x[: vectors * lanes].reshape(vectors, lanes, *x.shape[1:])
    tail = x[vectors * lanes :]
    if x.dtype.char in types.HALVES:
        # Sixteen halves are widened to two vectors of eight, which are added first.
        body, tail = body.astype(np.float32), tail.astype(np.float32)
        body = body[:, :8] + body[:, 8:]
    partial = np.concatenate((tail, _rows(body)))
    return _running(partial, 0)[-1]
