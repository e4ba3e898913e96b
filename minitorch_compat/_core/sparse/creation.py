"""Sparse tensors from coordinates and values, from dense tensors, and empty ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._kernels import coo
from ..._kernels.layout import restride
from .. import dtypes, errors, kinds
from ..forms import FUNCTIONS
from ..graph import LEAF
from ..modes import mode
from ..options import Misfit, check_options, checked, dtype_of, is_integer, size_of
from ..tensor import Tensor, wrap
from ..warn import warn_once
from .gradients import OUT, dense_of, recorded
from .tensor import Sparse, sparse_of

ndarray = np.ndarray

UNCHECKED = (
    "Sparse invariant checks are implicitly disabled. Memory errors (e.g. SEGFAULT) will occur when operating on a "
    "sparse tensor which violates the invariants, but checks incur performance overhead. To silence this warning, "
    "explicitly opt in or out. See `torch.sparse.check_sparse_tensor_invariants.__doc__` for guidance.  (Triggered "
    "internally at /__w/pytorch/pytorch/aten/src/ATen/Context.cpp:816.)"
)


class Invariants:
    """Whether new sparse tensors are checked; None until somebody has said."""

    checked: bool | None = None

    @classmethod
    def wanted(cls, check: bool | None, stacklevel: int = 5) -> bool:
        """Whether to check now; the first time that nobody has said, a warning."""
        if check is not None:
            return check
        if cls.checked is None:
            warn_once(UNCHECKED, stacklevel=stacklevel)
            return False
        return cls.checked


@checked("sparse_coo_tensor")
def sparse_coo_tensor(*arguments: Any, **options: Any) -> Tensor:
    """A sparse tensor of coordinates (sparse dimensions × entries) and values (entries × dense dimensions).

    Without ``size`` the smallest that holds all coordinates; of a size alone an empty one. RuntimeError for parts that
    do not fit together and, with ``check_invariants``, for coordinates outside.
    """
    given = dict(zip(("indices", "values", "size"), arguments, strict=False))
    if len(arguments) == 1 and "values" not in options:
        given = {"size": arguments[0]}
    if len(arguments) > 3 or not given.keys().isdisjoint(options):
        raise Misfit
    given.update(options)
    indices, values, size = given.pop("indices", None), given.pop("values", None), given.pop("size", NOT_GIVEN)
    unknown = given.keys() - {
        "dtype", "device", "pin_memory", "requires_grad", "check_invariants", "is_coalesced"
    }
    if unknown or (indices is None) is not (values is None) or (indices is None and size is NOT_GIVEN):
        raise Misfit
    dtype, wants = dtype_of(given.get("dtype")), given.get("requires_grad", False)
    check_options(None, given.get("device"), False, wants)
    check, coalesced = given.get("check_invariants"), given.get("is_coalesced")
    if size is not NOT_GIVEN:
        size = size_of((), size) if isinstance(size, (tuple, list)) else lone(size)
    if indices is None:
        Invariants.wanted(check)
        held = wrap(np.empty(0, (dtype or dtypes.get_default_dtype()).numpy))
        return finished(sparse_of(np.empty((len(size), 0), np.int64), held, size), wants)
    held = values if isinstance(values, Tensor) else FUNCTIONS["tensor"](values)
    if dtype is not None and dtype is not held.dtype:
        held = held.to(dtype)  # type: ignore[attr-defined]
    places = indices if isinstance(indices, Tensor) else FUNCTIONS["tensor"](indices)
    columns = places._data
    if columns.dtype != np.int64:
        columns = columns.astype(np.int64)
    made = assembled(columns, held, None if size is NOT_GIVEN else size, check, coalesced)
    if wants:
        made = sparse_of(made._places, held, made._size, made._whole)
    return finished(made, wants)


class NotGiven:
    """Stands for a size that was not given."""


NOT_GIVEN: Any = NotGiven()


def lone(size: Any) -> tuple[int, ...]:
    """A size of one dimension, given by its length."""
    if not is_integer(size):
        raise Misfit
    return (int(size),)


def finished(made: Sparse, wants_grad: Any) -> Sparse:
    """A leaf that requires grad where that is wanted."""
    if wants_grad:
        if not (made.is_floating_point() or made.is_complex()):
            raise errors.integers_cannot_require_grad()
        made._node = LEAF
    return made


def assembled(
    columns: ndarray, held: Tensor, size: Sequence[int] | None, check: bool | None = None, coalesced: bool | None = None
) -> Sparse:
    """A sparse tensor of parts that are looked at, with the history of its values."""
    if not held._data.ndim:
        held = held.reshape(1)  # type: ignore[attr-defined]
    if size is not None and columns.ndim:
        check_length(columns, held, size)
    if columns.ndim != 2:
        raise RuntimeError(f"indices must be sparse_dim x nnz, but got: {list(columns.shape)}")
    if columns.shape[1] != held.shape[0]:
        raise RuntimeError(
            f"indices and values must have same nnz, but got nnz from indices: {columns.shape[1]}, nnz from values: "
            f"{held.shape[0]}"
        )
    if size is None:
        Invariants.wanted(check)
        lowest = columns.min(1) if columns.size else np.zeros(0, np.int64)
        if (lowest < 0).any():
            dim = int(np.argmax(lowest < 0))
            raise RuntimeError(f"found negative index {lowest[dim]} for dim {dim}")
        size = [*(columns.max(1) + 1 if columns.size else np.zeros(len(columns), np.int64)).tolist(), *held.shape[1:]]
    else:
        check_fit(columns, held, size, check)
    made = sparse_of(columns, held, size)
    if coalesced is not None:
        if coalesced and not made._whole and Invariants.wanted(check) and not in_order(columns, size):
            raise RuntimeError("cannot set is_coalesced to true if indices correspond to uncoalesced COO tensor")
        made._whole = bool(coalesced)
    return of_values(made, held)


def of_values(made: Sparse, held: Tensor) -> Sparse:
    """Give a sparse tensor the history of its values."""
    if held._node is None or not mode.enabled:
        return made
    return recorded(
        "SparseCooTensorWithDimsAndTensorsBackward0", made, (held,), (lambda g, out: at_places(g, out),), (OUT,)
    )


def at_places(g: Tensor, x: Sparse) -> Tensor:
    """The elements of a gradient at the places of ``x``."""
    return masked(g, x)._values()


def masked(g: Any, x: Sparse) -> Sparse:
    """What a tensor has at the places of ``x``, sparse or dense; gradients are carried on where they are recorded."""
    from .rules import carry_out

    return carry_out("sparse_mask", (g, detached(x)), {})


def detached(x: Sparse) -> Sparse:
    return sparse_of(x._places, x._held, x._size, x._whole)


def check_length(columns: ndarray, held: Tensor, size: Sequence[int]) -> None:
    """RuntimeError for a size of more or fewer dimensions than the parts have."""
    sparse_dim, dense_dim = len(columns), held.dim() - 1
    if len(size) != sparse_dim + dense_dim:
        raise RuntimeError(
            f"'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {len(size)}, sparse_dim = "
            f"{sparse_dim}, dense_dim = {dense_dim}"
        )


def check_fit(columns: ndarray, held: Tensor, size: Sequence[int], check: bool | None) -> None:
    """RuntimeError for a size that does not fit the parts and, where that is checked, for places outside of it."""
    sparse_dim = len(columns)
    if Invariants.wanted(check, 6):
        expected = list(size[sparse_dim:])
        if list(held.shape[1:]) != expected:
            raise RuntimeError(
                f"values has incorrect size, expected {expected}, got {list(held.shape[1:])}"
            )
        if columns.size:
            for dim, (low, high) in enumerate(zip(columns.min(1), columns.max(1), strict=True)):
                if low < 0:
                    raise RuntimeError(f"found negative index {low} for dim {dim}")
                if high >= size[dim]:
                    raise RuntimeError(
                        f"size is inconsistent with indices: for dim {dim}, size is {size[dim]} but found index {high}"
                    )
    if any(each < 0 for each in size):
        raise RuntimeError("numel: integer multiplication overflow")
    if list(held.shape[1:]) != list(size[sparse_dim:]):
        raise RuntimeError(
            f"values has incorrect size, expected {list(size[sparse_dim:])}, got {list(held.shape[1:])}"
        )


def in_order(columns: ndarray, size: Sequence[int]) -> bool:
    """Whether each place comes once, and later than those before it."""
    return bool((np.diff(coo.flattened(columns, size)) > 0).all())


def to_sparse(x: Tensor, sparse_dim: int | None = None, node: str = "ToSparseBackward0") -> Sparse:
    """The elements of a dense tensor that are not zero, those of its first dimensions as entries."""
    array = x._data
    count = array.ndim if sparse_dim is None else sparse_dim
    if sparse_dim == 0 and array.ndim:
        raise RuntimeError("dense_to_sparse: sparse_dim argument must be in >0 when self.dim()>0")
    if not 0 <= count <= array.ndim:
        raise RuntimeError(
            f"dense_to_sparse: sparse_dim argument must be in [0,{array.ndim}] range, but {sparse_dim} is given"
        )
    rest = tuple(range(count, array.ndim))
    seen = array != 0 if array.dtype.kind != "V" else array.astype(np.float32) != 0
    found = seen.any(rest) if rest else seen
    if count:
        columns = np.array(np.nonzero(found), np.int64)
        if count == 1 < array.ndim:
            columns = restride(columns, columns.shape, (columns.itemsize, columns.itemsize))
    else:
        columns = np.empty((0, int(bool(found))), np.int64)
    values = array[tuple(columns)] if count else array.reshape((1, *array.shape))[: columns.shape[1]]
    made = sparse_of(columns, wrap(np.ascontiguousarray(values)), array.shape, True)
    return recorded(node, made, (x,), (dense_of,))


def spdiags(diagonals: Any, offsets: Any, shape: Any, layout: Any = None) -> Any:
    """A sparse matrix with rows on its diagonals; RuntimeError for offsets that do not fit."""
    if not isinstance(diagonals, Tensor) or not isinstance(offsets, Tensor):
        raise Misfit
    rows = diagonals._data[None] if diagonals.dim() == 1 else diagonals._data
    places = np.atleast_1d(offsets._data)
    if len(shape) != 2:
        raise RuntimeError("Output shape must be 2d")
    if rows.ndim != 2:
        raise RuntimeError("Diagonals must be vector or matrix")
    if places.ndim > 1:
        raise RuntimeError("Offsets must be scalar or vector")
    if layout not in (None, kinds.sparse_coo, kinds.sparse_csr, kinds.sparse_csc):
        raise errors.lacks(f"diagonals in the layout {layout!r}")
    if rows.shape[0] != places.size:
        raise RuntimeError(
            f"Number of diagonals ({rows.shape[0]}) does not match the number of offsets ({places.size})"
        )
    if np.unique(places).size != places.size:
        raise RuntimeError("Offset tensor contains duplicate values")
    columns, values = [np.empty((2, 0), np.int64)], [rows[0][:0] if len(rows) else np.empty(0, rows.dtype)]
    for row, offset in zip(rows, places.tolist(), strict=True):
        across = np.arange(max(offset, 0), max(min(shape[0] + offset, shape[1], rows.shape[1]), max(offset, 0)))
        columns.append(np.stack((across - offset, across)))
        values.append(row[across])
    made = sparse_of(np.concatenate(columns, 1), wrap(np.concatenate(values)), tuple(shape), False)
    return made if layout is None else made.to_sparse(layout=layout)
