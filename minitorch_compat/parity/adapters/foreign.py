"""Tensors and functions of another engine under torch's names: what goes in is unwrapped, what comes out wrapped."""
import importlib
import inspect
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import FunctionType, SimpleNamespace
from typing import Any, ClassVar, Self

import numpy as np


class Room(SimpleNamespace):
    """A namespace such as `torch` or `torch.nn`; what it lacks, or a function does not take, is told by name."""

    def __init__(self, **members: Any):
        super().__init__(**members)
        for name, member in members.items():
            if isinstance(member, FunctionType):
                member.__name__ = member.__qualname__ = name


class Size(tuple[int, ...]):
    """A shape, as torch prints it."""

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"


class dtype:
    """An element type: torch's name, and the engine's own."""

    def __init__(self, name: str, own: Any):
        self.name, self.own = name, own

    def __repr__(self) -> str:
        return f"torch.{self.name}"


class Alias(type):
    """The class of an old name for tensors, such as Variable."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Foreign)


class Foreign:
    """A tensor of another engine, `held`. Its methods are the functions whose first argument it is.

    A subclass says what the engine's own tensors are, which functions it has by torch's names, what torch's names for
    their arguments are there, and which element types there are.
    """

    own: ClassVar[tuple[type, ...]] = ()
    functions: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    arguments: ClassVar[Mapping[str, str]] = {}
    dtypes: ClassVar[tuple[dtype, ...]] = ()
    held: Any

    def __init__(self, *data: Any):
        sizes = bool(data) and all(isinstance(each, int) for each in data)
        array = np.empty(data, np.float32) if sizes else np.asarray(plain(*data), np.float32)
        self.held = type(self).made(array).held

    @classmethod
    def made(cls, array: np.ndarray) -> Self:
        """A tensor of the numbers of an ndarray."""
        raise NotImplementedError

    @classmethod
    def known(cls, array: np.ndarray) -> np.ndarray:
        """The array. Raises NotImplementedError for numbers of a kind the engine does not have."""
        if array.dtype.kind in "biufc" and array.dtype.name not in {kind.name for kind in cls.dtypes}:
            raise NotImplementedError(f"tensors of {array.dtype}")
        return array

    @classmethod
    def of(cls, held: Any) -> Self:
        """A tensor that holds one of the engine's."""
        tensor = cls.__new__(cls)
        tensor.held = held
        return tensor

    @classmethod
    def wrapped(cls, value: Any) -> Any:
        """What the engine returns, for a user of torch."""
        if isinstance(value, cls.own):
            return cls.of(value)
        if isinstance(value, list | tuple):
            return type(value)(map(cls.wrapped, value))
        if isinstance(value, dict):
            return {key: cls.wrapped(each) for key, each in value.items()}
        return value

    @classmethod
    def unwrapped(cls, value: Any) -> Any:
        """What a user of torch gives, for the engine."""
        if isinstance(value, Foreign):
            return value.held
        if isinstance(value, dtype):
            return value.own
        if isinstance(value, list | tuple):
            return list(map(cls.unwrapped, value)) if type(value) is list else tuple(map(cls.unwrapped, value))
        if isinstance(value, dict):
            return {key: cls.unwrapped(each) for key, each in value.items()}
        if isinstance(value, slice):
            return slice(*(cls.unwrapped(each) for each in (value.start, value.stop, value.step)))
        return value

    @classmethod
    def lent(cls, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of the engine's, for a user of torch."""

        def called(*given: Any, **named: Any) -> Any:
            known = arguments_of(function)
            named = {name if name in known else cls.arguments.get(name, name): cls.unwrapped(value)
                     for name, value in named.items()}
            return cls.wrapped(function(*map(cls.unwrapped, given), **named))

        return called

    def __getattr__(self, name: str) -> Any:
        function = type(self).functions.get(name)
        if function is None or name == "held":
            raise AttributeError(f"the engine's tensors have no {name}", name=name, obj=self)
        lent = self.lent(function)
        return lambda *given, **named: lent(self, *given, **named)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "held" and getattr(getattr(type(self), name, None), "fset", None) is None:
            raise AttributeError(f"the engine's tensors take no {name}", name=f"{name} = …", obj=self)
        object.__setattr__(self, name, value)

    @property
    def shape(self) -> Size:
        return Size(map(int, self.held.shape))

    @property
    def dtype(self) -> Any:
        own = self.held.dtype
        return next((each for each in self.dtypes if each.own == own), own)

    ndim = property(lambda self: len(self.held.shape))
    T = property(lambda self: self.of(self.held.T))

    def size(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> int:
        return len(self.held.shape)

    def numel(self) -> int:
        return int(np.prod(self.held.shape))

    @property
    def readable(self) -> Any:
        """What it holds, where its numbers can be read."""
        return self.held

    def numpy(self) -> np.ndarray:
        return np.asarray(self.readable)

    def item(self) -> Any:
        return self.readable.item()

    def tolist(self) -> Any:
        return self.numpy().tolist()

    def __reduce__(self) -> Any:
        return remade, (type(self).made.__func__.__module__, self.held)  # type: ignore[attr-defined]

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(self.numpy(), dtype)

    def __repr__(self) -> str:
        return repr(self.held)

    def __format__(self, form: str) -> str:
        return format(self.held, form)

    def __len__(self) -> int:
        return len(self.held)

    def __getitem__(self, index: Any) -> Any:
        return self.wrapped(self.held[self.unwrapped(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        self.held[self.unwrapped(index)] = self.unwrapped(value)

    __hash__ = object.__hash__


def remade(adapter: str, held: Any) -> Any:
    """A tensor from its pickle."""
    return importlib.import_module(adapter).Tensor.of(held)


@cache
def arguments_of(function: Callable[..., Any]) -> frozenset[str]:
    """The names of a function's arguments, where it tells them."""
    try:
        return frozenset(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return frozenset()


def through(name: str) -> Callable[..., Any]:
    """An operator that is the engine's own."""

    def applied(self: Foreign, *others: Any) -> Any:
        have(self, name)
        return self.wrapped(getattr(operator, name)(self.held, *map(self.unwrapped, others)))

    def reflected(self: Foreign, other: Any) -> Any:
        return self.wrapped(getattr(operator, f"__{name[3:]}")(self.unwrapped(other), self.held))

    def in_place(self: Foreign, other: Any) -> Any:
        self.held = getattr(operator, name)(self.held, self.unwrapped(other))
        return self

    if name.startswith("__i") and name not in ("__invert__",):
        return in_place
    return reflected if name.startswith("__r") and name != "__rshift__" else applied


def converted(name: str, kind: Callable[[Any], Any]) -> Callable[[Foreign], Any]:
    """A conversion to a Python number that is the engine's own."""

    def number(self: Foreign) -> Any:
        have(self, name)
        return kind(self.readable)

    return number


def have(tensor: Foreign, name: str) -> None:
    """Raise AttributeError where the engine's tensors do not have a special method."""
    if not hasattr(type(tensor.held), name):
        raise AttributeError(f"the engine's tensors have no {name}", name=name, obj=tensor)


BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor")
for _name in (
    *(f"__{prefix}{each}__" for each in BINARY for prefix in ("", "r", "i")),
    *(f"__{each}__" for each in ("eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert")),
):
    setattr(Foreign, _name, through(_name))
for _name, _kind in (("__float__", float), ("__int__", int), ("__bool__", bool), ("__index__", operator.index)):
    setattr(Foreign, _name, converted(_name, _kind))


def plain(data: Any = ()) -> Any:
    """Nested lists with tensors in them as nested lists of numbers."""
    if isinstance(data, Foreign):
        return data.numpy()
    return [plain(each) for each in data] if isinstance(data, list | tuple) else data


def array_of(data: Any, kind: dtype | None = None) -> np.ndarray:
    """Data as torch.tensor would read it: Python's floats are float32, an ndarray stays what it is."""
    array = np.array(plain(data))
    if kind is not None:
        return array.astype(kind.name)
    typed = isinstance(data, np.ndarray | np.generic | Foreign)
    return array.astype(np.float32) if array.dtype == np.float64 and not typed else array


def sizes(given: Iterable[Any]) -> tuple[int, ...]:
    """A shape from `2, 3` or from `(2, 3)`."""
    given = tuple(given)
    return tuple(given[0]) if len(given) == 1 and not isinstance(given[0], int) else given
