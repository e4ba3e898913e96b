"""What happens where torch has a name and this engine has not: an error that says so."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from .graph import Watched


class Absent(NotImplementedError, AttributeError):
    """torch has this name, the engine not yet; ``hasattr`` takes it for a missing attribute, as it is."""


Absent.__module__ = "minitorch_compat"


def absent(name: str) -> Absent:
    return Absent(f"minitorch_compat does not have {name} yet")


class AbsentMethod:
    """Stands among ``Tensor``'s attributes for one that torch has and the engine not."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        raise absent(f"torch.Tensor.{self.name}")


def mark_absent(tensor: type) -> None:
    """Put a mark under every name of torch's ``Tensor`` that ``tensor`` has not."""
    from .names import TENSOR

    for name in set(TENSOR.split()).difference(dir(tensor)):
        setattr(tensor, name, AbsentMethod(name))


def room(title: str, package: str, lazy: frozenset[str] = frozenset()) -> Callable[[str], Any]:
    """The ``__getattr__`` of the module ``package``, which stands for torch's ``title``.

    Rooms named in ``lazy`` are imported when first asked for; other names that torch has raise ``Absent``, and any
    other AttributeError in torch's words.
    """

    def __getattr__(name: str) -> Any:
        if name in lazy:
            made = import_module(f"{package}.{name}")
            if Watched.levels:
                from .transforms import guard_rooms

                guard_rooms()
            return made
        from .names import NAMES

        if name in NAMES[title].split():
            raise absent(f"{title}.{name}")
        raise AttributeError(f"module '{title}' has no attribute '{name}'")

    return __getattr__
