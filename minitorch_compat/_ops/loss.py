"""Losses as single nodes."""

from __future__ import annotations

import numpy as np

from .._core import dtypes
from .._core.families import op

Array = np.ndarray


def mse_gradient(xp, g, x, y, reduction):
    """Twice the difference, shared out over the elements for a mean."""
    factor = 2.0 / count(x) if reduction == "mean" else 2.0
    return (x - y) * factor * g


def count(x):
    """The number of elements of an array or a tensor."""
    return x.size if isinstance(x, np.ndarray) else x.numel()


def check_reduction(reduction: str) -> None:
    """ValueError for a reduction there is not."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")


@op(
    "mse_loss",
    method=False,
    module=False,
    x=mse_gradient,
    y=lambda xp, g, x, y, reduction: -mse_gradient(xp, g, x, y, reduction),
)
def mse_loss(x: Array, y: Array, reduction: str = "mean"):
    """The squared differences: each, their mean, or their sum."""
    check_reduction(reduction)
    if x.dtype != y.dtype:
        wanted = dtypes.result_type(x, y).numpy
        x, y = x.astype(wanted), y.astype(wanted)
    from .._kernels import summation

    difference = x - y
    squares = np.asarray(difference * difference)
    if reduction == "none":
        return squares
    return summation.mean(squares) if reduction == "mean" else summation.sum(squares)
