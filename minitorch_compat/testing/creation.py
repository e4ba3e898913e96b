"""Tensors of random numbers for tests."""

from __future__ import annotations

import math
import warnings
from typing import Any

from .._core import dtypes
from .._core.absent import absent
from .._core.forms import FUNCTIONS

SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
FLOATING = ("float16", "bfloat16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
ABSENT = ("complex32", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz")


def bounds(dtype: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """The interval [low, high) as ``dtype`` can hold it; ValueError where there is none."""
    name = str(dtype).rpartition(".")[2]
    whole = name not in FLOATING + COMPLEX
    lowest: float
    beyond: float
    if name == "bool":
        lowest, beyond, usual = 0, 2, (0, 2)
    elif whole:
        integers = dtypes.iinfo(dtype)
        lowest, beyond, usual = integers.min, integers.max + 1, ((0, 10) if name in UNSIGNED else (-9, 10))
    else:
        numbers = dtypes.finfo(dtype)
        lowest, beyond, usual = numbers.min, numbers.max, (-9, 9)
    low, high = usual[0] if low is None else low, usual[1] if high is None else high
    if any(isinstance(each, float) and math.isnan(each) for each in (low, high)):
        raise ValueError(f"`low` and `high` cannot be NaN, but got {low=} and {high=}")
    if low == high and not whole:
        warnings.warn(
            "Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is deprecated since 2.1 "
            "and will be removed in 2.3. Use `torch.full(...)` instead.",
            FutureWarning,
            stacklevel=4,
        )
    elif low >= high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    elif high < lowest or low >= beyond:
        raise ValueError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), but {dtype} only supports "
            f"[{lowest}, {beyond})"
        )
    low, high = max(low, lowest), min(high, beyond)
    return (math.ceil(low), math.ceil(high)) if whole else (low, high)


def make_tensor(
    *shape: Any, dtype: Any, device: Any, low: Any = None, high: Any = None, requires_grad: bool = False,
    noncontiguous: bool = False, exclude_zero: bool = False, memory_format: Any = None,
) -> Any:
    """A tensor of numbers drawn evenly from [low, high): by default up to 9 or 10 from zero, on both sides if signed.

    Errors: ValueError for an interval that is empty or beyond the dtype, and for options that exclude each other;
    TypeError for another dtype.
    """
    name = str(dtype).rpartition(".")[2]
    if name in ABSENT:
        raise absent(f"torch.testing.make_tensor for torch.{name}")
    if not isinstance(dtype, dtypes.dtype) or name not in ("bool", *SIGNED, *UNSIGNED, *FLOATING, *COMPLEX):
        raise TypeError(
            f"The requested dtype '{dtype}' is not supported by torch.testing.make_tensor(). "
            "To request support, file an issue at: https://github.com/pytorch/pytorch/issues"
        )
    size = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    if requires_grad and name not in FLOATING + COMPLEX:
        raise ValueError(
            f"`requires_grad=True` is not supported for boolean and integral dtypes, but got {dtype=}"
        )
    if noncontiguous and memory_format is not None:
        raise ValueError(
            "The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got "
            f"{noncontiguous=} and {memory_format=}"
        )
    apart = noncontiguous and math.prod(size) > 1
    if apart:
        size = (*size[:-1], 2 * size[-1])
    low, high = bounds(dtype, low, high)
    if name in COMPLEX + FLOATING:
        made = FUNCTIONS["empty"](size, dtype=dtype, device=device)
        parts = FUNCTIONS["view_as_real"](made) if name in COMPLEX else made
        if high - low > dtypes.finfo(dtype).max:  # wider than a number of this dtype
            parts.uniform_(low / 2, high / 2).mul_(2)
        else:
            parts.uniform_(low, high)
    else:
        made = FUNCTIONS["randint"](low, high, size, dtype=dtype, device=device)
    if apart:
        made = made[..., 1::2]
    elif memory_format is not None:
        made = made.clone(memory_format=memory_format)
    if exclude_zero:
        tiny = 1 if name not in FLOATING + COMPLEX else dtypes.finfo(dtype).tiny
        made[made == 0] = complex(tiny, tiny) if name in COMPLEX else tiny
    return made.requires_grad_() if requires_grad else made


make_tensor.__module__ = "torch.testing._creation"
