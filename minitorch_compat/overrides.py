"""Subclasses of Tensor that programs define: every operation asks them first, and gives its results back as theirs.

Nothing here is loaded before a program defines such a class. Then its methods and properties go by way of
``__torch_function__``, and so do the functions of the namespace and of its rooms.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from types import FunctionType
from typing import Any

from ._core.absent import room as _room
from ._core.tensor import Tensor
from ._core.tensor import _disabled_torch_function_impl as disabled

__all__ = ["get_default_nowrap_functions", "handle_torch_function", "has_torch_function", "is_tensor_like"]

PACKAGE = __name__.partition(".")[0]
ROOMS = ("", ".nn.functional", ".special", ".linalg", ".fft")
OWN = frozenset((
    "__class__", "__delattr__", "__dict__", "__dir__", "__doc__", "__getattribute__", "__getstate__", "__hash__",
    "__init__", "__init_subclass__", "__module__", "__new__", "__reduce__", "__setattr__", "__sizeof__", "__slots__",
    "__subclasshook__", "__torch_function__", "__weakref__", "__array_priority__", "as_subclass",
))  # fmt: skip
"""What a subclass has as any class has it."""


class Asking(threading.local):
    """Whether this thread asks subclasses."""

    on = True


asking = Asking()
watched: set[type] = set()

ANSWER = Tensor.__torch_function__.__func__  # type: ignore[attr-defined]
"""What tensors answer unless their class says otherwise."""


@contextmanager
def not_asking() -> Iterator[None]:
    """Inside the ``with`` block subclasses are tensors like all others: what DisableTorchFunctionSubclass does."""
    before, asking.on = asking.on, False
    try:
        yield
    finally:
        asking.on = before


def asked_types(values: Iterable[Any]) -> list[type]:
    """The classes among the arguments, and in their lists, that want to be asked: subclasses before their bases."""
    found: list[type] = []
    for value in values:
        inner = value if isinstance(value, (tuple, list)) else (value,)
        for each in inner:
            kind = type(each)
            asks = getattr(kind, "__torch_function__", None)
            if asks is None or kind is Tensor or asks is disabled or kind in found:
                continue
            if getattr(kind, "_transformed", False) and getattr(asks, "__func__", None) is ANSWER:
                continue  # a tensor that stands for another goes by its own rules
            place = next((i for i, other in enumerate(found) if issubclass(kind, other)), len(found))
            found.insert(place, kind)
    return found


def dispatch(func: Any, name: str, types: Sequence[type], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """What the first class that knows an answer gives; TypeError where none does."""
    for kind in types:
        result = kind.__torch_function__(func, tuple(types), tuple(args), kwargs)  # type: ignore[attr-defined]
        if result is not NotImplemented:
            return result
    told = "".join(f"\n\n  - tensor subclass {kind}" for kind in types)
    raise TypeError(
        f"Multiple dispatch failed for '{name}'; all __torch_function__ handlers returned NotImplemented:{told}\n\n"
        "For more information, try re-running with TORCH_LOGS=not_implemented"
    )


def asking_first(original: Callable[..., Any], name: str, func: Any = None) -> Callable[..., Any]:
    """``original``, which asks the classes of its arguments first; they are told of ``func``, or of the result."""

    @wraps(original)
    def ask_first(*args: Any, **kwargs: Any) -> Any:
        if asking.on:
            types = asked_types((*args, *kwargs.values()))
            if types:
                return dispatch(told, name, types, args, kwargs)
        return ask_first.__wrapped__(*args, **kwargs)

    told = ask_first if func is None else func
    return ask_first


def default(cls: type, func: Any, types: Collection[type], args: Any = (), kwargs: Any = None) -> Any:
    """What Tensor's ``__torch_function__`` does: the operation, and its tensors as instances of the subclass."""
    if not all(issubclass(cls, each) for each in types):
        return NotImplemented
    with not_asking():
        result = func(*args, **(kwargs or {}))
        return result if func in get_default_nowrap_functions() else as_instances(result, cls)


