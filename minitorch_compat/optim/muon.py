"""Muon: momentum whose matrices are made orthogonal before each step."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from .._core import dtypes
from .._core.forms import FUNCTIONS
from .._core.modes import enable_grad, no_grad
from .._core.tensor import Tensor
from .optimizer import Optimizer
from .options import zeros_like

addmm, clamp = FUNCTIONS["addmm"], FUNCTIONS["clamp"]


def orthogonalised(g: Any, coefficients: tuple[float, float, float], steps: int, eps: float) -> Any:
    """The nearest matrix (about) with singular values 1, in bfloat16, by a Newton-Schulz iteration of degree five.

    Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024).
    """
    if steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(g.shape) != 2:
        raise ValueError("Input tensor gradient must be a 2D matrix")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    x = g.to(dtypes.bfloat16)
    tall = g.size(0) > g.size(1)
    if tall:
        x = x.T
    x = x / clamp(x.norm(), min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = addmm(x, addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x


def adjusted(lr: Any, how: str | None, shape: Any) -> Any:
    """The learning rate for a matrix of this shape."""
    rows, columns = shape[:2]
    if how is None or how == "original":
        return lr * math.sqrt(max(1, rows / columns))
    return lr * (0.2 * math.sqrt(max(rows, columns)))


class Muon(Optimizer):
    """Orthogonal steps for matrices. Errors: ValueError for options out of range and for what is no matrix."""

    def __init__(
        self, params: Iterable[Any], lr: Any = 1e-3, weight_decay: float = 0.1, momentum: float = 0.95,
        nesterov: bool = True, ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7, ns_steps: int = 5, adjust_lr_fn: str | None = None
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if not 0.0 <= lr:  # noqa: SIM300 (the error of other types names them in this order)
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not 0.0 <= momentum:  # noqa: SIM300
            raise ValueError(f"momentum should be >= 0 but is: {momentum}")
        if not 0.0 <= weight_decay:  # noqa: SIM300
            raise ValueError(f"weight decay should be >= 0 but is: {weight_decay}")
        if adjust_lr_fn is not None and adjust_lr_fn not in ("original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        super().__init__(
            params,
            {
                "lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov,
                "ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps, "adjust_lr_fn": adjust_lr_fn,
            },
        )
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(
                        f"Muon only supports 2D parameters whereas we found a parameter with size: {p.size()}"
                    )

    @no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update all parameters that have a gradient; RuntimeError for complex ones."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            lr, keep = group["lr"], group["momentum"]
            for p in group["params"]:
                g = p.grad
                if g is None:
                    continue
                if p.is_complex():
                    raise RuntimeError("Muon does not support complex parameters")
                if g.is_sparse:
                    raise RuntimeError("Muon does not support sparse gradients")
                state = self.state[p]
                if not state:
                    state["momentum_buffer"] = zeros_like(g)
                buffer = state["momentum_buffer"].lerp_(g, 1 - keep)
                way = g.lerp(buffer, keep) if group["nesterov"] else buffer
                way = orthogonalised(way, group["ns_coefficients"], group["ns_steps"], group["eps"])
                p.mul_(1 - lr * group["weight_decay"])
                p.add_(way, alpha=-float(adjusted(lr, group["adjust_lr_fn"], p.shape)))
        return loss


Muon.__module__ = "torch.optim"
