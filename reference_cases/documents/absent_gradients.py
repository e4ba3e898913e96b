"""When grad and grad_fn are there and when they are None, as document 002 tells it."""
import traceback

from minitorch_compat.parity import chapter, refusal

case = chapter("documents.absent_gradients", document="002_f21a07dfaf42bedb.txt")


@case(
    lines="19", fact="002-04", states={"after v**2: v.grad": 4, "after 3*v as well: v.grad": 3},
    verdict="incomplete", why="It holds the sum over every backward so far, not the derivative of one y.",
)
def grad_is_the_derivative_of_y(torch, see):
    """The grad of a Variable is the derivative of y with respect to it."""
    v = torch.autograd.Variable(torch.tensor(2.0), requires_grad=True)
    (v**2).backward()
    see("after v**2: v.grad", v.grad)
    (3 * v).backward()
    see("after 3*v as well: v.grad", v.grad)


@case(lines="19", fact="002-05", states={"before: x.grad": None, "after: x.grad": None})
def no_flag_no_gradient(torch, see):
    """With requires_grad=False, grad is None."""
    x = torch.autograd.Variable(torch.ones(2, 2))
    temp = torch.autograd.Variable(torch.zeros(2, 2), requires_grad=True)
    see("before: x.grad", x.grad)
    (x + temp).sum().backward()
    see("after: x.grad", x.grad)
    see("temp.grad", temp.grad)


@case(
    lines="19", fact="002-05", states={"at first: x.grad": None},
    note="The attribute can be written by hand, whatever the flag says, as long as shape and dtype fit.",
)
def a_gradient_set_by_hand(torch, see):
    """Without the flag the only way to a gradient is to put one there."""
    x = torch.autograd.Variable(torch.ones(2, 2))
    see("at first: x.grad", x.grad)
    given = torch.full((2, 2), 3.0)
    x.grad = given
    see("x.grad", x.grad)
    see.aliasing("given and kept", given, x.grad)
    for words, wrong in (
        ("shape", torch.ones(3)), ("dtype", torch.ones(2, 2, dtype=torch.float64)), ("number", 1.0), ("itself", x),
    ):
        with see.refusal(words):
            x.grad = wrong
    x.grad = None
    see("cleared: x.grad", x.grad)


@case(
    lines="19", fact="002-06",
    states={"before backward: v.grad": [2, 2], "after backward: v.grad": [2, 2], "m.grad": [1, 1]},
    verdict="incomplete", why="There is none before a backward has reached the tensor, and none for what was computed.",
)
def with_the_flag_there_is_a_gradient(torch, see):
    """With requires_grad=True, grad gives the value of the gradient."""
    v = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    unused = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    see("before backward: v.grad", v.grad)
    m = v * 2
    m.sum().backward()
    see("after backward: v.grad", v.grad)
    see("unused.grad", unused.grad)
    with see.warnings("of asking for m.grad"):
        see("m.grad", m.grad)
    see("m retains its gradient", m.retains_grad)


@case(lines="21", fact="002-07", states={"grad_fn without the flag": None, "grad_fn with the flag": None})
def a_variable_of_ones_own_has_no_grad_fn(torch, see):
    """What the user creates has no grad_fn."""
    for words, flag in (("without", False), ("with", True)):
        v = torch.autograd.Variable(torch.ones(2), requires_grad=flag)
        see(f"grad_fn {words} the flag", v.grad_fn)
        see(f"{words} the flag", v)


@case(
    lines="21", fact="002-08",
    states={"a scalar with the flag": refusal(RuntimeError), "a scalar without the flag": refusal(RuntimeError)},
    verdict="wrong", why="What counts is the flag: a leaf that requires a gradient gets 1 from its own backward.",
)
def backward_cannot_start_at_a_variable_of_ones_own(torch, see):
    """Having no grad_fn, a Variable made by the user cannot be the start of backward."""
    Variable = torch.autograd.Variable
    v = Variable(torch.tensor(3.0), requires_grad=True)
    with see.refusal("a scalar with the flag"):
        v.backward()
    see("v.grad", v.grad)
    w = Variable(torch.ones(2), requires_grad=True)
    weights = torch.tensor([5.0, 6.0])
    with see.refusal("a vector with the flag and weights"):
        w.backward(weights)
    see("w.grad", w.grad)
    see.aliasing("weights and w.grad", weights, w.grad)
    with see.refusal("a scalar without the flag"):
        Variable(torch.tensor(3.0)).backward()


