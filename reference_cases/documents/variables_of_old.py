"""What Variable took, was and printed in its own days, and what became of that."""
import numpy as np

from minitorch_compat.parity import chapter, matches, refusal

case = chapter("documents.variables_of_old")

VARIABLE = "<class 'torch.autograd.variable.Variable'>"


@case(
    document="002_f21a07dfaf42bedb.txt", lines="13", fact="ERA-06",
    states={name: refusal(TypeError) for name in ("list", "tuple", "float", "int", "str", "ndarray", "None")},
    verdict="incomplete", why="None, or no argument at all, is taken as well, and makes an empty tensor.",
)
def a_tensor_and_nothing_else(torch, see):
    """What Variable is given has to be a tensor."""
    Variable = torch.autograd.Variable
    others = {
        "list": [1.0, 2.0], "tuple": (1.0,), "float": 3.0, "int": 3, "bool": True, "str": "a", "ndarray": np.ones(2),
        "NumPy number": np.float32(1), "size": torch.ones(2).shape, "class": torch.Tensor, "None": None,
    }
    for name, other in others.items():
        with see.refusal(name):
            Variable(other)
    see("Variable(None)", Variable(None))


@case(
    document="002_f21a07dfaf42bedb.txt", lines="13", fact="ERA-06",
    note="The document shows one argument; these are the others it may have, and wrong ones.",
)
def the_other_arguments(torch, see):
    """Beside the tensor there is the flag, as a truth value."""
    Variable = torch.autograd.Variable
    with see.refusal("a tensor as flag"):
        Variable(torch.ones(1), torch.ones(1))
    with see.refusal("an unknown keyword"):
        Variable(torch.ones(1), foo=1)
    with see.refusal("None as flag"):
        Variable(torch.ones(1), requires_grad=None)
    with see.refusal("text as flag"):
        Variable(torch.ones(1), requires_grad="yes")
    with see.refusal("one as flag"):
        see("flagged by 1", Variable(torch.ones(1), requires_grad=1))


@case(
    lines="general", fact="ERA-07", states={"v is a Variable": True, "t is a Variable": False},
    verdict="outdated", why="Every tensor passes, a Parameter and integers too; no type is Variable itself.",
)
def isinstance_of_variable(torch, see):
    """isinstance(x, Variable) tells what was wrapped from what was not."""
    Variable = torch.autograd.Variable
    v, t = Variable(torch.ones(1)), torch.ones(1)
    see("v is a Variable", isinstance(v, Variable))
    see("t is a Variable", isinstance(t, Variable))
    others = [torch.nn.Parameter(torch.ones(1)), torch.ones(1, dtype=torch.int64), 1.0, np.ones(1), None]
    see("others are", [isinstance(other, Variable) for other in others])
    see("type of v is Variable", type(v) is Variable)
    see("Tensor derives from Variable", issubclass(torch.Tensor, Variable))


@case(
    lines="general", fact="ERA-08", states={"type": VARIABLE, "w.grad": None},
    verdict="outdated", why="It still cuts the graph, but there is no wrapper: detach says the same, and says it.",
)
def a_variable_of_a_variable(torch, see):
    """Wrapped once more, a computed Variable is a new one, cut off from where it came from."""
    Variable = torch.autograd.Variable
    w = torch.ones(2, requires_grad=True)
    m = w * 3
    see("type", type(Variable(m)))
    see("Variable(m)", Variable(m))
    r = Variable(m, requires_grad=True)
    see("r", r)
    (r * 2).sum().backward()
    see("r.grad", r.grad)
    see("w.grad", w.grad)
    see.aliasing("m and r", m, r)
    see("Variable of a leaf with the flag", Variable(w))
    see("m", m)


@case(
    lines="general", fact="ERA-16", states=refusal(None),
    verdict="outdated", why="Integers make a Variable only without the flag.",
)
def a_variable_of_integers(torch, see):
    """A Variable can be built on a LongTensor, with the flag."""
    with see.refusal():
        torch.autograd.Variable(torch.LongTensor([1, 2]), requires_grad=True)
    v = torch.autograd.Variable(torch.LongTensor([1, 2]))
    see("without the flag", v)
    print(v)


@case(
    lines="general", fact="ERA-17", states={"shape of the sum": [1], "shape of the mean": [1]},
    verdict="outdated", why="Sum and mean have no dimension any more.",
)
def a_sum_was_a_vector_of_one(torch, see):
    """The sum of a Variable is a vector of one element."""
    v = torch.autograd.Variable(torch.ones(2, 2))
    total, mean = v.sum(), v.mean()
    see("shape of the sum", total.shape)
    see("shape of the mean", mean.shape)
    see("dim", [total.dim(), mean.dim()])
    see("sum", total)
    see("mean", mean)
    print(total, mean)


@case(
    lines="general", fact="ERA-18", states={"repr": matches("Variable containing:.*")},
    verdict="outdated", why="A tensor prints as one, with its flag; only a Parameter still says what it contains.",
)
def variable_containing(torch, see):
    """Printed, a Variable begins with the words that it is one and contains something."""
    v = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    see("repr", repr(v))
    see("without the flag", repr(torch.autograd.Variable(torch.ones(2))))
    see("Parameter", repr(torch.nn.Parameter(torch.ones(2))))


@case(
    lines="general", fact="ERA-19", states={"from_numpy": refusal(None), "_execution_engine": True},
    verdict="outdated", why="Of its helpers, the class has kept the engine alone.",
)
def helpers_on_the_class(torch, see):
    """Variable carries the engine that executes backward, and helpers such as from_numpy."""
    Variable = torch.autograd.Variable
    see("_execution_engine", hasattr(Variable, "_execution_engine"))
    see("type of the engine", type(Variable._execution_engine).__name__)
    with see.refusal("from_numpy"):
        Variable.from_numpy(np.ones(1))
    see("of its own", sorted(name for name in vars(Variable) if not name.startswith("__")))
