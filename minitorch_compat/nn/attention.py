"""Which way attention is computed: there is one, so that a choice is kept and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum

from .._core.absent import room as _room

__all__ = ["SDPBackend", "sdpa_kernel"]


class SDPBackend(IntEnum):
    """The ways in which torch may compute attention."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4

    __str__ = object.__str__


allowed: list[SDPBackend] = [
    SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH, SDPBackend.CUDNN_ATTENTION,
]


def _cur_sdpa_kernel_backends() -> list[SDPBackend]:
    """The ways that are allowed now."""
    return list(allowed)


@contextmanager
def sdpa_kernel(backends: Sequence[SDPBackend] | SDPBackend, set_priority: bool = False) -> Iterator[None]:
    """Allow these ways alone inside the ``with`` block."""
    global allowed
    chosen = [backends] if isinstance(backends, SDPBackend) else list(backends)
    before, allowed = allowed, list(dict.fromkeys(chosen))
    try:
        yield
    finally:
        allowed = before


__getattr__ = _room("torch.nn.attention", __name__)
