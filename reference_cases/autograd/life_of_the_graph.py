"""How long a recorded graph lives, and what a second pass through it finds."""
import weakref

from minitorch_compat.parity import chapter

case = chapter("autograd.life_of_the_graph")


@case(fact="B-001")
def a_second_pass_is_refused(torch, see):
    """Where tensors were saved, backward frees them, and asking again is an error that changes nothing."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    y.backward()
    with see.refusal():
        y.backward()
    see("x.grad", x.grad)


@case(fact="B-002")
def a_second_pass_where_nothing_was_saved(torch, see):
    """A graph that keeps no tensor may be passed again and again; a factor that is a mere number counts as kept."""
    for words, function in (
        ("adding a number", lambda x: (x + 1).sum()), ("times a number", lambda x: (x * 2).sum()),
        ("the mean", lambda x: x.mean()), ("a square", lambda x: (x**2).sum()), ("negation", lambda x: (-x).sum()),
        ("over a number", lambda x: (x / 2).sum()), ("a view", lambda x: x.view(2, 1).sum()),
        ("the sum of two", lambda x: (x + x).sum()), ("times a tensor", lambda x: (x * torch.ones(2)).sum()),
    ):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = function(x)
        y.backward()
        with see.refusal(words):
            y.backward()
        see(f"{words}: x.grad", x.grad)


@case(fact="B-003")
def retaining_lasts_for_one_pass(torch, see):
    """retain_graph keeps the graph for the next pass, which frees it unless it retains it as well."""
    x = torch.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward(retain_graph=True)
    see("once: x.grad", x.grad)
    y.backward()
    see("twice: x.grad", x.grad)
    with see.refusal("a third time"):
        y.backward()


@case(fact="B-004")
def backward_that_creates_a_graph(torch, see):
    """create_graph warns of a cycle, keeps the graph, and leaves a gradient that can itself be differentiated."""
    x = torch.tensor(2.0, requires_grad=True)
    y = x**3
    y.backward(create_graph=True)
    see("first: x.grad", x.grad)
    see.graph("graph of the gradient", x.grad)
    first = x.grad
    x.grad = None
    first.backward()
    see("second: x.grad", x.grad)


@case(fact="B-005")
def saved_tensors_before_and_after(torch, see):
    """A node shows what it saved until backward has freed it."""
    x = torch.tensor([2.0], requires_grad=True)
    y = x.exp()
    see("saved", y.grad_fn._saved_result)
    y.backward()
    with see.refusal("afterwards"):
        y.grad_fn._saved_result  # noqa: B018


@case(fact="B-005")
def saved_arguments_that_are_no_tensors(torch, see):
    """Plain arguments and shapes are shown too, and stay after the pass; the input is the tensor itself."""
    x = torch.ones(2, 3, requires_grad=True)
    y = x.sum()
    see("sizes", y.grad_fn._saved_self_sym_sizes)
    y.backward()
    see("sizes afterwards", y.grad_fn._saved_self_sym_sizes)
    power = x**3
    see("exponent", power.grad_fn._saved_exponent)
    see("self", power.grad_fn._saved_self is x)


@case(fact="B-006")
def two_losses_over_one_part(torch, see):
    """The first loss frees the part it shares with the second, which then fails."""
    x = torch.tensor(2.0, requires_grad=True)
    shared = x * x
    one, other = shared * 3, shared * 5
    one.backward()
    with see.refusal():
        other.backward()
    see("x.grad", x.grad)


@case(fact="B-006")
def two_losses_with_the_part_retained(torch, see):
    """Retained by the first loss, the shared part serves the second."""
    x = torch.tensor(2.0, requires_grad=True)
    shared = x * x
    one, other = shared * 3, shared * 5
    one.backward(retain_graph=True)
    other.backward()
    see("x.grad", x.grad)


@case(fact="B-012")
def a_chain_of_twenty_thousand(torch, see):
    """Depth is no limit: twenty thousand steps go forward and back."""
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(20000):
        y = y + 1
    y.backward()
    see("y", y.detach())
    see("x.grad", x.grad)


@case(fact="B-110")
def names_are_not_needed(torch, see):
    """A graph keeps what it needs though every name for it is gone."""
    x = torch.ones(1, requires_grad=True)
    y = x * 2
    z = y * y
    del y
    z.backward()
    see("x.grad", x.grad)


@case(fact="B-110")
def what_nobody_needs_goes_at_once(torch, see):
    """A plain tensor, a result and a graph go with the last name; a leaf stays as long as the graph leads to it."""
    plain = torch.ones(1)
    reference = weakref.ref(plain)
    del plain
    see("plain tensor gone", reference() is None)
    leaf = torch.ones(1, requires_grad=True)
    leaf.tag = "kept"
    result = leaf * 2
    reference = weakref.ref(result)
    del leaf
    see("tag", result.grad_fn.next_functions[0][0].variable.tag)
    del result
    see("result gone", reference() is None)


@case(fact="B-125")
def creating_a_graph_while_freeing_the_old(torch, see):
    """create_graph without retain_graph gives a differentiable result and frees what it came from."""
    x = torch.tensor(2.0, requires_grad=True)
    y = x**3
    (gradient,) = torch.autograd.grad(y, x, create_graph=True, retain_graph=False)
    see.gradient("gradient", gradient)
    with see.refusal("the old graph"):
        torch.autograd.grad(y, x)
    with see.refusal("the new graph"):
        torch.autograd.grad(gradient, x)
