"""Normalizations, each as one node: of batches, of layers, of groups of channels, of instances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._core import errors
from .._core.dtypes import float32 as FLOAT32
from .._core.dtypes import not_implemented_for
from .._core.errors import Misfit, size_text
from .._core.forms import wants_grad
from .._core.graph import Output
from .._core.modes import no_grad
from .._core.quiet import quietly
from .._core.recording import Kept, array_values, tensor_values
from .._core.steps import recorded, step
from .._core.tensor import Tensor, wrap
from .._core.views import shared_of
from .._kernels import fused
from .._kernels import normalization as kernels
from .._kernels.elementwise import widened
from .._kernels.formats import channels_last, like
from .._kernels.scalar_types import HALVES
from . import entry
from .spatial import ints

ndarray = np.ndarray


def wide(*arrays: ndarray | None) -> list[Any]:
    """The arrays in the precision in which a normalization computes."""
    return [None if each is None else widened(each) for each in arrays]


def narrowed(gradients: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
    """Gradients in the dtypes of their inputs."""
    return [
        None if g is None else g.astype(x.dtype, copy=False) for g, x in zip(gradients, inputs, strict=True)
    ]


def is_tensor(*values: Any) -> bool:
    """Whether all that are given are tensors."""
    return all(each is None or isinstance(each, Tensor) for each in values)


# ---- of batches

MOMENTS = ("result1", "result2")
"""The names of means and inverse deviations, which are results beside the normalized input."""


def batch_back(
    g: ndarray, inputs: Sequence[Any], saved: Any, needed: Sequence[bool], training: bool, eps: float, running: Any
) -> list[Any]:
    x, weight = wide(*inputs[:2])
    mean, inverse = saved
    return narrowed(kernels.batch_backward(widened(g), x, weight, mean, inverse, training, needed), inputs)


def batch_composition(
    x: Any, weight: Any, bias: Any, training: bool, eps: float, running: Any, moments: tuple[Any, Any] | None = None
) -> Any:
    """The normalization of a batch in terms of other operations."""
    shape = (1, -1, *[1] * (x.ndim - 2))
    axes = (0, *range(2, x.ndim))
    if moments is None:
        mean = x.mean(axes, True)
        distance = x - mean
        inverse = ((distance * distance).mean(axes, True) + eps).rsqrt()
    else:
        distance = x - moments[0].reshape(shape)
        inverse = moments[1].reshape(shape)
    r = distance * inverse
    if weight is not None:
        r = r * weight.reshape(shape)
    return r if bias is None else r + bias.reshape(shape)


BatchTraining = step(
    "native_batch_norm", "NativeBatchNormBackward0", ("input", "weight", "bias"), batch_back, batch_composition,
    shown={
        "running_mean": lambda options: options[2][0], "running_var": lambda options: options[2][1],
        "training": lambda: True, "eps": lambda options: options[1],
    },
    results=MOMENTS,
)


def fixed_back(
    g: ndarray, inputs: Sequence[Any], saved: Any, needed: Sequence[bool], eps: float, moments: Any, running: Any
) -> list[Any]:
    return batch_back(g, inputs, saved, needed, False, eps, running)


BatchFixed = step(
    "native_batch_norm_fixed", "NativeBatchNormBackward0", ("input", "weight", "bias"), fixed_back,
    lambda x, weight, bias, eps, moments, running: batch_composition(x, weight, bias, False, eps, running, moments),
    shown={
        "running_mean": lambda options: options[2][0], "running_var": lambda options: options[2][1],
        "training": lambda: False, "eps": lambda options: options[0],
    },
    results=MOMENTS,
)


def check_batch(
    x: ndarray, weight: Any, bias: Any, running_mean: Any, running_var: Any, training: bool
) -> None:
    """Refuse vectors that have not one element for each channel, of which there are none without a second dimension."""
    channels = x.shape[1] if x.ndim > 1 else 0
    for title, vector, asked in (
        ("running_mean", running_mean, True), ("running_var", running_var, True), ("weight", weight, False),
        ("bias", bias, False),
    ):
        if vector is not None:
            if vector.numel() != channels:
                raise RuntimeError(f"{title} should contain {channels} elements not {vector.numel()}")
        elif asked and not training:
            raise RuntimeError(f"{title} must be defined in evaluation mode")


def batch_types(x: Tensor, others: Sequence[Any]) -> Any:
    """The dtype of the statistics of a batch: the input's, or float32 where it is half and the vectors are not."""
    if (others[2] is None) != (others[3] is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    own = x._data.dtype
    if own.kind not in "fV":
        raise not_implemented_for("batch_norm", x.dtype)
    return check_types(x, others, "batch_norm")


def check_types(x: Tensor, others: Sequence[Any], kernel: str) -> Any:
    """The dtype of statistics: that of ``x`` and of all vectors, or float32 of all vectors beside a half ``x``."""
    own = x._data.dtype
    kinds = [each._data.dtype for each in others if each is not None]
    if not kinds or kinds[0] == own:
        if own.kind not in "fV":
            raise not_implemented_for(kernel, x.dtype)
        for each in others:
            if each is not None and each._data.dtype != own:
                raise RuntimeError(
                    f"expected scalar type {x.dtype.scalar_type} but found {each.dtype.scalar_type}"
                )
        return own
    if any(each != np.float32 for each in kinds):
        raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of Float")
    if own.char not in HALVES:
        raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")
    return kinds[0]


def native_batch_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None,
    running_var: Tensor | None, training: bool, momentum: float, eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """(N, C, *space) normalized channel by channel, and in training the means and inverse deviations.

    In training the running statistics move towards those of the batch by ``momentum``; otherwise they are used.
    """
    if not isinstance(input, Tensor) or not is_tensor(weight, bias, running_mean, running_var):
        raise Misfit
    for name, each in (("running_mean", running_mean), ("running_var", running_var)):
        if each is not None and wants_grad(each):
            raise RuntimeError(
                f"The function 'native_batch_norm' is not differentiable with respect to argument '{name}'. This input "
                "cannot have requires_grad True."
            )
    if not input._data.ndim:
        # What is left of the sizes of a number without its second one.
        raise RuntimeError("SmallVector unable to grow. Requested capacity (18446744073709551615) is larger than "
                           "maximum value for size type (4294967295)")
    input.size(1)
    check_batch(input._data, weight, bias, running_mean, running_var, training)
    kind = batch_types(input, (weight, bias, running_mean, running_var))
    x, w, b = widened(input._data), *[None if each is None else each._data for each in (weight, bias)]
    narrow = kind if kind != x.dtype else None
    out, saved = quietly(batch_forward, x, w, b, running_mean, running_var, training, momentum, eps, narrow)
    result = wrap(like(out.astype(input._data.dtype, copy=False), input._data))
    running = running_mean, running_var
    if training:
        moments = wrap(saved[0].astype(kind)), wrap(saved[1].astype(kind))
        recorded(BatchTraining, result, (input, weight, bias), saved, (True, eps, running), moments)
        return result, *moments
    none = wrap(np.empty(0, kind)), wrap(np.empty(0, kind))
    recorded(BatchFixed, result, (input, weight, bias), saved, (eps, tuple(map(wrap, saved)), running), none)
    return result, *none


def batch_forward(
    x: ndarray, weight: Any, bias: Any, running_mean: Any, running_var: Any, training: bool, momentum: float,
    eps: float, narrow: Any = None
) -> Any:
    """The result, and the moments that go with it, rounded to a dtype; running statistics are written."""
    if not training:
        mean = widened(running_mean._data)
        inverse = (1 / np.sqrt(widened(running_var._data) + x.dtype.type(eps))).astype(x.dtype)
        weight, bias = wide(weight, bias)
        return kernels.batch_normalize(x, weight, bias, mean, inverse), (mean, inverse)
    if not x.size:
        mean, squares = np.zeros(x.shape[1]), np.zeros(x.shape[1])
        inverse = np.zeros(x.shape[1], x.dtype)
        return x.copy(), (mean.astype(x.dtype), inverse)
    mean, squares = kernels.batch_moments(x)
    count = x.size // x.shape[1]
    inverse = (1 / np.sqrt(squares / count + eps)).astype(x.dtype)
    for vector, value in ((running_mean, mean), (running_var, squares)):
        if vector is not None:
            # A write that torch does not count.
            kept = vector._data
            own = kept if kept.dtype.kind == "V" else widened(kept)  # bfloat16 rounds at each step, its factors too
            share = own.dtype.type(momentum)
            rest, new = (own.dtype.type(1) - share) * own, value.astype(x.dtype).astype(own.dtype)
            if value is squares:
                new = new / own.dtype.type(count - 1)
            if value is squares and x.dtype.char == "f":  # rounded once where the mean is rounded twice
                kept[...] = fused.fma32(*[each.astype(x.dtype) for each in (share, new, rest)]).astype(kept.dtype)
            else:
                kept[...] = (share * new + rest).astype(kept.dtype)
    mean = mean.astype(x.dtype)
    weight, bias = wide(weight, bias)  # as they are now: they may lie where running statistics do
    if narrow is not None:
        mean, inverse = mean.astype(narrow).astype(x.dtype), inverse.astype(narrow).astype(x.dtype)
    return kernels.batch_normalize(x, weight, bias, mean, inverse), (mean, inverse)


def batch_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None,
    running_var: Tensor | None, training: bool, momentum: float, eps: float, cudnn_enabled: bool,
) -> Tensor:
    """``native_batch_norm`` without the moments; nothing is normalized where there is nothing."""
    if isinstance(input, Tensor) and not input._data.size:
        out: Any = input.clone()
        out = out if weight is None else out * weight.select(0, 0)
        return out if bias is None else out + bias.select(0, 0)
    if isinstance(input, Tensor) and is_tensor(weight, bias, running_mean, running_var):
        check_batch(input._data, weight, bias, running_mean, running_var, training)
    return native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)[0]


