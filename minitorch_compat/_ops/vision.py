"""Images: resampling, samples at the places of a grid, and pixels taken into channels and back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._core.dtypes import not_implemented_for
from .._core.errors import Misfit, size_text
from .._core.operations import op
from .._core.quiet import quietly
from .._core.recording import tensors
from .._core.saved_names import told_as
from .._core.steps import recorded, step
from .._core.tensor import Tensor, wrap
from .._kernels import resampling as kernels
from .._kernels.elementwise import widened
from .._kernels.formats import like
from .._kernels.scalar_types import HALVES
from . import entry
from .spatial import ints, is_int

Array = np.ndarray


# ---- interpolation


def resampled_bytes(x: Array, plans: Sequence[Any]) -> Array:
    """Bytes resampled, the last dimension first, each time rounded and kept in range."""
    wide = x.astype(np.float64)
    for place in range(len(plans) - 1, -1, -1):
        moved = np.moveaxis(wide, place - len(plans), -1)
        wide = np.moveaxis(np.clip(np.floor(kernels.resampled(moved, plans[place : place + 1]) + 0.5), 0, 255), -1,
                           place - len(plans))
    return wide.astype(x.dtype)


def declare(name: str, node: str) -> Any:
    """One kind of interpolation, for its node's name."""
    back_name = f"{name}_back"

    @op(
        f"{name}_", method=False, module=False, node=f"{node}Backward0",
        x=lambda xp, g, x_shape, plans: getattr(xp, back_name)(g, x_shape[2:], plans),
    )
    def forward(x: Array, plans):
        if all(weights is None for _, weights in plans):
            return like(kernels.resampled(x, plans), x)
        if x.dtype.kind in "iu":
            return like(resampled_bytes(x, plans), x)
        return like(kernels.resampled(widened(x), plans).astype(x.dtype, copy=False), x)

    @op(
        back_name, method=False, module=False, node=f"{node}BackwardBackward0",
        g=lambda xp, g, plans: getattr(xp, f"{name}_")(g, plans),
    )
    def back(g: Array, space, plans):
        return kernels.from_resampled(widened(g), space, plans).astype(g.dtype, copy=False)

    return forward


MODES: dict[str, tuple[str, str, tuple[int, ...]]] = {
    "nearest": ("nearest", "UpsampleNearest{}D", (1, 2, 3)),
    "nearest-exact": ("_nearest_exact", "UpsampleNearestExact{}D", (1, 2, 3)),
    "linear": ("linear", "UpsampleLinear{}D", (1,)),
    "bilinear": ("bilinear", "UpsampleBilinear{}D", (2,)),
    "trilinear": ("trilinear", "UpsampleTrilinear{}D", (3,)),
    "bicubic": ("bicubic", "UpsampleBicubic{}D", (2,)),
    "bilinear aa": ("bilinear_aa", "UpsampleBilinear{}DAa", (2,)),
    "bicubic aa": ("bicubic_aa", "UpsampleBicubic{}DAa", (2,)),
    "lanczos aa": ("lanczos_aa", "UpsampleLanczos{}DAa", (2,)),
}
"""What a mode's operation and node are called, and for how many dimensions it is there."""

UPSAMPLES = {
    (mode, space): declare(f"upsample_{name}{space}d", node.format(space))
    for mode, (name, node, spaces) in MODES.items()
    for space in spaces
}


def plan_of(
    mode: str, length: int, count: int, align_corners: bool, factor: float | None, kind: Any
) -> tuple[Array, Array | None]:
    """How one dimension is resampled."""
    if mode.startswith("nearest"):
        return kernels.nearest(length, count, factor, mode != "nearest")
    if mode.endswith(" aa"):
        return kernels.antialiased(mode[:-3], length, count, align_corners, factor, kind)
    if mode == "bicubic":
        return kernels.cubic(length, count, align_corners, factor, kind)
    return kernels.linear(length, count, align_corners, factor, kind)


def unsupported(mode: str, space: int) -> str:
    """The kernel that torch misses for a dtype."""
    if mode.startswith("nearest"):
        if space == 1:
            return "compute_indices_weights_nearest" if mode == "nearest" else "compute_indices_weights_nearest_exact"
        if space == 3:
            return "compute_indices_weights_nearest"
        return f"upsample_nearest{space}d_channels_last"
    if mode == "bicubic":
        return "compute_indices_weights_cubic"
    if mode.endswith(" aa"):
        return "compute_index_ranges_weights"
    return f"upsample_{mode}{space}d_channels_last" if space == 2 else "compute_indices_weights_linear"


