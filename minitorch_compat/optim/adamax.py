"""Adamax: Adam with the largest recent gradient in the place of the mean square."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from .options import check, check_betas, check_lr, next_step, scalar, zero_steps, zeros_like
from .rule import RuleOptimizer


def adamax(
    xp: Any, p: Any, g: Any, m: Any, top: Any, *, step: float, lr: Any, beta1: float, beta2: float, eps: float,
    decay: Any, maximize: bool
) -> None:
    """Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 2."""
    if maximize:
        g = xp.neg(g)
    if decay != 0:
        g = xp.add(g, p, alpha=decay)
    xp.lerp_(m, g, 1 - beta1)
    xp.copy_(top, xp.maximum(xp.mul_(top, beta2), xp.add_(xp.abs(g), eps)))
    xp.addcdiv_(p, m, top, value=-(lr / (1 - beta1**step)))


class Adamax(RuleOptimizer):
    """``p -= lr * mean(g) / top``, ``top`` fading with ``betas[1]``. Errors: ValueError for options out of range."""

    _once_missing: ClassVar[dict[str, Any]] = {
        "foreach": None, "maximize": False, "differentiable": False, "capturable": False
    }

    def __init__(
        self, params: Iterable[Any], lr: Any = 2e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, foreach: bool | None = None, *, maximize: bool = False,
        differentiable: bool = False, capturable: bool = False
    ) -> None:
        check_lr(lr)
        check(eps, "epsilon")
        check_betas(betas)
        check(weight_decay, "weight_decay")
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "foreach": foreach,
                "maximize": maximize, "differentiable": differentiable, "capturable": capturable,
            },
        )

    def _begin(self, state: dict[str, Any], p: Any, group: dict[str, Any]) -> None:
        state["step"] = zero_steps(group)
        state["exp_avg"], state["exp_inf"] = zeros_like(p), zeros_like(p)

    def _advance(self, state: dict[str, Any], group: dict[str, Any]) -> Any:
        return next_step(state["step"])

    def _kept(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_inf")

    def _rule(self, group: dict[str, Any], shared: Any) -> tuple[Callable[..., Any], tuple[int, ...]]:
        beta1, beta2 = group["betas"]
        rule = partial(
            adamax, step=shared, lr=scalar(group["lr"]), beta1=beta1, beta2=beta2, eps=group["eps"],
            decay=group["weight_decay"], maximize=group["maximize"],
        )
        return rule, (1, 0, 1, 2)


Adamax.__module__ = "torch.optim.adamax"
