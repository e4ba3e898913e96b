"""The mean of squares and its gradient, once by Variable and once by Tensor, as document 001 tells them."""
from typing import Any

from minitorch_compat.parity import chapter, digits

case = chapter("documents.mean_of_squares", document="001_7e7ed833da88f6dd.txt")

GRADIENT = [[0.5, 1.0], [1.5, 2.0]]
GRADIENT_PRINTED = "tensor([[0.5000, 1.0000],\n        [1.5000, 2.0000]])\n"


def old_way(torch: Any) -> Any:
    """The numbers one to four in a Variable."""
    return torch.autograd.Variable(torch.FloatTensor([[1, 2], [3, 4]]), requires_grad=True)


def new_way(torch: Any) -> Any:
    """The numbers one to four in a tensor."""
    return torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)


@case(
    lines="30-32, 102-104, 166", fact="001-10",
    states={"v_out": 7.5, "stdout": "Output: tensor(7.5000, grad_fn=<MeanBackward0>)\n"},
)
def the_mean_by_variable(torch, see):
    """The mean of the squares of one to four is 7.5, and prints the name of its grad_fn."""
    v = old_way(torch)
    v_out = torch.mean(v * v)
    print("Output:", v_out)
    see("v_out", v_out)
    see.graph("behind v_out", v_out)
    product = v_out.grad_fn.next_functions[0][0]
    see("both factors lead to one leaf", product.next_functions[0][0] is product.next_functions[1][0])


@case(
    lines="34-36, 106-108, 167-168", fact="001-11",
    states={"v.grad": GRADIENT, "stdout": f"Gradient of Variable: {GRADIENT_PRINTED}"},
)
def the_gradient_by_variable(torch, see):
    """After backward, the Variable's grad is half of its value."""
    v = old_way(torch)
    torch.mean(v * v).backward()
    print("Gradient of Variable:", v.grad)
    see("v.grad", v.grad)
    see("v", v)


@case(lines="38-46, 116-124, 177", fact="001-12", states={"item": 7.5, "stdout": "Output of mean(square): 7.5\n"})
def the_mean_by_tensor(torch, see):
    """item reads the same 7.5 off the tensor's mean, as a Python number."""
    t = new_way(torch)
    output = torch.mean(t * t)
    print("Output of mean(square):", output.item())
    see("item", output.item())
    see("type of item", type(output.item()))
    see("output afterwards", output)


@case(
    lines="48-52, 126-130, 178-179", fact="001-13",
    states={"t.grad": GRADIENT, "stdout": f"Gradient of Tensor: {GRADIENT_PRINTED}", "as by Variable": True},
)
def the_gradient_by_tensor(torch, see):
    """The tensor's gradient is the Variable's."""
    t, v = new_way(torch), old_way(torch)
    torch.mean(t * t).backward()
    torch.mean(v * v).backward()
    print("Gradient of Tensor:", t.grad)
    see("t.grad", t.grad)
    see("v.grad", v.grad)
    see("as by Variable", torch.equal(t.grad, v.grad))


@case(
    lines="42, 120", fact="001-14", states={"mean of squares": 7.5},
    verdict="ambiguous", why="Its words fit the mean of squares and the square of the mean; the code is the former.",
)
def mean_square(torch, see):
    """The operation is named in words after mean and square."""
    t = new_way(torch).detach()
    see("mean of squares", (t * t).mean())
    see("square of mean", t.mean() ** 2)
    see("as items", [(t * t).mean().item(), (t.mean() ** 2).item()])


@case(lines="57-58", fact="001-15", states={"in Python": 7.5, "in tensors": 7.5})
def the_sum_worked_by_hand(torch, see):
    """A quarter of 1 + 4 + 9 + 16 is 7.5."""
    see("in Python", sum(number * number for number in (1, 2, 3, 4)) / 4)
    see("in tensors", (torch.tensor([1, 2, 3, 4]) ** 2).sum() / 4)


@case(
    lines="60-63", fact="001-16", states={"gradcheck": True, "half of x": True},
    note="The formula's plain copy has lost its fraction bars and says nothing as it stands; its source is right.",
)
def the_derivative_is_half_of_x(torch, see):
    """A quarter of the sum of squares has x / 2 as its derivative."""
    t = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64, requires_grad=True)
    see("gradcheck", torch.autograd.gradcheck(lambda x: (x * x).mean(), (t,)))
    (t * t).mean().backward()
    see("t.grad", t.grad)
    see("half of x", torch.equal(t.grad, t.detach() / 2))


@case(lines="60-63", fact="001-16", note="The document speaks of four elements only, where 2 x / n is x / 2.")
def the_derivative_depends_on_the_count(torch, see):
    """With other counts the factor is another: 2 / n."""
    for count in (1, 2, 3, 8):
        t = torch.arange(1.0, count + 1, requires_grad=True)
        (t * t).mean().backward()
        see(f"{count} elements: t.grad", t.grad)


@case(lines="65-66", fact="001-17", states={"t.grad": GRADIENT, "exactly half of t": True})
def each_element_gets_half_of_itself(torch, see):
    """tensor.grad is the tensor divided by two, element by element."""
    t = new_way(torch)
    (t * t).mean().backward()
    see("t.grad", t.grad)
    see("exactly half of t", torch.equal(t.grad, t.detach() / 2))
    see("as list", t.grad.tolist())


@case(
    lines="32, 104", fact="001-27", states={"printed": "7.5\n"},
    verdict="ambiguous", why="The comment gives the number, the transcript further down the whole text with grad_fn.",
)
def the_comment_beside_print(torch, see):
    """Beside the print of the Variable's mean stands 7.5 as its output."""
    v = old_way(torch)
    output = (v * v).mean()
    with see.printed():
        print(output)
    see("item", output.item())
    see("in an f-string", f"{output}")
    see("formatted", [f"{output:.2f}", f"{output:8.3e}", f"{output:g}", format(output), str(output), repr(output)])


@case(lines="32, 104", fact="001-27", states={"output": digits(1, 7.5)})
def the_number_in_the_comment(torch, see):
    """The number is right all the same."""
    v = old_way(torch)
    see("output", (v * v).mean())


@case(lines="43, 121", fact="001-28", states={"values": [7.5, 7.5, 7.5], "one gradient": True})
def a_product_with_itself_is_a_square(torch, see):
    """tensor * tensor is the same as the square of tensor."""
    values, gradients = [], []
    for name, square in (("product", lambda t: t * t), ("power", lambda t: t**2), ("square", torch.square)):
        t = new_way(torch)
        output = square(t).mean()
        see.graph(f"behind the {name}", output)
        output.backward()
        see(f"{name}: t.grad", t.grad)
        values.append(output.item())
        gradients.append(t.grad)
    see("values", values)
    see("one gradient", all(torch.equal(gradients[0], each) for each in gradients))
