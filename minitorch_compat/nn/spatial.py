"""The functions of ``torch.nn.functional`` that know of space: convolutions, pools, padding, norms and images."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from .._core.forms import FUNCTIONS
from .._core.options import checked
from .._core.tensor import Tensor
from .._ops import convolution as _convolution  # noqa: F401
from .._ops import normalization as _normalization  # noqa: F401
from .._ops import padding as _padding
from .._ops import pooling as _pooling
from .._ops import vision as _vision

__all__ = [
    "GRID_SAMPLE_INTERPOLATION_MODES", "GRID_SAMPLE_PADDING_MODES", "adaptive_avg_pool1d", "adaptive_avg_pool2d",
    "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d",
    "adaptive_max_pool2d_with_indices", "adaptive_max_pool3d", "adaptive_max_pool3d_with_indices", "affine_grid",
    "avg_pool1d", "avg_pool2d", "avg_pool3d", "batch_norm", "channel_shuffle", "conv1d", "conv2d", "conv3d",
    "conv_tbc", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "fold", "fractional_max_pool2d",
    "fractional_max_pool2d_with_indices", "fractional_max_pool3d", "fractional_max_pool3d_with_indices",
    "grid_sample", "group_norm", "instance_norm", "interpolate", "layer_norm", "local_response_norm", "lp_pool1d",
    "lp_pool2d", "lp_pool3d", "max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool2d_with_indices",
    "max_pool3d", "max_pool3d_with_indices", "max_unpool1d", "max_unpool2d", "max_unpool3d", "native_channel_shuffle",
    "normalize", "pad", "pixel_shuffle", "pixel_unshuffle", "rms_norm", "unfold", "upsample", "upsample_bilinear",
    "upsample_nearest",
]

GRID_SAMPLE_INTERPOLATION_MODES = {"bilinear": 0, "nearest": 1, "bicubic": 2}
GRID_SAMPLE_PADDING_MODES = {"zeros": 0, "border": 1, "reflection": 2}

conv1d, conv2d, conv3d = (FUNCTIONS[f"conv{_space}d"] for _space in (1, 2, 3))
conv_transpose1d, conv_transpose2d, conv_transpose3d = (FUNCTIONS[f"conv_transpose{_space}d"] for _space in (1, 2, 3))
conv_tbc = FUNCTIONS["conv_tbc"]
avg_pool1d = FUNCTIONS["avg_pool1d"]
adaptive_avg_pool1d = FUNCTIONS["adaptive_avg_pool1d"]
pixel_shuffle, pixel_unshuffle = FUNCTIONS["pixel_shuffle"], FUNCTIONS["pixel_unshuffle"]
channel_shuffle, native_channel_shuffle = FUNCTIONS["channel_shuffle"], FUNCTIONS["native_channel_shuffle"]

pad = checked("pad")(_padding.pad)
_im2col = checked("im2col")(_pooling.im2col)
_col2im = checked("col2im")(_pooling.col2im)


# ---- pools


def _max_pool(space: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """``max_pool2d`` and ``max_pool2d_with_indices``, for one number of dimensions."""
    name = f"max_pool{space}d"
    found = FUNCTIONS[f"{name}_with_indices"] if space == 1 else checked(f"{name}_with_indices")(
        _pooling.WITH_INDICES[space]
    )
    alone = FUNCTIONS[name]

    def with_indices(
        input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
        ceil_mode: bool = False, return_indices: bool = False,
    ) -> Any:
        """The largest element of each window, and its flat index."""
        return found(input, kernel_size, () if stride is None else stride, padding, dilation, ceil_mode)

    def plain(
        input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
        ceil_mode: bool = False,
    ) -> Tensor:
        return alone(input, kernel_size, () if stride is None else stride, padding, dilation, ceil_mode)

    plain.__name__ = plain.__qualname__ = f"_{name}"
    with_indices.__name__ = with_indices.__qualname__ = f"{name}_with_indices"

    def pool(*arguments: Any, **keywords: Any) -> Any:
        """The largest element of each window; with ``return_indices`` its flat index as well."""
        if keywords.get("return_indices") or (len(arguments) > 6 and arguments[6]):
            return with_indices(*arguments, **keywords)
        keywords.pop("return_indices", None)
        return plain(*arguments[:6], **keywords)

    pool.__name__ = pool.__qualname__ = name
    return pool, with_indices


max_pool1d, max_pool1d_with_indices = _max_pool(1)
max_pool2d, max_pool2d_with_indices = _max_pool(2)
max_pool3d, max_pool3d_with_indices = _max_pool(3)


def _list_with_default(given: Any, defaults: Sequence[int]) -> Any:
    """Sizes, with those of the input where None is given."""
    if isinstance(given, (int, np.integer)):
        return given
    if len(defaults) <= len(given):
        raise ValueError(f"Input dimension should be at least {len(given) + 1}")
    return [
        default if value is None else value
        for value, default in zip(given, defaults[len(defaults) - len(given):], strict=True)
    ]


def _adaptive_max_pool(space: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    name = f"adaptive_max_pool{space}d"
    found = FUNCTIONS[name] if space == 1 else checked(name)(
        lambda input, output_size: _pooling.adaptive_max_pool(space, input, output_size)
    )

    def with_indices(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
        """The largest element of each part, and its flat index."""
        size = output_size if space == 1 else _list_with_default(output_size, input.size())
        return found(input, size)

    def pool(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
        """The largest element of each part; with ``return_indices`` its flat index as well."""
        out = with_indices(input, output_size)
        return out if return_indices else out[0]

    pool.__name__ = pool.__qualname__ = name
    with_indices.__name__ = with_indices.__qualname__ = f"{name}_with_indices"
    return pool, with_indices


adaptive_max_pool1d, adaptive_max_pool1d_with_indices = _adaptive_max_pool(1)
adaptive_max_pool2d, adaptive_max_pool2d_with_indices = _adaptive_max_pool(2)
adaptive_max_pool3d, adaptive_max_pool3d_with_indices = _adaptive_max_pool(3)


def _adaptive_avg_pool(space: int) -> Callable[..., Tensor]:
    name = f"adaptive_avg_pool{space}d"
    found = checked(name)(lambda input, output_size: _pooling.adaptive_avg_pool(space, input, output_size))

    def pool(input: Tensor, output_size: Any) -> Tensor:
        """The mean of each of as many parts as ``output_size`` says; None keeps a dimension."""
        return found(input, _list_with_default(output_size, input.size()))

    pool.__name__ = pool.__qualname__ = name
    return pool


adaptive_avg_pool2d, adaptive_avg_pool3d = map(_adaptive_avg_pool, (2, 3))


def _avg_pool(space: int) -> Callable[..., Tensor]:
    name = f"avg_pool{space}d"

    def pool(
        input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True, divisor_override: int | None = None,
    ) -> Tensor:
        """The mean of each window."""
        return _pooling.avg_pool(
            space, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        )

    return checked(name)(pool)


avg_pool2d, avg_pool3d = map(_avg_pool, (2, 3))


def _fractional(space: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    name = f"fractional_max_pool{space}d"
    found = checked(name)(
        lambda input, kernel_size, output_size, random_samples: _pooling.fractional_max_pool(
            space, input, kernel_size, output_size, random_samples
        )
    )

    def with_indices(
        input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None,
        return_indices: bool = False, _random_samples: Tensor | None = None,
    ) -> Any:
        """The largest element of windows at random distances, and its flat index."""
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
        if output_size is None:
            if len(output_ratio) > space:
                raise ValueError(f"{name} requires output_ratio to either be a single Int or tuple of Ints.")
            output_size = [
                int(input.size(place - space) * ratio) for place, ratio in enumerate(output_ratio)
            ]
        if _random_samples is None:
            count = 1 if input.dim() == space + 1 else input.size(0)
            _random_samples = FUNCTIONS["rand"](
                count, input.size(-space - 1), space, dtype=input.dtype, device=input.device
            )
        return found(input, kernel_size, output_size, _random_samples)

    def pool(
        input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None,
        return_indices: bool = False, _random_samples: Tensor | None = None,
    ) -> Any:
        """The largest element of windows at random distances (Graham, arXiv 1412.6071)."""
        out = with_indices(input, kernel_size, output_size, output_ratio, False, _random_samples)
        return out if return_indices else out[0]

    pool.__name__ = pool.__qualname__ = name
    with_indices.__name__ = with_indices.__qualname__ = f"{name}_with_indices"
    return pool, with_indices


fractional_max_pool2d, fractional_max_pool2d_with_indices = _fractional(2)
fractional_max_pool3d, fractional_max_pool3d_with_indices = _fractional(3)


def _numbers(value: Any, count: int) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, Iterable) else (value,) * count


def _unpool_output_size(
    input: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], output_size: Any
) -> list[int]:
    """The size that a pool came from, given or assumed."""
    size = input.size()
    count = len(kernel_size)
    default = [
        (size[len(size) - count + place] - 1) * stride[place] + kernel_size[place] - 2 * padding[place]
        for place in range(count)
    ]
    if output_size is None:
        return default
    if len(output_size) == count + 2:
        output_size = output_size[2:]
    if len(output_size) != count:
        raise ValueError(
            f"output_size should be a sequence containing {count} or {count + 2} elements, but it has a length of "
            f"'{len(output_size)}'"
        )
    for place in range(count):
        least, most = default[place] - stride[place], default[place] + stride[place]
        if not least < output_size[place] < most:
            raise ValueError(
                f'invalid output_size "{output_size}" (dim {place} must be between {least} and {most})'
            )
    return list(output_size)


def _max_unpool(space: int) -> Callable[..., Tensor]:
    name = f"max_unpool{space}d"
    found = checked(f"max_unpool{max(space, 2)}d")(
        lambda input, indices, output_size, *_: _pooling.max_unpool(max(space, 2), input, indices, output_size)
    )

    def unpool(
        input: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
    ) -> Tensor:
        """Zeros with each element of ``input`` where a pool found it."""
        window = _numbers(kernel_size, space)
        steps = window if stride is None else _numbers(stride, space)
        pads = _numbers(padding, space)
        size = _unpool_output_size(input, window, steps, pads, output_size)
        if space == 1:
            if isinstance(output_size, list):
                output_size += [1]
            return found(input.unsqueeze(-1), indices.unsqueeze(-1), [*size, 1]).squeeze(-1)
        if space == 3 and any(step <= 0 for step in steps):
            raise RuntimeError(f"strides should be greater than zero, but got stride: {list(steps)}")
        if len(size) != space:
            count, sides = ("two", "height, width") if space == 2 else ("three", "depth, height, width")
            raise RuntimeError(
                f"There should be exactly {count} elements ({sides}) in output_size, but got {len(size)} elements."
            )
        return found(input, indices, size, *(list(each) for each in (steps, pads) if space == 3))

    unpool.__name__ = unpool.__qualname__ = name
    return unpool


max_unpool1d, max_unpool2d, max_unpool3d = map(_max_unpool, (1, 2, 3))


def _lp_pool(space: int) -> Callable[..., Tensor]:
    def pool(
        input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
    ) -> Tensor:
        """The ``norm_type`` norm of each window, as torch has it: the root of the sum of powers."""
        mean = (avg_pool1d, avg_pool2d, avg_pool3d)[space - 1]
        powers = input.pow(norm_type)
        if stride is not None:
            out = mean(powers, kernel_size, stride, 0, ceil_mode)
        else:
            out = mean(powers, kernel_size, padding=0, ceil_mode=ceil_mode)
        count = kernel_size if space == 1 else math.prod(_numbers(kernel_size, space))
        return (FUNCTIONS["sign"](out) * FUNCTIONS["relu"](FUNCTIONS["abs"](out))).mul(count).pow(1.0 / norm_type)

    pool.__name__ = pool.__qualname__ = f"lp_pool{space}d"
    return pool


lp_pool1d, lp_pool2d, lp_pool3d = map(_lp_pool, (1, 2, 3))


def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """The blocks of (N, C, H, W) as columns (N, C * block, count)."""
    return _im2col(
        input, _numbers(kernel_size, 2), _numbers(dilation, 2), _numbers(padding, 2), _numbers(stride, 2)
    )


def fold(
    input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Columns (N, C * block, count) put back as (N, C, *output_size); where blocks overlap they are added."""
    return _col2im(
        input, _numbers(output_size, 2), _numbers(kernel_size, 2), _numbers(dilation, 2), _numbers(padding, 2),
        _numbers(stride, 2),
    )


