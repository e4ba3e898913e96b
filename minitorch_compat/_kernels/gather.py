"""Reading and writing along one dimension, through masks and by flat positions, under torch's names and in its words.

Values to write have the dtype of what they are written to; casting them is the callers' affair. Every function returns
a new array: nothing here changes its arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minitorch_compat._kernels import layout, scalar_types, shape
from minitorch_compat._kernels.iteration import order
from minitorch_compat._kernels.layout import at, dim_of, wrap_dim

ndarray = np.ndarray


def _name(x: ndarray) -> str:
    return scalar_types.name(x.dtype)


def _first(bad: ndarray, index: ndarray) -> int:
    return int(index.reshape(-1)[int(np.flatnonzero(bad)[0])])


# ---- one index for each element


def _along(x: ndarray, index: ndarray, dim: int) -> tuple[ndarray, ...]:
    """NumPy's index for the elements of `x` that `index` names in `dim`, each at its place in the other dimensions."""
    _bounded(x, dim, index)
    if index.ndim == 1:
        return (index,)
    places = [np.arange(size).reshape((1,) * axis + (size,) + (1,) * (index.ndim - axis - 1))
              for axis, size in enumerate(index.shape)]
    places[dim] = index
    return tuple(places)


def _check_along(name: str, x: ndarray, index: ndarray) -> None:
    if index.dtype.char not in "il":
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")


def _bounded(x: ndarray, dim: int, index: ndarray) -> None:
    size = x.shape[dim]
    # Seen without their sign, negative indices are too large as well.
    if index.size and index.view(index.dtype.char.upper()).max() >= size:
        bad = (index < 0) | (index >= size)
        raise RuntimeError(f"index {_first(bad, index)} is out of bounds for dimension {dim} with size {size}")


def _solid(x: ndarray) -> ndarray:
    """A number as a vector of one element."""
    return x if x.ndim else x.reshape(1)


def gather(x: ndarray, dim: int, index: ndarray) -> ndarray:
    """For each place of `index`, the element of `x` there, but in `dim` at the index given; a result like `index`."""
    dim = wrap_dim(dim, x.ndim)
    if not index.size:
        return np.empty(index.shape, x.dtype)
    _check_along("gather", x, index)
    source, places = _solid(x), _solid(index)
    if source.ndim != places.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    for axis, (size, limit) in enumerate(zip(places.shape, source.shape, strict=True)):
        if axis != dim and size > limit:
            raise RuntimeError(f"Size does not match at dimension {axis} expected index {list(index.shape)} to be no "
                               f"larger than self {list(x.shape)} apart from dimension {dim}")
    return np.ascontiguousarray(source[_along(source, places, dim)]).reshape(index.shape)


def take_along_dim(x: ndarray, indices: ndarray, dim: int | None = None) -> ndarray:
    """`gather` with the other dimensions broadcast; without `dim`, by position in the flattened array."""
    if dim is None:
        return gather(shape.view(x, (-1,)), 0, shape.view(indices, (-1,)))
    if x.ndim != indices.ndim:
        raise RuntimeError("torch.take_along_dim(): input and indices should have the same number of dimensions, but "
                           f"got {x.ndim} dimensions for input, and {indices.ndim} dimensions for indices")
    if indices.dtype.char != "l":
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {_name(indices)}")
    dim = wrap_dim(dim, x.ndim)
    before = layout.broadcast_shapes((*x.shape[:dim], 1, *x.shape[dim + 1:]),
                                     (*indices.shape[:dim], 1, *indices.shape[dim + 1:]))
    x = np.broadcast_to(x, (*before[:dim], x.shape[dim], *before[dim + 1:]))
    return gather(x, dim, np.broadcast_to(indices, (*before[:dim], indices.shape[dim], *before[dim + 1:])))


