"""Resampling: interpolation along each dimension from a few elements, and samples at free places of a grid."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .padding import scattered

ndarray = np.ndarray
Plan = tuple[ndarray, ndarray | None]
"""For each element of a resampled dimension the elements it is made from, and their weights (None: one of weight 1)."""

CUBIC = -0.75
"""Keys' parameter of cubic convolution, as torch has it without antialiasing."""


def scale_of(length: int, count: int, align_corners: bool, factor: float | None, kind: Any) -> Any:
    """How far apart neighbours of the result are in the input."""
    if align_corners:
        return kind(length - 1) / kind(count - 1) if count > 1 else kind(0)
    if factor is not None and factor > 0:
        return kind(1.0 / factor)
    return kind(length) / kind(count)


def nearest(length: int, count: int, factor: float | None, exact: bool) -> Plan:
    """The element at, or around, each place."""
    kind = np.float32
    at = np.arange(count, dtype=kind)
    if not exact:
        if count == length:
            return np.arange(count)[:, None], None
        if count == 2 * length:
            return (np.arange(count) >> 1)[:, None], None
    scale = scale_of(length, count, False, factor, kind)
    found = np.floor((at + kind(0.5)) * scale if exact else at * scale).astype(np.int64)
    return np.minimum(found, length - 1)[:, None], None


def source(count: int, scale: Any, align_corners: bool, cubic: bool) -> ndarray:
    """Where in the input each element of the result lies."""
    kind = type(scale)
    at = np.arange(count, dtype=kind)
    if align_corners:
        return scale * at
    # One rounding, as torch's compiler fuses the product and the difference.
    wide = np.float64(scale) * (at + kind(0.5)).astype(np.float64) - 0.5 if kind is np.float32 else (
        scale * (at + kind(0.5)) - kind(0.5)
    )
    found = np.asarray(wide).astype(kind)
    return found if cubic else np.maximum(found, kind(0))


def linear(length: int, count: int, align_corners: bool, factor: float | None, kind: Any) -> Plan:
    """Two neighbours, each weighted by how near it is."""
    if count == length:
        at = np.arange(count)
        return np.stack([at, at], 1), np.stack([np.ones(count, kind), np.zeros(count, kind)], 1)
    place = source(count, scale_of(length, count, align_corners, factor, kind), align_corners, False)
    low = np.minimum(place.astype(np.int64), length - 1)
    high = low + (low < length - 1)
    share = np.clip(place - low.astype(kind), kind(0), kind(1))
    return np.stack([low, high], 1), np.stack([kind(1) - share, share], 1)


def cubic_weights(share: ndarray, slope: float = CUBIC) -> list[ndarray]:
    """Cubic convolution (Keys 1981) of four neighbours, the second of which lies ``share`` before the place."""
    kind = share.dtype.type
    a = kind(slope)

    def near(x: ndarray) -> ndarray:
        return ((a + kind(2)) * x - (a + kind(3))) * x * x + kind(1)

    def far(x: ndarray) -> ndarray:
        return ((a * x - kind(5) * a) * x + kind(8) * a) * x - kind(4) * a

    rest = kind(1) - share
    return [far(share + kind(1)), near(share), near(rest), far(rest + kind(1))]


def cubic_slopes(share: ndarray) -> list[ndarray]:
    """The derivatives of ``cubic_weights``."""
    kind = share.dtype.type
    a = kind(CUBIC)

    def near(x: ndarray) -> ndarray:
        return (kind(3) * (a + kind(2)) * x - kind(2) * (a + kind(3))) * x

    def far(x: ndarray) -> ndarray:
        return (kind(3) * a * x - kind(10) * a) * x + kind(8) * a

    rest = kind(1) - share
    return [far(share + kind(1)), near(share), -near(rest), -far(rest + kind(1))]


