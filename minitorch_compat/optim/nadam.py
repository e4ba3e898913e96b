"""NAdam: Adam with the momentum of the step to come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from .._core.views import shared_of
from .options import check, check_betas, check_lr, next_step, ones, scalar, zero_steps, zeros_like
from .rule import RuleOptimizer


def nadam(
    xp: Any, p: Any, g: Any, m: Any, v: Any, *, step: Any, mu: float, mu_next: float, product: Any, lr: Any,
    beta1: float, beta2: float, eps: float, decay: Any, decoupled: bool, maximize: bool, differentiable: bool
) -> None:
    """Dozat, "Incorporating Nesterov momentum into Adam" (2016); ``product`` is that of all mu so far."""
    if maximize:
        g = xp.neg(g)
    if decay != 0:
        if decoupled:
            xp.mul_(p, 1 - lr * decay)
        else:
            g = xp.add(g, p, alpha=decay)
    xp.lerp_(m, g, 1 - beta1)
    xp.addcmul_(xp.mul_(v, beta2), g, g, value=1 - beta2)
    size = xp.sqrt(xp.div(v, 1 - beta2**step))
    if differentiable:
        size = size.add(eps)
        xp.addcdiv_(p, g * (-lr * (1.0 - mu) / (1.0 - product)), size)
        xp.addcdiv_(p, m * (-lr * mu_next / (1.0 - product * mu_next)), size)
    else:
        xp.add_(size, eps)
        xp.addcdiv_(p, g, size, value=-lr * (1.0 - mu) / (1.0 - product))
        xp.addcdiv_(p, m, size, value=-lr * mu_next / (1.0 - product * mu_next))


class NAdam(RuleOptimizer):
    """Adam whose momentum grows towards ``betas[0]``, as ``momentum_decay`` has it, and looks one step ahead.

    Errors: ValueError for options out of range.
    """

    _once_missing: ClassVar[dict[str, Any]] = {
        "maximize": False, "foreach": None, "capturable": False, "differentiable": False,
        "decoupled_weight_decay": False,
    }
    _named_in_errors = ("params, mu_products and state_steps", "params, mu_products, and state_steps")

    def __init__(
        self, params: Iterable[Any], lr: Any = 2e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, momentum_decay: float = 4e-3, decoupled_weight_decay: bool = False, *,
        foreach: bool | None = None, maximize: bool = False, capturable: bool = False, differentiable: bool = False
    ) -> None:
        check_lr(lr)
        check(eps, "epsilon")
        check_betas(betas)
        check(weight_decay, "weight_decay")
        check(momentum_decay, "momentum_decay")
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize, "foreach": foreach,
                "capturable": capturable, "differentiable": differentiable,
            },
        )

    def _begin(self, state: dict[str, Any], p: Any, group: dict[str, Any]) -> None:
        state["step"], state["mu_product"] = zero_steps(group), ones(())
        state["exp_avg"], state["exp_avg_sq"] = zeros_like(p), zeros_like(p)

    def _advance(self, state: dict[str, Any], group: dict[str, Any]) -> Any:
        step, beta, decay = next_step(state["step"]), group["betas"][0], group["momentum_decay"]
        mu = beta * (1.0 - 0.5 * (0.96 ** (step * decay)))
        mu_next = beta * (1.0 - 0.5 * (0.96 ** ((step + 1) * decay)))
        product = state["mu_product"]
        array = product._data
        array.fill(array.dtype.type(mu) * array)
        shared_of(product).number += 1
        return step, mu, mu_next, product if group["differentiable"] else array.item()

    def _kept(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq")

    def _rule(self, group: dict[str, Any], shared: Any) -> tuple[Callable[..., Any], tuple[int, ...]]:
        step, mu, mu_next, product = shared
        decay, decoupled = group["weight_decay"], group["decoupled_weight_decay"]
        beta1, beta2 = group["betas"]
        rule = partial(
            nadam, step=step, mu=mu, mu_next=mu_next, product=product, lr=scalar(group["lr"]), beta1=beta1,
            beta2=beta2, eps=group["eps"], decay=decay, decoupled=decoupled, maximize=group["maximize"],
            differentiable=group["differentiable"],
        )
        return rule, (3 if decoupled and decay != 0 else 2, 0, 1, 2)


NAdam.__module__ = "torch.optim.nadam"
