"""Every declared operation: its formulas against finite differences, to second order, and in both of their lives."""

from __future__ import annotations

import importlib
import os
import pkgutil
from typing import Any

import numpy as np
import pytest
from samples import ONCE, REFUSED, SAMPLES, draw

import minitorch_compat as torch
from minitorch_compat import _ops
from minitorch_compat._core.recording import DECLARED

EPSILON = 1e-6

RANDOM = ("uniform_", "normal", "exponential_", "geometric_", "cauchy_", "random_", "bernoulli", "poisson")
"""Operations whose results are drawn anew at every call: differences say nothing, the gradients are zeros."""


def set_part(x: torch.Tensor, index: Any, value: Any) -> torch.Tensor:
    """``x`` after ``x[index] = value``."""
    x[index] = value
    return x


pytestmark = [
    pytest.mark.filterwarnings("ignore:index_reduce:UserWarning"),
    pytest.mark.filterwarnings("ignore:torch.(cholesky|triangular_solve) is deprecated:UserWarning"),
]


def inputs_of(expression: str, complex: bool) -> tuple[torch.Tensor, ...]:
    samples = SAMPLES[expression]
    arrays = [draw(each, place, complex and each.complex) for place, each in enumerate(samples)]
    return tuple(torch.tensor(each).requires_grad_() for each in arrays)


def function_of(expression: str) -> Any:
    code = compile(expression, expression, "eval")
    scope = {"torch": torch, "set_part": set_part}
    return lambda *inputs: eval(code, scope, dict(zip("xyz", inputs, strict=False)))


CASES = [
    pytest.param(expression, complex, id=expression + (" complex" if complex else ""))
    for expression, samples in SAMPLES.items()
    for complex in ((False, True) if any(each.complex for each in samples) else (False,))
]
DIFFERENTIABLE = [each for each in CASES if not any(name in each.values[0] for name in RANDOM)]


@pytest.mark.parametrize(("expression", "complex"), DIFFERENTIABLE)
def test_gradients_are_what_differences_say(expression: str, complex: bool) -> None:
    function, inputs = function_of(expression), inputs_of(expression, complex)
    assert torch.autograd.gradcheck(function, inputs, check_undefined_grad=False)


EVERY_ELEMENT = bool(os.environ.get("MINITORCH_EVERY_ELEMENT"))
"""Whether second derivatives are held against differences element by element, not in random directions alone."""


@pytest.mark.parametrize(("expression", "complex"), DIFFERENTIABLE)
def test_gradients_of_gradients_are_what_differences_say(expression: str, complex: bool) -> None:
    function, inputs = function_of(expression), inputs_of(expression, complex)
    torch.manual_seed(0)
    out = function(*inputs)
    first = torch.autograd.grad(out.abs().sum(), inputs, create_graph=True, allow_unused=True)
    if not any(each is not None and each.requires_grad for each in first):
        return
    if EVERY_ELEMENT:
        assert torch.autograd.gradgradcheck(function, inputs, check_undefined_grad=False)
    random = np.random.RandomState(0)

    def direction(like: torch.Tensor) -> torch.Tensor:
        drawn = random.randn(*like.shape) + (1j * random.randn(*like.shape) if like.is_complex() else 0)
        return torch.tensor(drawn / max(np.linalg.norm(drawn), 1.0), dtype=like.dtype)

    place = [*inputs, direction(out).requires_grad_()]
    seen = [direction(each) for each in inputs]

    def slope(*at: torch.Tensor) -> torch.Tensor:
        """What one direction, ``seen``, shows of the gradients, which depend on the inputs and on the weight."""
        found = torch.autograd.grad(function(*at[:-1]), at[:-1], at[-1], create_graph=True, allow_unused=True)
        return sum((u.conj() * g).real.sum() for u, g in zip(seen, found, strict=True) if g is not None)

    for _ in range(2):
        along = [direction(each) for each in place]
        there, back = (
            slope(*[(x.detach() + sign * EPSILON * d).requires_grad_() for x, d in zip(place, along, strict=True)])
            for sign in (1, -1)
        )
        numerical = (there - back).item() / (2 * EPSILON)
        computed = torch.autograd.grad(slope(*place), place, allow_unused=True)
        analytical = sum(
            (d.conj() * g).real.sum().item() for d, g in zip(along, computed, strict=True) if g is not None
        )
        assert analytical == pytest.approx(numerical, rel=1e-5, abs=1e-6)


