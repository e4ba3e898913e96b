"""Operations that torch has under the dispatcher's names alone (``torch.ops.aten``)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.errors import Misfit
from .._core.forms import FUNCTIONS
from .._core.operations import op
from .._core.tensor import Tensor, wrap_dim
from .._kernels import softmax as rows
from .._kernels.elementwise import widened
from .._kernels.formats import like
from .activation import softmax_backward
from .pooling import kernels as pooling  # with its declarations, which a formula here uses
from .shape import slice_

Array = np.ndarray


@op(
    "_safe_softmax_", method=False, module=False, node="SafeSoftmaxBackward0",
    x=lambda xp, g, out, dim: xp.softmax_backward(g, out, dim),
)
def safe_softmax_(x: Array, dim):
    """A softmax whose rows of nothing but minus infinity are zeros, and not nan."""
    if not x.ndim:
        return rows.softmax(x, dim) if x != -np.inf else np.zeros_like(x)
    empty = (widened(x) == -np.inf).all(dim, keepdims=True)
    return np.where(empty, np.zeros((), x.dtype), rows.softmax(x, dim))


@op(
    "native_dropout_back", method=False, module=False, node="NativeDropoutBackwardBackward0",
    grad_output=lambda xp, g, grad_output, mask, scale: xp.mul(g, mask) * scale,
)
def native_dropout_back(grad_output: Array, mask: Array, scale):
    """A gradient where the mask keeps it, larger by ``scale``."""
    return grad_output * mask.astype(grad_output.dtype) * grad_output.dtype.type(scale)


@op(
    "max_pool2d_back", method=False, module=False, node="MaxPool2DWithIndicesBackwardBackward0",
    g=lambda xp, g, indices: xp.taken_at_(g, indices, 2), x=lambda xp, g: xp.written(xp.zeros_like(g)),
)
def max_pool2d_back(g: Array, x: Array, indices: Array):
    """Gradients at flat indices of a plane as large as the input's."""
    return like(pooling.added_at(g, indices, x.shape[x.ndim - 2 :]), x)


def tensor_of(value: Any) -> Tensor:
    if not isinstance(value, Tensor):
        raise Misfit
    return value


def slice(self: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Tensor:
    """A view of every ``step``-th element of a dimension between two bounds."""
    x: Any = tensor_of(self)
    return slice_(x, wrap_dim(dim, x.ndim) if x.ndim else dim, start, end, step)


def safe_softmax(self: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """A softmax whose rows of nothing but minus infinity are zeros. Errors are those of ``softmax``."""
    x: Any = tensor_of(self)
    FUNCTIONS["softmax"](x.detach()[:1] if x.ndim else x.detach(), dim, dtype)
    return safe_softmax_(x if dtype is None else x.to(dtype), wrap_dim(dim, x.ndim))


def softmax_backward_data(grad_output: Tensor, output: Tensor, dim: int, input_dtype: Any) -> Tensor:
    """The gradient of a softmax carried back to its input, in the dtype that had."""
    made: Any = softmax_backward(tensor_of(grad_output), output, wrap_dim(dim, output.dim()))
    return made.to(input_dtype)


def native_dropout_backward(grad_output: Tensor, mask: Tensor, scale: float) -> Tensor:
    """The gradient of a dropout carried back."""
    return native_dropout_back(tensor_of(grad_output), mask, scale)


def max_pool2d_with_indices_backward(
    grad_output: Tensor, self: Tensor, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool,
    indices: Tensor,
) -> Tensor:
    """The gradient of a pool carried back to the places of its largest elements."""
    return max_pool2d_back(tensor_of(grad_output), self, indices)


ATEN: dict[str, tuple[str, Any]] = {
    "slice": ("Tensor", slice), "_safe_softmax": ("default", safe_softmax),
    "_softmax_backward_data": ("default", softmax_backward_data),
    "native_dropout_backward": ("default", native_dropout_backward),
    "max_pool2d_with_indices_backward": ("default", max_pool2d_with_indices_backward),
}
"""For each operator that is there, the name of the overload that takes tensors, and what it does."""
