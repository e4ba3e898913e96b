"""Gradients of results, and hooks on tensors, nodes and modules."""
import threading
from typing import Any

from minitorch_compat.parity import chapter

case = chapter("autograd.hooks")


@case(fact="B-060")
def the_gradient_of_a_result(torch, see):
    """A result's gradient is not kept, and each look at it warns; what is assigned to it stays."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.sum().backward()
    with see.warnings("first look"):
        see("y.grad", y.grad)
    with see.warnings("second look"):
        see("again: y.grad", y.grad)
    y.grad = torch.ones(2)
    with see.warnings("once assigned"):
        see("assigned: y.grad", y.grad)


@case(fact="B-061")
def retain_grad(torch, see):
    """retain_grad makes a result keep its gradient; on a leaf it does nothing."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    see("retains", y.retains_grad)
    see("before: y.grad", y.grad)
    (y * 3).sum().backward()
    see("y.grad", y.grad)
    see("on a leaf", x.retain_grad())
    see("leaf retains", x.retains_grad)
    with see.refusal("on a plain tensor"):
        torch.ones(1).retain_grad()


@case(fact="B-061")
def retained_gradients_add_up(torch, see):
    """A second pass adds to the gradient retained by the first."""
    x = torch.ones(2, requires_grad=True)
    z = x * 1
    z.retain_grad()
    z.sum().backward(retain_graph=True)
    z.sum().backward()
    see("z.grad", z.grad)


@case(fact="B-062")
def retain_grad_and_a_write(torch, see):
    """A write after retain_grad moves the retained gradient to the tensor as it is now."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    y.mul_(3)
    y.sum().backward()
    see("y.grad", y.grad)
    see("x.grad", x.grad)


@case(fact="B-063")
def hooks_in_turn(torch, see):
    """Hooks run in the order of registration, each with what the one before returned, until removed."""
    x = torch.ones(2, requires_grad=True)
    log = []
    first = x.register_hook(lambda gradient: log.append(("first", gradient.tolist())))
    tenfold = x.register_hook(lambda gradient: gradient * 10)
    x.register_hook(lambda gradient: log.append(("third", gradient.tolist())))
    (x * 2).sum().backward()
    see("x.grad", x.grad)
    see("log", log)
    tenfold.remove()
    x.grad = None
    (x * 2).sum().backward()
    see("removed: x.grad", x.grad)
    see("handle", type(first).__name__)


@case(fact="B-064")
def what_a_hook_may_not_do(torch, see):
    """A hook returns a tensor of the same size and dtype or None; its exceptions end the pass."""
    with see.refusal("on a plain tensor"):
        torch.ones(1).register_hook(lambda gradient: gradient)
    x = torch.ones(2, requires_grad=True)
    for words, hook in (
        ("another size", lambda gradient: torch.ones(3)), ("a number", lambda gradient: 5.0),
        ("an exception", lambda gradient: 1 / 0),
        ("another dtype", lambda gradient: torch.ones(2, dtype=torch.float64)),
    ):
        handle = x.register_hook(hook)
        with see.refusal(words):
            x.sum().backward()
        handle.remove()
    see("x.grad", x.grad)


@case(fact="B-065")
def a_hook_that_writes(torch, see):
    """One gradient went to two places, and a hook that writes to it changes it for both."""
    a = torch.ones(2, requires_grad=True)
    y = a * 1
    z = y + a
    y.register_hook(lambda gradient: gradient.mul_(10))
    z.backward(torch.ones(2))
    see("a.grad", a.grad)


@case(fact="B-065")
def a_hook_that_writes_to_an_expanded_gradient(torch, see):
    """The gradient of a sum is expanded, so writing to it is refused."""
    b = torch.ones(2, requires_grad=True)
    b.register_hook(lambda gradient: gradient.mul_(10))
    with see.refusal():
        b.sum().backward()
    see("b.grad", b.grad)


@case(fact="B-066")
def a_hook_before_retaining(torch, see):
    """The retained gradient is the one the hooks leave, in whichever order they were asked for."""
    for words, hook_first in (("retained first", False), ("hook first", True)):
        x = torch.ones(1, requires_grad=True)
        y = x * 2
        if hook_first:
            y.register_hook(lambda gradient: gradient * 100)
            y.retain_grad()
        else:
            y.retain_grad()
            y.register_hook(lambda gradient: gradient * 100)
        (y * 1).sum().backward()
        see(f"{words}: y.grad", y.grad)
        see(f"{words}: x.grad", x.grad)


@case(fact="B-067")
def after_accumulation(torch, see):
    """A post-accumulate hook sees the leaf with the gradient already added."""
    x = torch.ones(2, requires_grad=True)
    log = []
    x.register_post_accumulate_grad_hook(lambda t: log.append(t.grad.tolist()))
    (x * 2).sum().backward()
    (x * 2).sum().backward()
    see("log", log)
    with see.refusal("on a result"):
        (x * 2).register_post_accumulate_grad_hook(lambda t: None)
    with see.refusal("on a plain tensor"):
        torch.ones(1).register_post_accumulate_grad_hook(lambda t: None)


@case(fact="B-068")
def hooks_on_nodes(torch, see):
    """A node's prehook sees the gradients that come, its hook those that come and those that go."""
    x = torch.ones(2, requires_grad=True)
    y = (x * 3).sum()
    log: list[Any] = []

    def after(inputs, outputs):
        came = [each.tolist() for each in outputs]
        log.append(("after", [each if each is None else each.tolist() for each in inputs], came))

    y.grad_fn.register_hook(after)
    y.grad_fn.register_prehook(lambda outputs: log.append(("before", [each.tolist() for each in outputs])))
    y.backward()
    see("log", log)
    see("x.grad", x.grad)


