"""The rules of the optimisers: fifty steps down a curved valley, with each option."""
from minitorch_compat.parity import Bound, chapter

case = chapter("optim.rules")

ROOT = Bound(
    "torch's square root is within a unit in the last place, and not always rounded; fifty steps",
    absolute=1e-6, relative=1e-6,
)


def valley(torch):
    """A parameter, and a loss whose gradient changes its direction along the way."""
    p = torch.nn.Parameter(torch.tensor([[1.5, -0.5], [0.25, 2.0]]))
    scale = torch.tensor([[1.0, 10.0], [0.1, 3.0]])
    return p, lambda: (scale * (p - 0.5) ** 2).sum() + (p[0] * p[1]).sum()


def walk(torch, see, name, *choices, steps=50):
    """Where each choice of options leads, and what the optimiser remembers."""
    for options in choices:
        p, loss = valley(torch)
        optimiser = getattr(torch.optim, name)([p], **options)
        losses = []
        for _ in range(steps):
            optimiser.zero_grad()
            value = loss()
            value.backward()
            optimiser.step()
            losses.append(value.item())
        see(f"{options}: losses", losses)
        see(f"{options}: p", p)
        see.state(f"{options}: state", optimiser)
        see(f"{options}: text", repr(optimiser))


@case(tolerance=ROOT)
def adam(torch, see):
    """Adam, with each option."""
    walk(torch, see, "Adam", {}, {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3}, {"weight_decay": 0.1, "lr": 0.05},
         {"amsgrad": True, "lr": 0.05}, {"maximize": True}, {"lr": torch.tensor(0.05)}, {"foreach": True})


@case(tolerance=ROOT)
def adamw(torch, see):
    """AdamW, which decays weights beside the gradient."""
    walk(torch, see, "AdamW", {}, {"lr": 0.1, "weight_decay": 0.5}, {"amsgrad": True, "maximize": True})


@case(tolerance=ROOT)
def adam_in_one(torch, see):
    """Adam in one kernel gives the same path."""
    walk(torch, see, "Adam", {"fused": True, "lr": 0.05}, {"fused": True, "amsgrad": True})


