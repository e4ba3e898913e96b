"""What an engine whose tensors are not torch's says about itself: how to read a tensor, and what is not to be compared.

A namespace that holds an `Adapter` under the name `__parity__` is asked by its rules; any other is asked as torch is.
"""
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from .observation import Seen
from .result import DIMENSIONS

Compared = str | Callable[[Any, Any], str | None]
"""Why a dimension is left out, or a function of what the reference and the engine show that tells how they differ."""


@dataclass(frozen=True)
class Adapter:
    """How the harness is to see an engine.

    `tensor` is the engine's type of tensor (its `Tensor` where None), and `to_numpy` makes an ndarray of one. `compare`
    says how a dimension is compared for this engine: text is the reason why it is not at all, and a function is given
    two `observation.Seen` and returns what is to be told as their difference, or None where they agree. Its docstring
    is told in reports; on the command line, it must stand in a module or a file under a name of its own, because other
    processes than the engine's compare. Raises ValueError for a dimension that there is not.
    """

    tensor: type | tuple[type, ...] | None = None
    to_numpy: Callable[[Any], np.ndarray] = np.asarray
    compare: Mapping[str, Compared] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.compare) - set(DIMENSIONS))
        if unknown:
            raise ValueError(f"no dimension {unknown[0]!r}; there are {', '.join(DIMENSIONS)}")

    def leaves_out(self, dimension: str) -> bool:
        return isinstance(self.compare.get(dimension), str)

    @property
    def nameless(self) -> str | None:
        """A dimension whose function another process could not find again."""
        return next((dimension for dimension, how in self.compare.items()
                     if not isinstance(how, str) and "<" in getattr(how, "__qualname__", "<")), None)

    @property
    def rules(self) -> "Rules":
        """How to compare, in a form that another process can be given."""
        return Rules(self.compare)

    @property
    def terms(self) -> dict[str, str]:
        """For each dimension that is not compared as torch's is, why or how, as text."""
        return {
            dimension: f"not compared: {how}" if isinstance(how, str) else inspect.getdoc(how) or "compared its own way"
            for dimension, how in self.compare.items()
        }


class Rules(dict[str, Any]):
    """What an adapter says about comparing; in another process, its functions are found again by their names."""

    def __reduce__(self) -> Any:
        return found_again, ({dimension: how if isinstance(how, str) else (place_of(how), how.__qualname__)
                              for dimension, how in self.items()},)


FROM_FILE = "engine_from_file_"
"""What the names of modules begin with that are engines given as files."""


def place_of(function: Callable[..., Any]) -> str:
    """The module a function is in, or the file where that was given as one."""
    module = function.__module__
    return str(sys.modules[module].__file__) if module.startswith(FROM_FILE) else module


def found_again(compare: Mapping[str, Any]) -> Rules:
    return Rules({dimension: how if isinstance(how, str) else function_at(*how) for dimension, how in compare.items()})


@cache
def function_at(place: str, name: str) -> Any:
    """A function by its module or file and its name. Raises what importing raises, and AttributeError."""
    from .engines import from_file

    held: Any = from_file(place) if place.endswith(".py") else importlib.import_module(place)
    for part in name.split("."):
        held = getattr(held, part)
    return held


def adapter_of(engine: Any) -> Adapter | None:
    """The adapter an engine holds; looked up without running any code of the engine's."""
    try:
        found = inspect.getattr_static(engine, "__parity__", None)
    except Exception:  # whatever stands in the place of its attributes
        return None
    return found if isinstance(found, Adapter) else None


def shapes_alone(expected: Seen, actual: Seen) -> str | None:
    """The shapes are compared, and not the strides, which the engine does not have."""
    one, other = getattr(expected, "shape", None), getattr(actual, "shape", None)
    return None if one == other else f"the shape {other}, where the reference gives {one}"


def refusals_alone(expected: Seen, actual: Seen) -> str | None:
    """That a call is refused is compared, and not by which exception and in which words."""
    one, other = getattr(expected, "type", None), getattr(actual, "type", None)
    if (one is None) == (other is None):
        return None
    return f"{other or 'no error'}, where the reference gives {one or 'no error'}"
