"""What Variable is, and what wrapping a tensor in it does, as document 000 tells it."""
from minitorch_compat.parity import chapter, refusal

case = chapter("documents.variable_the_class", document="000_d699a83e2cdbec99.txt")

VARIABLE = "<class 'torch.autograd.variable.Variable'>"


@case(
    lines="3, 7", fact="000-01", states={"type of the result": VARIABLE},
    verdict="outdated", why="Calling Variable gives a plain Tensor; nothing is ever an instance of its own class.",
)
def variable_is_a_class_that_wraps(torch, see):
    """Variable is a class of torch.autograd, and what it makes is one of its instances around a tensor."""
    Variable = torch.autograd.Variable
    v = Variable(torch.ones(2))
    see("v", v)
    see("type of the result", type(v))
    see("Variable is Tensor", Variable is torch.Tensor)
    see("Variable derives from Tensor", issubclass(Variable, torch.Tensor))
    see("Tensor derives from Variable", issubclass(torch.Tensor, Variable))


@case(
    lines="3, 7", fact="000-01", states={"isinstance of Variable": {"v": True, "a plain tensor": False}},
    verdict="outdated", why="The metaclass says yes to every tensor, whether or not Variable was called for it.",
)
def isinstance_knows_a_variable(torch, see):
    """As a class of its own, Variable tells what it has wrapped from what it has not."""
    Variable = torch.autograd.Variable
    v, t = Variable(torch.ones(2)), torch.ones(2)
    see("isinstance of Variable", {"v": isinstance(v, Variable), "a plain tensor": isinstance(t, Variable)})
    see("isinstance of Tensor", [isinstance(each, torch.Tensor) for each in (v, t)])
    others = {"list": [1.0], "float": 1.0, "None": None, "class": torch.Tensor, "dtype": torch.float32}
    see("isinstance of others", {name: isinstance(other, Variable) for name, other in others.items()})
    see("module and name", [Variable.__module__, Variable.__name__, Variable.__qualname__])
    see("class of the class", type(Variable).__name__)
    see("line of descent", [each.__name__ for each in Variable.__mro__])
    see("itself", Variable)


@case(
    lines="7", fact="000-02", states={"without the flag": refusal(None), "with the flag": refusal(None)},
    verdict="incomplete", why="Only a Variable made with requires_grad=True can; the flag is off by default.",
)
def a_variable_can_be_differentiated(torch, see):
    """backward can be called on a tensor that was made through Variable, and computes gradients."""
    Variable = torch.autograd.Variable
    plain = Variable(torch.tensor(3.0))
    with see.refusal("without the flag"):
        plain.backward()
    see("plain.grad", plain.grad)
    v = Variable(torch.tensor(3.0), requires_grad=True)
    with see.refusal("with the flag"):
        v.backward()
    see("v.grad", v.grad)
    see("v", v)
    see("v printed", str(v))


@case(
    lines="11-16", fact="000-03", states={"size": [3], "type of x": VARIABLE},
    verdict="wrong", why="The code calls torch.tensor alone; the Variable it imports is never used.",
)
def three_numbers_wrapped_in_a_variable(torch, see):
    """The first example makes a tensor of size 3 and wraps it in Variable."""
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    see("x", x)
    see("type of x", type(x))
    see("size", x.size())
    see("numel and dim", [x.numel(), x.dim(), len(x)])
    see("x.grad", x.grad)
    see("repr", repr(x))
    print(x)


@case(
    lines="16", fact="000-04", states={"flags": [True, False], "there is a gradient": [True, False]},
)
def the_flag_asks_for_a_gradient(torch, see):
    """requires_grad=True marks the tensor for which a derivative is wanted."""
    a = torch.tensor([1.0, 2.0], requires_grad=True)
    b = torch.tensor([3.0, 4.0])
    see("flags", [a.requires_grad, b.requires_grad])
    (a * b).sum().backward()
    see("there is a gradient", [a.grad is not None, b.grad is not None])
    see("a.grad", a.grad)
    see("b.grad", b.grad)


@case(lines="11-12, 43-44", fact="000-11", states={"warnings": [], "one class under both names": True})
def the_import_makes_variable_available(torch, see):
    """Importing Variable from torch.autograd makes it available."""
    see("one class under both names", torch.autograd.variable.Variable is torch.autograd.Variable)
    see("made", torch.autograd.variable.Variable(torch.ones(1)))


@case(
    lines="11-12, 43-44", fact="000-11", states={"differentiated without Variable": False},
    verdict="outdated", why="A tensor differentiates by itself; the first example never uses what it imports.",
)
def the_import_is_needed(torch, see):
    """To differentiate, one first needs Variable."""
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    x.sum().backward()
    see("differentiated without Variable", x.grad is not None)
    see("x.grad", x.grad)
    with see.refusal("torch.Variable"):
        torch.Variable  # noqa: B018
    with see.refusal("torch.nn.Variable"):
        torch.nn.Variable  # noqa: B018
    see("torch.autograd offers", [hasattr(torch.autograd, name) for name in ("Variable", "variable", "Variables")])


@case(
    lines="50-54", fact="000-13", states={"type of x": VARIABLE, "requires_grad": False},
    verdict="outdated", why="Nothing is packed: a second Tensor over the same memory comes back.",
)
def variable_packs_a_tensor(torch, see):
    """Variable(data, requires_grad=False) packs a tensor that needs no gradient."""
    t = torch.tensor([[1.0], [2.0], [3.0]])
    x = torch.autograd.Variable(t, requires_grad=False)
    see("x", x)
    see("type of x", type(x))
    see("requires_grad", x.requires_grad)
    see("requires_grad when it is not said", torch.autograd.Variable(t).requires_grad)
    see.aliasing("x and t", x, t)


@case(
    lines="50-54", fact="000-13", states={"t after a write to x": [[1], [2], [3]]},
    verdict="outdated", why="The two share memory and version counter, so each sees what is written to the other.",
)
def the_packed_tensor_is_apart(torch, see):
    """Inside its Variable the tensor is something apart from the name it was made under."""
    t = torch.tensor([[1.0], [2.0], [3.0]])
    x = torch.autograd.Variable(t, requires_grad=False)
    x[0, 0] = 9.0
    see("t after a write to x", t)
    see.versions("versions after a write to x", x, t)
    t.mul_(2)
    see("x after a write to t", x)
    see.versions("versions after a write to t", x, t)
