"""``vmap`` against the loop over examples, for every declaration: by its rule or one by one, the numbers agree."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from test_derivatives import DIFFERENTIABLE, function_of, inputs_of

import minitorch_compat as torch

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

WRITES = ("_(", "_put", "set_part")
"""What may write to its first argument, which then has to be batched."""
CASES = [each for each in DIFFERENTIABLE if "requires_grad_" not in each.values[0]]


REFUSED = {
    "torch.rrelu(x)": "vmap: we do not yet support aten::rrelu. Please file an issue",
    "torch.rrelu_(x * 1)": "vmap: we do not yet support aten::rrelu_. Please file an issue",
    "torch.lstm(": "Batching rule not implemented for aten::lstm.input. We could not generate a fallback.",
    "torch.gru(": "Batching rule not implemented for aten::gru.input. We could not generate a fallback.",
}
"""What torch refuses under ``vmap``, by the beginning of the expression, in its words."""


def refusal(expression: str) -> str | None:
    return next((text for start, text in REFUSED.items() if expression.startswith(start)), None)


def choices(expression: str, count: int) -> list[tuple[int | None, ...]]:
    """Which inputs are batched: all, the first alone, the last alone."""
    made: list[tuple[int | None, ...]] = [(0,) * count]
    if count > 1:
        made.append((0,) + (None,) * (count - 1))
        if not any(each in expression for each in WRITES):
            made.append((None,) * (count - 1) + (0,))
    return made


@pytest.mark.parametrize(("expression", "complex"), CASES)
def test_vmap_is_the_loop(expression: str, complex: bool) -> None:
    function = function_of(expression)
    inputs = [x.detach() for x in inputs_of(expression, complex)]
    for dims in choices(expression, len(inputs)):
        given = [
            x if dim is None else torch.stack([x, x * 1.01, x * 0.97])
            for x, dim in zip(inputs, dims, strict=True)
        ]
        rows = [
            function(*[x if dim is None else x[place] for x, dim in zip(given, dims, strict=True)])
            for place in range(3)
        ]
        if (text := refusal(expression)) is not None:
            with pytest.raises(RuntimeError, match=f"^{re.escape(text)}$"):
                torch.vmap(function, in_dims=dims)(*given)
            continue
        found = torch.vmap(function, in_dims=dims)(*given)
        assert found.dtype == rows[0].dtype
        expected = np.stack([each.resolve_conj().numpy() for each in rows])
        np.testing.assert_allclose(found.resolve_conj().numpy(), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("expression", "complex"), CASES)
def test_gradients_under_vmap_are_those_of_the_examples(expression: str, complex: bool) -> None:
    function = function_of(expression)
    inputs = [x.detach() for x in inputs_of(expression, complex)]

    def loss(*values: Any) -> torch.Tensor:
        out = function(*values)
        return (out * out.conj()).real.sum() if out.requires_grad else values[0].sum() * 0

    places = tuple(range(len(inputs)))
    if "rrelu" in expression:
        with pytest.raises(RuntimeError, match=r"^vmap: we do not yet support aten::rrelu"):
            torch.vmap(torch.func.grad(loss, argnums=places))(*[torch.stack([x, x]) for x in inputs])
        return
    given = [torch.stack([x, x * 1.01]) for x in inputs]
    found = torch.vmap(torch.func.grad(loss, argnums=places))(*given)
    for row in range(2):
        expected = torch.func.grad(loss, argnums=places)(*[x[row] for x in given])
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one[row].numpy(), other.numpy(), rtol=1e-9, atol=1e-10)
