"""RAdam: Adam that trusts its second moment only once enough steps have been seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from .options import check, check_betas, check_lr, next_step, scalar, zero_steps, zeros_like
from .rule import RuleOptimizer


def radam(
    xp: Any, p: Any, g: Any, m: Any, v: Any, *, step: float, lr: Any, beta1: float, beta2: float, eps: float,
    decay: Any, decoupled: bool, maximize: bool, differentiable: bool
) -> None:
    """Liu et al., "On the variance of the adaptive learning rate and beyond" (2020), algorithm 2."""
    if maximize:
        g = xp.neg(g)
    if decay != 0:
        if decoupled:
            xp.mul_(p, 1 - lr * decay)
        else:
            g = xp.add(g, p, alpha=decay)
    xp.lerp_(m, g, 1 - beta1)
    xp.addcmul_(xp.mul_(v, beta2), g, g, value=1 - beta2)
    correction1, correction2 = 1 - beta1**step, 1 - beta2**step
    way = xp.mul(xp.div(m, correction1), lr)
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * step * (beta2**step) / correction2
    if length > 5.0:
        rectified = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) ** 0.5
        size = xp.add(xp.sqrt(v), eps) if differentiable else xp.add_(xp.sqrt(v), eps)
        way = xp.mul(xp.mul(way, xp.mul(xp.reciprocal(size), correction2**0.5)), rectified)
    xp.add_(p, way, alpha=-1.0)


class RAdam(RuleOptimizer):
    """Adam with rectified variance: plain momentum at first. Errors: ValueError for options out of range."""

    _once_missing: ClassVar[dict[str, Any]] = {
        "foreach": None, "maximize": False, "differentiable": False, "decoupled_weight_decay": False,
        "capturable": False,
    }

    def __init__(
        self, params: Iterable[Any], lr: Any = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, decoupled_weight_decay: bool = False, *, foreach: bool | None = None,
        maximize: bool = False, capturable: bool = False, differentiable: bool = False
    ) -> None:
        check_lr(lr)
        check(eps, "epsilon")
        check_betas(betas)
        check(weight_decay, "weight_decay")
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
                "foreach": foreach, "capturable": capturable, "decoupled_weight_decay": decoupled_weight_decay,
                "differentiable": differentiable,
            },
        )

    def _begin(self, state: dict[str, Any], p: Any, group: dict[str, Any]) -> None:
        state["step"] = zero_steps(group)
        state["exp_avg"], state["exp_avg_sq"] = zeros_like(p), zeros_like(p)

    def _advance(self, state: dict[str, Any], group: dict[str, Any]) -> Any:
        return next_step(state["step"])

    def _kept(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq")

    def _rule(self, group: dict[str, Any], shared: Any) -> tuple[Callable[..., Any], tuple[int, ...]]:
        decay, decoupled = group["weight_decay"], group["decoupled_weight_decay"]
        beta1, beta2 = group["betas"]
        rule = partial(
            radam, step=shared, lr=scalar(group["lr"]), beta1=beta1, beta2=beta2, eps=group["eps"], decay=decay,
            decoupled=decoupled, maximize=group["maximize"], differentiable=group["differentiable"],
        )
        return rule, (2 if decoupled and decay != 0 else 1, 0, 1, 2)


RAdam.__module__ = "torch.optim.radam"
