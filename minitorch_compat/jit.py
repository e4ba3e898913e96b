"""``torch.jit``: the marks that TorchScript reads, on functions that run as they are; nothing is compiled or traced."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from ._core.absent import room as _room

__all__ = ["Final", "annotate", "export", "ignore", "is_scripting", "is_tracing", "script_if_tracing", "unused"]

_IGNORED = "ignore (leave as a call to Python, cannot be torch.jit.save'd)"
_UNUSED = "unused (ignored and replaced with raising of an exception)"
_EXPORTED = "export (compile this function even if nothing calls it)"


def _marked(fn: Any, mark: str) -> Any:
    fn._torchscript_modifier = mark
    return fn


def export(fn: Any) -> Any:
    """The function, marked as one to compile."""
    return _marked(fn, _EXPORTED)


def unused(fn: Any) -> Any:
    """The function, or the property, marked as one that compiled code does not reach."""
    if isinstance(fn, property):
        for each in (fn.fget, fn.fset):
            if each is not None:
                _marked(each, _UNUSED)
        return fn
    return _marked(fn, _UNUSED)


def ignore(drop: Any = False, **kwargs: Any) -> Any:
    """The function, marked as one for Python, or a decorator; RuntimeError for what is neither bool nor function."""
    if callable(drop):
        return _marked(drop, _IGNORED)
    if not isinstance(drop, bool):
        raise RuntimeError(f"Argument to @torch.jit.ignore must be a bool or a function but got {drop}")
    old = kwargs.pop("drop_on_export", None)
    if old or drop:
        warnings.warn(
            f"ignore({'drop_on_export=' if old else ''}True) has been deprecated. TorchScript will now drop the "
            "function call on compilation. Use torch.jit.unused now. {}",
            category=FutureWarning, stacklevel=2,
        )
    return unused if old or drop else lambda fn: _marked(fn, _IGNORED)


def annotate(the_type: Any, the_value: Any) -> Any:
    """The value as it is."""
    return the_value


def is_scripting() -> bool:
    """Whether code is being compiled: False."""
    return False


def is_tracing() -> bool:
    """Whether calls are being traced: False."""
    return False


def script_if_tracing(fn: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which would be compiled only while calls are traced."""

    @wraps(fn)
    def called(*arguments: Any, **keywords: Any) -> Any:
        return fn(*arguments, **keywords)

    return called


__getattr__ = _room("torch.jit", __name__)
