"""Activations with parameters of their own, and those that torch keeps out of its main namespace."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.errors import Misfit
from .._core.families import unary
from .._core.forms import in_place
from .._core.operations import op
from .._core.saved_names import from_front
from .._core.scalars import is_number, number_of
from .._core.tensor import Tensor, wrap
from .._kernels import activation as kernels
from .._kernels import elementwise
from . import entry, special  # noqa: F401
from .arithmetic import broadcast_sum
from .random import kernel as sampler
from .random import no_derivative, twister_of

Array = np.ndarray


def floating(x: Array, name: str, complex: bool = False) -> Array:
    """``x`` where torch has a loop of this ``name`` for its dtype; NotImplementedError elsewhere."""
    if x.dtype.kind not in ("fcV" if complex else "fV"):
        raise NotImplementedError(f"\"{name}\" not implemented for '{dtypes.of(x).scalar_type}'")
    return x


# ---- without parameters


def silu_kernel(x: Array) -> Array:
    """x / (1 + exp(-x))."""
    return kernels.silu(floating(x, "silu_cpu", True))


def silu_x(xp: Any, g: Any, x: Any) -> Any:
    """Back through x times its logistic function."""
    s = xp.sigmoid(x)
    return g * xp.conj(s * (1 + x * (1 - s)))


_silu = unary("silu", silu_kernel, method=False, module=False, x=silu_x)


def silu(input: Tensor) -> Tensor:
    """x times its logistic function."""
    made = _silu(input)
    if made._data.dtype.kind == "c" and made._node is not None:
        raise errors.real_only("silu")
    return made


def mish_x(xp: Any, g: Any, x: Any) -> Any:
    """Back through x times the tangent of its softplus."""
    t = xp.tanh(xp.softplus(x, 1, 20))
    return g * (t + x * xp.sigmoid(x) * (1 - t * t))


mish = unary("mish", lambda x: kernels.mish(floating(x, "mish_cpu")), method=False, module=False, x=mish_x)
hardswish = unary(
    "hardswish", lambda x: kernels.hardswish(floating(x, "hardswish_cpu")), method=False, module=False,
    x=lambda xp, g, x: xp.where(x <= -3, 0.0, xp.where(x < 3, g * (x / 3 + 0.5), g)),
)
NO_SECOND = no_derivative("hardsigmoid_backward")


@op(method=False, module=False, node="NotImplemented", g=NO_SECOND, x=NO_SECOND)
def hardsigmoid_backward(g: Array, x: Array):
    """Back through the slope between -3 and 3, a sixth in single precision whatever the dtype."""
    return np.where((x > -3) & (x < 3), g * g.dtype.type(np.float32(1 / 6)), g.dtype.type(0))


hardsigmoid = unary(
    "hardsigmoid", lambda x: kernels.hardsigmoid(floating(x, "hardsigmoid_cpu")), method=False, module=False,
    x=lambda xp, g, x: xp.hardsigmoid_backward(g, x),
)
log_sigmoid = unary(
    "log_sigmoid", lambda x: kernels.log_sigmoid(floating(x, "log_sigmoid_cpu")), method=False, module=False,
    x=lambda xp, g, x: g * xp.sigmoid(-x),
)


# ---- with parameters


def number(value: Any) -> Any:
    """A number of Python; Misfit for what torch takes for none, above all a tensor that requires a gradient."""
    if not is_number(value):
        raise Misfit
    return number_of(value)


GENTLE = (
    "In-place {} backward calculation is triggered with a negative slope which is not supported. This is caused by "
    "calling in-place forward function with a negative slope, please call out-of-place version instead."
)


def elu_x(xp: Any, g: Any, x: Any, alpha: float, scale: float, input_scale: float) -> Any:
    """Back through the exponential below zero and the line above."""
    return xp.where(x <= 0, g * (input_scale * (alpha * scale)) * xp.exp(x * input_scale), g * scale)


def elu_out(xp: Any, g: Any, out: Any, alpha: float, scale: float, input_scale: float) -> Any:
    """The same from the result, which is all that an in-place form leaves."""
    if alpha < 0:
        raise RuntimeError(GENTLE.format("elu"))
    return xp.where(out <= 0, g * input_scale * (out + alpha * scale), g * scale)


def elu_kernel(x: Array, alpha: float, scale: float, input_scale: float) -> Array:
    """Exponential below zero, a line above."""
    return kernels.elu(floating(x, "elu_cpu"), alpha, scale, input_scale)


def celu_x(xp: Any, g: Any, x: Any, alpha: float, scale: float, input_scale: float) -> Any:
    """``elu_x``; torch holds the scale of the input in single precision on the way back."""
    return elu_x(xp, g, x, alpha, scale, 1 / float(np.float32(alpha)))


def celu_out(xp: Any, g: Any, out: Any, alpha: float, scale: float, input_scale: float) -> Any:
    """``elu_out`` in the same way."""
    return elu_out(xp, g, out, alpha, scale, 1 / float(np.float32(alpha)))


def exponential_unit(name: str, node: str, from_x: Any, from_out: Any) -> tuple[Any, Any]:
    """The operation under its two names: out of place, where the graph keeps the input, and in place."""

    @op(f"{name}_unit", node=f"{node}0", method=False, module=False, x=from_x)
    def unit(x: Array, alpha, scale, input_scale):
        return elu_kernel(x, alpha, scale, input_scale)

    @op(f"{name}_unit_here", node=f"{node}1", method=False, module=False, x=from_out)
    def unit_here(x: Array, alpha, scale, input_scale):
        return elu_kernel(x, alpha, scale, input_scale)

    return unit, in_place(unit_here)


elu_unit, elu_here = exponential_unit("elu", "EluBackward", elu_x, elu_out)
celu_unit, celu_here = exponential_unit("celu", "CeluBackward", celu_x, celu_out)


def elu_form(name: str, unit: Any) -> Any:
    def function(input: Tensor, alpha: float = 1, scale: float = 1, input_scale: float = 1) -> Tensor:
        return unit(input, float(number(alpha)), float(number(scale)), float(number(input_scale)))

    return entry.guarded(name, function, False)


elu, elu_ = elu_form("elu", elu_unit), elu_form("elu_", elu_here)
SELU = (1.6732632423543772848170429916717, 1.0507009873554804934193349852946)


def selu_form(unit: Any) -> Any:
    return lambda input: unit(input, *SELU, 1.0)


def celu_form(unit: Any) -> Any:
    def function(input: Tensor, alpha: float = 1.0) -> Tensor:
        alpha = float(number(alpha))
        if alpha == 0:
            raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
        return unit(input, alpha, 1.0, 1.0 / alpha)

    return function


entry.publish("selu", selu_form(elu_unit), method=False)
entry.publish("selu_", selu_form(elu_here), method=False)
entry.publish("celu", celu_form(celu_unit), method=False)
entry.publish("celu_", celu_form(celu_here), method=False)


@op("leaky_relu_unit", node="LeakyReluBackward0", method=False, module=False,
    x=lambda xp, g, x, negative_slope: xp.beside(xp.where(x > 0, g, g * negative_slope), x))
def leaky_relu_unit(x: Array, negative_slope):
    return kernels.leaky_relu(floating(x, "leaky_relu_cpu"), negative_slope)


@op("leaky_relu_here", node="LeakyReluBackward1", method=False, module=False,
    x=lambda xp, g, out, negative_slope: leaky_out(xp, g, out, negative_slope))
def leaky_relu_unit_here(x: Array, negative_slope):
    return kernels.leaky_relu(floating(x, "leaky_relu_cpu"), negative_slope)


def leaky_out(xp: Any, g: Any, out: Any, negative_slope: float) -> Any:
    """Back through the two lines from the result."""
    if negative_slope < 0:
        raise RuntimeError(
            GENTLE.format("leakyReLu") + " File an issue at https://github.com/pytorch/pytorch if you do require "
            "supporting in-place leakRelu backward calculation with negative slope"
        )
    return xp.beside(xp.where(out > 0, g, g * negative_slope), out)


leaky_relu_here = in_place(leaky_relu_unit_here)


def leaky_relu_form(name: str, unit: Any) -> Any:
    def function(input: Tensor, negative_slope: float = 0.01) -> Tensor:
        return unit(input, float(number(negative_slope)))

    return entry.guarded(name, function, False)


leaky_relu = leaky_relu_form("leaky_relu", leaky_relu_unit)
leaky_relu_ = leaky_relu_form("leaky_relu_", leaky_relu_here)


def check_hardtanh(x: Array, low: Any) -> None:
    """The dtypes that torch has no clamp for."""
    if x.dtype.kind == "b":
        raise RuntimeError("Bool inputs not supported for hardtanh")
    if x.dtype.kind == "c":
        raise NotImplementedError("clamp is not supported for complex types")
    if x.dtype.kind == "u" and int(low) < 0:
        raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")


@op(method=False, module=False, x=lambda xp, g, x, min_val, max_val: xp.beside(
    xp.where((x > min_val) & (x < max_val), g, 0.0), x
))
def hardtanh(x: Array, min_val=-1, max_val=1):
    """x between two bounds."""
    check_hardtanh(x, min_val)
    return kernels.hardtanh(x, x.dtype.type(min_val), x.dtype.type(max_val))


hardtanh_ = in_place(hardtanh)


def gelu_x(xp: Any, g: Any, x: Any, approximate: str) -> Any:
    """Back through x times the normal distribution function, or what stands for it."""
    if approximate == "none":
        cdf = 0.5 * (1 + xp.erf(x * math.sqrt(0.5)))
        return g * (cdf + x * (xp.exp(x * x * -0.5) * (2 / math.sqrt(math.pi) * math.sqrt(0.5) * 0.5)))
    beta, kappa = math.sqrt(2) * (2 / math.sqrt(math.pi)) * 0.5, 0.044715
    square = x * x
    t = xp.tanh(beta * (x + kappa * (square * x)))
    return g * (0.5 * (1 + t) + 0.5 * x * ((1 - t * t) * (beta * (1 + 3 * kappa * square))))


@op(method=False, module=False, x=gelu_x)
def gelu_(x: Array, approximate):
    return kernels.gelu(floating(x, "GeluKernelImpl"), approximate)


gelu_.__name__ = "gelu"


def gelu(input: Tensor, *, approximate: str = "none") -> Tensor:
    """x times the probability that a normal number is below it."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return gelu_(input, approximate)


