"""Losses as single nodes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.errors import NoMemory
from .._core.families import astray, bad_arguments
from .._core.graph import LEAF, Node, next_order
from .._core.modes import altered, mode
from .._core.quiet import quietly, run
from .._core.recording import DECLARED, arrays, check_versions, fit_all, note, tensor_values, tensors
from .._core.saved_names import saved_names
from .._core.tensor import Tensor, new
from .._kernels import summation
from .._kernels.scalar_types import NARROW

ndarray = np.ndarray


@lru_cache(maxsize=256)
def factor(count: int, kind: np.dtype) -> ndarray:
    """Two over the number of elements, as the backward of a mean multiplies by it."""
    return np.array(2.0 / count if count else 0.0, kind)


class MseLossBackward0(Node):
    """Back from squared differences: twice the difference, shared out over the elements for a mean."""

    __slots__ = ()
    __module__ = "builtins"
    operation = "mse_loss"

    def vjp(self, g: Any) -> Sequence[Any]:
        if self.kept is None:
            raise errors.graph_freed()
        a, b = self.kept
        if self.noted is not None or a._shared is not None or b._shared is not None:
            check_versions(self)
        difference, count, _ = self.values
        if hasattr(a, "packed"):
            difference = a._data - b._data
        gradient = difference * factor(count, difference.dtype)
        if g.size != 1 or g.item() != 1.0:
            gradient = gradient * g
        x, y = self.edges
        results = (None if x is None else gradient, None if y is None else -gradient)
        return results if self.fit is None else fit_all(arrays, self, results)

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        a, b = tensor_values(self)[:2]
        gradient = (a - b) * (2.0 / max(self.values[1], 1)) * g
        x, y = self.edges
        results = (None if x is None else gradient, None if y is None else -gradient)
        return results if self.fit is None else fit_all(tensors, self, results)

    def free(self) -> None:
        self.kept = None
        self.values = (None, *self.values[1:])


DECLARED["mse_loss"] = MseLossBackward0
for _name, _shown in saved_names("MseLossBackward0", ("x", "target"), ("difference", "count", "reduction")).items():
    setattr(MseLossBackward0, _name, _shown)


def mean_of_squares(a: ndarray, b: ndarray, reduction: str) -> tuple[ndarray, ndarray]:
    """The differences, and their squares reduced."""
    difference = a - b
    if type(difference) is not ndarray:
        difference = np.asarray(difference)
    squares = difference * difference
    if type(squares) is not ndarray:
        squares = np.asarray(squares)
    if reduction == "none":
        return difference, squares
    if reduction == "sum":
        return difference, summation.sum(squares)
    if squares.flags.c_contiguous and squares.dtype.char in "fd" and squares.size:
        return difference, summation.vector_mean(squares.ravel())
    return difference, summation.mean(squares)


def mse_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The squared differences of two tensors of one shape: each ("none"), their mean, or their sum."""
    try:
        a, b = input._data, target._data
    except NoMemory:
        return astray("mse_loss", mse_loss, (input, target, reduction), {})
    except AttributeError:
        raise bad_arguments("mse_loss", (input, target)) from None
    if reduction != "mean" and reduction not in ("none", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    fit = None
    if a.dtype is not b.dtype:
        wanted = dtypes.result_type(a, b).numpy
        fit = tuple([None if each.dtype == wanted else (each.shape, each.dtype) for each in (a, b)])
        a, b = a.astype(wanted, copy=False), b.astype(wanted, copy=False)
    if a.dtype.kind not in "fV" or a.dtype.char in NARROW:
        raise NotImplementedError(f"\"mse_cpu\" not implemented for '{dtypes.of(a).scalar_type}'")
    try:
        difference, r = run(mean_of_squares, a, b, reduction)
    except RuntimeError:
        difference, r = quietly(mean_of_squares, a, b, reduction)
    out = new(Tensor)
    out._data = r
    if (input._node is not None or target._node is not None) and (not altered or mode.enabled):
        source, other = input._node, target._node
        step = new(MseLossBackward0)
        step.order = next_order()
        step.edges = (input if source is LEAF else source, target if other is LEAF else other)
        step.kept = (input, target)
        step.values = (difference, a.size if reduction == "mean" else 1, reduction)
        step.noted = step.fit = None
        out._node = step
        if fit is not None and any(fit):
            step.fit = fit
            step.kept = (tensors.to_dtype(input, dtypes.of(a)), tensors.to_dtype(target, dtypes.of(b)))
        if input._shared is not None or target._shared is not None:
            note(step)
    return out


arrays.mse_loss = lambda a, b, reduction="mean": mean_of_squares(a, b, reduction)[1]
tensors.mse_loss = mse_loss
