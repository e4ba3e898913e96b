"""Writes to what a transformed function was not given, and functions without writes, beside torch itself."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch

import minitorch_compat as engine

WRITES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add_": lambda t, c, x: c.add_(1),
    "iadd": lambda t, c, x: c.__iadd__(x),
    "mul_": lambda t, c, x: c.mul_(x),
    "sub_": lambda t, c, x: c.sub_(x),
    "copy_": lambda t, c, x: c.copy_(x),
    "zero_": lambda t, c, x: c.zero_(),
    "fill_": lambda t, c, x: c.fill_(2),
    "sin_": lambda t, c, x: c.sin_(),
    "clamp_": lambda t, c, x: c.clamp_(x),
    "pow_": lambda t, c, x: c.pow_(x),
    "lerp_": lambda t, c, x: c.lerp_(x, 0.5),
    "addcmul_": lambda t, c, x: c.addcmul_(x, x),
    "index_add_": lambda t, c, x: c.index_add_(0, t.tensor([0, 1, 2]), x),
    "scatter_": lambda t, c, x: c.scatter_(0, t.tensor([0, 1, 2]), x),
    "part": lambda t, c, x: c.__setitem__(0, x[0]),
    "places": lambda t, c, x: c.__setitem__(t.tensor([0, 1]), x[:2]),
    "view": lambda t, c, x: c[:2].add_(x[:2]),
    "unsqueeze_": lambda t, c, x: c.unsqueeze_(0),
}


def seen(run: Callable[[], Any]) -> tuple[str, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            told = repr(run())
        except RuntimeError as error:
            told = str(error)
    # torch adds the line of its sources to warnings of C++.
    texts = [str(each.message).partition(" (Triggered internally")[0] for each in caught]
    return told, [each for each in texts if "jit.script" not in each]


def transformed(namespace: Any, transform: str, write: Any, nested: bool = False) -> Any:
    captured = namespace.zeros(3)

    def inner(x: Any) -> Any:
        write(namespace, captured, x)
        return (x * captured).sum()

    def outer(x: Any) -> Any:
        return inner(x)

    function = outer if nested else inner
    x = namespace.tensor([1.0, 2.0, 3.0])
    if transform == "grad":
        return namespace.func.grad(function)(x)
    if transform == "jvp":
        return namespace.func.jvp(function, (x,), (x,))
    return namespace.vmap(function)(namespace.stack([x, x]))


@pytest.mark.parametrize("transform", ["grad", "jvp", "vmap"])
@pytest.mark.parametrize("name", WRITES)
def test_writes_to_captured_tensors(name: str, transform: str) -> None:
    told = [seen(lambda t=t: transformed(t, transform, WRITES[name])) for t in (torch, engine)]
    assert told[1] == told[0]


def test_tensors_that_helpers_capture() -> None:
    told = [seen(lambda t=t: transformed(t, "grad", WRITES["add_"], nested=True)) for t in (torch, engine)]
    assert told[1] == told[0]
    assert "aten::add_.Tensor" in told[0][0]


def test_tensors_of_modules() -> None:
    def run(namespace: Any) -> Any:
        module = namespace.nn.BatchNorm1d(3)
        x = namespace.arange(6.0).reshape(2, 3)
        return namespace.func.grad(
            lambda weights: namespace.func.functional_call(module, weights, x).sum()
        )(dict(module.named_parameters()))

    told = [seen(lambda t=t: run(t)) for t in (torch, engine)]
    assert told[1] == told[0]


def test_tensors_of_the_function_itself() -> None:
    def run(namespace: Any) -> Any:
        def function(x: Any) -> Any:
            own = namespace.zeros(3)
            own.add_(x)
            own[0] = x[1]
            return (x * own).sum()

        return namespace.func.grad(function)(namespace.tensor([1.0, 2.0, 3.0]))

    told = [seen(lambda t=t: run(t)) for t in (torch, engine)]
    assert told[1] == told[0]


def test_writes_again_after_the_transform() -> None:
    x = engine.zeros(2)
    engine.func.grad(lambda y: (y * x).sum())(engine.ones(2))
    assert x.add_(1).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("remove", ["mutations", "mutations_and_views", "something"])
def test_functionalize(remove: str) -> None:
    def run(namespace: Any) -> Any:
        def function(x: Any) -> Any:
            y = x.clone()
            y.view(-1).add_(1)
            return y

        return namespace.func.functionalize(function, remove=remove)(namespace.tensor([1.0, 2.0]))

    told = [seen(lambda t=t: run(t)) for t in (torch, engine)]
    assert told[1] == told[0]


def test_hooks_on_saved_tensors_are_refused() -> None:
    def run(namespace: Any) -> Any:
        with namespace.autograd.graph.saved_tensors_hooks(lambda x: x, lambda x: x):
            return namespace.func.grad(lambda x: (x * x).sum())(namespace.tensor([1.0, 2.0]))

    told = [seen(lambda t=t: run(t)) for t in (torch, engine)]
    assert told[1] == told[0]


def test_arguments_of_transforms_are_leaves() -> None:
    found = []

    def function(x: Any) -> Any:
        found.extend([x.requires_grad, x.is_leaf, x.grad_fn, x.grad])
        return x.sum()

    engine.func.grad(function)(engine.ones(2))
    assert found == [True, True, None, None]


def test_transforms_put_no_border_around_a_method_twice() -> None:
    def borders() -> int:
        """The borders around all methods."""
        count = 0
        for method in vars(engine.Tensor).values():
            while method := getattr(method, "__wrapped__", None):
                count += 1
        return count

    def transform() -> None:
        engine.func.grad(lambda x: (x * x).sum())(engine.ones(2))
        engine.func.vmap(lambda x: x * x)(engine.ones(2))

    transform()
    once = borders()
    transform()
    assert borders() == once


def test_another_thread_may_write_to_what_a_transform_reaches() -> None:
    captured = engine.ones(2)

    def function(x: Any) -> Any:
        other = threading.Thread(target=lambda: captured.add_(1))
        other.start()
        other.join()
        return (x * captured).sum()

    assert engine.func.grad(function)(engine.ones(2)).tolist() == [2, 2]
