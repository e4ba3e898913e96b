"""Special functions against torch, within the rules of docs/tolerances.md, and against mathematics."""

from __future__ import annotations

import math

import numpy as np
import pytest

from minitorch_compat._kernels import special

# name: where, then the bound in float32 and float64, absolute and relative together.
NEAR = {
    "erf": ((-4, 4), 2e-7, 1e-15), "erfc": ((-4, 4), 3e-7, 1e-13), "erfinv": ((-0.99, 0.99), 3e-7, 2e-15),
    "lgamma": ((0.1, 9), 1e-6, 1e-14), "digamma": ((-5, 50), 3e-7, 1e-15), "i0": ((-5, 5), 1e-6, 2e-15),
    "i0e": ((-5, 5), 1e-6, 2e-15), "i1": ((-5, 5), 1e-6, 2e-15), "i1e": ((-5, 5), 1e-6, 2e-15),
    "ndtr": ((-4, 4), 3e-7, 1e-15), "ndtri": ((0.01, 0.99), 1e-6, 2e-15), "log_ndtr": ((-4, 4), 1e-5, 2e-15),
    "entr": ((0, 5), 3e-7, 1e-15), "erfcx": ((-2, 9), 1e-5, 1e-14), "bessel_j0": ((-9, 9), 1e-6, 1e-6),
    "bessel_j1": ((-9, 9), 1e-6, 1e-6), "bessel_y0": ((0.1, 9), 1e-6, 1e-6), "bessel_y1": ((0.1, 9), 2e-6, 2e-6),
}  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NEAR)
def test_near(torch, name, dtype):
    (low, high), single, double = NEAR[name]
    torch.manual_seed(1)
    x = (torch.rand(1000, dtype=torch.float64) * (high - low) + low).to(getattr(torch, dtype))
    ask = getattr(torch.special, {"lgamma": "gammaln"}.get(name, name))
    bound = single if dtype == "float32" else double
    got = getattr(special, name)(x.numpy())
    assert got.dtype == dtype
    np.testing.assert_allclose(got, ask(x).numpy(), rtol=bound, atol=bound)


@pytest.mark.parametrize(("name", "value"), [
    # At 10, from mpmath in 25 digits; the tables 9.1 and 9.2 of Abramowitz and Stegun have the first ten.
    ("bessel_j0", -0.24593576445134834), ("bessel_j1", 0.043472746168861437), ("bessel_y0", 0.055671167283599391),
    ("bessel_y1", 0.24901542420695388),
])
def test_bessel_functions_are_the_truth_where_torch_is_not(torch, name, value):
    got = getattr(special, name)(np.array(10.0))
    np.testing.assert_allclose(got, value, rtol=1e-14)
    far = abs(getattr(torch.special, name)(torch.tensor(10.0, dtype=torch.float64)).item() - value)
    assert 2e-11 < far < 1e-6


@pytest.mark.parametrize(("dtype", "bound"), [("float32", 1e-6), ("float64", 1e-14)])
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_polygamma(torch, n, dtype, bound):
    x = torch.linspace(0.1, 7, 300, dtype=getattr(torch, dtype))
    np.testing.assert_allclose(
        special.polygamma(n, x.numpy()), torch.polygamma(n, x).numpy(), rtol=10 * bound, atol=bound
    )


@pytest.mark.parametrize(("dtype", "bound"), [("float32", 3e-6), ("float64", 1e-13)])
def test_of_two_arguments(torch, dtype, bound):
    a, x = (
        torch.linspace(0.2, 5, 200, dtype=getattr(torch, dtype)),
        torch.linspace(4, 0.1, 200, dtype=getattr(torch, dtype)),
    )
    for name in ("gammainc", "gammaincc", "xlog1py", "xlogy"):
        got = getattr(special, name)(a.numpy(), x.numpy())
        np.testing.assert_allclose(got, getattr(torch.special, name)(a, x).numpy(), rtol=bound, atol=bound)
    got = special.zeta((a + 1.5).numpy(), x.numpy())
    np.testing.assert_allclose(got, torch.special.zeta(a + 1.5, x).numpy(), rtol=bound)
    got = special.multigammaln((a + 1).numpy(), 2)
    np.testing.assert_allclose(got, torch.special.multigammaln(a + 1, 2).numpy(), rtol=bound, atol=bound)


@pytest.mark.parametrize("name", ["erf", "erfinv", "lgamma", "digamma", "entr"])
def test_at_the_edges(torch, compare, name):
    numbers = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, math.inf, -math.inf, math.nan]
    x = torch.tensor(numbers, dtype=torch.float64)
    compare.agree(
        getattr(special, name)(x.numpy()), getattr(torch.special, {"lgamma": "gammaln"}.get(name, name))(x), 4
    )


def test_digamma_of_whole_numbers_and_halves_is_torchs_to_the_bit(torch):
    x = torch.arange(0, 40, dtype=torch.float64) / 2
    assert special.digamma(x.numpy()).tobytes() == torch.digamma(x).numpy().tobytes()


def test_mathematics():
    assert special.erf(np.array([0.0, np.inf])).tolist() == [0, 1]
    np.testing.assert_allclose(special.lgamma(np.array([5.0])), math.log(24))
    np.testing.assert_allclose(special.digamma(np.array([1.0])), -0.5772156649015329)
    np.testing.assert_allclose(special.polygamma(1, np.array([1.0])), math.pi**2 / 6)
    np.testing.assert_allclose(special.polygamma(2, np.array([1.0])), -2.404113806319188)
    np.testing.assert_allclose(special.ndtr(np.array([0.0, 1.959963984540054])), [0.5, 0.975])
    with pytest.raises(RuntimeError, match=r"^polygamma\(n, x\) does not support negative n\.$"):
        special.polygamma(-1, np.array([1.0]))
