"""Order along a dimension: ``sort``, ``argsort`` and ``median``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.families import op, reduction
from .._core.forms import FUNCTIONS, publish, write_out
from .._core.tensor import Tensor, wrap_dim
from .reductions import kept, pair, share

ndarray = np.ndarray
Array = ndarray


def order(x: ndarray, dim: int, descending: bool) -> ndarray:
    """Where the elements come from in sorted order: equal ones as they stood, nan above all numbers."""
    if not x.ndim:
        return np.zeros((), np.int64)
    if not descending:
        return np.argsort(x, axis=dim, kind="stable")
    backwards = np.argsort(np.flip(x, dim), axis=dim, kind="stable")
    return np.flip(x.shape[dim] - 1 - backwards, dim)


@op(
    "sort_along", method=False, module=False, node="SortBackward0", results=("values", "indices"),
    x=lambda xp, g, x_shape, indices, dim: xp.written_twice(xp.gather_backward(g, x_shape, dim, indices)),
)
def sort_along(x: Array, dim, descending):
    indices = np.ascontiguousarray(order(x, dim, descending)).reshape(x.shape)
    return (np.take_along_axis(x, indices, dim) if x.ndim else x.copy()), indices


sorted_pair = pair("sort")


def sort(
    input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False, *, out: Any = None
) -> Any:
    """The elements in order along ``dim``, and where they stood; always stable."""
    values, indices = sort_along(input, wrap_dim(dim, input._data.ndim), descending)
    if out is not None:
        values, indices = write_out("sort", out[0], values, (input,)), write_out("sort", out[1], indices, (input,))
    return sorted_pair(values, indices)


def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """Where the elements stand that come in order along ``dim``."""
    return sort_along(input.detach(), wrap_dim(dim, input._data.ndim), descending)[1]


def middle(x: ndarray, axes: Any, keepdim: bool) -> ndarray:
    """The lower of the middle elements of all; nan if there is one."""
    if not x.size:
        return np.array(np.nan, x.dtype)
    ordered = np.sort(x, axis=None)
    return ordered[-1] if ordered[-1] != ordered[-1] else ordered[(ordered.size - 1) // 2]


median_of_all = reduction(
    "median", middle,
    x=lambda xp, g, x, out: xp.written(share(xp, g, xp.where(xp.isnan(out), xp.isnan(x), x == out), None)),
    nodes=("MedianBackward0",) * 2,
)


@op(
    "median_along", method=False, module=False, node="MedianBackward1", results=("values", "indices"),
    x=lambda xp, g, x_shape, indices, dim, keepdim: xp.written_twice(xp.gather_backward(
        kept(xp, g, dim, keepdim, x_shape), x_shape, dim, kept(xp, indices, dim, keepdim, x_shape)
    )),
)
def median_along(x: Array, dim, keepdim):
    if not x.ndim:
        return x.copy(), np.zeros((), np.int64)
    if not x.shape[dim]:
        raise IndexError(f"median(): Expected reduction dim {dim} to have non-zero size.")
    indices = np.take(order(x, dim, False), [(x.shape[dim] - 1) // 2], dim)
    if x.dtype.kind == "f":
        unknown = np.isnan(x)
        first = np.expand_dims(np.argmax(unknown, dim), dim)
        indices = np.where(unknown.any(dim, keepdims=True), first, indices)
    values = np.take_along_axis(x, indices, dim)
    return (values, indices) if keepdim else (np.squeeze(values, dim), np.squeeze(indices, dim))


median_pair = pair("median")


def median(input: Tensor, dim: Any = None, keepdim: bool = False, *, out: Any = None) -> Any:
    """The lower median: of all elements, or along ``dim`` together with where it stands."""
    if dim is None:
        return median_of_all(input)
    values, indices = median_along(input, wrap_dim(dim, input._data.ndim), keepdim)
    if out is not None:
        values, indices = write_out("median", out[0], values, (input,)), write_out("median", out[1], indices, (input,))
    return median_pair(values, indices)


for _function in (sort, argsort, median):
    publish(_function.__name__, _function)
FUNCTIONS["msort"] = lambda input: sort(input, 0)[0]
