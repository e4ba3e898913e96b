"""Convolutions and transposed convolutions, of one to three dimensions and of any number."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .._core.dtypes import not_implemented_for
from .._core.errors import Misfit, size_text
from .._core.operations import op
from .._core.quiet import quietly
from .._core.recording import arrays
from .._core.steps import recorded, step
from .._core.tensor import Tensor, wrap
from .._core.warn import warn_once
from .._kernels import convolution as kernels
from .._kernels.elementwise import widened
from .._kernels.formats import channels_last, relaid
from . import entry
from .padding import constant_pad_nd
from .spatial import batched, ints, is_int, matched

Array = np.ndarray


def back_to_input(xp, g, weight, x_shape, stride, padding, dilation, transposed, groups):
    """A convolution's input gets its gradient by the transposed convolution, and the other way round."""
    if transposed:
        return xp.convolution_(
            g, xp.conj(weight), None, stride, padding, dilation, False, (0,) * len(stride), groups, x_shape[2:]
        )
    return xp.convolution_input(g, xp.conj(weight), x_shape[2:], stride, padding, dilation, groups)


def back_to_weight(xp, g, x, weight_shape, stride, padding, dilation, transposed, groups):
    """In a transposed convolution the input and the result change places."""
    if transposed:
        return xp.convolution_weight(xp.conj(x), g, weight_shape[2:], stride, padding, dilation, groups)
    return xp.convolution_weight(g, xp.conj(x), weight_shape[2:], stride, padding, dilation, groups)


def back_to_bias(xp, g):
    """Every element that a channel's bias went to."""
    return xp.channel_sum(g)


@op(
    method=False, module=False, node="ConvolutionBackwardBackward0",
    y=lambda xp, g, y_shape: xp.expand(g.reshape((-1, *[1] * (len(y_shape) - 2))), y_shape),
)
def channel_sum(y: Array):
    """The sum over samples and space of each channel."""
    total = np.add.reduce(np.add.reduce(widened(y).reshape(*y.shape[:2], math.prod(y.shape[2:])), 2), 0)
    return total.astype(y.dtype, copy=False)


@op(
    method=False, module=False, node="ConvolutionBackward0",
    x=back_to_input, weight=back_to_weight, bias=back_to_bias, shown=("output_padding", "bias_shape"),
)
def convolution_(
    x: Array, weight: Array, bias: Array | None, stride, padding, dilation, transposed, output_padding, groups,
    counts=None,
):
    """The convolution of checked arguments, one number for each dimension of space; ``counts`` limits the windows."""
    made = x.dtype
    last = channels_last(x) or channels_last(weight)
    x, weight = widened(x), widened(weight)
    if not transposed:
        bias = bias if bias is None else bias.astype(x.dtype, copy=False)
        r = kernels.convolve(x, weight, bias, stride, padding, dilation, groups, counts)
        return relaid(r.astype(made, copy=False), last)
    space = [
        (n - 1) * step - 2 * pad + gap * (size - 1) + more + 1
        for n, step, pad, gap, size, more in zip(
            x.shape[2:], stride, padding, dilation, weight.shape[2:], output_padding, strict=True
        )
    ]
    r = kernels.input_gradient(x, weight, space, stride, padding, dilation, groups)
    if bias is not None:
        r += bias.astype(r.dtype, copy=False).reshape(-1, *[1] * len(space))
    return relaid(r.astype(made, copy=False), last)


@op(
    method=False, module=False, node="ConvolutionBackwardBackward0",
    y=lambda xp, g, y_shape, weight, stride, padding, dilation, groups: xp.convolution_(
        g, xp.conj(weight), None, stride, padding, dilation, False, (0,) * len(stride), groups, y_shape[2:]
    ),
    weight=lambda xp, g, y, weight_shape, stride, padding, dilation, groups: xp.convolution_weight(
        xp.conj(y), g, weight_shape[2:], stride, padding, dilation, groups
    ),
)
def convolution_input(y: Array, weight: Array, space, stride, padding, dilation, groups):
    """The gradient of a convolution's input from that of its result."""
    return kernels.input_gradient(
        widened(y), widened(weight), space, stride, padding, dilation, groups
    ).astype(y.dtype, copy=False)


@op(
    method=False, module=False, node="ConvolutionBackwardBackward0",
    y=lambda xp, g, y_shape, x, stride, padding, dilation, groups: xp.convolution_(
        xp.conj(x), g, None, stride, padding, dilation, False, (0,) * len(stride), groups, y_shape[2:]
    ),
    x=lambda xp, g, y, x_shape, stride, padding, dilation, groups: xp.convolution_input(
        xp.conj(y), g, x_shape[2:], stride, padding, dilation, groups
    ),
)
def convolution_weight(y: Array, x: Array, window, stride, padding, dilation, groups):
    """The gradient of a convolution's weight from that of its result."""
    return kernels.weight_gradient(
        widened(y), widened(x), window, stride, padding, dilation, groups
    ).astype(y.dtype, copy=False)


