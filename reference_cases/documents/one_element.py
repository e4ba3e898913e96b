"""Derivatives of tensors of one element, as document 003 tells them."""
from typing import Any

import numpy as np

from minitorch_compat.parity import chapter, matches, refusal

case = chapter("documents.one_element", document="003_26a4ad811299ad37.txt")


def line(torch: Any) -> tuple[Any, ...]:
    """Leaves x = 1, w = 2, b = 3 of one element each, and w * x + b."""
    x, w, b = (torch.autograd.Variable(torch.Tensor([n]), requires_grad=True) for n in (1, 2, 3))
    return x, w, b, w * x + b


@case(
    lines="37-41", fact="003-14",
    states={"x.grad": [2], "w.grad": [1], "b.grad": [1], "stdout": "tensor([2.])\ntensor([1.])\ntensor([1.])\n"},
)
def gradients_of_a_line(torch, see):
    """For y = w x + b at x = 1, w = 2, b = 3 the gradients are 2, 1 and 1."""
    x, w, b, y = line(torch)
    see("y", y)
    see("y printed", str(y))
    see.graph("graph of y", y)
    y.backward()
    for name, leaf in (("x", x), ("w", w), ("b", b)):
        print(leaf.grad)
        see(f"{name}.grad", leaf.grad)
    see.aliasing("the three gradients", x.grad, w.grad, b.grad)


@case(lines="38", fact="003-15", states={"equal": True})
def the_line_is_two_x_plus_b(torch, see):
    """With w = 2 the line is 2x + b."""
    x, _, b, y = line(torch)
    see("equal", torch.equal(y, 2 * x + b))
    see("w * x + b", y)
    see("2 * x + b", 2 * x + b)
    see.graph("graph of 2 * x + b", 2 * x + b)


@case(lines="38", fact="003-16", states={"same gradients": True})
def backward_alone_means_a_weight_of_one(torch, see):
    """y.backward() does the same as y.backward(torch.FloatTensor([1]))."""
    gradients = []
    for words, weights in (("nothing", ()), ("[1]", (torch.FloatTensor([1]),)), ("None", (None,))):
        x, w, b, y = line(torch)
        y.backward(*weights)
        gradients.append([x.grad.item(), w.grad.item(), b.grad.item()])
        see(f"{words}: x.grad", x.grad)
    see("same gradients", gradients[0] == gradients[1] == gradients[2])
    see("gradients", gradients)
    _, _, _, y = line(torch)
    with see.refusal("a weight without dimension"):
        y.backward(torch.tensor(1.0))


@case(
    lines="37-38", fact="003-17", states={"y.dim()": 0},
    verdict="ambiguous", why="It is called a scalar, but is a vector of one element, which backward takes for one.",
)
def called_a_scalar(torch, see):
    """The first example differentiates a scalar."""
    x, _, _, y = line(torch)
    see("y.dim()", y.dim())
    see("y.shape", y.shape)
    see("y.numel()", y.numel())
    y.backward()
    see("x.grad", x.grad)
    matrix = torch.ones(1, 1, requires_grad=True)
    (matrix * 2).backward()
    see("of one row and column: x.grad", matrix.grad)


@case(
    lines="38, 43", fact="003-18",
    states={"torch.Tensor([1])": [1.0], "torch.FloatTensor([1, 0.1, 0.01])": [1.0, 0.1, 0.01]},
)
def constructors_of_the_era(torch, see):
    """torch.Tensor and torch.FloatTensor make a float tensor of the numbers in a list."""
    see("torch.Tensor([1])", torch.Tensor([1]))
    see("torch.FloatTensor([1, 0.1, 0.01])", torch.FloatTensor([1, 0.1, 0.01]))
    see("torch.tensor(1)", torch.tensor(1))
    see("torch.Tensor()", torch.Tensor())
    # A bare number is a size, and the memory is whatever it was before.
    see("torch.Tensor(1).shape", torch.Tensor(1).shape)
    see("torch.Tensor(2, 3).shape", torch.Tensor(2, 3).shape)
    see("torch.FloatTensor(2).dtype", torch.FloatTensor(2).dtype)
    with see.refusal("FloatTensor of a float64 tensor"):
        torch.FloatTensor(torch.zeros(1, dtype=torch.float64))
    with see.refusal("Tensor with the flag"):
        torch.Tensor([1], requires_grad=True)


@case(lines="48-60", fact="003-28", states={"x.grad": [4], "stdout": "tensor([4.])\n", "x.grad.item()": 4})
def the_derivative_of_a_square(torch, see):
    """The derivative of x squared at 2 is 4."""
    x = torch.autograd.Variable(torch.FloatTensor([2]), requires_grad=True)
    y = x**2
    see("y", y)
    see("y printed", str(y))
    see.graph("graph of y", y)
    y.backward()
    print(x.grad)
    see("x.grad", x.grad)
    see("x.grad.item()", x.grad.item())


@case(
    lines="58", fact="003-29", states={"the line as it stands": refusal(None), "points": 61},
    verdict="incomplete", why="NumPy is never imported, and neither the figure nor any number of it is there.",
)
def the_parabola_of_the_figure(torch, see):
    """The parabola is drawn through points from -3 to 3 in steps of a tenth, with a mark at (2, 4)."""
    with see.refusal("the line as it stands"):
        exec("x = np.arange(-3, 3.01, 0.1)", {})
    points = np.arange(-3, 3.01, 0.1)
    see("points", points.size)
    see("array", points)
    x = torch.autograd.Variable(torch.from_numpy(points), requires_grad=True)
    y = x**2
    nearest = (x - 2).abs().argmin()
    see("nearest to 2", nearest)
    see("x there", x[nearest])
    see("y there", y[nearest])
    y[nearest].backward()
    see("slope there", x.grad[nearest])
    see("slopes elsewhere", x.grad.count_nonzero())


@case(
    lines="8-60", fact="003-30",
    states={
        "z.data printed": matches(r"tensor\(-?\d+\.\d{4}\)"),
        "stdout": "<SumBackward0 object at 0x…>\ntensor([2.])\ntensor([1.])\ntensor([1.])\n"
        "tensor([2.0000, 0.2000, 0.0200])\ntensor([4.])\n",
    },
)
def the_whole_document(torch, see):
    """With its line breaks put back, the document runs from end to end and prints what it shows."""
    Variable = torch.autograd.Variable
    x = Variable(torch.randn(10, 5), requires_grad=True)
    y = Variable(torch.randn(10, 5), requires_grad=True)
    z = torch.sum(x + y)
    see("z.data printed", str(z.data))
    print(z.grad_fn)
    z.backward()
    see("x.grad", x.grad)
    see("y.grad", y.grad)
    see("x.grad and y.grad print as ones do", str(x.grad) == str(y.grad) == str(torch.ones(10, 5)))
    x, w, b, y = line(torch)
    y.backward()
    print(x.grad, w.grad, b.grad, sep="\n")
    x = Variable(torch.randn(3), requires_grad=True)
    y = x * 2
    y.backward(torch.FloatTensor([1, 0.1, 0.01]))
    print(x.grad)
    x = Variable(torch.FloatTensor([2]), requires_grad=True)
    y = x**2
    y.backward()
    print(x.grad)
