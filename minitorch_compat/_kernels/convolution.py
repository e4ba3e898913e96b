"""Convolutions of any number of dimensions: windows gathered into columns, and one product of matrices.

Inputs are (N, C, *space), weights (out, C / groups, *window). A convolution is linear in its input and in its weight,
so three kernels are enough for derivatives of every order: the result, the gradient of the input (which is also the
transposed convolution) and the gradient of the weight.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

ndarray = np.ndarray
Ints = Sequence[int]

def index(*parts: Any) -> Any:
    """The parts of an index as one."""
    return parts


BLOCK = 1 << 18
"""How many elements of columns are made at a time: they stay in the cache until the product has read them."""


def lengths_after(space: Ints, window: Ints, stride: Ints, padding: Ints, dilation: Ints) -> tuple[int, ...]:
    """How many windows fit along each dimension."""
    return tuple([
        (length + 2 * pad - gap * (size - 1) - 1) // step + 1
        for length, size, step, pad, gap in zip(space, window, stride, padding, dilation, strict=True)
    ])


def padded(x: ndarray, padding: Ints, value: float = 0.0) -> ndarray:
    """``x`` with ``padding`` elements of ``value`` on both sides of each trailing dimension."""
    if not any(padding):
        return x
    space = x.shape[-len(padding):]
    shape = x.shape[: -len(padding)] + tuple([n + 2 * pad for n, pad in zip(space, padding, strict=True)])
    wide = np.zeros(shape, x.dtype) if value == 0.0 else np.full(shape, value, x.dtype)
    wide[index(..., *[slice(pad, pad + n) for pad, n in zip(padding, space, strict=True)])] = x
    return wide


def windows(x: ndarray, window: Ints, stride: Ints, dilation: Ints, counts: Ints) -> ndarray:
    """The windows of a padded (N, C, *space) as a view (N, C, *window, *counts)."""
    steps = x.strides[2:]
    return as_strided(
        x,
        x.shape[:2] + tuple(window) + tuple(counts),
        x.strides[:2]
        + tuple([a * b for a, b in zip(steps, dilation, strict=True)])
        + tuple([a * b for a, b in zip(steps, stride, strict=True)]),
    )


def places(window: Ints, stride: Ints, dilation: Ints, counts: Ints) -> Iterator[tuple[tuple[int, ...], Any]]:
    """For each position in the window its index, and the slices of a padded input that it takes across all windows."""
    for position in itertools.product(*map(range, window)):
        yield position, (
            ...,
            *[
                slice(at * gap, at * gap + (count - 1) * step + 1, step)
                for at, gap, step, count in zip(position, dilation, stride, counts, strict=True)
            ],
        )


class Runs:
    """Windows at a distance of one element, seen as long runs through the flat space of a padded input.

    A run goes on from the end of a row to the start of the next. What it meets between the rows belongs to no window:
    it is left out of results, and gradients are zero there. Copying few long runs is much quicker than many short rows.
    """

    __slots__ = ("counts", "item", "length", "steps", "window_steps")

    def __init__(self, x: ndarray, window: Ints, dilation: Ints, counts: Ints) -> None:
        self.item = x.itemsize
        self.counts = tuple(counts)
        self.steps = tuple([math.prod(x.shape[place + 1 :]) for place in range(2, x.ndim)])
        self.window_steps = tuple([gap * step * x.itemsize for gap, step in zip(dilation, self.steps, strict=True)])
        self.length = sum((count - 1) * step for count, step in zip(counts, self.steps, strict=True)) + 1

    def columns(self, x: ndarray, window: Ints) -> ndarray:
        """(N, C, *window, length) over the memory of a padded input."""
        return as_strided(
            x, (*x.shape[:2], *window, self.length), (*x.strides[:2], *self.window_steps, self.item)
        )

    def rows(self, flat: ndarray) -> ndarray:
        """What belongs to windows in (N, channels, length), as (N, channels, *counts)."""
        return as_strided(
            flat, (*flat.shape[:2], *self.counts), (*flat.strides[:2], *[step * self.item for step in self.steps])
        )


def runs_of(
    x: ndarray, window: Ints, stride: Ints, dilation: Ints, counts: Ints, groups: int
) -> Runs | None:
    """Runs through a padded input, where they pay: in more than one dimension, with little between the rows."""
    if groups > 1 or len(window) == 1 or not x.flags.c_contiguous or any(step != 1 for step in stride):
        return None
    made = Runs(x, window, dilation, counts)
    return made if 2 * made.length <= 3 * math.prod(counts) else None


def blocks(count: int, columns: int) -> Iterator[tuple[int, int]]:
    """Samples in groups whose columns together stay in the cache."""
    size = max(1, BLOCK // max(columns, 1))
    for start in range(0, count, size):
        yield start, min(count, start + size)


def columns_of(
    wide: ndarray, shape: tuple[int, ...], taken: tuple[Ints, Ints, Ints, Ints] | None
) -> Iterator[tuple[int, int, ndarray]]:
    """Of a padded input the columns of some samples after others: (samples, *shape), in memory that is used again.

    ``taken`` are window, stride, dilation and counts, or nothing where the input is its own columns.
    """
    column = None
    for start, stop in blocks(len(wide), math.prod(shape)):
        if taken is None:
            yield start, stop, np.ascontiguousarray(wide[start:stop]).reshape(stop - start, *shape)
            continue
        view = windows(wide[start:stop], *taken)
        if column is None or len(column) != stop - start:
            column = np.empty(view.shape, wide.dtype)
        np.copyto(column, view)
        yield start, stop, column.reshape(stop - start, *shape)


def is_plain(window: Ints, stride: Ints, padding: Ints) -> bool:
    """Whether windows of one element take every element once, so that the input is its own columns."""
    return all(n == 1 for n in window) and all(n == 1 for n in stride) and not any(padding)


def is_depthwise(weight: ndarray, groups: int) -> bool:
    """Whether every channel has one filter of its own: then there is nothing to multiply matrices for."""
    return groups > 1 and weight.shape[1] == 1 and weight.shape[0] == groups


def convolve(
    x: ndarray, weight: ndarray, bias: ndarray | None, stride: Ints, padding: Ints, dilation: Ints, groups: int,
    counts: Ints | None = None,
) -> ndarray:
    """(N, C, *space) * (out, C / groups, *window) gives (N, out, *counts), by default with all windows there are."""
    window = weight.shape[2:]
    if counts is None:
        counts = lengths_after(x.shape[2:], window, stride, padding, dilation)
    count, outputs = len(x), len(weight)
    length, depth = math.prod(counts), math.prod(weight.shape[1:])
    result = np.empty((count, outputs, *counts), x.dtype)
    shift = None if bias is None else bias.reshape(-1, *[1] * len(counts))
    if not result.size or not depth:
        result[...] = 0 if shift is None else shift
        return result
    plain = is_plain(window, stride, padding)
    wide = padded(x, padding)
    if is_depthwise(weight, groups):
        scratch = np.empty_like(result)
        for number, (position, slices) in enumerate(places(window, stride, dilation, counts)):
            factor = weight[index(slice(None), 0, *position)].reshape(-1, *[1] * len(counts))
            np.multiply(wide[slices], factor, result if not number else scratch)
            if number:
                result += scratch
        if shift is not None:
            result += shift
        return result
    runs = None if plain else runs_of(wide, window, stride, dilation, counts, groups)
    if runs is not None:
        return by_runs(wide, weight, shift, result, runs)
    matrix = weight.reshape(groups, outputs // groups, depth) if groups > 1 else weight.reshape(outputs, depth)
    shape = (groups, depth, length) if groups > 1 else (depth, length)
    flat = result.reshape(count, *([groups, outputs // groups] if groups > 1 else [outputs]), length)
    steps = None if plain else (window, stride, dilation, counts)
    for start, stop, columns in columns_of(wide, shape, steps):
        np.matmul(matrix, columns, out=flat[start:stop])
        if shift is not None:
            result[start:stop] += shift
    return result


def by_runs(x: ndarray, weight: ndarray, shift: ndarray | None, result: ndarray, runs: Runs) -> ndarray:
    """``convolve`` along runs, into ``result``."""
    depth = math.prod(weight.shape[1:])
    matrix = weight.reshape(len(weight), depth)
    made = column = None
    for start, stop in blocks(len(x), depth * runs.length):
        count = stop - start
        view = runs.columns(x[start:stop], weight.shape[2:])
        if column is None or made is None or len(column) != count:
            column = np.empty(view.shape, x.dtype)
            made = np.empty((count, len(weight), runs.length), x.dtype)
        np.copyto(column, view)
        np.matmul(matrix, column.reshape(count, depth, runs.length), out=made)
        rows = runs.rows(made)
        if shift is None:
            result[start:stop] = rows
        else:
            np.add(rows, shift, out=result[start:stop])
    return result


def input_gradient(
    g: ndarray, weight: ndarray, space: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> ndarray:
    """The gradient (N, C, *space) of a convolution's input from the gradient (N, out, *counts) of its result."""
    window, counts = weight.shape[2:], g.shape[2:]
    count, outputs = len(g), len(weight)
    channels = weight.shape[1] * groups
    length, depth = math.prod(counts), math.prod(weight.shape[1:])
    wide = np.zeros((count, channels, *[n + 2 * pad for n, pad in zip(space, padding, strict=True)]), g.dtype)
    inner = wide[index(..., *[slice(pad, pad + n) for pad, n in zip(padding, space, strict=True)])]
    if not g.size or not wide.size:
        return inner.copy()
    positions = list(places(window, stride, dilation, counts))
    if is_depthwise(weight, groups):
        scratch = np.empty(g.shape, g.dtype)
        for position, slices in positions:
            factor = weight[index(slice(None), 0, *position)].reshape(-1, *[1] * len(counts))
            np.multiply(g, factor, scratch)
            wide[slices] += scratch
        return inner.copy() if any(padding) else wide
    matrix: ndarray
    if groups > 1:
        matrix = weight.reshape(groups, outputs // groups, depth).transpose(0, 2, 1)
    else:
        matrix = weight.reshape(outputs, depth).T
    matrix = np.ascontiguousarray(matrix)
    flat = np.ascontiguousarray(g).reshape(count, *([groups, outputs // groups] if groups > 1 else [outputs]), length)
    plain = is_plain(window, stride, padding)
    runs = None if plain else runs_of(wide, window, stride, dilation, counts, groups)
    if runs is not None:
        back_by_runs(g, matrix, wide, window, runs)
        return inner.copy() if any(padding) else wide
    column = None
    for start, stop in blocks(count, groups * depth * length):
        if plain:
            np.matmul(matrix, flat[start:stop], out=wide[start:stop].reshape(stop - start, *matrix.shape[:-1], length))
            continue
        if column is None or len(column) != stop - start:
            column = np.empty((stop - start, *matrix.shape[:-1], length), g.dtype)
        columns = np.matmul(matrix, flat[start:stop], out=column)
        columns = columns.reshape(stop - start, channels, *window, *counts)
        target = wide[start:stop]
        for position, slices in positions:
            target[slices] += columns[index(slice(None), slice(None), *position)]
    return inner.copy() if any(padding) else wide


def back_by_runs(g: ndarray, matrix: ndarray, wide: ndarray, window: Ints, runs: Runs) -> None:
    """``input_gradient`` along runs, added to the padded ``wide``."""
    depth, outputs = matrix.shape
    channels = wide.shape[1]
    flat = wide.reshape(len(wide), channels, -1)
    given = column = None
    reach = [range(0, size * step, step) for size, step in zip(window, runs.window_steps, strict=True)]
    places_ = [sum(each) // runs.item for each in itertools.product(*reach)]
    for start, stop in blocks(len(g), depth * runs.length):
        count = stop - start
        if given is None or column is None or len(given) != count:
            given = np.zeros((count, outputs, runs.length), g.dtype)
            column = np.empty((count, depth, runs.length), g.dtype)
        runs.rows(given)[...] = g[start:stop]
        np.matmul(matrix, given, out=column)
        columns = column.reshape(count, channels, len(places_), runs.length)
        target = flat[start:stop]
        for number, place in enumerate(places_):
            target[:, :, place : place + runs.length] += columns[:, :, number]


def weight_gradient(
    g: ndarray, x: ndarray, window: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> ndarray:
    """The gradient (out, C / groups, *window) of a convolution's weight from that of its result, and its input."""
    counts = g.shape[2:]
    count, outputs, channels = len(g), g.shape[1], x.shape[1] // groups
    length, depth = math.prod(counts), channels * math.prod(window)
    if not g.size or not x.size:
        return np.zeros((outputs, channels, *window), g.dtype)
    wide = padded(x, padding)
    if groups > 1 and channels == 1 and outputs == groups:
        made = np.empty((outputs, 1, *window), g.dtype)
        axes = "nl,nl->n"
        rows = np.ascontiguousarray(g.swapaxes(0, 1)).reshape(outputs, -1)
        for position, slices in places(window, stride, dilation, counts):
            taken = np.ascontiguousarray(wide[slices].swapaxes(0, 1)).reshape(outputs, -1)
            made[index(slice(None), 0, *position)] = np.einsum(axes, rows, taken)
        return made
    plain = is_plain(window, stride, padding)
    runs = None if plain else runs_of(wide, window, stride, dilation, counts, groups)
    # Between the rows zeros meet elements of the input, which must be finite for that to be nothing.
    if runs is not None and np.isfinite(wide.sum()):
        return weight_by_runs(g, wide, window, runs)
    total = np.zeros((groups, outputs // groups, depth) if groups > 1 else (outputs, depth), g.dtype)
    shape = (groups, depth, length) if groups > 1 else (depth, length)
    flat = np.ascontiguousarray(g).reshape(count, *([groups, outputs // groups] if groups > 1 else [outputs]), length)
    steps = None if plain else (window, stride, dilation, counts)
    for start, stop, columns in columns_of(wide, shape, steps):
        total += np.matmul(flat[start:stop], columns.swapaxes(-1, -2)).sum(0)
    return total.reshape(outputs, channels, *window)


def weight_by_runs(g: ndarray, wide: ndarray, window: Ints, runs: Runs) -> ndarray:
    """``weight_gradient`` along runs of the padded input."""
    outputs, channels = g.shape[1], wide.shape[1]
    depth = channels * math.prod(window)
    total = np.zeros((outputs, depth), g.dtype)
    given = column = None
    for start, stop in blocks(len(g), depth * runs.length):
        count = stop - start
        view = runs.columns(wide[start:stop], window)
        if given is None or column is None or len(given) != count:
            given = np.zeros((count, outputs, runs.length), g.dtype)
            column = np.empty(view.shape, g.dtype)
        runs.rows(given)[...] = g[start:stop]
        np.copyto(column, view)
        columns = column.reshape(count, depth, runs.length)
        total += np.matmul(given, columns.swapaxes(-1, -2)).sum(0)
    return total.reshape(outputs, channels, *window)
