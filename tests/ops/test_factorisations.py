"""Factorisations under their older names do what torch's do."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore:torch:UserWarning")

RANDOM = np.random.default_rng(0).standard_normal((2, 3, 3))
CALLS = {
    "cholesky": lambda t, x: t.cholesky(x @ x.mT + t.eye(3, dtype=x.dtype)),
    "cholesky of the upper half": lambda t, x: t.cholesky(x @ x.mT + t.eye(3, dtype=x.dtype), upper=True),
    "cholesky_inverse": lambda t, x: t.cholesky_inverse(x.tril() + 3 * t.eye(3, dtype=x.dtype)),
    "cholesky_solve": lambda t, x: t.cholesky_solve(x[:1, :, :2], x + 3 * t.eye(3, dtype=x.dtype), upper=True),
    "lu": lambda t, x: t.lu(x)[0],
    "lu_unpack": lambda t, x: t.cat(t.lu_unpack(*t.lu(x))[1:]),
    "lu_solve": lambda t, x: t.lu_solve(x[..., :1], *t.lu(x)),
    "triangular_solve": lambda t, x: t.triangular_solve(x[..., :2], x, transpose=True).solution,
    "ormqr": lambda t, x: t.ormqr(x, x[..., 0], x.mT, left=False, transpose=True),
    "ldl_solve": lambda t, x: t.linalg.ldl_solve(*t.linalg.ldl_factor(x.detach() + x.detach().mT), x.detach()),
}


@pytest.mark.parametrize("name", CALLS)
def test_values_strides_and_gradients(name):
    seen = []
    for side in (torch, engine):
        x = side.tensor(RANDOM, requires_grad=True)
        made = CALLS[name](side, x)
        found = side.autograd.grad(made.sum(), x)[0] if made.requires_grad else x.detach()
        seen.append((made.detach().numpy(), made.stride(), found.numpy(), found.stride()))
    (expected, strides, gradient, gradient_strides), (value, *rest) = seen
    np.testing.assert_allclose(value, expected, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(rest[1], gradient, rtol=1e-9, atol=1e-9)
    assert (rest[0], rest[2]) == (strides, gradient_strides)


@pytest.mark.parametrize("call", [
    lambda t: t.cholesky(-t.eye(2)), lambda t: t.cholesky(t.ones(2, 3)),
    lambda t: t.cholesky_solve(t.ones(2), t.eye(2)), lambda t: t.cholesky_solve(t.ones(3, 1), t.eye(2)),
    lambda t: t.lu_unpack(t.eye(2), t.ones(2)), lambda t: t.triangular_solve(t.ones(3, 1), t.eye(2)),
    lambda t: t.ormqr(t.ones(2, 2), t.ones(2), t.ones(3, 2)), lambda t: t.linalg.ldl_factor(t.ones(2)),
    lambda t: t.symeig(t.eye(2)), lambda t: t.eig(t.eye(2)), lambda t: t.lstsq(t.eye(2), t.eye(2)),
    lambda t: t.solve(t.eye(2), t.eye(2)), lambda t: t.matrix_rank(t.eye(2)),
])
def test_refusals(call):
    texts = []
    for side in (torch, engine):
        with pytest.raises(RuntimeError) as refusal:
            call(side)
        texts.append((type(refusal.value).__name__, str(refusal.value)))
    assert texts[0] == texts[1]
