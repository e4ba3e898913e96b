"""Forward mode against reverse mode, for every declaration with a derivative: the two are adjoint."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_derivatives import DIFFERENTIABLE, function_of, inputs_of

import minitorch_compat as torch
from minitorch_compat.autograd import forward_ad

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def drawn(shape: Any, complex: bool, seed: int) -> torch.Tensor:
    random = np.random.RandomState(seed)
    return torch.tensor(np.asarray(random.randn(*shape) + (1j * random.randn(*shape) if complex else 0)))


def inner(x: torch.Tensor, y: torch.Tensor) -> float:
    """The real inner product of two tensors."""
    return float((x.detach().conj() * y.detach()).sum().real)


@pytest.mark.parametrize(("expression", "complex"), DIFFERENTIABLE)
def test_forward_mode_is_the_adjoint_of_reverse_mode(expression: str, complex: bool) -> None:
    function, inputs = function_of(expression), inputs_of(expression, complex)
    torch.manual_seed(0)
    out = function(*inputs)
    directions = [drawn(x.shape, x.is_complex(), place) for place, x in enumerate(inputs)]
    torch.manual_seed(0)
    with forward_ad.dual_level():
        duals = [forward_ad.make_dual(x.detach(), t) for x, t in zip(inputs, directions, strict=True)]
        primal, tangent = forward_ad.unpack_dual(function(*duals))
    np.testing.assert_array_equal(primal.resolve_conj().numpy(), out.detach().resolve_conj().numpy())
    weight = drawn(out.shape, out.is_complex(), 9)
    back: Any = [None] * len(inputs)
    if out.requires_grad:
        back = torch.autograd.grad(out, inputs, weight, allow_unused=True)
    expected = sum(inner(g, t) for g, t in zip(back, directions, strict=True) if g is not None)
    if tangent is None:
        assert expected == 0
        return
    assert (tangent.shape, tangent.dtype, tangent.requires_grad) == (out.shape, out.dtype, False)
    assert inner(weight, tangent) == pytest.approx(expected, rel=1e-9, abs=1e-9)


SMOOTH = [each for each in DIFFERENTIABLE if "requires_grad_" not in each.values[0]]


@pytest.mark.parametrize(("expression", "complex"), SMOOTH)
def test_forward_over_reverse_is_reverse_over_reverse(expression: str, complex: bool) -> None:
    function, inputs = function_of(expression), inputs_of(expression, complex)
    torch.manual_seed(0)
    out = function(*inputs)
    if not out.requires_grad:
        return
    weight = drawn(out.shape, out.is_complex(), 9)
    directions = [drawn(x.shape, x.is_complex(), place) for place, x in enumerate(inputs)]
    first = torch.autograd.grad(out, inputs, weight, create_graph=True, allow_unused=True)
    pairs = [(g, t) for g, t in zip(first, directions, strict=True) if g is not None and g.requires_grad]
    expected = [None] * len(inputs)
    if pairs:
        expected = torch.autograd.grad(
            [g for g, _ in pairs], inputs, [t for _, t in pairs], allow_unused=True
        )
    torch.manual_seed(0)
    with forward_ad.dual_level():
        duals = [
            forward_ad.make_dual(x.detach().requires_grad_(), t) for x, t in zip(inputs, directions, strict=True)
        ]
        slopes = torch.autograd.grad(function(*duals), duals, weight, allow_unused=True)
        found = [None if each is None else forward_ad.unpack_dual(each).tangent for each in slopes]
    for one, other in zip(found, expected, strict=True):
        shape = next((each.shape for each in (one, other) if each is not None), ())
        left, right = (np.zeros(shape) if each is None else each.resolve_conj().numpy() for each in (one, other))
        np.testing.assert_allclose(left, right, rtol=1e-7, atol=1e-9)
