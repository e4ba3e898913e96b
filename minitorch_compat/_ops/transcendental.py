"""Elementwise mathematics."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.errors import Misfit
from .._core.families import FLOAT32, FLOAT64, binary, unary
from .._core.forms import FUNCTIONS, alias, begin_out, in_place, publish, reached_twice, write_out
from .._core.graph import Nothing
from .._core.modes import mode
from .._core.operations import op
from .._core.recording import arrays, tensors
from .._core.scalars import cast, is_number, number_of
from .._core.tensor import Tensor, wrap
from .._kernels import elementwise as kernels
from .._kernels import gather, layout
from .._kernels import scalar_types as types
from .._kernels.fused import times_one_minus_square
from .._kernels.scalar_types import NARROW, UNSIGNED
from . import entry
from .arithmetic import broadcast_sum, together, underivable

Array = np.ndarray
to_float, keeps = dtypes.to_float, dtypes.keeps

# Vocabulary of formulas that is no operation of its own.


def conj_array(x: Any) -> Any:
    """The conjugate of an array; what is real comes back as it is, and so do numbers."""
    try:
        dtype = x.dtype
    except AttributeError:
        return x
    return x if dtype is FLOAT32 or dtype is FLOAT64 or dtype.kind != "c" else np.conj(x)


arrays.conj = conj_array

conjugated = unary(
    "conj_physical", lambda x: np.conj(x) if x.dtype.kind == "c" else x.copy(), x=lambda xp, g: xp.conj(g)
)
_conjugated_in_place = unary(
    "conj_physical_in_place", lambda x: np.conj(x) if x.dtype.kind == "c" else x.copy(), x=lambda xp, g: xp.conj(g),
    node="ConjPhysicalBackward1", inplace=False, method=False, module=False,
)  # fmt: skip
tensors.conj = lambda x: conjugated(x) if isinstance(x, Tensor) and x._data.dtype.kind == "c" else x


def conj_physical(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``input`` with the imaginary parts of the other sign; a real tensor is handed back itself."""
    if out is not None:
        begin_out("conj_physical", out, (input,))
    result = tensors.conj(input)
    return result if out is None else write_out("conj_physical", out, result, (input,))


publish("conj_physical", conj_physical)
conjugate_here = in_place(_conjugated_in_place)


def conj_physical_(input: Tensor) -> Tensor:
    """The same in its own place, where a real tensor stays as it is, also where a write would reach memory twice."""
    if input._data.dtype.kind != "c" and reached_twice(input._data) and (
        not input.requires_grad or not mode.enabled
    ):
        input._bump()
        return input
    return conjugate_here(input)


publish("conj_physical_", conj_physical_)


def real_parts(*operands: Any) -> list[Any]:
    """Which of several operands torch has no gradient of, where a real one would need the real part of it."""
    some = any(each is not None and each.dtype.kind == "c" for each in operands)
    return [errors.not_real if some and each is not None and each.dtype.kind in "fV" else None for each in operands]


def zero(xp, g):
    """A step function has no slope."""
    return xp.zeros_like(g)


# ---- exponentials and logarithms

exp = unary("exp", kernels.exp, to_float, x=lambda xp, g, out: g * xp.conj(out))
exp2 = unary("exp2", kernels.exp2, to_float, x=lambda xp, g, out: g * xp.conj(out) * math.log(2))
expm1 = unary("expm1", kernels.expm1, to_float, x=lambda xp, g, out: g * xp.conj(out + 1))
log = unary("log", kernels.log, to_float, x=lambda xp, g, x: g / xp.conj(x))
log2 = unary("log2", kernels.log2, to_float, x=lambda xp, g, x: g / xp.conj(x * 0.6931471805599453))
log10 = unary("log10", kernels.log10, to_float, x=lambda xp, g, x: g / xp.conj(x * 2.302585092994046))
log1p = unary("log1p", kernels.log1p, to_float, x=lambda xp, g, x: g / xp.conj(x + 1), node="Log1PBackward0")
@op(method=False, module=False, node="MulBackward1", x=lambda xp, g, number: g * number)
def times(x: Array, number):
    """``x * number``, as torch's own formulas multiply by a number."""
    return x * number


sqrt = unary("sqrt", kernels.sqrt, to_float, x=lambda xp, g, out: g / xp.conj(xp.times(out, 2)))
rsqrt = unary("rsqrt", kernels.rsqrt, to_float, x=lambda xp, g, out: g * -0.5 * xp.conj(xp.pow_number(out, 3)))

