"""Order: sorting, ranks, equal elements and places in sorted sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._core import errors
from .._core.families import reduction, refuse_narrow
from .._core.forms import write_out
from .._core.operations import op
from .._core.options import Misfit
from .._core.saved_names import from_front
from .._core.scalars import is_number
from .._core.tensor import Tensor, wrap
from .._core.warn import warn_once
from .._kernels import sort as kernels
from .._kernels.scalar_types import NARROW
from . import entry
from .reductions import RETURN_TYPES, kept, pair, share_filled

ndarray = np.ndarray
Array = ndarray


def whole_number(value: Any) -> int:
    """An integer argument; Misfit for anything else."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, Tensor) and not value._data.ndim and value._data.dtype.kind in "iu":
        return int(value)
    raise Misfit


def dimension(input: Tensor, dim: Any) -> int:
    """A dimension of ``input``, counted from the front."""
    return from_front(whole_number(dim), input._data.ndim)


def into_pair(name: str, out: Any, results: Any, found: tuple[Tensor, ...], input: Tensor) -> Any:
    """The named tuple of a result, written to the tensors in ``out`` where they are given."""
    if out is not None:
        results = RETURN_TYPES.get(name + "_out") or pair(name + "_out", *results._fields)
        found = tuple([write_out(name, place, each, (input,)) for place, each in zip(out, found, strict=True)])
    return results(*found)


# ---- sorting

SORTED = pair("sort")
CHOSEN = pair("topk")


def sorting(name: str, node: str) -> Callable[..., tuple[Tensor, Tensor]]:
    """Declare one of the two forms of ``sort``, which differ in the name of their step alone."""

    @op(
        name,
        method=False,
        module=False,
        node=node,
        results=("values", "indices"),
        x=lambda xp, g, x_shape, indices, dim: xp.written_twice(xp.gather_backward(g, x_shape, dim, indices)),
    )
    def sorted_along(x: Array, dim, descending):
        return kernels.sort(x, dim, descending)

    return sorted_along


sort_plain = sorting("sort_plain", "SortBackward0")
sort_stable = sorting("sort_stable", "SortBackward1")


def sort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool | None = None, out: Any = None) -> Any:
    """The elements in order along ``dim``, and where they were; equal ones stay in order."""
    if not isinstance(descending, bool):
        raise Misfit
    call = sort_plain if stable is None else sort_stable
    return into_pair("sort", out, SORTED, call(input, dimension(input, dim), descending), input)


def argsort(
    input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False, out: Tensor | None = None
) -> Tensor:
    """The indices that sort ``input`` along ``dim``."""
    result = sort(input.detach(), dim, descending, stable=stable).indices
    return result if out is None else write_out("argsort", out, result, ())


