"""Functions without writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .levels import wraps_any


def functionalize(func: Callable[..., Any], *, remove: str = "mutations") -> Callable[..., Any]:
    """``func`` as it is seen from outside without its writes: who calls it finds the same results.

    What torch does to the program inside, out of place, shows to those who trace it alone, and nothing here is traced.
    RuntimeError for anything to remove but "mutations" and "mutations_and_views".
    """
    if remove not in ("mutations", "mutations_and_views"):
        raise RuntimeError(
            f"functionalize(f, remove='mutations'): received invalid argument for remove={remove}. Valid options are:\n"
            "     remove='mutations': all inplace and out= operators will be removed from the program, and replaced "
            "with their out-of-place equivalents.\n"
            "     remove='mutations_and_views': In addition to the above, all aliasing operators {view} will be "
            "replaced with their non-aliasing counterparts, {view}_copy.\n"
        )

    @wraps_any(func)
    def wrapped(*arguments: Any, **keywords: Any) -> Any:
        return func(*arguments, **keywords)

    return wrapped
