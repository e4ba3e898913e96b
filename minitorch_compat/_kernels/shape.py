"""Views and rearrangements of arrays under torch's names, with torch's strides, checks and words.

Functions down to `meshgrid` return views of their argument's memory; those after it make new arrays. Shapes and
dimensions arrive as tuples of ints; what a call may look like otherwise is the callers' affair.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import pairwise
from math import prod

import numpy as np

from minitorch_compat._kernels import layout, scalar_types
from minitorch_compat._kernels.layout import Shape, at, dim_of, in_order, restride, wrap_dim, wrap_dims

ndarray = np.ndarray


# ---- the same elements under another shape


def try_view(x: ndarray, shape: Sequence[int]) -> ndarray | None:
    """`x` seen in another shape, or None where that needs a copy. RuntimeError where the sizes do not fit."""
    if not x.size and tuple(shape) == x.shape:
        return x.view()
    plain = x.flags.c_contiguous and x.ndim and x.strides[-1] == x.itemsize
    if plain and -1 not in shape:
        try:
            result = x.reshape(shape)
        except ValueError:
            pass  # torch says more precisely what does not fit.
        else:
            # NumPy would replace any negative size, and leaves a shape that stays as it lies.
            if result.shape == tuple(shape):
                return in_order(result) if result.shape == x.shape and 1 in result.shape and x.size else result
    shape = layout.infer_size(shape, x.size)
    if plain:
        return in_order(x.reshape(shape)) if x.size else x.reshape(shape)
    steps = layout.view_strides(x.shape, layout.strides(x), shape)
    if steps is None:
        return None
    item = x.itemsize
    return restride(x, shape, tuple(each * item for each in steps))


def view(x: ndarray, shape: Sequence[int]) -> ndarray:
    """`x` in another shape; RuntimeError where no strides can express it."""
    result = try_view(x, shape)
    if result is None:
        raise RuntimeError("view size is not compatible with input tensor's size and stride (at least one dimension "
                           "spans across two contiguous subspaces). Use .reshape(...) instead.")
    return result


def reshape(x: ndarray, shape: Sequence[int]) -> ndarray:
    """A view in another shape where possible, otherwise a contiguous copy."""
    result = try_view(x, shape)
    return x.reshape(layout.infer_size(shape, x.size)) if result is None else result


def flatten(x: ndarray, start_dim: int = 0, end_dim: int = -1) -> ndarray:
    """`x` with the dimensions from `start_dim` to `end_dim` as one, as `reshape` makes it; `x` itself if it is one."""
    start, end = wrap_dim(start_dim, x.ndim), wrap_dim(end_dim, x.ndim)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not x.ndim:
        return reshape(x, (1,))
    if start == end:
        return x
    return reshape(x, (*x.shape[:start], prod(x.shape[start:end + 1]), *x.shape[end + 1:]))


def unflatten(x: ndarray, dim: int, sizes: Sequence[int]) -> ndarray:
    """`x` with one dimension split into several, one of which may be -1."""
    dim = wrap_dim(dim, x.ndim)
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    try:
        size = x.shape[dim_of(dim, x.ndim)]
        sizes = layout.infer_size(sizes, size)
    except (RuntimeError, IndexError) as error:
        if "is invalid for input" not in str(error):
            raise RuntimeError(f"unflatten got an unexpected error:\n{error}") from None
        raise RuntimeError(f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} "
                           f"({size}) in the input tensor") from None
    return view(x, (*x.shape[:dim], *sizes, *x.shape[dim + 1:]))


def squeeze(x: ndarray, dim: int | Sequence[int] | None = None) -> ndarray:
    """`x` without its dimensions of size 1, or without those among `dim` that have it."""
    if not x.size:
        x = layout.with_strides(x)
    if dim is None:
        return layout.noted_strides(x.squeeze())
    if isinstance(dim, int):
        dim = wrap_dim(dim, x.ndim)
        return layout.noted_strides(x.squeeze(dim)) if x.ndim and x.shape[dim] == 1 else x.view()
    dims = wrap_dims(dim, x.ndim)
    return layout.noted_strides(x.squeeze(tuple(each for each in dims if each < x.ndim and x.shape[each] == 1)))


def unsqueeze(x: ndarray, dim: int) -> ndarray:
    """`x` with a dimension of size 1 before the one at `dim`."""
    dim = wrap_dim(dim, x.ndim + 1)
    shape, steps = x.shape, x.strides
    if not x.size:
        steps = layout.with_strides(x).strides
    elif x.flags.c_contiguous and 1 not in shape:
        return x.reshape((*shape[:dim], 1, *shape[dim:]))
    new = shape[dim] * steps[dim] if dim < x.ndim else x.itemsize
    shape, steps = (*shape[:dim], 1, *shape[dim:]), (*steps[:dim], new, *steps[dim:])
    if not x.flags.forc:
        quick = x.reshape(shape)
        if quick.strides == steps:
            return quick
    made = restride(x, shape, steps)
    # A view of a gradient is of its kind, as NumPy's own views are.
    return made if type(x) is ndarray else made.view(type(x))


# ---- dimensions in another order


def transpose(x: ndarray, dim0: int, dim1: int) -> ndarray:
    """`x` with two dimensions exchanged."""
    ndim = x.ndim
    dim0, dim1 = wrap_dim(dim0, ndim), wrap_dim(dim1, ndim)
    if not x.size:
        x = layout.with_strides(x)
    return x.swapaxes(dim0, dim1) if ndim else x.view()


def t(x: ndarray) -> ndarray:
    """The transpose of a matrix; vectors and numbers stay as they are."""
    if x.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {x.ndim}D")
    return (x if x.size else layout.with_strides(x)).T


def matrix_transpose(x: ndarray, name: str = "mT") -> ndarray:
    """The last two dimensions exchanged, as `.mT` and `.mH` do; `name` is the attribute asked for."""
    if x.ndim < 2:
        raise RuntimeError(f"tensor.{name} is only supported on matrices or batches of matrices. "
                           f"Got {x.ndim}-D tensor.")
    return transpose(x, -2, -1)


def permute(x: ndarray, dims: Sequence[int]) -> ndarray:
    """`x` with its dimensions in the order given."""
    if len(dims) != x.ndim:
        raise RuntimeError("permute(sparse_coo): number of dimensions in the tensor input does not match the length of "
                           f"the desired ordering of dimensions i.e. input.dim() = {x.ndim} is not equal to "
                           f"len(dims) = {len(dims)}")
    wrapped = [wrap_dim(dim, x.ndim) for dim in dims]
    if len(set(wrapped)) != len(wrapped):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    if not x.size:
        x = layout.with_strides(x)
    return x.transpose(wrapped)


def movedim(x: ndarray, source: Sequence[int], destination: Sequence[int]) -> ndarray:
    """`x` with the source dimensions at their destinations and the others in their old order."""
    if len(source) != len(destination):
        raise RuntimeError(f"movedim: Invalid source or destination dims: source ({list(source)} dims) should contain "
                           f"the same number of dims as destination ({list(destination)} dims)")
    wrapped_source = [wrap_dim(dim, x.ndim) for dim in source]
    wrapped_destination = [wrap_dim(dim, x.ndim) for dim in destination]
    for name, given, wrapped in (("source", source, wrapped_source), ("destination", destination, wrapped_destination)):
        if len(set(wrapped)) != len(wrapped):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(given)})")
    if not x.ndim:
        return x.view()
    places = dict(zip(wrapped_destination, wrapped_source, strict=True))
    rest = (dim for dim in range(x.ndim) if dim not in wrapped_source)
    return permute(x, [places[dim] if dim in places else next(rest) for dim in range(x.ndim)])


# ---- parts


def select(x: ndarray, dim: int, index: int) -> ndarray:
    """The slice of `x` at one index of a dimension, which disappears."""
    if not x.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, x.ndim)
    if not x.size:
        x = layout.with_strides(x)
    try:
        return layout.noted_strides(x[at(dim, index)])
    except IndexError:
        raise IndexError(f"select(): index {index} out of range for tensor of size {list(x.shape)} "
                         f"at dimension {dim}") from None


def narrow(x: ndarray, dim: int, start: int, length: int) -> ndarray:
    """`length` elements of a dimension from `start` on."""
    if not x.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim = wrap_dim(dim, x.ndim)
    size = x.shape[dim]
    if not -size <= start <= size:
        raise IndexError(f"start out of range (expected to be in range of [{-size}, {size}], but got {start})")
    if start < 0:
        start += size
    if start > size - length:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return _part(x, dim, start, start + length)


def _part(x: ndarray, dim: int, start: int, end: int, step: int = 1) -> ndarray:
    if not x.size:
        x = layout.with_strides(x)
    part = x[at(dim, slice(start, end, step))]
    if part.size:
        return part
    # NumPy leaves the stride of an empty slice as it was; torch multiplies it by the step all the same.
    wanted = (*x.strides[:dim], x.strides[dim] * step, *x.strides[dim + 1:])
    return restride(x, part.shape, wanted, start * x.strides[dim])


def slice_(x: ndarray, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> ndarray:
    """Every `step`-th element of a dimension between two bounds, which are clamped like Python's."""
    if not x.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, x.ndim)
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    first, last, _ = slice(start, end).indices(x.shape[dim])
    return _part(x, dim, first, max(first, last), step)


