"""Products with sparse matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._kernels import coo
from .. import dtypes
from ..errors import Misfit
from ..forms import FUNCTIONS
from ..quiet import quietly
from ..tensor import Tensor, wrap
from ..warn import warn_once
from .gradients import recorded
from .refusals import not_run
from .rules import coalesced, found_at, rule
from .tensor import Sparse, sparse_of

ndarray = np.ndarray


BETA = (
    "Sparse CSR tensor support is in beta state. If you miss a functionality in the sparse tensor support, please "
    "submit a feature request to https://github.com/pytorch/pytorch/issues. (Triggered internally at "
    "/__w/pytorch/pytorch/aten/src/ATen/SparseCsrTensorImpl.cpp:49.)"
)


def check_product(a: Any, b: Any) -> None:
    """RuntimeError for matrices whose sizes or dtypes do not fit."""
    if not isinstance(a, Sparse) and isinstance(b, Sparse) and b.dense_dim():
        raise RuntimeError(
            "sparse transpose: transposed dimensions must be sparse Got sparse_dim: "
            f"{len(b._places)}, d0: 0, d1: 1"
        )
    for each in (a, b):
        if isinstance(each, Sparse) and each.dense_dim():
            raise RuntimeError("addmm: matrices expected, got 1D tensor")
    if a.shape[1] != b.shape[0]:
        if isinstance(a, Sparse) and not isinstance(b, Sparse):
            raise RuntimeError(f"addmm: Argument #3 (dense): Expected dim 0 size {a.shape[1]}, got {b.shape[0]}")
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]})"
        )
    if a.dtype is not b.dtype:
        one, other = a.dtype.scalar_type, b.dtype.scalar_type
        if isinstance(a, Sparse) and isinstance(b, Sparse):
            raise RuntimeError(f"mat1 dtype {one} does not match mat2 dtype {other}")
        raise RuntimeError(f"expected scalar type {one} but found {other}")


def sparse_dense(x: Sparse, y: Tensor, into: ndarray | None = None, alpha: Any = 1) -> ndarray:
    """The product of a sparse matrix and a dense one, added to an array that may be given."""
    if y.dtype is dtypes.bool_:
        raise NotImplementedError("\"addmm_sparse_dense\" not implemented for 'Bool'")
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
        for _ in range(2):
            warn_once(BETA, stacklevel=6)
        if not (a.is_floating_point() or a.is_complex()) or a.dtype.itemsize == 2:
            raise NotImplementedError(f"\"sparse_matmul\" not implemented for '{a.dtype.scalar_type}'")
        one, other = coalesced(a), coalesced(b)
        places, values = coo.times_sparse(
            one._places, one._held._data, other._places, other._held._data, other._size[1]
        )
        return sparse_of(places, wrap(values), (a._size[0], b._size[1]), True)
    if isinstance(a, Sparse):
        return wrap(sparse_dense(a, b))
    if not isinstance(b, Sparse):
        return (b.detach().t() @ a.detach().t()).t()
    swapped = sparse_of(b._places[::-1], b._held, b._size[::-1])
    return wrap(sparse_dense(swapped, wrap(a._data.T)).T)


@rule("mm", "spmm", "dsmm")
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
    column = wrap(vec._data[:, None])
    check_product(input, column)
    made = product(input, column).squeeze(-1)
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
    if not isinstance(mat1, Sparse) and node == "AddmmBackward0":
        raise RuntimeError(
            "addmm_sparse_dense: expected either 'mat1' to have sparse layout and 'mat2' to have strided layout, got "
            "'mat1' with layout Strided and 'mat2' with layout Sparse"
        )
    shape = (mat1.shape[0], mat2.shape[1])
    start = np.array(np.broadcast_to(input._data, shape), order="C")
    if isinstance(mat1, Sparse):
        into = np.zeros_like(start) if beta == 0 else start if beta == 1 else start * start.dtype.type(beta)
        made = wrap(sparse_dense(mat1, mat2, into, alpha))
    elif not beta:
        made = times(product(mat1, mat2), alpha)
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
    if not isinstance(sparse, Tensor) or not isinstance(dense, Tensor):
        raise Misfit
    if reduce is not None:
        raise not_run("_sparse_mm_reduce_impl")
    if dense.dim() != 2:
        raise IndexError("Dimension out of range (expected to be in range of [-1, 0], but got 1)")
    if isinstance(sparse, Sparse) and isinstance(dense, Sparse):
        check_product(sparse, dense)
        return recorded(
            "SparseSparseMatmulBackward0", product(sparse, dense), (sparse, dense),
            (
                lambda g, a, b: within(g.mm(conjugate(b).t()), a),
                lambda g, a, b: within(conjugate(a).t().mm(g), b),
            ),
            (sparse, dense),
        )
    zeros = FUNCTIONS["zeros"]((), dtype=dense.dtype)
    return addmm(zeros, sparse, dense, beta=0, node="SparseAddmmBackward0")


def within(g: Any, x: Sparse) -> Sparse:
    """A sparse gradient at the places of ``x``, if these are fewer, else zero where ``x`` has none."""
    g = coalesced(g)
    fewer = g._nnz() >= x._nnz()
    x = coalesced(x)
    if fewer:
        return sparse_of(x._places.copy(), wrap(found_at(g, x._places)), x._size, True)
    sizes = g._size
    held = np.where(np.isin(coo.flattened(g._places, sizes), coo.flattened(x._places, sizes)), g._held._data, 0)
    return sparse_of(g._places.copy(), wrap(held.astype(g._held._data.dtype)), sizes, g._whole)


@rule("_sparse_addmm")
def sparse_addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    if not all(isinstance(each, Tensor) for each in (input, mat1, mat2)):
        raise Misfit
    return addmm(input, mat1, mat2, beta=beta, alpha=alpha, node="SparseAddmmBackward0")


@rule("bmm")
def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    if isinstance(mat2, Sparse):
        raise RuntimeError("bmm_sparse: Tensor 'mat2' must be dense")
    assert isinstance(input, Sparse)
    if input.dense_dim():
        raise RuntimeError(f"bmm_sparse: Tensor 'self' must have 0 dense dims, but has {input.dense_dim()}")
    if mat2.dtype.itemsize == 2 or mat2.dtype is dtypes.bool_:
        raise NotImplementedError(f"\"bmm_sparse_dense\" not implemented for '{mat2.dtype.scalar_type}'")
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
            lambda g, a, b: g.bmm(conjugate(b).transpose(1, 2)),
            lambda g, a, b: conjugate(a).transpose(1, 2).bmm(g),
        ),
        (input, mat2),
    )


@rule("linear")
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    made = matmul(input, weight.t())
    return made if bias is None else made + bias


@rule("matrix_power")
def matrix_power(input: Tensor, n: int) -> Tensor:
    if n < 1:
        raise not_run("eye.m_out" if not n else "linalg_inv_ex")
    made = input
    for _ in range(n - 1):
        made = made.mm(input)
    return made


@rule("smm")
def smm(input: Tensor, mat2: Tensor) -> Tensor:
    zeros = sparse_of(np.empty((2, 0), np.int64), wrap(np.empty(0, input.dtype.numpy)), (input.shape[0], mat2.shape[1]))
    return sspaddmm(zeros, input, mat2, beta=0)


@rule("sspaddmm")
def sspaddmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    for each, name in ((input, "self"), (mat1, "mat1")):
        if not isinstance(each, Sparse):
            raise RuntimeError(
                f"sspaddmm: expected '{name}' to have sparse layout, got '{name}' with layout Strided"
            )
    if isinstance(mat2, Sparse):
        raise RuntimeError("sspaddmm: expected 'mat2' to have strided layout, got 'mat2' with layout Sparse")
    assert isinstance(input, Sparse)
    assert isinstance(mat1, Sparse)
    if input.dtype.itemsize == 2 or input.dtype is dtypes.bool_:
        raise NotImplementedError(f"\"sspmm\" not implemented for '{input.dtype.scalar_type}'")
    rows, values = filled_rows(mat1, mat2, alpha)
    columns = mat2.shape[1]
    own = np.stack((np.repeat(rows, columns), np.tile(np.arange(columns), rows.size)))
    kept = input._held._data * input._held._data.dtype.type(beta)
    room = input._nnz() + mat1._nnz() * columns
    made = sparse_of(
        coo.in_room(np.concatenate((input._places, own), 1), room), wrap(np.concatenate((kept, values.ravel()))),
        (mat1._size[0], columns), False,
    )
    made._bump()
    return recorded("NotImplemented", made, (input, mat1, mat2), (not_back,) * 3)


def filled_rows(x: Sparse, y: Tensor, alpha: Any = 1) -> tuple[ndarray, ndarray]:
    """The rows of a product that have anything in them, and their numbers."""
    whole = sparse_dense(coalesced(x), y, alpha=alpha)
    rows = np.unique(x._places[0])
    return rows, whole[rows]


def not_back(g: Any, *kept: Any) -> Any:
    raise RuntimeError("derivative for aten::sspaddmm is not implemented")


@rule("hspmm")
def hspmm(mat1: Tensor, mat2: Tensor) -> Tensor:
    assert isinstance(mat1, Sparse)
    rows, values = filled_rows(mat1, mat2)
    made = sparse_of(rows.reshape(1, -1).copy(), wrap(values), (mat1._size[0], mat2.shape[1]), False)
    return recorded("NotImplemented", made, (mat1, mat2), (not_back,) * 2)
