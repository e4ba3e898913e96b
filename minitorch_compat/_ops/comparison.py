"""Comparisons, logic and bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.errors import Misfit
from .._core.families import NUMBERS, bad_arguments, binary, refuse_narrow, unary
from .._core.forms import FUNCTIONS, in_place, publish, write_out
from .._core.operations import op
from .._core.tensor import Tensor, wrap
from .._core.warn import warn_once
from .._kernels import layout
from .._kernels.scalar_types import NARROW
from . import entry
from .arithmetic import operators
from .conversion import DISCARDS_IMAGINARY

ndarray = np.ndarray
Array = ndarray


def comparison(name: str, kernel: Any) -> Callable[..., Tensor]:
    """Declare a comparison; its result is bool, without a gradient."""
    return binary(name, kernel, dtypes.to_bool, same="biufcV")


def ordered(kernel: Any) -> Any:
    """Complex numbers have no order."""

    def checked(x: ndarray, y: ndarray) -> ndarray:
        if x.dtype.kind == "c":
            name = {"less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge"}[kernel.__name__]
            raise NotImplementedError(f'"{name}_cpu" not implemented for \'{dtypes.of(x).scalar_type}\'')
        return kernel(x, y)

    return checked


eq = comparison("eq", np.equal)
ne = comparison("ne", np.not_equal)
lt = comparison("lt", ordered(np.less))
le = comparison("le", ordered(np.less_equal))
gt = comparison("gt", ordered(np.greater))
ge = comparison("ge", ordered(np.greater_equal))


def written(name: str, compare: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The in-place form of a comparison: truth values in the tensor's own dtype, whose gradient is zero."""
    title = name.capitalize()

    @op(name + "_into_number", method=False, module=False, node=f"{title}Backward0", x=lambda xp, g: xp.zeros_like(g))
    def beside_number(x: Array, other):
        return arrays_compared(x, other).astype(x.dtype)

    @op(
        name + "_into_tensor", method=False, module=False, node=f"{title}Backward1",
        x=lambda xp, g: xp.zeros_like(g),
        other=lambda xp, g, other_shape: xp.written(xp.sum_to_size(xp.zeros_like(g), other_shape)),
    )
    def beside_tensor(x: Array, other: Array):
        return arrays_compared(x, other).astype(x.dtype)

    def arrays_compared(x: Array, other: Any) -> Array:
        return compare(wrap(x), wrap(other) if isinstance(other, ndarray) else other)._data

    def call(x: Tensor, other: Any) -> Tensor:
        made = (beside_tensor if isinstance(other, Tensor) else beside_number)(x, other)
        warn_of_complex(x, other)
        return made

    return in_place(call, to_bool=True)


def warn_of_complex(x: Tensor, other: Any) -> None:
    """Truth values reach a real tensor by way of the complex dtype they were found in, and torch warns as of a loss."""
    kind = other._data.dtype.kind if isinstance(other, Tensor) else "c" if isinstance(other, complex) else ""
    if kind == "c" and x._data.dtype.kind not in "cb" and x._data.size:
        warn_once(DISCARDS_IMAGINARY, stacklevel=5)


def named(function: Callable[[Any, Any], Tensor]) -> Callable[..., Tensor]:
    """A function of two whose second argument may be given under its name."""
    return lambda input, other: function(input, other)


