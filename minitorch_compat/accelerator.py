"""``torch.accelerator``: an accelerator, of which there is none."""

from __future__ import annotations

from ._core.absent import room as _room

__all__ = ["current_accelerator", "device_count", "is_available"]


def is_available() -> bool:
    """Whether there is one: False."""
    return False


def device_count() -> int:
    """Their number: 0."""
    return 0


def current_accelerator(check_available: bool = False) -> None:
    """The accelerator in use: None."""


__getattr__ = _room("torch.accelerator", __name__)
