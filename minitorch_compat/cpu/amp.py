"""``torch.cpu.amp``: the old names for what ``torch.amp`` has."""

from __future__ import annotations

from .. import amp
from .._core import dtypes

__all__ = ["GradScaler", "autocast"]

autocast, GradScaler = amp.of_device("cpu", dtypes.bfloat16)