entry.publish("native_batch_norm", native_batch_norm, method=False)
entry.publish("batch_norm", batch_norm, method=False)


def instance_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None,
    running_var: Tensor | None, use_input_stats: bool, momentum: float, eps: float, cudnn_enabled: bool,
) -> Tensor:
    """Each channel of each sample normalized by itself: a batch of one with as many channels."""
    if not isinstance(input, Tensor) or not is_tensor(weight, bias, running_mean, running_var):
        raise Misfit
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    shape = input._data.shape
    count, channels = input.size(0), input.size(1)
    w, b, means, variances = [
        None if each is None else each.repeat(count) for each in (weight, bias, running_mean, running_var)
    ]
    flat = input.contiguous().view((1, count * channels, *shape[2:]))
    out = batch_norm(flat, w, b, means, variances, use_input_stats, momentum, eps, cudnn_enabled)
    if use_input_stats:
        with no_grad():
            for kept, vector in ((running_mean, means), (running_var, variances)):
                if kept is not None and vector is not None:
                    kept.copy_(vector.view(count, channels).mean(0))
    return out.view(shape)


entry.publish("instance_norm", instance_norm, method=False)


# ---- of layers


def layer_back(
    g: ndarray, inputs: Sequence[Any], saved: Any, needed: Sequence[bool], shape: tuple[int, ...], eps: float
) -> list[Any]:
    x, weight = wide(*inputs[:2])
    mean, inverse = saved
    made = kernels.layer_backward(widened(g), x, math.prod(shape), weight, mean, inverse, needed, shape)
    return narrowed(made, inputs)


