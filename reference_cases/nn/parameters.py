"""Parameters, and modules that hold them."""
from minitorch_compat.parity import chapter

case = chapter("nn.parameters")


@case(fact="B-092")
def a_parameter(torch, see):
    """A Parameter is a tensor over the same memory that requires grad; what is computed from it is a plain tensor."""
    t = torch.ones(2)
    p = torch.nn.Parameter(t)
    print(p)
    see("p", p)
    see.aliasing("t and p", t, p)
    see("is a Tensor", isinstance(p, torch.Tensor))
    see("is a Variable", isinstance(p, torch.autograd.Variable))
    see("computed", p * 2)
    see("data", p.data)
    see("detached", p.detach())


@case(fact="B-092")
def what_makes_a_parameter(torch, see):
    """A result becomes a leaf; integers need requires_grad=False; a list is refused; no_grad does not matter."""
    x = torch.ones(2, requires_grad=True)
    see("of a result", torch.nn.Parameter(x * 2))
    print(torch.nn.Parameter(torch.tensor([1]), requires_grad=False))
    print(torch.nn.Parameter())
    with see.refusal("of a list"):
        torch.nn.Parameter([1.0])
    with torch.no_grad():
        see("under no_grad", torch.nn.Parameter(torch.ones(1)))


@case(fact="B-093")
def only_parameters_are_registered(torch, see):
    """A Parameter assigned to a module is registered, a tensor is not; a parameter's name takes nothing else."""
    m = torch.nn.Module()
    m.w = torch.nn.Parameter(torch.ones(1))
    m.t = torch.ones(1, requires_grad=True)
    see("names", [name for name, _ in m.named_parameters()])
    linear = torch.nn.Linear(1, 1)
    for words, attempt in (
        ("a tensor", lambda: setattr(m, "w", torch.ones(1))),
        ("a tensor registered", lambda: m.register_parameter("w2", torch.ones(1))),
        ("a dot", lambda: m.register_parameter("a.b", None)), ("no name", lambda: m.register_parameter("", None)),
        ("a number", lambda: setattr(linear, "weight", 5)), ("missing", lambda: linear.missing),
        ("a result", lambda: m.register_parameter("w3", torch.nn.Parameter(torch.ones(1)) * 2)),
        ("again", lambda: m.register_parameter("t", torch.nn.Parameter(torch.ones(1)))),
    ):
        with see.refusal(words):
            attempt()
    m.w = None
    see("without it", list(m.parameters()))
    see("m.w", m.w)


@case(fact="B-094")
def a_state_dict(torch, see):
    """state_dict is ordered, holds detached tensors over the parameters' memory, or the parameters themselves."""
    m = torch.nn.Linear(2, 1)
    state = m.state_dict()
    see.state("state", m)
    see("type", type(state).__name__)
    see.aliasing("entry and parameter", state["weight"], m.weight)
    see("kept", m.state_dict(keep_vars=True)["weight"] is m.weight)


@case(fact="B-094")
def loading_a_state(torch, see):
    """Keys and sizes must fit unless strict is off; loading writes into the parameters in place."""
    m = torch.nn.Linear(2, 1)
    for words, state in (
        ("missing", {"weight": torch.ones(1, 2)}),
        ("unexpected", {"weight": torch.ones(1, 2), "bias": torch.ones(1), "extra": torch.ones(1)}),
        ("another size", {"weight": torch.ones(2, 2), "bias": torch.ones(1)}),
        ("all at once", {"weight": torch.ones(2, 2), "extra": torch.ones(1)}), ("no dict", [1]),
    ):
        with see.refusal(words):
            m.load_state_dict(state)
    see("not strict", str(m.load_state_dict({"weight": torch.ones(1, 2)}, strict=False)))
    weight = m.weight
    see("fitting", str(m.load_state_dict({"weight": torch.zeros(1, 2), "bias": torch.ones(1)})))
    see.aliasing("weight before and after", weight, m.weight)
    see("weight", m.weight)


@case(fact="B-095")
def frozen_parameters(torch, see):
    """A module told to require no grad leaves its parameters without, and the others get theirs."""
    m = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Linear(1, 1))
    m[0].requires_grad_(False)
    m(torch.ones(1, 1)).sum().backward()
    for name, parameter in m.named_parameters():
        see(name, parameter)
        see(f"{name}.grad", parameter.grad)
    m.requires_grad_(False)
    with see.refusal("all frozen"):
        m(torch.ones(1, 1)).sum().backward()


@case(fact="B-128")
def evaluation_is_not_freezing(torch, see):
    """eval changes what dropout does and nothing about gradients."""
    m = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Dropout(0.5))
    m.eval()
    see("training", m.training)
    see("output", m(torch.ones(1, 2)))
    see("flags", [parameter.requires_grad for parameter in m.parameters()])
