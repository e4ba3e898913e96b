"""Losses on arrays: a reduction is "none", "mean" or "sum"."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from . import elementwise
from .softmax import log_softmax


@lru_cache(maxsize=64)
def places(count: int) -> np.ndarray:
    """The numbers below ``count``, to pick one element from each row."""
    return np.arange(count)


def in_levels(x: np.ndarray, ignored: np.ndarray | None = None) -> np.ndarray:
    """The sum of a vector as torch adds up losses: one after another, in sixteens of sixteens of sixteens."""
    if ignored is not None:
        return np.asarray(in_levels_without(x, ignored))
    total = x.dtype.type(0)
    if not x.size:
        return np.asarray(total)
    while True:
        # A sum is handed up after the elements 0, 16, 32, …; what follows the last of them stays on its level.
        groups = (x.size + 15) // 16
        padded = np.zeros(16 * groups + 16, x.dtype)
        padded[15 : 15 + x.size] = x
        sums = np.add.accumulate(padded.reshape(-1, 16), 1)[:, -1]
        total = total + sums[groups]
        if groups == 1:
            return np.asarray(total + sums[0])
        x = sums[:groups]


def in_levels_without(x: np.ndarray, ignored: np.ndarray) -> np.generic:
    """``in_levels`` of a vector with zeros at ignored places, after which no sum is handed up."""
    zero = x.dtype.type(0)
    levels = [zero] * 8
    start = 0
    for end in (np.flatnonzero(~ignored[::16]) * 16).tolist():
        levels[0] = np.add.accumulate(x[start : end + 1])[-1] + zero
        start = end + 1
        for level in range(7):
            if end >> 4 * level & 15:
                break
            levels[level + 1], levels[level] = levels[level + 1] + levels[level], zero
    if start < x.size:
        levels[0] = np.add.accumulate(x[start:])[-1] + zero
    return sum(levels, zero)


def pick(x: np.ndarray, target: np.ndarray) -> np.ndarray:
    """For each place of ``target`` the element of ``x`` in the class it names; classes lie along dimension 1."""
    if x.ndim == 2:
        return x[places(len(x)), target]
    return np.take_along_axis(x, np.expand_dims(target, 1), 1)[:, 0]


def classes(
    target: np.ndarray, count: int, weight: np.ndarray | None, ignore_index: int, dtype: np.dtype
) -> tuple[np.ndarray, np.ndarray | None]:
    """Targets that can be picked, and the weight of each place (None: all one); IndexError for a class out of range."""
    known = target if target.dtype == np.int64 else target.astype(np.int64)
    if known.size and (
        known.view(np.uint64).max() >= count or (0 <= ignore_index < count and (known == ignore_index).any())
    ):
        ignored = known == ignore_index
        known = np.where(ignored, 0, known)
        outside = (known < 0) | (known >= count)
        if outside.any():
            raise IndexError(f"Target {known[outside][0]} is out of bounds.")
        weights = np.where(ignored, dtype.type(0), dtype.type(1) if weight is None else weight[known])
        return known, weights.astype(dtype, copy=False)
    return known, None if weight is None else weight[known]


def nll_loss(
    x: np.ndarray, target: np.ndarray, weight: np.ndarray | None, reduction: str, ignore_index: int
) -> tuple[np.ndarray, np.ndarray]:
    """The negative log likelihood of targets, and the sum of their weights; ``x`` is (N, C) or (N, C, H, W)."""
    known, weights = classes(target, x.shape[1], weight, ignore_index, x.dtype)
    losses = -pick(x, known)
    if weights is not None:
        # An ignored place counts nothing, even where its logarithm is infinite.
        losses = np.where(weights == 0, losses.dtype.type(0), losses * weights) if weight is None else losses * weights
    if reduction == "none":
        return losses + losses.dtype.type(0), np.zeros((), x.dtype)
    ignored = (target == ignore_index).ravel() if known is not target and weights is not None else None
    if ignored is not None and not ignored.any():
        ignored = None
    if weights is None:
        count = np.array(known.size, x.dtype)
    elif weight is None and ignored is not None:
        count = np.array(known.size - np.count_nonzero(ignored), x.dtype)
    else:
        count = in_levels(weights.ravel(), ignored)
    total = in_levels(losses.ravel(), ignored)
    return (np.asarray(total / count) if reduction == "mean" else total), count


def nll_loss_backward(
    g: np.ndarray, target: np.ndarray, weight: np.ndarray | None, reduction: str, ignore_index: int,
    total: np.ndarray, shape: tuple[int, ...]
) -> np.ndarray:
    """The gradient of the log probabilities, of ``shape``, for the gradient ``g`` of the loss."""
    if len(shape) == 1:
        single = nll_loss_backward(
            g.reshape(1 if reduction == "none" else ()), target.reshape(1), weight, reduction, ignore_index, total,
            (1, *shape),
        )
        return single.reshape(shape)
    known, weights = classes(target, shape[1], weight, ignore_index, g.dtype)
    share = -(g / total) if reduction == "mean" else -g
    share = np.asarray(share if weights is None else np.where(weights == 0, g.dtype.type(0), share * weights))
    result = np.zeros(shape, g.dtype)
    if len(shape) == 2:
        result[places(shape[0]), known] = share
    else:
        np.put_along_axis(result, np.expand_dims(known, 1), np.broadcast_to(share, known.shape)[:, None], 1)
    return result


def log_softmax_nll_backward(
    g: np.ndarray, probabilities: np.ndarray, target: np.ndarray, weight: np.ndarray | None, reduction: str,
    ignore_index: int, total: np.ndarray
) -> np.ndarray:
    """The gradient of (N, C) inputs through log_softmax and ``nll_loss``, for log ``probabilities``."""
    known, weights = classes(target, probabilities.shape[1], weight, ignore_index, g.dtype)
    share = -(g / total) if reduction == "mean" else -g
    if weights is not None:
        share = np.where(weights == 0, g.dtype.type(0), share * weights)
    result = elementwise.exp(probabilities)
    np.multiply(result, share[:, None] if share.ndim else share, result)
    np.negative(result, result)
    result[places(len(result)), known] += share
    return result


def cross_entropy(
    x: np.ndarray, target: np.ndarray, weight: np.ndarray | None, reduction: str, ignore_index: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The logarithms of softmax of (N, C) inputs, their negative log likelihood, and the sum of the weights."""
    low = log_softmax(x, 1)
    return low, *nll_loss(low, target, weight, reduction, ignore_index)