@case(tolerance=ROOT)
def nadam(torch, see):
    """NAdam looks a step ahead."""
    walk(torch, see, "NAdam", {}, {"lr": 0.05, "momentum_decay": 0.1},
         {"weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True})


@case(tolerance=ROOT)
def radam(torch, see):
    """RAdam begins with momentum alone and turns to Adam after some steps."""
    walk(torch, see, "RAdam", {}, {"lr": 0.05, "betas": (0.8, 0.9)},
         {"weight_decay": 0.1, "decoupled_weight_decay": True}, {"weight_decay": 0.1, "maximize": True})


@case()
def adamax(torch, see):
    """Adamax takes the largest recent gradient."""
    walk(torch, see, "Adamax", {}, {"lr": 0.05, "betas": (0.5, 0.9)}, {"weight_decay": 0.1, "maximize": True})


@case(tolerance=ROOT)
def adadelta(torch, see):
    """Adadelta finds the size of its steps by itself."""
    walk(torch, see, "Adadelta", {}, {"lr": 0.5, "rho": 0.5}, {"weight_decay": 0.1, "maximize": True})


@case(tolerance=ROOT)
def adagrad(torch, see):
    """Adagrad's steps shrink with all gradients so far."""
    walk(torch, see, "Adagrad", {}, {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5},
         {"weight_decay": 0.1, "maximize": True})


@case()
def asgd(torch, see):
    """ASGD keeps the average of its path beside the end of it."""
    walk(torch, see, "ASGD", {}, {"lr": 0.05, "t0": 10, "lambd": 0.1, "alpha": 0.5}, {"weight_decay": 0.1})


@case(tolerance=ROOT)
def rmsprop(torch, see):
    """RMSprop, plain, with momentum, and centred."""
    walk(torch, see, "RMSprop", {}, {"momentum": 0.9}, {"centered": True, "eps": 1e-2},
         {"weight_decay": 0.1, "maximize": True})


@case()
def rprop(torch, see):
    """Rprop looks at the signs of gradients alone."""
    walk(torch, see, "Rprop", {}, {"lr": 0.1, "etas": (0.3, 1.5)}, {"step_sizes": (1e-3, 0.05)}, {"maximize": True})


@case()
def adafactor(torch, see):
    """Adafactor remembers a row and a column of each matrix."""
    walk(torch, see, "Adafactor", {}, {"lr": 0.1, "d": 2.0}, {"weight_decay": 0.1, "maximize": True})


@case(tolerance=Bound("matrices are made orthogonal in bfloat16", absolute=1e-3, relative=1e-3))
def muon(torch, see):
    """Muon makes its steps orthogonal."""
    walk(torch, see, "Muon", {"lr": 0.05}, {"nesterov": False, "adjust_lr_fn": "match_rms_adamw"}, steps=10)


def bend(torch, see, options):
    """Three steps along a bent valley."""
    x = torch.tensor([-1.5, 2.0], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([x], **options)
    calls = []

    def closure():
        optimiser.zero_grad()
        loss = (1 - x[0]) ** 2 + 10 * (x[1] - x[0] ** 2) ** 2
        loss.backward()
        calls.append(loss.item())
        return loss

    see(f"{options}: first losses", [optimiser.step(closure).item() for _ in range(3)])
    see(f"{options}: all losses", calls)
    see(f"{options}: x", x)


@case()
def lbfgs(torch, see):
    """L-BFGS evaluates its closure several times a step; in float64 the path is the same to the last bit."""
    for options in ({"lr": 0.1}, {"line_search_fn": "strong_wolfe"}, {"lr": 0.5, "max_iter": 4, "history_size": 2}):
        bend(torch, see, options)


@case()
def what_rules_refuse(torch, see):
    """Options out of their range are named."""
    p = torch.nn.Parameter(torch.ones(2, 2))
    for name, options in (
        ("Adam", {"lr": -1}), ("Adam", {"betas": (1.0, 0.9)}), ("Adam", {"eps": -1}), ("Adam", {"weight_decay": -1}),
        ("Adam", {"lr": torch.tensor(0.1), "foreach": True}), ("Adam", {"fused": True, "foreach": True}),
        ("Adam", {"fused": True, "differentiable": True}), ("NAdam", {"momentum_decay": -1}),
        ("Adadelta", {"rho": 2}), ("Adagrad", {"lr_decay": -1}), ("Adagrad", {"initial_accumulator_value": -1}),
        ("RMSprop", {"momentum": -1}), ("RMSprop", {"alpha": -1}), ("Rprop", {"etas": (1.5, 1.2)}),
        ("Adafactor", {"lr": -1}), ("Adafactor", {"beta2_decay": 1}), ("Adafactor", {"d": 0.5}),
        ("Muon", {"momentum": -1}), ("Muon", {"adjust_lr_fn": "other"}), ("LBFGS", {"lr": -1}),
        ("SparseAdam", {"lr": 0}),
    ):
        with see.refusal(f"{name} {options}"):
            getattr(torch.optim, name)([p], **options)


@case()
def what_steps_refuse(torch, see):
    """What only a step can see: captured graphs, dense gradients, and lists that shall be differentiable."""
    for name, options in (
        ("Adam", {"capturable": True}), ("ASGD", {"capturable": True, "foreach": True}),
        ("RAdam", {"foreach": True, "differentiable": True}), ("SparseAdam", {}), ("LBFGS", {}),
        ("LBFGS", {"line_search_fn": "other"}),
    ):
        p = torch.nn.Parameter(torch.ones(2))
        p.grad = torch.ones(2)
        optimiser = getattr(torch.optim, name)([p], **options)
        with see.refusal(f"{name} {options}"):
            optimiser.step(*([lambda p=p: p.sum()] if options == {"line_search_fn": "other"} else []))


@case(tolerance=ROOT)
def steps_that_are_differentiable(torch, see):
    """With differentiable=True a step is part of the graph, and a rate can be learned."""
    for name in ("SGD", "Adam", "NAdam", "RAdam", "Adadelta", "Adagrad", "RMSprop", "ASGD"):
        start = torch.tensor([1.0, -2.0], requires_grad=True)
        p = start.clone()
        optimiser = getattr(torch.optim, name)([p], differentiable=True)
        p.grad = torch.tensor([0.5, 1.5]) * start
        optimiser.step()
        see(f"{name}: p", p)
        see(f"{name}: node", type(p.grad_fn).__name__)
        see(f"{name}: gradient", torch.autograd.grad(p.sum(), start)[0])
