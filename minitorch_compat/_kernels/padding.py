"""Padding: which element of the input each element of the result is, and the way back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from minitorch_compat._kernels.layout import clone, restride, strides

ndarray = np.ndarray


def constant(x: ndarray, sides: Sequence[tuple[int, int]], value: object) -> ndarray:
    """``x`` with elements of ``value`` added, or elements taken away, on both sides of each dimension."""
    made = np.full([n + low + high for n, (low, high) in zip(x.shape, sides, strict=True)], value, x.dtype)
    inner, outer = overlap(x.shape, sides)
    made[outer] = x[inner]
    return made


def cropped(x: ndarray, sides: Sequence[tuple[int, int]]) -> ndarray:
    """``x`` with elements taken away on both sides of each dimension, as a copy of that view keeps its strides."""
    part = x[overlap(x.shape, sides)[0]]
    if not x.size:  # NumPy would forget its strides
        part = restride(x, part.shape, [each * x.itemsize for each in strides(x)])
    return clone(part)


def overlap(
    shape: Sequence[int], sides: Sequence[tuple[int, int]]
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """The part of the input that is in the result, and where it is there."""
    inner = tuple([slice(max(-low, 0), n - max(-high, 0)) for n, (low, high) in zip(shape, sides, strict=True)])
    outer = tuple([slice(max(low, 0), n + low + min(high, 0)) for n, (low, high) in zip(shape, sides, strict=True)])
    return inner, outer


def sources(length: int, low: int, high: int, mode: str) -> ndarray:
    """For each element along a padded dimension the element of the input that it repeats."""
    at = np.arange(-low, length + high)
    if mode == "replicate":
        return np.clip(at, 0, length - 1)
    at = np.abs(at)
    return np.where(at >= length, 2 * (length - 1) - at, at)


def repeated(x: ndarray, sides: Sequence[tuple[int, int]], mode: str) -> ndarray:
    """``x`` with its last dimensions, as many as there are ``sides``, reflected or replicated."""
    first = x.ndim - len(sides)
    for place, (low, high) in enumerate(sides):
        x = x.take(sources(x.shape[first + place], low, high, mode), first + place)
    return x


def folded(g: ndarray, shape: Sequence[int], sides: Sequence[tuple[int, int]], mode: str) -> ndarray:
    """The gradient of what ``repeated`` padded: that of each element and of all who repeat it."""
    space = shape[len(shape) - len(sides):]
    return scattered(g, space, [sources(n, low, high, mode) for n, (low, high) in zip(space, sides, strict=True)])


def scattered(g: ndarray, space: Sequence[int], indices: Sequence[ndarray]) -> ndarray:
    """Zeros over ``space`` with the elements of ``g`` added, row by row, where ``indices`` of each dimension say."""
    lead = g.shape[: g.ndim - len(space)]
    flat = np.zeros((), np.int64)
    for n, at in zip(space, indices, strict=True):
        flat = flat[..., None] * n + at
    made = np.zeros((math.prod(lead), math.prod(space)), g.dtype)
    rows = np.ascontiguousarray(g).reshape(len(made), flat.size)
    np.add.at(made, (np.arange(len(made))[:, None], flat.ravel()), rows)
    return made.reshape(*lead, *space)
