"""How a rule reaches the parameters: small ones together, large ones block by block, unusual ones as tensors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import accumulate
from math import prod
from typing import Any, NamedTuple

import numpy as np

from .._core.modes import mode
from .._core.quiet import quietly
from .._core.tensor import Tensor
from .._core.views import Shared
from .._kernels.blocks import BLOCK, DOUBLE, SINGLE, words

SMALL = 4096
"""Elements below which arrays are updated together with others."""

Row = Sequence[Tensor]
"""A parameter, its gradient and what the optimiser remembers of it, all of one shape."""


def update(rule: Callable[..., Any], rows: Sequence[Row], writes: Sequence[int]) -> None:
    """Call ``rule(words, parameter, gradient, *state)`` so that every row is updated in place.

    The words are torch's names of what can be done to tensors, either of ``Tensor`` itself or of plain arrays
    (``_kernels.blocks``). ``writes`` says how often the rule writes to each tensor of a row, which versions count.
    """
    if mode.enabled:
        for row in rows:
            rule(Tensor, *row)
        return
    small: dict[Any, list[list[np.ndarray]]] = {}
    for row in rows:
        arrays = [each._data for each in row]
        first = arrays[0]
        dtype, shape = first.dtype, first.shape
        if dtype is not SINGLE and dtype is not DOUBLE:
            rule(Tensor, *row)
            continue
        for place, array in enumerate(arrays):
            # A gradient may lie as it likes.
            if array.dtype is not dtype or array.shape != shape or not (place == 1 or array.flags.c_contiguous):
                rule(Tensor, *row)
                break
        else:
            for each, count in zip(row, writes):  # noqa: B905
                if count:
                    shared = each._shared
                    if shared.__class__ is Shared and not (shared.views or shared.unseen or shared.unseen_plain):
                        shared.number += count
                    else:
                        del shared  # whoever holds it is taken for a view that nobody has entered
                        each._bump(count)
            if first.size > SMALL:
                quietly(_by_blocks, rule, arrays)
            elif dtype in small:
                small[dtype].append(arrays)
            else:
                small[dtype] = [arrays]
    for waiting in small.values():
        while waiting:
            taken = 1
            if len(waiting) == 1:
                quietly(_by_blocks, rule, waiting[0])
            else:
                size = waiting[0][0].size
                while taken < len(waiting) and (size := size + waiting[taken][0].size) <= BLOCK:
                    taken += 1
                quietly(_together, rule, waiting[:taken])
            del waiting[:taken]


def _by_blocks(rule: Callable[..., Any], arrays: list[np.ndarray]) -> None:
    flat = [array.reshape(-1) for array in arrays]
    for start in range(0, flat[0].size, BLOCK):
        blocks = [each[start : start + BLOCK] for each in flat]
        rule(words(blocks[0].dtype, blocks[0].size), *blocks)


class _Pack(NamedTuple):
    """Memory in which small arrays are put side by side: ``rows[i]`` takes the i-th arrays, ``parts[i]`` shows each."""

    rows: list[np.ndarray]
    parts: list[list[np.ndarray]]


class _Packs(threading.local):
    def __init__(self) -> None:
        self.made: dict[Any, _Pack] = {}


_packs = _Packs()


def _together(rule: Callable[..., Any], group: list[list[np.ndarray]]) -> None:
    """Update small arrays side by side: one call of NumPy costs more than their elements do."""
    dtype, count = group[0][0].dtype, len(group[0])
    key = (dtype, count, *[arrays[0].shape for arrays in group])
    pack = _packs.made.get(key)
    if pack is None:
        if len(_packs.made) == 8:
            _packs.made.clear()
        pack = _packs.made[key] = _pack(dtype, count, [arrays[0].shape for arrays in group])
    for place, parts in enumerate(pack.parts):
        for arrays, part in zip(group, parts):  # noqa: B905
            part[...] = arrays[place]
    rule(words(dtype, pack.rows[0].size), *pack.rows)
    for place, parts in enumerate(pack.parts):
        if place != 1:
            for arrays, part in zip(group, parts):  # noqa: B905
                arrays[place][...] = part


def _pack(dtype: np.dtype, count: int, shapes: Sequence[tuple[int, ...]]) -> _Pack:
    sizes = [prod(shape) for shape in shapes]
    rows = list(np.empty((count, sum(sizes)), dtype))
    ends = list(accumulate(sizes))
    return _Pack(
        rows,
        [
            [row[end - size : end].reshape(shape) for end, size, shape in zip(ends, sizes, shapes, strict=True)]
            for row in rows
        ],
    )