@case(
    lines="21", fact="002-09",
    states={"a + b has a grad_fn": True, "a + a has a grad_fn": False, "b > 0 has a grad_fn": True},
    verdict="incomplete", why="Grad mode, detach and operations without a derivative are left out.",
)
def computed_from_a_tracked_variable(torch, see):
    """A computed Variable has a grad_fn exactly when one of those it came from requires a gradient."""
    a = torch.autograd.Variable(torch.ones(2))
    b = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    see("a + b has a grad_fn", (a + b).grad_fn is not None)
    see("a + a has a grad_fn", (a + a).grad_fn is not None)
    see("b > 0 has a grad_fn", (b > 0).grad_fn is not None)
    see("a + b", a + b)
    see("a + a", a + a)
    see("b > 0", b > 0)
    see("b.argmax()", b.argmax())
    see("b.int()", b.int())
    see("(a + b).detach()", (a + b).detach())
    with torch.no_grad():
        see("a + b under no_grad", a + b)


@case(
    lines="71-93", fact="002-18", states={"line of the script": 12, "y.backward()": refusal(RuntimeError)},
    verdict="incomplete", why="The traceback breaks off before it names the exception and its message.",
)
def a_mean_without_the_flag_cannot_go_back(torch, see):
    """A mean made of x alone, which asks for no gradient, makes backward fail at line 12 of the script."""
    # The import lines of the script are left blank here: each engine is handed in by name.
    script = [""] * 4 + ["x = Variable(torch.ones(2, 2))", "temp = Variable(torch.zeros(2, 2), requires_grad=True)"]
    script += [""] * 2 + ["y = x + 2", "y = y.mean()", "", "y.backward()"]
    names = {"torch": torch, "Variable": torch.autograd.Variable}
    line = None
    with see.refusal("y.backward()"):
        try:
            exec(compile("\n".join(script), "path", "exec"), names)
        except RuntimeError as error:
            line = next(frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "path")
            raise
    see("line of the script", line)
    see("y", names["y"])
    see("x.grad", names["x"].grad)
    see("temp.grad", names["temp"].grad)


@case(
    lines="93", fact="002-19",
    states={"y.grad_fn": None, "y.requires_grad": False, "with the flag on": refusal(RuntimeError)},
    verdict="incomplete", why="A missing grad_fn is half of the condition: with the flag on, this y accepts backward.",
)
def the_reason_is_the_missing_grad_fn(torch, see):
    """backward fails because x, the only variable behind y, wants no gradient and so y has no grad_fn."""
    y = (torch.autograd.Variable(torch.ones(2, 2)) + 2).mean()
    see("y.grad_fn", y.grad_fn)
    see("y.requires_grad", y.requires_grad)
    see("y", y)
    with see.refusal("with the flag off"):
        y.backward()
    see("requires_grad_ returns its tensor", y.requires_grad_() is y)
    with see.refusal("with the flag on"):
        y.backward()
    see("y.grad", y.grad)
    see("y.grad_fn afterwards", y.grad_fn)


@case(lines="95-113", fact="002-20", states={"y.grad_fn": None})
def a_mean_without_the_flag_has_no_grad_fn(torch, see):
    """Printed, the grad_fn of such a mean is the word for nothing."""
    x = torch.autograd.Variable(torch.ones(2, 2), requires_grad=False)
    y = (x + 2).mean()
    print(y.grad_fn)
    see("y.grad_fn", y.grad_fn)
    see("y", y)
    see("y printed", str(y))
