"""Convolutions as layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import FunctionType
from typing import Any

from ..._core.forms import FUNCTIONS
from ..._core.tensor import Tensor
from .. import functional as F
from .. import init
from ..parameter import Parameter, UninitializedParameter
from .lazy import LazyModuleMixin
from .module import Module

__all__ = [
    "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "LazyConv1d",
    "LazyConv2d", "LazyConv3d", "LazyConvTranspose1d", "LazyConvTranspose2d", "LazyConvTranspose3d",
]


def numbers(value: Any, count: int) -> tuple[Any, ...]:
    """``count`` times a number, or a sequence as it is."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * count


class _ConvNd(Module):
    """What convolutions share: weights uniform in ±1/sqrt(fan_in), drawn before the bias."""

    __constants__ = (
        "stride", "padding", "dilation", "groups", "padding_mode", "output_padding", "in_channels", "out_channels",
        "kernel_size",
    )
    in_channels: int
    out_channels: int
    kernel_size: tuple[int, ...]
    padding: Any
    weight: Any
    bias: Any

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: tuple[int, ...], stride: tuple[int, ...], padding: Any,
        dilation: tuple[int, ...], transposed: bool, output_padding: tuple[int, ...], groups: int, bias: bool,
        padding_mode: str, device: Any = None, dtype: Any = None,
    ) -> None:
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        words = {"same", "valid"}
        if isinstance(padding, str):
            if padding not in words:
                raise ValueError(f"Invalid padding string {padding!r}, should be one of {words}")
            if padding == "same" and any(step != 1 for step in stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        modes = {"zeros", "reflect", "replicate", "circular"}
        if padding_mode not in modes:
            raise ValueError(f"padding_mode must be one of {modes}, but got padding_mode='{padding_mode}'")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice: Any
        if isinstance(padding, str):
            self._reversed_padding_repeated_twice = [0, 0] * len(kernel_size)
            if padding == "same":
                for place, (gap, size) in enumerate(zip(dilation[::-1], kernel_size[::-1], strict=True)):
                    total = gap * (size - 1)
                    self._reversed_padding_repeated_twice[2 * place] = total // 2
                    self._reversed_padding_repeated_twice[2 * place + 1] = total - total // 2
        else:
            self._reversed_padding_repeated_twice = tuple([each for each in reversed(padding) for _ in range(2)])
        shape = (in_channels, out_channels // groups) if transposed else (out_channels, in_channels // groups)
        self.weight = Parameter(FUNCTIONS["empty"]((*shape, *kernel_size), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(FUNCTIONS["empty"](out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new weights, then a new bias."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        zeros = (0,) * len(self.kernel_size)
        if self.padding != zeros:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * len(self.kernel_size):
            text += f", dilation={self.dilation}"
        if self.output_padding != zeros:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)  # type: ignore[misc]
        if not hasattr(self, "padding_mode"):
            self.padding_mode = "zeros"


class _Forward(_ConvNd):
    """The convolutions that are not transposed."""

    _space: int

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Any = None,
        dtype: Any = None,
    ) -> None:
        count = self._space
        super().__init__(
            in_channels, out_channels, numbers(kernel_size, count), numbers(stride, count),
            padding if isinstance(padding, str) else numbers(padding, count), numbers(dilation, count), False,
            (0,) * count, groups, bias, padding_mode, device, dtype,
        )

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        function = getattr(F, f"conv{self._space}d")
        if self.padding_mode != "zeros":
            padded = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
            return function(padded, weight, bias, self.stride, (0,) * self._space, self.dilation, self.groups)
        return function(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)

    def forward(self, input: Tensor) -> Tensor:
        return self._conv_forward(input, self.weight, self.bias)


class _ConvTransposeNd(_ConvNd):
    """The transposed convolutions."""

    _space: int

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        output_padding: Any = 0, groups: int = 1, bias: bool = True, dilation: Any = 1, padding_mode: str = "zeros",
        device: Any = None, dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        count = self._space
        super().__init__(
            in_channels, out_channels, numbers(kernel_size, count), numbers(stride, count), numbers(padding, count),
            numbers(dilation, count), True, numbers(output_padding, count), groups, bias, padding_mode, device, dtype,
        )

    def _output_padding(
        self, input: Tensor, output_size: Sequence[int] | None, stride: Sequence[int], padding: Sequence[int],
        kernel_size: Sequence[int], num_spatial_dims: int, dilation: Sequence[int] | None = None,
    ) -> Any:
        """The output padding that gives ``output_size``; ValueError where none does."""
        if output_size is None:
            return numbers(self.output_padding, num_spatial_dims)
        batched = input.dim() == num_spatial_dims + 2
        lead = 2 if batched else 1
        if len(output_size) == lead + num_spatial_dims:
            output_size = output_size[lead:]
        if len(output_size) != num_spatial_dims:
            raise ValueError(
                f"ConvTranspose{num_spatial_dims}D: for {input.dim()}D input, output_size must have "
                f"{num_spatial_dims} or {lead + num_spatial_dims} elements (got {len(output_size)})"
            )
        least = [
            (input.size(place + lead) - 1) * stride[place] - 2 * padding[place]
            + (dilation[place] if dilation is not None else 1) * (kernel_size[place] - 1) + 1
            for place in range(num_spatial_dims)
        ]
        most = [low + step - 1 for low, step in zip(least, stride, strict=True)]
        for size, low, high in zip(output_size, least, most, strict=True):
            if size < low or size > high:
                raise ValueError(
                    f"requested an output size of {output_size}, but valid sizes range from {least} to {most} (for an "
                    f"input of {input.size()[2:]})"
                )
        return [size - low for size, low in zip(output_size, least, strict=True)]

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        if self.padding_mode != "zeros":
            raise ValueError(f"Only `zeros` padding mode is supported for {type(self).__name__}")
        more = self._output_padding(
            input, output_size, self.stride, self.padding, self.kernel_size, self._space, self.dilation
        )
        function = getattr(F, f"conv_transpose{self._space}d")
        return function(
            input, self.weight, self.bias, self.stride, self.padding, more, self.groups, self.dilation
        )


class Conv1d(_Forward):
    """Weights (out, in / groups, window) over (N, in, length), or (in, length)."""

    _space = 1


class Conv2d(_Forward):
    """Weights (out, in / groups, *window) over (N, in, height, width), or (in, height, width)."""

    _space = 2


class Conv3d(_Forward):
    """Weights (out, in / groups, *window) over (N, in, depth, height, width), or without N."""

    _space = 3


class ConvTranspose1d(_ConvTransposeNd):
    """The way back of ``Conv1d``; weights are (in, out / groups, window)."""

    _space = 1


class ConvTranspose2d(_ConvTransposeNd):
    """The way back of ``Conv2d``; weights are (in, out / groups, *window)."""

    _space = 2


class ConvTranspose3d(_ConvTransposeNd):
    """The way back of ``Conv3d``; weights are (in, out / groups, *window)."""

    _space = 3


def own_constructor(layer: type[Any]) -> None:
    """A constructor that goes by the name of its class where Python speaks of it."""
    shared: Any = layer.__init__  # type: ignore[misc]
    made = FunctionType(shared.__code__, shared.__globals__, "__init__", shared.__defaults__, shared.__closure__)
    made.__qualname__ = f"{layer.__name__}.__init__"
    made.__annotations__ = shared.__annotations__
    layer.__init__ = made  # type: ignore[misc]


for _layer in (Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d):
    own_constructor(_layer)


class _LazyConvXdMixin(LazyModuleMixin):
    """Learns the number of channels from its first input."""

    transposed: bool
    _space: int

    def _settle(self, bias: bool, out_channels: int, device: Any, dtype: Any) -> None:
        own: Any = self
        own.weight = UninitializedParameter(device=device, dtype=dtype)
        own.out_channels = out_channels
        if bias:
            own.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        own: Any = self
        if not self.has_uninitialized_params() and own.in_channels != 0:
            super().reset_parameters()  # type: ignore[misc]

    def initialize_parameters(self, input: Tensor, *arguments: Any, **keywords: Any) -> None:
        """Make the parameters for the channels of ``input``, and draw them."""
        own: Any = self
        if not self.has_uninitialized_params():
            return
        own.in_channels = self._get_in_channels(input)
        if own.in_channels % own.groups:
            raise ValueError("in_channels must be divisible by groups")
        lead = (own.in_channels, own.out_channels // own.groups) if own.transposed else (
            own.out_channels, own.in_channels // own.groups
        )
        own.weight.materialize((*lead, *own.kernel_size))
        if own.bias is not None:
            own.bias.materialize((own.out_channels,))
        self.reset_parameters()

    def _get_in_channels(self, input: Tensor) -> int:
        space = self._get_num_spatial_dims()
        if input.dim() not in (space + 1, space + 2):
            raise RuntimeError(
                f"Expected {space + 1}D (unbatched) or {space + 2}D (batched) input to {type(self).__name__}, but got "
                f"input of size: {input.shape}"
            )
        return input.shape[1] if input.dim() == space + 2 else input.shape[0]

    def _get_num_spatial_dims(self) -> int:
        return self._space


def _lazy(plain: type[Any]) -> type[Any]:
    """``LazyConv2d`` from ``Conv2d``."""

    def transposed(
        self: Any, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
        groups: int = 1, bias: bool = True, dilation: Any = 1, padding_mode: str = "zeros", device: Any = None,
        dtype: Any = None,
    ) -> None:
        super(made, self).__init__(
            0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode, device, dtype
        )
        self._settle(bias, out_channels, device, dtype)

    def forward(
        self: Any, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
        groups: int = 1, bias: bool = True, padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:
        super(made, self).__init__(
            0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode, device, dtype
        )
        self._settle(bias, out_channels, device, dtype)

    body = {
        "__init__": transposed if issubclass(plain, _ConvTransposeNd) else forward, "cls_to_become": plain,
        "__doc__": f"``{plain.__name__}`` that learns ``in_channels`` from its first input.",
    }
    made: type[Any] = type(f"Lazy{plain.__name__}", (_LazyConvXdMixin, plain), body)
    return made


LazyConv1d, LazyConv2d, LazyConv3d = map(_lazy, (Conv1d, Conv2d, Conv3d))
LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d = map(
    _lazy, (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)
)

for _class in (
    _ConvNd, Conv1d, Conv2d, Conv3d, _ConvTransposeNd, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, LazyConv1d,
    LazyConv2d, LazyConv3d, LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d,
):
    _class.__module__ = "torch.nn.modules.conv"
