"""The same call on torch and on the engine: results, graphs, gradients to second order and the generator."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import minitorch_compat

torch = pytest.importorskip("torch")

NEAR = {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 4e-6}
"""How far sums of a few exponentials may lie apart, relative to the largest number beside them."""


def tree(node: Any) -> Any:
    """The names of the steps behind a result."""
    return None if node is None else (node.name(), tuple([tree(each) for each, _ in node.next_functions]))


def outcome(engine: Any, call: Callable[..., Any], arrays: Sequence[np.ndarray], twice: bool) -> dict[str, Any]:
    """What a call on one engine shows."""
    engine.manual_seed(1)
    inputs = [engine.tensor(each).requires_grad_(each.dtype.kind == "f") for each in arrays]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            out = call(engine, *inputs)
        except Exception as error:
            return {"refused": (type(error).__name__, str(error)), "said": [str(each.message) for each in said]}
    seen = {
        "said": [str(each.message) for each in said], "graph": tree(out.grad_fn), "dtype": str(out.dtype),
        "stride": tuple(out.stride()), "out": out.detach().numpy().copy(),
        "state": engine.get_rng_state().numpy().tobytes(),
    }
    leaves = [each for each in inputs if each.requires_grad]
    if out.requires_grad:
        weight = engine.tensor(np.linspace(0.5, 1.5, out.numel()).reshape(out.shape).astype(arrays[0].dtype))
        first = engine.autograd.grad(out, leaves, weight, create_graph=twice, allow_unused=True)
        seen["first"] = [None if each is None else each.detach().numpy().copy() for each in first]
        again = [each for each in first if each is not None and each.requires_grad]
        if twice and again:
            total = sum((each * each).sum() for each in again)
            second = engine.autograd.grad(total, leaves, allow_unused=True)
            seen["second"] = [None if each is None else each.detach().numpy().copy() for each in second]
    return seen


def agree(call: Callable[..., Any], *arrays: np.ndarray, twice: bool = True, exact: bool = False) -> None:
    """Assert that both engines show the same; numbers to the bit where they are ``exact``."""
    expected = outcome(torch, call, arrays, twice)
    actual = outcome(minitorch_compat, call, arrays, twice)
    assert expected.keys() == actual.keys()
    for name, value in expected.items():
        if name in ("out", "first", "second"):
            pairs = [(value, actual[name])] if name == "out" else zip(value, actual[name], strict=True)
            for one, other in pairs:
                close(one, other, exact and name == "out")
        else:
            assert actual[name] == value, name


def close(expected: np.ndarray | None, actual: np.ndarray | None, exact: bool) -> None:
    """Assert that two arrays are one, to the bit or near."""
    if expected is None or actual is None:
        assert expected is actual
    elif exact or expected.dtype not in NEAR:
        np.testing.assert_array_equal(actual, expected)
    else:
        near = NEAR[expected.dtype]
        finite = np.abs(expected[np.isfinite(expected)])
        np.testing.assert_allclose(actual, expected, near, near * max(1.0, finite.max(initial=0.0)))


def drawn(*shape: int, dtype: Any = np.float64, seed: int = 0) -> np.ndarray:
    """Normal numbers, twice as wide."""
    return np.asarray(np.random.RandomState(seed).standard_normal(shape) * 2).astype(dtype)
