"""Optimisers with ways of their own beside torch's: Adafactor, Muon, SparseAdam, LBFGS."""

from typing import Any

import pytest
import torch as reference
from trajectories import assert_same_training

import minitorch_compat as engine

MATRICES = ((30, 40), (7, 3), (3, 7), (1, 1))
ANY = (*MATRICES, (5,), (2, 3, 4), ())


@pytest.mark.parametrize(
    "options",
    [
        {}, {"weight_decay": 0.1, "maximize": True}, {"lr": 0.5, "d": 2.0, "eps": (0.1, 0.2)}, {"beta2_decay": -0.3},
        {"lr": lambda torch: torch.tensor(0.1)}, {"lr": -1}, {"beta2_decay": 1.0}, {"d": 0.5}, {"eps": (-1, 0.1)},
        {"eps": (None, -0.1)}, {"eps": (None, None)}, {"weight_decay": -1}, {"eps": 0.1},
    ],
)  # fmt: skip
def test_adafactor(options: dict[str, Any]) -> None:
    assert_same_training("Adafactor", options, "float32", 1, shapes=ANY)


@pytest.mark.parametrize("dtype", ["float64", "bfloat16", "complex64"])
def test_adafactor_in_other_dtypes(dtype: str) -> None:
    assert_same_training("Adafactor", {}, dtype, 2, shapes=MATRICES)


@pytest.mark.parametrize(
    "options",
    [
        {}, {"nesterov": False}, {"adjust_lr_fn": "match_rms_adamw"}, {"weight_decay": 0.0, "momentum": 0.5},
        {"ns_steps": 100}, {"ns_coefficients": (1.0, 2.0)}, {"adjust_lr_fn": "other"}, {"lr": -1}, {"momentum": -1},
        {"weight_decay": -1},
    ],
)  # fmt: skip
def test_muon(options: dict[str, Any]) -> None:
    # Matrices are made orthogonal in bfloat16: one other rounding there, times lr, is 64 units of float32.
    assert_same_training("Muon", options, "float32", 64, shapes=MATRICES, kept=0)


def test_what_muon_and_sparse_adam_refuse() -> None:
    assert_same_training("Muon", {}, "float32", 0)
    assert_same_training("Muon", {}, "complex64", 0, shapes=MATRICES)
    for options in ({}, {"lr": 0}, {"eps": 0.0}, {"betas": (1.0, 0.9)}, {"lr": "a"}):
        assert_same_training("SparseAdam", options, "float32", 0)


def banana(torch: Any, options: dict[str, Any], dtype: str) -> list[Any]:
    x = torch.tensor([-1.5, 2.0], dtype=getattr(torch, dtype), requires_grad=True)
    optimizer = torch.optim.LBFGS([x], **options)
    calls = 0

    def closure() -> Any:
        nonlocal calls
        calls += 1
        optimizer.zero_grad()
        loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
        loss.backward()
        return loss

    seen: list[Any] = []
    try:
        for _ in range(4):
            seen.append((optimizer.step(closure).item(), x.tolist(), calls))
        state = optimizer.state_dict()["state"][0]
        seen += [list(state), state["n_iter"], state["func_evals"], len(state["old_dirs"]), state["prev_loss"]]
    except RuntimeError as error:
        seen.append(str(error))
    return seen


@pytest.mark.parametrize(
    "options",
    [
        {"lr": 0.01}, {"line_search_fn": "strong_wolfe"}, {"lr": 0.1, "max_iter": 5, "history_size": 2},
        {"line_search_fn": "strong_wolfe", "max_iter": 7, "max_eval": 9, "tolerance_change": 1e-3},
        {"lr": 0.5, "tolerance_grad": 10.0}, {"line_search_fn": "other"}, {"lr": 1e-3, "max_iter": 1},
    ],
)  # fmt: skip
def test_lbfgs(options: dict[str, Any]) -> None:
    assert banana(engine, options, "float64") == banana(reference, options, "float64")


def test_lbfgs_has_one_group() -> None:
    for torch in (reference, engine):
        x, y = (torch.zeros(2, requires_grad=True) for _ in range(2))
        with pytest.raises(ValueError, match="per-parameter options"):
            torch.optim.LBFGS([{"params": [x]}, {"params": [y]}])
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'closure'"):
            torch.optim.LBFGS([x]).step()
