"""Arithmetic of tensors and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._core import dtypes, errors
from .._core.errors import Misfit
from .._core.families import NUMBERS, bad_arguments, binary, no_descriptor, unary, with_out
from .._core.forms import (
    FUNCTIONS,
    alias,
    attach,
    begin_out,
    begin_write,
    commit,
    in_place,
    publish,
    refuse_partial_overlap,
    suits,
    wants_grad,
    write_out,
)
from .._core.modes import altered, mode
from .._core.operations import op
from .._core.options import NOTHING, checked, stumbled
from .._core.quiet import quietly
from .._core.recording import Formula, arrays, tensors
from .._core.tensor import OutdatedView, Tensor
from .._core.views import check_write, look_for_histories
from .._kernels import elementwise as kernels
from .._kernels.fused import fma32, fma64, in_vectors
from .._kernels.layout import broadcast_shapes, in_order
from .._kernels.scalar_types import UNSIGNED, not_implemented
from . import entry

Array = np.ndarray


def underivable(name: str) -> Formula:
    """The formula of an operation whose derivative torch has not either."""

    def formula(xp: Any, g: Any) -> Any:
        raise RuntimeError(f"derivative for {name} is not implemented")

    return formula


DESCRIPTORS = ("__rand__", "__ror__", "__rxor__")
"""Reflected operators that torch does not write in Python."""


def operator(function: Callable[[Any, Any], Tensor], title: str) -> Callable[[Any, Any], Any]:
    """A function of two as Python's operator: NotImplemented beside anything but tensors and numbers.

    So a NumPy array on the right is asked in its turn, and on the left has refused already, as in torch.
    """
    quick = getattr(function, "reflected" if title[:3] == "__r" else "operator", None)
    if quick is not None:
        return quick

    def form(x: Any, y: Any) -> Any:
        if not isinstance(x, Tensor):
            if title in DESCRIPTORS:
                raise no_descriptor(title, x)
            return NotImplemented
        if isinstance(y, (Tensor, int, float, complex)):
            return function(x, y)
        if isinstance(y, np.generic):
            return function(x, y.item())
        return NotImplemented

    return form


def operators(name: str, function: Callable[..., Any], reflected: Callable[..., Any] | None = None) -> None:
    """Attach ``__name__``, its reflected and its in-place form."""
    setattr(Tensor, f"__{name}__", operator(function, f"__{name}__"))
    if reflected is not None:
        setattr(Tensor, f"__r{name}__", operator(reflected, f"__r{name}__"))


def renamed(function: Any, name: str) -> Any:
    function.__name__ = function.__qualname__ = name
    return function


# ---- + and -


def check_alpha(name: str, alpha: Any, *operands: Any) -> None:
    """A factor must not have a higher category than what it multiplies."""
    if isinstance(alpha, bool):
        if any(isinstance(each, Tensor) and each._data.dtype.kind != "b" for each in operands):
            raise RuntimeError("Boolean alpha only supported for Boolean results.")
        return
    integral = all(
        each._data.dtype.kind in "biu" if isinstance(each, Tensor) else isinstance(each, int) for each in operands
    )
    if integral and isinstance(alpha, float):
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number."
        )


def complex_sum(sign: int) -> Callable[[Array, Array], Array]:
    """``x ± y`` of complex numbers: torch takes y times one first, which changes zeros and what is not finite."""

    def kernel(x: Array, y: Array) -> Array:
        return np.asarray(np.add(x, y * y.dtype.type(sign)))

    return kernel


_add = binary("add", np.add, x=lambda xp, g: g, y=lambda xp, g: g, of_complex=complex_sum(1))


def check_bools(x: Any, y: Any) -> None:
    """torch subtracts no bools."""
    kinds = [each._data.dtype.kind == "b" if isinstance(each, Tensor) else isinstance(each, bool) for each in (x, y)]
    if any(kinds):
        look_for_histories((x, y))
    if all(kinds):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    if any(kinds):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )


def subtract(a: Array, b: Array) -> Array:
    """The difference; for bools, which NumPy refuses, the caller has spoken already."""
    return np.subtract(a, b)


_sub = binary("sub", np.subtract, x=lambda xp, g: g, y=lambda xp, g: -g, of_complex=complex_sum(-1))


def times(xp: Any, g: Any, alpha: Any) -> Any:
    """``alpha * g``, conjugated where alpha is complex."""
    return g * (alpha.conjugate() if isinstance(alpha, complex) else alpha)


def scaled_sum(name: str, sign: int) -> Callable[..., Tensor]:
    """Declare ``x ± alpha * y``, rounded once."""

    @op(
        name + "_scaled",
        method=False,
        module=False,
        node=name.capitalize() + "Backward0",
        elementwise=("x", "y"),
        x=lambda xp, g, x_shape: xp.sum_to_size(g, x_shape),
        y=lambda xp, g, y_shape, alpha: xp.sum_to_size(times(xp, g, sign * alpha), y_shape),
    )
    def scaled(x: Array, y: Array, alpha):
        x, y = together(x, y)
        return add_scaled(x, y, sign * alpha)

    return scaled


def add_scaled(x: Array, y: Array, alpha: Any) -> Array:
    """``x + alpha * y`` in one dtype; float32 and float64 are rounded once, as torch's loops do."""
    kind = x.dtype.char
    if kind == "f":
        return fma32(y, np.float32(alpha), x)
    if kind == "d":
        return fma64(y, np.float64(alpha), x)
    if kind in "eE":
        return add_scaled_halves(x, y, np.array(alpha).astype(x.dtype))
    if kind in "?":
        return np.logical_or(x, y) if alpha else x.copy()
    return np.asarray(x + y * np.array(alpha).astype(x.dtype))


