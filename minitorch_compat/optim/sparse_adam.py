"""SparseAdam: Adam for gradients with few rows; the engine has no sparse tensors, so that each step is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .._core.modes import enable_grad, no_grad
from .._core.tensor import Tensor
from .optimizer import Optimizer
from .options import check_betas


class SparseAdam(Optimizer):
    """Refuses dense gradients in torch's words. Errors: ValueError for options out of range and complex parameters."""

    def __init__(
        self, params: Iterable[Any], lr: Any = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        maximize: bool = False
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if not 0.0 < lr:  # noqa: SIM300 (the error of other types names them in this order)
            raise ValueError(f"Invalid learning rate: {lr}")
        if not 0.0 < eps:  # noqa: SIM300
            raise ValueError(f"Invalid epsilon value: {eps}")
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        found = [
            [number, place] for number, group in enumerate(self.param_groups)
            for place, p in enumerate(group["params"]) if p.is_complex()
        ]
        if found:
            raise ValueError(f"Complex params at indices {found}: SparseAdam does not support complex parameters")

    @no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """RuntimeError where a parameter has a gradient."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            if any(p.grad is not None for p in group["params"]):
                raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
        return loss


SparseAdam.__module__ = "torch.optim.sparse_adam"
