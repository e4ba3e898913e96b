"""Arithmetic of a tensor and a number as torch's own code calls it: the graph names it otherwise than a user's."""

from __future__ import annotations

import numpy as np

from .._core.dtypes import get_default_dtype
from .._core.operations import op
from .._kernels.elementwise import widened

Array = np.ndarray


def beside(x: Array, number: float) -> Array:
    """``x`` in the dtype in which torch computes with ``number``: the half types in float32, integers as floats."""
    if x.dtype.kind in "biu" and isinstance(number, float):
        return x.astype(get_default_dtype().numpy)
    return widened(x)


def ended(r: Array, x: Array) -> Array:
    """A result in the dtype of ``x``, where that is floating."""
    return np.asarray(r).astype(x.dtype, copy=False) if x.dtype.kind in "fcV" else np.asarray(r)


@op(method=False, module=False, node="MulBackward1", x=lambda xp, g, number: xp.times(g, number))
def times(x: Array, number):
    """A tensor times a number, as torch's own code multiplies."""
    wide = beside(x, number)
    return ended(wide * wide.dtype.type(number), x)


@op(method=False, module=False, node="AddBackward1", x=lambda xp, g: g)
def plus(x: Array, number):
    """A tensor and a number, as torch's own code adds."""
    wide = beside(x, number)
    return ended(wide + wide.dtype.type(number), x)


@op(method=False, module=False, node="DivBackward1", x=lambda xp, g, number: xp.over(g, number))
def over(x: Array, number):
    """A tensor divided by a number, as torch's own code divides."""
    wide = beside(x, number)
    return ended(wide / wide.dtype.type(number), x)


@op(method=False, module=False, node="SubBackward1", x=lambda xp, g: g)
def less(x: Array, number):
    """A tensor less a number, as torch's own code subtracts."""
    wide = beside(x, number)
    return ended(wide - wide.dtype.type(number), x)

