"""``torch.signal``: windows."""

from __future__ import annotations

from .._core.absent import room as _room
from . import windows as windows

__all__ = ["windows"]

__getattr__ = _room("torch.signal", __name__)
