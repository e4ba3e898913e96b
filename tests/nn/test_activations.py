"""Activations and dropout beside torch: values, gradients to second order, graphs, refusals and draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from both import agree, drawn

PLAIN = {
    "relu": {}, "relu6": {}, "elu": {"alpha": 1.3}, "selu": {}, "celu": {"alpha": 0.75}, "silu": {}, "mish": {},
    "hardswish": {}, "hardtanh": {"min_val": -0.5, "max_val": 0.75}, "leaky_relu": {"negative_slope": 0.2},
    "rrelu": {"training": True}, "threshold": {"threshold": 0.25, "value": 2.5},
}  # fmt: skip
EXACT = {"relu", "relu6", "hardswish", "hardtanh", "leaky_relu", "rrelu", "threshold"}
ALONE = {
    "gelu": {}, "softplus": {"beta": 2.0, "threshold": 3.0}, "softshrink": {"lambd": 0.25},
    "hardshrink": {"lambd": 0.25}, "softsign": {}, "tanhshrink": {}, "logsigmoid": {},
    "softmax": {"dim": 0}, "log_softmax": {"dim": -1}, "softmin": {"dim": 0},
}  # fmt: skip
SHAPES = ((), (0,), (2, 3, 4))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", PLAIN)
def test_an_activation_and_its_form_in_place(name: str, dtype: Any) -> None:
    for shape in SHAPES:
        for inplace in (False, True):
            agree(
                lambda t, x, inplace=inplace: getattr(t.nn.functional, name)(x * 1, inplace=inplace, **PLAIN[name]),
                drawn(*shape, dtype=dtype), exact=name in EXACT,
            )  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ALONE)
def test_an_activation(name: str, dtype: Any) -> None:
    for shape in SHAPES:
        agree(lambda t, x: getattr(t.nn.functional, name)(x, **ALONE[name]), drawn(*shape, dtype=dtype))


def test_hardsigmoid_goes_back_once() -> None:
    agree(lambda t, x: t.nn.functional.hardsigmoid(x), drawn(20), twice=False, exact=True)


@pytest.mark.parametrize("weights", [(), (1,), (3,), (2,), (1, 3)])
def test_prelu_has_one_weight_or_one_for_each_channel(weights: tuple[int, ...]) -> None:
    for shape in ((2, 3), (2, 3, 4), (3,), ()):
        agree(lambda t, x, w: t.nn.functional.prelu(x, w), drawn(*shape), drawn(*weights, seed=1), exact=True)


@pytest.mark.parametrize("name", ["dropout", "dropout1d", "dropout2d", "dropout3d"])
def test_dropout_draws_what_torch_draws(name: str) -> None:
    for shape in ((3, 4), (2, 3, 4), (2, 3, 4, 2), (2, 3, 2, 2, 2)):
        for p in (0.0, 0.3, 1.0):
            for inplace in (False, True):
                agree(
                    lambda t, x, p=p, inplace=inplace: getattr(t.nn.functional, name)(x * 1, p, inplace=inplace),
                    drawn(*shape), exact=True,
                )  # fmt: skip


@pytest.mark.parametrize("name", ["alpha_dropout", "feature_alpha_dropout"])
def test_dropout_for_selu(name: str) -> None:
    for dtype in (np.float64, np.float32):
        for training in (True, False):
            agree(
                lambda t, x, training=training: getattr(t.nn.functional, name)(x, 0.3, training),
                drawn(2, 3, 4, dtype=dtype), exact=True,
            )  # fmt: skip


@pytest.mark.parametrize("name", [*PLAIN, *ALONE, "hardsigmoid", "glu"])
@pytest.mark.parametrize("dtype", ["int64", "bool", "uint8"])
def test_dtypes_that_are_refused(name: str, dtype: str) -> None:
    keywords = {**PLAIN, **ALONE}.get(name, {})
    agree(lambda t, x: getattr(t.nn.functional, name)(x, **keywords), np.ones((2, 2), dtype))


@pytest.mark.parametrize(
    "attempt",
    [
        lambda t, x: t.nn.functional.celu(x, 0), lambda t, x: t.nn.functional.hardtanh(x, 2.0, 1.0),
        lambda t, x: t.nn.functional.softshrink(x, -1.0), lambda t, x: t.nn.functional.glu(x),
        lambda t, x: t.nn.functional.gelu(x, approximate="x"), lambda t, x: t.nn.functional.elu(x, "a"),
        lambda t, x: t.nn.functional.silu(3), lambda t, x: t.nn.functional.softplus(x, beta="a"),
        lambda t, x: t.nn.functional.dropout(x, 2), lambda t, x: t.nn.functional.rrelu(x, 2.0, 1.0, True),
        lambda t, x: t.nn.Hardtanh(2.0, 1.0), lambda t, x: t.nn.functional.dropout1d(x[0]),
    ],
)  # fmt: skip
def test_arguments_that_are_refused(attempt: Any) -> None:
    agree(attempt, drawn(2, 3))