def layer_composition(x: Any, weight: Any, bias: Any, shape: tuple[int, ...], eps: float) -> Any:
    axes = tuple(range(-len(shape), 0))
    distance = x - x.mean(axes, True)
    r = distance * ((distance * distance).mean(axes, True) + eps).rsqrt()
    r = r if weight is None else r * weight
    return r if bias is None else r + bias


Layer = step(
    "native_layer_norm", "NativeLayerNormBackward0", ("input", "weight", "bias"), layer_back, layer_composition,
    shown={"normalized_shape": lambda options: options[0]}, results=MOMENTS,
)


def lead_of(whole: Sequence[int], shape: Sequence[int]) -> tuple[int, ...]:
    """The shape of one statistic for all that is normalized together."""
    return (*whole[: len(whole) - len(shape)], *[1] * len(shape))


def check_layer(name: str, x: ndarray, shape: tuple[int, ...], weight: Any, bias: Any, star: str = "*, ") -> None:
    """Refuse shapes that are not the last dimensions of the input."""
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            f"normalized_shape = {size_text(shape)}"
        )
    for title, vector in (("weight", weight), ("bias", bias)):
        if vector is not None and vector._data.shape != shape:
            raise RuntimeError(
                f"Expected {title} to be of same shape as normalized_shape, but got {title} of shape "
                f"{size_text(vector._data.shape)} and normalized_shape = {size_text(shape)}"
            )
    if x.shape[x.ndim - len(shape):] != shape or x.ndim < len(shape):
        raise RuntimeError(
            f"Given normalized_shape={size_text(shape)}, expected input with shape [{star}"
            f"{', '.join(map(str, shape))}], but got input of size{size_text(x.shape)}"
        )


