"""Plots drawn to nothing: a module that has every name, takes every call, and shows nothing."""
from __future__ import annotations

import dis
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

DRAWS = {"matplotlib", "seaborn", "plotly", "bokeh", "altair", "visdom", "torchviz", "graphviz"}


class Nothing(ModuleType):
    """Whatever is asked of it is nothing again."""

    def __init__(self, name: str = "nothing") -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__all__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return (lambda *given, **named: (Nothing(), Nothing())) if name == "subplots" else Nothing()

    def __call__(self, *given: Any, **named: Any) -> Any:
        # A decorator gives back what it is put on.
        return given[0] if len(given) == 1 and not named and type(given[0]).__name__ == "function" else Nothing()

    def __iter__(self) -> Iterator[Nothing]:
        """As many as the code that asks takes apart, and none for a loop."""
        frame = sys._getframe(1)
        for each in dis.get_instructions(frame.f_code):
            if each.offset == frame.f_lasti:
                return iter([Nothing()] * (each.arg or 0) if each.opname == "UNPACK_SEQUENCE" else [])
        return iter([])

    def __getitem__(self, index: Any) -> Nothing:
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        pass

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, *raised: Any) -> None:
        pass

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True


class Draws(MetaPathFinder, Loader):
    """Finds plotting packages in nothing."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(name, self, is_package=True) if name.partition(".")[0] in DRAWS else None

    def create_module(self, spec: ModuleSpec) -> Any:
        return Nothing(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def draw_nothing() -> None:
    """From now on plotting packages draw to nothing, installed or not."""
    sys.meta_path.insert(0, Draws())
