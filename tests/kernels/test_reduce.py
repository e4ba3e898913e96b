"""Reductions and scans against torch, and known values of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from minitorch_compat._kernels import reduce

LAYOUTS = {
    "vector": lambda torch, dtype: torch.randn(37, dtype=dtype),
    "long vector": lambda torch, dtype: torch.randn(300, dtype=dtype),
    "matrix": lambda torch, dtype: torch.randn(10, 5, dtype=dtype),
    "transposed": lambda torch, dtype: torch.randn(5, 100, dtype=dtype).t(),
    "gaps": lambda torch, dtype: torch.randn(10, 8, dtype=dtype)[:, ::2],
    "three": lambda torch, dtype: torch.randn(4, 3, 10, dtype=dtype),
    "number": lambda torch, dtype: torch.randn((), dtype=dtype),
}
REAL = ["float16", "bfloat16", "float32", "float64"]


def cases(x):
    """Every dimension, and all of them."""
    for dim in (None, *range(x.dim())):
        for keepdim in (False, True):
            yield dim, keepdim


def given(dim, keepdim):
    return () if dim is None else (dim, keepdim)


# name: (kernel, torch, largest distance in ulps); both take x, dim, keepdim.
BITWISE = {
    "amax": (lambda x, d, k: reduce.amax(x, d, k), lambda t, x, d, k: x.amax(*given(d, k) or ((), k))),
    "amin": (lambda x, d, k: reduce.amin(x, d, k), lambda t, x, d, k: x.amin(*given(d, k) or ((), k))),
    "argmax": (lambda x, d, k: reduce.argmax(x, d, k), lambda t, x, d, k: x.argmax(d, k)),
    "argmin": (lambda x, d, k: reduce.argmin(x, d, k), lambda t, x, d, k: x.argmin(d, k)),
    "any": (lambda x, d, k: reduce.any(x, *given(d, k)), lambda t, x, d, k: x.any(*given(d, k))),
    "all": (lambda x, d, k: reduce.all(x, *given(d, k)), lambda t, x, d, k: x.all(*given(d, k))),
    "nansum": (lambda x, d, k: reduce.nansum(x, *given(d, k)), lambda t, x, d, k: x.nansum(*given(d, k))),
    "nanmean": (lambda x, d, k: reduce.nanmean(x, *given(d, k)), lambda t, x, d, k: x.nanmean(*given(d, k))),
    "count_nonzero": (lambda x, d, k: reduce.count_nonzero(x, d), lambda t, x, d, k: t.count_nonzero(x, d)),
    "var": (lambda x, d, k: reduce.var(x, d, 1, k), lambda t, x, d, k: t.var(x, d, correction=1, keepdim=k)),
    "std": (lambda x, d, k: reduce.std(x, d, 0, k), lambda t, x, d, k: t.std(x, d, correction=0, keepdim=k)),
    "norm 2": (lambda x, d, k: reduce.norm(x, 2, d, k), lambda t, x, d, k: t.linalg.vector_norm(x, 2, d, k)),
    "norm 1": (lambda x, d, k: reduce.norm(x, 1, d, k), lambda t, x, d, k: t.linalg.vector_norm(x, 1, d, k)),
    "norm 0": (lambda x, d, k: reduce.norm(x, 0, d, k), lambda t, x, d, k: t.linalg.vector_norm(x, 0, d, k)),
    "norm inf": (
        lambda x, d, k: reduce.norm(x, math.inf, d, k),
        lambda t, x, d, k: t.linalg.vector_norm(x, math.inf, d, k),
    ),
    "norm -inf": (
        lambda x, d, k: reduce.norm(x, -math.inf, d, k),
        lambda t, x, d, k: t.linalg.vector_norm(x, -math.inf, d, k),
    ),
}


@pytest.mark.filterwarnings("ignore:.*degrees of freedom is <= 0")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("name", BITWISE)
def test_bitwise(torch, compare, name, dtype, layout):
    torch.manual_seed(1)
    x = LAYOUTS[layout](torch, getattr(torch, dtype))
    kernel, ask = BITWISE[name]
    for dim, keepdim in cases(x):
        compare.agree(kernel(compare.as_array(x), dim, keepdim), ask(torch, x, dim, keepdim))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", REAL)
def test_products_are_bitwise(torch, compare, dtype, layout):
    torch.manual_seed(1)
    x = LAYOUTS[layout](torch, getattr(torch, dtype)).abs() + 0.3
    for dim, keepdim in cases(x):
        compare.agree(reduce.prod(compare.as_array(x), *given(dim, keepdim)), x.prod(*given(dim, keepdim)))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("name", "dtype"),
    [(name, dtype) for name in ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp") for dtype in REAL]
    + [("cumsum", "complex64"), ("cumprod", "complex64")],
)
def test_scans_are_bitwise(torch, compare, name, dtype, layout):
    torch.manual_seed(1)
    x = LAYOUTS[layout](torch, getattr(torch, dtype))
    for dim in range(max(x.dim(), 1)):
        got, expected = getattr(reduce, name)(compare.as_array(x), dim), getattr(x, name)(dim)
        if isinstance(got, tuple):
            for ours, theirs in zip(got, expected, strict=True):
                compare.agree(ours, theirs)
        else:
            compare.agree(got, expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("p", [0.5, 3.0, -1.0])
def test_other_norms_are_within_4_ulps(torch, compare, dtype, p):
    torch.manual_seed(1)
    x = torch.randn(20, 30, dtype=getattr(torch, dtype))
    for dim, keepdim in cases(x):
        compare.agree(reduce.norm(x.numpy(), p, dim, keepdim), torch.linalg.vector_norm(x, p, dim, keepdim), 4)


def test_complex_numbers(torch, compare):
    torch.manual_seed(1)
    x = torch.randn(20, 30, dtype=torch.complex64)
    for dim in (0, 1, None):
        compare.agree(reduce.var(x.numpy(), dim), torch.var(x, dim))
        compare.agree(reduce.std(x.numpy(), dim), torch.std(x, dim), 1)
        for p in (1, 2, 3):
            compare.agree(reduce.norm(x.numpy(), p, dim), torch.linalg.vector_norm(x, p, dim), 8)
    got, expected = reduce.prod(x.numpy(), 0), x.prod(0).numpy()
    assert (np.abs(got - expected) / np.abs(expected)).max() <= 2e-6


def test_spread_of_many_doubles(torch):
    x = torch.randn(5000, 3, dtype=torch.float64)
    np.testing.assert_allclose(reduce.var(x.numpy(), 0), x.var(0).numpy(), rtol=5000 * 2.0**-53)
    assert float(reduce.var(x.numpy())) == x.var().item()


@pytest.mark.parametrize("dtype", REAL)
def test_logsumexp_is_within_a_few_ulps_of_its_largest_term(torch, compare, dtype):
    torch.manual_seed(1)
    x = torch.randn(40, 30, dtype=getattr(torch, dtype)) + 4
    for dim in (0, 1, (0, 1)):
        compare.agree(reduce.logsumexp(compare.as_array(x), dim), x.logsumexp(dim), 2)


@pytest.mark.parametrize("name", ["amax", "amin", "argmax", "argmin", "cummax", "nansum", "nanmean"])
def test_nan(torch, compare, name):
    x = torch.tensor([[1.0, float("nan"), 3.0], [4.0, 5.0, 0.0], [float("nan")] * 3])
    for dim in (0, 1):
        got, expected = getattr(reduce, name)(x.numpy(), dim), getattr(x, name)(dim)
        if isinstance(got, tuple):
            got, expected = got[1], expected[1]
        compare.agree(got, expected)


def test_known_values():
    x = np.float32(1) / np.arange(1, 101, dtype=np.float32)
    assert float(reduce.norm(x)) == float.fromhex("0x1.475696p+0")
    assert float(reduce.norm(x, 1)) == float.fromhex("0x1.4bfe00p+2")
    assert float(reduce.prod((x * 60)[:70])) == float.fromhex("0x1.05363cp+81")
    assert float(reduce.var(x)) == float.fromhex("0x1.c418f4p-7")
    assert float(reduce.std(x)) == float.fromhex("0x1.e11e0ap-4")
    assert reduce.cumsum(x, 0)[-2:].tolist() == [float.fromhex("0x1.4b5a28p+2"), float.fromhex("0x1.4bfdfep+2")]


def test_ties_go_to_the_first():
    assert reduce.argmax(np.array([1.0, 3.0, 3.0])).tolist() == 1
    assert reduce.argmin(np.array([[2, 1], [1, 1]]), 1).tolist() == [1, 0]
    values, places = reduce.cummax(np.array([1.0, 1.0, 0.0]), 0)
    assert values.tolist() == [1, 1, 1] and places.tolist() == [0, 1, 1]


def test_any_and_all_of_bytes_are_bytes():
    assert reduce.any(np.array([0, 2], np.uint8)).dtype == np.uint8
    assert reduce.all(np.array([0, 2], np.int8)).dtype == np.bool_
    assert reduce.any(np.array([np.nan])).tolist() is True


def test_integers():
    assert reduce.prod(np.array([2, 3, 4], np.int8)).dtype == np.int64
    assert reduce.cumsum(np.array([True, True]), 0).tolist() == [1, 2]
    assert reduce.cumprod(np.array([100, 100], np.uint8), 0).tolist() == [100, 10000]
    assert reduce.prod(np.empty((0, 2), np.float32), 0).tolist() == [1, 1]
