"""The functions that pickles of tensors name, under torch's names, and the bytes of storages in such pickles."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np

from ._core.absent import absent, room
from ._core.forms import FUNCTIONS
from ._core.naming import Rebuild
from ._core.rebuilding import rebuild_tensor, rebuild_tensor_v2, rebuild_tensor_v3, with_attributes
from ._core.tensor import Tensor, wrap

__getattr__ = room("torch._utils", __name__)


def _rebuild_parameter(data: Tensor, requires_grad: bool, backward_hooks: Any) -> Any:
    """A parameter over the memory of ``data``."""
    from .nn.parameter import Parameter

    return Parameter(data, requires_grad)


def _rebuild_parameter_with_state(data: Tensor, requires_grad: bool, backward_hooks: Any, state: Any) -> Any:
    """A parameter over the memory of ``data`` with the attributes that users gave it."""
    return with_attributes(_rebuild_parameter(data, requires_grad, backward_hooks), state)


def _absent(name: str) -> Rebuild:
    """One of torch's functions that the engine lacks what is needed for."""

    def function(*arguments: Any, **keywords: Any) -> Any:
        raise absent(f"torch._utils.{name}")

    function.__name__ = function.__qualname__ = name
    return Rebuild(function, "torch._utils")


def _rebuild_device_tensor_from_cpu_tensor(data: Tensor, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    """A tensor that was written from a device without storages."""
    from .serialization import place_for

    made = data.to(dtype=dtype, device=place_for(device))  # type: ignore[attr-defined]
    made.requires_grad = requires_grad
    return made


def _rebuild_device_tensor_from_numpy(data: np.ndarray, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    """A tensor that was written as an array from a device without storages."""
    return _rebuild_device_tensor_from_cpu_tensor(wrap(data), dtype, device, requires_grad)


def _load_from_bytes(b: bytes) -> Any:
    """A storage from a pickle of a pickle."""
    from .serialization import load

    return load(BytesIO(b), weights_only=False)


def reduced_storage(storage: Any) -> Any:
    """What pickle needs to make a storage again: all its bytes in the format before archives."""
    from .serialization import save

    body = BytesIO()
    save(storage, body, _use_new_zipfile_serialization=False)
    return load_from_bytes, (body.getvalue(),)


_rebuild_tensor, _rebuild_tensor_v2, _rebuild_tensor_v3 = rebuild_tensor, rebuild_tensor_v2, rebuild_tensor_v3
for _function in (
    _rebuild_parameter, _rebuild_parameter_with_state, _rebuild_device_tensor_from_cpu_tensor,
    _rebuild_device_tensor_from_numpy,
):
    globals()[_function.__name__] = Rebuild(_function, "torch._utils")
for _name in (
    "_rebuild_qtensor", "_rebuild_meta_tensor_no_storage", "_rebuild_nested_tensor",
    "_rebuild_wrapper_subclass",
):
    globals()[_name] = _absent(_name)


def _rebuild_sparse(layout: Any, data: Any) -> Any:
    """A sparse tensor of its parts."""
    from ._core.sparse.pickling import rebuild_sparse_tensor

    return rebuild_sparse_tensor(layout, data)


_rebuild_sparse_tensor: Any = Rebuild(_rebuild_sparse, "torch._utils")
_rebuild_sparse_tensor.__name__ = _rebuild_sparse_tensor.__qualname__ = "_rebuild_sparse_tensor"
_rebuild_xla_tensor = _rebuild_device_tensor_from_numpy
load_from_bytes = Rebuild(_load_from_bytes, "torch.storage")


def _flatten_dense_tensors(tensors: Any) -> Tensor:
    """The elements of all tensors in one vector."""
    return FUNCTIONS["cat"]([each.reshape(-1) for each in tensors])


def _unflatten_dense_tensors(flat: Any, tensors: Any) -> tuple[Tensor, ...]:
    """Views of a vector in the shapes of ``tensors``, one after another."""
    parts, begin = [], 0
    for each in tensors:
        parts.append(flat.narrow(0, begin, each.numel()).view(each.shape))
        begin += each.numel()
    return tuple(parts)