# ---- angles

sin = unary("sin", kernels.sin, to_float, x=lambda xp, g, x: g * xp.conj(xp.cos(x)))
cos = unary("cos", kernels.cos, to_float, x=lambda xp, g, x: g * -xp.conj(xp.sin(x)))
tan = unary("tan", kernels.tan, to_float, x=lambda xp, g, out: g * xp.conj(out * out + 1))
asin = unary("asin", kernels.asin, to_float, x=lambda xp, g, x: g * xp.conj(xp.rsqrt(-x * x + 1)))
acos = unary("acos", kernels.acos, to_float, x=lambda xp, g, x: g * -xp.conj(xp.rsqrt(-x * x + 1)))
atan = unary("atan", kernels.atan, to_float, x=lambda xp, g, x: g / xp.conj(x * x + 1))
sinh = unary("sinh", kernels.sinh, to_float, x=lambda xp, g, x: g * xp.conj(xp.cosh(x)))
cosh = unary("cosh", kernels.cosh, to_float, x=lambda xp, g, x: g * xp.conj(xp.sinh(x)))
tanh = unary("tanh", kernels.tanh, to_float, x=lambda xp, g, out: xp.tanh_backward(g, out))


@op(
    method=False,
    module=False,
    node="TanhBackwardBackward0",
    grad=lambda xp, g, y: xp.conj(xp.tanh_backward(xp.conj(g), y)),
    y=lambda xp, g, grad, y: xp.conj(g * xp.conj(grad) * y * -2.0),
)
def tanh_backward(grad: Array, y: Array):
    """``grad * (1 - y ** 2)``, with the square subtracted before it is rounded."""
    if y.dtype.char in "fd":
        return times_one_minus_square(grad, y)
    return grad * np.conj(1 - y * y)


def one_way(name: str, kernel: Any, formula: Any) -> Any:
    """Declare an operation that torch knows no way back from once it was done in place."""

    def refuse(xp, g):
        raise NotImplementedError(f"the derivative for 'inplace version of {name}' is not implemented.")

    written = unary(
        name, kernel, to_float, x=refuse, node=f"{name.capitalize()}Backward1", inplace=False, method=False,
        module=False,
    )
    made = unary(name, kernel, to_float, x=formula, inplace=False)
    entry.publish(name + "_", in_place(written))
    return made


asinh = one_way("asinh", kernels.asinh, lambda xp, g, x: g * xp.conj(xp.rsqrt(x * x + 1)))
acosh = one_way("acosh", kernels.acosh, lambda xp, g, x: g * xp.conj(xp.rsqrt(x * x - 1)))
atanh = one_way("atanh", kernels.atanh, lambda xp, g, x: g / xp.conj(1 - x * x))


def real_alone(name: str, kernel: Any, error: type[Exception] = RuntimeError) -> Any:
    """A kernel that complex numbers have no part in."""

    def checked(x: Array) -> Array:
        if x.dtype.kind == "c":
            raise error(f"{name} is not supported for complex tensors.")
        return kernel(x)

    return checked


deg2rad = unary("deg2rad", real_alone("deg2rad", kernels.deg2rad), to_float, x=lambda xp, g: g * (math.pi / 180),
                node="Deg2RadBackward0")
rad2deg = unary("rad2deg", real_alone("rad2deg", kernels.rad2deg), to_float, x=lambda xp, g: g * (180 / math.pi),
                node="Rad2DegBackward0")


def sinc_x(xp, g, x):
    """The quotient rule, and zero at zero."""
    turned = x * math.pi
    square = x * x * math.pi
    sine = xp.sin(turned)  # before the cosine: the way back adds up in this order
    slope = (turned * xp.cos(turned) - sine) / square
    return xp.where(square == 0, 0.0, g * xp.conj(slope))


def not_complex(name: str, kernel: Any, kinds: str = "c") -> Any:
    """A kernel that torch has for floating dtypes alone."""

    def checked(x: Array, y: Array) -> Array:
        if x.dtype.kind in kinds:
            raise NotImplementedError(f"\"{name}\" not implemented for '{dtypes.of(x).scalar_type}'")
        return kernel(x, y)

    return checked


