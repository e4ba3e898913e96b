"""Other dtypes, other memory: casts, copies, fills."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core import dtypes, kinds
from .._core.families import Recorder, arrays, tensors, view
from .._core.forms import publish
from .._core.modes import mode
from .._core.quiet import quietly
from .._core.tensor import Tensor, wrap
from .._kernels import layout as memory

ndarray = np.ndarray


# The shape room's views are declared there; an alias has no other home.
alias = view("alias", lambda x: x.view(), x=lambda xp, g: g, method=False, module=False)


def cast_array(x: ndarray, dtype: dtypes.dtype) -> ndarray:
    """The elements as ``dtype``, in memory of the same order."""
    made = memory.empty_like(x, dtype.numpy)
    quietly(np.copyto, made, x, "unsafe")
    return made


def _cast_back(xp: Any, g: Any, dtype: dtypes.dtype) -> Any:
    if not dtype.is_complex and (g.dtype.kind == "c" if xp is arrays else g.is_complex()):
        g = xp.real(g)
    return xp.to_dtype(g, dtype)


_to_copy = Recorder("to_dtype", ("x",), {"x": lambda xp, g, source: _cast_back(xp, g, source)}, ("source",),
                    node="ToCopyBackward0")


def to_dtype(x: Tensor, dtype: dtypes.dtype) -> Tensor:
    """The elements as ``dtype`` in a new tensor; the tensor itself where it has that dtype."""
    if x.dtype is dtype:
        return x
    out = wrap(cast_array(x._data, dtype))
    if x._node is not None and mode.enabled and out._data.dtype.kind in "fcV":
        out._node = _to_copy.node((x,), (x.dtype,))
    return out


arrays.to_dtype = lambda x, dtype: x if x.dtype == dtype.numpy else cast_array(x, dtype)
tensors.to_dtype = to_dtype
