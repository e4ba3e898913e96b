"""SGD beside torch's: fifty steps, every option."""

from typing import Any

import pytest
from trajectories import assert_same_training

OPTIONS: list[dict[str, Any]] = [
    {}, {"momentum": 0.9, "weight_decay": 0.1}, {"momentum": 0.9, "nesterov": True, "maximize": True},
    {"momentum": 0.9, "dampening": 0.5},
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "complex64"])
@pytest.mark.parametrize("options", OPTIONS)
def test_trajectories(dtype: str, options: dict[str, Any]) -> None:
    # Complex products are fused otherwise in torch; the rest agrees to the bit.
    assert_same_training("SGD", options, dtype, 4 if dtype == "complex64" else 1 if dtype == "bfloat16" else 0)


@pytest.mark.parametrize(
    "options",
    [
        {"fused": True}, {"foreach": True, "momentum": 0.9, "weight_decay": 0.1, "nesterov": True},
        {"lr": lambda torch: torch.tensor(0.1)}, {"lr": lambda torch: torch.tensor([0.1])},
        {"weight_decay": lambda torch: torch.tensor(0.1)}, {"foreach": True, "differentiable": True},
        {"fused": True, "foreach": True}, {"fused": True, "differentiable": True}, {"lr": -1}, {"lr": "a"},
        {"lr": lambda torch: torch.tensor([0.1, 0.2])}, {"momentum": -1}, {"nesterov": True}, {"weight_decay": -1},
        {"foreach": True, "lr": lambda torch: torch.tensor(0.1)},
    ],
)  # fmt: skip
def test_options(options: dict[str, Any]) -> None:
    assert_same_training("SGD", options, "float32", 0)


def test_the_fused_form_adds_in_another_order() -> None:
    assert_same_training("SGD", {"fused": True, "momentum": 0.9, "weight_decay": 0.1}, "float32", 4)


def test_fused_refuses_complex_numbers() -> None:
    assert_same_training("SGD", {"fused": True}, "complex64", 0)
