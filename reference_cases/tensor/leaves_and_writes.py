"""Writing in place to leaves and to results, and who counts it."""
from minitorch_compat.parity import chapter

case = chapter("tensor.leaves_and_writes")


@case(fact="B-021")
def a_leaf_may_not_be_written(torch, see):
    """Every in-place form on a leaf that requires grad is refused, and nothing is written."""
    x = torch.ones(2, requires_grad=True)

    def plus_one() -> None:
        y = x
        y += 1

    for words, attempt in (
        ("add_", lambda: x.add_(1)), ("+=", plus_one), ("zero_", lambda: x.zero_()), ("fill_", lambda: x.fill_(3)),
        ("copy_", lambda: x.copy_(torch.zeros(2))), ("after requires_grad_", lambda: x.requires_grad_().mul_(2)),
    ):
        with see.refusal(words):
            attempt()
    see("x", x)


@case(fact="B-022")
def a_view_of_a_leaf_may_not_be_written(torch, see):
    """Nor may any view of it, and assigning to an element is such a write."""
    x = torch.ones(2, requires_grad=True)

    def assign() -> None:
        x[0] = 5

    for words, attempt in (
        ("x[0] =", assign), ("x[0].add_", lambda: x[0].add_(1)), ("view", lambda: x.view(2).mul_(2)),
        ("slice", lambda: x[:1].zero_()),
    ):
        with see.refusal(words):
            attempt()
    see("x", x)


@case(fact="B-023")
def ways_to_write_a_leaf(torch, see):
    """Under no_grad, through data and through detach a leaf can be written; data alone does not count it."""
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        x.add_(1)
        x[0] = 7
    see("under no_grad", x)
    x.data.mul_(2)
    see("through data", x)
    x.detach().mul_(2)
    see("through detach", x)


@case(fact="B-024")
def a_result_is_written_and_recorded(torch, see):
    """A write to a result is recorded: same object, new grad_fn, next version."""
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    same = y.add_(1)
    see("after add_", y)
    see.aliasing("y and what add_ returns", y, same)
    y.mul_(3)
    see("after mul_", y)
    see.graph("graph", y)
    y.sum().backward()
    see("x.grad", x.grad)


@case(fact="B-025")
def writing_makes_a_plain_tensor_a_result(torch, see):
    """A plain tensor into which one that requires grad is added joins the graph."""
    t = torch.zeros(2)
    x = torch.ones(2, requires_grad=True)
    t.add_(x)
    see("t", t)
    t.sum().backward()
    see("x.grad", x.grad)


@case(fact="B-025")
def an_element_makes_a_plain_tensor_a_result(torch, see):
    """So does one into an element of which something recorded is written."""
    x = torch.ones(2, requires_grad=True)
    b = torch.zeros(3)
    b[1] = x[0] * 5
    see("b", b)
    print(b)
    see.graph("graph", b)
    b.sum().backward()
    see("x.grad", x.grad)


@case(fact="B-034")
def versions_of_writes(torch, see):
    """Each write counts one; views and detached tensors share the count, data and clones begin anew."""
    x = torch.zeros(4)
    see.versions("new", x)
    x.add_(1)
    x[0] = 1
    x += 1
    see.versions("three writes", x)
    view, detached, data, clone = x.view(2, 2), x.detach(), x.data, x.clone()
    see.versions("view, detach, data, clone", view, detached, data, clone)
    view.zero_()
    see.versions("after a write to the view", x, view, detached, data)
    data.zero_()
    see.versions("after a write to data", x, data)


@case(fact="B-034")
def versions_of_new_names_and_new_data(torch, see):
    """A new result starts at 0; assigning data, writing through NumPy and setting the flag count nothing."""
    x = torch.zeros(4)
    x.add_(1)
    x = x + 1
    see.versions("a new result", x)
    x.data = torch.ones(4)
    see.versions("data assigned", x)
    with see.refusal("assigning _version"):
        x._version = 3
    x.numpy()[0] = 3
    see.versions("written by NumPy", x)
    x.requires_grad_()
    see("flag set", x)


@case(fact="B-038")
def expanded_memory(torch, see):
    """A tensor whose elements share a place cannot be written as a whole, though one element can."""
    t = torch.zeros(1).expand(3)
    for words, attempt in (
        ("add_", lambda: t.add_(torch.ones(3))), ("mul_", lambda: t.mul_(2)), ("zero_", lambda: t.zero_()),
        ("fill_", lambda: t.fill_(1)), ("copy_", lambda: t.copy_(torch.ones(3))),
    ):
        with see.refusal(words):
            attempt()
    with see.refusal("t[0] = 1"):
        t[0] = 1
    see("t", t)


@case(fact="B-039")
def results_that_do_not_fit(torch, see):
    """What a write yields must fit the tensor's dtype and shape."""
    i = torch.tensor([1, 2])

    def add_a_half() -> None:
        j = i
        j += 0.5

    for words, attempt in (
        ("i += 0.5", add_a_half), ("div_", lambda: i.div_(2)), ("a larger operand", lambda:
            torch.zeros(2).add_(torch.zeros(3, 2))), ("out of place", lambda: torch.ones(3) + torch.ones(2)),
        ("bool", lambda: torch.tensor([True]).add_(1)), ("complex", lambda: torch.ones(1).mul_(1j)),
    ):
        with see.refusal(words):
            attempt()
    see("i", i)


@case(fact="B-043")
def changing_size_or_memory(torch, see):
    """A tensor that requires grad can be neither resized, nor set, nor turned in place."""
    x = torch.ones(2, requires_grad=True)
    for words, attempt in (
        ("resize_", lambda: x.resize_(4)), ("set_", lambda: x.set_(torch.zeros(3))), ("t_", lambda: x.t_()),
        ("unsqueeze_", lambda: x.unsqueeze_(0)),
    ):
        with see.refusal(words):
            attempt()
    see("x", x)
