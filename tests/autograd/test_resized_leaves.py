"""Leaves that are given another size while steps lead to them: gradients of old and new steps, beside torch."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest
import torch as reference

import minitorch_compat as engine

SIZES = (((), (3,)), ((3,), ()), ((2, 3), ()), ((1,), (3,)), ((1, 3), (3,)), ((2, 3), (2, 1, 3)), ((0,), (2, 0)))
WAYS = ("data", "data of another dtype", "set_", "out")


def outcome(leaf: Any, backward: Callable[..., Any], gradient: Any, keep: bool = True) -> tuple[Any, ...]:
    """The refusal, if there is one, and what the leaf's gradient is like then."""
    said = ""
    try:
        backward(gradient, retain_graph=keep)
    except RuntimeError as error:
        said = str(error)
    g = leaf.grad
    leaf.grad = None
    return said, g is not None and (tuple(g.shape), g.stride(), g._version, str(g.dtype), g.tolist())


def give(torch: Any, leaf: Any, shape: tuple[int, ...], way: str) -> None:
    """Another size for a leaf, behind the back of the steps that lead to it."""
    if way == "data":
        leaf.data = torch.ones(shape)
    elif way == "data of another dtype":
        leaf.data = torch.ones(shape, dtype=torch.float64)
    else:
        with torch.no_grad():
            if way == "set_":
                leaf.set_(torch.ones(shape))
            else:
                torch.add(torch.ones(shape), 0, out=leaf)


def observed(torch: Any, before: tuple[int, ...], after: tuple[int, ...], way: str, step: str) -> list[Any]:
    leaf = torch.ones(before, requires_grad=True)
    old = leaf * 2 if step == "mul" else leaf.clone()
    give(torch, leaf, after, way)
    seen = [
        outcome(leaf, old.backward, torch.ones(before)),
        outcome(leaf, leaf.backward, torch.ones_like(leaf)),
    ]
    made = leaf * 3
    seen.append(outcome(leaf, made.backward, torch.ones_like(made)))
    del old
    # What was promised holds as long as a step is there that was made while it held.
    seen.append(outcome(leaf, made.backward, torch.ones_like(made), False))
    del made
    seen.append(outcome(leaf, (leaf * 3).backward, torch.ones_like(leaf)))
    return seen


@pytest.mark.filterwarnings("ignore:An output with one or more elements was resized")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", ["mul", "clone"])
def test_gradients_of_resized_leaves(way: str, step: str) -> None:
    for before, after in SIZES:
        got, expected = [observed(each, before, after, way, step) for each in (engine, reference)]
        assert got == expected, (before, after)


def test_for_all_parameters_of_a_module_the_steps_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    found = gc.get_objects
    monkeypatch.setattr(gc, "get_objects", lambda: looked.append(1) or found())
    monkeypatch.setattr(gc, "get_referrers", lambda *_: pytest.fail("looks at every object for one parameter"))
    module = engine.nn.Sequential(*[engine.nn.Linear(2, 2) for _ in range(9)])
    loss = module(engine.ones(1, 2)).sum()
    module.double().float().double()
    assert len(looked) == 1
    with pytest.raises(RuntimeError, match="to have the same dtype"):
        loss.backward()
