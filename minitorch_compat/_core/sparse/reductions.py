"""Sums, norms and softmax of sparse tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._kernels import coo
from .. import dtypes
from ..errors import Misfit, real_only
from ..modes import mode
from ..quiet import quietly
from ..scalars import is_number
from ..tensor import Tensor, wrap, wrap_dim
from .gradients import OUT, recorded
from .refusals import not_run
from .rules import carry_out, coalesced, found_at, rule
from .tensor import Sparse, sparse_of


def dims_of(dim: Any, count: int) -> list[int]:
    """Dimensions counted from the front; RuntimeError for one that comes twice."""
    given = dim if isinstance(dim, (tuple, list)) else (dim,)
    found = [wrap_dim(each, count) for each in given]
    for each in found:
        if found.count(each) > 1:
            raise RuntimeError(f"dim {each} appears multiple times in the list of dims")
    return found


@rule("sum")
def sum(input: Sparse, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    if dim is None:
        total = input._held.detach().sum(dtype=dtype)
        size, own = input._size, input.dtype
        return recorded("SumBackward0", total, (input,), (lambda g: g.to(own).expand(size),))
    return reduced(widened(input, dtype), dims_of(dim, len(input._size)), "SumBackward1", keepdim)


def widened(x: Sparse, dtype: Any) -> Sparse:
    """The dtype in which a sum is formed: the one asked for, or int64 for integers."""
    wanted = dtype or (x.dtype if x.is_floating_point() or x.is_complex() else dtypes.int64)
    return x if wanted is x.dtype else carry_out("to", (x, wanted), {})


@rule("_sparse_sum")
def sparse_sum(input: Any, dim: Any = None, dtype: Any = None) -> Tensor:
    if not isinstance(input, Sparse):
        if dim is None:
            raise RuntimeError("coalesce expected sparse coordinate tensor layout but got Strided")
        raise not_run("_indices", "CPU")
    if dim is None:
        return input.coalesce().values().sum(dtype=dtype)
    if dtype is not None and dtype is not input.dtype:
        input = carry_out("to", (input, dtype), {})
    return reduced(input, dims_of(dim, len(input._size)))


def reduced(x: Sparse, dims: list[int], node: str = "SparseSumBackward0", keepdim: bool = False) -> Any:
    """The sum along dimensions: dense where no sparse dimension is left."""
    sparse, size = len(x._places), x._size
    summed = [each for each in dims if each < sparse]
    inner = [each - sparse + 1 for each in dims if each >= sparse]
    held = x._held.detach()
    if inner:
        held = held.sum(inner)
        if held.dtype is not x.dtype and len(summed) < sparse:
            raise RuntimeError(
                f"dtype of values ({held.dtype.scalar_type}) must match dtype of sparse tensor ({x.dtype.scalar_type})"
            )
    rest = [length for place, length in enumerate(x._size) if place not in dims]
    if len(summed) == sparse:
        made: Any = held.sum(0)
    else:
        places = x._places[[each for each in range(sparse) if each not in summed]]
        made = sparse_of(places, held, rest, x._whole if not summed else None)
        if dims:
            made = coalesced(made)
    if keepdim:
        for each in sorted(dims):
            made = made.unsqueeze(each)
    if node == "SumBackward1":
        return recorded(node, made, (x,), (lambda g: expanded(g, size, () if keepdim else dims),))
    if mode.enabled and x._node is not None and made.is_complex():
        raise real_only("_sparse_sum")
    return recorded(node, made, (x,), (lambda g, x: spread_back(g, coalesced(x), dims),), (x,))


def expanded(g: Any, size: Any, dims: Any) -> Any:
    for each in sorted(dims):
        g = g.unsqueeze(each)
    return g.expand(size)


def spread_back(g: Any, x: Sparse, dims: list[int]) -> Tensor:
    """The gradient of a sum at the places of what was summed."""
    sparse = len(x._places)
    inner = sorted(each - sparse + 1 for each in dims if each >= sparse)
    kept = [each for each in range(sparse) if each not in dims]
    count = x._nnz()
    if isinstance(g, Sparse):
        whole = coalesced(g)
        values = wrap(found_at(whole, x._places[kept]))
    else:
        values = g.unsqueeze(0).expand(count, *g.shape)
    for each in inner:
        values = values.unsqueeze(each)
    values = values.expand(count, *x._size[sparse:]).contiguous()
    return sparse_of(x._places.copy(), values, x._size, x._whole)


@rule("_sparse_softmax")
def softmax(input: Any, dim: int, dtype: Any = None) -> Tensor:
    return normalised(input, dim, dtype, False)


@rule("_sparse_log_softmax")
def log_softmax(input: Any, dim: int, dtype: Any = None) -> Tensor:
    return normalised(input, dim, dtype, True)


def normalised(input: Any, dim: int, dtype: Any, logarithm: bool) -> Tensor:
    """Softmax or its logarithm; what is not stored counts as minus infinity."""
    name = "log_softmax" if logarithm else "softmax"
    if not isinstance(input, Tensor) or not is_number(dim):
        raise Misfit
    if not isinstance(input, Sparse):
        raise not_run(f"_sparse_{name}", "CPU")
    if dtype is not None and dtype is not input.dtype:
        input = carry_out("to", (input, dtype), {})
    place = wrap_dim(dim, len(input._size))
    x = coalesced(input)
    sparse = len(x._places)
    if x.dtype not in (dtypes.float32, dtypes.float64):
        raise NotImplementedError(f'"{name}" not implemented for \'{x.dtype.scalar_type}\'')
    if place >= sparse:
        made = sparse_of(x._places, getattr(x._held, name)(place - sparse + 1), x._size, True)
    else:
        held = wrap(quietly(coo.softmax, pools(x, place), x._held._data, logarithm))
        made = sparse_of(x._places, held, x._size, True)
    title = "SparseLogSoftmaxBackward0" if logarithm else "SparseSoftmaxBackward0"
    return recorded(
        title, made, (input,), (lambda g, out: softmax_gradient(g, out, dim, logarithm),), (OUT,)
    )


def pools(x: Sparse, dim: int) -> np.ndarray:
    """Which entries share a row along a sparse dimension."""
    rest = [each for each in range(len(x._places)) if each != dim]
    return coo.flattened(x._places[rest], [x._size[each] for each in rest])


def softmax_gradient(g: Tensor, out: Sparse, dim: int, logarithm: bool) -> Tensor:
    sparse = len(out._places)
    at = carry_out("sparse_mask", (g, out), {})._held
    values = out._held
    if dim >= sparse:
        axis = dim - sparse + 1
        inner = (at if logarithm else at * values).sum(axis, keepdim=True)
    else:
        # torch looks for a dimension below zero, finds none, and takes each entry for a row of its own.
        flat = pools(out, dim) if dim >= 0 else np.arange(out._nnz())
        found, where = np.unique(flat, return_inverse=True)
        terms = (at if logarithm else at * values)._data
        sums = np.zeros((found.size, *terms.shape[1:]), terms.dtype)
        coo.add_at(sums, where.reshape(-1), terms)
        inner = wrap(sums[where.reshape(-1)])
    back = at - values.exp() * inner if logarithm else values * (at - inner)
    return sparse_of(out._places.copy(), back, out._size, True)


@rule("norm")
def norm(input: Sparse, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    if dim is not None and len(dims_of(dim, len(input._size))) < len(input._size):
        raise RuntimeError(
            "norm_sparse currently only supports full reductions, so 'dim' must either be empty or contain all "
            "dimensions of the input"
        )
    x = coalesced(input)
    if not (x.is_floating_point() or x.is_complex()):
        raise RuntimeError(
            f"norm(): input dtype should be either floating point or complex. Got {x.dtype.scalar_type} instead."
        )
    order = 2.0 if p in ("fro", None) else float(p)
    made = x._held.norm(order)
    return recorded("NormBackward1", made, (input,), (lambda g, x: norm_gradient(g, x, order),), (input,))


def norm_gradient(g: Tensor, x: Sparse, order: float) -> Any:
    """What torch has of it for sparse tensors."""
    if order == 1:
        return x.sgn() * g
    raise not_run(
        "masked_fill_.Scalar" if order == 2 else "eq.Tensor" if order == float("inf") else "pow_.Scalar"
    )


@rule("any")
def any(input: Sparse) -> Tensor:
    return input._held.any()


@rule("dist")
def dist(input: Sparse, other: Sparse, p: Any = 2) -> Tensor:
    return norm(carry_out("sub", (input, other), {}), p)

