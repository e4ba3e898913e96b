"""Activation functions against torch, within the rules of docs/tolerances.md."""

from __future__ import annotations

import numpy as np
import pytest

from minitorch_compat._kernels import activation

# name: parameters, then ulps in the half types, float32 and float64
NEAR = {
    "relu": ((), 0, 0, 0),
    "relu6": ((), 0, 0, 0),
    "leaky_relu": ((0.2,), 0, 0, 0),
    "hardtanh": ((-1.5, 0.5), 0, 0, 0),
    "hardsigmoid": ((), 0, 0, 0),
    "hardswish": ((), 0, 0, 0),
    "hardshrink": ((0.4,), 0, 0, 0),
    "softsign": ((), 0, 0, 0),
    "threshold": ((0.1, 20.0), 0, 0, 0),
    "silu": ((), 0, 2, 2),
    "softplus": ((2.0, 3.0), 0, 3, 3),
    "elu": ((0.7,), 0, 2, 2),
    "celu": ((0.7,), 0, 2, 2),
    "selu": ((), 0, 2, 2),
    "mish": ((), 0, 3, 4),
}


@pytest.fixture
def numbers(torch):
    torch.manual_seed(1)
    special = torch.tensor([0.0, -0.0, float("nan"), float("inf"), -float("inf"), 0.5, -0.5, 3.0, -3.0, 20.0])
    return torch.cat([special, torch.randn(2000) * 3])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("name", NEAR)
def test_within_ulps(torch, compare, numbers, name, dtype):
    parameters, half, single, double = NEAR[name]
    x = numbers.to(getattr(torch, dtype))
    within = {"float32": single, "float64": double}.get(dtype, half)
    got = getattr(activation, name)(compare.as_array(x), *parameters)
    compare.agree(got, getattr(torch.nn.functional, name)(x, *parameters), within)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_functions_of_the_logistic_family(torch, compare, numbers, dtype):
    x = numbers.to(getattr(torch, dtype))
    within = 2 if dtype in ("float32", "float64") else 0
    array = compare.as_array(x)
    compare.agree(activation.sigmoid(array), torch.sigmoid(x), within)
    compare.agree(activation.log_sigmoid(array), torch.nn.functional.logsigmoid(x), within and 3)
    chances = torch.rand(500, dtype=torch.float64).to(x.dtype)
    compare.agree(activation.logit(compare.as_array(chances)), torch.logit(chances), within)
    compare.agree(activation.logit(compare.as_array(chances), 0.1), torch.logit(chances, 0.1), within)


@pytest.mark.parametrize(
    ("dtype", "most"), [("float16", 4e-5), ("bfloat16", 4e-5), ("float32", 1.2e-6), ("float64", 2e-15)]
)
@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_gelu_is_near_in_absolute_terms(torch, compare, numbers, dtype, most, approximate):
    x = numbers[numbers.isfinite()].to(getattr(torch, dtype))
    got = activation.gelu(compare.as_array(x), approximate).astype("f8")
    expected = torch.nn.functional.gelu(x, approximate=approximate).double().numpy()
    np.testing.assert_allclose(got, expected, rtol=0, atol=most)


def test_large_arrays(torch, compare):
    torch.manual_seed(2)
    x = torch.randn(20000) * 3
    compare.agree(activation.sigmoid(x.numpy()), torch.sigmoid(x), 4)
    compare.agree(activation.silu(x.numpy()), torch.nn.functional.silu(x), 4)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_softshrink_is_equal(torch, compare, numbers, dtype):
    x = numbers.to(getattr(torch, dtype))
    got, expected = activation.softshrink(compare.as_array(x), 0.4), torch.nn.functional.softshrink(x, 0.4)
    np.testing.assert_array_equal(got.astype("f8"), expected.double().numpy())


def test_prelu(torch, compare, numbers):
    weight = torch.tensor([0.3])
    compare.agree(activation.prelu(numbers.numpy(), weight.numpy()), torch.nn.functional.prelu(numbers, weight))


def test_known_values():
    assert activation.relu(np.array([-1.0, 2.0])).tolist() == [0, 2]
    assert np.isnan(activation.relu(np.array([np.nan]))).all()
    assert activation.sigmoid(np.array([0.0], np.float32)).tolist() == [0.5]
    assert activation.softplus(np.array([100.0])).tolist() == [100]
    assert activation.hardswish(np.array([-4.0, 4.0])).tolist() == [0, 4]
