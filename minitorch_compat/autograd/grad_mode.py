"""The grad modes under torch's name for their room, and the rarer switches of this thread beside them."""

from __future__ import annotations

from typing import Any

from .._core.modes import (
    _check_switch,
    _DecoratorContextManager,
    enable_grad,
    inference_mode,
    mode,
    no_grad,
    set_grad_enabled,
)
from .._core.modes import _NoParamDecoratorContextManager as _NoParamDecoratorContextManager
from .._core.tensor import Tensor

__all__ = [
    "enable_grad",
    "enforce_grad_layout_policy",
    "inference_mode",
    "no_grad",
    "set_grad_enabled",
    "set_multithreading_enabled",
]  # fmt: skip


class _Switch(_DecoratorContextManager):
    """Sets a flag of this thread: at once when called, until the end of the block when used with ``with``."""

    flag: str
    setter: str
    prev: bool

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode
        self.set(mode)

    def set(self, wanted: bool) -> None:
        _check_switch(self.setter, wanted)
        self.prev = getattr(mode, self.flag)
        setattr(mode, self.flag, wanted)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: Any) -> None:
        setattr(mode, self.flag, self.prev)

    def clone(self) -> Any:
        return self.__class__(self.mode)


class set_multithreading_enabled(_Switch):
    """Whether backward may use threads of its own; it never does on the CPU."""

    flag, setter = "threads", "set_multithreading_enabled"

    def __init__(self, mode: bool) -> None:
        super().__init__(mode)


class _force_original_view_tracking(_Switch):
    """Whether views are replayed by their own operations instead of by ``as_strided``."""

    flag, setter = "replay", "set_view_replay_enabled"

    def __init__(self, mode: bool) -> None:
        super().__init__(mode)


class enforce_grad_layout_policy(_Switch):
    """Whether a gradient that is taken over lies in memory as its leaf does, and a warning tells where it does not."""

    flag, setter = "layout", "set_grad_layout_enforcement_enabled"

    def __init__(self, enable: bool = True) -> None:
        super().__init__(enable)


class _unsafe_preserve_version_counter(_DecoratorContextManager):
    """Within the block, writes to the tensors are not counted: afterwards they have the versions they had."""

    def __init__(self, tensors: Tensor | tuple[Tensor, ...]) -> None:
        self.tensors = (tensors,) if isinstance(tensors, Tensor) else tensors
        self.prev_versions = tuple(each._version for each in self.tensors)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: Any) -> None:
        for each, version in zip(self.tensors, self.prev_versions, strict=True):
            if each._shared is not None:
                each._shared.number = version


for _class in (
    set_multithreading_enabled, _force_original_view_tracking, enforce_grad_layout_policy,
    _unsafe_preserve_version_counter,
):  # fmt: skip
    _class.__module__ = "torch.autograd.grad_mode"


def is_multithreading_enabled() -> bool:
    """Whether backward may use threads of its own."""
    return mode.threads


def is_view_replay_enabled() -> bool:
    """Whether views are replayed by their own operations."""
    return mode.replay
