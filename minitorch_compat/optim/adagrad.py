"""Adagrad: steps that shrink with the sum of all squared gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from .options import check, check_lr, full_like, next_step, scalar, zero_steps
from .rule import RuleOptimizer


def adagrad(
    xp: Any, p: Any, g: Any, total: Any, *, step: float, lr: Any, lr_decay: float, eps: float, decay: Any,
    maximize: bool, differentiable: bool
) -> None:
    """Duchi, Hazan and Singer, "Adaptive subgradient methods" (2011), with diagonal matrices."""
    if maximize:
        g = xp.neg(g)
    if decay != 0:
        g = xp.add(g, p, alpha=decay)
    rate = lr / (1 + (step - 1) * lr_decay)
    xp.addcmul_(total, g, g, value=1)
    size = xp.add(xp.sqrt(total), eps) if differentiable else xp.add_(xp.sqrt(total), eps)
    xp.addcdiv_(p, g, size, value=-rate)


class Adagrad(RuleOptimizer):
    """``p -= lr * g / sqrt(sum(g**2))``. ValueError for options out of range, RuntimeError where ``fused`` is refused.

    The state begins with the optimiser, not with the first step.
    """

    _once_missing: ClassVar[dict[str, Any]] = {
        "foreach": None, "maximize": False, "differentiable": False, "fused": None
    }

    def __init__(
        self, params: Iterable[Any], lr: Any = 1e-2, lr_decay: float = 0, weight_decay: float = 0,
        initial_accumulator_value: float = 0, eps: float = 1e-10, foreach: bool | None = None, *,
        maximize: bool = False, differentiable: bool = False, fused: bool | None = None
    ) -> None:
        check_lr(lr)
        check(lr_decay, "lr_decay")
        check(weight_decay, "weight_decay")
        check(initial_accumulator_value, "initial_accumulator_value")
        check(eps, "epsilon")
        super().__init__(
            params,
            {
                "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value, "foreach": foreach, "maximize": maximize,
                "differentiable": differentiable, "fused": fused,
            },
        )
        if fused:
            self._settle_fused(differentiable, foreach)
            self._need_device_dtype_check_for_fused = True
        for group in self.param_groups:
            for p in group["params"]:
                self._begin(self.state[p], p, group)

    def _begin(self, state: dict[str, Any], p: Any, group: dict[str, Any]) -> None:
        start = group["initial_accumulator_value"]
        state["step"] = zero_steps(group)
        state["sum"] = full_like(p, complex(start, start) if p.is_complex() else start).detach()

    def share_memory(self) -> None:
        """Move the state to memory that other processes see."""
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["step"].share_memory_()
                self.state[p]["sum"].share_memory_()

    def _step_sparse(self, p: Any, g: Any, group: dict[str, Any]) -> None:
        """The rule for the rows that have a gradient; RuntimeError with ``weight_decay`` and ``fused``."""
        from .._core.sparse.creation import sparse_coo_tensor

        if group["fused"]:
            raise RuntimeError("`fused` does not support sparse grad or complex param")
        state = self.state[p]
        step = next_step(state["step"])
        if group["weight_decay"] != 0:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")
        rate = scalar(group["lr"]) / (1 + (step - 1) * group["lr_decay"])
        g = (-g if group["maximize"] else g).coalesce()
        places, rows, total = g._indices(), g._values(), state["sum"]
        total.add_(sparse_coo_tensor(places, rows.pow(2), g.size()))
        size = total.sparse_mask(g)._values().sqrt_().add_(group["eps"])
        p.add_(sparse_coo_tensor(places, rows / size, g.size()), alpha=-rate)

    def _advance(self, state: dict[str, Any], group: dict[str, Any]) -> Any:
        return next_step(state["step"])

    def _kept(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("sum",)

    def _rule(self, group: dict[str, Any], shared: Any) -> tuple[Callable[..., Any], tuple[int, ...]]:
        rule = partial(
            adagrad, step=shared, lr=scalar(group["lr"]), lr_decay=group["lr_decay"], eps=group["eps"],
            decay=group["weight_decay"], maximize=group["maximize"], differentiable=group["differentiable"],
        )
        return rule, (1, 0, 1)


Adagrad.__module__ = "torch.optim.adagrad"
