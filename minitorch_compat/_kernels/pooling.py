"""Pools: the largest, the mean, and the way back, over windows of (N, C, *space).

A pool of largest elements says for each window the position at which it found it, in the window: a small number, from
which the flat index that torch gives, and the gradient, follow.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .convolution import index, places

ndarray = np.ndarray
Ints = Sequence[int]


def pooled_length(length: int, size: int, step: int, pad: int, gap: int, ceil_mode: bool) -> int:
    """How many windows a pool has along one dimension; none starts beyond the padding on the left and the input."""
    rest = length + 2 * pad - gap * (size - 1) - 1
    count = (-(-rest // step) if ceil_mode else rest // step) + 1
    if ceil_mode and (count - 1) * step >= length + pad:
        count -= 1
    return count


def lowest(dtype: np.dtype[Any]) -> Any:
    """What no element is smaller than."""
    return np.iinfo(dtype).min if dtype.kind in "iu" else -np.inf


def widths(space: Ints, window: Ints, stride: Ints, padding: Ints, dilation: Ints, counts: Ints) -> tuple[int, ...]:
    """The lengths of a padded input that all windows fit into."""
    return tuple([
        max(n + 2 * pad, (count - 1) * step + gap * (size - 1) + 1)
        for n, size, step, pad, gap, count in zip(space, window, stride, padding, dilation, counts, strict=True)
    ])


def inside(space: Ints, padding: Ints) -> Any:
    """Where the input lies in its padded form."""
    return (..., *[slice(pad, pad + n) for pad, n in zip(padding, space, strict=True)])


def surrounded(x: ndarray, lengths: Ints, padding: Ints, value: Any) -> ndarray:
    """``x`` in an array of ``lengths`` filled with ``value``."""
    space = x.shape[2:]
    if tuple(lengths) == space:
        return x
    wide = np.full(x.shape[:2] + tuple(lengths), value, x.dtype)
    wide[inside(space, padding)] = x
    return wide


def largest(
    x: ndarray, window: Ints, stride: Ints, padding: Ints, dilation: Ints, counts: Ints
) -> tuple[ndarray, ndarray]:
    """The largest element of each window, and its position there, counted row by row; the last nan wins."""
    space = x.shape[2:]
    total = math.prod(window)
    wide = surrounded(x, widths(space, window, stride, padding, dilation, counts), padding, lowest(x.dtype))
    kind = np.uint8 if total <= 256 else np.int64
    nans = x.dtype.kind == "f" and bool(np.isnan(x).any())
    side_by_side = tuple(window) == tuple(stride) == (2, 2) and tuple(dilation) == (1, 1) and not any(padding)
    if side_by_side and not nans and x.dtype.kind == "f":
        return largest_of_four(wide, counts)
    best = found = None
    for number, (_, slices) in enumerate(places(window, stride, dilation, counts)):
        part = wide[slices]
        if best is None or found is None:
            best = part.copy()
            found = first_inside(x.shape[:2], window, stride, padding, dilation, counts, kind)
            continue
        larger = part > best
        if nans:
            larger |= np.isnan(part)
        np.copyto(found, kind(number), where=larger)
        if nans:
            np.copyto(best, part, where=larger)
        else:
            np.maximum(best, part, out=best)
    if best is None or found is None:
        raise AssertionError("a window without elements")
    return best, found


def largest_of_four(x: ndarray, counts: Ints) -> tuple[ndarray, ndarray]:
    """``largest`` for windows of 2 by 2 side by side: the larger of each row, then the larger of both."""
    height, width = counts
    part = x[:, :, : 2 * height, : 2 * width]
    if part.flags.c_contiguous:
        pairs = part.reshape(*x.shape[:2], 2 * height, width, 2)
        left, right = pairs[..., 0], pairs[..., 1]
    else:
        left, right = part[..., 0::2], part[..., 1::2]
    of_row = (right > left).view(np.uint8)
    larger = np.maximum(left, right)
    top, bottom = larger[:, :, 0::2], larger[:, :, 1::2]
    lower = np.greater(bottom, top).view(np.uint8)
    # Position 0 or 1 in the upper row, 2 or 3 in the lower one.
    upper = of_row[:, :, 0::2].copy()
    other = of_row[:, :, 1::2] + np.uint8(2)
    np.negative(lower, lower)
    other ^= upper
    other &= lower
    other ^= upper
    return np.maximum(top, bottom), other


def first_inside(
    lead: tuple[int, ...], window: Ints, stride: Ints, padding: Ints, dilation: Ints, counts: Ints, kind: Any
) -> ndarray:
    """For each window the first position that is no padding: what is found where nothing is larger."""
    if not any(padding):
        return np.zeros((*lead, *counts), kind)
    total: Any = 0
    for size, step, pad, gap, count in zip(window, stride, padding, dilation, counts, strict=True):
        starts = np.arange(count) * step - pad
        first = np.where(starts < 0, -(starts // gap), 0)
        total = np.asarray(total)[..., None] * size + first
    made = np.empty((*lead, *counts), kind)
    made[...] = total
    return made


def flat_indices(
    found: ndarray, space: Ints, window: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> ndarray:
    """Positions in windows as flat indices into the space of the input."""
    rest = found.astype(np.int64)
    counts = found.shape[2:]
    flat = np.zeros(found.shape, np.int64)
    scale = 1
    for place in range(len(window) - 1, -1, -1):
        rest, position = np.divmod(rest, window[place])
        shape = [1] * len(window)
        shape[place] = -1
        starts = (np.arange(counts[place]) * stride[place] - padding[place]).reshape(shape)
        flat += (starts + position * dilation[place]) * scale
        scale *= space[place]
    return flat


WHOLE: dict[str, Any] = {"f": np.int32, "d": np.int64}
"""Integers as wide as a floating dtype."""


def to_largest(
    g: ndarray, found: ndarray, space: Ints, window: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> ndarray:
    """Each window's gradient at the place of its largest element; where windows overlap they are added."""
    counts = found.shape[2:]
    wide = np.zeros(g.shape[:2] + widths(space, window, stride, padding, dilation, counts), g.dtype)
    apart = all(step >= gap * (size - 1) + 1 for step, gap, size in zip(stride, dilation, window, strict=True))
    whole = WHOLE.get(g.dtype.char) if apart else None
    if whole is not None:
        bits, target = g.view(whole), wide.view(whole)
    # Of windows that share an element the first is the one that has it at its last position.
    for number, (_, slices) in reversed(list(enumerate(places(window, stride, dilation, counts)))):
        mine = found == number
        if whole is not None:
            # The bits of the gradient, held against all of them or against none.
            np.bitwise_and(bits, np.negative(mine.view(np.int8), dtype=whole), out=target[slices])
        elif apart:
            np.copyto(wide[slices], g, where=mine)
        else:
            part = wide[slices]
            np.add(part, g, out=part, where=mine)
    if wide.shape[2:] == tuple(space):
        return wide
    return np.ascontiguousarray(wide[inside(space, padding)])