# ---- normalizations


def _verify_batch_size(size: Sequence[int]) -> None:
    product = size[0]
    for place in range(len(size) - 2):
        product *= size[place + 2]
    if product == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size}")


def batch_norm(
    input: Tensor, running_mean: Tensor | None, running_var: Tensor | None, weight: Tensor | None = None,
    bias: Tensor | None = None, training: bool = False, momentum: float = 0.1, eps: float = 1e-5,
) -> Tensor:
    """Each channel of (N, C, *space) normalized by its moments over the batch, or by the running ones."""
    if training:
        _verify_batch_size(input.size())
        if eps <= 0:
            raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    elif eps < 0:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")
    return FUNCTIONS["batch_norm"](input, weight, bias, running_mean, running_var, training, momentum, eps, True)


def instance_norm(
    input: Tensor, running_mean: Tensor | None = None, running_var: Tensor | None = None,
    weight: Tensor | None = None, bias: Tensor | None = None, use_input_stats: bool = True, momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel of each sample normalized by its own moments."""
    if use_input_stats:
        size = input.size()
        if math.prod(size[2:]) == 1:
            raise ValueError(f"Expected more than 1 spatial element when training, got input size {size}")
    return FUNCTIONS["instance_norm"](
        input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, True
    )


def layer_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """The last dimensions, of ``normalized_shape``, normalized together."""
    return FUNCTIONS["layer_norm"](input, normalized_shape, weight, bias, eps, True)


def rms_norm(input: Tensor, normalized_shape: Any, weight: Tensor | None = None, eps: float | None = None) -> Tensor:
    """The last dimensions, of ``normalized_shape``, divided by the root of the mean of their squares."""
    return FUNCTIONS["rms_norm"](input, normalized_shape, weight, eps)


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """The channels of each sample normalized in groups."""
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.dim()}")
    size = input.size()
    _verify_batch_size([size[0] * size[1] // num_groups, num_groups, *size[2:]])
    return FUNCTIONS["group_norm"](input, num_groups, weight, bias, eps, True)


def normalize(input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor:
    """``input`` divided by its ``p`` norms along ``dim``, or by ``eps`` where they are smaller."""
    norms = input.norm(p, dim, keepdim=True)
    if out is None:
        return input / norms.clamp_min(eps).expand_as(input)
    return FUNCTIONS["div"](input, norms.clamp_min_(eps).expand_as(input), out=out)


def local_response_norm(
    input: Tensor, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Each element divided by a power of the mean square of its neighbours across channels (Krizhevsky 2012)."""
    dim = input.dim()
    if dim < 3:
        raise ValueError(
            f"Expected 3D or higher dimensionality                          input (got {dim} dimensions)"
        )
    if input.numel() == 0:
        return input
    div = input.mul(input)
    before, after = size // 2, (size - 1) // 2
    if dim == 3:
        div = pad(div.unsqueeze(1), (0, 0, before, after))
        div = avg_pool2d(div, (size, 1), stride=1).squeeze(1)
    else:
        sizes = input.size()
        div = div.view(sizes[0], 1, sizes[1], sizes[2], -1)
        div = pad(div, (0, 0, 0, 0, before, after))
        div = avg_pool3d(div, (size, 1, 1), stride=1).squeeze(1)
        div = div.view(sizes)
    return input / div.mul(alpha).add(k).pow(beta)


# ---- images


_SUPPORTED = "nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact"


def interpolate(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest",
    align_corners: bool | None = None, recompute_scale_factor: bool | None = None, antialias: bool = False,
) -> Tensor:
    """(N, C, *space) resampled to ``size``, or by ``scale_factor``, in one of torch's modes."""
    if mode in ("nearest", "area", "nearest-exact"):
        if align_corners is not None:
            raise ValueError(
                "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | "
                "trilinear"
            )
    elif align_corners is None:
        align_corners = False
    space = input.dim() - 2
    lengths = list(input.size()[2:])
    factors: Any = None
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is not None:
        if isinstance(size, (list, tuple)):
            if len(size) != space:
                raise ValueError(
                    "Input and output must have the same number of spatial dimensions, but got input with spatial "
                    f"dimensions of {lengths} and output size of {size}. Please provide input tensor in (N, C, d1, d2, "
                    "...,dK) format and output size in (o1, o2, ...,oK) format."
                )
            output_size = list(size)
        else:
            output_size = [size] * space
    elif scale_factor is not None:
        if isinstance(scale_factor, (list, tuple)):
            if len(scale_factor) != space:
                raise ValueError(
                    "Input and scale_factor must have the same number of spatial dimensions, but got input with "
                    f"spatial dimensions of {lengths} and scale_factor of shape {scale_factor}. Please provide input "
                    "tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format."
                )
            factors = list(scale_factor)
        else:
            factors = [scale_factor] * space
        output_size = [math.floor(float(n) * factor) for n, factor in zip(lengths, factors, strict=True)]
    else:
        raise ValueError("either size or scale_factor should be defined")
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    if mode == "area" and size is None:
        recompute_scale_factor = True
    if recompute_scale_factor:
        factors = None
    if antialias and not (mode in ("bilinear", "bicubic", "lanczos") and input.dim() == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
        )
    if mode == "lanczos" and input.dim() == 4 and not antialias:
        raise ValueError("lanczos interpolation requires antialias=True")
    return _resample(input, mode, space, output_size, bool(align_corners), factors, antialias)


def _resample(
    input: Tensor, mode: str, space: int, output_size: Sequence[Any], align_corners: bool, factors: Any,
    antialias: bool,
) -> Tensor:
    kinds = {"linear": 1, "bilinear": 2, "trilinear": 3}
    if space in (1, 2, 3) and isinstance(mode, str):
        if mode == "area":
            return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[space - 1](input, output_size)
        if mode in kinds and kinds[mode] != space:
            raise NotImplementedError(
                f"Got {space + 2}D input, but {mode} mode needs {kinds[mode] + 2}D input"
            )
        own = mode + " aa" if antialias else mode
        if (own, space) in _vision.UPSAMPLES:
            if not all(isinstance(each, (int, np.integer)) for each in output_size):
                output_size = _refused_sizes(mode, space, input, output_size, align_corners)
            return _vision.upsample(
                own, input, [int(each) for each in output_size], align_corners, factors or [None] * space
            )
    raise NotImplementedError(
        f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {input.dim()}D) for the modes: {_SUPPORTED} "
        f"(got {mode})"
    )


