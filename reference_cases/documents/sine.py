"""The derivative of the sine and a check of it, as document 004 tells it."""
from typing import Any

import numpy as np

from minitorch_compat.parity import chapter, digits, refusal

case = chapter("documents.sine", document="004_1f92f23d1b2036bb.txt")


def sine(torch: Any) -> tuple[Any, Any]:
    """Multiples of pi that ask for a gradient, and their sine."""
    x = torch.autograd.Variable(torch.Tensor(np.array([0.0, 1.0, 1.5, 2.0]) * np.pi), requires_grad=True)
    return x, torch.sin(x)


@case(
    lines="22-24", fact="004-08",
    states={
        "the line as it stands": refusal(None),
        "x": digits(4, [0.0, 3.1416, 4.7124, 6.2832]), "y": digits(4, [0.0, 0.0, -1.0, 0.0]),
    },
    verdict="incomplete", why="NumPy is used without being imported, and no number is shown.",
)
def the_sine_of_multiples_of_pi(torch, see):
    """A float64 array of multiples of pi becomes a float32 Variable, whose sine is taken."""
    with see.refusal("the line as it stands"):
        exec("torch.Tensor(np.array([0., 1., 1.5, 2.]) * np.pi)", {"torch": torch})
    array = np.array([0.0, 1.0, 1.5, 2.0]) * np.pi
    x = torch.autograd.Variable(torch.Tensor(array), requires_grad=True)
    y = torch.sin(x)
    see("x", x)
    see("y", y)
    see.graph("graph of y", y)
    see.aliasing("array and x", array, x)
    array[0] = 99
    see("x after writing to the array", x)


@case(
    lines="24", fact="004-08",
    verdict="incomplete", why="The sine is never printed.",
)
def small_and_large_numbers_in_print(torch, see):
    """A vector as the sine has it, nearly 0 beside 1, is printed in scientific notation."""
    x = torch.tensor([0.0, -8.7423e-08, -1.0, 1.7485e-07], requires_grad=True)
    print(x)
    print(x * 1)
    print(x.detach())


@case(
    lines="25", fact="004-09", states={"x.grad": None},
    verdict="incomplete", why="It is not said that nothing is there before backward; a script would print nothing.",
)
def the_gradient_before_backward(torch, see):
    """x.grad stands alone in a line, before backward."""
    x = torch.autograd.Variable(torch.tensor([0.0]), requires_grad=True)
    y = torch.sin(x)
    see("x.grad", x.grad)
    see("y", y)
    exec("x.grad", {"x": x})


@case(lines="26", fact="004-10", states={"x.grad": digits(6, [1, -1, 0, 1]), "equal to cos(x)": True})
def weights_of_one(torch, see):
    """backward on the sine of four numbers takes four weights of one and gives the cosine."""
    x, y = sine(torch)
    y.backward(torch.Tensor([1.0, 1.0, 1.0, 1]))
    see("x.grad", x.grad)
    cosine = torch.cos(x)
    see("cos(x)", cosine)
    see("equal to cos(x)", torch.equal(x.grad, cosine.data))


@case(
    lines="29-31", fact="004-11",
    states={"integer parts are equal": True, "stdout": "d(sin(x)/dx=cos(x))\n"},
    note="The message as printed closes its parenthesis in the wrong place.",
)
def the_gradient_is_the_cosine(torch, see):
    """The integer parts of the gradient and of cos(x) are the same, and a line that says so is printed."""
    x, y = sine(torch)
    y.backward(torch.ones(4))
    left, right = x.grad.data.int().numpy(), torch.cos(x).data.int().numpy()
    see("of the gradient", left)
    see("of the cosine", right)
    see("integer parts are equal", bool((left == right).all()))
    see("comparison", (left == right).all())
    if (left == right).all():
        print("d(sin(x)/dx=cos(x))")


@case(
    lines="30", fact="004-12", states={"a wrong gradient passes": False, "a nearly right gradient passes": True},
    verdict="wrong", why="Cut-off decimals let wrong numbers pass and fail right ones a last digit below a whole.",
)
def comparing_integer_parts_is_enough(torch, see):
    """That integer parts agree shows that a gradient is right."""
    see("integer parts", torch.tensor([-1.9, -0.99, 0.99, 1.9, 2.0]).int())
    right = torch.tensor([1.0, -1.0, 0.0, 1.0])
    wrong = torch.tensor([1.9, -1.9, 0.9, 1.9])
    near = torch.tensor([0.99999994, -1.0, 0.0, 1.0])
    see("a wrong gradient passes", bool((wrong.int() == right.int()).all()))
    see("a nearly right gradient passes", bool((near.int() == right.int()).all()))
    see("allclose", [torch.allclose(wrong, right), torch.allclose(near, right, atol=1e-6)])
    x, _ = sine(torch)
    see("integer parts of the cosine", torch.cos(x).int())


@case(lines="36-87", fact="004-24", states={"gradient of the earlier x": digits(4, [0.8776])})
def names_used_again(torch, see):
    """The names x and y of the sine are taken again for arrays by the regression, which does the sine no harm."""
    x = torch.autograd.Variable(torch.tensor([0.5]), requires_grad=True)
    y = torch.sin(x)
    earlier, loss = x, y
    x = np.linspace(0, 10, 100)
    y = 2 * x + 3
    loss.backward()
    see.gradient("gradient of the earlier x", earlier.grad)
    see("the later x and y", [x.shape, y.shape])


@case(
    lines="21", fact="004-25", states={"equal to the finite difference": True},
    verdict="ambiguous", why="The word says difference, but the code differentiates; the two are only nearly the same.",
)
def called_a_difference(torch, see):
    """The example finds a difference of sin(x)."""
    x = torch.tensor([0.0, 1.0, 1.5, 2.0], dtype=torch.float64) * np.pi
    x.requires_grad_()
    torch.sin(x).sum().backward()
    step = 1e-6
    with torch.no_grad():
        difference = (torch.sin(x + step) - torch.sin(x - step)) / (2 * step)
        see("equal to the finite difference", torch.equal(difference, x.grad))
        see("nearly equal", (difference - x.grad).abs().max().item() < 1e-9)
    see("x.grad", x.grad)
