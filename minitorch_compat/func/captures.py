"""Tensors that a function to differentiate was not given, but reaches: it may read them and must not write to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from threading import local
from types import FunctionType, MethodType
from typing import Any

from .._core.overloads import write_name
from .._core.tensor import Tensor


class Open(local):
    """For each transform of this thread that differentiates the tensors its function reached when it was called."""

    def __init__(self) -> None:
        self.reached: list[dict[int, Tensor]] = []


transforms = Open()

LONGEST = 10_000
"""Containers with more elements are not looked through."""


def reached(function: Any) -> dict[int, Tensor]:
    """The tensors that ``function`` reaches, by their number: through closures, globals, modules and containers."""
    from ..nn.modules.module import Module

    found: dict[int, Tensor] = {}
    seen: set[int] = set()
    waiting: list[Any] = [function]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Tensor):
            found[id(value)] = value
        elif id(value) not in seen:
            seen.add(id(value))
            waiting.extend(parts(value, Module))
    return found


def parts(value: Any, module: type) -> Iterator[Any]:
    """What a value leads to on the way to tensors."""
    if isinstance(value, FunctionType):
        yield from value.__defaults__ or ()
        for cell in value.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:  # not yet filled
                continue
        for name in value.__code__.co_names:
            if name in value.__globals__ and value.__module__.split(".")[0] != __name__.split(".")[0]:
                yield value.__globals__[name]
    elif isinstance(value, MethodType):
        yield from (value.__self__, value.__func__)
    elif isinstance(value, partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, module):
        for table in (value._parameters, value._buffers, value._modules):  # type: ignore[attr-defined]
            yield from table.values()
    elif isinstance(value, (list, tuple, set, dict)) and len(value) <= LONGEST:
        yield from value.values() if isinstance(value, dict) else value


def guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A write that is refused to what the innermost transform's function reached from outside."""

    def call(x: Any, *arguments: Any, **keywords: Any) -> Any:
        if transforms.reached:
            held = transforms.reached[-1]
            if id(x) in held or (held and isinstance(x, Tensor) and x._base is not None and id(x._base) in held):
                raise RuntimeError(
                    "During a grad (vjp, jvp, grad, etc) transform, the function provided attempted to call in-place "
                    f"operation (aten::{write_name(name, arguments)}) that would mutate a captured Tensor. This is not "
                    "supported; please rewrite the function being transformed to explicitly accept the mutated "
                    "Tensor(s) as inputs."
                )
        return function(x, *arguments, **keywords)

    call.__name__ = call.__qualname__ = name
    call.__dict__.update(vars(function))
    call.__wrapped__, call.guards = function, True  # type: ignore[attr-defined]
    return call


HARMLESS = frozenset(("requires_grad_", "share_memory_", "rename_"))
WRITES = frozenset((
    "__iadd__", "__isub__", "__imul__", "__itruediv__", "__ifloordiv__", "__imod__", "__ipow__", "__iand__", "__ior__",
    "__ixor__", "__setitem__",
))  # fmt: skip
_looked_through = 0


def guard_writes() -> None:
    """Let the writes among the methods ask what was reached from outside; again when rooms have added to them."""
    global _looked_through
    if len(Tensor.__dict__) == _looked_through:
        return
    for name, function in list(Tensor.__dict__.items()):
        own = name.endswith("_") and not name.startswith("_") and name not in HARMLESS
        if (own or name in WRITES) and callable(function) and not hasattr(function, "guards"):
            setattr(Tensor, name, guarded(name, function))
    _looked_through = len(Tensor.__dict__)
