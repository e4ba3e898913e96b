"""How the functions of a room enter the torch namespace; what torch would not take is refused in its words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from .._core import forms
from .._core.errors import Misfit
from .._core.options import refused


def guarded(name: str, function: Callable[..., Any], method: bool) -> Callable[..., Any]:
    """``function``; where it stumbles over its arguments, torch's parser is asked whether it would have let them in."""

    @wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        try:
            return function(*arguments, **keywords)
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            problem = error
        # Out of the handler, so that a refusal stands alone in its traceback.
        refusal = refused(name, arguments[method:], keywords, method)
        if isinstance(problem, Misfit) or not isinstance(refusal, NotImplementedError):
            raise refusal
        raise problem

    call.__name__ = call.__qualname__ = name
    return call


def publish(
    name: str,
    function: Callable[..., Any],
    *,
    method: bool = True,
    module: bool = True,
    inplace: Callable[..., Any] | None = None,
) -> None:
    """Enter ``function`` as one of the torch namespace and as a method of ``Tensor``; ``inplace`` under ``name_``."""
    if module:
        forms.publish(name, guarded(name, function, False), method=False)
    if method:
        forms.publish(name, guarded(name, function, True), module=False)
    if inplace is not None:
        publish(name + "_", inplace)
