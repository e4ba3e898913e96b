"""Copies of tensors: clone, copy, deepcopy, pickle and save."""
import copy
import io
import pickle

from minitorch_compat.parity import chapter

case = chapter("tensor.copies")


@case(fact="B-089")
def a_deep_copy_of_a_leaf(torch, see):
    """deepcopy of a leaf copies its memory and its gradient."""
    x = torch.ones(2, requires_grad=True)
    (x * 2).sum().backward()
    c = copy.deepcopy(x)
    see("c", c)
    see("c.grad", c.grad)
    see.aliasing("x and c", x, c)
    see.aliasing("their gradients", x.grad, c.grad)


@case(fact="B-089")
def a_deep_copy_of_a_result(torch, see):
    """deepcopy of a result is refused, also where it is part of a module."""
    x = torch.ones(2, requires_grad=True)
    with see.refusal("a result"):
        copy.deepcopy(x * 2)
    module = torch.nn.Linear(1, 1)
    module.held = module(torch.ones(1, 1))
    with see.refusal("in a module"):
        copy.deepcopy(module)


@case(fact="B-089")
def a_shallow_copy(torch, see):
    """copy.copy gives another tensor over the same memory, a leaf with the flag and without gradient."""
    x = torch.ones(2, requires_grad=True)
    (x * 2).sum().backward()
    s = copy.copy(x)
    see("s", s)
    see("s.grad", s.grad)
    see.aliasing("x and s", x, s)
    with see.refusal("of a result"):
        see("copy of a result", copy.copy(x * 2))


@case(fact="B-090")
def clone(torch, see):
    """A clone is a recorded copy, through which the gradient goes back."""
    x = torch.ones(2, requires_grad=True)
    c = x.clone()
    see("c", c)
    see.aliasing("x and c", x, c)
    (c * 3).sum().backward()
    see("x.grad", x.grad)
    see("detach, clone", x.detach().clone())
    see("clone, detach", x.clone().detach())


@case(fact="B-091")
def pickled(torch, see):
    """A pickled leaf keeps its flag and loses its gradient; a result comes back as a leaf, a Parameter as one."""
    x = torch.ones(2, requires_grad=True)
    x.sum().backward()
    leaf = pickle.loads(pickle.dumps(x))
    see("leaf", leaf)
    see("leaf.grad", leaf.grad)
    see("result", pickle.loads(pickle.dumps(x * 2)))
    see("parameter", pickle.loads(pickle.dumps(torch.nn.Parameter(torch.ones(1)))))


@case(fact="B-091")
def saved_and_loaded(torch, see):
    """torch.save and torch.load bring a result back as a leaf that requires grad."""
    x = torch.ones(2, requires_grad=True)
    file = io.BytesIO()
    torch.save(x * 2, file)
    file.seek(0)
    see("loaded", torch.load(file))


@case(fact="B-091")
def loading_takes_weights_only(torch, see):
    """A file that names a function is refused as long as only weights are wanted."""
    file = io.BytesIO()
    torch.save({"a": torch.ones(1), "f": print}, file)
    file.seek(0)
    try:
        torch.load(file)
    except Exception as error:
        see("type", type(error).__name__)
        see("beginning", str(error)[:25])
