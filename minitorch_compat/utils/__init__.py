"""What is useful beside the engine: checkpoints that trade time for memory, and the handles of hooks."""

from __future__ import annotations

from .._core.absent import room as _room

__all__: list[str] = []

__getattr__ = _room("torch.utils", __name__, frozenset((
    "_pytree", "checkpoint", "data", "dlpack", "hooks", "serialization",
)))  # fmt: skip
