"""What leaves hold after a backward that failed on its way, beside torch."""

from __future__ import annotations

from typing import Any

import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")

SHAPES = {
    "plain": lambda t, y, x, z, first, last: y,
    "late": lambda t, y, x, z, first, last: y * x + z * z * first,
    "early": lambda t, y, x, z, first, last: (y * 1.5) * (z * x),
    "shared": lambda t, y, x, z, first, last: y * x * last,
    "several": lambda t, y, x, z, first, last: sum(t.unbind(t.stack([x, z]) * y)),
}


def left(side: Any, shape: str, create: bool, inputs: bool) -> Any:
    """The error, and the gradients of the leaves, where a step behind one of them cannot go back."""
    first, x, z, last = [side.tensor(each, requires_grad=True) for each in ([[-8.0]], [2.0], [3.0], -5.0)]
    changed = last * 1
    square = changed * changed
    changed.mul_(1)
    y = SHAPES[shape](side, first + square, x, z, first, last)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward(side.ones_like(y), create_graph=create, inputs=[first, last] if inputs else None)
    return [None if each.grad is None else each.grad.tolist() for each in (first, x, z, last)]


@pytest.mark.filterwarnings("ignore:Using backward")
@pytest.mark.parametrize("inputs", [False, True])
@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_leaves_to_which_nothing_more_leads_have_their_gradients(shape: str, create: bool, inputs: bool) -> None:
    assert left(engine, shape, create, inputs) == left(torch, shape, create, inputs)
