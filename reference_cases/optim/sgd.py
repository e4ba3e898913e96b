"""Gradient descent, by SGD and by hand."""
from minitorch_compat.parity import chapter

case = chapter("optim.sgd")


@case(fact="B-015")
def zeroing_gradients(torch, see):
    """zero_grad removes gradients or zeroes them; a step with either moves nothing."""
    w = torch.nn.Parameter(torch.ones(2))
    optimiser = torch.optim.SGD([w], lr=1.0)
    w.sum().backward()
    optimiser.zero_grad()
    see("removed: w.grad", w.grad)
    w.sum().backward()
    optimiser.zero_grad(set_to_none=False)
    see("zeroed: w.grad", w.grad)
    optimiser.step()
    see("after a step by zero", w)
    optimiser.zero_grad()
    optimiser.step()
    see("after a step by nothing", w)


@case(fact="B-015")
def zeroing_gradients_of_a_module(torch, see):
    """A module has the same zero_grad."""
    module = torch.nn.Linear(1, 1)
    module(torch.ones(1, 1)).sum().backward()
    module.zero_grad(set_to_none=False)
    see("zeroed: weight.grad", module.weight.grad)
    module.zero_grad()
    see("removed: weight.grad", module.weight.grad)


@case(fact="B-097")
def what_sgd_refuses(torch, see):
    """Rates and momenta must not be negative, parameters must be leaves in a list that is not empty."""
    p = torch.nn.Parameter(torch.tensor([1.0]))
    SGD = torch.optim.SGD
    see("default rate", SGD([p]).defaults["lr"])
    for words, attempt in (
        ("negative rate", lambda: SGD([p], lr=-1)), ("negative momentum", lambda: SGD([p], lr=0.1, momentum=-1)),
        ("nesterov alone", lambda: SGD([p], lr=0.1, nesterov=True)), ("a result", lambda: SGD([p * 2], lr=0.1)),
        ("a tensor", lambda: SGD(p, lr=0.1)), ("nothing", lambda: SGD([], lr=0.1)),
        ("twice the same", lambda: SGD([p, p], lr=0.1)), ("a text", lambda: SGD(["a"], lr=0.1)),
        ("negative decay", lambda: SGD([p], lr=0.1, weight_decay=-1)),
    ):
        with see.warnings(f"{words}: warnings"), see.refusal(words):
            attempt()


@case(fact="B-097")
def three_steps(torch, see):
    """Three steps down a parabola, with each option of SGD."""
    for options in (
        {}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}, {"weight_decay": 0.1},
        {"momentum": 0.9, "dampening": 0.5}, {"maximize": True},
    ):
        p = torch.nn.Parameter(torch.tensor([1.0]))
        optimiser = torch.optim.SGD([p], lr=0.1, **options)
        track = []
        for _ in range(3):
            optimiser.zero_grad()
            (p**2).sum().backward()
            optimiser.step()
            track.append(p.item())
        see(str(options), track)
        see.state(f"state with {options}", optimiser)


@case(fact="B-097")
def a_step_with_a_closure(torch, see):
    """step returns what its closure returns, and None without one."""
    p = torch.nn.Parameter(torch.tensor([1.728]))
    optimiser = torch.optim.SGD([p], lr=0.1)

    def closure():
        optimiser.zero_grad()
        loss = (p**2).sum()
        loss.backward()
        return loss

    see("with a closure", optimiser.step(closure))
    see("without", optimiser.step())
    see("p", p)


@case(fact="B-098")
def updated_by_hand(torch, see):
    """A parameter is updated in place under no_grad or through data; outside it is refused."""
    w = torch.tensor([1.0], requires_grad=True)
    (w * 2).backward()
    with see.refusal("in place"):
        w -= 0.1 * w.grad
    with torch.no_grad():
        w -= 0.1 * w.grad
    see("under no_grad", w)
    w.data -= 0.1 * w.grad
    see("through data", w)


@case(fact="B-098")
def bound_to_a_new_tensor(torch, see):
    """Assigning the difference to the name makes a result, or under no_grad a tensor without the flag."""
    w = torch.tensor([1.0], requires_grad=True)
    (w * 2).backward()
    rebound = w - 0.1 * w.grad
    see("recorded", rebound)
    with torch.no_grad():
        w = w - 0.1 * w.grad
    see("under no_grad", w)