gelu = entry.guarded("gelu", gelu, False)


def softplus_x(xp: Any, g: Any, x: Any, beta: float, threshold: float) -> Any:
    """Back through log(1 + exp(beta x)) / beta."""
    z = xp.exp(x * beta)
    return xp.where(x * beta > threshold, g, g * (z / (z + 1)))


@op(method=False, module=False, x=softplus_x)
def softplus(x: Array, beta=1, threshold=20):
    """log(1 + exp(beta x)) / beta, and x above the threshold."""
    if not (is_number(beta) and is_number(threshold)):
        raise Misfit
    return kernels.softplus(floating(x, "softplus_cpu"), float(beta), float(threshold))


@op(method=False, module=False, x=lambda xp, g, x, lambd: xp.beside(xp.where((x >= -lambd) & (x <= lambd), 0.0, g), x))
def softshrink_(x: Array, lambd):
    return kernels.softshrink(x, lambd)


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """x drawn to zero by ``lambd``."""
    lambd = float(number(lambd))
    floating(input._data, "softshrink_check")
    largest = dtypes.finfo(input.dtype).max
    if not 0 <= lambd <= largest:
        raise RuntimeError(
            f"lambda must be in range [0, {largest:g}] for input dtype {input.dtype.scalar_type}, but found {lambd:g}"
        )
    return softshrink_(input, lambd)


