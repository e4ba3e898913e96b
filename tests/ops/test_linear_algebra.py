"""``torch.linalg`` beside torch: values, layouts, names of steps, gradients, and the words of refusals."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from beside_torch import text_of

import minitorch_compat as engine

torch = pytest.importorskip("torch")

RELATIVE = {"float32": 2e-5, "complex64": 2e-5, "float64": 1e-12, "complex128": 1e-12}
"""What results may differ by, relative to the largest number: LAPACK is called in another order of additions."""

SQUARE = """det inv inv_ex slogdet cholesky_of cholesky_upper_of eigvalsh eigh_restored svdvals svd_restored qr
    lu lu_factor matrix_exp pinv cond cond_one nuclear spectral power inverse_power rank eigenvalues vector_solution
    solution left_solution triangular least"""

EXPRESSIONS = {
    "cholesky_of": "L.cholesky(x @ x.mH + torch.eye(x.shape[-1], dtype=x.dtype))",
    "cholesky_upper_of": "L.cholesky(x @ x.mH + torch.eye(x.shape[-1], dtype=x.dtype), upper=True)",
    "eigvalsh": "L.eigvalsh(x + x.mH)",
    "eigh_restored": "(lambda s, v: (v * s.unsqueeze(-2)) @ v.mH)(*L.eigh(x + x.mH))",
    "svd_restored": "(lambda u, s, v: u @ (s.unsqueeze(-1) * v))(*L.svd(x, full_matrices=False))",
    "cond_one": "L.cond(x.detach(), 1)",
    "nuclear": "L.matrix_norm(x, 'nuc')",
    "spectral": "L.matrix_norm(x, 2, keepdim=True)",
    "power": "L.matrix_power(x, 5)",
    "inverse_power": "L.matrix_power(x, -2)",
    "rank": "L.matrix_rank(x)",
    "eigenvalues": "L.eigvals(x).abs().sort(-1)[0]",
    "vector_solution": "L.solve(x, torch.ones(x.shape[-1], dtype=x.dtype))",
    "solution": "L.solve(x, x.mT[..., :2])",
    "left_solution": "L.solve(x, x[..., :2, :], left=False)",
    "triangular": "L.solve_triangular(x, x.mT[..., :2], upper=True)",
    "least": "L.lstsq(x[..., :2], x[..., 2:])[0]",
}

REFUSED = (
    "det(i)", "det(r)", "det(v)", "det(h)", "inv(h)", "inv(s)", "inv(torch.stack((e, s)))", "cholesky(s)",
    "cholesky(i)",
    "solve(s, e)", "solve(e, r)", "solve(e, e.double())", "solve(i, i)", "solve_triangular(e, r, upper=True)",
    "solve_triangular(e, v, upper=True)", "matrix_norm(e, 3)", "matrix_norm(e, 'bad')", "matrix_norm(v)",
    "matrix_norm(e, dim=(0, 0))", "norm(torch.ones(2, 3, 3), 2)", "cond(e, 3)", "cond(v)", "pinv(i)", "pinv(v)",
    "matrix_rank(i)", "eigh(r)", "eigh(e, UPLO='Q')", "eig(r)", "eig(i)", "svd(v)", "svd(e, driver='gesvd')", "svd(i)",
    "qr(e, 'bad')", "lu_factor(s)", "lu_factor(v)", "multi_dot([e])", "multi_dot([e, r])", "vander(v, N=1)",
    "cross(r, r[0])", "cross(torch.ones(3, 2), torch.ones(3, 2))", "vecdot(v, v.double())", "tensorinv(r, ind=1)",
    "tensorinv(e, ind=0)", "lstsq(e, r)", "lstsq(e, e, driver='x')", "lstsq(v, e)", "matrix_power(r, 2)",
    "matrix_exp(i)",
    "det()", "solve(e)", "inv(2)",
)  # fmt: skip
"""Calls on the identity ``e``, zeros ``s``, integers ``i``, halves ``h``, a row too few ``r`` and a vector ``v``."""


def matrix(dtype: str, *shape: int) -> np.ndarray:
    """Numbers from minus one to one, with more weight on the diagonal."""
    generator = np.random.default_rng(len(shape))
    parts = [generator.uniform(-1, 1, shape) for _ in range(2)]
    numbers = parts[0] + (1j * parts[1] if dtype.startswith("complex") else 0)
    return (numbers + 2 * np.eye(*shape[-2:])).astype(dtype)


def outcome(side: ModuleType, expression: str, numbers: np.ndarray) -> tuple[list[Any], Any]:
    x = side.tensor(numbers).requires_grad_()
    result = eval(expression, {"torch": side, "L": side.linalg, "x": x})
    outs = list(result) if isinstance(result, tuple) else [result]
    tracked = [each for each in outs if each.requires_grad]
    if not tracked:
        return outs, None
    weights = [(side.arange(each.numel()).reshape(each.shape) * 0.25 + 0.5).to(each.dtype) for each in tracked]
    return outs, side.autograd.grad(tracked, x, weights)[0]


def near(a: Any, b: Any, relative: float) -> None:
    """Equal but for a part of the largest number."""
    a, b = a.detach().resolve_conj().numpy(), b.detach().resolve_conj().numpy()
    assert a.dtype == b.dtype
    assert a.shape == b.shape
    np.testing.assert_allclose(b, a, rtol=0, atol=relative * np.abs(a).max(initial=1.0))


@pytest.mark.parametrize("dtype", RELATIVE)
@pytest.mark.parametrize("name", SQUARE.split())
def test_results_and_gradients(name: str, dtype: str) -> None:
    expression = EXPRESSIONS.get(name, f"L.{name}(x)")
    for shape in ((3, 3), (2, 3, 3), (2, 2, 3, 3)):
        (expected, g), (actual, own) = (outcome(side, expression, matrix(dtype, *shape)) for side in (torch, engine))
        assert len(expected) == len(actual)
        for a, b in zip(expected, actual, strict=True):
            near(a, b, RELATIVE[dtype])
            assert type(a.grad_fn).__name__ == type(b.grad_fn).__name__
        if g is not None:
            near(g, own, RELATIVE[dtype] * 20)


@pytest.mark.parametrize("call", REFUSED)
def test_refusals(call: str) -> None:
    said = []
    for side in (torch, engine):
        e = side.eye(3)
        scope = {
            "torch": side, "L": side.linalg, "e": e, "s": side.zeros(3, 3), "i": e.long(), "h": e.half(),
            "r": side.ones(2, 3), "v": side.ones(3),
        }
        with pytest.raises(Exception) as caught:
            eval(f"L.{call}", scope)
        said.append((caught.type.__name__, text_of(caught.value)))
    assert said[1] == said[0]
