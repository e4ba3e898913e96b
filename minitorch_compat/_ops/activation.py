"""Activations and the softmax family."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.errors import Misfit
from .._core.families import unary
from .._core.forms import in_place, publish, write_out
from .._core.modes import mode
from .._core.operations import op
from .._core.quiet import quietly
from .._core.recording import Recorder, arrays, tensors
from .._core.saved_names import from_front
from .._core.tensor import Tensor, wrap
from .._kernels import elementwise as kernels
from .._kernels import softmax as rows
from .._kernels.scalar_types import NARROW

Array = np.ndarray


SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)
ONES = {kind: np.ones((), kind) for kind in "fd"}


def logistic(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    one = ONES.get(x.dtype.char)
    if one is None or not x.ndim:
        wide = kernels.widened(x)
        return np.asarray(1 / (1 + kernels.exp(-wide))).astype(x.dtype, copy=False)
    powers = np.negative(x)
    if x.dtype is SINGLE and x.size <= kernels.CHEAP:
        wide = powers.astype(DOUBLE)
        powers = np.exp(wide, wide).astype(SINGLE)
    else:
        np.exp(powers, powers)
    np.add(powers, one, powers)
    return np.divide(one, powers, powers)


@op(
    method=False,
    module=False,
    node="SigmoidBackwardBackward0",
    grad=lambda xp, g, y: xp.conj(xp.sigmoid_backward(xp.conj(g), y)),
    y=lambda xp, g, grad, y: xp.conj(g) * grad * (xp.conj(y) * -2.0 + 1),
)
def sigmoid_backward(grad: Array, y: Array):
    """``grad * (1 - y) * y``, rounded as torch does: of complex numbers it multiplies the last two first."""
    one = ONES.get(y.dtype.char)
    if one is not None and y.ndim and grad.dtype is y.dtype:
        slope = np.subtract(one, y)
        np.multiply(grad, slope, slope)
        return np.multiply(slope, y, slope)
    return grad * np.conj((1 - y) * y) if y.dtype.kind == "c" else grad * (1 - y) * y


sigmoid = unary("sigmoid", logistic, dtypes.to_float, x=lambda xp, g, out: xp.sigmoid_backward(g, out))


def rectified(x: Array) -> Array:
    """Negative elements become zero; nan stays."""
    if x.dtype.kind in "bc":
        if x.dtype.kind == "b":
            raise RuntimeError("Boolean inputs not supported for relu")
        raise NotImplementedError("clamp is not supported for complex types")
    return kernels.at_least(0, x)


@op(method=False, module=False, g=lambda xp, g: g, x=lambda xp, g: xp.zeros_like(g))
def beside(g: Array, x: Array):
    """A gradient that depends on ``x`` in steps: its own derivative by ``x`` is zero, and torch has it in the graph."""
    return g


@op(
    "relu_backward",
    method=False,
    module=False,
    node="ThresholdBackwardBackward0",
    grad=lambda xp, g, y: xp.relu_backward(g, y),
    y=lambda xp, g: xp.zeros_like(g),
)
def rectified_backward(grad: Array, y: Array):
    """``grad`` where ``y`` is not zero, and 0 elsewhere: its bits, held against all of them or against none."""
    whole = BITS.get(y.dtype.char)
    if whole is None or grad.dtype is not y.dtype or not (grad.flags.c_contiguous and y.flags.c_contiguous):
        return arrays.where(y <= 0, 0.0, grad)
    out = np.empty_like(grad)
    mask = out.view(whole)
    np.subtract(y <= 0, 1, mask, dtype=whole)
    np.bitwise_and(grad.view(whole), mask, mask)
    return out


BITS = {"f": np.int32, "d": np.int64}
relu = unary("relu", rectified, inplace=False, x=lambda xp, g, out: xp.relu_backward(g, out))


def refuse_bools(x: Tensor) -> None:
    """What torch says before it looks at memory."""
    if x._data.dtype.kind == "b":
        raise RuntimeError("Boolean inputs not supported for relu")


publish("relu_", in_place(relu, first=refuse_bools))


# The ways back, with their own, in the order in which torch multiplies.


@op("softmax_backward", method=False, module=False, node="SoftmaxBackwardDataBackward0",
    w=lambda xp, g, y, dim: xp.softmax_backward(g, y, dim),
    y=lambda xp, g, w, y, dim: (
        w * g - xp.sum(y * w, (dim,), True) * g - w * xp.sum(y * g, (dim,), True) if g.ndim else g * 0
    ))
def softmax_backward(w: Array, y: Array, dim):
    """The gradient ``w`` of a softmax ``y`` carried back."""
    return rows.softmax_backward(w, y, dim)


@op("log_softmax_backward", method=False, module=False, node="LogSoftmaxBackwardDataBackward0",
    w=lambda xp, g, y, dim: g - xp.sum(g * xp.exp(y), (dim,), True) if g.ndim else g * 0,
    y=lambda xp, g, w, y, dim: -xp.sum(w, (dim,), True) * xp.exp(y) * g if g.ndim else g * 0)
def log_softmax_backward(w: Array, y: Array, dim):
    """The gradient ``w`` of the logarithm ``y`` of a softmax carried back."""
    return rows.log_softmax_backward(w, y, dim)


softmax_recorder = Recorder(
    "softmax_", ("x",), {"x": lambda xp, g, out, dim: xp.softmax_backward(g, out, dim)}, ("dim",),
    node="SoftmaxBackward0",
)
log_softmax_recorder = Recorder(
    "log_softmax_", ("x",), {"x": lambda xp, g, out, dim: xp.log_softmax_backward(g, out, dim)}, ("dim",),
    node="LogSoftmaxBackward0",
)


def along(name: str, kernel: Any, recorder: Recorder) -> None:
    """Declare ``softmax`` or ``log_softmax``: one node that keeps its result."""

    def function(input: Tensor, dim: int, dtype: Any = None, *, out: Tensor | None = None) -> Tensor:
        if not isinstance(dim, (int, np.integer)):
            raise Misfit
        if dtype is not None:
            input = input.to(dtype)  # type: ignore[attr-defined]
        x = input._data
        if dim < 0 or dim >= x.ndim:
            dim = from_front(dim, x.ndim)
        if (x.dtype.kind not in "fV" or x.dtype.char in NARROW) and x.size:
            raise NotImplementedError(
                f"\"{name}_lastdim_kernel_impl\" not implemented for '{input.dtype.scalar_type}'"
                if dim == x.ndim - 1 or not x.ndim
                else f"\"{name}_kernel_impl\" not implemented for '{input.dtype.scalar_type}'"
            )
        result = wrap(quietly(kernel, x, dim))
        if input._node is not None and mode.enabled:
            result._node = step = recorder.node((input,), (dim,))
            recorder.keep_out(step, result)
            if x.dtype.kind == "c":
                raise errors.real_only(f"_{name}")
        return result if out is None else write_out(name, out, result, (input,))

    publish(name, function)
    setattr(tensors, name, function)
    setattr(arrays, name, kernel)


along("softmax", rows.softmax, softmax_recorder)
along("log_softmax", rows.log_softmax, log_softmax_recorder)