def native_layer_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """The last dimensions normalized together, with the means and inverse deviations of what lies before them."""
    if not isinstance(input, Tensor) or not is_tensor(weight, bias) or not isinstance(normalized_shape, (tuple, list)):
        raise Misfit
    shape = ints(normalized_shape, 1)
    check_layer("layer_norm", input._data, shape, weight, bias)
    kind = check_types(input, (weight, bias), "LayerNormKernelImpl")
    x, w, b = wide(input._data, None if weight is None else weight._data, None if bias is None else bias._data)
    size = math.prod(shape)
    outer = input._data.shape[: input._data.ndim - len(shape)]
    if x.size:
        r, mean, inverse = quietly(kernels.layer_normalize, x, size, w, b, eps)
    else:
        r, mean, inverse = x.copy(), np.zeros(math.prod(outer), x.dtype), np.zeros(math.prod(outer), x.dtype)
    out = wrap(r.astype(input._data.dtype, copy=False))
    lead = lead_of(input._data.shape, shape)
    moments = statistics_of(mean.reshape(lead), inverse.reshape(lead), kind)
    recorded(Layer, out, (input, weight, bias), (mean, inverse), (shape, eps), moments)
    return out, *moments


def layer_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None = None, bias: Tensor | None = None,
    eps: float = 1e-5, cudnn_enable: bool = True,
) -> Tensor:
    """``native_layer_norm`` without the moments."""
    return native_layer_norm(input, normalized_shape, weight, bias, eps)[0]


entry.publish("native_layer_norm", native_layer_norm, method=False)
entry.publish("layer_norm", layer_norm, method=False)


def rms_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """The last dimensions divided by the root of the mean of their squares."""
    if not isinstance(input, Tensor) or not is_tensor(weight) or not isinstance(normalized_shape, (tuple, list)):
        raise Misfit
    shape = ints(normalized_shape, 1)
    check_layer("rms_norm", input._data, shape, weight, None, "*")
    if input._data.dtype.kind not in "fcV":
        raise not_implemented_for("rms_norm", input.dtype)
    half = input._data.dtype.char in HALVES
    x: Any = input.to(FLOAT32) if half else input
    if eps is None:
        eps = float(np.finfo(x._data.dtype).eps)
    r = x * ((x.pow(2).mean(tuple(range(-len(shape), 0)), True)) + eps).rsqrt()
    if weight is not None:
        r = r * weight
    return r.to(input.dtype) if half else r


entry.publish("rms_norm", rms_norm, method=False)


# ---- of groups of channels


def group_back(
    g: ndarray, inputs: Sequence[Any], saved: Any, needed: Sequence[bool], shape: Sequence[int], groups: int, eps: float
) -> list[Any]:
    x, weight = wide(*inputs[:2])
    mean, inverse = saved
    made = kernels.group_backward(
        widened(g).reshape(shape), x.reshape(shape), groups, weight, mean, inverse, needed
    )
    for_x = None if made[0] is None else made[0].reshape(x.shape)
    return narrowed((for_x, *made[1:]), inputs)


