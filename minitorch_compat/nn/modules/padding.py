"""Padding as layers."""

from __future__ import annotations

from typing import Any

from ..._core.tensor import Tensor
from .. import functional as F
from .conv import numbers
from .module import Module

__all__ = [
    "CircularPad1d", "CircularPad2d", "CircularPad3d", "ConstantPad1d", "ConstantPad2d", "ConstantPad3d",
    "ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d", "ReplicationPad1d", "ReplicationPad2d",
    "ReplicationPad3d", "ZeroPad1d", "ZeroPad2d", "ZeroPad3d",
]


class _PadNd(Module):
    """Padding on both sides of the last dimensions, the very last first."""

    __constants__: tuple[str, ...] = ("padding",)
    _space: int
    _mode: str

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = numbers(padding, 2 * self._space)

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPadNd(_PadNd):
    """The same number all around."""

    __constants__ = ("padding", "value")

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _CircularPadNd(_PadNd):
    """What lies on the other side."""

    _mode = "circular"

    def _check_input_dim(self, input: Tensor) -> None:
        space = self._space
        if input.dim() not in (space + 1, space + 2):
            raise ValueError(f"expected {space + 1}D or {space + 2}D input (got {input.dim()}D input)")

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        return super().forward(input)


class _ReflectionPadNd(_PadNd):
    """The input mirrored at its borders."""

    _mode = "reflect"


class _ReplicationPadNd(_PadNd):
    """The elements at the borders repeated."""

    _mode = "replicate"


class _ZeroPadNd(_ConstantPadNd):
    """Zeros all around."""

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


def _sized(base: type[Any], stem: str) -> tuple[type[Any], ...]:
    """The layer for one, two and three dimensions."""
    return tuple([
        type(f"{stem}{space}d", (base,), {"_space": space, "__doc__": f"{str(base.__doc__)[:-1]}, {space} dimensions."})
        for space in (1, 2, 3)
    ])


ConstantPad1d, ConstantPad2d, ConstantPad3d = _sized(_ConstantPadNd, "ConstantPad")
CircularPad1d, CircularPad2d, CircularPad3d = _sized(_CircularPadNd, "CircularPad")
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = _sized(_ReflectionPadNd, "ReflectionPad")
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = _sized(_ReplicationPadNd, "ReplicationPad")
ZeroPad1d, ZeroPad2d, ZeroPad3d = _sized(_ZeroPadNd, "ZeroPad")

for _class in list(globals().values()):
    if isinstance(_class, type) and issubclass(_class, _PadNd):
        _class.__module__ = "torch.nn.modules.padding"
