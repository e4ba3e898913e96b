"""Where a pass begins and ends, what it may be given, and passes inside passes."""
from typing import Any

from minitorch_compat.parity import chapter

case = chapter("autograd.passes")


def leaf(torch):
    return torch.tensor([1.0, 2.0], requires_grad=True)


@case()
def inputs_given_twice(torch, see):
    """A tensor that is named twice among the inputs is accumulated into once."""
    x = leaf(torch)
    h = x * 1
    (h * x).sum().backward(inputs=[h, h, x, x])
    see("x.grad", x.grad)
    see("h.grad", h.grad)
    see("h retains", h.retains_grad)


@case()
def only_the_inputs(torch, see):
    """Hooks and gradients of leaves that are no inputs stay out of the pass."""
    x, w = leaf(torch), leaf(torch)
    log: list[Any] = []
    w.register_hook(lambda gradient: log.append("w"))
    x.register_hook(lambda gradient: log.append("x"))
    x.register_post_accumulate_grad_hook(lambda tensor: log.append("x accumulated"))
    (x * w).sum().backward(inputs=[x])
    see("log", log)
    see("x.grad", x.grad)
    see("w.grad", w.grad)


@case()
def what_no_input_can_be(torch, see):
    """Inputs are tensors that require grad, or gradient edges, and there is at least one."""
    x = leaf(torch)
    y = (x * x).sum()
    for words, inputs in (
        ("none", []), ("a number", [1]), ("not a sequence", 3), ("nothing", [None]),
        ("a plain tensor", [torch.ones(1)]),
    ):
        with see.refusal(f"backward, {words}"):
            y.backward(inputs=inputs)
        with see.refusal(f"grad, {words}"):
            torch.autograd.grad(y, inputs)


@case()
def what_no_root_can_be(torch, see):
    """Roots are tensors or edges; numbers are refused once nobody gave their gradient."""
    for words, roots in (("nothing", None), ("a number", 3), ("a list with a number", [3]), ("text", "ab")):
        with see.refusal(words):
            torch.autograd.backward(roots)
    see("no roots at all", torch.autograd.backward([]))


@case()
def flags_are_numbers(torch, see):
    """retain_graph and create_graph take what is an integer to Python."""
    x = leaf(torch)
    y = (x * x).sum()
    y.backward(retain_graph=1)
    see("x.grad", x.grad)
    with see.refusal("text"):
        y.backward(retain_graph="yes")
    with see.refusal("for grad"):
        torch.autograd.grad(y, x, create_graph="no")


@case()
def more_gradients_than_roots(torch, see):
    """Gradients beyond the roots are ignored, missing ones are not."""
    x = leaf(torch)
    torch.autograd.backward([x * 2], [torch.ones(2), torch.ones(2)])
    see("x.grad", x.grad)
    with see.refusal("one too few"):
        torch.autograd.backward([x * 2, x * 3], [torch.ones(2)])


@case()
def a_root_inside_the_graph_of_another(torch, see):
    """Roots may depend on each other, and one may be given twice."""
    x = leaf(torch)
    a = x * 2
    torch.autograd.backward([(a * 3).sum(), a.sum(), a, a], [None, None, torch.ones(2), torch.ones(2)])
    see("x.grad", x.grad)


@case()
def only_inputs(torch, see):
    """The only_inputs argument of grad warns and does nothing."""
    x = leaf(torch)
    with see.warnings():
        see.gradient("gradient", torch.autograd.grad((x * 2).sum(), x, only_inputs=False))


@case()
def edges_for_tensors(torch, see):
    """Edges stand for tensors, as inputs and as roots, also where the tensor is gone."""
    x = leaf(torch)
    h = x * 3
    y = (h * h).sum()
    edge = torch.autograd.graph.get_gradient_edge
    of_h, of_x, of_y = edge(h), edge(x), edge(y)
    del h
    see.gradient("to an edge", torch.autograd.grad(y, of_h, retain_graph=True))
    see.gradient("to both", torch.autograd.grad(y, [of_x, of_h], retain_graph=True))
    see.gradient("from an edge", torch.autograd.grad(of_y, x, retain_graph=True))
    torch.autograd.backward(of_y, torch.tensor(2.0), inputs=[of_x])
    see("x.grad", x.grad)
    see("fields", of_x._fields)
    see("equal", edge(y) == of_y)


