"""``torch.compiler``: nothing is compiled, so every function is what it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._core.absent import room as _room
from .settings import compile as compile

__all__ = [
    "allow_in_graph", "assume_constant_result", "compile", "cudagraph_mark_step_begin", "disable",
    "is_compiling", "is_dynamo_compiling", "is_exporting", "list_backends", "reset",
]


def is_compiling() -> bool:
    """Whether code is being compiled or exported: False."""
    return False


is_dynamo_compiling = is_compiling


def is_exporting() -> bool:
    """Whether code is being exported: False."""
    return False


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """The function as it is, or a decorator that leaves one as it is."""
    return fn if fn is not None else lambda function: function


def allow_in_graph(fn: Any) -> Any:
    """The function, or functions, as they are."""
    return fn


def assume_constant_result(fn: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it is."""
    return fn


def cudagraph_mark_step_begin() -> None:
    """Nothing: there are no graphs of a GPU."""


def reset() -> None:
    """Forget what was compiled: nothing."""


def list_backends(exclude_tags: Any = ("debug", "experimental")) -> list[str]:
    """What could compile: nothing."""
    return []


__getattr__ = _room("torch.compiler", __name__)
