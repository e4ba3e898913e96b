"""Padding: constants, reflections, repetitions, and what comes round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._core.dtypes import not_implemented_for
from .._core.errors import Misfit, size_text
from .._core.operations import op
from .._core.saved_names import told_as
from .._core.tensor import Tensor
from .._kernels import padding as kernels
from .._kernels.elementwise import widened
from .._kernels.formats import like
from . import entry
from .spatial import ints

Array = np.ndarray


@op(
    method=False, module=False, node="ConstantPadNdBackward0",
    x=lambda xp, g, sides: xp.constant_pad_(g, tuple([(-low, -high) for low, high in sides]), 0),
)
def constant_pad_(x: Array, sides, value):
    """A constant around ``x``; negative sides take away."""
    if all(low <= 0 and high <= 0 for low, high in sides):
        return kernels.cropped(x, sides)
    return like(kernels.constant(x, sides, value), x)


def sides_of(pad: Sequence[int], ndim: int) -> tuple[tuple[int, int], ...]:
    """Pairs for each dimension, from torch's list that begins with the last one."""
    pairs = [(pad[place], pad[place + 1]) for place in range(0, len(pad), 2)]
    return ((0, 0),) * (ndim - len(pairs)) + tuple(reversed(pairs))


def constant_pad_nd(input: Tensor, pad: Any, value: Any = 0) -> Tensor:
    """``value`` on both sides of the last dimensions: ``pad`` has a pair for each, the last dimension first."""
    if not isinstance(input, Tensor) or not isinstance(value, (bool, int, float, complex, np.number)):
        raise Misfit
    pad = ints(pad, 1)
    shape = input._data.shape
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) > 2 * len(shape):
        raise RuntimeError(
            f"Length of pad should be no more than twice the number of dimensions of the input. Pad length is "
            f"{len(pad)}while the input has {len(shape)}dimensions."
        )
    sides = sides_of(pad, len(shape))
    if all(each <= 0 for each in pad) and any(each < 0 for each in pad):
        for n, (low, high) in zip(shape, sides, strict=True):
            if n + low + high < 0:
                raise RuntimeError("narrow(): length must be non-negative.")
    for place, (n, (low, high)) in enumerate(zip(shape, sides, strict=True)):
        if n + low + high < 0:
            raise RuntimeError(
                f"The input size {n}, plus negative padding {low} and {high} resulted in a negative output size, which "
                f"is invalid. Check dimension {place} of your input."
            )
    if input._data.dtype.kind in "iub" and isinstance(value, float):
        value = int(value)
    return constant_pad_(input, told_as(sides, pad), value)


entry.publish("constant_pad_nd", constant_pad_nd, method=False)

DIMENSION_LETTERS = "DHW"


def declare_repeating(stem: str, mode: str, space: int) -> Any:
    """``reflection_pad2d`` and its like."""
    name = f"{stem}{space}d"
    title = "".join(part.capitalize() for part in stem.split("_")) + f"{space}D"
    back_name = f"{name}_back"

    @op(
        f"{name}_", method=False, module=False, node=f"{title}Backward0",
        x=lambda xp, g, x, x_shape, sides: xp.beside(getattr(xp, back_name)(g, x_shape, sides), x),
    )
    def pad_(x: Array, sides):
        r = kernels.repeated(x, sides, mode)
        return like(r, x) if space > 1 else r

    @op(
        back_name, method=False, module=False, node=f"{title}BackwardBackward0",
        g=lambda xp, g, sides: getattr(xp, f"{name}_")(g, sides),
    )
    def back(g: Array, shape, sides):
        return kernels.folded(widened(g), shape, sides, mode).astype(g.dtype, copy=False)

    def pad(input: Tensor, padding: Any) -> Tensor:
        if not isinstance(input, Tensor):
            raise Misfit
        numbers = ints(padding, 2 * space)
        if len(numbers) != 2 * space:
            raise RuntimeError(f"padding size is expected to be {2 * space}, but got: {len(numbers)}")
        sides = sides_of(numbers, space)
        shape = input._data.shape
        if len(shape) not in (space + 1, space + 2) or 0 in shape[len(shape) - space - 1:]:
            raise RuntimeError(
                f"Expected {space + 1}D or {space + 2}D (batch mode) tensor with possibly 0 batch size and other "
                f"non-zero dimensions for input, but got: {size_text(shape)}"
            )
        if mode == "reflect":
            for place in range(len(shape) - 1, len(shape) - space - 1, -1):
                low, high = sides[place - len(shape)]
                if low >= shape[place] or high >= shape[place]:
                    number = 2 + 2 * (len(shape) - place)
                    raise RuntimeError(
                        f"Argument #{number}: Padding size should be less than the corresponding input dimension, but "
                        f"got: padding ({low}, {high}) at dimension {place} of input {size_text(shape)}"
                    )
        check_result(shape[len(shape) - space:], sides)
        if input._data.dtype.kind == "b":
            raise not_implemented_for(name, input.dtype)
        return pad_(input, told_as(sides, numbers))

    pad.__doc__ = f"The last {space} dimensions padded: '{mode}'."
    return pad


