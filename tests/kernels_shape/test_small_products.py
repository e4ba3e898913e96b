"""Products that torch computes in loops of its own, to the bit: small batches of matrices, sums in half precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")

SMALL = ((2, 3, 3, 4), (1, 7, 7, 7), (5, 2, 50, 3), (3, 1, 100, 3), (3, 9, 40, 1), (2, 19, 1, 20), (1, 1, 399, 1))
COEFFICIENTS = ((1, 1), (3.4445, 1), (-4.775, 2.0315), (0, 1.5), (1, 0))


def pair(array: np.ndarray, dtype: str, swapped: bool = False) -> tuple[Any, Any]:
    """An array as a tensor of both, its last two dimensions swapped in memory if asked for."""
    made = []
    for side in (torch, engine):
        x = side.from_numpy(array.copy()).to(getattr(side, dtype))
        made.append(x.transpose(-1, -2).contiguous().transpose(-1, -2) if swapped else x)
    return made[0], made[1]


def bits(x: Any) -> bytes:
    return bytes(x.contiguous().double().numpy().tobytes())


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16"])
@pytest.mark.parametrize("swapped", [False, True])
def test_small_batches(dtype: str, swapped: bool) -> None:
    draw = np.random.default_rng(0)
    for b, n, k, m in SMALL:
        for _ in range(5):
            first, second = pair(draw.normal(size=(b, n, k)), dtype), pair(draw.normal(size=(b, k, m)), dtype, swapped)
            added = pair(draw.normal(size=(b, n, m)), dtype)
            one, other = (side.bmm(x, y) for side, x, y in zip((torch, engine), first, second, strict=True))
            assert bits(other) == bits(one)
            for beta, alpha in COEFFICIENTS:
                one, other = (side.baddbmm(z, x, y, beta=beta, alpha=alpha)
                              for side, x, y, z in zip((torch, engine), first, second, added, strict=True))  # fmt: skip
                assert bits(other) == bits(one), (b, n, k, m, beta, alpha)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("swapped", [False, True])
def test_sums_with_products_in_half_precision(dtype: str, swapped: bool) -> None:
    """Sums that nearly vanish show each rounding between the steps."""
    draw = np.random.default_rng(1)
    for n, k, m in ((3, 3, 4), (2, 4, 2), (4, 2, 5)):
        for _ in range(40):
            first, second = draw.normal(size=(n, k)), draw.normal(size=(k, m))
            for beta, alpha in COEFFICIENTS:
                added = -(first @ second) * alpha / (beta or 1) * (1 + draw.normal(size=(n, m)) * 0.02)
                x, y, z = pair(first, dtype, swapped), pair(second, dtype), pair(added, dtype)
                one, other = (side.addmm(c, a, b, beta=beta, alpha=alpha)
                              for side, a, b, c in zip((torch, engine), x, y, z, strict=True))  # fmt: skip
                # A matrix that lies by columns torch multiplies by another loop, whose sums round otherwise.
                assert swapped or bits(other) == bits(one), (n, k, m, beta, alpha)
                one, other = (side.addmv(c[:, 0].contiguous(), a, b[:, 0].contiguous(), beta=beta, alpha=alpha)
                              for side, a, b, c in zip((torch, engine), x, y, z, strict=True))  # fmt: skip
                if (dtype, swapped, alpha) != ("float16", False, 2.0315):
                    assert bits(other) == bits(one), (n, k, beta, alpha)
                else:  # one rounding more or less before a sum that nearly vanishes
                    assert np.abs(one.numpy() - other.numpy()).max() <= 2**-10 * np.abs(added).max() * abs(beta)