@case()
def edges_of_one_result_among_several(torch, see):
    """An edge names the step and which of its results it is."""
    x = torch.arange(6.0).view(2, 3).requires_grad_()
    first, second = (x * 2).unbind(0)
    edge = torch.autograd.graph.get_gradient_edge(second)
    see("number", edge.output_nr)
    loss = (first * 3 + second * 5).sum()
    see.gradient("its gradient", torch.autograd.grad(loss, edge, retain_graph=True))
    see.gradient("from it", torch.autograd.grad(edge, x, torch.ones(3)))


@case()
def edges_refused(torch, see):
    """There is no edge without a history."""
    with see.refusal("a plain tensor"):
        torch.autograd.graph.get_gradient_edge(torch.ones(1))
    with see.refusal("a number"):
        torch.autograd.graph.get_gradient_edge(1)


@case()
def captured_before_its_hooks(torch, see):
    """A captured gradient has seen its tensor's hooks only where the pass ends at it."""
    x = leaf(torch)
    y = x * 2
    y.register_hook(lambda gradient: gradient * 10)
    x.register_hook(lambda gradient: gradient * 100)
    see.gradient("both", torch.autograd.grad((y * 3).sum(), [y, x], retain_graph=True))
    see.gradient("y alone", torch.autograd.grad((y * 3).sum(), [y]))


@case()
def the_gradient_that_was_given(torch, see):
    """What passes a graph unchanged comes out as the tensor that went in, a view of it as its view."""
    x = torch.ones(2, 2, requires_grad=True)
    given = torch.full((2, 2), 2.0)
    (same,) = torch.autograd.grad(x + 0, x, given)
    see("the same", same is given)
    (view,) = torch.autograd.grad(x.t(), x, given)
    see("a view", view._is_view())
    see.aliasing("memory", view, given)
    a, b = torch.autograd.grad(x + x.detach().requires_grad_(), [x, x], given)
    see("one for two", a is b)


@case()
def gradient_of_a_view_is_a_view(torch, see):
    """The first gradient of a leaf may lie in the memory of the gradient that was given."""
    given = torch.full((4,), 2.0)
    for words, make in (("view", lambda x: x.view(4)), ("product", lambda x: x.view(4) * 1), ("sum", lambda x: x + 0)):
        x = torch.ones(2, 2, requires_grad=True)
        y = make(x)
        g = given.view(y.shape)
        y.backward(g)
        see(f"{words}: shares memory", x.grad.data_ptr() == given.data_ptr())
        see(f"{words}: version", x.grad._version)


@case()
def backward_in_backward_in_backward(torch, see):
    """Passes may be inside passes, deeper than the thread's stack would allow."""

    class Deeper(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x, depth):
            ctx.depth = depth
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            if ctx.depth == 0:
                return gradient, None
            with torch.enable_grad():
                inner = gradient.detach().requires_grad_()
                Deeper.apply(inner, ctx.depth - 1).backward()
            return inner.grad * 1, None

    x = torch.tensor(1.0, requires_grad=True)
    Deeper.apply(x, 150).backward()
    see("x.grad", x.grad)


@case()
def after_an_error_in_a_hook(torch, see):
    """The graph that a failed pass did not reach is still there, what it passed is not."""
    x = leaf(torch)
    y = x.exp()
    handle = y.register_hook(lambda gradient: 1 / 0)
    z = (y * 3).sum()
    with see.refusal("a failing hook"):
        z.backward()
    handle.remove()
    see("x.grad", x.grad)
    with see.refusal("once more"):
        z.backward()
    y.sum().backward()
    see("by the part it did not reach: x.grad", x.grad)
    see("recording", torch.is_grad_enabled())


@case()
def derivatives_to_the_fourth(torch, see):
    """create_graph gives derivatives of derivatives until they are constant."""
    x = leaf(torch)
    y = (x**4).sum()
    for order in range(1, 5):
        (y,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        see(f"derivative {order}", y)
    see.graph("graph of the last", y)


@case()
def adding_to_a_gradient_with_a_history(torch, see):
    """Without create_graph a gradient is added to in place, whatever history it has; with it, a new tensor is made."""
    x = leaf(torch)
    (x**3).sum().backward(create_graph=True)
    first = x.grad
    (x * 2).sum().backward()
    see("in place", x.grad is first)
    see("x.grad", x.grad)
    see("version", first._version)
    (x * 2).sum().backward(create_graph=True)
    see("a new one", x.grad is first)
    see("then x.grad", x.grad)
