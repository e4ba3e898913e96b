"""``Parameter``: a tensor that a module counts among its own."""

from __future__ import annotations

import copyreg
from collections import OrderedDict
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.copying import reduced_class, user_state, warn_of_hooks
from .._core.graph import LEAF
from .._core.modes import mode
from .._core.tensor import Tensor, TensorType, _disabled_torch_function_impl, lay_out, new


class _ParameterMeta(TensorType):
    """A tensor marked with ``_is_param`` counts as a parameter as well."""

    def __instancecheck__(cls, instance: object) -> bool:
        return type.__instancecheck__(cls, instance) or (
            isinstance(instance, Tensor) and getattr(instance, "_is_param", False)
        )


class Parameter(Tensor, metaclass=_ParameterMeta):
    """A leaf over the memory of ``data`` that requires grad, and that modules register when it is assigned to them."""

    __torch_function__ = _disabled_torch_function_impl  # type: ignore[assignment]

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Parameter:
        data = None if data is None else data.detach()
        if data is not None and data.is_sparse:
            return data.as_parameter(requires_grad)  # type: ignore[attr-defined]
        array = np.empty(0, dtypes.get_default_dtype().numpy) if data is None else data._data
        if requires_grad and array.dtype.kind not in "fcV":
            raise errors.integers_cannot_require_grad()
        if requires_grad and data is not None and data.is_inference() and not mode.inference:
            raise RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")
        parameter = new(cls)
        parameter._data = array
        if data is not None:
            parameter._shared = data._shared
        if requires_grad:
            parameter._node = LEAF
        return parameter

    def __repr__(self, *, tensor_contents: str | None = None) -> str:  # type: ignore[override]
        return "Parameter containing:\n" + super().__repr__(tensor_contents=tensor_contents)  # type: ignore[call-arg]

    def __reduce_ex__(self, protocol: Any) -> Any:
        from .. import _utils

        warn_of_hooks(self)
        state = user_state(self)
        given: tuple[Any, ...] = self.data, self.requires_grad, OrderedDict()
        if state:
            return _utils._rebuild_parameter_with_state, (*given, state)
        return _utils._rebuild_parameter, given

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

    __torch_function__ = _disabled_torch_function_impl  # type: ignore[assignment]

    persistent: bool = True

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Any:
        buffer: Any = new(Tensor)
        buffer._data = np.empty(0, dtypes.get_default_dtype().numpy) if data is None else data._data
        buffer.persistent = persistent
        buffer._is_buffer = True
        return buffer


UNINITIALIZED = (
    "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` "
    "when trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the "
    "parameters before accessing their attributes."
)


class UninitializedTensorMixin:
    """A tensor of a lazy module: it has a dtype, and no shape before ``materialize``."""

    cls_to_become: Any = None

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Give it memory of a shape, with nothing in it."""
        own: Any = self
        wanted = own._data.dtype if dtype is None else dtype.numpy
        own._data = np.empty(tuple(shape), wanted)
        own.__class__ = self.cls_to_become

    @property
    def shape(self) -> Any:
        raise RuntimeError(UNINITIALIZED)

    def share_memory_(self) -> Any:
        raise RuntimeError(
            "Can't share memory on an uninitialized parameter or buffer. Call `forward` to initialize the parameters "
            "before calling `module.share_memory()`."
        )

    def __repr__(self, *, tensor_contents: Any = None) -> Any:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        own: Any = self
        return type(self), (own.requires_grad,)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        own: Any = self
        make: Any = type(self)
        if id(self) not in memo:
            memo[id(self)] = make(own.requires_grad, None, own.dtype)
        return memo[id(self)]


def _refusing(name: str) -> Any:
    """A method that no tensor without a shape has."""

    def refuse(self: Any, *arguments: Any, **keywords: Any) -> Any:
        raise ValueError(
            f"Attempted to use an uninitialized parameter in <method '{name}' of 'torch._C.TensorBase' objects>. This "
            "error happens when you are using a `LazyModule` or explicitly manipulating "
            "`torch.nn.parameter.UninitializedParameter` objects. When using LazyModules Call `forward` with a dummy "
            "batch to initialize the parameters before calling torch functions"
        )

    return refuse


for _name in ("numel", "size", "dim", "sum", "mean", "normal_", "uniform_", "fill_", "zero_", "clone", "tolist"):
    setattr(UninitializedTensorMixin, _name, _refusing(_name))
for _name, _method in (
    ("__add__", "add"), ("__sub__", "sub"), ("__mul__", "mul"), ("__truediv__", "div"), ("__matmul__", "matmul"),
):
    setattr(UninitializedTensorMixin, _name, _refusing(_method))


class UninitializedParameter(UninitializedTensorMixin, Parameter):  # type: ignore[misc]
    """A parameter whose shape the first input of its module tells."""

    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        parameter: Any = new(cls)
        parameter._data = np.empty(0, (dtypes.get_default_dtype() if dtype is None else dtype).numpy)
        if requires_grad:
            parameter._node = LEAF
        return parameter


class UninitializedBuffer(UninitializedTensorMixin, Tensor):  # type: ignore[misc]
    """A buffer whose shape the first input of its module tells."""

    cls_to_become = Tensor

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> Any:
        buffer: Any = new(cls)
        buffer._data = np.empty(0, (dtypes.get_default_dtype() if dtype is None else dtype).numpy)
        buffer.persistent = persistent
        buffer._is_buffer = True
        return buffer


def is_lazy(parameter: Any) -> bool:
    """Whether a parameter or buffer has no shape yet."""
    return isinstance(parameter, UninitializedTensorMixin)


for _class in (Parameter, Buffer, UninitializedTensorMixin, UninitializedParameter, UninitializedBuffer):
    _class.__module__ = "torch.nn.parameter"
lay_out(Parameter)
copyreg.pickle(_ParameterMeta, reduced_class)  # type: ignore[arg-type]
copyreg.pickle(_BufferMeta, reduced_class)  # type: ignore[arg-type]