# ---- checks, in the order and the words of torch


def check(
    x: Array, weight: Array, bias: Array | None, stride: tuple[int, ...], padding: tuple[int, ...],
    dilation: tuple[int, ...], transposed: bool, output_padding: tuple[int, ...], groups: int,
) -> None:
    """Refuse numbers and shapes that do not go together."""
    if any(each < 0 for each in padding):
        raise RuntimeError("negative padding is not supported")
    if any(each < 0 for each in output_padding):
        raise RuntimeError("negative output_padding is not supported")
    if any(each <= 0 for each in stride):
        raise RuntimeError("non-positive stride is not supported")
    if any(each <= 0 for each in dilation):
        raise no_dilation(x, dilation, transposed)
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    ndim = weight.ndim
    if x.ndim != ndim:
        raise RuntimeError(
            f"Expected {ndim}-dimensional input for {ndim}-dimensional weight {size_text(weight.shape)}, but got "
            f"{x.ndim}-dimensional input of size {size_text(x.shape)} instead"
        )
    if weight.shape[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{size_text(weight.shape)} instead"
        )
    if weight.shape[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of "
            f"size [{size_text(weight.shape)}] instead"
        )
    given = "transposed=1" if transposed else f"groups={groups}"
    channels = weight.shape[0] if transposed else weight.shape[1] * groups
    if x.shape[1] != channels:
        raise RuntimeError(
            f"Given {given}, weight of size {size_text(weight.shape)}, expected input{size_text(x.shape)} to have "
            f"{channels} channels, but got {x.shape[1]} channels instead"
        )
    outputs = weight.shape[1] * groups if transposed else weight.shape[0]
    if bias is not None and bias.shape != (outputs,):
        raise RuntimeError(
            f"Given {'transposed=1, ' if transposed else ''}weight of size {size_text(weight.shape)}, expected bias to "
            f"be 1-dimensional with {outputs} elements, but got bias of size {size_text(bias.shape)} instead"
        )
    if transposed:
        if 0 in x.shape[2:]:
            raise RuntimeError(
                f"Only zero batch or zero channel inputs are supported, but got input shape: {size_text(x.shape)}"
            )
        return
    wide = [n + 2 * pad for n, pad in zip(x.shape[2:], padding, strict=True)]
    reach = [gap * (size - 1) + 1 for gap, size in zip(dilation, weight.shape[2:], strict=True)]
    if any(n < size for n, size in zip(wide, reach, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, wide))}). Kernel size: "
            f"({' x '.join(map(str, reach))}). Kernel size can't be greater than actual input size"
        )


def no_dilation(x: Array, dilation: tuple[int, ...], transposed: bool) -> RuntimeError:
    """torch has a kernel for several samples of float32, and another, with other words, for the rest."""
    if any(each < 0 for each in dilation):
        return RuntimeError("dilation should be greater than zero")
    if not transposed and len(x) > 1 and x.dtype == np.float32:
        return RuntimeError("non-positive dilation is not supported")
    gaps = (1, *dilation) if len(dilation) == 1 else dilation
    if not transposed:
        return RuntimeError(f"dilation should be greater than zero, but got {size_text(gaps)}")
    names = OUTPUT_PADDING_NAMES[len(gaps)]
    text = ", ".join(f"dilation_{where}: {gap}" for where, gap in zip(names, gaps, strict=True))
    return RuntimeError(f"dilation should be greater than zero, but got {text}")


def check_dtypes(
    x: Tensor, weight: Tensor, bias: Tensor | None, dilation: tuple[int, ...], transposed: bool
) -> None:
    """Refuse dtypes that differ, and bool."""
    if bias is not None and bias._data.dtype != x._data.dtype:
        raise RuntimeError(
            f"Input type ({x.dtype.c_name}) and bias type ({bias.dtype.c_name}) should be the same"
        )
    if weight._data.dtype != x._data.dtype:
        raise RuntimeError(f"expected scalar type {x.dtype.scalar_type} but found {weight.dtype.scalar_type}")
    kernel = missing_kernel(x._data.dtype, x._data.ndim - 2, dilation, transposed)
    if kernel:
        raise not_implemented_for(kernel, x.dtype)


