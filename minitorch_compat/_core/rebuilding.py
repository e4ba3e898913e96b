"""Tensors from what pickles say of them: a storage, a place in it, flags, and what users hung on them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .._kernels import layout
from . import dtypes
from .naming import Rebuild
from .storage import SET_SIGNATURES, TypedStorage
from .tensor import Tensor, wrap

ndarray = np.ndarray

INTERNAL = frozenset(
    ("_data", "_node", "_base", "_shared", "_created", "_grad", "_accumulator", "_backward_hooks",
     "_post_accumulate_grad_hooks", "_grad_dtype", "_before", "output_nr", "_memory", "_shown", "_path",
     "_retains", "_detached")
)  # fmt: skip


def placed(flat: ndarray, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> ndarray:
    """The view of a storage with this offset, size and stride, in elements; it must lie inside."""
    item = flat.itemsize
    return layout.restride(flat, size, tuple([each * item for each in stride]), offset * item)


def seen(
    storage: Any, dtype: dtypes.dtype, offset: Any, size: Sequence[int], stride: Sequence[int]
) -> np.ndarray:
    """A storage seen with this offset, size and stride, in elements; RuntimeError for what does not lie inside."""
    untyped = storage._untyped_storage if isinstance(storage, TypedStorage) else storage
    for each in (offset, *size, *stride):
        if type(each) is not int:
            from .signatures import invalid_arguments

            raise invalid_arguments("set_", SET_SIGNATURES, (untyped, offset, size, stride), {})
    size, stride = tuple(size), tuple(stride)
    if len(size) != len(stride):
        raise RuntimeError(f"unequal size length ({len(size)}) and stride length ({len(stride)})")
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    if any(each < 0 for each in size) or prod(size) >= 1 << 63:
        raise RuntimeError("numel: integer multiplication overflow")
    reach = 1 + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if any(each < 0 for each in stride) or (0 not in size and (offset + reach) * dtype.itemsize >= 1 << 63):
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}")
    flat = untyped._bytes
    if 0 not in size and (offset + reach) * dtype.itemsize > flat.size:
        raise RuntimeError("Trying to resize storage that is not resizable")
    return placed(flat[: flat.size // dtype.itemsize * dtype.itemsize].view(dtype.numpy), offset, size, stride)


def finished(tensor: Tensor, requires_grad: Any, metadata: Any) -> Tensor:
    """A tensor over its memory as it was: its flag, and whether it is lazily conjugate."""
    # torch puts the memory into an empty tensor, and counts it.
    tensor._bump()
    if metadata:
        if not isinstance(metadata, dict):
            raise AssertionError(f"expected dict, got {type(metadata).__name__}")
        if metadata.get("conj"):
            tensor = tensor.conj()  # type: ignore[attr-defined]
        if metadata.get("neg"):
            tensor = tensor.neg()  # type: ignore[attr-defined]
    tensor.requires_grad = requires_grad
    return tensor


def _rebuild_tensor(storage: Any, storage_offset: int, size: Sequence[int], stride: Sequence[int]) -> Tensor:
    """A tensor at its place in a storage."""
    return finished(wrap(seen(storage, storage.dtype, storage_offset, size, stride)), False, None)


def _rebuild_tensor_v2(
    storage: Any, storage_offset: int, size: Sequence[int], stride: Sequence[int], requires_grad: bool,
    backward_hooks: Any, metadata: Any = None,
) -> Tensor:
    """A leaf at its place in a storage; hooks are not kept."""
    return finished(wrap(seen(storage, storage.dtype, storage_offset, size, stride)), requires_grad, metadata)


def _rebuild_tensor_v3(
    storage: Any, storage_offset: int, size: Sequence[int], stride: Sequence[int], requires_grad: bool,
    backward_hooks: Any, dtype: dtypes.dtype, metadata: Any = None,
) -> Tensor:
    """A leaf at its place in a storage of bytes."""
    return finished(wrap(seen(storage, dtype, storage_offset, size, stride)), requires_grad, metadata)


def _rebuild_from_type_v2(func: Any, new_type: Any, args: Sequence[Any], state: Any) -> Any:
    """What ``func`` makes, as another class, with the attributes that users gave it."""
    made = func(*args)
    if type(made) is not new_type and not (new_type is Tensor and isinstance(made, Tensor)):
        made = of_class(made, new_type)
    if getattr(type(made), "__setstate__", None) is not None:
        made.__setstate__(state)
        return made
    return with_attributes(made, state)


def of_class(tensor: Tensor, kind: Any) -> Tensor:
    """The tensor as one of a subclass, over the same memory."""
    if not (isinstance(kind, type) and issubclass(kind, Tensor)):
        raise TypeError(f"cls must be a type of tensors (got {type(kind).__name__})")
    made = object.__new__(kind)
    made.__dict__.update(tensor.__dict__)
    return made


def with_attributes(tensor: Any, state: Any) -> Any:
    """The tensor with these attributes: a mapping, or one for the dictionary and one for the slots."""
    parts = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    for names in parts:
        for name, value in (names or {}).items():
            if name in INTERNAL or (isinstance(name, str) and name.startswith("__")):
                raise AttributeError(f"the attribute {name!r} of a tensor cannot be restored")
            setattr(tensor, name, value)
    return tensor


def restore_old_state(tensor: Any, state: Sequence[Any]) -> None:
    """Put the state of torch's first versions into a tensor: its place in a storage, or its flag and hooks."""
    if len(state) == 4:
        storage, *place = state
        tensor._data = seen(storage, tensor.dtype, *place)
        tensor._bump()
    else:
        tensor.requires_grad = state[0] if len(state) == 3 else state[1]


rebuild_tensor, rebuild_tensor_v2, rebuild_tensor_v3, rebuild_from_type_v2 = map(
    Rebuild, (_rebuild_tensor, _rebuild_tensor_v2, _rebuild_tensor_v3, _rebuild_from_type_v2),
    ("torch._utils", "torch._utils", "torch._utils", "torch._tensor"),
)  # fmt: skip
