"""Gradients that are None: who is called all the same, and who sees zeros."""
from typing import Any

from minitorch_compat.parity import chapter

case = chapter("autograd.undefined_gradients")


def returning_none(torch):
    class Nothing(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, gradient):
            return None

    return Nothing


def logging(torch, log, materialize=True):
    class Logging(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(materialize)
            return x * 1

        @staticmethod
        def backward(ctx, gradient):
            log.append(None if gradient is None else gradient.tolist())
            return gradient

    return Logging


@case()
def hooks_are_called_with_none(torch, see):
    """A leaf that no gradient reaches has its hooks called none the less."""
    x = torch.ones(2, requires_grad=True)
    log: list[Any] = []
    x.register_hook(lambda gradient: log.append(("hook", gradient)))
    x.register_post_accumulate_grad_hook(lambda tensor: log.append(("accumulated", tensor.grad)))
    returning_none(torch).apply(x * 2).sum().backward()
    see("log", log)
    see("x.grad", x.grad)


@case()
def steps_are_passed_with_none(torch, see):
    """Hooks of a step in between see None on both sides."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    log: list[Any] = []
    y.register_hook(lambda gradient: log.append(("tensor", gradient)))
    y.grad_fn.register_prehook(lambda gradients: log.append(("before", gradients)))
    y.grad_fn.register_hook(lambda inputs, outputs: log.append(("after", inputs, outputs)))
    returning_none(torch).apply(y).sum().backward()
    see("log", log)
    see("y.grad", y.grad)


@case()
def a_function_behind_none_sees_zeros(torch, see):
    """A user's function is run with zeros, unless it declined them, and its gradient goes on."""
    for materialize in (True, False):
        x = torch.ones(2, requires_grad=True)
        log: list[Any] = []
        returning_none(torch).apply(logging(torch, log, materialize).apply(x * 2) * 3).sum().backward()
        see(f"materialize {materialize}: log", log)
        see(f"materialize {materialize}: x.grad", x.grad)


@case()
def none_beside_a_gradient(torch, see):
    """What arrives later takes the place of None."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    (returning_none(torch).apply(y) + y).sum().backward()
    see("x.grad", x.grad)


@case()
def none_cannot_be_replaced(torch, see):
    """A hook that is given None may not return a gradient."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.register_hook(lambda gradient: torch.ones(2))
    with see.refusal():
        returning_none(torch).apply(y).sum().backward()


@case()
def grad_of_what_none_reached(torch, see):
    """For grad an input that None reached counts as unused."""
    nothing = returning_none(torch)
    x = torch.ones(2, requires_grad=True)
    with see.refusal():
        torch.autograd.grad(nothing.apply(x).sum(), x)
    y = x * 2
    see("allowed", torch.autograd.grad(nothing.apply(y).sum(), [y, x], allow_unused=True))
    see("made", torch.autograd.grad(nothing.apply(x * 2).sum(), x, materialize_grads=True))
