"""What random programs of expressions have found to differ, held beside torch to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")

INFINITE = (complex(float("inf"), 3), complex(2, -float("inf")), complex(-0.0, -0.0))
SHAPES = [(), (3,), (7,), (33,), (3, 3), (5, 9), (2, 2, 3)]


def sides(numbers: Any, dtype: str) -> list[Any]:
    return [side.tensor(numbers).to(getattr(side, dtype)) for side in (torch, engine)]


def held(one: Any, other: Any) -> None:
    """The same bits, whatever nan is made of."""
    if one.dtype == torch.bfloat16:
        one, other = one.float(), other.float()
    np.testing.assert_array_equal(other.detach().numpy(), one.detach().numpy())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("turned", [False, True])
def test_halves_are_rounded_where_torch_rounds_them(shape: Any, dtype: str, turned: bool) -> None:
    random = np.random.RandomState(0)
    x, y = (sides(random.randn(*shape) * 4, dtype) for _ in range(2))
    if turned:
        x, y = ([each.transpose(0, -1) if shape else each for each in pair] for pair in (x, y))
    held(*[each.abs().rsqrt() for each in x])
    held(*[side.add(a, b, alpha=-3) for side, a, b in zip((torch, engine), x, y, strict=True)])
    if shape:
        held(*[each.log_softmax(-1) for each in x])
        found = []
        for side, a, b in zip((torch, engine), x, y, strict=True):
            leaf = a.detach().clone().requires_grad_()
            first, = side.autograd.grad(leaf.log_softmax(-1), leaf, b, create_graph=True)
            found.append((first, side.autograd.grad(first, leaf, a)[0]))
            assert type(first.grad_fn).__name__ == "LogSoftmaxBackwardDataBackward0"
        for one, other in zip(*found, strict=True):
            held(one, other)


@pytest.mark.parametrize("shape", SHAPES)
def test_signs_and_lengths_of_complex_numbers_have_torchs_bits(shape: Any) -> None:
    random = np.random.RandomState(1)
    x = sides(random.randn(*shape) + 1j * random.randn(*shape), "complex64")
    held(*[each.abs() for each in x])
    held(*[each.sgn() for each in x])
    if shape:
        held(*[each.cumprod(0) for each in sides(random.randn(*shape) + 1j * random.randn(*shape), "complex128")])


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_sums_of_complex_numbers_take_the_second_times_one(dtype: str) -> None:
    x, y = sides([1 + 2j] * 3, dtype), sides(INFINITE, dtype)
    for one, other in zip(
        *[(a + b, b + a, a - b, b - a, 1.5 - b, b.cumprod(0), 2 + b) for a, b in zip(x, y, strict=True)], strict=True
    ):
        held(one, other)


def test_powers_are_infinite_or_zero_where_c_has_them_so() -> None:
    inf, nan = float("inf"), float("nan")
    numbers = [complex(-inf, 5), complex(-inf, nan), complex(inf, nan), complex(1, inf), complex(3, nan)]
    held(*[2**each for each in sides(numbers, "complex128")])


@pytest.mark.parametrize("numbers", [
    [[float("nan"), 2.0, 0.0], [0.0, float("inf"), 5.0]], [[3.0, 0.0, 4.0], [0.0, 0.0, 2.0]], [[1.0, 2.0, 3.0]] * 2,
])
@pytest.mark.parametrize("name", ["prod", "cumprod"])
def test_products_beside_zeros_and_nan(numbers: Any, name: str) -> None:
    found = []
    for x in sides(numbers, "float64"):
        x.requires_grad_()
        for dim in (0, 1):
            x.grad = None
            getattr(x, name)(dim).sum().backward()
            found.append(x.grad.clone())
    for one, other in zip(found[:2], found[2:], strict=True):
        held(one, other)


def test_a_step_that_cannot_be_taken_back_waits_for_those_that_lead_to_it() -> None:
    told = []
    for side in (torch, engine):
        a = side.ones(3, requires_grad=True)
        divided = a // 2
        power = divided ** side.ones(3).bool()
        with pytest.raises(RuntimeError) as caught:
            side.autograd.grad([divided, power], a, [side.ones(3)] * 2)
        told.append(str(caught.value))
    assert told[0] == told[1]
    assert "Subtraction" in told[0]


def test_a_refused_comparison_names_its_operands_as_they_stand() -> None:
    for side in (torch, engine):
        x, y = side.ones(3, 3), side.ones(3, 6, dtype=side.complex64).conj()
        with pytest.raises(RuntimeError, match=r"tensor a \(3\) must match the size of tensor b \(6\)"):
            x != y  # noqa: B015
        with pytest.raises(RuntimeError, match=r"tensor a \(6\) must match the size of tensor b \(3\)"):
            y != x  # noqa: B015


def test_maxima_are_those_that_were_found() -> None:
    for x in sides([[0.0, -2.0, -0.0], [-0.0, 0.0, -1.0]], "float32"):
        assert np.signbit(x.max(1)[0].numpy()).tolist() == [False, True]
        assert np.signbit((-x).min(1)[0].numpy()).tolist() == [True, False]
