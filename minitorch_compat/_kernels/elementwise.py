"""Elementwise operations under torch's names, where torch and NumPy do not agree on a rule, an error or a rounding.

Arrays in, a new array out, 0-d ones too; operands of two-argument kernels have one dtype. The caller has promoted them
and silences NumPy's floating point warnings. The half types are computed in float32 and rounded once, as torch does.

Where torch calls a vector mathematics library whose results lie closer to the rounded exact value than NumPy's float32
loops, small float32 arrays are computed in float64 and rounded: see ``through_double``. ``docs/tolerances.md`` has the
agreement of every kernel.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from . import scalar_types as types
from .fused import fma32, fma64, in_vectors

Kernel = Callable[..., Any]


def widened(x: np.ndarray) -> np.ndarray:
    """The half types as float32, which holds them exactly; everything else as it is."""
    return x.astype(np.float32) if x.dtype.char in types.HALVES else x


def in_single(kernel: Kernel) -> Kernel:
    """``kernel`` with the half types computed in float32 and rounded once."""

    def called(*arrays: np.ndarray) -> np.ndarray:
        dtype = arrays[0].dtype
        if dtype.char in types.HALVES:
            return np.asarray(kernel(*[each.astype(np.float32) for each in arrays])).astype(dtype)
        return np.asarray(kernel(*arrays))

    called.__name__, called.__doc__ = kernel.__name__, kernel.__doc__
    return called


# -- mathematics ----------------------------------------------------------------------------------------------------


def through_double(kernel: Any, limit: int) -> Kernel:
    """``kernel`` with float32 arrays of up to ``limit`` elements computed in float64 and rounded.

    The limit is where the additional time would come to some ten microseconds.
    """

    def called(x: np.ndarray) -> Any:
        kind = x.dtype.char
        if kind == "f":
            return kernel(x.astype(_DOUBLE)).astype(_SINGLE) if x.size <= limit else kernel(x)
        if kind in types.HALVES:
            return kernel(x.astype(np.float32)).astype(x.dtype)
        return kernel(x)

    called.__name__ = kernel.__name__
    called.__doc__ = f"{kernel.__name__}; float32 of up to {limit} elements by way of float64."
    return called


_SINGLE, _DOUBLE = np.dtype(np.float32), np.dtype(np.float64)
CHEAP, DEAR = 1 << 12, 1 << 9

exp = through_double(np.exp, CHEAP)
exp2 = through_double(np.exp2, CHEAP)
expm1 = through_double(np.expm1, CHEAP)
log = through_double(np.log, CHEAP)
log2 = through_double(np.log2, CHEAP)
log10 = through_double(np.log10, CHEAP)
real_log1p = through_double(np.log1p, CHEAP)
sin = through_double(np.sin, DEAR)
cos = through_double(np.cos, DEAR)
tan = through_double(np.tan, DEAR)
asin = through_double(np.arcsin, CHEAP)
acos = through_double(np.arccos, CHEAP)
atan = through_double(np.arctan, CHEAP)
sinh = through_double(np.sinh, CHEAP)
cosh = through_double(np.cosh, CHEAP)
tanh = through_double(np.tanh, CHEAP)
asinh = through_double(np.arcsinh, CHEAP)
acosh = through_double(np.arccosh, CHEAP)
atanh = through_double(np.arctanh, CHEAP)


def log1p(x: np.ndarray) -> Any:
    """log(1 + x); of a complex number by Kahan's correction of log(u) for the rounding of u = 1 + x."""
    if x.dtype.char not in types.COMPLEX:
        return real_log1p(x)
    u = np.array(x)
    u.real += 1  # a whole sum would lose the sign of an imaginary zero, and with it the branch
    back = u.copy()
    back.real -= 1
    log_u = np.log(u)
    return np.where(u == 1, x, np.where(back == x, log_u, log_u * (x / back)))


def sqrt(x: np.ndarray) -> Any:
    """Square root, correctly rounded; torch's own is off by one ulp in a sixth of float32 results."""
    return in_single(np.sqrt)(x) if x.dtype.char == "E" else np.sqrt(x)


