"""What becomes of nested Python data: its shape, its dtype, its elements in an array."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from . import dtypes
from .dtypes import BOOL, COMPLEX, FLOAT, INTEGER
from .errors import lacks
from .quiet import quietly
from .scalars import rounded
from .tensor import REQUIRES_GRAD_SCALAR, Tensor
from .warn import warn_once

ndarray = np.ndarray

MOST_DIMENSIONS = 128
OF_NUMPY = 64
PLAIN = frozenset((float, int, bool, complex))
FLAT = (list, tuple)


def array_from(data: Any, dtype: dtypes.dtype | None = None) -> ndarray:
    """Nested sequences of numbers as a new array of ``dtype``, or of the dtype their elements call for.

    ValueError for lengths that do not agree, TypeError and RuntimeError for elements that are no numbers.
    """
    kind = type(data)
    shape: tuple[int, ...] = ()
    elements: list[Any] | None = [data]
    if kind not in PLAIN:
        if isinstance(data, (str, bytes)):
            raise TypeError(f"new(): invalid data type '{kind.__name__}'")
        shape = shape_of(data)
        if len(shape) > OF_NUMPY:
            raise lacks(f"tensors of more than {OF_NUMPY} dimensions")
        elements = flat(data, shape)
    if elements is not None:
        met = set(map(type, elements))
        if met <= PLAIN:
            if dtype is None:
                dtype = plain_dtype(met)
            return store_plain(elements, met, dtype).reshape(shape)
    if dtype is None:
        dtype = inferred(data)
    if 0 in shape:
        return np.empty(shape, dtype.numpy)
    collected: list[Any] = []
    collect(data, shape, 0, dtype, collected)
    return quietly(np.array, collected, storage_of(dtype)).astype(dtype.numpy, copy=False).reshape(shape)


# ---- shape


def is_sequence(data: Any) -> bool:
    """Whether torch looks for elements inside ``data``."""
    kind = type(data)
    if kind in FLAT:
        return True
    if kind in PLAIN or isinstance(data, (dict, Tensor)):
        return False
    if isinstance(data, np.generic) and not isinstance(data, str):
        return False
    return any("__getitem__" in each.__dict__ for each in kind.__mro__)


def shape_of(data: Any) -> tuple[int, ...]:
    """The lengths of ``data``, of its first element, and so on down."""
    lengths: list[int] = []
    while is_sequence(data):
        lengths.append(len(data))
        if len(lengths) > MOST_DIMENSIONS:
            raise ValueError(f"too many dimensions '{type(data).__name__}'")
        if not lengths[-1]:
            break
        try:
            data = data[0]
        except NotImplementedError:
            raise ValueError(f"could not determine the shape of object type '{type(data).__name__}'") from None
    return tuple(lengths)


def flat(data: Any, shape: Sequence[int]) -> list[Any] | None:
    """The elements in a row, or None where lists and tuples of these lengths are not all there is."""
    level = [data]
    for length in shape:
        if any(type(each) not in FLAT or len(each) != length for each in level):
            return None
        level = list(chain.from_iterable(level))
    return level


def collect(data: Any, shape: Sequence[int], dim: int, dtype: dtypes.dtype, into: list[Any]) -> None:
    """Append the elements of ``data``, each as a number that ``dtype`` can hold, in torch's order of complaints."""
    if dim == len(shape):
        into.append(element(data, dtype))
        return
    if dim and isinstance(data, ndarray):
        warn_once(LIST_OF_ARRAYS, stacklevel=5 + dim)
    try:
        parts = list(data)
    except TypeError:
        raise TypeError("not a sequence") from None
    if len(parts) != shape[dim]:
        raise ValueError(f"expected sequence of length {shape[dim]} at dim {dim} (got {len(parts)})")
    for each in parts:
        collect(each, shape, dim + 1, dtype, into)


# ---- dtype


def plain_dtype(met: set[type]) -> dtypes.dtype:
    """The dtype for Python numbers of these types: the highest category among them."""
    if complex in met:
        return dtypes.of_scalar(0j)
    if float in met or not met:
        return dtypes.get_default_dtype()
    return dtypes.int64 if int in met else dtypes.bool_