def tensor_first(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A function of two whose first argument may not be a number."""

    def form(input: Tensor, other: Any, *, out: Tensor | None = None) -> Tensor:
        if not isinstance(input, Tensor):
            raise Misfit
        return function(input, other, out=out)

    return form


for _name, _function, _long in (
    ("eq", eq, None), ("ne", ne, "not_equal"), ("lt", lt, "less"), ("le", le, "less_equal"), ("gt", gt, "greater"),
    ("ge", ge, "greater_equal"),
):
    operators(_name, _function)
    _in_place = written(_name, _function)
    for _each in (_name, _long or ""):
        if _each:
            entry.publish(_each, tensor_first(FUNCTIONS[_name]), method=False)
            entry.publish(_each, named(_function), module=False)
            entry.publish(_each + "_", _in_place, module=False)



_equal_operator = Tensor.__eq__


def equal_operator(x: Any, y: Any) -> Any:
    """``==`` alone of all operators takes a NumPy array, as in torch."""
    return _equal_operator(x, FUNCTIONS["as_tensor"](y) if isinstance(y, ndarray) else y)


Tensor.__eq__ = equal_operator  # type: ignore[method-assign,assignment]


# ---- logic and bits


def truths(kernel: Any) -> Any:
    """A kernel that looks at whether elements are zero."""
    return lambda *arrays: kernel(*[each != 0 for each in arrays])


logical_and = binary("logical_and", truths(np.logical_and), dtypes.to_bool, same="biufcV", scalars=False)
logical_or = binary("logical_or", truths(np.logical_or), dtypes.to_bool, same="biufcV", scalars=False)
logical_xor = binary("logical_xor", truths(np.logical_xor), dtypes.to_bool, same="biufcV", scalars=False)
logical_not = unary("logical_not", lambda x: x == 0)


def warning(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A function of two with the warning of its in-place form."""

    def call(x: Tensor, other: Any) -> Tensor:
        made = function(x, other)
        warn_of_complex(x, other)
        return made

    return call


for _name, _function in {
    "logical_and_": logical_and, "logical_or_": logical_or, "logical_xor_": logical_xor, "logical_not_": logical_not,
}.items():
    publish(_name, in_place(_function if _function is logical_not else warning(_function), differentiable=False),
            module=False)
entry.guard("logical_and", "logical_or", "logical_xor", tensors=2)
entry.guard("logical_not")


def integral(name: str, kernel: Any, called: str) -> Callable[..., Tensor]:
    """Declare an operation of integers and bools only; in torch's messages it is ``called`` otherwise."""

    def checked(x: ndarray, y: ndarray) -> ndarray:
        if x.dtype.kind not in "biu":
            layout.broadcast_shapes(x.shape, y.shape)
            raise NotImplementedError(f"\"{called}_cpu\" not implemented for '{dtypes.of(x).scalar_type}'")
        return kernel(x, y)

    plain = binary(name, checked)

    def call(x: Any, y: Any) -> Tensor:
        if isinstance(x, Tensor) or isinstance(y, Tensor):
            made = dtypes.result_type(*[each._data if isinstance(each, Tensor) else each for each in (x, y)])
            if made.itemsize == 2 and made.is_floating_point:
                # Beside a number the family computes these in float32, which is not their name.
                layout.broadcast_shapes(*[each._data.shape for each in (x, y) if isinstance(each, Tensor)])
                raise NotImplementedError(f"\"{called}_cpu\" not implemented for '{made.scalar_type}'")
        return plain(x, y)

    def function(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
        result = call(input, other)
        return result if out is None else write_out(name, out, result, (input, other))

    entry.publish(name, function, method=False)
    entry.publish(name, named(call), module=False)
    entry.publish(name + "_", in_place(call), module=False)
    return call


bitwise_and = integral("bitwise_and", np.bitwise_and, "bitwise_and")
bitwise_or = integral("bitwise_or", np.bitwise_or, "bitwise_or")
bitwise_xor = integral("bitwise_xor", np.bitwise_xor, "bitwise_xor")


def inverted(x: ndarray) -> ndarray:
    """All bits turned; the truth of a bool."""
    if x.dtype.kind not in "biu":
        raise NotImplementedError(f"\"bitwise_not_cpu\" not implemented for '{dtypes.of(x).scalar_type}'")
    return np.invert(x)


_invert = unary("bitwise_not", inverted)


def invert(x: Tensor) -> Tensor:
    """``~x``."""
    if x._data.dtype.kind not in "biu":
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return _invert(x)


setattr(Tensor, "__invert__", invert)  # noqa: B010


def shifted(name: str, kernel: Any) -> Any:
    """A shift; bits that leave are gone, also when all do."""

    def shift(x: ndarray, y: ndarray) -> ndarray:
        if x.dtype.kind not in "iu":
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{dtypes.of(x).scalar_type}'")
        bits = x.dtype.itemsize * 8
        beyond = (y < 0) | (y >= bits)
        result = kernel(x, np.where(beyond, 0, y).astype(x.dtype))
        if name == "rshift":
            return np.where(beyond, np.where(x < 0, -1, 0).astype(x.dtype), result).astype(x.dtype)
        return np.where(beyond, 0, result).astype(x.dtype)

    return shift


bitwise_left_shift = integral("bitwise_left_shift", shifted("lshift", np.left_shift), "lshift")
bitwise_right_shift = integral("bitwise_right_shift", shifted("rshift", np.right_shift), "rshift")
operators("and", bitwise_and, bitwise_and)
operators("or", bitwise_or, bitwise_or)
operators("xor", bitwise_xor, bitwise_xor)
operators("lshift", bitwise_left_shift, lambda x, y: bitwise_left_shift(y, x))
operators("rshift", bitwise_right_shift, lambda x, y: bitwise_right_shift(y, x))
for _name, _written in {
    "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor", "lshift": "bitwise_left_shift",
    "rshift": "bitwise_right_shift", "add": "add", "sub": "sub", "mul": "mul", "truediv": "div",
    "floordiv": "floor_divide", "mod": "remainder", "pow": "pow",
}.items():

    def _augmented(name: str) -> Callable[[Any, Any], Any]:
        form = getattr(Tensor, name + "_")

        def augmented(x: Any, y: Any) -> Any:
            return form(x, y) if isinstance(y, (Tensor, *NUMBERS)) else NotImplemented

        return augmented

    setattr(Tensor, f"__i{_name}__", _augmented(_written))


# ---- what numbers are


def quality(name: str, floats: Any, integers: bool) -> None:
    """Declare a question about floating elements; all integers give the same answer."""

    def kernel(x: ndarray) -> ndarray:
        if x.dtype.kind in "fcV":
            return floats(x)
        return np.full_like(x, integers, np.bool_)

    def arranged(x: ndarray) -> ndarray:
        r = np.asarray(kernel(x))
        if name != "isnan" and x.dtype.kind not in "fcV" and x.base is not None:
            made = layout.empty_like(x, r.dtype)
            made[...] = r
            return made
        if r.ndim < 2:
            return r
        if name != "isfinite":
            return layout.laid_out(r, x)
        # torch asks two questions of each number and multiplies the answers.
        first = layout.laid_out(r, x, x)
        return layout.laid_out(first, first, first)

    unary(name, arranged, inplace=False, arranged=True)


quality("isnan", np.isnan, False)
quality("isinf", lambda x: np.isinf(x), False)
# torch finds nothing wrong with numbers that have no sign.
quality("isfinite", lambda x: np.ones(x.shape, bool) if x.dtype.char == "W" else np.isfinite(x), True)


def signed_infinity(name: str, positive: bool) -> None:
    """Declare ``isposinf`` or ``isneginf``."""

    def kernel(x: ndarray) -> ndarray:
        if x.dtype.kind == "c":
            raise RuntimeError(f"{name} does not support complex inputs.")
        return x == (np.inf if positive else -np.inf)

    unary(name, kernel, inplace=False)


signed_infinity("isposinf", True)
signed_infinity("isneginf", False)
unary("isreal", lambda x: np.imag(x) == 0 if x.dtype.kind == "c" else np.full_like(x, True, np.bool_), inplace=False)


def sign_bits(x: ndarray) -> ndarray:
    """Where the sign bit is set."""
    if x.dtype.kind == "c":
        raise NotImplementedError("signbit is not implemented for complex tensors.")
    return np.signbit(x) if x.dtype.kind in "fV" else x < 0


unary("signbit", sign_bits, inplace=False)
for _name in ("isnan", "isinf", "isfinite", "isreal"):
    # torch's have no ``out=``.
    entry.publish(_name, getattr(Tensor, _name))
entry.guard("isposinf", "isneginf", "signbit")


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have one size and equal elements."""
    if not isinstance(input, Tensor) or not isinstance(other, Tensor):
        raise bad_arguments("equal", (input, other))
    if input._data.shape != other._data.shape:
        return False
    if input._data.dtype.char in NARROW and input._data is other._data:
        refuse_narrow("equal", input._data.dtype)
    return bool((input._data == other._data).all())


def isclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Tensor:
    """Where ``|input - other| <= atol + rtol * |other|``; equal infinities are close."""
    if input._data.dtype != other._data.dtype:
        raise RuntimeError(f"{input.dtype.scalar_type} did not match {other.dtype.scalar_type}")
    if rtol < 0:
        raise RuntimeError(f"rtol must be greater than or equal to zero, but got {rtol:g}")
    if atol < 0:
        raise RuntimeError(f"atol must be greater than or equal to zero, but got {atol:g}")
    x, y = input._data, other._data
    layout.broadcast_shapes(x.shape, y.shape)
    if x.dtype.char in NARROW:
        refuse_narrow("isclose", x.dtype)
    with np.errstate(all="ignore"):
        close = np.asarray(x == y)
        if equal_nan and x.dtype.kind in "fcV":
            close = close | (np.isnan(x) & np.isnan(y))
        if rtol or atol:
            wide = x.dtype if x.dtype.kind in "fc" else np.dtype(np.float32 if x.dtype.kind == "V" else np.float64)
            a, b = x.astype(wide), y.astype(wide)
            close = close | (np.isfinite(a) & np.isfinite(b) & (np.abs(a - b) <= atol + np.abs(rtol * b)))
    close = np.asarray(close)
    made = wrap(layout.laid_out(close, x, y) if close.ndim > 1 else close)
    # torch writes nan that are equal into the result, then what is near.
    for _ in range((equal_nan and x.dtype.kind in "fcV") + bool(rtol or atol)):
        made._bump()
    return made


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether all elements are close."""
    return bool(isclose(input, other, rtol, atol, equal_nan)._data.all())


entry.publish("equal", equal)
entry.publish("isclose", isclose)
entry.publish("allclose", allclose)
