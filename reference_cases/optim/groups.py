"""Groups of parameters, their names, what is written down and taken over, and hooks."""
from minitorch_compat.parity import chapter

case = chapter("optim.groups")


def leaves(torch, count):
    return [torch.nn.Parameter(torch.ones(2) * (place + 1)) for place in range(count)]


@case()
def groups_with_options(torch, see):
    """Each group may have options of its own; the text shows all of them in the order of the alphabet."""
    a, b, c = leaves(torch, 3)
    optimiser = torch.optim.SGD([{"params": [a]}, {"params": b, "lr": 0.5, "note": "slow"}], lr=0.1, momentum=0.9)
    optimiser.add_param_group({"params": [c], "momentum": 0})
    see("text", repr(optimiser))
    see("defaults", optimiser.defaults)
    for each in (a, b, c):
        each.grad = torch.ones(2)
    optimiser.step()
    see("after a step", [a, b, c])


@case()
def parameters_with_names(torch, see):
    """Names go along in the group and in the state."""
    model = torch.nn.Linear(2, 1)
    optimiser = torch.optim.SGD(model.named_parameters(), lr=0.1)
    see("names", optimiser.param_groups[0]["param_names"])
    see("groups", optimiser.state_dict()["param_groups"])
    a, b = leaves(torch, 2)
    for words, attempt in (
        ("some without", lambda: torch.optim.SGD([("a", a), b], lr=0.1)),
        ("a group without", lambda: optimiser.add_param_group({"params": [a]})),
        ("a group with", lambda: torch.optim.SGD([a], lr=0.1).add_param_group({"params": [("b", b)]})),
    ):
        with see.refusal(words):
            attempt()


@case()
def what_groups_refuse(torch, see):
    """Sets have no order, a parameter is in one group, and a group is a dict."""
    a, b = leaves(torch, 2)
    SGD = torch.optim.SGD
    for words, attempt in (
        ("a set", lambda: SGD([{"params": {a}}], lr=0.1)), ("no params", lambda: SGD([{}], lr=0.1)),
        ("in two groups", lambda: SGD([{"params": [a]}, {"params": [a]}], lr=0.1)),
        ("a list", lambda: SGD([a], lr=0.1).add_param_group([b])),
        ("a mixture", lambda: SGD([{"params": [a]}, b], lr=0.1)), ("a dict", lambda: SGD({"params": [a]}, lr=0.1)),
        ("no step", lambda: torch.optim.Optimizer([a], {"lr": 0.1}).step()),
    ):
        with see.refusal(words):
            attempt()


@case()
def states_go_over(torch, see):
    """What one optimiser writes down another takes over: numbers in its own dtypes, and the options."""
    a, b = leaves(torch, 2)
    a.grad, b.grad = torch.ones(2), -torch.ones(2)
    first = torch.optim.RMSprop([a, b], lr=0.1, momentum=0.5)
    first.step()
    written = first.state_dict()
    see("written", written)
    wide = [torch.nn.Parameter(each.detach().double()) for each in (a, b)]
    second = torch.optim.RMSprop(wide)
    second.load_state_dict(written)
    see("taken over", second.state_dict())
    see("text", repr(second))


@case()
def states_that_do_not_fit(torch, see):
    """Groups must be as many, and of the same size."""
    a, b = leaves(torch, 2)
    both = torch.optim.SGD([a, b], lr=0.1).state_dict()
    with see.refusal("another size"):
        torch.optim.SGD([a], lr=0.1).load_state_dict(both)
    with see.refusal("other groups"):
        torch.optim.SGD([{"params": a}, {"params": b}], lr=0.1).load_state_dict(both)
    with see.refusal("nothing"):
        torch.optim.SGD([a], lr=0.1).load_state_dict({})


@case()
def hooks_around_steps(torch, see):
    """Hooks run around a step, those before it may change its arguments."""
    (a,) = leaves(torch, 1)
    optimiser = torch.optim.SGD([a], lr=0.1)
    order: list = []
    optimiser.register_step_post_hook(lambda self, args, kwargs: order.append(("after", len(args), sorted(kwargs))))
    handle = optimiser.register_step_pre_hook(lambda self, args, kwargs: order.append(("before", len(args))))
    see("value", optimiser.step(lambda: torch.tensor(3.0)))
    handle.remove()
    optimiser.register_step_pre_hook(lambda self, args, kwargs: (args[:1], {"closure": lambda: torch.tensor(5.0)}))
    see("changed", optimiser.step())
    see("order", order)
    optimiser.register_step_pre_hook(lambda self, args, kwargs: 5)
    try:
        optimiser.step()
    except RuntimeError as error:
        see("refusal", str(error)[-60:])


@case()
def hooks_around_states(torch, see):
    """Hooks run before and after a state is written down or taken over, and may put another in its place."""
    (a,) = leaves(torch, 1)
    optimiser = torch.optim.SGD([a], lr=0.1)
    order: list = []
    optimiser.register_state_dict_pre_hook(lambda self: order.append("before writing"))
    optimiser.register_state_dict_post_hook(lambda self, state: {**state, "more": 1})
    optimiser.register_state_dict_post_hook(lambda self, state: order.append(sorted(state)), prepend=True)
    optimiser.register_load_state_dict_pre_hook(lambda self, state: order.append(("before taking", sorted(state))))
    optimiser.register_load_state_dict_post_hook(lambda self: order.append("after taking"))
    written = optimiser.state_dict()
    see("written", written)
    optimiser.load_state_dict(written)
    see("order", order)


@case()
def a_rule_of_ones_own(torch, see):
    """A subclass of Optimizer with a step of its own has groups, states and hooks."""

    class Signs(torch.optim.Optimizer):  # type: ignore[name-defined]
        def __init__(self, params, rate):
            super().__init__(params, {"rate": rate})

        @torch.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        p.add_(p.grad.sign(), alpha=-group["rate"])
                        self.state[p]["steps"] = self.state[p].get("steps", 0) + 1

    (a,) = leaves(torch, 1)
    a.grad = torch.tensor([2.0, -3.0])
    optimiser = Signs([a], 0.25)
    calls = []
    optimiser.register_step_post_hook(lambda *arguments: calls.append(len(arguments)))
    optimiser.step()
    see("a", a)
    see("state", optimiser.state_dict())
    see("text", repr(optimiser))
    see("calls of the hook", calls)
