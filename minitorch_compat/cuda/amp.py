"""``torch.cuda.amp``: the old names for what ``torch.amp`` has."""

from __future__ import annotations

from .. import amp

__all__ = ["GradScaler", "autocast"]

autocast, GradScaler = amp.of_device("cuda", None)
