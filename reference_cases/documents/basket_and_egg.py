"""Variable as the basket that carries a tensor, as document 002 tells it."""
import numpy as np

from minitorch_compat.parity import chapter

case = chapter("documents.basket_and_egg", document="002_f21a07dfaf42bedb.txt")


@case(
    lines="9", fact="002-01",
    states={"the object is of class Variable": True, "Variable itself has": {"backward": True, "grad": True}},
    verdict="outdated",
    why="Everything that differentiates belongs to Tensor; Variable is left as a door to it.",
)
def variable_is_the_class_that_differentiates(torch, see):
    """Variable is the class at the heart of Autograd: it wraps a tensor and adds back propagation."""
    Variable = torch.autograd.Variable
    v = Variable(torch.ones(2, 2), requires_grad=True)
    see("the object is of class Variable", type(v) is Variable)
    see("the object is of class Tensor", type(v) is torch.Tensor)
    see("isinstance of Variable, of Tensor", [isinstance(v, Variable), isinstance(v, torch.Tensor)])
    see("Variable itself has", {name: hasattr(Variable, name) for name in ("backward", "grad")})
    see("Variable has also", {name: hasattr(Variable, name) for name in ("grad_fn", "requires_grad", "data")})
    names = ("backward", "grad", "grad_fn", "requires_grad", "data")
    see("Tensor has", {name: hasattr(torch.Tensor, name) for name in names})


@case(
    lines="13", fact="002-02", states={"v": [[1, 1], [1, 1]]},
    verdict="incomplete", why="It is not said that only a tensor is taken, nor that the argument may be left out.",
)
def a_variable_is_made_from_a_tensor(torch, see):
    """The tensor goes into the Variable as its argument, like an egg into a basket."""
    Variable = torch.autograd.Variable
    t = torch.ones(2, 2)
    v = Variable(t)
    see("v", v)
    see.aliasing("t and v", t, v)
    see("by keyword", Variable(data=t, requires_grad=True))
    see("flag by position", Variable(t, True))
    see("t afterwards", t)
    see("without argument", Variable())
    see("from None", Variable(None))


@case(
    lines="13", fact="002-02", states={"v is t": False, "t after v.add_(1)": [[2, 2], [2, 2]]},
    verdict="incomplete", why="That basket and egg are two objects over one memory is left to the image.",
)
def a_variable_and_its_tensor_share_memory(torch, see):
    """What is put into the basket stays the same egg: the Variable holds the tensor's own numbers."""
    t = torch.ones(2, 2)
    v = torch.autograd.Variable(t)
    see("v is t", v is t)
    v.add_(1)
    see("t after v.add_(1)", t)
    see.versions("versions of v and t", v, t)


@case(
    lines="13", fact="002-02",
    verdict="incomplete", why="The document does not say what happens to an argument that is no tensor.",
)
def only_tensors_go_into_the_basket(torch, see):
    """The argument of Variable has to be a tensor."""
    for words, data in (
        ("list", [1.0, 2.0]), ("tuple", (1.0,)), ("int", 3), ("bool", True), ("str", "egg"), ("ndarray", np.ones(2)),
    ):
        with see.refusal(words):
            torch.autograd.Variable(data)


@case(
    lines="15", fact="002-03",
    states={"Variable": False, "torch.ones": False, "torch.tensor": False},
)
def the_flag_is_off_by_default(torch, see):
    """requires_grad says whether to differentiate, and is False unless asked for."""
    see("Variable", torch.autograd.Variable(torch.ones(2, 2)).requires_grad)
    see("torch.ones", torch.ones(2).requires_grad)
    see("torch.tensor", torch.tensor([1.0]).requires_grad)
    see("Parameter", torch.nn.Parameter(torch.ones(1)).requires_grad)
    see("Variable of a tracked tensor", torch.autograd.Variable(torch.ones(2, requires_grad=True)).requires_grad)