def group_composition(x: Any, weight: Any, bias: Any, shape: Sequence[int], groups: int, eps: float) -> Any:
    rows = x.reshape(shape[0], groups, shape[1] * shape[2] // groups)
    distance = rows - rows.mean(2, True)
    r = (distance * ((distance * distance).mean(2, True) + eps).rsqrt()).reshape(shape)
    r = r if weight is None else r * weight.unsqueeze(1)
    return (r if bias is None else r + bias.unsqueeze(1)).reshape(x.shape)


Group = step(
    "native_group_norm", "NativeGroupNormBackward0", ("input", "weight", "bias"), group_back, group_composition,
    shown={
        "N": lambda options: options[0][0], "C": lambda options: options[0][1], "HxW": lambda options: options[0][2],
        "group": lambda options: options[1], "eps": lambda options: options[2],
    },
    results=MOMENTS,
)


def statistics_of(mean: np.ndarray, inverse: np.ndarray, kind: np.dtype[Any]) -> tuple[Tensor, Tensor]:
    """Means and inverse deviations in the dtype of statistics."""
    return wrap(mean.astype(kind, copy=False)), wrap(inverse.astype(kind, copy=False))


class GroupAndMoments(Group):  # type: ignore[misc,valid-type]
    """The step with its means and inverse deviations as results.

    As in torch, what comes back to these counts where something comes back to both of them, else not at all.
    """

    __slots__ = ()
    __module__ = "builtins"
    outputs = 3

    def vjp(self, g: Any) -> Sequence[Any]:
        mean, inverse = self.values[0]
        x = array_values(self)[0]
        found: list[Any] = [None] * len(self.edges) if g[0] is None else list(super().vjp(g[0]))
        if self.edges[0] is not None and g[1] is not None and g[2] is not None:
            rows = widened(x).reshape(*mean.shape, -1)
            more = through_moments(rows, g[1], g[2], mean, inverse).reshape(x.shape).astype(x.dtype)
            found[0] = more if found[0] is None else found[0] + more
        return found

    def vjp_tensors(self, g: Any) -> Sequence[Any]:
        shape, group, eps = self.values[1]
        x = tensor_values(self)[0]
        found: list[Any] = [None] * len(self.edges) if g[0] is None else list(super().vjp_tensors(g[0]))
        if self.edges[0] is not None and g[1] is not None and g[2] is not None:
            rows = x.reshape(shape[0], group, -1)
            mean = rows.mean(2)
            distance = rows - mean.unsqueeze(2)
            inverse = ((distance * distance).mean(2) + eps).rsqrt()
            more = through_moments(rows, g[1], g[2], mean, inverse).reshape(x.shape)
            found[0] = more if found[0] is None else found[0] + more
        return found


def through_moments(rows: Any, for_mean: Any, for_inverse: Any, mean: Any, inverse: Any) -> Any:
    """What comes back to the elements of groups through their means and inverse deviations."""
    count = rows.shape[2]
    return (for_mean / count)[:, :, None] - (for_inverse * inverse**3 / count)[:, :, None] * (rows - mean[:, :, None])


GroupAndMoments.__name__ = GroupAndMoments.__qualname__ = "NativeGroupNormBackward0"


def check_groups(shape: Sequence[int], channels: int, group: int, weight: Any, bias: Any) -> None:
    """Refuse channels that are not of groups of one size, or have not one weight each."""
    if group <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {group}")
    if channels % group:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{size_text(shape)} and num_groups={group}"
        )
    for title, vector in (("weight", weight), ("bias", bias)):
        if vector is not None and (vector._data.ndim != 1 or vector._data.size != channels):
            told = size_text((0,) if weight is None else weight._data.shape)  # also where the bias is meant
            raise RuntimeError(
                f"Expected {title} to be a vector of size equal to the number of channels in input, but got {title} of "
                f"shape {told} and input of shape {size_text(shape)}"
            )


def native_group_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, N: int, C: int, HxW: int, group: int, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """``group_norm`` with the means and inverse deviations (N, group)."""
    if not isinstance(input, Tensor) or not is_tensor(weight, bias):
        raise Misfit
    check_groups(input._data.shape, C, group, weight, bias)
    x = input._data
    if not (np.moveaxis(x, 1, -1) if channels_last(x) else x).flags.c_contiguous:
        raise errors.unexpected("X.is_contiguous(memory_format)")
    return of_groups(input, weight, bias, N, C, HxW, group, eps)


def of_groups(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, N: int, C: int, HxW: int, group: int, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """The same of what may lie anyhow in memory."""
    kind = check_types(input, (weight, bias), "GroupNormKernelImpl")
    if N < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {N}: [{N}, {group}]")
    if input._data.size != N * C * HxW:
        raise errors.unexpected("X.numel() == N * C * HxW")
    x, w, b = wide(input._data, None if weight is None else weight._data, None if bias is None else bias._data)
    shape = N, C, HxW
    r, mean, inverse = quietly(kernels.group_normalize, x.reshape(shape), group, w, b, eps)
    out = wrap(like(r.reshape(x.shape).astype(input._data.dtype, copy=False), input._data))
    moments = statistics_of(mean, inverse, kind)
    kept = [Kept(each._data, shared_of(each), number) for number, each in enumerate(moments, 1)]
    recorded(GroupAndMoments, out, (input, weight, bias), (mean, inverse), (shape, group, eps), kept)
    results = out, *moments
    made = out._node
    if made is not None:
        for number, each in enumerate(results):
            each._node, each.output_nr = Output(made, number), number
    return results


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Tensor:
    """The channels of each sample (N, C, *space) normalized in ``num_groups`` groups."""
    if not isinstance(input, Tensor) or not is_tensor(weight, bias) or not isinstance(num_groups, int):
        raise Misfit
    count, channels = input.size(0), input.size(1)
    check_groups(input._data.shape, channels, num_groups, weight, bias)
    return of_groups(
        input, weight, bias, count, channels, math.prod(input._data.shape[2:]), num_groups, eps
    )[0]


entry.publish("native_group_norm", native_group_norm, method=False)
entry.publish("group_norm", group_norm, method=False)