def add_scaled_halves(x: Array, y: Array, alpha: Array) -> Array:
    """``x + alpha * y`` of halves: in blocks of 32 rounded once, what is left over rounded after the product too."""
    wide, factor, one = y.astype(np.float32), np.float32(alpha), x.astype(np.float32)
    r = np.asarray((one + (wide * factor).astype(x.dtype).astype(np.float32)).astype(x.dtype))
    if r.size >= 32:
        whole = in_vectors(32, *[each for each in (x, y) if each.ndim])
        if whole.shape == r.shape:
            r[whole] = np.asarray(fma32(wide, factor, one)).astype(x.dtype)[whole]
    return r


_add_scaled = scaled_sum("add", 1)
_sub_scaled = scaled_sum("sub", -1)


@op(
    "rsub_tensor",
    method=False,
    module=False,
    node="RsubBackward0",
    elementwise=("y", "x"),
    x=lambda xp, g, x_shape, alpha: xp.sum_to_size(times(xp, g, -alpha), x_shape),
    y=lambda xp, g, y_shape: xp.sum_to_size(g, y_shape),
)
def _rsub_tensor(x: Array, y: Array, alpha):
    """``y - alpha * x``."""
    y, x = together(y, x)
    return np.asarray(np.subtract(y, x)) if alpha == 1 else add_scaled(y, x, -alpha)


def number_beside(value: Any, x: Any) -> Tensor:
    """A number as the 0-d tensor that it is beside ``x``."""
    return FUNCTIONS["scalar_tensor"](value, dtype=dtypes.result_type(x._data, value))