def logarithmic(x: Array, y: Array) -> Array:
    """log(exp(x) + exp(y)); of complex numbers the one with the larger real part leads."""
    if x.dtype.kind in "biu":
        raise NotImplementedError(f"\"logaddexp_cpu\" not implemented for '{dtypes.of(x).scalar_type}'")
    if x.dtype.kind != "c":
        return kernels.logaddexp(x, y)
    first = x.real >= y.real
    high, low = np.where(first, x, y), np.where(first, y, x)
    return np.asarray(high + kernels.log1p(np.exp(low - high)), x.dtype)


def over_square(xp, x, y):
    """One over the square of the radius, zero in the middle."""
    square = x * x + y * y
    return xp.where(square == 0, 0.0, xp.reciprocal(square))


sinc = unary("sinc", kernels.sinc, to_float, x=sinc_x)
atan2 = binary(
    "atan2", not_complex("atan2_cpu", kernels.atan2), dtypes.arithmetic_to_float, scalars=False, uncast="xy",
    without=lambda x, y: (None, errors.negates_bools if x.dtype.kind == "b" else None),
    x=lambda xp, g, x, y: g * y * over_square(xp, x, y),
    y=lambda xp, g, x, y: g * -x * over_square(xp, x, y),
)
hypot = binary("hypot", kernels.hypot, scalars=False,
               x=lambda xp, g, x, out: g * (x / out), y=lambda xp, g, y, out: g * (y / out))
logaddexp = binary(
    "logaddexp", logarithmic, scalars=False, inplace=False,
    x=lambda xp, g, x, y: g / xp.conj(xp.exp(y - x) + 1), y=lambda xp, g, x, y: g / xp.conj(xp.exp(x - y) + 1),
    without=lambda x, y: (
        (errors.subtracts_bools, errors.subtracts_bools) if "b" in (x.dtype.kind, y.dtype.kind) else real_parts(x, y)
    ),
)
logaddexp2 = binary(
    "logaddexp2", not_complex("logaddexp2_cpu", kernels.logaddexp2, "biuc"), scalars=False, inplace=False,
    x=lambda xp, g, x, y: g / (xp.exp2(y - x) + 1), y=lambda xp, g, x, y: g / (xp.exp2(x - y) + 1),
)


