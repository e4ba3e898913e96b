"""Normalizations: the moments of groups of elements, and the gradients through them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from . import fused, summation

ndarray = np.ndarray
Shape = tuple[int, ...]
SMALL = 1 << 16
"""Up to so many elements products are added in double precision; beyond, rows in their own, which is quicker."""


def per_channel(a: ndarray, ndim: int) -> ndarray:
    """A vector over channels, shaped to meet (N, C, *space)."""
    return a.reshape(-1, *[1] * (ndim - 2))


def channel_sums(x: ndarray) -> ndarray:
    """The sum over everything but the channels, in double precision: what is added has few digits to lose."""
    axes = (0, *range(2, x.ndim))
    return np.add.reduce(x.reshape(*x.shape[:2], -1), 2, np.float64).sum(0) if x.ndim > 2 else x.sum(
        axes, dtype=np.float64
    )


def channel_products(x: ndarray, y: ndarray) -> ndarray:
    """The sum of products over everything but the channels, in double precision."""
    if x.ndim == 2:
        return np.einsum("nc,nc->c", x, y, dtype=np.float64)
    rows, others = x.reshape(*x.shape[:2], -1), y.reshape(*y.shape[:2], -1)
    if x.size <= SMALL:
        return np.einsum("ncl,ncl->c", rows, others, dtype=np.float64)
    return np.add.reduce(np.matmul(rows[:, :, None, :], others[:, :, :, None])[..., 0, 0], 0, np.float64)


def batch_moments(x: ndarray) -> tuple[ndarray, ndarray]:
    """The mean and the sum of squared distances from it, of each channel, in double precision."""
    count = x.size // x.shape[1] if x.shape[1] else 0
    total = channel_sums(x)
    with np.errstate(all="ignore"):
        mean = total / count
    distance = x - per_channel(mean.astype(x.dtype), x.ndim)
    # The rounding of the mean shifts every distance alike, and is taken out again.
    shift = mean - mean.astype(x.dtype).astype(np.float64)
    return mean, channel_products(distance, distance) - count * shift * shift


def batch_normalize(
    x: ndarray, weight: ndarray | None, bias: ndarray | None, mean: ndarray, inverse: ndarray
) -> ndarray:
    """One factor and one summand for each channel, each product and its sum rounded once."""
    once = fused.fma32 if x.dtype.char == "f" else fused.fma64
    factor = inverse if weight is None else inverse * weight
    shift = once(-mean, factor, x.dtype.type(0) if bias is None else bias)
    return once(x, per_channel(factor, x.ndim), per_channel(shift, x.ndim))


def batch_backward(
    g: ndarray, x: ndarray, weight: ndarray | None, mean: ndarray, inverse: ndarray, training: bool,
    needed: Sequence[bool],
) -> tuple[ndarray | None, ndarray | None, ndarray | None]:
    """The gradients of input, weight and bias."""
    ndim = x.ndim
    count = x.size // x.shape[1] if x.shape[1] else 0
    sums = channel_sums(g)
    distance = x - per_channel(mean, ndim)
    products = channel_products(g, distance)
    for_x = None
    if needed[0]:
        factor = (inverse if weight is None else inverse * weight).astype(x.dtype)
        if training and count:
            slope = (products * inverse.astype(np.float64) ** 2 / count).astype(x.dtype)
            distance *= per_channel(slope, ndim)
            np.subtract(g, distance, distance)
            distance -= per_channel((sums / count).astype(x.dtype), ndim)
            distance *= per_channel(factor, ndim)
            for_x = distance
        else:
            for_x = g * per_channel(factor, ndim)
    return (
        for_x,
        (products * inverse).astype(x.dtype) if needed[1] else None,
        sums.astype(x.dtype) if needed[2] else None,
    )


def row_moments(rows: ndarray, eps: float) -> tuple[ndarray, ndarray]:
    """The mean of each row, and one over its standard deviation, in the rows' precision."""
    count = rows.shape[1]
    mean = np.add.reduce(rows, 1, np.float64) / count
    rounded = mean.astype(rows.dtype)
    distance = rows - rounded[:, None]
    shift = mean - rounded.astype(np.float64)
    squares = np.matmul(distance[:, None, :], distance[:, :, None])[:, 0, 0].astype(np.float64) / count - shift * shift
    return rounded, (1 / np.sqrt(squares + eps)).astype(rows.dtype)


def layer_normalize(
    x: ndarray, size: int, weight: ndarray | None, bias: ndarray | None, eps: float
) -> tuple[ndarray, ndarray, ndarray]:
    """Rows of ``size`` elements normalized, with their means and inverse deviations."""
    rows = np.ascontiguousarray(x).reshape(-1, size)
    mean, inverse = row_moments(rows, eps)
    r = rows - mean[:, None]
    r *= inverse[:, None]
    if weight is not None:
        r *= weight.reshape(-1)
    if bias is not None:
        r += bias.reshape(-1)
    return r.reshape(x.shape), mean, inverse


