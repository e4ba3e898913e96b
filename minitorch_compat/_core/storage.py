"""The memory of a tensor as an object: bytes, or elements with the warning that comes with them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from .._kernels import layout
from . import dtypes, kinds
from .tensor import Tensor

ndarray = np.ndarray

DEPRECATED = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. "
    "This should only matter to you if you are using storages directly.  To access UntypedStorage directly, use "
    "tensor.untyped_storage() instead of tensor.storage()"
)


class UntypedStorage:
    """The bytes that a tensor and its views share."""

    __module__ = "torch.storage"
    device = property(lambda self: kinds.CPU)

    def __init__(self, array: ndarray) -> None:
        self._bytes = array

    def data_ptr(self) -> int:
        """The address of the first byte; 0 for an empty storage."""
        return layout.address(self._bytes) if self._bytes.size else 0

    _cdata = property(data_ptr)

    def nbytes(self) -> int:
        """How many bytes there are."""
        return self._bytes.size

    size = __len__ = nbytes

    def __getitem__(self, index: Any) -> Any:
        found = self._bytes[index]
        return UntypedStorage(found) if isinstance(index, slice) else int(found)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._bytes[index] = value

    def __iter__(self) -> Iterator[int]:
        return iter(self.tolist())

    def tolist(self) -> list[int]:
        """The bytes as numbers."""
        return self._bytes.tolist()

    def __repr__(self) -> str:
        shown = "\n ".join(map(str, self.tolist()))
        return f" {shown}\n[torch.storage.UntypedStorage(device=cpu) of size {len(self)}]"


class TypedStorage:
    """The elements that a tensor and its views share; each use warns, for it is deprecated."""

    __module__ = "torch.storage"
    device = property(lambda self: kinds.CPU)

    def __init__(self, array: ndarray) -> None:
        self._elements = array

    def _warned(self) -> ndarray:
        warnings.warn(DEPRECATED, UserWarning, stacklevel=3)
        return self._elements

    @property
    def dtype(self) -> dtypes.dtype:
        return dtypes.of(self._elements)

    def data_ptr(self) -> int:
        """The address of the first element."""
        return layout.address(self._warned())

    def size(self) -> int:
        """How many elements there are."""
        return self._warned().size

    __len__ = size

    def nbytes(self) -> int:
        """How many bytes there are."""
        return self._warned().nbytes

    def tolist(self) -> list[Any]:
        """The elements as Python numbers."""
        return self._warned().tolist()

    def __getitem__(self, index: Any) -> Any:
        return self._warned()[index].item()

    def __setitem__(self, index: Any, value: Any) -> None:
        self._warned()[index] = value

    def untyped(self) -> UntypedStorage:
        """The same memory as bytes."""
        return UntypedStorage(self._warned().view(np.uint8))

    def __repr__(self) -> str:
        shown = "\n ".join(map(str, self._warned().tolist()))
        kind = f"torch.storage.TypedStorage(dtype={self.dtype}, device=cpu) of size {self._elements.size}"
        return f" {shown}\n[{kind}]"


def untyped_storage(self: Tensor) -> UntypedStorage:
    """The bytes of this tensor's storage."""
    return UntypedStorage(layout.memory(self._data).view(np.uint8))


def storage(self: Tensor) -> TypedStorage:
    """The elements of this tensor's storage, with a warning that such storages are deprecated."""
    warnings.warn(DEPRECATED, UserWarning, stacklevel=2)
    return TypedStorage(layout.memory(self._data))


Tensor.untyped_storage = untyped_storage  # type: ignore[attr-defined]
Tensor.storage = storage  # type: ignore[attr-defined]
