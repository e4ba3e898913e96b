"""Schedulers beside torch's: rates, states, momenta, warnings and refusals, equal to the last bit."""

import importlib
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch as reference

import minitorch_compat as engine

ROOMS = [(each, importlib.import_module(f"{each.__name__}.optim.lr_scheduler")) for each in (reference, engine)]


def optimizer(torch: Any, name: str = "SGD", rate: Any = 0.1, **options: Any) -> Any:
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": rate * (place + 1)} for place in range(2)]
    return getattr(torch.optim, name)(groups, lr=rate, **options)


class Power:
    def __init__(self, base: float) -> None:
        self.base = base

    def __call__(self, epoch: float) -> float:
        return self.base**epoch


SCHEDULERS: dict[str, Callable[[Any, Any], Any]] = {
    "lambdas": lambda L, o: L.LambdaLR(o, [lambda e: 0.9**e, Power(0.8)]),
    "lambda": lambda L, o: L.LambdaLR(o, lambda e: 0.5**e),
    "multiplicative": lambda L, o: L.MultiplicativeLR(o, lambda e: 0.95),
    "step": lambda L, o: L.StepLR(o, 3, 0.3),
    "steps": lambda L, o: L.MultiStepLR(o, [2, 5, 5, 9], gamma=0.5),
    "constant": lambda L, o: L.ConstantLR(o, 0.25, 4),
    "linear": lambda L, o: L.LinearLR(o, 0.2, 0.9, 6),
    "linear by default": lambda L, o: L.LinearLR(o),
    "exponential": lambda L, o: L.ExponentialLR(o, 0.8),
    "cosine": lambda L, o: L.CosineAnnealingLR(o, 5, 0.01),
    "restarts": lambda L, o: L.CosineAnnealingWarmRestarts(o, 3, 2, 0.001),
    "equal restarts": lambda L, o: L.CosineAnnealingWarmRestarts(o, 3),
    "polynomial": lambda L, o: L.PolynomialLR(o, 7, 2.0),
    "chained": lambda L, o: L.ChainedScheduler([L.ConstantLR(o, 0.1, 3), L.ExponentialLR(o, 0.9)]),
    "sequential": lambda L, o: L.SequentialLR(
        o, [L.ConstantLR(o, 0.1, 20), L.ExponentialLR(o, 0.9), L.StepLR(o, 2)], [3, 7]
    ),
    "cyclic": lambda L, o: L.CyclicLR(o, 0.01, 0.5, step_size_up=3, step_size_down=4),
    "cyclic 2": lambda L, o: L.CyclicLR(o, [0.01, 0.02], [0.5, 0.6], step_size_up=2, mode="triangular2"),
    "cyclic exponential": lambda L, o: L.CyclicLR(
        o, 0.01, 0.5, step_size_up=3, mode="exp_range", gamma=0.9, cycle_momentum=False
    ),
    "cyclic with a scale": lambda L, o: L.CyclicLR(
        o, 0.01, 0.5, step_size_up=3, scale_fn=lambda x: 1 / x, scale_mode="cycle"
    ),
    "one cycle": lambda L, o: L.OneCycleLR(o, 0.5, total_steps=13),
    "one cycle in three": lambda L, o: L.OneCycleLR(
        o, [0.5, 1.0], epochs=3, steps_per_epoch=5, anneal_strategy="linear", three_phase=True, div_factor=10,
        final_div_factor=100,
    ),
    "too many steps": lambda L, o: L.OneCycleLR(o, 0.5, total_steps=5),
    "plateau": lambda L, o: L.ReduceLROnPlateau(o, patience=1),
    "plateau up": lambda L, o: L.ReduceLROnPlateau(
        o, mode="max", patience=1, factor=0.5, cooldown=2, min_lr=0.02
    ),
    "plateau abs": lambda L, o: L.ReduceLROnPlateau(o, patience=0, threshold=0.5, threshold_mode="abs"),
    "plateau least": lambda L, o: L.ReduceLROnPlateau(o, patience=0, min_lr=[0.01, 0.09], eps=0.01),
}  # fmt: skip
METRICS = (5, 4, 3, 3, 3, 3, 3, 2.9999, 3, 3, 3, 3)


