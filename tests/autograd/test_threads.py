"""Threads that share leaves, graphs and modes."""
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import minitorch_compat as torch

THREADS = 4


@pytest.fixture(autouse=True)
def switching_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(work: Callable[[int], None]) -> None:
    """Run ``work`` in several threads that begin at one moment; raise what one of them raised."""
    gate = threading.Barrier(THREADS)
    raised: list[BaseException] = []

    def run(number: int) -> None:
        try:
            gate.wait()
            work(number)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if raised:
        raise raised[0]


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x * 2

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        (x,) = ctx.saved_tensors
        return gradient * 2 + x * 0


def written(x: Any) -> Any:
    y = x * 1
    y[:1].mul_(1)
    return y


@pytest.mark.parametrize("make, slope", [
    (lambda x: x * 1, 1), (lambda x: x.clone(), 1), (lambda x: x.view(-1), 1), (Twice.apply, 2), (written, 1),
    (lambda x: torch.utils.checkpoint.checkpoint(lambda a: a * 3, x, use_reentrant=False), 3),
])  # fmt: skip
def test_no_gradient_is_lost(make: Any, slope: int) -> None:
    # Many short races for the first gradient of a leaf, and one for the addition to a large one.
    for size, rounds, passes in ((3, 40, 3), (20_000, 2, 5)):
        for _ in range(rounds):
            x = torch.zeros(size, requires_grad=True)
            together(lambda number, x=x, passes=passes: [make(x).sum().backward() for _ in range(passes)] and None)
            assert x.grad.eq(slope * THREADS * passes).all()


def test_one_graph_from_several_threads() -> None:
    x = torch.ones(50, requires_grad=True)
    y = ((x * x).exp() * x).sum()
    (expected,) = torch.autograd.grad(y, x, retain_graph=True)
    x.grad = None
    together(lambda number: [y.backward(retain_graph=True) for _ in range(10)] and None)
    assert torch.allclose(x.grad, expected * THREADS * 10)


def test_hooks_are_called_in_each_thread() -> None:
    x = torch.ones(3, requires_grad=True)
    seen: list[int] = []
    x.register_hook(lambda gradient: seen.append(threading.get_ident()))
    together(lambda number: [(x * number).sum().backward() for _ in range(20)] and None)
    assert len(seen) == THREADS * 20
    assert len(set(seen)) == THREADS


def test_modes_belong_to_their_thread() -> None:
    def work(number: int) -> None:
        assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()
        x = torch.ones(2, requires_grad=True)
        for _ in range(50):
            with torch.no_grad() if number % 2 else torch.inference_mode():
                assert not (x * 2).requires_grad
            assert (x * 2).requires_grad
            assert not torch.ones(1).is_inference()
            with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
                (x * x).sum().backward()

    with torch.no_grad():
        together(work)
        assert not torch.is_grad_enabled()


def test_hooks_on_saved_tensors_belong_to_their_thread() -> None:
    x = torch.ones(2, requires_grad=True)
    packed: list[int] = []

    def work(number: int) -> None:
        for _ in range(50):
            if number:
                (x.exp() * x).sum().backward()
            else:
                with torch.autograd.graph.saved_tensors_hooks(lambda t: packed.append(number) or t, lambda t: t):
                    (x.exp() * x).sum().backward()

    together(work)
    assert packed == [0] * 150
    assert torch.allclose(x.grad, torch.full((2,), 2 * torch.e * 50 * THREADS))
