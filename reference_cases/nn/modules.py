"""Modules: hooks of every kind, state, and what they refuse."""
from minitorch_compat.parity import chapter

case = chapter("nn.modules")


def network(torch):
    """A small network with a parameter, two buffers and a submodule."""
    net = torch.nn.Module()
    net.w = torch.nn.Parameter(torch.ones(2))
    net.register_buffer("mean", torch.zeros(2))
    net.register_buffer("cache", torch.zeros(1), persistent=False)
    net.inner = torch.nn.Sequential(torch.nn.Linear(2, 1, bias=False), torch.nn.ReLU())
    return net


@case()
def hooks_around_forward(torch, see):
    """Pre-hooks may change arguments, hooks the result; with_kwargs shows keywords, prepend goes first."""
    log: list = []

    class Net(torch.nn.Module):  # type: ignore[name-defined]
        def forward(self, x, scale=1):
            log.append("forward")
            return x * scale

    net = Net()
    net.register_forward_pre_hook(lambda module, args: log.append("pre"))
    net.register_forward_pre_hook(
        lambda module, args, kwargs: (args, {"scale": kwargs["scale"] + 1}), with_kwargs=True, prepend=True
    )
    net.register_forward_hook(lambda module, args, result: result + 100)
    handle = net.register_forward_hook(lambda module, args, kwargs, result: log.append(dict(kwargs)), with_kwargs=True)
    see("result", net(torch.ones(2), scale=2))
    handle.remove()
    see("without the last hook", net(torch.ones(2), scale=0))
    see("log", log)
    net.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
    with see.refusal("what a pre-hook returned"):
        net(torch.ones(1), scale=1)


@case()
def hooks_that_are_always_called(torch, see):
    """After an error in forward, hooks with always_call still run; their own errors become warnings."""
    log: list = []

    class Net(torch.nn.Module):  # type: ignore[name-defined]
        def forward(self, x):
            raise ValueError("no")

    net = Net()
    net.register_forward_hook(lambda module, args, result: log.append(result), always_call=True)
    net.register_forward_hook(lambda module, args, result: log.append("not reached"))
    with see.refusal("the error"):
        net(torch.ones(1))
    net.register_forward_hook(lambda module, args, result: 1 // 0, always_call=True)
    with see.warnings("the second error"), see.refusal("the first error"):
        net(torch.ones(1))
    see("log", log)


@case()
def hooks_on_gradients(torch, see):
    """Backward hooks see the gradients of inputs and outputs; the two kinds do not mix."""
    log: list = []
    layer = torch.nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        layer.weight.fill_(3)
    layer.register_full_backward_pre_hook(lambda module, out: log.append(["pre", *out]))
    layer.register_full_backward_hook(lambda module, into, out: log.append(["after", *into, *out]))
    layer(torch.ones(1, 2, requires_grad=True)).sum().backward()
    see("log", log)
    with see.refusal("a hook of old"):
        layer.register_backward_hook(lambda *args: None)
    old = torch.nn.Linear(2, 1)
    old.register_backward_hook(lambda module, into, out: log.append(len(into)))
    with see.warnings("a hook of old sees the last step"):
        old(torch.ones(1, 2)).sum().backward()
    see("log of old", log[2:])


@case()
def hooks_on_all_modules(torch, see):
    """Global hooks see every call and every registration, before the module's own."""
    log: list = []
    room = torch.nn.modules.module
    handles = [
        room.register_module_forward_pre_hook(lambda module, args: log.append("pre " + type(module).__name__)),
        room.register_module_forward_hook(lambda module, args, out: log.append("post " + type(module).__name__)),
        room.register_module_parameter_registration_hook(lambda module, name, value: log.append("parameter " + name)),
        room.register_module_module_registration_hook(lambda module, name, value: log.append("module " + name)),
        room.register_module_buffer_registration_hook(lambda module, name, value: log.append("buffer " + name)),
    ]
    torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Tanh())(torch.ones(1, 1))
    torch.nn.BCELoss(torch.ones(1))
    for each in handles:
        each.remove()
    torch.nn.ReLU()(torch.ones(1))
    see("log", log)