def upsample(
    mode: str, input: Tensor, output_size: Sequence[int], align_corners: bool, factors: Sequence[float | None]
) -> Tensor:
    """(N, C, *space) resampled to ``output_size``; ``factors`` are what the user gave instead of it, or None."""
    space = len(output_size)
    shape = input._data.shape
    lengths = shape[2:]
    if any(n <= 0 for n in (*lengths, *output_size)):
        letters = "DHW"[-space:]

        def text(sizes: Sequence[int]) -> str:
            return ", ".join(f"{letter}: {n}" for letter, n in zip(letters, sizes, strict=True))

        between = " " if space == 3 else " and "
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input ({text(lengths)}){between}output "
            f"({text(output_size)})"
        )
    if 0 in shape[1:]:
        raise RuntimeError(
            f"Non-empty {space + 2}D data tensor expected but got a tensor with sizes {size_text(shape)}"
        )
    dtype = input._data.dtype
    if (dtype.kind not in "fV" and not (dtype == np.uint8 and mode not in ("linear", "trilinear"))) or (
        dtype.char in HALVES and mode.endswith(" aa")
    ):
        raise not_implemented_for(unsupported(mode, space), input.dtype)
    kind = np.float64 if dtype == np.float64 else np.float32
    plans = tuple([
        plan_of(mode, n, count, align_corners, factor, kind)
        for n, count, factor in zip(lengths, output_size, factors, strict=True)
    ])
    return UPSAMPLES[mode, space](input, told_as(plans, (tuple(output_size), align_corners, tuple(factors))))


# ---- samples at the places of a grid


def grid_back(
    g: Array, inputs: Sequence[Any], saved: Any, needed: Sequence[bool], mode: str, padding: str, align_corners: bool
) -> list[Any]:
    # torch computes half types in themselves here.
    x, grid = inputs
    return list(kernels.sampled_backward(g, x, grid, mode, padding, align_corners, needed))


def grid_composition(x: Any, grid: Any, mode: str, padding: str, align_corners: bool) -> Any:
    """The same samples in terms of other operations: weights that depend on the grid, times elements taken."""
    space = x.shape[2:]
    flat = grid.reshape(grid.shape[0], -1, grid.shape[-1])
    kind = widened(grid._data).dtype.type
    given = kernels.taps(widened(grid._data), space, mode, padding, align_corners, False)
    rows = []
    for place, n in enumerate(space):
        fixed, speed = kernels.unnormalized(flat._data[..., len(space) - 1 - place], n, align_corners)
        own = flat[..., len(space) - 1 - place]
        moved, slope = (fixed, kind(1)) if mode == "bicubic" else kernels.placed(fixed, n, padding, align_corners)
        low = np.floor(moved)
        # A line through the place with the slope it has there: the weights are polynomials of it.
        share = (own - own.detach()) * wrap(np.asarray(slope * kind(speed), kind)) + wrap(moved - low)
        if mode == "bicubic":
            weights = cubic_weights(share)
        elif mode == "nearest":
            weights = [share * 0 + 1]
        else:
            weights = [1 - share, share]
        rows.append([(index, inside, weight, None) for (index, inside, _, _), weight in zip(
            given[place], weights, strict=True
        )])
    pixels = x.reshape(x.shape[0], x.shape[1], -1)
    total: Any = None
    for combination in itertools.product(*rows):
        index, inside = kernels.flat_place(combination, space)
        weight: Any = wrap(inside.astype(kind))
        for each in combination:
            weight = weight * each[2]
        shape = (*x.shape[:2], index.shape[-1])
        found = pixels.gather(2, wrap(np.ascontiguousarray(np.broadcast_to(index[:, None, :], shape))))
        part = found * weight.unsqueeze(1)
        total = part if total is None else total + part
    return total.reshape(*x.shape[:2], *grid.shape[1:-1])


def cubic_weights(share: Any) -> list[Any]:
    """Keys' weights of four neighbours, on tensors."""
    a = kernels.CUBIC

    def near(x: Any) -> Any:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: Any) -> Any:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return [far(share + 1), near(share), near(1 - share), far(2 - share)]


