"""Sparse arrays by coordinates: an int64 array of places, one column for each entry, and an array of their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, log, prod

import numpy as np

from . import selection
from .fused import fma32, fma64

ndarray = np.ndarray

QUICKLY = 16
"""Up to so many elements torch's sort leaves equal ones in order; it is the threshold of introsort."""
PATIENCE = 50_000
"""Beyond so many entries equal ones are added in the order in which they came, which may round otherwise."""


def flattened(places: ndarray, sizes: Sequence[int]) -> ndarray:
    """The places as numbers in row-major order."""
    flat = np.zeros(places.shape[1], np.int64)
    for row, size in zip(places, sizes, strict=True):
        flat = flat * size + row
    return flat


def spread(flat: ndarray, sizes: Sequence[int]) -> ndarray:
    """Places from their numbers in row-major order."""
    places = np.empty((len(sizes), flat.size), np.int64)
    for dim in range(len(sizes) - 1, -1, -1):
        flat, places[dim] = np.divmod(flat, max(sizes[dim], 1))
    return places


def sorting(flat: ndarray) -> ndarray:
    """The order in which torch sorts these numbers; where three are equal or more it is that of its introsort."""
    order = np.argsort(flat, kind="stable")
    ranked = flat[order]
    if not QUICKLY < flat.size <= PATIENCE or not (ranked[2:] == ranked[:-2]).any():
        return order
    numbers = flat.tolist()
    found = list(range(len(numbers)))
    selection.sort(found, 0, len(found), lambda one, other: numbers[one] < numbers[other])
    return np.array(found)


WIDER = {"f": np.float64, "F": np.complex128, "e": np.float32}
"""The dtypes in which some sums are formed."""


def summed(places: ndarray, values: ndarray, sizes: Sequence[int]) -> tuple[ndarray, ndarray]:
    """``coalesced``, with sums in a wider dtype."""
    wide = WIDER.get(values.dtype.char, np.float32 if values.dtype.kind == "V" else values.dtype)
    return coalesced(places, values.astype(wide), sizes)


def coalesced(places: ndarray, values: ndarray, sizes: Sequence[int]) -> tuple[ndarray, ndarray]:
    """Each place once and in order, with the sum of its values, added one after the other as torch sorts them."""
    flat = flattened(places, sizes)
    order = sorting(flat)
    ranked = flat[order]
    first = np.ones(ranked.size, bool)
    first[1:] = ranked[1:] != ranked[:-1]
    starts = np.flatnonzero(first)
    total = values[order[starts]]
    again = np.flatnonzero(~first)
    if again.size:
        group = np.cumsum(first)[again] - 1
        add_at(total, group, values[order[again]])
    return in_room(places.take(order[starts], 1), places.shape[1]), total


def in_room(places: ndarray, room: int) -> ndarray:
    """Places in memory that has room for more of them, as torch leaves it behind."""
    kept = np.empty((len(places), room), np.int64)[:, : places.shape[1]]
    kept[...] = places
    return kept


def add_at(target: ndarray, rows: ndarray, values: ndarray) -> None:
    """Add values to rows of ``target``, one after the other."""
    if target.dtype.kind == "b":
        np.logical_or.at(target, rows, values)
    elif target.dtype.kind == "V":
        wide = target.astype(np.float32)
        for row, value in zip(rows.tolist(), values, strict=True):
            wide[row] = (wide[row] + value.astype(np.float32)).astype(target.dtype).astype(np.float32)
        target[...] = wide.astype(target.dtype)
    else:
        np.add.at(target, rows, values)


def dense(places: ndarray, values: ndarray, size: Sequence[int]) -> ndarray:
    """The array of this size with the values at their places, and zeros elsewhere."""
    count = len(places)
    whole = np.zeros((prod(size[:count]), *size[count:]), values.dtype)
    add_at(whole, flattened(places, size[:count]), values)
    return whole.reshape(tuple(size))


