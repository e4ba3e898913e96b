"""How many writes a gradient has seen when it comes through views and writes; the numbers are torch's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import minitorch_compat as torch


def written(x: Any, place: Any = 0) -> Any:
    """``x`` after a write to a part of it."""
    x[place].mul_(2)
    return x


@pytest.mark.parametrize(("shape", "computed", "writes"), [
    ((), lambda x: x.clone(), 1),
    ((), lambda x: x + x, 0),
    ((3,), lambda x: written(x.clone()).sum(), 2),
    ((3,), lambda x: written(x * 1).sum(), 0),
    ((3,), lambda x: written(x - x).sum(), 3),
    ((6,), lambda x: written(x.clone().view(2, 3)).sum(), 2),
    ((6,), lambda x: (x * 1).sum() + x.as_strided((3,), (1,), 0).sum(), 0),
    ((6,), lambda x: (x.as_strided((3,), (1,), 1) + x.as_strided((3,), (1,), 0)).sum(), 0),
    ((3,), lambda x: x.as_strided((0,), (1,)).sum(), 1),
    ((), lambda x: ((torch.ones(2) * x) * x).sum(), 1),
    ((2,), lambda x: ((torch.ones(3, 2) * x) * x).sum(), 0),
    ((3,), lambda x: torch.nextafter(torch.ones(2, 3), x).sum(), 1),
    ((3, 2, 1, 2), lambda x: torch.quantile(x, 0.5, dim=0).sum(), 1),
])
def test_counts(shape: tuple[int, ...], computed: Callable[[Any], Any], writes: int) -> None:
    leaf = torch.ones(shape, requires_grad=True)
    computed(leaf).backward()
    assert leaf.grad._version == writes


@pytest.mark.parametrize(("squeezed", "writes"), [
    (lambda x: x.squeeze(0), 1), (lambda x: x.squeeze(-1), 0), (lambda x: x.squeeze(), 0),
    (lambda x: x.squeeze((0, 1)), 0),
])
def test_squeezes_of_nothing_hand_their_gradient_on(squeezed: Callable[[Any], Any], writes: int) -> None:
    leaf = torch.ones(3, 1, requires_grad=True)
    made = squeezed(leaf)
    gradient = torch.ones_like(made)
    made.backward(gradient)
    assert leaf.grad._version == writes


def test_real_factors_of_complex_numbers_have_no_imaginary_part() -> None:
    leaf = torch.tensor([1 + 2j, 0], requires_grad=True)
    for factor in (2, torch.tensor([1.0, 2])):
        (gradient,) = torch.autograd.grad(leaf * factor, leaf, -torch.ones(2, dtype=torch.complex64))
        assert str(gradient.imag.tolist()) == "[-0.0, -0.0]"
