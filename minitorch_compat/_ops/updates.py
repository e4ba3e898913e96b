"""The writes that optimisers make, several asked for at once, and without a detour where there is one element."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from .._core.modes import mode
from .._core.quiet import quietly
from .._core.views import shared_of
from .._kernels.fused import fma32

FLOAT32 = np.dtype(np.float32)


@lru_cache(maxsize=256)
def single(value: float) -> float:
    """The float32 nearest to a number, as a Python float."""
    return float(np.float32(value))


def step_(parameter: Any, direction: Any, factor: Any) -> None:
    """``parameter.add_(direction, alpha=factor)``: rounded once, as torch's loop does."""
    a, b = parameter._data, direction._data
    if type(factor) is float and a.dtype is FLOAT32 and b.dtype is FLOAT32 and not mode.enabled:
        if a.size == 1 == b.size:
            # A Python float is the float64 in which the fused step is computed.
            quietly(a.fill, b.item() * single(factor) + a.item())
            shared_of(parameter).number += 1
            return
        if a.shape == b.shape and a.flags.c_contiguous:
            np.copyto(a, quietly(fma32, b, np.float32(factor), a))
            shared_of(parameter).number += 1
            return
    parameter.add_(direction, alpha=factor)


def average_(buffer: Any, keep: Any, gradient: Any, factor: Any) -> None:
    """``buffer.mul_(keep).add_(gradient, alpha=factor)``: two writes."""
    a, b = buffer._data, gradient._data
    if (
        a.size == 1 == b.size and a.dtype is FLOAT32 and b.dtype is FLOAT32 and type(keep) is float
        and not mode.enabled
    ):
        # A Python float holds the product or the sum of two float32 until it is rounded.
        a.fill(single(keep) * a.item())
        quietly(a.fill, (b.item() if factor == 1 else b.item() * single(float(factor))) + a.item())
        shared_of(buffer).number += 2
        return
    buffer.mul_(keep).add_(gradient, alpha=factor)