def check_result(space: Sequence[int], sides: Sequence[tuple[int, int]]) -> None:
    """RuntimeError where nothing is left."""
    made = [n + low + high for n, (low, high) in zip(space, sides, strict=True)]
    if all(each >= 1 for each in made):
        return
    letters = DIMENSION_LETTERS[-len(space):]
    if len(space) == 1:
        raise RuntimeError(f"input (W: {space[0]}) is too small. Calculated output W: {made[0]}")
    before = ", ".join(f"{letter}: {n}" for letter, n in zip(letters, space, strict=True))
    after = " ".join(f"{letter}: {n}" for letter, n in zip(letters, made, strict=True))
    raise RuntimeError(f"input ({before}) is too small. Calculated output {after}")


REPEATING = {
    (mode, space): declare_repeating(stem, mode, space)
    for stem, mode in (("reflection_pad", "reflect"), ("replication_pad", "replicate"))
    for space in (1, 2, 3)
}


def circular(input: Tensor, pad: Sequence[int]) -> Tensor:
    """The last dimensions padded with what lies on their other side, written piece by piece."""
    shape = input._data.shape
    count = len(pad) // 2
    sides = sides_of(pad, len(shape))
    for n, (low, high) in list(zip(shape, sides, strict=True))[len(shape) - count:]:
        if low > n or high > n:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if n + low + high <= 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension")
    out = input.new_empty([n + low + high for n, (low, high) in zip(shape, sides, strict=True)])
    inner, outer = kernels.overlap(shape, sides)
    part, taken = out, input
    for place in range(len(shape)):
        part = part.narrow(place, outer[place].start, outer[place].stop - outer[place].start)
        taken = taken.narrow(place, inner[place].start, inner[place].stop - inner[place].start)
    part.copy_(taken)
    for place in range(len(shape) - 1, len(shape) - count - 1, -1):
        low, high = sides[place]
        length = out._data.shape[place]
        if low > 0:
            out.narrow(place, 0, low).copy_(out.narrow(place, length - low - max(high, 0), low))
        if high > 0:
            out.narrow(place, length - high, high).copy_(out.narrow(place, max(low, 0), high))
    return out


SUPPORTED = """
Supported combinations for non-constant padding:
  - 2D or 3D input: padding size = 2 (pads last dimension)
  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)
  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"""


def pad(input: Tensor, pad: Any, mode: str = "constant", value: Any = None) -> Tensor:
    """``input`` padded: 'constant' any dimensions, 'reflect', 'replicate' and 'circular' the last one to three."""
    if not isinstance(input, Tensor) or not isinstance(mode, str) or not isinstance(pad, (tuple, list)):
        raise Misfit
    if value is not None and not isinstance(value, (bool, int, float, np.number)):
        raise Misfit
    numbers = ints(pad, 1)
    ndim = input._data.ndim
    if len(numbers) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(numbers) > 2 * ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(numbers)} and input of dimension {ndim}"
        )
    if mode == "constant":
        return constant_pad_nd(input, numbers, 0 if value is None else value)
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    space = len(numbers) // 2
    if space in (1, 2, 3) and ndim in (space + 1, space + 2):
        if mode == "circular":
            return circular(input, numbers)
        if (mode, space) in REPEATING:
            return REPEATING[mode, space](input, numbers)
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    raise NotImplementedError(
        f"Padding size {len(numbers)} is not supported for {ndim}D input tensor.{SUPPORTED}"
    )
