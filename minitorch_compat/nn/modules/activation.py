"""Activations as modules."""

from __future__ import annotations

from ..._core.forms import FUNCTIONS
from ..._core.tensor import Tensor
from .. import functional as F
from .module import Module


class ReLU(Module):
    """Negative elements become zero."""

    __constants__ = ("inplace",)
    inplace: bool

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(input, inplace=self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Sigmoid(Module):
    """1 / (1 + exp(-x))."""

    def forward(self, input: Tensor) -> Tensor:
        return FUNCTIONS["sigmoid"](input)


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, input: Tensor) -> Tensor:
        return FUNCTIONS["tanh"](input)


for _class in (ReLU, Sigmoid, Tanh):
    _class.__module__ = "torch.nn.modules.activation"
