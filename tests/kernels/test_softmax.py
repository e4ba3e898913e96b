"""Softmax of more than a cache holds: rows in blocks."""

from __future__ import annotations

import numpy as np
import pytest

from minitorch_compat._kernels import softmax as kernels

ROWS = 150
"""Rows of 1000: two whole blocks and a part."""


def rows(seed: int, scale: float, dtype: type = np.float32) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal((ROWS, 1000)) * scale).astype(dtype)


@pytest.mark.parametrize("scale", [0.5, 2.0, 30.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks(torch, compare, scale, dtype):
    x = rows(0, scale, dtype)
    compare.agree(kernels.softmax(x, 1), torch.softmax(torch.from_numpy(x), 1), within=10)


def test_far_from_zero(torch, compare):
    x = rows(1, 1.0) + np.linspace(-3e4, 3e4, ROWS, dtype=np.float32)[:, None]
    compare.agree(kernels.softmax(x, 1), torch.softmax(torch.from_numpy(x), 1), within=10)


def test_infinities_and_nan_stay_in_their_rows(torch):
    x = rows(2, 1.0)
    x[3, 7], x[70, 0], x[71, 0], x[149] = np.nan, np.inf, -np.inf, -np.inf
    made, expected = kernels.softmax(x, 1), torch.softmax(torch.from_numpy(x), 1).numpy()
    np.testing.assert_array_equal(np.isnan(made), np.isnan(expected))
    np.testing.assert_allclose(made, expected, rtol=2e-6, atol=0)


def test_back(torch):
    x, g = rows(3, 1.0), rows(4, 1.0)
    leaf = torch.from_numpy(x).requires_grad_()
    out = torch.softmax(leaf, 1)
    out.backward(torch.from_numpy(g))
    made = kernels.softmax_backward(g, out.detach().numpy(), 1)
    expected = leaf.grad.numpy()
    assert np.abs(made - expected).max() <= 1e-6 * np.abs(expected).max()
