"""``torch.cpu``: the one device there is, asked as a GPU would be."""

from __future__ import annotations

from typing import Any

from .._core.absent import room as _room
from . import amp

__all__ = ["amp", "current_device", "device_count", "is_available", "is_initialized", "set_device", "synchronize"]


def is_available() -> bool:
    """Whether there is a CPU."""
    return True


def is_initialized() -> bool:
    """Whether it is in use."""
    return True


def device_count() -> int:
    """The number of CPUs, which always is 1."""
    return 1


def current_device() -> str:
    """The device in use."""
    return "cpu"


def set_device(device: Any) -> None:
    """Choose a CPU: there is one."""


def synchronize(device: Any = None) -> None:
    """Wait for the CPU: it is done."""


__getattr__ = _room("torch.cpu", __name__)
