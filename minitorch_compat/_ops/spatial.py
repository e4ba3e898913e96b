"""Arguments that speak of each dimension of space, or of all of them with one number."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.errors import Misfit, size_text
from .._core.tensor import Tensor


def is_int(value: Any) -> bool:
    """Whether torch's parser takes a value for an integer."""
    return type(value) is int or (isinstance(value, (int, np.integer)) and not isinstance(value, bool)) or (
        isinstance(value, Tensor) and not value._data.ndim and value._data.dtype.kind in "iu" and value._node is None
    )


def ints(value: Any, count: int) -> tuple[int, ...]:
    """A number for each of ``count`` dimensions, or a sequence as it is; Misfit for what is neither."""
    if is_int(value):
        return (int(value),) * count
    if not isinstance(value, (tuple, list)):
        raise Misfit
    for each in value:
        if type(each) is not int and not is_int(each):
            raise Misfit
    return tuple([int(each) for each in value])


def matched(name: str, value: tuple[int, ...], count: int) -> tuple[int, ...]:
    """One number for each dimension of a convolution; a single one stands for all."""
    if len(value) == count:
        return value
    if len(value) == 1:
        return value * count
    raise RuntimeError(
        f"expected {name} to be a single integer value or a list of {count} values to match the convolution "
        f"dimensions, but got {name}={size_text(value)}"
    )


def batched(x: Tensor, space: int) -> tuple[Tensor, bool]:
    """``x`` with a dimension of samples in front, and whether it lacked one."""
    return (x, False) if x._data.ndim == space + 2 else (x.unsqueeze(0), True)
