"""Floats of eight bits beside torch's: what they convert to and from, what moves them, and what refuses them."""
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_compat

NAMES = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu")
NUMBERS = np.float32([0, 1, -2.5, 3.3, 1e9, np.inf, -np.inf, np.nan, -0.0, 1e-9, 300, 0.3])

MOVED = """
torch.cat([u, u])[:3] | torch.stack([u, u]).shape | u.index_select(0, torch.tensor([1])) | u[[0, 1]] | u.roll(1)[:3]
u.clone()[:2] | u.clone().fill_(1)[:2] | u.clone().zero_() | u.clone().copy_(torch.ones(12))[:2] | u.repeat(2).shape
torch.where(u == u, u, u) | torch.where(u == u, u, 1e9).dtype | torch.eye(2, dtype=d) | torch.full((2,), 2.0, dtype=d)
torch.tensor([1.5], dtype=d) | torch.asarray([1.0], dtype=d) | torch.frombuffer(bytearray(b"ab"), dtype=d) | u.tolist()
torch.zeros(2, dtype=d) | torch.ones_like(u)[:2] | u.new_zeros(2) | torch.empty(2, dtype=d).dtype | u.element_size()
u.type() | u.diag().shape | u.T.shape | u[1].item() | bool(u[1]) | int(u[1]) | float(u[1]) | u.bool() | u.numpy()
u.to(torch.complex64)[:3] | u.to(torch.int32) | u.to(torch.uint8) | u.to(torch.bool)
torch.tensor([1, 0, -3, 70000]).to(d) | torch.tensor([True, False]).to(d) | u.view(torch.int8) | torch.iinfo(d)
u.clone().requires_grad_()[:2] | torch.finfo(d)
torch.result_type(u, torch.ones(1)) | torch.result_type(u, 2) | torch.promote_types(d, torch.float16) | d.is_signed
torch.promote_types(d, torch.int64) | d.to_complex() | torch.set_default_dtype(d) | u.reshape(3, 4) @ u.reshape(4, 3)
"""
COMPUTED = """
u + u | u - 1 | u * u | u * 2 | u / u | u / 2 | u // u | u == u | u != u | u < u | -u | u.abs() | u.sqrt() | u.exp()
u.sum() | u.mean() | u.max() | u.amax() | u.argmax() | u.prod() | u.norm() | u.cumsum(0) | u.logsumexp(0) | u.pow(2)
u.isnan() | u.isinf() | u.isfinite() | u.sign() | u.signbit() | u.round() | u.clamp(0, 1) | u.any() | u.all() | u.sin()
u.sort() | u.argsort() | u.unique() | u.topk(2) | u.kthvalue(1) | u.nonzero() | u.count_nonzero() | u.flip(0) | u.dot(u)
u.masked_fill(u == u, 0) | u.index_fill(0, torch.tensor([0]), 1.0) | u.tril() | u.reshape(3, 4).tril() | u.addcmul(u, u)
torch.equal(u, u) | torch.equal(u, u.clone()) | torch.isclose(u, u) | torch.allclose(u, u) | torch.logical_not(u)
torch.arange(3, dtype=d) | torch.linspace(0, 1, 3, dtype=d) | torch.rand(2, dtype=d) | torch.randn(2, dtype=d)
torch.nn.functional.relu(u) | torch.nn.functional.gelu(u) | torch.softmax(u, 0) | torch.maximum(u, u) | u.tanh()
torch.nn.functional.mse_loss(u, u) | torch.sigmoid(u) | torch.bucketize(u, u) | u.take(torch.tensor([0])) | u.xlogy(u)
"""


def expressions(table: str) -> list[str]:
    return [each.strip() for line in table.strip().splitlines() for each in line.split(" | ")]


def outcome(engine: Any, name: str, expression: str) -> str:
    """What an expression gives, or how it is refused."""
    d = getattr(engine, name)
    u = engine.tensor(NUMBERS).to(d)
    try:
        return repr(eval(expression, {"torch": engine, "u": u, "d": d}))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("table", [MOVED, COMPUTED], ids=["moved", "computed"])
def test_expressions(name: str, table: str) -> None:
    found = {each: (outcome(torch, name, each), outcome(minitorch_compat, name, each)) for each in expressions(table)}
    assert {each: pair for each, pair in found.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("name", NAMES)
def test_conversion(name: str) -> None:
    """Of all halves, and of floats of any size; back again of all that there are."""
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    floats = np.random.default_rng(0).integers(0, 1 << 32, 1 << 16, np.uint32).view(np.float32)
    for numbers in (halves, floats, floats.astype(np.float64)):
        one, other = (each.tensor(numbers).to(getattr(each, name)).view(each.uint8).tolist()
                      for each in (torch, minitorch_compat))
        assert one == other
    for wanted in ("float32", "float64", "float16", "int64", "int32", "uint8", "bool", "complex64"):
        one, other = (
            repr(each.arange(256).to(each.uint8).view(getattr(each, name)).to(getattr(each, wanted)).tolist())
            for each in (torch, minitorch_compat)
        )
        assert one == other, wanted


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", [0, 0.0, -1.0, 1e9, 448.0, 449.0, float("inf"), float("nan"), 1e-50, 1e39, 60000.0])
def test_numbers_out_of_range(name: str, number: float) -> None:
    for form in ("torch.full((2,), {}, dtype=d)", "u.clone().fill_({})[:1]", "torch.tensor([{}], dtype=d)"):
        text = form.format(f"float('{number}')" if isinstance(number, float) else number) + ".view(torch.uint8)"
        assert outcome(minitorch_compat, name, text) == outcome(torch, name, text)