@case()
def a_state_that_does_not_fit(torch, see):
    """load_state_dict lists what is missing, unexpected or of another size; strict=False returns the keys instead."""
    net = network(torch)
    state = net.state_dict()
    see("keys", list(state))
    see("metadata", [[name, dict(each)] for name, each in state._metadata.items()])
    wrong = dict(state)
    del wrong["w"]
    wrong["more"] = torch.ones(1)
    wrong["inner.7.weight"] = torch.ones(1)
    wrong["inner.0.weight"] = torch.ones(3, 3)
    wrong["mean"] = 5
    with see.refusal("strict"):
        net.load_state_dict(wrong)
    with see.refusal("not strict"):
        net.load_state_dict(wrong, strict=False)
    print(net.load_state_dict(state))
    print(net.load_state_dict({"w": torch.zeros(2), "more": torch.ones(1)}, strict=False))
    with see.refusal("a list"):
        net.load_state_dict([1])


@case()
def assigned_or_copied(torch, see):
    """Loading copies into the parameters, whatever the dtype; assign=True puts the tensors themselves in."""
    net = network(torch)
    state = {name: value.double() for name, value in net.state_dict().items()}
    parameter = net.w
    net.load_state_dict(state)
    see("copied", [net.w is parameter, str(net.w.dtype)])
    net.load_state_dict(state, assign=True)
    see("assigned", [net.w is parameter, str(net.w.dtype), isinstance(net.w, torch.nn.Parameter), net.w.requires_grad])
    see.aliasing("w and state", net.w, state["w"])


@case()
def hooks_on_states(torch, see):
    """Hooks see a state before and after it is collected or loaded; a public post-hook returns nothing."""
    log: list = []
    net = torch.nn.Linear(1, 1)
    net.register_state_dict_pre_hook(lambda module, prefix, keep: log.append(["collect", prefix, keep]))
    net.register_state_dict_post_hook(lambda module, state, prefix, local: state.pop("bias"))
    with see.refusal("a hook that returns"):
        net.state_dict(prefix="p.")
    see("log", log)
    other = torch.nn.Linear(1, 1)
    other.register_load_state_dict_pre_hook(lambda module, state, *rest: state.update(bias=torch.ones(1)))
    other.register_load_state_dict_post_hook(lambda module, keys: log.append(list(keys.missing_keys)))
    print(other.load_state_dict({"weight": torch.ones(1, 1)}))
    see("bias", other.bias)
    other.register_load_state_dict_post_hook(lambda module, keys: 1)
    with see.refusal("a hook that returns a value"):
        other.load_state_dict(other.state_dict())


@case()
def extra_state(torch, see):
    """get_extra_state and set_extra_state add to the state what is no tensor."""

    class Counter(torch.nn.Module):  # type: ignore[name-defined]
        count = 3

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state):
            self.count = state["count"]

    net = Counter()
    see("state", dict(net.state_dict()))
    net.load_state_dict({"_extra_state": {"count": 9}})
    see("count", net.count)
    with see.refusal("missing"):
        net.load_state_dict({})
    with see.refusal("unexpected"):
        torch.nn.ReLU().load_state_dict({"_extra_state": 1})


@case()
def what_is_named(torch, see):
    """A module shared by two others is named once, unless duplicates are kept."""
    shared = torch.nn.Linear(1, 1)
    net = torch.nn.ModuleList([shared, torch.nn.Sequential(shared)])
    see("parameters", [name for name, _ in net.named_parameters()])
    see("all parameters", [name for name, _ in net.named_parameters(remove_duplicate=False)])
    see("modules", [name for name, _ in net.named_modules()])
    see("all modules", [name for name, _ in net.named_modules(remove_duplicate=False)])
    see("state", list(net.state_dict()))
    see("direct", [name for name, _ in net.named_parameters("net", recurse=False)])


