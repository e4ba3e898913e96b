"""Vectors and the weights their backward takes, as document 003 tells them."""
from collections.abc import Sequence
from typing import Any

import numpy as np

from minitorch_compat.parity import chapter, digits, refusal

case = chapter("documents.vectors", document="003_26a4ad811299ad37.txt")

DRAWN = (-2.01310, -1.96886, -0.71204)
"""Numbers that print as those the document drew, and whose doubles do."""


def doubled(torch: Any, numbers: Sequence[float]) -> tuple[Any, Any]:
    """A vector that asks for its gradient, and its double."""
    x = torch.autograd.Variable(torch.tensor(numbers), requires_grad=True)
    return x, x * 2


@case(
    lines="42-46", fact="003-19",
    states={
        "x printed": "tensor([-2.0131, -1.9689, -0.7120], requires_grad=True)",
        "x.grad": [2.0, 0.2, 0.02], "x.grad printed": "tensor([2.0000, 0.2000, 0.0200])", "the same at another x": True,
    },
)
def a_vector_takes_one_weight_per_element(torch, see):
    """backward on twice a vector, with weights 1, 0.1, 0.01, gives the gradient 2, 0.2, 0.02 whatever the vector."""
    weights = torch.FloatTensor([1, 0.1, 0.01])
    x, y = doubled(torch, DRAWN)
    see("x printed", str(x))
    see("y", y)
    y.backward(weights)
    see("x.grad printed", str(x.grad))
    see("x.grad", x.grad)
    other = torch.autograd.Variable(torch.randn(3), requires_grad=True)
    (other * 2).backward(weights)
    see("the same at another x", torch.equal(x.grad, other.grad))
    see("another x", other)
    see.aliasing("weights and gradient", weights, x.grad)


@case(
    lines="45", fact="003-20", states={"y printed": "tensor([-4.0262, -3.9377, -1.4241], grad_fn=)"},
    verdict="wrong", why="The name in angle brackets was lost when the page was made; torch never prints it empty.",
)
def the_node_prints_without_a_name(torch, see):
    """A computed vector prints its grad_fn with nothing behind the equals sign."""
    _, y = doubled(torch, DRAWN)
    see("y printed", str(y))


@case(
    lines="44-45", fact="003-21",
    states={
        "x printed": "tensor([-2.0131, -1.9689, -0.7120])", "2x printed": "tensor([-4.0262, -3.9377, -1.4241])",
        "x": digits(4, [-2.0131, -1.9689, -0.7120]), "2x": digits(4, [-4.0262, -3.9377, -1.4241]),
    },
    note="Doubling the printed digits gives -3.9378 and -1.4240; unprinted digits explain the difference.",
)
def printed_doubles_agree(torch, see):
    """The printed numbers of y are twice those of x, though the last digits seem to say otherwise."""
    x = torch.tensor(DRAWN)
    see("x", x)
    see("2x", 2 * x)
    see("x printed", str(x))
    see("2x printed", str(2 * x))


@case(lines="47", fact="003-22", states={"y.backward()": refusal(RuntimeError)})
def a_vector_alone_is_refused(torch, see):
    """Without weights, backward on a vector is an error."""
    x, y = doubled(torch, DRAWN)
    with see.refusal("y.backward()"):
        y.backward()
    see("x.grad", x.grad)
    with see.refusal("afterwards, with weights"):
        y.backward(torch.ones(3))
    see("then: x.grad", x.grad)


@case(
    lines="47", fact="003-23", states={"elementwise: x.grad": [2, 2, 2], "a product: x.grad": [1, 1, 1]},
    verdict="incomplete", why="Only where each element depends on its own; else the result is a sum over outputs.",
)
def ones_give_the_gradient_of_each_component(torch, see):
    """Weights of one give the gradient of each component."""
    x, y = doubled(torch, [1.0, 2.0, 3.0])
    y.backward(torch.FloatTensor([1, 1, 1]))
    see("elementwise: x.grad", x.grad)
    matrix = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    u = torch.ones(3, requires_grad=True)
    product = matrix @ u
    see("product", product)
    see.graph("graph of the product", product)
    product.backward(torch.tensor([1.0, 1.0]))
    see("a product: x.grad", u.grad)
    see("sums of columns", matrix.sum(0))


@case(
    lines="47", fact="003-24", states={"elementwise: x.grad": [2.0, 0.2, 0.02], "a product: x.grad": [12.0, 1.5, 0.18]},
    verdict="incomplete", why="The weights belong to the outputs; for a matrix product they mix in each gradient.",
)
def weights_scale_the_gradients(torch, see):
    """Weights 1, 0.1 and 0.01 multiply the original gradients by these numbers."""
    weights = torch.tensor([1.0, 0.1, 0.01])
    x, y = doubled(torch, [1.0, 2.0, 3.0])
    y.backward(weights)
    see("elementwise: x.grad", x.grad)
    matrix = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    u = torch.ones(3, requires_grad=True)
    (matrix @ u).backward(weights)
    see("a product: x.grad", u.grad)
    see("printed", str(u.grad))
    see("sums of columns times weights", matrix.sum(0) * weights)


@case(
    lines="42, 47", fact="003-26", states={"x.dim()": 3},
    verdict="ambiguous", why="Three elements are meant, in one dimension; nor is anything here a matrix.",
)
def called_three_dimensional(torch, see):
    """The vector is three-dimensional."""
    x = torch.randn(3)
    see("x.dim()", x.dim())
    see("x.numel()", x.numel())
    see("x.shape", x.shape)
    see("x", x)


@case(
    lines="47", fact="003-27",
    verdict="incomplete", why="Weights of another shape or type are not spoken of.",
)
def weights_that_do_not_fit(torch, see):
    """The weights given to backward are a tensor with an element for each of y."""
    x = torch.autograd.Variable(torch.ones(3), requires_grad=True)
    for words, weights in (
        ("too short", torch.FloatTensor([1, 1])), ("a row", torch.FloatTensor([[1, 1, 1]])),
        ("a list", [1, 0.1, 0.01]), ("a tuple of tensors", (torch.ones(3), torch.ones(3))), ("a number", 1.0),
        ("an ndarray", np.ones(3)), ("a tensor in a list", [torch.ones(3)]),
    ):
        with see.refusal(words):
            (x * 2).backward(weights)
    see("x.grad", x.grad)


@case(
    lines="47", fact="003-27",
    verdict="incomplete", why="Weights of another dtype are not spoken of; they are accepted.",
)
def weights_of_another_dtype(torch, see):
    """The weights given to backward become numbers of y's own dtype."""
    x = torch.autograd.Variable(torch.ones(3), requires_grad=True)
    for words, weights in (
        ("int64", torch.tensor([1, 2, 3])), ("float64", torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)),
        ("bool", torch.tensor([True, False, True])), ("complex64", torch.tensor([1j, 2.0, 3.0])),
    ):
        x.grad = None
        with see.refusal(words):
            (x * 2).backward(weights)
        see(f"{words}: x.grad", x.grad)
