"""Weights as a direction and a length (Salimans and Kingma, 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._core.errors import Misfit
from .._core.operations import op
from .._core.quiet import quietly
from .._core.steps import recorded, step
from .._core.tensor import Tensor, stands_for_others, wrap
from .._kernels import reduce, summation
from .._kernels.elementwise import widened
from . import entry
from .criteria import norm_along
from .reductions import norm_x

Array = np.ndarray


@op("norm_of_all", method=False, module=False, node="NormBackward0", x=norm_x)
def norm_of_all(x: Array, p, dim, keepdim):
    """The p-norm of everything, as torch's own code calls it."""
    return reduce.norm(x, p, dim, keepdim)


def norm_except_dim(v: Any, pow: int = 2, dim: int = 0) -> Any:
    """The norms of the slices along one dimension, or, for dimension -1, of everything."""
    if dim == -1:
        return norm_of_all(v, float(pow), None, False)
    if dim == 0:
        rows = v.contiguous().view(v.size(0), -1)
        return norm_along(rows, float(pow), (1,), False).view(v.size(0), *[1] * (v.dim() - 1))
    if dim == v.dim() - 1:
        rows = v.contiguous().view(-1, v.size(dim))
        return norm_along(rows, float(pow), (0,), False).view(*[1] * dim, v.size(dim))
    return norm_except_dim(v.transpose(0, dim), pow, 0).transpose(0, dim)


def composition(v: Any, g: Any, dim: int) -> Any:
    """The directions times the lengths."""
    return v * (g / norm_except_dim(v, 2, dim))


def back(g: Array, inputs: Sequence[Any], saved: Any, needed: Sequence[bool], dim: int) -> list[Any]:
    v, lengths = (widened(each) for each in inputs)
    g = widened(g)
    others = tuple([each for each in range(v.ndim) if each != dim])
    along = summation.sum(g * v, others, True)
    found = (lengths / saved * (g - v * (along / (saved * saved))), along / saved)
    return [each.astype(x.dtype, copy=False) for each, x in zip(found, inputs, strict=True)]


Interface = step("_weight_norm_interface", "WeightNormInterfaceBackward0", ("v", "g"), back, composition, shown={
    "dim": lambda options: options[0], "result1": lambda saved: saved,
})


def weight_norm(v: Any, g: Any, dim: int = 0) -> Any:
    """``v`` with the lengths ``g`` along a dimension; as one node where that is the first or the last."""
    if not isinstance(v, Tensor) or not isinstance(g, Tensor):
        raise Misfit
    if dim not in (0, v.dim() - 1) or stands_for_others([v, g]):  # type: ignore[attr-defined]
        return composition(v, g, dim)
    wide = widened(v._data)
    lengths = norm_except_dim(wrap(wide), 2, dim)._data
    made = quietly(lambda: (wide * (widened(g._data) / lengths)).astype(v._data.dtype, copy=False))
    return recorded(Interface, wrap(made), (v, g), lengths, (dim,))


entry.publish("_weight_norm", weight_norm, method=False)
entry.publish("norm_except_dim", norm_except_dim, method=False)
