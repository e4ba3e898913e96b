"""How the functions of a room enter the torch namespace; what torch would not take is refused in its words."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from .._core import forms
from .._core.errors import Misfit, NoMemory
from .._core.options import IN_PYTHON, refused
from .._core.tensor import Tensor

NUMPY_WORDS = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}
"""Keywords of NumPy that torch takes for its own."""


def guarded(name: str, function: Callable[..., Any], method: bool) -> Callable[..., Any]:
    """``function``; where it stumbles over its arguments, torch's parser is asked whether it would have let them in."""
    writes = method and (name[-1] == "_" or "out" in (getattr(function, "__kwdefaults__", None) or ()))

    def call(*arguments: Any, **keywords: Any) -> Any:
        try:
            if writes and "out" in keywords:  # a function writes to a given result, its method does not
                raise Misfit
            return function(*arguments, **keywords)
        except NoMemory:
            from .._core.transforms import interpret

            return interpret(name, call, arguments, keywords)
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            problem: Exception = error
        except NotImplementedError:
            raise
        except RuntimeError as error:
            if name in IN_PYTHON:
                raise
            problem = error  # the parser comes first
        if not NUMPY_WORDS.keys().isdisjoint(keywords):
            return call(*arguments, **{NUMPY_WORDS.get(word, word): value for word, value in keywords.items()})
        # Out of the handler, so that a refusal stands alone in its traceback.
        try:
            refusal = refused(name, arguments[method:], keywords, method)
        except KeyError:
            raise problem from None
        if isinstance(problem, Misfit) or not isinstance(refusal, (NotImplementedError, NoMemory)):
            raise refusal
        raise problem

    # What functools.wraps does beyond this would cost hundreds of operations their share of the import.
    call.__name__ = call.__qualname__ = name
    call.__module__, call.__doc__ = function.__module__, function.__doc__
    call.__dict__.update(function.__dict__, __wrapped__=function)
    return call


def later(room: str, functions: str, methods: str) -> None:
    """Enter names whose room is imported at the first call of one of them, and then has put itself in their place."""

    def waiting(name: str, method: bool) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            import_module(f"{__package__}.{room}")
            return (Tensor.__dict__ if method else forms.FUNCTIONS)[name](*arguments, **keywords)

        call.__name__ = call.__qualname__ = name
        return call

    forms.FUNCTIONS.update({name: waiting(name, False) for name in functions.split()})
    for name in methods.split():
        setattr(Tensor, name, waiting(name, True))


def guard(*names: str, tensors: int = 0) -> None:
    """Put guards around operations that families entered without: as functions, methods and in-place forms.

    The first ``tensors`` arguments must be tensors.
    """
    for name in names:
        for form in (name, name + "_"):
            if form in forms.FUNCTIONS:
                publish(form, of_tensors(forms.FUNCTIONS[form], tensors), method=False)
            if form in Tensor.__dict__:
                publish(form, of_tensors(Tensor.__dict__[form], tensors), module=False)


def of_tensors(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    """``function`` without the guard it has, asking whether its first arguments are tensors."""
    plain = getattr(function, "__wrapped__", function)
    if not count:
        return plain

    def form(*arguments: Any, **keywords: Any) -> Any:
        for each in arguments[:count]:
            if not isinstance(each, Tensor):
                raise Misfit
        return plain(*arguments, **keywords)

    return form


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