INTERPOLATIONS = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")
GRIDS = {
    space: step(
        f"grid_sampler_{space}d", f"GridSampler{space}DBackward0", ("input", "grid"), grid_back, grid_composition,
        shown={
            "interpolation_mode": lambda options: INTERPOLATIONS.index(options[0]),
            "padding_mode": lambda options: PADDINGS.index(options[1]), "align_corners": lambda options: options[2],
        },
    )
    for space in (2, 3)
}


def grid_sampler(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """(N, C, *space) sampled at a grid (N, *points, dimensions) of coordinates in [-1, 1], the last dimension first."""
    if not isinstance(input, Tensor) or not isinstance(grid, Tensor):
        raise Misfit
    x, places = input._data, grid._data
    if x.shape[:1] != places.shape[:1]:
        raise RuntimeError(
            "grid_sampler(): expected grid and input to have same batch size, but got input with sizes "
            f"{size_text(x.shape)} and grid with sizes {size_text(places.shape)}"
        )
    if places.shape[-1] != x.ndim - 2:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {x.ndim - 2} in last dimension, but got grid with sizes "
            f"{size_text(places.shape)}"
        )
    for place in range(2, x.ndim):
        if not x.shape[place]:
            raise RuntimeError(
                "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes "
                f"{size_text(x.shape)} with dimension {place} being empty"
            )
    if x.ndim not in (4, 5) or places.ndim != x.ndim:
        raise RuntimeError(
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes "
            f"{size_text(x.shape)} and grid with sizes {size_text(places.shape)}"
        )
    if x.ndim == 5 and interpolation_mode == 2:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if x.dtype.kind not in "fV":
        missing = "grid_sampler_2d_cpu_kernel_impl" if x.ndim == 4 else "grid_sampler3d_cpu"
        raise not_implemented_for(missing, input.dtype)
    if x.dtype != places.dtype:
        raise RuntimeError(f"expected scalar type {input.dtype.scalar_type} but found {grid.dtype.scalar_type}")
    options = (INTERPOLATIONS[interpolation_mode], PADDINGS[padding_mode], bool(align_corners))
    out = wrap(quietly(kernels.sampled, x, places, *options))
    return recorded(GRIDS[x.ndim - 2], out, (input, grid), None, options)


entry.publish("grid_sampler", grid_sampler, method=False)
for _space in (2, 3):
    entry.publish(f"grid_sampler_{_space}d", lambda *arguments: grid_sampler(*arguments), method=False)


@op(
    method=False, module=False, node="AffineGridGeneratorBackward0",
    theta=lambda xp, g, size, align_corners: xp.written(xp.affine_grid_back(g, size, align_corners)),
)
def affine_grid_(theta: Array, size, align_corners):
    """The places that an affine map (N, d, d + 1) sends the elements of a space to."""
    wide = widened(theta)
    base = kernels.base_grid(size[2:], align_corners, wide.dtype.type)
    made = np.matmul(base, wide.swapaxes(1, 2))
    return made.reshape(len(theta), *size[2:], theta.shape[1]).astype(theta.dtype, copy=False)


@op(
    method=False, module=False, node="AffineGridGeneratorBackwardBackward0",
    g=lambda xp, g, size, align_corners: xp.affine_grid_(g, size, align_corners),
)
def affine_grid_back(g: Array, size, align_corners):
    """The gradient of the map."""
    wide = widened(g)
    base = kernels.base_grid(size[2:], align_corners, wide.dtype.type)
    flat = wide.reshape(len(wide), -1, wide.shape[-1])
    return np.matmul(flat.swapaxes(1, 2), base).astype(g.dtype, copy=False)


def affine_grid_generator(theta: Tensor, size: Any, align_corners: bool) -> Tensor:
    """The grid (N, *space, d) of an affine map (N, d, d + 1) for an output of ``size`` (N, C, *space)."""
    if not isinstance(theta, Tensor) or not isinstance(align_corners, bool):
        raise Misfit
    numbers = ints(size, 1)
    if len(numbers) not in (4, 5):
        raise RuntimeError("AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.")
    if len(theta._data) != numbers[0]:
        space = len(numbers) - 2
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{numbers[0]}, {space + 1}] but got: "
            f"[{len(theta._data)}, {theta._data.shape[-1]}]."
        )
    return affine_grid_(theta, numbers, align_corners)


entry.publish("affine_grid_generator", affine_grid_generator, method=False)


# ---- pixels and channels


