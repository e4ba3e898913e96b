"""Compressed sparse tensors: rows, columns or blocks of them, where each begins and what is in it.

``Compressed`` has torch's four layouts. Along the compressed dimension (rows in CSR and BSR, columns in CSC and BSC)
``_starts`` says where the entries of each place begin; ``_others`` are their places along the other dimension and
``_held`` their values, blocks in BSR and BSC. Batches come before, dense dimensions after.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from ..._kernels import coo
from .. import dtypes, errors, kinds
from ..errors import Misfit
from ..forms import FUNCTIONS
from ..graph import LEAF
from ..modes import mode
from ..options import check_options, checked, dtype_of
from ..tensor import UNTRACKED, Tensor, wrap
from ..transforms import attached
from ..views import shared_of
from ..warn import warn_once
from .creation import Invariants
from .gradients import recorded
from .refusals import not_run
from .tensor import Sparse, method, sparse_of

ndarray = np.ndarray
BACKEND = "SparseCsrCPU"
ROWS = (kinds.sparse_csr, kinds.sparse_bsr)
BLOCKS = (kinds.sparse_bsr, kinds.sparse_bsc)
TURNED = {
    kinds.sparse_csr: kinds.sparse_csc, kinds.sparse_csc: kinds.sparse_csr,
    kinds.sparse_bsr: kinds.sparse_bsc, kinds.sparse_bsc: kinds.sparse_bsr,
}  # fmt: skip


def title(layout: Any) -> str:
    """A layout as messages name it: SparseCsr."""
    return "".join(part.title() for part in repr(layout).removeprefix("torch.").replace("_coo", "").split("_"))


def names(layout: Any) -> tuple[str, str]:
    """What the two indices are called in a layout."""
    return ("crow_indices", "col_indices") if layout in ROWS else ("ccol_indices", "row_indices")


class Compressed(Sparse):
    """A tensor of which only the entries of each row or column are held, as one layout has it."""

    _starts: Tensor
    _others: Tensor
    _kind: Any

    layout = property(lambda self: self._kind)
    is_sparse = property(lambda self: False)
    is_sparse_csr = property(lambda self: self._kind is kinds.sparse_csr)

    def stride(self, dim: int | None = None) -> Any:
        raise without("strides", self)

    def is_contiguous(self, memory_format: Any = None) -> bool:
        raise without("is_contiguous", self)

    @property
    def nbytes(self) -> int:
        return self.numel() * self._held.itemsize

    def sparse_dim(self) -> int:
        return 2

    def batch_dim(self) -> int:
        """How many dimensions come before the compressed ones."""
        return self._starts.dim() - 1

    def dense_dim(self) -> int:
        return len(self._size) - 2 - self.batch_dim()

    def _nnz(self) -> int:
        return int(self._others.shape[-1])

    def blocks(self) -> tuple[int, int]:
        """The rows and columns of a block, one each where there are none."""
        first = self.batch_dim() + 1
        return tuple(self._held.shape[first:first + 2]) if self._kind in BLOCKS else (1, 1)

    def is_coalesced(self) -> bool:
        raise RuntimeError(f"is_coalesced expected sparse coordinate tensor layout but got {title(self._kind)}")

    def indices(self) -> Tensor:
        raise RuntimeError(f"indices expected sparse coordinate tensor layout but got {title(self._kind)}")

    def _indices(self) -> Tensor:
        raise not_run("_indices", BACKEND)

    def _values(self) -> Tensor:
        raise not_run("_values", BACKEND)

    @property
    def data(self) -> Tensor:
        return like(self, self._held)

    @data.setter
    def data(self, value: Any) -> None:
        raise errors.lacks("an assignment to the data of a compressed tensor")

    def detach(self) -> Tensor:
        made = like(self, self._held)
        made._shared = shared_of(self)
        return made

    def as_parameter(self, requires_grad: bool) -> Any:
        raise errors.lacks("a parameter of a compressed layout")

    def item(self) -> Any:
        if prod(self._size) != 1:
            raise RuntimeError(f"a Tensor with {prod(self._size)} elements cannot be converted to Scalar")
        return wrap(whole(self)).item()

    def numpy(self, *, force: bool = False) -> Any:
        raise TypeError(
            f"can't convert {title(self._kind)} layout tensor to numpy. Use Tensor.to_dense() first."
        )

    def untyped_storage(self) -> Any:
        raise NotImplementedError("Cannot access storage of SparseCsrTensorImpl")

    _typed_storage = share_memory_ = is_shared = storage_type = untyped_storage

    def type(self, dtype: Any = None, non_blocking: bool = False) -> Any:
        if dtype is None:
            raise RuntimeError(f"Unimplemented backend {BACKEND}")
        return super().type(dtype)

    def __repr__(self, *, tensor_contents: str | None = None) -> str:  # type: ignore[override]
        from .printing import compressed_repr

        return compressed_repr(self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        from ..naming import names_torch
        from .pickling import rebuild_sparse_tensor

        size = self.shape if names_torch() else self._size
        return rebuild_sparse_tensor, (self._kind, (self._starts, self._others, self._held.detach(), size))

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if id(self) not in memo:
            if self._node is not None and self._node is not LEAF:
                return super().__deepcopy__(memo)
            from .compressed_rules import clone

            made = clone(self.detach())
            made._node = self._node
            memo[id(self)] = made
        return memo[id(self)]


Compressed.__module__ = "torch"
Compressed.__name__ = Compressed.__qualname__ = "Tensor"
for _name, _value in attached():
    if _name not in Sparse.__dict__ or _name in ("values",):
        setattr(Compressed, _name, property(method(_name)) if isinstance(_value, property) else method(_name))


def without(what: str, x: Compressed) -> RuntimeError:
    return RuntimeError(f"Sparse {repr(x._kind)[-3:].upper()} tensors do not have {what}")


def of_parts(kind: Any, starts: Tensor, others: Tensor, held: Tensor, size: Any) -> Compressed:
    """A compressed tensor of these parts, without history."""
    warn_once(
        f"Sparse {repr(kind)[-3:].upper()} tensor support is in beta state. If you miss a functionality in the sparse "
        "tensor support, please submit a feature request to https://github.com/pytorch/pytorch/issues. (Triggered "
        "internally at /__w/pytorch/pytorch/aten/src/ATen/SparseCsrTensorImpl.cpp:49.)",
        stacklevel=5, about="compressed layouts",
    )
    made: Any = object.__new__(Compressed)
    made._kind, made._starts, made._others, made._size = kind, starts, others, tuple(size)
    made._held = held.detach() if held._node is not None else held
    made._node = None
    if mode.inference:
        made._shared = UNTRACKED
    return made


def like(x: Compressed, held: Tensor) -> Compressed:
    """The same places with other values."""
    return of_parts(x._kind, x._starts, x._others, held, x._size)


# ---- to other layouts and back


def expanded(x: Compressed) -> ndarray:
    """The place of each entry along the compressed dimension, batches before."""
    starts = x._starts._data
    counts = np.diff(starts.reshape(-1, starts.shape[-1]))
    lines = [np.repeat(np.arange(each.size), each) for each in counts]
    return np.array(lines, np.int64).reshape(*starts.shape[:-1], x._nnz())


def coordinates(x: Compressed) -> tuple[ndarray, ndarray]:
    """The coordinates of all elements held, a column for each, and their values, blocks unfolded."""
    batch, blocks = x.batch_dim(), x.blocks()
    line, across = expanded(x), x._others._data.astype(np.int64)
    rows, columns = (line, across) if x._kind in ROWS else (across, line)
    held = x._held._data
    if x._kind not in BLOCKS:
        held = held.reshape(*held.shape[:batch + 1], 1, 1, *held.shape[batch + 1:])
    inside = np.indices((*line.shape, *blocks)).reshape(batch + 3, -1)
    at = tuple(inside[:batch + 1])
    places = np.stack((
        *inside[:batch], rows[at] * blocks[0] + inside[batch + 1], columns[at] * blocks[1] + inside[batch + 2],
    ))
    return places, held[tuple(inside)]


def whole(x: Compressed) -> ndarray:
    """All elements, zeros among them."""
    places, values = coordinates(x)
    return coo.dense(places, values, x._size)


def to_coo(x: Compressed) -> Sparse:
    """The same by coordinates, in the order in which the entries are held."""
    places, values = coordinates(x)
    in_order = x._kind is kinds.sparse_csr or places.shape[1] < 2
    return sparse_of(places, wrap(values), x._size, in_order)


def compress(
    kind: Any, places: ndarray, values: ndarray, size: Any, blocks: tuple[int, int] = (1, 1)
) -> Compressed:
    """A compressed tensor of coordinates, each once, and their values."""
    batch = len(places) - 2
    (height, width), lengths = blocks, (size[batch] // blocks[0], size[batch + 1] // blocks[1])
    rows, columns = places[batch] // height, places[batch + 1] // width
    line, across = (rows, columns) if kind in ROWS else (columns, rows)
    sizes = lengths if kind in ROWS else lengths[::-1]
    table = (*[size[each] for each in range(batch)], *sizes)
    flat = coo.flattened(np.stack((*places[:batch], line, across)), table)
    found, where = np.unique(flat, return_inverse=True)
    held = np.zeros((found.size, height, width, *values.shape[1:]), values.dtype)
    held[where.reshape(-1), places[batch] % height, places[batch + 1] % width] = values
    if kind not in BLOCKS:
        held = held.reshape(found.size, *values.shape[1:])
    there = coo.spread(found, table)
    groups = prod(table[:batch])
    group = coo.flattened(there[:batch], table[:batch]) if batch else np.zeros(found.size, np.int64)
    counts = np.zeros((groups, sizes[0]), np.int64)
    np.add.at(counts, (group, there[batch]), 1)
    starts = np.concatenate((np.zeros((groups, 1), np.int64), counts.cumsum(1)), 1)
    if (starts[:, -1] != starts[0, -1]).any():
        raise RuntimeError("Expect the same number of specified elements per batch.")
    nnz = int(starts[0, -1]) if groups else 0
    return of_parts(
        kind, wrap(starts.reshape(*table[:batch], sizes[0] + 1)), wrap(there[batch + 1].reshape(*table[:batch], nnz)),
        wrap(held.reshape(*table[:batch], nnz, *held.shape[1:])), size,
    )


def pair_of(blocksize: Any) -> tuple[int, int]:
    if isinstance(blocksize, int) and not isinstance(blocksize, bool):
        return blocksize, blocksize
    if not isinstance(blocksize, (tuple, list)) or len(blocksize) != 2:
        raise Misfit
    return tuple(blocksize)  # type: ignore[return-value]


def converted(input: Tensor, kind: Any, blocksize: Any = None, dense_dim: Any = None, node: str | None = None) -> Any:
    """A tensor of any layout in a compressed one."""
    from .rules import coalesced

    short = repr(kind)[-3:]
    node = node or f"ToSparse{short.title()}Backward0"
    blocks = (1, 1) if blocksize is None else pair_of(blocksize)
    own = input._kind if isinstance(input, Compressed) else None
    if own is kind and (kind not in BLOCKS or input.blocks() == blocks):  # type: ignore[attr-defined]
        return input
    source = "dense" if own is None and not isinstance(input, Sparse) else "sparse_compressed" if own else "coo"
    if min(blocks) <= 0:
        raise RuntimeError(f"{source}_to_sparse_{short}: blocksize needs to be positive, but got {list(blocks)}")
    if own in BLOCKS and kind in BLOCKS and input.blocks() != blocks:  # type: ignore[attr-defined]
        prefix = "" if own is kind else "sparse_compressed_"
        raise RuntimeError(
            f"{prefix}to_sparse_{short}: conversion from {title(own)} to {title(kind)} with blocksize changed from "
            f"{list(input.blocks())} to {list(blocks)} is not supported"  # type: ignore[attr-defined]
        )
    if own is not None and kind in BLOCKS and input.batch_dim():  # type: ignore[attr-defined]
        raise RuntimeError(
            f"sparse_compressed_to_sparse_{short}: conversion from {title(own)} to {title(kind)} for batched inputs is "
            "not supported"
        )
    if own in BLOCKS and kind not in BLOCKS:
        raise RuntimeError(
            f"sparse_compressed_to_sparse_{short}: expected SparseCsr or SparseCsc layout but got {title(own)}"
        )
    if isinstance(input, Compressed):
        rest, (places, values) = input.dense_dim(), coordinates(input)
    elif isinstance(input, Sparse):
        x = coalesced(input)
        rest, places, values = x.dense_dim(), x._places, x._held._data
    else:
        array = input._data
        rest = dense_dim or 0
        if array.ndim < 2 + rest:
            raise IndexError(
                f"select(): index 1 out of range for tensor of size {[*(array.shape or (1,)), int(array.ndim > 0)]} at "
                "dimension 1"
            )
        seen = array != 0
        found = seen.any(tuple(range(array.ndim - rest, array.ndim))) if rest else seen
        if array.ndim - rest > 2:  # batches hold the same places, those of any of them
            raise_unless_alike(found)
        places = np.array(np.nonzero(found), np.int64)
        values = array[tuple(places)]
    size = tuple(input.shape)
    last = len(size) - rest
    if size[last - 2] % blocks[0] or size[last - 1] % blocks[1]:
        raise RuntimeError(
            f"{source}_to_sparse_{short}: tensor sparse size ({size[last - 2]},{size[last - 1]}) must be divisible by "
            f"given blocksize ({blocks[0]},{blocks[1]})"
        )
    made = compress(kind, places, values, size, blocks)
    layout = input.layout
    return recorded(node, made, (input,), (lambda g: back_to(g, layout),))


def raise_unless_alike(found: ndarray) -> None:
    """RuntimeError for batches of which one holds more elements than another."""
    counts = found.reshape(prod(found.shape[:-2]), -1).sum(1)
    if counts.size and (counts != counts[0]).any():
        raise RuntimeError("Expect the same number of specified elements per batch.")


def back_to(g: Tensor, layout: Any) -> Tensor:
    """A gradient on its way to a tensor of another layout: dense for a dense one."""
    return g.to_dense() if layout is kinds.strided and isinstance(g, Sparse) else g


def to_layout(input: Tensor, layout: Any, blocksize: Any, dense_dim: Any) -> Any:
    """``Tensor.to_sparse`` to or from a compressed layout."""
    if layout in TURNED:
        if (blocksize is None) is (layout in BLOCKS):
            raise RuntimeError(
                f"{'dense' if not isinstance(input, Sparse) else 'sparse'}_to_sparse: conversion from "
                f"{title(input.layout)} to {title(layout)} "
                f"with{'out' if blocksize is None else ''} blocksize argument given is not supported"
            )
        return converted(input, layout, blocksize, dense_dim, "ToSparseBackward1")
    assert isinstance(input, Compressed)
    return recorded("ToSparseBackward1", to_coo(input), (input,), (lambda g: g,))


def masked(g: Any, x: Compressed) -> Compressed:
    """What a tensor has at the places of ``x``."""
    if isinstance(g, Compressed) and g._kind is x._kind and same_places(g, x):
        return g
    if tuple(g.shape) != x._size:
        raise RuntimeError(
            f"sparse_mask(): operands have incompatible sizes; self has size {list(g.shape)} but mask has size "
            f"{list(x._size)}"
        )
    full = whole(g) if isinstance(g, Compressed) else g.to_dense()._data if isinstance(g, Sparse) else g._data
    places, _ = coordinates(x)
    return like(x, wrap(full[tuple(places)].reshape(x._held.shape)))


def same_places(x: Compressed, y: Compressed) -> bool:
    return np.array_equal(x._starts._data, y._starts._data) and np.array_equal(x._others._data, y._others._data)


# ---- new ones

LINES = {kinds.sparse_csr: ("rows", "row"), kinds.sparse_csc: ("columns", "col"),
         kinds.sparse_bsr: ("row blocks", "row"), kinds.sparse_bsc: ("column blocks", "col")}  # fmt: skip


def new_compressed(name: str, kind: Any, arguments: Any, options: Any) -> Compressed:
    """``sparse_compressed_tensor`` and its kin for one layout each."""
    given = dict(zip((*names(kind or kinds.sparse_csr), "values", "size"), arguments, strict=False))
    if kind is None:
        given = dict(zip(("compressed_indices", "plain_indices", "values", "size"), arguments, strict=False))
    if len(arguments) > 4 or not given.keys().isdisjoint(options):
        raise Misfit
    given.update(options)
    layout = given.pop("layout", None)
    if kind is None:
        if layout not in TURNED:
            raise RuntimeError(
                f"{name} expected sparse compressed tensor layout but got "
                f"{'none' if layout is None else title(layout)}"
            )
        first, second, kind = "compressed_indices", "plain_indices", layout
    else:
        first, second = names(kind)
        if layout is not None and layout is not kind:
            raise RuntimeError(f"{name}: layout must be {title(kind)} but got {title(layout)}")
    try:
        starts, others, values = (
            each if isinstance(each, Tensor) else FUNCTIONS["tensor"](each)
            for each in (given.pop(first), given.pop(second), given.pop("values"))
        )
    except KeyError:
        raise Misfit from None
    size, dtype = given.pop("size", None), dtype_of(given.pop("dtype", None))
    wants, check = given.pop("requires_grad", False), given.pop("check_invariants", None)
    check_options(None, given.pop("device", None), False, wants)
    given.pop("pin_memory", None)
    if given:
        raise Misfit
    if dtype is not None and dtype is not values.dtype:
        values = values.to(dtype)
    if size is None:
        size = guessed_size(kind, starts, others, values)
    if Invariants.wanted(check, 6):
        check_parts(kind, starts._data, others._data, values._data, tuple(size))
    made = of_parts(kind, starts, others, values, size)
    if wants:
        return made.requires_grad_()  # type: ignore[return-value]
    if values._node is None or not mode.enabled:
        return made
    return recorded(
        "SparseCompressedTensorBackward0", made, (values,), (lambda g, x: masked(g, x)._held,), (made.detach(),)
    )


def guessed_size(kind: Any, starts: Tensor, others: Tensor, values: Tensor) -> tuple[int, ...]:
    """The smallest size that holds all places."""
    batch = starts.dim() - 1
    blocks = tuple(values.shape[batch + 1:batch + 3]) if kind in BLOCKS else (1, 1)
    lines = starts.shape[-1] - 1
    across = int(others._data.max()) + 1 if others._data.size else 0
    sizes = (lines, across) if kind in ROWS else (across, lines)
    rest = values.shape[batch + (3 if kind in BLOCKS else 1):]
    return (*starts.shape[:-1], sizes[0] * blocks[0], sizes[1] * blocks[1], *rest)


def check_parts(kind: Any, starts: ndarray, others: ndarray, values: ndarray, size: tuple[int, ...]) -> None:
    """RuntimeError for parts that do not fit together."""
    first, second = names(kind)
    batch, block = starts.ndim - 1, 2 if kind in BLOCKS else 0
    if starts.ndim != others.ndim:
        raise RuntimeError(
            f"{first} and {second} dimensionalities must be equal but got {starts.ndim} and {others.ndim}, respectively"
        )
    dense = values.ndim - batch - block - 1
    if len(size) != batch + 2 + dense:
        raise RuntimeError(
            "tensor dimensionality must be sum of batch, base, and dense dimensionalities "
            f"(={batch} + 2 + {dense}) but got {len(size)}"
        )
    blocks = values.shape[batch + 1:batch + 3] if block else (1, 1)
    lengths = size[batch] // blocks[0], size[batch + 1] // blocks[1]
    lines, across = lengths if kind in ROWS else lengths[::-1]
    if starts.shape[-1] != lines + 1:
        raise RuntimeError(
            f"{first}.shape[-1] must be equal to the number of {LINES[kind][0]} + 1 (={lines + 1}), but got "
            f"{starts.shape[-1]}"
        )
    if others.shape[-1] != values.shape[batch]:
        raise RuntimeError(
            f"{second}.shape[-1] must be equal to nnz (={values.shape[batch]}) as defined by values.shape[{batch}], "
            f"but got {others.shape[-1]}"
        )
    if starts.dtype != others.dtype:
        one, other = (dtypes.BY_NUMPY[each.dtype].scalar_type for each in (starts, others))
        raise RuntimeError(f"{first} and {second} must have the same dtype, bot got {one} and {other}, respectively")
    if (starts[..., 0] != 0).any():
        raise RuntimeError(f"`{first}[..., 0] == 0` is not satisfied.")
    if (starts[..., -1] != others.shape[-1]).any():
        raise RuntimeError(f"`{first}[..., -1] == nnz` is not satisfied.")
    counts = np.diff(starts)
    limit = {"col_indices": "ncols", "row_indices": "nrows"}[second]
    line_word = {"crow_indices": "nrows", "ccol_indices": "ncols"}[first]
    if ((counts < 0) | (counts > across)).any():
        raise RuntimeError(
            f"`0 <= {first}[..., 1:] - {first}[..., :-1] <= {limit}` is not satisfied."
        )
    if ((others < 0) | (others >= across)).any():
        raise RuntimeError(f"`0 <= {second} < {limit}` is not satisfied.")
    for begins, places in zip(starts.reshape(-1, lines + 1), others.reshape(-1, others.shape[-1]), strict=True):
        for start, stop in zip(begins[:-1].tolist(), begins[1:].tolist(), strict=True):
            if (np.diff(places[start:stop]) <= 0).any():
                raise RuntimeError(
                    f"`{second}[..., {first}[..., i - 1]:{first}[..., i]] for all i = 1, ..., {line_word} are sorted "
                    "and distinct along the last dimension values` is not satisfied."
                )


def maker(name: str, kind: Any) -> Callable[..., Compressed]:
    """The function of the namespace that makes tensors of a layout."""

    def make(*arguments: Any, **options: Any) -> Compressed:
        return new_compressed(name, kind, arguments, options)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = "A sparse tensor of its compressed and plain indices, values and size, which is guessed without one."
    return checked(name)(make)


sparse_csr_tensor = maker("sparse_csr_tensor", kinds.sparse_csr)
sparse_csc_tensor = maker("sparse_csc_tensor", kinds.sparse_csc)
sparse_bsr_tensor = maker("sparse_bsr_tensor", kinds.sparse_bsr)
sparse_bsc_tensor = maker("sparse_bsc_tensor", kinds.sparse_bsc)
sparse_compressed_tensor = maker("sparse_compressed_tensor", None)
