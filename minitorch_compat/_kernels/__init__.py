"""Kernels: ndarray in, ndarray out, on NumPy alone."""

from importlib import import_module
from types import ModuleType
from typing import Any

LATER = ("gather", "index", "ranges", "rearrange", "sort")
"""Files that no declaration needs at once: they are read when something in them is first asked for."""


class Waiting(ModuleType):
    """Stands for a file of kernels, and has all of it once one is asked for."""

    def __getattr__(self, name: str) -> Any:
        found = vars(import_module(self.__name__))
        vars(self).update({each: value for each, value in found.items() if not each.startswith("__")})
        return found[name] if name in found else getattr(import_module(self.__name__), name)


def __getattr__(name: str) -> ModuleType:
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return Waiting(f"{__name__}.{name}")
