"""Pools over windows of space: the largest element, the mean, and the way out of a pool."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._core.dtypes import not_implemented_for
from .._core.errors import Misfit, size_text
from .._core.operations import op
from .._core.recording import arrays
from .._core.saved_names import told_as
from .._core.tensor import Tensor, wrap, wrap_dim
from .._kernels import pooling as kernels
from .._kernels.elementwise import widened
from .._kernels.formats import like
from .._kernels.scalar_types import HALVES
from . import entry
from .spatial import ints, is_int

Array = np.ndarray
NUMBER_WORDS = {1: "one int", 2: "two ints", 3: "three ints"}


def node(stem: str, space: int) -> str:
    """``MaxPool2DWithIndicesBackward0`` from ``MaxPool#WithIndices``."""
    return stem.replace("#", f"{space}D") + "Backward0"


def in_batch(window: Sequence[int], *arrays: Array) -> list[Array]:
    """Arrays with a dimension of samples in front, where they lack one."""
    return [each if each.ndim == len(window) + 2 else each[None] for each in arrays]


# ---- the largest element


def to_largest(xp, g, found, x, x_shape, window, stride, padding, dilation):
    made = xp.max_pool_back(g, found, x_shape[len(x_shape) - len(window):], window, stride, padding, dilation)
    return like(made, x) if xp is arrays else xp.beside(made, x)


@op(method=False, module=False, g=lambda xp, g, found, window, stride, padding, dilation: xp.max_pool_pick(
    g, found, window, stride, padding, dilation
))
def max_pool_back(g: Array, found: Array, space, window, stride, padding, dilation):
    """Gradients at the places of the largest elements."""
    given, at = in_batch(window, g, found)
    made = kernels.to_largest(given, at, space, window, stride, padding, dilation)
    return made if g.ndim == made.ndim else made[0]


@op(method=False, module=False, x=to_largest)
def max_pool_pick(x: Array, found: Array, window, stride, padding, dilation):
    """The elements at the places of the largest ones."""
    given, at = in_batch(window, x, found)
    made = kernels.from_largest(given, at, window, stride, padding, dilation)
    return made if x.ndim == made.ndim else made[0]


def declare_max_pool(space: int) -> Any:
    """The pool of one number of dimensions, for its node's name."""

    @op(
        f"max_pool{space}d_", method=False, module=False, node=node("MaxPool#WithIndices", space),
        results=("out", "found"), x=to_largest, shown=("counts",),
    )
    def pool(x: Array, window, stride, padding, dilation, counts):
        out, found = kernels.largest(in_batch(window, x)[0], window, stride, padding, dilation, counts)
        return (like(out, x), found) if x.ndim == out.ndim else (out[0], found[0])

    return pool


MAX_POOLS = {space: declare_max_pool(space) for space in (2, 3)}


def window_numbers(
    name: str, space: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any = 1
) -> tuple[tuple[int, ...], ...]:
    """Kernel size, stride, padding and dilation for each dimension; RuntimeError in torch's words for other counts."""
    words = NUMBER_WORDS[space]
    mean = name.startswith("avg")
    given = [
        ints(kernel_size, space), ints([] if stride is None else stride, space), ints(padding, space),
        ints(dilation, space),
    ]
    either = "" if mean and space == 3 else "either "
    phrases = (
        f"kernel_size must {either}be a single int, or a tuple of {words}",
        f"stride must {'' if mean and space == 3 else 'either '}be omitted, a single int, or a tuple of {words}",
        f"padding must {either}be a single int, or a tuple of {words}",
        f"dilation must be either a single int, or a tuple of {words}",
    )
    for place, numbers in enumerate(given):
        if len(numbers) not in (1, space) and not (place == 1 and not numbers):
            raise RuntimeError(f"{name}: {phrases[place]}")
        if len(numbers) == 1:
            given[place] = numbers * space
    if not given[1]:
        given[1] = told_as(given[0], ())
    return tuple(given)


