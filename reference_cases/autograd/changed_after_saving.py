"""Values that change between the forward pass, which saved them, and the backward pass, which needs them."""
import numpy as np

from minitorch_compat.parity import chapter

case = chapter("autograd.changed_after_saving")


def product(torch):
    """Two leaves and their product."""
    w = torch.tensor([3.0], requires_grad=True)
    x = torch.tensor([2.0], requires_grad=True)
    return w, x, w * x


@case(fact="B-026")
def a_saved_input(torch, see):
    """An input saved for the product and then written is found out, by what made it and its versions."""
    x = torch.ones(2, requires_grad=True)
    h = x * 2
    y = h * h
    h.add_(1)
    with see.refusal():
        y.sum().backward()
    see("x.grad", x.grad)


@case(fact="B-026")
def a_saved_input_written_twice(torch, see):
    """The message counts the writes, and names the last step, type and size."""
    x = torch.ones(2, 3, dtype=torch.float64, requires_grad=True)
    h = x.exp() + 1
    y = h.sin()
    h.mul_(2)
    h[0].zero_()
    with see.refusal():
        y.sum().backward()


@case(fact="B-027")
def a_saved_result(torch, see):
    """exp keeps its own result; writing to that spoils it as well."""
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    y.add_(1)
    with see.refusal():
        y.sum().backward()
    see("x.grad", x.grad)


@case(fact="B-028")
def values_nobody_needs(torch, see):
    """Sums and products with a number do not need the value that changed."""
    x = torch.ones(2, requires_grad=True)
    h = x * 2
    y = h + 3
    h.add_(1)
    with see.refusal("a sum"):
        y.sum().backward()
    see("a sum: x.grad", x.grad)
    u = torch.ones(2, requires_grad=True)
    k = u * 2
    z = k * 5
    k.add_(1)
    with see.refusal("a product"):
        z.sum().backward()
    see("a product: u.grad", u.grad)


@case(fact="B-029")
def a_leaf_updated_under_no_grad(torch, see):
    """A leaf updated between the passes is found out too."""
    w, x, y = product(torch)
    with torch.no_grad():
        w.sub_(0.1)
    with see.refusal():
        y.backward()
    see("x.grad", x.grad)


@case(fact="B-030")
def through_data_unseen(torch, see):
    """A write through data is not counted: no error, and a gradient by the changed value."""
    w, x, y = product(torch)
    w.data.fill_(100.0)
    with see.refusal():
        y.backward()
    see("x.grad", x.grad)
    see("w.grad", w.grad)
    see("w", w)


@case(fact="B-031")
def through_detach_seen(torch, see):
    """A write through detach is counted, and found out."""
    w, x, y = product(torch)
    w.detach().fill_(100.0)
    with see.refusal():
        y.backward()
    see("x.grad", x.grad)


@case(fact="B-032")
def a_sigmoid_zeroed(torch, see):
    """Zeroing the result of sigmoid through data spoils the gradient, through detach it raises."""
    a = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    out = a.sigmoid()
    out.data.zero_()
    out.sum().backward()
    see("through data: a.grad", a.grad)
    b = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    out = b.sigmoid()
    out.detach().zero_()
    with see.refusal("through detach"):
        out.sum().backward()
    see("through detach: b.grad", b.grad)


@case(fact="B-033")
def through_an_array_unseen(torch, see):
    """A write through a NumPy array of the same memory is not counted either."""
    w, x, y = product(torch)
    w.detach().numpy()[0] = 100
    with see.refusal():
        y.backward()
    see("x.grad", x.grad)
    see.versions("version of w", w)
    array = np.array([3.0], dtype=np.float32)
    u = torch.tensor([2.0], requires_grad=True)
    z = torch.from_numpy(array) * u
    array[0] = 50
    z.backward()
    see("from_numpy: u.grad", u.grad)


@case(fact="B-088")
def in_a_function_of_ones_own(torch, see):
    """What save_for_backward kept is watched in the same way."""

    class Square(torch.autograd.Function):  # type: ignore[name-defined]
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            return 2 * x * gradient

    x = torch.ones(1, requires_grad=True)
    h = x * 1
    y = Square.apply(h)
    h.add_(1)
    with see.refusal():
        y.backward()


@case(fact="B-129")
def with_mutation_allowed(torch, see):
    """Under allow_mutation_on_saved_tensors the value of the forward pass is kept aside and used."""
    x = torch.ones(2, requires_grad=True)
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        h = x * 2
        y = (h * h).sum()
        h.add_(1)
        y.backward()
    see("x.grad", x.grad)
    see("h", h)


@case(fact="B-129")
def mutation_allowed_and_over(torch, see):
    """Backward after the end of the block is refused."""
    x = torch.ones(2, requires_grad=True)
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        h = x * 2
        y = (h * h).sum()
        h.add_(1)
    with see.refusal():
        y.backward()


@case()
def an_index_between_brackets(torch, see):
    """Index tensors and masks are saved too, of a read and of a write."""
    x = torch.ones(4, requires_grad=True)
    places = torch.tensor([0, 2])
    y = x[places]
    places[0] = 3
    with see.refusal("a read"):
        y.sum().backward()
    mask = torch.tensor([True, False, True, False])
    y = x * 1
    y[mask] = torch.ones(2, requires_grad=True)
    mask[0] = False
    with see.refusal("a write"):
        y.sum().backward()
    mask = torch.tensor([True, False, True, False])
    y = x.index_put((mask,), x[:2] * 2)
    mask |= True
    with see.refusal("a written copy"):
        y.sum().backward()
    see("x.grad", x.grad)


@case()
def an_index_written_with_mutation_allowed(torch, see):
    """The index of the forward pass is kept aside as any other saved tensor."""
    x = torch.ones(4, requires_grad=True)
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        places = torch.tensor([0, 2])
        y = (x[places] * torch.tensor([3.0, 5.0])).sum()
        places[0] = 3
        y.backward()
    see("x.grad", x.grad.tolist())
