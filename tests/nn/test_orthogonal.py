"""Orthogonal weights beside torch: maps, ways back, graphs, states, the random stream and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from both import torch

import minitorch_compat

SHAPES = ((3, 3), (5, 3), (3, 5), (1, 1), (4, 1), (1, 4), (2, 3, 3), (2, 5, 3), (0, 0), (3, 0))


def seen(side: Any, shape: tuple[int, ...], dtype: str, kind: str | None, base: bool) -> list[Any]:
    """What a parametrized module shows: texts and names, and arrays."""
    side.default_generator.manual_seed(0)
    kept: list[Any] = []

    def keep(value: Any) -> None:
        if isinstance(value, side.Tensor):
            node = None if value.grad_fn is None else value.grad_fn.name()
            kept.extend((str(value.dtype).split(".")[-1], node, value.detach().numpy().copy()))
        else:
            kept.append(str(value).replace("minitorch_compat", "torch"))

    module = side.nn.Module()
    module.weight = side.nn.Parameter(side.randn(shape, dtype=getattr(side, dtype)))
    try:
        side.nn.utils.parametrizations.orthogonal(module, "weight", kind, use_trivialization=base)
    except ValueError as error:
        return [str(error)]
    original = module.parametrizations.weight.original
    keep(module)
    keep(list(module.state_dict()))
    keep(original)
    keep(module.weight)
    if module.weight.numel():
        weight = side.arange(module.weight.numel()).reshape(module.weight.shape)
        keep(side.autograd.grad((module.weight * module.weight.conj() * weight).sum().abs(), original)[0])
    identity = side.eye(*shape[-2:], dtype=getattr(side, dtype)).expand(shape).flip(-2)
    for assigned in (identity, side.ones(2, 7)):
        try:
            module.weight = assigned
            keep(module.weight)
        except (NotImplementedError, ValueError) as error:
            keep(error)
    keep(side.get_rng_state())
    return kept


@pytest.mark.filterwarnings("ignore:Initializing zero-element")
@pytest.mark.parametrize("dtype", ["float64", "float32", "complex128"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_maps(shape: tuple[int, ...], dtype: str) -> None:
    near = 1e-4 if dtype == "float32" else 1e-10
    for kind in (None, "matrix_exp", "cayley", "householder", "other"):
        for base in (True, False):
            expected = seen(torch, shape, dtype, kind, base)
            actual = seen(minitorch_compat, shape, dtype, kind, base)
            assert len(actual) == len(expected)
            for one, other in zip(expected, actual, strict=True):
                if isinstance(one, np.ndarray) and one.dtype.kind in "fc":
                    np.testing.assert_allclose(other, one, near, near)
                elif isinstance(one, np.ndarray):
                    np.testing.assert_array_equal(other, one)
                else:
                    assert other == one


def test_what_is_refused() -> None:
    for name in ("bias", "nothing"):
        said = []
        for side in (torch, minitorch_compat):
            with pytest.raises(ValueError, match=r"Expected a matrix|has no parameter") as caught:
                side.nn.utils.parametrizations.orthogonal(side.nn.Linear(4, 3), name)
            said.append(str(caught.value))
        assert said[1] == said[0]