def split(x: ndarray, split_size: int | Sequence[int], dim: int = 0) -> tuple[ndarray, ...]:
    """Parts of `split_size` elements along a dimension, the last one smaller, or parts of the sizes listed."""
    if not isinstance(split_size, int):
        return split_with_sizes(x, split_size, dim)
    if not x.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    if split_size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={split_size}")
    dim = wrap_dim(dim, x.ndim)
    size = x.shape[dim]
    if not split_size and size:
        raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {size}")
    if x.size:
        before = (slice(None),) * dim
        return tuple([x[(*before, slice(start, start + split_size))] for start in range(0, size, split_size)])
    starts = range(0, max(size, 1), split_size or 1)
    return tuple([_part(x, dim, start, min(start + split_size, size)) for start in starts])


def split_with_sizes(x: ndarray, split_sizes: Sequence[int], dim: int = 0) -> tuple[ndarray, ...]:
    """Consecutive parts of the sizes listed, which must add up to the size of the dimension."""
    if not x.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    given, dim = dim, wrap_dim(dim, x.ndim)
    if any(size < 0 for size in split_sizes):
        raise RuntimeError("split_with_sizes expects split_sizes have only non-negative entries, "
                           f"but got split_sizes={list(split_sizes)}")
    if sum(split_sizes) != x.shape[dim]:
        raise RuntimeError(f"split_with_sizes expects split_sizes to sum exactly to {x.shape[dim]} "
                           f"(input tensor's size at dimension {given}), but got split_sizes={list(split_sizes)}")
    parts, start = [], 0
    for size in split_sizes:
        parts.append(_part(x, dim, start, start + size))
        start += size
    return tuple(parts)


