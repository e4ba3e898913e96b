"""The order in which torch's element loops walk a tensor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def order(shape: Sequence[int], *strides: Sequence[int]) -> list[int]:
    """Dimensions from the fastest to the slowest, as an element loop over operands with these strides visits them.

    Small strides come first; a stride of zero in any operand leaves the question to the next operand, and what no
    operand settles keeps its place (the last dimension fastest). The first operand with an opinion wins.
    """
    dims = list(range(len(shape) - 1, -1, -1))

    def compare(a: int, b: int) -> int:
        for stride in strides:
            if stride[a] == 0 or stride[b] == 0:
                continue
            if stride[a] != stride[b]:
                return 1 if stride[a] > stride[b] else -1
            if shape[a] > shape[b]:
                return 1
        return 0

    # An insertion sort, because "no opinion" makes the comparison intransitive: the steps are part of the result.
    for i in range(1, len(dims)):
        place = i
        for j in range(i - 1, -1, -1):
            verdict = compare(dims[j], dims[place])
            if verdict > 0:
                dims[j], dims[place] = dims[place], dims[j]
                place = j
            elif verdict < 0:
                break
    return dims


def in_memory_order(x: np.ndarray) -> np.ndarray:
    """A view of ``x`` whose row-major order is the order in which torch fills ``x``."""
    if x.flags.c_contiguous:
        return x
    return x.transpose(order(x.shape, x.strides)[::-1])