@op("hardshrink_", method=False, module=False, node="HardshrinkBackward0",
    x=lambda xp, g, x, lambd: xp.beside(xp.where((x >= -lambd) & (x <= lambd), 0.0, g), x))
def hardshrink_(x: Array, lambd):
    return kernels.hardshrink(floating(x, "hardshrink_cpu"), lambd)


def hardshrink(input: Tensor, lambd: float = 0.5, *, out: Tensor | None = None) -> Tensor:
    """x where it is further than ``lambd`` from zero, 0 elsewhere."""
    from .._core.forms import write_out

    result = hardshrink_(input, float(number(lambd)))
    return result if out is None else write_out("hardshrink", out, result, (input,))


entry.publish("hardshrink", hardshrink)


def threshold_x(xp: Any, g: Any, x: Any, threshold: float) -> Any:
    """The gradient passes above the threshold."""
    return xp.beside(xp.where(x > threshold, g, 0.0), x)


def threshold_kernel(x: Array, threshold: Any, value: Any) -> Array:
    """x above the threshold, ``value`` elsewhere."""
    if x.dtype.kind in "bc":
        raise NotImplementedError(f"\"threshold_cpu\" not implemented for '{dtypes.of(x).scalar_type}'")
    if x.dtype.kind in "iu":
        return np.where(x <= x.dtype.type(threshold), x.dtype.type(value), x)
    return kernels.threshold(x, threshold, value)


