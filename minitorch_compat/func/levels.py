"""What the transforms have in common: the levels they open, and how they name and dress functions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from .._core import saving
from .._core.batch_rules import guard_random
from .._core.batching import Level, levels
from .._core.duals import close, forward
from .._core.transforms import level_closed, level_opened
from . import captures

NO_HOOKS = (
    "torch.func.{grad, vjp, jacrev, hessian} don't yet support saved tensor hooks. Please open an issue with your use "
    "case."
)


def name_of(func: Any) -> str:
    """A function as messages name it."""
    return func.__name__ if hasattr(func, "__name__") else repr(func)


class opened:
    """A block with one transform more open, as its level; ``func`` is what is to be differentiated."""

    def __init__(
        self, kind: str, size: int = 0, randomness: str = "error", inner: bool = False, func: Any = None
    ) -> None:
        self.level = Level(kind, len(levels.stack) + 1, size, randomness, inner)
        self.func = func

    def __enter__(self) -> Level:
        if self.func is not None:
            self.refusal = saving.disable(NO_HOOKS) if self.level.kind == "grad" else None
            if not captures.transforms.reached:
                captures.guard_writes()
            captures.transforms.reached.append(captures.reached(self.func))
        levels.stack.append(self.level)
        level_opened(transform=not self.level.inner)
        if self.level.kind == "vmap":
            guard_random()
        if self.level.kind == "jvp":
            forward.members[self.level.number] = []
        return self.level

    def __exit__(self, *exception: Any) -> None:
        if self.func is not None:
            captures.transforms.reached.pop()
            if self.level.kind == "grad":
                saving.disable(self.refusal)
        levels.stack.remove(self.level)
        level_closed(transform=not self.level.inner)
        if self.level.kind == "jvp":
            close(self.level.number)


def wraps_any(func: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``functools.wraps`` for whatever can be called."""
    return wraps(func) if hasattr(func, "__name__") else lambda function: function