def cubic(length: int, count: int, align_corners: bool, factor: float | None, kind: Any) -> Plan:
    """Four neighbours; those outside are the nearest inside."""
    place = source(count, scale_of(length, count, align_corners, factor, kind), align_corners, True)
    base = np.floor(place)
    share = place - base
    index = np.clip(base.astype(np.int64)[:, None] + np.arange(-1, 3), 0, length - 1)
    return index, np.stack(cubic_weights(share), 1)


def triangle(x: ndarray) -> ndarray:
    return np.maximum(1 - np.abs(x), 0)


def keys(x: ndarray) -> ndarray:
    """Keys' cubic with parameter -1/2."""
    a = x.dtype.type(-0.5)
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1, near, np.where(x < 2, far, x.dtype.type(0)))


def lanczos(x: ndarray) -> ndarray:
    """Lanczos' windowed sinc of three lobes."""
    return np.where((x >= -3) & (x < 3), np.sinc(x) * np.sinc(x / 3), x.dtype.type(0)).astype(x.dtype)


FILTERS: dict[str, tuple[int, Callable[[ndarray], ndarray]]] = {
    "bilinear": (2, triangle), "bicubic": (4, keys), "lanczos": (6, lanczos),
}


def antialiased(
    mode: str, length: int, count: int, align_corners: bool, factor: float | None, kind: Any
) -> Plan:
    """As many neighbours as a filter reaches that is stretched by the scale."""
    size, shape = FILTERS[mode]
    scale = scale_of(length, count, align_corners, factor, kind)
    reach = kind(size * 0.5) * scale if scale >= 1 else kind(size * 0.5)
    inverse = kind(1) / scale if scale >= 1 else kind(1)
    most = math.ceil(reach) * 2 + 1
    index, weights = np.zeros((count, most), np.int64), np.zeros((count, most), kind)
    for place in range(count):
        center = scale * (kind(place) + kind(0.5))
        low = max(int(center - reach + kind(0.5)), 0)
        high = min(int(center + reach + kind(0.5)), length)
        at = np.arange(high - low, dtype=kind)
        given = shape(((at + kind(low) - center + kind(0.5)) * inverse).astype(kind)).astype(kind)
        total = kind(0)
        for each in given:
            total = total + each
        if total:
            given = given / total
        index[place, : high - low] = np.arange(low, high)
        weights[place, : high - low] = given
    return index, weights


def resampled(x: ndarray, plans: Sequence[Plan]) -> ndarray:
    """The last dimensions resampled, the very last first."""
    first = x.ndim - len(plans)
    for place in range(len(plans) - 1, -1, -1):
        index, weights = plans[place]
        axis = first + place
        if weights is None:
            x = x.take(index[:, 0], axis)
            continue
        shape = [1] * x.ndim
        shape[axis] = -1
        total: Any = None
        for at in range(index.shape[1]):
            part = x.take(index[:, at], axis) * weights[:, at].astype(x.dtype).reshape(shape)
            total = part if total is None else total + part
        x = total
    return x


def add_rows(made: ndarray, index: ndarray, part: ndarray) -> None:
    """``part`` added to the rows of ``made`` that ``index`` names; in ascending order equal ones are added up first."""
    if not len(index) or (np.diff(index) < 0).any():
        np.add.at(made, index, part)
        return
    starts = np.flatnonzero(np.concatenate(([True], index[1:] != index[:-1])))
    made[index[starts]] += np.add.reduceat(part, starts, 0)


def from_resampled(g: ndarray, space: Sequence[int], plans: Sequence[Plan]) -> ndarray:
    """The gradient of what ``resampled`` made its result from."""
    if all(weights is None for _, weights in plans):
        return scattered(g, space, [index[:, 0] for index, _ in plans])
    first = g.ndim - len(plans)
    for place, (index, weights) in enumerate(plans):
        moved = np.moveaxis(g, first + place, 0)
        made = np.zeros((space[place], *moved.shape[1:]), g.dtype)
        for at in range(index.shape[1]):
            part = moved
            if weights is not None:
                part = moved * weights[:, at].astype(g.dtype).reshape(-1, *[1] * (moved.ndim - 1))
            add_rows(made, index[:, at], part)
        g = np.moveaxis(made, 0, first + place)
    return np.ascontiguousarray(g)


