"""Adadelta: steps as large as recent steps, measured against recent gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from .options import DEVICES, check, check_lr, next_step, scalar, zero_steps, zeros_like
from .rule import RuleOptimizer


def adadelta(
    xp: Any, p: Any, g: Any, squares: Any, steps: Any, *, lr: Any, rho: float, eps: float, decay: Any, maximize: bool,
    differentiable: bool
) -> None:
    """Zeiler, "Adadelta: an adaptive learning rate method" (2012), algorithm 1."""
    if maximize:
        g = xp.neg(g)
    if decay != 0:
        g = xp.add(g, p, alpha=decay)
    xp.addcmul_(xp.mul_(squares, rho), g, g, value=1 - rho)
    size = xp.sqrt_(xp.add(squares, eps))
    way = xp.sqrt_(xp.add(steps, eps))
    if differentiable:
        way = way.clone()
    xp.mul_(xp.div_(way, size), g)
    xp.addcmul_(xp.mul_(steps, rho), way, way, value=1 - rho)
    xp.add_(p, way, alpha=-lr)


class Adadelta(RuleOptimizer):
    """Needs no learning rate, and multiplies its steps by one all the same. ValueError for options out of range."""

    _once_missing: ClassVar[dict[str, Any]] = {
        "foreach": None, "maximize": False, "differentiable": False, "capturable": False
    }

    _devices = DEVICES[:-1], DEVICES[:-1]

    def __init__(
        self, params: Iterable[Any], lr: Any = 1.0, rho: float = 0.9, eps: float = 1e-6, weight_decay: float = 0,
        foreach: bool | None = None, *, capturable: bool = False, maximize: bool = False, differentiable: bool = False
    ) -> None:
        check_lr(lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check(eps, "epsilon")
        check(weight_decay, "weight_decay")
        super().__init__(
            params,
            {
                "lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
                "capturable": capturable, "foreach": foreach, "differentiable": differentiable,
            },
        )

    def _begin(self, state: dict[str, Any], p: Any, group: dict[str, Any]) -> None:
        state["step"] = zero_steps(group)
        state["square_avg"], state["acc_delta"] = zeros_like(p), zeros_like(p)

    def _advance(self, state: dict[str, Any], group: dict[str, Any]) -> Any:
        next_step(state["step"])

    def _kept(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("square_avg", "acc_delta")

    def _rule(self, group: dict[str, Any], shared: Any) -> tuple[Callable[..., Any], tuple[int, ...]]:
        rule = partial(
            adadelta, lr=scalar(group["lr"]), rho=group["rho"], eps=group["eps"], decay=group["weight_decay"],
            maximize=group["maximize"], differentiable=group["differentiable"],
        )
        return rule, (1, 0, 2, 2)


Adadelta.__module__ = "torch.optim.adadelta"
