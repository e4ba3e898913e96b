"""``torch.mtia``: Meta's accelerators, of which there is none."""

from __future__ import annotations

from ._core.absent import room as _room

__all__ = ["device_count", "is_available"]


def is_available() -> bool:
    """Whether there is one: False."""
    return False


def device_count() -> int:
    """Their number: 0."""
    return 0


__getattr__ = _room("torch.mtia", __name__)