def as_instances(result: Any, cls: type) -> Any:
    """Tensors, and those in tuples and lists, as instances of a subclass."""
    if isinstance(result, Tensor):
        return result if cls is Tensor or isinstance(result, cls) else result.as_subclass(cls)
    if isinstance(result, (tuple, list)) and any(isinstance(each, Tensor) for each in result):
        parts = [as_instances(each, cls) for each in result]
        return type(result)(*parts) if hasattr(result, "_fields") else type(result)(parts)
    return result


def watch(cls: type) -> None:
    """Let a subclass be asked: its methods and properties, and once for all the functions of the rooms."""
    if getattr(cls, "__torch_function__", None) is disabled:
        return
    if not watched:
        guard_rooms()
    if not any(base in watched for base in cls.__mro__[1:]):
        for name in dir(Tensor):
            if name in OWN or name in cls.__dict__:
                continue
            value = next(base.__dict__[name] for base in Tensor.__mro__ if name in base.__dict__)
            if isinstance(value, FunctionType) and (name[0] != "_" or name[:2] == "__"):
                setattr(cls, name, method_asking_first(name, value))
            elif isinstance(value, property) and value.fget is not None and name[0] != "_":
                read = asking_first(value.fget, f"torch.Tensor.{name}.__get__", getter(name, value.fget))
                setattr(cls, name, property(read, value.fset, value.fdel, value.__doc__))
    watched.add(cls)


def method_asking_first(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    """A method that asks; an operator is told of by its word, and a turned one with its operands in order."""
    word = name.strip("_")
    operator = name[:2] == "__" and hasattr(Tensor, word)
    turned = name[:3] == "__r" and hasattr(Tensor, word[1:]) and not operator
    if not (operator or turned):
        return asking_first(original, f"torch.Tensor.{name}", original)
    func = getattr(Tensor, word if operator else word[1:])
    call = asking_first(original, f"torch.Tensor.{func.__name__}", func)
    if not turned:
        return call

    def swapped(self: Any, other: Any) -> Any:
        if asking.on and isinstance(other, Tensor):
            return dispatch(func, f"torch.Tensor.{func.__name__}", asked_types((other, self)), (other, self), {})
        return (call if word[1:] in ("add", "mul") else asking_first(original, name, original))(self, other)

    return swapped


_getters: dict[str, Any] = {}


def getter(name: str, read: Callable[[Any], Any]) -> Any:
    """How a property is told of: a function with the name ``__get__``."""
    if name not in _getters:

        def made(self: Any) -> Any:
            return read(self)

        made.__name__ = "__get__"
        _getters[name] = made
    return _getters[name]


def guard_rooms() -> None:
    """Open the rooms, and make their functions ask first."""
    for room in ROOMS:
        module = import_module(PACKAGE + room)
        for name, function in list(vars(module).items()):
            if (
                name[0] != "_" and isinstance(function, FunctionType)
                and function.__module__.partition(".")[0] in (PACKAGE, "torch")
            ):
                setattr(module, name, asking_first(function, f"torch{room}.{name}"))


def get_default_nowrap_functions() -> set[Any]:
    """What gives tensors that are not made instances of the subclass: the gradient, and the base of a view."""
    return {_getters[name] for name in ("grad", "_base", "_grad") if name in _getters}


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether one of the arguments wants to be asked."""
    return asking.on and bool(asked_types(relevant_args))


def handle_torch_function(public_api: Any, relevant_args: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
    """What the classes of the arguments answer for a function of a program's own; TypeError where none does."""
    types = asked_types(relevant_args)
    for kind in types:
        result = kind.__torch_function__(public_api, tuple(types), args, kwargs)  # type: ignore[attr-defined]
        if result is not NotImplemented:
            return result
    name = f"{public_api.__module__}.{public_api.__name__}"
    raise TypeError(f"no implementation found for '{name}' on types that implement __torch_function__: {types}")


def is_tensor_like(inp: Any) -> bool:
    """Whether something is a tensor, or says that it can stand for one."""
    return type(inp) is Tensor or hasattr(inp, "__torch_function__")


__getattr__ = _room("torch.overrides", __name__)
