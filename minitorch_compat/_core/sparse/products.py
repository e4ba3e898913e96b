"""Products with sparse matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._kernels import coo
from .. import errors
from ..forms import FUNCTIONS
from ..quiet import quietly
from ..tensor import Tensor, wrap
from .gradients import recorded
from .rules import carry_out, coalesced, rule
from .tensor import Sparse, sparse_of

ndarray = np.ndarray


def check_product(a: Any, b: Any) -> None:
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]})"
        )


def sparse_dense(x: Sparse, y: Tensor, into: ndarray | None = None, alpha: Any = 1) -> ndarray:
    """The product of a sparse matrix and a dense one, added to an array that may be given."""
    matrix = np.ascontiguousarray(y._data)
    values = x._held._data
    if into is None:
        into = np.zeros((x._size[0], matrix.shape[1]), matrix.dtype)
    if alpha != 1:
        values = values * values.dtype.type(alpha)
    quietly(coo.times_dense, x._places[0], x._places[1], values, matrix, into)
    return into


def product(a: Tensor, b: Tensor) -> Tensor:
    """The product of two matrices of which one is sparse at least, without history."""
    if isinstance(a, Sparse) and isinstance(b, Sparse):
        one, other = coalesced(a), coalesced(b)
        places, values = coo.times_sparse(
            one._places, one._held._data, other._places, other._held._data, other._size[1]
        )
        return sparse_of(places, wrap(values), (a._size[0], b._size[1]), True)
    if isinstance(a, Sparse):
        return wrap(sparse_dense(a, b))
    assert isinstance(b, Sparse)
    swapped = sparse_of(b._places[::-1], b._held, b._size[::-1])
    return wrap(sparse_dense(swapped, wrap(a._data.T)).T)


@rule("mm", "hspmm_")
def mm(input: Tensor, mat2: Tensor, *, node: str = "MmBackward0") -> Tensor:
    for each, name in ((input, "self"), (mat2, "mat2")):
        if each.dim() != 2:
            raise RuntimeError(f"{name} must be a matrix")
    check_product(input, mat2)
    made = product(input, mat2)
    return recorded(
        node, made, (input, mat2),
        (lambda g, a, b: left_gradient(g, a, b), lambda g, a, b: right_gradient(g, a, b)), (input, mat2),
    )


def left_gradient(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return g.mm(conjugate(b).t())


def right_gradient(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return conjugate(a).t().mm(g)


def conjugate(x: Tensor) -> Tensor:
    return x.conj() if x.is_complex() else x


@rule("matmul")
def matmul(input: Tensor, other: Tensor) -> Tensor:
    if not isinstance(other, Tensor) or not isinstance(input, Tensor):
        from ..errors import Misfit

        raise Misfit
    if input.dim() == 2 and other.dim() == 1:
        return mv(input, other)
    if input.dim() == 1 and other.dim() == 2:
        return mm(input.unsqueeze(0), other).squeeze(0)
    if input.dim() == 2 and other.dim() == 2:
        return mm(input, other)
    if input.dim() == 3 and other.dim() == 3:
        return bmm(input, other)
    raise RuntimeError("expand is unsupported for Sparse tensors")


@rule("mv")
def mv(input: Tensor, vec: Tensor) -> Tensor:
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError("mv: expected self.size(-1) == vec.size(-1)")
    made = product(input, wrap(vec._data[:, None])).squeeze(-1)
    return recorded(
        "MvBackward0", made, (input, vec),
        (lambda g, a, v: outer(g, v), lambda g, a, v: conjugate(a).t().mv(g)), (input, vec),
    )


def outer(g: Tensor, v: Tensor) -> Tensor:
    return g.ger(conjugate(v))


@rule("addmm", written=True)
def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1, node: str = "AddmmBackward0"
) -> Tensor:
    if isinstance(input, Sparse):
        raise RuntimeError("addmm_sparse_dense: expected strided result tensor, got tensor with layout Sparse")
    check_product(mat1, mat2)
    shape = (mat1.shape[0], mat2.shape[1])
    start = np.array(np.broadcast_to(input._data, shape), order="C")
    if isinstance(mat1, Sparse):
        into = np.zeros_like(start) if beta == 0 else start if beta == 1 else start * start.dtype.type(beta)
        made = wrap(sparse_dense(mat1, mat2, into, alpha))
    else:
        made = wrap(start) * beta + product(mat1, mat2) * alpha
    own = tuple(input.shape)
    masked = node == "SparseAddmmBackward0"
    return recorded(
        node, made, (input, mat1, mat2),
        (
            lambda g, a, b: times(g, beta).sum_to_size(*own),
            lambda g, a, b: times((left_gradient_masked if masked else left_gradient)(g, a, b), alpha),
            lambda g, a, b: times(right_gradient(g, a, b), alpha),
        ),
        (mat1, mat2),
    )


def times(g: Tensor, factor: Any) -> Tensor:
    return g if factor == 1 else g * factor


def left_gradient_masked(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """The gradient of a sparse factor, at its places."""
    made = g.mm(conjugate(b).t())
    return made.sparse_mask(coalesced(a)) if isinstance(a, Sparse) and not made.is_sparse else made


@rule("_sparse_mm")
def sparse_mm(sparse: Tensor, dense: Tensor, reduce: str | None = None) -> Tensor:
    if reduce is not None:
        raise errors.lacks("torch.sparse.mm with reduce")
    if isinstance(sparse, Sparse) and isinstance(dense, Sparse):
        check_product(sparse, dense)
        return recorded(
            "SparseSparseMatmulBackward0", product(sparse, dense), (sparse, dense),
            (
                lambda g, a, b: carry_out("sparse_mask", (g.mm(conjugate(b).t()), coalesced(a)), {}),
                lambda g, a, b: carry_out("sparse_mask", (conjugate(a).t().mm(g), coalesced(b)), {}),
            ),
            (sparse, dense),
        )
    zeros = FUNCTIONS["zeros"]((), dtype=dense.dtype)
    return addmm(zeros, sparse, dense, beta=0, node="SparseAddmmBackward0")


@rule("_sparse_addmm")
def sparse_addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    return addmm(input, mat1, mat2, beta=beta, alpha=alpha, node="SparseAddmmBackward0")


@rule("bmm")
def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    if not isinstance(input, Sparse):
        swapped = bmm(carry_out("transpose", (mat2, 1, 2), {}), input.transpose(1, 2))
        return swapped.transpose(1, 2)
    if len(input._places) != 3:
        raise RuntimeError(f"bmm_sparse: Tensor 'self' must have 3 sparse dims, but has {len(input._places)}")
    x = coalesced(input)
    whole = np.zeros((x._size[0], x._size[1], mat2.shape[2]), mat2.dtype.numpy)
    flat = whole.reshape(-1, mat2.shape[2])
    rows = x._places[0] * x._size[1] + x._places[1]
    columns = x._places[0] * mat2.shape[1] + x._places[2]
    quietly(
        coo.times_dense, rows, columns, x._held._data, np.ascontiguousarray(mat2._data).reshape(-1, mat2.shape[2]), flat
    )
    return recorded(
        "BmmBackward0", wrap(whole), (input, mat2),
        (
            lambda g, a, b: g.bmm(conjugate(b).transpose(1, 2)).sparse_mask(coalesced(a)),
            lambda g, a, b: conjugate(a).transpose(1, 2).bmm(g),
        ),
        (input, mat2),
    )