@case()
def along_a_path(torch, see):
    """get_submodule, get_parameter, get_buffer and set_submodule follow dotted paths."""
    net = network(torch)
    print(net.get_submodule("inner.0"))
    see("parameter", net.get_parameter("w"))
    see("buffer", net.get_buffer("mean"))
    net.set_submodule("inner.1", torch.nn.Tanh())
    print(net)
    for words, attempt in (
        ("nowhere", lambda: net.get_submodule("outer")), ("no module", lambda: net.get_submodule("w.x")),
        ("no parameter", lambda: net.get_parameter("mean")), ("no buffer", lambda: net.get_buffer("w")),
        ("empty", lambda: net.set_submodule("", torch.nn.Tanh())),
        ("a string", lambda: net.set_submodule("inner", "x")),
        ("strict", lambda: net.set_submodule("other", torch.nn.Tanh(), strict=True)),
    ):
        with see.refusal(words):
            attempt()


@case()
def names_that_are_taken(torch, see):
    """Names are strings without dots that nothing else has; members are made after super().__init__()."""
    net = network(torch)
    for words, attempt in (
        ("a number", lambda: net.register_buffer(3, None)), ("a dot", lambda: net.register_buffer("a.b", None)),
        ("empty", lambda: net.add_module("", None)), ("taken", lambda: net.register_parameter("training", None)),
        ("a tensor", lambda: net.register_parameter("q", torch.ones(1))),
        ("a list", lambda: net.register_buffer("q", [1])),
        ("no module", lambda: net.add_module("q", 3)), ("over a module", lambda: setattr(net, "inner", 3)),
        ("over a buffer", lambda: setattr(net, "mean", 3)), ("missing", lambda: net.nothing),
        ("missing to delete", lambda: delattr(net, "nothing")), ("a keyword", lambda: torch.nn.Module(a=1)),
        ("nothing to call", lambda: torch.nn.Module()(1)),
    ):
        with see.refusal(words):
            attempt()

    class Early(torch.nn.Module):  # type: ignore[name-defined]
        def __init__(self, value):
            self.member = value

    for words, value in (("a parameter", torch.nn.Parameter(torch.ones(1))), ("a module", torch.nn.ReLU())):
        with see.refusal(f"too early, {words}"):
            Early(value)


@case()
def other_dtypes(torch, see):
    """Casts reach floating parameters and buffers; integers are refused, complex numbers warn."""
    net = network(torch)
    for name in ("double", "half", "bfloat16", "float"):
        see(name, [str(getattr(net, name)().w.dtype), str(net.mean.dtype)])
    see("to", [str(net.to(torch.float64).w.dtype), str(net.to(device="cpu", dtype=torch.float32).w.dtype)])
    with see.refusal("integers"):
        net.to(torch.int64)
    with see.warnings("complex: warnings"):
        see("complex", str(net.to(torch.complex64).w.dtype))
    with see.refusal("another device"):
        net.cuda()
    with see.refusal("a mode"):
        net.train(3)


@case()
def lazy_layers(torch, see):
    """LazyLinear learns its number of features from its first input, draws its weights then, and becomes Linear."""
    torch.manual_seed(1)
    layer = torch.nn.LazyLinear(2)
    print(layer, layer.weight)
    with see.refusal("its shape"):
        layer.weight.shape  # noqa: B018
    with see.refusal("a sum"):
        layer.weight + 1
    layer(torch.ones(1, 3))
    see("weight", layer.weight)
    see.stream()
    print(layer)
    other = torch.nn.LazyLinear(2)
    print(other.load_state_dict(layer.state_dict()))
    see("loaded", other.weight)


@case()
def buffers_that_are_marked(torch, see):
    """A Buffer is a plain tensor that a module registers when it is assigned."""
    net = torch.nn.Module()
    net.kept, net.passing = torch.nn.Buffer(torch.ones(1)), torch.nn.Buffer(torch.zeros(1), persistent=False)
    see("names", [name for name, _ in net.named_buffers()])
    see("state", list(net.state_dict()))
    see("is one", [isinstance(net.kept, torch.nn.Buffer), isinstance(torch.ones(1), torch.nn.Buffer)])
    print(net.kept)
