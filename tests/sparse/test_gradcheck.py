"""Derivatives of sparse operations beside finite differences of their entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import minitorch_compat as torch

D = torch.arange(9.0, dtype=torch.float64).reshape(3, 3) - 2


def sparse(values: Any = (4.0, 3.0, 5.0)) -> Any:
    return torch.sparse_coo_tensor(
        [[0, 1, 1], [2, 0, 2]], list(values), (3, 3), dtype=torch.float64, check_invariants=False
    ).coalesce().requires_grad_()


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "to_dense": lambda x: x.to_dense(), "values": lambda x: x.coalesce().values().sin(),
    "square": lambda x: (x * x).to_dense(), "sum": lambda x: x.sum(), "mm": lambda x: torch.sparse.mm(x, D),
    "by dense": lambda x: (x * D).to_dense(), "dense plus": lambda x: D + x, "dense minus": lambda x: D - x,
    "quotient": lambda x: (-x / 3).to_dense(), "softmax": lambda x: torch.sparse.softmax(x, 1).to_dense(),
    "log_softmax": lambda x: torch.sparse.log_softmax(x, 0).to_dense(),
    "columns": lambda x: torch.sparse.sum(x, 0).to_dense(), "rows": lambda x: torch.sparse.sum(x, 1).to_dense(),
    "t": lambda x: x.t().to_dense(), "mm of two": lambda x: torch.sparse.mm(x, x).to_dense(),
    "sum of two": lambda x: (x + x * 2).to_dense(), "abs": lambda x: x.abs().to_dense(),
    "addmm": lambda x: torch.sparse.addmm(D, x, D, beta=2, alpha=3), "cube": lambda x: (x**3).to_dense(),
    "relu": lambda x: x.relu().to_dense(), "log1p": lambda x: x.log1p().to_dense(),
    "sparse_mask": lambda x: x.sparse_mask(sparse().detach()).to_dense(), "deg2rad": lambda x: x.deg2rad().to_dense(),
    "stack": lambda x: torch.stack([x, x]).to_dense(), "permute": lambda x: x.permute(1, 0).to_dense(),
    "clone": lambda x: x.double().clone().to_dense(),
}


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_first_derivatives(name: str) -> None:
    assert torch.autograd.gradcheck(FUNCTIONS[name], (sparse(),), masked=True)


def test_a_dense_factor() -> None:
    dense = D.clone().requires_grad_()
    assert torch.autograd.gradcheck(torch.sparse.mm, (sparse(), dense), masked=True)


def test_sparse_outputs_are_refused() -> None:
    with pytest.raises(ValueError, match="Sparse output is not supported at gradcheck yet"):
        torch.autograd.gradcheck(lambda x: x * 2, (sparse(),), masked=True)


def test_gradients_of_gradients_of_a_table() -> None:
    """The second derivative of cubes of rows is six times the row at its place, and nothing elsewhere."""
    weight = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=torch.float64, requires_grad=True)
    rows = torch.nn.functional.embedding(torch.tensor([2, 0]), weight, sparse=True)
    (first,) = torch.autograd.grad((rows**3).sum(), weight, create_graph=True)
    (second,) = torch.autograd.grad(first.to_dense().sum(), weight)
    assert second.to_dense().tolist() == [[6.0, 12.0], [0.0, 0.0], [30.0, 36.0]]
