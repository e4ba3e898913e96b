"""Arithmetic of a tensor and a number as torch's own code calls it: the graph names it otherwise than a user's."""

from __future__ import annotations

import numpy as np

from .._core.operations import op
from .._kernels.elementwise import widened

Array = np.ndarray


@op(method=False, module=False, node="MulBackward1", x=lambda xp, g, number: xp.times(g, number))
def times(x: Array, number):
    """A tensor times a number, as torch's own code multiplies."""
    wide = widened(x)
    return np.asarray(wide * wide.dtype.type(number)).astype(x.dtype, copy=False)


@op(method=False, module=False, node="AddBackward1", x=lambda xp, g: g)
def plus(x: Array, number):
    """A tensor and a number, as torch's own code adds."""
    wide = widened(x)
    return np.asarray(wide + wide.dtype.type(number)).astype(x.dtype, copy=False)


@op(method=False, module=False, node="DivBackward1", x=lambda xp, g, number: xp.over(g, number))
def over(x: Array, number):
    """A tensor divided by a number, as torch's own code divides."""
    wide = widened(x)
    return np.asarray(wide / wide.dtype.type(number)).astype(x.dtype, copy=False)


@op(method=False, module=False, node="SubBackward1", x=lambda xp, g: g)
def less(x: Array, number):
    """A tensor less a number, as torch's own code subtracts."""
    wide = widened(x)
    return np.asarray(wide - wide.dtype.type(number)).astype(x.dtype, copy=False)