def msort(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The elements in order along the first dimension."""
    result = sort(input, 0).values
    return result if out is None else write_out("msort", out, result, (input,))


@op(
    "topk_along",
    method=False,
    module=False,
    node="TopkBackward0",
    results=("values", "indices"),
    x=lambda xp, g, x_shape, indices, dim: xp.written_twice(xp.gather_backward(g, x_shape, dim, indices)),
)
def topk_along(x: Array, k, dim, largest, in_order):
    return kernels.topk(x, k, dim, largest, in_order)


def topk(
    input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True, *, out: Any = None
) -> Any:
    """The ``k`` largest, or smallest, elements along ``dim``, and where they are."""
    if not isinstance(largest, bool) or not isinstance(sorted, bool):
        raise Misfit
    found = topk_along(input, whole_number(k), dimension(input, dim), largest, sorted)
    return into_pair("topk", out, CHOSEN, found, input)


for _function in (sort, argsort, msort, topk):
    entry.publish(_function.__name__, _function)


# ---- ranks


def ranked(name: str, node: str, kernel: Callable[..., tuple[ndarray, ndarray]]) -> Callable[..., Any]:
    """Declare an element chosen along a dimension: a rank, a median, the mode."""

    @op(
        name + "_along",
        method=False,
        module=False,
        node=node,
        results=("values", "indices"),
        x=lambda xp, g, x_shape, indices, dim, keepdim: xp.written_twice(xp.gather_backward(
            kept(xp, g, dim, keepdim, x_shape), x_shape, dim, kept(xp, indices, dim, keepdim, x_shape)
        )),
    )
    def along(x: Array, dim, keepdim, values):
        return kernel(x, *values, dim, keepdim)

    results = pair(name)

    def call(input: Tensor, dim: Any, keepdim: Any, out: Any, *values: Any) -> Any:
        if not isinstance(keepdim, bool):
            raise Misfit
        return into_pair(name, out, results, along(input, dimension(input, dim), keepdim, values), input)

    return call


_kthvalue = ranked("kthvalue", "KthvalueBackward0", lambda *given: kernels.kthvalue(*given))
_mode = ranked("mode", "ModeBackward0", lambda *given: kernels.mode(*given))


def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False, *, out: Any = None) -> Any:
    """The ``k``-th smallest element along ``dim``, and where it is."""
    return _kthvalue(input, dim, keepdim, out, whole_number(k))


def mode(input: Tensor, dim: int = -1, keepdim: bool = False, *, out: Any = None) -> Any:
    """The most frequent element along ``dim``, the smallest of several, and its last place."""
    return _mode(input, dim, keepdim, out)


def middle(name: str, ignore_nan: bool) -> None:
    """Declare ``median`` or ``nanmedian``: of all elements, or along a dimension."""
    title = name.capitalize()

    def along(x: ndarray, dim: int, keepdim: bool) -> tuple[ndarray, ndarray]:
        return kernels.median(x, dim, keepdim, ignore_nan)

    def everything(x: ndarray, axes: Any, keepdim: bool) -> ndarray:
        return kernels.median_of_all(x, ignore_nan)

    of_all = reduction(
        name,
        everything,
        x=lambda xp, g, x, out: xp.written(share_filled(
            xp, g, xp.logical_or(x == out, xp.logical_and(xp.isnan(x), xp.isnan(out))), None
        )),
        nodes=(f"{title}Backward0",) * 2,
    )
    one = ranked(name, f"{title}Backward1", along)

    def function(input: Tensor, dim: Any = None, keepdim: bool = False, *, out: Any = None) -> Any:
        if dim is None:
            if out is not None or keepdim:
                raise Misfit
            found = of_all(input)
            if found._node is not None and found.is_complex():
                raise errors.real_only(name)
            return found
        return one(input, dim, keepdim, out)

    entry.publish(name, function)


middle("median", False)
middle("nanmedian", True)
entry.publish("kthvalue", kthvalue)
entry.publish("mode", mode)


# ---- equal elements


def no_way_back(name: str) -> Any:
    """The formula of an operation that torch records without a derivative."""

    def formula(xp: Any, g: Any) -> Any:
        raise NotImplementedError(f"the derivative for '{name}' is not implemented.")

    return formula


def uniting(name: str, node: str, kernel: Callable[..., Any]) -> Callable[..., tuple[Tensor, ...]]:
    """Declare one of the operations that put equal elements together."""

    @op(name, method=False, module=False, node=node, results=("values", "inverse", "counts"), x=no_way_back(name))
    def united(x: Array, values):
        return kernel(x, *values)

    return united


_unique = uniting("_unique2", "Unique2Backward0", lambda *given: kernels.unique(*given))
_unique_dim = uniting("unique_dim", "UniqueDimBackward0", lambda *given: kernels.unique_dim(*given))
_unique_runs = uniting(
    "unique_consecutive",
    "UniqueConsecutiveBackward0",
    lambda x, *dim: kernels.unique_dim(x, dim[0], True) if dim else kernels.unique_consecutive(x),
)


def asked(found: tuple[Tensor, ...], inverse: bool, counts: bool) -> Any:
    """The values, with the inverse and the counts where they are wanted."""
    wanted = (found[0], *found[1:2] * inverse, *found[2:] * counts)
    return wanted[0] if len(wanted) == 1 else wanted


def unique(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False,
    dim: int | None = None
) -> Any:
    """The different elements, or slices along ``dim``, in order; the inverse and the counts if asked for."""
    if dim is None:
        found = _unique(input, ())
    else:
        place = dimension(input, dim)
        check_slices("unique", input._data, place)
        found = _unique_dim(input, (place,))
    return asked(found, return_inverse, return_counts)


def check_slices(name: str, x: ndarray, dim: int) -> None:
    """RuntimeError for slices of which there are many but that are empty."""
    if not x.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    empty = [axis for axis, size in enumerate(x.shape) if not size]
    if x.shape[dim] and empty:
        raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")


def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The elements, or slices along ``dim``, without those that repeat their predecessor."""
    found = _unique_runs(input, () if dim is None else (dimension(input, dim),))
    return asked(found, return_inverse, return_counts)


entry.publish("unique", unique)
entry.publish("unique_consecutive", unique_consecutive)


# ---- places in sorted sequences


def operand(value: Any, beside: Tensor) -> ndarray:
    """A tensor's array, or a number as a 0-d array."""
    if isinstance(value, Tensor):
        return value._data
    if not is_number(value):
        raise Misfit
    return np.array(value)


def searchsorted(
    sorted_sequence: Tensor, input: Any, *, out_int32: bool = False, right: bool = False, side: str | None = None,
    sorter: Tensor | None = None, out: Tensor | None = None
) -> Tensor:
    """Where each element of ``input`` would go into the sorted last dimension of ``sorted_sequence``."""
    sequence, values = sorted_sequence._data, operand(input, sorted_sequence)
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    if sequence.ndim == 0:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    if not values.ndim and sequence.ndim != 1:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got "
            f"boundaries tensor dim({sequence.ndim}) and input value's dim({values.ndim}) numel({values.size})"
        )
    if sequence.ndim != 1 and (sequence.ndim != values.ndim or sequence.shape[:-1] != values.shape[:-1]):
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(sequence.shape)} and input "
            f"value tensor {list(values.shape)}"
        )
    if sorter is not None and sorter._data.shape != sequence.shape:
        raise RuntimeError(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
            f"{list(sequence.shape)}and got sorter tensor {list(sorter._data.shape)}"
        )
    places = None if sorter is None else sorter._data
    for kind, name, each in (("input value", "input value", values), ("boundary", "boundary", sequence),
                             ("sorter", "sorter", places)):
        if each is not None and not each.flags.c_contiguous:
            warn_once(
                f"torch.searchsorted(): {kind} tensor is non-contiguous, this will lower the performance due to extra "
                f"data copy when converting non-contiguous tensor to contiguous, please use contiguous {name} tensor "
                "if possible. This message will only appear once per program.", stacklevel=3,
            )
    if sequence.dtype.char in NARROW:
        refuse_narrow("searchsorted", sequence.dtype)
    result = wrap(kernels.searchsorted(sequence, values, right or side == "right", places, out_int32))
    return result if out is None else write_out("searchsorted", out, result, ())


def bucketize(
    input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False, out: Tensor | None = None
) -> Tensor:
    """Between which boundaries each element lies."""
    if not is_number(input) and not isinstance(input, Tensor):
        raise Misfit
    if boundaries._data.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries._data.ndim})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right, out=out)


def isin(
    elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False, out: Tensor | None = None
) -> Tensor:
    """Where an element is one of ``test_elements``."""
    if not isinstance(elements, Tensor) and not isinstance(test_elements, Tensor):
        raise Misfit
    one = elements._data if isinstance(elements, Tensor) else operand(elements, test_elements)
    other = test_elements._data if isinstance(test_elements, Tensor) else operand(test_elements, elements)
    for each in (elements, test_elements):
        if isinstance(each, Tensor) and each._data.dtype.kind in "bc":
            raise RuntimeError(f"Unsupported input type encountered for isin(): {each.dtype.scalar_type}")
    result = wrap(kernels.isin(one, other, invert))
    return result if out is None else write_out("isin", out, result, ())


entry.publish("searchsorted", searchsorted, method=False)
entry.publish("bucketize", bucketize, method=False)
entry.publish("isin", isin, method=False)