def fused(a: ndarray, b: ndarray, c: ndarray) -> ndarray:
    """``a * b + c``, rounded once where torch rounds it once."""
    if c.dtype == np.float32:
        return fma32(a, b, c)
    if c.dtype == np.float64:
        return fma64(a, b, c)
    return a * b + c


def rounds(rows: ndarray) -> list[ndarray]:
    """The entries in rounds, so that no round meets a row twice and each row meets its entries in order."""
    if not rows.size:
        return []
    order = np.argsort(rows, kind="stable")
    ranked = rows[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    counts = np.diff(np.append(starts, rows.size))
    turn = np.empty(rows.size, np.int64)
    turn[order] = np.arange(rows.size) - np.repeat(starts, counts)
    return [np.flatnonzero(turn == each) for each in range(int(turn.max()) + 1)]


def add_scaled(target: ndarray, places: ndarray, values: ndarray, factor: ndarray, once: bool) -> None:
    """Add ``factor * values`` to a contiguous array at their places, each product and sum rounded ``once`` or twice."""
    count = len(places)
    sizes = target.shape[:count]
    rows = target.reshape((prod(sizes), *target.shape[count:]))
    flat = flattened(places, sizes)
    if not once or target.dtype.kind not in "fc" or target.dtype == np.float16:
        # Nothing to fuse: integers are exact, halves are rounded after each step.
        add_at(rows, flat, (values * factor).astype(target.dtype))
        return
    for each in rounds(flat):
        rows[flat[each]] = fused(values[each], factor, rows[flat[each]])


def times_dense(rows: ndarray, columns: ndarray, values: ndarray, matrix: ndarray, into: ndarray) -> None:
    """Add to ``into`` the product of a sparse matrix and a dense one, entry by entry."""
    for each in rounds(rows):
        into[rows[each]] = fused(values[each, None], matrix[columns[each]], into[rows[each]])


def times_sparse(
    places: ndarray, values: ndarray, others: ndarray, other_values: ndarray, columns: int
) -> tuple[ndarray, ndarray]:
    """The product of two coalesced sparse matrices: its places, in order, and its values, zeros among them."""
    starts = np.searchsorted(others[0], places[1], "left")
    counts = np.searchsorted(others[0], places[1], "right") - starts
    left = np.repeat(np.arange(values.size), counts)
    offsets = np.arange(left.size) - np.repeat(np.cumsum(counts) - counts, counts)
    right = np.repeat(starts, counts) + offsets
    products = values[left] * other_values[right]
    flat = places[0][left] * columns + others[1][right]
    found, where = np.unique(flat, return_inverse=True)
    sums = np.zeros(found.size, products.dtype)
    add_at(sums, where.reshape(-1), products)
    return spread(found, (1 << 62, columns)), sums


def softmax(flat: ndarray, values: ndarray, logarithm: bool) -> ndarray:
    """Softmax of the entries that share a number; what is not stored counts as minus infinity."""
    pools, where = np.unique(flat, return_inverse=True)
    where = where.reshape(-1)
    largest = np.full((pools.size, *values.shape[1:]), -np.inf, values.dtype)
    np.maximum.at(largest, where, values)
    own = values.dtype
    # torch computes in double, and keeps the exponentials for what comes last in the dtype of the values.
    largest, values = largest.astype(np.float64), values.astype(np.float64)
    powers = by_number(exp, values - largest[where])
    sums = np.zeros_like(largest)
    np.add.at(sums, where, powers)
    if logarithm:
        return (values - (largest + by_number(log, sums))[where]).astype(own)
    return (powers.astype(own) * (1 / sums)[where]).astype(own)


def by_number(function: Callable[[float], float], x: ndarray) -> ndarray:
    """A function of the C library, as torch calls it here; NumPy has others of its own."""
    return np.array([function(each) for each in x.ravel().tolist()], x.dtype).reshape(x.shape)
