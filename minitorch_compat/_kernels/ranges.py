"""Ranges of numbers, with the roundings of torch's vectorised loops.

Start, end and step are Python numbers; the caller has settled the dtype. But for ``logspace``, bitwise torch for every
real dtype with one thread, or below 32768 elements.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import scalar_types as types
from .fused import fma32, fma64

# A vector's lanes. Two vectors are made per turn of the loop; what is left over is made number by number.
_LANES = {"e": 16, "E": 16, "f": 8, "d": 4}


def length(start: Any, end: Any, step: Any, dtype: np.dtype) -> int:
    """How many numbers ``arange`` makes; raises for a zero step, a step that leads away and infinite bounds."""
    if step == 0:
        raise RuntimeError("step must be nonzero")
    for bound in (start, end):
        if not math.isfinite(bound):
            raise RuntimeError(f"unsupported range: {start:g} -> {end:g}")
    if (end - start) * (1 if step > 0 else -1) < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if dtype.char in "lq":
        # In int64 torch counts in int64, where a wide span wraps around.
        span = (end - start + step - (1 if step > 0 else -1) + (1 << 63)) % (1 << 64) - (1 << 63)
        count = abs(span) // abs(step) * (1 if (span >= 0) == (step > 0) else -1)
    else:
        count = math.ceil((float(end) - float(start)) / float(step))
    if not 0 <= count < 1 << 63:
        raise RuntimeError("invalid size, possible overflow?")
    return count


def arange(start: Any, end: Any, step: Any, dtype: np.dtype) -> np.ndarray:
    """start, start + step, … as long as they lie before ``end``."""
    kind = dtype.char
    if kind not in types.FLOATING and kind not in "bBhilq":
        raise types.not_implemented("arange_cpu", dtype)
    count = length(start, end, step, dtype)
    if kind in types.INTEGRAL:
        start, step = int(start), int(step)
        numbers = np.arange(count, dtype=np.int64)
        numbers *= step
        numbers += start
        return numbers.astype(dtype)
    lanes = _LANES[kind]
    whole = count // (2 * lanes) * 2 * lanes
    steps = np.arange(count)
    numbers = np.empty(count, dtype)
    numbers[whole:] = _stepped(start, step, steps[whole:], kind)
    if whole:
        # The first lane is rounded to the dtype before the others are counted from it.
        first = _stepped(start, step, steps[:whole:lanes], kind).astype(dtype)
        numbers[:whole] = _counted(first[:, None], step, steps[:lanes], kind).reshape(-1)
    return numbers


def _stepped(start: float, step: float, count: np.ndarray, kind: str) -> np.ndarray:
    if kind in types.HALVES:
        return fma32(np.float32(step), count, np.float32(start))
    return fma64(float(step), count, float(start))


def _counted(first: np.ndarray, step: float, count: np.ndarray, kind: str) -> np.ndarray:
    if kind in types.HALVES:
        return fma32(np.float32(step), count, first.astype(np.float32))
    return fma64(float(step), count, first)


def range(start: Any, end: Any, step: Any, dtype: np.dtype) -> np.ndarray:
    """start, start + step, … up to and with ``end``."""
    if dtype.char not in types.FLOATING and dtype.char not in types.INTEGRAL:
        raise types.not_implemented("range_cpu", dtype)
    if dtype.char in types.INTEGRAL:
        start, end, step = (int(bound) for bound in (start, end, step))
    length(start, end, step, dtype)
    if dtype.char in types.HALVES:
        start, end, step = (np.float32(bound) for bound in (start, end, step))
    count = int((end - start) / step + 1)
    steps = np.arange(count, dtype=np.float32 if dtype.char in types.HALVES else None)
    return np.asarray(start + steps * step).astype(dtype)


def _step(start: Any, end: Any, count: int, dtype: np.dtype) -> tuple[Any, Any, Any]:
    if count < 0:
        raise RuntimeError("number of steps must be non-negative")
    with np.errstate(all="ignore"):
        first, last = (np.array(bound).astype(dtype)[()] for bound in (start, end))
        if dtype.char in types.INTEGRAL:
            return first, last, (float(last) - float(first)) / max(count - 1, 1)
        return first, last, (last - first) / dtype.type(max(count - 1, 1))


def linspace(start: Any, end: Any, count: int, dtype: np.dtype) -> np.ndarray:
    """``count`` evenly spaced numbers from ``start`` to ``end``, each half counted from its own end."""
    kind = dtype.char
    if kind == "?" or kind in types.NARROW:
        raise types.not_implemented("linspace_cpu", dtype)
    first, last, step = _step(start, end, count, dtype)
    numbers = np.empty(count, dtype)
    half = count // 2
    if count == 1:
        numbers[0] = first
        return numbers
    up, down = np.arange(half), np.arange(count - half)[::-1]
    if kind == "f":
        numbers[:half], numbers[half:] = fma32(step, up, first), fma32(-step, down, last)
    elif kind == "d":
        numbers[:half], numbers[half:] = fma64(step, up, first), fma64(-step, down, last)
    elif kind in types.INTEGRAL:
        with np.errstate(all="ignore"):
            numbers[:half], numbers[half:] = fma64(step, up, float(first)), fma64(-step, down, float(last))
    else:
        numbers[:half] = first + step * up.astype(dtype)
        numbers[half:] = last - step * down.astype(dtype)
    return numbers


def logspace(start: Any, end: Any, count: int, base: float, dtype: np.dtype) -> np.ndarray:
    """``base`` to the power of ``count`` evenly spaced numbers from ``start`` to ``end``. Bitwise torch.

    Only the bounds and their distance have the dtype's precision; steps and powers are doubles, the powers libm's.
    """
    if dtype.char == "?" or dtype.char in types.NARROW:
        raise types.not_implemented("logspace_cpu", dtype)
    first, last, step = _step(start, end, count, dtype)
    half = count // 2
    up, down = np.arange(half), np.arange(count - half)[::-1]
    with np.errstate(all="ignore"):
        if dtype.char in types.COMPLEX:
            if count == 1:
                last = first
            exponents = np.concatenate((first + step * up, last - step * down))
            return np.power(dtype.type(base), exponents).astype(dtype)
        if count == 1:
            last = first
        span = float(last) - float(first) if dtype.char in types.INTEGRAL else float(last - first)
        step = span / max(count - 1, 1)
        exponents = np.concatenate((float(first) + step * up, float(last) - step * down))
        powers = np.array([_power(base, exponent) for exponent in exponents.tolist()], np.float64)
        return powers.astype(np.float32).astype(dtype) if dtype.char in types.HALVES else powers.astype(dtype)


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan
