"""y = x + 2, z = 3 y y, their mean, and the gradient behind it, as document 000 tells it."""
from typing import Any

from minitorch_compat.parity import chapter, refusal

case = chapter("documents.mean_of_three_squares", document="000_d699a83e2cdbec99.txt")


def chain(torch: Any) -> tuple[Any, Any, Any, Any]:
    """The document's example from its leaf to the mean."""
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x + 2
    z = y * y * 3
    return x, y, z, z.mean()


@case(lines="20-24", fact="000-05", states={"y is recorded": True, "z is recorded": True, "out is recorded": True})
def all_operations_are_recorded(torch, see):
    """Addition, multiplication and mean are recorded by themselves as they are carried out."""
    x, y, z, out = chain(torch)
    see("x", x)
    for name, computed in (("y", y), ("z", z), ("out", out)):
        see(f"{name} is recorded", computed.requires_grad and computed.grad_fn is not None)
        see(name, computed)
        print(computed)


@case(lines="20-24", fact="000-05", states={"the record ends at x": True})
def the_record_leads_back_to_x(torch, see):
    """What is recorded starts from the original tensor, x."""
    x, y, z, out = chain(torch)
    see.graph("behind out", out)
    outer = z.grad_fn
    see("outer product comes from", [(node and node.name(), place) for node, place in outer.next_functions])
    inner = outer.next_functions[0][0]
    see("inner product comes twice from one node", inner.next_functions[0][0] is inner.next_functions[1][0])
    see("that node is the one of y", inner.next_functions[0][0] is y.grad_fn)
    see("the record ends at x", y.grad_fn.next_functions[0][0].variable is x)
    see("class of the nodes", [type(each.grad_fn).__name__ for each in (y, z, out)])


@case(
    lines="28-31", fact="000-06", states={"x.grad is there": True},
    verdict="incomplete", why="The gradient is printed, but what is printed is not shown; it is 2 (x + 2).",
)
def backward_fills_grad(torch, see):
    """backward computes the gradient and leaves it in x.grad, where it can be printed."""
    x, _, _, out = chain(torch)
    see("before: x.grad", x.grad)
    see("backward returns", out.backward())
    see("x.grad is there", x.grad is not None)
    see("x.grad", x.grad)
    see("x", x)
    print(x.grad)


@case(
    lines="24", fact="000-07", states={"type of y": "<class 'torch.autograd.variable.Variable'>"},
    verdict="outdated", why="They are Tensors, and unlike x they are no leaves.",
)
def what_is_computed_is_a_variable(torch, see):
    """y, z and out are new Variables."""
    x, y, z, out = chain(torch)
    see("type of y", type(y))
    see("types", [type(each).__name__ for each in (x, y, z, out)])
    see("is_leaf", [each.is_leaf for each in (x, y, z, out)])


@case(
    lines="24", fact="000-07", states={"y has a grad": True},
    verdict="outdated", why="Unless asked, only leaves keep a gradient; elsewhere grad is None, and reading it warns.",
)
def what_is_computed_has_a_gradient(torch, see):
    """Being Variables like x, y and its kin have their own grad."""
    x, y, z, out = chain(torch)
    z.retain_grad()
    out.backward()
    with see.warnings("on y.grad"):
        y_grad = y.grad
    see("y has a grad", y_grad is not None)
    see("y.grad", y_grad)
    with see.warnings("on out.grad"):
        see("out.grad", out.grad)
    with see.warnings("on z.grad"):
        see("z.grad", z.grad)
    see("retains_grad", [each.retains_grad for each in (x, y, z, out)])


@case(
    lines="31", fact="000-08", states={"x.grad": [6, 8, 10]},
    verdict="ambiguous", why="It speaks of a loss where there is only a mean; of that mean it is the gradient.",
)
def the_gradient_of_the_loss(torch, see):
    """What backward finds is the derivative of the final number with respect to x."""

    def mean(t):
        return ((t + 2) ** 2 * 3).mean()

    x = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
    mean(x).backward()
    see("x.grad", x.grad)
    # The function is quadratic and the step a power of two, so central differences are exact here.
    rows = torch.eye(3, dtype=torch.float64) / 2
    see("central differences", [(mean(x + row) - mean(x - row)).item() for row in rows])
    see("gradcheck", torch.autograd.gradcheck(mean, (x,)))


@case(
    lines="33", fact="000-09", states={"second backward": refusal(None)},
    verdict="incomplete", why="The graph is gone after the first backward, unless retain_graph=True was given.",
)
def backward_again_on_one_graph(torch, see):
    """backward may be called several times on the same result."""
    x, _, _, out = chain(torch)
    out.backward()
    with see.refusal("second backward"):
        out.backward()
    see("x.grad", x.grad)


@case(
    lines="33", fact="000-09",
    states={"two on a kept graph: x.grad": [12, 16, 20], "three graphs: x.grad": [18, 24, 30]},
)
def gradients_add_up(torch, see):
    """Gradients of several backward calls are added to one another."""
    x, _, _, out = chain(torch)
    out.backward(retain_graph=True)
    first = x.grad
    out.backward()
    see("two on a kept graph: x.grad", x.grad)
    see("added in place", x.grad is first)
    x.grad = None
    for _ in range(3):
        y = x + 2
        (y * y * 3).mean().backward()
    see("three graphs: x.grad", x.grad)
    see("apart from the former", x.grad is first)
    see("the former", first)


@case(lines="33-35", fact="000-10", states={"cleared: x.grad": [0, 0, 0]})
def zero_clears_the_gradient(torch, see):
    """zero_ on x.grad sets the gradient back to nought, so that the next backward starts afresh."""
    x, _, _, out = chain(torch)
    out.backward(retain_graph=True)
    gradient = x.grad
    see("x.grad", gradient)
    returned = x.grad.zero_()
    see("cleared: x.grad", x.grad)
    see.aliasing("kept, returned, and x.grad", gradient, returned, x.grad)
    out.backward()
    see("next: x.grad", x.grad)
    see("still the same object", x.grad is gradient)


@case(lines="33-35", fact="000-10", note="In its place in the document, after a backward, the line works.")
def zero_before_any_backward(torch, see):
    """Clearing means calling zero_ on the gradient, of which there is none at first."""
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with see.refusal():
        x.grad.zero_()
