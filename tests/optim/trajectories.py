"""The same training on two engines: parameters and gradients drawn once, steps taken by each, numbers compared."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch as reference

import minitorch_compat as engine

SHAPES = ((300,), (7, 3), (1,), (), (0,), (70, 70))
"""Small ones that are updated together, one that is updated alone, one without dimensions, one without elements."""


def train(
    torch: Any, name: str, options: dict[str, Any], dtype: str, steps: int, shapes: Sequence[tuple[int, ...]] = SHAPES
) -> tuple[list[Any], Any]:
    """Parameters and optimiser after ``steps`` steps along drawn gradients; options may be functions of the engine."""
    draw = np.random.default_rng(0)
    kind = getattr(torch, dtype)
    parameters = [torch.nn.Parameter(torch.from_numpy(np.array(draw.normal(size=shape))).to(kind)) for shape in shapes]
    given = {key: value(torch) if callable(value) else value for key, value in options.items()}
    optimizer = getattr(torch.optim, name)(parameters, **given)
    for _ in range(steps):
        for each in parameters:
            each.grad = torch.from_numpy(np.array(draw.normal(size=tuple(each.shape)))).to(kind)
        optimizer.step()
    return parameters, optimizer


def numbers(x: Any) -> np.ndarray:
    """The elements of a tensor of either engine, each part of complex ones by itself."""
    torch = reference if isinstance(x, reference.Tensor) else engine
    x = x.detach()
    if x.is_complex():
        x = torch.view_as_real(x)
    if x.dtype in (torch.bfloat16, torch.float16):
        x = x.to(torch.float32)
    return np.atleast_1d(x.numpy())


def distance(x: Any, y: Any, bits: int | None = None) -> float:
    """The largest difference in units in the last place of the largest element; nan where the one is nan alone."""
    a, b = numbers(x), numbers(y)
    assert a.shape == b.shape
    if a.dtype.kind != "f":
        return 0.0 if np.array_equal(a, b) else np.inf
    finite = np.isfinite(a)
    assert np.array_equal(a[~finite], b[~finite], equal_nan=True)
    a, b = a[finite], b[finite]
    if not a.size:
        return 0.0
    unit = float(np.spacing(np.abs(a).max()))
    if bits is not None:
        unit *= 2.0 ** (23 - bits)
    return float(np.abs(a.astype(np.float64) - b).max() / unit)


BITS = {"bfloat16": 7, "float16": 10}


def outcome(call: Callable[[], Any]) -> Any:
    """What a call gives, or type and text of its error."""
    try:
        return call()
    except Exception as error:
        return type(error).__name__, str(error)


def assert_same_training(
    name: str, options: dict[str, Any], dtype: str, ulps: float, *, steps: int = 50, kept: float | None = None,
    shapes: Sequence[tuple[int, ...]] = SHAPES
) -> None:
    """Parameters lie within ``ulps`` of torch's, the state within ``kept`` (as much, unless given); or both refuse."""
    expected = outcome(lambda: train(reference, name, options, dtype, steps, shapes))
    got = outcome(lambda: train(engine, name, options, dtype, steps, shapes))
    if isinstance(expected[0], str) or isinstance(got[0], str):
        assert got == expected
        return
    bits = BITS.get(dtype)
    for x, y in zip(expected[0], got[0], strict=True):
        assert distance(x, y, bits) <= ulps, (tuple(x.shape), distance(x, y, bits))
        old, new = expected[1].state[x], got[1].state[y]
        assert list(old) == list(new)
        for key, value in old.items():
            if isinstance(value, reference.Tensor):
                assert str(new[key].dtype) == str(value.dtype)
                apart = distance(value, new[key], bits)
                assert apart <= (ulps if kept is None else kept), (key, tuple(value.shape), apart)
            else:
                assert new[key] == value
    assert repr(got[1]) == repr(expected[1])