def check_extents(name: str, x: Array, space: int) -> None:
    """Refuse inputs without elements, but for those without samples."""
    if space == 2:
        if 0 in x.shape[1:] or (x.ndim == 3 and not x.shape[0]):
            raise RuntimeError(
                "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:"
                f"{size_text(x.shape)}"
            )
        return
    own = x.shape[x.ndim - space - 1:]
    if 0 in own:
        raise RuntimeError(
            f"{name}(): Expected input's non-batch dimensions to have positive length, but input has a shape of "
            f"{size_text(x.shape)} and non-batch dimension 0 has length zero!"
        )


def check_counts(x: Array, counts: Sequence[int]) -> None:
    """Refuse what no window fits into."""
    if any(count < 1 for count in counts):
        sizes = "x".join(map(str, x.shape[1:]))
        calculated = "x".join(map(str, (x.shape[1], *counts)))
        raise RuntimeError(
            f"Given input size: ({sizes}). Calculated output size: ({calculated}). Output size is too small"
        )


def check_windows(
    window: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int]
) -> None:
    """Windows have elements and go on; padding is at most half of what a window reaches over."""
    for size, step, pad, gap in zip(window, stride, padding, dilation, strict=True):
        if step == 0:
            raise RuntimeError("stride should not be zero")
        if pad < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {pad}")
        if pad > int(((size - 1) * gap + 1) / 2):
            raise RuntimeError(
                "pad should be at most half of effective kernel size, but got "
                f"pad={pad}, kernel_size={size} and dilation={gap}"
            )
    for title, letter, numbers in (
        ("kernel size", "k", window), ("stride", "d", stride), ("dilation", "dilation", dilation)
    ):
        if any(number <= 0 for number in numbers):
            told = " ".join([f"{letter}{'THW'[place - 3]}: {n}" for place, n in enumerate(numbers, 3 - len(numbers))])
            raise RuntimeError(f"{title} should be greater than zero, but got {told}")


def counts_of(
    x: Array, window: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int],
    ceil_mode: bool,
) -> tuple[int, ...]:
    """How many windows there are along each dimension."""
    check_windows(window, stride, padding, dilation)
    return tuple([
        kernels.pooled_length(*numbers, ceil_mode)
        for numbers in zip(x.shape[2:], window, stride, padding, dilation, strict=True)
    ])


def max_pool(
    name: str, space: int, input: Tensor, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool,
    with_indices: bool,
) -> Any:
    """The pool of two or three dimensions, with or without its indices."""
    if not isinstance(input, Tensor):
        raise Misfit
    window, stride, padding, dilation = window_numbers(name, space, kernel_size, stride, padding, dilation)
    if input._data.ndim not in (space + 1, space + 2):
        raise RuntimeError(
            f"non-empty {space + 1}D or {space + 2}D (batch mode) tensor expected for input"
        )
    a = in_batch(window, input._data)[0]
    counts = told_as(counts_of(a, window, stride, padding, dilation, ceil_mode), bool(ceil_mode))
    check_extents("max_pool3d_with_indices_out_cpu_template", input._data, space)
    check_counts(a, counts)
    if a.dtype.kind in "bc":
        raise not_implemented_for(f"max_pool{space}d", input.dtype)
    out, found = MAX_POOLS[space](input, window, stride, padding, dilation, counts)
    if not with_indices:
        return out
    positions = in_batch(window, found._data)[0]
    indices = kernels.flat_indices(positions, a.shape[2:], window, stride, padding, dilation)
    return out, wrap(like(indices, input._data) if a is input._data else indices[0])


def max_pool1d(
    input: Tensor, kernel_size: Any, stride: Any = (), padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> Tensor:
    """The largest element of each window along the last dimension."""
    if not isinstance(input, Tensor):
        raise Misfit
    check_max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode)
    if input._data.dtype.kind not in "fV" and input._node is None:
        raise not_implemented_for("max_pool1d_impl", input.dtype)
    return max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)[0]