def chunk(x: ndarray, chunks: int, dim: int = 0) -> tuple[ndarray, ...]:
    """At most `chunks` parts of equal size, the last one smaller."""
    if not x.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    size = x.shape[wrap_dim(dim, x.ndim)]
    return split(x, -(-size // chunks), dim) if size else split_with_sizes(x, [0] * chunks, dim)


def tensor_split(x: ndarray, indices_or_sections: int | Sequence[int], dim: int = 0) -> tuple[ndarray, ...]:
    """Parts as equal as can be, the first ones larger by one, or the parts between the indices listed."""
    if not x.ndim:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    dim = wrap_dim(dim, x.ndim)
    size = x.shape[dim]
    if isinstance(indices_or_sections, int):
        sections = indices_or_sections
        if sections <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {sections}")
        small, larger = divmod(size, sections)
        return split_with_sizes(x, [small + (place < larger) for place in range(sections)], dim)
    bounds = [0, *indices_or_sections, size]
    return tuple([slice_(x, dim, start, end) for start, end in pairwise(bounds)])


def even_split(x: ndarray, indices_or_sections: int | Sequence[int], name: str) -> tuple[ndarray, ...]:
    """`hsplit`, `vsplit` and `dsplit`: like `tensor_split` along dimension 1, 0 or 2, but sections must be equal."""
    dim, least = {"hsplit": (min(1, x.ndim - 1), 1), "vsplit": (0, 2), "dsplit": (2, 3)}[name]
    if x.ndim < least:
        raise RuntimeError(f"torch.{name} requires a tensor with at least {least} dimension, "
                           f"but got a tensor with {x.ndim} dimensions!")
    if isinstance(indices_or_sections, int) and (indices_or_sections == 0 or x.shape[dim] % indices_or_sections):
        raise RuntimeError(f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
                           f"{x.shape[dim]} is not divisible by the split_size {indices_or_sections}!")
    return tensor_split(x, indices_or_sections, dim)


def unbind(x: ndarray, dim: int = 0) -> tuple[ndarray, ...]:
    """All slices along a dimension, which disappears."""
    dim = dim_of(wrap_dim(dim, x.ndim), x.ndim)
    if not x.size:
        x = layout.with_strides(x)
    return tuple([layout.noted_strides(x[at(dim, index)]) for index in range(x.shape[dim])])


def diagonal(x: ndarray, offset: int = 0, dim1: int = 0, dim2: int = 1) -> ndarray:
    """The diagonal of two dimensions as a new last one."""
    ndim = x.ndim
    first, second = wrap_dim(dim1, ndim), wrap_dim(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    if not x.size:
        x = layout.with_strides(x)
    steps = x.strides
    if offset >= 0:
        size, start = max(min(x.shape[first], x.shape[second] - offset), 0), offset * steps[second]
    else:
        size, start = max(min(x.shape[first] + offset, x.shape[second]), 0), -offset * steps[first]
    rest = [dim for dim in range(ndim) if dim not in (first, second)]
    shape = (*(x.shape[dim] for dim in rest), size)
    steps = (*(steps[dim] for dim in rest), steps[first] + steps[second])
    return restride(x, shape, steps, start if size else 0)


def as_strided(x: ndarray, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None) -> ndarray:
    """Any view of the memory that `x` lies in, from `storage_offset` elements after its start."""
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(step < 0 for step in stride):
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}")
    if any(each < 0 for each in size):
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}")
    if storage_offset is None:
        storage_offset = layout.storage_offset(x)
    elif storage_offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {storage_offset}")
    memory, item = layout.check_storage(x, size, stride, storage_offset), x.itemsize
    return restride(memory, size, tuple(step * item for step in stride), storage_offset * item)


def unfold(x: ndarray, dimension: int, size: int, step: int) -> ndarray:
    """All windows of `size` elements of a dimension, `step` apart, as a new last dimension."""
    dim = wrap_dim(dimension, x.ndim)
    if not x.size:
        x = layout.with_strides(x)
    shape, steps = (x.shape, x.strides) if x.ndim else ((1,), (x.itemsize,))
    limit = shape[dim]
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > limit:
        raise RuntimeError(f"maximum size for tensor at dimension {dim} is {limit} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    count = (limit - size) // step + 1
    if not x.ndim:
        return restride(x, (size,), steps)
    return restride(x, (*shape[:dim], count, *shape[dim + 1:], size),
                    (*steps[:dim], steps[dim] * step, *steps[dim + 1:], steps[dim]))


# ---- repeated without a copy


def expand(x: ndarray, size: Sequence[int]) -> ndarray:
    """`x` with dimensions of size 1 repeated, and new ones in front, by strides of 0; -1 keeps a size."""
    new = len(size) - x.ndim
    if new < 0:
        raise RuntimeError(f"expand({scalar_types.type_name(x.dtype)}{{{list(x.shape)}}}, size={list(size)}): "
                           f"the number of sizes provided ({len(size)}) must be greater or equal to the number of "
                           f"dimensions in the tensor ({x.ndim})")
    if not x.size:
        x = layout.with_strides(x)
    if not x.ndim:
        if any(each < 0 for each in size):
            raise RuntimeError("numel: integer multiplication overflow")
        return restride(x, size, (0,) * len(size))
    if not new or min(size[:new]) > 1:
        plain = [0] * new
        for own, step, wanted in zip(x.shape, x.strides, size[new:], strict=True):
            if own != wanted and (own != 1 or wanted < 0):
                break
            plain.append(step if own == wanted else 0)
        else:
            return restride(x, size, plain)
    shape, steps = list(size), [0] * len(size)
    for dim in range(len(size) - 1, -1, -1):
        wanted = size[dim]
        if dim >= new:
            own, step = x.shape[dim - new], x.strides[dim - new]
        else:
            own = 1
            step = shape[dim + 1] * steps[dim + 1]
        if wanted == -1:
            if dim < new:
                raise RuntimeError(f"The expanded size of the tensor ({wanted}) isn't allowed in a leading, "
                                   f"non-existing dimension {dim}")
            shape[dim] = own
        elif wanted != own:
            if own != 1:
                raise RuntimeError(f"The expanded size of the tensor ({wanted}) must match the existing size ({own}) "
                                   f"at non-singleton dimension {dim}.  Target sizes: {list(size)}.  "
                                   f"Tensor sizes: {list(x.shape)}")
            step = 0
        steps[dim] = step
    if any(each < 0 for each in shape):
        raise RuntimeError("numel: integer multiplication overflow")
    return restride(x, shape, steps)


def expand_to(x: ndarray, shape: Shape) -> ndarray:
    """`expand` without its checks, for shapes known to fit: all that a backward formula needs."""
    if x.size == 1 and x.flags.c_contiguous and (x.ndim < len(shape) or 1 not in shape) and 0 not in shape:
        return ndarray(shape, x.dtype, x, 0, (0,) * len(shape))
    return expand(x, shape)


def broadcast_tensors(*tensors: ndarray) -> tuple[ndarray, ...]:
    """All arguments expanded to the shape they broadcast to."""
    shape = layout.broadcast_shapes(*[each.shape for each in tensors])
    return tuple([expand(each, shape) for each in tensors])


def meshgrid(tensors: Sequence[ndarray], indexing: str = "ij") -> tuple[ndarray, ...]:
    """Grids of coordinates from vectors; "xy" exchanges the first two dimensions."""
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if any(each.dtype != tensors[0].dtype for each in tensors):
        raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    for each in tensors:
        if each.ndim > 1:
            if each.dtype.kind == "c" and each.size:
                warnings.warn(
                    "Casting complex values to real discards the imaginary part", UserWarning, stacklevel=4
                )
            from .native_text import native_text

            raise RuntimeError(
                f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {native_text(each)}"
            )
    swap = indexing == "xy" and len(tensors) >= 2
    vectors = [tensors[1], tensors[0], *tensors[2:]] if swap else list(tensors)
    shape = tuple(each.size for each in vectors)
    grids = []
    for place, vector in enumerate(vectors):
        column = view(vector, (1,) * place + (-1,) + (1,) * (len(shape) - place - 1))
        grids.append(expand(column, shape))
    if swap:
        grids = [transpose(grids[1], 0, 1), transpose(grids[0], 0, 1), *(transpose(each, 0, 1) for each in grids[2:])]
    return tuple(grids)