def rows_backward(rows: ndarray, own: ndarray, mean: ndarray, inverse: ndarray) -> ndarray:
    """The gradient of rows from that of the same rows normalized, ``own``."""
    count = rows.shape[1]
    scaled = (rows - mean[:, None]) * inverse[:, None]
    products = np.matmul(own[:, None, :], scaled[:, :, None])[:, 0] / count
    scaled *= products
    np.subtract(own, scaled, scaled)
    scaled -= (np.add.reduce(own, 1, np.float64) / count).astype(rows.dtype)[:, None]
    scaled *= inverse[:, None]
    return scaled


def layer_backward(
    g: ndarray, x: ndarray, size: int, weight: ndarray | None, mean: ndarray, inverse: ndarray,
    needed: Sequence[bool], shape: Shape,
) -> tuple[ndarray | None, ndarray | None, ndarray | None]:
    """The gradients of input, weight and bias."""
    rows = np.ascontiguousarray(x).reshape(-1, size)
    given = np.ascontiguousarray(g).reshape(-1, size)
    for_x = for_weight = for_bias = None
    if needed[0]:
        own = given if weight is None else given * weight.reshape(-1)
        for_x = rows_backward(rows, own, mean, inverse).reshape(x.shape)
    if needed[1]:
        scaled = (rows - mean[:, None]) * inverse[:, None]
        scaled *= given
        for_weight = summation.sum(scaled, (0,)).reshape(shape)
    if needed[2]:
        for_bias = summation.sum(given, (0,)).reshape(shape)
    return for_x, for_weight, for_bias


def group_normalize(
    x: ndarray, groups: int, weight: ndarray | None, bias: ndarray | None, eps: float
) -> tuple[ndarray, ndarray, ndarray]:
    """The channels of each sample normalized in ``groups``, with their means and inverse deviations."""
    count, channels = x.shape[:2]
    size = math.prod(x.shape[1:]) // groups if x.size else 0
    if not size:
        return x.copy(), np.zeros((count, groups), x.dtype), np.full((count, groups), np.nan, x.dtype)
    rows = np.ascontiguousarray(x).reshape(-1, size)
    mean, inverse = row_moments(rows, eps)
    each = channels // groups
    factor = np.repeat(inverse, each).reshape(count, channels)
    if weight is not None:
        factor = factor * weight
    shift = -np.repeat(mean, each).reshape(count, channels) * factor
    if bias is not None:
        shift = shift + bias
    flat = np.ascontiguousarray(x).reshape(count, channels, -1)
    r = flat * factor[..., None]
    r += shift[..., None]
    return r.reshape(x.shape), mean.reshape(count, groups), inverse.reshape(count, groups)


def group_backward(
    g: ndarray, x: ndarray, groups: int, weight: ndarray | None, mean: ndarray, inverse: ndarray,
    needed: Sequence[bool],
) -> tuple[ndarray | None, ndarray | None, ndarray | None]:
    """The gradients of input, weight and bias."""
    count, channels = x.shape[:2]
    if not x.size:
        return tuple([  # type: ignore[return-value]
            np.zeros(shape, x.dtype) if need else None
            for need, shape in zip(needed, (x.shape, (channels,), (channels,)), strict=True)
        ])
    rows = np.ascontiguousarray(x).reshape(count * groups, -1)
    given = np.ascontiguousarray(g)
    for_x = for_weight = for_bias = None
    if needed[0]:
        own = given if weight is None else given * per_channel(weight, x.ndim)
        for_x = rows_backward(rows, own.reshape(rows.shape), mean.reshape(-1), inverse.reshape(-1)).reshape(x.shape)
    flat = given.reshape(count, channels, -1)
    if needed[1]:
        scaled = (rows - mean.reshape(-1, 1)) * inverse.reshape(-1, 1)
        for_weight = channel_products(flat, scaled.reshape(flat.shape)).astype(x.dtype)
    if needed[2]:
        for_bias = channel_sums(flat).astype(x.dtype)
    return for_x, for_weight, for_bias


def across_channels(x: ndarray, size: int, pad: int) -> ndarray:
    """Sums over ``size`` neighbouring channels, beginning ``pad`` before each."""
    total = np.zeros_like(x)
    channels = x.shape[1]
    for offset in range(-pad, size - pad):
        low, high = max(0, -offset), min(channels, channels - offset)
        if high > low:
            total[:, low:high] += x[:, low + offset : high + offset]
    return total
