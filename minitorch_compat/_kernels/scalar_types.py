"""Element types as kernels need them: what an array is called in a message, and bfloat16 without loading it."""

from __future__ import annotations

import functools

import numpy as np

# One row per element type: NumPy's character, torch's name in messages, and the C++ name some messages use instead.
_NAMES = {
    "?": ("Bool", "bool"),
    "b": ("Char", "signed char"),
    "B": ("Byte", "unsigned char"),
    "h": ("Short", "short int"),
    "H": ("UInt16", "short unsigned int"),
    "i": ("Int", "int"),
    "I": ("UInt32", "unsigned int"),
    "l": ("Long", "long int"),
    "q": ("Long", "long int"),
    "L": ("UInt64", "long unsigned int"),
    "Q": ("UInt64", "long unsigned int"),
    "e": ("Half", "c10::Half"),
    "E": ("BFloat16", "c10::BFloat16"),
    "f": ("Float", "float"),
    "d": ("Double", "double"),
    "F": ("ComplexFloat", "c10::complex<float>"),
    "D": ("ComplexDouble", "c10::complex<double>"),
    "O": ("ComplexHalf", "c10::complex<c10::Half>"),  # promoted to, and refused: no array holds it
    "4": ("Float8_e4m3fn", "c10::Float8_e4m3fn"),
    "5": ("Float8_e5m2", "c10::Float8_e5m2"),
    "G": ("Float8_e4m3fnuz", "c10::Float8_e4m3fnuz"),
    "C": ("Float8_e5m2fnuz", "c10::Float8_e5m2fnuz"),
    "W": ("Float8_e8m0fnu", "c10::Float8_e8m0fnu"),
}

# bfloat16 comes from ml_dtypes, which gives it the character "E" and the kind "V".
HALVES = "eE"
# The floats of eight bits come from there too.
NARROW = "45GCW"
FLOATING = "eEfd"
COMPLEX = "FD"
INTEGRAL = "bBhHiIlLqQ"

UNSIGNED = "HILQ"
FEW_KERNELS = NARROW + UNSIGNED
"""Types that torch stores and moves, and has kernels of few operations for: unsigned integers beyond 8 bits, too."""

# Bits of the significand, the hidden one included: integers up to 2**digits are exact.
DIGITS = {"e": 11, "E": 8, "f": 24, "d": 53}


def name(dtype: np.dtype) -> str:
    """torch's name of an element type as its messages spell it, such as ``Long``."""
    return _NAMES[dtype.char][0]


def type_name(dtype: np.dtype) -> str:
    """A tensor's type as messages spell it: by its legacy class where it has one, else as ``CPUBoolType``."""
    known = _NAMES[dtype.char][0]
    return f"torch.{known}Tensor" if dtype.char in "Bbdfeilqh" else f"CPU{known}Type"


def cpp_name(dtype: np.dtype) -> str:
    """The C++ name of an element type, which a few of torch's messages use, such as ``long int``."""
    return _NAMES[dtype.char][1]


@functools.cache
def largest(dtype: np.dtype) -> float | int:
    """The largest finite value of a real element type."""
    if dtype.char == "?":
        return 1
    if dtype.char in INTEGRAL:
        return int(np.iinfo(dtype).max)
    if dtype.char == "E":
        return (2 - 2.0**-7) * 2.0**127
    return float(np.finfo(dtype).max)


@functools.cache
def smallest(dtype: np.dtype) -> float | int:
    """The most negative finite value of a real element type."""
    if dtype.char == "?":
        return 0
    if dtype.char in INTEGRAL:
        return int(np.iinfo(dtype).min)
    return -largest(dtype)


@functools.cache
def bfloat16() -> np.dtype:
    """The NumPy dtype of bfloat16; loads ml_dtypes when first asked."""
    import ml_dtypes

    return np.dtype(ml_dtypes.bfloat16)


def not_implemented(kernel: str, dtype: np.dtype) -> NotImplementedError:
    """What torch raises where a kernel has no code for an element type."""
    return NotImplementedError(f"\"{kernel}\" not implemented for '{name(dtype)}'")
