"""Whose names pickles give to what is torch's: torch's while ``save`` writes, and where this package stands in."""

from __future__ import annotations

import sys
from _thread import _local as local  # threading's, without the rest of it
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

PACKAGE = __name__.partition(".")[0]


class _Writing(local):
    """How many calls of ``save`` this thread is in."""

    depth = 0


_writing = _Writing()


@contextmanager
def as_torch_names() -> Iterator[None]:
    """Pickles made inside name torch's modules, whoever will read them."""
    _writing.depth += 1
    try:
        yield
    finally:
        _writing.depth -= 1


def names_torch() -> bool:
    """Whether a pickle made now names torch's modules rather than this package's."""
    return _writing.depth > 0 or sys.modules.get("torch") is sys.modules[PACKAGE]


def find(room: str, name: str) -> Any:
    """What a room of this package has under a name, dots and all."""
    found: Any = import_module(room)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def function_here(module: str, name: str) -> Any:
    """This package's function under the name of torch's."""
    return find(PACKAGE + module.removeprefix("torch"), name)


class Rebuild:
    """A function that pickles name: it knows torch's place for it, and its own in this package."""

    def __init__(self, function: Any, module: str) -> None:
        self.function = function
        self.__name__ = self.__qualname__ = function.__name__
        self.__doc__ = function.__doc__
        self.__module__ = module

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self.function(*arguments, **keywords)

    def __repr__(self) -> str:
        return repr(self.function)

    def __reduce__(self) -> Any:
        return self.__name__ if names_torch() else (function_here, (self.__module__, self.__name__))
