"""SparseAdam: Adam for gradients with few rows, of which it touches no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import sqrt
from typing import Any

from .._core.forms import FUNCTIONS
from .._core.modes import enable_grad, no_grad
from .._core.tensor import Tensor
from .optimizer import Optimizer
from .options import check_betas, scalar


class SparseAdam(Optimizer):
    """Adam's step for rows with a gradient. ValueError for options out of range and complex parameters."""

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
        found = self._places(lambda p: p.is_sparse)
        if found:
            raise ValueError(f"Sparse params at indices {found}: SparseAdam requires dense parameter tensors")
        found = self._places(lambda p: p.is_complex())
        if found:
            raise ValueError(f"Complex params at indices {found}: SparseAdam does not support complex parameters")

    def _places(self, wrong: Callable[[Any], bool]) -> list[list[int]]:
        """Where parameters are that this optimiser does not take: the number of the group and the place in it."""
        return [
            [number, place] for number, group in enumerate(self.param_groups)
            for place, p in enumerate(group["params"]) if wrong(p)
        ]

    @no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update the rows that have a gradient; RuntimeError for a parameter with a dense one."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            due = []
            for p in group["params"]:
                g = p.grad
                if g is None:
                    continue
                if not g.is_sparse:
                    raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
                state = self.state[p]
                if not state:
                    state["step"] = 0
                    state["exp_avg"], state["exp_avg_sq"] = FUNCTIONS["zeros_like"](p), FUNCTIONS["zeros_like"](p)
                state["step"] += 1
                due.append((p, g, state))
            for p, g, state in due:
                sparse_adam(
                    p, -g if group["maximize"] else g, state["exp_avg"], state["exp_avg_sq"], step=state["step"],
                    lr=scalar(group["lr"]), betas=group["betas"], eps=group["eps"]
                )
        return loss


def sparse_adam(
    p: Any, g: Any, mean: Any, square: Any, *, step: int, lr: float, betas: tuple[float, float], eps: float
) -> None:
    """Kingma and Ba, "Adam" (2015), for the rows that have a gradient; the means of the others do not decay."""
    g = g.coalesce()
    places, rows = g._indices(), g._values()
    if not rows.numel():
        return

    def sparse(values: Any) -> Any:
        from .._core.sparse.creation import sparse_coo_tensor

        return sparse_coo_tensor(places, values, g.size(), check_invariants=False)

    old_mean, old_square = mean.sparse_mask(g)._values(), square.sparse_mask(g)._values()
    change = (rows - old_mean).mul_(1 - betas[0])
    mean.add_(sparse(change))
    change_of_square = rows.pow(2).sub_(old_square).mul_(1 - betas[1])
    square.add_(sparse(change_of_square))
    size = (change_of_square + old_square).sqrt_().add_(eps)
    rate = lr * sqrt(1 - betas[1] ** step) / (1 - betas[0] ** step)
    p.add_(sparse(-rate * (change + old_mean).div_(size)))


SparseAdam.__module__ = "torch.optim.sparse_adam"
