"""Tensors that stand for others, and how operations meet them.

A dual tensor (``duals``) carries a tangent, a batched one (``batching``) hides a dimension, a sparse one (``sparse``)
holds few of its elements. None shows ``_data``:
asked for it they raise ``NoMemory``, which no ordinary tensor ever does, and the operation that asked hands its call to
``interpret``. So ordinary calls pay nothing. This module is imported when the first such tensor is made, or a call
has gone astray.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType
from typing import Any

from . import forms, graph, kinds
from .errors import Misfit, NoMemory
from .recording import tensors
from .tensor import Tensor, _disabled_torch_function_impl, stands_for_others

OWN_MODULE = Tensor.requires_grad_.__module__
WRITING_OPERATORS = frozenset(
    """
    __iadd__ __isub__ __imul__ __itruediv__ __ifloordiv__ __imod__ __ipow__ __iand__ __ior__ __ixor__ __ilshift__
    __irshift__ __imatmul__ __setitem__
    """.split()  # noqa: SIM905
)


class Transformed(Tensor):
    """A tensor that stands for others: it shows no memory of its own, and operations on it go by its rules."""

    _transformed = True
    __torch_function__ = _disabled_torch_function_impl  # type: ignore[assignment]

    @property
    def _data(self) -> Any:  # type: ignore[override]
        raise NoMemory("_data")

    @_data.setter
    def _data(self, array: Any) -> None:
        self.__dict__["_data"] = array


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in an argument: itself, or those in its tuples, lists and dictionaries."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from tensors_in(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from tensors_in(each)
    elif isinstance(value, slice):
        yield from tensors_in((value.start, value.stop, value.step))


def holds_sparse(values: Any) -> bool:
    """Whether a tensor among arguments is sparse."""
    return any(each._transformed and each.layout is not kinds.strided for each in tensors_in(values))


def replaced(value: Any, change: Callable[[Tensor], Any]) -> Any:
    """An argument or a result with each of its tensors changed."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, tuple):
        changed = [replaced(each, change) for each in value]
        if all(one is other for one, other in zip(changed, value, strict=True)):
            return value
        if hasattr(value, "_fields"):
            return type(value)(*changed)
        return type(value)(changed) if type(value).__init__ is not tuple.__init__ else tuple.__new__(
            type(value), changed
        )
    if isinstance(value, list):
        return [replaced(each, change) for each in value]
    if isinstance(value, dict):
        return {key: replaced(each, change) for key, each in value.items()}
    if isinstance(value, slice):
        return slice(*[replaced(each, change) for each in (value.start, value.stop, value.step)])
    return value


def interpret(name: str, function: Callable[..., Any], arguments: Any, keywords: Any) -> Any:
    """Carry out an operation by the rules of its batched arguments or, where none is, of its dual ones."""
    from . import batching, duals

    if not getattr(function, "guarded", False):
        function = border(name, function)
    if holds_sparse((arguments, keywords)):
        from .sparse.rules import called

        return called(name, arguments, keywords)
    if any(isinstance(each, batching.Batched) for each in tensors_in((arguments, keywords))):
        return batching.carry_out(name, function, arguments, keywords)
    return duals.carry_out(name, function, arguments, keywords)


def writes(name: str) -> bool:
    """Whether an operation writes to its first argument."""
    return name in WRITING_OPERATORS or (name[-1] == "_" and name[-2:] != "__")


# ---- the borders at which a call may go astray


def border(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, carried out by rules where it stumbles over a tensor that has no memory."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        try:
            return function(*arguments, **keywords)
        except Misfit:
            if not stands_for_others((arguments, keywords)):
                raise
        return interpret(name, call, arguments, keywords)

    call.__name__ = call.__qualname__ = name
    call.__module__ = function.__module__
    call.__doc__, call.__wrapped__, call.guarded = function.__doc__, function, True  # type: ignore[attr-defined]
    call.__dict__.update(function.__dict__)
    return call


def guards_itself(function: Any) -> bool:
    """Whether a published function looks after calls gone astray."""
    return getattr(function, "guarded", False) or (function.__code__.co_name == "call" and hasattr(
        function, "__wrapped__"
    ))


def guard_all() -> None:
    """Put borders around what has none: in-place methods, the tensors' vocabulary, and rooms of functions."""
    for name, function in list(vars(tensors).items()):
        if isinstance(function, FunctionType) and not getattr(function, "guarded", False):
            # Nothing in the vocabulary writes, whatever its name ends with.
            setattr(tensors, name, border(name + "of" if name[-1] == "_" else name, function))
    for name, function in list(Tensor.__dict__.items()):
        if isinstance(function, FunctionType) and writes(name) and function.__module__ != OWN_MODULE:
            setattr(Tensor, name, function if guards_itself(function) else border(name, function))
    guard_rooms()


ROOMS = ("nn.functional", "special", "linalg", "fft", "nn.utils")
_guarded: set[str] = set()


def guard_rooms() -> None:
    """Borders around the functions of the rooms that are open by now."""
    package = __name__.split(".")[0]
    for room in ROOMS:
        module = sys.modules.get(f"{package}.{room}")
        if module is None or room in _guarded:
            continue
        _guarded.add(room)
        for name, function in list(vars(module).items()):
            if name[0] != "_" and isinstance(function, FunctionType) and not guards_itself(function):
                setattr(module, name, border(name, function))
    rules = sys.modules.get(f"{__package__}.batch_rules")
    if hasattr(rules, "guard_random"):
        rules.guard_random()  # type: ignore[union-attr]


def attached() -> Iterable[tuple[str, Any]]:
    """The methods and properties of ``Tensor`` that are operations: all but those of its own module."""
    for name, value in list(Tensor.__dict__.items()):
        inner = value.fget if isinstance(value, property) else value
        if isinstance(inner, FunctionType) and inner.__module__ != OWN_MODULE:
            yield name, value


def level_opened(transform: bool = True) -> None:
    """A level is open: backward carries tensors, since what it meets may stand for others."""
    guard_rooms()
    graph.Watched.levels += 1
    graph.Watched.transforms += transform
    graph.Watched.look_again()


def level_closed(transform: bool = True) -> None:
    """The level is closed."""
    graph.Watched.levels -= 1
    graph.Watched.transforms -= transform
    graph.Watched.look_again()


def published(name: str) -> Callable[..., Any]:
    """A function of the torch namespace."""
    return forms.FUNCTIONS[name]


guard_all()
