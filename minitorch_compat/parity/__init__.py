"""Holds one engine against another, case by case, and both against what documents say.

    from minitorch_compat.parity import chapter, run

`chapter` opens a file of cases, `run` compares two engines over cases. Nothing here imports torch until a run asks.
"""
from typing import TYPE_CHECKING, Any

from .adapter import Adapter
from .case import Case, catalogue, chapter
from .statement import digits, matches, refusal, says, warns
from .tolerance import Bound, Exact, Scaled, Ulps

if TYPE_CHECKING:
    from .runner import run

__all__ = [
    "Adapter", "Bound", "Case", "Exact", "Scaled", "Ulps", "catalogue", "chapter", "digits", "matches", "refusal",
    "run", "says", "warns",
]


def __getattr__(name: str) -> Any:
    # The runner brings the comparers along, which a file of cases has no use for.
    if name == "run":
        from .runner import run

        return run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
