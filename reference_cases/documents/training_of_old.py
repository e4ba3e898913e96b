"""Spellings of the Variable era around backward, losses and optimisers, and what became of them."""
from typing import Any

from minitorch_compat.parity import chapter, refusal

case = chapter("documents.training_of_old")


@case(
    lines="general", fact="ERA-09", states=refusal(None),
    verdict="outdated", why="The keyword is retain_graph.",
)
def retain_variables(torch, see):
    """backward(retain_variables=True) keeps the graph for a further backward."""
    x = torch.ones(1, requires_grad=True)
    y = x * 2
    with see.refusal():
        y.backward(retain_variables=True)
    with see.refusal("in the function"):
        torch.autograd.backward([y], retain_variables=True)
    see("x.grad", x.grad)


@case(
    lines="general", fact="ERA-10", states={"warned": [], "grad_variables": refusal(None), "variables": refusal(None)},
    verdict="outdated", why="grad_tensors is the name; the old one works and warns, and variables is unknown.",
)
def grad_variables(torch, see):
    """torch.autograd.backward calls its arguments variables and grad_variables."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    with see.warnings(), see.refusal("grad_variables"):
        torch.autograd.backward([y], grad_variables=[torch.ones(2)])
    see("x.grad", x.grad)
    with see.warnings("warned of both"), see.refusal("both names at once"):
        torch.autograd.backward([x * 2], grad_tensors=[torch.ones(2)], grad_variables=[torch.ones(2)])
    with see.refusal("variables"):
        torch.autograd.backward(variables=[y])
    see("in the end: x.grad", x.grad)


def square_of_old(torch: Any) -> Any:
    """A Function whose forward and backward are not static."""

    class Square(torch.autograd.Function):
        def forward(self, x):
            return x * x

        def backward(self, g):
            return g

    return Square


@case(
    lines="general", fact="ERA-11", states={"called": refusal(None)},
    verdict="outdated", why="forward and backward are static now, and the function is called by apply on its class.",
)
def a_function_with_a_self(torch, see):
    """A Function has methods of its instances, and an instance is what one calls."""
    Square = square_of_old(torch)
    with see.warnings("on making one"):
        square = Square()
    with see.refusal("called"):
        square(torch.ones(1, requires_grad=True))
    with see.refusal("applied"):
        see("y", Square.apply(torch.ones(1, requires_grad=True)))


@case(
    lines="general", fact="ERA-12", states={"warnings": [], "sum": 5, "none": [1, 4]},
    verdict="outdated", why="They do what they did, and warn: reduction has taken the place of both.",
)
def size_average_and_reduce(torch, see):
    """size_average=False makes a loss sum, and reduce=False leaves it as it is."""
    x, y = torch.tensor([1.0, 2.0]), torch.zeros(2)
    total = torch.nn.MSELoss(size_average=False)
    see("reduction of the sum", total.reduction)
    see("sum", total(x, y))
    none = torch.nn.MSELoss(reduce=False)
    see("reduction of none", none.reduction)
    see("none", none(x, y))
    print(total, none)


@case(
    lines="general", fact="ERA-12", states={"warnings": []},
    verdict="outdated", why="Even where the outcome is the mean, as by default, the old names warn.",
)
def size_average_and_reduce_together(torch, see):
    """The two flags can be given in any combination."""
    for size_average in (None, True, False):
        for reduce in (None, True, False):
            loss = torch.nn.MSELoss(size_average=size_average, reduce=reduce)
            see(f"size_average={size_average}, reduce={reduce}", loss.reduction)
    see("in the function", torch.nn.functional.mse_loss(torch.ones(2), torch.zeros(2), size_average=False))


@case(
    lines="general", fact="ERA-13", states={"warned by clip_grad_norm": [], "warned by constant": []},
    verdict="outdated", why="Names that write into their argument end in an underscore; the old ones warn and do it.",
)
def names_without_underscore(torch, see):
    """clip_grad_norm clips gradients, and init.constant fills a tensor."""
    p = torch.nn.Parameter(torch.ones(2))
    p.grad = torch.ones(2) * 3
    with see.warnings("warned by clip_grad_norm"):
        see("norm", torch.nn.utils.clip_grad_norm([p], 1.0))
    see("p.grad", p.grad)
    print(p.grad)
    t = torch.zeros(2)
    with see.warnings("warned by constant"):
        see("filled", torch.nn.init.constant(t, 1.5))
    see("t", t)


@case(
    lines="general", fact="ERA-13", states={"sigmoid": [0.5], "tanh": [0], "warned": []},
    note="For a while these two were deprecated; they no longer are.",
)
def sigmoid_and_tanh_as_functions(torch, see):
    """nn.functional has sigmoid and tanh."""
    with see.warnings():
        see("sigmoid", torch.nn.functional.sigmoid(torch.zeros(1)))
        see("tanh", torch.nn.functional.tanh(torch.zeros(1)))


@case(
    lines="general", fact="ERA-15", states={"warnings": [], "softmax": [0.5, 0.5]},
    verdict="outdated", why="The dimension is still chosen by the number of dimensions, but with a warning.",
)
def softmax_without_dim(torch, see):
    """softmax finds by itself along which dimension to go."""
    out = torch.nn.functional.softmax(torch.tensor([1.0, 1.0]))
    see("softmax", out)
    print(out)
    see("of two dimensions", torch.nn.functional.softmax(torch.zeros(2, 4)))
    see("of three dimensions", torch.nn.functional.softmax(torch.zeros(4, 2, 1)))


@case(lines="general", fact="ERA-20", states={"changed": True})
def a_variable_can_be_optimised(torch, see):
    """An optimiser takes Variables directly, without a module."""
    v = torch.autograd.Variable(torch.ones(1), requires_grad=True)
    optimizer = torch.optim.SGD([v], lr=0.1)
    (v * 2).sum().backward()
    optimizer.step()
    see("changed", v.item() != 1)
    see("v", v)
    see("v.grad", v.grad)
    print(v)


@case(lines="general", fact="ERA-20", note="What else may and may not be given in the Variable's place.")
def what_an_optimiser_takes(torch, see):
    """An optimiser wants a list of leaves."""
    v = torch.autograd.Variable(torch.ones(1), requires_grad=True)
    with see.refusal("no leaf"):
        torch.optim.SGD([v * 2], lr=0.1)
    with see.refusal("a tensor alone"):
        torch.optim.SGD(v, lr=0.1)
    with see.refusal("nothing"):
        torch.optim.SGD([], lr=0.1)
    with see.refusal("a number"):
        torch.optim.SGD([1.0], lr=0.1)
    with see.refusal("without the flag"):
        torch.optim.SGD([torch.ones(1)], lr=0.1)
    with see.refusal("without a rate"):
        see("rate by default", torch.optim.SGD([v]).defaults["lr"])
