"""Windows, spectra of short pieces and back: torch beside them."""

from __future__ import annotations

import numpy as np
import pytest
from beside_torch import Input, differences

import minitorch_compat as engine

torch = pytest.importorskip("torch")

WINDOWS = ("bartlett_window", "blackman_window", "hamming_window", "hann_window", "kaiser_window")
NEAR = {"float64": 4e-16, "float32": 4e-7, "float16": 0, "bfloat16": 0}
"""How far numbers may lie apart where cosines differ in their last bit; Bessel functions keep ten times this."""


@pytest.fixture(autouse=True)
def always_warn():
    before = torch.is_warn_always_enabled()
    for each in (torch, engine):
        each.set_warn_always(True)
    yield
    for each in (torch, engine):
        each.set_warn_always(before)


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("dtype", NEAR)
def test_windows(name: str, dtype: str) -> None:
    for length in (0, 1, 2, 3, 7, 8, 33, 100):
        for periodic in (True, False):
            one, other = (
                getattr(side, name)(length, periodic, dtype=getattr(side, dtype)).double().numpy()
                for side in (torch, engine)
            )
            allowed = NEAR[dtype] * 10 if name == "kaiser_window" else NEAR[dtype]
            assert np.abs(one - other).max(initial=0) <= allowed, (length, periodic)


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("call", [
    "(-1)", "()", "(2.5)", "(5, 1)", "('a')", "(5, dtype=torch.int64)", "(5, bad=1)", "(5, requires_grad=True)[:0]",
    "(5, periodic=False).dtype", "(5, True, 0.3)[:0]", "(5, True, 0.3, 0.1, 0.1)",
])  # fmt: skip
def test_calls_of_windows(name: str, call: str) -> None:
    assert not list(differences(torch, engine, f"torch.{name}{call}", (), 0))


SPECTRA = """x, 8, window=w, return_complex=True|x, 8, 3, window=w, return_complex=True|x, 8|x, 8, window=w
    x, 8, return_complex=True|x, 8, window=w, return_complex=False|x, 8, 2, 6, w[:6], return_complex=True
    x, 8, 2, 6, w, return_complex=True|x, 8, 0, window=w, return_complex=True|x, 0, return_complex=True
    x, 8, window=w, center=False, return_complex=True|x, 8, window=w, normalized=True, return_complex=True
    x, 8, window=w, onesided=False, return_complex=True|x[None, None], 8, window=w, return_complex=True
    x * 1j, 8, window=w|x * 1j, 8, window=w, onesided=True|x.int(), 8, window=w, return_complex=True
    x.double(), 8, window=w, return_complex=True|x, 8, window=w, pad_mode='bad', return_complex=True
    x, 8, window=w, pad_mode='replicate', return_complex=True|x, 8, win_length=9, window=w, return_complex=True
    x, 8, window=w.reshape(2, 4), return_complex=True|x, 8, window=w, center=True, align_to_window=True
    x, 8, 2, 6, w[:6], center=False, return_complex=True, align_to_window=True"""
SIGNALS = """s, 8, window=w|s, 8, window=w, length=20|s, 8, window=w, length=10|s, 8, window=w, center=False|s, 8
    s, 8, window=w, normalized=True|s, 8, window=w, onesided=False|s, 8, window=w, return_complex=True|s, 8, 0, window=w
    s, 8, 20, window=w|s, 8, win_length=9, window=w|s[:, :0], 8, window=w|s, 8, window=w[:5]|s.real, 8, window=w
    s, 8, window=w * 0|s, 8, window=w * 1j|s[0], 8, window=w|s[None], 8, window=w|s, 8, 2, 6, w[:6]"""


def each(table: str) -> list[str]:
    return [expression.strip() for line in table.splitlines() for expression in line.split("|")]


@pytest.mark.parametrize("arguments", each(SPECTRA))
def test_spectra(arguments: str) -> None:
    text = f"(lambda x, w: torch.stft({arguments}))(torch.arange(20.).sin() + x, torch.arange(1., 9.) / 8)"
    given = Input("float32", (20,), grad=True)
    assert not list(differences(torch, engine, text, (given,), 1 << 63))
    near(text, given)


@pytest.mark.parametrize("arguments", each(SIGNALS))
def test_signals(arguments: str) -> None:
    text = (
        f"(lambda s, w: torch.istft({arguments}))(torch.complex(x, torch.cos(x)), torch.arange(1., 9.) / 8)"
    )
    given = Input("float32", (5, 9), grad=True)
    assert not list(differences(torch, engine, text, (given,), 1 << 63))
    near(text, given)


def near(text: str, given: Input) -> None:
    results = []
    for side in (torch, engine):
        try:
            results.append(eval(text, {"torch": side, "x": given.make(side)}).detach().numpy())
        except Exception:
            return  # told apart above
    one, other = results
    assert np.abs(one - other).max(initial=0) <= 4e-6 * np.abs(one).max(initial=0)


def test_there_and_back() -> None:
    x = engine.arange(64.0, dtype=engine.float64).sin()
    window = engine.hann_window(16, dtype=engine.float64)
    spectra = engine.stft(x, 16, 4, window=window, return_complex=True)
    assert engine.allclose(engine.istft(spectra, 16, 4, window=window, length=64), x)