def _refused_sizes(
    mode: str, space: int, input: Tensor, output_size: Sequence[Any], align_corners: bool
) -> Sequence[Any]:
    """0-d tensors as numbers; TypeError in torch's words for what is no size."""
    if all(isinstance(each, (int, np.integer, Tensor)) for each in output_size):
        return [int(each) for each in output_size]
    from .._core.signatures import refusal

    given: tuple[Any, ...] = (input, list(output_size), None)
    if not mode.startswith("nearest"):
        given = (input, list(output_size), align_corners, None)
    raise refusal(f"upsample_{mode.replace('-exact', '')}{space}d", given, {})


def _deprecated_upsampling(name: str) -> None:
    warnings.warn(
        f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.", UserWarning, stacklevel=3
    )


def upsample(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Tensor:
    """``interpolate`` under its older name, which warns."""
    _deprecated_upsampling("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """``interpolate`` with the nearest elements, which warns."""
    _deprecated_upsampling("upsample_nearest")
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """``interpolate`` with two neighbours and aligned corners, which warns."""
    _deprecated_upsampling("upsample_bilinear")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def _changed_default(stacklevel: int = 3) -> None:
    warnings.warn(
        "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
        "align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.",
        UserWarning,
        stacklevel=stacklevel,
    )


def grid_sample(
    input: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """(N, C, *space) sampled at the places of a grid (N, *points, dimensions) in [-1, 1]."""
    if mode not in GRID_SAMPLE_INTERPOLATION_MODES:
        raise ValueError(
            "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: "
            f"'{mode}'"
        )
    if padding_mode not in GRID_SAMPLE_PADDING_MODES:
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: "
            f"'{padding_mode}'"
        )
    if align_corners is None:
        _changed_default()
        align_corners = False
    return FUNCTIONS["grid_sampler"](
        input, grid, GRID_SAMPLE_INTERPOLATION_MODES[mode], GRID_SAMPLE_PADDING_MODES[padding_mode], align_corners
    )


def affine_grid(theta: Tensor, size: Any, align_corners: bool | None = None) -> Tensor:
    """The grid that an affine map (N, d, d + 1) makes for ``grid_sample`` and an output of ``size``."""
    if align_corners is None:
        _changed_default()
        align_corners = False
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    space = len(size) - 2
    if space not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size "
            f"{size}."
        )
    if theta.dim() != 3 or tuple(theta.shape[-2:]) != (space, space + 1):
        raise ValueError(
            f"Expected a batch of {space}D affine matrices of shape Nx{space}x{space + 1} for size {size}. Got "
            f"{theta.shape}."
        )
    shape = size[2:]
    if align_corners and min(shape) == 1:
        warnings.warn(
            "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This "
            "is not an intended use case of affine_grid. See the documentation of affine_grid for details.",
            UserWarning,
            stacklevel=2,
        )
    elif min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    return FUNCTIONS["affine_grid_generator"](theta, size, align_corners)


for _name in __all__:
    _function = globals()[_name]
    if getattr(_function, "__module__", "") in (__name__, _padding.__name__) and callable(_function):
        _function.__module__ = "torch.nn.functional"