def beside_numbers(
    name: str, title: str, kernel: Any, x: Any, y: Any, first: Any = None, inplace: bool = False
) -> Callable[..., Tensor]:
    """Declare a floating function of two tensors, or of a tensor and a number: three steps that graphs tell apart.

    ``x`` and ``y`` carry the gradient to tensors, ``first`` to one before a number, if by another formula.
    """
    both = binary(name, kernel, dtypes.arithmetic_to_float, x=x, y=y, scalars=False, method=False, module=False,
                  inplace=False, node=f"{title}Backward0", uncast="y")

    @op(f"{name}_of_number", method=False, module=False, node=f"{title}Backward1", elementwise=("x", "y"), y=y)
    def of_number(x, y: Array):
        return kernels.with_number(kernel, y, x, to_float(dtypes.result_type(y, x)).numpy, True)

    @op(f"{name}_number", method=False, module=False, node=f"{title}Backward2", elementwise=("x", "y"), x=first or x)
    def number(x: Array, y):
        return kernels.with_number(kernel, x, y, to_float(dtypes.result_type(x, y)).numpy)

    def of_arrays(x: Any, y: Any) -> Array:
        dtype = x.dtype if isinstance(x, Array) else y.dtype
        return kernel(np.asarray(x, dtype), np.asarray(y, dtype))

    def call(x: Any, y: Any) -> Tensor:
        if isinstance(x, Tensor) and isinstance(y, Tensor):
            return both(x, y)
        if isinstance(x, Tensor) and is_number(y):
            return number(x, y)
        if isinstance(y, Tensor) and is_number(x):
            return of_number(x, y)
        raise Misfit

    def function(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
        result = call(input, other)
        return result if out is None else write_out(name, out, result, (input, other))

    setattr(arrays, name, of_arrays)
    setattr(tensors, name, call)
    entry.publish(name, function, method=inplace, inplace=in_place(call) if inplace else None)
    return call


def times_logarithm(name: str, edge: int) -> tuple[Any, Any]:
    """Formulas for the first argument of ``xlogy`` and its kin: the logarithm, and nothing where zero made it zero."""
    return (
        lambda xp, g, x, y: xp.where(xp.logical_and(x == 0, y <= edge), 0.0, getattr(xp, name)(g, y)),
        lambda xp, g, x, y: (
            getattr(xp, name)(g, y) if y > edge else xp.where(x == 0, 0.0, getattr(xp, name)(g, y))
        ),
    )


_x, _beside = times_logarithm("xlogy", 0)
xlogy = beside_numbers("xlogy", "Xlogy", not_complex("xlogy_cpu", kernels.xlogy), _x, lambda xp, g, x, y: g * x / y,
                       _beside, inplace=True)

# ---- signs, sizes and parts


def size_of(x: Array) -> Array:
    """The absolute value; of a complex number its length."""
    if x.dtype.kind == "b":
        raise NotImplementedError("\"abs_cpu\" not implemented for 'Bool'")
    if x.dtype.kind == "c":
        r = kernels.abs(x)
        return as_laid_out(r, x) if r.ndim else r
    r = np.asarray(np.abs(x))
    return r if r.ndim < 2 else layout.laid_out(r, x)


def as_laid_out(r: Array, x: Array) -> Array:
    """``r`` with the strides of an ``empty_like(x)``."""
    made = layout.empty_like(x, r.dtype)
    made[...] = r
    return made


def abs_x(xp, g, x):
    return g * xp.sgn(x)


abs = unary("abs", size_of, x=abs_x, arranged=True)


def refuse_complex(x: Tensor) -> None:
    """Lengths of complex numbers have no room in their place."""
    if x._data.dtype.kind == "c":
        raise RuntimeError("In-place abs is not supported for complex tensors.")


entry.publish("abs_", in_place(abs, first=refuse_complex))
sign = unary("sign", kernels.sign, x=zero)


def sgn_x(xp, g, x, out):
    """Zero for real numbers; a complex sign turns with its argument."""
    if not is_complex(x):
        zeros = xp.zeros_like(g)
        return zeros.view(Nothing) if xp is arrays else zeros
    size = xp.abs(x)
    turned = xp.real_part(g * xp.conj(out)) * out
    return xp.where(size == 0, 0.0, (g - turned) / size)


def is_complex(x: Any) -> bool:
    return x.dtype.kind == "c" if isinstance(x, np.ndarray) else x.is_complex()


arrays.real_part = lambda x: x.real
tensors.real_part = lambda x: x.real
sgn = unary("sgn", kernels.sgn, x=sgn_x)
Tensor.__abs__ = abs  # type: ignore[attr-defined]
for _alias, _name in {
    "absolute": "abs", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "arctan2": "atan2",
}.items():
    alias(_alias, _name)



def steps(name: str, kernel: Any) -> Any:
    """A rounding, which complex numbers have no part in."""

    def checked(x: Array) -> Array:
        if x.dtype.kind == "c":
            raise NotImplementedError(f"{name} is not supported for complex inputs")
        return kernel(x)

    return unary(name, checked, x=zero)


floor = steps("floor", kernels.floor)
ceil = steps("ceil", kernels.ceil)
trunc = steps("trunc", kernels.trunc)
frac = unary("frac", kernels.frac, x=lambda xp, g: g)
alias("fix", "trunc")
_round = unary("round", kernels.round, x=zero, method=False, module=False)


@op("round_decimals", method=False, module=False, node="RoundBackward1", x=zero)
def _round_decimals(x: Array, decimals):
    """To a number of decimals."""
    return kernels.round(x, decimals)


def round(input: Tensor, *, decimals: int | None = None, out: Tensor | None = None) -> Tensor:
    """To the nearest integer, or to so many decimals; halves go to the even neighbour."""
    if out is not None:
        begin_out("round", out, (input,))
    result = _round(input) if decimals is None else _round_decimals(input, decimals)
    return result if out is None else write_out("round", out, result, (input,))


publish("round", round)
publish("round_", in_place(round))

def copysign_x(xp, g, x, out):
    """One where the sign stayed, minus one where it turned, and nothing at zero."""
    return g * xp.where(x == 0, 0.0, out / xp.where(x == 0, 1.0, x))


_copysign = not_complex("copysign_cpu", kernels.copysign)
arrays.zeros_of = lambda g, shape: np.zeros(shape, g.dtype)
tensors.zeros_of = lambda g, shape: FUNCTIONS["zeros"](shape, dtype=g.dtype)


@op("copysign_tensors", method=False, module=False, node="CopysignBackward0", elementwise=("x", "y"),
    x=broadcast_sum(copysign_x, "x"), y=lambda xp, g, y_shape: xp.written(xp.zeros_of(g, y_shape)))
def copysign_tensors(x: Array, y: Array):
    """``x`` with the signs of ``y``."""
    layout.broadcast_shapes(x.shape, y.shape)
    wanted = dtypes.arithmetic_to_float(x, y).numpy
    return _copysign(x.astype(wanted, copy=False), y.astype(wanted, copy=False))


@op("copysign_number", method=False, module=False, node="CopysignBackward1", elementwise=("x", "other"), x=copysign_x)
def copysign_number(x: Array, other):
    """``x`` with the sign of a number."""
    wanted = to_float(dtypes.result_type(x, other)).numpy
    return _copysign(x.astype(wanted, copy=False), np.asarray(other, wanted))


def copysign(input: Tensor, other: Any, *, out: Tensor | None = None) -> Tensor:
    """``input`` with the sign of ``other``."""
    call = copysign_tensors if isinstance(other, Tensor) else copysign_number
    if call is copysign_number and not is_number(other):
        raise Misfit
    result = call(input, other)
    return result if out is None else write_out("copysign", out, result, (input, other))


entry.publish("copysign", copysign, inplace=in_place(copysign))


def like_with_like(kernel: Any) -> Callable[..., Tensor]:
    """``heaviside`` of tensors of one real dtype."""

    def form(input: Tensor, values: Tensor) -> Tensor:
        check_alike(input, values)
        return kernel(input, values)

    return form


def check_alike(input: Tensor, values: Tensor) -> None:
    """RuntimeError for complex tensors and for two dtypes."""
    if "c" in (input._data.dtype.kind, values._data.dtype.kind):
        raise RuntimeError("heaviside is not yet implemented for complex tensors.")
    if input._data.dtype != values._data.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")


nextafter = binary(
    "nextafter", kernels.nextafter, scalars=False, x=lambda xp, g, x, y: xp.where(x != y, g, 0.0),
    y=lambda xp, g, y: xp.written(xp.zeros_like(y)),
)
heaviside = binary(
    "heaviside", kernels.heaviside, scalars=False, x=underivable("aten::heaviside"), y=underivable("aten::heaviside"),
    node="NotImplemented",
)
heaviside = like_with_like(heaviside)


def heaviside_(input: Tensor, values: Tensor, *, out: Tensor | None = None) -> Tensor:
    """0 below zero, 1 above, ``values`` at zero."""
    result = heaviside(input, values)
    return result if out is None else write_out("heaviside", out, result, (input, values))


entry.publish("heaviside", heaviside_)
entry.publish("heaviside_", in_place(heaviside, first=check_alike), module=False)
gcd = binary("gcd", kernels.gcd, scalars=False)
lcm = binary("lcm", kernels.lcm, scalars=False)


@op(
    "ldexp_",
    method=False,
    module=False,
    node="LdexpBackward0",
    x=broadcast_sum(lambda xp, g, y: g * xp.conj(xp.exp2(y)), "x"),
    y=broadcast_sum(lambda xp, g, out: g * xp.conj(out * 0.6931471805599453), "y"),
)
def scaled_by_power(x: Array, y: Array):
    """``x * 2 ** y``."""
    if x.dtype.kind in "fV" and y.dtype.kind in "biu":
        if y.dtype.kind == "b":
            raise NotImplementedError("\"ldexp_cpu_exp\" not implemented for 'Bool'")
        return np.asarray(kernels.widened(x).astype(np.float64) * np.exp2(y.astype(np.float64))).astype(x.dtype)
    power = kernels.with_number(kernels.pow, y, 2.0, dtypes.arithmetic_to_float(y, 2.0).numpy, True)
    return np.multiply(*together(x, power))


def ldexp(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``input * 2 ** other``."""
    result = scaled_by_power(input, other)
    return result if out is None else write_out("ldexp", out, result, (input, other))


def begin_ldexp(x: Tensor, other: Any = None) -> None:
    """Refuse a result that does not fit, before sizes are looked at."""
    if isinstance(other, Tensor) and x._data.dtype.kind in "biu":
        raise RuntimeError(f"ldexp can't be cast to the desired output type {x.dtype.scalar_type}")


entry.publish("ldexp", ldexp, inplace=in_place(ldexp, first=begin_ldexp))


def angles(x: Array) -> Array:
    """The angles of complex numbers, in fresh memory; of real ones zero or half a turn."""
    if x.dtype.kind in "biu":
        r = np.asarray(kernels.angle(x.astype(dtypes.get_default_dtype().numpy)))
        return r if r.ndim < 2 else layout.laid_out(r, layout.empty_like(x))
    r = np.asarray(kernels.angle(x))
    return r if r.ndim < 2 else layout.in_order(r) if x.dtype.kind == "c" else layout.laid_out(r, x)


angle = unary(
    "angle", angles, inplace=False, arranged=True,
    x=lambda xp, g, x: xp.zeros_like(g)
    if not is_complex(x) else xp.where(x == 0, 0.0, x / xp.abs(x) / xp.abs(x) * g * 1j),
)

# ---- choosing


def half_at_ties(xp, g, lost, tie):
    """The gradient goes to who has not lost, which nan never does, in halves where both win."""
    return xp.where(lost, 0.0, xp.where(tie, g / 2, g))




def in_one_dtype(name: str, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Give tensors of two dtypes the one they share before ``function`` sees them, not a wider one."""

    def form(input: Tensor, other: Tensor) -> Tensor:
        if input._data.dtype != other._data.dtype:
            wanted = dtypes.result_type(input._data, other._data)
            input, other = tensors.to_dtype(input, wanted), tensors.to_dtype(other, wanted)
        return function(input, other)

    def with_out(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
        result = form(input, other)
        return result if out is None else write_out(name, out, result, (input, other))

    entry.publish(name, with_out, method=False)
    entry.publish(name, form, module=False)
    entry.publish(name + "_", in_place(form))
    return form


gcd = in_one_dtype("gcd", gcd)
lcm = in_one_dtype("lcm", lcm)
entry.guard("atan2", "arctan2", "hypot", "logaddexp", "logaddexp2", "nextafter", "gcd", "lcm", tensors=2)
entry.guard("xlogy")
maximum = binary(
    "maximum", kernels.maximum, scalars=False, inplace=False,
    x=lambda xp, g, x, y: xp.written(half_at_ties(xp, g, x < y, x == y)),
    y=lambda xp, g, x, y: xp.written(half_at_ties(xp, g, x > y, x == y)),
)
minimum = binary(
    "minimum", kernels.minimum, scalars=False, inplace=False,
    x=lambda xp, g, x, y: xp.written(half_at_ties(xp, g, x > y, x == y)),
    y=lambda xp, g, x, y: xp.written(half_at_ties(xp, g, x < y, x == y)),
)


def ignoring_nan(kernel: Any) -> Any:
    """An extreme for which nan counts for nothing."""

    def chosen(x: Array, y: Array) -> Array:
        if x.dtype.kind == "c":
            raise RuntimeError(f"f{kernel.__name__[:3]} not implemented for complex tensors.")
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


entry.guard("maximum", "minimum", "fmax", "fmin", tensors=2)


@op("where_", method=False, module=False, node="WhereBackward0", vocabulary=False,
    elementwise=("condition", "x", "y"), without=real_parts,
    x=broadcast_sum(lambda xp, g, condition: xp.where(condition, g, 0.0), "x"),
    y=broadcast_sum(lambda xp, g, condition: xp.where(condition, 0.0, g), "y"))
def where_(condition: Array, x: Array, y: Array):
    """``x`` where the condition holds, ``y`` elsewhere."""
    layout.broadcast_shapes(condition.shape, x.shape, y.shape)
    return gather.where(condition, *together(x, y))


def as_operand(value: Any, beside: Any) -> Tensor:
    """A number beside a tensor, as a 0-d tensor that promotes like a number."""
    if isinstance(value, Tensor):
        return value
    if isinstance(beside, Tensor):
        make = FUNCTIONS["tensor" if beside._data.dtype.char in NARROW else "scalar_tensor"]
        return make(value, dtype=dtypes.result_type(beside._data, value))
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
    if out is not None:
        begin_out("where", out, (condition, input, other))
        wanted = dtypes.result_type(*[each._data if isinstance(each, Tensor) else each for each in (input, other)])
        if out.dtype is not wanted:
            raise RuntimeError(f"Expected out type to be {wanted.scalar_type} but got {out.dtype.scalar_type}")
    result = where_(condition, as_operand(input, other), as_operand(other, input))
    return result if out is None else write_out("where", out, result, (input, other))




def array_where(condition: Array, x: Any, y: Any) -> Array:
    """``np.where`` with the memory order of the argument that has a shape of its own."""
    r = np.where(condition, x, y)
    like = x if isinstance(x, np.ndarray) else y
    if isinstance(like, np.ndarray) and r.dtype is not like.dtype:
        # Beside a Python number NumPy widens dtypes that are not its own.
        r = r.astype(like.dtype, copy=False)
    if r.ndim < 2 or condition.flags.c_contiguous:
        return r
    operands = [each for each in (condition, x, y) if isinstance(each, np.ndarray)]
    out = layout.elementwise_output(r.shape, r.dtype, *operands)
    out[...] = r
    return out


arrays.where = array_where
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


@op("clamp_numbers", method=False, module=False, node="ClampBackward1", elementwise=("x",), x=clamp_bounds)
def clamp_numbers(x: Array, min, max):
    """``x`` within two numbers."""
    return clamp_kernel(x, min, max)


def clamp_kernel(x: Array, min: Any, max: Any) -> Array:
    if x.dtype.kind == "c":
        raise NotImplementedError("clamp is not supported for complex types")
    wanted = dtypes.result_type(x, *[each for each in (min, max) if each is not None])
    if wanted.is_complex:
        raise NotImplementedError("clamp is not supported for complex types")
    if wanted.numpy.char in UNSIGNED:
        one = "" if None not in (min, max) else "_min" if max is None else "_max"
        raise types.not_implemented(f"clamp{one}_scalar_cpu", wanted.numpy)
    x = x.astype(wanted.numpy, copy=False)
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


@op("clamp_tensors", method=False, module=False, node="ClampBackward0", elementwise=("x", "min", "max"),
    x=broadcast_sum(clamp_tensor_x, "x"),
    min=broadcast_sum(clamp_min_bound, "min"), max=broadcast_sum(clamp_max_bound, "max"))
def clamp_tensors(x: Array, min: Array | None, max: Array | None):
    """``x`` within bounds for each element."""
    given = [each for each in (x, min, max) if each is not None]
    if x.dtype.kind == "c":
        raise NotImplementedError("clamp is not supported for complex types")
    given = together(*given)
    x = given.pop(0)
    if x.dtype.kind == "c" or x.dtype.char in UNSIGNED:
        name = "clamp" if len(given) == 2 else "minimum" if min is None else "maximum"
        raise types.not_implemented(f"{name}_cpu", x.dtype)
    return kernels.clamp(x, given.pop(0) if min is not None else None, given.pop(0) if max is not None else None)


def clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Tensor:
    """``input`` within bounds, numbers or tensors."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    bounds = [each for each in (min, max) if each is not None]
    if all(isinstance(each, Tensor) for each in bounds):
        result = clamp_tensors(input, min, max)
    elif all(is_number(each) for each in bounds):
        result = clamp_numbers(input, *[None if each is None else bound_of(input, each) for each in (min, max)])
    else:
        raise Misfit
    return result if out is None else write_out("clamp", out, result, (input,))


def bound_of(input: Tensor, value: Any) -> Any:
    """A bound as a number; those of floating numbers are real, however they are written."""
    value = number_of(value)
    return cast(value, dtypes.float64).item() if type(value) is complex and input.dtype.is_floating_point else value


def one_bound(name: str, argument: str) -> None:
    """Declare ``clamp_min`` or ``clamp_max``."""

    title = "".join(part.capitalize() for part in name.split("_"))
    lower = argument == "min"

    @op(
        name + "_number", method=False, module=False, node=f"{title}Backward0", elementwise=("x",),
        x=lambda xp, g, x, bound: xp.where(x >= bound if lower else x <= bound, g, 0.0),
    )
    def number(x: Array, bound):
        if x.dtype.kind == "b" and isinstance(bound, bool) and x.size:
            raise types.not_implemented(f"{name}_scalar_cpu", x.dtype)
        return clamp_kernel(x, *((bound, None) if lower else (None, bound)))

    @op(
        name + "_tensor", method=False, module=False, node=f"{title}Backward1", elementwise=("x", "bound"),
        x=broadcast_sum(lambda xp, g, x, bound: xp.where(x >= bound if lower else x <= bound, g, 0.0), "x"),
        bound=broadcast_sum(lambda xp, g, x, bound: xp.where(x < bound if lower else x > bound, g, 0.0), "bound"),
    )
    def tensor(x: Array, bound: Array):
        x, bound = together(x, bound)
        if x.dtype.kind == "c" or x.dtype.char in UNSIGNED:
            raise types.not_implemented("maximum_cpu" if lower else "minimum_cpu", x.dtype)
        return kernels.clamp(x, *((bound, None) if lower else (None, bound)))

    def function(input: Tensor, bound: Any, *, out: Tensor | None = None) -> Tensor:
        result = (tensor if isinstance(bound, Tensor) else number)(input, bound)
        return result if out is None else write_out(name, out, result, (input,))

    def form(input: Tensor, *bound: Any, out: Tensor | None = None, **named: Any) -> Tensor:
        return function(input, *bound, *named.values(), out=out) if set(named) <= {argument} else function(**named)

    entry.publish(name, form, inplace=in_place(form, first=refuse_bound))


def refuse_bound(x: Tensor, *bounds: Any, **named: Any) -> None:
    """The same where it is one bound: tensors beside complex numbers are refused later, a complex number at once."""
    given = (*bounds, *named.values())
    if any(type(each) is complex for each in given):
        raise NotImplementedError("clamp is not supported for complex types")
    if x._data.dtype.kind != "c" or not any(isinstance(each, Tensor) for each in given):
        refuse_bounds(x, *bounds, **named)


def refuse_bounds(x: Tensor, *bounds: Any, **named: Any) -> None:
    """RuntimeError for numbers that ``x`` cannot be brought within in its own dtype."""
    if x._data.dtype.kind == "c":
        raise NotImplementedError("clamp is not supported for complex types")
    given = [each for each in (*bounds, *named.values()) if each is not None]
    numbers = not any(isinstance(each, Tensor) for each in given) and all(map(is_number, given))
    if numbers and not x.dtype.is_floating_point:
        wanted = dtypes.result_type(x._data, *given)
        if not dtypes.can_cast(wanted, x.dtype):
            raise RuntimeError(
                f"result type {wanted.scalar_type} can't be cast to the desired output type {x.dtype.c_name}"
            )


entry.publish("clamp", clamp, inplace=in_place(clamp, first=refuse_bounds))
entry.publish("clip", lambda input, min=None, max=None, *, out=None: clamp(input, min, max, out=out),
              inplace=in_place(clamp, first=refuse_bounds))
one_bound("clamp_min", "min")
one_bound("clamp_max", "max")


def nan_to_num_kernel(x: Array, nan=None, posinf=None, neginf=None):
    """nan and infinities replaced by numbers."""
    return as_laid_out(kernels.nan_to_num(x, 0.0 if nan is None else nan, posinf, neginf), x)


def where_finite(xp, g, x):
    return xp.where(xp.isfinite(x), g, 0.0)


nan_to_num = op("nan_to_num", real_only=True, x=where_finite)(nan_to_num_kernel)
# In its own place, torch does it to complex numbers that require grad as well.
_nan_to_num_here = op("nan_to_num_here", method=False, module=False, node="NanToNumBackward0", x=where_finite)(
    nan_to_num_kernel
)
nan_to_num_in_place = in_place(_nan_to_num_here)


def nan_to_num_(
    input: Tensor, nan: Any = None, posinf: Any = None, neginf: Any = None
) -> Tensor:
    """The same in its own place, where whole numbers stay as they are, also where a write would reach memory twice."""
    if input._data.dtype.kind in "iub" and reached_twice(input._data):
        input._bump()
        return input
    return nan_to_num_in_place(input, nan, posinf, neginf)


publish("nan_to_num_", nan_to_num_)


def numbers_for_others(
    input: Tensor, nan: Any = None, posinf: Any = None, neginf: Any = None, *, out: Tensor | None = None
) -> Tensor:
    """``nan_to_num``; RuntimeError for an ``out`` of another dtype."""
    if out is not None and input._data.dtype != out._data.dtype:
        own, given = out.dtype.scalar_type, input.dtype.scalar_type
        raise RuntimeError(f"nan_to_num: dtype of out: {own} should be same as input: {given}")
    result = nan_to_num(input, nan, posinf, neginf)
    return result if out is None else write_out("nan_to_num", out, result, (input,))


publish("nan_to_num", numbers_for_others, method=False)
