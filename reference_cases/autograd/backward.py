"""Where backward may begin, where it goes, and the gradient it is given to begin with."""
import numpy as np

from minitorch_compat.parity import chapter

case = chapter("autograd.backward")


@case(fact="B-007")
def several_roots_in_one_pass(torch, see):
    """autograd.backward takes several results at once and passes what they share only once."""
    x = torch.tensor(2.0, requires_grad=True)
    shared = x * x
    torch.autograd.backward([shared * 3, shared * 5])
    see("x.grad", x.grad)


@case(fact="B-007")
def roots_and_gradients_that_do_not_match(torch, see):
    """As many gradients as results; none at all is no error; None stands for one only where that is a scalar."""
    x = torch.tensor(2.0, requires_grad=True)
    for words, roots, gradients in (
        ("two results, one gradient", [x * 1, x * 2], [torch.tensor(1.0)]), ("nothing", [], None),
        ("None for a vector", [torch.ones(2, requires_grad=True) * 2], [None]),
        ("None for a scalar", [x * 3], [None]), ("one gradient for one result", x * 2, torch.tensor(5.0)),
    ):
        with see.refusal(words):
            torch.autograd.backward(roots, gradients)
    see("x.grad", x.grad)


@case(fact="B-008")
def only_into_some_inputs(torch, see):
    """inputs= fills the gradients of those tensors and of no other."""
    x = torch.tensor(2.0, requires_grad=True)
    w = torch.tensor(5.0, requires_grad=True)
    (x * w).backward(inputs=[x])
    see("x.grad", x.grad)
    see("w.grad", w.grad)
    h = x * w
    (h * 2).backward(inputs=[h])
    see("a result as input: h.grad", h.grad)
    see("then: x.grad", x.grad)
    (x * w).backward(inputs=w)
    see("one tensor instead of a list: w.grad", w.grad)


@case(fact="B-008")
def inputs_that_are_refused(torch, see):
    """inputs= may not be empty, nor hold a tensor that requires no gradient."""
    x = torch.tensor(2.0, requires_grad=True)
    w = torch.tensor(5.0, requires_grad=True)
    for words, inputs in (("empty", []), ("without grad", torch.ones(1)), ("empty tuple", ())):
        with see.refusal(words):
            (x * w).backward(inputs=inputs)
    see("x.grad", x.grad)


@case(fact="B-009")
def nothing_to_begin_from(torch, see):
    """backward on what has no history is an error, whatever took the history away."""
    x = torch.ones(2, requires_grad=True)
    for words, root in (
        ("plain", torch.ones(1)), ("a count", (x > 0).sum()), ("detached", x.detach().sum()), ("data", x.data.sum()),
    ):
        with see.refusal(words):
            root.backward()


@case(fact="B-010")
def from_a_leaf(torch, see):
    """backward on a leaf adds the given gradient, one for a scalar, to its grad."""
    x = torch.tensor(3.0, requires_grad=True)
    x.backward()
    x.backward()
    see("x.grad", x.grad)


@case(fact="B-011")
def a_tensor_used_several_times(torch, see):
    """What reaches a tensor over several ways is added up."""
    x = torch.tensor(3.0, requires_grad=True)
    y = x * x + x + x
    see.graph("graph", y)
    y.backward()
    see("x.grad", x.grad)


@case(fact="B-078")
def only_scalars_imply_their_gradient(torch, see):
    """A result of one real element needs no gradient argument, any other does."""
    x = torch.ones(3, requires_grad=True)
    for words, root in (
        ("a vector", x * 2), ("one element", x[:1]), ("no element", x[:0]), ("a matrix of one", x[:1].view(1, 1)),
        ("complex", (x * 1j).sum()), ("its real part", (x * 1j).sum().real),
    ):
        with see.refusal(words):
            root.backward()
    with see.refusal("None given"):
        (x * 2).backward(None)
    see("x.grad", x.grad)


@case(fact="B-079")
def shapes_and_types_of_the_gradient(torch, see):
    """The gradient has the shape of the result, and is a tensor or None."""
    x = torch.ones(3, requires_grad=True)
    for words, root, gradient in (
        ("too short", x * 2, torch.ones(2)), ("a column", x * 2, torch.ones(3, 1)),
        ("a scalar for a vector", x * 2, torch.tensor(1.0)), ("a vector for a scalar", x.sum(), torch.ones(1)),
        ("a number", x.sum(), 2.0), ("an array of no dimension", x.sum(), np.ones(())),
        ("a list", x * 2, [1.0, 1.0, 1.0]), ("an array", x * 2, np.ones(3)), ("a text", x * 2, "ones"),
    ):
        with see.refusal(words):
            root.backward(gradient)
    see("x.grad", x.grad)


@case(fact="B-079")
def dtypes_of_the_gradient(torch, see):
    """A gradient of another real dtype is converted; a complex one is refused for a real result."""
    for words, gradient in (
        ("int64", torch.tensor([1, 2, 3])), ("bool", torch.tensor([True, False, True])),
        ("float64", torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)),
        ("float16", torch.tensor([1.0, 2.0, 3.0], dtype=torch.float16)),
        ("complex64", torch.ones(3, dtype=torch.complex64)),
    ):
        x = torch.ones(3, requires_grad=True)
        with see.refusal(words):
            (x * 2).backward(gradient)
        see(f"{words}: x.grad", x.grad)


@case(fact="B-080")
def a_gradient_that_requires_grad(torch, see):
    """Without create_graph nothing is recorded, and nothing flows to the gradient argument."""
    x = torch.ones(2, requires_grad=True)
    v = torch.ones(2, requires_grad=True)
    (x * 2).backward(v)
    see("x.grad", x.grad)
    see("v.grad", v.grad)


@case(fact="B-080")
def a_gradient_that_requires_grad_recorded(torch, see):
    """With create_graph the result depends on the gradient argument, and can be differentiated by it."""
    x = torch.ones(2, requires_grad=True)
    v = torch.ones(2, requires_grad=True)
    (gradient,) = torch.autograd.grad(x * 2, x, v, create_graph=True)
    see.gradient("gradient", gradient)
    gradient.sum().backward()
    see("v.grad", v.grad)


@case(fact="B-111")
def a_chain_cut_in_the_middle(torch, see):
    """A detached factor is a constant; the same factor undetached contributes."""
    x = torch.tensor(2.0, requires_grad=True)
    y = x**2
    (y.detach() * x).backward()
    see("cut: x.grad", x.grad)
    x.grad = None
    (y * x).backward()
    see("uncut: x.grad", x.grad)


@case(fact="B-121")
def common_slips(torch, see):
    """Misspelt keywords are refused, misspelt attributes are not, and a method not called does nothing."""
    x = torch.ones(1, requires_grad=True)
    y = x * 2
    y.backward  # noqa: B018
    see("not called: x.grad", x.grad)
    with see.refusal("retain"):
        y.backward(retain=True)
    with see.refusal("require_grad"):
        torch.ones(1, require_grad=True)
    with see.refusal("volatile"):
        torch.tensor([1.0], volatile=True)
    x.require_grad = True
    see("misspelt attribute", x.require_grad)
    with see.refusal("a number for a flag"):
        y.backward(retain_graph=1)
    see("called: x.grad", x.grad)


@case(fact="B-121")
def a_tensor_has_no_zero_grad(torch, see):
    """Modules and optimisers have zero_grad, a tensor has not."""
    x = torch.ones(1, requires_grad=True)
    try:
        x.zero_grad()
    except AttributeError as error:
        see("message", str(error))
