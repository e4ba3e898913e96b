"""``torch.xpu``: Intel's GPUs, of which there is none."""

from __future__ import annotations

from ._core.absent import room as _room

__all__ = ["device_count", "is_available", "is_initialized", "manual_seed", "manual_seed_all"]


def is_available() -> bool:
    """Whether there is one: False."""
    return False


def device_count() -> int:
    """Their number: 0."""
    return 0


def is_initialized() -> bool:
    """Whether it is in use: False."""
    return False


def manual_seed(seed: int) -> None:
    """Restart the generator of one, if there ever is one."""


def manual_seed_all(seed: int) -> None:
    """Restart the generators of all, of which there are none."""


__getattr__ = _room("torch.xpu", __name__)
