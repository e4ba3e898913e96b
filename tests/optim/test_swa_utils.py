"""Averaged models and their rate beside torch's, equal to the last bit."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest
import torch as reference
from test_lr_scheduler import optimizer, seen

import minitorch_compat as engine

ROOMS = [(each, importlib.import_module(f"{each.__name__}.optim.swa_utils")) for each in (reference, engine)]


def averages(torch: Any, S: Any, options: Callable[[Any], dict[str, Any]], dtype: str) -> Any:
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1)).to(getattr(torch, dtype))
    with torch.no_grad():
        for place, each in enumerate(model.parameters()):
            each.copy_(torch.arange(each.numel(), dtype=each.dtype).reshape(each.shape) / 7 + place)
    model.register_buffer("mean", torch.ones(2))
    model.register_buffer("count", torch.tensor(1))
    averaged = S.AveragedModel(model, **options(S))
    values = []
    for _ in range(4):
        with torch.no_grad():
            for each in model.parameters():
                each.mul_(1.5).add_(0.25)
            model.mean.add_(1)
            model.count.add_(1)
        averaged.update_parameters(model)
        values.append([each.tolist() for each in (*averaged.parameters(), *averaged.buffers())])
    told = averaged(torch.ones(2, dtype=getattr(torch, dtype))).tolist()
    return values, list(averaged.state_dict()), told, repr(averaged)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("buffers", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        lambda S: {}, lambda S: {"multi_avg_fn": S.get_ema_multi_avg_fn(0.9)},
        lambda S: {"avg_fn": S.get_ema_avg_fn(0.9)}, lambda S: {"avg_fn": S.get_swa_avg_fn()},
        lambda S: {"multi_avg_fn": S.get_swa_multi_avg_fn()},
        lambda S: {"avg_fn": lambda average, value, count: 0.1 * average + 0.9 * value},
        lambda S: {"avg_fn": S.get_swa_avg_fn(), "multi_avg_fn": S.get_swa_multi_avg_fn()},
        lambda S: {"avg_fn": S.get_ema_avg_fn(1.5)}, lambda S: {"multi_avg_fn": S.get_ema_multi_avg_fn(-1)},
    ],
)  # fmt: skip
def test_averages(options: Callable[[Any], dict[str, Any]], buffers: bool, dtype: str) -> None:
    expected, got = (
        seen(averages, *room, lambda S: {**options(S), "use_buffers": buffers}, dtype) for room in ROOMS
    )
    assert got == expected


@pytest.mark.parametrize(
    "options",
    [
        {"anneal_epochs": 4}, {"swa_lr": [0.05, 0.2], "anneal_epochs": 3, "anneal_strategy": "linear"},
        {"anneal_epochs": 0}, {"anneal_strategy": "x"}, {"anneal_epochs": -1}, {"anneal_epochs": 1.5},
        {"swa_lr": [0.05]},
    ],
)  # fmt: skip
def test_rates(options: dict[str, Any]) -> None:
    def run(torch: Any, S: Any) -> Any:
        moved = optimizer(torch)
        scheduler = S.SWALR(moved, **{"swa_lr": 0.05, **options})
        rates = []
        for _ in range(8):
            moved.step()
            scheduler.step()
            rates.append(scheduler.get_last_lr())
        return rates, repr(scheduler.state_dict()), scheduler.get_lr()

    expected, got = (seen(run, *room) for room in ROOMS)
    assert got == expected


def test_statistics_of_models_without_batch_normalisation() -> None:
    for torch, S in ROOMS:
        assert S.update_bn([1], torch.nn.Linear(2, 2)) is None