def seen(call: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """What a call gives or raises, and what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = call(*arguments, **keywords)
        except Exception as error:
            result = type(error).__name__, str(error)
    return result, [(each.category.__name__, str(each.message)) for each in caught]


def plan(torch: Any, schedulers: Any, make: Callable[[Any, Any], Any], jumps: bool, **options: Any) -> Any:
    moved = optimizer(torch, **options)
    scheduler = make(schedulers, moved)
    rates: list[Any] = [scheduler.get_last_lr()]
    for place in range(12):
        moved.step()
        arguments: tuple[Any, ...] = (METRICS[place],) if isinstance(scheduler, schedulers.ReduceLROnPlateau) else ()
        scheduler.step(*arguments, *([2 * place] if jumps else []))
        rates.append(scheduler.get_last_lr())
    groups = [{key: value for key, value in each.items() if key != "params"} for each in moved.param_groups]
    state = scheduler.state_dict()
    return rates, list(state), repr(state), groups


@pytest.mark.parametrize("jumps", [False, True], ids=["steps", "jumps"])
@pytest.mark.parametrize("name", SCHEDULERS)
def test_plans(name: str, jumps: bool) -> None:
    expected, got = (seen(plan, *room, SCHEDULERS[name], jumps, momentum=0.9) for room in ROOMS)
    assert got == expected


@pytest.mark.parametrize("name", ["cyclic", "one cycle"])
def test_betas_are_momenta(name: str) -> None:
    expected, got = (seen(plan, *room, SCHEDULERS[name], False, name="Adam") for room in ROOMS)
    assert got == expected


@pytest.mark.parametrize("name", ["step", "exponential", "cosine", "linear", "lambda", "plateau"])
def test_rates_in_tensors(name: str) -> None:
    def run(torch: Any, schedulers: Any) -> Any:
        rates, *_ = plan(torch, schedulers, SCHEDULERS[name], False, rate=torch.tensor(0.1, dtype=torch.float64))
        return [[float(each) for each in both] for both in rates]

    expected, got = (run(*room) for room in ROOMS)
    for rates, wanted in zip(got, expected, strict=True):
        assert rates == pytest.approx(wanted, rel=1e-15)


@pytest.mark.parametrize("name", [each for each in SCHEDULERS if not each.startswith(("plateau", "too"))])
def test_states_go_over(name: str) -> None:
    def run(torch: Any, schedulers: Any) -> Any:
        first = optimizer(torch, momentum=0.9)
        scheduler = SCHEDULERS[name](schedulers, first)
        for _ in range(4):
            first.step()
            scheduler.step()
        second = optimizer(torch, momentum=0.9)
        taken = SCHEDULERS[name](schedulers, second)
        taken.load_state_dict(scheduler.state_dict())
        second.load_state_dict(first.state_dict())
        rates = []
        for _ in range(4):
            second.step()
            taken.step()
            rates.append(taken.get_last_lr())
        return rates

    expected, got = (run(*room) for room in ROOMS)
    assert got == expected


def steps_in_wrong_order(torch: Any, L: Any) -> None:
    o = optimizer(torch)
    scheduler = L.StepLR(o, 2)
    scheduler.step()
    o.step()
    scheduler.step()


def step_replaced(torch: Any, L: Any) -> None:
    o = optimizer(torch)
    scheduler = L.StepLR(o, 2)
    o.step = lambda: None
    scheduler.step()


def group_added(torch: Any, L: Any, least: Any) -> Any:
    o = optimizer(torch)
    scheduler = L.ReduceLROnPlateau(o, patience=1, min_lr=least)
    o.add_param_group({"params": [torch.zeros(1, requires_grad=True)]})
    for _ in range(4):
        scheduler.step(1)
    return scheduler.get_last_lr(), scheduler.min_lrs


def goes_on(torch: Any, L: Any) -> Any:
    o = optimizer(torch)
    scheduler = L.CosineAnnealingLR(o, 5)
    for _ in range(3):
        o.step()
        scheduler.step()
    other = optimizer(torch)
    other.load_state_dict(o.state_dict())
    return L.CosineAnnealingLR(other, 5, last_epoch=2).get_last_lr()


def own(torch: Any, L: Any, rates: Any) -> Any:
    class Own(L.LRScheduler):
        if rates is not None:
            def get_lr(self) -> Any:
                return rates(self)

    return Own(optimizer(torch)).get_last_lr()


def two_schedulers(torch: Any, L: Any, first: Any, second: Any) -> Any:
    o = optimizer(torch)
    return L.SequentialLR(o, [first(L, o), second(L, o)], [1]).get_last_lr()


CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "order": steps_in_wrong_order,
    "replaced": step_replaced,
    "group added": lambda t, L: group_added(t, L, 0.02),
    "group added to a list": lambda t, L: group_added(t, L, [0.02, 0.02]),
    "goes on": goes_on,
    "own": lambda t, L: own(t, L, lambda self: [each["lr"] / 2 for each in self.optimizer.param_groups]),
    "own without": lambda t, L: own(t, L, None),
    "no optimiser": lambda t, L: L.StepLR(5, 1),
    "no initial rate": lambda t, L: L.StepLR(optimizer(t), 3, last_epoch=4),
    "one lambda": lambda t, L: L.LambdaLR(optimizer(t), [lambda e: 1]),
    "no lambda": lambda t, L: L.LambdaLR(optimizer(t), [5, 6]),
    "one factor": lambda t, L: L.MultiplicativeLR(optimizer(t), [lambda e: 1]),
    "constant": lambda t, L: L.ConstantLR(optimizer(t), 2.0),
    "linear start": lambda t, L: L.LinearLR(optimizer(t), 0),
    "linear end": lambda t, L: L.LinearLR(optimizer(t), 0.5, 2.0),
    "restarts 0": lambda t, L: L.CosineAnnealingWarmRestarts(optimizer(t), 0),
    "restarts 2.0": lambda t, L: L.CosineAnnealingWarmRestarts(optimizer(t), 2.0),
    "restarts T_mult": lambda t, L: L.CosineAnnealingWarmRestarts(optimizer(t), 2, 0),
    "restarts eta_min": lambda t, L: L.CosineAnnealingWarmRestarts(optimizer(t), 2, 1, "a"),
    "restarts back": lambda t, L: L.CosineAnnealingWarmRestarts(optimizer(t), 2).step(-1),
    "chain of none": lambda t, L: L.ChainedScheduler([]),
    "chain of two": lambda t, L: L.ChainedScheduler([L.ExponentialLR(optimizer(t), 0.9) for _ in range(2)]),
    "chain of other": lambda t, L: L.ChainedScheduler([L.ExponentialLR(optimizer(t), 0.9), 5]),
    "chain of plateau": lambda t, L: L.ChainedScheduler([L.ReduceLROnPlateau(optimizer(t))]),
    "sequence of plateau": lambda t, L: two_schedulers(
        t, L, lambda L, o: L.StepLR(o, 1), lambda L, o: L.ReduceLROnPlateau(o)
    ),
    "sequence of other": lambda t, L: two_schedulers(t, L, lambda L, o: L.StepLR(o, 1), lambda L, o: 5),
    "sequence of two": lambda t, L: two_schedulers(
        t, L, lambda L, o: L.StepLR(o, 1), lambda L, o: L.StepLR(optimizer(t), 1)
    ),
    "sequence of none": lambda t, L: L.SequentialLR(optimizer(t), [], [1]),
    "cyclic mode": lambda t, L: L.CyclicLR(optimizer(t), 0.1, 0.2, mode="x"),
    "cyclic base": lambda t, L: L.CyclicLR(optimizer(t), [0.1], 0.2),
    "cyclic momentum": lambda t, L: L.CyclicLR(optimizer(t, "Adagrad"), 0.1, 0.2),
    "one cycle": lambda t, L: L.OneCycleLR(optimizer(t), 0.1),
    "one cycle 0": lambda t, L: L.OneCycleLR(optimizer(t), 0.1, total_steps=0),
    "one cycle epochs": lambda t, L: L.OneCycleLR(optimizer(t), 0.1, epochs=1.0, steps_per_epoch=1),
    "one cycle steps": lambda t, L: L.OneCycleLR(optimizer(t), 0.1, epochs=1, steps_per_epoch=0),
    "one cycle share": lambda t, L: L.OneCycleLR(optimizer(t), 0.1, total_steps=5, pct_start=2),
    "one cycle way": lambda t, L: L.OneCycleLR(optimizer(t), 0.1, total_steps=5, anneal_strategy="x"),
    "one cycle momentum": lambda t, L: L.OneCycleLR(optimizer(t, "Adagrad"), 0.1, total_steps=5),
    "plateau factor": lambda t, L: L.ReduceLROnPlateau(optimizer(t), factor=1.0),
    "plateau least": lambda t, L: L.ReduceLROnPlateau(optimizer(t), min_lr=[0.1]),
    "plateau mode": lambda t, L: L.ReduceLROnPlateau(optimizer(t), mode="x"),
    "plateau threshold": lambda t, L: L.ReduceLROnPlateau(optimizer(t), threshold_mode="x"),
    "plateau without": lambda t, L: L.ReduceLROnPlateau(optimizer(t)).step(),
    "outside": lambda t, L: L.ExponentialLR(optimizer(t), 0.5).get_lr(),
    "outside cosine": lambda t, L: L.CosineAnnealingLR(optimizer(t), 2).get_lr(),
    "outside polynomial": lambda t, L: L.PolynomialLR(optimizer(t)).get_lr(),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name: str) -> None:
    expected, got = (seen(CALLS[name], *room) for room in ROOMS)
    if not isinstance(expected[0], (list, tuple, type(None))):
        expected, got = expected[1], got[1]  # a scheduler was made
    assert got == expected


def test_names() -> None:
    assert ROOMS[1][1].__all__ == ROOMS[0][1].__all__
