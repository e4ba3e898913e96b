"""The flag requires_grad, being a leaf, and leaving the graph."""
from minitorch_compat.parity import chapter

case = chapter("tensor.requires_grad")


@case(fact="B-040")
def detach_in_place(torch, see):
    """detach_ makes a result a leaf, takes the flag from a leaf, and returns the tensor."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    same = y.detach_()
    see.aliasing("y and what detach_ returns", y, same)
    see("y", y)
    x.detach_()
    see("x", x)


@case(fact="B-040")
def a_view_is_not_detached_in_place(torch, see):
    """A view must be detached into a new tensor."""
    z = torch.ones(2, requires_grad=True) * 2
    v = z[:1]
    with see.refusal():
        v.detach_()
    see("v", v)


@case(fact="B-041")
def setting_the_flag(torch, see):
    """Only a leaf can lose the flag; a result may be told again that it has it by the method alone."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    with see.refusal("y.requires_grad = True"):
        y.requires_grad = True
    with see.refusal("y.requires_grad_()"):
        y.requires_grad_()
    with see.refusal("y.requires_grad = False"):
        y.requires_grad = False
    with see.refusal("y.requires_grad_(False)"):
        y.requires_grad_(False)
    see("y", y)


@case(fact="B-041")
def clearing_the_flag_after_the_forward_pass(torch, see):
    """The graph of before still leads to the leaf, which then takes no gradient."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    with see.refusal("clearing"):
        x.requires_grad = False
    see("x", x)
    see("y", y)
    with see.refusal("backward"):
        y.sum().backward()
    see("x.grad", x.grad)


@case(fact="B-041")
def flags_that_are_no_flags(torch, see):
    """requires_grad takes a bool and nothing else; is_leaf and grad_fn cannot be set."""
    x = torch.ones(2, requires_grad=True)
    for name, value in (
        ("requires_grad", 1), ("requires_grad", None), ("requires_grad", "yes"), ("is_leaf", True), ("grad_fn", None),
    ):
        with see.refusal(f"{name} = {value}"):
            setattr(x, name, value)
    see("x", x)


@case(fact="B-042")
def integers_have_no_gradient(torch, see):
    """Each way to ask for the gradient of integers is refused, in its own words; asking for none is not."""
    i = torch.tensor([1])
    for words, attempt in (
        ("tensor", lambda: torch.tensor([1, 2], requires_grad=True)),
        ("ones", lambda: torch.ones(2, dtype=torch.int32, requires_grad=True)),
        ("requires_grad_", lambda: torch.tensor([1]).requires_grad_()),
        ("attribute", lambda: setattr(i, "requires_grad", True)),
        ("attribute cleared", lambda: setattr(i, "requires_grad", False)),
        ("Parameter", lambda: torch.nn.Parameter(torch.tensor([1]))),
        ("arange", lambda: torch.arange(3, requires_grad=True)),
        ("bool", lambda: torch.tensor([True], requires_grad=True)),
    ):
        with see.refusal(words):
            attempt()
    see("floats", torch.arange(3.0, requires_grad=True))


@case(fact="B-044")
def who_is_a_leaf(torch, see):
    """What was not made by a recorded operation is a leaf; conversions that change nothing return the tensor."""
    x = torch.ones(2, requires_grad=True)
    for words, each in (
        ("plain", torch.ones(1)), ("computed from plain", torch.ones(1) + 1), ("leaf", x), ("computed", x + 1),
        ("detached", (x + 1).detach()), ("clone", x.clone()), ("double", x.double()), ("float", x.float()),
        ("to cpu", x.to("cpu")), ("int", x.int()), ("view", x.view(2)), ("contiguous", x.contiguous()),
    ):
        see(words, each)
    see.aliasing("x, float, to, contiguous", x, x.float(), x.to("cpu"), x.contiguous())
    with torch.no_grad():
        see("under no_grad", x + 1)
        see("view under no_grad", x.view(2))


@case(fact="B-045")
def asking_before_or_after_an_operation(torch, see):
    """A scaled leaf is no leaf any more; scaled first and flagged afterwards it is one."""
    a = torch.randn(2, requires_grad=True) * 0.1
    b = (torch.randn(2) * 0.1).requires_grad_()
    a.sum().backward()
    b.sum().backward()
    see("a", a)
    see("a.grad", a.grad)
    see("b", b)
    see("b.grad", b.grad)


@case(fact="B-122")
def a_new_leaf_over_the_same_memory(torch, see):
    """detach and requires_grad_ begin a graph of their own, whose gradients do not reach the old one."""
    x = torch.ones(2, requires_grad=True)
    y = x * 3
    z = y.detach().requires_grad_()
    (z * 2).sum().backward()
    see("z", z)
    see("z.grad", z.grad)
    see("x.grad", x.grad)
    see.aliasing("y and z", y, z)


@case(fact="B-123")
def data_of_a_result(torch, see):
    """data is the memory without history; a flag set on it stays there."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    data = y.data
    see("data", data)
    data.requires_grad_()
    see("data flagged", data)
    see("y", y)
    y.sum().backward()
    see("x.grad", x.grad)
    see("x.grad.data", x.grad.data)
    see.aliasing("x.grad and its data", x.grad, x.grad.data)


@case(fact="B-123")
def data_cannot_be_deleted_nor_passed_back(torch, see):
    """Deleting data is refused, and so is backward from it."""
    x = torch.ones(2, requires_grad=True)
    with see.refusal("del x.data"):
        del x.data
    with see.refusal("backward"):
        x.data.backward()