@case(
    lines="23, 27", fact="002-10", states={"v.data is t": True, "v.data is v.data": True},
    verdict="outdated", why="Each access makes an alias with a version counter of its own; only memory is shared.",
)
def data_is_the_egg_itself(torch, see):
    """The attribute data is the very tensor that was wrapped."""
    t = torch.ones(2, 2)
    v = torch.autograd.Variable(t, requires_grad=True)
    see("v.data is t", v.data is t)
    see("v.data is v.data", v.data is v.data)
    see("v.data", v.data)
    see.aliasing("t, v, v.data", t, v, v.data)
    v.data.add_(1)
    see("t after v.data.add_(1)", t)
    see.versions("versions of v and t", v, t)


@case(
    lines="25-27", fact="002-11", states={"data": [[1, 1], [1, 1]], "grad": None, "grad_fn": None},
    verdict="incomplete", why="There are many more attributes, among them the flag that the same text has named.",
)
def three_attributes(torch, see):
    """A Variable has three attributes: data, grad and grad_fn."""
    v = torch.autograd.Variable(torch.ones(2, 2), requires_grad=True)
    see("data", v.data)
    see("grad", v.grad)
    see("grad_fn", v.grad_fn)
    names = ("requires_grad", "is_leaf", "_version", "retains_grad", "output_nr", "_base", "_backward_hooks")
    see("further attributes", {name: getattr(v, name) for name in names})
    see("kind", [str(v.device), str(v.layout), str(v.dtype), v.is_sparse])
    computed = v * 2
    see("of a computed one", {name: getattr(computed, name) for name in names})


@case(
    lines="27", fact="002-12", states={"class of grad": "Variable", "grad is a Tensor": False},
    verdict="outdated", why="A gradient is a plain Tensor; it passes for a Variable as every tensor does.",
)
def grad_is_a_variable(torch, see):
    """The gradient is itself a Variable and no Tensor."""
    v = torch.autograd.Variable(torch.tensor([2.0]), requires_grad=True)
    (v**3).backward()
    see("class of grad", type(v.grad).__name__)
    see("grad is a Tensor", isinstance(v.grad, torch.Tensor))
    see("grad passes for a Variable", isinstance(v.grad, torch.autograd.Variable))
    see("v.grad", v.grad)


@case(
    lines="27", fact="002-12", states={"class of grad": "Variable", "v.grad.requires_grad": True},
    verdict="outdated", why="It is a Tensor, and in a graph only where backward was asked to create one, which warns.",
)
def a_gradient_that_can_be_differentiated(torch, see):
    """A gradient, being a Variable, may belong to a graph of its own."""
    v = torch.autograd.Variable(torch.tensor([2.0]), requires_grad=True)
    with see.warnings("of backward"):
        (v**3).backward(create_graph=True)
    see("v.grad", v.grad)
    see("class of grad", type(v.grad).__name__)
    see("v.grad.requires_grad", v.grad.requires_grad)
    see("printed", str(v.grad))
    see.graph("graph of v.grad", v.grad)
    second = torch.autograd.grad(v.grad, v)[0]
    see.gradient("second derivative", second)
    v.grad = None


@case(lines="27", fact="002-13", states={"shapes": [True, True, True, True, True]})
def grad_has_the_shape_of_data(torch, see):
    """The gradient has the same shape as the data."""
    same = []
    for shape, other in (
        ((), (2, 3)), ((1,), (2, 3, 1)), ((2, 2), (2, 3, 2, 2)), ((3, 1), (3, 4)), ((0,), (2, 3, 0)),
    ):
        v = torch.autograd.Variable(torch.ones(shape), requires_grad=True)
        (v * torch.full(other, 2.0)).sum().backward()
        see(f"{shape}: v.grad", v.grad)
        same.append(v.grad.shape == v.data.shape and v.grad.dtype == v.dtype and v.grad.device == v.device)
    see("shapes", same)


@case(
    lines="27", fact="002-14", states={"is a Function": True},
    verdict="outdated", why="It is a node that only the engine makes; Function is the class users derive from.",
)
def grad_fn_is_a_function(torch, see):
    """grad_fn points at the Function object that back propagation will use."""
    v = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    y = (v + 2).mean()
    node = y.grad_fn
    see("is a Function", isinstance(node, torch.autograd.Function))
    see("is a Node", isinstance(node, torch.autograd.graph.Node))
    see("names", [node.name(), type(node).__name__, type(node).__module__])
    see("callable", callable(node))
    see("the same object while held", y.grad_fn is node)
    print(node)
