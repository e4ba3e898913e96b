"""``torch.func`` beside torch: the functions inside each other, in every order."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch as reference

import minitorch_compat as torch

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


def scalar(t: Any) -> Any:
    """From a vector to a number."""
    return lambda x: (x**3).sum() + (x * x.flip(0)).prod().tanh()


def vector(t: Any) -> Any:
    """From a vector to a vector."""
    return lambda x: t.stack([(x * x.sum()).exp()[0] / 50, (x**2).cumsum(0)[1], t.softmax(x, 0)[1]])


def unrolled(t: Any) -> Any:
    """A small recurrence, with writes in place."""

    def function(x: Any) -> Any:
        state = x.new_zeros(x.shape)
        for place in range(2):
            state = t.tanh(state * 0.5 + x * (place + 1))
        out = state.clone()
        out[0] = state[1] * x[0]
        return out

    return function


WRAPPERS: dict[str, Any] = {
    "jacrev": lambda t, f: t.func.jacrev(f),
    "jacfwd": lambda t, f: t.func.jacfwd(f),
    "vmap": lambda t, f: lambda x: t.func.vmap(f)(t.stack([x, x * 0.5])),
    "jvp": lambda t, f: lambda x: t.func.jvp(f, (x,), (t.ones_like(x),))[1],
    "grad of the sum": lambda t, f: t.func.grad(lambda x: (f(x) ** 2).sum()),
    "vjp": lambda t, f: lambda x: t.func.vjp(f, x)[1](f(x).detach())[0],
}
PAIRS = [*[(each,) for each in WRAPPERS], *itertools.product(WRAPPERS, repeat=2)]


def numbers(x: Any) -> np.ndarray:
    return np.asarray(x.detach().numpy())


@pytest.mark.parametrize("names", PAIRS, ids=" of ".join)
@pytest.mark.parametrize("make", [scalar, vector, unrolled])
def test_transforms_of_transforms_are_torchs(make: Any, names: tuple[str, ...]) -> None:
    results = []
    for t in (torch, reference):
        function = make(t)
        for name in reversed(names):
            function = WRAPPERS[name](t, function)
        results.append(numbers(function(t.tensor([0.3, -0.7, 1.1], dtype=t.float64))))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-9, atol=1e-12)
    assert results[0].shape == results[1].shape
