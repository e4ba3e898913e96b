"""Of the profiler, the labels that programs carry: without a profiler running they do nothing."""

from __future__ import annotations

from contextlib import ContextDecorator
from typing import Any

from .._core.absent import room as _room

__all__ = ["record_function"]


class record_function(ContextDecorator):
    """A label on the block, or on the function it decorates; nobody looks at it."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = name
        self.args = args

    def __enter__(self) -> record_function:
        return self

    def __exit__(self, *exception: Any) -> None:
        pass


record_function.__module__ = "torch.autograd.profiler"

__getattr__ = _room("torch.autograd.profiler", __name__)
