"""``Parameter``: a tensor that a module counts among its own."""

from __future__ import annotations

import copyreg
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.copying import reduced_class
from .._core.graph import LEAF
from .._core.tensor import Tensor, TensorType, new


class _ParameterMeta(TensorType):
    """A tensor marked with ``_is_param`` counts as a parameter as well."""

    def __instancecheck__(cls, instance: object) -> bool:
        return type.__instancecheck__(cls, instance) or (
            isinstance(instance, Tensor) and getattr(instance, "_is_param", False)
        )


class Parameter(Tensor, metaclass=_ParameterMeta):
    """A leaf over the memory of ``data`` that requires grad, and that modules register when it is assigned to them."""

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Parameter:
        data = None if data is None else data.detach()
        array = np.empty(0, dtypes.get_default_dtype().numpy) if data is None else data._data
        if requires_grad and array.dtype.kind not in "fcV":
            raise errors.integers_cannot_require_grad()
        parameter = new(cls)
        parameter._data = array
        if data is not None:
            parameter._shared = data._shared
        if requires_grad:
            parameter._node = LEAF
        return parameter

    def __repr__(self, *, tensor_contents: str | None = None) -> str:  # type: ignore[override]
        return "Parameter containing:\n" + super().__repr__(tensor_contents=tensor_contents)  # type: ignore[call-arg]

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) in memo:
            return memo[id(self)]
        copy = new(type(self))
        copy._data = self._data.copy(order="K")
        copy._node = self._node
        memo[id(self)] = copy
        return copy


class _BufferMeta(TensorType):
    """A tensor marked with ``_is_buffer`` counts as a buffer."""

    def __instancecheck__(cls, instance: object) -> bool:
        return type.__instancecheck__(cls, instance) or (
            isinstance(instance, Tensor) and bool(getattr(instance, "_is_buffer", False))
        )


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that a module keeps in its state without training it."""

    persistent: bool = True

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Any:
        buffer: Any = new(Tensor)
        buffer._data = np.empty(0, dtypes.get_default_dtype().numpy) if data is None else data._data
        buffer._is_buffer = True
        buffer.persistent = persistent
        return buffer


copyreg.pickle(_ParameterMeta, reduced_class)  # type: ignore[arg-type]
copyreg.pickle(_BufferMeta, reduced_class)  # type: ignore[arg-type]
Parameter.__module__ = Buffer.__module__ = "torch.nn.parameter"