# ---- samples at the places of a grid


def unnormalized(c: ndarray, length: int, align_corners: bool) -> tuple[ndarray, float]:
    """Coordinates in [-1, 1] as places between elements, and how fast they move."""
    kind = c.dtype.type
    if align_corners:
        return (c + kind(1)) / kind(2) * kind(length - 1), (length - 1) / 2
    return ((c + kind(1)) * kind(length) - kind(1)) / kind(2), length / 2


def clipped(c: ndarray, length: int) -> tuple[ndarray, ndarray]:
    """Coordinates inside, and one where they were so before."""
    inside = (c > 0) & (c < length - 1)
    return np.clip(c, 0, length - 1), inside.astype(c.dtype)


def reflected(c: ndarray, length: int, align_corners: bool) -> tuple[ndarray, ndarray]:
    """Coordinates mirrored at the borders until they are inside, and the direction in which they move."""
    low, high = (0, 2 * (length - 1)) if align_corners else (-1, 2 * length - 1)
    if low == high:
        return np.zeros_like(c), np.zeros_like(c)
    kind = c.dtype.type
    least, span = kind(low / 2), kind((high - low) / 2)
    moved = c - least
    sign = np.where(moved < 0, kind(-1), kind(1))
    moved = np.abs(moved)
    rest, flips = np.fmod(moved, span), np.floor(moved / span)
    even = flips % 2 == 0
    return np.where(even, rest + least, span - rest + least), np.where(even, sign, -sign)


def placed(
    c: ndarray, length: int, padding: str, align_corners: bool
) -> tuple[ndarray, ndarray]:
    """Places as the padding mode moves them inside, and their derivative by what they were."""
    if padding == "border":
        return clipped(c, length)
    if padding == "reflection":
        moved, sign = reflected(c, length, align_corners)
        held, inside = clipped(moved, length)
        return held, sign * inside
    return c, np.ones_like(c)


def axes_of(grid: ndarray, space: Sequence[int], align_corners: bool) -> list[tuple[ndarray, float]]:
    """For each dimension of space the places (N, points) and how fast they move; the grid has the last one first."""
    flat = grid.reshape(len(grid), -1, grid.shape[-1])
    return [unnormalized(flat[..., len(space) - 1 - place], n, align_corners) for place, n in enumerate(space)]


def taps(
    grid: ndarray, space: Sequence[int], mode: str, padding: str, align_corners: bool, slopes: bool
) -> list[list[tuple[ndarray, ndarray, ndarray, ndarray | None]]]:
    """For each dimension the elements to take: index, whether inside, weight, and the weight's slope by the grid."""
    made = []
    for n, (place, speed) in zip(space, axes_of(grid, space, align_corners), strict=True):
        kind = place.dtype.type
        rows: list[tuple[ndarray, ndarray, ndarray, ndarray | None]] = []
        if mode == "bicubic":
            base = np.floor(place)
            share = place - base
            weights = cubic_weights(share)
            moved = [each * kind(speed) for each in cubic_slopes(share)] if slopes else [None] * 4
            for tap in range(4):
                index, _ = placed(base + kind(tap - 1), n, padding, align_corners)
                # Beyond all integers a coordinate is outside.
                safe = np.where(np.isfinite(index), index, -1)
                whole = np.clip(np.trunc(safe), -1, n).astype(np.int64)
                rows.append((np.clip(whole, 0, n - 1), (whole >= 0) & (whole < n), weights[tap], moved[tap]))
            made.append(rows)
            continue
        at, speed_there = placed(place, n, padding, align_corners)
        at = np.where(np.isfinite(at), at, kind(-100))
        if mode == "nearest":
            whole = np.clip(np.rint(at), -1, n).astype(np.int64)
            ones = np.ones_like(at)
            rows.append((np.clip(whole, 0, n - 1), (whole >= 0) & (whole < n), ones, np.zeros_like(at)))
            made.append(rows)
            continue
        low = np.floor(at)
        # The share is that of the place itself; far outside nothing is taken.
        share = at - low
        slope = speed_there * kind(speed)
        whole = np.clip(low, -2, n).astype(np.int64)
        for shift, weight, turn in ((0, kind(1) - share, -slope), (1, share, slope)):
            index = whole + shift
            rows.append((np.clip(index, 0, n - 1), (index >= 0) & (index < n), weight, turn if slopes else None))
        made.append(rows)
    return made


