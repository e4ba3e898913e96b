"""Elementwise mathematics."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.families import arrays, binary, op, tensors, unary
from .._core.forms import FUNCTIONS, WRITING_FUNCTIONS, in_place, publish, write_out
from .._core.tensor import Tensor, wrap
from .._kernels import elementwise as kernels
from .arithmetic import broadcast_sum, together, underivable

Array = np.ndarray
to_float, keeps = dtypes.to_float, dtypes.keeps

# Vocabulary of formulas that is no operation of its own.
arrays.conj = lambda x: np.conj(x) if isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "c" else x

conj = unary("conj_physical", lambda x: np.conj(x), x=lambda xp, g: xp.conj(g))
tensors.conj = lambda x: conj(x) if isinstance(x, Tensor) and x._data.dtype.kind == "c" else x


def zero(xp, g):
    """A step function has no slope."""
    return g * 0


# ---- exponentials and logarithms

exp = unary("exp", kernels.exp, to_float, x=lambda xp, g, out: g * xp.conj(out))
exp2 = unary("exp2", kernels.exp2, to_float, x=lambda xp, g, out: g * xp.conj(out) * math.log(2))
expm1 = unary("expm1", kernels.expm1, to_float, x=lambda xp, g, out: g * xp.conj(out + 1))
log = unary("log", kernels.log, to_float, x=lambda xp, g, x: g / xp.conj(x))
log2 = unary("log2", kernels.log2, to_float, x=lambda xp, g, x: g / xp.conj(x * 0.6931471805599453))
log10 = unary("log10", kernels.log10, to_float, x=lambda xp, g, x: g / xp.conj(x * 2.302585092994046))
log1p = unary("log1p", kernels.log1p, to_float, x=lambda xp, g, x: g / xp.conj(x + 1))
sqrt = unary("sqrt", kernels.sqrt, to_float, x=lambda xp, g, out: g / xp.conj(out * 2))
rsqrt = unary("rsqrt", kernels.rsqrt, to_float, x=lambda xp, g, out: g * xp.conj(out * out * out) * -0.5)

# ---- angles

sin = unary("sin", kernels.sin, to_float, x=lambda xp, g, x: g * xp.conj(xp.cos(x)))
cos = unary("cos", kernels.cos, to_float, x=lambda xp, g, x: g * -xp.conj(xp.sin(x)))
tan = unary("tan", kernels.tan, to_float, x=lambda xp, g, out: g * xp.conj(out * out + 1))
asin = unary("asin", kernels.asin, to_float, x=lambda xp, g, x: g * xp.conj(xp.rsqrt(-x * x + 1)))
acos = unary("acos", kernels.acos, to_float, x=lambda xp, g, x: g * -xp.conj(xp.rsqrt(-x * x + 1)))
atan = unary("atan", kernels.atan, to_float, x=lambda xp, g, x: g / xp.conj(x * x + 1))
sinh = unary("sinh", kernels.sinh, to_float, x=lambda xp, g, x: g * xp.conj(xp.cosh(x)))
cosh = unary("cosh", kernels.cosh, to_float, x=lambda xp, g, x: g * xp.conj(xp.sinh(x)))
tanh = unary("tanh", kernels.tanh, to_float, x=lambda xp, g, out: g * xp.conj(1 - out * out))
asinh = unary("asinh", kernels.asinh, to_float, x=lambda xp, g, x: g * xp.conj(xp.rsqrt(x * x + 1)))
acosh = unary("acosh", kernels.acosh, to_float, x=lambda xp, g, x: g * xp.conj(xp.rsqrt(x - 1) * xp.rsqrt(x + 1)))
atanh = unary("atanh", kernels.atanh, to_float, x=lambda xp, g, x: g / xp.conj(1 - x * x))
deg2rad = unary("deg2rad", kernels.deg2rad, to_float, x=lambda xp, g: g * (math.pi / 180))
rad2deg = unary("rad2deg", kernels.rad2deg, to_float, x=lambda xp, g: g * (180 / math.pi))


def sinc_x(xp, g, x):
    """The quotient rule, and zero at zero."""
    turned = x * math.pi
    slope = (turned * xp.cos(turned) - xp.sin(turned)) / (turned * x)
    return g * xp.conj(xp.where(turned * turned == 0, 0.0, slope))


sinc = unary("sinc", kernels.sinc, to_float, x=sinc_x)
atan2 = binary(
    "atan2", kernels.atan2, dtypes.arithmetic_to_float, scalars=False,
    x=lambda xp, g, x, y: g * (y / (x * x + y * y)),
    y=lambda xp, g, x, y: g * (-x / (x * x + y * y)),
)
hypot = binary("hypot", kernels.hypot, scalars=False,
               x=lambda xp, g, x, out: g * (x / out), y=lambda xp, g, y, out: g * (y / out))
logaddexp = binary(
    "logaddexp", kernels.logaddexp, scalars=False, inplace=False,
    x=lambda xp, g, x, out: g * xp.exp(x - out), y=lambda xp, g, y, out: g * xp.exp(y - out),
)
logaddexp2 = binary(
    "logaddexp2", kernels.logaddexp2, scalars=False, inplace=False,
    x=lambda xp, g, x, out: g * xp.exp2(x - out), y=lambda xp, g, y, out: g * xp.exp2(y - out),
)


def xlogy_x(xp, g, x, y):
    """The logarithm, and nothing where a zero made the product zero."""
    return g * xp.where(xp.logical_and(x == 0, y <= 0), 0.0, xp.log(xp.where(y > 0, y, 1.0)))


xlogy = binary("xlogy", kernels.xlogy, dtypes.arithmetic_to_float, x=xlogy_x, y=lambda xp, g, x, y: g * x / y)

# ---- signs, sizes and parts


def size_of(x: Array) -> Array:
    """The absolute value; of a complex number its length."""
    return np.abs(x)


def abs_x(xp, g, x):
    return g * xp.sgn(x)


abs = unary("abs", size_of, x=abs_x)
sign = unary("sign", kernels.sign, x=zero)


def sgn_x(xp, g, x, out):
    """Zero for real numbers; a complex sign turns with its argument."""
    if not is_complex(x):
        return g * 0
    size = xp.abs(x)
    turned = xp.real_part(g * xp.conj(out)) * out
    return xp.where(size == 0, 0.0, (g - turned) / size)


def is_complex(x: Any) -> bool:
    return (x if isinstance(x, np.ndarray) else x._data).dtype.kind == "c"


arrays.real_part = lambda x: x.real
tensors.real_part = lambda x: x.real
sgn = unary("sgn", kernels.sgn, x=sgn_x)
Tensor.__abs__ = abs  # type: ignore[attr-defined]
for _alias, _name in {
    "absolute": "abs", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "arctan2": "atan2",
}.items():
    FUNCTIONS[_alias] = FUNCTIONS[_name]
    setattr(Tensor, _alias, getattr(Tensor, _name))
    setattr(Tensor, _alias + "_", getattr(Tensor, _name + "_"))
    if _alias + "_" in WRITING_FUNCTIONS:
        FUNCTIONS[_alias + "_"] = FUNCTIONS[_name + "_"]

floor = unary("floor", kernels.floor, x=zero)
ceil = unary("ceil", kernels.ceil, x=zero)
trunc = unary("trunc", kernels.trunc, x=zero)
frac = unary("frac", kernels.frac, x=lambda xp, g: g)
FUNCTIONS["fix"], Tensor.fix, Tensor.fix_ = FUNCTIONS["trunc"], Tensor.trunc, Tensor.trunc_  # type: ignore[attr-defined]
_round = unary("round", kernels.round, x=zero, method=False, module=False)


@op("round_decimals", method=False, module=False, node="RoundBackward1", x=zero)
def _round_decimals(x: Array, decimals):
    """To a number of decimals."""
    return kernels.round(x, decimals)


def round(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Tensor:
    """To the nearest integer, or to so many decimals; halves go to the even neighbour."""
    result = _round_decimals(input, decimals) if decimals else _round(input)
    return result if out is None else write_out("round", out, result, (input,))


publish("round", round)
publish("round_", in_place(round))

copysign = binary(
    "copysign", kernels.copysign, dtypes.arithmetic_to_float,
    x=lambda xp, g, x, out: g * xp.where(x == 0, 0.0, out / xp.where(x == 0, 1.0, x)), y=zero,
)
nextafter = binary(
    "nextafter", kernels.nextafter, scalars=False, x=lambda xp, g, x, y: xp.where(x != y, g, 0.0), y=zero
)
heaviside = binary(
    "heaviside", kernels.heaviside, scalars=False, x=underivable("aten::heaviside"), y=underivable("aten::heaviside"),
    node="NotImplemented",
)
gcd = binary("gcd", kernels.gcd, scalars=False)
lcm = binary("lcm", kernels.lcm, scalars=False)
publish("ldexp", lambda input, other: input * FUNCTIONS["pow"](2.0, other))
angle = unary(
    "angle", kernels.angle, to_float, inplace=False,
    x=lambda xp, g, x: g * 0 if not is_complex(x) else xp.where(x == 0, 0.0, x / xp.abs(x) / xp.abs(x) * g * 1j),
)

# ---- choosing


def half_at_ties(xp, g, mask, tie):
    """The gradient goes to the winner, in halves where both win."""
    return xp.where(tie, g / 2, xp.where(mask, g, 0.0))


maximum = binary(
    "maximum", kernels.maximum, scalars=False, inplace=False,
    x=lambda xp, g, x, y: half_at_ties(xp, g, x >= y, x == y),
    y=lambda xp, g, x, y: half_at_ties(xp, g, y >= x, x == y),
)
minimum = binary(
    "minimum", kernels.minimum, scalars=False, inplace=False,
    x=lambda xp, g, x, y: half_at_ties(xp, g, x <= y, x == y),
    y=lambda xp, g, x, y: half_at_ties(xp, g, y <= x, x == y),
)


def ignoring_nan(kernel: Any) -> Any:
    """An extreme for which nan counts for nothing."""

    def chosen(x: Array, y: Array) -> Array:
        if x.dtype.kind not in "fV":
            return kernel(x, y)
        return np.where(np.isnan(x), y, np.where(np.isnan(y), x, kernel(x, y)))

    return chosen


fmax = binary(
    "fmax", ignoring_nan(kernels.maximum), scalars=False, inplace=False,
    x=lambda xp, g, x, y: xp.where(xp.logical_or(x >= y, xp.isnan(y)), g, 0.0),
    y=lambda xp, g, x, y: xp.where(xp.logical_or(x >= y, xp.isnan(y)), 0.0, g),
)
fmin = binary(
    "fmin", ignoring_nan(kernels.minimum), scalars=False, inplace=False,
    x=lambda xp, g, x, y: xp.where(xp.logical_or(x <= y, xp.isnan(y)), g, 0.0),
    y=lambda xp, g, x, y: xp.where(xp.logical_or(x <= y, xp.isnan(y)), 0.0, g),
)


@op("where_", method=False, module=False, node="WhereBackward0", vocabulary=False,
    x=broadcast_sum(lambda xp, g, condition: xp.where(condition, g, 0.0), "x"),
    y=broadcast_sum(lambda xp, g, condition: xp.where(condition, 0.0, g), "y"))
def where_(condition: Array, x: Array, y: Array):
    """``x`` where the condition holds, ``y`` elsewhere."""
    return np.where(condition, *together(x, y))


def as_operand(value: Any, beside: Any) -> Tensor:
    """A number beside a tensor, as a 0-d tensor that promotes like a number."""
    if isinstance(value, Tensor):
        return value
    if isinstance(beside, Tensor):
        return FUNCTIONS["scalar_tensor"](value, dtype=dtypes.result_type(beside._data, value))
    return FUNCTIONS["tensor"](value)


def where(condition: Tensor, input: Any = None, other: Any = None, *, out: Tensor | None = None) -> Any:
    """``input`` where the condition holds, ``other`` elsewhere; alone, the places where it holds."""
    if input is None and other is None:
        return FUNCTIONS["nonzero"](condition, as_tuple=True)
    if condition._data.dtype.kind != "b":
        if condition._data.dtype != np.uint8:
            raise RuntimeError(
                f"where expected condition to be a boolean tensor, but got a tensor with dtype "
                f"{condition.dtype.scalar_type}"
            )
        condition = wrap(condition._data != 0)
    result = where_(condition, as_operand(input, other), as_operand(other, input))
    return result if out is None else write_out("where", out, result, (input, other))


arrays.where = np.where
tensors.where = where
publish("where", where, method=False)
publish("where", lambda self, condition, other: where(condition, self, other), module=False)


def clamp_bounds(xp, g, x, min, max):
    """The gradient passes where no bound cuts."""
    mask = None
    if min is not None:
        mask = x >= min
    if max is not None:
        mask = x <= max if mask is None else xp.logical_and(mask, x <= max)
    return xp.where(mask, g, 0.0)


@op("clamp_numbers", method=False, module=False, node="ClampBackward1", x=clamp_bounds)
def clamp_numbers(x: Array, min, max):
    """``x`` within two numbers."""
    if x.dtype.kind == "c":
        raise RuntimeError("clamp is not supported for complex types")
    wanted = dtypes.result_type(x, *[each for each in (min, max) if each is not None]).numpy
    x = x.astype(wanted, copy=False)
    return kernels.clamp(x, *[None if each is None else bound_in(each, x.dtype) for each in (min, max)])


def bound_in(value: Any, dtype: np.dtype[Any]) -> Array:
    """A bound in the dtype of what it bounds."""
    return np.array(value).astype(dtype)


def clamp_tensor_x(xp, g, x, min, max):
    """The gradient passes where no bound cuts."""
    if min is None:
        return xp.where(x <= max, g, 0.0)
    if max is None:
        return xp.where(x >= min, g, 0.0)
    return xp.where(xp.logical_and(x >= min, x <= max), g, 0.0)


def clamp_min_bound(xp, g, x, min, max):
    """The lower bound's part: where it cuts and the upper one does not cut it."""
    mask = x < min if max is None else xp.logical_and(x < min, min < max)
    return xp.where(mask, g, 0.0)