def missing_kernel(dtype: Any, space: int, dilation: tuple[int, ...], transposed: bool) -> str:
    """The kernel that torch has not for a dtype of whole numbers; nothing where it has one."""
    if dtype.kind not in "biu" or dtype == np.int64:
        return ""
    if transposed:
        return f"slow_conv_transpose{max(space, 2)}d_out_cpu"
    if any(gap != 1 for gap in dilation):
        return "slow_conv_dilated<>"
    if dtype.kind != "b":
        return ""
    return "slow_conv2d_cpu" if space < 3 else "compute_columns3d"


OUTPUT_PADDING_NAMES = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def check_output_padding(stride: tuple[int, ...], dilation: tuple[int, ...], output_padding: tuple[int, ...]) -> None:
    """More at the end than the stride or the dilation leave open has no convolution that it would come from."""
    if all(more < max(step, gap) for more, step, gap in zip(output_padding, stride, dilation, strict=True)):
        return
    if len(stride) == 1:
        stride, dilation, output_padding = (1, *stride), (1, *dilation), (0, *output_padding)
    text = " ".join(
        f"{title}_{where}: {value}"
        for title, values in (("output_padding", output_padding), ("stride", stride), ("dilation", dilation))
        for where, value in zip(OUTPUT_PADDING_NAMES[len(stride)], values, strict=True)
    )
    raise RuntimeError(f"output padding must be smaller than either stride or dilation, but got {text}")


def convolution(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any, dilation: Any, transposed: bool,
    output_padding: Any, groups: int,
) -> Tensor:
    """The convolution behind all others: as many dimensions of space as the weight (out, in / groups, *window) has.

    With ``transposed`` the weight is (in, out / groups, *window). Sequences of one number stand for all dimensions.
    """
    if not isinstance(input, Tensor) or not isinstance(weight, Tensor) or not is_int(groups):
        raise Misfit
    if bias is not None and not isinstance(bias, Tensor):
        raise Misfit
    count = weight._data.ndim - 2
    if count <= 0:
        raise RuntimeError("weight should have at least three dimensions")
    stride = matched("stride", ints(stride, count), count)
    padding = matched("padding", ints(padding, count), count)
    dilation = matched("dilation", ints(dilation, count), count)
    output_padding = matched("output_padding", ints(output_padding, count), count)
    check(
        input._data, weight._data, None if bias is None else bias._data, stride, padding, dilation, transposed,
        output_padding, groups,
    )
    check_dtypes(input, weight, bias, dilation, transposed)
    if transposed:
        check_output_padding(stride, dilation, output_padding)
    return convolution_(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)


def with_samples(input: Tensor, space: int, name: str) -> tuple[Tensor, bool]:
    """A batch of samples, made of a single one where needed."""
    if input._data.ndim not in (space + 1, space + 2):
        raise RuntimeError(
            f"Expected {space + 1}D (unbatched) or {space + 2}D (batched) input to {name}, but got input of size: "
            f"{size_text(input._data.shape)}"
        )
    return batched(input, space)


