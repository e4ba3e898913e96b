"""A Python number as an element of a dtype, with torch's checks of range."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._kernels.scalar_types import NARROW
from . import dtypes
from .dtypes import BOOL, COMPLEX, FLOAT
from .quiet import quietly
from .tensor import Tensor

CPP_NAMES = {
    "uint8": "uint8_t", "int8": "int8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t", "uint16": "uint16_t",
    "uint32": "uint32_t", "uint64": "uint64_t",
}  # fmt: skip


FLOAT32_MAX = (2 - 2.0**-23) * 2.0**127


def is_number(value: Any) -> bool:
    """Whether torch takes ``value`` for a number: Python's, NumPy's, or a 0-d tensor that requires no gradient."""
    if isinstance(value, (int, float, complex, np.number, np.bool_)):
        return True
    return isinstance(value, Tensor) and not value._data.ndim and value._node is None


def number_of(value: Any) -> Any:
    """The Python number behind ``value``; OverflowError for an integer beyond 64 bits."""
    if isinstance(value, (Tensor, np.generic)):
        value = value.item()
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        raise OverflowError("int too big to convert")
    return value


def cast(value: Any, dtype: dtypes.dtype) -> Any:
    """The Python number ``value`` as a 0-d array of ``dtype``; RuntimeError where it does not fit."""
    category = dtype.category
    if category == BOOL:
        return np.array(bool(value))
    if isinstance(value, complex) and category != COMPLEX:
        if value.imag:
            raise no_fit(dtype)
        value = value.real
    if category == COMPLEX:
        made = quietly(np.array, value, np.complex128)
        if dtype.itemsize == 8 and any(beyond(part.item(), dtypes.float32) for part in (made.real, made.imag)):
            raise no_fit(dtype)
        return quietly(made.astype, dtype.numpy)
    if category == FLOAT:
        whole_number, value = isinstance(value, int), float(value)
        if beyond(value, dtype) or (dtype.itemsize == 1 and beyond_narrow(value, dtype, whole_number)):
            raise no_fit(dtype)
        made = np.array(value)
        if dtype.itemsize == 2:
            made = quietly(made.astype, np.float32)
        return rounded(made, dtype.numpy)
    return np.array(whole(value, dtype), dtype.numpy)


def rounded(numbers: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """Numbers as another NumPy dtype, floats of eight bits among them."""
    if dtype.char in NARROW:
        from .._kernels import narrow

        return quietly(narrow.round_to, numbers, dtype)
    return quietly(numbers.astype, dtype)


def beyond_narrow(value: float, dtype: dtypes.dtype, whole: bool) -> bool:
    """Whether a number is outside the range of floats of eight bits; an integer is held against integers."""
    limits = dtypes.finfo(dtype)
    if math.isnan(value) or (math.isinf(value) and dtype is dtypes.float8_e5m2):
        return False
    return not (int(limits.min) if whole else limits.min) <= value <= limits.max


def beyond(value: float, dtype: dtypes.dtype) -> bool:
    """Whether a finite ``value`` is too large for ``dtype``."""
    # torch tests the range of float32 for float16 too, and none for bfloat16.
    return dtype in (dtypes.float16, dtypes.float32) and math.isfinite(value) and abs(value) > FLOAT32_MAX


def whole(value: Any, dtype: dtypes.dtype) -> int:
    """``value`` cut to an integer of ``dtype``; an unsigned one takes small negative numbers as C does."""
    bits = dtype.itemsize * 8
    largest = (1 << bits - dtype.is_signed) - 1
    if isinstance(value, float):
        # The largest integer is compared as a double, so that 2**63 itself passes for an int64.
        if not (-largest - 1 if dtype.is_signed else 0) <= value <= float(largest):
            raise no_fit(dtype)
        value = int(value)
        if value > largest:
            return -largest - 1
    if not -largest - dtype.is_signed <= value <= largest:
        raise no_fit(dtype)
    return value if dtype.is_signed else value & largest


def no_fit(dtype: dtypes.dtype) -> RuntimeError:
    """The error for a number outside the range of ``dtype``."""
    name = CPP_NAMES.get(dtype.name, dtype.c_name)
    return RuntimeError(f"value cannot be converted to type {name} without overflow")