def rsqrt(x: np.ndarray) -> np.ndarray:
    """1 / sqrt(x), each step rounded. Bitwise torch for real dtypes."""
    if x.dtype.char not in types.HALVES:
        return np.asarray(1 / np.sqrt(x))
    result = np.asarray(1 / np.sqrt(x.astype(np.float32))).astype(x.dtype)
    # Two vectors of halves are rounded once, what is left over after the root as well.
    if x.size:
        left = ~in_vectors(32, np.atleast_1d(x))
        np.atleast_1d(result)[left] = x.dtype.type(1) / np.sqrt(np.atleast_1d(x)[left])
    return result


def reciprocal(x: np.ndarray) -> np.ndarray:
    """1 / x. Bitwise torch for real dtypes."""
    return np.asarray(1 / widened(x)).astype(x.dtype, copy=False)


def square(x: np.ndarray) -> np.ndarray:
    """x * x; int64 for bool. Bitwise torch."""
    return np.asarray(np.multiply(x, x, dtype=np.int64) if x.dtype.char == "?" else x * x)


@in_single
def deg2rad(x: np.ndarray) -> np.ndarray:
    """Degrees as radians. Bitwise torch for floating dtypes."""
    return x * x.dtype.type(math.pi / 180)


@in_single
def rad2deg(x: np.ndarray) -> np.ndarray:
    """Radians as degrees. Bitwise torch for floating dtypes."""
    return x * x.dtype.type(180 / math.pi)


@in_single
def sinc(x: np.ndarray) -> np.ndarray:
    """sin(pi x) / (pi x), and 1 at zero."""
    product = x * x.dtype.type(math.pi)
    return np.where(x == 0, x.dtype.type(1), sin(product) / product)