def inferred(data: Any) -> dtypes.dtype:
    """The dtype that holds every element; TypeError for strings, RuntimeError for what is no number."""
    if isinstance(data, np.generic):
        return dtypes.from_numpy_dtype(data.dtype)
    if isinstance(data, (bool, int, float, complex)):
        return dtypes.of_scalar(data)
    if isinstance(data, Tensor):
        return data.dtype
    if isinstance(data, ndarray):
        return dtypes.from_numpy_dtype(data.dtype)
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    if is_sequence(data):
        found: dtypes.dtype | None = None
        for each in data:
            own = inferred(each)
            found = own if found is None else dtypes.promote_types(found, own)
        return found or dtypes.get_default_dtype()
    from .signatures import type_name

    raise RuntimeError(f"Could not infer dtype of {type_name(data)}")


# ---- elements


def storage_of(dtype: dtypes.dtype) -> np.dtype[Any]:
    """The NumPy dtype through which Python numbers reach ``dtype``: halves are rounded to float32 first."""
    if dtype.category == COMPLEX:
        return np.dtype(np.complex128)
    if dtype.category == FLOAT:
        return np.dtype(np.float64 if dtype.itemsize == 8 else np.float32)
    return dtype.numpy


def store_plain(elements: list[Any], met: set[type], dtype: dtypes.dtype) -> ndarray:
    """Python numbers of the types ``met`` as a vector of ``dtype``."""
    category = dtype.category
    if category == COMPLEX or (category == FLOAT and complex not in met):
        try:
            made = quietly(np.array, elements, storage_of(dtype))
        except OverflowError:
            raise OverflowError("int too large to convert to float") from None
        return made if made.dtype == dtype.numpy else rounded(made, dtype.numpy)
    if category == BOOL or (dtype is dtypes.int64 and met <= {int, bool}):
        try:
            return np.array(elements, dtype.numpy)
        except OverflowError:
            raise ValueError("Overflow when unpacking long long") from None
    numbers = [element(each, dtype) for each in elements]
    return rounded(np.array(numbers), dtype.numpy) if dtype.category == FLOAT else np.array(numbers, dtype.numpy)


def element(value: Any, dtype: dtypes.dtype) -> Any:
    """One element as a Python number that ``dtype`` can hold.

    TypeError for what does not convert, RuntimeError or ValueError for an integer out of range.
    """
    if isinstance(value, Tensor):
        if value._data.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        if value._node is not None:
            warn_once(REQUIRES_GRAD_SCALAR, stacklevel=5)
        if dtype.category == INTEGER:
            return integer(value.__index__(), dtype)
        value = value.item()
    elif isinstance(value, np.generic) and dtype.category != INTEGER:
        value = value.item()
    category = dtype.category
    if category == BOOL:
        return bool(value)
    if category == COMPLEX:
        return complex(value)
    if category == FLOAT:
        if isinstance(value, complex) or not (hasattr(value, "__float__") or hasattr(value, "__index__")):
            raise TypeError(f"must be real number, not {type(value).__name__}")
        return float(value)
    return integer(value, dtype)


LIST_OF_ARRAYS = (
    "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a "
    "single numpy.ndarray with numpy.array() before converting to a tensor."
)


def integer(value: Any, dtype: dtypes.dtype) -> int:
    """``value`` cut to an integer that ``dtype`` can hold; an unsigned one takes negative numbers as C does."""
    if isinstance(value, float):
        if not (-(2.0**63) if dtype.is_signed else -0.0) <= value <= 2.0**63:
            raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")
        value = int(value) if value < 2.0**63 else -(1 << 63)
    elif not isinstance(value, int):
        if not hasattr(value, "__index__"):
            from .signatures import type_name

            raise TypeError(f"'{type_name(value)}' object cannot be interpreted as an integer")
        value = value.__index__()
    if dtype is dtypes.uint64:
        if value < 0:
            raise OverflowError("can't convert negative int to unsigned")
        if value >= 1 << 64:
            raise OverflowError("int too big to convert")
        return value
    if not -(1 << 63) <= value < 1 << 63:
        raise ValueError("Overflow when unpacking long long")
    bits = dtype.itemsize * 8
    largest = (1 << bits - dtype.is_signed) - 1
    if not -largest - dtype.is_signed <= value <= largest:
        raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")
    return value if dtype.is_signed else value & largest
