"""``Variable``: the name that remains of the class tensors were wrapped in before 0.4; calling it gives a tensor."""

from __future__ import annotations

import copyreg
import warnings
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.copying import reduced_class
from .._core.graph import LEAF
from .._core.tensor import VOLATILE_REMOVED, Tensor, TensorType, wrap
from .._core.views import shared_of


class _EngineBase:
    """Stands where old code looked for the backward engine."""


class _LegacyVariableBase:
    """Makes tensors of what ``Variable`` is given."""

    def __new__(cls, *arguments: Any, **keywords: Any) -> Any:
        return variable(*arguments, **keywords)


class VariableMeta(type):
    """Every tensor is an instance of ``Variable``."""

    def __instancecheck__(cls, other: object) -> bool:
        return isinstance(other, Tensor)


class Variable(_LegacyVariableBase, metaclass=VariableMeta):
    _execution_engine = _EngineBase()


for _class in (_LegacyVariableBase, VariableMeta, Variable, _EngineBase):
    _class.__module__ = "torch.autograd.variable"
Variable.__doc__ = None
copyreg.pickle(VariableMeta, reduced_class)  # type: ignore[arg-type]


def type_name(value: Any) -> str:
    """The name of a value's type as C code of Python prints it: with its module, unless that is Python's own."""
    if isinstance(value, TensorType):
        return "torch._C._TensorMeta"
    kind = type(value)
    module = "torch" if kind.__module__.startswith("minitorch_compat") else kind.__module__
    return kind.__name__ if module == "builtins" else f"{module}.{kind.__name__}"


def variable(data: Any = None, requires_grad: Any = False, volatile: Any = False, **keywords: Any) -> Tensor:
    """The memory and version count of ``data`` as a new leaf; TypeError for anything that is no tensor.

    None, or nothing, gives an empty tensor. ``volatile`` has had no effect since 0.4 and warns.
    """
    for keyword in keywords:
        raise TypeError(f"'{keyword}' is an invalid keyword argument for this function")
    if isinstance(requires_grad, Tensor):
        raise TypeError("only integer tensors of a single element can be converted to an index")
    if not hasattr(requires_grad, "__index__"):
        raise TypeError(f"'{type(requires_grad).__name__}' object cannot be interpreted as an integer")
    if volatile:
        warnings.warn(VOLATILE_REMOVED, UserWarning, stacklevel=3)
        if requires_grad:
            raise ValueError("Variable can't be volatile and require_grad at the same time!")
    if data is None:
        tensor = wrap(np.empty(0, dtypes.get_default_dtype().numpy))
    elif isinstance(data, Tensor):
        tensor = wrap(data._data)
        tensor._shared = shared_of(data)
    else:
        raise TypeError(f"Variable data has to be a tensor, but got {type_name(data)}")
    if requires_grad:
        if tensor._data.dtype.kind not in "fcV":
            raise errors.integers_cannot_require_grad()
        tensor._node = LEAF
    return tensor
