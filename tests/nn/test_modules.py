"""Modules beside torch: printed form, state, first weights and signatures, for every layer of these families."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from both import torch

import minitorch_compat
from minitorch_compat.nn.modules import activation, adaptive, container, distance, dropout, linear, loss, sparse

GIVEN: dict[str, Any] = {
    "Threshold": (0.1, 2.0), "PReLU": (3,), "Linear": (3, 2), "Bilinear": (3, 2, 4), "LazyLinear": (2,),
    "Embedding": (5, 3, 1), "EmbeddingBag": (5, 3), "LinearCrossEntropyLoss": (4, 3),
    "AdaptiveLogSoftmaxWithLoss": (8, 10, [3, 6], 2.0),
}  # fmt: skip
OLD = {"NLLLoss2d"}
NAMES = sorted(
    name
    for room in (activation, adaptive, container, distance, dropout, linear, loss, sparse)
    for name in room.__all__
    if name not in OLD and name != "MultiheadAttention"
)


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_starts_and_prints_as_torch_has_it(name: str) -> None:
    made = []
    for engine in (torch, minitorch_compat):
        engine.manual_seed(7)
        layer = getattr(engine.nn, name)(*GIVEN.get(name, ()))
        values = [(key, value) for key, value in layer.state_dict().items() if name != "LazyLinear"]
        made.append((repr(layer), values, engine.get_rng_state().numpy().tobytes(), type(layer).__module__))
    (text, expected, state, home), (own, actual, own_state, own_home) = made
    assert (own, own_state, own_home) == (text, state, home)
    assert [key for key, _ in actual] == [key for key, _ in expected]
    for (_, one), (_, other) in zip(expected, actual, strict=True):
        np.testing.assert_array_equal(other.numpy(), one.numpy())


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_takes_the_arguments_of_torch(name: str) -> None:
    def of(engine: Any) -> list[tuple[str, Any, str]]:
        parameters = inspect.signature(getattr(engine.nn, name)).parameters.values()
        return [(each.name, each.kind, str(each.default)) for each in parameters]

    if name in ("Identity", "Sequential", "ModuleList", "ModuleDict", "ParameterDict"):
        assert [kind for _, kind, _ in of(minitorch_compat)] == [kind for _, kind, _ in of(torch)]
    else:
        assert of(minitorch_compat) == of(torch)


OURS = vars(minitorch_compat.nn.functional)
FUNCTIONS = sorted(
    name
    for name, value in vars(torch.nn.functional).items()
    if name in OURS and inspect.isfunction(value) and "pool" not in name
)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_the_arguments_of_torch(name: str) -> None:
    def of(engine: Any) -> list[tuple[str, Any, str]]:
        function = getattr(engine.nn.functional, name)
        return [(each.name, each.kind, str(each.default)) for each in inspect.signature(function).parameters.values()]

    assert of(minitorch_compat) == of(torch)