def signed(name: str, plain: Callable[..., Tensor], scaled: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """``add`` or ``sub`` with ``alpha``; also the two positional forms of old, where alpha came second."""

    def call(x: Any, y: Any, *, alpha: Any = 1) -> Tensor:
        if type(alpha) is int and alpha == 1:
            return plain(x, y)
        if not isinstance(alpha, NUMBERS) or not isinstance(x, (Tensor, *NUMBERS)):
            raise bad_arguments(name, (x, y), {"alpha": alpha})
        if not isinstance(x, Tensor):
            x = number_beside(x, y)
        if not isinstance(y, (Tensor, *NUMBERS)):
            raise bad_arguments(name, (x, y), {"alpha": alpha})
        if name == "sub":
            check_bools(x, y)
        check_alpha(name, alpha, x, y)
        if not isinstance(y, Tensor):
            y = number_beside(y, x)
        return scaled(x, y, alpha)

    def function(
        input: Any = NOTHING, other: Any = NOTHING, *rest: Any, alpha: Any = 1, out: Tensor | None = None,
        as_method: bool = False, **wrong: Any
    ) -> Tensor:
        if not rest and not wrong:
            try:
                if out is not None:
                    if name == "sub" and isinstance(out, Tensor) and not wants_grad(out, input, other):
                        check_bools(input, other)
                    begin_out(name, out, (input, other), as_method)
                r = call(input, other, alpha=alpha)
                return r if out is None else write_out(name, out, r, (input, other), as_method)
            except Misfit:
                pass
        if alpha is not one:
            wrong["alpha"] = alpha
        return stumbled(name, function, as_method, (input, other, *rest), with_out(wrong, out))

    one = 1
    attach(name, plain, function)
    return call


def _checked_sub(x: Any, y: Any) -> Tensor:
    if isinstance(y, bool) or isinstance(x, bool) or (isinstance(x, Tensor) and x._data.dtype.kind == "b") or (
        isinstance(y, Tensor) and y._data.dtype.kind == "b"
    ):
        check_bools(x, y)
    return _sub(x, y)


add = signed("add", _add, _add_scaled)
sub = signed("sub", _checked_sub, _sub_scaled)
tensors.sub = _sub


def add_(x: Tensor, other: Any = NOTHING, *rest: Any, alpha: Any = 1, **wrong: Any) -> Tensor:
    """``x += alpha * other``."""
    if rest or wrong:
        return stumbled("add_", add_, True, (x, other, *rest), {**wrong, "alpha": alpha} if alpha != 1 else wrong)
    if isinstance(other, Tensor) and x._created is None and type(x) is not OutdatedView and (
        (x._node is None and other._node is None) or (altered and not mode.enabled)
    ):
        a, b = x._data, other._data
        # Optimisers come here: one dtype, one shape, nothing recorded.
        if a.dtype.char in "fd" and b.dtype is a.dtype and a.shape == b.shape and a.flags.c_contiguous:
            if a.base is not None or b.base is not None:
                refuse_partial_overlap(a, b)
            if alpha == 1:
                quietly(np.add, a, b, a)
            elif a.dtype.char == "f":
                np.copyto(a, quietly(fma32, b, np.float32(alpha), a))
            else:
                np.copyto(a, fma64(b, np.float64(alpha), a))
            x._bump()
            return x
    if not suits(other):
        return stumbled("add_", add_, True, (x, other), {} if type(alpha) is int else {"alpha": alpha})
    begin_write(x, (other,))
    try:
        return commit(x, add(x, other, alpha=alpha))
    except Misfit:
        return stumbled("add_", add_, True, (x, other), {} if type(alpha) is int else {"alpha": alpha})


def sub_(x: Tensor, other: Any = NOTHING, *rest: Any, alpha: Any = 1, **wrong: Any) -> Tensor:
    """``x -= alpha * other``."""
    if rest or wrong:
        return stumbled("sub_", sub_, True, (x, other, *rest), {**wrong, "alpha": alpha} if alpha != 1 else wrong)
    if not suits(other):
        return stumbled("sub_", sub_, True, (x, other), {} if type(alpha) is int else {"alpha": alpha})
    check_write(x, other)
    check_bools(x, other)
    begin_write(x, (other,))
    try:
        return commit(x, sub(x, other, alpha=alpha))
    except Misfit:
        return stumbled("sub_", sub_, True, (x, other), {} if type(alpha) is int else {"alpha": alpha})


@op(
    "rsub_number",
    method=False,
    module=False,
    node="RsubBackward1",
    elementwise=("other", "x"),
    x=lambda xp, g, alpha: times(xp, g, -alpha),
)
def _rsub_number(x: Array, other, alpha):
    wanted = dtypes.result_type(x, other).numpy
    return add_scaled(
        np.broadcast_to(np.array(other).astype(wanted), x.shape), x.astype(wanted, copy=False), -alpha
    ) if alpha != 1 or wanted.kind == "c" else kernels.with_number(np.subtract, x, other, wanted, True)


def rsub(input: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
    """``other - alpha * input``."""
    if isinstance(other, Tensor):
        check_bools(input, other)
        check_alpha("rsub", alpha, input, other)
        return _rsub_tensor(input, other, alpha)
    check_bools(input, other) if input._data.dtype.kind == "b" or isinstance(other, bool) else None
    return _rsub_number(input, other, alpha)


Tensor.add_ = renamed(add_, "add_")  # type: ignore[attr-defined]
Tensor.sub_ = renamed(sub_, "sub_")  # type: ignore[attr-defined]
entry.publish("rsub", rsub, method=False)
operators("add", _add, _add)
operators("sub", _checked_sub, rsub)
alias("subtract", "sub")

# ---- * and /

def complex_product(x: Array, y: Array) -> Array:
    """``x * y`` of complex numbers: two vectors at a time each product is rounded, elsewhere one of them is fused."""
    made = np.asarray(np.multiply(x, y))
    if made.size * made.itemsize >= 64:
        whole = in_vectors(64 // made.itemsize, *[each for each in (x, y) if each.ndim])
        if whole.any():
            a, b = (np.broadcast_to(each, made.shape)[whole] for each in (x, y))
            made.real[whole] = a.real * b.real - a.imag * b.imag
            made.imag[whole] = a.real * b.imag + a.imag * b.real
    return made


mul = binary(
    "mul", np.multiply, x=lambda xp, g, y: g * xp.conj(y), y=lambda xp, g, x: g * xp.conj(x), of_complex=complex_product
)
_div = binary(
    "div",
    np.true_divide,
    dtypes.arithmetic_to_float,
    x=lambda xp, g, y: g / xp.conj(y),
    y=lambda xp, g, x, y: -g * xp.conj((x / y) / y),
)
reciprocal = unary("reciprocal", kernels.reciprocal, dtypes.to_float, x=lambda xp, g, out: -g * xp.conj(out * out))


def rounded_division(name: str, kernel: Any) -> Callable[..., Tensor]:
    """Declare a division rounded towards ``name``, whose derivative is zero; the operands are kept all the same."""
    return binary(
        f"div_{name}",
        kernel,
        x=lambda xp, g, y: xp.zeros_like(g),
        y=lambda xp, g, x, y: xp.zeros_like(g),
        method=False,
        module=False,
        inplace=False,
        node="DivBackward2",
    )


_div_floor = rounded_division("floor", kernels.floor_divide)
_div_trunc = rounded_division("trunc", kernels.trunc_divide)


def div(x: Any, y: Any, *, rounding_mode: str | None = None) -> Tensor:
    """The quotient, rounded towards zero ("trunc") or down ("floor") if asked for."""
    if rounding_mode is None:
        return _div(x, y)
    if not isinstance(rounding_mode, str):
        raise bad_arguments("div", (x, y), {"rounding_mode": rounding_mode})
    if rounding_mode == "floor":
        return _div_floor(x, y)
    if rounding_mode == "trunc":
        return _div_trunc(x, y)
    raise RuntimeError(
        f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
    )


def _div_function(
    input: Any = NOTHING, other: Any = NOTHING, *rest: Any, rounding_mode: str | None = None, out: Tensor | None = None,
    as_method: bool = False, **wrong: Any
) -> Tensor:
    if not rest and not wrong:
        try:
            if out is not None:
                begin_out("div", out, (input, other), as_method)
            r = div(input, other, rounding_mode=rounding_mode)
            return r if out is None else write_out("div", out, r, (input, other), as_method)
        except Misfit:
            pass
    if rounding_mode is not None:
        wrong["rounding_mode"] = rounding_mode
    return stumbled("div", _div_function, as_method, (input, other, *rest), with_out(wrong, out))


attach("div", _div, _div_function)
Tensor.div_ = checked("div_", method=True)(in_place(div))  # type: ignore[attr-defined]


def rdiv(x: Tensor, other: Any) -> Tensor:
    """``other / x`` as torch computes it: the reciprocal, multiplied."""
    return mul(reciprocal(x), other)


operators("mul", mul, mul)
operators("truediv", _div, rdiv)


def reflected_division(x: Tensor, y: Any) -> Any:
    """``y / x``; what cannot be multiplied cannot be divided either."""
    if not isinstance(x, Tensor):
        raise AttributeError(f"'{type(x).__name__}' object has no attribute 'reciprocal'")
    try:
        return reciprocal(x) * (y.item() if isinstance(y, np.generic) else y)
    except TypeError:
        return NotImplemented


Tensor.__rtruediv__ = Tensor.__rdiv__ = reflected_division  # type: ignore[attr-defined]
for _alias, _name in {"multiply": "mul", "divide": "div", "true_divide": "div"}.items():
    alias(_alias, _name)

# ---- // and %

floor_divide = binary(
    "floor_divide",
    kernels.floor_divide,
    x=underivable("aten::floor_divide"),
    y=underivable("aten::floor_divide"),
    node="NotImplemented",
)
operators("floordiv", floor_divide, lambda x, y: floor_divide(
    # A tensor on the left is asked second where the one on the right stands for others.
    y if isinstance(y, Tensor) else FUNCTIONS["scalar_tensor"](y, dtype=dtypes.result_type(x._data, y)), x))


def modulo(name: str, kernel: Any, quotient: str) -> Callable[..., Tensor]:
    """Declare ``remainder`` or ``fmod``, whose gradient passes to the dividend and, by the quotient, to the divisor."""
    title = name.capitalize()
    two = binary(
        name,
        kernel,
        x=lambda xp, g: g,
        y=lambda xp, g, x, y: -g * getattr(xp, quotient)(x, y),
        node=title + "Backward1",
    )

    @op(name + "_number", method=False, module=False, node=title + "Backward0", elementwise=("x", "other"),
        x=lambda xp, g: g)
    def one(x: Array, other):
        wanted = dtypes.result_type(x, other).numpy
        if wanted.char in UNSIGNED:
            raise not_implemented(f"{name}_cpu", wanted)
        return kernels.with_number(kernel, x, other, wanted)

    def call(x: Any, y: Any) -> Tensor:
        if isinstance(y, Tensor):
            if isinstance(x, Tensor):
                return two(x, y)
            if name == "fmod" or not isinstance(x, NUMBERS):
                raise bad_arguments(name, (x, y))
            return _remainder_of_number(x, y)
        if not isinstance(y, NUMBERS) or not isinstance(x, Tensor):
            raise bad_arguments(name, (x, y))
        return one(x, y)

    def function(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
        return call(input, other) if out is None else write_out(name, out, call(input, other), (input, other))

    attach(name, call, function, inplace=True)
    return call


@op(
    "remainder_of_number", method=False, module=False, node="NotImplemented", elementwise=("number", "y"),
    y=underivable("aten::remainder"),
)
def _remainder_of_number(number, y: Array):
    return kernels.with_number(kernels.remainder, y, number, dtypes.result_type(y, number).numpy, True)


remainder = modulo("remainder", kernels.remainder, "div_floor")
fmod = modulo("fmod", kernels.fmod, "div_trunc")
operators("mod", remainder, lambda x, y: remainder(y, x))

# ---- powers


def pow_base(xp, g, x, exponent):
    """``g * exponent * x ** (exponent - 1)``, and zero for the power of zero."""
    if exponent == 0:
        return xp.zeros_like(g)
    return g * xp.conj(xp.scale(xp.pow_number(x, exponent - 1), exponent))


@op("scale", method=False, module=False, node="MulBackward1", elementwise=("x", "number"),
    x=lambda xp, g, number: xp.scale(g, number))
def _scale(x: Array, number):
    """A tensor times a number that is no argument of anybody's: torch's formulas multiply so."""
    return x * number


@op("pow_number", method=False, module=False, node="PowBackward0", elementwise=("x",), x=pow_base)
def _pow_number(x: Array, exponent):
    """A tensor to the power of a number."""
    wanted = dtypes.result_type(x, exponent).numpy
    if wanted.char in UNSIGNED and exponent not in (0, 1):
        raise not_implemented("pow", wanted)
    return kernels.pow_number(x, exponent, wanted)


_power_kernel = arrays.pow_number
arrays.pow_number = lambda x, exponent: x if exponent == 1 else _power_kernel(x, exponent)


def pow_y(xp, g, x, y, out):
    """``g * out * log(x)``, and zero where zero is raised to a power that is not negative."""
    return g * xp.where(xp.logical_and(x == 0, xp.real_part(y) >= 0), 0.0, xp.conj(out * xp.log(x)))


def pow_x(xp, g, x, y):
    return xp.where(y == 0, 0.0, g * xp.conj(y * xp.pow_tensors(x, y - 1)))


_pow_tensors = binary(
    "pow_tensors", kernels.pow, x=pow_x, y=pow_y, method=False, module=False, inplace=False, node="PowBackward1",
    uncast="y",
    without=lambda x, y: (errors.subtracts_bools if y.dtype.kind == "b" else None, None),
)
arrays.pow_tensors = lambda x, y: kernels.pow(x, np.asarray(y, x.dtype))


@op(
    "pow_base_number",
    method=False,
    module=False,
    node="PowBackward2",
    exponent=lambda xp, g, exponent, out, base: g * xp.conj(out * power_logarithm(base)),
)
def _pow_base_number(base, exponent: Array):
    """A number to the power of a tensor."""
    wanted = dtypes.result_type(exponent, base).numpy
    return in_order(kernels.with_number(kernels.pow, exponent, base, wanted, True))


def power_logarithm(base: Any) -> Any:
    """The logarithm of the base; a base of zero has none and no gradient."""
    import cmath
    import math

    if isinstance(base, complex):
        return cmath.log(base)
    return math.log(base) if base > 0 else 0.0 if base == 0 else math.nan


def pow(x: Any, y: Any) -> Tensor:
    """``x`` to the power of ``y``."""
    if isinstance(y, Tensor):
        if isinstance(x, Tensor):
            return _pow_tensors(x, y)
        if not isinstance(x, NUMBERS):
            raise bad_arguments("pow", (x, y))
        return _pow_base_number(x, y)
    if not isinstance(x, Tensor) or not isinstance(y, NUMBERS):
        raise bad_arguments("pow", (x, y))
    return _pow_number(x, y)


def _pow_function(
    input: Any = NOTHING, exponent: Any = NOTHING, *rest: Any, out: Tensor | None = None, as_method: bool = False,
    **wrong: Any
) -> Tensor:
    if not rest and not wrong:
        try:
            r = pow(input, exponent)
            return r if out is None else write_out("pow", out, r, (input, exponent), as_method)
        except Misfit:
            pass
    return stumbled("pow", _pow_function, as_method, (input, exponent, *rest), with_out(wrong, out))


attach("pow", pow, _pow_function, inplace=True)
operators("pow", pow, lambda x, y: pow(y, x))


def square(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``input ** 2``."""
    return _pow_function(input, 2, out=out)


publish("square", square)
publish("square_", in_place(lambda x: pow(x, 2)))


def float_power(input: Any, exponent: Any, *, out: Tensor | None = None) -> Tensor:
    """``input`` to the power of ``exponent``, in double precision."""
    wanted = power_dtype(input, exponent)
    if out is not None and out.dtype is not wanted:
        raise RuntimeError(
            f"the output given to float_power has dtype {out.dtype.scalar_type} but the operation's result requires "
            f"dtype {wanted.scalar_type}"
        )
    cast: Any = complex if wanted is dtypes.complex128 else float
    operands = [tensors.to_dtype(each, wanted) if isinstance(each, Tensor) else cast(each)
                for each in (input, exponent)]
    return _pow_function(*operands, out=out)


def float_power_(x: Tensor, exponent: Any) -> Tensor:
    """``x`` to the power of ``exponent``, written into ``x``, which must be of double precision."""
    wanted = power_dtype(x, exponent)
    if x.dtype is not wanted:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {x.dtype.scalar_type} but the operation's result requires dtype "
            f"{wanted.scalar_type}"
        )
    if isinstance(exponent, Tensor):
        exponent = tensors.to_dtype(exponent, wanted)
    return x.pow_(exponent)  # type: ignore[attr-defined]


def power_dtype(*operands: Any) -> dtypes.dtype:
    """complex128 if anything is complex, else float64."""
    some = any(
        each._data.dtype.kind == "c" if isinstance(each, Tensor) else isinstance(each, complex) for each in operands
    )
    return dtypes.complex128 if some else dtypes.float64


entry.publish("float_power", float_power)
entry.publish("float_power_", float_power_, module=False)


# ---- signs and parts


def negative(x: Array) -> Array:
    """Minus ``x``; torch refuses bools."""
    if x.dtype.kind == "b":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead."
        )
    return np.negative(x)


neg = unary("neg", negative, x=lambda xp, g: -g)
alias("negative", "neg")


def positive(input: Tensor) -> Tensor:
    """``input`` itself; bools are refused."""
    if input._data.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


publish("positive", positive)
for _name, _form in {"__neg__": neg, "__pos__": positive}.items():
    setattr(Tensor, _name, _form)

# ---- three tensors


def no_quotient(x: Array) -> Callable[[], Exception]:
    """The refusal of a quotient in the memory of integers."""
    return lambda: dtypes.cannot_cast(dtypes.get_default_dtype(), dtypes.of(x))


def broadcast_sum(formula: Formula, name: str) -> Formula:
    """``formula``, its result summed to the shape of the argument ``name``."""
    inner = formula.__code__.co_varnames[2 : formula.__code__.co_argcount]

    def summed(xp: Any, g: Any, *values: Any) -> Any:
        made = formula(xp, g, *values[:-1])
        if xp is arrays and made.dtype != g.dtype and made.dtype.kind == "f" and g.dtype.kind in "fV":
            # Arrays of no dimensions do not promote others: what is added up has the dtype of the result.
            made = made.astype(g.dtype)
        return xp.sum_to_size(made, values[-1])

    summed.names = ("xp", "g", *inner, f"{name}_shape")  # type: ignore[attr-defined]
    return summed


def together(*operands: Array) -> list[Array]:
    """The arrays in the dtype they have in common."""
    shape = operands[0].shape
    for each in operands:
        if each.shape != shape:
            broadcast_shapes(*[one.shape for one in operands])
            break
    wanted = dtypes.result_type(*operands).numpy
    return [each.astype(wanted, copy=False) for each in operands]


@op(
    inplace=True,
    elementwise=("x", "tensor1", "tensor2"),
    x=broadcast_sum(lambda xp, g: g, "x"),
    tensor1=broadcast_sum(lambda xp, g, tensor2, value: g * xp.conj(tensor2 * value), "tensor1"),
    tensor2=broadcast_sum(lambda xp, g, tensor1, value: g * xp.conj(tensor1 * value), "tensor2"),
)
def addcmul(x: Array, tensor1: Array, tensor2: Array, *, value=1):
    """``x + value * tensor1 * tensor2``."""
    broadcast_shapes(x.shape, tensor1.shape, tensor2.shape)
    if x.dtype.kind == tensor1.dtype.kind == tensor2.dtype.kind == "b":
        raise NotImplementedError("\"addcmul_cpu_out\" not implemented for 'Bool'")
    x, tensor1, tensor2 = together(x, tensor1, tensor2)
    return kernels.addcmul(x, tensor1, tensor2, value)


@op(
    inplace=True,
    elementwise=("x", "tensor1", "tensor2"),
    x=broadcast_sum(lambda xp, g: g, "x"),
    tensor1=broadcast_sum(lambda xp, g, tensor2, value: g * xp.conj(xp.div(value, tensor2)), "tensor1"),
    tensor2=broadcast_sum(
        lambda xp, g, tensor1, tensor2, value: -g * xp.conj(tensor1 * value / (tensor2 * tensor2)), "tensor2"
    ),
    without=lambda x, tensor1, tensor2: (
        None, no_quotient(tensor2) if tensor2.dtype.kind in "biu" else None, None,
    ),
)
def addcdiv(x: Array, tensor1: Array, tensor2: Array, *, value=1):
    """``x + value * tensor1 / tensor2``."""
    check_quotient(tensor1, tensor2)
    x, tensor1, tensor2 = together(x, tensor1, tensor2)
    return kernels.addcdiv(x, tensor1, tensor2, value)


def check_quotient(tensor1: Array, tensor2: Array) -> None:
    """RuntimeError where both are integers."""
    if all(each.dtype.kind in "biu" for each in (tensor1, tensor2)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
            "true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value "
            "* torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value "
            "* tensor1 / tensor2), for all dtypes."
        )


def check_quotient_first(x: Tensor, tensor1: Any = None, tensor2: Any = None, value: Any = 1) -> None:
    if isinstance(tensor1, Tensor) and isinstance(tensor2, Tensor):
        check_quotient(tensor1._data, tensor2._data)


publish("addcdiv_", in_place(addcdiv, first=check_quotient_first), module=False)


@op(
    method=False,
    module=False,
    x=broadcast_sum(lambda xp, g, weight: g * (1 - xp.conj_number(weight)), "x"),
    end=broadcast_sum(lambda xp, g, weight: g * xp.conj_number(weight), "end"),
    node="LerpBackward0",
    elementwise=("x", "end"),
)
def lerp_number(x: Array, end: Array, weight):
    """``x + weight * (end - x)`` for a number."""
    x, end = together(x, end)
    return kernels.lerp(x, end, weight)


@op(
    inplace=True,
    method=False,
    module=False,
    x=broadcast_sum(lambda xp, g, weight: g * xp.conj(1 - weight), "x"),
    end=broadcast_sum(lambda xp, g, weight: g * xp.conj(weight), "end"),
    weight=broadcast_sum(lambda xp, g, x, end: g * xp.conj(end - x), "weight"),
    node="LerpBackward1",
    elementwise=("x", "end", "weight"),
)
def lerp_tensor(x: Array, end: Array, weight: Array):
    """``x + weight * (end - x)`` for a tensor of weights."""
    x, end, weight = together(x, end, weight)
    return kernels.lerp(x, end, weight)


arrays.conj_number = tensors.conj_number = lambda weight: weight.conjugate() if isinstance(weight, complex) else weight


def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """``input + weight * (end - input)``."""
    check_lerp(input, end, weight)
    return lerp_tensor(input, end, weight) if isinstance(weight, Tensor) else lerp_number(input, end, weight)


def check_lerp(input: Tensor, end: Any, weight: Any) -> None:
    """Misfit for what is no tensor or number, RuntimeError for two dtypes."""
    if not isinstance(end, Tensor) or not isinstance(weight, (Tensor, *NUMBERS)):
        raise Misfit
    given: dict[str, Tensor] = {"end": end}
    if isinstance(weight, Tensor) and weight._data.ndim:  # one of no dimensions is a number to torch
        given["weight"] = weight
    for name, each in given.items():
        if input._data.dtype != each._data.dtype:
            raise RuntimeError(f"expected dtype {input.dtype.c_name} for `{name}` but got dtype {each.dtype.c_name}")


publish("lerp", lambda input, end, weight, *, out=None: (
    lerp(input, end, weight) if out is None else write_out("lerp", out, lerp(input, end, weight), (input, end))))
publish("lerp_", in_place(lerp, first=check_lerp), module=False)