def _scattering(x: ndarray, dim: int, index: ndarray, src: ndarray, like_src: bool) -> tuple[Any, Any, Any]:
    """The copy, then target, index and dimension of a scatter into it, then the values, after torch's checks.

    Where nothing is to be written only the copy is there. `like_src` says that `src` is no single value and must reach
    as far as `index`.
    """
    x = np.asarray(x)
    dim = wrap_dim(dim, x.ndim)
    out = x.copy()
    if not index.size:
        return out, None, None
    _check_along("scatter", x, index)
    if src.dtype != x.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    places, target = _solid(index), out.reshape(out.shape or 1)
    if places.ndim != target.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
    fits = all(axis == dim or size <= target.shape[axis] for axis, size in enumerate(places.shape))
    beyond, values = "", src
    if like_src:
        values = _solid(src)
        fits = fits and all(size <= (src.shape[wrap_dim(axis, src.ndim)] if src.ndim else 1)
                            for axis, size in enumerate(places.shape))
        if values.ndim != places.ndim:
            raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
        beyond = f" and to be no larger size than src {list(src.shape)}"
        values = values[tuple(slice(size) for size in places.shape)]
    if not fits:
        raise RuntimeError(f"Expected index {list(index.shape)} to be no larger than self {list(x.shape)} apart from "
                           f"dimension {dim}{beyond}")
    return out, (target, places, dim), values


