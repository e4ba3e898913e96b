"""Fourier transforms: definitions, refusals, and torch beside them."""

from __future__ import annotations

import cmath

import numpy as np
import pytest
from beside_torch import Input, differences

import minitorch_compat as engine

torch = pytest.importorskip("torch")

NAMES = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")


def check(expression: str, x: Input) -> None:
    """Everything as torch has it, the numbers to a few ulps of the largest."""
    assert not differences(torch, engine, expression, (x,), 1 << 63)
    results = []
    for side in (torch, engine):
        try:
            results.append(eval(expression, {"torch": side, "x": x.make(side)}).numpy())
        except Exception:
            # Told apart above.
            return
    one, other = results
    epsilon = np.finfo(one.dtype).eps
    assert np.abs(one - other).max(initial=0) <= 16 * epsilon * np.abs(one).max(initial=0)


def test_the_definition() -> None:
    x = [1.0, 2.0, 4.0, -1.0, 0.5]
    made = engine.fft.fft(engine.tensor(x, dtype=engine.float64)).tolist()
    for k, found in enumerate(made):
        expected = sum(value * cmath.exp(-2j * cmath.pi * k * place / len(x)) for place, value in enumerate(x))
        assert abs(found - expected) < 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_there_and_back(name: str) -> None:
    x = engine.arange(6.0, dtype=engine.float64).reshape(2, 3) + 1
    there = {"irfft": "rfft", "hfft": "ihfft"}.get(name)
    if there is not None:
        assert engine.allclose(getattr(engine.fft, name)(getattr(engine.fft, there)(x), n=3), x)
    elif name in ("fft", "ifft"):
        back = engine.fft.ifft if name == "fft" else engine.fft.fft
        assert engine.allclose(back(getattr(engine.fft, name)(x)).real, x)


@pytest.mark.parametrize(
    "call",
    ["x, 'a'", "x, 3, 'a'", "1", "x, norm='none'", "x, n=0", "x, n=-1", "x, dim=2", "x.half()", "x.bfloat16()",
     "x.int()", "x[0, 0]", "x, n=2",
     "x, n=5, dim=0, norm='ortho'", "x.T", "x.T, dim=0", "x.to(torch.complex64)", "input=x"],
)  # fmt: skip
@pytest.mark.parametrize("name", NAMES)
def test_one_dimension_as_torch(name: str, call: str) -> None:
    check(f"torch.fft.{name}({call})", Input("float64", (2, 3)))


@pytest.mark.parametrize("call", ["x", "x, (2, 4)", "x, dim=(0, 1)", "x, dim=(0, 0)", "x, (2, 2), (0,)", "x, (0, 3)",
                                  "x, norm='forward'", "x[0, 0, 0]", "x.to(torch.complex64)", "x.int()"])  # fmt: skip
@pytest.mark.parametrize("name", [each + ending for each in NAMES for ending in ("2", "n")])
def test_several_dimensions_as_torch(name: str, call: str) -> None:
    check(f"torch.fft.{name}({call})", Input("float64", (2, 3, 4)))


@pytest.mark.parametrize("call", ["fftfreq(5)", "fftfreq(4, 0.1)", "rfftfreq(5, dtype=torch.float64)", "fftfreq(0)",
                                  "fftshift(x)", "ifftshift(x, 1)", "fftshift(x, (0,))"])  # fmt: skip
def test_frequencies_as_torch(call: str) -> None:
    assert not differences(torch, engine, f"torch.fft.{call}", (Input("float64", (2, 3)),), 0)