def hypot(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """sqrt(x² + y²) without overflow on the way."""
    if x.dtype.char not in types.FLOATING:
        raise types.not_implemented("hypot_cpu", x.dtype)
    return in_single(np.hypot)(x, y)


def atan2(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The angle of the point (x, y)."""
    if y.dtype.char == "f" and y.size <= CHEAP:
        return np.asarray(np.arctan2(y.astype(np.float64), x.astype(np.float64)), np.float32)
    return in_single(np.arctan2)(y, x)


def logaddexp(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """log(exp(x) + exp(y)) without overflow on the way."""
    return in_single(np.logaddexp)(x, y)


@in_single
def logaddexp2(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """log2(2**x + 2**y) without overflow on the way, the last step fused as torch does."""
    more = log1p(np.asarray(exp2(np.asarray(-np.abs(x - y)))))
    total = fma(more, x.dtype.type(1 / math.log(2)), np.maximum(x, y), x.dtype)
    return np.where((x == y) & np.isinf(x), x, total)


# -- signs and parts ------------------------------------------------------------------------------------------------


def abs(x: np.ndarray) -> np.ndarray:
    """The absolute value, of a complex number its length. Bitwise torch for all dtypes but complex128 (1 ulp)."""
    if x.dtype.char == "?":
        raise types.not_implemented("abs_cpu", x.dtype)
    if x.dtype.char in types.COMPLEX:
        length = np.hypot(x.real.astype(np.float64), x.imag.astype(np.float64))
        return np.asarray(length, np.float32 if x.dtype.char == "F" else np.float64)
    return np.asarray(np.abs(x))


def sign(x: np.ndarray) -> np.ndarray:
    """-1, 0 or 1; 0 for nan and for either zero. Bitwise torch."""
    if x.dtype.char in types.COMPLEX:
        raise NotImplementedError(
            "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead."
        )
    if x.dtype.char == "?":
        return x.copy()
    return np.subtract(x > 0, x < 0, dtype=np.int8).astype(x.dtype)


def sgn(x: np.ndarray) -> np.ndarray:
    """The sign, of complex numbers x / abs(x) with 0 at zero. Bitwise torch for real dtypes."""
    if x.dtype.char not in types.COMPLEX:
        return sign(x)
    size = np.where(x == 0, x.real.dtype.type(1), abs(x))
    made = np.asarray(x / size)
    if x.size >= 8:
        # Two vectors at a time each part is divided by itself.
        whole = in_vectors(128 // x.dtype.itemsize, x)
        made.real[whole], made.imag[whole] = x.real[whole] / size[whole], x.imag[whole] / size[whole]
    return np.where(x == 0, x.dtype.type(0), made)


def angle(x: np.ndarray) -> np.ndarray:
    """The argument: 0 or pi of a real number, nan of nan."""
    if x.dtype.char in types.COMPLEX:
        return atan2(x.imag, x.real)
    wide = widened(x)
    if wide.dtype.char not in types.FLOATING:
        return np.where(wide < 0, np.float32(math.pi), np.float32(0))
    return np.where(np.isnan(wide), wide, np.where(wide < 0, wide.dtype.type(math.pi), wide.dtype.type(0))).astype(
        x.dtype, copy=False
    )


def copysign(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The size of x with the sign of y. Bitwise torch."""
    return np.asarray(np.copysign(x, y))


def frac(x: np.ndarray) -> np.ndarray:
    """x less its integer part. Bitwise torch."""
    if x.dtype.char not in types.FLOATING:
        raise types.not_implemented("frac_cpu", x.dtype)
    return np.asarray(x - np.trunc(x))


def _rounding(function: Any, name: str) -> Kernel:
    def called(x: np.ndarray) -> np.ndarray:
        if x.dtype.char in types.INTEGRAL:
            return x.copy("K")
        if x.dtype.char not in types.FLOATING:
            raise types.not_implemented(f"{name}_vml_cpu" if name != "round" else "round_vml_cpu", x.dtype)
        return np.asarray(function(x))

    called.__name__ = name
    called.__doc__ = f"{name}; integers stay as they are. Bitwise torch."
    return called


floor = _rounding(np.floor, "floor")
ceil = _rounding(np.ceil, "ceil")
trunc = _rounding(np.trunc, "trunc")
_nearest = _rounding(np.rint, "round")


def round(x: np.ndarray, decimals: int = 0) -> np.ndarray:
    """To the nearest integer, or number with so many decimals, halves to even. Bitwise torch."""
    if decimals == 0:
        return _nearest(x)
    if x.dtype.char not in types.FLOATING:
        raise types.not_implemented("round_cpu", x.dtype)
    wide = widened(x)
    ten = wide.dtype.type(10.0 ** max(decimals, -decimals))
    rounded = np.rint(wide / ten) * ten if decimals < 0 else np.rint(wide * ten) / ten
    return np.asarray(rounded).astype(x.dtype, copy=False)


# -- division -------------------------------------------------------------------------------------------------------


def _integer_divisor(x: np.ndarray, y: np.ndarray) -> None:
    if x.size and not np.all(y):
        raise RuntimeError("ZeroDivisionError")


def _single_divisor(kernel: Kernel) -> Kernel:
    """A rounded division that keeps float32 to its end where halves are divided by one element."""

    @wraps(kernel)
    def divide(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        if y.size == 1 and x.dtype.char in types.HALVES:
            return np.asarray(kernel(x.astype(np.float32), y.astype(np.float32))).astype(x.dtype)
        return kernel(x, y)

    return divide


@_single_divisor
def floor_divide(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The quotient rounded down. Bitwise torch.

    Integers by zero raise. A floating quotient is found from the remainder, as Python finds it; by zero it is x / 0.
    """
    kind = x.dtype.char
    if kind in types.INTEGRAL:
        _integer_divisor(x, y)
        return np.asarray(np.floor_divide(x, y))
    if kind not in types.FLOATING:
        raise types.not_implemented("div_floor_cpu", x.dtype)
    # The half types round after every step here.
    remainder = np.fmod(x, y)
    quotient = (x - remainder) / y
    quotient -= (remainder != 0) & ((y < 0) != (remainder < 0))
    down = np.floor(quotient)
    down += quotient - down > 0.5
    ratio = x / y
    down = np.where(quotient == 0, np.copysign(x.dtype.type(0), ratio), down)
    return np.where(y == 0, ratio, down)


@_single_divisor
def trunc_divide(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The quotient rounded towards zero. Bitwise torch; integers by zero raise."""
    kind = x.dtype.char
    if kind in types.INTEGRAL:
        _integer_divisor(x, y)
        return np.asarray((x - np.fmod(x, y)) // y)
    if kind not in types.FLOATING:
        raise types.not_implemented("div_trunc_cpu", x.dtype)
    return np.asarray(np.trunc(x / y))


_DIVISIONS = (floor_divide, trunc_divide, np.true_divide, np.multiply)


def remainder(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What is left of x by y, with the sign of y, a zero with that of x. Bitwise torch; integers by zero raise."""
    kind = x.dtype.char
    if kind in types.INTEGRAL:
        _integer_divisor(x, y)
        return np.asarray(np.remainder(x, y))
    if kind not in types.FLOATING:
        raise types.not_implemented("remainder_cpu", x.dtype)
    if kind in types.HALVES:
        return remainder(x.astype(np.float32), y.astype(np.float32)).astype(x.dtype)
    left = np.asarray(np.fmod(x, y))
    return np.asarray(np.where((left != 0) & ((y < 0) != (left < 0)), left + y, left))


def fmod(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What is left of x by y, with the sign of x. Bitwise torch; integers by zero raise."""
    kind = x.dtype.char
    if kind in types.INTEGRAL:
        _integer_divisor(x, y)
    elif kind not in types.FLOATING:
        raise types.not_implemented("fmod_cpu", x.dtype)
    elif kind in types.HALVES:
        return np.fmod(x.astype(np.float32), y.astype(np.float32)).astype(x.dtype)
    return np.asarray(np.fmod(x, y))


def with_number(kernel: Kernel, x: np.ndarray, number: Any, dtype: np.dtype, reverse: bool = False) -> np.ndarray:
    """``kernel(x, number)``, or ``kernel(number, x)``, in ``dtype``.

    The number is rounded to it first, but for divisors of the half types: these stay float32, the result is rounded.
    """
    x = x.astype(dtype, copy=False)
    if dtype.char in types.HALVES and kernel in _DIVISIONS and not reverse:
        return np.asarray(kernel(x.astype(np.float32), np.float32(number))).astype(dtype)
    if dtype.kind in "iu":
        # torch wraps what does not fit; NumPy would refuse it.
        value = np.array(int(number) & ((1 << 8 * dtype.itemsize) - 1), np.uint64).astype(dtype)
    else:
        value = np.array(number).astype(dtype)
    return np.asarray(kernel(value, x) if reverse else kernel(x, value))


# -- powers ---------------------------------------------------------------------------------------------------------


def infinite_product(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """``x * y`` of complex numbers, infinite where one of them is, as annex G of the C standard has it, and not nan."""
    made = np.asarray(x * y)
    lost = np.isnan(made.real) & np.isnan(made.imag) & (np.isinf(x) | np.isinf(y))
    if lost.any():
        (a, b), (c, d) = (
            [
                np.where(np.isinf(each), np.copysign(np.isinf(part), part), np.where(
                    np.isnan(part), np.copysign(0, part), part))
                for part in (each.real, each.imag)
            ]
            for each in (x, y)
        )
        made.real[lost] = np.broadcast_to(np.inf * (a * c - b * d), made.shape)[lost]
        made.imag[lost] = np.broadcast_to(np.inf * (a * d + b * c), made.shape)[lost]
    return made


def pow(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x to the power of y. Bitwise torch for integers, whose negative powers are 0 but for 1 and -1."""
    kind = x.dtype.char
    if kind == "?":
        raise types.not_implemented("pow", x.dtype)
    if kind in types.INTEGRAL:
        if not (y < 0).any():
            return np.asarray(np.power(x, y))
        power = np.power(x, np.where(y < 0, y.dtype.type(0), y))
        inverse = np.where(x == 1, 1, np.where(x == -1, np.where(y & 1, -1, 1), 0))
        return np.asarray(np.where(y < 0, inverse, power), x.dtype)
    if kind in types.COMPLEX:
        # Also of zero, which so has no power that is a number.
        return np.asarray(np.exp(infinite_product(y, np.log(x))))
    if kind == "f" and max(x.size, y.size) <= CHEAP:
        power = np.asarray(np.power(x.astype(np.float64), y.astype(np.float64)), np.float32)
    else:
        power = np.asarray(in_single(np.power)(x, y))
    # NumPy takes the root where one exponent of a half serves many numbers: of -inf it is nan, and of -0.0 it is -0.0.
    roots = y == 0.5
    if not roots.any():
        return power
    return np.where(roots & ((x == 0) | (x == -np.inf)), -x + x.dtype.type(0), power)


def pow_number(x: np.ndarray, exponent: Any, dtype: np.dtype) -> np.ndarray:
    """x to the power of a number, in ``dtype``.

    Bitwise torch for the exponents it has a shorter way for (0, 1, 2, 3, -1, -2, -0.5; 0.5 is as good as sqrt) and for
    integers. A negative exponent of an integer raises.
    """
    x = x.astype(dtype, copy=False)
    if exponent == 0:
        return np.ones_like(x)
    if exponent == 1:
        return x.copy("K")
    if dtype.char in types.INTEGRAL:
        if exponent < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        return np.asarray(np.power(x, dtype.type(exponent)))
    if dtype.char in types.COMPLEX and exponent == 3:
        return np.asarray(x * x * x)
    if dtype.char == "e" and exponent != -1:
        # float16 has no shorter way: it goes through float32 and is rounded once.
        wide = x.astype(np.float32)
        power = _times(wide, exponent) if exponent in (2, 3) else pow(wide, np.array(exponent, dtype).astype("f"))
        return power.astype(dtype)
    if exponent in (2, 3):
        return _times(x, exponent)
    if exponent == 0.5:
        return np.asarray(sqrt(x))
    if exponent == -0.5:
        return rsqrt(x)
    if exponent == -1:
        return reciprocal(x)
    if exponent == -2:
        return reciprocal(_times(x, 2))
    return pow(x, np.array(exponent, dtype))


def _times(x: np.ndarray, count: int) -> np.ndarray:
    return np.asarray(x * x if count == 2 else x * x * x)


# -- several steps in one -------------------------------------------------------------------------------------------


def fma(a: Any, b: Any, c: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """a * b + c, rounded once for float32 and float64, as torch's compiled loops do; step by step for other dtypes."""
    if dtype.char == "f":
        return fma32(a, b, c)
    if dtype.char == "d":
        return fma64(a, b, c)
    return np.asarray(np.asarray(a, dtype) * np.asarray(b, dtype) + c, dtype)


def addcmul(x: np.ndarray, tensor1: np.ndarray, tensor2: np.ndarray, value: Any = 1) -> np.ndarray:
    """x + value * tensor1 * tensor2, the last product fused. Bitwise torch for float32, float64 and integers."""
    if x.dtype.char in types.HALVES:
        return addcmul(widened(x), widened(tensor1), widened(tensor2), value).astype(x.dtype)
    return fma(tensor1 * x.dtype.type(value), tensor2, x, x.dtype)


def addcdiv(x: np.ndarray, tensor1: np.ndarray, tensor2: np.ndarray, value: Any = 1) -> np.ndarray:
    """x + value * tensor1 / tensor2, each step rounded. Bitwise torch for real dtypes."""
    if x.dtype.char in types.HALVES:
        return addcdiv(widened(x), widened(tensor1), widened(tensor2), value).astype(x.dtype)
    return np.asarray(x + (tensor1 * x.dtype.type(value)) / tensor2)


def lerp(x: np.ndarray, end: np.ndarray, weight: Any) -> np.ndarray:
    """x + weight * (end - x), from the nearer end and fused. Bitwise torch for float32 and float64."""
    dtype = x.dtype
    if dtype.char in types.HALVES:
        if isinstance(weight, np.ndarray):
            weight = weight.astype(np.float32)
        return lerp(x.astype(np.float32), end.astype(np.float32), weight).astype(dtype)
    if dtype.char not in types.FLOATING and dtype.char not in types.COMPLEX:
        raise types.not_implemented("lerp_kernel_scalar", dtype)
    weight = np.asarray(weight, dtype)
    way = end - x
    near = np.abs(weight) < 0.5
    if near.ndim == 0:
        return fma(weight, way, x, dtype) if near else fma(weight - dtype.type(1), way, end, dtype)
    return np.where(near, fma(weight, way, x, dtype), fma(weight - dtype.type(1), way, end, dtype))


def xlogy(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x * log(y), and 0 where x is 0 and y is not nan."""
    product = np.where((x == 0) & ~np.isnan(y), x.dtype.type(0), x * log(y))
    return np.asarray(product)


def heaviside(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    """0 below zero and for nan, 1 above, ``values`` at zero. Bitwise torch."""
    return np.asarray(np.where(x == 0, values, (x > 0).astype(x.dtype)))


def nextafter(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The number after x on the way to y. Bitwise torch."""
    if x.dtype.char not in "fdeE":
        raise types.not_implemented("nextafter_cpu", x.dtype)
    # Between two zeros NumPy's float16 stays where it is, and C goes.
    return np.where(x == y, y, np.nextafter(x, y))


# -- choosing -------------------------------------------------------------------------------------------------------


def clamp(x: np.ndarray, min: Any = None, max: Any = None) -> np.ndarray:
    """x within bounds that have its dtype; the upper one wins over the lower, nan over both. Bitwise torch."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if min is not None:
        x = _within(np.maximum, min, x)
    if max is not None:
        x = _within(np.minimum, max, x)
    return np.asarray(x)


def at_least(bound: float, x: np.ndarray) -> np.ndarray:
    """x, or the bound where it is larger; nan stays. Bitwise torch."""
    return np.asarray(_within(np.maximum, x.dtype.type(bound), x))


def at_most(bound: float, x: np.ndarray) -> np.ndarray:
    """x, or the bound where it is smaller; nan stays. Bitwise torch."""
    return np.asarray(_within(np.minimum, x.dtype.type(bound), x))


def _within(function: Any, bound: Any, x: np.ndarray) -> Any:
    # Of a bound 0 and a number -0 torch keeps the number. NumPy takes the second argument, of float16 the first.
    if x.size > 1 << 10 and x.flags.c_contiguous and x.dtype.char in "fd" and not np.ndim(bound):
        # NumPy compares two arrays in a fifth of the time that an array and a number take.
        out = np.full_like(x, bound)
        return function(out, x, out=out)
    return function(x, bound) if x.dtype.char == "e" else function(bound, x)


def maximum(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The larger; nan wins. Bitwise torch."""
    if x.dtype.char in types.COMPLEX:
        raise RuntimeError("maximum not implemented for complex tensors.")
    return np.asarray(np.maximum(x, y))


def minimum(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The smaller; nan wins. Bitwise torch."""
    if x.dtype.char in types.COMPLEX:
        raise RuntimeError("minimum not implemented for complex tensors.")
    return np.asarray(np.minimum(x, y))


def nan_to_num(x: np.ndarray, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> np.ndarray:
    """nan and infinities replaced, by default by 0 and the largest numbers of the dtype. Bitwise torch."""
    if x.dtype.char in types.COMPLEX:
        parts = (nan_to_num(part, nan, posinf, neginf) for part in (x.real, x.imag))
        return np.asarray(next(parts) + 1j * next(parts), x.dtype)
    if x.dtype.char not in types.FLOATING:
        return x.copy("K")
    result = x.copy("K")
    result[np.isnan(x)] = nan
    result[x == math.inf] = types.largest(x.dtype) if posinf is None else posinf
    result[x == -math.inf] = types.smallest(x.dtype) if neginf is None else neginf
    return result


def isclose(
    x: np.ndarray, y: np.ndarray, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> np.ndarray:
    """Whether |x - y| <= atol + |rtol * y|, or x equals y. Bitwise torch."""
    for which, bound in (("rtol", rtol), ("atol", atol)):
        if bound < 0:
            raise RuntimeError(f"{which} must be greater than or equal to zero, but got {bound:g}")
    if x.dtype != y.dtype:
        raise RuntimeError(f"{types.name(x.dtype)} did not match {types.name(y.dtype)}")
    close = x == y
    if equal_nan and x.dtype.kind not in "biu":
        close = close | ((x != x) & (y != y))
    if rtol == 0 and atol == 0:
        return np.asarray(close)
    if x.dtype.kind in "biu":
        x, y = x.astype(np.float32), y.astype(np.float32)
    number = np.dtype(np.abs(x.dtype.type(0)).dtype).type
    allowed = number(atol) + np.abs(with_number(np.multiply, y, rtol, y.dtype))
    difference = np.abs(x - y)
    return np.asarray(close | (np.isfinite(difference) & (difference <= allowed)))


# -- bits -----------------------------------------------------------------------------------------------------------


def _bitwise(function: Any, name: str) -> Kernel:
    def called(*arrays: np.ndarray) -> np.ndarray:
        if arrays[0].dtype.char not in types.INTEGRAL + "?":
            raise types.not_implemented(f"{name}_cpu", arrays[0].dtype)
        return np.asarray(function(*arrays))

    called.__name__ = name
    called.__doc__ = f"{name} of integers and bool. Bitwise torch."
    return called


bitwise_and = _bitwise(np.bitwise_and, "bitwise_and")
bitwise_or = _bitwise(np.bitwise_or, "bitwise_or")
bitwise_xor = _bitwise(np.bitwise_xor, "bitwise_xor")
bitwise_not = _bitwise(np.invert, "bitwise_not")


def bitwise_left_shift(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x * 2**y; 0 where y is negative or not below the number of bits. Bitwise torch."""
    _shiftable("lshift_cpu", x)
    bits = 8 * x.dtype.itemsize
    outside = (y < 0) | (y >= bits)
    return np.where(outside, x.dtype.type(0), np.left_shift(x, np.where(outside, y.dtype.type(0), y)))


def bitwise_right_shift(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x / 2**y rounded down; the sign alone where y is negative or not below the number of bits. Bitwise torch."""
    _shiftable("rshift_cpu", x)
    bits = 8 * x.dtype.itemsize
    last = y.dtype.type(bits - 1)
    if x.dtype.kind == "u":
        outside = (y < 0) | (y >= bits)
        return np.where(outside, x.dtype.type(0), np.right_shift(x, np.where(outside, y.dtype.type(0), y)))
    return np.asarray(np.right_shift(x, np.where((y < 0) | (y > last), last, y)))


def _shiftable(kernel: str, x: np.ndarray) -> None:
    if x.dtype.char not in types.INTEGRAL:
        raise types.not_implemented(kernel, x.dtype)


def gcd(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Greatest common divisor. Bitwise torch."""
    if x.dtype.char not in types.INTEGRAL:
        raise types.not_implemented("gcd_cpu", x.dtype)
    return np.asarray(np.gcd(x, y))


def lcm(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least common multiple. Bitwise torch."""
    if x.dtype.char not in types.INTEGRAL:
        raise types.not_implemented("lcm_cpu", x.dtype)
    # Small integers are multiplied as int32 and cut off at last.
    wide_x, wide_y = (each.astype(np.promote_types(each.dtype, np.int32), copy=False) for each in (x, y))
    divisor = np.gcd(wide_x, wide_y)
    multiple = np.abs(wide_x // np.where(divisor == 0, 1, divisor) * wide_y)
    return np.asarray(multiple).astype(x.dtype, copy=False)
