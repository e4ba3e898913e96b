"""A graph goes with the last name for its result: no reference cycle keeps a tensor alive."""
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

import minitorch_compat as torch
from minitorch_compat._core.graph import Watched


@pytest.fixture(autouse=True)
def without_the_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_backward_frees_what_was_saved() -> None:
    x = torch.ones(3, requires_grad=True)
    h = x.exp()
    loss = h.sin().sum()
    saved = weakref.ref(h)
    del h
    assert saved() is not None
    loss.backward()
    assert saved() is None


@pytest.mark.parametrize("hang", [
    lambda y: y.register_hook(lambda gradient: gradient),
    lambda y: y.retain_grad(),
    lambda y: y.grad_fn.register_hook(lambda inputs, outputs: None),
    lambda y: y.grad_fn.register_prehook(lambda outputs: None),
    lambda y: y.grad_fn.metadata.update(word=1),
    lambda y: y.grad_fn.next_functions,
    lambda y: y.grad_fn._saved_self,
])
def test_what_hangs_on_a_result_goes_with_it(hang: Any) -> None:
    x = torch.ones(3, requires_grad=True)
    y = x * x
    hang(y)
    reference, leaf = weakref.ref(y), weakref.ref(x)
    del y
    assert reference() is None
    del x
    assert leaf() is None


def test_a_function_that_saves_its_result_lets_go_of_it() -> None:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            out = x * 2
            ctx.save_for_backward(x, out)
            return out

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            return gradient * 2

    y = Double.apply(torch.ones(2, requires_grad=True))
    references = weakref.ref(y), weakref.ref(y.grad_fn)
    del y
    assert [each() for each in references] == [None, None]


def test_an_accumulator_keeps_its_leaf() -> None:
    x = torch.ones(3, requires_grad=True)
    accumulator = (x * 2).grad_fn.next_functions[0][0]
    leaf = weakref.ref(x)
    del x
    assert leaf() is not None
    del accumulator
    assert leaf() is None


def test_hooks_on_saved_tensors_let_go_of_results() -> None:
    x = torch.ones(3, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda tensor: tensor, lambda packed: packed):
        y = x.exp()
    reference = weakref.ref(y)
    del y
    assert reference() is None


def test_a_checkpoint_lets_go_of_its_inputs() -> None:
    for reentrant in (True, False):
        x = torch.ones(3, requires_grad=True)
        y = torch.utils.checkpoint.checkpoint(lambda a: a.sin().exp(), x * 2, use_reentrant=reentrant)
        y.sum().backward()
        references = weakref.ref(y), weakref.ref(x)
        del x, y
        assert [each() for each in references] == [None, None]


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x * 2

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * 2


@pytest.mark.parametrize("watched", [
    lambda x, y: x.register_hook(lambda gradient: gradient),
    lambda x, y: x.register_post_accumulate_grad_hook(lambda leaf: None),
    lambda x, y: y.grad_fn.register_hook(lambda inputs, outputs: None),
    lambda x, y: y.retain_grad(),
    lambda x, y: Doubled.apply(y),
])
def test_backward_is_quick_again_when_what_watched_it_is_gone(watched: Any) -> None:
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    others = len(Watched.watchers)
    held = watched(x, y)
    assert Watched.order
    del held, x, y
    assert len(Watched.watchers) == others
    assert Watched.order is bool(others)