def check_max_pool1d(
    input: Tensor, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> None:
    """Refuse numbers that do not go together, in the words of the function for one dimension."""
    shape = input._data.shape
    if len(shape) not in (2, 3) or 0 in shape[len(shape) - 2:]:
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:"
            f"{size_text(shape)}"
        )
    numbers = {"kernel_size": ints(kernel_size, 1), "padding": ints(padding, 1), "dilation": ints(dilation, 1)}
    steps = ints(() if stride is None else stride, 1)
    if len(numbers["kernel_size"]) != 1:
        raise RuntimeError(
            "max_pool1d() kernel_size must be an int, list of ints or tuple of ints of size 1 but got size "
            f"{len(numbers['kernel_size'])}"
        )
    if len(steps) > 1:
        raise RuntimeError(
            "max_pool1d() stride must be None, an int, list of ints, or tuple of ints of size 1 but got size "
            f"{len(steps)}"
        )
    for title in ("padding", "dilation"):
        if len(numbers[title]) != 1:
            raise RuntimeError(
                f"max_pool1d() {title} must be an int, list of ints or tuple of ints of size 1 but got size "
                f"{len(numbers[title])}"
            )
    (size,), (pad,), (gap,) = numbers["kernel_size"], numbers["padding"], numbers["dilation"]
    step = steps[0] if steps else size
    if size <= 0:
        raise RuntimeError(f"max_pool1d() kernel_size must be greater than zero, but got {size}")
    if step <= 0:
        raise RuntimeError(f"max_pool1d() stride must be greater than zero, but got {step}")
    if pad < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {pad}")
    if pad > size // 2:
        raise RuntimeError(
            f"max_pool1d() padding should be at most half of kernel size, but got padding={pad} and kernel_size={size}"
        )
    if gap <= 0:
        raise RuntimeError(f"max_pool1d() dilation must be greater than zero, but got {gap}")
    count = kernels.pooled_length(shape[-1], size, step, pad, gap, ceil_mode)
    if count <= 0:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {count}")


def check_dimensions(name: str, input: Tensor) -> None:
    """One dimension of space, with channels, and samples or not."""
    if input._data.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {input._data.ndim}-dimensional tensor for argument #1 'self' (while "
            f"checking arguments for {name})"
        )


def one_number(name: str, title: str, value: Any) -> tuple[int, ...]:
    """A number, or a sequence of one."""
    numbers = ints(value, 1)
    if len(numbers) != 1:
        raise RuntimeError(f"{name}() argument '{title}' should contain one int (got {len(numbers)})")
    return numbers


