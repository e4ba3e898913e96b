"""``torch.mps``: Apple's GPUs, of which there are none."""

from __future__ import annotations

from typing import NoReturn

from ._core.absent import room as _room

__all__ = ["device_count", "empty_cache", "is_available", "manual_seed"]


def is_available() -> bool:
    """Whether there is one: False."""
    return False


def device_count() -> int:
    """Their number: 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Restart the generator of a GPU, if there ever is one."""


def empty_cache() -> NoReturn:
    """Give memory back: RuntimeError."""
    raise RuntimeError("Cannot execute emptyCache() without MPS backend.")


__getattr__ = _room("torch.mps", __name__)
