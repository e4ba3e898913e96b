"""Where elements lie: shapes, strides and the views they allow.

Shapes and strides are tuples counted in elements, as torch shows them; only `restride` speaks of bytes, as NumPy does.
NumPy forgets the strides of an empty array unless they were asked for; `strides` gives such an array the ones torch
gives a fresh tensor. Where all strides of an empty array are 0 by intent, they are written down as ABSENT, which is too
far to lead anywhere; strides and offsets of empty arrays count modulo ABSENT.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from minitorch_compat._kernels.iteration import order

Shape = tuple[int, ...]
ndarray = np.ndarray
ABSENT = 1 << 60


# ---- strides

def contiguous_strides(shape: Sequence[int]) -> Shape:
    """The strides of a fresh tensor; a dimension of size 0 counts as 1."""
    result, step = [], 1
    for size in reversed(shape):
        result.append(step)
        step *= size or 1
    return tuple(result[::-1])


@lru_cache(maxsize=1024)
def contiguous_bytes(shape: Shape, item: int) -> Shape:
    """The strides, in bytes, of an array of this shape whose elements lie in the order of their indices."""
    return tuple([each * item for each in contiguous_strides(shape)])


def strides(x: ndarray) -> Shape:
    """The strides of an array in elements, as `Tensor.stride()` shows them."""
    given = x.strides
    item = x.itemsize
    if not x.size:
        return tuple([each % ABSENT // item for each in given]) if any(given) else contiguous_strides(x.shape)
    return tuple([each // item for each in given])


def restride(x: ndarray, shape: Sequence[int], steps: Sequence[int], offset: int = 0) -> ndarray:
    """A view of the memory of `x` with exactly these strides; `steps` and `offset` are bytes from where `x` begins."""
    if 0 in shape:
        return _without_elements(x, tuple(shape), steps, offset)
    if x.flags.forc:
        return ndarray(shape, x.dtype, x, offset, steps)
    owner = storage(x)
    if owner.flags.forc:
        view = ndarray(shape, x.dtype, owner, offset + address(x) - address(owner), steps)
    else:
        # Memory with gaps that somebody else owns: only NumPy's own detour leads there.
        span = storage_size(x.shape, strides(x))
        view = ndarray(shape, x.dtype, np.lib.stride_tricks.as_strided(x, (span,), (x.itemsize,)), offset, steps)
    if not x.flags.writeable:
        view.flags.writeable = False
    return view


class _Place:
    """Memory that holds no element: a shape, strides and an address, as NumPy's array interface tells them."""

    __slots__ = ("__array_interface__", "base")
    __array_interface__: dict[str, Any]
    base: ndarray


def _without_elements(
    x: ndarray, shape: Shape, steps: Sequence[int], offset: int, dtype: np.dtype[Any] | None = None
) -> ndarray:
    """`restride` for a shape without elements, which may begin outside the memory and keeps strides of 0."""
    dtype = dtype or x.dtype
    steps = tuple([each % ABSENT for each in steps])
    place = _Place()
    place.base = x
    place.__array_interface__ = {
        "shape": shape, "typestr": dtype.str, "data": ((address(x) + offset) % (1 << 64), False), "version": 3,
        "strides": steps if any(steps) else (ABSENT,) * len(steps),
    }
    made = np.asarray(place)
    return made if made.dtype == dtype else made.view(dtype)


def as_parts(x: ndarray) -> ndarray:
    """The pairs of real and imaginary parts of a complex array, as one more dimension."""
    part = x.real
    shape, item = (*x.shape, 2), part.itemsize
    if not x.size:
        return _without_elements(x, shape, (*[2 * item * each for each in strides(x)], item), 0, part.dtype)
    if x.flags.c_contiguous:
        return ndarray(shape, part.dtype, x, 0, (*x.strides, item))
    return np.lib.stride_tricks.as_strided(part, shape, (*x.strides, item))


def as_complex(x: ndarray) -> ndarray:
    """Pairs of real numbers in the last dimension as complex numbers."""
    dtype = np.dtype(f"c{2 * x.itemsize}")
    if not x.size:
        return _without_elements(x, x.shape[:-1], [x.itemsize * each for each in strides(x)[:-1]], 0, dtype)
    return x.view(dtype)[..., 0]


