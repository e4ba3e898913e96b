"""``gradcheck(fast_mode=True)`` beside torch itself: the same directions, the same numbers, the same words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch

import minitorch_compat as engine


def scaled(namespace: Any, back: Any, ahead: float = 1.0) -> Any:
    """The identity, whose gradient is multiplied by ``back`` and whose tangent by ``ahead``."""

    class Scaled(namespace.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 1

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * (namespace.tensor(back, dtype=namespace.float64) if isinstance(back, list) else back)

        @staticmethod
        def jvp(ctx: Any, tangent: Any) -> Any:
            return tangent * ahead

    return Scaled.apply


CHECKS: dict[str, Callable[[Any], Any]] = {
    "right": lambda t: t.autograd.gradcheck(lambda x: (x * 2).sin(), real(t), fast_mode=True),
    "wrong": lambda t: t.autograd.gradcheck(scaled(t, 1.1), real(t), fast_mode=True),
    "second of two": lambda t: t.autograd.gradcheck(
        lambda x, y: (x * y, scaled(t, 1.1)(y) * (1 + 2j)), (real(t), real(t)), fast_mode=True
    ),
    "complex input": lambda t: t.autograd.gradcheck(lambda z: scaled(t, 1.2)(z).abs(), parts(t), fast_mode=True),
    "complex": lambda t: t.autograd.gradcheck(scaled(t, 1.1), parts(t), fast_mode=True),
    "ahead": lambda t: t.autograd.gradcheck(scaled(t, 1, 1.5), real(t), fast_mode=True, check_forward_ad=True),
    "complex ahead": lambda t: t.autograd.gradcheck(
        scaled(t, 1, 1.5), parts(t), fast_mode=True, check_forward_ad=True
    ),
    "small": lambda t: t.autograd.gradcheck(
        lambda x: scaled(t, [1.0009, 0.9991])(x) * t.tensor([1.0, -1.0], dtype=t.float64), real(t, 2), fast_mode=True
    ),
    "detached": lambda t: t.autograd.gradcheck(lambda x: x.detach() * 2, real(t), fast_mode=True),
    "shapes": lambda t: t.autograd.gradcheck(
        lambda x: x if x.sum() > 1.0 else t.cat([x, x]), real(t), fast_mode=True
    ),
    "second order": lambda t: t.autograd.gradgradcheck(lambda x: (x * 2).sin(), real(t), fast_mode=True),
    "no": lambda t: t.autograd.gradcheck(scaled(t, 1.1), real(t), fast_mode=True, raise_exception=False),
}


def real(namespace: Any, count: int = 3) -> Any:
    return namespace.tensor([0.5, 1.5, -1.0][:count], dtype=namespace.float64, requires_grad=True)


def parts(namespace: Any) -> Any:
    return namespace.tensor([0.5 + 1j, 1.5 - 2j], dtype=namespace.complex128, requires_grad=True)


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", CHECKS)
def test_fast_mode(name: str) -> None:
    seen = []
    for namespace in (torch, engine):
        try:
            seen.append(repr(CHECKS[name](namespace)))
        except Exception as error:
            # The last digits of a difference over 2e-6 depend on the order of one sum.
            seen.append(f"{type(error).__name__}: " + re.sub(r"(\d\.\d{9})\d+", r"\1", str(error)))
    assert seen[1] == seen[0]