def max_pool1d_with_indices(
    input: Tensor, kernel_size: Any, stride: Any = (), padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> Any:
    """The largest element of each window along the last dimension, and its index."""
    if not isinstance(input, Tensor):
        raise Misfit
    name = "max_pool1d"
    check_dimensions(name, input)
    size = one_number(name, "kernel_size", kernel_size)
    step = ints(() if stride is None else stride, 1)
    step = one_number(name, "stride", step) if step else size
    pad, gap = one_number(name, "padding", padding), one_number(name, "dilation", dilation)
    out, indices = max_pool(
        "max_pool2d", 2, input.unsqueeze(-2), (1, *size), (1, *step), (0, *pad), (1, *gap), ceil_mode, True
    )
    return out.squeeze(-2), indices.squeeze(-2)


def declare_public_max_pools() -> None:
    """``torch.max_pool2d`` and ``max_pool3d``, and with indices."""

    def declare(space: int, with_indices: bool) -> None:
        name = f"max_pool{space}d"

        def pool(
            input: Tensor, kernel_size: Any, stride: Any = (), padding: Any = 0, dilation: Any = 1,
            ceil_mode: bool = False,
        ) -> Any:
            return max_pool(name, space, input, kernel_size, stride, padding, dilation, ceil_mode, with_indices)

        own = f"{name}_with_indices" if with_indices else name
        pool.__doc__ = "The largest element of each window" + (" and its flat index." if with_indices else ".")
        if with_indices:
            WITH_INDICES[space] = pool
        else:
            entry.publish(own, pool, method=False)

    for space in (2, 3):
        declare(space, False)
        declare(space, True)


WITH_INDICES: dict[int, Any] = {1: max_pool1d_with_indices}
declare_public_max_pools()
entry.publish("max_pool1d", max_pool1d, method=False)
entry.publish("max_pool1d_with_indices", max_pool1d_with_indices, method=False)


# ---- at flat indices: adaptive and fractional pools, and the way out of a pool


@op(method=False, module=False, g=lambda xp, g, indices, space: xp.taken_at_(g, indices, len(space)))
def added_at_(g: Array, indices: Array, space):
    """Gradients added at flat indices of a space of zeros."""
    return kernels.added_at(g, indices, space)


@op(method=False, module=False, x=lambda xp, g, indices, x_shape, space: xp.added_at_(
    g, indices, x_shape[len(x_shape) - space:]
))
def taken_at_(x: Array, indices: Array, space):
    """The elements at flat indices."""
    return kernels.taken_at(x, indices, space)


def declare_indexed(space: int, stem: str, name: str, kernel: Any) -> Any:
    """A pool that says flat indices and nothing about windows."""

    @op(
        f"{name}{space}d_", method=False, module=False, node=node(stem, space), results=("out", "indices"),
        x=lambda xp, g, indices, x, x_shape: xp.beside(xp.added_at_(g, indices, x_shape[len(x_shape) - space:]), x),
        shown=("window", "counts") if stem.startswith("Fractional") else (),
    )
    def pool(x: Array, window, counts, samples):
        out, indices = kernel(x, window, counts, samples)
        return like(out, x), like(indices, x)

    return pool


def adaptive_kernel(x: Array, window: Any, counts: Sequence[int], samples: Any) -> Any:
    return kernels.adaptive_largest(x, counts)


def fractional_kernel(x: Array, window: Sequence[int], counts: Sequence[int], samples: Array) -> Any:
    out, indices = kernels.fractional_largest(in_batch(window, x)[0], window, counts, samples)
    return (out, indices) if out.ndim == x.ndim else (out[0], indices[0])


ADAPTIVE_MAX = {space: declare_indexed(space, "AdaptiveMaxPool#", "adaptive_max_pool", adaptive_kernel)
                for space in (2, 3)}
FRACTIONAL = {space: declare_indexed(space, "FractionalMaxPool#", "fractional_max_pool", fractional_kernel)
              for space in (2, 3)}


def adaptive_max_pool(space: int, input: Tensor, output_size: Any) -> Any:
    """The largest element of each of ``output_size`` parts, and its flat index."""
    if not isinstance(input, Tensor):
        raise Misfit
    name = f"adaptive_max_pool{space}d"
    counts = ints(output_size, space)
    shape = input._data.shape
    if len(shape) not in (space + 1, space + 2):
        raise RuntimeError(f"{name}(): Expected {space + 1}D or {space + 2}D tensor, but got: {size_text(shape)}")
    for place in range(len(shape) - space, len(shape)):
        if not shape[place]:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                f"{size_text(shape)} with dimension {place} being empty"
            )
    if len(counts) != space:
        raise RuntimeError(f"{name}(): internal error: output_size.size() must be {space}")
    if any(count < 0 for count in counts):
        bad = next(count for count in counts if count < 0)
        made = size_text((*shape[: len(shape) - space], *counts))
        raise RuntimeError(f"Trying to create tensor with negative dimension {bad}: {made}")
    if input._data.dtype.kind not in "fV":
        suffix = "_cpu" if space == 3 else ""
        raise not_implemented_for(f"{name}{suffix}", input.dtype)
    return ADAPTIVE_MAX[space](input, None, counts, None)


def adaptive_max_pool1d(input: Tensor, output_size: Any) -> Any:
    """The largest element of each of ``output_size`` parts of the last dimension, and its index."""
    if not isinstance(input, Tensor):
        raise Misfit
    check_dimensions("adaptive_max_pool1d", input)
    count = one_number("adaptive_max_pool1d", "output_size", output_size)
    out, indices = adaptive_max_pool(2, input.unsqueeze(-2), (1, *count))
    return out.squeeze(-2), indices.squeeze(-2)


entry.publish("adaptive_max_pool1d", adaptive_max_pool1d, method=False)


