"""RMSprop: steps scaled by the root of the recent mean square."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from .options import DEVICES, check, check_lr, next_step, scalar, zero_steps, zeros_like
from .rule import RuleOptimizer


def rmsprop(
    xp: Any, p: Any, g: Any, squares: Any, *others: Any, lr: Any, alpha: float, eps: float, decay: Any,
    momentum: float, centered: bool, maximize: bool, differentiable: bool
) -> None:
    """Hinton, "Lecture 6.5" (2012), centred as Graves (2013) has it; ``others``: momentum's buffer, then the mean."""
    if maximize:
        g = xp.neg(g)
    if decay != 0:
        g = xp.add(g, p, alpha=decay)
    xp.addcmul_(xp.mul_(squares, alpha), g, g, value=1 - alpha)
    if centered:
        mean = others[-1]
        xp.lerp_(mean, g, 1 - alpha)
        size = xp.sqrt_(xp.addcmul(squares, mean, mean, value=-1))
    else:
        size = xp.sqrt(squares)
    size = xp.add(size, eps) if differentiable else xp.add_(size, eps)
    if momentum > 0:
        buffer = xp.addcdiv_(xp.mul_(others[0], momentum), g, size)
        xp.add_(p, buffer, alpha=-lr)
    else:
        xp.addcdiv_(p, g, size, value=-lr)


class RMSprop(RuleOptimizer):
    """``p -= lr * g / (sqrt(mean(g**2)) + eps)``. Errors: ValueError for options out of range."""

    _once_missing: ClassVar[dict[str, Any]] = {
        "momentum": 0, "centered": False, "foreach": None, "maximize": False, "differentiable": False,
        "capturable": False,
    }
    _devices = DEVICES, DEVICES

    def __init__(
        self, params: Iterable[Any], lr: Any = 1e-2, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0,
        momentum: float = 0, centered: bool = False, capturable: bool = False, foreach: bool | None = None,
        maximize: bool = False, differentiable: bool = False
    ) -> None:
        check_lr(lr)
        check(eps, "epsilon")
        check(momentum, "momentum")
        check(weight_decay, "weight_decay")
        check(alpha, "alpha")
        super().__init__(
            params,
            {
                "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
                "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach, "maximize": maximize,
                "differentiable": differentiable,
            },
        )

    def _begin(self, state: dict[str, Any], p: Any, group: dict[str, Any]) -> None:
        state["step"] = zero_steps(group)
        for name in self._kept(group):
            state[name] = zeros_like(p)

    def _advance(self, state: dict[str, Any], group: dict[str, Any]) -> Any:
        next_step(state["step"])

    def _kept(self, group: dict[str, Any]) -> tuple[str, ...]:
        names = ["square_avg"]
        if group["momentum"] > 0:
            names.append("momentum_buffer")
        if group["centered"]:
            names.append("grad_avg")
        return tuple(names)

    def _rule(self, group: dict[str, Any], shared: Any) -> tuple[Callable[..., Any], tuple[int, ...]]:
        rule = partial(
            rmsprop, lr=scalar(group["lr"]), alpha=group["alpha"], eps=group["eps"], decay=group["weight_decay"],
            momentum=group["momentum"], centered=group["centered"], maximize=group["maximize"],
            differentiable=group["differentiable"],
        )
        counts = {"square_avg": 2, "momentum_buffer": 2, "grad_avg": 1}
        return rule, (1, 0, *(counts[name] for name in self._kept(group)))


RMSprop.__module__ = "torch.optim.rmsprop"
