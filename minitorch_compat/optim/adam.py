"""Adam: steps scaled by running means of the gradient and of its square."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from .._core.tensor import Tensor
from .options import check, check_betas, check_lr, next_step, scalar, zero_steps, zeros_like
from .rule import RuleOptimizer


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
        xp.addcdiv_(p, m, xp.add_(xp.div_(xp.sqrt(v), root), eps), value=-size)


def refuse_tensor_betas(betas: tuple[Any, Any], in_lists: bool) -> None:
    """ValueError for one tensor beside a number, for tensors of several elements, and for any in steps by lists."""
    tensors = {place: beta for place, beta in enumerate(betas) if isinstance(beta, Tensor)}
    if len(tensors) == 1:
        raise ValueError("betas must be either both floats or both Tensors")
    for place, beta in tensors.items():
        if in_lists:
            raise ValueError(f"betas[{place}] as a Tensor is not supported for capturable=False and foreach=True")
        if beta.numel() != 1:
            raise ValueError(f"Tensor betas[{place}] must be 1-element")


class Adam(RuleOptimizer):
    """``p -= lr * mean(g) / (sqrt(mean(g**2)) + eps)``, the running means corrected for their start at zero.

    ``lr`` and both ``betas`` may be tensors with one element. Errors: ValueError for options out of range,
    RuntimeError for ``fused`` where it is not to be had.
    """

    _once_missing: ClassVar[dict[str, Any]] = {
        "amsgrad": False, "maximize": False, "foreach": None, "capturable": False, "differentiable": False,
        "decoupled_weight_decay": False, "fused": None,
    }

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
        refuse_tensor_betas(betas, bool(foreach and not capturable))
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

    def _step_sparse(self, p: Any, g: Any, group: dict[str, Any]) -> None:
        raise RuntimeError("Adam does not support sparse gradients, please consider SparseAdam instead")

    def _begin(self, state: dict[str, Any], p: Any, group: dict[str, Any]) -> None:
        state["step"] = zero_steps(group)
        state["exp_avg"], state["exp_avg_sq"] = zeros_like(p), zeros_like(p)
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = zeros_like(p)

    def _advance(self, state: dict[str, Any], group: dict[str, Any]) -> Any:
        count = next_step(state["step"])
        return state["step"] if group["differentiable"] else count

    def _kept(self, group: dict[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", "max_exp_avg_sq") if group["amsgrad"] else ("exp_avg", "exp_avg_sq")

    def _rule(self, group: dict[str, Any], shared: Any) -> tuple[Callable[..., Any], tuple[int, ...]]:
        beta1, beta2 = group["betas"]
        decay, decoupled = group["weight_decay"], group["decoupled_weight_decay"]
        rule = partial(
            adam, step=shared, lr=scalar(group["lr"]), beta1=scalar(beta1), beta2=scalar(beta2), eps=group["eps"],
            decay=decay, decoupled=decoupled, maximize=group["maximize"], differentiable=group["differentiable"],
        )
        return rule, (2 if decoupled and decay != 0 else 1, 0, 1, 2, 1)[: 5 if group["amsgrad"] else 4]


Adam.__module__ = "torch.optim.adam"
