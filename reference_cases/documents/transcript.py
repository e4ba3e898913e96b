"""The whole program and what it prints, as document 001 shows them."""
from typing import Any

from minitorch_compat.parity import chapter, refusal

case = chapter("documents.transcript", document="001_7e7ed833da88f6dd.txt")

TOPIC = "变量 Variable 和 Tensor"

GREETING = f"Hi, {TOPIC}\n"

BY_VARIABLE = """\
Tensor: tensor([[1., 2.],
        [3., 4.]])
Variable: tensor([[1., 2.],
        [3., 4.]], requires_grad=True)
Output: tensor(7.5000, grad_fn=<MeanBackward0>)
Gradient of Variable: tensor([[0.5000, 1.0000],
        [1.5000, 2.0000]])
Variable: tensor([[1., 2.],
        [3., 4.]], requires_grad=True)
Variable data: tensor([[1., 2.],
        [3., 4.]])
Variable data as NumPy: [[1. 2.]
 [3. 4.]]
"""

BY_TENSOR = """\
Data: tensor([[1., 2.],
        [3., 4.]], requires_grad=True)
Output of mean(square): 7.5
Gradient of Tensor: tensor([[0.5000, 1.0000],
        [1.5000, 2.0000]])
Tensor: tensor([[1., 2.],
        [3., 4.]], requires_grad=True)
Tensor data (no grad): tensor([[1., 2.],
        [3., 4.]])
Tensor as NumPy array: [[1. 2.]
 [3. 4.]]
"""


def old_way(torch: Any) -> tuple[Any, Any]:
    """The half of the program that goes by Variable; returns what it made."""
    tensor = torch.FloatTensor([[1, 2], [3, 4]])
    variable = torch.autograd.Variable(tensor, requires_grad=True)
    print("Tensor:", tensor)
    print("Variable:", variable)
    output = torch.mean(variable * variable)
    print("Output:", output)
    output.backward()
    print("Gradient of Variable:", variable.grad)
    print("Variable:", variable)
    print("Variable data:", variable.data)
    print("Variable data as NumPy:", variable.data.numpy())
    return tensor, variable


def new_way(torch: Any) -> Any:
    """The half of the program that goes by Tensor; returns what it made."""
    tensor = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    print("Data:", tensor)
    output = torch.mean(tensor * tensor)
    print("Output of mean(square):", output.item())
    output.backward()
    print("Gradient of Tensor:", tensor.grad)
    print("Tensor:", tensor)
    print("Tensor data (no grad):", tensor.detach())
    print("Tensor as NumPy array:", tensor.detach().numpy())
    return tensor


@case(lines="86-155, 161-185", fact="001-23", states={"stdout": GREETING + BY_VARIABLE + BY_TENSOR})
def the_complete_program(torch, see):
    """Run as a whole, the program prints its greeting, then the old way, then the new: 25 lines."""
    print(f"Hi, {TOPIC}")
    tensor, variable = old_way(torch)
    see("tensor of the old way", tensor)
    see("variable", variable)
    see("variable.grad", variable.grad)
    tensor = new_way(torch)
    see("tensor of the new way", tensor)
    see("tensor.grad", tensor.grad)


@case(lines="94-112, 162-174", fact="001-23", states={"stdout": BY_VARIABLE})
def the_half_by_variable(torch, see):
    """The first function prints thirteen lines."""
    _, variable = old_way(torch)
    see("variable", variable)


@case(lines="115-139, 175-185", fact="001-23", states={"stdout": BY_TENSOR})
def the_half_by_tensor(torch, see):
    """The second function prints eleven lines."""
    see("tensor", new_way(torch))


@case(lines="7-82", fact="001-24", states={"all sections": refusal(None)})
def the_sections_in_a_row(torch, see):
    """Typed in one after the other, the sections of the text make one program that runs."""
    with see.refusal("all sections"):
        first = tensor = torch.FloatTensor([[1, 2], [3, 4]])
        variable = torch.autograd.Variable(tensor, requires_grad=True)
        print("Tensor:", tensor)
        print("Variable:", variable)
        second = tensor = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
        print("Data:", tensor)
        v_out = torch.mean(variable * variable)
        print("Output:", v_out)
        v_out.backward()
        print("Gradient of Variable:", variable.grad)
        tensor = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
        print("Data:", tensor)
        output = torch.mean(tensor * tensor)
        print("Output of mean(square):", output.item())
        output.backward()
        print("Gradient of Tensor:", tensor.grad)
        print("Variable:", variable)
        print("Variable data:", variable.data)
        print("Variable data as NumPy:", variable.data.numpy())
        print("Tensor:", tensor)
        print("Tensor data (no grad):", tensor.detach())
        print("Tensor as NumPy array:", tensor.detach().numpy())
    see("variable.grad", variable.grad)
    see("tensor.grad", tensor.grad)
    see("second.grad", second.grad)
    see.aliasing("variable, and tensor from first to last", variable, first, second, tensor)


@case(lines="144, 155, 161", fact="001-25", states={"stdout": GREETING})
def the_greeting(torch, see):
    """The program greets a name that is written in Chinese."""
    print(f"Hi, {TOPIC}")
    see("in UTF-8", f"Hi, {TOPIC}".encode())