def from_largest(
    x: ndarray, found: ndarray, window: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> ndarray:
    """For each window the element at the position that was found."""
    counts = found.shape[2:]
    wide = surrounded(x, widths(x.shape[2:], window, stride, padding, dilation, counts), padding, 0)
    made = np.zeros(found.shape, x.dtype)
    for number, (_, slices) in enumerate(places(window, stride, dilation, counts)):
        np.copyto(made, wide[slices], where=found == number)
    return made


# ---- indices into the flat space


def rows(x: ndarray, space: int) -> ndarray:
    """``x`` with all of its leading dimensions as one and its space flat."""
    first = x.ndim - space
    return np.ascontiguousarray(x).reshape(math.prod(x.shape[:first]), math.prod(x.shape[first:]))


def added_at(g: ndarray, indices: ndarray, space: Ints) -> ndarray:
    """Zeros over ``space`` with the elements of ``g`` added at flat ``indices``."""
    count = len(space)
    lead = g.shape[: g.ndim - count]
    made = np.zeros((math.prod(lead), math.prod(space)), g.dtype)
    flat = rows(indices, count)
    np.add.at(made, (np.arange(len(made))[:, None], flat), rows(g, count))
    return made.reshape(*lead, *space)


def put_at(x: ndarray, indices: ndarray, space: Ints) -> ndarray:
    """Zeros over ``space`` with the elements of ``x`` at flat ``indices``; the last of several stays."""
    count = len(space)
    lead = x.shape[: x.ndim - count]
    made = np.zeros((math.prod(lead), math.prod(space)), x.dtype)
    made[np.arange(len(made))[:, None], rows(indices, count)] = rows(x, count)
    return made.reshape(*lead, *space)


def taken_at(x: ndarray, indices: ndarray, space: int) -> ndarray:
    """The elements of ``x`` at flat ``indices`` of its last ``space`` dimensions."""
    return np.take_along_axis(rows(x, space), rows(indices, space), 1).reshape(indices.shape)


def last_largest(part: ndarray) -> ndarray:
    """Where along the last dimension the largest element is: the first of equals, the last nan."""
    at = part.argmax(-1)
    if part.dtype.kind == "f":
        nans = np.isnan(part)
        if nans.any():
            last = part.shape[-1] - 1 - nans[..., ::-1].argmax(-1)
            at = np.where(nans.any(-1), last, at)
    return at


def edges(length: int, count: int) -> list[tuple[int, int]]:
    """The parts, of nearly equal length, into which an adaptive pool divides a dimension."""
    return [(place * length // count, -(-(place + 1) * length // count)) for place in range(count)]


def adaptive_largest(x: ndarray, counts: Ints) -> tuple[ndarray, ndarray]:
    """The largest element of each part, and its flat index."""
    space = x.shape[x.ndim - len(counts):]
    lead = x.shape[: x.ndim - len(counts)]
    made, indices = np.empty((*lead, *counts), x.dtype), np.empty((*lead, *counts), np.int64)
    numbers = np.arange(math.prod(space)).reshape(space)
    for cell in itertools.product(*[range(count) for count in counts]):
        part = tuple([
            slice(*edges(length, count)[at]) for at, length, count in zip(cell, space, counts, strict=True)
        ])
        values = x[index(..., *part)]
        values = values.reshape(*lead, math.prod(values.shape[len(lead):]))
        at = last_largest(values)
        made[index(..., *cell)] = np.take_along_axis(values, at[..., None], -1)[..., 0]
        indices[index(..., *cell)] = numbers[part].ravel()[at]
    return made, indices


def fractional_starts(samples: ndarray, length: int, size: int, count: int) -> ndarray:
    """Where the windows of Graham's fractional pools (arXiv 1412.6071) start, for each plane's random number."""
    kind = samples.dtype.type
    starts = np.empty((*samples.shape, count), np.int64)
    if count > 1:
        step = kind(length - size) / kind(count - 1)
        places_ = np.arange(count - 1, dtype=samples.dtype)
        starts[..., :-1] = ((places_ + samples[..., None]) * step).astype(np.int64) - (
            samples[..., None] * step
        ).astype(np.int64)
    starts[..., -1] = length - size
    return starts


def fractional_largest(x: ndarray, window: Ints, counts: Ints, samples: ndarray) -> tuple[ndarray, ndarray]:
    """The largest element of each window of a fractional pool, and its flat index."""
    dimensions = len(window)
    space = x.shape[2:]
    # The samples of a plane lie from the last dimension to the first in two dimensions, and in order in three.
    order = range(dimensions) if dimensions == 3 else range(dimensions - 1, -1, -1)
    flat = np.zeros((*x.shape[:2], *[1] * (2 * dimensions)), np.int64)
    for place, which in enumerate(order):
        starts = fractional_starts(samples[..., which], space[place], window[place], counts[place])
        shape = [*x.shape[:2], *[1] * (2 * dimensions)]
        shape[2 + place] = counts[place]
        within = [1] * (2 + 2 * dimensions)
        within[2 + dimensions + place] = window[place]
        at = starts.reshape(shape) + np.arange(window[place]).reshape(within)
        flat = flat * space[place] + at
    flat = flat.reshape(*x.shape[:2], *counts, math.prod(window))
    planes = rows(x, dimensions)
    values = np.take_along_axis(planes, flat.reshape(len(planes), math.prod(flat.shape[2:])), 1).reshape(flat.shape)
    at = last_largest(values)[..., None]
    return np.take_along_axis(values, at, -1)[..., 0], np.take_along_axis(flat, at, -1)[..., 0]


# ---- means


def divisors(
    space: Ints, window: Ints, stride: Ints, padding: Ints, counts: Ints, include: bool, override: int | None
) -> Any:
    """What the sum of each window is divided by: a number, or an array over the windows."""
    if override is not None:
        return override
    total: Any = 1
    for n, size, step, pad, count in zip(space, window, stride, padding, counts, strict=True):
        starts = np.arange(count) * step - pad
        stops = np.minimum(starts + size, n + pad)
        lengths = stops - starts if include else np.minimum(stops, n) - np.maximum(starts, 0)
        total = np.asarray(total)[..., None] * lengths
    return int(total.flat[0]) if total.size and (total == total.flat[0]).all() else total


def mean(
    x: ndarray, window: Ints, stride: Ints, padding: Ints, counts: Ints, include: bool, override: int | None
) -> ndarray:
    """The mean of each window, added up row by row."""
    space = x.shape[2:]
    ones = (1,) * len(window)
    wide = surrounded(x, widths(space, window, stride, padding, ones, counts), padding, 0)
    total = np.zeros(x.shape[:2] + tuple(counts), x.dtype)
    for _, slices in places(window, stride, ones, counts):
        total += wide[slices]
    by = divisors(space, window, stride, padding, counts, include, override)
    if x.dtype.kind in "iu":
        return np.trunc(total / by).astype(x.dtype)
    total /= np.asarray(by, x.dtype)
    return total


def from_mean(
    g: ndarray, space: Ints, window: Ints, stride: Ints, padding: Ints, counts: Ints, include: bool,
    override: int | None,
) -> ndarray:
    """Each window's gradient shared out over its elements."""
    ones = (1,) * len(window)
    by = divisors(space, window, stride, padding, counts, include, override)
    share = g / np.asarray(by, g.dtype)
    wide = np.zeros(g.shape[:2] + widths(space, window, stride, padding, ones, counts), g.dtype)
    for _, slices in reversed(list(places(window, stride, ones, counts))):
        wide[slices] += share
    return wide if wide.shape[2:] == tuple(space) else np.ascontiguousarray(wide[inside(space, padding)])


def parts(space: Ints, counts: Ints) -> tuple[list[ndarray], list[ndarray]]:
    """The first element and the length of each part of an adaptive pool, for each dimension."""
    starts, lengths = [], []
    for length, count in zip(space, counts, strict=True):
        given = np.array(edges(length, count), np.int64).reshape(count, 2)
        starts.append(given[:, 0])
        lengths.append(given[:, 1] - given[:, 0])
    return starts, lengths


def adaptive_positions(space: Ints, counts: Ints) -> Any:
    """For each position in the largest part the flat indices of the elements there, and which parts reach so far."""
    starts, lengths = parts(space, counts)
    for position in itertools.product(*[range(int(each.max()) if each.size else 0) for each in lengths]):
        flat: Any = 0
        reached: Any = True
        for place, at in enumerate(position):
            found = np.minimum(starts[place] + at, space[place] - 1)
            flat = np.asarray(flat)[..., None] * space[place] + found
            reached = np.asarray(reached)[..., None] & (at < lengths[place])
        yield flat.ravel(), reached.ravel()


def shared_out(total: ndarray, space: Ints, counts: Ints) -> ndarray:
    """``total`` divided by the lengths of the parts, one dimension after the other."""
    for place, lengths in enumerate(parts(space, counts)[1]):
        shape = [1] * len(counts)
        shape[place] = -1
        total = total / lengths.astype(total.dtype).reshape(shape)
    return total


def adaptive_mean(x: ndarray, counts: Ints) -> ndarray:
    """The mean of each part."""
    space = x.shape[x.ndim - len(counts):]
    flat = rows(x, len(counts))
    total = np.zeros((len(flat), math.prod(counts)), x.dtype)
    for place, reached in adaptive_positions(space, counts):
        if reached.all():
            total += flat[:, place]
        else:
            total[:, reached] += flat[:, place[reached]]
    return shared_out(total.reshape(x.shape[: x.ndim - len(counts)] + tuple(counts)), space, counts)


def from_adaptive_mean(g: ndarray, space: Ints) -> ndarray:
    """The gradient of each part shared out over its elements."""
    count = len(space)
    counts = g.shape[g.ndim - count:]
    share = rows(shared_out(g, space, counts), count)
    made = np.zeros((len(share), math.prod(space)), g.dtype)
    for flat, reached in adaptive_positions(space, counts):
        np.add.at(made, index(slice(None), flat[reached]), share[:, reached])
    return made.reshape(g.shape[: g.ndim - count] + tuple(space))
