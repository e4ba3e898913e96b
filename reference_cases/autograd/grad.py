"""autograd.grad, and derivatives of derivatives."""
import warnings

from minitorch_compat.parity import chapter

case = chapter("autograd.grad")


@case(fact="B-070")
def gradients_returned(torch, see):
    """autograd.grad returns a tuple, leaves grad alone, and frees the graph as backward does."""
    x = torch.tensor(3.0, requires_grad=True)
    y = x**2
    see.gradient("returned", torch.autograd.grad(y, x))
    see("x.grad", x.grad)
    with see.refusal("a second time"):
        torch.autograd.grad(y, x)


@case(fact="B-071")
def unused_and_unsuitable_inputs(torch, see):
    """An input must require grad and have been used, unless its absence is allowed."""
    x = torch.tensor(3.0, requires_grad=True)
    u = torch.tensor(1.0, requires_grad=True)
    grad = torch.autograd.grad
    for words, attempt in (
        ("unused", lambda: grad(x**2, u)), ("no grad wanted", lambda: grad(x**2, torch.tensor(1.0))),
        ("nothing recorded", lambda: grad(torch.tensor(1.0), x)), ("no inputs", lambda: grad(x**2, [])),
        ("contradiction", lambda: grad(x**2, (x, u), allow_unused=False, materialize_grads=True)),
        ("unused beside another", lambda: grad(x**2, (x, u))),
    ):
        with see.refusal(words):
            attempt()
    see.gradient("allowed", grad(x**2, (x, u), allow_unused=True))
    see.gradient("materialised", grad(x**2, (x, u), materialize_grads=True))


@case(fact="B-072")
def weights_for_vectors(torch, see):
    """A vector output needs grad_outputs of its shape; several outputs take one each."""
    x = torch.ones(2, requires_grad=True)
    grad = torch.autograd.grad
    with see.refusal("none"):
        grad(x * 2, x)
    with see.refusal("another shape"):
        grad(x * 2, x, grad_outputs=torch.ones(3))
    see.gradient("weights", grad(x * 2, x, grad_outputs=torch.tensor([1.0, 10.0])))
    see.gradient("two outputs", grad([x * 2, x * 3], x, grad_outputs=[torch.ones(2), torch.ones(2)]))


@case(fact="B-072")
def a_batch_of_weights(torch, see):
    """With is_grads_batched the first dimension of grad_outputs counts independent passes."""
    x = torch.ones(2, requires_grad=True)
    see.gradient("batched", torch.autograd.grad(x * x, x, grad_outputs=torch.eye(2), is_grads_batched=True))


@case(fact="B-073")
def the_derivatives_of_a_fourth_power(torch, see):
    """The fourth power has four derivatives, then zero, then nothing to differentiate."""
    x = torch.tensor(2.0, requires_grad=True)
    gradient = x**4
    for order in range(1, 6):
        (gradient,) = torch.autograd.grad(gradient, x, create_graph=True)
        see.gradient(f"derivative {order}", gradient)
        see.graph(f"graph {order}", gradient)
    with see.refusal():
        torch.autograd.grad(gradient, x, create_graph=True)


@case(fact="B-074")
def a_gradient_without_its_graph(torch, see):
    """Without create_graph the gradient is a constant."""
    x = torch.tensor(2.0, requires_grad=True)
    (gradient,) = torch.autograd.grad(x**3, x)
    see.gradient("gradient", gradient)
    with see.refusal():
        torch.autograd.grad(gradient, x)


@case(fact="B-075")
def with_respect_to_a_result(torch, see):
    """Results on the way can be inputs, alone or beside the leaf."""
    x = torch.tensor(2.0, requires_grad=True)
    h = x * 3
    y = h**2
    see.gradient("h", torch.autograd.grad(y, h, retain_graph=True))
    see.gradient("x and h", torch.autograd.grad(y, [x, h]))


@case(fact="B-126")
def a_gradient_penalty(torch, see):
    """The norm of a gradient can be part of a loss."""
    x = torch.tensor([3.0, 4.0], requires_grad=True)
    y = (x**2).sum()
    (gradient,) = torch.autograd.grad(y, x, create_graph=True)
    penalty = (gradient.norm() - 1) ** 2
    penalty.backward()
    see.gradient("gradient", gradient)
    see("penalty", penalty)
    see("x.grad", x.grad)


@case(fact="B-116")
def through_complex_numbers(torch, see):
    """The gradient by a complex leaf is complex, pointing where the loss grows fastest."""
    z = torch.tensor([1 + 2j], requires_grad=True)
    loss = (z.abs() ** 2).sum()
    see("loss", loss)
    loss.backward()
    see("z.grad", z.grad)
    with see.refusal("numpy"):
        z.numpy()


@case(fact="B-116")
def a_conjugate_is_a_view(torch, see):
    """conj sets a bit, which numpy refuses and resolve_conj settles."""
    z = torch.tensor([1 + 2j])
    see("conj", z.conj())
    see("is_conj", z.conj().is_conj())
    with see.refusal("numpy"):
        z.conj().numpy()
    see("resolved", z.conj().resolve_conj())


@case(fact="B-102")
def anomaly_mode(torch, see):
    """Under detect_anomaly a nan made in backward raises, and the warning points at the forward call."""
    x = torch.tensor([-1.0], requires_grad=True)
    with see.warnings("turned on"):
        mode = torch.autograd.detect_anomaly()
    with warnings.catch_warnings(record=True) as caught, mode, see.refusal():
        warnings.simplefilter("always")
        (x.sqrt() * 0 + 1).sum().backward()
    see("x.grad", x.grad)
    for each in caught:
        lines = str(each.message).splitlines()
        see("kind", each.category.__name__)
        see("first line", lines[0])
        see("the call", [line.strip() for line in lines if "x.sqrt()" in line])
