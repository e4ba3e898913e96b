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


def blocks(count: int, columns: int) -> Iterator[tuple[int, int]]:
    """Samples in groups whose columns together stay in the cache."""
    size = max(1, BLOCK // max(columns, 1))
    for start in range(0, count, size):
        yield start, min(count, start + size)


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
    matrix = weight.reshape(groups, outputs // groups, depth) if groups > 1 else weight.reshape(outputs, depth)
    shape = (groups, depth, length) if groups > 1 else (depth, length)
    flat = result.reshape(count, *([groups, outputs // groups] if groups > 1 else [outputs]), length)
    column = None
    for start, stop in blocks(count, groups * depth * length):
        if plain:
            columns = np.ascontiguousarray(wide[start:stop]).reshape(stop - start, *shape)
        else:
            view = windows(wide[start:stop], window, stride, dilation, counts)
            if column is None or len(column) != stop - start:
                column = np.empty(view.shape, x.dtype)
            np.copyto(column, view)
            columns = column.reshape(stop - start, *shape)
        np.matmul(matrix, columns, out=flat[start:stop])
        if shift is not None:
            result[start:stop] += shift
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
    total = np.zeros((groups, outputs // groups, depth) if groups > 1 else (outputs, depth), g.dtype)
    shape = (groups, depth, length) if groups > 1 else (depth, length)
    flat = np.ascontiguousarray(g).reshape(count, *([groups, outputs // groups] if groups > 1 else [outputs]), length)
    plain = is_plain(window, stride, padding)
    column = None
    for start, stop in blocks(count, groups * depth * length):
        if plain:
            columns = np.ascontiguousarray(wide[start:stop]).reshape(stop - start, *shape)
        else:
            view = windows(wide[start:stop], window, stride, dilation, counts)
            if column is None or len(column) != stop - start:
                column = np.empty(view.shape, x.dtype)
            np.copyto(column, view)
            columns = column.reshape(stop - start, *shape)
        total += np.matmul(flat[start:stop], columns.swapaxes(-1, -2)).sum(0)
    return total.reshape(outputs, channels, *window)
