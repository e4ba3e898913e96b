"""New arrays made of the elements of others, joined, repeated or moved, under torch's names and with its words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations as choices
from itertools import combinations_with_replacement

import numpy as np

from minitorch_compat._kernels import layout, scalar_types, shape
from minitorch_compat._kernels.layout import at, dim_of, wrap_dim, wrap_dims

ndarray = np.ndarray


# ---- joined


def cat(tensors: Sequence[ndarray], dim: int = 0) -> ndarray:
    """The arrays, all of one dtype, after each other along a dimension; empty vectors fit anywhere."""
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    shape = tensors[0].shape
    if shape and shape != (0,) and [each.shape for each in tensors].count(shape) == len(tensors):
        dim = wrap_dim(dim, len(shape))
        out = np.empty((*shape[:dim], len(tensors) * shape[dim], *shape[dim + 1:]), tensors[0].dtype)
        return np.concatenate(tensors, dim, out)
    for place, each in enumerate(tensors):
        if not each.ndim:
            raise RuntimeError(f"zero-dimensional tensor (at position {place}) cannot be concatenated")
    solid = [(place, each) for place, each in enumerate(tensors) if each.shape != (0,)]
    if not solid:
        return tensors[0].copy()
    first = solid[0][1]
    dim = wrap_dim(dim, first.ndim)
    for place, each in solid[1:]:
        if each.ndim != first.ndim:
            raise RuntimeError(f"Tensors must have same number of dimensions: got {first.ndim} and {each.ndim}")
        for axis, (expected, got) in enumerate(zip(first.shape, each.shape, strict=True)):
            if expected != got and axis != dim:
                raise RuntimeError(f"Sizes of tensors must match except in dimension {dim}. Expected size {expected} "
                                   f"but got size {got} for tensor number {place} in the list.")
    size = sum(each.shape[dim] for _, each in solid)
    # Given its own output, NumPy does not choose a layout of its own for arguments that are transposed.
    out = np.empty((*first.shape[:dim], size, *first.shape[dim + 1:]), first.dtype)
    return np.concatenate([each for _, each in solid], dim, out)


def stack(tensors: Sequence[ndarray], dim: int = 0) -> ndarray:
    """The arrays, all of one dtype and shape, after each other along a new dimension."""
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    first = tensors[0]
    dim = wrap_dim(dim, first.ndim + 1)
    for place, each in enumerate(tensors):
        if each.shape != first.shape:
            raise RuntimeError(f"stack expects each tensor to be equal size, but got {list(first.shape)} at entry 0 "
                               f"and {list(each.shape)} at entry {place}")
    out = np.empty((*first.shape[:dim], len(tensors), *first.shape[dim:]), first.dtype)
    for place, each in enumerate(tensors):
        out[at(dim, place)] = each
    return out


def block_diag(tensors: Sequence[ndarray]) -> ndarray:
    """The matrices along the diagonal of a larger one; vectors and numbers count as rows."""
    for place, each in enumerate(tensors):
        if each.ndim > 2:
            raise RuntimeError("torch.block_diag: Input tensors must have 2 or fewer dimensions. "
                               f"Input {place} has {each.ndim} dimensions")
    blocks = [np.atleast_2d(each) for each in tensors]
    out = np.zeros((sum(each.shape[0] for each in blocks), sum(each.shape[1] for each in blocks)), tensors[0].dtype)
    row = column = 0
    for each in blocks:
        height, width = each.shape
        out[row:row + height, column:column + width] = each
        row, column = row + height, column + width
    return out


# ---- repeated


def repeat(x: ndarray, repeats: Sequence[int]) -> ndarray:
    """`x` beside itself so many times along each dimension, new dimensions in front."""
    new = len(repeats) - x.ndim
    if new < 0:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    sizes = (1,) * new + x.shape
    target = tuple(count * size for count, size in zip(repeats, sizes, strict=True))
    for size in target:
        if size < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {size}: {list(target)}")
    out = np.empty(target, x.dtype)
    if out.size:
        apart = out.reshape([each for pair in zip(repeats, sizes, strict=True) for each in pair])
        apart[...] = x.reshape([each for size in sizes for each in (1, size)])
    return out


def tile(x: ndarray, dims: Sequence[int]) -> ndarray:
    """Like `repeat`, with ones put in front of too short a list."""
    return repeat(x, (1,) * (x.ndim - len(dims)) + tuple(dims))


def repeat_interleave(x: ndarray, repeats: int | ndarray, dim: int | None = None,
                      output_size: int | None = None) -> ndarray:
    """Each element, or each slice along `dim`, several times in a row; `repeats` may say how often for each."""
    if dim is None:
        x, dim = x.reshape(-1), 0
    if isinstance(repeats, int):
        dim = wrap_dim(dim, x.ndim)
        if repeats < 0:
            raise RuntimeError("Repeats must be non-negative")
        if not x.ndim:
            raise layout.dim_out_of_range(dim + 1, 1)
        return np.repeat(x, repeats, dim)
    if repeats.ndim > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    dim = wrap_dim(dim, x.ndim)
    if repeats.size != 1 and repeats.size != x.shape[dim]:
        raise RuntimeError("repeats must have the same size as input along dim, but got repeats.size(0) = "
                           f"{repeats.size} and input.size({dim}) = {x.shape[dim]}")
    return np.take(x, interleaved(np.broadcast_to(repeats.reshape(-1), x.shape[dim:dim + 1]), output_size), dim)


def interleaved(repeats: ndarray, output_size: int | None = None) -> ndarray:
    """The index of each element of `repeats`, as often as the element says."""
    if repeats.dtype.char not in "il":
        raise NotImplementedError(f'"repeat_interleave_cpu" not implemented for \'{scalar_types.name(repeats.dtype)}\'')
    if (repeats < 0).any():
        raise RuntimeError("repeats can not be negative")
    indices = np.repeat(np.arange(repeats.size, dtype=repeats.dtype), repeats)
    if output_size is not None and output_size != indices.size:
        raise RuntimeError("allocated size does not match required size")
    return indices


# ---- moved


def flip(x: ndarray, dims: Sequence[int]) -> ndarray:
    """`x` with the order of elements reversed in some dimensions; memory keeps its order of dimensions."""
    wrapped = wrap_dims(dims, x.ndim)
    out = layout.empty_like(x)
    out[...] = x[tuple(slice(None, None, -1) if dim in wrapped else slice(None) for dim in range(x.ndim))]
    return out


def fliplr(x: ndarray) -> ndarray:
    """Dimension 1 reversed."""
    if x.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(x, (1,))


def flipud(x: ndarray) -> ndarray:
    """Dimension 0 reversed."""
    if x.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(x, (0,))


def rot90(x: ndarray, k: int = 1, dims: Sequence[int] = (0, 1)) -> ndarray:
    """`x` turned `k` times by a quarter, from the first of two dimensions towards the second."""
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if x.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {x.ndim}")
    first, second = (wrap_dim(dim, x.ndim) for dim in dims)
    if first == second:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    turns = k % 4
    if turns == 0:
        return contiguous_copy(x)
    if turns == 2:
        return flip(x, (first, second))
    return shape.transpose(flip(x, (second if turns == 1 else first,)), first, second)


def roll(x: ndarray, shifts: Sequence[int], dims: Sequence[int] = ()) -> ndarray:
    """`x` with its elements moved along dimensions, those that leave at one end entering at the other.

    Without dims the elements of the flattened array move.
    """
    if not shifts:
        raise RuntimeError("`shifts` required")
    if len(dims) != len(shifts) and not (len(shifts) == 1 and not dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    if not dims:
        return _rolled(np.ascontiguousarray(x).reshape(-1), shifts[0], 0).reshape(x.shape)
    if not x.size:
        return contiguous_copy(x)
    for shift, dim in zip(shifts, dims, strict=True):
        x = _rolled(x, shift, dim_of(dim, x.ndim))
    return x


def _rolled(x: ndarray, shift: int, dim: int) -> ndarray:
    out = np.empty(x.shape, x.dtype)
    size = x.shape[dim]
    if size:
        shift %= size
        out[at(dim, slice(shift, None))] = x[at(dim, slice(None, size - shift))]
        out[at(dim, slice(None, shift))] = x[at(dim, slice(size - shift, None))]
    return out


def contiguous(x: ndarray) -> ndarray:
    """`x` itself where its elements lie in row-major order, otherwise a copy in which they do."""
    return x if x.flags.c_contiguous else x.copy()


def contiguous_copy(x: ndarray) -> ndarray:
    """A copy in row-major order."""
    return x.copy()


# ---- triangles and diagonals


def tril(x: ndarray, diagonal: int = 0) -> ndarray:
    """The part of each matrix on and below a diagonal, zeros elsewhere."""
    return _inside(x, _lower("tril", x, diagonal))


def triu(x: ndarray, diagonal: int = 0) -> ndarray:
    """The part of each matrix on and above a diagonal, zeros elsewhere."""
    return _inside(x, ~_lower("triu", x, diagonal - 1))


def tril_(x: ndarray, diagonal: int = 0) -> None:
    """Zeros above a diagonal of each matrix, written where they are."""
    x[..., ~_lower("tril", x, diagonal)] = 0


def triu_(x: ndarray, diagonal: int = 0) -> None:
    """Zeros below a diagonal of each matrix, written where they are."""
    x[..., _lower("triu", x, diagonal - 1)] = 0


def in_a_row(x: ndarray) -> bool:
    """Whether torch writes to the matrices of a batch where they are: for more than one batch dimension, in a row."""
    if x.ndim < 4:
        return True
    expected = x.shape[-1] * x.shape[-2]
    steps = layout.strides(x)
    for dim in range(x.ndim - 3, -1, -1):
        if x.shape[dim] == 1 or (not dim and not steps[dim]):
            continue
        if steps[dim] != expected:
            return False
        expected *= x.shape[dim]
    return True


def _inside(x: ndarray, mask: ndarray) -> ndarray:
    out = np.zeros(x.shape, x.dtype)
    np.copyto(out, x, where=mask)
    return out


def _lower(name: str, x: ndarray, diagonal: int) -> ndarray:
    if x.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    return np.tri(x.shape[-2], x.shape[-1], diagonal, bool)


def tril_indices(row: int, col: int, offset: int = 0) -> ndarray:
    """Row and column numbers of the lower triangle, as two rows of int64."""
    return _indices(row, col, np.tri(max(row, 0), max(col, 0), offset, bool))


def triu_indices(row: int, col: int, offset: int = 0) -> ndarray:
    """Row and column numbers of the upper triangle, as two rows of int64."""
    return _indices(row, col, ~np.tri(max(row, 0), max(col, 0), offset - 1, bool))


def _indices(row: int, col: int, inside: ndarray) -> ndarray:
    for name, size in (("row", row), ("col", col)):
        if size < 0:
            raise RuntimeError(f"{name} must be non-negative, got{size}")
    return np.stack(np.nonzero(inside))


def diag(x: ndarray, diagonal: int = 0) -> ndarray:
    """A vector as the diagonal of a square matrix, or a matrix's diagonal as a vector."""
    if x.ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {x.ndim}D")
    return diag_embed(x, diagonal) if x.ndim == 1 else shape.diagonal(x, diagonal).copy()


