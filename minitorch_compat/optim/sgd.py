"""Stochastic gradient descent, with momentum as Sutskever et al. (2013) describe it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .._core.modes import enable_grad
from .._core.tensor import Tensor
from .._ops.updates import average_, step_
from .optimizer import Optimizer, _use_grad_for_differentiable


class SGD(Optimizer):
    """``p -= lr * g``; with momentum the steps of before keep rolling."""

    def __init__(
        self, params: Iterable[Any], lr: Any = 1e-3, momentum: float = 0, dampening: float = 0,
        weight_decay: Any = 0, nesterov: bool = False, *, maximize: bool = False, foreach: bool | None = None,
        differentiable: bool = False, fused: bool | None = None
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if momentum < 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(
            params,
            {
                "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
                "nesterov": nesterov, "maximize": maximize, "foreach": foreach, "differentiable": differentiable,
                "fused": fused,
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
            momentum, decay, nesterov = group["momentum"], group["weight_decay"], group["nesterov"]
            kept, maximize, factor = 1 - group["dampening"], group["maximize"], -group["lr"]
            fused = group["fused"]
            if isinstance(decay, Tensor):
                decay = decay.item()
            for parameter in group["params"]:
                gradient: Any = parameter._grad
                if gradient is None:
                    continue
                if fused and gradient.is_sparse:
                    raise RuntimeError("`_fused_sgd` does not support sparse gradients")
                before = parameter._version if fused else 0
                if maximize:
                    gradient = -gradient
                if decay != 0:
                    gradient = gradient.add(parameter, alpha=decay)
                if momentum != 0:
                    state = self.state[parameter]
                    buffer = state.get("momentum_buffer")
                    if buffer is None:
                        buffer = state["momentum_buffer"] = gradient.detach().clone()
                    else:
                        average_(buffer, momentum, gradient, kept)
                        if fused:
                            buffer._bump(-2)  # torch's fused kernels count no writes
                    gradient = gradient.add(buffer, alpha=momentum) if nesterov else buffer
                step_(parameter, gradient, factor)
                if fused:
                    parameter._bump(before - parameter._version)
        return loss


SGD.__module__ = "torch.optim.sgd"