def same_padding(
    input: Tensor, weight: Tensor, stride: tuple[int, ...], dilation: tuple[int, ...]
) -> tuple[Tensor, tuple[int, ...]]:
    """Padding that keeps the lengths; where one side needs more than the other the input itself is padded first."""
    count = weight._data.ndim - 2
    if any(each != 1 for each in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    totals = [gap * (size - 1) for gap, size in zip(dilation, weight._data.shape[2:], strict=True)]
    if all(total % 2 == 0 for total in totals):
        return input, tuple([total // 2 for total in totals])
    warn_once(
        "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the input be "
        "created"
    )
    extra: list[int] = []
    for place in range(count - 1, -1, -1):
        extra += (0, totals[place] % 2)
    return constant_pad_nd(input, tuple(extra), 0), tuple([total // 2 for total in totals])


def forward(space: int) -> Callable[..., Tensor]:
    """``conv1d``, ``conv2d`` or ``conv3d``."""
    name = f"conv{space}d"

    def conv(
        input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1,
    ) -> Tensor:
        if not isinstance(input, Tensor) or not isinstance(weight, Tensor):
            raise Misfit
        stride, dilation = ints(stride, space), ints(dilation, space)
        if not isinstance(padding, str):
            padding = ints(padding, space)
        x, alone = with_samples(input, space, name)
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise RuntimeError(f"Invalid padding string: '{padding}'")
            count = weight._data.ndim - 2
            if padding == "same" and count != space:
                raise RuntimeError(
                    f"Expected {count + 2}-dimensional input for {count + 2}-dimensional weight"
                    f"{size_text(weight._data.shape)}, but got {space + 2}-dimensional input of size "
                    f"{size_text(x._data.shape)} instead"
                )
            stride, dilation = matched("stride", stride, count), matched("dilation", dilation, count)
            if padding == "valid":
                padding = (0,) * count
            else:
                if groups <= 0:
                    raise RuntimeError("non-positive groups is not supported")
                x, padding = same_padding(x, weight, stride, dilation)
        out = convolution(x, weight, bias, stride, padding, dilation, False, (0,) * space, groups)
        return out.squeeze(0) if alone else out

    conv.__doc__ = f"Weights (out, in / groups, *window) over {space} dimensions of an input (N, in, *space)."
    entry.publish(name, conv, method=False)
    return conv


def transposed(space: int) -> Callable[..., Tensor]:
    """``conv_transpose1d``, ``conv_transpose2d`` or ``conv_transpose3d``."""
    name = f"conv_transpose{space}d"

    def conv(
        input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0,
        output_padding: Any = 0, groups: int = 1, dilation: Any = 1,
    ) -> Tensor:
        if not isinstance(input, Tensor) or not isinstance(weight, Tensor):
            raise Misfit
        stride, padding, dilation = ints(stride, space), ints(padding, space), ints(dilation, space)
        output_padding = ints(output_padding, space)
        x, alone = with_samples(input, space, name)
        out = convolution(x, weight, bias, stride, padding, dilation, True, output_padding, groups)
        return out.squeeze(0) if alone else out

    conv.__doc__ = f"The way back of a convolution over {space} dimensions; weights are (in, out / groups, *window)."
    entry.publish(name, conv, method=False)
    return conv


conv1d, conv2d, conv3d = map(forward, (1, 2, 3))
conv_transpose1d, conv_transpose2d, conv_transpose3d = map(transposed, (1, 2, 3))
entry.publish("convolution", convolution, method=False)


def tbc_forward(x: Array, weight: Array, bias: Array, pad: int) -> Array:
    """The convolution with its dimensions in the order of others, and back."""
    wide, filters = widened(x).transpose(1, 2, 0), widened(weight).transpose(2, 1, 0)
    r = kernels.convolve(wide, np.ascontiguousarray(filters), widened(bias), (1,), (pad,), (1,), 1)
    return np.ascontiguousarray(r.transpose(2, 0, 1)).astype(x.dtype, copy=False)


def tbc_back(g: Array, inputs: Any, saved: Any, needed: Any, pad: int) -> list[Any]:
    """The gradients of input, weight and bias."""
    x, weight = widened(inputs[0]).transpose(1, 2, 0), widened(inputs[1]).transpose(2, 1, 0)
    given = np.ascontiguousarray(widened(g).transpose(1, 2, 0))
    filters = np.ascontiguousarray(weight)
    made = [
        kernels.input_gradient(given, filters, x.shape[2:], (1,), (pad,), (1,), 1).transpose(2, 0, 1)
        if needed[0] else None,
        kernels.weight_gradient(given, x, weight.shape[2:], (1,), (pad,), (1,), 1).transpose(2, 1, 0)
        if needed[1] else None,
        given.sum((0, 2)) if needed[2] else None,
    ]
    return [
        None if each is None else arrays.written_often(np.ascontiguousarray(each).astype(g.dtype, copy=False), writes)
        for each, writes in zip(made, (2, 2, 1), strict=True)
    ]


def tbc_composition(x: Any, weight: Any, bias: Any, pad: int) -> Any:
    return conv1d(x.permute(1, 2, 0), weight.permute(2, 1, 0), bias, 1, pad).permute(2, 0, 1)


TimeBatchChannels = step("conv_tbc", "ConvTbcBackward0", ("input", "weight", "bias"), tbc_back, tbc_composition, shown={
    "pad": lambda options: options[0],
})


def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Tensor:
    """A convolution along the first of (time, batch, channels) with weights (window, in, out)."""
    if not all(isinstance(each, Tensor) for each in (input, weight, bias)):
        raise Misfit
    if input._data.ndim != 3:
        raise RuntimeError("Input must have 3 dims: time, batch, in_channel")
    if weight._data.ndim != 3:
        raise RuntimeError("Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.")
    if bias._data.ndim != 1:
        raise RuntimeError("Bias must be 1-D")
    if input._data.shape[2] != weight._data.shape[1]:
        raise RuntimeError("Input dim 2 (input channels) is not == dim 1 in the weight tensor")
    if weight._data.shape[2] != bias._data.shape[0]:
        raise RuntimeError("Bias size must equal dim 2 in the weight tensor (output channels).")
    check_dtypes(input, weight, bias, (1,), False)
    out = wrap(quietly(tbc_forward, input._data, weight._data, bias._data, pad))
    return recorded(TimeBatchChannels, out, (input, weight, bias), None, (pad,))


entry.publish("conv_tbc", conv_tbc, method=False)
