"""Adam and AdamW beside torch's: fifty steps, every option."""

from typing import Any

import pytest
from trajectories import assert_same_training

NAMES = ("Adam", "AdamW")
ODD = {"lr": 0.03, "betas": (0.3, 0.6), "eps": 1e-3, "weight_decay": 0.1, "amsgrad": True, "maximize": True}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16", "complex64"])
@pytest.mark.parametrize("options", [{}, ODD], ids=["plain", "odd"])
def test_trajectories(name: str, dtype: str, options: dict[str, Any]) -> None:
    # torch's square root is not rounded correctly; the rest agrees to the bit, and so do the means.
    assert_same_training(name, options, dtype, 3, kept=3 if options else 0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "options",
    [
        {"foreach": True, "weight_decay": 0.1}, {"fused": True}, {"lr": 0}, {"lr": 1.0, "eps": 0.0, "weight_decay": 1},
        {"lr": lambda torch: torch.tensor(0.1)}, {"lr": lambda torch: torch.tensor([0.1])},
        {"betas": lambda torch: (torch.tensor(0.9), torch.tensor(0.99))}, {"capturable": True},
        {"foreach": True, "differentiable": True}, {"foreach": True, "capturable": True},
        {"fused": True, "differentiable": True}, {"fused": True, "foreach": True},
    ],
)  # fmt: skip
def test_options(name: str, options: dict[str, Any]) -> None:
    assert_same_training(name, options, "float32", 6)


@pytest.mark.parametrize(
    "options",
    [
        {"lr": -1.0}, {"lr": lambda torch: torch.tensor([0.1, 0.2])}, {"lr": lambda torch: torch.tensor(-1.0)},
        {"lr": "a"}, {"lr": float("nan")}, {"lr": lambda torch: torch.tensor(0.1), "foreach": True}, {"eps": -1},
        {"betas": (1.0, 0.9)}, {"betas": (0.9, -0.1)}, {"betas": (0.9,)}, {"betas": 0.9}, {"weight_decay": -1.0},
        {"betas": lambda torch: (torch.tensor(0.9), 0.9)}, {"betas": (1.0, 0.9), "eps": -1},
        {"betas": lambda torch: (torch.tensor(0.9), torch.tensor(0.9)), "foreach": True},
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", NAMES)
def test_refusals(name: str, options: dict[str, Any]) -> None:
    assert_same_training(name, options, "float32", 0, steps=0)


def test_fused_refuses_complex_numbers() -> None:
    assert_same_training("Adam", {"fused": True}, "complex64", 0)