@case(fact="B-068")
def hooks_on_nodes_replace(torch, see):
    """What a prehook or hook of a node returns goes on in place of what it was given."""
    x = torch.ones(2, requires_grad=True)
    y = (x * 3).sum()
    y.grad_fn.register_prehook(lambda outputs: (outputs[0] * 10,))
    y.grad_fn.next_functions[0][0].register_hook(lambda inputs, outputs: (inputs[0] + 1, None))
    y.backward()
    see("x.grad", x.grad)


@case(fact="B-069")
def a_hook_on_several_tensors(torch, see):
    """A multi-grad hook runs once, when all its tensors have their gradients."""
    a = torch.ones(1, requires_grad=True)
    b = torch.ones(1, requires_grad=True)
    log = []
    torch.autograd.graph.register_multi_grad_hook(
        (a, b), lambda gradients: log.append([None if each is None else each.tolist() for each in gradients])
    )
    (a * 2 + b * 3).backward()
    see("log", log)
    (a * 2).backward()
    see("with one of them", log)


@case(fact="B-069")
def a_hook_on_a_module(torch, see):
    """A full backward hook sees the gradients of a module's inputs and outputs."""
    module = torch.nn.Linear(1, 1)
    torch.nn.init.ones_(module.weight)
    log = []
    module.register_full_backward_hook(lambda of, inputs, outputs: log.append((inputs, outputs)))
    module(torch.ones(1, 1, requires_grad=True)).sum().backward()
    see.gradient("inputs", log[-1][0])
    see.gradient("outputs", log[-1][1])


@case(fact="B-114")
def backward_inside_a_hook(torch, see):
    """A hook can run a pass of its own where it turns recording on; without that its tensors have no history."""
    x = torch.tensor(2.0, requires_grad=True)
    w = torch.tensor(1.0, requires_grad=True)
    y = x * 2
    y.register_hook(lambda gradient: (w * 5).backward())
    with see.refusal():
        y.backward()

    def hook(gradient):
        with torch.enable_grad():
            (w * 5).backward()

    z = x * 2
    z.register_hook(hook)
    z.backward()
    see("x.grad", x.grad)
    see("w.grad", w.grad)


@case(fact="B-114")
def backward_inside_a_function(torch, see):
    """So can the backward of a function of one's own."""

    class Detour(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**2

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            with torch.enable_grad():
                inner = x.detach().requires_grad_()
                (inner**2).backward(gradient)
            return inner.grad

    x = torch.tensor(3.0, requires_grad=True)
    (Detour.apply(x * 2) * 2).backward()
    see("x.grad", x.grad)


@case(fact="B-114")
def hooks_run_in_the_calling_thread(torch, see):
    """Hooks run in the thread that called backward."""
    x = torch.tensor(2.0, requires_grad=True)
    same = []
    x.register_hook(lambda gradient: same.append(threading.current_thread() is threading.main_thread()))
    (x * 2).backward()
    see("in the main thread", same)