def scatter(x: ndarray, dim: int, index: ndarray, src: ndarray, reduce: str | None = None) -> ndarray:
    """A copy of `x` with the elements of `src` at the places that `gather` would read.

    A 0-d `src` is a value for all of them. `reduce` may be "add" or "multiply"; otherwise the last value stays.
    """
    out, written, values = _scattering(x, dim, index, src, src.ndim > 0 or x.ndim == 0)
    if reduce not in (None, "add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    if written is not None:
        target = written[0]
        places = _along(*written)
        if reduce is None:
            target[places] = values
        else:
            (np.add if reduce == "add" else np.multiply).at(target, places, values)
    return out


def scatter_add(x: ndarray, dim: int, index: ndarray, src: ndarray) -> ndarray:
    """A copy of `x` with the elements of `src` added at the places that `gather` would read."""
    out, written, values = _scattering(x, dim, index, src, True)
    if written is not None:
        target, places = written[0], _along(*written)
        if x.dtype.char in "eE":
            # Halves are added up in float32 and rounded once.
            wide = target.astype(np.float32)
            np.add.at(wide, places, values.astype(np.float32))
            target[...] = wide
        else:
            np.add.at(target, places, values)
    return out


_REDUCTIONS: dict[str, tuple[Any, Callable[[np.dtype[Any]], Any]]] = {
    "sum": (np.add, lambda dtype: 0), "mean": (np.add, lambda dtype: 0), "prod": (np.multiply, lambda dtype: 1),
    "amax": (np.maximum, lambda dtype: -np.inf if dtype.kind in "fV" else scalar_types.smallest(dtype)),
    "amin": (np.minimum, lambda dtype: np.inf if dtype.kind in "fV" else scalar_types.largest(dtype)),
}


def scatter_reduce(x: ndarray, dim: int, index: ndarray, src: ndarray, reduce: str,
                   include_self: bool = True) -> ndarray:
    """A copy of `x` where the elements of `src` are reduced at the places that `gather` would read.

    `reduce` is sum, prod, mean, amax or amin; `include_self` says whether what stood there takes part.
    """
    if reduce not in _REDUCTIONS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    out, written, values = _scattering(x, dim, index, src, True)
    if written is None:
        return out
    target, places = written[0], _along(*written)
    operation, neutral = _REDUCTIONS[reduce]
    if not include_self:
        target[places] = neutral(x.dtype)
    operation.at(target, places, values)
    if reduce == "mean":
        count = np.full(target.shape, int(include_self), np.int64)
        np.add.at(count, places, 1)
        np.maximum(count, 1, out=count)
        target[...] = target // count if x.dtype.kind in "iu" else target / count.astype(x.dtype)
    return out


# ---- one index for each slice


def _check_vector(index: ndarray, message: str) -> None:
    if index.ndim > 1:
        raise IndexError(message)


def index_select(x: ndarray, dim: int, index: ndarray) -> ndarray:
    """The slices of `x` along `dim` that a vector of indices, none negative, names."""
    dim = wrap_dim(dim, x.ndim)
    _check_vector(index, "index_select(): Index is supposed to be a vector")
    if not x.ndim and index.size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {index.size} value(s)")
    if index.dtype.char not in "il":
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    source = _solid(x)
    bad = (index < 0) | (index >= source.shape[dim])
    if bad.any():
        if x.ndim > 1 and not x.shape[dim]:
            raise RuntimeError("index_select(): self indexing axis dim should be positive")
        if dim == 1 or (x.ndim > 1 and not x.size):
            raise RuntimeError(f"INDICES element is out of DATA bounds, id={_first(bad, index)} "
                               f"axis_dim={source.shape[dim]}")
        raise IndexError("index out of range in self")
    result = source.take(index.reshape(-1), dim)
    return result if x.ndim else result.reshape(())


def check_slices(name: str, x: ndarray, dim: int, index: ndarray, source: ndarray) -> int:
    """The dimension, where `index` names a slice of `x` for each of `source`."""
    dim = wrap_dim(dim, x.ndim)
    _check_vector(index, f"{name}_(): Index is supposed to be a vector, but got dim: {index.ndim} with type: "
                         f"{_name(index)} and size: {list(index.shape)}")
    if index.dtype.char not in "il":
        raise RuntimeError(f"{name}_(): Expected dtype int32/int64 for index but got: {_name(index)}")
    if x.dtype != source.dtype:
        raise RuntimeError(f"{name}_(): self ({_name(x)}) and source ({_name(source)}) must have the same scalar type")
    if dim and dim >= source.ndim:
        raise RuntimeError(f"{name}_(): Indexing dim {dim} is out of bounds of the source tensor with dim "
                           f"{source.ndim}")
    if source.ndim or index.size != 1:
        count = source.shape[dim_of(dim, source.ndim)]
        if index.size != count:
            raise RuntimeError(f"{name}_(): Number of indices ({index.size}) should be equal to source.size(dim): "
                               f"({count}), for dim: {dim}")
    if x.ndim != source.ndim or any(a != b for axis, (a, b) in enumerate(zip(x.shape, source.shape, strict=True))
                                    if axis != dim):
        raise RuntimeError("source tensor shape must match self tensor shape, excluding the specified dimension. Got "
                           f"self.shape = {list(x.shape)} source.shape = {list(source.shape)}")
    return dim


def index_add(x: ndarray, dim: int, index: ndarray, source: ndarray, alpha: Any = 1) -> ndarray:
    """A copy of `x` with `alpha` times the slices of `source` added to those that `index` names."""
    dim = check_slices("index_add", x, dim, index, source)
    out = x.copy()
    target = out.reshape(1) if not x.ndim else out
    if not x.size and x.ndim > 1:
        return out  # torch looks at no index
    at_once = x.ndim < 2 or (alpha != 1 and x.size)  # torch goes slice by slice only where it need not multiply
    if at_once and ((index < 0) | (index >= target.shape[dim if x.ndim else 0])).any():
        raise IndexError("index out of range in self")
    _bounded(target, dim, index)
    # Complex numbers are taken times one as well but in outermost slices, which decides what is not finite.
    outermost = x.ndim > 1 and dim in (0, x.ndim - 1)
    plain = alpha == 1 and (outermost or x.dtype.kind != "c")
    values = _solid(source) if plain else _solid(source) * x.dtype.type(alpha)
    np.add.at(target, at(dim, index.reshape(-1)), values)
    return out


def _slices_exist(x: ndarray, dim: int, count: int) -> bool:
    """Whether `x` has slices to write; torch stumbles over its own view of `count` slices where there are none."""
    if x.size:
        return True
    sizes, steps = list(x.shape), list(layout.strides(x))
    sizes[dim], steps[dim] = count, 0
    needed = layout.storage_size(sizes, steps)
    if needed:
        layout.check_storage(x, sizes, steps, layout.storage_offset(x))
    return needed > 0


def index_copy(x: ndarray, dim: int, index: ndarray, source: ndarray) -> ndarray:
    """A copy of `x` with the slices of `source` in place of those that `index` names."""
    dim = wrap_dim(dim, x.ndim)
    _check_vector(index, f"index_copy_(): Index should have dimension 1 or 0 (got {index.ndim})")
    if source.ndim == 0 and index.size != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element (got {index.size})")
    if source.ndim != x.ndim and source.ndim and x.ndim:
        raise IndexError("index_copy_(): When source and destination are not scalars, their dimensionality must match. "
                         f"Source dimensionality ({source.ndim}), destination dimensionality ({x.ndim})")
    if index.dtype.char != "l":
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {_name(index)}")
    if x.dtype != source.dtype:
        raise RuntimeError("index_copy_(): self and source expected to have the same dtype, but got (self) "
                           f"{_name(x)} and (source) {_name(source)}")
    ours, theirs = ((*each.shape[:dim], *each.shape[dim + 1:]) for each in (x, source))
    if ours != theirs:
        shown = [" ".join(map(str, each)) for each in (ours, theirs)]
        raise RuntimeError("index_copy_(): Source/destination tensor must have same slice shapes. Destination slice "
                           f"shape: {shown[0]} at dimension {dim} and source slice shape: {shown[1]} at dimension 0.")
    if source.ndim and index.size != source.shape[dim]:
        raise IndexError(f"index_copy_(): Number of indices ({index.size}) should be equal to source.size(dim) "
                         f"({source.shape[dim]})")
    out = x.copy()
    if not _slices_exist(x, dim, index.size):
        return out
    target = out.reshape(1) if not x.ndim else out
    bad = (index < 0) | (index >= target.shape[dim])
    if bad.any():
        raise IndexError(f"index_copy_(): index {_first(bad, index)} is out of bounds for dimension {dim} with size "
                         f"{target.shape[dim]}")
    target[at(dim, index.reshape(-1))] = _solid(source)
    return out


def index_fill(x: ndarray, dim: int, index: ndarray, value: ndarray) -> ndarray:
    """A copy of `x` with one value in the slices that `index` names."""
    if value.ndim:
        raise RuntimeError("index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                           f"{value.ndim} dimension(s).")
    if index.dtype.char != "l":
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    dim = wrap_dim(dim, x.ndim)
    if index.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    out = layout.clone(x)
    if not _slices_exist(x, dim, index.size):
        return out
    target = out.reshape(1) if not x.ndim else out
    check_places(index, dim, target.shape[dim])
    target[at(dim, index.reshape(-1))] = value
    return out


def check_places(index: ndarray, dim: int, size: int) -> None:
    """IndexError for a place that there is not, counted from the front or from the end."""
    bad = (index < -size) | (index >= size)
    if bad.any():
        raise IndexError(f"index {_first(bad, index)} is out of bounds for dimension {dim} with size {size}")


def embedding(weight: ndarray, indices: ndarray) -> ndarray:
    """The rows of a matrix that indices of any shape name."""
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    if indices.dtype.char not in "il":
        raise RuntimeError("Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, "
                           f"Int; but got torch.{_name(indices)}Tensor instead (while checking arguments for "
                           "embedding)")
    return index_select(weight, 0, indices.reshape(-1)).reshape(*indices.shape, weight.shape[1])


# ---- masks


def masked_select(x: ndarray, mask: ndarray) -> ndarray:
    """The elements where a mask, broadcast with `x`, is true, as a vector."""
    if mask.dtype.char != "?":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    sizes = layout.broadcast_shapes(mask.shape, x.shape)
    return np.broadcast_to(x, sizes)[np.broadcast_to(mask, sizes)].reshape(-1)


def masked_fill(x: ndarray, mask: ndarray, value: ndarray) -> ndarray:
    """`x`, broadcast with a mask, with one value, of its dtype, where the mask is true."""
    sizes = layout.broadcast_shapes(mask.shape, x.shape)
    if value.ndim:
        raise RuntimeError("masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                           f"{value.ndim} dimension(s).")
    if mask.dtype.char != "?":
        raise RuntimeError("masked_fill_ only supports boolean masks, but got mask with dtype "
                           f"{scalar_types.cpp_name(mask.dtype)}")
    out = np.broadcast_to(x, sizes).copy()
    np.copyto(out, value, where=mask)
    return out


def masked_scatter(x: ndarray, mask: ndarray, source: ndarray) -> ndarray:
    """`x`, broadcast with a mask, with the elements of `source`, in order, where the mask is true."""
    sizes = layout.broadcast_shapes(mask.shape, x.shape)
    if x.dtype != source.dtype:
        raise RuntimeError(f"masked_scatter: expected self and source to have same dtypes but got{_name(x)} and "
                           f"{_name(source)}")
    if mask.dtype.char != "?":
        raise RuntimeError(f"masked_scatter_ only supports boolean masks, but got mask with dtype {_name(mask)}")
    chosen = np.broadcast_to(mask, sizes)
    count = int(np.count_nonzero(chosen))
    if count > source.size:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    out = np.broadcast_to(x, sizes).copy()
    out[chosen] = source.reshape(-1)[:count]
    return out


def scatter_one_by_one(x: ndarray, mask: ndarray, source: ndarray) -> None:
    """Write the next element of the source wherever a mask is true."""
    mask, elements = np.broadcast_to(mask, x.shape), iter(source.reshape(-1))
    for place in np.ndindex(x.shape):
        if mask[place]:
            x[place] = next(elements)


def scatter_too_few(x: ndarray, mask: ndarray, source: ndarray) -> None:
    """Where the source of ``masked_scatter`` has too few elements, write them all, in the order of memory."""
    if np.count_nonzero(mask) > source.size:
        x, mask = np.atleast_1d(x), np.atleast_1d(mask)
        slowest_first = order(x.shape, layout.strides(x), layout.strides(mask))[::-1]
        places = [each[: source.size] for each in mask.transpose(slowest_first).nonzero()]
        x.transpose(slowest_first)[tuple(places)] = source.reshape(-1)


# ---- flat positions


def _flat(x: ndarray, index: ndarray) -> ndarray:
    bad = (index < -x.size) | (index >= x.size)
    if bad.any():
        raise IndexError(f"out of range: tried to access index {_first(bad, index)} on a tensor of {x.size} elements.")
    return index


def take(x: ndarray, index: ndarray) -> ndarray:
    """The elements at positions in the flattened array; a result like `index`."""
    if index.dtype.char != "l":
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {_name(index)}")
    if index.size and not x.size:
        raise IndexError("take(): tried to take from an empty tensor")
    return np.asarray(np.ascontiguousarray(x).reshape(-1)[_flat(x, index)], order="C").reshape(index.shape)


def put(x: ndarray, index: ndarray, source: ndarray, accumulate: bool = False) -> ndarray:
    """A copy of `x` with the elements of `source` at, or added at, positions in the flattened array."""
    if index.dtype.char != "l":
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {_name(index)}")
    if x.dtype != source.dtype:
        raise RuntimeError("put_(): self and source expected to have the same dtype, but got self.dtype = "
                           f"{_name(x)} and source.dtype = {_name(source)}")
    if index.size != source.size:
        raise IndexError("put_(): Expected source and index to have the same number of elements, but got "
                         f"source.numel() = {source.size}, index.numel() = {index.size}")
    if index.size and not x.size:
        raise IndexError("put_(): Tried to put elements into an empty tensor")
    flat = x.flatten()
    places, values = _flat(x, index).reshape(-1), source.reshape(-1)
    if accumulate:
        np.add.at(flat, places, values)
    else:
        flat[places] = values
    out = layout.empty_like(x)
    out[...] = flat.reshape(x.shape)
    return out


# ---- a choice between two


def where(condition: ndarray, x: ndarray, other: ndarray) -> ndarray:
    """Elements of `x` where the condition is true and of `other`, of the same dtype, where it is not."""
    try:
        result = np.where(condition, x, other)
    except ValueError:
        layout.broadcast_shapes(condition.shape, x.shape, other.shape)
        raise
    # Beside a dimension of size 1 even contiguous arrays may have an opinion on the layout.
    if (1 not in result.shape and condition.flags.c_contiguous and x.flags.c_contiguous
            and other.flags.c_contiguous):
        return result
    out = layout.elementwise_output(result.shape, result.dtype, condition, x, other)
    out[...] = result
    return out
