"""Normalization of layers, of groups of channels, and across channels."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from ..._core.forms import FUNCTIONS
from ..._core.tensor import Tensor, wrap
from ..._kernels import normalization as kernels
from ...autograd.function import Function
from .. import functional as F
from .. import init
from ..parameter import Parameter
from .module import Module

__all__ = ["CrossMapLRN2d", "GroupNorm", "LayerNorm", "LocalResponseNorm", "RMSNorm"]


class LocalResponseNorm(Module):
    """Each element divided by a power of the mean square of its neighbours across channels."""

    __constants__ = ("size", "alpha", "beta", "k")

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class CrossMapLRN2dFunction(Function):
    """``LocalResponseNorm`` of (N, C, height, width) as one step, with the padding of old."""

    @staticmethod
    def forward(ctx: Any, input: Tensor, size: int, alpha: float, beta: float, k: float) -> Tensor:
        if input.dim() != 4:
            raise ValueError(f"CrossMapLRN2d: Expected input to be 4D, got {input.dim()}D instead.")
        x = input._data
        before = int((size - 1) / 2 + 1) - 1
        scale = kernels.across_channels(x * x, size, size - 1 - before)
        scale = scale * x.dtype.type(alpha / size) + x.dtype.type(k)
        out = wrap(np.power(scale, x.dtype.type(-beta)) * x)
        ctx.save_for_backward(input, out)
        ctx.scale, ctx.options = scale, (size, alpha, beta, before)
        return out

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Any, ...]:
        input, out = ctx.saved_tensors
        size, alpha, beta, before = ctx.options
        scale, x = ctx.scale, input._data
        ratio = kernels.across_channels(g._data * out._data / scale, size, before)
        made = np.power(scale, x.dtype.type(-beta)) * g._data - x * ratio * x.dtype.type(2 * alpha * beta / size)
        return wrap(made), None, None, None, None


CrossMapLRN2dFunction.__name__ = CrossMapLRN2dFunction.__qualname__ = "CrossMapLRN2d"


class CrossMapLRN2d(Module):
    """``LocalResponseNorm`` of (N, C, height, width) as Caffe has it."""

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        return CrossMapLRN2dFunction.apply(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


def shape_of(normalized_shape: Any) -> tuple[int, ...]:
    """The shape of what is normalized together; a number is one dimension."""
    if isinstance(normalized_shape, numbers.Integral):
        return (int(normalized_shape),)
    return tuple(normalized_shape)


class _Rescaled(Module):
    """What scales its result by a weight that starts at one and, mostly, shifts it by a bias that starts at zero."""

    weight: Any
    bias: Any

    def _rescale(self, shape: Any, device: Any, dtype: Any, **wanted: bool) -> None:
        """Make the parameters named in ``wanted``, or enter that there are none."""
        for name, there in wanted.items():
            value = FUNCTIONS["empty"](shape, device=device, dtype=dtype) if there else None
            self.register_parameter(name, None if value is None else Parameter(value))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Ones, and zeros."""
        for name, fill in (("weight", init.ones_), ("bias", init.zeros_)):
            if self._parameters.get(name) is not None:
                fill(self._parameters[name])


class LayerNorm(_Rescaled):
    """The last dimensions normalized together; the weight starts at one, the bias at zero."""

    __constants__ = ("normalized_shape", "eps", "elementwise_affine")
    normalized_shape: tuple[int, ...]

    def __init__(
        self, normalized_shape: Any, eps: float = 1e-5, elementwise_affine: bool = True, bias: bool = True,
        device: Any = None, dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = shape_of(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._rescale(
            self.normalized_shape, device, dtype, weight=elementwise_affine, bias=elementwise_affine and bias
        )

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class GroupNorm(_Rescaled):
    """The channels of each sample (N, C, *space) normalized in ``num_groups`` groups."""

    __constants__ = ("num_groups", "num_channels", "eps", "affine")

    def __init__(
        self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True, device: Any = None,
        dtype: Any = None, *, bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self._rescale(num_channels, device, dtype, weight=affine, bias=affine and bias)

    def forward(self, input: Tensor) -> Tensor:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(_Rescaled):
    """The last dimensions divided by the root of the mean of their squares; the weight starts at one."""

    __constants__ = ("normalized_shape", "eps", "elementwise_affine")

    def __init__(
        self, normalized_shape: Any, eps: float | None = None, elementwise_affine: bool = True, device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = shape_of(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._rescale(self.normalized_shape, device, dtype, weight=elementwise_affine)

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


for _class in (LocalResponseNorm, CrossMapLRN2d, LayerNorm, GroupNorm, RMSNorm):
    _class.__module__ = "torch.nn.modules.normalization"