def fractional_max_pool(space: int, input: Tensor, kernel_size: Any, output_size: Any, samples: Tensor) -> Any:
    """Graham's pool with windows at random distances: values and flat indices."""
    if not isinstance(input, Tensor) or not isinstance(samples, Tensor):
        raise Misfit
    name = f"fractional_max_pool{space}d"
    window, counts = ints(kernel_size, space), ints(output_size, space)
    for title, numbers in (("kernel_size", window), ("output_size", counts)):
        if len(numbers) not in (1, space):
            raise RuntimeError(f"{name}: {title} must either be a single Int or tuple of Ints")
    window, counts = (window * space)[:space], (counts * space)[:space]
    shape = input._data.shape
    if len(shape) not in (space + 1, space + 2):
        raise RuntimeError(f"{name}(): Expected {space + 1}D or {space + 2}D tensor, but got: {size_text(shape)}")
    lengths = shape[len(shape) - space:]
    titles = ("time", "height", "width")[-space:]
    for title, size, count, length in zip(titles, window, counts, lengths, strict=True):
        if count + size - 1 > length:
            own = name if space == 2 else f"{name}_out"
            raise RuntimeError(f"{own}(): pool {title} {size} too large relative to input {title} {length}")
    if samples._data.dtype != input._data.dtype:
        raise RuntimeError("Expect _random_samples to have the same dtype as input")
    x = in_batch(window, input._data)[0]
    drawn = samples._data
    if drawn.ndim != 3:
        raise RuntimeError(f"Expect _random_samples to have 3 dimensions got {drawn.ndim}")
    if drawn.shape[0] < x.shape[0]:
        raise RuntimeError("Expect _random_samples.size(0) no less then input batch size.")
    if drawn.shape[1] != x.shape[1]:
        raise RuntimeError("Expect _random_samples.size(1) equals to input channel size.")
    if drawn.shape[2] != space:
        raise RuntimeError(f"Expect _random_samples.size(2) equals to {space}; got {drawn.shape[2]}.")
    if input._data.dtype.kind not in "fV":
        raise not_implemented_for(f"{name}_out_frame", input.dtype)
    return FRACTIONAL[space](input, window, counts, drawn[: x.shape[0]])


def unpooled(xp, g, indices, space):
    return xp.taken_at_(g, indices, len(space))


def declare_unpool(space: int) -> Any:
    @op(f"max_unpool{space}d_", method=False, module=False, node=node("MaxUnpool#", space), x=unpooled)
    def unpool(x: Array, indices: Array, space):
        return like(kernels.put_at(x, indices, space), x)

    return unpool


UNPOOLS = {space: declare_unpool(space) for space in (2, 3)}


def max_unpool(space: int, input: Tensor, indices: Tensor, output_size: Sequence[int]) -> Tensor:
    """Zeros with the elements of ``input`` at flat ``indices``."""
    if not isinstance(input, Tensor) or not isinstance(indices, Tensor):
        raise Misfit
    a, at = input._data, indices._data
    if at.dtype != np.int64:
        raise RuntimeError(f"elements in indices should be type int64 but got: {indices.dtype.scalar_type}")
    if a.ndim not in (space + 1, space + 2):
        kinds = f"a {space + 1}d or {space + 2}d"
        raise RuntimeError(
            f"Input to max_unpooling{space}d should be {kinds} Tensor, but got a tensor with {a.ndim} dimensions."
        )
    if a.shape != at.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({size_text(a.shape)}) but got indices "
            f"tensor with shape: {size_text(at.shape)}"
        )
    if a.dtype.kind not in "fV":
        raise not_implemented_for(f"max_unpool{space}d", input.dtype)
    bad = (at < 0) | (at >= math.prod(output_size))
    if bad.any():
        raise RuntimeError(
            f"Found an invalid max index: {at[bad][-1]} (output volumes are of size {'x'.join(map(str, output_size))})"
        )
    return UNPOOLS[space](input, indices, tuple(output_size))


# ---- means