def with_strides(x: ndarray) -> ndarray:
    """The empty array `x` with the strides torch would have given it, so that views of it inherit them."""
    if any(x.strides):
        return x
    item = x.itemsize
    return ndarray(x.shape, x.dtype, x, 0, tuple(each * item for each in contiguous_strides(x.shape)))


def noted_strides(x: ndarray) -> ndarray:
    """`x`, whose strides are known to be as they should be; in an empty array those of 0 are written down."""
    if x.size or not x.ndim or any(x.strides):
        return x
    return _without_elements(x, x.shape, x.strides, 0)


def address(x: ndarray) -> int:
    """The address of the first element."""
    return x.__array_interface__["data"][0]


def storage(x: ndarray) -> ndarray:
    """The array that owns the memory of `x`, as far as NumPy knows it."""
    base: Any = x.base
    while base is not None:
        if isinstance(base, ndarray):
            x = base
        base = getattr(base, "base", None)
    return x


def memory(x: ndarray) -> ndarray:
    """All elements of the storage of `x` in a row."""
    owner = storage(x)
    if not owner.flags.forc:
        return np.lib.stride_tricks.as_strided(x, (storage_size(x.shape, strides(x)),), (x.itemsize,))
    return ndarray((owner.nbytes // x.itemsize,), x.dtype, owner)


def storage_offset(x: ndarray) -> int:
    """How many elements the first one is away from the start of the storage."""
    if x.base is None:
        return 0
    steps = address(x) - address(storage(x))
    if not x.size:
        steps %= ABSENT
    return steps // x.itemsize


def is_dense(shape: Sequence[int], steps: Sequence[int]) -> bool:
    """Whether the elements fill their memory without gap or overlap, in whatever order of dimensions."""
    step = 1
    for dim in sorted(range(len(shape)), key=lambda each: (shape[each] < 2, steps[each])):
        if shape[dim] < 2:
            break
        if steps[dim] != step:
            return False
        step *= shape[dim]
    return True


def ordered_strides(shape: Sequence[int], fastest_first: Sequence[int]) -> Shape:
    """The dense strides whose dimensions, from the fastest on, come in this order."""
    if list(fastest_first) == list(range(len(shape) - 1, -1, -1)):
        return contiguous_strides(shape)
    result, step = [0] * len(shape), 1
    for dim in fastest_first:
        result[dim] = step
        step *= shape[dim]
    return tuple(result)


def preserved_strides(x: ndarray) -> Shape:
    """The strides of a copy that keeps the memory format, as `clone` and `empty_like` do."""
    given = strides(x)
    if x.flags.c_contiguous and x.size and given == contiguous_strides(x.shape):
        return given
    return given if not x.size or is_dense(x.shape, given) else ordered_strides(x.shape, order(x.shape, given))


def elementwise_strides(shape: Shape, *operands: ndarray) -> Shape:
    """The strides of what an elementwise operation makes from operands that broadcast to `shape`.

    Operands of one shape that are all contiguous give a contiguous result, channels last give channels last, with the
    same dense strides those strides.
    Otherwise the first operand that tells two dimensions apart decides which is faster.
    """
    if all(each.shape == shape for each in operands):
        if all(each.flags.c_contiguous for each in operands):
            return contiguous_strides(shape)
        steps = strides(operands[0])
        if len(shape) in (4, 5):
            by_channels = ordered_strides(shape, (1, *range(len(shape) - 1, 1, -1), 0))
            if all(_lies_so(shape, strides(each), by_channels) for each in operands):
                return by_channels
        if all(steps == strides(each) for each in operands[1:]) and is_dense(shape, steps):
            return steps
    return ordered_strides(shape, order(shape, *(_broadcast_strides(each, shape) for each in operands)))


def _lies_so(shape: Shape, steps: Shape, wanted: Shape) -> bool:
    """Whether these are the wanted strides, but for dimensions of length 1, whose stride says nothing."""
    return all(size == 1 or step == own for size, step, own in zip(shape, steps, wanted, strict=True))


def _broadcast_strides(x: ndarray, shape: Shape) -> Shape:
    new = len(shape) - x.ndim
    own = zip(x.shape, strides(x), shape[new:], strict=True)
    return (0,) * new + tuple(0 if size == 1 != wanted else step for size, step, wanted in own)


def empty_strided(shape: Sequence[int], steps: Sequence[int], dtype: np.dtype[Any]) -> ndarray:
    """A new array with these strides, in elements, and nothing written into it."""
    count = storage_size(shape, steps)
    item = dtype.itemsize
    return ndarray(shape, dtype, np.empty(count, dtype), 0, tuple(each * item for each in steps))


def storage_size(shape: Sequence[int], steps: Sequence[int]) -> int:
    """How many elements a storage needs for a tensor that begins at its start."""
    if 0 in shape:
        return 0
    return 1 + sum((size - 1) * step for size, step in zip(shape, steps, strict=True))


def check_storage(x: ndarray, shape: Sequence[int], steps: Sequence[int], offset: int) -> ndarray:
    """All elements of the storage of `x` in a row; RuntimeError where it does not hold a tensor of this geometry."""
    held, item = memory(x), x.itemsize
    needed = storage_size(shape, steps)
    if needed and needed + offset > held.size:
        raise RuntimeError(f"setStorage: sizes {list(shape)}, strides {list(steps)}, storage offset {offset}, "
                           f"and itemsize {item} requiring a storage size of {(needed + offset) * item} are "
                           f"out of bounds for storage of size {max(held.nbytes, storage(x).nbytes)}")
    return held


def laid_out(x: ndarray, *operands: ndarray) -> ndarray:
    """The result `x` of an elementwise operation on these operands with the strides that torch gives it.

    What is not contiguous in the usual order is a view here, so that an array that owns its memory can be trusted.
    """
    if not x.size:
        return _laid_out_without_elements(x, *operands)
    shape = x.shape
    for each in operands:
        if each.shape != shape or not each.flags.c_contiguous:
            break
    else:
        if x.base is None and x.strides == contiguous_bytes(shape, x.itemsize):
            return x
    wanted = elementwise_strides(shape, *operands)
    given = strides(x)
    if given == wanted:
        return x if x.base is not None or wanted == contiguous_strides(x.shape) else x.view()
    out = empty_strided(x.shape, wanted, x.dtype)
    out[...] = x
    return out


def _laid_out_without_elements(x: ndarray, *operands: ndarray) -> ndarray:
    wanted = elementwise_strides(x.shape, *operands) if x.ndim > 1 else contiguous_strides(x.shape)
    if wanted == contiguous_strides(x.shape):
        return x
    return _without_elements(x, x.shape, tuple([each * x.itemsize for each in wanted]), 0)


def in_order(x: ndarray) -> ndarray:
    """`x` contiguous, also by the strides of dimensions of length 1."""
    steps = contiguous_strides(x.shape)
    if strides(x) == steps:
        return x
    return restride(np.ascontiguousarray(x), x.shape, tuple([each * x.itemsize for each in steps]))


def elementwise_output(shape: Shape, dtype: np.dtype[Any], *operands: ndarray) -> ndarray:
    """A new array laid out as torch lays out the result of an elementwise operation on these operands."""
    return _empty(shape, elementwise_strides(shape, *operands), dtype)


def clone(x: ndarray) -> ndarray:
    """A copy that keeps the order of dimensions in memory."""
    if x.flags.c_contiguous and x.size:
        copy = x.copy()
        if copy.strides == x.strides:
            return copy
    result = empty_like(x)
    result[...] = x
    return result


def empty_like(x: ndarray, dtype: np.dtype[Any] | None = None) -> ndarray:
    """A new array with the memory format of `x`, and nothing written into it."""
    return _empty(x.shape, preserved_strides(x), x.dtype if dtype is None else dtype)


def _empty(shape: Shape, steps: Shape, dtype: np.dtype[Any]) -> ndarray:
    if steps == contiguous_strides(shape):
        return np.empty(shape, dtype)
    return noted_strides(empty_strided(shape, steps, dtype))


# ---- dimensions and shapes

def wrap_dim(dim: int, ndim: int) -> int:
    """A dimension counted from the front; a 0-d tensor has, for this purpose, one. IndexError where there is none."""
    limit = ndim or 1
    if -limit <= dim < limit:
        return dim + limit if dim < 0 else dim
    raise dim_out_of_range(dim, limit)


def wrap_dims(dims: Sequence[int], ndim: int) -> Shape:
    """Several dimensions at once; RuntimeError where one comes twice."""
    wrapped: list[int] = []
    for dim in dims:
        wrapped.append(wrap_dim(dim, ndim))
        if wrapped[-1] in wrapped[:-1]:
            raise RuntimeError(f"dim {wrapped[-1]} appears multiple times in the list of dims")
    return tuple(wrapped)


def dim_of(dim: int, ndim: int) -> int:
    """Like `wrap_dim`, for the few operations that find no dimension in a 0-d tensor, such as `size`."""
    if not ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(dim, ndim)


def dim_out_of_range(dim: int, limit: int) -> Exception:
    """IndexError, or TypeError for a flag, about which the signature has words."""
    if isinstance(dim, bool):
        return TypeError("indices must be no flags")  # in Python's words, which the signature replaces by its own
    return IndexError(f"Dimension out of range (expected to be in range of [{-limit}, {limit - 1}], but got {dim})")


def at(dim: int, index: int | slice | ndarray) -> tuple[Any, ...]:
    """An index that speaks of one dimension only; its Ellipsis keeps a 0-d result an array."""
    return (*(slice(None),) * dim, index, ...)


def broadcast_shapes(*shapes: Shape) -> Shape:
    """The shape to which all broadcast. RuntimeError names the first two that do not fit as tensors a and b."""
    result = shapes[0] if shapes else ()
    for shape in shapes[1:]:
        if shape != result:
            result = _broadcast_pair(result, shape)
    return result


def _broadcast_pair(a: Shape, b: Shape) -> Shape:
    ndim = max(len(a), len(b))
    a, b = (1,) * (ndim - len(a)) + a, (1,) * (ndim - len(b)) + b
    for dim in range(ndim - 1, -1, -1):
        if a[dim] != b[dim] and a[dim] != 1 != b[dim]:
            raise RuntimeError(f"The size of tensor a ({a[dim]}) must match the size of tensor b ({b[dim]}) "
                               f"at non-singleton dimension {dim}")
    return tuple(y if x == 1 else x for x, y in zip(a, b, strict=True))


def cannot_hold(output: Shape, shape: Shape) -> RuntimeError:
    """The error for writing a broadcast result into an output that is too small for it."""
    return RuntimeError(f"output with shape {list(output)} doesn't match the broadcast shape {list(shape)}")


def infer_size(shape: Sequence[int], numel: int) -> Shape:
    """A shape of `numel` elements with its -1, if any, replaced by the size that is left over."""
    count, unknown = 1, None
    for position, size in enumerate(shape):
        if size >= 0:
            count *= size
        elif size == -1:
            if unknown is not None:
                raise RuntimeError("only one dimension can be inferred")
            unknown = position
        else:
            raise RuntimeError(f"invalid shape dimension {size} at index {position} of shape {list(shape)}")
    if unknown is None:
        if count == numel:
            return tuple(shape)
    elif count and numel % count == 0:
        return *shape[:unknown], numel // count, *shape[unknown + 1:]
    elif count == numel:
        raise RuntimeError(f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified "
                           "dimension size -1 can be any value and is ambiguous")
    raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")


def view_strides(shape: Shape, steps: Shape, new: Shape) -> Shape | None:
    """The strides with which a tensor can be seen in a new shape of as many elements, or None if only a copy can be.

    Dimensions that lie next to each other in memory form a block, and each block must be cut up by itself.
    """
    if 0 in shape:
        return steps if shape == new else contiguous_strides(new)
    if not shape:
        return (1,) * len(new)
    result = [0] * len(new)
    at = len(new) - 1
    base, block, cut = steps[-1], 1, 1
    for dim in range(len(shape) - 1, -1, -1):
        block *= shape[dim]
        if dim and (shape[dim - 1] == 1 or steps[dim - 1] == block * base):
            continue
        while at >= 0 and (cut < block or new[at] == 1):
            result[at] = cut * base
            cut *= new[at]
            at -= 1
        if cut != block:
            return None
        base, block, cut = steps[dim - 1], 1, 1
    return tuple(result) if at < 0 else None


def numel(shape: Sequence[int]) -> int:
    """How many elements a shape has."""
    return prod(shape)
