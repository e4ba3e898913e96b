"""What a Variable adds to a tensor, as document 003 tells it."""
import importlib

from minitorch_compat.parity import chapter

case = chapter("documents.from_tensor_to_variable", document="003_26a4ad811299ad37.txt")


@case(
    lines="2", fact="003-01", states={"tensors alone make a graph": False},
    verdict="outdated", why="Any tensor that requires a gradient builds the graph by itself.",
)
def tensors_alone_build_no_graph(torch, see):
    """Tensors are not enough for a network: what builds the graph is the Variable."""
    t = torch.tensor([1.0], requires_grad=True)
    y = t * 2
    see("tensors alone make a graph", y.grad_fn is not None)
    see("y", y)
    see.graph("graph of y", y)
    y.backward()
    see("t.grad", t.grad)


@case(
    lines="2, 4-7", fact="003-02", states={"data": [1, 1], "grad": None, "grad_fn": None, "Data is there": True},
    verdict="incomplete", why="There are more than these three, and the first is spelled in lower case.",
)
def three_attributes(torch, see):
    """A Variable has three attributes: Data, which is the tensor, grad, and grad_fn, which tells how it was made."""
    v = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    see("data", v.data)
    see("grad", v.grad)
    see("grad_fn", v.grad_fn)
    print(v.data, v.grad, v.grad_fn)
    see("Data is there", hasattr(v, "Data"))
    with see.refusal("asking for Data"):
        print(v.Data)


@case(
    lines="3", fact="003-03",
    states={"flag off: graphs of v + 1 and t + 1": [True, False], "flag on: graphs of v + 1 and t + 1": [True, False]},
    verdict="outdated", why="What brings either into the graph is the flag, whatever it was made by.",
)
def only_a_variable_enters_the_graph(torch, see):
    """Variable and tensor are alike in essence; the difference is that a Variable is put into a graph."""
    v = torch.autograd.Variable(torch.ones(1))
    t = torch.ones(1)
    see("flag off: graphs of v + 1 and t + 1", [(v + 1).grad_fn is not None, (t + 1).grad_fn is not None])
    v.requires_grad_()
    t.requires_grad_()
    see("flag on: graphs of v + 1 and t + 1", [(v + 1).grad_fn is not None, (t + 1).grad_fn is not None])
    see("v + 1", v + 1)
    see("t + 1", t + 1)


@case(
    lines="3, 8", fact="003-04",
    states={"torch.autograd.Variable": True, "module variables": True},
    verdict="ambiguous", why="The garbled sentence reads like a module named variables; the import line has the class.",
)
def where_variable_lives(torch, see):
    """Variable is found in torch.autograd, or in variables."""
    see("torch.autograd.Variable", hasattr(torch.autograd, "Variable"))
    for name in ("variable", "variables"):
        try:
            module = importlib.import_module(f"{torch.__name__}.autograd.{name}")
        except ModuleNotFoundError as error:
            see(f"module {name}", False)
            see(f"the missing part of {name}", str(error.name).removeprefix(torch.__name__))
        else:
            see(f"module {name}", True)
            see(f"{name} has the same class", module.Variable is torch.autograd.Variable)


@case(lines="3", fact="003-05", states={"v": [1, 2], "v has the numbers of a": True})
def variable_of_a_tensor(torch, see):
    """Calling Variable on a tensor a is all it takes to turn a into a Variable."""
    a = torch.tensor([1, 2])
    v = torch.autograd.Variable(a)
    see("v", v)
    see("a", a)
    see("v has the numbers of a", torch.equal(a, v))
    see("one type", type(a) is type(v))
    see.aliasing("a and v", a, v)
    with see.refusal("an integer Variable that asks for a gradient"):
        torch.autograd.Variable(a, requires_grad=True)


@case(
    lines="6", fact="003-06", states={"class of grad": "Variable", "shape of grad": (10, 5)},
    verdict="outdated", why="The shape is right, the class is Tensor as everywhere.",
)
def grad_is_a_variable_of_the_same_shape(torch, see):
    """grad is kept as a Variable rather than a Tensor, in the shape of data."""
    v = torch.autograd.Variable(torch.randn(10, 5), requires_grad=True)
    v.sum().backward()
    see("class of grad", type(v.grad).__name__)
    see("shape of grad", v.grad.shape)
    see("v.grad", v.grad)
    see("v.data", v.data)


@case(
    lines="7", fact="003-07", states={"is a Function": True},
    verdict="outdated", why="It is a node of the engine's own; Function is the class that users derive from.",
)
def grad_fn_is_a_function(torch, see):
    """grad_fn is the Function object that finds the gradient on the way back."""
    node = torch.autograd.Variable(torch.ones(2), requires_grad=True).sum().grad_fn
    see("is a Function", isinstance(node, torch.autograd.Function))
    see("is a Node", isinstance(node, torch.autograd.graph.Node))
    print(type(node))
    see("name", node.name())
