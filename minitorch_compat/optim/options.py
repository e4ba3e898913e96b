"""Options that several optimisers read alike: how they are checked, and how numbers may be tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.forms import FUNCTIONS
from .._core.tensor import Tensor, wrap
from .._core.views import shared_of

zeros_like, full_like = FUNCTIONS["zeros_like"], FUNCTIONS["full_like"]
ones, full = FUNCTIONS["ones"], FUNCTIONS["full"]
DEVICES = ["cuda", "xpu", "hpu", "privateuseone", "xla"]
FUSED_DEVICES = "['mps', 'cuda', 'xpu', 'hpu', 'cpu', 'mtia', 'privateuseone']"


def check_lr(lr: Any, bare: Any = False) -> None:
    """ValueError for a learning rate below zero, of several elements, or in a tensor where only ``bare`` numbers go."""
    if isinstance(lr, Tensor):
        if bare:
            raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
        if lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
    if not 0.0 <= lr:  # noqa: SIM300 (the error of other types names them in this order)
        raise ValueError(f"Invalid learning rate: {lr}")


def check(value: Any, name: str) -> None:
    """ValueError for a number below zero."""
    if not 0.0 <= value:  # noqa: SIM300
        raise ValueError(f"Invalid {name} value: {value}")


def check_betas(betas: Sequence[Any]) -> None:
    """ValueError for rates of decay outside of [0, 1)."""
    for place in (0, 1):
        if not 0.0 <= betas[place] < 1.0:
            raise ValueError(f"Invalid beta parameter at index {place}: {betas[place]}")


def scalar(number: Any) -> Any:
    """A number as it is, or a tensor of one element without dimensions."""
    return number.squeeze() if isinstance(number, Tensor) and number.dim() else number


def as_real(x: Any) -> Any:
    """A complex tensor as pairs of real numbers, over the same memory."""
    return FUNCTIONS["view_as_real"](x)


def zero_steps(group: dict[str, Any]) -> Any:
    """A count of steps at its start: torch keeps it in a tensor, of float64 where that is the default."""
    double = dtypes.get_default_dtype() is dtypes.float64 and not group.get("fused")
    return wrap(np.zeros((), np.float64 if double else np.float32))


def next_step(count: Any) -> Any:
    """Count a step in its tensor; the new number."""
    array = count._data
    array.fill(array.item() + 1)
    shared = count._shared
    if shared is None:
        shared = shared_of(count)
    shared.number += 1
    return array.item()
