"""The handles of hooks, and the mark of hooks that stay behind when their tensor is pickled."""

from __future__ import annotations

import warnings
from typing import Any

from .._core.absent import room as _room
from .._core.graph import RemovableHandle

__all__ = ["RemovableHandle", "unserializable_hook", "warn_if_has_hooks"]


def unserializable_hook(f: Any) -> Any:
    """Mark a hook that is known to stay behind, so that pickling its tensor does not warn."""
    f.__torch_unserializable__ = True
    return f


def warn_if_has_hooks(tensor: Any) -> None:
    """Warn of each hook on ``tensor`` that will stay behind."""
    for hook in (tensor._backward_hooks or {}).values():
        if not hasattr(hook, "__torch_unserializable__"):
            warnings.warn(
                f"backward hook {hook!r} on tensor will not be serialized.  If this is expected, you can decorate the "
                "function with @torch.utils.hooks.unserializable_hook to suppress this warning",
                stacklevel=2,
            )


__getattr__ = _room("torch.utils.hooks", __name__)
