"""Adam: steps scaled by running means of the gradient and of its square."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from .._core.modes import enable_grad
from .._core.tensor import Tensor
from .optimizer import Optimizer, _use_grad_for_differentiable
from .options import as_real, check, check_betas, check_lr, check_step, next_step, scalar, zero_steps, zeros_like
from .update import update


def adam(
    xp: Any, p: Any, g: Any, m: Any, v: Any, top: Any = None, *, step: Any, lr: Any, beta1: Any, beta2: Any, eps: Any,
    decay: Any, decoupled: bool, maximize: bool, differentiable: bool
) -> None:
    """Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.

    With ``top``, its variant AMSGrad (Reddi, Kale and Kumar, 2018); with ``decoupled``, AdamW (Loshchilov and Hutter,
    2019). The two corrections of the bias are folded into one factor each, as torch has them.
    """
    if maximize:
        g = xp.neg(g)
    if decay != 0:
        if decoupled:
            xp.mul_(p, 1 - lr * decay)
        else:
            g = xp.add(g, p, alpha=decay)
    xp.lerp_(m, g, 1 - beta1)
    xp.addcmul_(xp.mul_(v, beta2), g, g, value=1 - beta2)
    if top is not None:
        v = xp.copy_(top, xp.maximum(top, v))
    correction1, correction2 = 1 - beta1**step, 1 - beta2**step
    size, root = lr / correction1, correction2**0.5
    if differentiable:
        xp.addcdiv_(p, m.clone(), (v.sqrt() / (root * -size)).add_(eps / -size))
    else:
        xp.addcdiv_(p, m, xp.add_(xp.div(xp.sqrt(v), root), eps), value=-size)


class Adam(Optimizer):
    """``p -= lr * mean(g) / (sqrt(mean(g**2)) + eps)``, the running means corrected for their start at zero.

    ``lr`` and both ``betas`` may be tensors with one element. Errors: ValueError for options out of range,
    RuntimeError for ``fused`` where it is not to be had.
    """

    def __init__(
        self, params: Iterable[Any], lr: Any = 1e-3, betas: tuple[Any, Any] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, amsgrad: bool = False, *, foreach: bool | None = None, maximize: bool = False,
        capturable: bool = False, differentiable: bool = False, fused: bool | None = None,
        decoupled_weight_decay: bool = False
    ) -> None:
        check_lr(lr, foreach and not capturable)
        check(eps, "epsilon")
        check_betas(betas)
        check(weight_decay, "weight_decay")
        if isinstance(betas[0], Tensor) != isinstance(betas[1], Tensor):
            raise ValueError("betas must be either both floats or both Tensors")
        for place, beta in enumerate(betas):
            if isinstance(beta, Tensor):
                if foreach and not capturable:
                    raise ValueError(
                        f"betas[{place}] as a Tensor is not supported for capturable=False and foreach=True"
                    )
                if beta.numel() != 1:
                    raise ValueError(f"Tensor betas[{place}] must be 1-element")
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad,
                "maximize": maximize, "foreach": foreach, "capturable": capturable, "differentiable": differentiable,
                "fused": fused, "decoupled_weight_decay": decoupled_weight_decay,
            },
        )
        if fused:
            self._settle_fused(differentiable, foreach)

    @_use_grad_for_differentiable
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update all parameters that have a gradient."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            amsgrad, differentiable = group["amsgrad"], group["differentiable"]
            check_step(group)
            together: dict[Any, list[Any]] = {}
            for p in group["params"]:
                g = p._grad
                if g is None:
                    continue
                state = self.state[p]
                if not state:
                    state["step"] = zero_steps(group)
                    state["exp_avg"], state["exp_avg_sq"] = zeros_like(p), zeros_like(p)
                    if amsgrad:
                        state["max_exp_avg_sq"] = zeros_like(p)
                row = [p, g, state["exp_avg"], state["exp_avg_sq"]]
                if amsgrad:
                    row.append(state["max_exp_avg_sq"])
                together.setdefault(next_step(state["step"], differentiable), []).append(row)
            beta1, beta2 = group["betas"]
            decay, decoupled = group["weight_decay"], group["decoupled_weight_decay"]
            for step, rows in together.items():
                update(
                    partial(
                        adam, step=step, lr=scalar(group["lr"]), beta1=scalar(beta1), beta2=scalar(beta2),
                        eps=group["eps"], decay=decay, decoupled=decoupled, maximize=group["maximize"],
                        differentiable=differentiable,
                    ),
                    [[as_real(each) for each in row] if row[0].is_complex() else row for row in rows],
                    writes=2 if decoupled and decay != 0 else 1,
                )
        return loss


Adam.__module__ = "torch.optim.adam"
