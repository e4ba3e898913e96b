"""Tables with sparse gradients, trained on both sides: fifty steps along drawn rows."""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import minitorch_compat as engine

torch = pytest.importorskip("torch")


def trained(torch: ModuleType, name: str, options: dict[str, Any], dtype: str) -> tuple[list[float], list[np.ndarray]]:
    """The losses and, at the end, the table and what the optimiser remembers of it."""
    draw = np.random.default_rng(0)
    kind = getattr(torch, dtype)
    table = torch.nn.Embedding(40, 6, padding_idx=3, sparse=True).to(kind)
    with torch.no_grad():
        table.weight.copy_(torch.from_numpy(draw.normal(size=(40, 6))))
    bag = torch.nn.EmbeddingBag(40, 6, sparse=True, mode="mean", _weight=table.weight)
    bag.weight = table.weight
    optimizer = getattr(torch.optim, name)(table.parameters(), **options)
    losses = []
    for _ in range(50):
        rows = torch.from_numpy(draw.integers(0, 40, (5, 3)))
        target = torch.from_numpy(draw.normal(size=5)).to(kind)
        optimizer.zero_grad()
        loss = ((table(rows).sum((1, 2)) + bag(rows).sum(1) - target) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    kept = [each for each in optimizer.state[table.weight].values() if isinstance(each, torch.Tensor)]
    kept = [(each.to_dense() if each.is_sparse else each).numpy() for each in kept]
    return losses, [table.weight.detach().numpy(), *kept]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("SGD", {"lr": 0.01}), ("SGD", {"lr": 0.01, "momentum": 0.9}),
        ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True}), ("SGD", {"lr": 0.01, "maximize": True}),
        ("SGD", {"lr": 0.01, "momentum": 0.5, "dampening": 0.3}),
        ("Adagrad", {"lr": 0.1}), ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5}),
        ("SparseAdam", {"lr": 0.01}), ("SparseAdam", {"lr": 0.01, "betas": (0.5, 0.9), "maximize": True}),
    ],
)  # fmt: skip
def test_fifty_steps(name: str, options: dict[str, Any], dtype: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected, actual = (trained(side, name, options, dtype) for side in (torch, engine))
    # Roots of torch's are not rounded correctly (see the table of tolerances); everything else is, to the bit.
    near = 0 if name == "SGD" else 2 * np.finfo(dtype).eps
    np.testing.assert_allclose(actual[0], expected[0], 4 * near)
    for one, other in zip(actual[1], expected[1], strict=True):
        np.testing.assert_allclose(one, other, 0, near * np.abs(other).max(initial=0))


@pytest.mark.parametrize(
    "name", ["Adadelta", "Adafactor", "Adam", "AdamW", "Adamax", "ASGD", "Muon", "NAdam", "RAdam", "RMSprop", "Rprop"]
)
def test_who_refuses_sparse_gradients(name: str) -> None:
    said = []
    for side in (torch, engine):
        weight = side.ones(3, 2, requires_grad=True)
        optimizer = getattr(side.optim, name)([weight], lr=0.1)
        side.nn.functional.embedding(side.tensor([0, 1, 1]), weight, sparse=True).sum().backward()
        with pytest.raises(RuntimeError) as caught:
            optimizer.step()
        said.append((str(caught.value), dict(optimizer.state)))
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("SGD", {"weight_decay": 0.1}), ("SGD", {"fused": True}), ("SGD", {"differentiable": True}),
        ("Adagrad", {"weight_decay": 0.1}), ("Adagrad", {"fused": True}), ("Adagrad", {"differentiable": True}),
        ("LBFGS", {}),
    ],
)  # fmt: skip
def test_options_with_sparse_gradients(name: str, options: dict[str, Any]) -> None:
    seen = []
    for side in (torch, engine):
        weight = side.ones(3, 2, requires_grad=True)
        optimizer = getattr(side.optim, name)([weight], lr=0.125, **options)
        side.nn.functional.embedding(side.tensor([0, 1, 1]), weight, sparse=True).pow(2).sum().backward()
        try:
            optimizer.step((lambda side=side: side.tensor(1.0)) if name == "LBFGS" else None)
        except RuntimeError as error:
            seen.append((str(error), [*optimizer.state[weight]]))
        else:
            seen.append(("", weight.detach().numpy().round(5).tolist()))
    assert seen[0] == seen[1]
