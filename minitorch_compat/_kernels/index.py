"""torch's indexing of arrays, read and write.

`plan` turns what stands between the brackets into the steps torch takes: first views, one after another, then perhaps
one gathering by index arrays. The views show in a graph under their own names (`select` for an int, `slice` for a
slice, `unsqueeze` for None or a bool), the gathering as `index`. An index that leaves everything as it is takes no step
at all: torch then makes an alias, except that a lone slice is always a step.

torch differs from NumPy where ints stand beside index arrays: to torch an int is a view taken before, and does not move
the gathered dimensions to the front.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from minitorch_compat._kernels import layout, scalar_types, shape
from minitorch_compat._kernels.iteration import order
from minitorch_compat._kernels.layout import Shape

ndarray = np.ndarray
Indices = tuple[ndarray | None, ...]

_NOT_AN_INDEX = ("only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
                 "(got {})")
_NOT_INDEX_TYPE = "tensors used as indices must be long, int, byte or bool tensors"
_MASKS = "?B"


class Plan(NamedTuple):
    """What an index asks for: view steps, each a name and its arguments, then index arrays by dimension (None: all)."""

    steps: list[tuple[Any, ...]]
    indices: Indices


def too_many(ndim: int) -> IndexError:
    return IndexError(f"too many indices for tensor of dimension {ndim}")


def out_of_bounds(index: int, dim: int, size: int) -> IndexError:
    return IndexError(f"index {index} is out of bounds for dimension {dim} with size {size}")


# ---- from brackets to steps


def plan(sizes: Sequence[int], index: Any) -> Plan:
    """The steps for an index into a tensor of these sizes.

    Ints, bools, slices, None, Ellipsis, arrays (or anything with an array in `_data`), sequences, and tuples of these.
    IndexError or TypeError where torch raises them, except for the values in index arrays, which `index` checks.
    """
    if isinstance(index, slice):
        bounds = _bounds(index)
        if not sizes:
            raise IndexError("slice() cannot be applied to a 0-dim tensor.")
        return Plan([("slice", 0, *bounds)], ())
    if _array_of(index) is None:
        if isinstance(index, int | np.integer) and not isinstance(index, bool) and not sizes:
            if _long(index):
                raise out_of_bounds(int(index), 0, 0)
            raise IndexError("invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in "
                             "C++ to convert a 0-dim tensor to a number")
        if _means_tuple(index):
            if not isinstance(index, tuple):
                _warn("Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in "
                      "pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as "
                      "tensor index, x[torch.tensor(seq)], which will result either in an error or a different result")
            return _plan_items(sizes, tuple(index))
    return _plan_items(sizes, (index,))


def _plan_items(sizes: Sequence[int], items: tuple[Any, ...]) -> Plan:
    specified = sum(map(_specifies, items))
    if specified > len(sizes):
        raise too_many(len(sizes))
    left = list(sizes)
    steps: list[tuple[Any, ...]] = []
    indices: list[ndarray | None] = []
    spoken = dim = 0
    for place, item in enumerate(items):
        if item is None:
            steps.append(("unsqueeze", dim))
            left.insert(dim, 1)
            dim += 1
            continue
        if item is Ellipsis:
            dim += len(sizes) - specified
            continue
        if isinstance(item, slice):
            start, stop, step = _bounds(item)
            if not _takes_all(left[dim], start, stop, step):
                steps.append(("slice", dim, start, stop, step))
                first, last, _ = slice(start, stop).indices(left[dim])
                left[dim] = max(0, -(-(last - first) // step))
            dim += 1
            continue
        truth, number, array = _read(item)
        if number is not None:
            size = left[dim] if dim < len(left) else 0
            if not -size <= number < size:
                raise out_of_bounds(number, place, size)
            steps.append(("select", dim, number))
            del left[dim]
            continue
        if truth is not None:
            steps.append(("unsqueeze", dim))
            left.insert(dim, 1)
            array = np.zeros(int(truth), np.int64)
        assert array is not None
        indices += [None] * (dim - spoken)
        indices.append(array)
        dim += array.ndim if truth is None and array.dtype.char in _MASKS else 1
        spoken = dim
    return Plan(steps, tuple(indices))


def _bounds(item: slice) -> tuple[int | None, int | None, int]:
    """Start, stop and step as ints; ValueError for a step that is not positive."""
    start = None if item.start is None else _bound(item.start)
    stop = None if item.stop is None else _bound(item.stop)
    step = 1 if item.step is None else _bound(item.step)
    if step == 0:
        raise ValueError("slice step cannot be zero")
    if step < 0:
        raise ValueError("step must be greater than zero")
    if (start is not None and start < -(2**62)) or (stop is not None and stop < -(2**62)):
        _warn("Truncating the start/stop/step of slice. This is likely because of saved old models when the "
              "start/stop/step were larger.")
    return start, stop, step


def _bound(value: Any) -> int:
    if type(value) is int:
        return value
    array = getattr(value, "_data", None)
    if array is not None:
        if array.size != 1 or array.dtype.kind not in "biu":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(array.item())
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError("slice indices must be integers or None or have an __index__ method") from None


def _takes_all(size: int, start: int | None, stop: int | None, step: int) -> bool:
    return not start and step == 1 and (stop is None or stop >= size)


def _array_of(item: Any) -> ndarray | None:
    return item if isinstance(item, ndarray) else getattr(item, "_data", None)


def _specifies(item: Any) -> int:
    """How many dimensions an item speaks of."""
    if item is None or item is Ellipsis or item is True or item is False:
        return 0
    array = getattr(item, "_data", None)
    return 1 if array is None or array.dtype.char not in _MASKS else array.ndim


def _is_sequence(item: Any) -> bool:
    return hasattr(type(item), "__getitem__") and not isinstance(item, dict | np.generic)


def _means_tuple(index: Any) -> bool:
    """Whether a sequence stands for a tuple of indices: tuples do, and short ones that hold more than numbers."""
    if isinstance(index, tuple):
        return True
    if not _is_sequence(index) or len(index) >= 32:
        return False
    return any(item is None or item is Ellipsis or isinstance(item, slice) or _array_of(item) is not None
               or _is_sequence(item) for item in index)


def _read(item: Any) -> tuple[bool | None, int | None, ndarray | None]:
    """An item that is no slice as a bool, a number or an array; the other two are None."""
    if item is True or item is False:
        return item, None, None
    if type(item) is int or isinstance(item, int | np.integer):
        return None, _long(item), None
    array = _array_of(item)
    if array is None:
        if not _is_sequence(item):
            kind = type(item)
            raise IndexError(_NOT_AN_INDEX.format(
                f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__))
        return None, None, as_index(item)
    if isinstance(item, ndarray):
        # A bare array is data like a list, not a tensor of its own type.
        array = as_index(item)
    if array.ndim == 0 and array.dtype.kind in "biu":
        return (bool(array), None, None) if array.dtype.char in _MASKS else (None, int(array), None)
    return None, None, array


def _long(number: Any) -> int:
    if not -(2**63) <= number < 2**63:
        raise ValueError("Overflow when unpacking long long")
    return int(number)


def as_index(data: Any) -> ndarray:
    """A sequence or a bare array as an index array: bools and bytes stay, other numbers become int64."""
    try:
        array = np.asarray(_numbers(data))
    except ValueError:
        first = len(data[0])
        other = next(len(row) for row in data if len(row) != first)
        raise ValueError(f"expected sequence of length {first} at dim 1 (got {other})") from None
    if array.dtype.kind in "US":
        name = type(data).__name__ if isinstance(data, str | bytes) else "str" if array.dtype.kind == "U" else "bytes"
        if isinstance(data, ndarray):
            raise TypeError(f"can't convert np.ndarray of type numpy.{array.dtype.type.__name__}. The only supported "
                            "types are: float64, float32, float16, complex64, complex128, int64, int32, int16, int8, "
                            "uint64, uint32, uint16, uint8, and bool.")
        raise TypeError(f"new(): invalid data type '{name}'")
    if array.dtype.kind == "O" or (array.dtype.char == "L" and not isinstance(data, ndarray)):
        raise ValueError("Overflow when unpacking long long")
    if array.size and array.dtype.char in _MASKS:
        return array
    return array.astype(np.int64)


def _numbers(data: Any) -> Any:
    """A nested sequence with the tensors inside it as plain numbers."""
    if isinstance(data, list | tuple):
        return [_numbers(each) for each in data]
    array = getattr(data, "_data", None)
    return data if array is None else array.tolist()


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=2)


def apply(x: ndarray, steps: Iterable[tuple[Any, ...]]) -> ndarray:
    """The view of `x` after the steps of a plan."""
    for name, *arguments in steps:
        x = _STEPS[name](x, *arguments)
    return x


_STEPS: dict[str, Any] = {"select": shape.select, "slice": shape.slice_, "unsqueeze": shape.unsqueeze}


def strip_ones(sizes: Sequence[int]) -> Shape:
    """Sizes without their leading ones, which an assigned value may have too many of."""
    first = next((place for place, size in enumerate(sizes) if size != 1), len(sizes))
    return tuple(sizes[first:])


# ---- index arrays


class _Gathering(NamedTuple):
    """Index arrays that agree: the dimensions they index, the arrays broadcast, and where the result has them."""

    dims: list[int]
    arrays: list[ndarray]
    axes: list[int]
    at: int

    def sizes(self, source: ndarray) -> Shape:
        """The shape of the result, from an array whose dimensions stand as `axes` says."""
        return (*source.shape[:self.at], *self.arrays[0].shape, *source.shape[self.at + len(self.dims):])

    def place(self) -> tuple[Any, ...]:
        """The index in NumPy's terms, once the array's dimensions stand as `axes` says."""
        return (*(slice(None),) * self.at, *self.arrays)


def _gathering(x: ndarray, indices: Sequence[ndarray | None]) -> _Gathering:
    if len(indices) > x.ndim:
        raise IndexError(f"{too_many(x.ndim)} (got {len(indices)})")
    dims: list[int] = []
    arrays: list[ndarray] = []
    dim = 0
    for each in indices:
        if each is None:
            dim += 1
        elif each.dtype.char in "il":
            dims.append(dim)
            arrays.append(each)
            dim += 1
        elif each.dtype.char in _MASKS:
            if each.dtype.char == "B":
                _warn("indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.")
            for axis, size in enumerate(each.shape):
                if dim + axis >= x.ndim:
                    raise too_many(x.ndim)
                if size != x.shape[dim + axis]:
                    raise IndexError(f"The shape of the mask {list(each.shape)} at index {axis} does not match the "
                                     f"shape of the indexed tensor {list(x.shape)} at index {dim + axis}")
            for axis, positions in enumerate(each.nonzero()):
                dims.append(dim + axis)
                arrays.append(positions)
            dim += each.ndim
        else:
            raise IndexError(_NOT_INDEX_TYPE)
    if dim > x.ndim:
        raise too_many(x.ndim)
    if len(arrays) > 1:
        first = arrays[0].shape
        if any(each.shape != first for each in arrays):
            try:
                arrays = list(np.broadcast_arrays(*arrays))
            except ValueError:
                shown = ", ".join(str(list(each.shape)) for each in arrays)
                raise IndexError("shape mismatch: indexing tensors could not be broadcast together with shapes "
                                 f"{shown}") from None
    if arrays[0].size and any(not x.shape[each] for each in dims):
        raise IndexError("index is out of bounds for dimension with size 0")
    rest = [each for each in range(x.ndim) if each not in dims]
    if dims[-1] - dims[0] == len(dims) - 1:
        return _Gathering(dims, arrays, list(range(x.ndim)), dims[0])
    return _Gathering(dims, arrays, dims + rest, 0)


def _first_out_of_bounds(x: ndarray, found: _Gathering) -> IndexError:
    """The error for the first index array entry that its dimension has not."""
    sizes = [x.shape[dim] for dim in found.dims]
    bad = [(each < -size) | (each >= size) for each, size in zip(found.arrays, sizes, strict=True)]
    place = int(np.flatnonzero(np.logical_or.reduce(bad))[0])
    dim = next(dim for dim, each in enumerate(bad) if each.reshape(-1)[place])
    return out_of_bounds(int(found.arrays[dim].reshape(-1)[place]), dim, sizes[dim])


def index(x: ndarray, indices: Sequence[ndarray | None]) -> ndarray:
    """The elements of `x` that index arrays name, one array for each dimension or None for all of it.

    Integer arrays (int32, int64) broadcast together; bool and byte arrays are masks over as many dimensions as they
    have. Gathered dimensions stand where the arrays stood, or in front if something stood between these.
    """
    first = indices[0]
    if first is not None and len(indices) == 1:
        if first.dtype.char == "?" and first.shape == x.shape[:first.ndim]:
            chosen = x[first, ...]
            if first.ndim == x.ndim or _lie_in_order((x,), chosen.shape):
                return chosen
        elif first.dtype.char == "l" and _lie_in_order((x, first), (*first.shape, *x.shape[1:])) and x.ndim:
            try:
                return x.take(first, 0)
            except IndexError:
                raise _first_out_of_bounds(x, _gathering(x, indices)) from None
    found = _gathering(x, indices)
    source = x.transpose(found.axes)
    sizes = found.sizes(source)
    try:
        if len(found.dims) == 1:
            result = source.take(found.arrays[0], found.at)
        else:
            result = source[found.place()]
    except IndexError:
        if 0 not in sizes:
            raise _first_out_of_bounds(x, found) from None
        result = np.empty(sizes, x.dtype)
    if _lie_in_order((source, *found.arrays), sizes):
        return np.ascontiguousarray(result)
    steps = _result_strides(source, found, sizes)
    if layout.strides(result) == steps:
        return result
    out = layout.empty_strided(sizes, steps, result.dtype)
    out[...] = result
    return out


def _lie_in_order(operands: Iterable[ndarray], sizes: Shape) -> bool:
    """Whether a gathering is plainly contiguous: no operand wants otherwise, and no size is 0 or 1, where ties lurk."""
    return 1 not in sizes and 0 not in sizes and all(each.flags.c_contiguous for each in operands)


def _result_strides(source: ndarray, found: _Gathering, sizes: Shape) -> Shape:
    """The layout of a gathering: dimensions in the order of the source's memory, then of the index arrays'."""
    count, first = len(found.dims), found.arrays[0]
    after = source.ndim - found.at - count
    if layout.numel(sizes) < 2 and sizes == (*(1,) * found.at, *first.shape, *(1,) * after):
        return layout.contiguous_strides(sizes)
    return layout.ordered_strides(sizes, order(sizes, *_walked(source, found, sizes)))


def _walked(source: ndarray, found: _Gathering, sizes: Shape, *beside: ndarray) -> list[Shape]:
    """The strides with which a gathering walks over the source, what is beside it, and the index arrays."""
    own, count, first = layout.strides(source), len(found.dims), found.arrays[0]
    after = source.ndim - found.at - count
    operands = [(*own[:found.at], *(0,) * first.ndim, *own[found.at + count:])]
    operands += [layout.strides(each) for each in beside]
    for each in found.arrays:
        # As torch has them: arrays of all dimensions, of size 1 where they say nothing.
        spread = (*(1,) * found.at, *each.shape, *(1,) * after)
        steps = layout.view_strides(each.shape, layout.strides(each), spread)
        assert steps is not None
        operands.append(tuple(0 if size == 1 != wanted else step
                              for size, step, wanted in zip(spread, steps, sizes, strict=True)))
    return operands


def index_put_(x: ndarray, indices: Sequence[ndarray | None], values: ndarray, accumulate: bool = False) -> ndarray:
    """Write `values`, broadcast, to the elements that index arrays name, or add them there; `x` is changed.

    Of several values for one element the last one stays.
    """
    found = _gathering(x, indices)
    single = values.size == 1
    target = x.transpose(found.axes)
    sizes = found.sizes(target)
    try:
        if values.ndim:
            values = np.broadcast_to(values, sizes)
    except ValueError:
        raise RuntimeError(f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to "
                           f"indexing result of shape {list(sizes)}") from None
    if values.dtype != x.dtype:
        masks = all(each is None or each.dtype.char in _MASKS for each in indices)
        if accumulate or not single or not masks:
            raise RuntimeError("Index put requires the source and destination dtypes match, got "
                               f"{scalar_types.name(x.dtype)} for the destination and "
                               f"{scalar_types.name(values.dtype)} for the source.")
        values = values.astype(x.dtype)
    try:
        if accumulate:
            np.add.at(target, found.place(), values)
        else:
            target[found.place()] = values
    except IndexError:
        if 0 not in sizes:
            _put_until(target, found, sizes, np.broadcast_to(values, sizes), accumulate)
            raise _first_out_of_bounds(x, found) from None
    return x


def _put_until(target: ndarray, found: _Gathering, sizes: Shape, values: ndarray, accumulate: bool) -> None:
    """What torch has written by the time that it comes upon an index its dimension has not."""
    bad = np.logical_or.reduce([
        (each < -target.shape[found.at + place]) | (each >= target.shape[found.at + place])
        for place, each in enumerate(found.arrays)
    ])
    after = len(sizes) - found.at - bad.ndim
    slowest_first = order(sizes, *_walked(target, found, sizes, values))[::-1]
    in_turn = np.broadcast_to(bad.reshape(*bad.shape, *(1,) * after), sizes).transpose(slowest_first).ravel()
    places = np.arange(in_turn.size).reshape(sizes).transpose(slowest_first).ravel()[: int(in_turn.argmax())]
    at = np.unravel_index(places, sizes)
    chosen = at[found.at : found.at + bad.ndim]
    place = (*at[: found.at], *(each[chosen] for each in found.arrays), *at[found.at + bad.ndim :])
    if accumulate:
        np.add.at(target, place, values[at])
    else:
        target[place] = values[at]


def index_put(x: ndarray, indices: Sequence[ndarray | None], values: ndarray, accumulate: bool = False) -> ndarray:
    """`index_put_` on a copy."""
    return index_put_(layout.clone(x), indices, values, accumulate)


def nonzero(x: ndarray) -> ndarray:
    """The positions of the elements that are not zero, one row each; the columns are contiguous."""
    positions = np.empty((x.ndim, np.count_nonzero(x)), np.int64)
    if x.ndim:
        positions[...] = x.nonzero()
    if not positions.size:
        # Columns of no length at all: the second of them begins where the first does.
        return layout.restride(np.empty(0, np.int64), positions.shape[::-1], (8, 8 * positions.shape[1]))
    return positions.T