def flat_place(combination: Sequence[Any], space: Sequence[int]) -> tuple[ndarray, ndarray]:
    """The flat index of one element of each dimension, and whether all are inside."""
    index: Any = 0
    inside: Any = True
    for (at, within, _, _), n in zip(combination, space, strict=True):
        index = index * n + at
        inside = inside & within
    return index, inside


def sampled(x: ndarray, grid: ndarray, mode: str, padding: str, align_corners: bool) -> ndarray:
    """(N, C, *space) sampled at a grid (N, *points, dimensions)."""
    space = x.shape[2:]
    rows = np.ascontiguousarray(x).reshape(*x.shape[:2], -1)
    count = math.prod(grid.shape[1:-1])
    total = np.zeros((*x.shape[:2], count), x.dtype)
    for combination in itertools.product(*taps(grid, space, mode, padding, align_corners, False)):
        index, inside = flat_place(combination, space)
        weight: Any = combination[-1][2]
        for each in combination[-2::-1]:
            weight = weight * each[2]
        found = np.take_along_axis(rows, index[:, None, :], 2)
        total += np.where(inside[:, None, :], found * weight[:, None, :], 0)
    return total.reshape(*x.shape[:2], *grid.shape[1:-1])


def sampled_backward(
    g: ndarray, x: ndarray, grid: ndarray, mode: str, padding: str, align_corners: bool, needed: Sequence[bool]
) -> tuple[ndarray | None, ndarray | None]:
    """The gradients of what was sampled and of the grid."""
    space = x.shape[2:]
    rows = np.ascontiguousarray(x).reshape(*x.shape[:2], -1)
    given = np.ascontiguousarray(g).reshape(*x.shape[:2], -1)
    for_x = np.zeros(rows.shape, x.dtype) if needed[0] else None
    for_grid = np.zeros((len(x), given.shape[2], len(space)), grid.dtype) if needed[1] else None
    lead = np.ogrid[: x.shape[0], : x.shape[1]]
    for combination in itertools.product(*taps(grid, space, mode, padding, align_corners, True)):
        index, inside = flat_place(combination, space)
        weights = [each[2] for each in combination]
        if for_x is not None:
            weight = np.where(inside, math.prod(weights), 0)
            np.add.at(for_x, (lead[0][..., None], lead[1][..., None], index[:, None, :]), given * weight[:, None, :])
        if for_grid is not None:
            found = np.take_along_axis(rows, index[:, None, :], 2)
            along = np.where(inside, (found * given).sum(1), 0)
            for place in range(len(space)):
                slope: Any = combination[place][3]
                for other, weight in enumerate(weights):
                    if other != place:
                        slope = slope * weight
                for_grid[..., len(space) - 1 - place] += along * slope
    return (
        None if for_x is None else for_x.reshape(x.shape),
        None if for_grid is None else for_grid.reshape(grid.shape),
    )


def base_grid(space: Sequence[int], align_corners: bool, kind: Any) -> ndarray:
    """The places of all elements in [-1, 1], the last dimension first, with a one: (points, dimensions + 1)."""
    lines = []
    for n in space:
        if n <= 1:
            line = np.zeros(n, kind)
        else:
            line = np.linspace(-1, 1, n, dtype=kind)
            if not align_corners:
                line = line * kind(n - 1) / kind(n)
        lines.append(line)
    grids = np.meshgrid(*lines, indexing="ij")
    return np.stack([*[each.ravel() for each in reversed(grids)], np.ones(math.prod(space), kind)], 1)