def clamp_max_bound(xp, g, x, min, max):
    """The upper bound's part: where it cuts, or overrules the lower one."""
    mask = x > max if min is None else xp.logical_or(x > max, max < min)
    return xp.where(mask, g, 0.0)


@op("clamp_tensors", method=False, module=False, node="ClampBackward0", x=broadcast_sum(clamp_tensor_x, "x"),
    min=broadcast_sum(clamp_min_bound, "min"), max=broadcast_sum(clamp_max_bound, "max"))
def clamp_tensors(x: Array, min: Array | None, max: Array | None):
    """``x`` within bounds for each element."""
    given = together(*[each for each in (x, min, max) if each is not None])
    x = given.pop(0)
    return kernels.clamp(x, given.pop(0) if min is not None else None, given.pop(0) if max is not None else None)


def clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Tensor:
    """``input`` within bounds, numbers or tensors."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        bounds = [each if each is None else as_operand(each, input) for each in (min, max)]
        result = clamp_tensors(input, *bounds)
    else:
        result = clamp_numbers(input, min, max)
    return result if out is None else write_out("clamp", out, result, (input,))


def one_bound(name: str, argument: str) -> None:
    """Declare ``clamp_min`` or ``clamp_max``."""

    def function(input: Tensor, bound: Any = None, *, out: Tensor | None = None, **named: Any) -> Tensor:
        return clamp(input, out=out, **{argument: named.get(argument, bound)})

    publish(name, function)
    publish(name + "_", in_place(function))


publish("clamp", clamp)
publish("clamp_", in_place(clamp))
publish("clip", lambda input, min=None, max=None, *, out=None: clamp(input, min, max, out=out))
publish("clip_", in_place(clamp))
one_bound("clamp_min", "min")
one_bound("clamp_max", "max")


@op(inplace=True, x=lambda xp, g, x: xp.where(xp.isfinite(x), g, 0.0))
def nan_to_num(x: Array, nan=0.0, posinf=None, neginf=None):
    """nan and infinities replaced by numbers."""
    return kernels.nan_to_num(x, 0.0 if nan is None else nan, posinf, neginf)
