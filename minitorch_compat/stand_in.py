"""`import torch` that gives an engine: for a block, a function, or all of a process."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

NAME = "torch"
DEFAULT = "minitorch_compat"


class MissingModule(ModuleNotFoundError):
    """A module of torch's that the engine standing in for it does not have."""


class StandIn(MetaPathFinder, Loader):
    """Finds `torch` and what lies under it in an engine, and torch's own files nowhere."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.title = getattr(engine, "__name__", type(engine).__name__)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name.partition(".")[0] != NAME:
            return None
        if self.found(name) is None:
            raise MissingModule(f"{self.title} does not have {name} yet", name=name)
        return ModuleSpec(name, self, is_package=True)

    def found(self, name: str) -> Any:
        """The engine's room of this dotted name: an attribute, or a module that is not loaded yet; None without."""
        room, place = self.engine, self.title
        for part in name.split(".")[1:]:
            place = f"{place}.{part}"
            inside = getattr(room, part, None)
            if inside is None and isinstance(room, ModuleType):
                try:
                    inside = importlib.import_module(place)
                except ModuleNotFoundError as error:
                    if error.name != place and not place.startswith(f"{error.name}."):
                        raise
            if inside is None:
                return None
            room = inside
        return room

    def create_module(self, spec: ModuleSpec) -> Any:
        return Door(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        found = self.found(module.__name__)
        if isinstance(found, ModuleType):
            # It goes into the table as it is: its own name, its own spec, and no second copy of anything.
            sys.modules[module.__name__] = found
            # A module whose name stands for something in it, as torch.autograd.gradcheck does, is found as a module.
            for name, inner in list(sys.modules.items()):
                place, _, last = name.rpartition(".")
                if place == found.__name__ and not isinstance(getattr(found, last, None), ModuleType):
                    sys.modules[f"{module.__name__}.{last}"] = inner
        else:
            module.__dict__["room"] = found


class Door(ModuleType):
    """Takes what the import machinery notes on a module, and leads to a room of the engine that is no module."""

    def __getattr__(self, name: str) -> Any:
        if "room" not in self.__dict__:
            raise AttributeError(name)
        return getattr(self.__dict__["room"], name)


def names() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == NAME]


def install(engine: Any = None) -> StandIn:
    """From now on `import torch` gives `engine` (a module, or anything with torch's names; this one by default)."""
    finder = StandIn(importlib.import_module(DEFAULT) if engine is None else engine)
    for name in names():
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    return finder


@contextmanager
def as_torch(engine: Any = None) -> Iterator[Any]:
    """A block, or a decorated function, in which `import torch` gives the engine; yields it.

    Modules imported inside keep the torch they found. What `torch` was before comes back at the end.
    """
    before = {name: sys.modules[name] for name in names()}
    finder = install(engine)
    try:
        yield finder.engine
    finally:
        sys.meta_path.remove(finder)
        for name in names():
            del sys.modules[name]
        sys.modules.update(before)

