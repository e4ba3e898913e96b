"""What parameters of distributions go through: broadcasting, probabilities and their logits, values made when asked."""

from __future__ import annotations

import math
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


def _triangle(rows: int, columns: int, diag: int) -> Any:
    """Which places of a matrix lie on the diagonal ``diag`` or under it."""
    return torch.arange(columns) < torch.arange(rows).view(-1, 1) + (diag + 1)


def vec_to_tril_matrix(vec: Any, diag: int = 0) -> Any:
    """Vectors written row by row into square matrices, as their triangles up to the diagonal ``diag``.

    ValueError where a triangle of the next size would have more elements.
    """
    length, slope = vec.shape[-1], 1 + 2 * diag
    # A triangle of n rows has (n (n + slope) - abs(diag) (diag + 1)) / 2 elements.
    size = (math.sqrt(slope**2 + 8 * length + 4 * abs(diag) * (diag + 1)) - slope) / 2
    if round(size) - size > torch.finfo(vec.dtype).eps:
        raise ValueError(
            f"The size of last dimension is {length} which cannot be expressed as the lower triangular part of a "
            "square D x D matrix."
        )
    rows = round(size)
    matrix = vec.new_zeros((*vec.shape[:-1], rows, rows))
    matrix[..., _triangle(rows, rows, diag)] = vec
    return matrix


def tril_matrix_to_vec(mat: Any, diag: int = 0) -> Any:
    """The elements of matrices up to the diagonal ``diag``, row by row; ValueError for a diagonal outside of them."""
    size = mat.shape[-1]
    if not -size <= diag < size:
        raise ValueError(f"diag ({diag}) provided is outside [{-size}, {size - 1}].")
    return mat[..., _triangle(size, size, diag)]


def sum_rightmost(value: Any, dims: int) -> Any:
    """``value`` summed over its last ``dims`` dimensions."""
    return value if dims == 0 else value.reshape((*value.shape[:-dims], -1)).sum(-1)
