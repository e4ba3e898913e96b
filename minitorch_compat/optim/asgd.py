"""ASGD: descent whose path is averaged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from .options import check, check_lr, full, next_step, ones, scalar, zero_steps, zeros_like
from .rule import RuleOptimizer


def asgd(
    xp: Any, p: Any, g: Any, average: Any, *, eta: float, mu: float, lambd: float, decay: Any, maximize: bool,
    foreach: bool
) -> None:
    """Polyak and Juditsky, "Acceleration of stochastic approximation by averaging" (1992)."""
    if maximize:
        g = xp.neg(g)
    if decay != 0:
        g = xp.add(g, p, alpha=decay)
    if foreach:
        xp.add_(p, xp.add(g, p, alpha=lambd), alpha=-eta)
    else:
        xp.mul_(p, 1 - lambd * eta)
        xp.add_(p, g, alpha=-eta)
    if mu == 1:
        xp.copy_(average, p)
    elif foreach:
        xp.add_(average, xp.sub(p, average), alpha=mu)
    else:
        xp.add_(average, xp.mul_(xp.sub(p, average), mu))


class ASGD(RuleOptimizer):
    """Steps of ``eta``, which falls with time; the average begins after ``t0`` steps and is kept in ``ax``.

    Errors: ValueError for options out of range.
    """

    _once_missing: ClassVar[dict[str, Any]] = {
        "foreach": None, "maximize": False, "differentiable": False, "capturable": False
    }
    _named_in_errors = ("params, mus, etas, and state_steps", "params, mus, etas, and state_steps")

    def __init__(
        self, params: Iterable[Any], lr: Any = 1e-2, lambd: float = 1e-4, alpha: float = 0.75, t0: float = 1e6,
        weight_decay: float = 0, foreach: bool | None = None, maximize: bool = False, differentiable: bool = False,
        capturable: bool = False
    ) -> None:
        check_lr(lr)
        check(weight_decay, "weight_decay")
        super().__init__(
            params,
            {
                "lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay, "foreach": foreach,
                "maximize": maximize, "differentiable": differentiable, "capturable": capturable,
            },
        )

    def _begin(self, state: dict[str, Any], p: Any, group: dict[str, Any]) -> None:
        state["step"] = zero_steps(group)
        state["eta"] = full((), float(group["lr"]))
        state["mu"] = ones(())
        state["ax"] = zeros_like(p)

    def _advance(self, state: dict[str, Any], group: dict[str, Any]) -> Any:
        step, eta, mu = next_step(state["step"]), state["eta"], state["mu"]
        shared = eta.item(), mu.item()
        lr = scalar(group["lr"])
        # torch writes down the next numbers after the step; nothing in it reads them. For lists of tensors it computes
        # the rate with the tensor of steps, in single precision.
        steps = state["step"] if group["foreach"] else step
        eta.fill_(lr / ((1 + group["lambd"] * lr * steps) ** group["alpha"]))
        mu.fill_(1 / max(1, step - group["t0"]))
        return shared

    def _kept(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("ax",)

    def _rule(self, group: dict[str, Any], shared: Any) -> tuple[Callable[..., Any], tuple[int, ...]]:
        eta, mu = shared
        rule = partial(
            asgd, eta=eta, mu=mu, lambd=group["lambd"], decay=group["weight_decay"], maximize=group["maximize"],
            foreach=bool(group["foreach"]),
        )
        return rule, (1 if group["foreach"] else 2, 0, 1)


ASGD.__module__ = "torch.optim.asgd"
