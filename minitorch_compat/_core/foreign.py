"""Memory that others own: NumPy arrays and buffers, taken over without a copy."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .warn import warn_once

ndarray = np.ndarray

READ_ONLY_ARRAY = (
    "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means writing to "
    "this tensor will result in undefined behavior. You may want to copy the array to protect its data or make it "
    "writable before converting it to a tensor. This type of warning will be suppressed for the rest of this program."
)
READ_ONLY_BUFFER = (
    "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to "
    "the underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its "
    "data or make it writable before converting it to a tensor. This type of warning will be suppressed for the rest "
    "of this program."
)


class Memory:
    """Where somebody's elements lie: NumPy makes a writable array of it that knows no other owner."""

    def __init__(self, array: ndarray) -> None:
        interface = dict(array.__array_interface__)
        interface["data"] = interface["data"][0], False
        interface["strides"] = array.strides
        self.__array_interface__ = interface
        self.owner = array


def adopt(array: ndarray, *, warn: bool = True) -> ndarray:
    """The memory of a foreign array, as torch takes it: writable, and the beginning of its storage.

    TypeError for element types torch lacks, ValueError for negative strides and swapped bytes; one warning in a process
    for an array that may not be written to.
    """
    writeable = array.flags.writeable
    if not writeable and warn:
        warn_once(READ_ONLY_ARRAY, stacklevel=4)
    if min(array.strides, default=0) < 0:
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) "
        )
    wanted = dtypes.from_numpy_dtype(array.dtype).numpy
    if any(step % array.itemsize for step in array.strides):
        raise ValueError(
            "given numpy array strides not a multiple of the element byte size. Copy the numpy array to reallocate the "
            "memory."
        )
    if writeable and array.base is None:
        view = array.view(ndarray)
    else:
        view = np.asarray(Memory(array))
    return view if view.dtype is wanted else view.view(wanted)


def from_buffer(buffer: Any, dtype: dtypes.dtype, count: int = -1, offset: int = 0) -> ndarray:
    """The elements in a buffer; ValueError for a count or an offset outside it."""
    try:
        whole = memoryview(buffer)
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    size, item = whole.nbytes, dtype.itemsize
    if whole.readonly:
        warn_once(READ_ONLY_BUFFER, stacklevel=4)
    if not size or not count:
        raise ValueError(f"both buffer length ({size}) and count ({count}) must not be 0")
    if not 0 <= offset < size:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({size} bytes) minus 1"
        )
    if count < 0:
        if (size - offset) % item:
            raise ValueError(
                f"buffer length ({size - offset} bytes) after offset ({offset} bytes) must be a multiple of element "
                f"size ({item})"
            )
        count = (size - offset) // item
    elif count * item > size - offset:
        raise ValueError(
            f"requested buffer length ({count} * {item} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({size} bytes)"
        )
    raw = np.frombuffer(whole, np.uint8, count * item, offset)
    return np.asarray(Memory(raw)).view(dtype.numpy)