@op("threshold_unit", node="ThresholdBackward0", method=False, module=False, x=threshold_x)
def threshold_unit(x: Array, threshold, value):
    return threshold_kernel(x, threshold, value)


@op("threshold_here", node="ThresholdBackward1", method=False, module=False,
    x=threshold_x)
def threshold_unit_here(x: Array, threshold, value):
    return threshold_kernel(x, threshold, value)


entry.publish("threshold", lambda input, threshold, value: threshold_unit(
    input, number(threshold), number(value)), method=False)
threshold_in_place = in_place(threshold_unit_here)
entry.publish("threshold_", lambda input, threshold, value: threshold_in_place(input, threshold, value), method=False)


# ---- weights and chance


@op("_prelu_kernel", node="PreluKernelBackward0", method=False, module=False,
    x=lambda xp, g, x, weight: xp.beside(xp.where(x > 0, g, g * weight), x),
    weight=broadcast_sum(lambda xp, g, x: xp.where(x > 0, 0.0, g * x), "weight"))
def prelu_kernel(x: Array, weight: Array):
    return kernels.prelu(floating(x, "prelu_cpu"), weight)


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """x above 0, ``weight`` times x below; one weight, or one for each channel."""
    x, w = input._data, weight._data
    if x.dtype != w.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {input.dtype.scalar_type} and {weight.dtype.scalar_type}"
        )
    if w.size != 1:
        if not x.ndim:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = x.shape[1] if x.ndim > 1 else 1
        if channels != w.size:
            raise RuntimeError(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{w.size} and channel size = {channels}."
            )
    if w.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {w.ndim}")
    if x.ndim == 0:
        shape: tuple[int, ...] = ()
    else:
        shape = tuple([w.size if place == 1 else 1 for place in range(x.ndim)]) if w.ndim else (1,) * x.ndim
    if shape != w.shape:
        weight = weight.reshape(shape)  # type: ignore[attr-defined]
    return prelu_kernel(input, weight)


entry.publish("prelu", prelu)


def rrelu_x(xp: Any, g: Any, x: Any, noise: Any, lower: float, upper: float, training: bool) -> Any:
    """Back through the slopes that were drawn, or through their middle."""
    if training and upper - lower > 1e-6:
        return xp.beside(g * noise, x)
    return xp.beside(xp.where(x > 0, g, g * ((lower + upper) / 2)), x)


