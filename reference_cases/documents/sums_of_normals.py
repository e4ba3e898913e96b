"""The sum of two matrices of normal numbers and its gradients, as document 003 tells it."""
import re
from typing import Any

from minitorch_compat.parity import chapter, matches

case = chapter("documents.sums_of_normals", document="003_26a4ad811299ad37.txt")


def drawn(torch: Any) -> tuple[Any, ...]:
    """Two 10x5 Variables of normal numbers that ask for a gradient."""
    Variable = torch.autograd.Variable
    return tuple(Variable(torch.randn(10, 5), requires_grad=True) for _ in range(2))


@case(
    lines="9", fact="003-09",
    states={"shape": (10, 5), "asked for": True, "by default": False},
)
def normals_wrapped_with_the_flag(torch, see):
    """Two 10x5 matrices of normal numbers become Variables that are asked for gradients, which is not the default."""
    torch.manual_seed(0)
    x_tensor = torch.randn(10, 5)
    x = torch.autograd.Variable(x_tensor, requires_grad=True)
    y = torch.autograd.Variable(torch.randn(10, 5), requires_grad=True)
    see("shape", x.shape)
    see("asked for", x.requires_grad)
    see("by default", torch.autograd.Variable(x_tensor).requires_grad)
    see("x", x)
    see("y", y)
    see("x_tensor", x_tensor)
    print(x)


@case(
    lines="10-12", fact="003-10", states={"z.data printed": "tensor(-18.1752)"},
    verdict="incomplete", why="No seed is given, so only the form of the number can come out again.",
)
def the_sum_as_printed(torch, see):
    """The data of the summed-up z prints as a bare number, -18.1752."""
    torch.manual_seed(0)
    x, y = drawn(torch)
    z = torch.sum(x + y)
    see("z.data printed", str(z.data))
    see("z printed", str(z))
    see("z", z)
    see("z.data", z.data)
    see.stream("after the draws")


@case(
    lines="10-12", fact="003-10", states={"z.data printed": matches(r"tensor\(-?\d+\.\d{4}\)"), "z.data": -18.1752},
    verdict="incomplete", why="Which numbers were drawn is not told; these add up to the sum the document prints.",
)
def a_sum_of_known_numbers(torch, see):
    """The data of a sum is 0-dimensional and prints with four decimals and no grad_fn."""
    x = torch.autograd.Variable(torch.zeros(10, 5), requires_grad=True)
    y = torch.autograd.Variable(torch.zeros(10, 5), requires_grad=True)
    y.data[9, 4] = -18.1752
    z = torch.sum(x + y)
    see("z.data printed", str(z.data))
    see("z.data", z.data)
    i = torch.autograd.Variable(torch.arange(50.0).reshape(10, 5), requires_grad=True)
    j = torch.autograd.Variable(-torch.ones(10, 5), requires_grad=True)
    total = (i + j).sum()
    see("sum of whole numbers", total)
    print(total.data)


@case(
    lines="11, 13", fact="003-11",
    states={"z.grad_fn printed": matches(r"<SumBackward0 object at 0x…>"), "an address of hexadecimal digits": True},
)
def the_node_of_a_sum_as_printed(torch, see):
    """z.grad_fn prints as a SumBackward0 object with its address."""
    x, y = (torch.autograd.Variable(torch.ones(2), requires_grad=True) for _ in range(2))
    z = torch.sum(x + y)
    see("z.grad_fn printed", str(z.grad_fn))
    address = re.fullmatch(r"<SumBackward0 object at 0x([0-9A-Fa-f]+)>", repr(z.grad_fn))
    see("an address of hexadecimal digits", address is not None)


@case(lines="14", fact="003-12", states={"z was made by": "SumBackward0"})
def grad_fn_tells_of_the_sum(torch, see):
    """The grad_fn of z tells that z came out of a sum."""
    x, y = (torch.autograd.Variable(torch.ones(2), requires_grad=True) for _ in range(2))
    z = torch.sum(x + y)
    see("z was made by", z.grad_fn.name())
    see.graph("graph of z", z)
    added = z.grad_fn.next_functions[0][0]
    leaves = added.next_functions
    see("classes at the end", [[type(node).__name__, output] for node, output in leaves])
    see("the leaves are x and y", [leaves[0][0].variable is x, leaves[1][0].variable is y])


@case(
    lines="15-36", fact="003-13", states={"x.grad": [[1] * 5] * 10, "y.grad": [[1] * 5] * 10},
)
def both_gradients_are_ones(torch, see):
    """After z.backward() the gradients of x and of y are both 10x5 matrices of ones."""
    x, y = drawn(torch)
    torch.sum(x + y).backward()
    see("x.grad", x.grad)
    see("y.grad", y.grad)
    see.aliasing("x.grad and y.grad", x.grad, y.grad)
    print(x.grad)
    print(y.grad)


@case(
    lines="16-35", fact="003-31",
    states={"printed": "tensor([" + ",\n".join(["[1., 1., 1., 1., 1.]"] * 10) + "])"},
    verdict="wrong", why="The page lost the eight blanks that bring each further row under the first.",
)
def rows_begin_at_the_margin(torch, see):
    """In print, the rows of a 10x5 gradient from the second on begin at the margin."""
    x = torch.autograd.Variable(torch.zeros(10, 5), requires_grad=True)
    x.sum().backward()
    see("printed", str(x.grad))


@case(lines="36", fact="003-32", states={"x.grad": [1, 1], "y.grad": [1, 1]})
def one_backward_fills_both(torch, see):
    """One pass of automatic differentiation gives the gradients of x and y together."""
    x, y = (torch.autograd.Variable(torch.ones(2), requires_grad=True) for _ in range(2))
    z = (x + y).sum()
    z.backward()
    see("x.grad", x.grad)
    see("y.grad", y.grad)
    with see.warnings("of asking for z.grad"):
        see("z.grad", z.grad)
