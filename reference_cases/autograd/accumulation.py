"""What becomes of a gradient that arrives at a leaf, and what may be put there by hand."""
import threading

from minitorch_compat.parity import chapter

case = chapter("autograd.accumulation")


@case(fact="B-013")
def added_in_place(torch, see):
    """The second gradient is added into the tensor that holds the first."""
    x = torch.ones(2, requires_grad=True)
    (x * 2).sum().backward()
    first = x.grad
    address = first.data_ptr()
    (x * 3).sum().backward()
    see.aliasing("the first and x.grad", first, x.grad)
    see("same memory", first.data_ptr() == address)
    see("x.grad", x.grad)
    see.versions("version", first)


@case(fact="B-014")
def the_given_gradient_is_not_taken(torch, see):
    """A tensor given to backward does not become the gradient itself, nor is it written to later."""
    given = torch.ones(2)
    x = torch.ones(2, requires_grad=True)
    x.backward(given)
    see.aliasing("leaf: gradient and given", x.grad, given)
    u = torch.ones(2, requires_grad=True)
    (u + 0).backward(given)
    see.aliasing("sum: gradient and given", u.grad, given)
    (u + 0).backward(given)
    see("given", given)
    see("u.grad", u.grad)


@case(fact="B-014")
def two_leaves_get_two_gradients(torch, see):
    """Leaves that receive the same gradient do not share memory for it."""
    a = torch.ones(2, requires_grad=True)
    b = torch.ones(2, requires_grad=True)
    (a + b).sum().backward()
    see.aliasing("a.grad and b.grad", a.grad, b.grad)
    see("a.grad", a.grad)
    see("b.grad", b.grad)


@case(fact="B-016")
def zeroing_a_gradient_that_has_a_graph(torch, see):
    """zero_ on a gradient that was recorded is recorded as well."""
    x = torch.tensor(2.0, requires_grad=True)
    with see.warnings("of the cycle"):
        (x**3).backward(create_graph=True)
    see("x.grad", x.grad)
    with see.refusal():
        x.grad.zero_()
    see("zeroed: x.grad", x.grad)


@case(fact="B-016")
def an_optimiser_detaches_before_it_zeroes(torch, see):
    """zero_grad that keeps the tensor takes the graph from it first."""
    w = torch.nn.Parameter(torch.tensor(2.0))
    optimiser = torch.optim.SGD([w], lr=0.1)
    with see.warnings("of the cycle"):
        (w**3).backward(create_graph=True)
    optimiser.zero_grad(set_to_none=False)
    see("w.grad", w.grad)


@case(fact="B-017")
def what_may_be_assigned(torch, see):
    """grad takes None, or a tensor of the same size and dtype that is not the tensor itself."""
    x = torch.ones(2, requires_grad=True)
    for words, value in (
        ("zeros", torch.zeros(2)), ("None", None), ("a number", 1.0), ("a list", [0.0, 0.0]),
        ("three elements", torch.zeros(3)), ("float64", torch.zeros(2, dtype=torch.float64)), ("itself", x),
        ("one that requires grad", torch.zeros(2, requires_grad=True)),
    ):
        with see.refusal(words):
            x.grad = value
    see("x.grad", x.grad)
    with see.refusal("deleting"):
        del x.grad
    see("deleted: x.grad", x.grad)
    with see.refusal("on integers"):
        torch.ones(2, dtype=torch.int64).grad = torch.ones(2)
    with see.refusal("on a tensor that wants none"):
        torch.ones(2).grad = torch.ones(2)


@case(fact="B-018")
def an_assigned_gradient_is_added_into(torch, see):
    """The tensor assigned to grad stays there, and what arrives is added into its memory."""
    x = torch.ones(2, requires_grad=True)
    assigned = torch.tensor([10.0, 20.0])
    x.grad = assigned
    (x * 2).sum().backward()
    see("assigned", assigned)
    see.aliasing("assigned and x.grad", assigned, x.grad)


