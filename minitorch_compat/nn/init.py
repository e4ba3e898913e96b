"""Starting values for parameters, drawn as torch draws them."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

from .._core.absent import room as _room
from .._core.forms import FUNCTIONS
from .._core.modes import no_grad
from .._core.tensor import Tensor


def calculate_gain(nonlinearity: str, param: Any = None) -> float:
    """How much wider weights must spread before a nonlinearity, so that variances keep."""
    if nonlinearity in (
        "linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "sigmoid"
    ):
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is None:
            slope: Any = 0.01
        elif isinstance(param, (int, float)) and not isinstance(param, bool):
            slope = param
        else:
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    shape = tensor._data.shape
    if len(shape) < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return fan_in if mode == "fan_in" else fan_out


def _without_grad(fill: Callable[..., Tensor]) -> Callable[..., Tensor]:
    @functools.wraps(fill)
    def filled(*arguments: Any, **keywords: Any) -> Tensor:
        with no_grad():
            return fill(*arguments, **keywords)

    return filled


@_without_grad
def uniform_(tensor: Any, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Uniform in [a, b)."""
    return tensor.uniform_(a, b, generator=generator)


@_without_grad
def normal_(tensor: Any, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Normal with this mean and standard deviation."""
    return tensor.normal_(mean, std, generator=generator)


@_without_grad
def constant_(tensor: Any, val: float) -> Tensor:
    """``val`` everywhere."""
    return tensor.fill_(val)


@_without_grad
def ones_(tensor: Any) -> Tensor:
    """Ones."""
    return tensor.fill_(1.0)


@_without_grad
def zeros_(tensor: Any) -> Tensor:
    """Zeros."""
    return tensor.zero_()


@_without_grad
def eye_(tensor: Any) -> Tensor:
    """The identity matrix."""
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    tensor.zero_()
    for place in range(min(tensor.shape)):
        tensor._data[place, place] = 1
    return tensor


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Uniform with the variance that Glorot and Bengio (2010) derive from fan-in and fan-out."""
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Normal with the variance that Glorot and Bengio (2010) derive from fan-in and fan-out."""
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)), generator)


def kaiming_uniform_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """Uniform with the variance that He et al. (2015) derive for rectifiers of negative slope ``a``."""
    if 0 in tensor._data.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", UserWarning, stacklevel=2)
        return tensor
    fan = _calculate_correct_fan(tensor, mode)
    std = calculate_gain(nonlinearity, a) / math.sqrt(fan)
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """Normal with the variance that He et al. (2015) derive for rectifiers of negative slope ``a``."""
    if 0 in tensor._data.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", UserWarning, stacklevel=2)
        return tensor
    fan = _calculate_correct_fan(tensor, mode)
    return normal_(tensor, 0, calculate_gain(nonlinearity, a) / math.sqrt(fan), generator)


@_without_grad
def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Any = None
) -> Tensor:
    """Normal with this mean and standard deviation, on condition that the numbers lie in [a, b].

    By rejection (von Neumann, 1951): of normal numbers where three in ten or more are accepted, otherwise of uniform
    ones, by the logarithm of the density relative to the highest in the interval.
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
            stacklevel=3,
        )
    likely = (math.erf((b - mean) / std / math.sqrt(2)) - math.erf((a - mean) / std / math.sqrt(2))) / 2
    if likely > 0.3:
        tensor.normal_(mean, std, generator=generator)
        while (outside := (tensor < a) | (tensor > b)).any():
            tensor.copy_(tensor.where(~outside, tensor.new_empty(tensor.shape).normal_(mean, std, generator=generator)))
        return tensor
    highest = 0.5 * ((min(max(mean, a), b) - mean) / std) ** 2
    tensor.uniform_(a, b, generator=generator)
    proposed, rejected = tensor, None
    while True:
        logarithm = ((proposed - mean) / std).square().mul(-0.5).add(highest)
        refused = tensor.new_empty(tensor.shape).uniform_(generator=generator).log() > logarithm
        tensor.copy_(proposed if rejected is None else tensor.where(~rejected, proposed))
        rejected = refused if rejected is None else rejected & refused
        if not rejected.any():
            return tensor
        proposed = tensor.new_empty(tensor.shape).uniform_(a, b, generator=generator)


@_without_grad
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """``gain`` times orthonormal rows or columns, whichever are fewer; dimensions after the first count as one.

    The orthonormal factor of a normal matrix, its signs chosen so that it is uniform (Saxe et al., 2013).
    """
    from .._ops.linear_algebra import LINEAR_ALGEBRA

    if tensor.ndimension() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if not tensor.numel():
        return tensor
    rows = tensor.shape[0]
    matrix = tensor.new_empty((rows, tensor.numel() // rows)).normal_(0, 1, generator=generator)
    wide = rows < matrix.shape[1]
    q, r = LINEAR_ALGEBRA["qr"](matrix.t() if wide else matrix)
    q *= r.diagonal().sign()
    return tensor.view(matrix.shape).copy_(q.t() if wide else q).mul_(gain).view(tensor.shape)


@_without_grad
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Kernels of a convolution that hands on as many channels as it can, in each group."""
    if tensor.ndimension() not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if tensor.shape[0] % groups:
        raise ValueError("dim 0 must be divisible by groups")
    each = tensor.shape[0] // groups
    middle = tuple(size // 2 for size in tensor.shape[2:])
    tensor.zero_()
    for group in range(groups):
        for channel in range(min(each, tensor.shape[1])):
            tensor[(group * each + channel, channel, *middle)] = 1
    return tensor


@_without_grad
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """Normal numbers, a share ``sparsity`` of those of each column zero (Martens, 2010)."""
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    tensor.normal_(0, std, generator=generator)
    for column in range(columns):
        tensor[FUNCTIONS["randperm"](rows)[: math.ceil(sparsity * rows)], column] = 0
    return tensor


def _renamed(replacement: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function under its name without the underscore, which warns."""
    new = replacement.__name__
    old = new[:-1]

    def deprecated(*arguments: Any, **keywords: Any) -> Tensor:
        warnings.warn(
            f"`nn.init.{old}` is now deprecated in favor of `nn.init.{new}`.", FutureWarning, stacklevel=2
        )
        return replacement(*arguments, **keywords)

    deprecated.__name__ = deprecated.__qualname__ = old
    return deprecated


uniform = _renamed(uniform_)
normal = _renamed(normal_)
constant = _renamed(constant_)
eye = _renamed(eye_)
xavier_uniform = _renamed(xavier_uniform_)
xavier_normal = _renamed(xavier_normal_)
kaiming_uniform = _renamed(kaiming_uniform_)
kaiming_normal = _renamed(kaiming_normal_)
dirac = _renamed(dirac_)
orthogonal = _renamed(orthogonal_)
sparse = _renamed(sparse_)


__getattr__ = _room("torch.nn.init", __name__)
