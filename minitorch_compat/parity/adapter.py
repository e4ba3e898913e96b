"""What an engine whose tensors are not torch's says about itself: how to read a tensor, and what is not to be compared.

A namespace that holds an `Adapter` under the name `__parity__` is asked by its rules; any other is asked as torch is.
"""
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
    two `observation.Seen` and returns what is to be told as their difference, or None where they agree. Its docstring,
    if it has one, is told in reports. Raises ValueError for a dimension that there is not.
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
    def terms(self) -> dict[str, str]:
        """For each dimension that is not compared as torch's is, why or how, as text."""
        return {
            dimension: f"not compared: {how}" if isinstance(how, str) else inspect.getdoc(how) or "compared its own way"
            for dimension, how in self.compare.items()
        }


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