def declare_avg_pool(space: int) -> Any:
    """The pool of one number of dimensions, and its way back."""
    back_name = f"avg_pool{space}d_back"

    def back(xp, g, x, x_shape, window, stride, padding, counts, include, override):
        space_shape = x_shape[len(x_shape) - space:]
        made = getattr(xp, back_name)(g, space_shape, window, stride, padding, counts, include, override)
        return xp.beside(made, x)

    @op(f"avg_pool{space}d_", method=False, module=False, node=node("AvgPool#", space), x=back)
    def pool(x: Array, window, stride, padding, counts, include, override):
        wide = in_batch(window, widened(x))[0]
        r = kernels.mean(wide, window, stride, padding, counts, include, override).astype(x.dtype, copy=False)
        return (like(r, x) if space == 2 else r) if x.ndim == r.ndim else r[0]

    @op(back_name, method=False, module=False, node=f"AvgPool{space}DBackwardBackward0",
        g=lambda xp, g, window, stride, padding, counts, include, override: getattr(xp, f"avg_pool{space}d_")(
            g, window, stride, padding, counts, include, override
        ))
    def unpool(g: Array, space, window, stride, padding, counts, include, override):
        wide = in_batch(window, widened(g))[0]
        r = kernels.from_mean(wide, space, window, stride, padding, counts, include, override)
        return (r if r.ndim == g.ndim else r[0]).astype(g.dtype, copy=False)

    return pool


AVG_POOLS = {space: declare_avg_pool(space) for space in (2, 3)}


def avg_pool(
    space: int, input: Tensor, kernel_size: Any, stride: Any = (), padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window of two or three dimensions."""
    name = f"avg_pool{space}d"
    if not isinstance(input, Tensor) or not (divisor_override is None or is_int(divisor_override)):
        raise Misfit
    window, stride, padding, dilation = window_numbers(name, space, kernel_size, stride, padding)
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    if space == 2:
        wrap_dim(-3, input._data.ndim)
    if input._data.ndim not in (space + 1, space + 2):
        raise RuntimeError(f"non-empty {space + 1}D or {space + 2}D (batch mode) tensor expected for input")
    a = in_batch(window, input._data)[0]
    counts = told_as(counts_of(a, window, stride, padding, dilation, ceil_mode), bool(ceil_mode))
    check_extents(name, input._data, space)
    check_counts(a, counts)
    if (a.dtype.kind not in "fV" and a.dtype != np.int64) or (space == 3 and a.dtype.char in HALVES):
        raise not_implemented_for("avg_pool2d" if space == 2 else "avg_pool3d_out_frame", input.dtype)
    return AVG_POOLS[space](input, window, stride, padding, counts, bool(count_include_pad), divisor_override)


def avg_pool1d(
    input: Tensor, kernel_size: Any, stride: Any = (), padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of each window along the last dimension."""
    if not isinstance(input, Tensor):
        raise Misfit
    name = "avg_pool1d"
    check_dimensions(name, input)
    size = one_number(name, "kernel_size", kernel_size)
    step = ints(() if stride is None else stride, 1)
    step = one_number(name, "stride", step) if step else size
    pad = one_number(name, "padding", padding)
    out = avg_pool(
        2, input.unsqueeze(-2), (1, *size), (1, *step), (0, *pad), ceil_mode, count_include_pad
    )
    return out.squeeze(-2)


entry.publish("avg_pool1d", avg_pool1d, method=False)


def declare_adaptive_avg(space: int) -> Any:
    """The pool of one number of dimensions, and its way back."""
    back_name = f"adaptive_avg_pool{space}d_back"

    @op(
        f"adaptive_avg_pool{space}d_", method=False, module=False, node=node("AdaptiveAvgPool#", space),
        x=lambda xp, g, x, x_shape: xp.beside(getattr(xp, back_name)(g, x_shape[len(x_shape) - space:]), x),
    )
    def pool(x: Array, counts):
        r = kernels.adaptive_mean(widened(x), counts).astype(x.dtype, copy=False)
        return like(r, x)

    @op(back_name, method=False, module=False, node=f"AdaptiveAvgPool{space}DBackwardBackward0",
        g=lambda xp, g, g_shape: getattr(xp, f"adaptive_avg_pool{space}d_")(g, g_shape[len(g_shape) - space:]))
    def unpool(g: Array, space):
        return kernels.from_adaptive_mean(widened(g), space).astype(g.dtype, copy=False)

    return pool


ADAPTIVE_AVG = {space: declare_adaptive_avg(space) for space in (2, 3)}


def adaptive_avg_pool(space: int, input: Tensor, output_size: Any) -> Tensor:
    """The mean of each of ``output_size`` parts; a single part is a plain mean."""
    if not isinstance(input, Tensor):
        raise Misfit
    name = f"adaptive_avg_pool{space}d"
    counts = ints(output_size, space)
    if len(counts) != space:
        raise RuntimeError(f"{name}: output_size must be {space}")
    if any(count < 0 for count in counts):
        raise RuntimeError(
            f"{name}: elements of output_size must be greater than or equal to 0 but received "
            f"{{{counts[0]}, {','.join(map(str, counts[1:])) if space == 3 else counts[1]}}}"
        )
    shape = input._data.shape
    if all(count == 1 for count in counts) and len(shape) in (space + 1, space + 2) and 0 not in shape:
        return input.mean(tuple(range(-space, 0)), True)
    if len(shape) not in (space + 1, space + 2):
        raise RuntimeError(f"{name}(): Expected {space + 1}D or {space + 2}D tensor, but got {size_text(shape)}")
    for place in range(len(shape) - space, len(shape)):
        if not shape[place]:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                f"{size_text(shape)} with dimension {place} being empty"
            )
    if input._data.dtype.kind not in "fV":
        suffix = "_cpu" if space == 3 else ""
        raise not_implemented_for(f"{name}{suffix}", input.dtype)
    return ADAPTIVE_AVG[space](input, counts)


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """The mean of each of ``output_size`` parts of the last dimension."""
    if not isinstance(input, Tensor):
        raise Misfit
    check_dimensions("adaptive_avg_pool1d", input)
    count = one_number("adaptive_avg_pool1d", "output_size", output_size)
    return adaptive_avg_pool(2, input.unsqueeze(-2), (1, *count)).squeeze(-2)


