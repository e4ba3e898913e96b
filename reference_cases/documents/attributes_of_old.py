"""Attributes of the Variable era that readers of these documents still meet, and what became of them."""
from minitorch_compat.parity import chapter, refusal

case = chapter("documents.attributes_of_old")


@case(
    document="004_1f92f23d1b2036bb.txt", lines="5", fact="ERA-01",
    states={"warnings": [], "what is derived is tracked": False},
    verdict="outdated", why="The flag went with 0.4: it warns, does nothing, and no_grad has taken its place.",
)
def volatile_at_the_making(torch, see):
    """Variable(t, volatile=True), used for inference, turns recording off for all that is computed from it."""
    v = torch.autograd.Variable(torch.ones(2), volatile=True)
    see("v", v)
    w = torch.ones(2, requires_grad=True)
    see("what is derived is tracked", (v * w).requires_grad)
    see("product", v * w)
    with see.warnings("with volatile=False"):
        torch.autograd.Variable(torch.ones(2), volatile=False)
    with see.warnings("with both flags"), see.refusal("with both flags at once"):
        see("v with both flags", torch.autograd.Variable(torch.ones(2), requires_grad=True, volatile=True))


@case(
    lines="general", fact="ERA-02", states={"warnings": [], "after setting": True},
    verdict="outdated", why="The attribute is left to warn, on reading and on writing; it is always False.",
)
def volatile_as_attribute(torch, see):
    """volatile is a flag of a Variable that can be read and set."""
    v = torch.autograd.Variable(torch.ones(2))
    see("at first", v.volatile)
    v.volatile = True
    see("after setting", v.volatile)
    with see.warnings("of a plain tensor's"):
        see("of a plain tensor", torch.ones(1).volatile)
    see("v", v)


@case(
    lines="general", fact="ERA-03", states={"creator": refusal(None), "previous functions": refusal(None)},
    verdict="outdated", why="grad_fn and its next_functions are what these became.",
)
def creator(torch, see):
    """v.creator is the function that made v, and knows the functions before it."""
    v = torch.autograd.Variable(torch.ones(2), requires_grad=True) * 2
    with see.refusal("creator"):
        v.creator  # noqa: B018
    with see.refusal("previous functions"):
        v.grad_fn.previous_functions  # noqa: B018
    with see.refusal("previous functions of a Variable"):
        v.previous_functions  # noqa: B018
    see.graph("in its place", v)


@case(
    document="004_1f92f23d1b2036bb.txt", lines="87", fact="ERA-04", states={"loss.data[0]": refusal(None)},
    verdict="outdated", why="A loss has no dimension to index any more; item() reads it.",
    note="The document itself prints loss.data; the index belongs to the programs it descends from.",
)
def data_zero_of_a_loss(torch, see):
    """loss.data[0] is the loss as a number."""
    loss = torch.tensor([1.0, 2.0], requires_grad=True).sum()
    with see.refusal("loss.data[0]"):
        loss.data[0]
    with see.refusal("loss[0]"):
        loss[0]
    see("loss.item()", loss.item())
    see("of one element", torch.tensor([3.0])[0])


@case(
    document="002_f21a07dfaf42bedb.txt", lines="119", fact="ERA-05", states={"x.grad": [0, 0]},
    note="Unlike grad.zero_(), it leaves no trace in the gradient's version.",
)
def zero_by_way_of_data(torch, see):
    """x.grad.data.zero_() clears the gradient."""
    x = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    x.sum().backward()
    see.versions("version before", x.grad)
    returned = x.grad.data.zero_()
    see("x.grad", x.grad)
    see("what is returned", returned)
    see.aliasing("x.grad and what is returned", x.grad, returned)
    print(x.grad)


@case(
    lines="general", fact="ERA-14", states={"x": [0, 0, 0], "same object": True},
    note="The new data may have another shape, and even another floating type.",
)
def data_can_be_assigned(torch, see):
    """x.data = other puts other numbers into x."""
    x = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    same, other = x, torch.zeros(3)
    x.data = other
    see("x", x)
    see("same object", x is same)
    see.aliasing("x and what was assigned", x, other)
    print(x)
    with see.refusal("double"):
        x.data = torch.zeros(3, dtype=torch.float64)
    see("x in double", x)
    with see.refusal("list"):
        x.data = [1.0]
    with see.refusal("integers"):
        x.data = torch.zeros(3, dtype=torch.int64)
    with see.refusal("deleting"):
        del x.data
    see("x in the end", x)