def shuffled(x: Array, r: int) -> Array:
    *lead, channels, height, width = x.shape
    made = x.reshape(*lead, channels // (r * r), r, r, height, width)
    count = len(lead)
    order = (*range(count), count, count + 3, count + 1, count + 4, count + 2)
    return made.transpose(order).reshape(*lead, channels // (r * r), height * r, width * r)


def unshuffled(x: Array, r: int) -> Array:
    *lead, channels, height, width = x.shape
    made = x.reshape(*lead, channels, height // r, r, width // r, r)
    count = len(lead)
    order = (*range(count), count, count + 2, count + 4, count + 1, count + 3)
    return np.ascontiguousarray(made.transpose(order)).reshape(*lead, channels * r * r, height // r, width // r)


@op(method=False, module=False, node="PixelShuffleBackward0", x=lambda xp, g, factor: xp.pixel_unshuffle_(g, factor))
def pixel_shuffle_(x: Array, factor):
    return like(shuffled(x, factor) if factor > 1 else x.copy(), x)


@op(
    method=False, module=False, node="PixelUnshuffleBackward0", x=lambda xp, g, factor: xp.pixel_shuffle_(g, factor)
)
def pixel_unshuffle_(x: Array, factor):
    return like(unshuffled(x, factor) if factor > 1 else x.copy(), x)


def declare_channel_shuffle(name: str, node: str) -> Callable[..., Tensor]:
    @op(
        f"{name}_", method=False, module=False, node=node,
        x=lambda xp, g, groups: getattr(xp, f"{name}_")(g, g.shape[1] // groups),
    )
    def shuffle(x: Array, groups):
        shape = x.shape
        made = x.reshape(shape[0], groups, shape[1] // groups, *shape[2:]).swapaxes(1, 2)
        return like(np.ascontiguousarray(made).reshape(shape), x)

    def function(input: Tensor, groups: int) -> Tensor:
        if not isinstance(input, Tensor) or not is_int(groups):
            raise Misfit
        shape = input._data.shape
        if len(shape) <= 2:
            raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes "
                               f"{size_text(shape)}")
        if groups <= 0:
            raise RuntimeError(
                f"Number of groups to divide channels in must be positive. Value of groups:{groups}"
            )
        if shape[1] % groups:
            raise RuntimeError(
                f"Number of channels must be divisible by groups. Got {shape[1]} channels and {groups} groups."
            )
        return getattr(tensors, f"{name}_")(input, groups)

    function.__doc__ = "The channels of (N, C, *space) dealt out over ``groups``."
    entry.publish(name, function, method=False)
    return function


channel_shuffle = declare_channel_shuffle("channel_shuffle", "ChannelShuffleBackward0")
native_channel_shuffle = declare_channel_shuffle("native_channel_shuffle", "NativeChannelShuffleBackward0")


def check_pixels(name: str, title: str, input: Any, factor: Any) -> tuple[int, ...]:
    """The shape of an input with channels and pixels."""
    if not isinstance(input, Tensor) or not is_int(factor):
        raise Misfit
    shape = input._data.shape
    if len(shape) < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {len(shape)} dimension(s)"
        )
    if factor <= 0:
        raise RuntimeError(f"{name} expects a positive {title}, but got {factor}")
    return shape


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """(*, C * r * r, H, W) to (*, C, H * r, W * r): channels laid out as pixels (Shi et al. 2016)."""
    shape = check_pixels("pixel_shuffle", "upscale_factor", input, upscale_factor)
    if shape[-3] % upscale_factor**2:
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={shape[-3]} is not divisible by {upscale_factor**2}"
        )
    return pixel_shuffle_(input, int(upscale_factor))


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """(*, C, H * r, W * r) to (*, C * r * r, H, W): the inverse of ``pixel_shuffle``."""
    shape = check_pixels("pixel_unshuffle", "downscale_factor", input, downscale_factor)
    for title, place in (("height", -2), ("width", -1)):
        if shape[place] % downscale_factor:
            raise RuntimeError(
                f"pixel_unshuffle expects {title} to be divisible by downscale_factor, but input.size({place})="
                f"{shape[place]} is not divisible by {downscale_factor}"
            )
    return pixel_unshuffle_(input, int(downscale_factor))


entry.publish("pixel_shuffle", pixel_shuffle, method=False)
entry.publish("pixel_unshuffle", pixel_unshuffle, method=False)
