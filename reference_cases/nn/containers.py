"""Containers of modules and parameters: their methods, errors and printed form."""
from minitorch_compat.parity import chapter

case = chapter("nn.containers")


@case()
def a_sequence(torch, see):
    """A Sequential is indexed, sliced, joined and repeated; it is renumbered when something goes."""
    nn = torch.nn

    def some():
        return nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Tanh())

    net = some()
    print(net[1:], net[-1], len(net))
    print(net + nn.Sequential(nn.ELU()))
    print(nn.Sequential(nn.ReLU()) * 3)
    del net[0]
    print(net)
    print(net.insert(1, nn.ELU()), net.pop(0), net.append(nn.GELU()))
    for words, attempt in (
        ("an index", lambda: net[7]), ("a number", lambda: net + 1), ("zero times", lambda: net * 0),
        ("half times", lambda: net * 0.5), ("a place", lambda: net.insert(9, nn.ELU())),
        ("no module", lambda: nn.Sequential(3)), ("inserted", lambda: net.insert(0, 3)),
    ):
        with see.refusal(words):
            attempt()


@case()
def a_list_of_modules(torch, see):
    """A ModuleList prints equal neighbours together, and cannot be called."""
    nn = torch.nn
    layers = nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Linear(1, 1), nn.Linear(1, 1), nn.Tanh()])
    print(layers)
    print(layers[1:3], nn.ModuleList())
    layers.insert(1, nn.ELU())
    print(layers.pop(0), len(layers), [type(each).__name__ for each in layers])
    layers += [nn.GELU()]
    print(layers + nn.ModuleList([nn.Mish()]))
    for words, attempt in (
        ("a call", lambda: layers(1)), ("an index", lambda: layers[11]), ("a number", lambda: layers.extend(3)),
        ("no module", lambda: layers.append(3)),
    ):
        with see.refusal(words):
            attempt()


@case()
def a_dict_of_modules(torch, see):
    """A ModuleDict keeps its order, takes pairs, and refuses what are none."""
    nn = torch.nn
    modules = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Linear(1, 1)})
    modules.update([("c", nn.Tanh()), ["a", nn.ELU()]])
    print(modules, list(modules), "b" in modules, modules.pop("b"))
    for words, attempt in (
        ("missing", lambda: modules["z"]), ("a number", lambda: modules.update(3)),
        ("no pairs", lambda: modules.update([3])),
        ("one of a pair", lambda: modules.update([[1]])), ("no module", lambda: modules.update({"k": 3})),
        ("a dot", lambda: modules.update({"k.l": nn.ReLU()})), ("a call", lambda: modules(1)),
    ):
        with see.refusal(words):
            attempt()
    modules.clear()
    see("left", len(modules))


@case()
def a_list_of_parameters(torch, see):
    """A ParameterList makes parameters of tensors and keeps anything else as it is."""
    values = torch.nn.ParameterList([torch.ones(2), torch.nn.Parameter(torch.zeros(1, 3)), "word"])
    print(values)
    values.append(torch.ones(1, dtype=torch.float64))
    see("names", [name for name, _ in values.named_parameters()])
    see("last", values[-1])
    print(values[1:3], len(values))
    for words, attempt in (
        ("an index", lambda: values[9]), ("a tensor of values", lambda: values.extend(torch.ones(2))),
        ("a call", lambda: values(1)), ("integers", lambda: values.append(torch.ones(1, dtype=torch.int64))),
    ):
        with see.refusal(words):
            attempt()


@case()
def a_dict_of_parameters(torch, see):
    """A ParameterDict does what a dict does, and sorts the keys of a plain one."""
    values = torch.nn.ParameterDict({"b": torch.ones(1), "a": torch.zeros(2), "n": 3})
    print(values, list(values), list(reversed(values)))
    see("got", [values.get("z", 5), values.setdefault("c", torch.ones(1)).requires_grad, "a" in values])
    print(values | torch.nn.ParameterDict({"d": torch.ones(1)}), values.popitem()[0], values.pop("n"))
    see("state", list(values.state_dict()))
    see("from keys", list(values.fromkeys(["x", "y"], torch.ones(1))))
    for words, attempt in (
        ("missing", lambda: values["z"]), ("a number", lambda: values.update(3)), ("a call", lambda: values(1)),
        ("a key", lambda: torch.nn.ParameterDict({1: torch.ones(1)})), ("one of a pair", lambda: values.update([[1]])),
    ):
        with see.refusal(words):
            attempt()


@case()
def copies_of_networks(torch, see):
    """deepcopy copies parameters and keeps what is shared within the network shared."""
    import copy

    torch.manual_seed(0)
    shared = torch.nn.Linear(1, 1)
    net = torch.nn.Sequential(shared, torch.nn.Tanh(), shared)
    other = copy.deepcopy(net)
    see("shared", [other[0] is other[2], other[0] is shared, other[0].weight is shared.weight])
    see("equal", torch.equal(other[0].weight, shared.weight))
    print(other)