def diag_embed(x: ndarray, offset: int = 0, dim1: int = -2, dim2: int = -1) -> ndarray:
    """Matrices, in two new dimensions, whose diagonals are the last dimension of `x`."""
    first, second = wrap_dim(dim1, x.ndim + 1), wrap_dim(dim2, x.ndim + 1)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    size = x.shape[-1] + abs(offset)
    target = list(x.shape[:-1])
    for dim in sorted((first, second)):
        target.insert(dim, size)
    out = np.zeros(target, x.dtype)
    shape.diagonal(out, offset, first, second)[...] = x
    return out


def trace(x: ndarray) -> ndarray:
    """The sum of a matrix's diagonal; integers add up in int64."""
    if x.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {x.ndim}")
    kind = np.dtype(np.int64) if x.dtype.char in "?bBhHiIlLqQ" else x.dtype
    return np.asarray(x.diagonal().sum(dtype=kind), kind)


# ---- choices


def combinations(x: ndarray, r: int = 2, with_replacement: bool = False) -> ndarray:
    """All choices of `r` elements of a vector, as rows."""
    if x.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(x.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return np.empty(0, x.dtype)
    rows = (combinations_with_replacement if with_replacement else choices)(range(x.size), r)
    return x[np.array(list(rows), np.int64).reshape(-1, r)]


def cartesian_prod(tensors: Sequence[ndarray]) -> ndarray:
    """All tuples of one element from each vector, as rows; a single vector stays as it is."""
    for each in tensors:
        if each.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(each.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return np.stack([grid.reshape(-1) for grid in shape.meshgrid(tensors)], 1)
