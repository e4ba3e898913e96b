"""Pruning beside torch: masks, names, hooks, the random stream and refusals."""

from __future__ import annotations

import copy
import importlib
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from both import torch

import minitorch_compat


def plain(value: Any, side: Any) -> Any:
    """A value as data that two engines can share."""
    if isinstance(value, side.Tensor):
        node = None if value.grad_fn is None else value.grad_fn.name()
        return type(value).__name__, str(value.dtype).split(".")[-1], value.tolist(), value.requires_grad, node
    if isinstance(value, dict):
        return {key: plain(each, side) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each, side) for each in value]
    return str(value).replace("minitorch_compat", "torch")


def same(call: Callable[[Any, Any], Any]) -> Any:
    """What a call shows on both engines, which must be one."""
    seen = []
    for side in (torch, minitorch_compat):
        side.manual_seed(3)
        try:
            made = plain(call(side, importlib.import_module(f"{side.__name__}.nn.utils.prune")), side)
        except Exception as error:
            made = (type(error).__name__, str(error).replace("minitorch_compat", "torch"))
        seen.append((made, side.get_rng_state().tolist()))
    assert seen[1] == seen[0]
    return seen[0][0]


def linear(side: Any) -> Any:
    side.default_generator.manual_seed(0)
    return side.nn.Linear(4, 3)


def shown(module: Any) -> list[Any]:
    hooks = list(module._forward_pre_hooks.values())
    return [
        dict(module.named_parameters()), dict(module.named_buffers()), module.weight, repr(module),
        [(type(each).__name__, vars(each).keys(), [type(one).__name__ for one in getattr(each, "_pruning_methods", ())])
         for each in hooks],
    ]  # fmt: skip


AMOUNTS = (0, 1, 2, 3, 5, 12, 13, 0.0, 0.1, 0.3, 0.34, 0.5, 1.0, -1, -0.1, 1.5, "a", None, True, 2.0, float("nan"))


@pytest.mark.parametrize("amount", AMOUNTS, ids=str)
def test_amounts(amount: Any) -> None:
    for name, (function, *rest) in itertools.product(
        ("weight", "bias"),
        (["random_unstructured"], ["l1_unstructured"], *(["random_structured", dim] for dim in (0, 1, -1, 2, -2, -3)),
         *(["ln_structured", 2, dim] for dim in (0, 1, -1, 2))),
    ):  # fmt: skip
        same(lambda side, prune, f=function, n=name, r=rest: shown(getattr(prune, f)(linear(side), n, amount, *r)))


@pytest.mark.parametrize("order", [1, 2, 3, 0, float("inf"), -float("inf"), "fro", "nuc", "x", None])
def test_norms(order: Any) -> None:
    for dim in (0, 1, -1, 2):
        same(lambda side, prune, d=dim: shown(prune.ln_structured(linear(side), "weight", 1, order, d)))
        same(lambda side, prune, d=dim: shown(prune.ln_structured(side.nn.Conv2d(2, 3, 2), "weight", 1, order, d)))


STEPS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "random": lambda side, prune, m: prune.random_unstructured(m, "weight", 0.3),
    "smallest": lambda side, prune, m: prune.l1_unstructured(m, "weight", 3),
    "rows": lambda side, prune, m: prune.random_structured(m, "weight", 1, 0),
    "columns": lambda side, prune, m: prune.random_structured(m, "weight", 0.5, 1),
    "short rows": lambda side, prune, m: prune.ln_structured(m, "weight", 1, 2, 0),
    "nothing": lambda side, prune, m: prune.identity(m, "weight"),
    "mask": lambda side, prune, m: prune.custom_from_mask(m, "weight", side.ones(3, 4).triu()),
    "scores": lambda side, prune, m: prune.l1_unstructured(m, "weight", 2, side.arange(12.0).reshape(3, 4)),
    "bias": lambda side, prune, m: prune.l1_unstructured(m, "bias", 1),
    "remove": lambda side, prune, m: prune.remove(m, "weight"),
}


@pytest.mark.parametrize("first", STEPS)
def test_one_after_the_other(first: str) -> None:
    for second in STEPS:

        def both(side: Any, prune: Any, second: str = second) -> Any:
            module = linear(side)
            for name in (first, second, "short rows"):
                STEPS[name](side, prune, module)
            return shown(module)

        same(both)


def test_masks_and_scores_that_do_not_fit() -> None:
    for mask in (lambda t: t.ones(4, 3), lambda t: t.tensor([1, 0, 1, 1]), lambda t: t.ones(3, 4).tril().bool(),
                 lambda t: t.ones(3, 4).double()):  # fmt: skip
        same(lambda side, prune, mask=mask: shown(prune.custom_from_mask(linear(side), "weight", mask(side))))
    for scores in (lambda t: t.arange(12.0), lambda t: [1]):
        same(lambda side, prune, of=scores: prune.l1_unstructured(linear(side), "weight", 3, of(side)))
    for name in ("nope", "bias"):
        same(lambda side, prune, name=name: prune.identity(side.nn.Linear(2, 2, bias=False), name))
    same(lambda side, prune: prune.identity(side.nn.Sequential(linear(side)), "0"))
    same(lambda side, prune: prune.l1_unstructured(side.nn.BatchNorm1d(3), "running_mean", 1))


