"""The writes that optimisers make, several asked for at once, and without a detour where there is one element."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from .._core.errors import NoMemory
from .._core.modes import altered, mode
from .._core.quiet import quietly
from .._kernels.fused import fma32, fma64

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
LARGEST = float(np.finfo(np.float32).max)


@lru_cache(maxsize=256)
def single(value: float) -> float:
    """The float32 nearest to a number, as a Python float."""
    return float(np.float32(value))


def fill(array: np.ndarray, value: float) -> None:
    """Round a number into a float32 array; what is too large becomes infinite without a word."""
    if -LARGEST < value < LARGEST:
        array.fill(value)
    else:
        quietly(array.fill, value)


def step_(parameter: Any, direction: Any, factor: Any) -> None:
    """``parameter.add_(direction, alpha=factor)``: rounded once, as torch's loop does."""
    try:
        a, b = parameter._data, direction._data
    except NoMemory:
        parameter.add_(direction, alpha=factor)
        return
    if type(factor) is float and a.dtype is FLOAT64 and b.dtype is FLOAT64 and altered and not mode.enabled:
        if a.shape == b.shape and a.flags.c_contiguous:
            np.copyto(a, fma64(b, np.float64(factor), a))
            parameter._bump()
            return
    elif type(factor) is float and a.dtype is FLOAT32 and b.dtype is FLOAT32 and altered and not mode.enabled:
        if a.size == 1 == b.size:
            # A Python float is the float64 in which the fused step is computed.
            fill(a, b.item() * single(factor) + a.item())
            parameter._bump()
            return
        if a.shape == b.shape and a.flags.c_contiguous:
            np.copyto(a, quietly(fma32, b, np.float32(factor), a))
            parameter._bump()
            return
    parameter.add_(direction, alpha=factor)


def average_(buffer: Any, keep: Any, gradient: Any, factor: Any) -> None:
    """``buffer.mul_(keep).add_(gradient, alpha=factor)``: two writes."""
    try:
        a, b = buffer._data, gradient._data
    except NoMemory:
        buffer.mul_(keep).add_(gradient, alpha=factor)
        return
    if (
        a.dtype is FLOAT32 and b.dtype is FLOAT32 and type(keep) is float and a.size == 1 == b.size
        and altered and not mode.enabled
    ):
        # A Python float holds the product or the sum of two float32 until it is rounded.
        fill(a, single(keep) * a.item())
        fill(a, (b.item() if factor == 1 else b.item() * single(float(factor))) + a.item())
        buffer._bump(2)
        return
    buffer.mul_(keep).add_(gradient, alpha=factor)
