"""What parameters of distributions go through: broadcasting, probabilities and their logits, values made when asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from numbers import Number
from typing import Any

torch: Any = sys.modules[__package__.partition(".")[0]]
"""The namespace whose functions the formulas are written in."""

EULER = 0.57721566490153286060


def broadcast_all(*values: Any) -> tuple[Any, ...]:
    """Numbers and tensors as tensors of one shape; numbers take the dtype of the first tensor, or the default one.

    ValueError for anything else.
    """
    if not all(isinstance(each, (torch.Tensor, Number)) for each in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
        )
    first = next((each for each in values if isinstance(each, torch.Tensor)), None)
    dtype = torch.get_default_dtype() if first is None else first.dtype
    tensors = [each if isinstance(each, torch.Tensor) else torch.tensor(each, dtype=dtype) for each in values]
    return tuple(torch.broadcast_tensors(*tensors))


def batch_of(given: tuple[Any, ...], tensor: Any) -> Any:
    """The batch shape of a distribution: none where all that was given are numbers."""
    return torch.Size() if all(isinstance(each, Number) for each in given) else tensor.size()


def standard_normal(shape: Any, dtype: Any) -> Any:
    """Normal numbers without history."""
    return torch.normal(torch.zeros(shape, dtype=dtype), torch.ones(shape, dtype=dtype))


def clamp_probs(probs: Any) -> Any:
    """Probabilities kept an epsilon away from zero and one."""
    eps = torch.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Any, is_binary: bool = False) -> Any:
    """The logarithms of probabilities, or of the odds of binary ones."""
    kept = clamp_probs(probs)
    return torch.log(kept) - torch.log1p(-kept) if is_binary else torch.log(kept)


def logits_to_probs(logits: Any, is_binary: bool = False) -> Any:
    """The probabilities that these logits mean."""
    return torch.sigmoid(logits) if is_binary else torch.nn.functional.softmax(logits, dim=-1)


class lazy_property:
    """A property computed at first use, with gradients on, and then kept as an attribute."""

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        with torch.enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


def sum_rightmost(value: Any, dims: int) -> Any:
    """``value`` summed over its last ``dims`` dimensions."""
    return value if dims == 0 else value.reshape((*value.shape[:-dims], -1)).sum(-1)
