"""A module on several devices: there is one, on which it runs as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._core.absent import room as _room
from .modules.module import Module

__all__ = ["DataParallel"]


class DataParallel(Module):
    """Hands its inputs to ``module``; without accelerators there is nothing to share them among."""

    def __init__(
        self, module: Module, device_ids: Sequence[Any] | None = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[Any] = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)


__getattr__ = _room("torch.nn.parallel", __name__)
