"""Arithmetic of tensors and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core import dtypes
from .._core.families import NUMBERS, arrays, bad_arguments, binary, op, scalar, tensors, unary
from .._core.forms import FUNCTIONS, attach, commit, in_place, publish, write_out
from .._core.graph import LEAF
from .._core.modes import mode
from .._core.quiet import quietly
from .._core.tensor import Tensor, wrap

Array = np.ndarray

add = binary("add", np.add, x=lambda xp, g: g, y=lambda xp, g: g)
mul = binary("mul", np.multiply, x=lambda xp, g, y: g * xp.conj(y), y=lambda xp, g, x: g * xp.conj(x))
sub = binary("sub", np.subtract, x=lambda xp, g: g, y=lambda xp, g: -g)
div = binary("div", np.true_divide, dtypes.arithmetic_to_float,
             x=lambda xp, g, y: g / xp.conj(y), y=lambda xp, g, x, y: -g * xp.conj((x / y) / y))
neg = unary("neg", np.negative, x=lambda xp, g: -g)
Tensor.__add__ = Tensor.__radd__ = add
Tensor.__sub__ = sub
Tensor.__truediv__ = div
Tensor.__mul__ = Tensor.__rmul__ = mul
Tensor.__neg__ = neg
