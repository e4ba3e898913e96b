"""The order of dimensions in memory that results take over from inputs: channels first, or last."""

from __future__ import annotations

import numpy as np

ndarray = np.ndarray


def channels_last(x: ndarray) -> bool:
    """Whether the strides of (N, C, *space), of two or three dimensions of space, put the channels innermost."""
    if x.ndim not in (4, 5) or x.flags.c_contiguous or not x.strides[1]:
        return False
    least = 0
    for place in (1, *range(x.ndim - 1, 1, -1), 0):
        length, step = x.shape[place], x.strides[place]
        if not length or step < least or (not place and least == x.strides[1]):
            return False
        least = step * length if length > 1 else step
    return True


def relaid(r: ndarray, last: bool) -> ndarray:
    """``r`` with its channels innermost in memory, if they shall be ``last``."""
    if not last or r.ndim not in (4, 5):
        return r
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(r, 1, -1)), -1, 1)


def like(r: ndarray, x: ndarray) -> ndarray:
    """``r`` in the order that ``x`` suggests."""
    return relaid(r, True) if channels_last(x) else r
