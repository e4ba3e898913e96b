"""Storages: the memory of tensors as bytes, as elements, and the classes of elements that files name."""

from __future__ import annotations

from typing import Any

from ._core import dtypes
from ._core.absent import room as _room
from ._core.legacy import TYPES as _TYPES
from ._core.legacy import is_storage
from ._core.storage import TypedStorage, UntypedStorage
from ._utils import load_from_bytes as _load_from_bytes

__all__ = ["TypedStorage", "UntypedStorage", "_load_from_bytes", "is_storage"]


class _LegacyStorage(TypedStorage):
    """A storage whose class says its dtype; only its name is used, in files."""

    def __new__(cls, *arguments: Any, **keywords: Any) -> Any:
        made = object.__new__(TypedStorage)
        made.__init__(*arguments, **{"dtype": cls.dtype, **keywords})  # type: ignore[misc]
        return made


LEGACY: dict[str, Any] = {
    name: type(name, (_LegacyStorage,), {"__module__": "torch", "dtype": dtype})
    for name, dtype in (
        *((name.removesuffix("Tensor") + "Storage", each.dtype) for name, each in _TYPES.items()),
        ("ComplexFloatStorage", dtypes.complex64), ("ComplexDoubleStorage", dtypes.complex128),
    )
}
"""The classes of storages by name."""
BY_DTYPE = {each.dtype: each for each in LEGACY.values()}
globals().update(LEGACY)
__getattr__ = _room("torch.storage", __name__)