OF_PRODUCTS = frozenset((
    "x * y", "x / y", "2 / x", "x.reciprocal()", "x ** -1", "x ** y", "2 ** x", "x.square()", "x.sgn()", "x.prod()",
    "torch.addcdiv(x, y, z, value=3)", "torch.lerp(x, y, z)", "torch.linalg.det(x)", "torch.logdet(x @ x.mH)",
    "torch.nn.functional.silu(x)", "torch.ormqr(x, y, x, transpose=True)", "torch.ormqr(x, y, x.mT, left=False)",
    "torch.polar(x, y)", "x.exp()", "x.exp2()", "x.expm1()", "x.sin()", "x.cos()", "x.sinh()", "(x / 2).tan()",
    "x.cosh()", "x.asinh()",
))  # fmt: skip
"""Whose formulas multiply complex numbers: tensors round each product as torch's vectors do, arrays as NumPy."""


@pytest.mark.parametrize(("expression", "complex"), CASES)
def test_a_formula_says_the_same_to_arrays_and_to_tensors(expression: str, complex: bool) -> None:
    function, inputs = function_of(expression), inputs_of(expression, complex)
    torch.manual_seed(0)
    out = function(*inputs)
    weight = torch.tensor(draw(SAMPLES[expression][0]._replace(shape=tuple(out.shape)), 3, out.is_complex()))
    plain = torch.autograd.grad(out, inputs, weight, retain_graph=True, allow_unused=True)
    recorded = torch.autograd.grad(out, inputs, weight, create_graph=True, allow_unused=True)
    for one, other, x in zip(plain, recorded, inputs, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert one.dtype == other.dtype == x.dtype
            assert one.shape == other.shape == x.shape
            if expression in OF_PRODUCTS and (complex or out.is_complex()):
                apart = np.abs(one.numpy() - other.detach().numpy()).max()
                assert apart <= np.finfo(np.float64).eps * np.abs(other.detach().numpy()).max()
            else:
                np.testing.assert_array_equal(one.numpy(), other.detach().numpy())


@pytest.mark.parametrize("expression", ONCE)
def test_what_is_differentiated_once_alone_has_the_gradients_that_differences_say(expression: str) -> None:
    inputs = [torch.tensor(draw(each, place, False)).requires_grad_() for place, each in enumerate(ONCE[expression])]
    assert torch.autograd.gradcheck(function_of(expression), inputs)


@pytest.mark.parametrize("expression", REFUSED)
@pytest.mark.filterwarnings("ignore:The reduce argument of torch.scatter")
def test_what_has_no_derivative_says_so(expression: str) -> None:
    message, samples = REFUSED[expression]
    inputs = [torch.tensor(draw(each, place, False)).requires_grad_() for place, each in enumerate(samples)]
    with pytest.raises(RuntimeError, match=f"^{message}$"):
        function_of(expression)(*inputs).sum().backward()


def visited(root: Any) -> set[tuple[str, str]]:
    """The steps, by name and operation, that lead from ``root`` back to leaves."""
    found, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in found:
            found.add(node)
            waiting.extend(each for each, _ in node.next_functions)
    return {(type(each).__name__, getattr(each, "operation", "")) for each in found}


def reached_by(expression: str, complex: bool) -> set[tuple[str, str]]:
    """The steps that the operation records, and those that its gradient records."""
    inputs = inputs_of(expression, complex)
    out = function_of(expression)(*inputs)
    found = visited(out.grad_fn)
    weight = torch.ones(out.shape, dtype=out.dtype, requires_grad=True)
    for gradient in torch.autograd.grad(out, inputs, weight, create_graph=True, allow_unused=True):
        if gradient is not None:
            found |= visited(gradient.grad_fn)
    return found


@pytest.mark.filterwarnings("ignore:The reduce argument of torch.scatter")
def test_every_declaration_has_a_sample() -> None:
    for room in pkgutil.iter_modules(_ops.__path__):
        importlib.import_module(f"{_ops.__name__}.{room.name}")
    reached: set[tuple[str, str]] = set()
    for case in CASES:
        reached |= reached_by(*case.values)
    for expression, (_, samples) in REFUSED.items():
        inputs = [torch.tensor(draw(each, place, False)).requires_grad_() for place, each in enumerate(samples)]
        reached |= visited(function_of(expression)(*inputs).grad_fn)
    missing = [name for name, kind in DECLARED.items() if (kind.__name__, kind.operation) not in reached]
    # A draw has no finite differences: its derivative is held to torch's in tests/distributions. What torch gives for
    # as_strided_scatter is not its derivative: test_parity holds it to torch's.

    assert {DECLARED[name].operation for name in missing} == {
        "StandardGammaBackward0", "standard_gamma_slope", "as_strided_scatter",
    }
