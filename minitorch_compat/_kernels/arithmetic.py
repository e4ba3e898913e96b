"""Arithmetic where torch's rules differ from NumPy's: division, remainders, powers, and fused sums.

Two-argument kernels take arrays of one dtype; half precision is computed in float32 and rounded once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .fused import fma32, fma64

ndarray = np.ndarray
Kernel = Callable[[ndarray, ndarray], ndarray]
HALF = "eE"


def with_number(kernel: Kernel, x: ndarray, number: Any, dtype: np.dtype[Any], first: bool = False) -> ndarray:
    """``kernel(x, number)`` in ``dtype``, the number as the ``first`` argument if asked; it is never rounded to half."""
    compute = np.dtype(np.float32) if dtype.char in HALF else dtype
    a = x.astype(compute, copy=False)
    b = as_number(number, compute)
    return np.asarray(kernel(b, a) if first else kernel(a, b)).astype(dtype, copy=False)


def as_number(value: Any, dtype: np.dtype[Any]) -> ndarray:
    """A Python number as a 0-d array; integers wrap around."""
    if dtype.kind in "iu" and isinstance(value, int):
        bits = dtype.itemsize * 8
        value &= (1 << bits) - 1
        if dtype.kind == "i" and value >> (bits - 1):
            value -= 1 << bits
    return np.array(value, dtype)


def in_float32(kernel: Kernel) -> Kernel:
    """``kernel`` for half types by way of float32."""

    def widened(x: ndarray, y: ndarray) -> ndarray:
        if x.dtype.char in HALF:
            return np.asarray(kernel(x.astype(np.float32), y.astype(np.float32))).astype(x.dtype)
        return np.asarray(kernel(x, y))

    return widened


def check_divisor(y: ndarray) -> None:
    if y.dtype.kind in "iu" and not y.all():
        raise RuntimeError("ZeroDivisionError")


def reciprocal(x: ndarray) -> ndarray:
    """``1 / x``."""
    if x.dtype.char in HALF:
        return (np.float32(1) / x.astype(np.float32)).astype(x.dtype)
    return np.asarray(x.dtype.type(1) / x)


@in_float32
def floor_divide(x: ndarray, y: ndarray) -> ndarray:
    """The quotient rounded down; RuntimeError for an integer divided by zero."""
    if x.dtype.kind in "biu":
        check_divisor(y)
        return np.floor_divide(x, y)
    # The remainder first: dividing and rounding would be off by one near whole quotients.
    mod = np.fmod(x, y)
    quotient = (x - mod) / y
    quotient = np.where((mod != 0) & ((y < 0) != (mod < 0)), quotient - 1, quotient)
    floor = np.floor(quotient)
    floor = np.where(quotient - floor > 0.5, floor + 1, floor)
    floor = np.where(quotient == 0, np.copysign(np.zeros((), x.dtype), x / y), floor)
    return np.where(y == 0, x / y, floor).astype(x.dtype)


@in_float32
def trunc_divide(x: ndarray, y: ndarray) -> ndarray:
    """The quotient rounded towards zero; RuntimeError for an integer divided by zero."""
    if x.dtype.kind in "biu":
        check_divisor(y)
        quotient = np.floor_divide(x, y)
        return (quotient + ((x % y != 0) & ((x < 0) != (y < 0)))).astype(x.dtype)
    return np.trunc(x / y)


@in_float32
def remainder(x: ndarray, y: ndarray) -> ndarray:
    """What is left of a division rounded down: it has the divisor's sign."""
    if x.dtype.kind in "biu":
        check_divisor(y)
        return np.remainder(x, y)
    mod = np.fmod(x, y)
    return np.where((mod != 0) & ((y < 0) != (mod < 0)), mod + y, mod)


@in_float32
def fmod(x: ndarray, y: ndarray) -> ndarray:
    """What is left of a division rounded towards zero: it has the dividend's sign."""
    check_divisor(y)
    return np.fmod(x, y)


@in_float32
def pow(x: ndarray, y: ndarray) -> ndarray:
    """``x ** y``; a negative power of an integer is what an integer can hold of it."""
    if x.dtype.kind in "iu":
        result = np.power(x, np.where(y < 0, 0, y))
        if x.dtype.kind == "i":
            parity = np.where(y % 2 == 0, 1, -1)
            result = np.where(y < 0, np.where(x == 1, 1, np.where(x == -1, parity, 0)), result)
        return result.astype(x.dtype)
    return np.power(x, y)


def pow_number(x: ndarray, exponent: Any, dtype: np.dtype[Any]) -> ndarray:
    """``x ** exponent`` for a number: small powers by multiplication, as torch has them."""
    if x.dtype.kind in "biu" and dtype.kind in "biu" and exponent < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    compute = np.dtype(np.float32) if dtype.char in HALF else dtype
    x = x.astype(compute, copy=False)
    if compute.kind in "fc":
        if exponent == 2:
            result = x * x
        elif exponent == 3:
            result = x * x * x
        elif exponent == -1:
            result = compute.type(1) / x
        elif exponent == -2:
            result = compute.type(1) / (x * x)
        elif exponent == 0.5:
            result = np.sqrt(x)
        elif exponent == -0.5:
            result = compute.type(1) / np.sqrt(x)
        else:
            result = np.power(x, as_number(exponent, compute))
    else:
        result = np.power(x, as_number(exponent, compute))
    return np.asarray(result).astype(dtype, copy=False)


# ---- products and sums rounded once


def multiply_add(a: ndarray, b: ndarray, c: ndarray) -> ndarray:
    """``a * b + c`` in the dtype of ``c``, rounded once for float32 and float64."""
    kind = c.dtype.char
    if kind == "f":
        return fma32(a, b, c)
    if kind == "d":
        return fma64(a, b, c)
    if kind in HALF:
        return fma32(a.astype(np.float32), b.astype(np.float32), c.astype(np.float32)).astype(c.dtype)
    return np.asarray(a * b + c)


def addcmul(x: ndarray, tensor1: ndarray, tensor2: ndarray, value: Any = 1) -> ndarray:
    """``x + value * tensor1 * tensor2``."""
    if x.dtype.char in HALF:
        a, b, c = (each.astype(np.float32) for each in (x, tensor1, tensor2))
        return addcmul(a, b, c, value).astype(x.dtype)
    first = tensor1 if type(value) is int and value == 1 else as_number(value, x.dtype) * tensor1
    return multiply_add(np.asarray(first), tensor2, x)


def addcdiv(x: ndarray, tensor1: ndarray, tensor2: ndarray, value: Any = 1) -> ndarray:
    """``x + value * tensor1 / tensor2``."""
    if x.dtype.char in HALF:
        a, b, c = (each.astype(np.float32) for each in (x, tensor1, tensor2))
        return addcdiv(a, b, c, value).astype(x.dtype)
    return np.asarray(x + as_number(value, x.dtype) * tensor1 / tensor2)


def lerp(x: ndarray, end: ndarray, weight: Any) -> ndarray:
    """``x + weight * (end - x)``, from the nearer end for large weights."""
    if x.dtype.char in HALF:
        weight = weight.astype(np.float32) if isinstance(weight, ndarray) else weight
        return lerp(x.astype(np.float32), end.astype(np.float32), weight).astype(x.dtype)
    if not isinstance(weight, ndarray):
        weight = as_number(weight, x.dtype)
    difference = end - x
    near = np.asarray(multiply_add(np.asarray(weight), difference, x))
    far = np.asarray(multiply_add(-difference, np.asarray(1 - weight), end))
    return np.where(np.abs(weight) < 0.5, near, far)
