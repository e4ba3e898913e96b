"""``torch.ops``: operators by the dispatcher's names. Of ``aten``, some are there that have no other name."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from ._core.absent import absent
from ._ops.dispatched import ATEN


class OpOverload:
    """One operator for one kind of arguments."""

    __module__ = "torch._ops"

    def __init__(self, name: str, overload: str, function: Any) -> None:
        self._names, self._function = (name, overload), function
        self.__name__ = f"{name}.{overload}"

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._function(*arguments, **keywords)

    def name(self) -> str:
        """The name in the dispatcher, that of an overload after a dot."""
        name, overload = self._names
        return f"aten::{name}" + ("" if overload == "default" else f".{overload}")

    def __repr__(self) -> str:
        return f"<OpOverload(op='aten.{self._names[0]}', overload='{self._names[1]}')>"

    def __str__(self) -> str:
        return f"aten.{self.__name__}"


class OpOverloadPacket:
    """An operator with its overloads."""

    __module__ = "torch._ops"

    def __init__(self, name: str) -> None:
        overload, function = ATEN[name]
        self.__name__ = name
        self._only = OpOverload(name, overload, function)
        setattr(self, overload, self._only)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._only(*arguments, **keywords)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"The underlying op of 'aten.{self.__name__}' has no overload name '{name}'")

    def __repr__(self) -> str:
        return f"<OpOverloadPacket(op='aten.{self.__name__}')>"

    def __str__(self) -> str:
        return f"aten.{self.__name__}"


class _OpNamespace(ModuleType):
    """The operators of one library, each made when it is first asked for."""

    __module__ = "torch._ops"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.__name__ != "torch.ops.aten" or name not in ATEN:
            raise absent(f"{self.__name__}.{name}")
        made = OpOverloadPacket(name)
        setattr(self, name, made)
        return made


aten = _OpNamespace("torch.ops.aten")


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return _OpNamespace(f"torch.ops.{name}")
