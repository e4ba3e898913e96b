"""Order: sorting, ranks, equal elements and places in sorted sequences, under torch's names.

nan is larger than everything. Indices are int64; where equal elements leave a choice it is torch's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import layout, selection
from . import scalar_types as types

ndarray = np.ndarray

CHOICE = 4096
"""Rows with more elements than this name the first of equal elements, which costs no steps in Python."""


def comparable(x: ndarray) -> ndarray:
    """``x`` in a dtype that NumPy can order."""
    return x.astype(np.float32) if x.dtype.char not in "?bhilBHILefdg" else x


def order(x: ndarray, dim: int, descending: bool) -> ndarray:
    """The indices that sort ``x`` along ``dim``; equal elements stay in order."""
    keys = comparable(x)
    if not descending:
        return np.argsort(keys, dim, kind="stable")
    turned = np.argsort(np.flip(keys, dim), dim, kind="stable")
    return x.shape[dim] - 1 - np.flip(turned, dim)


def sort(x: ndarray, dim: int, descending: bool = False) -> tuple[ndarray, ndarray]:
    """Elements in order along ``dim`` and where they were, in the memory order of ``x``."""
    if x.dtype.char in types.COMPLEX:
        raise RuntimeError(" Sort does not support complex dtypes on CPU")
    if not x.ndim:
        return x.copy(), np.zeros((), np.int64)
    values, indices = layout.empty_like(x), layout.empty_like(x, np.dtype(np.int64))
    indices[...] = order(x, dim, descending)
    values[...] = np.take_along_axis(x, indices, dim)
    return values, indices


def _rows(x: ndarray, dim: int) -> ndarray:
    """``x`` with ``dim`` last, as a matrix."""
    return np.moveaxis(x, dim, -1).reshape(-1, x.shape[dim])


def _back(rows: ndarray, x: ndarray, dim: int, length: int) -> ndarray:
    """The rows of a result in the places they have in ``x``, ``length`` elements along ``dim``, contiguous."""
    others = [size for axis, size in enumerate(x.shape) if axis != dim]
    return np.array(np.moveaxis(rows.reshape(*others, length), -1, dim), order="C")


def _smaller(row: list[Any]) -> selection.Less:
    """Whether one place of a row holds less than another; nan is the largest."""
    return lambda a, b: row[a] < row[b] or (row[b] != row[b] and row[a] == row[a])


def _larger(row: list[Any]) -> selection.Less:
    return lambda a, b: row[a] > row[b] or (row[a] != row[a] and row[b] == row[b])


def _has_equals(row: ndarray) -> bool:
    """Whether two elements of a sorted row are equal, or both nan."""
    return bool(((row[1:] == row[:-1]) | ((row[1:] != row[1:]) & (row[:-1] != row[:-1]))).any())


def topk(x: ndarray, k: int, dim: int, largest: bool = True, sorted: bool = True) -> tuple[ndarray, ndarray]:
    """The ``k`` largest, or smallest, elements along ``dim`` and where they are."""
    length = x.shape[dim] if x.ndim else 1
    if not 0 <= k <= length:
        raise RuntimeError("selected index k out of range")
    if x.dtype.char == "?":
        raise RuntimeError("topk does not support bool dtypes on CPU")
    if x.dtype.char in types.COMPLEX:
        raise RuntimeError(" topk does not support complex dtypes on CPU")
    if not x.ndim:
        return x.copy(), np.zeros((), np.int64)
    rows = _rows(comparable(x), dim)
    chosen = np.ascontiguousarray(order(rows, 1, largest)[:, :k])
    if 0 < length <= CHOICE and k:
        inorder = np.take_along_axis(rows, order(rows, 1, largest), 1)
        for number, row in enumerate(inorder):
            if not sorted or _has_equals(row):
                chosen[number] = _top(rows[number].tolist(), k, largest, sorted)
    indices = _back(chosen, x, dim, k)
    return np.take_along_axis(x, indices, dim), indices


def _top(row: list[Any], k: int, largest: bool, sorted: bool) -> list[int]:
    places = list(range(len(row)))
    less = _larger(row) if largest else _smaller(row)
    if k * 64 <= len(row):
        selection.partial_sort(places, k, less)
    else:
        selection.nth_element(places, k - 1, less)
        if sorted:
            selection.sort(places, 0, k - 1, less)
    return places[:k]


def kthvalue(x: ndarray, k: int, dim: int, keepdim: bool = False) -> tuple[ndarray, ndarray]:
    """The ``k``-th smallest element along ``dim`` and where it is."""
    length = x.shape[dim] if x.ndim else 1
    if x.ndim and not length:
        raise IndexError(f"kthvalue(): Expected reduction dim {dim} to have non-zero size.")
    if not 1 <= k <= length:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}")
    if x.dtype.char in types.COMPLEX or x.dtype.char == "?":
        raise types.not_implemented("kthvalue_cpu", x.dtype)
    return _ranked(x, dim, keepdim, lambda row: k - 1, _quickly)


def median(x: ndarray, dim: int, keepdim: bool = False, ignore_nan: bool = False) -> tuple[ndarray, ndarray]:
    """The lower median along ``dim`` and where it is; nan where there is one, unless they count for nothing."""
    if x.ndim and not x.shape[dim]:
        raise IndexError(f"median(): Expected reduction dim {dim} to have non-zero size.")
    if x.dtype.char in types.COMPLEX or x.dtype.char == "?":
        raise types.not_implemented("median_out", x.dtype)

    def rank(row: ndarray) -> int:
        missing = int(np.count_nonzero(row != row))
        if missing and not ignore_nan:
            return -1
        return max((row.size - missing - 1) // 2, 0)

    return _ranked(x, dim, keepdim, rank, None)


def median_of_all(x: ndarray, ignore_nan: bool = False) -> ndarray:
    """The lower median of all elements; nan of none, or where there is one unless they count for nothing."""
    if not x.size:
        if x.dtype.char == "?" or x.dtype.kind in "iu":
            # What nan becomes as an integer.
            value = True if x.dtype.char == "?" else np.iinfo(x.dtype).min if x.dtype.itemsize > 2 else 0
            return np.array(value, x.dtype)
        return np.array(np.nan).astype(x.dtype)
    if x.dtype.char in types.COMPLEX or x.dtype.char == "?":
        raise types.not_implemented("median_cpu", x.dtype)
    return median(x.reshape(-1), 0, False, ignore_nan)[0]


def _quickly(row: list[Any], k: int) -> int:
    places = list(range(len(row)))
    selection.quick_select(places, k, _smaller(row))
    return places[k]


def _ranked(x: ndarray, dim: int, keepdim: bool, rank: Any, steps: Any) -> tuple[ndarray, ndarray]:
    """For each row the element of a rank (-1: the first nan).

    Of equal elements the one that the ranks of a stable sort name, or the one that ``steps`` end with.
    """
    if not x.ndim:
        return x.copy(), np.zeros((), np.int64)
    rows = _rows(comparable(x), dim)
    places = order(rows, 1, False)
    found = np.empty(len(rows), np.int64)
    for number, row in enumerate(rows):
        k = rank(row)
        if k < 0:
            found[number] = int(np.flatnonzero(row != row)[0])
            continue
        found[number] = place = places[number, k]
        value = row[place]
        equal = (row == value) | ((row != row) & (value != value))
        if steps is not None and row.size <= CHOICE and np.count_nonzero(equal) > 1:
            found[number] = steps(row.tolist(), k)
    indices = _back(found, x, dim, 1)
    values = np.take_along_axis(x, indices, dim)
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


def mode(x: ndarray, dim: int, keepdim: bool = False) -> tuple[ndarray, ndarray]:
    """The most frequent element along ``dim``, the smallest of several, and its last place."""
    if x.ndim and not x.shape[dim]:
        raise IndexError(f"mode(): Expected reduction dim {dim} to have non-zero size.")
    if x.dtype.char in types.COMPLEX:
        raise types.not_implemented("mode_cpu", x.dtype)
    if not x.ndim:
        return x.copy(), np.zeros((), np.int64)
    rows = _rows(comparable(x), dim)
    places = order(rows, 1, False)
    inorder = np.take_along_axis(rows, places, 1)
    found = np.empty(len(rows), np.int64)
    for number, row in enumerate(inorder):
        ends = np.flatnonzero(np.append(row[1:] != row[:-1], True))
        lengths = np.diff(ends, prepend=-1)
        found[number] = places[number, ends[np.argmax(lengths)]]
    indices = _back(found, x, dim, 1)
    values = np.take_along_axis(x, indices, dim)
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


# ---- equal elements


def unique(x: ndarray) -> tuple[ndarray, ndarray, ndarray]:
    """The different elements in order, which of them each element is, and how often each occurs."""
    if x.dtype.char in types.COMPLEX:
        raise types.not_implemented("unique", x.dtype)
    keys = comparable(x).reshape(-1)
    places = np.argsort(keys, kind="stable")
    inorder = keys[places]
    starts = np.flatnonzero(np.append(True, inorder[1:] != inorder[:-1])) if keys.size else np.empty(0, np.int64)
    inverse = np.empty(keys.size, np.int64)
    inverse[places] = np.repeat(np.arange(starts.size), np.diff(starts, append=keys.size))
    counts = np.diff(starts, append=keys.size).astype(np.int64)
    return x.reshape(-1)[places[starts]], inverse.reshape(x.shape), counts


def unique_dim(x: ndarray, dim: int, consecutive: bool = False) -> tuple[ndarray, ndarray, ndarray]:
    """The different slices along ``dim``, in order (or, ``consecutive``, where they change), inverse and counts."""
    if x.dtype.char in types.COMPLEX:
        raise types.not_implemented("unique_dim", x.dtype)
    if not x.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    count = x.shape[dim]
    rows = comparable(np.moveaxis(x, dim, 0)).reshape(count, x.size // count if count else 0)
    if consecutive or not rows.shape[1]:
        places = np.arange(count)
    else:
        places = np.lexsort(rows.T[::-1])
    inorder = rows[places]
    changes = (inorder[1:] != inorder[:-1]).any(1)
    starts = np.flatnonzero(np.append(True, changes)) if count else np.empty(0, np.int64)
    counts = np.diff(starts, append=count).astype(np.int64)
    inverse = np.empty(count, np.int64)
    inverse[places] = np.repeat(np.arange(starts.size), counts)
    # The slices lie in memory one after the other.
    slices = layout.in_order(np.take(np.moveaxis(x, dim, 0), places[starts], 0))
    return np.moveaxis(slices, 0, dim), inverse, counts


def unique_consecutive(x: ndarray) -> tuple[ndarray, ndarray, ndarray]:
    """The elements where the flattened array changes, which of them each element is, and the lengths of the runs."""
    if x.dtype.char in types.COMPLEX:
        raise types.not_implemented("unique", x.dtype)
    flat = x.reshape(-1)
    starts = np.flatnonzero(np.append(True, flat[1:] != flat[:-1])) if flat.size else np.empty(0, np.int64)
    counts = np.diff(starts, append=flat.size).astype(np.int64)
    inverse = np.repeat(np.arange(starts.size), counts)
    return flat[starts], inverse.reshape(x.shape), counts


# ---- places in sorted sequences


def searchsorted(
    sequence: ndarray, values: ndarray, right: bool = False, sorter: ndarray | None = None, out_int32: bool = False
) -> ndarray:
    """Where each value would go into the sorted last dimension of ``sequence``, before or behind its equals."""
    if sorter is not None:
        sequence = np.take_along_axis(sequence, sorter, -1)
    side: Any = "right" if right else "left"
    keys, asked = comparable(sequence), comparable(values)
    dtype = np.int32 if out_int32 else np.int64
    if keys.ndim == 1:
        return np.asarray(np.searchsorted(keys, asked, side), dtype)
    found = np.empty(values.shape, dtype)
    for index in np.ndindex(keys.shape[:-1]):
        found[index] = np.searchsorted(keys[index], asked[index], side)
    return found


def isin(elements: ndarray, others: ndarray, invert: bool = False) -> ndarray:
    """Where an element is among ``others``."""
    common = np.promote_types(comparable(elements).dtype, comparable(others).dtype)
    found = np.isin(comparable(elements).astype(common), comparable(others).astype(common))
    return np.asarray(~found if invert else found)