@case(fact="B-019")
def the_dtype_is_that_of_the_leaf(torch, see):
    """A gradient comes back in the leaf's dtype, whatever the computation was promoted to."""
    x = torch.ones(2, requires_grad=True)
    y = x * torch.ones(2, dtype=torch.float64)
    see("y", y)
    y.sum().backward()
    see("float32 with float64: x.grad", x.grad)
    h = torch.ones(2, dtype=torch.float16, requires_grad=True)
    (h * 2.0).sum().backward()
    see("float16: h.grad", h.grad)
    z = torch.ones(2, requires_grad=True)
    (z * torch.tensor([1, 2])).sum().backward()
    see("with integers: z.grad", z.grad)


@case(fact="B-020")
def not_printed_and_not_saved(torch, see):
    """Neither the text of a parameter nor the state of a module shows a gradient."""
    w = torch.nn.Parameter(torch.ones(2))
    w.sum().backward()
    print(w)
    linear = torch.nn.Linear(1, 1)
    linear(torch.ones(1, 1)).sum().backward()
    see.state("state", linear)


@case(fact="B-105")
def strides_of_the_gradient(torch, see):
    """A leaf that lies dense in another order gets a gradient that lies the same way."""
    x = torch.ones(2, 3).t().requires_grad_()
    (x * 2).sum().backward()
    see("transposed: x.grad", x.grad)
    y = torch.ones(2, 3, 4).permute(2, 0, 1).requires_grad_()
    (y * torch.ones(4, 2, 3)).sum().backward()
    see("permuted: y.grad", y.grad)
    z = torch.ones(4, 4)[::2, ::2].requires_grad_()
    (z * 2).sum().backward()
    see("with gaps: z.grad", z.grad)


@case(fact="B-113")
def from_several_threads(torch, see):
    """Four threads that each add a hundred gradients of one leave four hundred."""
    x = torch.zeros(1, requires_grad=True)

    def work() -> None:
        for _ in range(100):
            (x * 1).sum().backward()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    see("x.grad", x.grad)


@case(fact="B-115")
def an_error_on_the_way_keeps_what_arrived(torch, see):
    """Gradients added before an exception stay; those behind it are missing."""
    a = torch.tensor(1.0, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    m = a * 2
    m.register_hook(lambda gradient: 1 / 0)
    y = m + b
    with see.refusal():
        y.backward()
    see("a.grad", a.grad)
    see("b.grad", b.grad)


@case(fact="B-130")
def the_dtype_a_gradient_may_have(torch, see):
    """grad_dtype says which dtype grad takes; it is the tensor's own until set."""
    x = torch.ones(2, requires_grad=True)
    see("at first", x.grad_dtype)
    x.grad_dtype = torch.float64
    see("set", x.grad_dtype)
    with see.refusal("float64"):
        x.grad = torch.ones(2, dtype=torch.float64)
    see("x.grad", x.grad)
    with see.refusal("float32"):
        x.grad = torch.ones(2)
    x.grad = None
    x.grad_dtype = None
    see("set to None", x.grad_dtype)
    with see.refusal("any"):
        x.grad = torch.ones(2, dtype=torch.float16)


@case(fact="B-130")
def only_leaves_have_a_grad_dtype(torch, see):
    """Asked of a result, grad_dtype is an error."""
    x = torch.ones(2, requires_grad=True)
    with see.refusal("reading"):
        (x * 2).grad_dtype  # noqa: B018
    with see.refusal("writing"):
        (x * 2).grad_dtype = torch.float64


@case(fact="B-130")
def gradients_arrive_in_grad_dtype(torch, see):
    """backward leaves a gradient of the dtype that grad_dtype names."""
    x = torch.ones(2, requires_grad=True)
    x.grad_dtype = torch.float64
    (x * 2).sum().backward()
    see("x.grad", x.grad)
