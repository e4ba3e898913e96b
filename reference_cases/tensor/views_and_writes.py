"""Writing through views: the history of base and view, and the views that refuse."""
from minitorch_compat.parity import chapter

case = chapter("tensor.views_and_writes")


@case(fact="B-035")
def both_histories_are_rewritten(torch, see):
    """A write through a view gives base and view a new grad_fn, and the gradient passes through the write."""
    x = torch.ones(4, requires_grad=True)
    y = x * 2
    v = y[:2]
    see.graph("view before", v)
    see.graph("base before", y)
    v.mul_(10)
    see.graph("view after", v)
    see.graph("base after", y)
    see("y", y)
    see("v", v)
    y.sum().backward()
    see("x.grad", x.grad)
    see("v._base is y", v._base is y)
    see("v._is_view()", v._is_view())
    see("y._is_view()", y._is_view())


@case(fact="B-035")
def the_other_views_follow(torch, see):
    """Other living views of the base, and views of the view, take part in the new history."""
    x = torch.arange(4.0, requires_grad=True)
    y = x * 2
    one, other, within = y[:2], y[1:], y[:3].view(3, 1)
    one.mul_(10)
    for name, each in (("one", one), ("other", other), ("within", within), ("base", y)):
        see(name, each)
        see.graph(f"graph of {name}", each)
    (other * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    see("x.grad", x.grad)


@case(fact="B-035")
def a_write_to_the_base(torch, see):
    """A write to the base is seen by a view made before, whose grad_fn is made anew."""
    x = torch.ones(4, requires_grad=True)
    y = x * 2
    v = y.view(2, 2)
    y.mul_(3)
    see("v", v)
    see.graph("graph of v", v)
    v.sum().backward()
    see("x.grad", x.grad)


@case(fact="B-036")
def a_view_made_under_no_grad(torch, see):
    """Such a view may not be written to once grad mode is on."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    with torch.no_grad():
        v = y[:1]
    see("before", v)
    with see.refusal("of a result"):
        v.mul_(2)
    see("after", v)
    z = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        q = z.view(2)
    with see.refusal("of a leaf"):
        q.mul_(2)
    see("z", z)


@case(fact="B-036")
def a_view_made_and_written_under_no_grad(torch, see):
    """Inside the block it may be written, and the base's graph is none the wiser."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    with torch.no_grad():
        v = y[:1]
        v.mul_(2)
    with see.refusal("v.grad_fn"):
        v.grad_fn  # noqa: B018
    see("y", y)
    y.sum().backward()
    see("x.grad", x.grad)


@case(fact="B-037")
def one_of_several_views(torch, see):
    """A view that came with others from one call may not be written to."""
    for words, several in (
        ("unbind", lambda t: t.unbind(0)), ("chunk", lambda t: t.chunk(2)), ("split", lambda t: t.split(1)),
        ("split by sizes", lambda t: t.split([1, 1])), ("iteration", lambda t: tuple(t)),
    ):
        x = torch.ones(2, 2, requires_grad=True) * 1
        first, second = several(x)
        see(f"{words}: first", first)
        with see.refusal(words):
            first.mul_(2)
        with see.refusal(f"{words}: second"):
            second.add_(1)


@case(fact="B-131")
def views_made_under_no_grad_keep_the_flag(torch, see):
    """Under no_grad a view of a tensor that requires grad says it requires grad and is a leaf; other results do not."""
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        for words, made in (
            ("x * 2", lambda: x * 2), ("clone", lambda: x.clone()), ("detach", lambda: x.detach()),
            ("slice", lambda: x[:1]), ("element", lambda: x[0]), ("view", lambda: x.view(2)), ("t", lambda: x.t()),
            ("expand", lambda: x.expand(3, 2)), ("reshape", lambda: x.reshape(2, 1)), ("gather", lambda: x[[0]]),
            ("unsqueeze", lambda: x.unsqueeze(0)), ("split", lambda: x.split(1)[0]),
            ("narrow", lambda: x.narrow(0, 0, 1)),
        ):
            see(words, made())


@case(fact="B-131")
def backward_through_such_a_view(torch, see):
    """No error comes of computing with it, and no gradient: neither at the base nor at the view."""
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        v = x.view(2)
    print(v)
    see("v * 3", v * 3)
    see.graph("graph", v * 3)
    with see.refusal():
        (v * 3).sum().backward()
    see("x.grad", x.grad)
    see("v.grad", v.grad)