entry.publish("adaptive_avg_pool1d", adaptive_avg_pool1d, method=False)


# ---- windows as columns


def block_numbers(
    kernel_size: Any, dilation: Any, padding: Any, stride: Any, output_size: Any = None
) -> list[tuple[int, ...]]:
    """The five pairs of numbers that ``im2col`` and ``col2im`` take."""
    given = {"kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride}
    if output_size is not None:
        given = {"output_size": output_size, **given}
    numbers: list[tuple[int, ...]] = []
    for title, value in given.items():
        pair = ints(value, 2)
        if len(pair) != 2:
            raise RuntimeError(f"It is expected {title} equals to 2, but got size {len(pair)}")
        numbers.append(pair)
    window, gaps, pads, steps = numbers[-4:]
    for title, short, pair in (
        ("kernel size", "kernel", window), ("dilation", "dilation", gaps), ("stride", "stride", steps)
    ):
        if min(pair) <= 0:
            raise RuntimeError(
                f"{title} should be greater than zero, but got {short}_height: {pair[0]} {short}_width: {pair[1]}"
            )
        if title == "dilation" and min(pads) < 0:
            raise RuntimeError(
                f"padding should be non-negative, but got pad_height: {pads[0]} pad_width: {pads[1]}"
            )
    return numbers


def pair_text(pair: Sequence[int]) -> str:
    return f"({pair[0]}, {pair[1]})"


def block_counts(
    space: Sequence[int], window: Sequence[int], dilation: Sequence[int], padding: Sequence[int], stride: Sequence[int]
) -> tuple[int, ...]:
    """How many blocks there are along each dimension, truncated as C divides."""
    return tuple([
        int((n + 2 * pad - gap * (size - 1) - 1) / step) + 1
        for n, size, gap, pad, step in zip(space, window, dilation, padding, stride, strict=True)
    ])


@op(method=False, module=False, node="Im2ColBackward0", x=lambda xp, g, x_shape, window, dilation, padding, stride: (
    xp.col2im_(g, x_shape[len(x_shape) - 2:], window, dilation, padding, stride)
))
def im2col_(x: Array, window, dilation, padding, stride):
    """The blocks of (N, C, H, W) as columns (N, C * block, count)."""
    from .._kernels import convolution

    wide = in_batch(window, x)[0]
    counts = convolution.lengths_after(wide.shape[2:], window, stride, padding, dilation)
    view = convolution.windows(convolution.padded(wide, padding), window, stride, dilation, counts)
    made = np.ascontiguousarray(view).reshape(len(wide), wide.shape[1] * math.prod(window), math.prod(counts))
    return made if wide is x else made[0]


@op(method=False, module=False, node="Col2ImBackward0", x=lambda xp, g, window, dilation, padding, stride: xp.im2col_(
    g, window, dilation, padding, stride
))
def col2im_(x: Array, space, window, dilation, padding, stride):
    """Columns put back as blocks, those that overlap added."""
    from .._kernels import convolution

    counts = convolution.lengths_after(space, window, stride, padding, dilation)
    given = x if x.ndim == 3 else x[None]
    channels = given.shape[1] // math.prod(window)
    columns = given.reshape(len(given), channels, *window, *counts)
    wide = np.zeros((len(given), channels, *[n + 2 * pad for n, pad in zip(space, padding, strict=True)]), x.dtype)
    for position, slices in convolution.places(window, stride, dilation, counts):
        wide[slices] += columns[convolution.index(..., *position, slice(None), slice(None))]
    made = wide[kernels.inside(space, padding)].copy()
    return made if given is x else made[0]


def im2col(input: Tensor, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Tensor:
    """The blocks of (N, C, H, W), or (C, H, W), as columns."""
    if not isinstance(input, Tensor):
        raise Misfit
    window, gaps, pads, steps = block_numbers(kernel_size, dilation, padding, stride)
    shape = input._data.shape
    wrap_dim(2, len(shape))
    if len(shape) not in (3, 4) or 0 in shape[len(shape) - 3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            f"but got: {size_text(shape)}"
        )
    counts = block_counts(shape[-2:], window, gaps, pads, steps)
    if min(counts) < 1:
        raise RuntimeError(
            f"Given input with spatial size {pair_text(shape[-2:])}, kernel_size={pair_text(window)}, "
            f"dilation={pair_text(gaps)}, padding={pair_text(pads)}, calculated shape of the array of sliding blocks "
            f"as {pair_text(counts)}, but its components must be at least one."
        )
    if input._data.dtype.kind in "iu":
        raise not_implemented_for("im2col_out_cpu", input.dtype)
    return im2col_(input, window, gaps, pads, steps)


def col2im(
    input: Tensor, output_size: Any, kernel_size: Any, dilation: Any, padding: Any, stride: Any
) -> Tensor:
    """Columns (N, C * block, count), or without samples, put back as (N, C, *output_size)."""
    if not isinstance(input, Tensor):
        raise Misfit
    space, window, gaps, pads, steps = block_numbers(kernel_size, dilation, padding, stride, output_size)
    shape = input._data.shape
    if len(shape) not in (2, 3) or 0 in shape[len(shape) - 2:]:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            f"input, but got: {size_text(shape)}"
        )
    first = len(shape) - 2
    if shape[first] % math.prod(window):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={shape[first]} and kernel_size={pair_text(window)}."
        )
    counts = block_counts(space, window, gaps, pads, steps)
    if shape[-1] != math.prod(counts):
        raise RuntimeError(
            f"Given output_size={pair_text(space)}, kernel_size={pair_text(window)}, dilation={pair_text(gaps)}, "
            f"padding={pair_text(pads)}, stride={pair_text(steps)}, expected size of input's dimension 2 to match the "
            f"calculated number of sliding blocks {counts[0]} * {counts[1]} = {math.prod(counts)}, but got "
            f"input.size(2)={shape[-1]}."
        )
    if min(counts) < 1:
        raise RuntimeError(
            f"Given output_size={pair_text(space)}, kernel_size={pair_text(window)}, dilation={pair_text(gaps)}, "
            f"padding={pair_text(pads)}, stride={pair_text(steps)}, calculated shape of the array of sliding blocks as "
            f"{pair_text(counts)}, which is too small (non-positive)"
        )
    if input._data.dtype.kind in "iu":
        raise not_implemented_for("col2im_out_cpu", input.dtype)
    return col2im_(input, space, window, gaps, pads, steps)


