"""Memory goes with the last reference, without the garbage collector; deep graphs cost neither stack nor fortune."""
import gc
import sys
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import minitorch_compat as torch

Tensor = Any


@pytest.fixture(autouse=True)
def without_collector() -> Iterator[None]:
    """What must go has to go by reference counts alone."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def leaf(*shape: int) -> Tensor:
    return torch.ones(*shape, requires_grad=True)


PROGRAMS: dict[str, Callable[[Tensor], Tensor]] = {
    "sum": lambda x: x.sum(),
    "product with itself": lambda x: (x * x).sum(),
    "kept results": lambda x: x.exp().tanh().sqrt().sum(),
    "matrix product": lambda x: (x @ x).sum(),
    "views": lambda x: x.t()[0].reshape(2, 1).expand(2, 3).sum(),
    "write through a view": lambda x: written(x * 1).sum(),
    "parts": lambda x: torch.cat([each * 2 for each in x.split(1)]).sum(),
    "node asked for": lambda x: asked((x * 2).sum()),
    "hook": lambda x: hooked(x * 2).sum(),
    "retained gradient": lambda x: retained(x * 2).sum(),
}


def written(y: Tensor) -> Tensor:
    y[0].mul_(3)
    return y


def asked(y: Tensor) -> Tensor:
    assert y.grad_fn.next_functions[0][0].next_functions
    return y


def hooked(y: Tensor) -> Tensor:
    y.register_hook(lambda g: g * 2)
    return y


def retained(y: Tensor) -> Tensor:
    y.retain_grad()
    return y


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("backward", [False, True], ids=["thrown away", "after backward"])
def test_nothing_is_left(program: Callable[[Tensor], Tensor], backward: bool) -> None:
    x = leaf(2, 2)
    out = program(x)
    watched = [weakref.ref(out), weakref.ref(out.grad_fn), weakref.ref(x)]
    if backward:
        out.backward()
        watched.append(weakref.ref(x.grad))
    del x, out
    assert [each() for each in watched] == [None] * len(watched)


def test_the_second_order_too() -> None:
    x = leaf(3)
    (g,) = torch.autograd.grad((x * x * x).sum(), x, create_graph=True)
    (h,) = torch.autograd.grad(g.sum(), x)
    assert h.tolist() == [6.0, 6.0, 6.0]
    watched = [weakref.ref(x), weakref.ref(g), weakref.ref(g.grad_fn)]
    del x, g, h
    assert [each() for each in watched] == [None] * 3


def test_a_model_and_its_optimiser() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(2):
        optimizer.zero_grad()
        model(torch.ones(3, 2)).sum().backward()
        optimizer.step()
    weight = model.weight
    watched = [weakref.ref(each) for each in (weight, weight.grad, optimizer.state[weight]["momentum_buffer"])]
    del model, optimizer, weight
    assert [each() for each in watched] == [None] * 3


def test_backward_frees_what_was_kept_on_the_way() -> None:
    x = leaf(4)
    middle = x.exp()
    kept = weakref.ref(middle._data)
    out = (middle * middle).sum()
    del middle
    assert kept() is not None
    out.backward()
    assert kept() is None


def test_retaining_the_graph_keeps_it() -> None:
    x = leaf(4)
    middle = x.exp()
    kept = weakref.ref(middle._data)
    out = (middle * middle).sum()
    del middle
    out.backward(retain_graph=True)
    assert kept() is not None
    out.backward()
    assert kept() is None


def test_only_what_a_formula_names_is_kept() -> None:
    """A product whose right side wants no gradient keeps the right side alone; a sum keeps nothing."""
    x, y = leaf(4), torch.ones(4)
    left = x + 1
    kept = weakref.ref(left._data)
    product = left * y
    total = left + y
    del left
    assert kept() is None
    assert product.grad_fn is not None and total.grad_fn is not None


DEEP = 200_000


def chain(length: int) -> tuple[Tensor, Tensor]:
    x = leaf(1)
    y = x
    for _ in range(length):
        y = y + 1.0
    return x, y


def test_a_deep_graph_costs_little() -> None:
    """At most 350 bytes a node, all of NumPy's and Python's memory counted."""
    chain(10)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    held = chain(20_000)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held[1].item() == 20_001
    assert (after - before) / 20_000 <= 350


@pytest.mark.parametrize("backward", [False, True], ids=["del", "backward, del"])
def test_a_deep_graph_costs_no_stack(backward: bool) -> None:
    limit = sys.getrecursionlimit()
    x, y = chain(DEEP)
    sys.setrecursionlimit(200)
    try:
        if backward:
            y.backward()
            assert x.grad.tolist() == [1.0]
        node = weakref.ref(y.grad_fn)
        del y
        assert node() is None
    finally:
        sys.setrecursionlimit(limit)


def test_no_hidden_copies() -> None:
    """An operation on large arrays needs its result and no more."""
    x, y = torch.ones(10**6), torch.ones(10**6)
    x * y
    tracemalloc.start()
    out = x * y + y
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert out.numel() == 10**6
    assert peak < 2.1 * 4e6


def test_views_share_memory() -> None:
    def views_of(x: Tensor, side: int) -> list[Tensor]:
        return [x[1:], x.reshape(side, side), x.reshape(side, side).t(), x.expand(5, -1), x.detach(), x.data]

    x = torch.ones(10**6)
    views_of(torch.ones(4), 2)  # what is imported at first use is no copy
    tracemalloc.start()
    views = views_of(x, 1000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(views) == 6
    assert peak < 1e5
