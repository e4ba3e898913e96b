"""Ranges of numbers: by their step, or by how many there are."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.forms import publish
from .._core.options import Misfit, check_options, checked, dtype_of, into_out, leaf, length_of, out_of
from .._core.scalars import cast, is_number, no_fit, number_of
from .._core.tensor import Tensor
from .._kernels import ranges as kernels

ndarray = np.ndarray


def placed(name: str, out: Tensor | None, array: ndarray, dtype: dtypes.dtype | None, requires_grad: Any) -> Tensor:
    """A range as a new tensor, or in ``out``, which keeps its shape where that has as many elements."""
    if out is None:
        return leaf(array, requires_grad)
    if out._data.size == array.size:
        array = array.reshape(out._data.shape)
    return into_out(name, out, array, dtype, requires_grad)


def whole(*bounds: Any) -> bool:
    """Whether all bounds are integers."""
    return all(isinstance(each, int) for each in bounds)


@checked("arange")
def arange(
    *bounds: Any, start: Any = None, end: Any = None, step: Any = None, out: Tensor | None = None, dtype: Any = None,
    layout: Any = None, device: Any = None, pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """The numbers from ``start`` (0) up to, not including, ``end`` in steps of ``step`` (1).

    Integers give int64, floats the default dtype. RuntimeError for a step of 0 or of the wrong sign.
    """
    if len(bounds) == 1 and start is None and end is None:
        end = bounds[0]
        if type(end) is int and 0 <= end < 1 << 40 and step is out is dtype is layout is device is None:
            return leaf(np.arange(end), requires_grad)
    elif bounds:
        given = dict(zip(("start", "end", "step"), bounds, strict=False))
        named = {"start": start, "end": end, "step": step}
        if len(bounds) > 3 or any(named[each] is not None for each in given):
            raise Misfit
        start, end, step = ((named | given)[each] for each in ("start", "end", "step"))
    numbers = (0 if start is None else start, end, 1 if step is None else step)
    if not all(map(is_number, numbers)):
        raise Misfit
    out_of(out)
    check_options(layout, device, pin_memory, requires_grad)
    dtype = dtype_of(dtype)
    first, last, by = map(number_of, numbers)
    for each in (first, last, by):
        if isinstance(each, complex):
            raise no_fit(dtypes.float64)
    inferred = dtypes.int64 if whole(first, last, by) else dtypes.get_default_dtype()
    wanted = dtype or (inferred if out is None else out.dtype)
    if wanted is dtypes.int64:
        check_steps(first, last, by)
        first, last, by = (cast(each, wanted).item() for each in (first, last, by))
        if by == 0:
            raise ValueError("step must be nonzero")
    array = kernels.arange(first, last, by, wanted.numpy)
    if out is not None and out._data.size not in (0, array.size):
        warnings.warn(
            f"The number of elements in the out tensor of shape {errors.size_text(out._data.shape)} is "
            f"{out._data.size} which does not match the computed number of elements {array.size}. Note that this may "
            "occur as a result of rounding error. The out tensor will be resized to a tensor of shape "
            f"({array.size},).",
            UserWarning,
            stacklevel=3,
        )
    return placed("arange", out, array, dtype, requires_grad)


def check_steps(first: Any, last: Any, by: Any) -> None:
    """RuntimeError for bounds that are not finite and for a step that leads nowhere, or away."""
    if by == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(first) and math.isfinite(last)):
        raise RuntimeError(f"unsupported range: {first:g} -> {last:g}")
    if (by > 0) != (last >= first) and last != first:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")


@checked("range")
def range(
    start: Any, end: Any, step: Any = 1, *, out: Tensor | None = None, dtype: Any = None, layout: Any = None,
    device: Any = None, pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """The numbers from ``start`` up to and with ``end``, of the default dtype; deprecated, with a warning."""
    numbers = (start, end, step)
    if not all(map(is_number, numbers)):
        raise Misfit
    out_of(out)
    check_options(layout, device, pin_memory, requires_grad)
    dtype = dtype_of(dtype)
    warnings.warn(
        "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
        "Python's range builtin. Instead, use torch.arange, which produces values in [start, end).",
        UserWarning,
        stacklevel=3,
    )
    wanted = dtype or (dtypes.get_default_dtype() if out is None else out.dtype)
    first, last, by = map(number_of, numbers)
    return placed("range", out, kernels.range(first, last, by, wanted.numpy), dtype, requires_grad)


def bounds_of(name: str, start: Any, end: Any, steps: Any) -> tuple[Any, Any, int]:
    """Start, end and count of ``linspace`` and ``logspace``; either bound may be a 0-d tensor."""
    count = length_of(steps, 0)
    bounds = [(which, each._data.ndim) for which, each in (("start", start), ("end", end)) if isinstance(each, Tensor)]
    if any(ndim for _, ndim in bounds):
        given = " and ".join(f"{which} with {ndim} dimension(s)" for which, ndim in bounds)
        raise RuntimeError(f"{name} only supports 0-dimensional start and end tensors, but got {given}.")
    if not all(isinstance(each, Tensor) or is_number(each) for each in (start, end)):
        raise Misfit
    if count < 0:
        raise RuntimeError("number of steps must be non-negative")
    return number_of(start), number_of(end), count


def spaced_dtype(start: Any, end: Any, out: Tensor | None) -> dtypes.dtype:
    """The default dtype, complex where a bound is."""
    if out is not None:
        return out.dtype
    default = dtypes.get_default_dtype()
    return default.to_complex() if isinstance(start, complex) or isinstance(end, complex) else default


@checked("linspace")
def linspace(
    start: Any, end: Any, steps: Any, *, out: Tensor | None = None, dtype: Any = None, layout: Any = None,
    device: Any = None, pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """``steps`` evenly spaced numbers from ``start`` to ``end``, both included."""
    first, last, count = bounds_of("linspace", start, end, steps)
    out_of(out)
    check_options(layout, device, pin_memory, requires_grad)
    dtype = dtype_of(dtype)
    wanted = dtype or spaced_dtype(first, last, out)
    array = kernels.linspace(first, last, count, wanted.numpy)
    return placed("linspace", out, array, dtype, requires_grad)


@checked("logspace")
def logspace(
    start: Any, end: Any, steps: Any, base: Any = 10.0, *, out: Tensor | None = None, dtype: Any = None,
    layout: Any = None, device: Any = None, pin_memory: Any = False, requires_grad: Any = False
) -> Tensor:
    """``base`` to the power of ``steps`` evenly spaced numbers from ``start`` to ``end``."""
    if not is_number(base) or isinstance(base, complex):
        raise Misfit
    first, last, count = bounds_of("logspace", start, end, steps)
    out_of(out)
    check_options(layout, device, pin_memory, requires_grad)
    dtype = dtype_of(dtype)
    wanted = dtype or spaced_dtype(first, last, out)
    array = kernels.logspace(first, last, count, float(number_of(base)), wanted.numpy)
    return placed("logspace", out, array, dtype, requires_grad)


for _function in (arange, range, linspace, logspace):
    publish(_function.__name__, _function, method=False)
