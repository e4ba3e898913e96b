"""Leaving out elements, or whole channels, at random."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._core import dtypes
from .._core.generator import default_generator
from .._core.operations import op
from .._core.recording import tensors
from .._core.tensor import Tensor, wrap
from . import entry
from .random import kernel as sampler

Array = np.ndarray
ALPHA = 1.7580993408473766
"""What ``selu`` goes to far below zero, times -1."""


def noise_for(x: Array, feature: bool) -> Array:
    """Memory for the mask: like the input, or one element for each sample and channel."""
    if not feature:
        return np.empty_like(x, subok=False)
    if x.ndim < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return np.empty((*x.shape[:2], *(1,) * (x.ndim - 2)), x.dtype)


def declare(name: str, feature: bool, alpha: bool) -> None:
    """One of four kinds of dropout, and its in-place form."""

    def multiply(x: Any, noise: Tensor, here: bool) -> Any:
        return x.mul_(noise) if here else tensors.mul(x, noise)

    def dropped(input: Tensor, p: float, train: bool, here: bool) -> Any:
        x = input._data
        if p < 0 or p > 1:
            raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p:g}")
        if p == 0 or not train or not x.size:
            return input
        if p == 1:
            return multiply(input, wrap(np.zeros((), x.dtype)), here)
        mask = noise_for(x, feature)
        sampler("bernoulli_")(default_generator.twister, mask, 1 - p)
        if not alpha:
            if mask.dtype.kind not in "fcV":
                raise dtypes.cannot_cast(dtypes.get_default_dtype(), dtypes.of(mask))
            kept = mask.dtype.type(1 - p) if mask.dtype.kind == "c" or mask.dtype.char == "d" else np.float32(1 - p)
            np.divide(mask, kept, mask, casting="unsafe")
            return multiply(input, wrap(mask), here)
        a = 1 / math.sqrt((ALPHA * ALPHA * p + 1) * (1 - p))
        noise: Any = wrap(mask)
        shift = tensors.add(noise, -1).mul_(ALPHA * a).add_(ALPHA * a * p)
        noise.mul_(a)
        result = multiply(input, noise, here)
        return result.add_(shift)

    entry.publish(name, lambda input, p, train: dropped(input, float(p), train, False), method=False)
    entry.publish(name + "_", lambda input, p, train: dropped(input, float(p), train, True), method=False)


declare("dropout", False, False)
declare("feature_dropout", True, False)
declare("alpha_dropout", False, True)
declare("feature_alpha_dropout", True, True)


@op(
    "native_dropped", method=False, module=False, node="NativeDropoutBackward0", results=("out", "kept"),
    x=lambda xp, g, mask, scale: xp.mul(g, mask) * scale,
)
def native_dropped(x: Array, mask: Array, scale):
    """What the mask keeps, larger by ``scale``, and the mask."""
    return x * mask * x.dtype.type(scale), mask


def native_dropout(input: Tensor, p: float, train: bool | None) -> tuple[Tensor, Tensor]:
    """Elements left out at random, and a mask of those kept; unless it trains, all are."""
    x = input._data
    if train is not None and not train:
        return native_dropped(input, wrap(np.ones_like(x, np.bool_)), 1.0)
    if x.dtype.kind not in "fV":
        if 0 <= p <= 1:
            raise dtypes.cannot_cast(dtypes.get_default_dtype(), dtypes.of(x))
    elif p == 1:
        return native_dropped(input, wrap(np.zeros_like(x, np.bool_)), 1.0)
    drawn = np.empty_like(x, np.float64 if x.dtype.char == "d" else np.float32)
    sampler("bernoulli_")(default_generator.twister, drawn, 1 - p)
    return native_dropped(input, wrap(drawn.astype(np.bool_)), 1 / (1 - p))


entry.publish("native_dropout", native_dropout, method=False)
