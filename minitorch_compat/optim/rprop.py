"""Rprop: steps that grow while the sign of the gradient stays and shrink when it turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from .options import DEVICES, check_lr, full_like, next_step, zero_steps, zeros_like
from .rule import RuleOptimizer


def rprop(
    xp: Any, p: Any, g: Any, previous: Any, size: Any, *, shrink: float, grow: float, least: float, most: float,
    maximize: bool, differentiable: bool
) -> None:
    """Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning" (1993), without return."""
    if maximize:
        g = xp.neg(g)
    factor = xp.sign(xp.mul(g, xp.clone(previous) if differentiable else previous))
    same, turned, still = xp.gt(factor, 0), xp.lt(factor, 0), xp.eq(factor, 0)
    for where, value in ((same, grow), (turned, shrink), (still, 1)):
        xp.masked_fill_(factor, where, value)
    xp.clamp_(xp.mul_(size, factor), least, most)
    g = xp.masked_fill_(xp.clone(g), xp.eq(factor, shrink), 0)
    xp.addcmul_(p, xp.sign(g), size, value=-1)
    xp.copy_(previous, g)


class Rprop(RuleOptimizer):
    """Looks at the signs of gradients only; ``etas`` are the factors, ``step_sizes`` the limits of a step.

    Errors: ValueError for options out of range.
    """

    _once_missing: ClassVar[dict[str, Any]] = {
        "foreach": None, "maximize": False, "differentiable": False, "capturable": False
    }
    _devices = DEVICES, DEVICES

    def __init__(
        self, params: Iterable[Any], lr: Any = 1e-2, etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50), *, capturable: bool = False, foreach: bool | None = None,
        maximize: bool = False, differentiable: bool = False
    ) -> None:
        check_lr(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        super().__init__(
            params,
            {
                "lr": lr, "etas": etas, "step_sizes": step_sizes, "foreach": foreach, "maximize": maximize,
                "differentiable": differentiable, "capturable": capturable,
            },
        )

    def _begin(self, state: dict[str, Any], p: Any, group: dict[str, Any]) -> None:
        state["step"] = zero_steps(group)
        state["prev"] = zeros_like(p)
        rate = float(group["lr"])
        state["step_size"] = full_like(p, complex(rate, rate) if p.is_complex() else rate)

    def _advance(self, state: dict[str, Any], group: dict[str, Any]) -> Any:
        next_step(state["step"])

    def _kept(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("prev", "step_size")

    def _rule(self, group: dict[str, Any], shared: Any) -> tuple[Callable[..., Any], tuple[int, ...]]:
        (shrink, grow), (least, most) = group["etas"], group["step_sizes"]
        rule = partial(
            rprop, shrink=shrink, grow=grow, least=least, most=most, maximize=group["maximize"],
            differentiable=group["differentiable"],
        )
        # Lists of tensors are copied, turned around where that is asked for, and written to.
        return rule, (1, 0, 2 + group["maximize"] if group["foreach"] else 1, 2)


Rprop.__module__ = "torch.optim.rprop"
