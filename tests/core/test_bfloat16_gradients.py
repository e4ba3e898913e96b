"""A gradient has the dtype of its leaf, also where a formula met a Python number, which takes NumPy out of bfloat16."""

from collections.abc import Callable
from typing import Any

import pytest

import minitorch_compat as torch


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x**3, lambda x: x / 3, lambda x: x.mean(), lambda x: x.log2(), lambda x: x.std(),
        lambda x: 1 - x.exp(), lambda x: torch.cat([x, x]) * x.sum(), lambda x: x[1:] * 2,
    ],
)  # fmt: skip
def test_gradients_stay_in_bfloat16(function: Callable[[Any], Any]) -> None:
    x = torch.tensor([0.5, 1.0, 2.0], dtype=torch.bfloat16, requires_grad=True)
    function(x).sum().backward()
    assert x.grad.dtype is torch.bfloat16
