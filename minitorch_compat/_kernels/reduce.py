"""Reductions and scans where torch's arithmetic, order or rules differ from NumPy's.

Reductions are called with ``(x, dim, keepdim)``; ``dim`` is None for all dimensions, an int or a tuple. Results are
arrays, 0-d ones too. The caller silences NumPy's floating point warnings and has checked the dtype.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import scalar_types as types
from .fused import fma32, fma64
from .iteration import in_memory_order
from .summation import count_in, mean, normalized, reduced, sum, with_kept_dims

__all__ = [
    "all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "count_nonzero", "cummax", "cummin", "cumprod",
    "cumsum", "logcumsumexp", "logsumexp", "mean", "nanmean", "nansum", "norm", "prod", "std", "std_mean", "sum", "var",
    "var_mean",
]  # fmt: skip

Dim = int | Sequence[int] | None
_LANES = {"e": 16, "E": 16, "f": 8, "d": 4}


def widened(x: np.ndarray) -> np.ndarray:
    """The half types as float32, which holds them exactly; everything else as it is."""
    return x.astype(np.float32) if x.dtype.char in types.HALVES else x


# -- products, sums of what is left -------------------------------------------------------------------------------


def prod(x: np.ndarray, dim: Dim = None, keepdim: bool = False, dtype: np.dtype | None = None) -> np.ndarray:
    """Product, in ``dtype`` (default: that of ``x``, int64 for integers and bool).

    Bitwise torch for integers and real floating dtypes over one dimension or all of a dense array. Complex: 1e-6
    relative per ten factors.
    """
    if dtype is not None:
        x = x.astype(dtype, copy=False)
    elif x.dtype.char in types.INTEGRAL or x.dtype.char == "?":
        x = x.astype(np.int64)
    dims = normalized(dim, x.ndim)
    rows = _rows_of(x, dims)
    if rows is None and x.dtype.char in types.HALVES and x.size:
        kept = [axis for axis in range(x.ndim) if axis not in dims]
        rows = x.transpose(*kept, *dims).reshape(*(x.shape[axis] for axis in kept), -1)
    elif rows is None or x.dtype.char not in _LANES:
        return reduced(np.multiply, x, dims, keepdim)
    else:
        # Four vectors of running products; then they, their lanes and the rest one after another.
        lanes = _LANES[x.dtype.char]
        body = rows.shape[-1] // (4 * lanes) * 4 * lanes
        if body:
            four = _product(rows[..., :body].reshape(*rows.shape[:-1], -1, 4, lanes), -3)
            lane = (four[..., 0, :] * four[..., 1, :]) * (four[..., 2, :] * four[..., 3, :])
            rows = np.concatenate((lane, rows[..., body:]), -1)
    return with_kept_dims(_product(rows, -1), x.shape, dims, keepdim)


def _product(x: np.ndarray, axis: int) -> np.ndarray:
    """The product along an axis, factor after factor, each rounded (NumPy's own reduction keeps half types wide)."""
    if not x.shape[axis]:
        return reduced(np.multiply, x, (axis,), False)
    return np.array(np.multiply.accumulate(x, axis).take(-1, axis))


def _rows_of(x: np.ndarray, dims: tuple[int, ...]) -> np.ndarray | None:
    """``x`` with the contiguous elements to reduce along its last axis, None where they are not contiguous."""
    if len(dims) == x.ndim:
        dense = in_memory_order(x)
        return dense.reshape(-1) if dense.flags.c_contiguous else None
    if len(dims) == 1 and x.strides[dims[0]] == x.itemsize:
        return np.moveaxis(x, dims[0], -1)
    return None


def nansum(x: np.ndarray, dim: Dim = None, keepdim: bool = False, dtype: np.dtype | None = None) -> np.ndarray:
    """Sum that takes nan for zero, in the order of :func:`sum`. Bitwise torch."""
    if dtype is not None:
        x = x.astype(dtype, copy=False)
    if x.dtype.char in types.FLOATING or x.dtype.char in types.COMPLEX:
        gone = np.isnan(x)
        if gone.any():
            x = x.copy("K")
            x[gone] = 0
    return sum(x, dim, keepdim)


def nanmean(x: np.ndarray, dim: Dim = None, keepdim: bool = False, dtype: np.dtype | None = None) -> np.ndarray:
    """Mean of what is not nan: :func:`nansum` over the count of numbers. Bitwise torch."""
    total = nansum(x, dim, keepdim, dtype)
    numbers = count_nonzero(~np.isnan(x), dim).reshape(total.shape)
    if total.size > 1:
        # A single count is a number to torch and stays exact; several are a tensor of the dtype.
        numbers = numbers.astype(total.dtype)
    return np.asarray(np.divide(widened(total), numbers.astype(widened(total).dtype))).astype(total.dtype, copy=False)


def count_nonzero(x: np.ndarray, dim: Dim = None) -> np.ndarray:
    """How many elements are not zero, as int64. Bitwise torch."""
    return np.asarray(np.add.reduce(x != 0, normalized(dim, x.ndim), np.int64))


# -- spread ---------------------------------------------------------------------------------------------------------


def var_mean(
    x: np.ndarray, dim: Dim = None, correction: float = 1, keepdim: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Variance (divided by the count less ``correction``) and mean, through float64.

    Bitwise torch for float16, bfloat16 and float32, and for float64 over everything or up to 1024 elements each: there
    torch runs through the elements once with Welford's update. More float64 elements differ by up to their count times
    2**-53 relative. Complex numbers: the variances of both parts together.
    """
    spread, average = _spread(x, normalized(dim, x.ndim), correction, keepdim)
    return _narrowed(spread, x.dtype), _narrowed(average, x.dtype)


def std_mean(
    x: np.ndarray, dim: Dim = None, correction: float = 1, keepdim: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviation, whose root is taken in float64, and mean; agreement is that of :func:`var_mean`."""
    spread, average = _spread(x, normalized(dim, x.ndim), correction, keepdim)
    return _narrowed(np.sqrt(spread), x.dtype), _narrowed(average, x.dtype)


def var(x: np.ndarray, dim: Dim = None, correction: float = 1, keepdim: bool = False) -> np.ndarray:
    """Variance; see :func:`var_mean`."""
    return var_mean(x, dim, correction, keepdim)[0]


def std(x: np.ndarray, dim: Dim = None, correction: float = 1, keepdim: bool = False) -> np.ndarray:
    """Standard deviation; see :func:`std_mean`."""
    return std_mean(x, dim, correction, keepdim)[0]


def _spread(x: np.ndarray, dims: tuple[int, ...], correction: float, keepdim: bool) -> tuple[np.ndarray, np.ndarray]:
    """Variance and mean in double precision."""
    if x.dtype.char in types.COMPLEX:
        (real, real_mean), (imaginary, imaginary_mean) = (
            [_narrowed(each, part.dtype) for each in _spread(part, dims, correction, keepdim)]
            for part in (x.real, x.imag)
        )
        return np.asarray(real + imaginary), np.asarray(real_mean + 1j * imaginary_mean)
    # A repeated row tells no order of dimensions in memory, the usual one is taken.
    wide = x.astype(np.float64, order="C" if 0 in x.strides else "K")
    count = count_in(x, dims)
    if not count:
        empty = np.full(reduced(np.add, wide, dims, keepdim).shape, np.nan)
        return empty, empty.copy()
    exact = x.dtype.char in "fd"
    if exact and 1 < count < x.size and count <= (1024 if x.dtype.char == "d" else 8):
        # In float32 the order matters only where a result lies half-way between two numbers, with few elements.
        squares, average = _running_spread(wide, dims)
    else:
        whole = exact and count == x.size
        # All of a tensor goes around its mean as rounded to the dtype.
        average = mean(x, dims, True).astype(np.float64) if whole else reduced(np.add, wide, dims, True) / count
        wide -= average
        wide *= wide
        if whole:
            squares = np.add.accumulate(in_memory_order(wide).reshape(-1))[-1:].reshape(average.shape)
        else:
            squares = reduced(np.add, wide, dims, True)
    with np.errstate(all="ignore"):
        spread = np.asarray(squares / max(0.0, count - correction))
    return (spread, average) if keepdim else (spread.squeeze(dims), average.squeeze(dims))


def _running_spread(x: np.ndarray, dims: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Welford's sums of squared differences and means over ``dims``, which stay as ones."""
    kept = [axis for axis in range(x.ndim) if axis not in dims]
    shape = [1 if axis in dims else size for axis, size in enumerate(x.shape)]
    rows = x.transpose(*dims, *kept).reshape(-1, *(x.shape[axis] for axis in kept))
    average, squares = np.zeros(rows.shape[1:]), np.zeros(rows.shape[1:])
    for seen, row in enumerate(rows, 1):
        delta = row - average
        average += delta / seen
        squares += delta * (row - average)
    return squares.reshape(shape), average.reshape(shape)


def _narrowed(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if dtype.char in types.COMPLEX:
        return np.asarray(x, dtype if x.dtype.kind == "c" else dtype.type(0).real.dtype)
    # Doubles reach the half types by way of float32.
    return np.asarray(x, np.float32 if dtype.char in types.HALVES else dtype).astype(dtype, copy=False)


# -- norms --------------------------------------------------------------------------------------------------------


def norm(x: np.ndarray, p: float = 2.0, dim: Dim = None, keepdim: bool = False) -> np.ndarray:
    """The p-norm. ``p`` may be any number, infinities included.

    Bitwise torch for p = 2 and p = 1 in float32 and float64 over all of a dense array or one dimension; the half types
    add in float32 and round once. Other p: 4 ulp.
    """
    dims = normalized(dim, x.ndim)
    if x.dtype.char in types.COMPLEX:
        x = np.abs(x)
    elif x.dtype.char in types.HALVES:
        return norm(x.astype(np.float32), p, dim, keepdim).astype(x.dtype)
    size = np.abs(x)
    if not x.size:
        return reduced(np.add, x, dims, keepdim)
    if p == math.inf:
        return reduced(np.maximum, size, dims, keepdim)
    if p == -math.inf:
        return reduced(np.minimum, size, dims, keepdim)
    if p == 0:
        return reduced(np.add, x != 0, dims, keepdim, x.dtype)
    if p == 2 and (rows := _rows_of(x, dims)) is not None:
        return with_kept_dims(np.asarray(np.sqrt(_squares(rows))), x.shape, dims, keepdim)
    powers = size if p == 1 else x * x if p == 2 else np.power(size, x.dtype.type(p))
    total = with_kept_dims(_in_order(powers, dims), x.shape, dims, keepdim)
    if p == 1:
        return total
    return np.asarray(np.sqrt(total) if p == 2 else np.power(total, x.dtype.type(1 / p)))


def _in_order(x: np.ndarray, dims: tuple[int, ...]) -> np.ndarray:
    """The sum over ``dims`` as one running total in the order in which torch meets the elements."""
    if len(dims) == x.ndim:
        return np.array(np.add.accumulate(in_memory_order(x).reshape(-1))[-1])
    kept = [axis for axis in range(x.ndim) if axis not in dims]
    rows = x.transpose(*kept, *dims).reshape(*(x.shape[axis] for axis in kept), -1)
    return np.array(np.add.accumulate(rows, -1)[..., -1])


def _squares(rows: np.ndarray) -> np.ndarray:
    """The sum of squares along the last axis: lanes of running totals, then what is left, the last of it fused."""
    lanes = _LANES[rows.dtype.char]
    length = rows.shape[-1]
    body = length // lanes * lanes
    squares = rows[..., :body] * rows[..., :body]
    blocks = squares.reshape(*rows.shape[:-1], body // lanes, lanes)
    terms = [np.add.accumulate(blocks, -2)[..., -1, :]] if body else []
    if rows.dtype.char == "f" and length - body >= 4:
        terms.append(rows[..., body : body + 4] ** 2)
        body += 4
    if terms:
        total = np.add.accumulate(np.concatenate(terms, -1), -1)[..., -1]
    else:
        total = np.zeros(rows.shape[:-1], rows.dtype)
    fused = fma32 if rows.dtype.char == "f" else fma64
    for i in range(body, length):
        total = fused(rows[..., i], rows[..., i], total)
    return np.asarray(total)


# -- extremes -------------------------------------------------------------------------------------------------------


def amax(x: np.ndarray, dim: Dim = None, keepdim: bool = False) -> np.ndarray:
    """Largest element; nan wins. Bitwise torch."""
    return reduced(np.maximum, x, normalized(dim, x.ndim), keepdim)


def amin(x: np.ndarray, dim: Dim = None, keepdim: bool = False) -> np.ndarray:
    """Smallest element; nan wins. Bitwise torch."""
    return reduced(np.minimum, x, normalized(dim, x.ndim), keepdim)


def aminmax(x: np.ndarray, dim: Dim = None, keepdim: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest element; nan wins. Bitwise torch."""
    return amin(x, dim, keepdim), amax(x, dim, keepdim)


def argmax(x: np.ndarray, dim: int | None = None, keepdim: bool = False) -> np.ndarray:
    """Index of the first largest element, or of the first nan, as int64. Bitwise torch."""
    return _arg(np.argmax, x, dim, keepdim)


def argmin(x: np.ndarray, dim: int | None = None, keepdim: bool = False) -> np.ndarray:
    """Index of the first smallest element, or of the first nan, as int64. Bitwise torch."""
    return _arg(np.argmin, x, dim, keepdim)


def _arg(function: Any, x: np.ndarray, dim: Dim, keepdim: bool) -> np.ndarray:
    x = widened(x)
    if isinstance(dim, (tuple, list)):
        dim = dim[0] if len(dim) == 1 and x.ndim > 1 else None
    if x.ndim == 0:
        return np.zeros((), np.int64)
    return np.asarray(function(x, axis=dim, keepdims=keepdim))


def any(x: np.ndarray, dim: Dim = None, keepdim: bool = False) -> np.ndarray:
    """Whether an element is not zero (nan is not): bool, but uint8 for uint8. Bitwise torch."""
    found = reduced(np.logical_or, x != 0, normalized(dim, x.ndim), keepdim)
    return np.asarray(found, np.uint8 if x.dtype.char == "B" else np.bool_)


def all(x: np.ndarray, dim: Dim = None, keepdim: bool = False) -> np.ndarray:
    """Whether no element is zero: bool, but uint8 for uint8. Bitwise torch."""
    found = reduced(np.logical_and, x != 0, normalized(dim, x.ndim), keepdim)
    return np.asarray(found, np.uint8 if x.dtype.char == "B" else np.bool_)


# -- scans ----------------------------------------------------------------------------------------------------------


def cumsum(x: np.ndarray, dim: int, dtype: np.dtype | None = None) -> np.ndarray:
    """Running sums along ``dim``. Bitwise torch: accumulated one size wider, each sum rounded."""
    return _scan(np.add, x, dim, dtype)


def cumprod(x: np.ndarray, dim: int, dtype: np.dtype | None = None) -> np.ndarray:
    """Running products along ``dim``. Bitwise torch: accumulated one size wider, each product rounded."""
    return _scan(np.multiply, x, dim, dtype)


def _fused_products(x: np.ndarray, dim: int) -> np.ndarray:
    """Running products of complex128: each part of a product is one product rounded and another one fused with it."""
    made = np.array(x, order="C")
    rows = np.moveaxis(made, dim, 0)
    # torch starts from one, which decides what is not finite.
    rows[0] = rows[0] * x.dtype.type(1)
    for place in range(1, len(rows)):
        before, row = rows[place - 1, ...], rows[place, ...]
        real = fma64(before.real, row.real, -(before.imag * row.imag))
        row.imag = fma64(before.real, row.imag, before.imag * row.real)
        row.real = real
    return made


_WIDER = {"e": "f", "E": "f", "f": "d", "F": "D"}


def _scan(function: np.ufunc, x: np.ndarray, dim: int, dtype: np.dtype | None) -> np.ndarray:
    if dtype is not None:
        x = x.astype(dtype, copy=False)
    elif x.dtype.char in types.INTEGRAL or x.dtype.char == "?":
        x = x.astype(np.int64)
    if x.ndim == 0 or not x.size:
        return x.copy("K")
    if function is np.add and x.dtype.char in "efdEFD":
        # torch starts from zero, so that no sum is minus zero.
        x = x + x.dtype.type(0)
    wide = x.astype(_WIDER[x.dtype.char]) if x.dtype.char in _WIDER else x
    if function is np.multiply and wide.dtype.char in types.COMPLEX:
        return _fused_products(wide, dim).astype(x.dtype, order="C", copy=False)
    return np.asarray(function.accumulate(wide, dim)).astype(x.dtype, order="C", copy=False)


def cummax(x: np.ndarray, dim: int) -> tuple[np.ndarray, np.ndarray]:
    """Running maxima along ``dim`` and where they were found, the last of equals; nan stays. Bitwise torch."""
    return _running_extreme(np.maximum, x, dim)


def cummin(x: np.ndarray, dim: int) -> tuple[np.ndarray, np.ndarray]:
    """Running minima along ``dim`` and where they were found, the last of equals; nan stays. Bitwise torch."""
    return _running_extreme(np.minimum, x, dim)


def _running_extreme(function: np.ufunc, x: np.ndarray, dim: int) -> tuple[np.ndarray, np.ndarray]:
    if x.dtype.kind == "c":
        raise types.not_implemented(f"cum{function.__name__[:3]}_cpu", x.dtype)
    if x.ndim == 0 or not x.size:
        return x.copy("K"), np.zeros(x.shape, np.int64)
    best = np.asarray(function.accumulate(x, dim), order="C")
    # An element is the newest best where it equals the best so far, or where it is nan.
    found = (x == best) | (x != x)
    place = np.arange(x.shape[dim]).reshape([-1 if axis == dim % x.ndim else 1 for axis in range(x.ndim)])
    where = np.asarray(np.maximum.accumulate(np.where(found, place, 0), dim), order="C")
    # Of zeros with different signs the one that was found.
    return np.asarray(np.take_along_axis(x, where, dim), order="C"), where


def logsumexp(x: np.ndarray, dim: Dim = None, keepdim: bool = False) -> np.ndarray:
    """log(sum(exp(x))) with the largest element taken out. Up to 2 ulp from torch (exp and log are)."""
    dims = normalized(dim, x.ndim)
    if not x.size:
        return np.asarray(np.log(reduced(np.add, widened(x), dims, keepdim)), x.dtype)
    # Of complex numbers only the real part is taken out, so that the angle of the sum stays the principal one.
    top = np.array(reduced(np.maximum, x.real if x.dtype.kind == "c" else x, dims, True))
    top[np.isinf(widened(top))] = 0
    # Every step is rounded to the dtype, which the half types show.
    total = sum(np.exp(widened(x - top)).astype(x.dtype, copy=False), dims, True)
    total = np.log(widened(total)).astype(x.dtype, copy=False) + top
    return np.asarray(total if keepdim else total.squeeze(dims))


def logcumsumexp(x: np.ndarray, dim: int) -> np.ndarray:
    """Running log(sum(exp(x))) along ``dim``, accumulated one size wider. Bitwise torch."""
    if x.ndim == 0 or not x.size:
        return x.copy("K")
    return np.logaddexp.accumulate(x.astype(_WIDER.get(x.dtype.char, "d")), dim).astype(x.dtype, copy=False)
