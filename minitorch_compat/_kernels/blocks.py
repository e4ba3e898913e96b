"""Steps in place over arrays small enough for the cache, under torch's names and with torch's rounding.

A rule written with these words runs on tensors as well, whose methods have the same names; here it pays for no tensor,
no graph and no new memory.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from .fused import fma64

BLOCK = 1 << 15
"""Elements at a time: what a rule needs of them fits a cache of the second level, and calls of NumPy are few."""
SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)


class Words:
    """What a rule may say of arrays of one dtype (float32 or float64) and one size.

    What is not in place comes out in a buffer that the next rule uses again.
    """

    def __init__(self, dtype: np.dtype, size: int) -> None:
        self.dtype, self.size = dtype, size
        self.buffers: list[np.ndarray] = []
        self.taken = 0
        self.numbers: dict[float, np.ndarray] = {}
        self.wide, self.wider = np.empty(size), np.empty(size)
        # What a step needs for itself alone lies where `fma` puts its addend when it has read it.
        self.between = self.wider.view(dtype)[:size]

    def fresh(self) -> np.ndarray:
        place = self.taken
        self.taken = place + 1
        if place == len(self.buffers):
            self.buffers.append(np.empty(self.size, self.dtype))
        return self.buffers[place]

    def part(self, value: Any) -> np.ndarray:
        """An array as it is, a number (or a tensor with one element) rounded to this dtype, as torch has it."""
        if type(value) is np.ndarray:
            return value
        number = float(value)
        known = self.numbers.get(number)
        if known is None:
            known = np.array(number, self.dtype)  # 0-d, which NumPy reads fastest
            if len(self.numbers) == 256:
                self.numbers.clear()
            if number:  # the sign of a zero counts, and is no part of a key
                self.numbers[number] = known
        return known

    def fma(self, a: np.ndarray, b: np.ndarray, c: np.ndarray, out: np.ndarray) -> np.ndarray:
        """``a * b + c``, rounded once, for arrays ``a`` and ``c``; see ``fused`` for the two roundings of float32."""
        if self.dtype == DOUBLE:
            np.copyto(out, fma64(a, b, c))
            return out
        product, addend = self.wide, self.wider
        product[...] = a  # in fewer steps than copyto
        if b.ndim:
            addend[...] = b
            np.multiply(product, addend, product)
        else:
            np.multiply(product, b.astype(DOUBLE), product)
        addend[...] = c
        np.add(product, addend, product)
        out[...] = product
        return out

    def neg(self, x: np.ndarray) -> np.ndarray:
        return np.negative(x, self.fresh())

    def add(self, x: np.ndarray, y: Any, *, alpha: Any = 1) -> np.ndarray:
        return self._add(x, y, alpha, self.fresh())

    def add_(self, x: np.ndarray, y: Any, *, alpha: Any = 1) -> np.ndarray:
        return self._add(x, y, alpha, x)

    def _add(self, x: np.ndarray, y: Any, alpha: Any, out: np.ndarray) -> np.ndarray:
        if alpha == 1:
            return np.add(x, self.part(y), out)
        if alpha == -1:
            return np.subtract(x, self.part(y), out)
        return self.fma(y, self.part(alpha), x, out)

    def sub(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.subtract(x, y, self.fresh())

    def mul(self, x: np.ndarray, y: Any) -> np.ndarray:
        return np.multiply(x, self.part(y), self.fresh())

    def mul_(self, x: np.ndarray, y: Any) -> np.ndarray:
        return np.multiply(x, self.part(y), x)

    def div(self, x: np.ndarray, y: Any) -> np.ndarray:
        return np.divide(x, self.part(y), self.fresh())

    def div_(self, x: np.ndarray, y: Any) -> np.ndarray:
        return np.divide(x, self.part(y), x)

    def sqrt(self, x: np.ndarray) -> np.ndarray:
        return np.sqrt(x, self.fresh())

    def sqrt_(self, x: np.ndarray) -> np.ndarray:
        return np.sqrt(x, x)

    def reciprocal(self, x: np.ndarray) -> np.ndarray:
        return np.divide(self.part(1), x, self.fresh())

    def abs(self, x: np.ndarray) -> np.ndarray:
        return np.absolute(x, self.fresh())

    def sign(self, x: np.ndarray) -> np.ndarray:
        """-1, 0 or 1; 0 for nan as well."""
        return np.subtract(x > 0, x < 0, self.fresh(), dtype=self.dtype)

    def gt(self, x: np.ndarray, y: Any) -> np.ndarray:
        return x > self.part(y)

    def lt(self, x: np.ndarray, y: Any) -> np.ndarray:
        return x < self.part(y)

    def eq(self, x: np.ndarray, y: Any) -> np.ndarray:
        return x == self.part(y)

    def masked_fill_(self, x: np.ndarray, where: np.ndarray, value: Any) -> np.ndarray:
        np.copyto(x, self.part(value), where=where)
        return x

    def clamp_(self, x: np.ndarray, least: Any, most: Any) -> np.ndarray:
        np.maximum(x, self.part(least), out=x)
        return np.minimum(x, self.part(most), out=x)

    def clone(self, x: np.ndarray) -> np.ndarray:
        return self.copy_(self.fresh(), x)

    def maximum(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.maximum(x, y, out=self.fresh())

    def copy_(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        np.copyto(x, y)
        return x

    def lerp_(self, x: np.ndarray, end: np.ndarray, weight: Any) -> np.ndarray:
        weight = self.part(weight)
        way = np.subtract(end, x, self.between)
        if abs(weight.item()) < 0.5:
            return self.fma(way, weight, x, x)
        return self.fma(way, weight - self.part(1), end, x)

    def addcmul(self, x: np.ndarray, first: np.ndarray, second: np.ndarray, *, value: Any = 1) -> np.ndarray:
        return self.addcmul_(self.clone(x), first, second, value=value)

    def addcmul_(self, x: np.ndarray, first: np.ndarray, second: np.ndarray, *, value: Any = 1) -> np.ndarray:
        if value != 1:
            first = np.multiply(first, self.part(value), self.between)
        return self.fma(first, second, x, x)

    def addcdiv_(self, x: np.ndarray, first: np.ndarray, second: np.ndarray, *, value: Any = 1) -> np.ndarray:
        fraction = self.between
        if value != 1:
            first = np.multiply(first, self.part(value), fraction)
        return np.add(x, np.divide(first, second, fraction), x)


class _Kept(threading.local):
    """Buffers stay with the thread that fills them."""

    def __init__(self) -> None:
        self.words: dict[tuple[np.dtype, int], Words] = {}


_kept = _Kept()


def words(dtype: np.dtype, size: int) -> Words:
    """The words for arrays of this dtype and size, their buffers free."""
    made = _kept.words.get((dtype, size))
    if made is None:
        if len(_kept.words) == 16:
            _kept.words.clear()
        made = _kept.words[dtype, size] = Words(dtype, size)
    made.taken = 0
    return made


__all__ = ["BLOCK", "DOUBLE", "SINGLE", "Words", "words"]
