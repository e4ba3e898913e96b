"""Adafactor: mean squares of matrices kept as one row and one column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .._core.dtypes import finfo
from .._core.modes import enable_grad, no_grad
from .._core.tensor import Tensor
from .optimizer import Optimizer
from .options import next_step, zero_steps


def adafactor(
    p: Any, g: Any, state: dict[str, Any], *, step: float, lr: Any, beta2_decay: float, eps: tuple[Any, float],
    d: float, decay: float
) -> None:
    """Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost" (2018), algorithms 4 and 5."""
    least, least_size = eps
    if least is None:
        least = finfo(p.dtype).eps
    fresh = step**beta2_decay
    rate = max(least_size, p.norm(2).item() / (p.numel() ** 0.5)) * min(lr, 1 / (step**0.5))
    if decay != 0:
        p.mul_(1 - lr * decay)
    if g.dim() > 1:
        rows, columns = state["row_var"], state["col_var"]
        rows.lerp_(g.norm(dim=-1, keepdim=True).square_().div_(g.size(-1)), fresh)
        columns.lerp_(g.norm(dim=-2, keepdim=True).square_().div_(g.size(-2)), fresh)
        squares = rows @ columns
        squares.div_(rows.mean(dim=-2, keepdim=True).clamp_(min=least))
    else:
        squares = state["variance"].lerp_(g * g, fresh).clone()
    way = squares.clamp_(min=least * least).rsqrt_().mul_(g)
    size = max(1.0, way.norm(2).item() / ((way.numel() ** 0.5) * d))
    p.add_(way, alpha=-rate / size)


class Adafactor(Optimizer):
    """Steps relative to the size of a parameter, clipped at ``d``. Errors: ValueError for options out of range."""

    def __init__(
        self, params: Iterable[Any], lr: Any = 1e-2, beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3), d: float = 1.0, weight_decay: float = 0.0, *,
        foreach: bool | None = None, maximize: bool = False
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if not 0.0 <= lr:  # noqa: SIM300 (the error of other types names them in this order)
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not 0.0 >= beta2_decay:  # noqa: SIM300
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not 0.0 <= eps[0]:  # noqa: SIM300
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not 0.0 <= eps[1]:  # noqa: SIM300
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not 1.0 <= d:  # noqa: SIM300
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        if not 0.0 <= weight_decay:  # noqa: SIM300
            raise ValueError(f"weight_decay should be >= 0 but is: {weight_decay}")
        super().__init__(
            params,
            {
                "lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay,
                "foreach": foreach, "maximize": maximize,
            },
        )

    @no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update all parameters that have a gradient; RuntimeError for complex ones."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                g = p.grad
                if g is None:
                    continue
                if p.is_complex():
                    raise RuntimeError("Adafactor does not support complex parameters")
                if g.is_sparse:
                    raise RuntimeError("Adafactor does not support sparse gradients")
                state = self.state[p]
                if not state:
                    state["step"] = zero_steps(group)
                    if g.dim() > 1:
                        shape = g.shape
                        state["row_var"] = g.new_zeros((*shape[:-1], 1))
                        state["col_var"] = g.new_zeros((*shape[:-2], 1, shape[-1]))
                    else:
                        state["variance"] = g.new_zeros(g.shape)
                adafactor(
                    p, -g if group["maximize"] else g, state, step=next_step(state["step"]), lr=group["lr"],
                    beta2_decay=group["beta2_decay"], eps=group["eps"], d=group["d"], decay=group["weight_decay"],
                )
        return loss


Adafactor.__module__ = "torch.optim"