def rrelu_kernel(x: Array, noise: Array, lower: float, upper: float, training: bool) -> Array:
    """x above 0, x times what was drawn, or times the middle of its range, below."""
    if training:
        return np.asarray(x * noise)
    return kernels.leaky_relu(floating(x, "leaky_relu_cpu"), (lower + upper) / 2)


@op("rrelu_unit", node="RreluWithNoiseBackward0", method=False, module=False, x=rrelu_x)
def rrelu_unit(x: Array, noise: Array, lower, upper, training):
    return rrelu_kernel(x, noise, lower, upper, training)


@op("rrelu_here", node="RreluWithNoiseBackward1", method=False, module=False,
    x=lambda xp, g, out, noise, lower, upper, training: rrelu_x(xp, g, out, noise, lower, upper, training))
def rrelu_unit_here(x: Array, noise: Array, lower, upper, training):
    return rrelu_kernel(x, noise, lower, upper, training)


def rrelu_form(unit: Any) -> Any:
    def function(
        input: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, generator: Any = None
    ) -> Tensor:
        x = input._data
        if lower > upper:
            raise RuntimeError("Lower bound should be less than or equal to the upper bound")
        if training:
            noise = sampler("leaky_slopes")(
                twister_of(generator), floating(x, "rrelu_with_noise_out_cpu"), float(lower), float(upper)
            )
        else:
            noise = np.zeros((), x.dtype)
        return unit(input, wrap(noise), float(lower), float(upper), bool(training))

    return function


entry.publish("rrelu", rrelu_form(rrelu_unit), method=False)
entry.publish("rrelu_", rrelu_form(in_place(rrelu_unit_here)), method=False)


# ---- gates


def glu_x(xp: Any, g: Any, x: Any, dim: int) -> Any:
    """Back to the half that passes and to the half that lets it pass."""
    half = x.shape[dim] // 2
    first, gate = xp.slice(x, dim, 0, half, 1), xp.sigmoid(xp.slice(x, dim, half, 2 * half, 1))
    return xp.cat((gate * g, (1 - gate) * gate * g * first), dim)


@op("glu_", method=False, module=False, node="GluBackward0", x=glu_x)
def glu_kernel(x: Array, dim):
    first, gate = np.split(floating(x, "glu_cpu"), 2, dim)
    return np.asarray(elementwise.widened(first) * kernels.sigmoid(elementwise.widened(gate))).astype(x.dtype)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half along ``dim`` times the logistic function of the second."""
    if not input._data.ndim:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    dim = from_front(dim, input._data.ndim)
    if input._data.shape[dim] % 2:
        raise RuntimeError(
            f"Halving dimension must be even, but dimension {dim} is size {input._data.shape[dim]}"
        )
    return glu_kernel(input, dim)


silu_, mish_, hardswish_, hardsigmoid_ = [
    entry.guarded(name + "_", in_place(each), False)
    for name, each in (("silu", _silu), ("mish", mish), ("hardswish", hardswish), ("hardsigmoid", hardsigmoid))
]
silu, mish, hardswish, hardsigmoid, log_sigmoid = [
    entry.guarded(name, each, False)
    for name, each in (
        ("silu", silu), ("mish", mish), ("hardswish", hardswish), ("hardsigmoid", hardsigmoid),
        ("log_sigmoid", log_sigmoid),
    )
]


def relu6(input: Tensor) -> Tensor:
    """x between 0 and 6."""
    return hardtanh(input, 0, 6)


relu6 = entry.guarded("relu6", relu6, False)
relu6_ = entry.guarded("relu6_", lambda input: hardtanh_(input, 0, 6), False)

softplus, softshrink = entry.guarded("softplus", softplus, False), entry.guarded("softshrink", softshrink, False)
glu = entry.guarded("glu", glu, False)
hardtanh, hardtanh_ = entry.guarded("hardtanh", hardtanh, False), entry.guarded("hardtanh_", hardtanh_, False)