def test_several_parameters_as_one() -> None:
    def everywhere(method: str, **options: Any) -> Callable[[Any, Any], Any]:
        def call(side: Any, prune: Any) -> Any:
            net = side.nn.Sequential(linear(side), side.nn.ReLU(), side.nn.Linear(3, 2))
            for _ in range(2):
                prune.global_unstructured(
                    [(net[0], "weight"), (net[2], "weight"), (net[0], "bias")], getattr(prune, method), **options
                )
            return [dict(net.named_buffers()), dict(net.named_parameters()), prune.is_pruned(net)]

        return call

    for method in ("L1Unstructured", "RandomUnstructured", "Identity", "CustomFromMask"):
        for options in ({"amount": 0.4}, {"amount": 5}, {"amount": 50}, {}):
            same(everywhere(method, **options))
    same(everywhere("LnStructured", amount=1, n=2))
    for wrong in (3, [], [3], [(3,)]):
        same(lambda side, prune, wrong=wrong: prune.global_unstructured(wrong, prune.L1Unstructured, amount=1))
    same(lambda side, prune: prune.global_unstructured([(linear(side), "weight")], prune.L1Unstructured, [1], amount=3))

    def scored(side: Any, prune: Any) -> Any:
        module = linear(side)
        scores = {(module, "weight"): side.arange(12.0).reshape(3, 4)}
        prune.global_unstructured([(module, "weight"), (module, "bias")], prune.L1Unstructured, scores, amount=3)
        return shown(module)

    same(scored)


def test_methods_of_ones_own() -> None:
    def own(kind: str, mistake: bool = False) -> Callable[[Any, Any], Any]:
        def call(side: Any, prune: Any) -> Any:
            class Own(prune.BasePruningMethod):  # type: ignore[name-defined, misc]
                PRUNING_TYPE = kind

                def compute_mask(self, t: Any, default_mask: Any) -> Any:
                    if mistake:
                        raise KeyError("mistake")
                    mask = default_mask.clone()
                    mask.view(-1)[::2] = 0
                    return mask

            module = linear(side)
            seen = []
            for _ in range(2):
                try:
                    Own.apply(module, "weight")
                except (KeyError, ValueError) as error:
                    seen.append(str(error))
                seen.append(shown(module))
            return seen

        return call

    for kind in ("unstructured", "global", "foo"):
        same(own(kind))
    same(own("global", mistake=True))
    same(lambda side, prune: prune.BasePruningMethod())
    t = [[0.5, -1.0, 2.0], [3.0, -0.25, 1.0]]
    for made in (lambda p, s: p.L1Unstructured(3), lambda p, s: p.RandomUnstructured(0.5),
                 lambda p, s: p.LnStructured(1, 2, 0), lambda p, s: p.RandomStructured(1), lambda p, s: p.Identity(),
                 lambda p, s: p.CustomFromMask(s.ones(2, 3).tril())):  # fmt: skip
        same(lambda s, p, made=made: made(p, s).prune(s.tensor(t)))
        same(lambda s, p, made=made: made(p, s).prune(s.tensor(t), default_mask=s.ones(2, 3).triu()))
        same(lambda s, p, made=made: made(p, s).prune(s.tensor(t), importance_scores=-s.tensor(t)))
        same(lambda s, p, made=made: made(p, s).prune(s.tensor(t), importance_scores=s.ones(4)))
        same(lambda s, p, made=made: made(p, s).prune(s.arange(6.0)))
        same(lambda s, p, made=made: [vars(made(p, s)), made(p, s).PRUNING_TYPE, type(made(p, s)).__mro__])


def test_containers() -> None:
    def named(method: Any, name: str) -> Any:
        method._tensor_name = name
        return method

    def filled(*given: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
        def call(side: Any, prune: Any) -> Any:
            container = prune.PruningContainer(named(prune.Identity(), "weight"))
            for each in given:
                container.add_pruning_method(each(prune))
            return [len(container), [type(each).__name__ for each in container], type(container[0]).__name__]

        return call

    same(filled())
    same(filled(lambda prune: named(prune.L1Unstructured(1), "weight"), lambda prune: None))
    same(filled(lambda prune: 3))
    for side in (torch, minitorch_compat):
        prune = importlib.import_module(f"{side.__name__}.nn.utils.prune")
        with pytest.raises(ValueError, match=r"named 'weight' to PruningContainer <.*>\. Found 'bias'"):
            filled(lambda prune: named(prune.L1Unstructured(1), "bias"))(side, prune)
    same(lambda side, prune: prune.PruningContainer(prune.Identity()))
    same(lambda side, prune: prune.PruningContainer(3))
    same(lambda side, prune: prune.Identity().apply_mask(linear(side)))
    same(lambda side, prune: prune.remove(linear(side), "weight"))


def test_training_copies_and_states() -> None:
    def trained(side: Any, prune: Any) -> Any:
        module = prune.l1_unstructured(linear(side), "weight", 4)
        optimizer = side.optim.SGD(module.parameters(), 0.1)
        for _ in range(3):
            optimizer.zero_grad()
            module(side.ones(2, 4)).pow(2).sum().backward()
            optimizer.step()
        prune.remove(module, "weight")
        return [shown(module), module(side.ones(4))]

    def loaded(side: Any, prune: Any) -> Any:
        source, other = prune.l1_unstructured(linear(side), "weight", 4), prune.identity(linear(side), "weight")
        other.load_state_dict(source.state_dict())
        before = other.weight.clone()
        other(side.ones(4))
        return [before, other.weight]

    def copied(side: Any, prune: Any) -> Any:
        module = prune.l1_unstructured(linear(side), "weight", 4)
        module.weight = module.weight.detach()
        again = copy.deepcopy(module)
        again(side.ones(4))
        return shown(again)

    for call in (trained, loaded, copied):
        same(call)
    same(lambda side, prune: copy.deepcopy(prune.l1_unstructured(linear(side), "weight", 4)))
