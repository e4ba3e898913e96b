"""Parameters as one long vector, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..._core.forms import FUNCTIONS
from ..._core.tensor import Tensor


def parameters_to_vector(parameters: Iterable[Any]) -> Any:
    """All parameters, flattened, one after another."""
    return FUNCTIONS["cat"]([each.view(-1) for each in parameters])


def vector_to_parameters(vec: Any, parameters: Iterable[Any]) -> None:
    """Cut ``vec`` into views that become the parameters' data."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    start = 0
    for each in parameters:
        count = each.numel()
        each.data = vec[start : start + count].view_as(each).data
        start += count
